--- The ledger of checkpoints: where each task's replication had come to, kept on this machine's disk
--- whenever a task is stopped, changed, moved, deleted or looked at. It is only ever added to, and
--- nothing that destroys a stack touches it, so that a task that is made anew goes on from there.
---
--- ```lua
--- local ledger = require "ledger"
--- local task = {
---   replication_task_arn = "arn:aws:dms:eu-central-1:123456789012:task:ABC",
---   replication_task_identifier = "orders-migration",
---   migration_type = "cdc",
---   status = "stopped",
---   recovery_checkpoint = "checkpoint:V1#27#bin.000001:5:-1:5:7:bin.000001:4#0#0#*#0#93",
--- }
--- ledger.keep("example-ledger", "migration", task, { why = "stop" }) --> true
--- ledger.keep("example-ledger", "migration", task, { why = "stop" }) --> false: it has it already
--- ledger.last("example-ledger", "migration").checkpoint == task.recovery_checkpoint --> true
--- ledger.last("example-ledger", "another") --> nil
--- ```
---
--- One file per stack below `.dmsrun/checkpoints`, a line of JSON each; what a rehearsal on the local
--- AWS keeps stands in a file of its own. The verb `checkpoints` shows it, `start TASK --from ledger`
--- uses it.

local aws = require "aws"
local errors = require "errors"
local fs = require "fs"
local host = require "host"
local json = require "json"
local place = require "stack.place"
local states = require "kinds.support.task_states"
local time = require "time"

local ledger = {}

--- The version of the format that is written, and the newest that is read.
local VERSION = 1

---@class ledger.Source where a checkpoint's changes come from
---@field arn string of the endpoint
---@field engine? string
---@field server? string not known where it stands in a secret
---@field port? integer
---@field database? string
---@field secret? string that holds the rest; a stack that is made anew has another

---@class ledger.Entry
---@field time string when it was read
---@field started? string when the run began that had come there, as DMS says it
---@field stopped? string when that run ended; nil while it goes on, and where DMS does not say it
---@field stack string
---@field task string the id in the script
---@field arn string of the task
---@field identifier string the task's name in DMS
---@field account string
---@field region string
---@field migration_type string
---@field status string of the task when it was read
---@field why string stop, modify, move, delete, start, deploy, status
---@field checkpoint string
---@field source? ledger.Source
---@field target? ledger.Source where what it carried is
---@field fresh? string when the task was last started afresh
---@field half_loaded? boolean whether its load had not come to its end
---@field first? ledger.Entry the earliest with the same checkpoint; not written
---@field given_up? boolean whether the task was started afresh since; not written

---@class ledger.About
---@field why string stop, modify, move, delete, start, deploy, status
---@field source? table the source's endpoint as DMS describes it
---@field target? table the target's

--- The file of a stack.
---@param stack string
---@return string
function ledger.path(stack)
	local name = aws.is_local and (stack .. ".local" .. place.elsewhere()) or stack
	return fs.join(host.state_dir(), "checkpoints", name .. ".ndjson")
end

--- What an endpoint says of its database. The server's name stands in it, in its settings, or in a
--- secret.
---@param endpoint? table as DMS describes it
---@return ledger.Source?
function ledger.source(endpoint)
	if endpoint == nil then
		return nil
	end
	local server, port, secret = endpoint.server_name, endpoint.port, nil
	for name, settings in pairs(endpoint) do
		if type(name) == "string" and name:find "_settings$" and type(settings) == "table" then
			server = server or settings.server_name
			port = port or settings.port
			secret = secret or settings.secrets_manager_secret_id
		end
	end
	return {
		arn = endpoint.endpoint_arn,
		engine = endpoint.engine_name,
		server = server,
		port = port,
		database = endpoint.database_name,
		secret = secret,
	}
end

--- Every line of a stack's file, the oldest first. A line that a crash cut off is passed over.
local function lines_of(stack)
	local path, list = ledger.path(stack), {}
	if not fs.exists(path) then
		return list
	end
	local first = true
	for text in fs.read(path):gmatch "[^\n]+" do
		local ok, entry = pcall(json.decode, text)
		if first then
			first = false
			local version = ok and type(entry) == "table" and entry.version
			if version and version > VERSION then
				errors.raise {
					summary = "The ledger was written by a newer dmsrun",
					what = ("%s has version %s"):format(path, tostring(version)),
					hints = { "Use the newer dmsrun." },
					at = false,
				}
			end
		end
		local whole = ok and type(entry) == "table" and type(entry.arn) == "string"
		if whole and tostring(entry.time):find "^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d" then
			list[#list + 1] = entry
		end
	end
	return list
end

--- Whether a run began before a task was started afresh, by more than the dates of one start may differ.
---@param started? string
---@param fresh? string
---@return boolean
function ledger.is_before(started, fresh)
	if (started or "") == "" or (fresh or "") == "" then
		return false
	end
	---@cast started -nil
	---@cast fresh -nil
	return time.parse(started) < time.parse(fresh) - 60
end

--- Those of the lines that have a checkpoint; what has none says of a run where it began to read, and no
--- more. A checkpoint that was read again is where the task was when it was read first.
local function checkpoints_in(lines, task)
	---@type table<string, ledger.Entry>, table<string, string>, ledger.Entry[]
	local first, fresh, list = {}, {}, {}
	for _, entry in ipairs(lines) do
		fresh[entry.arn] = entry.fresh or fresh[entry.arn]
	end
	for _, entry in ipairs(lines) do
		if type(entry.checkpoint) == "string" and (task == nil or entry.task == task) then
			local key = entry.arn .. " " .. entry.checkpoint
			first[key] = first[key] or entry
			entry.first = first[key] ~= entry and first[key] or nil
			entry.given_up = ledger.is_before(entry.started, fresh[entry.arn]) or nil
			list[#list + 1] = entry
		end
	end
	return list
end

--- Everything that was kept of a stack, the oldest first.
---@param stack string
---@param task? string only of this task
---@return ledger.Entry[]
function ledger.list(stack, task)
	return checkpoints_in(lines_of(stack), task)
end

--- The newest entry of a task; nil where none was kept.
---@param stack string
---@param task? string of any task when left out
---@return ledger.Entry?
function ledger.last(stack, task)
	local list = ledger.list(stack, task)
	return list[#list]
end

--- Whether a task of the stack that is gone had left its tables half loaded.
---@param stack string
---@param task string
---@return boolean
function ledger.left_half_loaded(stack, task)
	local list = lines_of(stack)
	for index = #list, 1, -1 do
		if list[index].task == task then
			return list[index].half_loaded == true
		end
	end
	return false
end

--- The newest line about a task: which source its run reads, and where it had come to where that is
--- known already.
---@param stack string
---@param arn string of the task
---@return ledger.Entry?
function ledger.run(stack, arn)
	local list = lines_of(stack)
	for index = #list, 1, -1 do
		if list[index].arn == arn then
			return list[index]
		end
	end
end

--- When the run of a task began that it is in, or was last in; nil before the first, and while the next
--- one begins.
local function run_of(task)
	local stats = task.replication_task_stats or {}
	if task.status == "starting" then
		return nil
	end
	return stats.start_date or task.replication_task_start_date
end

--- When that run ended; nil where DMS does not say it. The date of an earlier run is none of this one.
local function end_of(task, started)
	local stopped = (task.replication_task_stats or {}).stop_date
	if stopped == nil or states.runs(task) or states.passes(task) then
		return nil
	end
	local ok, late = pcall(function()
		return started == nil or time.parse(stopped) >= time.parse(started)
	end)
	return ok and late and stopped or nil
end

--- A side of a run: the database that it began to read or write. What an endpoint or its secret says now
--- counts from the next start only, so that what was noted of the run first is what holds for all of it.
local function side_in(list, arn, started, side, now)
	for _, entry in ipairs(started and list or {}) do
		if entry.arn == arn and entry.started == started and (entry[side] or {}).server then
			return entry[side]
		end
	end
	return now
end

--- Whether a line knows of a server that another one does not name.
local function names_more(new, old)
	for _, side in ipairs { "source", "target" } do
		if (new[side] or {}).server and not (old[side] or {}).server then
			return true
		end
	end
	return false
end

--- Whether the newest of the lines about a task says the same already.
local function known(list, task_id, new)
	for index = #list, 1, -1 do
		local entry = list[index]
		if entry.arn == new.arn and entry.task == task_id then
			return entry.checkpoint == new.checkpoint
				and entry.started == new.started
				and entry.stopped == new.stopped
				and entry.half_loaded == new.half_loaded
				and entry.fresh == new.fresh
				and not names_more(new, entry)
		end
	end
	return false
end

--- Ends a line that a crash cut off, so that the next one is whole.
local function mended(path)
	local text = fs.exists(path) and fs.read(path) or ""
	if text == "" then
		return json.encode { dmsrun = "ledger", version = VERSION } .. "\n"
	end
	return text:sub(-1) == "\n" and "" or "\n"
end

--- The line that is to be added about a task; nil where there is nothing to say, or nothing new.
local function new_line(list, stack, task_id, task, about)
	local checkpoint, started = task.recovery_checkpoint, run_of(task)
	if checkpoint == "" then
		checkpoint = nil
	end
	if checkpoint == nil and (started == nil or about.source == nil) then
		return nil
	end
	local arn = task.replication_task_arn
	local region, account = arn:match "^arn:[^:]*:dms:([^:]*):([^:]*):"
	local entry = {
		time = time.now(),
		stack = stack,
		task = task_id,
		arn = arn,
		identifier = task.replication_task_identifier,
		account = account,
		region = region,
		migration_type = task.migration_type,
		status = task.status,
		why = about.why,
		checkpoint = checkpoint,
		started = started,
		stopped = end_of(task, started),
		fresh = (task.replication_task_stats or {}).fresh_start_date,
		half_loaded = states.is_half_loaded(task) or nil,
		source = side_in(list, arn, started, "source", ledger.source(about.source)),
		target = side_in(list, arn, started, "target", ledger.source(about.target)),
	}
	return not known(list, task_id, entry) and entry or nil
end

--- Keeps where a task has come to, and which source its run reads. It is on the disk when this returns;
--- false where there is no checkpoint to keep, or nothing new. Raises where it can't be written.
---@param stack string
---@param task_id string the id in the script
---@param task table as DMS describes it
---@param about ledger.About
---@return boolean kept
function ledger.keep(stack, task_id, task, about)
	local entry = new_line(lines_of(stack), stack, task_id, task, about)
	if not entry then
		return false
	end
	local path = ledger.path(stack)
	fs.append(path, mended(path) .. json.encode(entry) .. "\n", { durable = true })
	return entry.checkpoint ~= nil
end

--- What the ledger would hold once tasks had been kept as they are now, the oldest first. Nothing is
--- written.
---@param stack string
---@param tasks table<string, table> by id in the script, as DMS describes them
---@param source? table the source's endpoint
---@return ledger.Entry[]
function ledger.with(stack, tasks, source)
	local lines, more = lines_of(stack), {}
	for id, task in pairs(tasks) do
		more[#more + 1] = new_line(lines, stack, id, task, { why = "status", source = source })
	end
	return checkpoints_in(table.move(more, 1, #more, #lines + 1, lines))
end

--- The same where not being able to is no reason to stop: it is told, and the work goes on.
---@param stack string
---@param task_id string
---@param task table
---@param about ledger.About
---@return boolean kept
function ledger.try(stack, task_id, task, about)
	local ok, result = errors.capture(ledger.keep, stack, task_id, task, about)
	if not ok then
		errors.warn {
			summary = "The checkpoint could not be kept",
			what = tostring(result),
			why = ("DMS still has it of %s; it goes with the task"):format(
				tostring(task.replication_task_identifier)
			),
			at = false,
		}
		return false
	end
	return result
end

local function known_time(entry)
	for _, one in ipairs { entry.first or entry, entry } do
		local text = one.stopped or (one.status == "running" and one.time) or nil
		if text then
			return text
		end
	end
end

--- When a task had come to an entry's checkpoint, in seconds since 1970: when it stopped, or when it was
--- read while it ran. nil where nobody can tell: one that was read later is not a later one.
---@param entry ledger.Entry
---@return number?
function ledger.moment(entry)
	local text = known_time(entry)
	return text and time.parse(text) or nil
end

--- That moment in UTC, for people and for `--from`: at the latest, where nobody knows more.
---@param entry ledger.Entry
---@return string
function ledger.date(entry)
	return (
		tostring(known_time(entry) or (entry.first or entry).time)
			:gsub("%.%d+", "")
			:gsub("Z?$", "Z")
	)
end

--- Whether one task had come to its entry after another one to its own: for certain, unless `likely` is
--- enough, where nobody knows more than when both were read.
---@param one ledger.Entry
---@param other ledger.Entry
---@param likely? boolean
---@return boolean
function ledger.is_later(one, other, likely)
	local at = ledger.moment(one) or (likely and time.parse((one.first or one).time)) or nil
	-- What was read had come there before that.
	return at ~= nil and at > (ledger.moment(other) or time.parse((other.first or other).time))
end

--- The name of a secret without what makes its ARN unique.
local function secret_name(id)
	return (tostring(id):gsub("^arn:.*:secret:", ""):gsub("%-%w%w%w%w%w%w$", ""))
end

--- Whether two endpoints lead to the same database, as far as DMS tells; nil where nobody can.
---@param a table as DMS describes it
---@param b table
---@return boolean?
function ledger.same_source(a, b)
	local one, other = ledger.source(a), ledger.source(b)
	if one == nil or other == nil then
		return nil
	elseif one.arn == other.arn then
		return true
	elseif one.engine ~= other.engine then
		return false
	elseif one.server and other.server then
		return one.server == other.server and one.port == other.port
	---@diagnostic disable-next-line: unnecessary-if -- what has no server has one
	elseif one.secret and other.secret then
		return secret_name(one.secret) == secret_name(other.secret) or nil
	end
end

--- What stands against going on from an entry with a source; nil where nothing does.
---@param entry ledger.Entry
---@param account string
---@param region string
---@param source? table the source's endpoint as DMS describes it
---@return string?
function ledger.problem(entry, account, region, source)
	if entry.account ~= account or entry.region ~= region then
		return ("it is of account %s in %s, and this is %s in %s"):format(
			entry.account,
			entry.region,
			account,
			region
		)
	end
	return ledger.moved(entry.source, ledger.source(source))
end

--- How the source that a checkpoint is of differs from another one; nil where it does not, or nobody
--- can tell.
---@param was? ledger.Source
---@param is? table with `engine`, `server` and `port` as far as they are known
---@return string?
function ledger.moved(was, is)
	local other = ledger.differs(was, is)
	return other
		and ("it is of the %s, and the source is %s now: a position of one log means nothing in another"):format(
			other.was,
			other.is
		)
end

--- How two databases differ; nil where they do not, or nobody can tell.
---@param was? ledger.Source
---@param is? table with `engine`, `server` and `port` as far as they are known
---@return { was: string, is: string }? difference such as `{ was = "server a", is = "b" }`
function ledger.differs(was, is)
	local before, now = was or {}, is or {}
	for _, part in ipairs { "engine", "server", "port" } do
		-- Hosts are the same however they are written.
		local a, b = tostring(before[part]):lower(), tostring(now[part]):lower()
		if before[part] ~= nil and now[part] ~= nil and a ~= b then
			return {
				was = ("%s %s"):format(part, tostring(before[part])),
				is = tostring(now[part]),
			}
		end
	end
end

return ledger
