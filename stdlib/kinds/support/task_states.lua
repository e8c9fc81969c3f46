--- What DMS's words about a task mean: whether it has run, is done, has failed. The stop reason tells,
--- not the status alone: a full load that ended well is "stopped" like one that broke off.

local time = require "time"

local states = {}

---@type table<string, boolean>
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

--- Stop reasons of a task that has done all that it was to do: its type, its settings or its stop
--- position ended it.
local DONE = {
	"FULL_LOAD_ONLY_FINISHED",
	"STOPPED_AFTER_FULL_LOAD",
	"STOPPED_AFTER_CACHED_EVENTS",
	"STOPPED_AT_SERVER_TIME",
	"STOPPED_AT_COMMIT_TIME",
}

--- Stop reasons of a task that went wrong.
local WRONG = { "ERROR", "LOW_MEMORY", "LOW_DISK", "LICENSE_LIMITS" }

--- Whether one of the words is in the stop reason: it may be a whole sentence.
local function says(task, words)
	local reason = (task.stop_reason or ""):upper()
	for _, word in ipairs(words) do
		if reason:find(word, 1, true) then
			return true
		end
	end
	return false
end

--- Whether a task runs or is about to.
---@param task table as DMS describes it
---@return boolean
function states.runs(task)
	return RUNNING[task.status] == true
end

--- Whether its state passes by itself.
---@param task table
---@return boolean
function states.passes(task)
	return PASSING[task.status] == true
end

--- Whether the task was ever started. A task that was moved or modified may be "ready" again, so the
--- dates decide.
---@param task table
---@return boolean
function states.has_run(task)
	local stats = task.replication_task_stats or {}
	return task.replication_task_start_date ~= nil
		or stats.start_date ~= nil
		or stats.fresh_start_date ~= nil
		or (task.recovery_checkpoint or "") ~= ""
		or task.status == "stopped"
end

--- Where a task for changes began, for who loses it before it has a checkpoint: it has no load that
--- could begin anew.
---@param task table
---@return string
function states.began_at(task)
	local position = task.cdc_start_position or ""
	if position ~= "" then
		return ("at %s"):format(position)
	end
	local date = (task.replication_task_stats or {}).start_date or task.replication_task_start_date
	return date and ("with the changes of %s"):format(tostring(date))
		or "with the changes of its start"
end

--- Whether a task that does not run has done all that it was to do.
---@param task table
---@return boolean
function states.is_finished(task)
	return not RUNNING[task.status] and task.status ~= "failed" and says(task, DONE)
end

--- Whether it has begun to load its tables and not come to the end of that.
---@param task table
---@return boolean
function states.is_half_loaded(task)
	local stats = task.replication_task_stats or {}
	local began, ended = stats.full_load_start_date, stats.full_load_finish_date
	if task.migration_type == "cdc" or (began or "") == "" then
		return false
	elseif (ended or "") == "" then
		return (stats.full_load_progress_percent or 0) < 100
	end
	-- The end of an earlier load is none of this one.
	return time.parse(ended) < time.parse(began)
end

--- Whether it ended where `cdc_stop_position` says: with a later one it goes on.
---@param task table
---@return boolean
function states.reached_stop(task)
	return states.is_finished(task) and says(task, { "STOPPED_AT_" })
end

--- Whether its state speaks of something that went wrong.
---@param task table
---@return boolean
function states.is_failed(task)
	if task.status == "failed" or task.status == "failed-move" then
		return true
	elseif task.status ~= "stopped" then
		return false
	end
	local message = task.last_failure_message or ""
	return says(task, WRONG) or (message ~= "" and (task.stop_reason or "") == "")
end

--- What DMS says went wrong.
---@param task table
---@return string
function states.failure_of(task)
	for _, text in ipairs { task.last_failure_message or "", task.stop_reason or "" } do
		if text ~= "" then
			return text
		end
	end
	return "DMS gives no reason"
end

--- The state as the property `state` of a task sees it.
---@param task table
---@return "running"|"starting"|"finished"|"failed"|"stopped"|"ready"
function states.of(task)
	if RUNNING[task.status] then
		return task.status
	elseif states.is_failed(task) then
		return "failed"
	elseif states.is_finished(task) then
		return "finished"
	end
	return states.has_run(task) and "stopped" or "ready"
end

--- Whether what runs is as declared. One that has done what it was to do is as good as running; one
--- that failed is not what somebody meant by running, and is told of apart where it is to be stopped.
---@param declared "running"|"stopped"|"unmanaged"
---@param live string as `states.of` gives it
---@return boolean
function states.same(declared, live)
	if declared == "running" then
		return live == "running" or live == "finished"
	elseif declared == "stopped" then
		return live ~= "running" and live ~= "starting"
	end
	return true
end

return states
