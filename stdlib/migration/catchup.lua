--- Catching up: waits until the CDC latency that CloudWatch reports is low and stays so.
---
--- The judgement is made from the history of the metric, not from what was seen while waiting: a
--- second run of a migration that replicates knows at once that it has caught up.

local aws = require "aws"
local errors = require "errors"
local report = require "report"
local say = require "migration.say"
local tasks = require "migration.tasks"
local time = require "time"
local tolerant = require "migration.tolerant"
local ui = require "ui"

local catchup = {}

--- How much history is read, how dense it is, how long metrics may stay away, and how old the
--- newest may be.
local HISTORY, PERIOD, PATIENCE, SILENCE = 1800, 60, 900, 600
local TIMEOUT = 7 * 24 * 3600

---@class migration.Point
---@field at number epoch
---@field lag number seconds

local function query(id, name, dimensions)
	return {
		id = id,
		metric_stat = {
			metric = { namespace = "AWS/DMS", metric_name = name, dimensions = dimensions },
			period = PERIOD,
			stat = "Maximum",
		},
		return_data = true,
	}
end

--- The larger of source and target latency per minute, oldest first.
---@param instance_identifier string
---@param task table
---@return migration.Point[]
function catchup.history(instance_identifier, task)
	local dimensions = {
		{ name = "ReplicationInstanceIdentifier", value = instance_identifier },
		{ name = "ReplicationTaskIdentifier", value = tasks.resource_id(task) },
	}
	local now = time.epoch()
	local answer = aws.cloudwatch.get_metric_data {
		metric_data_queries = {
			query("target", "CDCLatencyTarget", dimensions),
			query("source", "CDCLatencySource", dimensions),
		},
		start_time = time.format(now - HISTORY),
		end_time = time.format(now + PERIOD),
		scan_by = "TimestampAscending",
	}
	local lags = {}
	for _, result in ipairs(answer.metric_data_results or {}) do
		for index, stamp in ipairs(result.timestamps or {}) do
			local at, value = time.parse(stamp), result.values[index]
			lags[at] = math.max(lags[at] or 0, value or 0)
		end
	end
	local points = {}
	for at, lag in pairs(lags) do
		points[#points + 1] = { at = at, lag = lag }
	end
	table.sort(points, function(a, b)
		return a.at < b.at
	end)
	return points
end

--- How long the newest points have been at or below the threshold, in seconds; nil when the newest
--- is not.
---@param points migration.Point[]
---@param threshold number
---@return number|nil
function catchup.steady_for(points, threshold)
	---@type { at: number, lag: number }?
	local last = points[#points]
	if not last or last.lag > threshold then
		return nil
	end
	local since = last.at
	for index = #points - 1, 1, -1 do
		---@diagnostic disable-next-line: need-check-nil -- the index is of the list
		if points[index].lag > threshold then
			break
		end
		---@diagnostic disable-next-line: need-check-nil -- the index is of the list
		since = points[index].at
	end
	return last.at - since
end

--- Points since the load ended and the task last started: what was before says nothing about
--- catching up. A metric that has fallen silent says nothing either.
local function telling(points, task)
	local stats = task.replication_task_stats or {}
	local finish, start = stats.full_load_finish_date, stats.start_date
	local moment = math.max(finish and time.parse(finish) or 0, start and time.parse(start) or 0)
		- PERIOD
	local kept = {}
	for _, point in ipairs(points) do
		if point.at >= moment then
			kept[#kept + 1] = point
		end
	end
	local last = kept[#kept]
	return last and last.at >= time.epoch() - SILENCE and kept or {}
end

local function tell(points, steady)
	local worst = 0
	for _, point in ipairs(points) do
		worst = math.max(worst, point.lag)
	end
	local last = points[#points].lag
	local lag = worst > last and ("%.0f s → %.0f s"):format(worst, last)
		or ("%.0f s"):format(last)
	return ("lag %s, steady for %s"):format(lag, report.duration(steady))
end

local function give_up(m, task, points, threshold)
	errors.raise {
		summary = "The target did not catch up in time",
		what = ("lag is %.0f s after %s, above the threshold of %d s"):format(
			points[#points] and points[#points].lag or 0,
			report.duration(TIMEOUT),
			threshold
		),
		hints = { { "Replication goes on; watch it with:", command = tasks.watch(m, task) } },
		at = false,
		exit = "timeout",
	}
end

--- Waits until the task has caught up.
---@param m migration.Migration
---@param live migration.Live
---@param task table
---@return {lag: number|nil, steady: number|nil}
function catchup.follow(m, live, task)
	---@diagnostic disable-next-line: need-check-nil -- a running task has its instance
	local instance = live.instance.replication_instance_identifier
	local threshold, hold =
		m.options.caught_up_below, --[[@as number]]
		m.options.caught_up_for
	---@type number, ui.Progress?
	local began, progress = time.epoch(), nil
	while true do
		local history = tolerant.try(
			"The latency could not be read; table states are all there is",
			function()
				return catchup.history(instance, task)
			end
		)
		local points = history and telling(history, task)
		if not points or (#points == 0 and time.epoch() - began >= PATIENCE) then
			say.label("Catch up", "no latency metrics: judged by the states of the tables alone")
			return {}
		end
		---@diagnostic disable-next-line: param-type-mismatch -- options are complete
		local steady = catchup.steady_for(points, threshold)
		if steady and steady >= hold then
			local text = tell(points, steady)
			if progress then
				progress:finish(text)
			else
				say.label("Catch up", text)
			end
			return { lag = points[#points].lag, steady = steady }
		end
		progress = progress or ui.progress { label = "Catch up" }
		local last = points[#points]
		progress:set(0, last and ("lag %.0f s"):format(last.lag) or "waiting for the first metrics")
		tasks.mind_interrupts(m, "replication goes on by itself", tasks.watch(m, task))
		if time.epoch() - began >= TIMEOUT then
			give_up(m, task, points, threshold)
		end
		time.sleep(tasks.POLL)
		task = tasks.read(task.replication_task_arn) or task
		if tasks.is_failed(task) then
			tasks.raise_failed(m, task)
		elseif task.status == "stopped" then
			errors.raise {
				summary = "The task was stopped while it caught up",
				what = task.stop_reason or "stopped",
				hints = { { "Resume it with:", command = tasks.command(m, "resume", task) } },
			}
		end
	end
end

return catchup
