--- `start [TASK] [--from POSITION]`: starts a task, or resumes it where it has run before. Connections
--- are tested first. With a position, a task for changes begins there: at a time, a checkpoint, a place
--- in the source's own log, or with `ledger` at the last checkpoint that was kept.

local approval = require "migration.approval"
local checkpoints = require "migration.checkpoints"
local connections = require "migration.connections"
local doubts = require "migration.doubts"
local errors = require "errors"
local host = require "host"
local ledger = require "ledger"
local live = require "migration.live"
local say = require "migration.say"
local states = require "kinds.support.task_states"
local tasks = require "migration.tasks"
local twice = require "migration.twice"

--- Only a task for changes begins where it is told; one that loads, where its load begins.
local function refuse_loading(m, task)
	if task.migration_type == "cdc" then
		return
	end
	local changes
	for _, one in ipairs(m.tasks) do
		changes = one.migration_type == "cdc" and one.id or changes
	end
	errors.raise {
		summary = "This task can't start from a position",
		what = ("%s is of type %s: its changes begin where its load begins"):format(
			task.replication_task_identifier,
			task.migration_type
		),
		hints = {
			changes and {
				"The task for changes can:",
				command = m:command(
					("start %s --from %s"):format(changes, tostring(host.options.from))
				),
			} or "a second task for changes only is what the option cdc of the migration makes",
		},
		at = false,
		exit = "usage",
	}
end

--- Whether a task that runs was started at the position that is asked for: by a run whose end nobody saw.
local function began_there(m, found, id, task, from)
	local given = task.cdc_start_position or ""
	if task.migration_type ~= "cdc" or given == "" or (task.recovery_checkpoint or "") ~= "" then
		return false
	end
	local ok, position = errors.capture(checkpoints.position, m, found, id, from)
	return ok and position.text == given
end

local function start_from(m, found, id, task, text)
	refuse_loading(m, task)
	-- What was not seen yet may be what it is to go on from.
	checkpoints.keep_all(m, found, "start")
	local position, entry = checkpoints.position(m, found, id, text)
	local name, where = task.replication_task_identifier, position.text
	if entry then
		where = ("the checkpoint of task %s of %s"):format(entry.task, ledger.date(entry))
	elseif position.sort == "time" then
		where = position.text .. "Z"
	end
	local all = doubts.of_start(m, found, id, task, position, where)
	if say.would("Start", ("test the connections, and start %s from %s"):format(name, where)) then
		doubts.tell(all)
		return
	end
	tasks.refuse_read_only(m, "start")
	if #all.lost > 0 then
		approval.loss(m, all.lost, "position", m:said(), all.hints)
	else
		approval.change(m, ("Start %s from %s?"):format(name, where), m:said())
	end
	connections.test(m, found)
	local started, what = tasks.start(m, task, nil, position)
	say.wrapped("Start", ("%s %s from %s"):format(started.replication_task_identifier, what, where))
end

return {
	summary = "start a task (migration unless named), or resume it where it has run before",
	usage = "[--from POSITION] [TASK]",
	takes = { "from" },
	run = function(m, command)
		local from = command.options.from
		local found = live.require(m, { "instance", "source", "target" })
		local task, id = live.task(m, found, command.rest[1] or "migration")
		if from and states.runs(task) then
			if began_there(m, found, id, task, from) then
				say.wrapped("Start", task.replication_task_identifier .. " runs already from there")
				return
			end
			tasks.refuse_position(m, task)
		end
		task = tasks.awaited(m, found, id, task)
		if states.runs(task) then
			tasks.tell_running("Start", task)
			return
		end
		twice.refuse(m, found, id)
		if from then
			return start_from(m, found, id, task, from)
		end
		local how = tasks.has_run(task) and "resume" or "start"
		local text = ("test the connections, and %s %s"):format(
			how,
			task.replication_task_identifier
		)
		if doubts.would(m, found, id, task, "Start", text) then
			return
		end
		tasks.refuse_read_only(m, "start")
		approval.change(m, ("Start %s?"):format(task.replication_task_identifier), m:said())
		doubts.mind_start(m, found, id, task)
		connections.test(m, found)
		local started, what = tasks.start(m, task)
		say.wrapped("Start", ("%s %s"):format(started.replication_task_identifier, what or "runs"))
		tasks.mind_declared(m, id, "running")
	end,
}
