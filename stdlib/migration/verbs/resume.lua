--- `resume [TASK]`: goes on from where a stopped or failed task was.

local approval = require "migration.approval"
local connections = require "migration.connections"
local doubts = require "migration.doubts"
local errors = require "errors"
local live = require "migration.live"
local say = require "migration.say"
local states = require "kinds.support.task_states"
local tasks = require "migration.tasks"
local twice = require "migration.twice"

return {
	summary = "go on from where a stopped or failed task was",
	usage = "[TASK]",
	run = function(m, command)
		local found = live.require(m, { "instance", "source", "target" })
		local task, id = live.task(m, found, command.rest[1] or "migration")
		task = tasks.awaited(m, found, id, task)
		if states.runs(task) then
			tasks.tell_running("Resume", task)
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
		if doubts.would(m, found, id, task, "Resume", text) then
			return
		end
		tasks.refuse_read_only(m, "resume")
		approval.change(m, ("Resume %s?"):format(task.replication_task_identifier), m:said())
		doubts.mind_start(m, found, id, task)
		connections.test(m, found)
		local started, what = tasks.start(m, task)
		say.wrapped("Resume", ("%s %s"):format(started.replication_task_identifier, what or "runs"))
		tasks.mind_declared(m, id, "running")
	end,
}
