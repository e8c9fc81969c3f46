--- How the plan of a stack is made: what is declared against what is live.

local context = require "stack.context"
local discover = require "stack.discover"
local engine = require "engine"
local errors = require "errors"
local kind = require "kind"
local lock = require "stack.lock"
local planned = require "stack.planned"
local record = require "stack.record"
local preflight = require "stack.preflight"

local planning = {}

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
		copy.origin = nil
		copy.brief = brief(declared)
		list[index] = copy
	end
	return list
end

local function shown(value)
	if type(value) == "table" then
		return "as it is"
	elseif type(value) == "userdata" then
		return "(sensitive)"
	end
	return tostring(value)
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
		fixed = live.fixed,
	}
end

--- Lets the kinds say what each step does to replication and to data.
local function annotate(plan)
	for _, step in ipairs(engine.steps(plan.handle)) do
		local definition = kind.find(step.kind)
		local item = plan:item(step)
		---@type string?, string?
		local effect, loses
		-- What may be replaced is agreed to as if it were.
		local action = step.may_replace and "replace" or step.action
		if definition and definition.effect then
			effect = definition.effect(action, step.changes, item, step)
		end
		if definition and definition.loses_data and item then
			loses = definition.loses_data(action, item, step.changes)
		end
		if effect or loses then
			engine.annotate(plan.handle, step.index, effect, loses)
		end
	end
	plan.steps = engine.steps(plan.handle)
end

--- Puts in the defaults of what is no longer declared, and says what stays as it is.
local function go_back(declared, live)
	---@type table<string, stack.Live>, string[]
	local found, notes = {}, {}
	for _, one in ipairs(live) do
		found[one.kind .. " " .. one.id] = one
	end
	for _, copy in ipairs(declared) do
		---@type stack.Live?
		local there = found[copy.kind .. " " .. copy.id]
		if there and there.properties then
			local defaults, resets, stays =
				record.removed(kind.get(copy.kind), copy.properties, there)
			local implied = there.implied or {}
			if next(defaults) or next(implied) then
				local properties = {}
				for name, value in pairs(copy.properties) do
					properties[name] = value
				end
				for _, more in ipairs { defaults, implied } do
					for name, value in pairs(more) do
						properties[name] = value
					end
				end
				copy.properties = properties
			end
			copy.reset = #resets > 0 and resets or nil
			for _, name in
				ipairs(record.unknown(kind.get(copy.kind), copy.properties, there.properties))
			do
				notes[#notes + 1] = ("%s %q: %s is declared, and nobody knows whether it is the one that is there: this was adopted, and no deploy has sent one since. The next change of it sends it; to send it now: deploy --allow password"):format(
					copy.kind,
					copy.id,
					name
				)
			end
			for _, text in ipairs(there.warnings or {}) do
				notes[#notes + 1] = ("%s %q %s"):format(copy.kind, copy.id, text)
			end
			for _, name in ipairs(stays) do
				if implied[name] == nil then
					notes[#notes + 1] = ("%s %q: %s is no longer declared and stays %s; there is no default to go back to"):format(
						copy.kind,
						copy.id,
						name,
						shown(there.properties[name])
					)
				end
			end
		end
	end
	return notes
end

--- What is live; with an earlier plan, the kinds of its steps are looked at again and no others.
local function look(stack, kinds, shared, earlier)
	if not earlier then
		return discover.live(stack, kinds, shared)
	end
	local touched, again, live = {}, {}, {}
	for _, step in ipairs(earlier.steps) do
		touched[step.kind] = true
	end
	for _, one in ipairs(kinds) do
		again[#again + 1] = touched[one.name] and one or nil
	end
	for _, one in ipairs(earlier.live) do
		live[#live + 1] = not touched[one.kind] and one or nil
	end
	local fresh, unseen = discover.live(stack, again, shared)
	if #unseen > 0 then
		-- Its steps would vanish without a word.
		errors.raise {
			summary = "What the plan changes can't be looked at again",
			what = ("%s could not be listed, and the plan has steps for it"):format(
				table.concat(unseen, ", ")
			),
			why = "nothing was changed by this run",
			hints = { "permit what the warning names, or try again: the plan is made anew" },
			at = stack.at,
		}
	end
	return table.move(fresh, 1, #fresh, #live + 1, live), earlier.unseen
end

--- What the script marks, as "kind/id": the tags say so only after a deploy.
local function marked(stack, mark)
	local names = {}
	for _, one in ipairs(stack.declared) do
		names[#names + 1] = one[mark] and one.kind .. "/" .. one.id or nil
	end
	return names
end

--- Makes the plan of a stack.
---@param stack stack.Stack
---@param destroy boolean whether nothing counts as declared
---@param earlier? stack.Plan one that was made before: only what it changes is looked at again
---@return stack.Plan
function planning.make(stack, destroy, earlier)
	local kinds, shared = stack:kinds(), context.shared()
	local declared = declarations(stack)
	local known = schemas(kinds)
	-- What is wrong with the declaration is said before AWS is asked for anything.
	engine.plan({ stack = stack.name, declared = declared, live = {}, kinds = known }, kind.compare)
	if not destroy then
		preflight.shapes(stack)
	end
	local live, unseen = look(stack, kinds, shared, earlier)
	local items, given = {}, {}
	for index, one in ipairs(live) do
		items[one.kind .. " " .. one.physical] = one.item
		given[index] = plain(one)
	end
	local notes = destroy and {} or go_back(declared, live)
	local handle = engine.plan({
		stack = stack.name,
		owner = stack.options.owner,
		declared = destroy and {} or declared,
		live = given,
		kinds = known,
		protect = destroy and marked(stack, "protect") or nil,
		retain = destroy and marked(stack, "retain") or nil,
	}, kind.compare)
	local about = engine.about(handle)
	local plan = planned.new {
		stack = stack,
		handle = handle,
		destroy = destroy,
		live = live,
		items = items,
		unseen = unseen,
		has_changes = about.has_changes,
		unchanged = about.unchanged,
		kept = about.kept,
		notes = notes,
		under = lock.token(stack),
	}
	annotate(plan)
	return plan
end

--- Refuses a declaration that is wrong in itself; nothing is asked of AWS.
---@param stack stack.Stack
function planning.validate(stack)
	engine.plan({
		stack = stack.name,
		declared = declarations(stack),
		live = {},
		kinds = schemas(stack:kinds()),
	}, kind.compare)
	preflight.shapes(stack)
end

--- What differs between what is live, which is given, and what is declared: nothing is asked of AWS.
--- With `declared`, that instead of what the script declares.
---@param stack stack.Stack
---@param live stack.Live[]
---@param declared? table[]
---@param compare? fun(kind: string, property: string, comparison: string, declared: any, live: any): boolean, table[]?
---@return any handle for `engine`
---@return table[] steps
---@return string[] unchanged "kind/id"
function planning.against(stack, live, declared, compare)
	local given, known = {}, schemas(stack:kinds())
	for index, one in ipairs(live) do
		given[index] = plain(one)
	end
	if declared then
		for name, schema in pairs(known) do
			-- What was declared once is a fact: nothing of it is required, or beyond taking over.
			local fields = {}
			for field, value in pairs(schema) do
				fields[field] = value
			end
			fields.shared, fields.properties = nil, {}
			for property, about in pairs(schema.properties) do
				local copy = {}
				for key, value in pairs(about) do
					copy[key] = value
				end
				copy.required = nil
				fields.properties[property] = copy
			end
			known[name] = fields
		end
	end
	local handle = engine.plan({
		stack = stack.name,
		owner = stack.options.owner,
		declared = declared or declarations(stack),
		live = given,
		kinds = known,
	}, compare or kind.compare)
	return handle, engine.steps(handle), engine.about(handle).unchanged
end

--- Copies of what is live, which nothing protects: comparing refuses nothing.
---@param live stack.Live[]
---@return stack.Live[]
function planning.unprotected(live)
	local list = {}
	for index, one in ipairs(live) do
		local tags = {}
		---@type table<string, any>
		local copy = {}
		for key, value in pairs(one) do
			copy[key] = value
		end
		for key, value in pairs(one.tags or {}) do
			tags[key] = key ~= "dmsrun:protect" and value or nil
		end
		copy.tags = tags
		list[index] = copy
	end
	return list
end

--- What is live of a stack, whatever a plan of it would be refused for: who lets go of something, or
--- owns it, may do so to mend that. Whose it is is looked at all the same.
---@param stack stack.Stack
---@return stack.Live[]
function planning.live(stack)
	if stack.seen then
		return stack.seen
	end
	local kinds = stack:kinds()
	local live, given = discover.live(stack, kinds, context.shared()), {}
	for index, one in ipairs(planning.unprotected(live)) do
		given[index] = plain(one)
	end
	engine.plan({
		stack = stack.name,
		owner = stack.options.owner,
		declared = {},
		live = given,
		kinds = schemas(kinds),
	}, kind.compare)
	return live
end

--- The properties of a resource that are known.
local function known_of(handle, properties)
	local values, complete = engine.value(handle, properties)
	if complete then
		return values
	end
	local known = {}
	for name, value in pairs(properties) do
		local filled, is_known = engine.value(handle, value)
		if is_known then
			known[name] = filled
		end
	end
	return known
end

--- What the script declares, with every reference that `live` can fill in. A property that refers to
--- what is not there is left out.
---@param stack stack.Stack
---@param live stack.Live[]
---@return table[]
function planning.resolved(stack, live)
	-- Only the outputs are wanted; what differs is nobody's question, and a secret's is a costly one.
	local unprotected = declarations(stack)
	for _, one in ipairs(unprotected) do
		one.protect = nil
	end
	local handle = planning.against(stack, live, unprotected, function()
		return true
	end)
	local list, all = declarations(stack), {}
	for index, one in ipairs(list) do
		all[index] = one.properties
	end
	-- At once where everything is known, as after a deploy: each question costs a copy of all outputs.
	local values, complete = engine.value(handle, all)
	for index, one in ipairs(list) do
		one.properties = complete and values[index] or known_of(handle, one.properties)
	end
	return list
end

return planning
