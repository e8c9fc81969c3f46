--- `reload [TABLE…]`: loads tables again, all unless named. What the target holds of them is lost.

local approval = require "migration.approval"
local aws = require "aws"
local checkpoints = require "migration.checkpoints"
local connections = require "migration.connections"
local errors = require "errors"
local live = require "migration.live"
local report = require "report"
local say = require "migration.say"
local suggest = require "suggest"
local tables = require "migration.tables"
local tasks = require "migration.tasks"
local twice = require "migration.twice"

--- What DMS takes in one call.
local BATCH = 10

--- Whether a name fits; `%` stands for any text, everything else for itself.
local function matches(name, pattern)
	local escaped = pattern:gsub("[^%w_]", function(character)
		return character == "%" and ".*" or "%" .. character
	end)
	return name:find("^" .. escaped .. "$") ~= nil
end

--- The tables that the names on the command line mean.
local function chosen(list, patterns)
	local found, names = {}, {}
	for index, item in ipairs(list) do
		names[index] = tables.name(item)
	end
	for _, pattern in ipairs(patterns) do
		local any = false
		for index, item in ipairs(list) do
			if matches(names[index], pattern) then
				found[#found + 1], any = item, true
			end
		end
		if not any then
			errors.raise {
				summary = "No such table",
				what = ("the task carries no table %q"):format(pattern),
				hints = { suggest.did_you_mean(pattern, names) },
				at = false,
				exit = "usage",
			}
		end
	end
	return found
end

local function reload_tables(task, list)
	for from = 1, #list, BATCH do
		local batch = {}
		for index = from, math.min(from + BATCH - 1, #list) do
			batch[#batch + 1] =
				{ schema_name = list[index].schema_name, table_name = list[index].table_name }
		end
		aws.dms.reload_tables {
			replication_task_arn = task.replication_task_arn,
			tables_to_reload = batch,
		}
	end
end

local function loss(m, list)
	local mode = (m.tasks[1].settings.FullLoadSettings or {}).TargetTablePrepMode or "DO_NOTHING"
	local verb = ({
		DROP_AND_CREATE = "dropped and created again",
		TRUNCATE_BEFORE_LOAD = "emptied",
		DO_NOTHING = "loaded over what they hold",
	})[mode]
	local names = {}
	for index, item in ipairs(list) do
		names[index] = tables.name(item)
	end
	return { ("what the target holds of %s (%s)"):format(report.list(names, 10), verb) }
end

return {
	summary = "load tables again (all unless named)",
	usage = "[SCHEMA.TABLE…]",
	run = function(m, command)
		local found = live.require(m, { "instance", "source", "target" })
		local task = live.task(m, found, "migration")
		local list = tables.read(task.replication_task_arn)
		if #command.rest > 0 then
			list = chosen(list, command.rest)
			if task.status ~= "running" then
				errors.raise {
					summary = "Tables can be reloaded in a running task only",
					what = ("%s is %s"):format(task.replication_task_identifier, task.status),
					hints = { { "Start it with:", command = m:command "start" } },
					at = false,
				}
			end
			if
				say.would(
					"Reload",
					"load again " .. loss(m, list)[1]:gsub("^what the target holds of ", "")
				)
			then
				return
			end
			tasks.refuse_read_only(m, "reload")
			approval.loss(m, loss(m, list), "reload", m:said())
			local _ <close> = m:stack():lock("reload", m:again())
			reload_tables(task, list)
			say.wrapped("Reload", report.plural(#list, "table"))
			return
		end
		if not tasks.has_run(task) then
			errors.raise {
				summary = "Nothing to reload",
				what = task.replication_task_identifier .. " has never run",
				hints = { { "Start it with:", command = m:command "start" } },
				at = false,
			}
		end
		twice.refuse(m, found, "migration")
		local name = task.replication_task_identifier
		if say.would("Reload", ("stop %s and load every table again"):format(name)) then
			return
		end
		tasks.refuse_read_only(m, "reload")
		approval.loss(m, loss(m, list), "reload", m:said())
		connections.test(m, found)
		local _ <close> = m:stack():lock("reload", m:again())
		task = tasks.stop(m, task)
		checkpoints.keep(m, found, "migration", task, "reload")
		task = tasks.start(m, task, "reload-target")
		say.wrapped("Reload", task.replication_task_identifier .. " loads every table again")
	end,
}
