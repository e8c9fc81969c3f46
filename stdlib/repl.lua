--- Shortcuts for operators: what runs, how it does, and the few things that one does about it at
--- night. They are globals at the prompt; a script asks for them.
---
--- ```lua deployed
--- local repl = require "repl"
--- repl.tasks()                            -- a list of { task, type, state, lag, … }
--- repl.task "orders-migration":status()   -- the same, of one
--- repl.task "orders-migration":diagnose() -- what is wrong with it, and what helps
--- ```
---
--- Lists are plain tables; the prompt shows them as tables. What changes something is refused in a
--- real account until `:unlock`, and asks where replication is interrupted or data is lost.

local aws = require "aws"
local check = require "check"
local errors = require "errors"
local lists = require "repl.lists"
local replications = require "kinds.support.replications"
local report = require "report"
local suggest = require "suggest"
local task = require "repl.task"
local time = require "time"

local repl = {}

--- Every replication task with its state, lag and tables, and the serverless replications beside them.
---@return repl.TaskRow[]
function repl.tasks()
	local found = replications.beside(
		aws.pages(aws.dms.describe_replication_tasks, { without_settings = true })
	)
	return lists.new(task.rows(found), task.COLUMNS, "No replication tasks here.")
end

--- One replication task, by its identifier. What it can do: status, stats, logs, stop, resume,
--- start, reload, test, diagnose, mappings, settings.
---@param name string
---@return repl.Task
function repl.task(name)
	return task.find(name)
end

--- Every replication instance.
---@return repl.InstanceRow[]
function repl.instances()
	local rows = {}
	for index, item in ipairs(aws.pages(aws.dms.describe_replication_instances, {})) do
		rows[index] = {
			instance = item.replication_instance_identifier,
			class = item.replication_instance_class,
			state = item.replication_instance_status,
			version = item.engine_version,
			storage_gb = item.allocated_storage,
			multi_az = item.multi_az,
			zone = item.availability_zone,
			public = item.publicly_accessible,
			arn = item.replication_instance_arn,
		}
	end
	lists.sort(rows, "instance")
	return lists.new(rows, {
		"instance",
		"class",
		"state",
		"version",
		"storage_gb",
		"multi_az",
		"zone",
		"public",
	}, "No replication instances here.")
end

--- One replication instance as DMS describes it, by its identifier.
---@param name string
---@return table
function repl.instance(name)
	local found = aws.pages(aws.dms.describe_replication_instances, {})
	return lists.one(found, "replication_instance_identifier", name, "replication instance")
end

--- Every endpoint, with the result of its last connection test.
---@return repl.EndpointRow[]
function repl.endpoints()
	local tests = {}
	local ok, connections = pcall(aws.pages, aws.dms.describe_connections, {})
	for _, item in ipairs(ok and connections or {}) do
		tests[item.endpoint_arn] = item
	end
	local rows = {}
	for index, item in ipairs(aws.pages(aws.dms.describe_endpoints, {})) do
		local test = tests[item.endpoint_arn] or {}
		local s3 = item.s3_settings or {}
		rows[index] = {
			endpoint = item.endpoint_identifier,
			side = (item.endpoint_type or ""):lower(),
			engine = item.engine_name,
			server = item.server_name or s3.bucket_name,
			port = item.port,
			database = item.database_name,
			ssl = item.ssl_mode,
			state = test.status or "untested",
			failure = test.last_failure_message,
			arn = item.endpoint_arn,
		}
	end
	lists.sort(rows, "endpoint")
	return lists.new(
		rows,
		{ "endpoint", "side", "engine", "server", "port", "state", "database", "ssl", "failure" },
		"No endpoints here."
	)
end

--- One endpoint as DMS describes it, by its identifier.
---@param name string
---@return table
function repl.endpoint(name)
	local found = aws.pages(aws.dms.describe_endpoints, {})
	return lists.one(found, "endpoint_identifier", name, "endpoint")
end

--- The events of DMS, the newest last.
---@param hours? number how far back (24)
---@return repl.EventRow[]
function repl.events(hours)
	check.type(hours, "number?", "hours")
	local minutes = math.floor(math.min(hours or 24, 14 * 24) * 60)
	local rows = {}
	for index, item in ipairs(aws.pages(aws.dms.describe_events, { duration = minutes })) do
		rows[index] = {
			time = item.date,
			source = item.source_identifier,
			type = item.source_type,
			message = item.message,
			categories = item.event_categories,
		}
	end
	table.sort(rows, function(a, b)
		return tostring(a.time) < tostring(b.time)
	end)
	local empty = ("No events in the last %s."):format(
		report.plural(math.floor(minutes / 60), "hour")
	)
	return lists.new(rows, { "time", "source", "message", "type" }, empty)
end

--- The alarms of CloudWatch, those that are raised first.
---@return repl.AlarmRow[]
function repl.alarms()
	local rank = { ALARM = 1, INSUFFICIENT_DATA = 2, OK = 3 }
	local rows = {}
	for _, item in
		ipairs(aws.pages(aws.cloudwatch.describe_alarms, { alarm_types = { "MetricAlarm" } }))
	do
		rows[#rows + 1] = {
			alarm = item.alarm_name,
			state = item.state_value,
			since = item.state_updated_timestamp,
			-- Why all is well is no news.
			reason = item.state_value ~= "OK" and item.state_reason or nil,
			metric = item.metric_name,
			threshold = item.threshold,
		}
	end
	table.sort(rows, function(a, b)
		local left, right = rank[a.state] or 0, rank[b.state] or 0
		if left ~= right then
			return left < right
		end
		return tostring(a.alarm) < tostring(b.alarm)
	end)
	return lists.new(
		rows,
		{ "alarm", "state", "metric", "threshold", "since", "reason" },
		"No alarms here."
	)
end

--- The last lines of a task's log.
---@param name string|repl.Task
---@param options? repl.LogOptions
---@return table[]
function repl.tail(name, options)
	local found = type(name) == "table" and name or task.find(name)
	return found:logs(options)
end

--- The tables of a task, as `task "NAME":stats()`.
---@param name string|repl.Task
---@param pattern? string only tables whose name contains it
---@return repl.TableRow[]
function repl.tables(name, pattern)
	local found = type(name) == "table" and name or task.find(name)
	return found:stats(pattern)
end

local STACK = "dmsrun:stack"

--- Everything of a stack, kind by kind: not every service tells the tagging service what it has.
local function live_of(name)
	return require("stack").new(name):live()
end

--- The names of the stacks whose tag the tagging service knows.
local function stack_names()
	local names = {}
	for _, item in
		ipairs(aws.pages(aws.tagging.get_resources, { tag_filters = { { key = STACK } } }))
	do
		for _, tag in ipairs(item.tags or {}) do
			if tag.key == STACK then
				names[tag.value] = true
			end
		end
	end
	return report.keys(names)
end

--- The stacks of this account and region, with how many resources each of them has. Roles that are shared
--- with others are not among them.
---@return table[]
function repl.stacks()
	local rows = {}
	for index, name in ipairs(stack_names()) do
		rows[index] = { stack = name, resources = #live_of(name) }
	end
	return lists.new(rows, { "stack", "resources" }, "No stacks here.")
end

--- The resources of a stack, as they are there.
---@param name string
---@return table[]
function repl.resources(name)
	local rows, untag = {}, require "kinds.support.untag"
	for index, live in ipairs(live_of(name)) do
		rows[index] = {
			kind = live.kind,
			id = live.id,
			-- What the console calls it: an id where it has one.
			name = live.physical:find "^arn:" and live.outputs.name or live.physical,
			arn = untag.arn_of(live),
		}
	end
	if #rows == 0 then
		errors.raise {
			summary = "No such stack",
			what = ("nothing here carries the tag %s = %s"):format(STACK, tostring(name)),
			hints = {
				suggest.did_you_mean(tostring(name), stack_names())
					or "stacks() lists what is here",
			},
		}
	end
	table.sort(rows, function(a, b)
		return a.kind .. "/" .. a.id < b.kind .. "/" .. b.id
	end)
	return lists.new(rows, { "kind", "id", "name" }, "")
end

--- How long ago a moment was, for people.
---@param stamp string
---@return string
function repl.ago(stamp)
	return report.age(time.epoch() - time.parse(stamp))
end

--- `map`, as scripts call the module of table mappings; loaded when it is first named.
return setmetatable(repl, {
	__index = function(_, name)
		return name == "map" and require "mappings" or nil
	end,
})
