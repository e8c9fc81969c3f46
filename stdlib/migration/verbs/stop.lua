--- `stop [TASK…]`: stops the tasks that run; replication stands still until they are resumed.

local approval = require "migration.approval"
local checkpoints = require "migration.checkpoints"
local live = require "migration.live"
local host = require "host"
local report = require "report"
local say = require "migration.say"
local states = require "kinds.support.task_states"
local tasks = require "migration.tasks"

local function running(m, found, ids)
	local list = {}
	for _, id in ipairs(ids) do
		local task = live.task(m, found, id)
		if states.runs(task) then
			list[#list + 1] = { id = id, task = task }
		end
	end
	return list
end

return {
	summary = "stop the tasks that run (all unless named)",
	usage = "[TASK…]",
	run = function(m, command)
		local found = live.require(m, {})
		local ids = report.keys(found.tasks)
		for index, word in ipairs(command.rest) do
			ids = index == 1 and {} or ids
			ids[index] = select(2, live.task(m, found, word))
		end
		local list = running(m, found, ids)
		if #list == 0 then
			say.wrapped("Stop", "no task runs")
			if not host.options.dry_run then
				checkpoints.leave_stopped(m, found, ids)
			end
			return
		end
		local names = {}
		for index, one in ipairs(list) do
			names[index] = one.task.replication_task_identifier
		end
		if
			say.would(
				"Stop",
				("stop %s; replication would stand still until it is resumed"):format(
					report.list(names)
				)
			)
		then
			return
		end
		local question = ("Interrupt replication of %s?"):format(report.list(names))
		tasks.refuse_read_only(m, "stop")
		approval.change(m, question, m:said(), { stop = true })
		local _ <close> = m:stack():lock("stop", m:again())
		checkpoints.leave_stopped(m, found, ids)
		for _, one in ipairs(list) do
			local stopped = tasks.stop(m, one.task)
			checkpoints.keep(m, found, one.id, stopped, "stop")
			local where = (stopped.recovery_checkpoint or "") ~= ""
					and "; the ledger keeps its checkpoint"
				or ""
			say.wrapped(
				"Stop",
				("%s is %s%s"):format(stopped.replication_task_identifier, stopped.status, where)
			)
			tasks.mind_declared(m, one.id, "stopped")
		end
	end,
}
