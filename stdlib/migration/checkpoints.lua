--- The checkpoints of a migration's tasks: kept in the ledger when a verb stops or looks at them, and
--- found there for `start TASK --from POSITION`.

local cdc = require "cdc"
local errors = require "errors"
local host = require "host"
local ledger = require "ledger"
local marks = require "kinds.support.marks"
local report = require "report"
local say = require "migration.say"
local server_tag = require "kinds.support.server_tag"

local checkpoints = {}

--- The source's endpoint. Where a secret holds the server, what is written on the secret counts: the
--- configuration may be ahead of what is deployed. A secret of somebody else says nothing; then the
--- configuration does.
---@param m migration.Migration
---@param found migration.Live
---@return table?
function checkpoints.source(m, found)
	if found.source == nil then
		return nil
	end
	local source = {}
	for name, value in pairs(found.source) do
		source[name] = value
	end
	local secret = m:stack():find("secretsmanager.secret", "source-database")
	local server, port = server_tag.read(secret and secret.properties.tags)
	if not source.server_name or source.server_name == "" then
		source.server_name = server or m.source.config.server_name
		source.port = source.port or port or m.source.port
	end
	source.port = source.port or m.source.port
	return source
end

--- Keeps where the tasks have come to.
---@param m migration.Migration
---@param found migration.Live
---@param why string
function checkpoints.keep_all(m, found, why)
	for _, id in ipairs(report.keys(found.tasks)) do
		ledger.try(
			m.name,
			id,
			found.tasks[id],
			{ why = why, source = checkpoints.source(m, found) }
		)
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
	return ledger.try(m.name, id, task, { why = why, source = checkpoints.source(m, found) })
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

---@return never
local function none(m, id, why)
	errors.raise {
		summary = "The ledger has no checkpoint to go on from",
		what = ("nothing was kept of %s that task %q could go on from"):format(m.name, id),
		why = why,
		hints = {
			{ "What was kept:", command = m:command "checkpoints" },
			"or say where: --from TIME (UTC, as in YYYY-MM-DDThh:mm:ssZ), or a position of the source's log",
		},
		at = false,
		exit = "usage",
	}
	---@diagnostic disable-next-line: missing-return -- it raises
end

--- The newest entry that a task can go on from: its own, or another task's of the same migration where
--- both carry the same tables and the other one has certainly come further.
---@param m migration.Migration
---@param found migration.Live
---@param id string
---@return ledger.Entry
function checkpoints.last(m, found, id)
	local who, source, against = m:stack():identity(), checkpoints.source(m, found), nil
	---@type table<string, ledger.Entry>
	local newest = {}
	local list = ledger.list(m.name)
	for index = #list, 1, -1 do
		local entry = list[index]
		local wanted = entry.task == id or m:share_tables()
		if wanted and not newest[entry.task] then
			local problem = ledger.problem(entry, who.account, who.region, source)
			if not problem then
				newest[entry.task] = entry
			else
				against = against or ("the newest can't be used: " .. problem)
			end
		end
	end
	local own = newest[id]
	---@type ledger.Entry?
	local best = own
	for _, task in ipairs(report.keys(newest)) do
		local entry = newest[task]
		if best == nil or ledger.is_later(entry, best, own == nil) then
			best = entry
		end
	end
	return best or none(m, id, against)
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
		or cdc.passed(position)
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
			(entry.stopped or entry.time):gsub("%.%d+Z$", "Z"),
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
