--- The desired state of a task: what a deploy starts, resumes, stops and leaves alone.

local aws = require "aws"
local deployment = require "migration.deployment"
local errors = require "errors"
local live = require "migration.live"
local marks = require "kinds.support.marks"
local one_task = require "support.one_task"
local orders = require "support.orders"
local spec = require "spec"
local states = require "kinds.support.task_states"

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
local MAPPINGS = one_task.MAPPINGS

one_task.each()

describe("the desired state of a task", function()
	it(
		"complaint 10: running starts a task that a deploy made, once its databases are reached",
		function()
			local _, plan = deploy { state = "running" }
			assert.matches("started once it is made", step_of(plan, "dms.task", "migration").effect)
			assert.equal("running", status())
			nothing_to_do { state = "running" }
		end
	)

	it("complaint 10: left out, a deploy makes the task and leaves it ready", function()
		deploy {}
		assert.equal("ready", status())
		nothing_to_do {}
		nothing_to_do { state = "unmanaged" }
		nothing_to_do { state = "stopped" }
	end)

	it("complaint 10: the plan shows ready → running, and that the load begins", function()
		deploy {}
		local s = declare { state = "running" }
		local plan = s:plan()
		local text = plan:text(true)
		assert.matches("state", text)
		assert.matches("ready → running", text)
		assert.matches("starts the task", step_of(plan, "dms.task", "migration").effect)
		s:apply(plan)
		assert.equal("running", status())
	end)

	it("stops and resumes, from where it was", function()
		deploy { state = "running" }
		local s = declare { state = "stopped" }
		local plan = s:plan()
		assert.matches("interrupts replication", step_of(plan, "dms.task", "migration").effect)
		s:apply(plan)
		assert.equal("stopped", status())
		nothing_to_do { state = "stopped" }
		nothing_to_do {}
		local checkpoint = raw().recovery_checkpoint
		s = declare { state = "running" }
		plan = s:plan()
		assert.matches("stopped → running", plan:text(true))
		assert.matches("resumes", step_of(plan, "dms.task", "migration").effect)
		local fresh = raw().replication_task_stats.fresh_start_date
		s:apply(plan)
		assert.equal("running", status())
		-- Resumed, not begun anew.
		assert.equal(fresh, raw().replication_task_stats.fresh_start_date)
		assert.is_true(checkpoint == nil or raw().recovery_checkpoint ~= nil)
	end)

	it("complaint 26: a full load that has ended is not stopped by drift", function()
		deploy { type = "full-load", state = "running" }
		until_status "stopped"
		assert.matches("FULL_LOAD_ONLY_FINISHED", raw().stop_reason)
		nothing_to_do { type = "full-load", state = "running" }
		nothing_to_do { type = "full-load", state = "stopped" }
		-- Nor is it started by a change of something else.
		local settings = { FullLoadSettings = { CommitRate = 20000 } }
		deploy { type = "full-load", state = "running", settings = settings }
		assert.equal("stopped", status())
		assert.equal(1, events "has started")
	end)

	it("complaint 26: the stop reason tells what a state means", function()
		local function of(status_text, reason, more)
			local task = { status = status_text, stop_reason = reason }
			for key, value in pairs(more or {}) do
				task[key] = value
			end
			return states.of(task)
		end
		assert.equal("running", of("running"))
		assert.equal("starting", of("starting"))
		assert.equal("finished", of("stopped", "Stop Reason FULL_LOAD_ONLY_FINISHED"))
		assert.equal("finished", of("stopped", "Stop Reason STOPPED_AFTER_CACHED_EVENTS"))
		assert.equal("finished", of("stopped", "Stop Reason STOPPED_AT_COMMIT_TIME"))
		assert.equal("stopped", of("stopped", "Stop Reason NORMAL"))
		assert.equal("stopped", of("stopped", "Stop Reason RECYCLE_TASK"))
		assert.equal("failed", of("stopped", "Stop Reason STOPPED_DUE_TO_LOW_DISK"))
		assert.equal(
			"failed",
			of("stopped", "Last Error x Stop Reason FATAL_ERROR Error Level FATAL")
		)
		assert.equal("failed", of "failed")
		assert.equal("ready", of "ready")
		assert.equal(
			"stopped",
			of("ready", nil, { replication_task_start_date = "2026-11-22T20:08:08Z" })
		)
	end)

	it("tells of a task that has failed, and why", function()
		local nowhere = { rules = { MAPPINGS.rules[1] } }
		nowhere.rules[1] = {
			["rule-type"] = "selection",
			["rule-id"] = "1",
			["rule-name"] = "1",
			["object-locator"] = { ["schema-name"] = "nowhere", ["table-name"] = "%" },
			["rule-action"] = "include",
		}
		local s = declare { state = "running", mappings = nowhere }
		local ok, problem = errors.capture(s.apply, s, s:plan())
		assert.is_false(ok)
		assert.matches(
			"No tables were found",
			tostring(problem) .. table.concat(problem.causes or {})
		)
		local plan = declare({ mappings = nowhere }):plan()
		assert.is_false(plan.has_changes)
		assert.matches(
			'dms.task "migration" has failed: .*No tables',
			table.concat(plan:lines(), "\n")
		)
		plan = declare({ state = "running", mappings = nowhere }):plan()
		assert.matches("has failed", step_of(plan, "dms.task", "migration").effect)
		-- Mended, it comes to run.
		deploy { state = "running" }
		assert.equal("running", status())
	end)

	it("complaint 9: waits for one that somebody has just started", function()
		deploy {}
		deploy { state = "running" }
		stop()
		aws.dms.start_replication_task {
			replication_task_arn = raw().replication_task_arn,
			start_replication_task_type = "resume-processing",
		}
		assert.equal("starting", status())
		local s = declare { state = "running" }
		local plan = s:plan()
		assert.matches("waits until it runs", step_of(plan, "dms.task", "migration").effect)
		s:apply(plan)
		assert.equal("running", status())
		assert.equal(2, events "has started")
	end)

	it("starts one that was made by a run that died before the start", function()
		spec.faults.set "dms:StartReplicationTask#1=AccessDeniedFault"
		local s = declare { state = "running" }
		errors.capture(s.apply, s, s:plan())
		spec.faults.clear()
		deploy { state = "running" }
		assert.equal("running", status())
		assert.equal(1, #aws.dms.describe_replication_tasks({}).replication_tasks)
	end)
end)

describe("the note that a task ran", function()
	it("counts until the task was started again", function()
		local task = {
			status = "stopped",
			stop_reason = "Stop Reason NORMAL",
			replication_task_stats = { start_date = "2026-11-22T20:00:00Z" },
		}
		local tags = { [marks.TAG] = "2026-11-22T20:00:00Z" }
		assert.is_true(marks.is_due(task, tags))
		assert.is_false(marks.is_due(task, {}))
		task.replication_task_stats.start_date = "2026-11-22T21:00:00Z"
		assert.is_false(marks.is_due(task, tags))
	end)

	it("of an outage of the instance does not count against an orderly stop", function()
		local task = {
			status = "stopped",
			stop_reason = "Stop Reason NORMAL",
			replication_task_stats = { start_date = "2026-11-22T20:00:00Z" },
		}
		local tags = { [marks.TAG] = "instance 2026-11-22T20:00:00Z" }
		assert.is_false(marks.is_due(task, tags))
		task.status, task.stop_reason = "failed", "Stop Reason RECOVERABLE_ERROR"
		assert.is_true(marks.is_due(task, tags))
	end)
end)

describe("a migration's desired state", function()
	local function apply(m)
		m:stack():apply(deployment.plan(m))
		return live.find(m).tasks
	end

	it("complaint 10: a deploy starts what is declared as running, and nothing else", function()
		local tasks = apply(orders.make())
		assert.equal("ready", tasks.migration.status)
		tasks = apply(orders.make { state = "running" })
		assert.equal("running", tasks.migration.status)
		assert.equal("ready", tasks.cdc.status)
		-- The other task has the same tables, and one of the two runs.
		local other = orders.make { cdc = { state = "running" } }
		local ok, problem = pcall(deployment.plan, other)
		assert.is_false(ok)
		assert.matches("applied twice", problem.what)
		tasks = apply(orders.make { state = "stopped" })
		assert.equal("stopped", tasks.migration.status)
		other:stack():apply(other:stack():destroy())
	end)
end)
