--- Serverless replications: their own states, changes of running ones, and what a process that dies in
--- between leaves behind.

local aws = require "aws"
local errors = require "errors"
local ledger = require "ledger"
local marks = require "kinds.support.marks"
local serverless = require "support.serverless"
local spec = require "spec"
local stack = require "stack"

local declare, mappings_of, KINDS = serverless.declare, serverless.mappings_of, serverless.KINDS

local function deploy(more)
	local s = declare(more)
	local plan = s:plan()
	s:apply(plan)
	return s, plan
end

local function raw()
	return aws.dms.describe_replications({}).replications[1]
end

local function config()
	return aws.dms.describe_replication_configs({}).replication_configs[1]
end

local function status()
	return raw().status
end

local function step_of(plan)
	for _, step in ipairs(plan.steps) do
		if step.kind == "dms.replication_config" then
			return step
		end
	end
end

local function until_true(what, check)
	require("poll").new():wait { what = what, check = check, timeout = 100000 }
end

local function until_status(wanted)
	until_true(wanted, function()
		return status() == wanted
	end)
end

local function nothing_to_do(more)
	local plan = declare(more):plan()
	assert.equal("", plan.has_changes and plan:text(true) or "")
end

--- The states that the orchestrator has told of, in their order.
local function told()
	local id = raw().replication_config_arn:match "([^:]+)$"
	local events = aws.pages(aws.logs.get_log_events, {
		log_group_name = "dms-serverless-replication-" .. id,
		log_stream_name = "dms-serverless-replication-orchestrator-" .. id,
		start_from_head = true,
	})
	local list = {}
	for index, event in ipairs(events) do
		list[index] = event.message:match "'replication_state':'([%w_]+)'"
	end
	return list
end

local function count(list, wanted)
	local n = 0
	for _, one in ipairs(list) do
		n = n + (one == wanted and 1 or 0)
	end
	return n
end

local function change_by_hand(fields)
	fields.replication_config_arn = raw().replication_config_arn
	aws.dms.modify_replication_config(fields)
end

local SETTINGS = { FullLoadSettings = { CommitRate = 20000 } }

after_each(function()
	spec.faults.clear()
	local s = declare()
	s:apply(s:destroy())
	assert.equal(0, #aws.dms.describe_replication_configs({}).replication_configs)
end)

describe("a serverless replication", function()
	it("is made without being started, and then there is nothing to do", function()
		local _, plan = deploy {}
		assert.is_nil(step_of(plan).effect)
		assert.equal("created", status())
		assert.equal(16, config().compute_config.max_capacity_units)
		nothing_to_do {}
		nothing_to_do { state = "unmanaged" }
		nothing_to_do { state = "stopped" }
	end)

	it("complaint 10: running starts it once it is made, and waits until it runs", function()
		local _, plan = deploy { state = "running" }
		assert.matches("is started once it is made", step_of(plan).effect)
		assert.equal("running", status())
		assert.same({
			"initializing",
			"preparing_metadata_resources",
			"testing_connection",
			"fetching_metadata",
			"calculating_capacity",
			"provisioning_capacity",
			"replication_starting",
			"running",
		}, told())
		nothing_to_do { state = "running" }
		nothing_to_do {}
	end)

	it("shows its tables like a task", function()
		deploy { state = "running" }
		require("time").sleep(3600)
		local rows, total =
			aws.pages(aws.dms.describe_replication_table_statistics, {
				replication_config_arn = raw().replication_config_arn,
			}), 0
		assert.is_true(#rows >= 21)
		for _, row in ipairs(rows) do
			assert.equal("Table completed", row.table_state)
			total = total + row.full_load_rows
		end
		assert.is_true(total > 50000000)
		assert.equal(100, raw().replication_stats.full_load_progress_percent)
	end)

	it("stands among the tasks at the prompt, and says that it is none", function()
		local repl = require "repl"
		deploy { state = "running" }
		local rows = repl.tasks()
		assert.equal("sl-orders", rows[1].task)
		assert.equal("running", rows[1].state)
		assert.equal("full-load-and-cdc, serverless", rows[1].type)
		local ok, problem = errors.capture(repl.task, "sl-orders")
		assert.is_false(ok)
		assert.matches("sl-orders is one, and is running", problem.what)
	end)

	it("refuses capacities that DMS does not have, at their place", function()
		for value, word in pairs { [3] = "3", [0] = "0", [512] = "512" } do
			local ok, problem = errors.capture(function()
				declare({ compute = { max_capacity_units = value } }):plan()
			end)
			assert.is_false(ok)
			assert.matches("compute_config.max_capacity_units", tostring(problem))
			assert.matches(word, tostring(problem))
			assert.matches("384", tostring(problem) .. table.concat(problem.hints[1] or {}))
		end
		local function refused(more, pattern)
			local s = declare(more)
			local ok, problem = errors.capture(function()
				s:apply(s:plan())
			end)
			assert.is_false(ok)
			assert.matches(pattern, tostring(problem))
			assert.equal(0, #aws.dms.describe_replication_configs({}).replication_configs)
		end
		refused({ compute = { min_capacity_units = 32 } }, "32 units, is above the most, 16")
		refused({ compute = { availability_zone = "eu-west-1a" } }, "chooses the zones itself")
		refused({ compute = { replication_subnet_group_id = "nope" } }, "no subnet group nope")
		refused({ engine = "sybase" }, "no target of the engine sybase")
	end)

	it(
		"whose database is not reached fails with the reason, and is mended by the next deploy",
		function()
			local wrong = { state = "running", server = "db1.internal" }
			local s = declare(wrong)
			local ok, problem = errors.capture(s.apply, s, s:plan())
			assert.is_false(ok)
			local text = tostring(problem) .. table.concat(problem.causes or {})
			assert.matches("Test connection failed for endpoint", text)
			assert.equal("failed", status())
			local plan = declare({}):plan()
			assert.matches("has failed: Test connection failed", table.concat(plan:lines(), "\n"))
			deploy { state = "running" }
			assert.equal("running", status())
		end
	)

	it("begins its changes where cdc_start says, once", function()
		local cdc = require "cdc"
		local more = { type = "cdc", state = "running", cdc_start = cdc.at "2026-11-19T19:08:08Z" }
		deploy(more)
		assert.equal("2026-11-19T19:08:08", raw().cdc_start_position)
		nothing_to_do(more)
	end)

	it("is kept from starting by a premigration assessment that fails", function()
		local s = declare {
			state = "running",
			mappings = mappings_of "nothing_like_this",
			settings = { ErrorBehavior = { FailOnNoTablesCaptured = false } },
			assessment = { FailOnAssessmentFailure = true },
		}
		local ok, problem = errors.capture(s.apply, s, s:plan())
		assert.is_false(ok)
		assert.matches(
			"premigration assessment failed",
			tostring(problem) .. table.concat(problem.causes or {})
		)
		assert.equal("failed", raw().premigration_assessment_statuses[1].status)
	end)
end)

describe("a change of a running serverless replication", function()
	it("complaint 6: stops it, modifies it, and starts it only when that is over", function()
		deploy { state = "running" }
		local fresh = raw().replication_stats.fresh_start_date
		local s = declare {
			state = "running",
			settings = SETTINGS,
			compute = { max_capacity_units = 32 },
		}
		local plan = s:plan()
		assert.matches(
			"interrupts replication: stops the replication, modifies it and resumes it; where a table is not",
			step_of(plan).effect
		)
		s:apply(plan)
		assert.equal("running", status())
		assert.equal(32, config().compute_config.max_capacity_units)
		assert.equal(2, config().compute_config.min_capacity_units)
		-- From where it was, and nothing was refused on the way.
		assert.equal(fresh, raw().replication_stats.fresh_start_date)
		local states = told()
		assert.equal(1, count(states, "stopped"))
		assert.equal(2, count(states, "running"))
		assert.equal(0, count(states, "failed"))
		nothing_to_do {
			state = "running",
			settings = SETTINGS,
			compute = { max_capacity_units = 32 },
		}
	end)

	it("complaint 6: waits where somebody else is modifying it, and then starts it", function()
		deploy {}
		change_by_hand { table_mappings = require("json").encode(mappings_of "orders") }
		assert.equal("modifying", status())
		local more = { state = "running", mappings = mappings_of "orders" }
		deploy(more)
		assert.equal("running", status())
		nothing_to_do(more)
	end)

	it("complaint 6: what it reads may be older than DMS's own state", function()
		deploy { state = "running" }
		spec.faults.set "dms:DescribeReplications=stale 30"
		deploy { state = "running", settings = SETTINGS }
		spec.faults.clear()
		assert.equal("running", status())
		assert.equal(1, count(told(), "stopped"))
		nothing_to_do { state = "running", settings = SETTINGS }
	end)

	it("complaint 4: the plan says that replication is interrupted", function()
		deploy { state = "running" }
		assert.matches("interrupts", declare({ settings = SETTINGS }):plan():headline())
	end)

	it("leaves what does not run as it is", function()
		deploy { state = "running" }
		deploy { state = "stopped" }
		assert.equal("stopped", status())
		local _, plan = deploy { settings = SETTINGS }
		assert.is_nil(step_of(plan).effect)
		assert.equal("stopped", status())
		assert.is_nil(
			aws.dms.list_tags_for_resource({ resource_arn = raw().replication_config_arn }).tag_list[marks.TAG]
		)
		deploy { state = "running", settings = SETTINGS }
		assert.equal("running", status())
	end)

	it("that nobody manages is running again afterwards", function()
		deploy { state = "running" }
		deploy { settings = SETTINGS }
		assert.equal("running", status())
	end)

	it("of tags alone does not stop it", function()
		deploy { state = "running" }
		local _, plan = deploy { state = "running", tags = { Team = "data" } }
		assert.is_nil(step_of(plan).effect)
		assert.equal(0, count(told(), "stopped"))
		nothing_to_do { state = "running", tags = { Team = "data" } }
	end)

	it("says that a full load begins anew, for DMS resumes none", function()
		deploy { type = "full-load", state = "running" }
		local more = { type = "full-load", state = "running", settings = SETTINGS }
		local s = declare(more)
		local plan = s:plan()
		assert.matches("restarts its full load", step_of(plan).effect)
		s:apply(plan)
		assert.equal("running", status())
		assert.equal("reload-target", raw().start_replication_type)
		nothing_to_do(more)
	end)

	it("complaint 26: a full load that has ended is neither drift nor started again", function()
		deploy { type = "full-load", state = "running" }
		until_status "stopped"
		nothing_to_do { type = "full-load", state = "running" }
		nothing_to_do { type = "full-load", state = "stopped" }
		local before = #told()
		deploy { type = "full-load", state = "running", settings = SETTINGS }
		assert.equal("stopped", status())
		assert.equal("deprovisioned", raw().provision_data.provision_state)
		assert.equal(before + 1, #told())
	end)

	it("complaint 5: an endpoint's change pauses it and restores its previous state", function()
		deploy { state = "running" }
		local more = { state = "running", attributes = "initstmt=SET foreign_key_checks=0" }
		local s = declare(more)
		local plan = s:plan()
		assert.matches("interrupts", plan:headline())
		s:apply(plan)
		assert.equal("running", status())
		assert.equal(1, count(told(), "stopped"))
		nothing_to_do(more)
	end)

	it("complaint 18: another type is another replication, and says what is lost", function()
		deploy { state = "running" }
		require("time").sleep(3600)
		local s = declare { type = "cdc", state = "running" }
		local plan = s:plan()
		local step = step_of(plan)
		assert.equal("replace", step.action)
		assert.matches("only before the first start", step.reason)
		assert.matches("the CDC position of replication", step.loses_data)
		local old = raw().replication_config_arn
		s:apply(plan)
		assert.equal(1, #aws.dms.describe_replications({}).replications)
		assert.not_equal(old, raw().replication_config_arn)
		assert.equal("running", status())
		-- What it had come to outlives it, and the new one goes on from there.
		assert.matches("goes on from its checkpoint", step.effect)
		assert.equal(ledger.last("sl", "orders").checkpoint, raw().cdc_start_position)
		assert.matches("checkpoint:V1#", ledger.last("sl", "orders").checkpoint)
		nothing_to_do { type = "cdc", state = "running" }
	end)

	it("that can't be resumed any more says so, and starts no load by itself", function()
		deploy { state = "running" }
		deploy { state = "stopped" }
		require("time").sleep(49 * 3600)
		assert.equal("deprovisioned", raw().provision_data.provision_state)
		local s = declare { state = "running" }
		local ok, problem = errors.capture(s.apply, s, s:plan())
		assert.is_false(ok)
		local text = tostring(problem) .. table.concat(problem.causes or {})
		assert.matches("stopped for more than 48 hours", text)
		assert.equal("stopped", status())
	end)
end)

describe("a serverless replication whose deploy is cut off", function()
	it("complaint 9: a start that is in progress is waited for and not made twice", function()
		deploy {}
		aws.dms.start_replication {
			replication_config_arn = raw().replication_config_arn,
			start_replication_type = "start-replication",
		}
		local more = { state = "running", settings = SETTINGS }
		deploy(more)
		assert.equal("running", status())
		-- Begun by hand, stopped for the change, resumed.
		assert.equal(2, count(told(), "initializing"))
		nothing_to_do(more)
	end)

	it(
		"complaint 9: a start that nobody waits for any more is waited for by the next run",
		function()
			deploy {}
			aws.dms.start_replication {
				replication_config_arn = raw().replication_config_arn,
				start_replication_type = "start-replication",
			}
			local s = declare { state = "running" }
			local plan = s:plan()
			assert.matches("starting → running", plan:text(true))
			assert.matches("waits until it runs", step_of(plan).effect)
			s:apply(plan)
			assert.equal("running", status())
			nothing_to_do { state = "running" }
		end
	)

	it("made and not started is started by the next run", function()
		spec.faults.set "dms:StartReplication#1=AccessDeniedFault"
		local s = declare { state = "running" }
		errors.capture(s.apply, s, s:plan())
		spec.faults.clear()
		deploy { state = "running" }
		assert.equal("running", status())
		assert.equal(1, #aws.dms.describe_replication_configs({}).replication_configs)
	end)

	for _, lost in ipairs { "Create", "Modify" } do
		it(
			("complaint 9: an answer to %s that is lost makes no second one"):format(lost),
			function()
				spec.faults.set(("dms:%sReplicationConfig#1=drop"):format(lost))
				deploy { state = "running" }
				deploy { state = "running", settings = SETTINGS }
				spec.faults.clear()
				assert.equal("running", status())
				assert.equal(1, #aws.dms.describe_replication_configs({}).replication_configs)
				nothing_to_do { state = "running", settings = SETTINGS }
			end
		)
	end

	for _, call in ipairs { "StartReplication", "StopReplication" } do
		it(("complaint 9: an answer to %s that is lost is looked for"):format(call), function()
			spec.faults.set(("dms:%s#1=drop"):format(call))
			deploy { state = "running" }
			deploy { state = "running", settings = SETTINGS }
			spec.faults.clear()
			assert.equal("running", status())
			assert.equal(1, count(told(), "stopped"))
			nothing_to_do { state = "running", settings = SETTINGS }
		end)
	end

	it("stopped for a change runs again after the next run, whoever makes it", function()
		deploy { state = "running" }
		for _, call in ipairs { "ModifyReplicationConfig", "StartReplication" } do
			spec.branch(function()
				spec.faults.set(("dms:%s=AccessDeniedFault"):format(call))
				local s = declare { settings = SETTINGS }
				local ok = errors.capture(s.apply, s, s:plan())
				assert.is_false(ok)
				spec.faults.clear()
				-- Even where the script does not say that it is to run.
				deploy { settings = SETTINGS }
				assert.equal("running", status())
				nothing_to_do { settings = SETTINGS }
			end)
		end
	end)
end)

describe("the end of a serverless replication", function()
	it("stops it first, waits for its capacity to go, and leaves nothing behind", function()
		local s = deploy { state = "running" }
		require("time").sleep(3600)
		local arn = raw().replication_config_arn
		local plan = s:destroy()
		assert.matches("interrupts replication: the replication is running", step_of(plan).effect)
		assert.matches("the CDC position", step_of(plan).loses_data)
		s:apply(plan)
		local left = stack.new("sl", { kinds = KINDS })
		assert.equal(0, #left:live())
		local ok, problem = errors.capture(aws.dms.list_tags_for_resource, { resource_arn = arn })
		assert.is_false(ok)
		assert.equal("ResourceNotFoundFault", problem.code)
		for _, interface in ipairs(aws.ec2.describe_network_interfaces({}).network_interfaces) do
			assert.is_nil(interface.description:find "DMS")
		end
		assert.matches("checkpoint:V1#", ledger.last("sl", "orders").checkpoint)
	end)

	it("complaint 8: waits for a start and for the capacity of a finished load", function()
		deploy { type = "full-load" }
		aws.dms.start_replication {
			replication_config_arn = raw().replication_config_arn,
			start_replication_type = "start-replication",
		}
		local s = declare { replication = false }
		s:apply(s:plan())
		assert.equal(0, #aws.dms.describe_replication_configs({}).replication_configs)
		deploy { type = "full-load", state = "running" }
		until_status "stopped"
		assert.equal("deprovisioning", raw().provision_data.provision_state)
		s = declare { replication = false }
		s:apply(s:plan())
		assert.equal(0, #aws.dms.describe_replication_configs({}).replication_configs)
	end)
end)
