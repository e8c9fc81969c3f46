--- The plan of a stack, as scripts see it, and the proof that nothing is left.

local context = require "stack.context"
local discover = require "stack.discover"
local engine = require "engine"
local errors = require "errors"
local json = require "json"
local kind = require "kind"
local lock = require "stack.lock"
local record = require "stack.record"
local preflight = require "stack.preflight"
local risk = require "stack.risk"
local saved = require "stack.saved"

local planning = {}

---@class stack.Plan
---@field stack stack.Stack
---@field destroy boolean
---@field has_changes boolean
---@field steps table[] each `{ kind, id, action, reason, differences, changes, effect, loses_data, … }`
---@field unchanged string[] "kind/id"
---@field notes string[] what is no longer declared and can't go back
---@field kept string[] what stays although it is not declared
---@field live stack.Live[]
---@field unseen string[] kinds that could not be listed
---@field handle any the engine's own
---@field items table<string, table> live items by kind and physical name
---@field checked? boolean
---@field applied? boolean
---@field under? string the token of the lock that it was made under
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
	local lines = engine.show(self.handle, full or false).lines
	for _, note in ipairs(self.notes) do
		lines[#lines + 1] = note
	end
	return lines
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
	local data = engine.json(self.handle)
	local security = {}
	for index, one in ipairs(self:risks()) do
		security[index] = { class = one.class, resource = one.resource, text = one.text }
	end
	data.security = json.array(security)
	data.data_loss = json.array(self:losses())
	data.notes = json.array(self.notes)
	return data
end

--- Writes the plan to a file, to be carried out later as it is: see `Plan:require_saved`.
---@param path string
function Plan:save(path)
	saved.write(self, path)
end

--- Raises where this plan is not the one that was saved: the world moved, or the script.
---@param path string
function Plan:require_saved(path)
	saved.require(self, path)
end

--- What of the plan is about security: who may do what, who reaches what, what is encrypted.
---@return stack.Risk[]
function Plan:risks()
	if self.destroy then
		return {}
	end
	return risk.of(self.steps)
end

--- What the plan does that needs a second look, and the classes of it, as `--allow` names them:
--- destroy, replace, stop, reload, iam, network, public, encryption.
---@return string[] lines
---@return table<string, boolean> classes
function Plan:risky()
	return risk.second_look(self.steps, self:risks())
end

--- The step about a resource as a plan names it: `dms.task "migration"`.
---@param name string
---@return table?
function Plan:step_of(name)
	for _, step in ipairs(self.steps) do
		if ("%s %q"):format(step.kind, step.id) == name then
			return step
		end
	end
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

--- Asks whether AWS offers and knows what the steps name, and raises where it does not; once.
--- `Stack:apply` does it before the first change.
---@param extra? stack.Extra[] checks of values that no resource holds
function Plan:check(extra)
	if not self.checked and not self.destroy then
		self.checked = true
		preflight.run(self.stack, self, extra)
	end
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
		if definition and definition.effect then
			effect = definition.effect(step.action, step.changes, item, step)
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
	local fresh = discover.live(stack, again, shared)
	return table.move(fresh, 1, #fresh, #live + 1, live), earlier.unseen
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
		notes = notes,
		under = lock.token(stack),
	}, Plan)
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

--- A step in a text: what is done to what, and how it differs.
local function essence(step)
	local parts = { step.resource, step.action, step.physical or "", tostring(step.generation) }
	for _, one in ipairs(step.differences or {}) do
		parts[#parts + 1] = one.path .. " " .. one.text
	end
	return table.concat(parts, "\0")
end

--- Looks again at what a plan is about to change, now that nobody else changes it: what was looked at
--- is what is carried out. What is done already, by whomever, is left out; what differs is refused.
---@param plan stack.Plan
---@param command? string what is run again
function planning.confirm(plan, command)
	local token = lock.token(plan.stack)
	if plan.under and plan.under == token then
		return
	end
	local now, known, moved = planning.make(plan.stack, plan.destroy, plan), {}, {}
	for _, step in ipairs(plan.steps) do
		known[essence(step)] = true
	end
	for _, step in ipairs(now.steps) do
		if step.action ~= "wait" and not known[essence(step)] then
			moved[#moved + 1] = ('%s "%s": %s, %s'):format(
				step.kind,
				step.id,
				step.action,
				step.reason
			)
		end
	end
	if #moved > 0 then
		errors.raise {
			summary = "The world moved since the plan was made",
			what = "it would do now what nobody has seen: " .. table.concat(moved, "\n"),
			why = "somebody else changed the stack meanwhile; nothing was changed by this run",
			hints = {
				command and { "Run it again, it shows the new plan:", command = command }
					or "run it again: it shows the new plan",
			},
			at = false,
		}
	end
	for _, key in ipairs {
		"handle",
		"steps",
		"items",
		"live",
		"has_changes",
		"unchanged",
		"kept",
		"under",
	} do
		plan[key] = now[key]
	end
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
	local handle = planning.against(stack, live, nil, function()
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
	local proof = {
		kinds = {},
		left = left,
		shared = shared,
		retained = retained,
		unseen = unseen,
		lines = {},
	}
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
