--- `logs [TASK] [--follow] [--filter TEXT]`: the task's lines in CloudWatch Logs.

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

--- Options of this verb that the host leaves in the rest of the line.
local function options_of(command)
	local options = { id = "migration", follow = command.options and command.options.follow }
	options.filter = command.options and command.options.filter
	local index = 1
	while command.rest[index] do
		local word = command.rest[index]
		if word == "--follow" or word == "-f" then
			options.follow = true
		elseif word == "--filter" then
			index = index + 1
			options.filter = command.rest[index]
		elseif word:find "^%-%-filter=" then
			options.filter = word:sub(#"--filter=" + 1)
		else
			options.id = word
		end
		index = index + 1
	end
	return options
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
	usage = "[TASK] [--follow] [--filter TEXT]",
	run = function(m, command)
		local options = options_of(command)
		local found = live.require(m, { "instance" })
		local task = live.task(m, found, options.id)
		---@diagnostic disable-next-line: need-check-nil -- it was required
		local group = "dms-tasks-" .. found.instance.replication_instance_identifier
		local stream = "dms-task-" .. tasks.resource_id(task)
		local since, seen = time.epoch() - HOURS * 3600, {}
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
