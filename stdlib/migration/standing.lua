--- How far the tasks have carried the changes of the tables: from the ledger, and from what DMS says now.

local aws = require "aws"
local ledger = require "ledger"
local order = require "cdc.order"
local report = require "report"
local states = require "kinds.support.task_states"
local time = require "time"

local standing = {}

---@class migration.Standing where a task stands
---@field task string its id in the script
---@field name string its name in DMS, or its id
---@field date string up to when it has carried changes, in UTC, as `--from` takes it
---@field moment number the same in seconds since 1970
---@field certain boolean whether it had come there then; else it may have been long before that
---@field checkpoint? string where it goes on
---@field entry? ledger.Entry the line of the ledger with it
---@field began? boolean whether nothing is known but where it began

---@class migration.Side a side of the tasks from their next start on
---@field endpoint? table as DMS describes it now
---@field now table with its `engine`, `server` and `port` as far as they are known

---@class migration.Reading what the tasks read and write from their next start on
---@field source migration.Side
---@field target migration.Side

--- A time of DMS as a person would give it to `--from`.
---@param text any
---@return string
function standing.second(text)
	return (tostring(text):gsub("%.%d+", ""):gsub("Z?$", "Z"))
end

local second = standing.second

--- Where the newest entry of a task says that it stands.
local function of_entry(entry, name)
	return {
		task = entry.task,
		name = name,
		date = ledger.date(entry),
		moment = ledger.moment(entry) or time.parse((entry.first or entry).time),
		certain = ledger.moment(entry) ~= nil,
		checkpoint = entry.checkpoint,
		entry = entry,
	}
end

local function earlier(one, other)
	if (one or "") == "" or (other or "") == "" then
		return (one or "") ~= "" and one or ((other or "") ~= "" and other or nil)
	end
	return time.parse(second(one)) < time.parse(second(other)) and one or other
end

--- Where a task began that has no checkpoint yet: at the place that it was given, with its load, or with
--- what changed from its start on.
local function of_beginning(id, task, entries)
	local stats = task.replication_task_stats or {}
	local given = task.cdc_start_position or ""
	local name = task.replication_task_identifier
	for _, entry in ipairs(given ~= "" and entries or {}) do
		if entry.checkpoint == given then
			local same = of_entry(entry, name)
			same.task, same.began = id, true
			return same
		end
	end
	-- A load that was resumed may be given the date of that.
	local date = earlier(stats.full_load_start_date, stats.fresh_start_date)
		or stats.start_date
		or task.replication_task_start_date
	if given:find "^%d%d%d%d%-%d%d%-%d%dT" then
		date = given
	end
	if date then
		return {
			task = id,
			name = name,
			date = second(date),
			moment = time.parse(second(date)),
			certain = true,
			checkpoint = given ~= "" and not given:find "^%d%d%d%d%-" and given or nil,
			began = true,
		}
	end
end

--- The entries of the tables, from here and not from a local AWS that was thrown away and had been ahead.
local function entries_of(m, found, id, reading)
	local who, list = m:stack():identity(), {}
	---@type table<string, boolean>
	local declared = {}
	for _, task in ipairs(m.tasks) do
		declared[task.id] = true
	end
	for _, entry in ipairs(ledger.with(m.name, found.tasks, reading.source.endpoint)) do
		local here = entry.account == who.account
			and entry.region == who.region
			and not (aws.is_local and time.parse(entry.time) > time.epoch())
		-- What a task carried that is no longer declared is on the target all the same.
		local same = entry.task == id or not declared[entry.task] or m:share_tables()
		if here and same and not entry.given_up then
			list[#list + 1] = entry
		end
	end
	return list
end

--- Whether an entry is of a run before the task was started afresh: what it says was given up with that.
local function is_given_up(entry, task)
	local stats = task.replication_task_stats or {}
	return ledger.is_before(entry.started, stats.fresh_start_date)
end

--- Where each task stands whose changes are those of a task's tables, by id in the script. One that has
--- run says itself where it is, whatever stood in its place before.
---@param m migration.Migration
---@param found { tasks: table<string, table> }
---@param id string
---@param reading migration.Reading
---@return table<string, migration.Standing?>
function standing.of(m, found, id, reading)
	local entries = entries_of(m, found, id, reading)
	---@type table<string, migration.Standing?>
	local all = {}
	for _, entry in ipairs(entries) do
		local task = found.tasks[entry.task]
		local own = not (task and states.has_run(task))
			or (entry.arn == task.replication_task_arn and not is_given_up(entry, task))
		if own then
			local name = task and task.replication_task_identifier or entry.task
			all[entry.task] = of_entry(entry, name)
		end
	end
	for other, task in pairs(found.tasks) do
		if not all[other] and states.has_run(task) and (other == id or m:share_tables()) then
			all[other] = of_beginning(other, task, entries)
		end
	end
	return all
end

--- Whether one task has come further than another one, and whether that is certain: by their places in the
--- source's log, or by when they had come there.
---@param one migration.Standing
---@param other migration.Standing
---@return boolean ahead
---@return boolean certain
---@return boolean placed whether their places say it
function standing.ahead(one, other)
	local a, b = (one.entry or {}).source, (other.entry or {}).source
	local places = not ledger.differs(a, b) and order.of(one.checkpoint, other.checkpoint)
	if places then
		return places > 0, true, true
	end
	return one.moment > other.moment, one.moment == other.moment or one.certain, false
end

--- The one that came furthest, and whether that is certain.
---@param all table<string, migration.Standing?>
---@return migration.Standing?
---@return boolean certain
function standing.furthest(all)
	---@type migration.Standing?
	local best
	local certain = true
	for _, task in ipairs(report.keys(all)) do
		local one = all[task] --[[@as migration.Standing]]
		if best == nil or standing.ahead(one, best) then
			best = one
		end
	end
	for _, one in pairs(all) do
		-- Where a moment is the latest possible one, the order of two is a guess.
		if best and one ~= best and not select(2, standing.ahead(best, one)) then
			certain = false
		end
	end
	return best, certain
end

--- Until when another task of the tables carried changes after a moment: it may have come further than
--- its newest checkpoint.
---@param m migration.Migration
---@param found { tasks: table<string, table> }
---@param own migration.Standing
---@param all table<string, migration.Standing?>
---@return string? task
---@return string? date
function standing.later_run(m, found, own, all)
	for _, id in ipairs(m:share_tables() and report.keys(found.tasks) or {}) do
		local other, there = found.tasks[id], all[id]
		-- Where both say their places, those tell it.
		local placed = there and not there.began and select(3, standing.ahead(there, own))
		local stats = other.replication_task_stats or {}
		local date = stats.stop_date or stats.start_date or other.replication_task_start_date
		if
			id ~= own.task
			and date
			and not placed
			and states.has_run(other)
			-- One that only loads carries no changes, whenever it ends.
			and other.migration_type ~= "full-load"
			and time.parse(second(date)) > own.moment
		then
			return id, second(date)
		end
	end
end

--- The name of a task of the tables that has not loaded them to the end: what a task for changes applies to
--- them then meets tables that are not whole.
---@param m migration.Migration
---@param found { tasks: table<string, table> }
---@param id string of the task for changes
---@return string?
function standing.half_loaded(m, found, id)
	for _, declared in ipairs(m:share_tables() and m.tasks or {}) do
		local task, other = found.tasks[declared.id], declared.id
		if other ~= id and task and states.has_run(task) then
			if states.is_half_loaded(task) then
				return task.replication_task_identifier
			end
		elseif other ~= id and ledger.left_half_loaded(m.name, other) then
			return other
		end
	end
end

return standing
