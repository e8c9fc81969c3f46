--- Replication tasks around a change: stopped while it is made, then resumed from where they
--- stopped. DMS changes neither a running task nor an endpoint that a running task uses.

local absence = require "kinds.support.absence"
local aws = require "aws"
local dms = require "kinds.support.dms"
local errors = require "errors"
local waiting = require "kinds.support.waiting"

local tasks = {}

local RUNNING = { starting = true, running = true }

--- States that pass by themselves.
local PASSING = {
	creating = true,
	starting = true,
	stopping = true,
	modifying = true,
	moving = true,
	testing = true,
	deleting = true,
}

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
	return RUNNING[task.status] == true
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
			return task == nil or not PASSING[task.status]
		end,
	}
	return task
end

--- Stops a task that runs; true where there was something to stop.
---@param ctx table
---@param task_arn string
---@return boolean
function tasks.stop(ctx, task_arn)
	local task = tasks.poll(ctx, task_arn)
	if task == nil or task.status == "creating" then
		return false
	end
	task = tasks.steady(ctx, task_arn)
	if task == nil or task.status ~= "running" then
		return false
	end
	ctx:progress("stopping task " .. task.replication_task_identifier)
	aws.dms.stop_replication_task { replication_task_arn = task_arn }
	ctx:wait {
		what = "task " .. task.replication_task_identifier .. " to stop",
		every = waiting.EVERY,
		timeout = 1800,
		check = function()
			local now = tasks.poll(ctx, task_arn)
			return now == nil or (now.status ~= "running" and not PASSING[now.status])
		end,
	}
	return true
end

--- Resumes a task from its checkpoint and waits until it runs.
---@param ctx table
---@param task_arn string
function tasks.resume(ctx, task_arn)
	aws.dms.start_replication_task {
		replication_task_arn = task_arn,
		start_replication_task_type = "resume-processing",
	}
	local polls = 0
	ctx:wait {
		what = "task " .. task_arn .. " to run again",
		every = waiting.EVERY,
		timeout = 1800,
		check = function()
			local task = tasks.poll(ctx, task_arn)
			polls = polls + 1
			if task and task.status == "failed" then
				errors.raise {
					summary = "Task failed when it was resumed",
					what = ("%s: %s"):format(
						task.replication_task_identifier,
						task.last_failure_message or task.stop_reason or "DMS gave no reason"
					),
				}
			end
			-- A short full load may be over at once; the first look may still see the state before.
			return task ~= nil
				and (task.status == "running" or (polls > 1 and task.status == "stopped"))
		end,
	}
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

--- The tasks that changes of one apply hold stopped, by ARN. Two endpoints of one task may change at
--- the same time: the first stops the task, the last one resumes it.
local function held_of(ctx)
	ctx.shared.held = ctx.shared.held or {}
	return ctx.shared.held
end

--- Waits for another change of this apply to be through with the task.
local function until_other(ctx, task_arn, check)
	ctx:wait {
		what = "another change to be through with task " .. task_arn,
		every = waiting.EVERY,
		timeout = 3600,
		check = check,
	}
end

--- Has the task stopped until it is released.
local function hold(ctx, task_arn)
	local held = held_of(ctx)
	if held[task_arn] and held[task_arn].resuming then
		until_other(ctx, task_arn, function()
			return held[task_arn] == nil
		end)
	end
	local entry = held[task_arn]
	if entry then
		entry.count = entry.count + 1
		until_other(ctx, task_arn, function()
			return entry.ready
		end)
	else
		entry = { count = 1 }
		held[task_arn] = entry
		local ok, result = errors.capture(tasks.stop, ctx, task_arn)
		entry.ready, entry.stopped = true, ok and result
		entry.failure = not ok and result or nil
	end
	if entry.failure then
		entry.count = entry.count - 1
		held[task_arn] = nil
		error(entry.failure, 0)
	end
end

--- Lets the task go; the last one to do so resumes it, if it ran before.
---@return boolean ok
---@return any reason
local function release(ctx, task_arn)
	local held = held_of(ctx)
	local entry = held[task_arn]
	entry.count = entry.count - 1
	if entry.count > 0 then
		return true
	end
	local ok, reason = true, nil
	if entry.stopped then
		entry.resuming = true
		ok, reason = errors.capture(tasks.resume, ctx, task_arn)
	end
	held[task_arn] = nil
	return ok, reason
end

--- Makes a change while none of the tasks runs, then resumes those that ran. They are resumed after
--- a failure too: what ran before must not stay stopped because something else went wrong.
---@param ctx table
---@param task_arns string[]
---@param change fun()
---@param before_resume? fun()
function tasks.paused(ctx, task_arns, change, before_resume)
	local mine, ran = {}, false
	local ok, err = errors.capture(function()
		for _, task_arn in ipairs(task_arns) do
			hold(ctx, task_arn)
			mine[#mine + 1] = task_arn
			ran = ran or held_of(ctx)[task_arn].stopped
		end
		change()
		if before_resume and ran then
			before_resume()
		end
	end)
	for _, task_arn in ipairs(mine) do
		local resumed, reason = release(ctx, task_arn)
		if not resumed and ok then
			ok, err = false, reason
		end
	end
	if not ok then
		error(err, 0)
	end
end

--- Tests the connections of an instance to some endpoints, and waits until all are successful.
---@param ctx table
---@param instance_arn string
---@param endpoint_arns string[]
function tasks.connect(ctx, instance_arn, endpoint_arns)
	local wanted, asked = {}, {}
	for _, endpoint_arn in ipairs(endpoint_arns) do
		wanted[endpoint_arn] = true
	end
	ctx:progress "testing the connections from the new instance"
	ctx:wait {
		what = "connections of the new instance",
		every = waiting.EVERY,
		timeout = 900,
		check = function()
			local found = absence.or_nil(function()
				return aws.pages(aws.dms.describe_connections, {
					filters = { { name = "replication-instance-arn", values = { instance_arn } } },
				})
			end)
			local state = {}
			for _, connection in ipairs(found or {}) do
				state[connection.endpoint_arn] = connection
			end
			local good = true
			for endpoint_arn in pairs(wanted) do
				local connection = state[endpoint_arn]
				local status = connection and connection.status
				if status ~= "successful" then
					good = false
				end
				if status ~= "successful" and status ~= "testing" then
					if status == "failed" and asked[endpoint_arn] then
						errors.raise {
							summary = "Connection test failed",
							what = ("%s can't reach %s: %s"):format(
								connection.replication_instance_identifier or instance_arn,
								connection.endpoint_identifier or endpoint_arn,
								connection.last_failure_message or "DMS gives no reason"
							),
							why = "the task was not stopped, and goes on where it is",
							hints = { "let the new instance's addresses through to the database" },
						}
					elseif not asked[endpoint_arn] then
						asked[endpoint_arn] = true
						-- Another task's move may have begun the same test.
						local ok, err = errors.capture(aws.dms.test_connection, {
							replication_instance_arn = instance_arn,
							endpoint_arn = endpoint_arn,
						})
						if not ok and err.code ~= "InvalidResourceStateFault" then
							error(err, 0)
						end
					end
				end
			end
			return good
		end,
	}
end

--- Waits until the connection tests of an endpoint are over; DMS makes one after each change, and
--- refuses to start a task without.
---@param ctx table
---@param endpoint_arn string
function tasks.connections_tested(ctx, endpoint_arn)
	ctx:wait {
		what = "connection test of the endpoint",
		every = waiting.EVERY,
		timeout = 900,
		check = function()
			local connections = absence.or_nil(function()
				return ctx:fresh(aws.dms.describe_connections, {
					filters = { { name = "endpoint-arn", values = { endpoint_arn } } },
				})
			end)
			for _, connection in ipairs(connections or {}) do
				if connection.status == "testing" then
					return false
				end
			end
			return true
		end,
	}
end

return tasks
