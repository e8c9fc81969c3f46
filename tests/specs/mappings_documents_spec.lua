--- Documents of table mappings: read from files, renumbered, compared, evaluated, expected.

local dms = require "dms"
local json = require "json"
local map = require "mappings"
local trying = require "support.trying"

local FOLDER = "../fixtures/documents/"

local failure = trying.failure

describe("a document in a file", function()
	it("is read as it is, and mixed with rules of the script", function()
		local document =
			map.rules({ map.load(FOLDER .. "specimen.json"), map.exclude("sales.tmp%") })
		assert.equal(11, #document.rules)
		assert.equal("sel-sales", document.rules[1]["rule-name"])
		assert.equal("61", document.rules[11]["rule-id"])
		assert.equal(0, #map.load(FOLDER .. "bom.json"):check({}))
	end)

	it("tells the line and column of what is wrong", function()
		local function found(document)
			for _, finding in ipairs(document:check({})) do
				if finding.severity == "error" then
					return finding
				end
			end
		end
		local loaded = map.load(FOLDER .. "wrong.json")
		local finding = found(loaded)
		assert.matches("wrong.json", finding.at.file)
		assert.equal(15, finding.at.line)
		assert.equal(7, finding.at.column)
		assert.matches("rename", finding.hint)
		-- Behind other rules it is another rule, and still the same line.
		local mixed = found(map.rules({ map.include("x.%"), loaded, map.include("y.%") }))
		assert.equal("rules[2].rule-action", mixed.path)
		assert.equal(15, mixed.at.line)
		assert.equal(3, loaded:place(1).line)
		assert.equal(10, loaded:place(2).line)
	end)

	it("is refused where it is no JSON, has a key twice, or no rules", function()
		local broken = failure(map.load, FOLDER .. "broken.json")
		assert.equal("Table mappings cannot be read", broken.summary)
		assert.equal(2, broken.at.line)
		assert.matches("broken.json", broken.at.file)
		local twice = failure(map.load, FOLDER .. "twice.json")
		assert.matches('"rules[0].rule-action" is there twice', twice.what)
		assert.equal(7, twice.at.line)
		assert.matches("line 6", twice.hints[1][1])
		local none = failure(map.load, FOLDER .. "no_rules.json")
		assert.matches("no list", none.what)
		assert.matches("rules", none.hints[1][1])
		local absent = failure(function()
			map.load(FOLDER .. "specimn.json")
		end)
		assert.equal("File not found", absent.summary)
		assert.matches("specimen.json", absent.hints[1][1])
		assert.matches("mappings_documents_spec.lua", absent.at.file)
		assert.matches("got nothing", failure(map.load).what)
	end)

	it("may be JSON text in the script", function()
		local document = map.document_of('{"rules":[{"rule-type":"selection","rule-id":"5"}]}')
		assert.equal("5", document.rules[1]["rule-id"])
		assert.matches("no JSON", failure(map.document_of, "{").what:gsub("not JSON", "no JSON"))
	end)

	it("keeps what is not known, beside its rules and in them", function()
		local document =
			map.rules({ { rules = { { ["rule-type"] = "x", new = 1 } }, version = 2 } })
		assert.equal(2, document.version)
		assert.equal(1, document.rules[1].new)
	end)
end)

describe("ids", function()
	--- `id:name` of each rule, in the order of the document.
	local function text(document)
		local parts = {}
		for index, rule in ipairs(document.rules) do
			parts[index] = rule["rule-id"] .. ":" .. rule["rule-name"]
		end
		return table.concat(parts, " ")
	end
	local function live(...)
		local rules = {}
		for index, pair in ipairs({ ... }) do
			rules[index] = { ["rule-id"] = pair[1], ["rule-name"] = pair[2] }
		end
		return { rules = rules }
	end

	it("of a live document are taken over by name", function()
		local document = map.rules({ map.include("a.%"), map.exclude("a.x"), map.include("b.%") })
		assert.equal("1:include-a 2:exclude-a-x 3:include-b", text(document))
		local adopted = document:adopt_ids(
			live({ "542485267", "include-a" }, { "542485300", "exclude-a-x" }, { "9", "other" })
		)
		assert.equal("542485267:include-a 542485300:exclude-a-x 542485301:include-b", text(adopted))
		assert.equal("1:include-a 2:exclude-a-x 3:include-b", text(document))
		assert.equal(document:place(2).line, adopted:place(2).line)
	end)

	it("leave room for the rules that came between", function()
		local document = map.rules({ map.include("a.%"), map.include("new.%"), map.include("b.%") })
		assert.equal(
			"10:include-a 11:include-new 20:include-b",
			text(document:adopt_ids(live({ 10, "include-a" }, { 20, "include-b" })))
		)
		-- No number lies between 1 and 2: one of both keeps its own.
		assert.equal(
			"1:include-a 2:include-new 3:include-b",
			text(document:adopt_ids(live({ "1", "include-a" }, { "2", "include-b" })))
		)
	end)

	it("are never taken over against the order of the script", function()
		local document = map.rules({ map.include("a.%"), map.include("b.%"), map.include("c.%") })
		local adopted =
			document:adopt_ids(live({ 30, "include-a" }, { 10, "include-b" }, { 20, "include-c" }))
		assert.equal("1:include-a 10:include-b 20:include-c", text(adopted):gsub("^9:", "1:"))
		for index = 2, 3 do
			local before = tonumber(adopted.rules[index - 1]["rule-id"])
			assert.truthy(before < tonumber(adopted.rules[index]["rule-id"]))
		end
		assert.truthy(document:equals(adopted))
	end)

	it("that the script chose stay", function()
		local document =
			map.rules({ map.include("a.%"), map.include("b.%"):id(50), map.include("c.%") })
		assert.equal("1:include-a 50:include-b 51:include-c", text(document))
		assert.equal(
			"7:include-a 50:include-b 60:include-c",
			text(
				document:adopt_ids(
					live({ 7, "include-a" }, { 8, "include-b" }, { 60, "include-c" })
				)
			)
		)
		assert.equal(
			"1:include-a 50:include-b 51:include-c",
			text(document:adopt_ids(live({ 77, "include-a" }, { 20, "include-c" })))
		)
	end)

	it("are taken over by plain documents and from text, which is how a task is changed", function()
		local plain = json.decode(map.rules({ map.include("a.%") }):json())
		local adopted = map.adopt_ids(plain, '{"rules":[{"rule-id":"8","rule-name":"include-a"}]}')
		assert.equal("8", adopted.rules[1]["rule-id"])
		assert.equal("1", plain.rules[1]["rule-id"])
		local odd = { rules = { { ["rule-id"] = "x" } } }
		assert.equal(odd, map.adopt_ids(odd, plain))
	end)

	it("stay where names are there twice, in the live document or here", function()
		local document = map.rules({ map.include("a.%"), map.include("a.%") })
		assert.equal("1:include-a 2:include-a-2", text(document))
		local adopted = document:adopt_ids(live({ 5, "include-a" }, { 6, "include-a" }))
		assert.equal("1:include-a 2:include-a-2", text(adopted))
	end)

	it("keep their order for any live document", function()
		local seed = 7
		local function chance(most)
			seed = (seed * 1103515245 + 12345) % 2147483648
			return seed // 65536 % most + 1
		end
		for _ = 1, 200 do
			local list, rules, taken = {}, {}, {}
			for index = 1, chance(9) do
				local rule = map.include(("s%d.%%"):format(index))
				list[index] = chance(6) == 1 and rule:id(100 * index) or rule
			end
			for index = 1, 9 do
				local id = chance(40)
				if not taken[id] and chance(3) > 1 then
					taken[id] = true
					rules[#rules + 1] = { tostring(id), ("include-s%d"):format(index) }
				end
			end
			local document = map.rules(list)
			local adopted, last = document:adopt_ids(live(table.unpack(rules))), 0
			for index, rule in ipairs(adopted.rules) do
				local id = math.tointeger(tonumber(rule["rule-id"]))
				assert.truthy(id > last, text(document) .. " became " .. text(adopted))
				last = id
				if tonumber(document.rules[index]["rule-id"]) % 100 == 0 then
					assert.equal(document.rules[index]["rule-id"], rule["rule-id"])
				end
			end
		end
	end)
end)

describe("two documents are the same", function()
	local function both(a, b)
		return map.rules(a):equals(map.rules(b))
	end

	it("under other ids and names, as long as the same rule wins", function()
		local rules =
			{ map.include("a.%"), map.schema("a"):rename("x"), map.table("a.t"):rename("y") }
		local others = {
			map.include("a.%"):id(70):named("take"),
			map.table("a.t"):rename("y"):id(80),
			map.schema("a"):rename("x"):id(90),
		}
		assert.truthy(both(rules, others))
		assert.equal(0, #map.rules(rules):diff(map.rules(others)))
	end)

	it("but not where another rule wins, or says something else", function()
		local broad, exact = map.table("a.%"):prefix("p_"), map.table("a.t"):rename("y")
		assert.falsy(
			both({ map.include("a.%"), broad, exact }, { map.include("a.%"), exact, broad })
		)
		assert.falsy(both({ map.include("a.%") }, { map.include("b.%") }))
		local changes = map.rules({ map.include("a.%"), broad })
			:diff(map.rules({ map.include("a.%") }))
		assert.equal(1, #changes)
		assert.matches("add-prefix", changes[1].text)
	end)
end)

describe("what rules make of a catalogue", function()
	local rules = map.rules({
		map.include("production.%"),
		map.exclude("production.temp_%"),
		map.schema("production"):rename("app"),
		map.column("production.orders.email"):mask_hash(),
		map.include("nowhere.%"),
	})

	it("is told table by table", function()
		local seen = rules:evaluate(map.catalogue({ file = FOLDER .. "catalogue.json" }))
		assert.equal(4, #seen)
		local orders = seen:table("production.orders")
		assert.equal("app", orders.target_schema)
		assert.equal("orders", orders.target_table)
		assert.equal("data-masking-hash-mask", orders.columns[2].masked_by)
		assert.equal(orders.target_schema, seen:table("production", "orders").target_schema)
		assert.equal(2, seen:table("production.temp_1").excluded_by)
		assert.equal(false, seen:table("production.v").selected)
		assert.equal(nil, seen:table("production.absent"))
	end)

	it("is told as a walk, of all tables or of some", function()
		local seen = rules:evaluate(map.catalogue(FOLDER .. "catalogue.json"))
		local function names(which)
			local list = {}
			for item in seen:tables(which) do
				list[#list + 1] = item.source_table
			end
			return table.concat(list, " ")
		end
		assert.equal("orders temp_1 v x", names())
		assert.equal("orders", names("selected"))
		assert.equal("temp_1", names("excluded"))
		assert.equal("temp_1 v x", names("left_out"))
		local _, problem = pcall(seen.tables, seen, "exclude")
		assert.matches('mean "excluded"', tostring(problem))
	end)

	it("is told by rule, and in numbers", function()
		local seen = rules:evaluate(map.catalogue({ file = FOLDER .. "catalogue.json" }))
		assert.equal(5, #seen:rules())
		assert.equal(1, #seen:unmatched())
		assert.equal(5, seen:unmatched()[1].rule_id)
		local count = seen:count()
		assert.same({ tables = 4, selected = 1, excluded_by = { [2] = 1 } }, count)
		assert.truthy(#seen:findings() > 0)
		local _, problem = pcall(function()
			return seen.ruels
		end)
		assert.matches('mean "rules"', tostring(problem))
	end)

	it("comes to Lua as it is asked for, however many tables there are", function()
		local tables = {}
		for index = 1, 20000 do
			tables[index] = { schema = "s" .. index % 50, table = "t" .. index }
		end
		local source = map.catalogue({ tables = tables })
		tables = nil
		collectgarbage()
		local before = collectgarbage("count")
		local seen = map.rules({ map.include("%.%"), map.exclude("s7.%") }):evaluate(source)
		assert.equal(19600, seen:count().selected)
		local first = seen:tables("excluded")()
		assert.equal("s7", first.source_schema)
		collectgarbage()
		-- A table of Lua takes 500 bytes and more; 20,000 of them would be 10 MB.
		assert.truthy(collectgarbage("count") - before < 2000)
		local walked = 0
		for _ in seen:tables() do
			walked = walked + 1
		end
		assert.equal(20000, walked)
	end)

	it("may come from CSV of information_schema, from text and from tables", function()
		local csv = map.catalogue({ file = FOLDER .. "columns.csv" })
		assert.equal(2, #csv)
		assert.equal("id", csv:table("production.orders").columns[1].name)
		assert.same({ "production" }, csv:schemas())
		assert.equal(1, #map.catalogue({ text = '{"tables":[{"schema":"a","table":"b"}]}' }))
		local again = map.catalogue({ text = csv:json() })
		assert.equal(2, #again)
		local names = {}
		for item in again:tables() do
			names[#names + 1] = item.table
		end
		assert.same({ "orders", "users" }, names)
	end)

	it("says what is wrong with a catalogue", function()
		local problem = failure(map.catalogue.read, "a,b\n1,2\n", "cells.csv")
		assert.equal("Catalogue cannot be read", problem.summary)
		assert.matches("cells.csv", problem.at.file)
		assert.matches("file, task, server, text or tables", failure(map.catalogue, {}).what)
		assert.matches("got nothing", failure(rules.evaluate, rules).what)
	end)
end)

describe("expectations", function()
	local rules = map.rules({
		map.include("production.%"),
		map.exclude("production.temp_%"),
		map.schema("production"):rename("app"),
		map.table("production.orders"):prefix("x_"),
		map.table("production.orders"):rename("lost"),
		map.column("production.users.email"):mask_hash(),
		map.table("production.users"):remove_columns("password"),
		map.column("production.users.name"):rename("full_name"),
	})

	it("hold for what the rules say", function()
		expect(rules)
			:maps("production.users", "app.users")
			:maps("production.orders", "app.x_orders")
			:excludes("production.temp_x")
			:excludes("other.x")
			:masks("production.users.email")
			:drops_column("production.users.password")
			:maps_column("production.users.name", "full_name")
		expect(rules):maps(
			"production.users",
			"app.users",
			{ tables = { { schema = "production", table = "users" } } }
		)
	end)

	--- What an expectation that does not hold says.
	local function told(method, ...)
		local args = table.pack(...)
		local problem = failure(function()
			local expectation = expect(rules)
			expectation[method](expectation, table.unpack(args, 1, args.n))
		end)
		return problem.what
	end

	it("say which rule decided, and where it is written", function()
		local text = told("maps", "production.temp_x", "app.temp_x")
		assert.matches("left out by rule 2", text)
		assert.matches("mappings_documents_spec.lua:", text)
		text = told("maps", "production.orders", "app.lost")
		assert.matches("it arrives as app.x_orders", text)
		assert.matches("loses against rule 4", text)
		assert.matches("no include or explicit rule matches it", told("maps", "other.x", "app.x"))
		text = told("excludes", "production.users")
		assert.matches("arrives as app.users, taken by rule 1", text)
		assert.matches("arrives as it is", told("masks", "production.users.name"))
		assert.matches("left out", told("masks", "production.users.password"))
		assert.matches("arrives as email", told("drops_column", "production.users.email"))
		assert.matches("arrives as full_name", told("maps_column", "production.users.name", "n"))
	end)

	it("know what the catalogue lacks, and names that are none", function()
		local catalogue = { tables = { { schema = "production", table = "users" } } }
		assert.matches(
			"has no table production.orders",
			told("excludes", "production.orders", catalogue)
		)
		assert.matches('written as "schema.table", got users', told("maps", "users", "app.users"))
		assert.matches('written as "schema.table.column"', told("masks", "production.users"))
	end)
end)

describe("a script made of a document", function()
	--- Expects that the script of a document, run as Lua, gives an equal document.
	local function round_trip(document)
		local script = dms.mappings.to_lua(document)
		local made = assert(load(script, "=to_lua"))()
		assert.truthy(made, "the script gives no document:\n" .. script)
		assert.truthy(map.document_of(made):equals(document), script)
		assert.equal(#document.rules, #map.document_of(made).rules)
	end

	it("builds the document of a file", function()
		for _, file in ipairs({ "specimen.json", "bom.json" }) do
			round_trip(map.load(FOLDER .. file))
		end
	end)

	it("builds what builders built", function()
		local orders, email = "production.orders", "production.users.email"
		for _, list in ipairs({
			{ map.everything("mysql") },
			{
				map.include({ schema = "a.b", table = "c.d" }),
				map.include("a.%"):tables_and_views(),
				map.views("a.v%"),
				map.explicit("x.y"):order(2147483647),
				map.exclude('a.it\'s "quoted" \\ %'),
			},
			{
				map.include(orders)
					:where("a", "not between", 1, 2)
					:where("b", "is not null")
					:where("c", "not in", { "x", 1.5 })
					:where("d", { "<=", -1 }, { "is null" }),
			},
			{
				map.include("a.%"),
				map.schema("a"):replace_prefix("x", ""):suffix("_s"),
				map.table("a.b")
					:uppercase()
					:remove_prefix("p")
					:unique_index({ "i", "j", name = "u" }),
				map.tablespace("T%", "a.b"):lowercase(),
				map.index_tablespace("I"):rename("J"),
			},
			{
				map.include(orders),
				map.column(email):mask_digits("*"),
				map.column(email):mask_random(),
				map.column(email):type({ type = "numeric", precision = 9, scale = 0 }):mask_hash(),
				map.table(orders):keep_columns({ "a", "b%" }):rename_columns({ a = "b" }),
				map.table(orders):before_images({ suffix = "_x", columns = "all" }),
				map.table(orders):add_column("n", "datetime(6)", "$AR_H_TIMESTAMP"),
			},
			{
				map.include("a.%"),
				map.table("a.b"):parallel_load({ partitions = { "p" }, subpartitions = "s" }),
				map.table("a.c"):parallel_load("subpartitions"):lobs("unlimited"),
				map.table("a.d")
					:parallel_load({ number_of_partitions = 4, batch_size = 1 })
					:lobs("task"),
				map.table("a.e")
					:parallel_load({ columns = { "x", "y" }, ranges = { { "a", 1 }, { "b", 2 } } }),
				map.table("a.f"):lobs({ mode = "unlimited", max_kb = 3 }):parallel_load("none"),
			},
			{
				map.include("a.%"),
				map.record({}, { partition_key_type = "constant", partition_key = "k" }),
				map.document("a.b", {
					table = "t",
					sort_key_name = "s",
					exclude_columns = "x",
					attributes = {
						"id",
						{ name = "m", type = "document", sub_type = "json", value = "${a}" },
					},
				}),
				map.record("a.c", { topic = "t" }),
				map.tag("%.%", { ["end"] = "1", ["a b"] = "${schema-name}" }),
			},
			{
				map.include("a.%"):id(500):with({ future = { 1, 2 } }),
				map.table("a.b"):rename("late"):id(30),
				map.table("a.%"):rename("early"):id(20),
			},
		}) do
			round_trip(map.rules(list))
		end
	end)
end)
