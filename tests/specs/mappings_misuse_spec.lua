--- What builders of table mappings say when they are called wrongly: the builder, the argument, its
--- value, what is expected and what is near, at the line that called them.

local host = require "host"
local map = require "mappings"
local settings = require "settings"

--- Expects that `f` raises at its own line, with these texts in what it says.
local function says(texts, f)
	local before = host.where(2)
	local ok, problem = pcall(f)
	assert.equal(false, ok, "nothing was raised for " .. texts[1])
	assert.equal("usage", problem.exit)
	assert.equal(before.file, problem.at.file)
	assert.truthy(
		problem.at.line >= before.line - 12 and problem.at.line <= before.line + 12,
		("%s: told at line %d, called about line %d"):format(texts[1], problem.at.line, before.line)
	)
	local told = problem.what
	for _, hint in ipairs(problem.hints) do
		told = told .. "\n" .. hint[1]
	end
	for _, text in ipairs(texts) do
		assert.matches(text, told)
	end
end

describe("misspelt", function()
	it("functions of the module are told", function()
		says({ 'the module mappings has no "exclud"', 'Did you mean "exclude"?' }, function()
			local made = map.exclud("x.y")
			return made
		end)
		says({ 'the module settings has no "prset"', 'Did you mean "preset"?' }, function()
			local made = settings.prset("default")
			return made
		end)
		says({ 'map.catalogue has no "fiel"', '"file"' }, function()
			local made = map.catalogue.fiel("x")
			return made
		end)
	end)

	it("methods of builders and documents are told", function()
		says({ 'a transformation has no "prefixx"', 'Did you mean "prefix"' }, function()
			local made = map.schema("x"):prefixx("y")
			return made
		end)
		says({ 'a selection has no "wher"', "where" }, function()
			local made = map.include("a.%"):wher("x", "=", 1)
			return made
		end)
		says({ "a selection has no", "order" }, function()
			local made = map.include("a.%"):ordr(1)
			return made
		end)
		says({ "an object mapping has no", "named" }, function()
			local made = map.record("a.b", { topic = "t" }):namd("x")
			return made
		end)
		says({ "a document of table mappings has no", "check" }, function()
			local made = map.rules({ map.include("a.%") }):chek({})
			return made
		end)
		says({ "a document of task settings has no", "check" }, function()
			local made = settings({}):chek({})
			return made
		end)
	end)

	it("but what is merely looked for is nil", function()
		assert.equal(nil, settings({}).TargetMetadata)
		assert.equal(nil, map.schema("x").latest)
		assert.equal(nil, map[1])
		assert.equal(true, pcall(tostring, map.include("a.%")))
	end)
end)

describe("a method", function()
	it("called with a dot is told", function()
		says({ "rename is called with a dot", ":rename(" }, function()
			local made = map.schema("a").rename("b")
			return made
		end)
	end)

	it("does not lose an argument", function()
		says({ "map.schema:rename takes 2 arguments, 3 were given" }, function()
			local made = map.schema("a"):rename("b", "c", "d")
			return made
		end)
		says({ "map.table:lowercase takes no argument, 1 were given" }, function()
			local made = map.table("a.b"):lowercase("c")
			return made
		end)
		says({ "map.include takes one name, 2 were given", "once for each" }, function()
			local made = map.include("a.%", "b.%")
			return made
		end)
		says({ "map.column takes one name" }, function()
			local made = map.column("a.b.c", "a.b.d")
			return made
		end)
	end)

	it("of another sort of object says where it belongs", function()
		says({ "map.schema:mask_hash: mask_hash belongs to a column" }, function()
			local made = map.schema("a"):mask_hash()
			return made
		end)
		says({ "primary_key belongs to a table", "map.table(…):primary_key(…)" }, function()
			local made = map.column("a.b.c"):primary_key({ "id" })
			return made
		end)
		says({ "lobs belongs to a table" }, function()
			local made = map.schema("a"):lobs("task")
			return made
		end)
	end)

	it("without a rule before it is told", function()
		says({ "map.schema:named: there is no rule yet" }, function()
			local made = map.schema("a"):named("x")
			return made
		end)
		says({ "map.table:with: there is no rule yet" }, function()
			local made = map.table("a.b"):with({})
			return made
		end)
	end)
end)

describe("names of objects", function()
	it("are wanted as text of so many parts", function()
		says(
			{ "map.include: the name of a table is wanted", 'got "production"', "production.%" },
			function()
				local made = map.include("production")
				return made
			end
		)
		says({ "map.exclude", "got nothing" }, function()
			local made = map.exclude(nil)
			return made
		end)
		says({ "map.explicit", "got the number 5" }, function()
			local made = map.explicit(5)
			return made
		end)
		says({ "map.views", "the name of a table" }, function()
			local made = map.views("")
			return made
		end)
		says({ "map.column", "the name of a column", '"production.users.email"' }, function()
			local made = map.column("a.b")
			return made
		end)
		says({ "map.schema", "the name of a schema", "got the boolean true" }, function()
			local made = map.schema(true)
			return made
		end)
		says({ "map.table", "a table without these names" }, function()
			local made = map.table({ shema = "a", table = "b" })
			return made
		end)
		says({ "map.tablespace: the tablespace must be", "the number 1" }, function()
			local made = map.tablespace(1)
			return made
		end)
		says({ "map.everything", '"mysqll"', 'Did you mean "mysql"?' }, function()
			local made = map.everything("mysqll")
			return made
		end)
		says({ "map.everything", "got nothing" }, function()
			local made = map.everything()
			return made
		end)
	end)
end)

describe("arguments of transformations", function()
	it("are texts", function()
		for _, method in ipairs({ "rename", "prefix", "suffix", "remove_prefix", "remove_suffix" }) do
			says({ "map.schema:" .. method, "must be a text", "got the number 5" }, function()
				local schema = map.schema("a")
				local made = schema[method](schema, 5)
				return made
			end)
			says({ "map.schema:" .. method, 'got ""' }, function()
				local schema = map.schema("a")
				local made = schema[method](schema, "")
				return made
			end)
		end
		says({ "map.table:replace_prefix: the old text must be", "got nothing" }, function()
			local made = map.table("a.b"):replace_prefix()
			return made
		end)
		says({ "map.table:replace_suffix: the new text must be a text, got nothing" }, function()
			local made = map.table("a.b"):replace_suffix("x")
			return made
		end)
		says({ "map.table:rename: the expression must be" }, function()
			local made = map.table("a.b"):rename("x", 5)
			return made
		end)
	end)

	it("are types of DMS", function()
		says(
			{ "map.column:type: the data type must be one of", '"strin"', 'Did you mean "string"?' },
			function()
				local made = map.column("a.b.c"):type("strin")
				return made
			end
		)
		says({ "varchar", 'DMS calls it "string"' }, function()
			local made = map.column("a.b.c"):type("varchar(40)")
			return made
		end)
		says({ "length must be a whole number", 'got "40"' }, function()
			local made = map.column("a.b.c"):type({ type = "string", length = "40" })
			return made
		end)
		says({ 'has no option "lenght"', 'Did you mean "length"?' }, function()
			local made = map.column("a.b.c"):type({ type = "string", lenght = 40 })
			return made
		end)
		says({ 'such as "string(40)"', 'got "string(40,2)"' }, function()
			local made = map.column("a.b.c"):type("string(40,2)")
			return made
		end)
		says(
			{ "map.table:add_column: the data type must be a text or a table", "got nothing" },
			function()
				local made = map.table("a.b"):add_column("x")
				return made
			end
		)
		says({ "map.table:add_column: the name must be", "got nothing" }, function()
			local made = map.table("a.b"):add_column()
			return made
		end)
		says({ "map.column:of_type: the type must be" }, function()
			local made = map.column("a.b.c"):of_type({})
			return made
		end)
	end)

	it("are one character of a mask", function()
		says({ "map.column:mask_digits: the mask must be one printable", 'got "##"' }, function()
			local made = map.column("a.b.c"):mask_digits("##")
			return made
		end)
		says({ "mask must be", 'got " "' }, function()
			local made = map.column("a.b.c"):mask_digits(" ")
			return made
		end)
	end)

	it("are columns", function()
		says(
			{ "map.table:primary_key: the columns must be a list of names", "got nothing" },
			function()
				local made = map.table("a.b"):primary_key()
				return made
			end
		)
		says({ 'map.table:primary_key has no option "nmae"', 'Did you mean "name"?' }, function()
			local made = map.table("a.b"):primary_key({ "id", nmae = "x" })
			return made
		end)
		says({ "map.table:unique_index: name must be" }, function()
			local made = map.table("a.b"):unique_index({ "id", name = 5 })
			return made
		end)
		says({ "map.table:remove_columns: the columns[2] must be" }, function()
			local made = map.table("a.b"):remove_columns({ "a", {} })
			return made
		end)
		says({ "map.table:rename_columns: the names must be a table" }, function()
			local made = map.table("a.b"):rename_columns("a")
			return made
		end)
		says({ 'the name for "a" must be' }, function()
			local made = map.table("a.b"):rename_columns({ a = 5 })
			return made
		end)
	end)

	it("are options of before-images and validation", function()
		says(
			{ "map.table:before_images: columns must be one of", '"pk-onyl"', 'mean "pk-only"' },
			function()
				local made = map.table("a.b"):before_images({ columns = "pk-onyl" })
				return made
			end
		)
		says({ "prefix and suffix are both empty" }, function()
			local made = map.table("a.b"):before_images({ prefix = "" })
			return made
		end)
		says({ 'has no option "sufix"', "suffix" }, function()
			local made = map.table("a.b"):before_images({ sufix = "x" })
			return made
		end)
		says({ "map.column:validate_as: target must be", "got nothing" }, function()
			local made = map.column("a.b.c"):validate_as({ source = "x" })
			return made
		end)
	end)
end)

describe("filters", function()
	it("name the operator that is near, and the form that is wanted", function()
		local rule = map.include("a.b")
		says(
			{ "map.include:where: DMS has no strict comparison", 'whole numbers: "<=", 2' },
			function()
				local made = rule:where("x", "<", 3)
				return made
			end
		)
		says({ 'whole numbers: ">=", 4' }, function()
			local made = rule:where("x", ">", 3)
			return made
		end)
		says({ "the operator must be", '"betwen"', "between" }, function()
			local made = rule:where("x", "betwen", 1, 2)
			return made
		end)
		says({ '"between" takes two values, 1 given' }, function()
			local made = rule:where("x", "between", 1)
			return made
		end)
		says({ '"is null" takes no value, 1 given' }, function()
			local made = rule:where("x", "is null", 1)
			return made
		end)
		says({ "the value must be a text or a number, got nothing" }, function()
			local made = rule:where("x", "=", nil)
			return made
		end)
		says({ "from 9 to 1 holds no value" }, function()
			local made = rule:where("x", "between", 9, 1)
			return made
		end)
		says({ "the column must be", "got nothing" }, function()
			local made = rule:where()
			return made
		end)
		says({ "alternative 2 must be", "got the number 5" }, function()
			local made = rule:where("x", { "=", 1 }, 5)
			return made
		end)
		says({ "the list must be a list of names", "got nothing" }, function()
			local made = rule:where("x", "in")
			return made
		end)
	end)

	it("do not go with an order that DMS would refuse", function()
		says(
			{ "map.include:order: the order must be a whole number from 1 to 2147483647" },
			function()
				local made = map.include("a.b"):order(0)
				return made
			end
		)
		says({ 'got "1"' }, function()
			local made = map.include("a.b"):order("1")
			return made
		end)
	end)
end)

describe("table settings", function()
	it("say which forms there are", function()
		local orders = map.table("a.b")
		says(
			{ "map.table:parallel_load: the load must be", '"partition"', 'mean "partitions"' },
			function()
				local made = orders:parallel_load("partition")
				return made
			end
		)
		says({ 'has no option "rnages"', "ranges" }, function()
			local made = orders:parallel_load({ columns = { "id" }, rnages = { 1 } })
			return made
		end)
		says({ "ranges must be a list of upper bounds", "got nothing" }, function()
			local made = orders:parallel_load({ columns = { "id" } })
			return made
		end)
		says({ "columns must be a list of names", "got nothing" }, function()
			local made = orders:parallel_load({ ranges = { 1, 2 } })
			return made
		end)
		says({ "ranges[2] has 1 values for 2 columns" }, function()
			local made =
				orders:parallel_load({ columns = { "a", "b" }, ranges = { { 1, 2 }, { 3 } } })
			return made
		end)
		says({ "ranges[2] (1000) does not lie above the one before (2000)" }, function()
			local made = orders:parallel_load({ columns = { "id" }, ranges = { 2000, 1000 } })
			return made
		end)
		says({ "partitions does not go with columns and ranges" }, function()
			local made =
				orders:parallel_load({ partitions = { "p" }, columns = { "id" }, ranges = { 1 } })
			return made
		end)
		says({ "type must be one of", '"rangs"', 'mean "ranges"' }, function()
			local made = orders:parallel_load({ type = "rangs" })
			return made
		end)
		says({ "number_of_partitions must be a whole number", 'got "8"' }, function()
			local made = orders:parallel_load({ number_of_partitions = "8" })
			return made
		end)
		says({ "at most 10" }, function()
			local many = { "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k" }
			local made = orders:parallel_load({ columns = many, ranges = { many } })
			return made
		end)
		says({ "map.table:lobs: the LOBs must be", '"unlimted"', 'mean "unlimited"' }, function()
			local made = orders:lobs("unlimted")
			return made
		end)
		says({ "max_kb must be a whole number", "got the number 0" }, function()
			local made = orders:lobs({ max_kb = 0 })
			return made
		end)
		says({ 'has no option "max_bytes"' }, function()
			local made = orders:lobs({ max_bytes = 5 })
			return made
		end)
	end)
end)

describe("object mappings and tags", function()
	it("name options and words that are near", function()
		says({ 'map.record has no option "partiton_key"', 'mean "partition_key"' }, function()
			local made = map.record("a.b", { partiton_key = "x" })
			return made
		end)
		says(
			{ "partition_key_type must be one of", '"schema_table"', 'mean "schema-table"' },
			function()
				local made = map.record("a.b", { partition_key_type = "schema_table" })
				return made
			end
		)
		says({ "map.document: attributes[1].name must be", "got nothing" }, function()
			local made = map.document("a.b", { attributes = { { value = "x" } } })
			return made
		end)
		says({ "attributes[1].type must be", '"scalar"' }, function()
			local made = map.document(
				"a.b",
				{ attributes = { { name = "a", value = "x", type = "scaler" } } }
			)
			return made
		end)
		says({ "attributes must be a list" }, function()
			local made = map.document("a.b", { attributes = { id = "x" } })
			return made
		end)
		says({ "topic must be" }, function()
			local made = map.record("a.b", { topic = 5 })
			return made
		end)
		says({ "map.record: the options must be a table of options" }, function()
			local made = map.record("a.b", "topic")
			return made
		end)
	end)

	it("want tags", function()
		says({ "map.tag: the tags must be a table", "got nothing" }, function()
			local made = map.tag("a.%")
			return made
		end)
		says({ "11 tags are given; S3 takes at most 10" }, function()
			local many = {}
			for index = 1, 11 do
				many["k" .. index] = "v"
			end
			local made = map.tag("a.%", many)
			return made
		end)
		says({ "the tag a must be", "got a table" }, function()
			local made = map.tag("a.%", { a = {} })
			return made
		end)
	end)
end)

describe("map.rules", function()
	it("tells what is no rule, and what would be lost", function()
		says({ 'the text "production.%" is not a rule', 'map.include "production.%"' }, function()
			local made = map.rules({ "production.%" })
			return made
		end)
		says({ "the number 5 is not a rule" }, function()
			local made = map.rules({ 5 })
			return made
		end)
		says({ "rule 2 of the list is nil: what follows it would be lost" }, function()
			local made = map.rules({ map.include("a.%"), nil, map.exclude("a.b") })
			return made
		end)
		says({ 'the list of rules has the key "include"' }, function()
			local made = map.rules({ include = "a.%" })
			return made
		end)
		says({ "map.table: a table is named, but nothing is done with it" }, function()
			local made = map.rules({ map.table("a.b") })
			return made
		end)
		says({ "nothing is not a rule" }, function()
			local made = map.rules()
			return made
		end)
		says({ "map.include:id: the id must be a whole number", 'got "x1"' }, function()
			local made = map.include("a.%"):id("x1")
			return made
		end)
		says({ "map.include:named: the name must be" }, function()
			local made = map.include("a.%"):named(5)
			return made
		end)
		says({ "map.include:with: the fields must be a table" }, function()
			local made = map.include("a.%"):with("x")
			return made
		end)
	end)
end)
