--- `resume [TASK]`: goes on from where a stopped or failed task was.

local approval = require "migration.approval"
local connections = require "migration.connections"
local errors = require "errors"
local live = require "migration.live"
local say = require "migration.say"
local tasks = require "migration.tasks"
local twice = require "migration.twice"

return {
	summary = "go on from where a stopped or failed task was",
	usage = "[TASK]",
	run = function(m, command)
		local id = command.rest[1] or "migration"
		local found = live.require(m, { "instance", "source", "target" })
		local task = live.task(m, found, id)
		if task.status == "running" then
			say.label("Resume", task.replication_task_identifier .. " runs already")
			return
		end
		if not tasks.has_run(task) then
			errors.raise {
				summary = "Nothing to resume",
				what = task.replication_task_identifier .. " has never run",
				hints = { { "Start it with:", command = m:command("start " .. id) } },
				at = false,
			}
		end
		twice.refuse(m, found, id)
		local text = ("test the connections, and resume %s"):format(
			task.replication_task_identifier
		)
		if say.would("Resume", text) then
			return
		end
		approval.change(m, ("Resume %s?"):format(task.replication_task_identifier), "resume " .. id)
		connections.test(m, found)
		local started, what = tasks.start(m, task)
		say.label("Resume", ("%s %s"):format(started.replication_task_identifier, what or "runs"))
		tasks.mind_declared(m, id, "running")
	end,
}
