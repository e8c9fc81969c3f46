--- Changes of an instance that its tasks may not survive: which ran is noted before, and afterwards
--- each is waited for. Those that replicate come back by themselves, a load that broke off is resumed.

local aws = require "aws"
local dms = require "kinds.support.dms"
local marks = require "kinds.support.marks"
local states = require "kinds.support.task_states"
local tasks = require "kinds.support.tasks"
local time = require "time"
local waiting = require "kinds.support.waiting"

local outages = {}

--- The tasks on an instance, as they are now.
local function on_instance(instance_arn)
	local found = {}
	local all = aws.pages(aws.dms.describe_replication_tasks, { without_settings = true })
	for _, task in ipairs(all) do
		if task.replication_instance_arn == instance_arn then
			found[#found + 1] = task
		end
	end
	return found
end

--- Notes which tasks of an instance run, before a change of it that they may not survive.
---@param ctx table
---@param instance_arn string
---@return boolean any
function outages.note_running(ctx, instance_arn)
	local any = false
	for _, task in ipairs(on_instance(instance_arn)) do
		if states.runs(task) then
			marks.set(task, ctx.stack, true)
			tasks.keep(ctx, task, "modify")
			any = true
		end
	end
	return any
end

--- How long a task may take to come back by itself before it is resumed, in seconds.
local GRACE = 60

--- Waits until one task runs again after its instance was changed; what broke off is resumed.
local function come_back(ctx, task_arn)
	local since
	ctx:wait {
		what = ("task %s to come back"):format(task_arn),
		every = waiting.EVERY,
		timeout = 1800,
		check = function()
			local task = tasks.poll(ctx, task_arn)
			if task == nil or task.status == "running" or states.is_finished(task) then
				return true
			elseif states.passes(task) then
				return false
			end
			since = since or time.epoch()
			return time.epoch() - since >= GRACE
		end,
	}
	tasks.run(ctx, task_arn)
end

--- Waits until the tasks that ran before a change of their instance run again, and takes the notes
--- about them away.
---@param ctx table
---@param instance_arn string
function outages.come_back(ctx, instance_arn)
	local due = {}
	for _, task in ipairs(on_instance(instance_arn)) do
		local tags = dms.tags_of(task.replication_task_arn) or {}
		local noted = marks.is_of_outage(task, tags)
		if noted and (states.runs(task) or states.passes(task) or marks.is_due(task, tags)) then
			due[#due + 1] = task
		end
	end
	if #due > 0 then
		ctx:progress "waiting for its tasks to come back"
	end
	for _, task in ipairs(due) do
		come_back(ctx, task.replication_task_arn)
		marks.clear(task.replication_task_arn)
	end
end

return outages
