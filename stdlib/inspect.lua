--- Prints any Lua value as readable text: sorted keys, bounded depth and length, cycles marked.
---
---     local inspect = require "inspect"
---     inspect { name = "orders", tables = { 1, 2 } }  --> { name = "orders", tables = { 1, 2 } }
---
--- A secret prints as `***`, because only values that can be read are walked through.

local inspect = {}

local KEYWORDS = {}
for word in
	("and break do else elseif end false for function goto if in local nil not or repeat return then true until while"):gmatch(
		"%a+"
	)
do
	KEYWORDS[word] = true
end

local ORDER = { number = 1, string = 2, boolean = 3 }

--- Keys of any type, in an order that is the same each time.
local function by_type_and_value(a, b)
	local left, right = ORDER[type(a)] or 9, ORDER[type(b)] or 9
	if left ~= right then
		return left < right
	end
	if left == 9 or type(a) == "boolean" then
		return tostring(a) < tostring(b)
	end
	return a < b
end

local function key_text(key, walk)
	if type(key) == "string" and key:match("^[%a_][%w_]*$") and not KEYWORDS[key] then
		return key
	end
	return "[" .. walk(key, 0) .. "]"
end

local function entries(value, depth, state)
	local parts, length = {}, #value
	local function add(text)
		parts[#parts + 1] = text
		return #parts < state.items
	end
	local walk = function(item, level)
		return inspect.walk(item, level, state)
	end
	for index = 1, length do
		if not add(walk(value[index], depth + 1)) then
			parts[#parts + 1] = ("… %d more"):format(length - index)
			return parts
		end
	end
	local keys = {}
	for key in next, value do
		if not (math.type(key) == "integer" and key >= 1 and key <= length) then
			keys[#keys + 1] = key
		end
	end
	table.sort(keys, by_type_and_value)
	for index, key in ipairs(keys) do
		local text = key_text(key, walk) .. " = " .. walk(rawget(value, key), depth + 1)
		if not add(text) and index < #keys then
			parts[#parts + 1] = ("… %d more"):format(#keys - index)
			return parts
		end
	end
	return parts
end

--- One value, as deep as the state allows.
---@param value any
---@param depth integer
---@param state table
---@return string
function inspect.walk(value, depth, state)
	if type(value) == "string" then
		return (("%q"):format(value):gsub("\\\n", "\\n"))
	end
	if type(value) ~= "table" then
		return tostring(value)
	end
	local meta = getmetatable(value)
	if type(meta) == "table" and meta.__tostring then
		return tostring(value)
	end
	if state.open[value] then
		return "<cycle>"
	end
	if next(value) == nil then
		return "{}"
	end
	if depth >= state.depth then
		return "{…}"
	end
	state.open[value] = true
	local parts = entries(value, depth, state)
	state.open[value] = nil
	local line = "{ " .. table.concat(parts, ", ") .. " }"
	if #line + 2 * depth <= state.width and not line:find("\n", 1, true) then
		return line
	end
	local indent = ("  "):rep(depth + 1)
	return "{\n"
		.. indent
		.. table.concat(parts, ",\n" .. indent)
		.. "\n"
		.. ("  "):rep(depth)
		.. "}"
end

---@class inspect.Options
---@field depth? integer how many levels of tables are opened (6)
---@field items? integer how many entries of one table are shown (100)
---@field width? integer what fits on one line (80)

--- The text of a value.
---@param value any
---@param options? inspect.Options
---@return string
function inspect.text(value, options)
	options = options or {}
	local state = {
		depth = options.depth or 6,
		items = options.items or 100,
		width = options.width or 80,
		open = {},
	}
	return inspect.walk(value, 0, state)
end

return setmetatable(inspect, {
	__call = function(_, value, options)
		return inspect.text(value, options)
	end,
})
