--- `stop [TASK…]`: stops the tasks that run; replication stands still until they are resumed.

local approval = require "migration.approval"
local live = require "migration.live"
local report = require "report"
local say = require "migration.say"
local tasks = require "migration.tasks"

local function running(m, found, ids)
	local list = {}
	if #ids == 0 then
		ids = report.keys(found.tasks)
	end
	for _, id in ipairs(ids) do
		local task = live.task(m, found, id)
		if task.status == "running" or task.status == "starting" then
			list[#list + 1] = task
		end
	end
	return list
end

return {
	summary = "stop the tasks that run (all unless named)",
	usage = "[TASK…]",
	run = function(m, command)
		local found = live.require(m, {})
		local list = running(m, found, command.rest)
		if #list == 0 then
			say.label("Stop", "no task runs")
			return
		end
		local names = {}
		for index, task in ipairs(list) do
			names[index] = task.replication_task_identifier
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
		approval.change(m, question, "stop " .. table.concat(command.rest, " "))
		for _, task in ipairs(list) do
			local stopped = tasks.stop(m, task)
			say.label(
				"Stop",
				("%s is %s"):format(stopped.replication_task_identifier, stopped.status)
			)
		end
	end,
}
