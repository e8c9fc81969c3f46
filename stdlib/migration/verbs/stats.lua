--- `stats [TASK]`: the statistics of every table.

local json = require "json"
local live = require "migration.live"
local say = require "migration.say"
local tables = require "migration.tables"
local ui = require "ui"

return {
	summary = "rows, states and changes of every table",
	usage = "[TASK]",
	run = function(m, command)
		local found = live.require(m, {})
		local task = live.task(m, found, command.rest[1] or "migration")
		local list = tables.read(task.replication_task_arn)
		if say.json() then
			ui.json {
				task = task.replication_task_identifier,
				tables = json.array(tables.data(list)),
			}
		elseif #list == 0 then
			say.line "No tables yet: the task has not been started."
		else
			tables.show(list, { all = true, changes = true })
		end
	end,
}
