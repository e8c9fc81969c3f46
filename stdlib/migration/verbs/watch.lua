--- `watch`: follows the load and the catch-up, and ends when the target has caught up.

local errors = require "errors"
local live = require "migration.live"
local progress = require "migration.progress"
local say = require "migration.say"
local tables = require "migration.tables"
local tasks = require "migration.tasks"
local ui = require "ui"

return {
	summary = "follow the load until the target has caught up",
	usage = "[TASK]",
	run = function(m, command)
		local found = live.require(m, { "instance" })
		local id = command.rest[1] or "migration"
		local task = live.task(m, found, id)
		if not tasks.has_run(task) and task.status ~= "starting" then
			errors.raise {
				summary = "Nothing to watch",
				what = task.replication_task_identifier .. " has not been started",
				hints = { { "Start it with:", command = m:command("start " .. id) } },
				at = false,
			}
		end
		local result = progress.follow(m, found, task)
		if say.json() then
			ui.json {
				task = result.task.replication_task_identifier,
				lag_seconds = result.lag,
				tables = tables.data(result.tables),
			}
		end
		say.line(progress.state_text(m, result))
	end,
}
