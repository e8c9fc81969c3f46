--- The desired state of a task, and changes of running tasks: what stops, what does not, what runs
--- again, and what a process that dies in between leaves behind.

local access = require "access"
local aws = require "aws"
local config = require "config"
local deployment = require "migration.deployment"
local errors = require "errors"
local live = require "migration.live"
local map = require "mappings"
local marks = require "kinds.support.marks"
local migration = require "migration"
local secret = require "secret"
local setting_keys = require "kinds.support.setting_keys"
local spec = require "spec"
local stack = require "stack"
local states = require "kinds.support.task_states"
local support = require "kinds.support.tasks"
local time = require "time"

local MAPPINGS = {
	rules = {
		{
			["rule-type"] = "selection",
			["rule-id"] = "1",
			["rule-name"] = "1",
			["object-locator"] = { ["schema-name"] = "production", ["table-name"] = "%" },
			["rule-action"] = "include",
		},
	},
}

local function endpoint(s, side, attributes, server)
	return s:add("dms.endpoint", side, {
		endpoint_type = side,
		engine_name = "mysql",
		server_name = server or (side .. "-db.example.com"),
		port = 3306,
		username = "dms_user",
		password = secret.new "change-me",
		extra_connection_attributes = attributes,
	})
end

local KINDS = {
	"ec2.vpc",
	"ec2.subnet",
	"iam.shared_role",
	"dms.subnet_group",
	"dms.replication_instance",
	"dms.endpoint",
	"dms.task",
}

--- Whether a test has changed more than the task.
local altered = false

--- A stack of DMS with one task; `more` is what the test is about.
local function declare(more)
	more = more or {}
	altered = altered or more.instance or more.second or more.version or more.attributes
	local s = stack.new("st", { kinds = KINDS })
	local roles = access.roles(s)
	local vpc = s:add("ec2.vpc", "main", { cidr_block = "10.0.0.0/16" })
	local subnets = {}
	for index, zone in ipairs { "a", "b" } do
		subnets[index] = s:add("ec2.subnet", zone, {
			vpc_id = vpc.vpc_id,
			cidr_block = ("10.0.%d.0/24"):format(index),
			availability_zone = s:identity().region .. zone,
		}).subnet_id
	end
	local group = s:add(
		"dms.subnet_group",
		"subnets",
		{ subnet_ids = subnets },
		{ depends_on = { roles.vpc } }
	)
	local function instance(id, fields)
		local properties = {
			replication_instance_class = "dms.t3.medium",
			allocated_storage = 50,
			engine_version = more.version or "3.5.4",
			replication_subnet_group_identifier = group.replication_subnet_group_identifier,
		}
		for key, value in pairs(fields or {}) do
			properties[key] = value
		end
		return s:add("dms.replication_instance", id, properties, { depends_on = { roles.vpc } })
	end
	local instances = { one = instance("one", more.instance) }
	if more.second then
		instances.two = instance("two", more.second)
	end
	local source = endpoint(s, "source", more.attributes, more.server)
	local target = endpoint(s, "target")
	local properties = {
		replication_instance_arn = instances[more.on or "one"].replication_instance_arn,
		source_endpoint_arn = source.endpoint_arn,
		target_endpoint_arn = target.endpoint_arn,
		migration_type = more.type or "full-load-and-cdc",
		table_mappings = more.mappings or MAPPINGS,
		replication_task_settings = more.settings,
		state = more.state,
		cdc_start = more.cdc_start,
		cdc_stop_position = more.cdc_stop_position,
	}
	if more.task ~= false then
		s:add("dms.task", "migration", properties)
	end
	return s
end

local function deploy(more)
	local s = declare(more)
	local plan = s:plan()
	s:apply(plan)
	return s, plan
end

local function raw()
	return aws.dms.describe_replication_tasks({}).replication_tasks[1]
end

local function status()
	return raw().status
end

local function step_of(plan, kind_name, id)
	for _, step in ipairs(plan.steps) do
		if step.kind == kind_name and step.id == id then
			return step
		end
	end
end

--- Waits, as an operator would.
local function until_status(wanted)
	require("poll").new():wait {
		what = wanted,
		check = function()
			return status() == wanted
		end,
	}
end

local function stop()
	aws.dms.stop_replication_task { replication_task_arn = raw().replication_task_arn }
	until_status "stopped"
end

--- When the test began.
local began

--- How often something was said in the events of the task since then.
local function events(part)
	local found = 0
	local about = {
		source_type = "replication-task",
		source_identifier = "st-migration",
		start_time = time.format(began),
	}
	for _, event in ipairs(aws.pages(aws.dms.describe_events, about)) do
		found = found + (event.message:lower():find(part, 1, true) and 1 or 0)
	end
	return found
end

before_each(function()
	began = time.epoch()
end)

local function nothing_to_do(more)
	local plan = declare(more):plan()
	assert.equal("", plan.has_changes and plan:text(true) or "")
end

after_each(function()
	spec.faults.clear()
	-- The network and the instance serve the next test, unless this one changed them.
	local s = declare { task = false }
	s:apply(altered and s:destroy() or s:plan())
	altered = false
end)

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

describe("a change of a running task", function()
	it("complaint 3: stops it, modifies it and resumes it from where it was", function()
		deploy { state = "running" }
		local fresh = raw().replication_task_stats.fresh_start_date
		local settings = { FullLoadSettings = { CommitRate = 20000 } }
		local s = declare { state = "running", settings = settings }
		local plan = s:plan()
		assert.matches(
			"stops the task, modifies it and resumes it from its checkpoint",
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
		assert.matches("moves it and resumes it from its checkpoint", step.effect)
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

describe("settings that are no longer declared", function()
	local SET = {
		FullLoadSettings = { CommitRate = 20000, MaxFullLoadSubTasks = 12 },
		Logging = {
			LogComponents = { { Id = "SOURCE_CAPTURE", Severity = "LOGGER_SEVERITY_DEBUG" } },
		},
	}

	local function live()
		return require("json").decode(raw().replication_task_settings)
	end

	it("go back to their defaults, key by key", function()
		deploy { settings = SET }
		assert.equal(20000, live().FullLoadSettings.CommitRate)
		local fewer = { FullLoadSettings = { MaxFullLoadSubTasks = 12 } }
		local s = declare { settings = fewer }
		local plan = s:plan()
		assert.matches("CommitRate", plan:text(true))
		assert.matches("20000 → 10000", plan:text(true))
		s:apply(plan)
		assert.equal(10000, live().FullLoadSettings.CommitRate)
		assert.equal(12, live().FullLoadSettings.MaxFullLoadSubTasks)
		nothing_to_do { settings = fewer }
		-- The whole property, too.
		deploy {}
		assert.equal(8, live().FullLoadSettings.MaxFullLoadSubTasks)
		nothing_to_do {}
	end)

	it("that somebody else set are left alone", function()
		deploy {}
		aws.dms.modify_replication_task {
			replication_task_arn = raw().replication_task_arn,
			replication_task_settings = '{"FullLoadSettings":{"CommitRate":30000}}',
		}
		until_status "ready"
		nothing_to_do {}
		assert.equal(30000, live().FullLoadSettings.CommitRate)
	end)

	it("have a short name each, and fit into the tags", function()
		local by_short, count = setting_keys.shorts()
		local names = 0
		for _ in pairs(by_short) do
			names = names + 1
		end
		assert.equal(count, names)
		assert.is_true(count <= 3 * 64)
	end)

	it("are told of where no default is known", function()
		local document, stays = setting_keys.restored(
			nil,
			{ LoopbackPreventionSettings = { SourceSchema = "a" } },
			setting_keys.tags { LoopbackPreventionSettings = { SourceSchema = "a" } }
		)
		assert.is_nil(document)
		assert.same({ "LoopbackPreventionSettings.SourceSchema" }, stays)
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
	local function orders(more)
		local values = { events = false, alarms = false }
		for _, side in ipairs { "source", "target" } do
			values[side .. "_db_config"] =
				{ server_name = side .. "-db.example.com", username = "dms", password = "pl4nted" }
		end
		local given = {
			name = "orders",
			config = config.from(values),
			mappings = map.rules { map.include "production.%" },
		}
		for key, value in pairs(more or {}) do
			given[key] = value
		end
		return migration.new(given)
	end

	local function apply(m)
		m:stack():apply(deployment.plan(m))
		return live.find(m).tasks
	end

	it("complaint 10: a deploy starts what is declared as running, and nothing else", function()
		local tasks = apply(orders())
		assert.equal("ready", tasks.migration.status)
		tasks = apply(orders { state = "running" })
		assert.equal("running", tasks.migration.status)
		assert.equal("ready", tasks.cdc.status)
		-- The other task has the same tables, and one of the two runs.
		local other = orders { cdc = { state = "running" } }
		local ok, problem = pcall(deployment.plan, other)
		assert.is_false(ok)
		assert.matches("applied twice", problem.what)
		tasks = apply(orders { state = "stopped" })
		assert.equal("stopped", tasks.migration.status)
		other:stack():apply(other:stack():destroy())
	end)
end)
