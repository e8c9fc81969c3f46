--- Whether two documents of table mappings may select the same table, as far as their patterns tell. No
--- catalogue is asked: what is not certainly apart may overlap.

local json = require "json"

local overlap = {}

---@class mappings.Selected what a document selects and leaves out, in lower case
---@field add mappings.Pattern[]
---@field remove mappings.Pattern[]

---@class mappings.Pattern
---@field schema string
---@field table string
---@field filters? string that the rows are filtered by

--- The selection rules of a document.
---@return mappings.Selected
local function selected(document)
	local found = { add = {}, remove = {} }
	for _, rule in ipairs(document.rules or {}) do
		local locator = rule["object-locator"]
		if rule["rule-type"] == "selection" and type(locator) == "table" then
			local list = rule["rule-action"] == "exclude" and found.remove or found.add
			list[#list + 1] = {
				schema = tostring(locator["schema-name"] or "%"):lower(),
				table = tostring(locator["table-name"] or "%"):lower(),
				filters = #(rule.filters or {}) > 0 and json.encode(rule.filters) or nil,
			}
		end
	end
	return found
end

--- Whether two patterns have a name in common. `%` is any text and `_` any character; what else an engine
--- takes for a wildcard, `[…]`, is taken for any text.
local function meet(a, b)
	local one, other = a:gsub("%[.-%]", "%%"), b:gsub("%[.-%]", "%%")
	-- What stands before the first wildcard of both tells most of them apart.
	local plain = math.min(#one:match "^[^%%_]*", #other:match "^[^%%_]*")
	if one:sub(1, plain) ~= other:sub(1, plain) then
		return false
	end
	if not (one:find "[%%_]" or other:find "[%%_]") then
		return one == other
	end
	---@type table<integer, boolean>
	local known = {}
	---@param i integer
	---@param j integer
	local function from(i, j)
		local key = i * 1000 + j
		if known[key] == nil then
			known[key] = false
			local x, y = one:sub(i, i), other:sub(j, j)
			if x == "%" then
				known[key] = from(i + 1, j) or (y ~= "" and from(i, j + 1))
			elseif y == "%" then
				known[key] = from(i, j + 1) or (x ~= "" and from(i + 1, j))
			else
				local same = x == y or (x ~= "" and y ~= "" and (x == "_" or y == "_"))
				known[key] = same and (x == "" or from(i + 1, j + 1))
			end
		end
		return known[key]
	end
	return from(1, 1)
end

--- Whether a pattern takes every name that another one takes. Only `%` counts, so that it certainly does.
local function covers(pattern, other)
	local text = "^" .. pattern:gsub("[^%w_]", "%%%0"):gsub("%%%%", ".*") .. "$"
	return other:find(text) ~= nil
end

--- Whether a document leaves out all that a selection of another one takes.
local function leaves_out(document, one)
	for _, excluded in ipairs(document.remove) do
		if covers(excluded.schema, one.schema) and covers(excluded.table, one.table) then
			return true
		end
	end
	return false
end

--- Those with a wildcard, and the others by their whole names: most documents name thousands of tables.
local function sorted_out(list)
	local wild, exact = {}, {}
	for _, one in ipairs(list) do
		if (one.schema .. one.table):find "[%%_%[]" then
			wild[#wild + 1] = one
		else
			local key = one.schema .. "." .. one.table
			exact[key] = exact[key] or {}
			table.insert(exact[key], one)
		end
	end
	return wild, exact
end

--- Whether two documents may select the same table. Where both filter its rows, and not by the same, whoever
--- wrote that has divided them.
---@param first { rules: table[] }
---@param second { rules: table[] }
---@return boolean
function overlap.may(first, second)
	local a, b = selected(first), selected(second)
	local function both(one, other)
		local divided = one.filters and other.filters and one.filters ~= other.filters
		return not divided
			and meet(one.schema, other.schema)
			and meet(one.table, other.table)
			and not (leaves_out(a, other) or leaves_out(b, one))
	end
	local wild, exact = sorted_out(b.add)
	for _, one in ipairs(a.add) do
		local named = not (one.schema .. one.table):find "[%%_%[]"
		for _, list in ipairs {
			wild,
			named and (exact[one.schema .. "." .. one.table] or {}) or b.add,
		} do
			for _, other in ipairs(list) do
				if both(one, other) then
					return true
				end
			end
		end
	end
	return false
end

return overlap
