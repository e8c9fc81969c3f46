local config = require "config"
local fs = require "fs"
local host = require "host"
local trying = require "support.trying"

local failure = trying.failure

--- Runs with values of `-c`.
local function with(given, f)
	host.options.config = given
	local ok, result = pcall(f)
	host.options.config = {}
	if not ok then
		error(result, 0)
	end
	return result
end

local function load()
	return config.load({ dir = "no-such-folder" })
end

describe("config", function()
	it("has defaults", function()
		local c = load()
		assert.equal("dms.t3.medium", c.replication_instance_class)
		assert.equal(100, c.allocated_storage)
		assert.equal("mysql", c.source_db_config.engine_name)
	end)

	it("reads text as the type of its key", function()
		local c = with({
			events = "false",
			allocated_storage = "200",
			vpc_endpoints = "s3, logs",
			["source_db_config.port"] = "3307",
			["tags.Team"] = "data",
		}, load)
		assert.equal(false, c.events)
		assert.equal(200, c.allocated_storage)
		assert.equal("logs", c.vpc_endpoints[2])
		assert.equal(3307, c.source_db_config.port)
		assert.equal("data", c.tags.Team)
	end)

	it("refuses an unknown key and names the nearest", function()
		local problem = failure(with, { alocated_storage = "1" }, load)
		assert.equal("Unknown configuration key", problem.summary)
		assert.equal(true, problem.hints[1][1]:find("allocated_storage", 1, true) ~= nil)
		failure(with, { ["source_db_config.prt"] = "1" }, load)
	end)

	it("refuses a wrong type", function()
		local problem = failure(with, { allocated_storage = "much" }, load)
		assert.equal("Wrong type in the configuration", problem.summary)
		failure(config.from, { zones = "two" })
	end)

	it("never shows a password", function()
		local c = config.from({ source_db_config = { password = "pl4nted" } })
		assert.equal("***", tostring(c.source_db_config.password))
		local problem = failure(config.from, { source_db_config = { password = 5 } })
		assert.equal(nil, problem.what:find("5", 1, true))
	end)

	it("lets migration.json win over cdk.json, and says where a value came from", function()
		local dir = host.state_dir() .. "/config-spec"
		fs.write(
			dir .. "/cdk.json",
			'{"context": {"zones": 3, "allocated_storage": 50, "@aws-cdk/core:x": true}}'
		)
		fs.write(dir .. "/migration.json", '{\n  "allocated_storage": 70\n}')
		local c = config.load({ dir = dir })
		assert.equal(3, c.zones)
		assert.equal(70, c.allocated_storage)
		assert.equal(dir .. "/migration.json:2", c:origin("allocated_storage"))
		assert.equal("the default", c:origin("vpc_cidr"))
	end)

	it("says where an unknown key of a file stands", function()
		local dir = host.state_dir() .. "/config-spec-bad"
		fs.write(
			dir .. "/migration.json",
			'{\n  "zones": 2,\n  "source_db_config": {\n    "prt": 1\n  }\n}'
		)
		local problem = failure(config.load, { dir = dir })
		assert.equal(4, problem.at.line)
	end)
end)
