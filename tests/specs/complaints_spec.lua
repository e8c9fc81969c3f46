--- What people complain of in other tools for DMS, by number, and what happens here instead. The numbers
--- that are not here stand in the specs of their own area.

local aws = require "aws"
local config = require "config"
local connections = require "migration.connections"
local deployment = require "migration.deployment"
local live = require "migration.live"
local map = require "mappings"
local migration = require "migration"
local spec = require "spec"
local stack = require "stack"
local tasks = require "migration.tasks"
local trying = require "support.trying"

local failure, has = trying.failure, trying.has

local function orders(more, options)
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
	local given = {
		name = "orders",
		config = config.from(values),
		mappings = map.rules { map.include "production.%" },
	}
	for key, value in pairs(options or {}) do
		given[key] = value
	end
	return migration.new(given)
end

local function apply(m)
	local plan = deployment.plan(m)
	m:stack():apply(plan)
	return plan
end

local function endpoint(name, properties, options)
	local s = stack.new(name, { kinds = { "dms.endpoint", "kms.key" } })
	local all = {
		endpoint_type = "source",
		engine_name = "mysql",
		server_name = "source-db.example.com",
		port = 3306,
		username = "dms",
		password = "pl4nted",
	}
	for key, value in pairs(properties or {}) do
		all[key] = value
	end
	s:add("dms.endpoint", "source", all, options)
	return s
end

local function deployed(s)
	s:apply(s:plan())
	return s:find("dms.endpoint", "source")
end

local function changes(s)
	local plan = s:plan()
	return plan.has_changes and plan:text(true) or ""
end

describe("settings and mappings", function()
	it("complaint 1: what DMS adds, sorts and defaults in task settings is no change", function()
		spec.branch(function()
			local odd = {
				settings = {
					TargetMetadata = { LobMaxSize = 64 },
					Logging = {
						EnableLogging = true,
						LogComponents = {
							{ Id = "TARGET_LOAD", Severity = "LOGGER_SEVERITY_DEFAULT" },
							{ Id = "SOURCE_UNLOAD", Severity = "LOGGER_SEVERITY_DETAILED_DEBUG" },
						},
					},
				},
			}
			apply(orders({}, odd))
			-- DMS answers with every key there is, and adds of its own what nobody can set.
			local m = orders({}, odd)
			local text = live.find(m).tasks.migration.replication_task_settings
			has(text, "ChangeProcessingTuning")
			assert.equal(false, deployment.plan(m).has_changes)
			-- Nor is the other order of the same components.
			local list = odd.settings.Logging.LogComponents
			list[1], list[2] = list[2], list[1]
			assert.equal(false, deployment.plan(orders({}, odd)).has_changes)
			-- Another severity is one, and the only one.
			list[1].Severity = "LOGGER_SEVERITY_DEBUG"
			local plan = deployment.plan(orders({}, odd))
			for _, step in ipairs(plan:with("create", "update", "replace", "delete")) do
				assert.equal("dms.task", step.kind)
			end
			assert.equal(true, plan.has_changes)
		end)
	end)

	it("complaint 20: wrong table mappings are refused offline, with their line", function()
		local document = map.load "../fixtures/documents/wrong.json"
		local found = document:check {}
		assert.equal("error", found[1].severity)
		has(found[1].at.file, "wrong.json")
		assert.equal(15, found[1].at.line)
		-- Ids are given where none stand, and rules that contradict each other are told of.
		local rules = map.rules { map.include "shop.%", map.exclude "shop.%" }
		assert.equal("1", rules.rules[1]["rule-id"])
		assert.equal(true, #rules:check {} > 0)
	end)

	it("complaint 21: large objects that would be cut are told of before they are", function()
		spec.branch(function()
			local ran = spec.run("scripts/migrate.lua", "plan")
			assert.equal(0, ran.code, ran.text)
			has(ran.text, "limited LOB size is 32 KB; production.documents holds LOBs up")
		end)
		local rules = map.rules {
			map.include "production.%",
			map.table("production.documents"):lobs { max_kb = 4096 },
		}
		has(require("json").encode(rules.rules), "4096")
	end)
end)

describe("a stack that is deployed", function()
	it("complaint 7: waits out a fresh dms-vpc-role, and never deletes what is shared", function()
		spec.branch(function()
			local ran = spec.run("scripts/migrate.lua", "deploy", "--yes")
			assert.equal(0, ran.code, ran.text)
			local names = {}
			for _, role in ipairs(aws.pages(aws.iam.list_roles, {})) do
				names[role.role_name] = true
			end
			assert.equal(true, names["dms-vpc-role"])
			-- The refusal itself, in DMS's words, is tried again until the role is seen.
			local refusal = "AccessDeniedFault The IAM Role arn:aws:iam::123456789012:role/"
				.. "dms-vpc-role is not configured properly."
			local change = { "scripts/migrate.lua", "deploy", "--yes", "--allow", "replace" }
			change[#change + 1] = "-c"
			change[#change + 1] = "vpc_cidr=10.9.0.0/16"
			spec.faults.set("dms:CreateReplicationSubnetGroup#1=" .. refusal)
			local again = spec.run(table.unpack(change))
			spec.faults.clear()
			assert.equal(0, again.code, again.text)
			local gone = spec.run("scripts/migrate.lua", "destroy", "--allow", "destroy")
			assert.equal(0, gone.code, gone.text)
			local role = aws.iam.get_role({ role_name = "dms-vpc-role" }).role
			assert.equal("dms-vpc-role", role.role_name)
		end)
	end)

	it("complaint 9: waits on for what an interrupted run has begun", function()
		spec.branch(function()
			spec.faults.set "dms:CreateReplicationInstance#1=kill-after"
			assert.equal(137, spec.run("scripts/migrate.lua", "deploy", "--yes").code)
			spec.faults.clear()
			local again = spec.run("scripts/migrate.lua", "deploy", "--yes")
			assert.equal(0, again.code, again.text)
			local instances = aws.dms.describe_replication_instances().replication_instances
			assert.equal(1, #instances)
			assert.equal("available", instances[1].replication_instance_status)
		end)
	end)
end)

describe("a task", function()
	it("complaint 11: is not started before each of its connections was tested", function()
		spec.branch(function()
			local m = orders()
			apply(m)
			spec.faults.fail(
				"TestConnection",
				{ code = "ResourceNotFoundFault", message = "No way." }
			)
			pcall(connections.test, m, live.find(m))
			spec.faults.clear()
			assert.equal("ready", live.find(m).tasks.migration.status)
			-- A server that nobody knows: the failure is explained, and nothing starts.
			local unknown = { server_name = "nowhere.invalid", username = "dms", password = "x" }
			local lost = orders { target_db_config = unknown }
			apply(lost)
			local found = live.find(lost)
			local problem = failure(connections.test, lost, found)
			has(problem.what, "nowhere.invalid")
			assert.equal(true, #problem.hints > 0)
			assert.equal("ready", live.find(lost).tasks.migration.status)
		end)
	end)

	it("complaint 15: stays as it is when an endpoint is added beside its own", function()
		spec.branch(function()
			apply(orders())
			local m = orders()
			m:stack():add("dms.endpoint", "archive", {
				endpoint_type = "target",
				engine_name = "mysql",
				server_name = "archive-db.example.com",
				port = 3306,
				username = "dms",
				password = "pl4nted",
			})
			local plan = deployment.plan(m)
			local steps = plan:with("create", "update", "replace", "delete")
			assert.equal(1, #steps)
			assert.equal("archive", steps[1].id)
		end)
	end)

	it("complaint 15: is not replaced because an endpoint's ARN is not known yet", function()
		spec.branch(function()
			local m = orders()
			apply(m)
			local found = live.find(m)
			require("migration.connections").test(m, found)
			tasks.start(m, found.tasks.migration)
			local other = { server_name = "other-db.example.com", username = "dms", password = "x" }
			local plan = deployment.plan(orders { source_db_config = other })
			assert.equal(0, #plan:with "replace")
		end)
	end)
end)

describe("an endpoint", function()
	it("complaint 12: is sent what was declared, and nothing else is touched", function()
		spec.branch(function()
			local before = deployed(endpoint("small", { extra_connection_attributes = "a=1" }))
			-- Somebody sets what the script never declared.
			aws.dms.modify_endpoint { endpoint_arn = before.physical, database_name = "shop" }
			assert.equal("", changes(endpoint("small", { extra_connection_attributes = "a=1" })))
			deployed(endpoint("small", { extra_connection_attributes = "a=2" }))
			local raw = aws.dms.describe_endpoints({}).endpoints[1]
			assert.equal("shop", raw.database_name)
			assert.equal("a=2", raw.extra_connection_attributes)
			assert.equal("source-db.example.com", raw.server_name)
			assert.equal(3306, raw.port)
		end)
	end)

	it("complaint 13: has its password noticed by a fingerprint, and never shown", function()
		spec.branch(function()
			deployed(endpoint "small")
			assert.equal("", changes(endpoint "small"))
			local text = changes(endpoint("small", { password = "pl4nted-two" }))
			has(text, "(sensitive)")
			assert.equal(nil, text:find "pl4nted")
		end)
	end)

	it("complaint 13: takes a secret or plain fields, not both", function()
		spec.branch(function()
			local both = endpoint("small", {
				my_sql_settings = {
					secrets_manager_secret_id = "arn:aws:secretsmanager:us-east-1:123456789012:secret:a",
					secrets_manager_access_role_arn = "arn:aws:iam::123456789012:role/a",
				},
			})
			local problem = failure(function()
				both:plan():check()
			end)
			has(problem.what, "secret")
			assert.same({}, aws.dms.describe_endpoints({}).endpoints)
		end)
	end)

	it("complaint 14: is the same by its key's id and ARN, and in lower case", function()
		spec.branch(function()
			local key = aws.kms.create_key({ description = "k" }).key_metadata
			local kinds = { kms_key_id = key.key_id }
			local one = deployed(endpoint("Mixed-Case", kinds))
			assert.equal("mixed-case-source", one.item.raw.endpoint_identifier)
			assert.equal("", changes(endpoint("Mixed-Case", kinds)))
			assert.equal("", changes(endpoint("Mixed-Case", { kms_key_id = key.arn })))
			assert.equal(true, changes(endpoint("Mixed-Case", { port = 3307 })) ~= "")
		end)
	end)
end)

describe("an instance", function()
	local function instance(version)
		return orders { engine_version = version }
	end

	it("complaint 19: is not changed for a version that its own begins with", function()
		spec.branch(function()
			apply(instance "3.5.4")
			assert.equal(false, deployment.plan(instance "3.5").has_changes)
			-- A new default of AWS is no reason to interrupt replication either.
			assert.equal(false, deployment.plan(orders()).has_changes)
		end)
	end)

	it("complaint 19: is refused with a retired version, naming those that are offered", function()
		spec.branch(function()
			local problem = failure(deployment.plan, instance "3.4.0")
			has(problem.what, "3.4.0")
			assert.equal(true, #problem.hints > 0)
		end)
	end)
end)

-- The last one, since its world is made for all of its tests.
describe("a migration that runs", function()
	setup(function()
		local ran = spec.run("scripts/migrate.lua", "--yes")
		assert.equal(0, ran.code, ran.text)
	end)

	it("complaint 1: has an empty plan", function()
		spec.branch(function()
			local ran = spec.run("scripts/migrate.lua", "plan", "--detailed-exitcode")
			assert.equal(0, ran.code, ran.text)
		end)
	end)

	it("complaint 8: goes although interfaces stay behind and tasks are there", function()
		spec.branch(function()
			-- What DMS still uses is refused at first.
			spec.faults.set "ec2:DeleteSubnet#1=DependencyViolation The subnet has dependencies."
			spec.faults.set "dms:DeleteReplicationInstance#1=InvalidResourceStateFault has tasks"
			local gone = spec.run("scripts/migrate.lua", "destroy", "--allow", "destroy")
			spec.faults.clear()
			assert.equal(0, gone.code, gone.text)
			assert.same({}, aws.dms.describe_replication_instances().replication_instances)
			assert.same({}, aws.ec2.describe_network_interfaces().network_interfaces)
		end)
	end)

	it("complaint 24: has alarms on what can be measured and events for what can't", function()
		spec.branch(function()
			local names = {}
			for _, alarm in ipairs(aws.cloudwatch.describe_alarms({}).metric_alarms) do
				names[alarm.alarm_name] = #alarm.alarm_actions
			end
			for _, name in ipairs { "cpu", "free-storage", "migration-source-latency" } do
				assert.equal(1, names["orders-" .. name])
			end
			local events = aws.dms.describe_event_subscriptions({}).event_subscriptions_list
			assert.equal(2, #events)
			-- What became of a task is told with its reason, its tables and the way on.
			local status = spec.run("scripts/migrate.lua", "status")
			assert.equal(0, status.code, status.text)
			has(status.text, "orders-migration")
			has(status.text, "running")
		end)
	end)

	it("complaint 27: reloads tables only when somebody names the loss", function()
		spec.branch(function()
			local before = spec.calls().mutating
			local refused = spec.run("scripts/migrate.lua", "reload", "production.orders", "--yes")
			assert.equal(true, refused.code ~= 0)
			has(refused.text, "production.orders")
			has(refused.text, "emptied")
			has(refused.text, "--allow reload")
			assert.equal(before, spec.calls().mutating)
			local allowed = { "scripts/migrate.lua", "reload", "production.orders" }
			allowed[#allowed + 1] = "--allow"
			allowed[#allowed + 1] = "reload"
			local ran = spec.run(table.unpack(allowed))
			assert.equal(0, ran.code, ran.text)
		end)
	end)
end)
