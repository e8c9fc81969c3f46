--- Two tasks that carry the same tables apply every change twice: refused wherever a task is started.

local approval = require "migration.approval"
local errors = require "errors"
local states = require "kinds.support.task_states"

local twice = {}

--- The task that carries the same tables.
local function other_of(id)
	return id == "cdc" and "migration" or "cdc"
end

local function refuse(m, what, other, at)
	errors.raise {
		summary = "Two tasks would carry the same tables",
		what = what .. ": every change would be applied twice",
		why = "nothing was changed",
		hints = {
			{ "Stop the other one first:", command = m:command("stop " .. other) },
			{ "To have it apply them twice all the same:", command = m:again "twice" },
		},
		at = at,
	}
end

--- Refuses to start one task while the other one runs, or is about to, on the same tables.
---@param m migration.Migration
---@param found { tasks: table<string, table> }
---@param id string of the one to start: migration or cdc
function twice.refuse(m, found, id)
	local other = other_of(id)
	local task = found.tasks[other]
	if not (task and states.runs(task) and m:share_tables()) or approval.allowed "twice" then
		return
	end
	local text = ("%s is %s, and %q has the same tables, or some of them"):format(
		task.replication_task_identifier,
		task.status,
		id
	)
	refuse(m, text, other, false)
end

--- Which tasks run once a plan is carried out, and why those do that it starts.
local function outcome_of(m, plan)
	local runs, started = {}, {}
	for _, one in ipairs(plan.live) do
		if one.kind == "dms.task" then
			local state = one.properties.state
			runs[one.id] = state == "running" or state == "starting"
		end
	end
	for _, step in ipairs(plan.steps) do
		local state = step.kind == "dms.task" and (step.changes or {}).state
		if step.action == "delete" and step.kind == "dms.task" then
			runs[step.id] = false
		elseif state then
			if state.to == "running" and not runs[step.id] then
				started[step.id] =
					"this deploy resumes %q, which a change that was interrupted had stopped"
			end
			runs[step.id] = state.to == "running"
		end
	end
	for _, task in ipairs(m.tasks) do
		if started[task.id] and task.state == "running" then
			started[task.id] = "the script declares %q as running"
		end
	end
	return runs, started
end

--- Refuses a plan that starts one task while the other one runs on the same tables: because the script
--- declares it as running, or because an interrupted change had stopped it.
---@param m migration.Migration
---@param plan stack.Plan
function twice.refuse_plan(m, plan)
	if plan.destroy or not m:share_tables() or approval.allowed "twice" then
		return
	end
	local runs, started = outcome_of(m, plan)
	for _, task in ipairs(m.tasks) do
		local other = other_of(task.id)
		if started[task.id] and runs[other] then
			local text = (started[task.id] .. ", and %q %s and has the same tables"):format(
				task.id,
				other,
				started[other] and "is started as well" or "runs"
			)
			refuse(m, text, other, m.place)
		end
	end
end

return twice
