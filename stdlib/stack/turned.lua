--- Differences turned round: the engine tells what is there and what is wanted of it; drift tells what
--- was left, and behind the arrow what became of it.

local domain = require "dms"
local kind = require "kind"

local turned = {}

---@type table<string, string>
---@type table<string, string?>
local OPPOSITE = { ["+"] = "-", ["-"] = "+" }

local function texts_of(differences)
	local texts = {}
	for _, one in ipairs(differences) do
		texts[#texts + 1] = one.text
	end
	return texts
end

--- Turns round the sentences of a kind's own comparison, in place; what has two sides is turned by
--- whoever shows it.
---@param differences table[]
---@param again table[] the same, asked the other way round
local function turn_texts(differences, again)
	local texts, at = texts_of(again), 0
	local as_many = #texts == #texts_of(differences)
	for _, one in ipairs(differences) do
		if one.text then
			at = at + 1
			local sign, rest = one.text:match "^([+-])( .*)$"
			one.text = as_many and texts[at] or sign and OPPOSITE[sign] .. rest or one.text
		end
	end
end

--- The comparisons that the engine leaves to Lua, turned round.
---@param kind_name string
---@param property string
---@param comparison string
---@param left any what was left
---@param live any what is there
---@return boolean equal
---@return table[]? differences
function turned.compare(kind_name, property, comparison, left, live)
	if comparison == "table_mappings" and live ~= nil then
		local changes = domain.mappings.diff(left, live)
		local list = {}
		for index, change in ipairs(changes) do
			local path = tostring(change.path)
			list[index] = {
				text = change.from == nil and "+ " .. path
					or change.to == nil and "- " .. path
					or ("%s  %s → %s"):format(path, tostring(change.from), tostring(change.to)),
			}
		end
		return #list == 0, list
	end
	local equal, differences = kind.compare(kind_name, property, comparison, left, live)
	if not equal and differences then
		local again
		if live ~= nil then
			-- A kind of a script's own may not take everything that AWS gives for a declaration.
			local ok, _, list = pcall(kind.compare, kind_name, property, comparison, live, left)
			again = ok and list
		end
		turn_texts(differences, again or {})
	end
	return equal, differences
end

--- `100 → 200` of a difference whose sides the engine has the other way round.
---@param one table
---@return stack.DriftDifference
function turned.difference(one)
	if not one.plain then
		return { path = one.path, text = one.text }
	end
	return {
		path = one.path,
		was = one.to,
		is = one.from,
		text = ("%s → %s"):format(one.to, one.from),
	}
end

return turned
