--- Which tasks ran when a change stopped them. It stands in a tag of the task, written before the stop:
--- whatever becomes of the process in between, the next run sees that the task is to run again, from
--- any machine.
---
--- The tag holds when the task had started. Once it has been started again, by anybody, the tag means
--- nothing any more, so it needs no tidying up after a change that went well.

local absence = require "kinds.support.absence"
local aws = require "aws"
local states = require "kinds.support.task_states"

local marks = {}

--- The tag's key.
marks.TAG = "dmsrun:running-since"

--- What stands before the time where the task was not stopped, but its instance was changed.
local OUTAGE = "instance "

--- When a task last started; what DMS gives, as it gives it.
---@param task table
---@return string
function marks.start_of(task)
	local stats = task.replication_task_stats or {}
	return tostring(stats.start_date or task.replication_task_start_date or "unknown")
end

--- Notes that a task runs, before something ends that.
---@param task table
---@param outage? boolean whether its instance goes down, and it is not stopped
function marks.set(task, outage)
	aws.dms.add_tags_to_resource {
		resource_arn = task.replication_task_arn,
		tags = {
			{ key = marks.TAG, value = (outage and OUTAGE or "") .. marks.start_of(task) },
		},
	}
end

--- Takes the note away: somebody wants the task as it is.
---@param task_arn string
function marks.clear(task_arn)
	absence.or_nil(function()
		return aws.dms.remove_tags_from_resource {
			resource_arn = task_arn,
			tag_keys = { marks.TAG },
		}
	end)
end

--- Whether a task that does not run is to run again: it was running when a change stopped it, and
--- nobody has started it since. After an outage of its instance only what broke off counts: an
--- orderly stop was somebody's.
---@param task table as DMS describes it
---@param tags table<string, string>
---@return boolean
function marks.is_due(task, tags)
	local value = tags[marks.TAG]
	if value == nil then
		return false
	end
	local outage = value:sub(1, #OUTAGE) == OUTAGE
	local start = outage and value:sub(#OUTAGE + 1) or value
	if start ~= marks.start_of(task) or states.is_finished(task) then
		return false
	end
	local reason = task.stop_reason or ""
	return not outage or task.status == "failed" or not reason:find("NORMAL", 1, true)
end

--- Whether the note was made for an outage of the instance, of the stretch that the task is in.
---@param task table
---@param tags table<string, string>
---@return boolean
function marks.is_of_outage(task, tags)
	return tags[marks.TAG] == OUTAGE .. marks.start_of(task)
end

return marks
