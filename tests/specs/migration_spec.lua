local aws = require "aws"
local catchup = require "migration.catchup"
local causes = require "migration.causes"
local config = require "config"
local connections = require "migration.connections"
local deployment = require "migration.deployment"
local engine_version = require "migration.engine_version"
local live = require "migration.live"
local load = require "migration.load"
local map = require "mappings"
local migration = require "migration"
local progress = require "migration.progress"
local report = require "report"
local tables = require "migration.tables"
local tasks = require "migration.tasks"
local trying = require "support.trying"

local failure = trying.failure

local function configuration(more)
	local values = {
		source_db_config = {
			server_name = "source-db.example.com",
			username = "dms",
			password = "pl4nted",
		},
		target_db_config = {
			server_name = "target-db.example.com",
			username = "dms",
			password = "pl4nted",
		},
	}
	for key, value in pairs(more or {}) do
		values[key] = value
	end
	return config.from(values)
end

local function orders(more)
	local options = {
		name = "orders",
		config = configuration(),
		mappings = map.rules({ map.include("production.%"), map.exclude("production.temp_%") }),
	}
	for key, value in pairs(more or {}) do
		options[key] = value
	end
	return migration.new(options)
end

describe("a migration", function()
	it("has two tasks, the second for changes only", function()
		local m = orders()
		assert.equal("full-load-and-cdc", m.tasks[1].migration_type)
		assert.equal("cdc", m.tasks[2].migration_type)
		assert.equal(true, m:share_tables())
		assert.equal(1, #orders({ cdc = false }).tasks)
	end)

	it("takes the source's database where no mappings are given", function()
		local values = configuration()
		values.source_db_config.database_name = "shop"
		local m = migration.new({ name = "orders", config = values })
		assert.equal("shop", m.tasks[1].mappings.rules[1]["object-locator"]["schema-name"])
	end)

	it("refuses an unknown option and names the nearest", function()
		local problem = failure(orders, { mapings = {} })
		assert.equal("Migration cannot be built", problem.summary)
		assert.equal(true, problem.hints[1][1]:find("mappings", 1, true) ~= nil)
	end)

	it("refuses a name that AWS would refuse", function()
		failure(orders, { name = "or--ders" })
		failure(migration.new, {})
	end)

	it("refuses an unknown engine and names the nearest", function()
		local values = configuration()
		values.source_db_config.engine_name = "oracel"
		local problem = failure(orders, { config = values })
		assert.equal(true, problem.hints[1][1]:find("oracle", 1, true) ~= nil)
	end)

	it("wants what the engine needs", function()
		local values = config.from({ source_db_config = { server_name = "a" } })
		assert.equal("Configuration cannot be used", failure(orders, { config = values }).summary)
	end)

	it("refuses a mode of TLS that the engine does not have", function()
		local values = configuration()
		values.target_db_config.ssl_mode = "require"
		assert.equal(
			true,
			failure(orders, { config = values }).what:find("require", 1, true) ~= nil
		)
	end)
end)

describe("a task", function()
	it("has run when it has a start, or is stopped", function()
		assert.equal(false, tasks.has_run({ status = "ready", replication_task_stats = {} }))
		assert.equal(true, tasks.has_run({ status = "stopped" }))
	end)

	it("that stopped after its full load is no failure", function()
		local task = { status = "stopped", stop_reason = "Stop Reason FULL_LOAD_ONLY_FINISHED" }
		assert.equal(true, tasks.is_finished(task))
		assert.equal(false, tasks.is_failed(task))
	end)

	it("that stopped for an error is one", function()
		local reason = "Last Error x Stop Reason FATAL_ERROR Error Level FATAL"
		assert.equal(true, tasks.is_failed({ status = "stopped", stop_reason = reason }))
		assert.equal(true, tasks.is_failed({ status = "failed" }))
	end)

	it("is called by the end of its ARN in metrics and logs", function()
		local task = { replication_task_arn = "arn:aws:dms:us-east-1:1:task:ABC" }
		assert.equal("ABC", tasks.resource_id(task))
	end)
end)

describe("the load", function()
	local function statistics(state)
		return { { schema_name = "p", table_name = "a", table_state = state, full_load_rows = 3 } }
	end

	it("is complete when no table is open", function()
		local task = { status = "running", migration_type = "full-load-and-cdc" }
		assert.equal(false, load.is_complete(task, tables.summary({})))
		assert.equal(false, load.is_complete(task, tables.summary(statistics("Full load"))))
		assert.equal(true, load.is_complete(task, tables.summary(statistics("Table completed"))))
	end)

	it("counts what did not arrive", function()
		local sum = tables.summary(statistics("Table error"))
		assert.equal(1, sum.bad)
		assert.equal(0, sum.done)
	end)
end)

describe("catching up", function()
	local function points(...)
		local list = {}
		for index, lag in ipairs({ ... }) do
			list[index] = { at = index * 60, lag = lag }
		end
		return list
	end

	it("is judged by how long the newest points are low", function()
		assert.equal(nil, catchup.steady_for({}, 60))
		assert.equal(nil, catchup.steady_for(points(3, 90), 60))
		assert.equal(0, catchup.steady_for(points(90, 3), 60))
		assert.equal(120, catchup.steady_for(points(90, 3, 2, 1), 60))
	end)
end)

describe("the engine version", function()
	it("is the default, or else the newest that is supported", function()
		local offered = {
			{ version = "3.5.4" },
			{ version = "3.5.10" },
			{ version = "3.6.0", lifecycle = "DEPRECATED" },
		}
		assert.equal("3.5.10", engine_version.choose(offered))
		offered[1].lifecycle = "DEFAULT_VERSION"
		assert.equal("3.5.4", engine_version.choose(offered))
	end)
end)

describe("likely causes", function()
	it("are told from the text of the failure", function()
		assert.equal(
			true,
			causes.of_connection("Unknown MySQL server host 'x'").why:find("name", 1, true) ~= nil
		)
		assert.equal(
			true,
			causes.of_connection("Access denied for user").why:find("password", 1, true) ~= nil
		)
		assert.equal(nil, causes.of_connection("something else"))
		assert.equal(
			true,
			causes.of_task("no tables were found").why:find("mappings", 1, true) ~= nil
		)
	end)
end)

describe("reports", function()
	it("write numbers for people", function()
		assert.equal("61,204,118", report.count(61204118))
		assert.equal("88k rows/s", report.rate(88123))
		assert.equal("9m 40s", report.duration(580))
		assert.equal("1 table", report.plural(1, "table"))
		assert.equal("a, b and c", report.list({ "a", "b", "c" }))
	end)
end)

describe("the stack of a migration", function()
	it("is planned without a change, with the original's parts", function()
		local m = orders()
		local plan = m:stack():plan()
		local count = {}
		for _, step in ipairs(plan.steps) do
			assert.equal("create", step.action)
			count[step.kind] = (count[step.kind] or 0) + 1
		end
		assert.equal(6, count["ec2.subnet"])
		assert.equal(6, count["ec2.route_table"])
		assert.equal(1, count["dms.replication_instance"])
		assert.equal(2, count["dms.endpoint"])
		assert.equal(2, count["dms.task"])
		assert.equal(2, count["iam.shared_role"])
	end)

	it("takes an existing network as it is", function()
		local m = orders({
			config = configuration({
				vpc_id = "vpc-0123456789abcdef0",
				subnet_ids = { "subnet-0123456789abcdef0", "subnet-0123456789abcdef1" },
			}),
		})
		for _, step in ipairs(m:stack():plan().steps) do
			assert.equal(false, step.kind == "ec2.vpc" or step.kind == "ec2.subnet")
		end
	end)

	it("refuses a range with too few subnets where it was written", function()
		local m = orders({ config = configuration({ vpc_cidr = "10.0.0.0/27" }) })
		local problem = failure(m.stack, m)
		assert.equal("Network does not work out", problem.summary)
		assert.equal(true, problem.what:find("10.0.0.0/27", 1, true) ~= nil)
	end)
end)

describe("the main job", function()
	it("builds, connects, loads and catches up, and does nothing the second time", function()
		local m = orders()
		deployment.deploy(m)
		local found = live.require(m, { "instance", "source", "target" })
		connections.test(m, found)
		local task = progress.ensure_running(m, found, live.task(m, found, "migration"))
		local result = progress.follow(m, found, task)
		assert.equal(21, result.summary.done)
		assert.equal(0, result.summary.bad)
		assert.equal(true, result.lag <= 60)
		assert.equal("ready", live.find(m).tasks.cdc.status)

		local again = orders()
		assert.equal(false, deployment.deploy(again).has_changes)
		local tested = connections.test(again, live.find(again))
		assert.equal("successful", tested[1].status)
	end)

	it("stops and goes on from where it was", function()
		local m = orders()
		local task, changed = tasks.stop(m, live.task(m, live.find(m), "migration"))
		assert.equal(true, changed)
		assert.equal("stopped", task.status)
		local started, what = tasks.start(m, task)
		assert.equal("running", started.status)
		assert.equal("resumed", what)
	end)

	it("waits for an instance that somebody modifies before it tests a connection", function()
		local m = orders()
		aws.dms.modify_replication_instance({
			replication_instance_arn = live.find(m).instance.replication_instance_arn,
			replication_instance_class = "dms.t3.large",
			apply_immediately = true,
		})
		local found = live.require(m, { "instance", "source", "target" })
		assert.equal("modifying", found.instance.replication_instance_status)
		local tested = connections.test(m, found, { force = true })
		assert.equal("successful", tested[1].status)
		assert.equal("available", found.instance.replication_instance_status)
		deployment.deploy(orders())
	end)

	it("notices a host that changed, though the password is in Secrets Manager", function()
		local values = configuration()
		values.source_db_config.server_name = "other.example.com"
		local changed = {}
		for _, step in ipairs(orders({ config = values }):stack():plan().steps) do
			changed[#changed + 1] = step.resource
		end
		assert.same({ "secretsmanager.secret/source-database" }, changed)
	end)

	it("keeps no password in the endpoints", function()
		for _, endpoint in ipairs(aws.dms.describe_endpoints({}).endpoints) do
			assert.equal(nil, endpoint.username)
		end
	end)

	it("goes without a trace but the shared roles", function()
		local host = require("host")
		host.options.allow = { "destroy" }
		local proof = deployment.destroy(orders())
		host.options.allow = {}
		assert.equal(0, #proof.left)
		assert.equal(2, #proof.shared)
	end)
end)
