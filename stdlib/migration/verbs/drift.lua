--- `drift`: what changed behind our back since the last deploy; changes nothing. A plan says what the
--- script wants, drift what the world did. `--detailed-exitcode` ends with 2 for drift.

local drifted = require "stack.drifted"
local header = require "migration.header"
local host = require "host"
local say = require "migration.say"
local ui = require "ui"

return {
	summary = "what changed behind our back since the last deploy",
	run = function(m)
		header.show(m)
		local found = m:stack():drift()
		if say.json() then
			ui.json(drifted.json(found))
		else
			drifted.show(found)
		end
		if host.options.detailed_exitcode and found.has_drift then
			host.exit(2)
		end
	end,
}
