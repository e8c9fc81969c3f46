--- A replication task: its state, starting and stopping it with waits, and what its failures mean.

local aws = require "aws"
local baseline = require "stack.baseline"
local causes = require "migration.causes"
local errors = require "errors"
local host = require "host"
local say = require "migration.say"
local states = require "kinds.support.task_states"
local lock = require "stack.lock"
local time = require "time"

local tasks = {}

--- How often a state is asked for: what AWS's own waiters do.
tasks.POLL = 15

--- States that pass by themselves.
---@type table<string, boolean>
local PASSING = {
	creating = true,
	starting = true,
	stopping = true,
	modifying = true,
	testing = true,
	moving = true,
	deleting = true,
}

--- A task, fresh; nil where there is none.
---@param arn string
---@return table|nil
function tasks.read(arn)
	local ok, answer = pcall(aws.dms.describe_replication_tasks, {
		filters = { { name = "replication-task-arn", values = { arn } } },
		without_settings = true,
	})
	if not ok then
		if errors.is(answer, "ResourceNotFoundFault") then
			return nil
		end
		error(answer, 0)
	end
	return (answer.replication_tasks or {})[1]
end

--- The part of the ARN that names the task in metrics and logs.
---@param task table
---@return string
function tasks.resource_id(task)
	return task.replication_task_arn:match ":task:(.+)$"
		or task.replication_task_arn:match "([^:]+)$"
end

--- Whether the task was ever started.
---@param task table
---@return boolean
function tasks.has_run(task)
	return states.has_run(task)
end

--- Whether a stopped task has done all that it was to do.
---@param task table
---@return boolean
function tasks.is_finished(task)
	local reason = task.stop_reason or ""
	return task.status == "stopped" and reason:find("FULL_LOAD_ONLY_FINISHED", 1, true) ~= nil
end

--- Whether its state speaks of something that went wrong.
---@param task table
---@return boolean
function tasks.is_failed(task)
	return states.is_failed(task)
end

--- Raises what a failed task says, with its likely cause and the commands that help.
---@param m migration.Migration
---@param task table
function tasks.raise_failed(m, task)
	local message = states.failure_of(task)
	local cause = causes.of_task(message)
	local hints = {}
	if cause then
		hints[#hints + 1] = cause.hint
	end
	hints[#hints + 1] = { "Read the task's log:", command = m:command "logs" }
	hints[#hints + 1] = { "After mending the cause, continue with:", command = m:command() }
	errors.raise {
		summary = "Replication task failed",
		what = ("%s is %s: %s"):format(task.replication_task_identifier, task.status, message),
		why = cause and cause.why,
		at = m:place_of_task(task),
		hints = hints,
	}
end

--- Stops with the command that continues when Ctrl-C was pressed.
---@param m migration.Migration
---@param what string what was left
---@param verb? string
function tasks.mind_interrupts(m, what, verb)
	if host.interrupted() then
		errors.raise {
			summary = "Interrupted",
			what = what,
			hints = { { "Continue with:", command = m:command(verb) } },
			at = false,
			exit = "interrupted",
		}
	end
end

--- Waits until a task is in a state that does not pass by itself, and returns it fresh.
---@param m migration.Migration
---@param arn string
---@param what string for messages
---@param timeout? number seconds
---@return table task
function tasks.settled(m, arn, what, timeout)
	local deadline = time.epoch() + (timeout or 1800)
	while true do
		local task = tasks.read(arn)
		if not task then
			errors.raise {
				summary = "Replication task is gone",
				what = arn .. " was deleted meanwhile",
			}
		end
		if not PASSING[task.status] then
			return task
		end
		---@diagnostic disable-next-line: param-type-mismatch -- it is the stack of the migration
		lock.tend(m:stack())
		tasks.mind_interrupts(
			m,
			("%s was %s"):format(task.replication_task_identifier, task.status)
		)
		if time.epoch() >= deadline then
			errors.raise {
				summary = "Replication task did not settle in time",
				what = ("%s is still %s after %s of %s"):format(
					task.replication_task_identifier,
					task.status,
					time.duration(timeout or 1800),
					what
				),
				hints = { { "Look again later:", command = m:command "status" } },
				at = false,
				exit = "timeout",
			}
		end
		time.sleep(tasks.POLL)
	end
end

--- Starts a task in the way its past asks for, and waits until it runs. Nothing where it runs
--- already.
---@param m migration.Migration
---@param task table
---@param how? "reload-target" another way of starting
---@param position? cdc.Position where a task for changes begins, whatever its past
---@return table task, string|nil what what was done: "started", "resumed", "reloading"
function tasks.start(m, task, how, position)
	task = tasks.settled(m, task.replication_task_arn, "starting")
	if task.status == "running" and not how then
		return task, nil
	end
	local _ <close> = m:stack():lock("start", m:command(m.verb))
	local again = tasks.has_run(task) and not position
	local kind = how or (again and "resume-processing" or "start-replication")
	---@cast task table
	aws.dms.start_replication_task {
		replication_task_arn = task.replication_task_arn,
		start_replication_task_type = kind,
		cdc_start_position = position and position.text or nil,
	}
	task = tasks.settled(m, task.replication_task_arn, "starting")
	---@cast task table
	if tasks.is_failed(task) then
		tasks.raise_failed(m, task)
	end
	local words = {
		["start-replication"] = "started",
		["resume-processing"] = "resumed",
		["reload-target"] = "reloading",
	}
	---@cast task table
	baseline.left(m:stack() --[[@as any]], task.replication_task_arn, task.status)
	return task, words[kind]
end

--- Stops a task and waits until it has stopped. Nothing where it does not run.
---@param m migration.Migration
---@param task table
---@return table task, boolean changed
function tasks.stop(m, task)
	task = tasks.settled(m, task.replication_task_arn, "stopping")
	if task.status ~= "running" then
		return task, false
	end
	---@cast task table
	local _ <close> = m:stack():lock("stop", m:command(m.verb))
	aws.dms.stop_replication_task { replication_task_arn = task.replication_task_arn }
	task = tasks.settled(m, task.replication_task_arn, "stopping")
	---@cast task table
	baseline.left(m:stack() --[[@as any]], task.replication_task_arn, task.status)
	return task, true
end

--- Says where the script declares another state than the one that a verb has just made: the next
--- deploy takes it back.
---@param m migration.Migration
---@param id string
---@param state "running"|"stopped"
function tasks.mind_declared(m, id, state)
	for _, task in ipairs(m.tasks) do
		local declared = task.state or "unmanaged"
		if task.id == id and declared ~= "unmanaged" and declared ~= state then
			say.more(
				("the script declares %s as %s: the next deploy %s it"):format(
					id,
					declared,
					declared == "running" and "starts" or "stops"
				)
			)
		end
	end
end

return tasks
