--- Changes of a running migration: what moves, what goes back, what is noticed though nobody can read
--- it, and what a saved plan promises.

local aws = require "aws"
local config = require "config"
local deployment = require "migration.deployment"
local engine = require "engine"
local fs = require "fs"
local host = require "host"
local json = require "json"
local live = require "migration.live"
local map = require "mappings"
local migration = require "migration"
local record = require "stack.record"
local stack = require "stack"
local trying = require "support.trying"

local failure, has = trying.failure, trying.has

local function orders(more)
	local values = { events = false, alarms = false }
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

local function apply(m)
	local plan = deployment.plan(m)
	m:stack():apply(plan)
	return plan
end

--- Starts the main task on the instance that it is on.
local function start(m)
	local found = live.find(m)
	local task = found.tasks.migration
	require("migration.connections").test(m, found)
	require("migration.tasks").start(m, task)
end

describe("a VPC with another range", function()
	it("is made beside the old one, and the running task moves and goes on", function()
		local first = orders()
		apply(first)
		start(first)
		local before = live.find(first)
		local m = orders { vpc_cidr = "10.1.0.0/16" }
		local plan = deployment.plan(m)
		for _, step in ipairs(plan:with "replace") do
			assert.equal(false, step.delete_first)
		end
		assert.equal("update", plan:step_of('dms.task "migration"').action)
		local fresh = plan:step_of 'dms.task "cdc"'
		assert.equal("replace", fresh.action)
		has(fresh.reason, "never run")
		local result = m:stack():apply(plan)
		local after = live.find(m)
		assert.equal("running", after.tasks.migration.status)
		assert.equal(
			before.tasks.migration.replication_task_arn,
			after.tasks.migration.replication_task_arn
		)
		assert.equal(
			after.instance.replication_instance_arn,
			after.tasks.migration.replication_instance_arn
		)
		assert.equal(false, m:stack():plan().has_changes)
		-- What leads the old instance to its databases stays until its tasks have left it.
		local ends, begins = {}, {}
		for _, one in ipairs(result.timing.timeline) do
			ends[one.name], begins[one.name] = one.finish, one.start
		end
		for _, way in ipairs {
			"ec2.route_table/private-1",
			"ec2.nat_gateway/nat-1",
			"ec2.route_table/public-1",
		} do
			assert.equal(true, begins["delete " .. way] >= ends["update dms.task/migration"])
		end
	end)

	it("stays where it is when the new instance can't reach the databases", function()
		local first = orders()
		apply(first)
		start(first)
		local old = live.find(first)
		-- The servers refuse every test from here on.
		local tests = require "kinds.support.tasks"
		local connect = tests.connect
		tests.connect = function()
			error("no way to the databases", 0)
		end
		local m = orders { vpc_cidr = "10.1.0.0/16" }
		local ok = pcall(apply, m)
		tests.connect = connect
		assert.equal(false, ok)
		local now = aws.dms.describe_replication_tasks({
			filters = {
				{
					name = "replication-task-arn",
					values = { old.tasks.migration.replication_task_arn },
				},
			},
		}).replication_tasks[1]
		assert.equal("running", now.status)
		assert.equal(old.instance.replication_instance_arn, now.replication_instance_arn)
		-- And the same command again gets there.
		local again = orders { vpc_cidr = "10.1.0.0/16" }
		apply(again)
		assert.equal(false, again:stack():plan().has_changes)
	end)

	it("is refused where the subnets alone would overlap", function()
		apply(orders())
		local problem = failure(deployment.plan, orders { subnet_prefix = 25 })
		assert.equal(
			"The subnets of a deployed migration can't be replaced in place",
			problem.summary
		)
		has(problem.what, "10.0.0.0/25")
		has(problem.hints[1][1], "vpc_cidr")
	end)
end)

describe("mappings that change what is on the target already", function()
	local effects = require "kinds.support.task_effects"

	local function effect(status, from, to)
		local function text(prefix)
			return json.encode(
				map.rules { map.include "shop.%", map.schema("shop"):prefix(prefix) }
			)
		end
		local changes = { table_mappings = { from = text(from), to = text(to) } }
		local raw = {
			status = status,
			migration_type = "full-load-and-cdc",
			replication_task_stats = {
				start_date = status ~= "ready" and "2026-11-20" or nil,
				full_load_progress_percent = 100,
			},
		}
		return effects.of("update", changes, { raw = raw })
	end

	it("take a reload, of which the plan tells: a resume leaves the target as it is", function()
		has(effect("running", "old_", "new_"), "resumes it from its checkpoint; what the transf")
		has(effect("stopped", "old_", "new_"), "takes a reload")
		assert.equal(nil, effect("running", "old_", "old_"):find "reload")
		assert.equal(nil, effect("ready", "old_", "new_"))
	end)
end)

describe("what a destroy loses", function()
	local function losses(more)
		local task = {
			status = "running",
			migration_type = "cdc",
			replication_task_identifier = "orders-cdc",
			replication_task_stats = { start_date = "2026-11-20T00:10:00Z" },
		}
		for name, value in pairs(more) do
			task[name] = value
		end
		local of_task = require("kinds.support.task_effects").losses("delete", { raw = task })
		local text = require("kinds.support.replication_effects").losses("delete", {
			replication = {
				replication_config_identifier = "orders-cdc",
				replication_type = task.migration_type,
				status = task.status,
				replication_stats = task.replication_task_stats,
				recovery_checkpoint = task.recovery_checkpoint,
				cdc_start_position = task.cdc_start_position,
			},
		})
		return of_task, text
	end

	it("of a task for changes is no load, which it has none of, but where it began", function()
		for _, text in ipairs { losses { cdc_start_position = "2026-11-19T23:00:00" } } do
			assert.is_nil(text:find "load", text)
			has(text, "began at 2026-11-19T23:00:00")
		end
		for _, text in ipairs { losses {} } do
			has(text, "the changes of 2026-11-20T00:10:00Z")
		end
		for _, text in ipairs { losses { migration_type = "full-load-and-cdc" } } do
			has(text, "its load begins anew")
		end
	end)
end)

describe("what a change is going to declare", function()
	it("is noted before the change: a run that dies in between leaves nothing unknown", function()
		local made = aws.dms.create_endpoint({
			endpoint_identifier = "noted",
			endpoint_type = "source",
			engine_name = "mysql",
			server_name = "s",
			port = 3306,
			username = "u",
			password = "pl4nted",
			tags = { { key = record.DECLARES, value = "a.b" } },
		})
		local item = { id = made.endpoint.endpoint_arn, tags = { [record.DECLARES] = "a.b" } }
		require("kinds.support.notes").ahead(item, { [record.DECLARES] = "b.c", Team = "x" })
		local tags = aws.dms.list_tags_for_resource({ resource_arn = item.id }).tag_list
		assert.same({ { key = record.DECLARES, value = "a.b.c" } }, tags)
		aws.dms.delete_endpoint({ endpoint_arn = item.id })
	end)
end)

describe("a property that is no longer declared", function()
	local function topic(properties)
		local s = stack.new("small", { kinds = { "sns.topic", "logs.log_group", "s3.bucket" } })
		s:add("sns.topic", "t", properties)
		return s
	end

	it("goes back to its default", function()
		local s = topic { display_name = "Alerts", publishers = { "dms.amazonaws.com" } }
		s:apply(s:plan())
		s = topic {}
		local plan = s:plan()
		assert.equal("update", plan.steps[1].action)
		s:apply(plan)
		assert.equal(false, s:plan().has_changes)
		local arn = s:find("sns.topic", "t").physical
		local attributes = aws.sns.get_topic_attributes({ topic_arn = arn }).attributes
		assert.equal("", attributes.DisplayName or "")
	end)

	it("goes back to nothing where that is the default", function()
		local function group(days)
			local s = stack.new("small", { kinds = { "logs.log_group" } })
			s:add("logs.log_group", "g", { retention_in_days = days })
			return s
		end
		local s = group(30)
		s:apply(s:plan())
		s = group(nil)
		local plan = s:plan()
		has(plan:text(true), "retention_in_days")
		s:apply(plan)
		assert.equal(nil, s:find("logs.log_group", "g").properties.retention_in_days)
		assert.equal(false, s:plan().has_changes)
	end)

	it("is told of where there is no default", function()
		local m = orders { preferred_maintenance_window = "sun:03:00-sun:04:00" }
		apply(m)
		local plan = deployment.plan(orders())
		assert.equal(false, plan.has_changes)
		has(table.concat(plan:lines(), "\n"), "preferred_maintenance_window is no longer declared")
	end)

	it("has a short name that no other of its kind has", function()
		local kind = require "kind"
		for _, name in ipairs(kind.all()) do
			local seen = {}
			for property in pairs(kind.get(name).properties) do
				local short = record.short(property)
				assert.equal(nil, seen[short])
				seen[short] = property
			end
		end
	end)
end)

describe("a password", function()
	it("that changes is noticed by its fingerprint, and stands in no tag", function()
		local function endpoint(password)
			local s = stack.new("small", { kinds = { "dms.endpoint" } })
			s:add("dms.endpoint", "source", {
				endpoint_type = "source",
				engine_name = "mysql",
				server_name = "source-db.example.com",
				port = 3306,
				username = "dms",
				password = password,
			})
			return s
		end
		local s = endpoint "pl4nted-one"
		s:apply(s:plan())
		assert.equal(false, endpoint("pl4nted-one"):plan().has_changes)
		local other = endpoint "pl4nted-two"
		local plan = other:plan()
		assert.equal("update", plan.steps[1].action)
		has(plan:text(true), "(sensitive)")
		assert.equal(nil, plan:text(true):find "pl4nted")
		other:apply(plan)
		assert.equal(false, endpoint("pl4nted-two"):plan().has_changes)
		local tags = other:find("dms.endpoint", "source").tags
		assert.equal(nil, json.encode(tags):find "pl4nted")
		has(tags[record.FINGERPRINT], "password=")
	end)

	it("in a secret that was rotated elsewhere is left alone", function()
		local function keep(password)
			local s = stack.new("small", { kinds = { "secretsmanager.secret" } })
			s:add(
				"secretsmanager.secret",
				"db",
				{ value = { username = "dms", password = password } }
			)
			return s
		end
		local s = keep "pl4nted-one"
		s:apply(s:plan())
		local arn = s:find("secretsmanager.secret", "db").physical
		aws.secretsmanager.put_secret_value {
			secret_id = arn,
			secret_string = '{"password":"rotated"}',
		}
		assert.equal(false, keep("pl4nted-one"):plan().has_changes)
		local other = keep "pl4nted-two"
		other:apply(other:plan())
		local secret = require "secret"
		local text = aws.secretsmanager.get_secret_value({ secret_id = arn }).secret_string
		has(secret.is(text) and secret.reveal(text) or text, "pl4nted-two")
	end)

	it("has another fingerprint with another salt", function()
		assert.equal(engine.fingerprint("a", "x"), engine.fingerprint("a", "x"))
		assert.equal(true, engine.fingerprint("a", "x") ~= engine.fingerprint("b", "x"))
	end)
end)

describe("a saved plan", function()
	local path = host.state_dir() .. "/saved-plan.json"

	local function small(size)
		local s = stack.new("small", { kinds = { "ec2.vpc", "ec2.subnet", "sns.topic" } })
		s:add("ec2.vpc", "main", { cidr_block = "10.0.0.0/16", enable_dns_hostnames = size })
		s:add("sns.topic", "t", { display_name = "Alerts" })
		return s
	end

	it("is carried out as it was looked at", function()
		small(true):plan():save(path)
		local s = small(true)
		local plan = s:plan()
		plan:require_saved(path)
		s:apply(plan)
	end)

	it("is refused when the world or the script has moved", function()
		local s = small(true)
		s:apply(s:plan())
		small(false):plan():save(path)
		local arn = s:find("sns.topic", "t").physical
		aws.sns.set_topic_attributes {
			topic_arn = arn,
			attribute_name = "DisplayName",
			attribute_value = "Moved",
		}
		local plan = small(false):plan()
		local problem = failure(plan.require_saved, plan, path)
		assert.equal("The world moved since the plan was saved", problem.summary)
		has(problem.what, "sns.topic/t")
		plan = small(true):plan()
		failure(plan.require_saved, plan, path)
		fs.write(path, "{}")
		assert.equal("Not a saved plan", failure(plan.require_saved, plan, path).summary)
	end)
end)

describe("what needs a second look", function()
	it("is told apart: who may do what, who reaches what", function()
		local function open(range, action)
			local s =
				stack.new("small", { kinds = { "ec2.vpc", "ec2.security_group", "iam.role" } })
			local vpc = s:add("ec2.vpc", "main", { cidr_block = "10.0.0.0/16" })
			s:add("ec2.security_group", "g", {
				vpc_id = vpc.vpc_id,
				description = "g",
				ingress = { { protocol = "tcp", from_port = 3306, cidr = range } },
				egress = {},
			})
			s:add("iam.role", "r", {
				assume_role_policy_document = {
					Version = "2012-10-17",
					Statement = {
						{
							Effect = "Allow",
							Principal = { Service = "dms.amazonaws.com" },
							Action = "sts:AssumeRole",
						},
					},
				},
				policies = {
					p = {
						Version = "2012-10-17",
						Statement = { { Effect = "Allow", Action = action, Resource = "*" } },
					},
				},
			})
			return s
		end
		local s = open("10.0.0.0/16", "s3:GetObject")
		s:apply(s:plan())
		local plan = open("0.0.0.0/0", "s3:*"):plan()
		local texts = {}
		for _, one in ipairs(plan:risks()) do
			texts[#texts + 1] = one.class .. " " .. one.text
		end
		local all = table.concat(texts, "\n")
		has(all, "public lets in tcp 3306 0.0.0.0/0")
		has(all, "iam allows s3:* on *")
		local _, classes = plan:risky()
		assert.equal(true, classes.public and classes.iam)
		assert.equal(0, #s:plan():risks())
	end)
end)

describe("a change that DMS or SNS will not make", function()
	local function step_of(plan, kind)
		for _, step in ipairs(plan:with("create", "update", "replace", "delete")) do
			if step.kind == kind then
				return step
			end
		end
	end

	it("is refused in the plan: less storage, another major version unasked", function()
		apply(orders { allocated_storage = 200 })
		has(
			failure(deployment.plan, orders { allocated_storage = 100 }),
			"can't shrink from 200 GB"
		)
		local newer = { allocated_storage = 200, engine_version = "3.6.1" }
		has(failure(deployment.plan, orders(newer)), "from 3.5.4 to 3.6.1")
		newer.allow_major_version_upgrade = true
		apply(orders(newer))
		assert.equal(false, deployment.plan(orders(newer)).has_changes)
	end)

	it("shows the replacement for a new key before it begins", function()
		local values = { allocated_storage = 200, engine_version = "3.6.1", kms = true }
		local plan = deployment.plan(orders(values))
		assert.equal("replace", step_of(plan, "dms.replication_instance").action)
		assert.equal("replace", step_of(plan, "dms.endpoint").action)
	end)

	it("is not planned for ever: an address that nobody confirmed", function()
		local function topic(addresses)
			local s = stack.new("told", { kinds = { "sns.topic" } })
			local list = {}
			for index, address in ipairs(addresses) do
				list[index] = { protocol = "email", endpoint = address }
			end
			s:add("sns.topic", "t", { subscriptions = list })
			return s
		end
		local first = topic { "a@example.com", "b@example.com" }
		first:apply(first:plan())
		assert.equal(false, topic({ "b@example.com", "a@example.com" }):plan().has_changes)
		assert.equal(false, topic({ "a@example.com" }):plan().has_changes)
		assert.equal(true, topic({ "c@example.com" }):plan().has_changes)
	end)
end)
