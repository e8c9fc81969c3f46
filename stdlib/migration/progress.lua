--- One way to follow a migration: start the main task if need be, watch its load, watch it catch
--- up.

local approval = require "migration.approval"
local aws = require "aws"
local catchup = require "migration.catchup"
local doubts = require "migration.doubts"
local load = require "migration.load"
local onward = require "migration.onward"
local report = require "report"
local say = require "migration.say"
local tables = require "migration.tables"
local tasks = require "migration.tasks"
local twice = require "migration.twice"

local progress = {}

--- Starts the task where it does not run, in the way its past asks for. One that has run before was
--- stopped by somebody or something: that is asked about.
---@param m migration.Migration
---@param found migration.Live
---@param task table
---@return table task
function progress.ensure_running(m, found, task)
	task = tasks.awaited(m, found, "migration", task)
	if task.status == "running" or tasks.is_finished(task) then
		return task
	end
	twice.refuse(m, found, "migration")
	if tasks.has_run(task) then
		approval.change(m, ("Resume %s?"):format(task.replication_task_identifier), m:said())
	end
	doubts.mind_start(m, found, "migration", task)
	local started, what = tasks.start(m, task)
	if what then
		say.label("Start", ("%s %s"):format(started.replication_task_identifier, what))
	end
	return started
end

--- Watches the load and the catch-up, and shows the tables.
---@param m migration.Migration
---@param live migration.Live
---@param task table
---@return table result { task, tables, summary, lag }
function progress.follow(m, live, task)
	local list, sum, caught
	local function command()
		return tasks.watch(m, task)
	end
	local arn = task.replication_task_arn
	task, list, sum = onward.from("the load goes on by itself", command, load.follow, m, arn)
	if task.migration_type ~= "full-load" then
		local why = "replication goes on by itself"
		caught = onward.from(why, command, catchup.follow, m, live, task)
		-- Changes and validation went on while waiting.
		list = tables.read(task.replication_task_arn)
		sum = tables.summary(list)
	end
	say.line ""
	tables.show(list)
	tables.refuse_bad(m, sum, task)
	if #sum.mismatched > 0 then
		local names = {}
		for index, item in ipairs(sum.mismatched) do
			names[index] = tables.name(item)
		end
		say.line(
			("  %s with records that differ: %s"):format(
				report.plural(#names, "table"),
				report.list(names)
			)
		)
	end
	return { task = task, tables = list, summary = sum, lag = caught and caught.lag }
end

--- The last line of a migration that goes on.
---@param _ migration.Migration
---@param result table
---@return string
function progress.state_text(_, result)
	if result.task.migration_type == "full-load" then
		return "Loaded; a full load does not replicate changes."
	end
	if result.lag then
		return "Caught up and replicating."
	end
	return aws.is_local and "Loaded and replicating."
		or "Loaded and replicating; the latency is unknown."
end

return progress
