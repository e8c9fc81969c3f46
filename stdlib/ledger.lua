--- The ledger of checkpoints: where each task's replication had come to, kept on this machine's disk
--- whenever a task is stopped, changed, moved, deleted or looked at. It is only ever added to, and
--- nothing that destroys a stack touches it, so that a task that is made anew goes on from there.
---
--- ```lua no-run
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
---@field time string
---@field stack string
---@field task string the id in the script
---@field arn string of the task
---@field identifier string the task's name in DMS
---@field account string
---@field region string
---@field migration_type string
---@field status string of the task when it was read
---@field why string stop, modify, move, delete, start, status
---@field checkpoint string
---@field source? ledger.Source

---@class ledger.About
---@field why string stop, modify, move, delete, start, status
---@field source? table the source's endpoint as DMS describes it

--- The file of a stack.
---@param stack string
---@return string
function ledger.path(stack)
	local name = aws.is_local and (stack .. ".local") or stack
	return fs.join(host.state_dir(), "checkpoints", name .. ".ndjson")
end

--- The server's name stands in the endpoint, in its settings, or in a secret.
local function source_of(endpoint)
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

--- Everything that was kept of a stack, the oldest first. A line that a crash cut off is passed over.
---@param stack string
---@param task? string only of this task
---@return ledger.Entry[]
function ledger.list(stack, task)
	local path, list = ledger.path(stack), {}
	if not fs.exists(path) then
		return list
	end
	local first = true
	for line in fs.read(path):gmatch "[^\n]+" do
		local ok, entry = pcall(json.decode, line)
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
		if ok and type(entry) == "table" and type(entry.checkpoint) == "string" then
			if task == nil or entry.task == task then
				list[#list + 1] = entry
			end
		end
	end
	return list
end

--- The newest entry of a task; nil where none was kept.
---@param stack string
---@param task? string of any task when left out
---@return ledger.Entry?
function ledger.last(stack, task)
	local list = ledger.list(stack, task)
	return list[#list]
end

--- Whether the newest entry of a task says the same already.
local function known(stack, task, arn, checkpoint)
	local list = ledger.list(stack, task)
	for index = #list, 1, -1 do
		if list[index].arn == arn then
			return list[index].checkpoint == checkpoint
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

--- Keeps where a task has come to. It is on the disk when this returns; false where there is nothing
--- to keep, or nothing new. Raises where it can't be written.
---@param stack string
---@param task_id string the id in the script
---@param task table as DMS describes it
---@param about ledger.About
---@return boolean kept
function ledger.keep(stack, task_id, task, about)
	local checkpoint = task.recovery_checkpoint
	if type(checkpoint) ~= "string" or checkpoint == "" then
		return false
	end
	local arn = task.replication_task_arn
	if known(stack, task_id, arn, checkpoint) then
		return false
	end
	local region, account = arn:match "^arn:[^:]*:dms:([^:]*):([^:]*):"
	local path = ledger.path(stack)
	local line = json.encode {
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
		source = source_of(about.source),
	}
	fs.append(path, mended(path) .. line .. "\n", { durable = true })
	return true
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

--- The name of a secret without what makes its ARN unique.
local function secret_name(id)
	return (tostring(id):gsub("^arn:.*:secret:", ""):gsub("%-%w%w%w%w%w%w$", ""))
end

--- Whether two endpoints lead to the same database, as far as DMS tells; nil where nobody can.
---@param a table as DMS describes it
---@param b table
---@return boolean?
function ledger.same_source(a, b)
	local one, other = source_of(a), source_of(b)
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
	local was, is = entry.source or {}, source_of(source) or {}
	for _, part in ipairs { "engine", "server", "port" } do
		if was[part] ~= nil and is[part] ~= nil and was[part] ~= is[part] then
			return ("it is of the %s %s, and the source is %s now: a position of one log means nothing in another"):format(
				part,
				tostring(was[part]),
				tostring(is[part])
			)
		end
	end
end

return ledger
