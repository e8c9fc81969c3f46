--- A document of table mappings: the rules that `map.rules` gathered, with the place of each, and
--- what can be asked of them.

local documents = require "documents"
local dms = require "dms"
local ids = require "mappings.ids"
local json = require "json"
local sources = require "mappings.catalogue"
local suggesting = require "suggesting"

---@class mappings.Document
---@field rules table[] the rules in DMS's own form
local Document = {}

local document = {}

--- Places live beside the documents, so that a document stays a plain table of DMS's form.
local PLACES = setmetatable({}, { __mode = "k" })
--- Where the documents themselves were written.
local BUILT = setmetatable({}, { __mode = "k" })

local META = { __index = Document, __name = "mappings" }

--- Where a rule was written. One from a file knows its text, for the line of each of its keys.
---@class mappings.Place
---@field file string
---@field line integer
---@field column? integer
---@field source? documents.Source
---@field index? integer of the rule in that file, from 1

--- A document of rules with their places.
---@param fields table what the document holds beside its rules
---@param rules table[]
---@param places mappings.Place[]
---@param place mappings.Place|nil
---@return mappings.Document
function document.new(fields, rules, places, place)
	---@type any
	local made = { rules = rules }
	for key, value in pairs(fields) do
		if key ~= "rules" then
			made[key] = value
		end
	end
	setmetatable(made, META)
	PLACES[made], BUILT[made] = places, place
	return made
end

--- Notes where the rules of a plain document stand.
---@param plain table
---@param places mappings.Place[]
function document.note(plain, places)
	PLACES[plain] = places
end

---@param given any
---@return boolean
function document.is(given)
	return type(given) == "table" and getmetatable(given) == META
end

---@param given table
---@return mappings.Place[]
function document.places(given)
	return PLACES[given] or {}
end

--- Where a rule was written; without a number, where the document was.
---@param index? integer
---@return {file: string, line: integer, column?: integer}|nil
function Document:place(index)
	local place = index and (PLACES[self] or {})[index] or BUILT[self]
	return place and { file = place.file, line = place.line, column = place.column }
end

--- The number of the rule that a path such as `rules[0].value` speaks about; paths count from 0.
local function rule_index(path)
	local from_zero = (path or ""):match "^rules%[(%d+)%]"
	---@diagnostic disable-next-line: need-check-nil -- the pattern takes digits only
	return from_zero and math.tointeger(tonumber(from_zero)) + 1
end

--- Where paths such as `rules[0].value` were written: the rule in the script, the key in a file. All
--- paths of a file are looked for at once, for there may be thousands.
---@param paths string[]
---@return table<integer, {file: string, line: integer, column?: integer}>
function Document:places_of(paths)
	local found, in_files = {}, {}
	for number, path in ipairs(paths) do
		local index = rule_index(path)
		---@type table?
		local place = index and (PLACES[self] or {})[index]
		found[number] = self:place(index)
		if place and place.source then
			local one = in_files[place.source] or { paths = {}, numbers = {} }
			in_files[place.source] = one
			table.insert(
				one.paths,
				(path:gsub("^rules%[%d+%]", ("rules[%d]"):format(place.index - 1)))
			)
			table.insert(one.numbers, number)
		end
	end
	for source, one in pairs(in_files) do
		for at, place in ipairs(documents.places(source, one.paths)) do
			found[one.numbers[at]] = place
		end
	end
	return found
end

--- Findings of the offline check, each with the place in the script it came from.
---@param context? dms.Context
---@return dms.Finding[]
function Document:check(context)
	local findings = dms.mappings.check(self, sources.context(context))
	local paths = {}
	for index, finding in ipairs(findings) do
		paths[index] = finding.path or ""
	end
	local found = self:places_of(paths)
	for index, finding in ipairs(findings) do
		documents.mark(finding, found[index])
	end
	return findings
end

--- What the rules make of the tables of a source. Results become Lua as they are asked for.
---
--- ```lua
--- local map = require "mappings"
--- local rules = map.rules { map.include "app.%", map.exclude "app.tmp%" }
--- local seen = rules:evaluate { tables = { { schema = "app", table = "orders" } } }
--- seen:table("app.orders").selected  --> true
--- #seen:unmatched()                  --> 1
--- ```
---@param catalogue mappings.Catalogue
---@return dms.Evaluation
function Document:evaluate(catalogue)
	return dms.mappings.evaluation(self, sources.of(catalogue))
end

--- The text that DMS takes.
---@param options? {pretty: boolean}
---@return string
function Document:json(options)
	return json.encode(self, options)
end

--- The script that builds the same document.
---@return string
function Document:to_lua()
	return dms.mappings.to_lua(self)
end

--- Whether another document means the same to DMS. Numbers and names of rules do not count, as long
--- as the same rule wins.
---@param other table
---@return boolean
function Document:equals(other)
	return dms.mappings.equal(self, other)
end

--- How another document differs: what would change if this one took its place.
---@param live table
---@return table[]
function Document:diff(live)
	return dms.mappings.diff(live, self)
end

local function rules_of(live)
	if type(live) == "string" then
		live = documents.decode(live, "Table mappings")
	end
	local rules = type(live) == "table" and live.rules
	return type(rules) == "table" and rules or {}
end

local function shallow(value)
	local made = {}
	for key, item in pairs(value) do
		made[key] = item
	end
	return setmetatable(made, getmetatable(value))
end

--- The same rules under the ids that a live document has for rules of their names, wherever that
--- changes no precedence; ids that the script chose stay.
---@param given table
---@param live table|string
---@return table
function document.adopt_ids(given, live)
	local found = ids.adopted(rules_of(given), rules_of(live))
	if not found then
		return given
	end
	local made = shallow(given)
	made.rules = shallow(given.rules)
	for index, id in ipairs(found) do
		made.rules[index] = shallow(given.rules[index])
		made.rules[index]["rule-id"] = id
	end
	PLACES[made], BUILT[made] = PLACES[given], BUILT[given]
	return made
end

--- The same rules under the ids that a live document has for rules of their names, wherever that
--- changes no precedence; ids that the script chose stay.
---@param live table|string as DMS describes it
---@return mappings.Document
function Document:adopt_ids(live)
	---@diagnostic disable-next-line: return-type-mismatch -- it is a document again
	return document.adopt_ids(self, live)
end

suggesting.class(Document, "a document of table mappings", { optional = { "rule-type" } })

META.__expect = require("mappings.expectations").of(document)

return document
