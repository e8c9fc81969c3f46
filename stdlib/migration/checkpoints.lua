--- The checkpoints of a migration's tasks: kept in the ledger when a verb stops or looks at them, and
--- found there for `start TASK --from POSITION`.

local cdc = require "cdc"
local errors = require "errors"
local ledger = require "ledger"
local marks = require "kinds.support.marks"
local report = require "report"
local say = require "migration.say"

local checkpoints = {}

--- The source's endpoint; where a secret holds the server, as the configuration says it.
local function source_of(m, found)
	if found.source == nil then
		return nil
	end
	local source = {}
	for name, value in pairs(found.source) do
		source[name] = value
	end
	source.server_name = source.server_name or m.source.config.server_name
	source.port = source.port or m.source.port
	return source
end

--- Keeps where the tasks have come to.
---@param m migration.Migration
---@param found migration.Live
---@param why string
function checkpoints.keep_all(m, found, why)
	for _, id in ipairs(report.keys(found.tasks)) do
		ledger.try(m.name, id, found.tasks[id], { why = why, source = source_of(m, found) })
	end
end

--- Keeps where one task has come to.
---@param m migration.Migration
---@param found migration.Live
---@param id string
---@param task table
---@param why string
---@return boolean kept
function checkpoints.keep(m, found, id, task, why)
	return ledger.try(m.name, id, task, { why = why, source = source_of(m, found) })
end

--- Forgets that a task was to run again after an interrupted change: somebody wants it stopped.
---@param m migration.Migration
---@param found migration.Live
---@param ids string[]
function checkpoints.leave_stopped(m, found, ids)
	for _, id in ipairs(ids) do
		local live = m:stack():find("dms.task", id)
		if live and found.tasks[id] and (live.tags or {})[marks.TAG] then
			marks.clear(found.tasks[id].replication_task_arn)
		end
	end
end

local function none(m, id, why)
	errors.raise {
		summary = "The ledger has no checkpoint to go on from",
		what = ("nothing was kept of %s that task %q could go on from"):format(m.name, id),
		why = why,
		hints = {
			{ "What was kept:", command = m:command "checkpoints" },
			"or say where: --from 2026-11-22T20:08:08Z, or a position of the source's log",
		},
		at = false,
		exit = "usage",
	}
end

--- The newest entry that a task can go on from: its own, or another task's of the same migration where
--- both carry the same tables.
---@param m migration.Migration
---@param found migration.Live
---@param id string
---@return ledger.Entry
function checkpoints.last(m, found, id)
	local who, against = m:stack():identity(), nil
	local function fitting(task)
		local list = ledger.list(m.name, task)
		for index = #list, 1, -1 do
			local problem =
				ledger.problem(list[index], who.account, who.region, source_of(m, found))
			if not problem then
				return list[index]
			end
			against = against or ("the newest can't be used: " .. problem)
		end
	end
	local own = fitting(id)
	local other = m:share_tables() and fitting() or nil
	-- The other one may have gone on since this one stopped.
	if own and other and other.time > own.time and other.task ~= id then
		return other
	end
	return own or other or none(m, id, against)
end

--- The position that `--from` means, checked against the source.
---@param m migration.Migration
---@param found migration.Live
---@param id string
---@param text string
---@return cdc.Position
---@return ledger.Entry? entry where it is from the ledger
function checkpoints.position(m, found, id, text)
	if text == "ledger" or text == "checkpoint" then
		local entry = checkpoints.last(m, found, id)
		return cdc.checkpoint(entry.checkpoint), entry
	end
	local engine = m.source.engine.name
	local ok, position = errors.capture(cdc.parse, text, engine)
	local problem = not ok and (position.what or tostring(position))
		or cdc.problem(position, engine)
	if problem then
		errors.raise {
			summary = "Not a position to start from",
			what = "--from: " .. problem,
			why = "nothing was started",
			hints = not ok and position.hints or nil,
			at = false,
			exit = "usage",
		}
	end
	return position
end

--- Says after a destroy what the ledger keeps, and how to go on from it.
---@param m migration.Migration
function checkpoints.tell_kept(m)
	local newest = {}
	for _, entry in ipairs(ledger.list(m.name)) do
		newest[entry.task] = entry
	end
	local ids = report.keys(newest)
	if #ids == 0 then
		return
	end
	say.line ""
	for _, id in ipairs(ids) do
		local entry = newest[id]
		say.line(("The ledger keeps where %s had come to, of %s (%s)."):format(
			id,
			---@diagnostic disable-next-line: undefined-field, need-check-nil -- an entry of this task has a time
			entry.time:gsub("%.%d+Z$", "Z"),
			ledger.path(m.name)
		))
	end
	---@type string?
	local task
	for _, one in ipairs(m.tasks) do
		task = one.migration_type == "cdc" and one.id or task
	end
	if not task then
		say.line "A task for changes only goes on from there: the option cdc of the migration makes one."
	else
		say.line(
			("To go on from there: %s, then %s."):format(
				m:command "deploy",
				m:command(("start %s --from ledger"):format(task))
			)
		)
	end
end

return checkpoints
