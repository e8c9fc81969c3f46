--- `status`: what there is and how it does, in one look.

local catchup = require "migration.catchup"
local checkpoints = require "migration.checkpoints"
local connections = require "migration.connections"
local holders = require "migration.holders"
local json = require "json"
local live = require "migration.live"
local report = require "report"
local say = require "migration.say"
local states = require "kinds.support.task_states"
local time = require "time"
local tolerant = require "migration.tolerant"
local ui = require "ui"

local function lag_of(found, task)
	if task.status ~= "running" or not found.instance then
		return nil
	end
	local points = tolerant.try("The latency could not be read", function()
		return catchup.history(found.instance.replication_instance_identifier, task)
	end)
	return points and points[#points] and points[#points].lag
end

local function task_data(found, id)
	local task = found.tasks[id]
	local stats = task.replication_task_stats or {}
	local loaded, errored = stats.tables_loaded or 0, stats.tables_errored or 0
	local total = loaded + errored + (stats.tables_loading or 0) + (stats.tables_queued or 0)
	return {
		id = id,
		name = task.replication_task_identifier,
		arn = task.replication_task_arn,
		type = task.migration_type,
		state = task.status,
		stop_reason = task.stop_reason,
		failure = task.last_failure_message,
		lag_seconds = lag_of(found, task),
		checkpoint = task.recovery_checkpoint,
		percent = stats.full_load_progress_percent,
		tables_loaded = loaded,
		tables_errored = errored,
		tables = total,
		half_loaded = states.is_half_loaded(task),
		started = stats.start_date or task.replication_task_start_date,
	}
end

local function connection_data(found)
	if not found.instance then
		return {}
	end
	local tested = tolerant.try("The connections could not be read", function()
		return connections.read(found.instance.replication_instance_arn)
	end) or {}
	local data = {}
	for _, side in ipairs { "source", "target" } do
		local endpoint = found[side]
		local item = endpoint and tested[endpoint.endpoint_arn]
		if endpoint then
			data[#data + 1] = {
				side = side,
				endpoint = endpoint.endpoint_identifier,
				server = endpoint.server_name,
				state = item and item.status or "untested",
				failure = item and item.last_failure_message or nil,
			}
		end
	end
	return data
end

--- DMS counts what is loaded, loads or waits, and not what a stop has left.
local function tables_text(task)
	local left = task.half_loaded and not states.runs { status = task.state }
	return task.tables == 0 and "–"
		or ("%d/%s"):format(task.tables_loaded, left and "?" or tostring(task.tables))
end

local function reason_of(task)
	local reason = task.failure or task.stop_reason or ""
	if task.half_loaded and not states.runs { status = task.state } then
		reason = ("the load did not come to its end%s"):format(
			reason ~= "" and "; " .. reason or ""
		)
	end
	return reason
end

local function show(m, data)
	if data.instance then
		local i = data.instance
		say.wrapped(
			"Instance",
			("%s  %s  %s  DMS %s"):format(i.name, i.class, i.state, i.version or "?")
		)
	else
		say.label("Instance", "none: " .. m:command "deploy" .. " makes it")
	end
	local words = {}
	for _, item in ipairs(data.connections) do
		words[#words + 1] = ("%s %s"):format(
			item.side,
			item.state == "successful" and "✓" or item.state
		)
	end
	if #words > 0 then
		say.label("Connect", table.concat(words, "  "))
	end
	local rows = {}
	for _, task in ipairs(data.tasks) do
		rows[#rows + 1] = {
			task.name,
			task.type,
			task.state,
			task.lag_seconds and ("%.0f s"):format(task.lag_seconds) or "–",
			tables_text(task),
			tostring(task.tables_errored),
			task.started and report.age(time.epoch() - time.parse(task.started)) or "never",
			reason_of(task),
		}
	end
	if #rows == 0 then
		return
	end
	say.line ""
	say.table({
		{ title = "task" },
		{ title = "type", drop = 2 },
		{ title = "state" },
		{ title = "lag", align = "right" },
		{ title = "tables", align = "right" },
		{ title = "errors", align = "right", drop = 1 },
		{ title = "started", drop = 3 },
		{ title = "" },
	}, rows)
end

return {
	summary = "what there is and how it does",
	run = function(m)
		local found = live.find(m)
		checkpoints.keep_all(m, found, "status")
		local data = {
			stack = m.name,
			tasks = json.array {},
			connections = json.array(connection_data(found)),
		}
		local locks = holders.read(m)
		data.locks = holders.data(locks)
		if found.instance then
			data.instance = {
				name = found.instance.replication_instance_identifier,
				arn = found.instance.replication_instance_arn,
				class = found.instance.replication_instance_class,
				state = found.instance.replication_instance_status,
				version = found.instance.engine_version,
			}
		end
		for _, id in ipairs(report.keys(found.tasks)) do
			table.insert(data.tasks, task_data(found, id))
		end
		table.sort(data.tasks, function(a, b)
			return (a.id == "migration" and 0 or 1) < (b.id == "migration" and 0 or 1)
		end)
		if say.json() then
			ui.json(data)
		else
			show(m, data)
			holders.show(locks)
		end
	end,
}
