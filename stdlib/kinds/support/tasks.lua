--- Replication tasks around a change: stopped while it is made, then resumed from where they
--- stopped. DMS changes neither a running task nor an endpoint that a running task uses.

local aws = require "aws"
local connections = require "kinds.support.connections"
local dms = require "kinds.support.dms"
local errors = require "errors"
local ledger = require "ledger"
local marks = require "kinds.support.marks"
local states = require "kinds.support.task_states"
local waiting = require "kinds.support.waiting"

local tasks = {}

--- One task during a wait. The settings are long and not needed then.
---@param ctx table
---@param task_arn string
---@return table?
function tasks.poll(ctx, task_arn)
	return dms.poll(
		ctx,
		aws.dms.describe_replication_tasks,
		"replication_task_arn",
		task_arn,
		{ without_settings = true }
	)
end

--- One task, read anew with its settings.
---@param task_arn string
---@return table?
function tasks.read(task_arn)
	return dms.one(aws.dms.describe_replication_tasks, "replication-task-arn", task_arn)
end

--- Whether a task runs or is about to.
---@param task table
---@return boolean
function tasks.runs(task)
	return states.runs(task)
end

--- Waits until the task is in a state that stays, and returns it; nil where it is gone.
---@param ctx table
---@param task_arn string
---@return table?
function tasks.steady(ctx, task_arn)
	local task
	ctx:wait {
		what = "task " .. task_arn .. " to settle",
		every = waiting.EVERY,
		timeout = 1800,
		check = function()
			task = tasks.poll(ctx, task_arn)
			return task == nil or not states.passes(task)
		end,
	}
	return task
end

--- A task's tags, read once.
local function tags_of(ctx, task_arn)
	return ctx:once("tags of " .. task_arn, function()
		return dms.tags_of(task_arn) or {}
	end)
end

--- Keeps where a task has come to, under the stack and the id that its tags name. With `must` a ledger
--- that can't be written is an error: what comes next would lose the position.
---@param ctx table
---@param task? table
---@param why string
---@param must? boolean
function tasks.keep(ctx, task, why, must)
	if task == nil or (task.recovery_checkpoint or "") == "" then
		return
	end
	local tags = tags_of(ctx, task.replication_task_arn)
	local id = (tags["dmsrun:resource"] or ""):match "^dms%.[%w_]+/(.+)$"
		or task.replication_task_identifier
	local source
	-- Which source it was is worth knowing, and no reason to lose the position.
	local ok, endpoints = errors.capture(ctx.sweep, ctx, aws.dms.describe_endpoints, {})
	for _, endpoint in ipairs(ok and endpoints or {}) do
		if endpoint.endpoint_arn == task.source_endpoint_arn then
			source = endpoint
		end
	end
	local write = must and ledger.keep or ledger.try
	write(tags["dmsrun:stack"] or ctx.stack, id, task, { why = why, source = source })
end

--- Whether a call whose answer was lost, or that came too late, took effect after all.
local function took_effect(problem, look)
	local lost = type(problem) == "table"
		and (problem.code == "AnswerLost" or problem.code == "Timeout")
	local state = type(problem) == "table" and problem.code == "InvalidResourceStateFault"
	return (lost or state) and look()
end

--- Stops a task that runs, and keeps where it had come to; true where there was something to stop.
---@param ctx table
---@param task_arn string
---@param why? string for the ledger
---@param before? fun(task: table) is called where it runs, before the stop
---@return boolean
function tasks.stop(ctx, task_arn, why, before)
	local task = tasks.poll(ctx, task_arn)
	if task == nil or task.status == "creating" then
		return false
	end
	task = tasks.steady(ctx, task_arn)
	if task == nil or task.status ~= "running" then
		tasks.keep(ctx, task, why or "stop")
		return false
	end
	if before then
		before(task)
	end
	ctx:progress("stopping task " .. task.replication_task_identifier)
	local ok, problem =
		errors.capture(aws.dms.stop_replication_task, { replication_task_arn = task_arn })
	if
		not ok
		and not took_effect(problem, function()
			local now = tasks.poll(ctx, task_arn)
			return now == nil or now.status ~= "running"
		end)
	then
		error(problem, 0)
	end
	local stopped
	ctx:wait {
		what = "task " .. task.replication_task_identifier .. " to stop",
		every = waiting.EVERY,
		timeout = 1800,
		check = function()
			stopped = tasks.poll(ctx, task_arn)
			return stopped == nil or not (stopped.status == "running" or states.passes(stopped))
		end,
	}
	tasks.keep(ctx, stopped, why or "stop")
	return true
end

--- Whether DMS refuses a start for want of a connection test: a change of an endpoint begins one of
--- its own, which may not be over.
local function wants_test(problem)
	return type(problem) == "table"
		and problem.code == "InvalidResourceStateFault"
		and tostring(problem.message or problem):lower():find("test connection", 1, true) ~= nil
end

--- Whether DMS refuses a start because the instance is being changed, by another step for instance.
local function wants_instance(problem)
	return type(problem) == "table"
		and problem.code == "InvalidResourceStateFault"
		and tostring(problem.message or problem):lower():find("must be available", 1, true)
			~= nil
end

local function instance_free(ctx, instance_arn)
	ctx:wait {
		what = ("replication instance %s to be available"):format(instance_arn),
		every = waiting.EVERY,
		timeout = 3600,
		check = function()
			local list = aws.dms.describe_replication_instances
			local now = dms.poll(ctx, list, "replication_instance_arn", instance_arn)
			return now == nil or now.replication_instance_status == "available"
		end,
	}
end

--- Sends the start, after the connection tests that DMS asks for.
local function send_start(ctx, task, request)
	for attempt = 1, 4 do
		local ok, problem = errors.capture(aws.dms.start_replication_task, request)
		if ok then
			return
		end
		if wants_instance(problem) and attempt < 4 then
			instance_free(ctx, task.replication_instance_arn)
		elseif wants_test(problem) and attempt < 4 then
			tasks.connect(
				ctx,
				task.replication_instance_arn,
				{ task.source_endpoint_arn, task.target_endpoint_arn },
				("%s stays as it is; once its databases are reached, running the same command again starts it"):format(
					task.replication_task_identifier
				)
			)
		else
			local begun = took_effect(problem, function()
				local now = tasks.poll(ctx, task.replication_task_arn)
				return now ~= nil and states.runs(now)
			end)
			if begun then
				return
			end
			error(problem, 0)
		end
	end
end

--- Starts a task in the way its past asks for, never with a reload, and waits until it runs.
---@param ctx table
---@param task table one whose state stays
---@param position? cdc.Position where a task for changes begins; a first start only
function tasks.start(ctx, task, position)
	local task_arn, before = task.replication_task_arn, marks.start_of(task)
	local again = states.has_run(task)
	local request = {
		replication_task_arn = task_arn,
		start_replication_task_type = again and "resume-processing" or "start-replication",
		cdc_start_position = not again and position and position.text or nil,
	}
	ctx:progress(
		(again and "resuming task " or "starting task ") .. task.replication_task_identifier
	)
	send_start(ctx, task, request)
	local polls = 0
	ctx:wait {
		what = ("task %s to run"):format(task.replication_task_identifier),
		every = waiting.EVERY,
		timeout = 1800,
		check = function()
			local now = tasks.poll(ctx, task_arn)
			polls = polls + 1
			if now == nil then
				return false
			end
			-- The first look may still see the state before.
			local new = polls > 2 or marks.start_of(now) ~= before
			if new and states.is_failed(now) then
				errors.raise {
					summary = again and "Task failed when it was resumed"
						or "Task failed when it was started",
					what = ("%s: %s"):format(
						now.replication_task_identifier,
						states.failure_of(now)
					),
				}
			end
			-- A short full load may be over at once.
			return now.status == "running" or (new and now.status == "stopped")
		end,
	}
end

--- Resumes a task from its checkpoint and waits until it runs.
---@param ctx table
---@param task_arn string
function tasks.resume(ctx, task_arn)
	local task = tasks.steady(ctx, task_arn)
	if task and not states.runs(task) and not states.is_finished(task) then
		tasks.start(ctx, task)
	end
end

---@class tasks.Wanted
---@field position? cdc.Position for a first start
---@field again? boolean whether one that has reached its stop position is to go on

--- Brings a task to run, in the way its past asks for. One that has done what it was to do is left.
---@param ctx table
---@param task_arn string
---@param wanted? tasks.Wanted
function tasks.run(ctx, task_arn, wanted)
	wanted = wanted or {}
	local task = tasks.steady(ctx, task_arn)
	if task == nil or states.runs(task) then
		return
	end
	local goes_on = wanted.again and states.reached_stop(task)
	if states.is_finished(task) and not goes_on then
		return
	end
	tasks.connect(
		ctx,
		task.replication_instance_arn,
		{ task.source_endpoint_arn, task.target_endpoint_arn },
		("%s was not started"):format(task.replication_task_identifier)
	)
	tasks.start(ctx, task, wanted.position)
end

--- The tasks that use an endpoint, from one sweep over all tasks.
---@param list table[]
---@param endpoint_arn string
---@return table[]
function tasks.of_endpoint(list, endpoint_arn)
	local found = {}
	for _, task in ipairs(list) do
		if task.source_endpoint_arn == endpoint_arn or task.target_endpoint_arn == endpoint_arn then
			found[#found + 1] = task
		end
	end
	return found
end

tasks.connect = connections.connect
tasks.connections_tested = connections.tested

return tasks
