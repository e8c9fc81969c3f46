--- Drift: what changed behind our back. A plan tells what the script wants of the world; drift tells
--- what the world became since the last deploy left it, whatever the script says by now.

local baseline = require "stack.baseline"
local context = require "stack.context"
local discover = require "stack.discover"
local errors = require "errors"
local fs = require "fs"
local json = require "json"
local kind = require "kind"
local place = require "stack.place"
local planning = require "stack.plan"
local time = require "time"
local turned = require "stack.turned"

local drift = {}

---@class stack.DriftDifference
---@field path string the property, and what in it
---@field text string what it was and what it is
---@field was? string
---@field is? string

---@class stack.DriftItem
---@field kind string
---@field id string
---@field physical? string
---@field reason? string
---@field differences? stack.DriftDifference[]
---@field deploy string what a deploy of the script would do about it
---@field since? string when a deploy of ours that did not end changed it
---@field at? host.Place where the script declares it

---@class stack.DriftTask
---@field id string
---@field name string
---@field was string
---@field is string
---@field reason? string why it stopped

---@class stack.Drift
---@field stack string
---@field since? string when the last deploy left it; nil where that is not known here
---@field complete boolean whether that deploy came to its end
---@field destroyed boolean whether it was a destroy
---@field changed stack.DriftItem[] other properties than were left
---@field deleted stack.DriftItem[] left, and gone
---@field unknown stack.DriftItem[] carries the stack's tags, and was not left
---@field tasks stack.DriftTask[] whose state is not the one that was left; told, no drift
---@field ours stack.DriftItem[] what a deploy of ours that did not end has changed; no drift
---@field same integer how many are as they were left
---@field unseen string[] kinds that could not be listed
---@field has_drift boolean

local function name_of(one)
	return one.kind .. "/" .. one.id
end

--- What a deploy does; an adoption changes tags only.
local CHANGES = { create = true, update = true, delete = true }

--- The time of an intent of this place; nil for any other line, and for one that no journal holds.
local function begun_at(line)
	local ok, entry = pcall(json.decode, line)
	if not ok or type(entry) ~= "table" or entry.type ~= "intent" then
		return nil
	elseif not CHANGES[entry.action] or entry.carried or type(entry.time) ~= "string" then
		-- What was carried over from a journal of no known place may be another's.
		return nil
	end
	local known, at = pcall(time.parse, entry.time)
	return known and at or nil, entry
end

--- What a deploy that was cut off has begun since: by resource, the time. Its record is the journal.
local function own_changes(stack, since)
	local times, after = {}, time.parse(since)
	local path = place.path(stack, ".ndjson")
	if not fs.exists(path) then
		return times
	end
	for line in fs.read(path):gmatch "[^\n]+" do
		local at, entry = begun_at(line)
		if at and entry and at > after then
			times[entry.resource] = entry.time
		end
	end
	return times
end

local function differences_of(step)
	local list = {}
	for index, one in ipairs(step.differences or {}) do
		list[index] = turned.difference(one)
	end
	return list
end

--- What the script declares by now, as it can be compared with anything.
local function of_script(stack, live)
	local list = planning.resolved(stack, live)
	for _, one in ipairs(list) do
		one.protect = nil
		for name, property in pairs(kind.get(one.kind).properties) do
			-- Nobody can read it back, so it is in no drift; to compare it takes its time.
			if property.fingerprint then
				one.properties[name] = nil
			end
		end
	end
	return list
end

--- What a deploy of the script as it is now would do to each resource, in words.
local function intentions(stack, all)
	local live = planning.unprotected(all)
	local ok, _, steps = errors.capture(function()
		return planning.against(stack, live, of_script(stack, live))
	end)
	local words, places = {}, {}
	for _, declared in ipairs(stack.declared) do
		places[name_of(declared)] = declared.at
	end
	if not ok then
		return nil, places
	end
	for _, step in ipairs(steps) do
		words[step.resource] = step
	end
	return words, places
end

---@type table<string, string>
---@type table<string, string?>
local BACK = {
	create = "a deploy would make it again",
	replace = "a deploy would replace it",
	delete = "a deploy would delete it",
}

--- What the script as it is now makes of a difference.
local function answer(item, sort, plans, declared)
	if not plans then
		return "the script has mistakes, so nobody can tell what a deploy would do"
	end
	local step = plans[name_of(item)]
	if sort == "deleted" and not declared then
		return "the script does not declare it any more"
	elseif sort == "unknown" and declared then
		return step and "the script declares it, and a deploy would change it"
			or "the script declares it as it is: another folder's deploy made it"
	elseif not step then
		return "the script says the same, so a deploy leaves it"
	---@diagnostic disable-next-line: unnecessary-if -- not every action has one
	elseif BACK[step.action] then
		return BACK[step.action]
	elseif step.action ~= "update" then
		return "it is changing right now"
	end
	local changed = {}
	for _, one in ipairs(step.differences) do
		changed[one.path] = one.to
	end
	for _, one in ipairs(item.differences or {}) do
		if one.was and changed[one.path] == one.was then
			return "a deploy would set it back"
		end
	end
	return changed[(item.differences or { {} })[1].path]
			and "a deploy would set what the script says"
		or "a deploy would set it back"
end

--- The live resource that is meant by one that was left: the very same where it is there.
local function same_one(left, live)
	local other
	for _, one in ipairs(live) do
		if one.kind == left.kind and one.id == left.id and one.properties then
			if one.physical == left.physical then
				return one
			end
			other = other or one
		end
	end
	return other
end

local function missing(unseen)
	local set = {}
	for _, name in ipairs(unseen) do
		set[name] = true
	end
	return set
end

--- What was left, as the engine takes a declaration. Kinds that are not defined here are passed over.
---@return table[] declared
---@return table<string, boolean> skipped
local function as_declared(stack, before, not_seen)
	local list, skipped = {}, {}
	for _, one in ipairs(before.resources) do
		if
			not stack:knows(one.kind)
			or not_seen[one.kind]
			-- What the account shares is looked for only where it is declared.
			or (kind.get(one.kind).shared and not stack:declares(one.kind))
		then
			skipped[name_of(one)] = true
		else
			local known, properties = kind.get(one.kind).properties, {}
			for name, value in pairs(one.properties) do
				-- Another version of dmsrun may have called it otherwise.
				properties[name] = known[name] and value or nil
			end
			list[#list + 1] = {
				kind = one.kind,
				id = one.id,
				properties = properties,
				retain = one.retain,
				ignore_changes = one.ignore_changes,
				depends_on = {},
				replace_with = {},
			}
		end
	end
	return list, skipped
end

local function sort_step(found, step, left, now)
	local item = {
		kind = step.kind,
		id = step.id,
		physical = step.physical or (left and left.physical),
	}
	if step.action == "create" then
		found.deleted[#found.deleted + 1] = item
	elseif step.action == "update" or step.action == "replace" then
		item.differences = differences_of(step)
		item.reason = #item.differences == 0 and step.reason or nil
		found.changed[#found.changed + 1] = item
	end
	if now and left and now.physical ~= left.physical and step.action ~= "create" then
		item.reason = ("another one: %s was left"):format(left.physical)
	end
end

--- The mark of a protected resource: without it the next deploy may delete what was not to be lost.
local function unmarked(found, left, now)
	if not left.protect or (now.tags or {})["dmsrun:protect"] == "true" then
		return false
	end
	local item
	for _, one in ipairs(found.changed) do
		item = name_of(one) == name_of(left) and one or item
	end
	if not item then
		item = { kind = left.kind, id = left.id, physical = now.physical, differences = {} }
		found.changed[#found.changed + 1] = item
	end
	table.insert(item.differences, {
		path = "protect",
		text = "the tag dmsrun:protect was taken away",
	})
	return true
end

--- Another resource in the place of one that was left, alike in all that was declared.
local function swapped(found, left, now)
	if left.physical ~= now.physical then
		found.changed[#found.changed + 1] = {
			kind = left.kind,
			id = left.id,
			physical = now.physical,
			reason = ("another one: %s was left"):format(left.physical),
			differences = {},
		}
		return true
	end
	return false
end

local function of_tasks(found, before, live)
	for _, left in ipairs(before.resources) do
		local now = left.state and same_one(left, live)
		if now and now.state and now.state ~= left.state then
			local raw = (now.item or {}).raw or {}
			found.tasks[#found.tasks + 1] = {
				id = left.id,
				name = raw.replication_task_identifier or now.outputs.name or now.physical,
				was = left.state,
				is = now.state,
				reason = now.state ~= "running" and raw.stop_reason or nil,
			}
		end
	end
end

local function compare(stack, before, live, unseen, found)
	local not_seen = missing(unseen)
	local declared, skipped = as_declared(stack, before, not_seen)
	local meant, known, by_name = {}, {}, {}
	for _, left in ipairs(before.resources) do
		local now = not skipped[name_of(left)] and same_one(left, live)
		by_name[name_of(left)] = left
		if now then
			meant[#meant + 1], known[now] = now, true
		end
	end
	local _, steps, unchanged =
		planning.against(stack, planning.unprotected(meant), declared, turned.compare)
	local same = {}
	for _, step in ipairs(steps) do
		local left = by_name[step.resource]
		sort_step(found, step, left, left and same_one(left, live))
	end
	for _, name in ipairs(unchanged) do
		local left = by_name[name]
		same[name] = not swapped(found, left, same_one(left, live)) or nil
	end
	for _, left in ipairs(before.resources) do
		local now = not skipped[name_of(left)] and same_one(left, live)
		if now and unmarked(found, left, now) then
			same[name_of(left)] = nil
		end
	end
	for _ in pairs(same) do
		found.same = found.same + 1
	end
	for _, one in ipairs(live) do
		if not known[one] and not skipped[name_of(one)] and not kind.get(one.kind).shared then
			local twin = by_name[name_of(one)]
			found.unknown[#found.unknown + 1] = {
				kind = one.kind,
				id = one.id,
				physical = one.physical,
				reason = twin and ("a second one beside %s"):format(twin.physical) or nil,
			}
		end
	end
	of_tasks(found, before, live)
end

--- Without a record the script is all there is to compare with.
local function against_script(stack, live, unseen, found)
	local not_seen, declared = missing(unseen), {}
	for _, one in ipairs(stack.declared) do
		declared[name_of(one)] = true
	end
	local given = {}
	for _, one in ipairs(live) do
		if declared[name_of(one)] then
			given[#given + 1] = one
		elseif not kind.get(one.kind).shared then
			found.unknown[#found.unknown + 1] =
				{ kind = one.kind, id = one.id, physical = one.physical }
		end
	end
	given = planning.unprotected(given)
	local resolved = of_script(stack, given)
	local _, steps, unchanged = planning.against(stack, given, resolved, turned.compare)
	for _, step in ipairs(steps) do
		if not not_seen[step.kind] then
			sort_step(found, step)
		end
	end
	found.same = #unchanged
end

--- Takes out what a deploy of ours that was cut off did: it is no outsider's.
local function part_ours(found, times)
	for _, sort in ipairs { "changed", "deleted", "unknown" } do
		local kept = {}
		for _, item in ipairs(found[sort]) do
			item.since = times[name_of(item)]
			if item.since then
				found.ours[#found.ours + 1] = item
			else
				kept[#kept + 1] = item
			end
		end
		found[sort] = kept
	end
end

--- What changed behind our back.
---@param stack stack.Stack
---@return stack.Drift
function drift.of(stack)
	local before = baseline.read(stack)
	local live, unseen = discover.live(stack, stack:kinds(), context.shared())
	local found = {
		stack = stack.name,
		since = before and before.time,
		complete = before ~= nil and before.complete,
		destroyed = before ~= nil and before.destroyed == true,
		changed = {},
		deleted = {},
		unknown = {},
		tasks = {},
		ours = {},
		same = 0,
		unseen = unseen,
	}
	if before then
		compare(stack, before, live, unseen, found)
		part_ours(found, own_changes(stack, before.time))
	else
		against_script(stack, live, unseen, found)
	end
	local plans, places = intentions(stack, live)
	for _, sort in ipairs { "changed", "deleted", "unknown", "ours" } do
		for _, item in ipairs(found[sort]) do
			item.at = places[name_of(item)]
			item.deploy = answer(item, sort, plans, item.at ~= nil)
		end
		table.sort(found[sort], function(a, b)
			return name_of(a) < name_of(b)
		end)
	end
	found.has_drift = #found.changed + #found.deleted + #found.unknown > 0
	return found
end

return drift
