--- What must hold after every step of every apply that a spec makes, whatever its faults: what lives
--- under a stack's tags is declared or planned for deletion, no two live resources are one resource,
--- every intent has an outcome.
---
--- It looks into the local AWS without a call, so that it neither counts as one nor takes time.

local engine = require "engine"
local events = require "stack.events"

local invariants = {}

--- What was found wrong since it was last asked for.
---@type string[]
local found = {}
local enabled = true
local listening = false

---@class spec.Tagged
---@field service string
---@field name string an id or an ARN
---@field tags table<string, string>

--- What the plan makes of what is there: which resources may be there, and which physical ones go.
---@param run stack.Run
---@return table<string, boolean> expected by resource
---@return table<string, boolean> goes by resource and physical id
local function expected_of(run)
	local expected, goes = {}, {}
	for _, list in ipairs { run.plan.kept, run.plan.unchanged } do
		for _, name in ipairs(list) do
			expected[name] = true
		end
	end
	for _, step in ipairs(run.plan.steps) do
		local resource = step.kind .. "/" .. step.id
		expected[resource] = true
		local may_go = step.action == "delete" or step.action == "replace" or step.may_replace
		if step.physical and may_go then
			goes[resource .. " " .. step.physical] = true
		end
	end
	return expected, goes
end

---@param run stack.Run
---@param tagged spec.Tagged[]
---@return spec.Tagged[]
local function of_stack(run, tagged)
	local region = run.stack:identity().region
	local list = {}
	for _, one in ipairs(tagged) do
		local home = one.tags["dmsrun:region"]
		if one.tags["dmsrun:stack"] == run.stack.name and (home == nil or home == region) then
			list[#list + 1] = one
		end
	end
	return list
end

--- Whether the stack looks at things of this kind: what it does not look at it can't know.
local function is_known(run, resource)
	return run.stack:knows((resource:match "^[^/]+"))
end

--- What is wrong with the world as it is in the middle of an apply, or after it.
---@param run stack.Run
---@param tagged spec.Tagged[]
---@param complete boolean
---@return string[]
function invariants.of_world(run, tagged, complete)
	local wrong, seen = {}, {}
	local expected, goes = expected_of(run)
	for _, one in ipairs(of_stack(run, tagged)) do
		local resource = one.tags["dmsrun:resource"]
		if not resource then
			wrong[#wrong + 1] = ("%s carries the stack's tag and no identity"):format(one.name)
		elseif is_known(run, resource) then
			local generation = one.tags["dmsrun:generation"] or "1"
			local key = complete and resource or (resource .. " of generation " .. generation)
			local retained = one.tags["dmsrun:retain"] == "true"
			if seen[key] and not retained then
				wrong[#wrong + 1] = ("%s and %s are both %s"):format(seen[key], one.name, key)
			end
			seen[key] = one.name
			if not expected[resource] and not retained then
				wrong[#wrong + 1] = ("%s (%s) is neither declared nor planned for deletion"):format(
					one.name,
					resource
				)
			elseif complete and goes[resource .. " " .. one.name] and not retained then
				wrong[#wrong + 1] = ("%s (%s) was to be deleted and lives"):format(
					one.name,
					resource
				)
			end
		end
	end
	return wrong
end

--- What is wrong with the journal: after a step its intent has an outcome, after an apply every one
--- has.
---@param run stack.Run
---@param job? table
---@return string[]
function invariants.of_journal(run, job)
	local wrong, before = {}, run.unresolved or {}
	for _, intent in ipairs(engine.unresolved(run.journal)) do
		local own = job and intent.resource == job.resource and intent.action == job.op
		-- Two generations of one resource may be deleted at the same time.
		---@diagnostic disable-next-line: need-check-nil -- what is own is of a job
		own = own and (job.op == "create" or intent.physical == job.physical)
		if (not job) or (own and not before[intent.id]) then
			wrong[#wrong + 1] = ("the intent to %s %s has no outcome"):format(
				intent.action,
				intent.resource
			)
		end
	end
	return wrong
end

---@param lists string[][]
---@param event stack.Event
---@param run stack.Run
---@param job? table
---@param tell fun(text: string)
local function tell_all(lists, event, run, job, tell)
	local where = job and ("after %s %s"):format(job.op, job.resource) or "at the end"
	if event == "failed" then
		where = where .. ", which failed"
	end
	for _, list in ipairs(lists) do
		for _, text in ipairs(list) do
			tell(("stack %q, %s: %s"):format(run.stack.name, where, text))
		end
	end
end

--- Watches every apply of this VM; what is wrong is told and stops nothing. The runner calls it.
---@package
---@param tagged fun(): spec.Tagged[]
---@param tell fun(text: string)
function invariants.watch(tagged, tell)
	if listening then
		return
	end
	listening = true
	events.listen(function(event, run, job)
		if not enabled then
			return
		end
		local complete = event == "complete"
		---@type string[][]
		local lists = { invariants.of_world(run, tagged(), complete) }
		-- What became of a change that failed may be unknown: then its intent stays open.
		if event ~= "failed" then
			lists[2] = invariants.of_journal(run, job)
		end
		tell_all(lists, event, run, job, tell)
	end)
end

--- Watches the applies of the spec itself.
---@package
---@param bench table
function invariants.install(bench)
	invariants.watch(bench.tagged, invariants.note)
end

--- Notes what is wrong, until the test ends.
---@package
---@param text string
function invariants.note(text)
	found[#found + 1] = text
end

--- Switches the checks off or on again, for the rest of the file.
---@param on boolean
function invariants.enable(on)
	enabled = on
end

--- Whether they are on.
---@return boolean
function invariants.enabled()
	return enabled
end

--- What was found wrong since the last time, which is forgotten.
---@return string[]
function invariants.take()
	local list = found
	found = {}
	return list
end

return invariants
