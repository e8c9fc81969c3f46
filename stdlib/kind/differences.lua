--- What differs between two documents of DMS, as a plan shows it.

local json = require "json"

local differences = {}

--- One side of a difference: what a rule selects as `schema.table`, other tables as JSON.
local function shown(value)
	if type(value) ~= "table" then
		return tostring(value)
	end
	local schema, name = value["schema-name"], value["table-name"]
	if schema and name and next(value, next(value, next(value))) == nil then
		return ("%s.%s"):format(schema, name)
	end
	return json.encode(value)
end

--- One difference of the domain as the engine takes it: a rule has no path inside its document.
local function one(change)
	local path = tostring(change.path or "")
	if not path:find "^rule " then
		return { path = path, from = change.from, to = change.to }
	end
	if change.from == nil then
		return { text = "+ " .. path }
	elseif change.to == nil then
		return { text = "- " .. path }
	end
	return { text = ("%s  %s → %s"):format(path, shown(change.from), shown(change.to)) }
end

--- The differences of two documents as the engine takes them.
---@param changes table[] `{ path =, from =, to = }`
---@return boolean equal
---@return table[] differences `{ path =, from =, to =, text = }`
function differences.of(changes)
	local list = {}
	for index, change in ipairs(changes) do
		list[index] = one(change)
	end
	return #list == 0, list
end

return differences
