--- A replication task: its state, starting and stopping it with waits, and what its failures mean.

local aws = require "aws"
local baseline = require "stack.baseline"
local causes = require "migration.causes"
local errors = require "errors"
local host = require "host"
local live = require "migration.live"
local locked = require "stack.locked"
local say = require "migration.say"
local states = require "kinds.support.task_states"
local lock = require "stack.lock"
local time = require "time"
local twice = require "migration.twice"

local tasks = {}

--- How often a state is asked for: what AWS's own waiters do.
tasks.POLL = 15

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

--- The command line of a verb about a task. The main one need not be named, but for those that mean all
--- tasks then.
---@param m migration.Migration
---@param verb string
---@param task table
---@return string
function tasks.command(m, verb, task)
	local id = live.id_of(m, task.replication_task_arn)
	local named = id and (id ~= "migration" or verb == "stop")
	return m:command(named and (verb .. " " .. id) or verb)
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
	local watched = m.verb == "watch" or m.verb == "status"
	hints[#hints + 1] = { "Read the task's log:", command = tasks.command(m, "logs", task) }
	hints[#hints + 1] = {
		"After mending the cause, continue with:",
		command = watched and tasks.command(m, "resume", task) or m:again(),
	}
	errors.raise {
		summary = "Replication task failed",
		what = ("%s is %s: %s"):format(task.replication_task_identifier, task.status, message),
		why = cause and cause.why,
		at = m:place_of_task(task),
		hints = hints,
	}
end

--- Stops with the command that continues when Ctrl-C was pressed: what this run was told, unless said
--- otherwise.
---@param m migration.Migration
---@param what string what was left
---@param command? string
function tasks.mind_interrupts(m, what, command)
	if host.interrupted() then
		errors.raise {
			summary = "Interrupted",
			what = what,
			hints = { { "Continue with:", command = command or m:again() } },
			at = false,
			exit = "interrupted",
		}
	end
end

--- The command line that goes on watching a task.
---@param m migration.Migration
---@param task table
---@return string
function tasks.watch(m, task)
	return m.verb == "watch" and m:again() or tasks.command(m, "watch", task)
end

--- Refuses a run that may not change anything, before it asks anybody.
---@param m migration.Migration
---@param doing string
function tasks.refuse_read_only(m, doing)
	if host.options.read_only then
		locked.read_only { stack = m:stack(), doing = doing, command = m:again() }
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
		if not states.passes(task) then
			return task
		end
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

--- A task once its state stays: one that is starting or stopping is waited for, but not in a dry run.
---@param m migration.Migration
---@param found migration.Live
---@param id string
---@param task table
---@return table task
function tasks.awaited(m, found, id, task)
	if states.passes(task) and not host.options.dry_run then
		task = tasks.settled(m, task.replication_task_arn, "waiting for it")
		found.tasks[id] = task
	end
	return task
end

--- Says that there is nothing to start.
---@param label string
---@param task table
function tasks.tell_running(label, task)
	local how = task.status == "running" and "runs already" or "is " .. task.status
	say.wrapped(label, ("%s %s"):format(task.replication_task_identifier, how))
end

--- Refuses to have a task that runs begin elsewhere.
---@param m migration.Migration
---@param task table
function tasks.refuse_position(m, task)
	errors.raise {
		summary = "The task runs",
		what = ("%s is %s; a position is where a start begins"):format(
			task.replication_task_identifier,
			task.status
		),
		why = "nothing was changed",
		hints = { { "Stop it first:", command = tasks.command(m, "stop", task) } },
		at = false,
	}
end

--- Looks again once nobody else changes the stack: somebody may have started the task, or the other one
--- of the same tables, since it was looked at.
local function look_again(m, before, position)
	local task = tasks.settled(m, before.replication_task_arn, "starting")
	---@cast task table
	if position then
		if states.runs(task) then
			tasks.refuse_position(m, task)
		elseif (task.recovery_checkpoint or "") ~= (before.recovery_checkpoint or "") then
			errors.raise {
				summary = "The task ran meanwhile",
				what = ("%s has come further since it was looked at"):format(
					task.replication_task_identifier
				),
				why = "nothing was changed",
				hints = { { "Look at it again:", command = m:again() } },
				at = false,
			}
		end
	end
	local id = live.id_of(m, task.replication_task_arn)
	if id and not states.runs(task) then
		local others = {}
		for _, one in ipairs(m.tasks) do
			others[one.id] = one.id ~= id and m:share_tables() and live.now(m, one.id) or nil
		end
		twice.refuse(m, { tasks = others }, id)
	end
	return task
end

--- Starts a task in the way its past asks for, and waits until it runs. Nothing where it runs already;
--- with a position that is an error, for it is not where the task began.
---@param m migration.Migration
---@param task table
---@param how? "reload-target" another way of starting
---@param position? cdc.Position where a task for changes begins, whatever its past
---@return table task, string|nil what what was done: "started", "resumed", "reloading"
function tasks.start(m, task, how, position)
	local now = tasks.settled(m, task.replication_task_arn, "starting")
	---@cast now table
	if states.runs(now) and not how then
		if position then
			tasks.refuse_position(m, now)
		end
		return now, nil
	end
	local _ <close> = m:stack():lock("start", m:again())
	task = look_again(m, task, position)
	if states.runs(task) and not how then
		return task, nil
	end
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
	baseline.left(m:stack(), task.replication_task_arn, task.status)
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
	local _ <close> = m:stack():lock("stop", m:again())
	aws.dms.stop_replication_task { replication_task_arn = task.replication_task_arn }
	task = tasks.settled(m, task.replication_task_arn, "stopping")
	---@cast task table
	baseline.left(m:stack(), task.replication_task_arn, task.status)
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
