--- What is left out, or applied a second time, where a task begins or goes on although the other one of
--- the same tables has come further.

local approval = require "migration.approval"
local aws = require "aws"
local ledger = require "ledger"
local report = require "report"
local states = require "kinds.support.task_states"
local time = require "time"

local gaps = {}

---@class migration.Gap
---@field text string what goes wrong
---@field hints table[] how to go on without it

---@class migration.Reading the source that the tasks read from their next start on
---@field endpoint? table as DMS describes it now
---@field now table with its `engine`, `server` and `port` as far as they are known

---@class migration.Beginning a task that is about to run
---@field id string in the script
---@field name string in DMS
---@field type string full-load, cdc or full-load-and-cdc
---@field task? table as DMS describes it; nil where it is still to be made
---@field begins_at? boolean whether it was made with a position of its own

--- A moment as a person would give it to `--from`.
local function second(text)
	return (tostring(text):gsub("%.%d+", ""):gsub("Z?$", "Z"))
end

--- When a task had come to an entry.
local function moment_of(entry)
	return second(entry.stopped or entry.time)
end

--- Whether what one task carries, the other one need not: not where both may run at once, for then their
--- targets differ.
local function share(m)
	return m:share_tables() and not approval.allowed "twice"
end

--- The newest entry of each task that tells where the changes of these tables had come to.
local function newest_of(m, found, id, reading)
	local who, shared = m:stack():identity(), share(m)
	---@type table<string, ledger.Entry>
	local newest = {}
	for _, entry in ipairs(ledger.with(m.name, found.tasks, reading.endpoint)) do
		-- A local AWS that was thrown away may have been ahead of the one that took its place.
		local here = entry.account == who.account
			and entry.region == who.region
			and not (aws.is_local and time.parse(entry.time) > time.epoch())
		if here and (entry.task == id or shared) then
			newest[entry.task] = entry
		end
	end
	return newest
end

--- The one that came furthest, as far as anybody can tell.
local function furthest(newest)
	---@type ledger.Entry?
	local best
	for _, task in ipairs(report.keys(newest)) do
		if best == nil or ledger.is_later(newest[task], best, true) then
			best = newest[task]
		end
	end
	return best
end

--- How to begin at a time, where the position itself can't be used.
local function begin_at(m, why, id, date)
	return { why, command = m:command(("start %s --from %s"):format(id, second(date))) }
end

--- Before the first start of a task for changes, which begins with what changes from then on.
local function of_first(m, found, one, reading)
	local best = furthest(newest_of(m, found, one.id, reading))
	if best then
		local moved = ledger.moved(best.source, reading.now)
		local hint = moved
				and begin_at(
					m,
					"To begin at that time, in the log of the source that is now:",
					one.id,
					moment_of(best)
				)
			or {
				"To go on from there:",
				command = m:command(("start %s --from ledger"):format(one.id)),
			}
		return {
			text = ("what changed since task %s had come to its checkpoint of %s: %s begins with what changes from now on"):format(
				best.task,
				moment_of(best),
				one.name
			),
			hints = { hint },
		}
	end
	for _, id in ipairs(share(m) and report.keys(found.tasks) or {}) do
		local other = found.tasks[id]
		local stats = other.replication_task_stats or {}
		local date = stats.full_load_start_date or stats.start_date
		if id ~= one.id and date and states.has_run(other) then
			return {
				text = ("what changed since %s began to load, %s: %s begins with what changes from now on"):format(
					other.replication_task_identifier,
					second(date),
					one.name
				),
				hints = { begin_at(m, "To begin there:", one.id, date) },
			}
		end
	end
end

--- Another task of the same tables that ran after an entry, and until when: it may not have had a
--- checkpoint yet.
local function later_run(m, found, own)
	local since = ledger.moment(own) or time.parse(own.time)
	for _, id in ipairs(share(m) and report.keys(found.tasks) or {}) do
		local other = found.tasks[id]
		local stats = other.replication_task_stats or {}
		local date = stats.stop_date or stats.start_date or other.replication_task_start_date
		if id ~= own.task and date and states.has_run(other) and time.parse(date) > since then
			return id, second(date)
		end
	end
end

--- Before a task goes on from its own checkpoint, behind which the other one has come.
local function of_next(m, found, one, reading)
	local newest = newest_of(m, found, one.id, reading)
	local own, best = newest[one.id], furthest(newest)
	if not own or own.arn ~= one.task.replication_task_arn then
		return nil
	end
	local other, until_when, hints = nil, nil, {}
	if best and best ~= own and ledger.is_later(best, own) then
		other, until_when = best.task, moment_of(best)
		if ledger.moved(best.source, reading.now) then
			-- It read another server: neither says anything about the other.
			return nil
		elseif one.type == "cdc" then
			hints[1] = {
				"To go on from there:",
				command = m:command(("start %s --from ledger"):format(one.id)),
			}
		end
	else
		other, until_when = later_run(m, found, own)
	end
	if not other then
		return nil
	elseif #hints == 0 and found.tasks[other] then
		hints[1] = {
			("To go on with task %s instead:"):format(other),
			command = m:command(("resume %s"):format(other)),
		}
	end
	return {
		text = ("what task %s carried until %s: %s goes on from its own checkpoint of %s, and applies a second time what came after that"):format(
			other,
			until_when,
			one.name,
			moment_of(own)
		),
		hints = hints,
	}
end

--- What goes wrong when a task starts without being told where; nil where nothing does.
---@param m migration.Migration
---@param found { tasks: table<string, table> }
---@param one migration.Beginning
---@param reading migration.Reading
---@return migration.Gap?
function gaps.of(m, found, one, reading)
	if one.task and states.has_run(one.task) then
		return one.type ~= "full-load" and of_next(m, found, one, reading) or nil
	elseif one.type == "cdc" and not one.begins_at then
		return of_first(m, found, one, reading)
	end
end

return gaps
