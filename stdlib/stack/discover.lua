--- What is live: every kind's list, swept at the same time, with each item read by its kind.

local context = require "stack.context"
local errors = require "errors"
local parallel = require "parallel"
local record = require "stack.record"

local discover = {}

--- How many kinds are listed at a time.
local LIMIT = 8

local STACK, RESOURCE = "dmsrun:stack", "dmsrun:resource"

--- Whether an error means that an operation can't be had here at all.
---@param problem any
---@return boolean
function discover.unavailable(problem)
	return type(problem) == "table" and problem.kind == "aws" and problem.unavailable == true
end

---@class stack.Live
---@field kind string
---@field id string
---@field physical string
---@field properties table
---@field outputs table
---@field tags table<string, string>
---@field parents string[]
---@field state? string
---@field broken? string
---@field fixed? table<string, string> what can't be changed in this state, with the reason
---@field implied? table<string, any> what the declaration implies beside what it says: properties
---@field warnings? string[] what a plan says of it, whatever is to be done
---@field item table as the kind lists it

--- The identity that an item's tag gives: kind and id.
local function identity_of(item)
	local kind_name, id = tostring((item.tags or {})[RESOURCE] or ""):match "^([^/]+)/(.+)$"
	return kind_name, id
end

--- One item as the engine compares it.
---@param ctx stack.Context
---@param kind kind.Kind
---@param item table
---@param id string
---@return stack.Live
function discover.observe(ctx, kind, item, id)
	local seen = kind.observe(ctx, item)
	seen.properties = seen.properties or {}
	record.add_fingerprints(kind, item.tags or {}, seen.properties, ctx.declared)
	local outputs = {}
	for name, value in pairs(seen.outputs or {}) do
		outputs[name] = value
	end
	outputs.id = outputs.id or item.id
	outputs.name = outputs.name or (item.tags or {}).Name or item.id
	if outputs.arn == nil and tostring(item.id):find "^arn:" then
		outputs.arn = item.id
	end
	local parents = {}
	-- A parent that is not there leaves a hole; what comes after it still counts.
	local listed = kind.parents and kind.parents(item) or {}
	for _, parent in pairs(listed) do
		if type(parent) == "string" then
			parents[#parents + 1] = parent
		end
	end
	table.sort(parents)
	return {
		kind = kind.name,
		id = id,
		physical = item.id,
		properties = seen.properties or {},
		outputs = outputs,
		tags = item.tags or {},
		parents = parents,
		state = seen.state,
		broken = seen.broken,
		fixed = seen.fixed,
		implied = seen.implied,
		warnings = seen.warnings,
		item = item,
	}
end

--- Roles and buckets are seen from every region: a stack of one region is never taken for one of
--- another with the same name.
local function refuse_other_region(stack, ctx, kind, item)
	local region = (item.tags or {})["dmsrun:region"]
	if region == nil or region == ctx.region then
		return
	end
	errors.raise {
		summary = "The stack belongs to another region",
		what = ("%s %s of the stack %q was made in %s; this run is for %s"):format(
			kind.name,
			item.id,
			stack.name,
			region,
			ctx.region
		),
		why = "nothing was changed",
		hints = {
			"choose its region: --region " .. region,
			"a second stack in this region needs another name",
		},
		at = stack.at,
	}
end

--- The live resources of one kind.
local function of_kind(stack, shared, kind)
	local live, declared = {}, {}
	for _, one in ipairs(stack.declared) do
		if one.kind == kind.name then
			declared[one.id] = one.properties
		end
	end
	local ctx = context.new(stack, shared, { declares = declared })
	for _, item in ipairs(kind.list(ctx)) do
		-- Filters only narrow: the tags decide.
		if (item.tags or {})[STACK] == stack.name then
			refuse_other_region(stack, ctx, kind, item)
			local kind_name, id = identity_of(item)
			if not id then
				errors.raise {
					summary = "A live resource has no identity",
					what = ("%s %s carries the stack's tag but not %s"):format(
						kind.name,
						item.id,
						RESOURCE
					),
					hints = {
						"Take the tag dmsrun:stack away from it, or give it its identity back.",
					},
				}
			elseif kind_name == kind.name then
				local own =
					context.new(stack, shared, { declared = declared[id], live_tags = item.tags })
				live[#live + 1] = discover.observe(own, kind, item, id)
			elseif not stack:knows(kind_name) then
				live[#live + 1] =
					{ kind = kind_name, id = id, physical = item.id, tags = item.tags }
			end
		end
	end
	return live
end

--- The shared things that the stack declares: found by what is declared, not by tags.
local function of_shared(stack, shared, kind)
	local live = {}
	for _, declared in ipairs(stack.declared) do
		if declared.kind == kind.name then
			local ctx = context.new(stack, shared)
			local item
			if kind.find then
				item = kind.find(ctx, declared.properties)
			else
				item = kind.read(ctx, declared.properties.name or declared.id)
			end
			if item then
				live[#live + 1] = discover.observe(ctx, kind, item, declared.id)
			end
		end
	end
	return live
end

--- What can't be listed: an error where the stack declares some of it, a warning where it does not.
local function unlisted(stack, kind, problem)
	local declared = stack:declares(kind.name)
	local told = {
		summary = "A kind can't be listed",
		what = ("%s: %s"):format(kind.name, tostring(problem)),
	}
	if declared then
		told.why = ("the stack declares %s %q, so what is live must be known"):format(
			kind.name,
			declared.id
		)
		told.at = declared.at
		errors.raise(told)
	end
	told.why = "the stack declares none of it; what an earlier version of it made is not seen"
	told.at = false
	errors.warn(told)
end

--- Everything live that belongs to the stack, kind by kind.
---@param stack table
---@param kinds kind.Kind[]
---@param shared poll.Shared
---@return stack.Live[] live
---@return string[] unseen the kinds that could not be listed
function discover.live(stack, kinds, shared)
	stack:identity()
	---@type table[]
	local found = parallel.map(kinds, function(kind)
		local list = kind.shared and of_shared or of_kind
		local ok, result = errors.capture(list, stack, shared, kind)
		if not ok and not discover.unavailable(result) then
			error(result, 0)
		end
		return { ok = ok, result = result }
	end, LIMIT)
	local live, unseen = {}, {}
	for index, kind in ipairs(kinds) do
		local one = found[index] --[[@as table]]
		if one.ok then
			table.move(one.result, 1, #one.result, #live + 1, live)
		else
			unlisted(stack, kind, one.result)
			unseen[#unseen + 1] = kind.name
		end
	end
	return live, unseen
end

return discover
