--- The full load: waits for it with progress per table, and ends when every table has arrived or
--- failed.

local errors = require "errors"
local report = require "report"
local say = require "migration.say"
local tables = require "migration.tables"
local tasks = require "migration.tasks"
local time = require "time"
local ui = require "ui"

local load = {}

--- The longest load that is waited for.
local TIMEOUT = 14 * 24 * 3600

--- Whether everything was loaded. The tables decide: the dates of the task know nothing of a
--- reload.
---@param task table
---@param sum migration.Summary
---@return boolean
function load.is_complete(task, sum)
	if task.migration_type == "cdc" or tasks.is_finished(task) then
		return true
	end
	if sum.total > 0 then
		return sum.open == 0
	end
	local stats = task.replication_task_stats or {}
	return stats.full_load_finish_date ~= nil and (stats.tables_loading or 0) == 0
end

--- Rows a second between two looks.
local function rate(before, now)
	local seconds = now.at - before.at
	if seconds <= 0 or now.rows <= before.rows then
		return nil
	end
	return (now.rows - before.rows) / seconds
end

--- Says which tables began, ended or failed since the last look.
local function tell_changes(progress, list, known)
	for _, item in ipairs(list) do
		local name, state = tables.name(item), item.table_state or ""
		if known[name] ~= state then
			if known[name] ~= nil or state ~= "Before load" then
				local rows = report.count(item.full_load_rows or 0)
				progress:event(("%s  %s  %s rows"):format(name, state, rows))
			end
			known[name] = state
		end
	end
end

local function text_of(sum, speed)
	local parts = { report.count(sum.rows) .. " rows" }
	if speed then
		parts[#parts + 1] = report.rate(speed)
	end
	if sum.bad > 0 then
		parts[#parts + 1] = report.plural(sum.bad, "table") .. " failed"
	end
	return table.concat(parts, "   ")
end

local function give_up(m, task)
	errors.raise {
		summary = "The full load did not end in time",
		what = ("%s is still loading after %s"):format(
			task.replication_task_identifier,
			report.duration(TIMEOUT)
		),
		hints = { { "It goes on by itself; watch it with:", command = tasks.watch(m, task) } },
		at = false,
		exit = "timeout",
	}
end

--- How long the load took, by the statistics of the task where they say it.
local function duration(task, began)
	local stats = task.replication_task_stats or {}
	local from, to = stats.full_load_start_date, stats.full_load_finish_date
	local waited = time.epoch() - began
	-- After a wait, dates from before it are those of an earlier load.
	if from and to and (waited < 1 or time.parse(to) >= began) then
		return time.parse(to) - time.parse(from)
	end
	return waited
end

local function finish_text(task, sum, began)
	local seconds = duration(task, began)
	local parts = { ("%s/%s"):format(report.count(sum.done), report.plural(sum.total, "table")) }
	parts[#parts + 1] = report.count(sum.rows) .. " rows"
	if seconds >= 1 and sum.rows > 0 then
		parts[#parts + 1] = report.rate(sum.rows / seconds)
	end
	parts[#parts + 1] = report.duration(seconds)
	return table.concat(parts, "   ")
end

--- One look at the task and its tables.
local function look(m, arn)
	local task = tasks.read(arn)
	if not task then
		errors.raise { summary = "Replication task is gone", what = arn .. " was deleted meanwhile" }
	end
	if tasks.is_failed(task) then
		tasks.raise_failed(m, task)
	end
	return task, tables.read(arn)
end

--- Follows the load until it has ended.
---@param m migration.Migration
---@param arn string
---@return table task
---@return table[] list of table statistics
---@return migration.Summary
function load.follow(m, arn)
	local began = time.epoch()
	local task, list = look(m, arn)
	local sum = tables.summary(list)
	if load.is_complete(task, sum) then
		say.label("Load", finish_text(task, sum, began))
		return task, list, sum
	end
	local progress = ui.progress { label = "Load", total = math.max(sum.total, 1), unit = "tables" }
	local known, before = {}, { at = began, rows = sum.rows }
	while not load.is_complete(task, sum) do
		if task.status == "stopped" then
			progress:finish "stopped"
			errors.raise {
				summary = "The task was stopped before its load ended",
				what = ("%s: %s"):format(
					task.replication_task_identifier,
					task.stop_reason or "stopped"
				),
				hints = { { "Resume it with:", command = tasks.command(m, "resume", task) } },
			}
		end
		tasks.mind_interrupts(m, "the load goes on by itself", tasks.watch(m, task))
		if time.epoch() - began >= TIMEOUT then
			give_up(m, task)
		end
		time.sleep(tasks.POLL)
		task, list = look(m, arn)
		---@cast list table[]
		sum = tables.summary(list)
		local now = { at = time.epoch(), rows = sum.rows }
		tell_changes(progress, list, known)
		progress:total(math.max(sum.total, 1))
		progress:set(sum.done + sum.bad, text_of(sum, rate(before, now)))
		before = now
	end
	progress:finish(finish_text(task, sum, began))
	return task, list, sum
end

return load
