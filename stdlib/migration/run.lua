--- The main job, without a verb: check, deploy, connect, start, load, catch up, report.

local aws = require "aws"
local checks = require "migration.checks"
local connections = require "migration.connections"
local deployment = require "migration.deployment"
local doubts = require "migration.doubts"
local header = require "migration.header"
local host = require "host"
local json = require "json"
local live = require "migration.live"
local outputs = require "migration.outputs"
local progress = require "migration.progress"
local report = require "report"
local say = require "migration.say"
local states = require "kinds.support.task_states"
local tables = require "migration.tables"
local time = require "time"
local ui = require "ui"

local run = {}

--- The last lines: how it stands, how long it took, and what one does next.
local function close(m, result, began)
	local text = progress.state_text(m, result)
	if aws.is_local then
		local virtual, real = time.epoch() - began.virtual, os.time() - began.real
		if virtual >= 1 then
			text = ("%s %s of rehearsal in %s."):format(
				text,
				report.duration(virtual),
				report.duration(real)
			)
		end
	end
	say.line ""
	say.line(text)
	say.line(("Next:    %s status | stats | logs | stop | destroy"):format(m:command()))
end

--- What a dry run says of what comes behind the deploy.
local function would(m)
	local found = live.find(m)
	local task = found.tasks.migration
	local text = "test the connections, start the task where it does not run, and watch it"
	if task and not states.runs(task) then
		doubts.would(m, found, "migration", task, "Next", text)
	else
		say.would("Next", text)
	end
end

---@param m migration.Migration
function run.run(m)
	local began = { virtual = time.epoch(), real = os.time() }
	header.show(m)
	checks.run(m)
	local plan = deployment.deploy(m)
	if host.options.dry_run then
		if not plan.has_changes then
			would(m)
		end
		return
	end
	local found = live.require(m, { "instance", "source", "target" })
	connections.test(m, found)
	---@diagnostic disable-next-line: need-check-nil -- a migration has a task
	if m.tasks[1].state == "stopped" then
		say.label("Start", "nothing: the script declares the task as stopped")
		outputs.show(m, outputs.read(m))
		return
	end
	local task = progress.ensure_running(m, found, live.task(m, found, "migration"))
	local result = progress.follow(m, found, task)
	say.line ""
	local values = outputs.read(m)
	outputs.show(m, values)
	if say.json() then
		ui.json {
			stack = m.name,
			outputs = values,
			lag_seconds = result.lag,
			tables = json.array(tables.data(result.tables)),
			timing = m.timing,
		}
	end
	close(m, result, began)
end

return run
