--- Transformation, table-settings and validation rules: what becomes of a schema, a table, a
--- column.
---
--- Each method adds one rule. Of two rules that change one object, DMS applies the one written
--- first.

local arguments = require "mappings.arguments"
local builder = require "mappings.builder"
local locator = require "mappings.locator"
local table_settings = require "mappings.table_settings"

---@class mappings.Transform: mappings.Builder
---@field target "schema"|"table"|"column"|"table-tablespace"|"index-tablespace"
---@field place table the object locator
local Transform = builder.class "a transformation"

local transform = {}

---@alias mappings.DataType
---| "bytes"
---| "date"
---| "time"
---| "datetime"
---| "int1"
---| "int2"
---| "int4"
---| "int8"
---| "numeric"
---| "real4"
---| "real8"
---| "string"
---| "uint1"
---| "uint2"
---| "uint4"
---| "uint8"
---| "wstring"
---| "blob"
---| "nclob"
---| "clob"
---| "boolean"
---| "set"
---| "list"
---| "map"
---| "tuple"
---| string # with its size: `string(40)`, `numeric(12,2)`, `datetime(6)`
---| mappings.DataTypeParts

---@class mappings.DataTypeParts
---@field type string
---@field length? integer
---@field precision? integer
---@field scale? integer

--- A locator of its own for each rule, so that one can be changed alone.
local function locate(self, column)
	local copy = {}
	for key, value in pairs(self.place) do
		copy[key] = value
	end
	copy["column-name"] = column or copy["column-name"]
	return copy
end

local function act(self, action, fields, column)
	local rule = {
		["rule-type"] = "transformation",
		["rule-action"] = action,
		["rule-target"] = column and "column" or self.target,
		["object-locator"] = locate(self, column),
	}
	for key, value in pairs(fields or {}) do
		rule[key] = value
	end
	return builder.add(self, rule, action)
end

--- Methods that belong to one sort of object say so when they are called on another.
local function only(self, target, method)
	if self.target ~= target then
		locator.misuse(
			("%s: %s belongs to a %s"):format(builder.name_of(self, method), method, target),
			("map.%s(…):%s(…)"):format(target, method),
			method
		)
	end
end

local function text(self, method, argument, value)
	return arguments.text(builder.name_of(self, method), argument, value)
end

--- Another name on the target.
---@param name string
---@param expression? string SQLite, for a name that is computed
---@return mappings.Transform
function Transform:rename(name, expression)
	local fields = { value = text(self, "rename", "the name", name) }
	if expression ~= nil then
		fields.expression = text(self, "rename", "the expression", expression)
	end
	act(self, "rename", fields)
	return self
end

--- Puts a text before the name.
---@param prefix string
---@return mappings.Transform
function Transform:prefix(prefix)
	act(self, "add-prefix", { value = text(self, "prefix", "the prefix", prefix) })
	return self
end

--- Puts a text behind the name.
---@param suffix string
---@return mappings.Transform
function Transform:suffix(suffix)
	act(self, "add-suffix", { value = text(self, "suffix", "the suffix", suffix) })
	return self
end

--- Takes a text away from the start of the name; names without it stay as they are.
---@param prefix string
---@return mappings.Transform
function Transform:remove_prefix(prefix)
	act(self, "remove-prefix", { value = text(self, "remove_prefix", "the prefix", prefix) })
	return self
end

--- Takes a text away from the end of the name; names without it stay as they are.
---@param suffix string
---@return mappings.Transform
function Transform:remove_suffix(suffix)
	act(self, "remove-suffix", { value = text(self, "remove_suffix", "the suffix", suffix) })
	return self
end

local function replace(self, method, action, old, new)
	local name = builder.name_of(self, method)
	local fields = { ["old-value"] = text(self, method, "the old text", old) }
	fields.value = arguments.any_text(name, "the new text", new)
	act(self, action, fields)
	return self
end

--- One text for another at the start of the name.
---@param old string
---@param new string
---@return mappings.Transform
function Transform:replace_prefix(old, new)
	return replace(self, "replace_prefix", "replace-prefix", old, new)
end

--- One text for another at the end of the name.
---@param old string
---@param new string
---@return mappings.Transform
function Transform:replace_suffix(old, new)
	return replace(self, "replace_suffix", "replace-suffix", old, new)
end

--- The name in lower case.
---@return mappings.Transform
function Transform:lowercase()
	act(self, "convert-lowercase")
	return self
end

--- The name in upper case.
---@return mappings.Transform
function Transform:uppercase()
	act(self, "convert-uppercase")
	return self
end

local function is_mask(rule)
	return tostring(rule["rule-action"]):find("data-masking", 1, true) == 1
end

--- Changes the type of a column. DMS wants the type before the mask, so it is put there.
---@param spec mappings.DataType
---@return mappings.Transform
function Transform:type(spec)
	only(self, "column", "type")
	local wanted = arguments.data_type(builder.name_of(self, "type"), spec)
	act(self, "change-data-type", { ["data-type"] = wanted })
	---@diagnostic disable-next-line: preferred-local-alias -- they are changed together
	local rules, places, at = self.rules, self.places, #self.rules
	while at > 1 and is_mask(rules[at - 1]) do
		rules[at], rules[at - 1] = rules[at - 1], rules[at]
		places[at], places[at - 1] = places[at - 1], places[at]
		at = at - 1
	end
	return self
end

--- Leaves the column out.
---@return mappings.Transform
function Transform:remove()
	only(self, "column", "remove")
	act(self, "remove-column")
	return self
end

--- Keeps only the columns that are kept by name: all others of the table are left out.
---@return mappings.Transform
function Transform:keep()
	only(self, "column", "keep")
	act(self, "include-column")
	return self
end

--- Each digit becomes the character.
---@param character? string one printable character, `#` unless given
---@return mappings.Transform
function Transform:mask_digits(character)
	only(self, "column", "mask_digits")
	if character == nil then
		character = "#"
	elseif type(character) ~= "string" or not character:match "^[!-~]$" then
		local name = builder.name_of(self, "mask_digits")
		arguments.refuse(name, "the mask", "one printable ASCII character, such as #", character)
	end
	act(self, "data-masking-digits-mask", { value = character })
	return self
end

--- Each digit becomes another, by chance.
---@return mappings.Transform
function Transform:mask_random()
	only(self, "column", "mask_random")
	act(self, "data-masking-digits-randomize")
	return self
end

--- SHA-256 in 64 hexadecimal digits; the only mask for key columns.
---@return mappings.Transform
function Transform:mask_hash()
	only(self, "column", "mask_hash")
	act(self, "data-masking-hash-mask")
	return self
end

--- Compares the column by other expressions, which hold `${column-name}`.
---@param functions {source: string, target: string}
---@return mappings.Transform
function Transform:validate_as(functions)
	only(self, "column", "validate_as")
	local name = builder.name_of(self, "validate_as")
	arguments.options(name, "the functions", functions, { "source", "target" })
	builder.add(self, {
		["rule-type"] = "validation",
		["rule-action"] = "override-validation-function",
		["rule-target"] = "column",
		["object-locator"] = locate(self),
		["source-function"] = arguments.text(name, "source", functions.source),
		["target-function"] = arguments.text(name, "target", functions.target),
	}, "validate")
	return self
end

--- Adds a column to a table; without an expression nothing fills it.
---@param name string
---@param spec mappings.DataType
---@param expression? string SQLite, columns as `$name`
---@return mappings.Transform
function Transform:add_column(name, spec, expression)
	only(self, "table", "add_column")
	local fields = {
		value = text(self, "add_column", "the name", name),
		["data-type"] = arguments.data_type(builder.name_of(self, "add_column"), spec),
	}
	if expression ~= nil then
		fields.expression = text(self, "add_column", "the expression", expression)
	end
	local rule = act(self, "add-column", fields)
	rule["rule-target"] = "column"
	return self
end

local function columns_of(self, method, list)
	local name = builder.name_of(self, method)
	return arguments.texts(name, "the columns", list, '{ "id", "name" }')
end

--- Leaves columns of the table out, by name or pattern.
---@param columns string|string[]
---@return mappings.Transform
function Transform:remove_columns(columns)
	only(self, "table", "remove_columns")
	for _, column in ipairs(columns_of(self, "remove_columns", columns)) do
		act(self, "remove-column", nil, column)
	end
	return self
end

--- Keeps these columns of the table, by name or pattern, and leaves all others out.
---@param columns string|string[]
---@return mappings.Transform
function Transform:keep_columns(columns)
	only(self, "table", "keep_columns")
	for _, column in ipairs(columns_of(self, "keep_columns", columns)) do
		act(self, "include-column", nil, column)
	end
	return self
end

--- Other names for columns of the table: `:rename_columns { old = "new" }`.
---@param names table<string, string>
---@return mappings.Transform
function Transform:rename_columns(names)
	only(self, "table", "rename_columns")
	local name, old = builder.name_of(self, "rename_columns"), {}
	if type(names) ~= "table" or next(names) == nil then
		arguments.refuse(name, "the names", 'a table, such as { old = "new" }', names)
	end
	for column in pairs(names) do
		old[#old + 1] = arguments.text(name, "the old name", column)
	end
	table.sort(old)
	for _, column in ipairs(old) do
		local value = arguments.text(name, ("the name for %q"):format(column), names[column])
		act(self, "rename", { value = value }, column)
	end
	return self
end

---@param origin "primary-key"|"unique-index"
local function key(self, method, origin, columns)
	only(self, "table", method)
	local name = builder.name_of(self, method)
	local given = columns
	if type(columns) == "table" then
		arguments.options(name, "the columns", columns, { "name" }, true)
		given = { table.unpack(columns) }
	end
	local list = arguments.texts(name, "the columns", given, '{ "id" }')
	local called = self.place["table-name"] .. "_pk"
	if type(columns) == "table" and columns.name ~= nil then
		called = arguments.text(name, "name", columns.name)
	end
	act(self, "define-primary-key", {
		["primary-key-def"] = { name = called, origin = origin, columns = list },
	})
	return self
end

--- Defines the primary key on the target: `:primary_key { "id", name = "orders_pk" }`.
---@param columns string|string[]|{name?: string}
---@return mappings.Transform
function Transform:primary_key(columns)
	return key(self, "primary_key", "primary-key", columns)
end

--- Takes a unique index for the key.
---@param columns string|string[]|{name?: string}
---@return mappings.Transform
function Transform:unique_index(columns)
	return key(self, "unique_index", "unique-index", columns)
end

--- Adds columns with the values before each change.
---@param options? {prefix?: string, suffix?: string, columns?: "pk-only"|"non-lob"|"all"}
---@return mappings.Transform
function Transform:before_images(options)
	only(self, "table", "before_images")
	local name = builder.name_of(self, "before_images")
	if options == nil then
		options = {}
	end
	arguments.options(name, "the options", options, { "prefix", "suffix", "columns" })
	-- With a suffix alone the prefix that DMS would take by default is not meant.
	local prefix = options.prefix or (options.suffix and "" or "BI_")
	local suffix = options.suffix or ""
	arguments.any_text(name, "prefix", prefix)
	arguments.any_text(name, "suffix", suffix)
	if prefix == "" and suffix == "" then
		locator.misuse(
			("%s: prefix and suffix are both empty"):format(name),
			"the new columns would have the names of the old ones"
		)
	end
	local filter = "pk-only"
	if options.columns ~= nil then
		filter = arguments.one_of(name, "columns", options.columns, { "pk-only", "non-lob", "all" })
	end
	local rule = act(self, "add-before-image-columns", {
		["before-image-def"] = {
			["column-prefix"] = prefix,
			["column-suffix"] = suffix,
			["column-filter"] = filter,
		},
	})
	rule["rule-target"] = "column"
	return self
end

--- The one table-settings rule of this table, which parallel load and LOBs share.
local function settings_rule(self)
	for _, rule in ipairs(self.rules) do
		if rule["rule-type"] == "table-settings" then
			self.latest = rule
			return rule
		end
	end
	return builder.add(self, {
		["rule-type"] = "table-settings",
		["object-locator"] = locate(self),
	}, "settings")
end

--- Loads one table in several segments at a time.
---
--- ```lua
--- local map = require "mappings"
--- local orders = "production.orders"
--- map.table(orders):parallel_load "partitions"                            -- the source's own
--- map.table(orders):parallel_load "subpartitions"                         -- Oracle
--- map.table(orders):parallel_load { partitions = { "p1", "p2" } }
--- map.table(orders):parallel_load { columns = { "id" }, ranges = { 1000, 2000 } }
--- map.table(orders):parallel_load { number_of_partitions = 8 }            -- MongoDB, DocumentDB
--- map.table(orders):parallel_load "none"
--- ```
---@param spec mappings.ParallelLoad
---@return mappings.Transform
function Transform:parallel_load(spec)
	only(self, "table", "parallel_load")
	local load = table_settings.parallel_load(builder.name_of(self, "parallel_load"), spec)
	settings_rule(self)["parallel-load"] = load
	return self
end

--- How large objects of this table are moved.
---
--- ```lua
--- local map = require "mappings"
--- map.table("production.docs"):lobs { max_kb = 256 }      -- limited: longer ones are cut
--- map.table("production.docs"):lobs "unlimited"           -- whole, and slower
--- map.table("production.docs"):lobs "task"                -- as the task says
--- ```
---@param spec mappings.Lobs
---@return mappings.Transform
function Transform:lobs(spec)
	only(self, "table", "lobs")
	local settings = table_settings.lobs(builder.name_of(self, "lobs"), spec)
	settings_rule(self)["lob-settings"] = settings
	return self
end

--- Only columns of this type, with `map.column "s.t.%"`: of all rules of this builder.
---@param name string
---@return mappings.Transform
function Transform:of_type(name)
	only(self, "column", "of_type")
	self.place["data-type"] = text(self, "of_type", "the type", name)
	for _, rule in ipairs(self.rules) do
		if rule["rule-type"] == "transformation" then
			rule["object-locator"]["data-type"] = name
		end
	end
	return self
end

builder.seal(Transform, {
	rename = 2,
	prefix = 1,
	suffix = 1,
	remove_prefix = 1,
	remove_suffix = 1,
	replace_prefix = 2,
	replace_suffix = 2,
	lowercase = 0,
	uppercase = 0,
	type = 1,
	remove = 0,
	keep = 0,
	mask_digits = 1,
	mask_random = 0,
	mask_hash = 0,
	validate_as = 1,
	add_column = 3,
	remove_columns = 1,
	keep_columns = 1,
	rename_columns = 1,
	primary_key = 1,
	unique_index = 1,
	before_images = 1,
	parallel_load = 1,
	lobs = 1,
	of_type = 1,
})

---@param target string
---@param place table
---@return mappings.Transform
function transform.new(target, place)
	---@diagnostic disable-next-line: return-type-mismatch -- one of the class
	return builder.new(Transform, { target = target, place = place, called = "map." .. target })
end

--- A tablespace of an Oracle source and target.
---@param target "table-tablespace"|"index-tablespace"
---@param name string
---@param tables? string|table
---@return mappings.Transform
function transform.tablespace(target, name, tables)
	local called = target == "table-tablespace" and "map.tablespace" or "map.index_tablespace"
	local place = locator.of(tables == nil and "%.%" or tables --[[@as any]], "table", called)
	place[target .. "-name"] = arguments.text(called, "the tablespace", name)
	---@diagnostic disable-next-line: return-type-mismatch -- one of the class
	return builder.new(Transform, { target = target, place = place, called = called })
end

return transform
