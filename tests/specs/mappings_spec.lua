local map = require "mappings"
local trying = require "support.trying"

--- The error that a function raises.

local failure = trying.failure

describe("mappings", function()
	it("gives ids and names in the order of the script", function()
		local rules = map.rules({
			map.include("production.%"),
			map.exclude("production.temp_%"),
			map.schema("production"):prefix("migrated_"),
		}).rules
		assert.equal(3, #rules)
		assert.equal("1", rules[1]["rule-id"])
		assert.equal("include-production", rules[1]["rule-name"])
		assert.equal("exclude", rules[2]["rule-action"])
		assert.equal("temp_%", rules[2]["object-locator"]["table-name"])
		assert.equal("add-prefix", rules[3]["rule-action"])
		assert.equal("schema", rules[3]["rule-target"])
		assert.equal("migrated_", rules[3].value)
	end)

	it("keeps given ids, and numbers what follows above them", function()
		local rules = map.rules({
			map.include("a.%"),
			{
				["rule-type"] = "selection",
				["rule-id"] = "10",
				["rule-action"] = "include",
				["object-locator"] = { ["schema-name"] = "b", ["table-name"] = "%" },
			},
			map.include("c.%"),
			map.include("c.%"),
		}).rules
		assert.equal("1", rules[1]["rule-id"])
		assert.equal("10", rules[2]["rule-id"])
		assert.equal("11", rules[3]["rule-id"])
		assert.equal("include-c", rules[3]["rule-name"])
		assert.equal("include-c-2", rules[4]["rule-name"])
	end)

	it("makes one rule of the settings of a table", function()
		local rules = map.rules({
			map.table("production.orders")
				:parallel_load({ columns = { "id" }, ranges = { 1000, 2000 } })
				:lobs({ max_kb = 256 }),
		}).rules
		assert.equal(1, #rules)
		assert.equal("table-settings", rules[1]["rule-type"])
		assert.equal("2000", rules[1]["parallel-load"].boundaries[2][1])
		assert.equal("256", rules[1]["lob-settings"]["bulk-max-size"])
	end)

	it("puts a type before the mask of its column", function()
		local rules = map.rules({
			map.column("s.t.c"):mask_hash():type({ type = "string", length = 64 }),
		}).rules
		assert.equal("change-data-type", rules[1]["rule-action"])
		assert.equal("data-masking-hash-mask", rules[2]["rule-action"])
	end)

	it("writes filters with readable operators", function()
		local rule = map.rules({
			map.include("hr.emp")
				:where("dept", "=", "tech")
				:where("id", { "<=", 10 }, { "between", 50, 75 }),
		}).rules[1]
		assert.equal("eq", rule.filters[1]["filter-conditions"][1]["filter-operator"])
		assert.equal("lte", rule.filters[2]["filter-conditions"][1]["filter-operator"])
		assert.equal("75", rule.filters[2]["filter-conditions"][2]["end-value"])
	end)

	it("says what is wrong at the line of the script", function()
		local problem = failure(function()
			map.include "production"
		end)
		assert.equal("Table mapping cannot be built", problem.summary)
		assert.equal(true, problem.at.file:find("mappings_spec.lua", 1, true) ~= nil)
		local strict = failure(function()
			return map.include("a.b"):where("x", "<", 3)
		end)
		assert.equal('map.include:where: DMS has no strict comparison "<"', strict.what)
		failure(map.rules, { map.table("a.b") })
		failure(map.rules, { 5 })
	end)

	it("remembers where each rule was written", function()
		local document = map.rules({
			map.include("a.%"),
			map.include("b.%"),
		})
		assert.equal(1, document:place(2).line - document:place(1).line)
	end)

	it("leaves out the schemas of the server itself", function()
		local names = {}
		for _, rule in ipairs(map.rules({ map.everything("mysql") }).rules) do
			names[rule["object-locator"]["schema-name"]] = rule["rule-action"]
		end
		assert.equal("include", names["%"])
		assert.equal("exclude", names.performance_schema)
	end)

	it("is a document that DMS takes", function()
		local document = map.rules({ map.include("production.%") })
		assert.equal(
			'{"rules":[{"object-locator":{"schema-name":"production","table-name":"%"},'
				.. '"rule-action":"include","rule-id":"1","rule-name":"include-production",'
				.. '"rule-type":"selection"}]}',
			document:json()
		)
		assert.equal(0, #document:check({ source_engine = "mysql", target_engine = "mysql" }))
	end)
end)
