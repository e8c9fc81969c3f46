--- The checkpoints of a migration's tasks: kept in the ledger when a verb stops or looks at them, and
--- found there for `start TASK --from POSITION`.

local cdc = require "cdc"
local errors = require "errors"
local ledger = require "ledger"
local marks = require "kinds.support.marks"
local report = require "report"
local say = require "migration.say"
local server_tag = require "kinds.support.server_tag"
local standing = require "migration.standing"

local checkpoints = {}

--- An endpoint with its server. Where a secret holds that, what is written on the secret counts: the
--- configuration may be ahead of what is deployed. A secret of somebody else says nothing; then the
--- configuration does.
---@param m migration.Migration
---@param found migration.Live
---@param side "source"|"target"
---@return table?
function checkpoints.endpoint(m, found, side)
	if found[side] == nil then
		return nil
	end
	local endpoint, configured = {}, m[side]
	for name, value in pairs(found[side]) do
		endpoint[name] = value
	end
	local secret = m:stack():find("secretsmanager.secret", side .. "-database")
	local server, port = server_tag.read(secret and secret.properties.tags)
	if not endpoint.server_name or endpoint.server_name == "" then
		endpoint.server_name = server or configured.config.server_name
		endpoint.port = endpoint.port or port or configured.port
	end
	endpoint.port = endpoint.port or configured.port
	return endpoint
end

--- What the tasks read and write as it is deployed.
---@param m migration.Migration
---@param found migration.Live
---@return migration.Reading
function checkpoints.reading(m, found)
	---@type table<string, migration.Side>
	local reading = {}
	for _, side in ipairs { "source", "target" } do
		local endpoint = checkpoints.endpoint(m, found, side)
		reading[side] = { endpoint = endpoint, now = ledger.source(endpoint) or {} }
	end
	---@diagnostic disable-next-line: return-type-mismatch -- it has both sides
	return reading
end

--- Keeps where the tasks have come to.
---@param m migration.Migration
---@param found migration.Live
---@param why string
function checkpoints.keep_all(m, found, why)
	for _, id in ipairs(report.keys(found.tasks)) do
		checkpoints.keep(m, found, id, found.tasks[id], why)
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
	return ledger.try(m.name, id, task, {
		why = why,
		source = checkpoints.endpoint(m, found, "source"),
		target = checkpoints.endpoint(m, found, "target"),
	})
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

--- Which of two entries is the one to go on from can't be told: whoever knows says it.
---@return never
local function either(m, id, one, other)
	local hints = {}
	for _, entry in ipairs { one, other } do
		hints[#hints + 1] = {
			("Where task %s had come to, at the latest at %s:"):format(
				entry.task,
				ledger.date(entry)
			),
			command = m:command(("start %s --from %s"):format(id, report.word(entry.checkpoint))),
		}
	end
	errors.raise {
		summary = "The ledger can't tell which checkpoint is the later one",
		what = ("it has one of task %s and one of task %s, and not when either of them stopped"):format(
			one.task,
			other.task
		),
		why = "nothing was started",
		hints = hints,
		at = false,
		exit = "usage",
	}
	---@diagnostic disable-next-line: missing-return -- it raises
end

--- What stands against every entry of the ledger, for who is told that there is none to go on from.
local function why_none(m, found, id)
	local who, source = m:stack():identity(), checkpoints.endpoint(m, found, "source")
	local list = ledger.list(m.name)
	for index = #list, 1, -1 do
		local entry = list[index] --[[@as ledger.Entry]]
		local problem = (entry.task == id or m:share_tables())
			and ledger.problem(entry, who.account, who.region, source)
		if problem then
			return "the newest can't be used: " .. problem
		end
	end
	return #list > 0
			and "what was kept is of runs before the tables were loaded anew, or of another task's tables"
		or nil
end

--- The newest entry that a task can go on from: its own, or another task's of the same migration where
--- both carry the same tables and the other one has certainly come further.
---@param m migration.Migration
---@param found migration.Live
---@param id string
---@return ledger.Entry
function checkpoints.last(m, found, id)
	local reading = checkpoints.reading(m, found)
	---@type table<string, migration.Standing?>
	local usable = {}
	for task, one in pairs(standing.of(m, found, id, reading)) do
		local entry = one.entry
		if entry and not ledger.moved(entry.source, reading.source.now) then
			usable[task] = one
		end
	end
	local best, certain = standing.furthest(usable)
	if not best then
		none(m, id, why_none(m, found, id))
	elseif not certain then
		local _, other = next(usable, next(usable) == best.task and best.task or nil)
		if other and other.checkpoint ~= best.checkpoint then
			either(m, id, best.entry, other.entry)
		end
	end
	---@diagnostic disable-next-line: need-check-nil, return-type-mismatch -- `none` raises
	return best.entry
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
		newest[entry.task] = not entry.given_up and entry or nil
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
			---@diagnostic disable-next-line: param-type-mismatch -- it is one of those that are there
			ledger.date(entry),
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
