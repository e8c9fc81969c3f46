--- Table mappings as code: what DMS migrates and under which names, checked with the line it came
--- from. MAPPINGS.md beside this file shows every rule by its task.
---
---     local map = require "mappings"
---     local rules = map.rules {
---       map.include "production.%",
---       map.exclude "production.temp_%",
---       map.schema "production" :prefix "migrated_",
---       map.table "production.orders" :parallel_load "partitions" :lobs { max_kb = 256 },
---       map.column "production.users.email" :mask_hash (),
---     }
---     #rules.rules  --> 5
---
--- Rule ids and names are given here, in the order of the script: of two rules that change the same
--- object DMS applies the one with the lower id, so the one written first. Rules in DMS's own form,
--- and whole documents, may stand anywhere among the built ones and keep their ids.

local builder = require "mappings.builder"
local catalogue = require "mappings.catalogue"
local document = require "mappings.document"
local documents = require "documents"
local errors = require "errors"
local handing = require "handing"
local host = require "host"
local ids = require "mappings.ids"
local locator = require "mappings.locator"
local records = require "mappings.records"
local selection = require "mappings.selection"
local suggest = require "suggest"
local suggesting = require "suggesting"
local transform = require "mappings.transform"

local map = {}

--- Catalogues of a source: `map.catalogue { file = "catalogue.csv" }`.
map.catalogue = catalogue

--- A builder begins with one name: a second one would be lost.
local function alone(called, made, ...)
	if select("#", ...) > 0 then
		locator.misuse(
			("%s takes one name, %d were given"):format(called, select("#", ...) + 1),
			("write %s once for each"):format(called)
		)
	end
	return made
end

--- Takes the tables whose name matches; `%` is any text, `_` any character.
---@param name string|table `"schema.table"`
---@return mappings.Selection
function map.include(name, ...)
	return alone("map.include", selection.new("include", name), ...)
end

--- Leaves tables out; it wins over every include, wherever it is written.
---@param name string|table
---@return mappings.Selection
function map.exclude(name, ...)
	return alone("map.exclude", selection.new("exclude", name), ...)
end

--- Takes exactly one table, named without wildcards.
---@param name string|table
---@return mappings.Selection
function map.explicit(name, ...)
	return alone("map.explicit", selection.new("explicit", name), ...)
end

--- Takes views; they arrive as tables, in a full load only.
---@param name string|table
---@return mappings.Selection
function map.views(name, ...)
	return alone("map.views", selection.new("include", name, "map.views"):views(), ...)
end

--- What becomes of a schema: `map.schema "production" :rename "app"`.
---@param name string
---@return mappings.Transform
function map.schema(name, ...)
	return alone(
		"map.schema",
		transform.new("schema", locator.of(name, "schema", "map.schema")),
		...
	)
end

--- What becomes of a table: names, key, columns to add, parallel load, LOBs.
---@param name string|table
---@return mappings.Transform
function map.table(name, ...)
	return alone("map.table", transform.new("table", locator.of(name, "table", "map.table")), ...)
end

--- What becomes of a column: names, type, masking, left out or kept.
---@param name string|table
---@return mappings.Transform
function map.column(name, ...)
	return alone(
		"map.column",
		transform.new("column", locator.of(name, "column", "map.column")),
		...
	)
end

--- What becomes of a tablespace (Oracle to Oracle).
---@param name string
---@param tables? string|table which tables are meant, all unless given
---@return mappings.Transform
function map.tablespace(name, tables)
	return transform.tablespace("table-tablespace", name, tables)
end

--- What becomes of a tablespace of indexes (Oracle to Oracle).
---@param name string
---@param tables? string|table which tables are meant, all unless given
---@return mappings.Transform
function map.index_tablespace(name, tables)
	return transform.tablespace("index-tablespace", name, tables)
end

--- Rows as records of a stream or of DynamoDB; `{}` for a name is the default for all tables.
---@param name string|table
---@param options? mappings.RecordOptions
---@return mappings.Record
function map.record(name, options)
	return records.new("map-record-to-record", name, options, "map.record")
end

--- Rows as documents.
---@param name string|table
---@param options? mappings.RecordOptions
---@return mappings.Record
function map.document(name, options)
	return records.new("map-record-to-document", name, options, "map.document")
end

--- Tags on the objects that an S3 target writes.
---@param name string|table
---@param tags table<string, string>
---@return mappings.Record
function map.tag(name, tags)
	return records.tag(name, tags)
end

--- Schemas that belong to a database server itself, by engine family.
local SYSTEM_SCHEMAS = {
	mysql = { "information_schema", "mysql", "performance_schema", "sys" },
	postgres = { "information_schema", "pg_catalog", "pg_toast" },
	sqlserver = { "INFORMATION_SCHEMA", "sys" },
	oracle = {
		"CTXSYS",
		"DBSNMP",
		"GSMADMIN_INTERNAL",
		"MDSYS",
		"OUTLN",
		"SYS",
		"SYSTEM",
		"WMSYS",
		"XDB",
	},
}
local FAMILIES = {
	mariadb = "mysql",
	aurora = "mysql",
	["aurora-serverless"] = "mysql",
	["gcp-mysql"] = "mysql",
	["aurora-postgresql"] = "postgres",
	["aurora-postgresql-serverless"] = "postgres",
	azuredb = "sqlserver",
	["azure-sql-managed-instance"] = "sqlserver",
}

--- Everything but the schemas that belong to the server itself.
---@param engine string the source's engine, such as `"mysql"`
---@return mappings.Builder[]
function map.everything(engine)
	if type(engine) ~= "string" then
		local got = engine == nil and "nothing" or "a " .. type(engine)
		locator.misuse("map.everything: the engine of the source is wanted, got " .. got, '"mysql"')
	end
	---@type string[]?
	local schemas = SYSTEM_SCHEMAS[FAMILIES[engine] or engine]
	if not schemas then
		-- Without them the document would take the server's own schemas too.
		local known = {}
		for _, names in ipairs { SYSTEM_SCHEMAS, FAMILIES } do
			for name in pairs(names) do
				known[#known + 1] = name
			end
		end
		table.sort(known)
		locator.misuse(
			('map.everything: which schemas of the engine "%s" are its own is not known'):format(
				engine
			),
			suggest.did_you_mean(engine, known)
				or 'name each schema: map.include "production.%"; known are '
					.. table.concat(known, ", "),
			engine
		)
	end
	local rules = { map.include "%.%" }
	for _, schema in ipairs(schemas) do
		rules[#rules + 1] = map.exclude { schema = schema, table = "%" }
	end
	return rules
end

--- What a file holds that has no list of rules.
local function refuse_file(source, found)
	local hint = '{ "rules": [ … ] }'
	if found.rules == nil then
		for key in pairs(found) do
			hint = suggest.did_you_mean(tostring(key), { "rules" }) or hint
		end
	end
	errors.raise {
		summary = "Table mappings cannot be read",
		what = ("%s: %s"):format(
			source.file,
			found.rules == nil and "the document has no list `rules`" or "`rules` is not a list"
		),
		hints = { hint },
		at = { file = source.file, line = 1 },
		exit = "usage",
	}
end

--- Reads a document in DMS's own form, from beside the script unless the path is absolute. What is
--- wrong with it is told with the line and column of the file.
---@param path string
---@return mappings.Document document
function map.load(path)
	local found, source = documents.read(path, "Table mappings")
	if type(found.rules) ~= "table" or (#found.rules == 0 and next(found.rules) ~= nil) then
		refuse_file(source, found)
	end
	local paths = {}
	for index in ipairs(found.rules) do
		paths[index] = ("rules[%d]"):format(index - 1)
	end
	local places = documents.places(source, paths)
	for index, place in ipairs(places) do
		place.source, place.index = source, index
	end
	return document.new(found, found.rules, places, { file = source.file, line = 1 })
end

---@type fun(list: any, place: any, into: table[], extra: table)
local gather

local function gather_list(list, place, into, extra)
	local highest, count = 0, 0
	for key in pairs(list) do
		if math.type(key) ~= "integer" then
			locator.misuse(
				("the list of rules has the key %q"):format(tostring(key)),
				'a rule is built, as in map.include "production.%", or has "rule-type"'
			)
		end
		highest, count = math.max(highest, key), count + 1
	end
	if highest ~= count then
		for index = 1, highest do
			if list[index] == nil then
				locator.misuse(
					("rule %d of the list is nil: what follows it would be lost"):format(index),
					"a variable or a field that is misspelt is nil"
				)
			end
		end
	end
	for _, inner in ipairs(list) do
		gather(inner, place, into, extra)
	end
end

local function gather_document(item, place, into, extra)
	local places = document.places(item)
	for index, rule in ipairs(item.rules) do
		if type(rule) ~= "table" then
			locator.misuse(
				("rule %d of the document is a %s, not a table"):format(index, type(rule))
			)
		end
		into[#into + 1] = { rule = rule, place = places[index] or place }
	end
	for key, value in pairs(item) do
		if key ~= "rules" then
			extra[key] = value
		end
	end
end

local function gather_built(item, place, into)
	if #item.rules == 0 then
		locator.misuse(
			("%s: a %s is named, but nothing is done with it"):format(
				item.called,
				item.target or "rule"
			),
			('for example: %s(…):rename "app"'):format(item.called)
		)
	end
	for index, rule in ipairs(item.rules) do
		into[#into + 1] = {
			rule = rule,
			verb = builder.verb_of(rule),
			place = item.places[index] or place,
		}
	end
end

--- Gathers rules from everything that may be written between the braces of `map.rules`.
function gather(item, place, into, extra)
	if builder.is(item) then
		gather_built(item, place, into)
	elseif type(item) == "table" and rawget(item, "rule-type") ~= nil then
		into[#into + 1] = { rule = item, place = place }
	elseif type(item) == "table" and type(rawget(item, "rules")) == "table" then
		gather_document(item, place, into, extra or {})
	elseif type(item) == "string" then
		local hint = item:find "^%s*{" and "JSON text is read by map.document_of(text)"
			or ("did you mean map.include %q?"):format(item)
		locator.misuse(("the text %q is not a rule of table mappings"):format(item), hint)
	elseif type(item) == "table" then
		gather_list(item, place, into, extra)
	else
		locator.misuse(
			("%s is not a rule of table mappings"):format(
				item == nil and "nothing" or "the " .. type(item) .. " " .. tostring(item)
			),
			'a rule is built, as in map.include "production.%", or has "rule-type"'
		)
	end
end

local function copy(value)
	if type(value) ~= "table" then
		return value
	end
	local made = {}
	for key, item in pairs(value) do
		made[key] = copy(item)
	end
	return setmetatable(made, getmetatable(value))
end

--- Whether one of our documents is among what was given, or is it.
local function holds_document(item)
	if builder.is(item) or type(item) ~= "table" then
		return false
	elseif document.is(item) then
		return true
	end
	for _, inner in ipairs(item) do
		if holds_document(inner) then
			return true
		end
	end
	return false
end

--- A document of table mappings from rules, built or in DMS's form, alone or mixed.
---@param list (mappings.Builder|mappings.Document|table)[]
---@return mappings.Document
function map.rules(list)
	local place, found, extra = host.where(), {}, {}
	gather(list, place, found, extra)
	local rules, places = {}, {}
	for index, entry in ipairs(found) do
		entry.rule = copy(entry.rule)
		rules[index], places[index] = entry.rule, entry.place
	end
	ids.assign(found)
	local made = document.new(extra, rules, places, place --[[@as any]])
	handing.over(made, holds_document(list))
	return made
end

--- The document, from whatever a script gives: ours, a table in DMS's form, JSON text, rules.
---@param given any
---@return mappings.Document
function map.document_of(given)
	if document.is(given) then
		return given
	end
	if type(given) == "string" then
		given = documents.decode(given, "Table mappings")
	end
	return map.rules(given)
end

--- The rules of a document under the ids that a live one has for rules of the same names, wherever
--- that changes no precedence. What a task is changed to is sent so.
---@param given table a document, ours or in DMS's form
---@param live table|string
---@return table
function map.adopt_ids(given, live)
	return document.adopt_ids(given, live)
end

return suggesting.class(map, "the module mappings")
