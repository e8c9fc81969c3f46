--- Which tasks ran when a change stopped them. It stands in a tag of the task, written before the stop:
--- whatever becomes of the process in between, the next run sees that the task is to run again, from
--- any machine.
---
--- The tag holds when the task had started, and which stack stopped it: one that is nobody's is started
--- again by that stack. Once it has been started again, by anybody, the tag means nothing any more, so it
--- needs no tidying up after a change that went well.

local absence = require "kinds.support.absence"
local aws = require "aws"
local states = require "kinds.support.task_states"

local marks = {}

--- The tag's key.
marks.TAG = "dmsrun:running-since"

--- What stands before the time where the task was not stopped, but its instance was changed.
local OUTAGE = "instance "

--- What stands between the time and the stack.
local BY = " by "

---@class marks.Note
---@field outage boolean whether its instance was changed, and it was not stopped
---@field start string when it had started
---@field by? string the stack

--- What a tag says.
---@param value string
---@return marks.Note
local function read(value)
	local outage = value:sub(1, #OUTAGE) == OUTAGE
	local rest = outage and value:sub(#OUTAGE + 1) or value
	local start, by = rest:match("^(.-)" .. BY .. "(.+)$")
	return { outage = outage, start = start or rest, by = by }
end

--- When a task last started; what DMS gives, as it gives it.
---@param task table
---@return string
function marks.start_of(task)
	local stats = task.replication_task_stats or {}
	return tostring(stats.start_date or task.replication_task_start_date or "unknown")
end

--- Notes that a task runs, before something ends that.
---@param task table
---@param stack string the one that ends it
---@param outage? boolean whether its instance goes down, and it is not stopped
function marks.set(task, stack, outage)
	local value = (outage and OUTAGE or "") .. marks.start_of(task) .. BY .. stack
	aws.dms.add_tags_to_resource {
		resource_arn = task.replication_task_arn,
		tags = { { key = marks.TAG, value = value } },
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
---@param by? string whether this very stack had stopped it
---@return boolean
function marks.is_due(task, tags, by)
	local value = tags[marks.TAG]
	if value == nil then
		return false
	end
	local note = read(value)
	if note.start ~= marks.start_of(task) or states.is_finished(task) then
		return false
	elseif by and note.by ~= by then
		return false
	end
	local reason = task.stop_reason or ""
	return not note.outage or task.status == "failed" or not reason:find("NORMAL", 1, true)
end

--- Whether the note was made for an outage of the instance, of the stretch that the task is in.
---@param task table
---@param tags table<string, string>
---@return boolean
function marks.is_of_outage(task, tags)
	local note = tags[marks.TAG] and read(tags[marks.TAG])
	return note ~= nil and note.outage and note.start == marks.start_of(task)
end

return marks
