--- A task's log in CloudWatch.

local aws = require "aws"
local check = require "check"
local errors = require "errors"
local lists = require "repl.lists"
local time = require "time"
local ui = require "ui"

local log = {}

--- How often a follower looks again.
local POLL = 5

local OPTIONS = { minutes = "number?", filter = "string?", lines = "integer?", follow = "boolean?" }

local function group_of(item)
	local answer = aws.dms.describe_replication_instances {
		filters = {
			{ name = "replication-instance-arn", values = { item.replication_instance_arn } },
		},
	}
	---@diagnostic disable-next-line: need-check-nil -- a task has its instance
	return "dms-tasks-" .. answer.replication_instances[1].replication_instance_identifier
end

local function moment(event)
	local stamp = event.timestamp
	if type(stamp) == "string" then
		return time.parse(stamp)
	end
	return (stamp or 0) / 1000
end

local function read(group, stream, since, filter)
	local ok, events = pcall(aws.pages, aws.logs.filter_log_events, {
		log_group_name = group,
		log_stream_names = { stream },
		start_time = math.floor(since * 1000),
		filter_pattern = filter and ("%q"):format(filter) or nil,
	})
	if ok then
		return events
	end
	if errors.is(events, "ResourceNotFoundException") then
		return {}
	end
	error(events, 0)
end

local function rows_of(events)
	local rows = {}
	for index, event in ipairs(events) do
		local message = (event.message or ""):gsub("%s+$", "")
		rows[index] = { time = time.format(moment(event)), message = message }
	end
	return rows
end

--- Prints the lines as they come, at the clock of whoever reads them, until Ctrl-C.
local function follow(rows, since, more)
	local seen = {}
	while true do
		local newest = since
		for _, row in ipairs(rows) do
			local key, at = row.time .. row.message, time.parse(row.time)
			if not seen[key] then
				seen[key] = at
				ui.out(os.date("%Y-%m-%d %H:%M:%S %Z", math.floor(at)) .. "  " .. row.message)
				newest = math.max(newest, at)
			end
		end
		since = newest
		for key, at in pairs(seen) do
			if at < since then
				-- It is not asked for again.
				seen[key] = nil
			end
		end
		time.sleep(POLL)
		rows = more(since)
	end
end

--- The last lines; with `follow` what comes is printed until Ctrl-C.
---@param item table the task as DMS describes it
---@param options repl.LogOptions
---@return table[]
function log.read(item, options)
	check.table(options, OPTIONS, "logs")
	local group = group_of(item)
	local stream = "dms-task-" .. item.replication_task_arn:match "([^:]+)$"
	local since = time.epoch() - (options.minutes or 60) * 60
	local rows = rows_of(read(group, stream, since, options.filter))
	local lines = options.lines or 50
	if #rows > lines then
		rows = table.move(rows, #rows - lines + 1, #rows, 1, {})
	end
	if options.follow then
		follow(rows, since, function(from)
			return rows_of(read(group, stream, from, options.filter))
		end)
	end
	return lists.new(
		rows --[[@as table[] ]],
		{ "time", "message" },
		("No lines: %s %s appears when the task first runs with logging on."):format(group, stream)
	)
end

return log
