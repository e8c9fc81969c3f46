--- Lists as the prompt shows them: which columns, and what an empty one says.

local errors = require "errors"
local suggest = require "suggest"

local lists = {}

--- A list of records with the order of its columns.
---@param rows table[]
---@param columns string[]
---@param empty string what is shown where there is none
---@return table[]
function lists.new(rows, columns, empty)
	local meta = { __columns = columns }
	if #rows == 0 then
		meta.__show = function()
			return empty
		end
	end
	return setmetatable(rows, meta)
end

--- Sorts records by a member: AWS gives them in no order that lasts.
---@param rows table[]
---@param member string
function lists.sort(rows, member)
	table.sort(rows, function(a, b)
		return tostring(a[member]) < tostring(b[member])
	end)
end

--- The item whose member is `name`; an error with the nearest names where there is none.
---@param items table[]
---@param member string
---@param name string
---@param noun string
---@return table
function lists.one(items, member, name, noun)
	local names = {}
	for index, item in ipairs(items) do
		if item[member] == name then
			return item
		end
		names[index] = item[member]
	end
	errors.raise {
		summary = "No such " .. noun,
		what = ("there is no %s %q"):format(noun, tostring(name)),
		hints = {
			suggest.did_you_mean(tostring(name), names)
				or (#names > 0 and "there are " .. table.concat(names, ", ") or nil),
		},
	}
	---@diagnostic disable-next-line: missing-return -- it raises
end

return lists
