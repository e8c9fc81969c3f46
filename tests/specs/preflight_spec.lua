--- What AWS would refuse is refused before anything is made, with the place of the value.

local adopt = require "adopt"
local aws = require "aws"
local config = require "config"
local deployment = require "migration.deployment"
local fs = require "fs"
local map = require "mappings"
local migration = require "migration"
local shapes = require "kinds.support.shapes"
local spec = require "spec"
local stack = require "stack"
local trying = require "support.trying"

local failure, has = trying.failure, trying.has

local function orders(more)
	local values = { wait = true }
	for _, side in ipairs { "source", "target" } do
		values[side .. "_db_config"] = {
			server_name = side .. "-db.example.com",
			username = "dms",
			password = "pl4nted",
		}
	end
	for key, value in pairs(more or {}) do
		values[key] = value
	end
	return migration.new {
		name = "orders",
		config = config.from(values),
		mappings = map.rules { map.include "production.%" },
	}
end

--- The refusal of a plan, and the proof that nothing was made.
local function refused(more)
	local problem = failure(deployment.plan, orders(more))
	assert.equal(0, #aws.dms.describe_endpoints({}).endpoints)
	local own = { { name = "tag:dmsrun:stack", values = { "orders" } } }
	assert.equal(0, #aws.ec2.describe_vpcs({ filters = own }).vpcs)
	return problem
end

--- A VPC with a subnet in each of two zones and a group, made by somebody else.
local function foreign(range)
	local vpc = aws.ec2.create_vpc({ cidr_block = range .. ".0.0/16" }).vpc.vpc_id
	local subnets = {}
	for index, zone in ipairs { "us-east-1a", "us-east-1b" } do
		subnets[index] = aws.ec2.create_subnet({
			vpc_id = vpc,
			cidr_block = ("%s.%d.0/24"):format(range, index),
			availability_zone = zone,
		}).subnet.subnet_id
	end
	local group = aws.ec2.create_security_group {
		group_name = "g",
		description = "g",
		vpc_id = vpc,
	}
	return vpc, subnets, group.group_id
end

describe("the shapes of values", function()
	it("know maintenance windows", function()
		for _, good in ipairs { "sun:03:00-sun:04:00", "sun:23:45-mon:00:15", "Sat:22:00-sun:02:00" } do
			assert.equal(nil, shapes.maintenance_window(good))
		end
		has(shapes.maintenance_window "sun:03:00-sun:03:29", "29 minutes")
		has(shapes.maintenance_window "son:03:00-sun:04:00", "son")
		has(shapes.maintenance_window "sun:24:00-mon:00:30", "24:00")
		has(shapes.maintenance_window "mon:00:00-wed:00:00", "less than a day")
		has(shapes.maintenance_window "sunday", "written as")
	end)

	it("know the days of CloudWatch Logs", function()
		assert.equal(nil, shapes.retention(30))
		has(shapes.retention(31), "30 or 60")
		has(shapes.retention(99999), "3653")
	end)

	it("know e-mail addresses", function()
		assert.equal(nil, shapes.email "ops+dms@mail.example.com")
		for _, bad in ipairs {
			"ops",
			"ops@x",
			"o ps@example.com",
			"a..b@example.com",
			"@example.com",
		} do
			assert.equal(true, shapes.email(bad) ~= nil)
		end
	end)

	it("know the names of buckets", function()
		assert.equal(nil, shapes.bucket_name "orders-migration-logs-123456789012")
		for _, bad in ipairs {
			"ab",
			"Orders",
			"orders_logs",
			"-orders",
			"orders..logs",
			"192.168.0.1",
			"xn--orders",
			"orders-s3alias",
			("x"):rep(64),
		} do
			assert.equal(true, shapes.bucket_name(bad) ~= nil)
		end
	end)
end)

describe("a stack", function()
	it("tells what is wrong inside an engine's settings and a bucket's rules, and where", function()
		local function refusal(kind, props)
			local s = stack.new "shapes"
			s:add(kind, "one", props)
			return failure(s.plan, s)
		end
		local endpoint = { endpoint_type = "source", engine_name = "mysql", password = "pl4nted" }
		endpoint.my_sql_settings = { events_poll_interval = "pl4nted" }
		local problem = refusal("dms.endpoint", endpoint)
		has(problem.what, "my_sql_settings.events_poll_interval can't be so: expected integer")
		assert.falsy(tostring(problem):find "pl4nted")
		endpoint.my_sql_settings = { events_pol_interval = 5 }
		has(refusal("dms.endpoint", endpoint).hints[1][1], '"events_poll_interval"')
		problem = refusal("s3.bucket", {
			lifecycle_rules = { { id = "a" }, { id = "b", expiration = { days = "x" } } },
		})
		has(problem.what, "lifecycle_rules[2].expiration.days can't be so: expected integer")
		problem = refusal("s3.bucket", {
			intelligent_tiering = { { id = "a", tierings = { { days = 90, acces_tier = "X" } } } },
		})
		has(problem.what, "intelligent_tiering[1].tierings[1] can't be so: unknown parameter")
		has(problem.hints[1][1], '"access_tier"')
	end)

	it("takes a reference inside an engine's settings", function()
		local s = stack.new "shapes"
		local key = s:add("kms.key", "k", {})
		s:add("dms.endpoint", "one", {
			endpoint_type = "target",
			engine_name = "s3",
			s3_settings = {
				bucket_name = "b",
				server_side_encryption_kms_key_id = key.arn,
				service_access_role_arn = "arn:aws:iam::123456789012:role/r",
			},
		})
		local preflight = require "stack.preflight"
		preflight.shapes(s)
	end)

	it("refuses a shape with the place of the resource, before AWS is asked", function()
		local s = stack.new("small", { kinds = { "s3.bucket", "sns.topic" } })
		s:add("s3.bucket", "a", { bucket = "small_Logs" })
		s:add("sns.topic", "b", { subscriptions = { { protocol = "email", endpoint = "nobody" } } })
		local problem = failure(s.plan, s)
		assert.equal("AWS would refuse a value", problem.summary)
		has(problem.what, "small_Logs")
		has(problem.causes[1], "nobody")
		assert.equal(true, problem.at.line > 0)
	end)

	it("checks what is offered before it applies, and makes nothing", function()
		local s = stack.new("small", { kinds = { "ec2.vpc", "ec2.subnet" } })
		local vpc = s:add("ec2.vpc", "main", { cidr_block = "10.0.0.0/16" })
		s:add("ec2.subnet", "a", {
			vpc_id = vpc.vpc_id,
			cidr_block = "10.0.0.0/24",
			availability_zone = "us-east-1x",
		})
		local plan = s:plan()
		local problem = failure(s.apply, s, plan)
		has(problem.what, "us-east-1x")
		has(problem.hints[1][1], "us-east-1")
		assert.equal(0, #s:plan():with "update")
		assert.equal(2, #s:plan():with "create")
	end)
end)

describe("a migration refuses before anything is made", function()
	it("an instance class that the region does not offer, with the nearest", function()
		local problem = refused { replication_instance_class = "dms.t9.huge" }
		has(problem.what, "dms.t9.huge")
		has(problem.hints[1][1], "dms.t3.medium")
		has(refused({ replication_instance_class = "dms.t3.mediun" }).hints[1][1], "dms.t3.medium")
	end)

	it("an engine version that is not offered, naming those that are", function()
		local problem = refused { engine_version = "3.5.2" }
		has(problem.what, "3.5.2")
		has(problem.what, "3.6.1")
	end)

	it("storage beyond what the class takes", function()
		has(refused({ allocated_storage = 29999 }).what, "29999")
	end)

	it("a KMS key that is not there, is disabled, or is of another region", function()
		has(refused({ kms_key_id = "alias/nope" }).what, "alias/nope")
		has(refused({ kms_key_id = "arn:aws:kms:eu-west-1:123456789012:key/x" }).what, "eu-west-1")
		local key = aws.kms.create_key({}).key_metadata.arn
		aws.kms.disable_key { key_id = key }
		has(refused({ kms_key_id = key }).what, "Disabled")
	end)

	it("a service without VPC endpoints", function()
		local problem = refused { vpc_endpoints = { "s3", "secretmanager" } }
		has(problem.what, "secretmanager")
		has(problem.hints[1][1], "secretsmanager")
	end)

	it("roles, secrets, certificates and subnet groups that do not exist", function()
		local account = "arn:aws:iam::123456789012:role/no"
		has(refused({ bucket_role_arn = account }).what, "no role no")
		has(refused({ bucket_role_arn = "arn:aws:iam::999999999999:role/x" }).what, "999999999999")
		has(refused({ subnet_group = "nix" }).what, "nix")
		local source = { server_name = "source-db.example.com", secret_id = "nowhere" }
		has(refused({ source_db_config = source }).what, "nowhere")
		local certified = {
			server_name = "source-db.example.com",
			username = "dms",
			password = "pl4nted",
			certificate_arn = "arn:aws:dms:us-east-1:123456789012:cert:NONE",
		}
		has(refused({ source_db_config = certified }).what, "cert:NONE")
	end)

	it("a role that DMS may not take", function()
		aws.iam.create_role {
			role_name = "other",
			assume_role_policy_document = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}',
		}
		local problem = refused { bucket_role_arn = "arn:aws:iam::123456789012:role/other" }
		has(problem.what, "dms.amazonaws.com")
	end)

	it("a network that is not there, or is another's", function()
		local vpc, subnets, group = foreign "10.8"
		local _, others, foreign_group = foreign "10.9"
		local function with(vpc_id, subnet_ids, groups)
			return { vpc_id = vpc_id, subnet_ids = subnet_ids, security_group_ids = groups }
		end
		has(failure(deployment.plan, orders(with("vpc-0", subnets))).what, "vpc-0")
		has(
			failure(deployment.plan, orders(with(vpc, { subnets[1], "subnet-0" }))).what,
			"subnet-0"
		)
		has(failure(deployment.plan, orders(with(vpc, others))).what, others[1])
		has(
			failure(deployment.plan, orders(with(vpc, subnets, { foreign_group }))).what,
			foreign_group
		)
		has(
			failure(deployment.plan, orders(with(vpc, { subnets[1], subnets[1] }))).what,
			"two zones"
		)
		assert.equal(true, deployment.plan(orders(with(vpc, subnets, { group }))).has_changes)
	end)
end)

describe("an adopted set-up that was let go of", function()
	local folder, script

	--- Writes the script of a set-up that was adopted, with these texts replaced in it.
	local function adopted(name, changes)
		local file = fs.join(fs.script_dir(), "../fixtures/legacy.lua")
		assert(load(fs.read(file), "@" .. file))(name)
		folder = fs.temp "folder"
		script = fs.join(folder, "orders.lua")
		adopt.run { stack = name .. "-stack", instances = { name }, out = script }
		local text = fs.read(script)
		for from, to in pairs(changes or {}) do
			text = text:gsub(from, to)
		end
		fs.write(script, text)
	end

	after_each(function()
		fs.remove(folder, { recursive = true })
	end)

	it("is refused before its first step: passwords and names that a deploy has not", function()
		adopted "one"
		adopt.undo "one-stack"
		local before = #aws.dms.describe_endpoints({}).endpoints
		local run = spec.run(script, "deploy", "--yes")
		assert.equal(64, run.code, run.text)
		has(run.text, "an endpoint of mysql that is made needs password")
		has(run.text, "log group dms-tasks-one")
		has(run.text, "nothing was created or changed")
		assert.equal(before, #aws.dms.describe_endpoints({}).endpoints)
	end)

	it("is refused by the plan where what is protected may have to be replaced", function()
		adopted "two"
		assert.equal(0, spec.run(script, "forget", "dms.task/two-orders").code)
		local run = spec.run(script, "plan")
		assert.equal(1, run.code, run.text)
		has(run.text, "A protected resource may be lost")
		has(run.text, "dms.event_subscription/two-events")
		-- Letting go of it is possible all the same, and so is the way back.
		assert.equal(0, spec.run(script, "forget", "dms.event_subscription/two-events").code)
		run = spec.run(
			script,
			"adopt",
			"dms.task/two-orders",
			"two-orders",
			"dms.event_subscription/two-events",
			"two-events"
		)
		assert.equal(0, run.code, run.text)
		has(spec.run(script, "plan").output, "0 to create, 0 to change")
	end)

	it("shows what may be replaced, asks about it, and replaces it in the same deploy", function()
		adopted("three", { ["local protect = true"] = "local protect = false" })
		assert.equal(0, spec.run(script, "deploy", "--yes").code)
		assert.equal(0, spec.run(script, "forget", "dms.task/three-orders").code)
		local run = spec.run(script, "plan")
		has(run.output, "1 to create, 1 to change, 1 that may be replaced")
		has(run.output, "-/~ dms.event_subscription")
		run = spec.run(script, "deploy", "--require-approval", "risky")
		assert.equal(5, run.code, run.text)
		has(run.text, "--allow replace")
		run = spec.run(script, "deploy", "--require-approval", "risky", "--allow", "replace")
		assert.equal(0, run.code, run.text)
		has(spec.run(script, "plan").output, "0 to create, 0 to change")
		local list = aws.dms.describe_event_subscriptions({}).event_subscriptions_list
		for _, one in ipairs(list) do
			if one.cust_subscription_id:find "three" then
				assert.same({ "three-stack-three-orders" }, one.source_ids_list)
			end
		end
	end)
end)

describe("a script whose checks fail", function()
	it("is continued with the verb that was given: a plan does not become the migration", function()
		local folder = fs.temp "folder"
		local script = fs.join(folder, "migrate.lua")
		fs.write(
			script,
			[[
local values = {}
for _, side in ipairs { "source", "target" } do
	values[side .. "_db_config"] =
		{ server_name = side .. "-db.example.com", username = "dms", password = "pl4nted" }
end
require("migration").new({
	name = "orders",
	config = require("config").from(values),
	settings = { TargetMetadata = { LobMaxSzie = 4096 } },
}):main(arg)
]]
		)
		for verb, again in pairs {
			plan = "migrate%.lua plan %-%-out " .. "a%.plan\n",
			deploy = "migrate%.lua deploy\n",
		} do
			local words = { verb }
			if verb == "plan" then
				words[2], words[3] = "--out", "a.plan"
			end
			local run = spec.run(script, table.unpack(words))
			assert.not_equal(0, run.code, run.text)
			has(run.text, "Then continue with:")
			assert.matches(again, run.text .. "\n")
		end
		fs.remove(folder, { recursive = true })
	end)
end)

describe("an engine version", function()
	it("is found by its beginning", function()
		local plan = deployment.plan(orders { engine_version = "3.5" })
		local step = plan:step_of 'dms.replication_instance "replication"'
		assert.equal("3.5.4", step.changes.engine_version.to)
	end)
end)
