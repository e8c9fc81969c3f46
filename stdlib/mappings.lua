--- Table mappings as code: what DMS migrates and under which names, checked with the line it came
--- from.
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
local dms = require "dms"
local errors = require "errors"
local fs = require "fs"
local host = require "host"
local json = require "json"
local locator = require "mappings.locator"
local records = require "mappings.records"
local selection = require "mappings.selection"
local transform = require "mappings.transform"

local map = {}

---@class mappings.Document
---@field rules table[] the rules in DMS's own form
local Document = {}

--- Places live beside the documents, so that a document stays a plain table of DMS's form.
local PLACES = setmetatable({}, { __mode = "k" })

local META = { __index = Document, __name = "mappings" }

--- Takes the tables whose name matches; `%` is any text, `_` any character.
---@param name string|table `"schema.table"`
---@return mappings.Selection
function map.include(name)
	return selection.new("include", name)
end

--- Leaves tables out; it wins over every include, wherever it is written.
---@param name string|table
---@return mappings.Selection
function map.exclude(name)
	return selection.new("exclude", name)
end

--- Takes exactly one table, named without wildcards.
---@param name string|table
---@return mappings.Selection
function map.explicit(name)
	return selection.new("explicit", name)
end

--- Takes views; they arrive as tables, in a full load only.
---@param name string|table
---@return mappings.Selection
function map.views(name)
	return selection.new("include", name):views()
end

--- What becomes of a schema: `map.schema "production" :rename "app"`.
---@param name string
---@return mappings.Transform
function map.schema(name)
	return transform.new("schema", locator.of(name, "schema"))
end

--- What becomes of a table: names, key, columns to add, parallel load, LOBs.
---@param name string|table
---@return mappings.Transform
function map.table(name)
	return transform.new("table", locator.of(name, "table"))
end

--- What becomes of a column: names, type, masking, left out or kept.
---@param name string|table
---@return mappings.Transform
function map.column(name)
	return transform.new("column", locator.of(name, "column"))
end

--- What becomes of a tablespace (Oracle to Oracle).
---@param name string
---@param tables? string|table which tables are meant, all unless given
---@return mappings.Transform
function map.tablespace(name, tables)
	return transform.tablespace("table-tablespace", name, tables)
end

---@param name string
---@param tables? string|table
---@return mappings.Transform
function map.index_tablespace(name, tables)
	return transform.tablespace("index-tablespace", name, tables)
end

--- Rows as records of a stream or of DynamoDB.
---@param name string|table
---@param options? table
---@return mappings.Record
function map.record(name, options)
	return records.new("map-record-to-record", name, options)
end

--- Rows as documents.
---@param name string|table
---@param options? table
---@return mappings.Record
function map.document(name, options)
	return records.new("map-record-to-document", name, options)
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
	local rules = { map.include "%.%" }
	for _, schema in ipairs(SYSTEM_SCHEMAS[FAMILIES[engine] or engine] or {}) do
		rules[#rules + 1] = map.exclude { schema = schema, table = "%" }
	end
	return rules
end

--- Where in a JSON text each rule begins.
local function lines_of_rules(text)
	local lines, line, from = {}, 1, 1
	for at in text:gmatch '()"rule%-type"%s*:' do
		local _, breaks = text:sub(from, at - 1):gsub("\n", "")
		line, from = line + breaks, at
		lines[#lines + 1] = line
	end
	return lines
end

--- Reads a document in DMS's own form, from beside the script unless the path is absolute.
---@param path string
---@return table document
function map.load(path)
	local full = path:sub(1, 1) == "/" and path or fs.join(fs.script_dir(), path)
	if not fs.exists(full) then
		errors.raise {
			summary = "File not found",
			what = ("the table mappings %s do not exist"):format(full),
			at = host.where(),
			exit = "usage",
		}
	end
	local text = fs.read(full)
	local ok, document = pcall(json.decode, text)
	if not ok or type(document) ~= "table" or type(document.rules) ~= "table" then
		errors.raise {
			summary = "Table mappings cannot be read",
			what = ok and "the document has no list `rules`" or errors.describe(document).summary,
			at = { file = full, line = 1 },
			exit = "usage",
		}
	end
	local places = {}
	for index, line in ipairs(lines_of_rules(text)) do
		places[index] = { file = full, line = line }
	end
	PLACES[document] = places
	return document
end

--- Gathers rules from everything that may be written between the braces of `map.rules`.
local function gather(item, place, into)
	if builder.is(item) then
		if #item.rules == 0 then
			locator.misuse(
				("a %s was named, but nothing is done with it"):format(item.target or "rule"),
				'for example: map.schema "production" :rename "app"'
			)
		end
		for index, rule in ipairs(item.rules) do
			into[#into + 1] = { rule = rule, place = item.places[index] or place }
		end
	elseif type(item) == "table" and item["rule-type"] then
		into[#into + 1] = { rule = item, place = place }
	elseif type(item) == "table" and item.rules then
		local places = PLACES[item] or {}
		for index, rule in ipairs(item.rules) do
			into[#into + 1] = { rule = rule, place = places[index] or place }
		end
	elseif type(item) == "table" and (#item > 0 or next(item) == nil) then
		for _, inner in ipairs(item) do
			gather(inner, place, into)
		end
	else
		locator.misuse(
			("%s is not a rule of table mappings"):format(
				type(item) == "table" and "a table" or tostring(item)
			),
			'a rule is built, as in map.include "production.%", or has "rule-type"'
		)
	end
end

--- A name that no other rule has.
local function unique(name, taken)
	local candidate, number = name, 1
	while taken[candidate] do
		number = number + 1
		candidate = name .. "-" .. number
	end
	taken[candidate] = true
	return candidate
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

--- Gives ids and names to those that have none. Given ones stay; the next id is above the last one.
local function number(found)
	local ids, names, last = {}, {}, 0
	for _, entry in ipairs(found) do
		local id = tonumber(entry.rule["rule-id"])
		if id then
			ids[math.tointeger(id) or id] = true
		end
	end
	for _, entry in ipairs(found) do
		local rule = entry.rule
		if rule["rule-id"] == nil then
			repeat
				last = last + 1
			until not ids[last]
			ids[last] = true
			rule["rule-id"] = tostring(last)
		else
			last = math.max(last, math.tointeger(tonumber(rule["rule-id"])) or last)
		end
		local place = rule["object-locator"] or {}
		local action = rule["rule-action"] or rule["rule-type"]
		rule["rule-name"] =
			unique(rule["rule-name"] or locator.rule_name(tostring(action), place), names)
	end
end

--- A document of table mappings from rules, built or in DMS's form, alone or mixed.
---@param list table
---@return mappings.Document
function map.rules(list)
	local place, found = host.where(), {}
	gather(list, place, found)
	local rules, places = {}, {}
	for index, entry in ipairs(found) do
		entry.rule = copy(entry.rule)
		rules[index], places[index] = entry.rule, entry.place
	end
	number(found)
	local document = setmetatable({ rules = rules }, META)
	PLACES[document] = places
	PLACES[rules] = place
	return document
end

--- The document, from whatever a script gives: ours, a table in DMS's form, JSON text, rules.
---@param given any
---@return mappings.Document
function map.document_of(given)
	if getmetatable(given) == META then
		return given
	end
	if type(given) == "string" then
		given = json.decode(given)
	end
	return map.rules(given)
end

--- Where a rule was written; without a number, where the document was.
---@param index? integer
---@return {file: string, line: integer}|nil
function Document:place(index)
	local places = PLACES[self] or {}
	return index and places[index] or PLACES[self.rules]
end

--- The number of the rule that a path such as `rules[0].value` speaks about; paths count from 0.
local function rule_index(finding)
	local from_zero = (finding.path or ""):match "^rules%[(%d+)%]"
	return from_zero and math.tointeger(tonumber(from_zero)) + 1
end

--- Findings of the offline check, each with the place in the script it came from.
---@param context? table source_engine, target_engine, migration_type, engine_version
---@return table[]
function Document:check(context)
	local findings = dms.mappings.check(self, context or {})
	for _, finding in ipairs(findings) do
		finding.at = self:place(rule_index(finding))
	end
	return findings
end

--- What the rules make of the tables of a source.
---@param catalogue table
---@return table
function Document:evaluate(catalogue)
	return dms.mappings.evaluate(self, catalogue)
end

--- The text that DMS takes.
---@param options? {pretty: boolean}
---@return string
function Document:json(options)
	return json.encode(self, options)
end

--- Whether another document means the same to DMS.
---@param other table
---@return boolean
function Document:equals(other)
	return dms.mappings.equal(self, other)
end

return map
