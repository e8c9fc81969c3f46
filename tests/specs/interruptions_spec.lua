--- What a change stops and starts besides what it is about: what a plan says of it, what is asked for
--- first, and that nobody is left stopped or started again who should not be.

local aws = require "aws"
local errors = require "errors"
local marks = require "kinds.support.marks"
local serverless = require "support.serverless"
local spec = require "spec"
local stack = require "stack"
local time = require "time"
local trying = require "support.trying"

local declare, has = serverless.declare, trying.has

local function deploy(more)
	local s = declare(more)
	local plan = s:plan()
	s:apply(plan)
	return plan
end

local function raw()
	return aws.dms.describe_replications({}).replications[1]
end

local function step_of(plan, kind)
	for _, step in ipairs(plan.steps) do
		if step.kind == kind then
			return step
		end
	end
end

local function nothing_to_do(more)
	local plan = declare(more):plan()
	assert.equal("", plan.has_changes and plan:text(true) or "")
end

local function until_status(wanted)
	require("poll").new():wait {
		what = wanted,
		check = function()
			return raw().status == wanted
		end,
		timeout = 400000,
	}
end

--- A point in time, as DMS takes a stop position, so many seconds from now.
local function server_time(seconds)
	local text = time.format(math.floor(time.epoch() + seconds))
	return "server_time:" .. text:match "^%d+%-%d+%-%d+T%d+:%d+:%d+"
end

local OTHER = "initstmt=SET foreign_key_checks=0"

after_each(function()
	spec.faults.clear()
	local s = declare()
	s:apply(s:destroy())
end)

describe("a serverless full load", function()
	local function loading()
		deploy { type = "full-load", state = "running" }
		time.sleep(120)
		assert.equal("running", raw().status)
	end

	it("that an endpoint's change loads again is told as one, and counts as lost", function()
		loading()
		local plan = declare({ type = "full-load", state = "running", attributes = OTHER }):plan()
		local step = step_of(plan, "dms.endpoint")
		has(step.effect, "restarts the full load of sl-orders")
		assert.is_nil(step.effect:find("checkpoint", 1, true))
		has(step.loses_data, "the full load of replication sl-orders")
		local _, classes = plan:risky()
		assert.is_true(classes.reload)
		assert.is_true(classes.stop)
	end)

	it("that its own change loads again, or a stop gives up, counts as lost", function()
		loading()
		for _, more in ipairs {
			{ compute = { max_capacity_units = 64 }, state = "running" },
			{ state = "stopped" },
		} do
			more.type = "full-load"
			local step = step_of(declare(more):plan(), "dms.replication_config")
			has(step.loses_data, "the full load of replication sl-orders, which is at")
		end
		local tags = { type = "full-load", state = "running", tags = { v = "2" } }
		assert.is_nil(step_of(declare(tags):plan(), "dms.replication_config").loses_data)
	end)

	it(
		"whose changes are replicated goes on, and its tables that are half loaded do not",
		function()
			deploy { state = "running" }
			time.sleep(120)
			local more = { state = "running", attributes = OTHER }
			local step = step_of(declare(more):plan(), "dms.endpoint")
			has(step.effect, "where a table is not loaded whole, its load begins anew")
			assert.is_nil(step.loses_data)
			time.sleep(7200)
			step = step_of(declare(more):plan(), "dms.endpoint")
			has(step.effect, "modifies the endpoint and resumes from the checkpoint")
		end
	)
end)

describe("the stop position of a serverless replication", function()
	it("that it has reached is not passed because a tag changes", function()
		local more = { state = "running", stop = server_time(7200) }
		deploy(more)
		until_status "stopped"
		has(raw().stop_reason, "STOPPED_AT_SERVER_TIME")
		more.tags = { v = "2" }
		deploy(more)
		assert.equal("stopped", raw().status)
		nothing_to_do(more)
		-- Another one is a reason to go on.
		more.stop = server_time(7200)
		local plan = deploy(more)
		has(step_of(plan, "dms.replication_config").effect, "to the new stop position")
		assert.equal(more.stop, raw().cdc_stop_position)
		until_status "stopped"
		nothing_to_do(more)
	end)

	it("that is declared while it runs is sent, with a stop and a resume", function()
		deploy { state = "running" }
		local fresh = raw().replication_stats.fresh_start_date
		local more = { state = "running", stop = server_time(86400) }
		local plan = deploy(more)
		has(plan:text(true), "cdc_stop_position")
		has(step_of(plan, "dms.replication_config").effect, "gives it the new stop position")
		assert.equal(more.stop, raw().cdc_stop_position)
		assert.equal("running", raw().status)
		assert.equal(fresh, raw().replication_stats.fresh_start_date)
		nothing_to_do(more)
		-- Whoever manages the state, or nobody does.
		nothing_to_do { stop = more.stop }
		deploy { stop = server_time(90000) }
		assert.equal("running", raw().status)
		until_status "stopped"
		has(raw().stop_reason, "STOPPED_AT_SERVER_TIME")
	end)

	it("outlives the change of an endpoint", function()
		local more = { state = "running", stop = server_time(86400) }
		deploy(more)
		more.attributes = OTHER
		spec.faults.set "dms:ModifyEndpoint#1=AccessDeniedException"
		local s = declare(more)
		errors.capture(s.apply, s, s:plan())
		deploy(more)
		assert.equal("running", raw().status)
		assert.equal(more.stop, raw().cdc_stop_position)
		nothing_to_do(more)
	end)

	it("of one that nobody starts is no difference", function()
		deploy { stop = server_time(86400) }
		nothing_to_do { stop = server_time(90000) }
		nothing_to_do { state = "stopped", stop = server_time(90000) }
	end)
end)

describe("a change that fails with what it stopped", function()
	local OTHERS = { state = "running", attributes = OTHER }

	--- Changes the endpoint of one that runs, with faults, and returns what it fails with.
	local function failed(faults)
		deploy { state = "running" }
		local s = declare(OTHERS)
		local plan = s:plan()
		for _, fault in ipairs(faults) do
			spec.faults.set(fault)
		end
		local ok, problem = errors.capture(s.apply, s, plan)
		spec.faults.clear()
		assert.is_false(ok)
		return problem
	end

	it("says who stands because the resume failed too, and not that nothing was changed", function()
		local problem = failed {
			"dms:ModifyEndpoint#1=AccessDeniedException",
			"dms:StartReplication#1=AccessDeniedException",
		}
		assert.equal("stopped", raw().status)
		has(problem.what, "modify_endpoint")
		has(
			table.concat(problem.causes, "\n"),
			"replication sl-orders was stopped and could not be resumed: dms.start_replication"
		)
		has(problem.why, "replication sl-orders was stopped and does not run")
		assert.is_nil(problem.why:find("nothing was changed", 1, true))
		deploy(OTHERS)
		assert.equal("running", raw().status)
		nothing_to_do(OTHERS)
	end)

	it("says that it was stopped where it runs again", function()
		local problem = failed { "dms:ModifyEndpoint#1=AccessDeniedException" }
		assert.equal("running", raw().status)
		has(problem.why, "replication sl-orders was stopped and runs again")
		assert.is_nil(problem.why:find("nothing was changed", 1, true))
	end)

	it("brings back one whose stop was sent and not seen to its end", function()
		local problem = failed {
			"dms:ModifyReplicationConfig=AccessDeniedException",
			"dms:StopReplication#1=AccessDeniedException",
		}
		assert.equal("running", raw().status)
		-- Nothing was stopped, so nothing is told of it.
		has(problem.why, "nothing was changed")
	end)
end)

describe("a step that fails after its change", function()
	it("is not told as if nothing was changed", function()
		deploy { replication = false }
		local s = declare { state = "running" }
		local plan = s:plan()
		spec.faults.set "dms:StartReplication=AccessDeniedException"
		local ok, problem = errors.capture(s.apply, s, plan)
		spec.faults.clear()
		assert.is_false(ok)
		has(problem.why, 'dms.replication_config "orders" was created, and not seen to its end')
		assert.is_nil(problem.why:find("nothing was changed", 1, true))
		deploy { state = "running" }
		assert.equal("running", raw().status)
	end)
end)

describe("a replication of somebody else", function()
	--- The endpoints are ours; who uses them is not.
	local function ours(attributes)
		return declare { replication = false, attributes = attributes }
	end

	it(
		"that a change of ours stopped and did not come to resume runs again after the next run",
		function()
			deploy { state = "running" }
			-- It was ours; from now on it is nobody's.
			local arn = raw().replication_config_arn
			aws.dms.remove_tags_from_resource {
				resource_arn = arn,
				tag_keys = { "dmsrun:stack", "dmsrun:resource" },
			}
			local s = ours(OTHER)
			local plan = s:plan()
			has(step_of(plan, "dms.endpoint").effect, "stops sl-orders")
			spec.faults.set "dms:StartReplication=AccessDeniedException"
			local ok = errors.capture(s.apply, s, plan)
			spec.faults.clear()
			assert.is_false(ok)
			assert.equal("stopped", raw().status)
			-- The endpoint is as declared by now; who stands because of it is not.
			s = ours(OTHER)
			plan = s:plan()
			local step = step_of(plan, "dms.endpoint")
			assert.equal("wait", step.action)
			has(step.effect, "resumes sl-orders")
			s:apply(plan)
			assert.equal("running", raw().status)
			assert.is_false(ours(OTHER):plan().has_changes)
			-- One that its owner stops is left.
			aws.dms.stop_replication { replication_config_arn = arn }
			until_status "stopped"
			assert.is_false(ours(OTHER):plan().has_changes)
			-- And one that another stack is at as well.
			aws.dms.add_tags_to_resource {
				resource_arn = arn,
				tags = {
					{
						key = marks.TAG,
						value = marks.start_of(
							require("kinds.support.replications").as_task(raw())
						) .. " by other",
					},
				},
			}
			assert.is_false(ours(OTHER):plan().has_changes)
			aws.dms.delete_replication_config { replication_config_arn = arn }
			require("poll").new():wait {
				what = "gone",
				check = function()
					return raw() == nil
				end,
				timeout = 4000,
			}
		end
	)
end)

describe("a task of somebody else", function()
	local function status_of(task_arn)
		for _, one in ipairs(aws.dms.describe_replication_tasks({}).replication_tasks) do
			if one.replication_task_arn == task_arn then
				return one.status
			end
		end
	end

	it("on an instance of ours whose change was cut off is resumed by the next run", function()
		local legacy = trying.legacy "borrowed"
		aws.dms.add_tags_to_resource {
			resource_arn = legacy.instance,
			tags = {
				{ key = "dmsrun:stack", value = "lent" },
				{ key = "dmsrun:resource", value = "dms.replication_instance/i" },
			},
		}
		local function ours()
			local s = stack.new("lent", { kinds = { "dms.replication_instance" } })
			s:add("dms.replication_instance", "i", { replication_instance_class = "dms.c5.large" })
			return s
		end
		local s = ours()
		local plan = s:plan()
		-- A full load does not survive it, and is not resumed by DMS.
		spec.faults.set "dms:StartReplicationTask=AccessDeniedException"
		assert.is_false((errors.capture(s.apply, s, plan)))
		spec.faults.clear()
		assert.equal("failed", status_of(legacy.task))
		s = ours()
		plan = s:plan()
		assert.equal("wait", plan.steps[1].action)
		has(plan.steps[1].effect, "a change of the instance that was interrupted")
		s:apply(plan)
		assert.equal("running", status_of(legacy.task))
		assert.is_false(ours():plan().has_changes)
	end)

	it("is resumed by the next run, wherever the one that stopped it was killed", function()
		local legacy = trying.legacy "legacy"
		aws.dms.add_tags_to_resource {
			resource_arn = legacy.source,
			tags = {
				{ key = "dmsrun:stack", value = "borrowed" },
				{ key = "dmsrun:resource", value = "dms.endpoint/source" },
				{ key = "dmsrun:version", value = "1" },
				{ key = "dmsrun:region", value = aws.region() },
				{ key = "dmsrun:adopted", value = "true" },
			},
		}
		local function run(verb, ...)
			return spec.run("fixtures/borrowed.lua", verb, ...)
		end
		assert.equal("running", status_of(legacy.task))
		for call, how in pairs {
			StopReplicationTask = "kill-after",
			ModifyEndpoint = "kill-after",
			StartReplicationTask = "kill",
		} do
			spec.branch(function()
				spec.faults.set(("dms:%s#1=%s"):format(call, how))
				assert.is_true(run("deploy", "--yes").killed, call)
				spec.faults.clear()
				assert.not_equal("running", status_of(legacy.task))
				local plan = run("plan", "--detailed-exitcode")
				assert.equal(2, plan.code, call .. plan.text)
				has(plan.text, "resumes legacy-orders")
				local again = run("deploy", "--yes")
				assert.equal(0, again.code, call .. again.text)
				assert.equal("running", status_of(legacy.task))
				assert.equal(0, run("plan", "--detailed-exitcode").code)
			end)
		end
	end)
end)
