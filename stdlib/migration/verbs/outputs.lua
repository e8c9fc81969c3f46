--- `outputs`: the names and ids that other tools ask for; `--json` is one object by output name.

local outputs = require "migration.outputs"
local say = require "migration.say"
local ui = require "ui"

return {
	summary = "names and ids for other tools",
	run = function(m)
		local values = outputs.read(m)
		if say.json() then
			ui.json(values)
		elseif next(values) == nil then
			say.line(("%s is not deployed: %s"):format(m.name, m:command "deploy"))
		else
			outputs.show(m, values)
		end
	end,
}
