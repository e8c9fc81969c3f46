--- Ids and names of rules: given by the library in the order of the script, and taken over from a
--- live task where that changes no precedence.

local builder = require "mappings.builder"
local locator = require "mappings.locator"

local ids = {}

--- The id of a rule as a number.
---@param rule table
---@return integer|nil
function ids.of(rule)
	local id = tonumber(rule["rule-id"])
	return id and math.tointeger(id)
end

--- A name that no other rule has.
local function unique(name, taken)
	local candidate, number = name, 1
	while taken[candidate] do
		number = number + 1
		candidate = name .. "-" .. number
	end
	taken[candidate] = true
	return candidate
end

--- Gives names to those that have none. Given ones stay as they are.
local function name_all(entries)
	local taken = {}
	for _, entry in ipairs(entries) do
		local name = entry.rule["rule-name"]
		if name ~= nil then
			taken[name] = true
		end
	end
	for _, entry in ipairs(entries) do
		local rule = entry.rule
		if rule["rule-name"] == nil then
			local place = rule["object-locator"]
			local verb = entry.verb or rule["rule-action"] or rule["rule-type"]
			local name = locator.rule_name(tostring(verb), type(place) == "table" and place or {})
			rule["rule-name"] = unique(name, taken)
		end
	end
end

--- Gives ids and names to those that have none. Given ones stay; the next id is above the last one.
---@param entries { rule: table, verb?: string }[]
function ids.assign(entries)
	local taken, last = {}, 0
	for _, entry in ipairs(entries) do
		local id = ids.of(entry.rule)
		if id then
			taken[id] = true
		end
	end
	for _, entry in ipairs(entries) do
		local rule = entry.rule
		if rule["rule-id"] == nil then
			repeat
				last = last + 1
			until not taken[last]
			taken[last] = true
			rule["rule-id"] = tostring(last)
		else
			last = math.max(last, ids.of(rule) or last)
		end
	end
	name_all(entries)
end

--- Live ids by the name of their rule; a name that several rules have tells nothing.
local function ids_by_name(live)
	local found, twice = {}, {}
	for _, rule in ipairs(live) do
		local name, id = rule["rule-name"], ids.of(rule)
		if type(name) == "string" and id then
			twice[name] = found[name] ~= nil
			found[name] = id
		end
	end
	for name, is_twice in pairs(twice) do
		if is_twice then
			found[name] = nil
		end
	end
	return found
end

--- The rules by precedence. Those whose id only follows the one before it were numbered, not
--- chosen: they may get another.
local function ranked(rules)
	local list = {}
	for index, rule in ipairs(rules) do
		local id = ids.of(rule)
		if not id then
			return nil
		end
		list[index] = { index = index, id = id, name = rule["rule-name"] }
	end
	table.sort(list, function(a, b)
		if a.id ~= b.id then
			return a.id < b.id
		end
		return a.index < b.index
	end)
	for rank, item in ipairs(list) do
		local before = rank > 1 and list[rank - 1].id or 0
		if item.id == before then
			return nil
		end
		item.fixed = item.id ~= before + 1
	end
	return list
end

--- How long the longest run is that begins with each wish: with `id - rank` never falling there is a
--- number for each rule between them.
local function runs(wishes)
	local lengths, heads = {}, {}
	for at = #wishes, 1, -1 do
		-- `heads[n]` is the highest slack with which a run of `n` wishes begins: they fall with `n`.
		local low, high = 1, #heads + 1
		while low < high do
			local middle = (low + high) // 2
			if heads[middle] >= wishes[at].slack then
				low = middle + 1
			else
				high = middle
			end
		end
		heads[low], lengths[at] = wishes[at].slack, low
	end
	return lengths, #heads
end

--- The longest run of wishes that can all be had; of several the one that begins first, so that
--- what was appended gets new numbers, and not what was there.
local function longest(wishes)
	local lengths, wanted = runs(wishes)
	local kept, least = {}, -math.huge
	for at, wish in ipairs(wishes) do
		if lengths[at] == wanted and wish.slack >= least then
			kept[wish.rank], least, wanted = wish.id, wish.slack, wanted - 1
		end
	end
	return kept
end

--- Which rank keeps which id: chosen ids always, live ones as far as they fit between them.
local function wanted(list, live_ids)
	local kept, wishes, least = {}, {}, 0
	local function settle(most)
		local fitting = {}
		for _, wish in ipairs(wishes) do
			if wish.slack >= least and (not most or wish.slack <= most) then
				fitting[#fitting + 1] = wish
			end
		end
		for rank, id in pairs(longest(fitting)) do
			kept[rank] = id
		end
		wishes = {}
	end
	for rank, item in ipairs(list) do
		if item.fixed then
			settle(item.id - rank)
			kept[rank] = item.id
			---@diagnostic disable-next-line: assign-type-mismatch -- ids are integers
			least = item.id - rank
		elseif item.name and live_ids[item.name] then
			local id = live_ids[item.name]
			wishes[#wishes + 1] = { rank = rank, id = id, slack = id - rank }
		end
	end
	settle()
	return kept
end

--- The ids that the rules get when those of a live document are taken over by name. The order of
--- the ids, and so every precedence, stays as it is. Nil where the ids can't be read.
---@param rules table[]
---@param live table[]
---@return string[]|nil by index
function ids.adopted(rules, live)
	local list = ranked(rules)
	if not list then
		return nil
	end
	local kept, found, last = wanted(list, ids_by_name(live)), {}, 0
	for rank, item in ipairs(list) do
		last = kept[rank] or last + 1
		found[item.index] = ("%d"):format(last)
	end
	return found
end

--- How a rule began, for its name: kept beside the copy of a built rule.
---@param rule table
---@return string|nil
function ids.verb_of(rule)
	return builder.verb_of(rule)
end

return ids
