--- `logs [TASK] [--follow] [--filter TEXT] [--since MINUTES]`: the task's lines in CloudWatch Logs.

local aws = require "aws"
local errors = require "errors"
local host = require "host"
local json = require "json"
local live = require "migration.live"
local say = require "migration.say"
local tasks = require "migration.tasks"
local time = require "time"
local ui = require "ui"

--- How far back the first look goes, and how often a follower looks again.
local HOURS, POLL = 24, 5

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
		return nil
	end
	error(events, 0)
end

--- An event's time as seconds; services give milliseconds.
local function moment(event)
	local stamp = event.timestamp
	if type(stamp) == "string" then
		return time.parse(stamp)
	end
	return (stamp or 0) / 1000
end

local function show(event)
	if say.json() then
		-- One object a line: a log has no end that a list could wait for.
		ui.out(json.encode { time = time.format(moment(event)), message = event.message })
	else
		ui.out(
			("%s  %s"):format(time.format(moment(event)), (event.message or ""):gsub("%s+$", ""))
		)
	end
end

return {
	summary = "the task's log",
	usage = "[TASK] [--follow] [--filter TEXT] [--since MINUTES]",
	takes = { "follow", "filter", "since" },
	run = function(m, command)
		local options = command.options
		local found = live.require(m, { "instance" })
		local task = live.task(m, found, command.rest[1] or "migration")
		---@diagnostic disable-next-line: need-check-nil -- it was required
		local group = "dms-tasks-" .. found.instance.replication_instance_identifier
		local stream = "dms-task-" .. tasks.resource_id(task)
		local minutes = options.since or HOURS * 60
		local since, seen = time.epoch() - minutes * 60, {}
		local events = read(group, stream, since, options.filter)
		if not events and not options.follow then
			say.line(
				("No log yet: %s %s appears when the task first runs with logging on."):format(
					group,
					stream
				)
			)
			return
		end
		while true do
			for _, event in ipairs(events or {}) do
				local key = event.event_id or (tostring(event.timestamp) .. (event.message or ""))
				if not seen[key] then
					seen[key] = true
					show(event)
					since = math.max(since, moment(event))
				end
			end
			if not options.follow or host.interrupted() then
				return
			end
			time.sleep(POLL)
			events = read(group, stream, since, options.filter)
		end
	end,
}
