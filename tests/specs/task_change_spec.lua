--- Changes of a running task, its endpoints and its instance: what stops, what does not, what runs
--- again, and what a process that dies in between leaves behind.

local aws = require "aws"
local errors = require "errors"
local one_task = require "support.one_task"
local spec = require "spec"
local support = require "kinds.support.tasks"
local time = require "time"

local declare, deploy, events, raw, status, step_of, until_status, stop, nothing_to_do =
	one_task.declare,
	one_task.deploy,
	one_task.events,
	one_task.raw,
	one_task.status,
	one_task.step_of,
	one_task.until_status,
	one_task.stop,
	one_task.nothing_to_do

one_task.each()

describe("a change of a running task", function()
	it("complaint 3: stops it, modifies it and resumes it from where it was", function()
		deploy { state = "running" }
		local fresh = raw().replication_task_stats.fresh_start_date
		local settings = { FullLoadSettings = { CommitRate = 20000 } }
		local s = declare { state = "running", settings = settings }
		local plan = s:plan()
		assert.matches(
			"stops the task, modifies it and resumes it; where a table is not loaded whole",
			step_of(plan, "dms.task", "migration").effect
		)
		s:apply(plan)
		assert.equal("running", status())
		assert.equal(fresh, raw().replication_task_stats.fresh_start_date)
		assert.equal(1, events "has stopped")
		nothing_to_do { state = "running", settings = settings }
	end)

	it("complaint 3: severities of the log need no stop", function()
		deploy { state = "running" }
		local settings = {
			Logging = {
				LogComponents = { { Id = "TARGET_LOAD", Severity = "LOGGER_SEVERITY_DEBUG" } },
			},
		}
		local s = declare { state = "running", settings = settings }
		local plan = s:plan()
		local effect = step_of(plan, "dms.task", "migration").effect
		assert.matches("replication goes on", effect)
		assert.is_nil(plan:headline():find "interrupts")
		s:apply(plan)
		assert.equal("running", status())
		assert.equal(0, events "has stopped")
		assert.equal(1, events "has started")
		nothing_to_do { state = "running", settings = settings }
	end)

	it("complaint 3: severities beside another setting do need one", function()
		deploy {}
		support.run({
			wait = function(_, wait)
				return require("poll").new():wait(wait)
			end,
			fresh = function(_, operation, arguments)
				return aws.pages(operation, arguments or {})
			end,
			progress = function() end,
		}, raw().replication_task_arn)
		local settings = {
			FullLoadSettings = { CommitRate = 20000 },
			Logging = {
				LogComponents = { { Id = "TARGET_LOAD", Severity = "LOGGER_SEVERITY_DEBUG" } },
			},
		}
		deploy { settings = settings }
		assert.equal("running", status())
		assert.equal(1, events "has stopped")
	end)

	it("complaint 4: the stop is marked, and asked about", function()
		deploy { state = "running" }
		local plan = declare({
			state = "running",
			settings = { FullLoadSettings = { CommitRate = 20000 } },
		}):plan()
		assert.matches("interrupts replication", plan:headline())
		local lines, classes = plan:risky()
		assert.is_true(classes.stop)
		assert.matches("interrupts replication", table.concat(lines, "\n"))
	end)

	it("goes on after a stop position that was reached and moved", function()
		local at = time.format(time.epoch() + 3600):gsub("Z$", "")
		deploy { state = "running", type = "cdc", cdc_stop_position = "server_time:" .. at }
		until_status "stopped"
		nothing_to_do { state = "running", type = "cdc", cdc_stop_position = "server_time:" .. at }
		local later = time.format(time.epoch() + 7200):gsub("Z$", "")
		deploy { state = "running", type = "cdc", cdc_stop_position = "server_time:" .. later }
		assert.equal("running", status())
	end)
end)

describe("a change of an endpoint", function()
	local CHANGED = "initstmt=SET foreign_key_checks=0"

	it("complaint 5: pauses a running task and has it run again", function()
		deploy { state = "running" }
		local s = declare { state = "running", attributes = CHANGED }
		local plan = s:plan()
		assert.matches("stops st%-migration", step_of(plan, "dms.endpoint", "source").effect)
		s:apply(plan)
		assert.equal("running", status())
		assert.equal(1, events "has stopped")
		nothing_to_do { state = "running", attributes = CHANGED }
	end)

	it("says that a checkpoint means nothing in another server's log", function()
		deploy { state = "running" }
		local plan = declare({ state = "running", server = "other-db.example.com" }):plan()
		assert.matches(
			"position in the log of source%-db.example.com",
			step_of(plan, "dms.endpoint", "source").effect
		)
	end)

	it("complaint 5: leaves a task stopped that was stopped, and ready that never ran", function()
		deploy {}
		deploy { attributes = CHANGED }
		assert.equal("ready", status())
		deploy { state = "running", attributes = CHANGED }
		stop()
		deploy {}
		assert.equal("stopped", status())
		assert.equal(1, events "has started")
	end)

	it(
		"complaint 5: resumes although the test that the change began is still in progress",
		function()
			deploy { state = "running" }
			-- As where DMS is slow to show the test: nobody waits for it.
			local tested = support.connections_tested
			support.connections_tested = function() end
			local ok, problem = errors.capture(deploy, { state = "running", attributes = CHANGED })
			support.connections_tested = tested
			assert.is_true(ok, tostring(problem))
			assert.equal("running", status())
		end
	)

	it(
		"complaint 5: says what is so when the changed endpoint is not reached, and goes on later",
		function()
			deploy {}
			deploy { state = "running" }
			spec.faults.set "dms:StartReplicationTask#1=AccessDeniedFault"
			local ok = errors.capture(deploy, { attributes = CHANGED })
			spec.faults.clear()
			assert.is_false(ok)
			assert.equal("stopped", status())
			-- Nothing of the change is left to do, and yet the task is not forgotten.
			local plan = declare({ attributes = CHANGED }):plan()
			local step = step_of(plan, "dms.task", "migration")
			assert.matches("a change that was interrupted had stopped it", step.effect)
			deploy { attributes = CHANGED }
			assert.equal("running", status())
			nothing_to_do { attributes = CHANGED }
		end
	)

	it("complaint 5: an interrupted change starts nothing that somebody stopped since", function()
		deploy { state = "running" }
		spec.faults.set "dms:ModifyEndpoint#1=AccessDeniedFault"
		errors.capture(deploy, { attributes = CHANGED })
		spec.faults.clear()
		-- It was resumed after the failure; now an operator stops it.
		assert.equal("running", status())
		stop()
		deploy { attributes = CHANGED }
		assert.equal("stopped", status())
		nothing_to_do { attributes = CHANGED }
	end)
end)

describe("another instance", function()
	it("complaint 16: moves the running task, which goes on from where it was", function()
		deploy { state = "running", second = {} }
		local before = raw()
		local s = declare { state = "running", second = {}, on = "two" }
		local plan = s:plan()
		local step = step_of(plan, "dms.task", "migration")
		assert.equal("update", step.action)
		assert.is_nil(step.loses_data)
		assert.matches("moves it and resumes it; where a table is not loaded whole", step.effect)
		s:apply(plan)
		local after = raw()
		assert.equal(before.replication_task_arn, after.replication_task_arn)
		assert.not_equal(before.replication_instance_arn, after.replication_instance_arn)
		assert.equal("running", after.status)
		assert.equal(
			before.replication_task_stats.fresh_start_date,
			after.replication_task_stats.fresh_start_date
		)
		nothing_to_do { state = "running", second = {}, on = "two" }
	end)

	it("complaint 16: of an earlier version is refused before anything stops", function()
		local second = { engine_version = "3.5.4" }
		deploy { state = "running", second = second, version = "3.6.1" }
		local s = declare { state = "running", second = second, version = "3.6.1", on = "two" }
		local plan = s:plan()
		local ok, problem = pcall(plan.check, plan)
		assert.is_false(ok)
		assert.matches("same or a later version", problem.what)
		assert.equal("running", status())
	end)

	it("complaint 16: a move that died after the stop is ended, and the task runs again", function()
		deploy { second = {} }
		deploy { state = "running", second = {} }
		spec.faults.set "dms:MoveReplicationTask#1=drop"
		errors.capture(deploy, { second = {}, on = "two" })
		spec.faults.clear()
		deploy { second = {}, on = "two" }
		assert.equal("running", status())
		nothing_to_do { second = {}, on = "two" }
	end)
end)

describe("a change of the instance", function()
	it("waits for its tasks to come back: those that replicate", function()
		deploy { state = "running" }
		local s = declare {
			state = "running",
			instance = { replication_instance_class = "dms.t3.large" },
		}
		local plan = s:plan()
		assert.matches(
			"interrupts replication: restarts the instance",
			step_of(plan, "dms.replication_instance", "one").effect
		)
		assert.matches("st%-migration", step_of(plan, "dms.replication_instance", "one").effect)
		s:apply(plan)
		assert.equal("running", status())
		nothing_to_do {
			state = "running",
			instance = { replication_instance_class = "dms.t3.large" },
		}
		-- The note of it is gone: a later stop is somebody's.
		stop()
		nothing_to_do { instance = { replication_instance_class = "dms.t3.large" } }
	end)

	it("resumes what broke off in its load", function()
		deploy { state = "running" }
		-- The load has only begun: DMS fails such a task when its instance restarts.
		assert.is_nil(raw().replication_task_stats.full_load_finish_date)
		deploy { instance = { engine_version = "3.6.1", allow_major_version_upgrade = true } }
		assert.equal("running", status())
	end)

	it("leaves a stopped task stopped", function()
		deploy { state = "running" }
		stop()
		deploy { instance = { replication_instance_class = "dms.t3.large" } }
		assert.equal("stopped", status())
	end)

	it("storage grows without an interruption", function()
		deploy { state = "running" }
		deploy { state = "running", instance = { allocated_storage = 100 } }
		assert.equal("running", status())
		assert.equal(0, events "has stopped")
	end)
end)
