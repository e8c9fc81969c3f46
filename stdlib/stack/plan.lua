--- The plan of a stack, as scripts see it, and the proof that nothing is left.

local context = require "stack.context"
local discover = require "stack.discover"
local engine = require "engine"
local errors = require "errors"
local kind = require "kind"

local planning = {}

---@class stack.Plan
---@field stack stack.Stack
---@field destroy boolean
---@field has_changes boolean
---@field steps table[] each `{ kind, id, action, reason, differences, changes, effect, loses_data, … }`
---@field unchanged string[] "kind/id"
---@field kept string[] what stays although it is not declared
---@field live stack.Live[]
---@field unseen string[] kinds that could not be listed
local Plan = {}
Plan.__index = Plan

--- `2 to change, interrupts replication`.
---@return string
function Plan:headline()
	return engine.show(self.handle, false).headline
end

--- The lines below the headline.
---@param full? boolean every step and property
---@return string[]
function Plan:lines(full)
	return engine.show(self.handle, full or false).lines
end

--- The whole text, headline and lines, each line with its newline.
---@param full? boolean
---@return string
function Plan:text(full)
	return engine.show(self.handle, full or false).text
end

--- The plan as data, for `ui.json`.
---@return table
function Plan:json()
	return engine.json(self.handle)
end

--- The steps with one of the actions.
---@param ... string "create", "update", "replace", "delete" or "wait"
---@return table[]
function Plan:with(...)
	local wanted, found = {}, {}
	for _, action in ipairs { ... } do
		wanted[action] = true
	end
	for _, step in ipairs(self.steps) do
		if wanted[step.action] then
			found[#found + 1] = step
		end
	end
	return found
end

--- What would be lost, in the words of the kinds.
---@return string[]
function Plan:losses()
	local losses = {}
	for _, step in ipairs(self.steps) do
		losses[#losses + 1] = step.loses_data
	end
	return losses
end

--- The live item that a step is about, as its kind listed it.
---@param step table
---@return table?
function Plan:item(step)
	return step.physical and self.items[step.kind .. " " .. step.physical]
end

--- Properties with the stack's tags under the resource's own.
local function with_tags(stack, declared)
	local definition = kind.get(declared.kind)
	local own = declared.properties.tags
	if not definition.properties.tags or definition.shared or not stack.options.tags then
		return declared.properties
	end
	local properties, merged = {}, {}
	for name, value in pairs(declared.properties) do
		properties[name] = value
	end
	for name, value in pairs(stack.options.tags) do
		merged[name] = value
	end
	if type(own) == "table" then
		for name, value in pairs(own) do
			merged[name] = value
		end
	elseif own ~= nil then
		-- A reference, or a mistake that the engine reports.
		return properties
	end
	properties.tags = merged
	return properties
end

--- A word that tells a resource apart in a summary.
local function brief(declared)
	local definition = kind.get(declared.kind)
	if definition.brief then
		local ok, text = pcall(definition.brief, declared.properties)
		return ok and type(text) == "string" and text or nil
	end
	local text = declared.properties.cidr_block or declared.properties.replication_instance_class
	return type(text) == "string" and text or nil
end

local function declarations(stack)
	local list = {}
	for index, declared in ipairs(stack.declared) do
		local copy = {}
		for key, value in pairs(declared) do
			copy[key] = value
		end
		copy.properties = with_tags(stack, declared)
		copy.brief = brief(declared)
		list[index] = copy
	end
	return list
end

local function schemas(kinds)
	local map = {}
	for _, definition in ipairs(kinds) do
		map[definition.name] = definition.schema
	end
	return map
end

--- What the engine needs to know of a live resource; its item stays here.
local function plain(live)
	return {
		kind = live.kind,
		id = live.id,
		physical = live.physical,
		properties = live.properties,
		outputs = live.outputs,
		tags = live.tags,
		parents = live.parents,
		state = live.state,
		broken = live.broken,
	}
end

--- Lets the kinds say what each step does to replication and to data.
local function annotate(plan)
	for _, step in ipairs(engine.steps(plan.handle)) do
		local definition = kind.find(step.kind)
		local item = plan:item(step)
		local effect, loses
		if definition and definition.effect then
			effect = definition.effect(step.action, step.changes, item)
		end
		if definition and definition.loses_data and item then
			loses = definition.loses_data(step.action, item)
		end
		if effect or loses then
			engine.annotate(plan.handle, step.index, effect, loses)
		end
	end
	plan.steps = engine.steps(plan.handle)
end

--- Makes the plan of a stack.
---@param stack stack.Stack
---@param destroy boolean whether nothing counts as declared
---@return stack.Plan
function planning.make(stack, destroy)
	local kinds, shared = stack:kinds(), context.shared()
	local declared = declarations(stack)
	local known = schemas(kinds)
	-- What is wrong with the declaration is said before AWS is asked for anything.
	engine.plan({ stack = stack.name, declared = declared, live = {}, kinds = known }, kind.compare)
	local live, unseen = discover.live(stack, kinds, shared)
	local items, given = {}, {}
	for index, one in ipairs(live) do
		items[one.kind .. " " .. one.physical] = one.item
		given[index] = plain(one)
	end
	local handle = engine.plan({
		stack = stack.name,
		owner = stack.options.owner,
		declared = destroy and {} or declared,
		live = given,
		kinds = known,
	}, kind.compare)
	local about = engine.about(handle)
	local plan = setmetatable({
		stack = stack,
		handle = handle,
		destroy = destroy,
		live = live,
		items = items,
		unseen = unseen,
		has_changes = about.has_changes,
		unchanged = about.unchanged,
		kept = about.kept,
	}, Plan)
	annotate(plan)
	return plan
end

local function is_retained(live)
	return (live.tags or {})["dmsrun:retain"] == "true"
end

--- The proof: how many of each kind are there, and that what is left is meant to be.
---@param stack stack.Stack
---@param kinds kind.Kind[]
---@param live stack.Live[]
---@param unseen string[]
---@return table
function planning.proof(stack, kinds, live, unseen)
	local counts, left, shared, retained = {}, {}, {}, {}
	for _, one in ipairs(live) do
		counts[one.kind] = (counts[one.kind] or 0) + 1
		if kind.get(one.kind).shared then
			shared[#shared + 1] = one.physical
		elseif is_retained(one) then
			retained[#retained + 1] = ("%s %s"):format(one.kind, one.physical)
		else
			left[#left + 1] = one
		end
	end
	local proof =
		{ kinds = {}, left = left, shared = shared, retained = retained, unseen = unseen, lines = {} }
	local missing = {}
	for _, name in ipairs(unseen) do
		missing[name] = true
	end
	for _, definition in ipairs(kinds) do
		local name = definition.name
		proof.kinds[#proof.kinds + 1] = { name = name, count = counts[name] or 0 }
		local text = missing[name] and "could not be listed"
			or definition.shared and counts[name] and (counts[name] .. " shared, stays")
			or tostring(counts[name] or 0)
		proof.lines[#proof.lines + 1] = ("%-28s %s"):format(name, text)
	end
	local summary = "nothing is left"
	if #shared > 0 then
		summary = ("nothing is left but the roles that the account shares: %s"):format(
			table.concat(shared, ", ")
		)
	end
	if #retained > 0 then
		summary = ("%s; retained: %s"):format(summary, table.concat(retained, ", "))
	end
	proof.summary = summary
	if #left > 0 then
		local names = {}
		for index, one in ipairs(left) do
			names[index] = ("%s (%s/%s)"):format(one.physical, one.kind, one.id)
		end
		errors.raise {
			summary = "Something is left of the stack",
			what = table.concat(names, ", "),
			hints = { "Run destroy again: it goes on with what is left." },
			at = stack.at,
			exit = "partial",
		}
	end
	return proof
end

return planning
