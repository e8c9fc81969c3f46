--- `help`: the verbs of a migration.

local line = require "stack.line"

return {
	summary = "this list",
	run = function(m)
		local verbs = require "migration.verbs"
		line.out(("%s: a migration. Usage: %s [VERB] [OPTIONS]"):format(m.name, m:command()))
		line.out ""
		line.out(("Without a verb: %s."):format(verbs.get("").summary))
		line.out ""
		line.list(verbs.names, verbs.all())
		line.out ""
		line.out "--timing shows where the time of a deploy or destroy went: its critical path, its waits, a timeline."
		line.out "Options: --json  --yes  --detailed-exitcode  -c key=value  --force-unlock ID"
		line.out "  --allow destroy,replace,reload,twice,position    what loses or spoils data: never covered by --yes"
		line.out "  --allow stop,iam,network,public,encryption,forget,password    risks that are not asked about"
		line.out "  --require-approval any|risky|never       what is asked about; given, the local AWS asks too"
		line.out ""
		line.out "One run at a time changes a stack; a second one is told who is at work (exit code 6)."
		line.out "dmsrun --help has every option and exit code."
	end,
}
