--- `drift`: what changed behind our back since the last deploy; changes nothing. A plan says what the
--- script wants, drift what the world did. `--detailed-exitcode` ends with 2 for drift; 3 where not everything
--- could be listed.

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
		local code = drifted.code(found, host.options.detailed_exitcode)
		if code ~= 0 then
			host.exit(code)
		end
	end,
}
