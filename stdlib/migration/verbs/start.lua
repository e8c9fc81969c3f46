--- `start [TASK]`: starts a task, or resumes it where it has run before. Connections are tested
--- first.

local approval = require "migration.approval"
local connections = require "migration.connections"
local live = require "migration.live"
local say = require "migration.say"
local tasks = require "migration.tasks"
local twice = require "migration.twice"

return {
	summary = "start a task (migration unless named), or resume it where it has run before",
	usage = "[TASK]",
	run = function(m, command)
		local id = command.rest[1] or "migration"
		local found = live.require(m, { "instance", "source", "target" })
		local task = live.task(m, found, id)
		if task.status == "running" then
			say.label("Start", task.replication_task_identifier .. " runs already")
			return
		end
		twice.refuse(m, found, id)
		local how = tasks.has_run(task) and "resume" or "start"
		local text = ("test the connections, and %s %s"):format(
			how,
			task.replication_task_identifier
		)
		if say.would("Start", text) then
			return
		end
		approval.change(m, ("Start %s?"):format(task.replication_task_identifier), "start " .. id)
		connections.test(m, found)
		local started, what = tasks.start(m, task)
		say.label("Start", ("%s %s"):format(started.replication_task_identifier, what or "runs"))
	end,
}
