--- The outputs of the stack, under the names that the tool before this one gave them.

local say = require "migration.say"

local outputs = {}

--- Every output that exists, by name.
---@param m migration.Migration
---@return table<string, string>
function outputs.read(m)
	return m:stack():outputs()
end

--- Shows them in the order of the stack.
---@param m migration.Migration
---@param values table<string, string>
function outputs.show(m, values)
	local label = "Outputs"
	for _, name in ipairs(m:stack():output_names()) do
		if values[name] ~= nil then
			say.label(label, ("%-22s %s"):format(name, tostring(values[name])))
			label = ""
		end
	end
end

return outputs
