--- Selection rules: which tables are migrated, with filters and the order of loading.

local builder = require "mappings.builder"
local locator = require "mappings.locator"
local suggest = require "suggest"

---@class mappings.Selection: mappings.Builder
local Selection = builder.class "a selection"

local selection = {}

--- How an operator may be written, and what DMS calls it with how many values.
local OPERATORS = {
	["="] = { "eq", 1 },
	["=="] = { "eq", 1 },
	eq = { "eq", 1 },
	["<>"] = { "noteq", 1 },
	["~="] = { "noteq", 1 },
	["!="] = { "noteq", 1 },
	noteq = { "noteq", 1 },
	["<="] = { "lte", 1 },
	lte = { "lte", 1 },
	ste = { "ste", 1 },
	[">="] = { "gte", 1 },
	gte = { "gte", 1 },
	between = { "between", 2 },
	["not between"] = { "notbetween", 2 },
	notbetween = { "notbetween", 2 },
	["is null"] = { "null", 0 },
	null = { "null", 0 },
	["is not null"] = { "notnull", 0 },
	notnull = { "notnull", 0 },
}

local function operator_names()
	local names = {}
	for name in pairs(OPERATORS) do
		names[#names + 1] = name
	end
	table.sort(names)
	return names
end

--- One condition: `{ "between", 50, 75 }`.
local function condition(parts)
	local word, first, second = parts[1], parts[2], parts[3]
	if word == "<" or word == ">" then
		locator.misuse(
			("DMS has no strict comparison %q"):format(word),
			("use %q with the neighbouring value"):format(word .. "=")
		)
	end
	local operator = OPERATORS[word]
	if not operator then
		locator.misuse(
			("%q is not an operator of a filter"):format(tostring(word)),
			suggest.did_you_mean(tostring(word), operator_names())
				or ("operators are: " .. table.concat(operator_names(), ", "))
		)
	end
	local given = (first ~= nil and 1 or 0) + (second ~= nil and 1 or 0)
	if given ~= operator[2] then
		locator.misuse(("%q takes %d values, %d given"):format(word, operator[2], given))
	end
	local made = { ["filter-operator"] = operator[1] }
	if operator[2] == 1 then
		made.value = locator.text(first)
	elseif operator[2] == 2 then
		made["start-value"], made["end-value"] = locator.text(first), locator.text(second)
	end
	return made
end

--- Takes only the rows that satisfy a condition on a column. Several `where` must all hold; several
--- conditions of one `where` are alternatives.
---
---     map.include "hr.emp" :where("dept", "=", "tech") :where("empid", { "<=", 10 }, { "between", 50, 75 })
---@param column string
---@param ... any an operator and its values, or tables of both
function Selection:where(column, ...)
	local conditions = {}
	if type((...)) == "table" then
		for index, parts in ipairs { ... } do
			conditions[index] = condition(parts)
		end
	else
		conditions[1] = condition { ... }
	end
	local rule = self:last()
	rule.filters = rule.filters or {}
	table.insert(rule.filters, {
		["filter-type"] = "source",
		["column-name"] = column,
		["filter-conditions"] = conditions,
	})
	return self
end

--- Higher loads first. It orders the start of loading only: other tables do not wait.
---@param order integer
function Selection:order(order)
	self:last()["load-order"] = locator.text(order)
	return self
end

--- Views instead of tables; they arrive as tables, and in a full load only.
function Selection:views()
	self:last()["object-locator"]["table-type"] = "view"
	return self
end

--- Tables and views.
function Selection:tables_and_views()
	self:last()["object-locator"]["table-type"] = "all"
	return self
end

--- Starts a selection rule.
---@param action "include"|"exclude"|"explicit"
---@param name string|table
---@return mappings.Selection
function selection.new(action, name)
	local self = builder.new(Selection)
	self:add({
		["rule-type"] = "selection",
		["rule-action"] = action,
		["object-locator"] = locator.of(name, "table"),
	}, action)
	return self
end

return selection
