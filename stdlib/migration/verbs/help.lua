--- `help`: the verbs of a migration.

local ui = require "ui"

--- The column of the summaries.
local WIDTH = 42

return {
	summary = "this list",
	run = function(m)
		local verbs = require "migration.verbs"
		ui.out(("%s: a migration. Usage: %s [VERB] [OPTIONS]"):format(m.name, m:command()))
		ui.out ""
		ui.out "Without a verb: check, deploy, test the connections, start, watch until caught up, report."
		ui.out ""
		for _, name in ipairs(verbs.names) do
			local verb = verbs.get(name)
			local usage = verb.usage and (name .. " " .. verb.usage) or name
			local gap = (" "):rep(math.max(1, WIDTH - utf8.len(usage)))
			ui.out("  " .. usage .. gap .. verb.summary)
		end
		ui.out ""
		ui.out "Options: --json  --yes  --allow destroy|reload|replace  --detailed-exitcode  -c key=value"
	end,
}
