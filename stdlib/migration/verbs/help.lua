--- `help`: the verbs of a migration.

local line = require "stack.line"
local ui = require "ui"

return {
	summary = "this list",
	run = function(m)
		local verbs = require "migration.verbs"
		ui.out(("%s: a migration. Usage: %s [VERB] [OPTIONS]"):format(m.name, m:command()))
		ui.out ""
		ui.out(("Without a verb: %s."):format(verbs.get("").summary))
		ui.out ""
		line.list(verbs.names, verbs.all())
		ui.out ""
		ui.out "--timing shows where the time of a deploy or destroy went: its critical path, its waits, a timeline."
		ui.out "Options: --json  --yes  --detailed-exitcode  -c key=value  --force-unlock ID"
		ui.out "  --allow destroy,replace,reload,twice,position    what loses or spoils data: never covered by --yes"
		ui.out "  --allow stop,iam,network,public,encryption,forget,password    risks that are not asked about"
		ui.out "  --require-approval any|risky|never       what is asked about; given, the local AWS asks too"
		ui.out ""
		ui.out "One run at a time changes a stack; a second one is told who is at work (exit code 6)."
		ui.out "dmsrun --help has every option and exit code."
	end,
}
