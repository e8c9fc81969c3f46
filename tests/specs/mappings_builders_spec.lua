--- Each builder and the exact rules that it makes, in the order of DMS's documentation.

local json = require "json"
local map = require "mappings"

--- The rules without ids and names, as text.
local function rules_of(...)
	local found = map.rules({ ... }).rules
	for _, rule in ipairs(found) do
		rule["rule-id"], rule["rule-name"] = nil, nil
	end
	return found
end

--- Compares what builders make with JSON, whatever the order of its keys.
local function makes(expected, ...)
	assert.same(json.decode("[" .. expected .. "]"), rules_of(...))
end

describe("selection", function()
	it("includes, excludes and names explicitly", function()
		makes(
			[[{"rule-type":"selection","rule-action":"include",
			   "object-locator":{"schema-name":"Test","table-name":"%"}},
			  {"rule-type":"selection","rule-action":"exclude",
			   "object-locator":{"schema-name":"Test","table-name":"DMS%"}},
			  {"rule-type":"selection","rule-action":"explicit",
			   "object-locator":{"schema-name":"NewCust","table-name":"Customer"}}]],
			map.include("Test.%"),
			map.exclude("Test.DMS%"),
			map.explicit("NewCust.Customer")
		)
	end)

	it("takes views, or tables and views", function()
		makes(
			[[{"rule-type":"selection","rule-action":"include",
			   "object-locator":{"schema-name":"Test","table-name":"view_DMS%","table-type":"view"}},
			  {"rule-type":"selection","rule-action":"include",
			   "object-locator":{"schema-name":"Test","table-name":"a","table-type":"view"}},
			  {"rule-type":"selection","rule-action":"include",
			   "object-locator":{"schema-name":"Test","table-name":"b","table-type":"all"}}]],
			map.views("Test.view_DMS%"),
			map.include("Test.a"):views(),
			map.include("Test.b"):tables_and_views()
		)
	end)

	it("orders the load", function()
		makes(
			[[{"rule-type":"selection","rule-action":"include","load-order":"2",
			   "object-locator":{"schema-name":"Test","table-name":"loadfirst"}}]],
			map.include("Test.loadfirst"):order(2)
		)
	end)

	it("takes names that hold dots as tables", function()
		makes(
			[[{"rule-type":"selection","rule-action":"include",
			   "object-locator":{"schema-name":"a.b","table-name":"c.d"}}]],
			map.include({ schema = "a.b", table = "c.d" })
		)
	end)

	it("leaves out what belongs to the server", function()
		makes(
			[[{"rule-type":"selection","rule-action":"include",
			   "object-locator":{"schema-name":"%","table-name":"%"}},
			  {"rule-type":"selection","rule-action":"exclude",
			   "object-locator":{"schema-name":"INFORMATION_SCHEMA","table-name":"%"}},
			  {"rule-type":"selection","rule-action":"exclude",
			   "object-locator":{"schema-name":"sys","table-name":"%"}}]],
			map.everything("azuredb")
		)
	end)
end)

describe("filters", function()
	--- The conditions of one `where`.
	local function conditions(...)
		return rules_of(map.include("hr.emp"):where("c", ...))[1].filters[1]["filter-conditions"]
	end

	it("have an operator for each of DMS's, readable or as DMS writes it", function()
		local one = {
			["="] = "eq",
			["=="] = "eq",
			eq = "eq",
			["<>"] = "noteq",
			["~="] = "noteq",
			["!="] = "noteq",
			noteq = "noteq",
			["<="] = "lte",
			lte = "lte",
			ste = "ste",
			[">="] = "gte",
			gte = "gte",
		}
		for word, operator in pairs(one) do
			assert.same({ { ["filter-operator"] = operator, value = "10" } }, conditions(word, 10))
		end
		for word, operator in pairs({ between = "between", ["not between"] = "notbetween" }) do
			assert.same(
				{ { ["filter-operator"] = operator, ["start-value"] = "1", ["end-value"] = "9" } },
				conditions(word, 1, 9)
			)
		end
		for word, operator in pairs({
			["is null"] = "null",
			null = "null",
			["is not null"] = "notnull",
			notnull = "notnull",
		}) do
			assert.same({ { ["filter-operator"] = operator } }, conditions(word))
		end
	end)

	it("of one rule must all hold, conditions of one filter are alternatives", function()
		makes(
			[[{"rule-type":"selection","rule-action":"include",
			   "object-locator":{"schema-name":"hr","table-name":"emp"},
			   "filters":[
			    {"filter-type":"source","column-name":"empid","filter-conditions":[
			      {"filter-operator":"lte","value":"10"},
			      {"filter-operator":"between","start-value":"50","end-value":"75"},
			      {"filter-operator":"gte","value":"100"},
			      {"filter-operator":"null"}]},
			    {"filter-type":"source","column-name":"dept","filter-conditions":[
			      {"filter-operator":"eq","value":"tech"}]}]}]],
			map.include("hr.emp")
				:where("empid", { "<=", 10 }, { "between", 50, 75 }, { ">=", 100 }, { "is null" })
				:where("dept", "=", "tech")
		)
	end)

	it("make alternatives of a list, and a filter of each value that is not wanted", function()
		assert.same({
			{ ["filter-operator"] = "eq", value = "DE" },
			{ ["filter-operator"] = "eq", value = "FR" },
		}, conditions("in", { "DE", "FR" }))
		assert.same({
			{ ["filter-operator"] = "eq", value = "DE" },
			{ ["filter-operator"] = "eq", value = "FR" },
			{ ["filter-operator"] = "null" },
		}, conditions({ "in", { "DE", "FR" } }, { "is null" }))
		local filters = rules_of(map.include("a.b"):where("c", "not in", { 1, 2 }))[1].filters
		assert.equal(2, #filters)
		assert.same(
			{ { ["filter-operator"] = "noteq", value = "2" } },
			filters[2]["filter-conditions"]
		)
	end)

	it("write numbers as they are meant", function()
		local function value(given)
			return conditions("=", given)[1].value
		end
		assert.equal("1.5", value(1.5))
		assert.equal("2", value(2.0))
		assert.equal("9007199254740993", value(9007199254740993))
		assert.equal("true", value(true))
	end)
end)

describe("names on the target", function()
	--- A rule that changes a name, on each sort of object.
	local function on_all(expected, change)
		local objects = {
			schema = { map.schema("s"), [["schema-name":"s"]] },
			table = { map.table("s.t"), [["schema-name":"s","table-name":"t"]] },
			column = {
				map.column("s.t.c"),
				[["schema-name":"s","table-name":"t","column-name":"c"]],
			},
			["table-tablespace"] = {
				map.tablespace("ts"),
				[["schema-name":"%","table-name":"%","table-tablespace-name":"ts"]],
			},
			["index-tablespace"] = {
				map.index_tablespace("ts", "a.%"),
				[["schema-name":"a","table-name":"%","index-tablespace-name":"ts"]],
			},
		}
		for target, object in pairs(objects) do
			makes(
				('{"rule-type":"transformation","rule-target":"%s","object-locator":{%s},%s}'):format(
					target,
					object[2],
					expected
				),
				change(object[1])
			)
		end
	end

	it("are given", function()
		on_all([["rule-action":"rename","value":"x"]], function(o)
			return o:rename("x")
		end)
		on_all([["rule-action":"rename","value":"x","expression":"lower($X)"]], function(o)
			return o:rename("x", "lower($X)")
		end)
	end)

	it("get and lose prefixes and suffixes", function()
		on_all([["rule-action":"add-prefix","value":"DMS_"]], function(o)
			return o:prefix("DMS_")
		end)
		on_all([["rule-action":"add-suffix","value":"_DMS"]], function(o)
			return o:suffix("_DMS")
		end)
		on_all([["rule-action":"remove-prefix","value":"DMS_"]], function(o)
			return o:remove_prefix("DMS_")
		end)
		on_all([["rule-action":"remove-suffix","value":"_DMS"]], function(o)
			return o:remove_suffix("_DMS")
		end)
		on_all([["rule-action":"replace-prefix","old-value":"Pre_","value":"NewPre_"]], function(o)
			return o:replace_prefix("Pre_", "NewPre_")
		end)
		on_all([["rule-action":"replace-suffix","old-value":"_old","value":""]], function(o)
			return o:replace_suffix("_old", "")
		end)
	end)

	it("change their case", function()
		on_all([["rule-action":"convert-lowercase"]], function(o)
			return o:lowercase()
		end)
		on_all([["rule-action":"convert-uppercase"]], function(o)
			return o:uppercase()
		end)
	end)
end)

describe("columns", function()
	local function on_column(action, more, column)
		return ([[{"rule-type":"transformation","rule-target":"column","rule-action":"%s",
			"object-locator":{"schema-name":"test","table-name":"Actor"%s}%s}]]):format(
			action,
			column and (',"column-name":"%s"'):format(column) or "",
			more or ""
		)
	end

	it("are added, with a type and with what they hold", function()
		local name = [[,"value":"full_name","expression":"$first||'_'||$last",
			"data-type":{"type":"string","length":50}]]
		makes(
			on_column("add-column", name)
				.. ","
				.. on_column(
					"add-column",
					[[,"value":"at","data-type":{"type":"datetime","precision":6}]]
				),
			map.table("test.Actor")
				:add_column("full_name", { type = "string", length = 50 }, "$first||'_'||$last")
				:add_column("at", "datetime(6)")
		)
	end)

	it("are removed and kept, by the column or by the table", function()
		local removed = on_column("remove-column", nil, "col%")
		makes(removed, map.column("test.Actor.col%"):remove())
		makes(removed, map.table("test.Actor"):remove_columns("col%"))
		local kept = on_column("include-column", nil, "id")
			.. ","
			.. on_column("include-column", nil, "name")
		makes(kept, map.column("test.Actor.id"):keep(), map.column("test.Actor.name"):keep())
		makes(kept, map.table("test.Actor"):keep_columns({ "id", "name" }))
	end)

	it("are renamed together", function()
		makes(
			on_column("rename", [[,"value":"x"]], "a")
				.. ","
				.. on_column("rename", [[,"value":"y"]], "b"),
			map.table("test.Actor"):rename_columns({ b = "y", a = "x" })
		)
	end)

	it("get another type, written short or whole", function()
		for text, parts in pairs({
			["string"] = '{"type":"string"}',
			["string(100)"] = '{"type":"string","length":100}',
			["numeric(12,2)"] = '{"type":"numeric","precision":12,"scale":2}',
			["numeric(12)"] = '{"type":"numeric","precision":12}',
			["datetime(6)"] = '{"type":"datetime","precision":6}',
			["bytes ( 16 )"] = '{"type":"bytes","length":16}',
		}) do
			makes(
				on_column("change-data-type", ',"data-type":' .. parts, "c"),
				map.column("test.Actor.c"):type(text)
			)
		end
		makes(
			on_column(
				"change-data-type",
				',"data-type":{"type":"numeric","precision":9,"scale":0}',
				"c"
			),
			map.column("test.Actor.c"):type({ type = "numeric", precision = 9, scale = 0 })
		)
	end)

	it("are chosen by their type", function()
		local expected = [[{"rule-type":"transformation","rule-action":"change-data-type",
			"rule-target":"column","data-type":{"type":"int4"},
			"object-locator":{"schema-name":"%","table-name":"%","column-name":"%","data-type":"int2"}}]]
		makes(expected, map.column("%.%.%"):of_type("int2"):type("int4"))
		makes(expected, map.column("%.%.%"):type("int4"):of_type("int2"))
	end)

	it("are masked in three ways, after their type is changed", function()
		makes(
			on_column("data-masking-digits-mask", ',"value":"#"', "c"),
			map.column("test.Actor.c"):mask_digits()
		)
		makes(
			on_column("data-masking-digits-mask", ',"value":"*"', "c"),
			map.column("test.Actor.c"):mask_digits("*")
		)
		makes(
			on_column("data-masking-digits-randomize", nil, "c"),
			map.column("test.Actor.c"):mask_random()
		)
		makes(
			on_column("change-data-type", ',"data-type":{"type":"string","length":100}', "c")
				.. ","
				.. on_column("data-masking-hash-mask", nil, "c"),
			map.column("test.Actor.c"):mask_hash():type("string(100)")
		)
	end)

	it("have a function of their own for the validation", function()
		makes(
			[[{"rule-type":"validation","rule-action":"override-validation-function",
			   "rule-target":"column",
			   "object-locator":{"schema-name":"s","table-name":"t","column-name":"note"},
			   "source-function":"substr(${column-name}, 1, 100)",
			   "target-function":"left(${column-name}, 100)"}]],
			map.column("s.t.note"):validate_as({
				source = "substr(${column-name}, 1, 100)",
				target = "left(${column-name}, 100)",
			})
		)
	end)

	it("are added with the values before a change", function()
		local function image(def)
			return on_column("add-before-image-columns", ',"before-image-def":' .. def)
		end
		makes(
			image('{"column-prefix":"BI_","column-suffix":"","column-filter":"pk-only"}'),
			map.table("test.Actor"):before_images()
		)
		makes(
			image('{"column-prefix":"","column-suffix":"_old","column-filter":"non-lob"}'),
			map.table("test.Actor"):before_images({ suffix = "_old", columns = "non-lob" })
		)
	end)
end)

describe("keys on the target", function()
	local function key(def)
		return [[{"rule-type":"transformation","rule-action":"define-primary-key",
			"rule-target":"table","object-locator":{"schema-name":"s","table-name":"t"},
			"primary-key-def":]] .. def .. "}"
	end

	it("are primary keys", function()
		makes(
			key('{"name":"t_pk","origin":"primary-key","columns":["a","b"]}'),
			map.table("s.t"):primary_key({ "a", "b" })
		)
		makes(
			key('{"name":"t_pk","origin":"primary-key","columns":["id"]}'),
			map.table("s.t"):primary_key("id")
		)
	end)

	it("are unique indexes, under a name", function()
		makes(
			key('{"name":"u1","origin":"unique-index","columns":["a"]}'),
			map.table("s.t"):unique_index({ "a", name = "u1" })
		)
	end)
end)

describe("table settings", function()
	local function setting(more)
		return [[{"rule-type":"table-settings",
			"object-locator":{"schema-name":"s","table-name":"t"},]] .. more .. "}"
	end
	local function load(def, spec)
		makes(setting('"parallel-load":' .. def), map.table("s.t"):parallel_load(spec))
	end

	it("load by the partitions of the source", function()
		load('{"type":"partitions-auto"}', "partitions")
		load('{"type":"partitions-auto"}', "auto")
		load('{"type":"subpartitions-auto"}', "subpartitions")
		load('{"type":"none"}', "none")
	end)

	it("load partitions and subpartitions by name", function()
		load('{"type":"partitions-list","partitions":["p1","p2"]}', { partitions = { "p1", "p2" } })
		load('{"type":"partitions-list","subpartitions":["s1"]}', { subpartitions = "s1" })
		load(
			'{"type":"partitions-list","partitions":["p1"],"subpartitions":["s1"]}',
			{ partitions = { "p1" }, subpartitions = { "s1" } }
		)
	end)

	it("load ranges of one column and of several", function()
		load(
			'{"type":"ranges","columns":["id"],"boundaries":[["1000"],["2000"]]}',
			{ columns = "id", ranges = { 1000, 2000 } }
		)
		load(
			[=[{"type":"ranges","columns":["COL1","COL2","COL3"],
			   "boundaries":[["10","30","105"],["20","20","120"],["100","12","99"]]}]=],
			{
				columns = { "COL1", "COL2", "COL3" },
				ranges = { { 10, 30, 105 }, { 20, 20, 120 }, { 100, 12, 99 } },
			}
		)
	end)

	it("load collections", function()
		load('{"type":"partitions-auto","number-of-partitions":8}', { number_of_partitions = 8 })
		load(
			[[{"type":"partitions-auto","number-of-partitions":8,"batch-size":500,
			   "collection-count-from-metadata":false,"max-records-skip-per-page":1000}]],
			{
				number_of_partitions = 8,
				batch_size = 500,
				collection_count_from_metadata = false,
				max_records_skip_per_page = 1000,
			}
		)
	end)

	it("take DMS's own form", function()
		load('{"type":"partitions-auto"}', { type = "partitions-auto" })
		makes(setting('"lob-settings":{"mode":"none"}'), map.table("s.t"):lobs({ mode = "none" }))
	end)

	it("move LOBs in every mode, beside a parallel load in one rule", function()
		local function lobs(def, spec)
			makes(setting('"lob-settings":' .. def), map.table("s.t"):lobs(spec))
		end
		lobs('{"mode":"limited","bulk-max-size":"256"}', { max_kb = 256 })
		lobs('{"mode":"unlimited","bulk-max-size":"0"}', "unlimited")
		lobs('{"mode":"unlimited","bulk-max-size":"32"}', { mode = "unlimited", max_kb = 32 })
		lobs('{"mode":"none"}', "task")
		makes(
			setting([["parallel-load":{"type":"partitions-auto"},
				  "lob-settings":{"mode":"limited","bulk-max-size":"64"}]]),
			map.table("s.t"):parallel_load("partitions"):lobs({ max_kb = 64 })
		)
	end)
end)

describe("object mapping", function()
	it("makes records for streams", function()
		makes(
			[[{"rule-type":"object-mapping","rule-action":"map-record-to-record",
			   "object-locator":{"schema-name":"s","table-name":"orders"},
			   "kafka-target-topic":"orders",
			   "mapping-parameters":{"partition-key-type":"schema-table"}}]],
			map.record("s.orders", { topic = "orders", partition_key_type = "schema-table" })
		)
	end)

	it("has a default for all tables", function()
		makes(
			[[{"rule-type":"object-mapping","rule-action":"map-record-to-record",
			   "object-locator":{},"mapping-parameters":{"partition-key-type":"primary-key"}}]],
			map.record({}, { partition_key_type = "primary-key" })
		)
	end)

	it("makes items of DynamoDB, with attributes written short or whole", function()
		makes(
			[[{"rule-type":"object-mapping","rule-action":"map-record-to-document",
			   "object-locator":{"schema-name":"s","table-name":"users"},
			   "target-table-name":"people",
			   "mapping-parameters":{"partition-key-name":"id","sort-key-name":"born",
			    "exclude-columns":["password"],
			    "attribute-mappings":[
			     {"target-attribute-name":"id","attribute-type":"scalar",
			      "attribute-sub-type":"string","value":"${id}"},
			     {"target-attribute-name":"contact","attribute-type":"document",
			      "attribute-sub-type":"dynamodb-map","value":"${mail} ${phone}"}]}}]],
			map.document("s.users", {
				table = "people",
				partition_key_name = "id",
				sort_key_name = "born",
				exclude_columns = "password",
				attributes = {
					"id",
					{
						name = "contact",
						type = "document",
						sub_type = "dynamodb-map",
						value = "${mail} ${phone}",
					},
				},
			})
		)
	end)

	it("keys a stream by a constant or an attribute", function()
		makes(
			[[{"rule-type":"object-mapping","rule-action":"map-record-to-record",
			   "object-locator":{"schema-name":"s","table-name":"t"},
			   "mapping-parameters":{"partition-key-type":"attribute-name",
			    "partition-key-name":"who","partition-key":{"value":"${who}"}}}]],
			map.record("s.t", {
				partition_key_type = "attribute-name",
				partition_key_name = "who",
				partition_key = "${who}",
			})
		)
	end)
end)

describe("post-processing", function()
	it("tags objects, by the order of the keys", function()
		makes(
			[[{"rule-type":"post-processing","rule-action":"add-tag",
			   "object-locator":{"schema-name":"%","table-name":"%"},
			   "tag-set":[{"key":"schema","value":"${schema-name}"},{"key":"year","value":"2026"}]}]],
			map.tag("%.%", { year = 2026, schema = "${schema-name}" })
		)
	end)
end)

describe("every rule", function()
	it("may have a name and an id of its own", function()
		local rules = map.rules({
			map.include("a.%"):named("take a"):id(7),
			map.schema("a"):rename("b"):named("name"):id("9"):prefix("x"),
		}).rules
		assert.same({ "take a", "7", "name", "9", "add-prefix-a", "10" }, {
			rules[1]["rule-name"],
			rules[1]["rule-id"],
			rules[2]["rule-name"],
			rules[2]["rule-id"],
			rules[3]["rule-name"],
			rules[3]["rule-id"],
		})
	end)

	it("takes keys that have no method, into its tables or beside them", function()
		makes(
			[[{"rule-type":"selection","rule-action":"include","future":true,
			   "object-locator":{"schema-name":"a","table-name":"%","new":"x"}}]],
			map.include("a.%"):with({ future = true, ["object-locator"] = { new = "x" } })
		)
	end)

	it("is named after the mask that was asked for, though its type comes first", function()
		local rules =
			map.rules({ map.column("s.t.c"):mask_hash():type("string(64)"):named("wide") }).rules
		assert.equal("wide", rules[1]["rule-name"])
		assert.equal("change-data-type", rules[1]["rule-action"])
	end)

	it("is told apart in a mix of builders, plain rules, documents and lists of them", function()
		local plain = { ["rule-type"] = "selection", ["rule-action"] = "include" }
		plain["object-locator"] = { ["schema-name"] = "b", ["table-name"] = "%" }
		local document = map.rules({
			map.include("a.%"),
			plain,
			{ { map.include("c.%") }, map.exclude("c.x") },
			{ rules = { plain } },
			map.rules({ map.include("d.%") }),
		})
		local schemas = {}
		for index, rule in ipairs(document.rules) do
			schemas[index] = rule["object-locator"]["schema-name"]
		end
		assert.equal("a b c c b d", table.concat(schemas, " "))
		assert.equal(nil, plain["rule-id"], "what was given stays as it was")
	end)
end)
