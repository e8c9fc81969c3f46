--- Catalogues that come from AWS: the schemas of an endpoint, the tables of a task.

local aws = require "aws"
local host = require "host"
local json = require "json"
local map = require "mappings"
local migration = require "migration"
local time = require "time"

--- A migration on the local AWS, deployed.
local function deployed(mappings)
	local m = migration.new({
		name = "orders",
		cdc = false,
		config = {
			source_db_config = {
				server_name = "source-db.example.com",
				username = "dms_user",
				password = "change-me",
			},
			target_db_config = {
				server_name = "target-db.example.com",
				username = "dms_user",
				password = "change-me",
			},
		},
		mappings = mappings,
	})
	local s = m:stack()
	s:apply(s:plan())
	local task = aws.dms.describe_replication_tasks({}).replication_tasks[1]
	return m, task
end

describe("a catalogue", function()
	it("comes from a task that has run, and schemas from an endpoint", function()
		local _, task = deployed(map.rules({ map.include("production.%") }))
		local endpoint = task.source_endpoint_arn
		local ok, problem = pcall(map.catalogue.schemas, endpoint)
		assert.equal(false, ok)
		assert.matches("instance_arn", problem.hints[1][1])
		local names = map.catalogue.schemas(endpoint, task.replication_instance_arn)
		assert.matches("production", table.concat(names, " "))
		assert.equal(#names, #map.catalogue.schemas(endpoint))

		for _, arn in ipairs({ endpoint, task.target_endpoint_arn }) do
			aws.dms.test_connection({
				endpoint_arn = arn,
				replication_instance_arn = task.replication_instance_arn,
			})
		end
		time.sleep(300)
		aws.dms.start_replication_task({
			replication_task_arn = task.replication_task_arn,
			start_replication_task_type = "start-replication",
		})
		time.sleep(3600)
		local seen = map.catalogue({ task = task.replication_task_arn })
		assert.truthy(#seen > 10)
		assert.truthy(seen:table("production.orders").rows > 0)
		local left = map.rules({ map.include("production.%"), map.exclude("production.temp_%") })
		assert.truthy(left:evaluate(seen):count().excluded_by[2] > 0)
	end)

	it("of the rehearsal is that of the server's name", function()
		if host.local_catalogue then
			assert.truthy(#map.catalogue({ server = "source-db.example.com" }) > 20)
		end
		local ok, problem = pcall(map.catalogue, { server = "nowhere.example.com" })
		assert.equal(false, ok)
		assert.matches("no server", problem.what)
	end)
end)

describe("a task that is changed", function()
	--- `id name` of the rules that the task has.
	local function live()
		local task = aws.dms.describe_replication_tasks({}).replication_tasks[1]
		local list = {}
		for index, rule in ipairs(json.decode(task.table_mappings).rules) do
			list[index] = rule["rule-id"] .. " " .. rule["rule-name"]
		end
		return list
	end

	it("keeps the ids of its rules, and their order", function()
		local rules =
			{ map.include("production.%"):id(1000), map.schema("production"):rename("app") }
		deployed(map.rules(rules))
		assert.same({ "1000 include-production", "1001 rename-production" }, live())
		rules = {
			map.include("production.%"),
			map.table("production.orders"):rename("purchases"),
			map.schema("production"):rename("app"),
		}
		local m = deployed(map.rules(rules))
		assert.same({
			"1000 include-production",
			"1001 rename-production-orders",
			"1002 rename-production",
		}, live())
		assert.equal(false, m:stack():plan().has_changes)
	end)
end)
