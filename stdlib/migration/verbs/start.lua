--- `start [TASK]`: starts a task, or resumes it where it has run before. Connections are tested
--- first.

local approval = require "migration.approval"
local connections = require "migration.connections"
local errors = require "errors"
local live = require "migration.live"
local say = require "migration.say"
local tasks = require "migration.tasks"

--- Two tasks that carry the same tables apply every change twice.
local function refuse_twice(m, found, id)
	local other = id == "cdc" and "migration" or "cdc"
	local task = found.tasks[other]
	if not (task and task.status == "running" and m:share_tables()) or approval.allowed "twice" then
		return
	end
	errors.raise {
		summary = "Two tasks would carry the same tables",
		what = ("%s is running, and %q has the same tables: every change would be applied twice"):format(
			task.replication_task_identifier,
			id
		),
		hints = {
			{ "Stop the other one first:", command = m:command("stop " .. other) },
			{ "If the targets differ:", command = m:command("start " .. id) .. " --allow twice" },
		},
		at = false,
	}
end

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
		refuse_twice(m, found, id)
		approval.change(m, ("Start %s?"):format(task.replication_task_identifier), "start " .. id)
		connections.test(m, found)
		local started, what = tasks.start(m, task)
		say.label("Start", ("%s %s"):format(started.replication_task_identifier, what or "runs"))
	end,
}
