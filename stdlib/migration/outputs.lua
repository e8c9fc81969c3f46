--- The outputs of the stack, under the names that the tool before this one gave them.

local say = require "migration.say"
local ui = require "ui"

local outputs = {}

--- Every output that exists, by name.
---@param m migration.Migration
---@return table<string, string>
function outputs.read(m)
	return m:stack():outputs()
end

--- The columns of a name.
local NAME = 22

--- Shows them in the order of the stack, each on a line; a value that the terminal has no room for beside
--- its name stands below it, whole, so that it can be copied.
---@param m migration.Migration
---@param values table<string, string>
function outputs.show(m, values)
	local label = "Outputs"
	for _, name in ipairs(m:stack():output_names()) do
		if values[name] ~= nil then
			local value = tostring(values[name])
			if say.LABEL + NAME + 1 + #value > (ui.width or 100) then
				say.label(label, name)
				say.label("", "  " .. value)
			else
				say.label(label, ("%-22s %s"):format(name, value))
			end
			label = ""
		end
	end
end

return outputs
