--- Selection rules: which tables are migrated, with filters and the order of loading.

local arguments = require "mappings.arguments"
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

---@alias mappings.Operator
---| "=" # equal
---| "<>" # not equal; rows with null are left out too
---| "<=" # at most
---| ">=" # at least
---| "between" # from the first value to the second, both included
---| "not between" # below the first or above the second
---| "is null"
---| "is not null"
---| "in" # equal to one of a list
---| "not in" # equal to none of a list

local function operator_names()
	local names = { "in", "not in" }
	for name in pairs(OPERATORS) do
		names[#names + 1] = name
	end
	table.sort(names)
	return names
end

--- DMS has no strict comparison; for whole numbers the neighbour says the same.
local function refuse_strict(name, word, value)
	local hint = ("use %q with the neighbouring value"):format(word .. "=")
	if math.type(value) == "integer" then
		local neighbour = word == "<" and value - 1 or value + 1
		hint = ("for whole numbers: %q, %d"):format(word .. "=", neighbour)
	end
	locator.misuse(("%s: DMS has no strict comparison %q"):format(name, word), hint)
end

local function operator_of(name, word, value)
	if word == "<" or word == ">" then
		refuse_strict(name, word, value)
	end
	local operator = OPERATORS[word]
	if not operator then
		local near = type(word) == "string" and suggest.did_you_mean(word, operator_names())
		arguments.refuse(
			name,
			"the operator",
			"one that DMS has",
			word,
			near or ("operators are: " .. table.concat(operator_names(), ", "))
		)
	end
	return operator
end

local WANTED = { [0] = "no value", "one value", "two values" }

--- The condition of an operator and its values: `{ "between", 50, 75, n = 3 }`.
local function condition(name, parts)
	local word = parts[1]
	local operator = operator_of(name, word, parts[2])
	local given = (parts.n or #parts) - 1
	if given ~= operator[2] then
		local example = operator[2] == 0 and ("%q"):format(word)
			or operator[2] == 1 and ("%q, 10"):format(word)
			or ("%q, 10, 20"):format(word)
		locator.misuse(
			("%s: %q takes %s, %d given"):format(name, word, WANTED[operator[2]], given),
			"for example: " .. example
		)
	end
	local made = { ["filter-operator"] = operator[1] }
	if operator[2] == 1 then
		made.value = arguments.scalar(name, "the value", parts[2])
	elseif operator[2] == 2 then
		made["start-value"] = arguments.scalar(name, "the first value", parts[2])
		made["end-value"] = arguments.scalar(name, "the second value", parts[3])
		local low, high = tonumber(parts[2]), tonumber(parts[3])
		if low and high and low > high then
			locator.misuse(
				("%s: %q from %s to %s holds no value"):format(name, word, parts[2], parts[3]),
				"the smaller value stands first"
			)
		end
	end
	return made
end

local function add_filter(rule, column, conditions)
	rule.filters = rule.filters or {}
	table.insert(rule.filters, {
		["filter-type"] = "source",
		["column-name"] = column,
		["filter-conditions"] = conditions,
	})
end

--- The conditions of what stands behind the column: one operator, or alternatives in tables.
local function conditions_of(name, ...)
	local given = table.pack(...)
	if type(given[1]) ~= "table" then
		return { condition(name, given) }
	end
	local conditions = {}
	for index = 1, given.n do
		local parts = given[index]
		if type(parts) ~= "table" then
			arguments.refuse(
				name,
				("alternative %d"):format(index),
				'an operator and its values, as in { "<=", 10 }',
				parts
			)
		end
		---@cast parts table
		if parts[1] == "in" then
			for _, value in ipairs(arguments.texts(name, "the list", parts[2])) do
				conditions[#conditions + 1] = condition(name, { "=", value, n = 2 })
			end
		else
			conditions[#conditions + 1] = condition(name, parts)
		end
	end
	return conditions
end

--- Takes only the rows that satisfy a condition on a column. Several `where` must all hold; several
--- conditions of one `where` are alternatives.
---
--- ```lua
--- local map = require "mappings"
--- map.include "hr.emp"
---   :where("dept", "=", "tech")
---   :where("empid", { "<=", 10 }, { "between", 50, 75 })
---   :where("left_at", "is null")
---   :where("country", "in", { "DE", "FR" })
--- ```
---@param column string
---@param operator mappings.Operator|table an operator, or an alternative: `{ "<=", 10 }`
---@param ... any its values, or further alternatives
---@return mappings.Selection
function Selection:where(column, operator, ...)
	local name = builder.name_of(self, "where")
	arguments.text(name, "the column", column)
	local rule = builder.last(self, "where")
	if operator == "not in" then
		-- Filters of one rule must all hold, so each value is a filter of its own.
		for _, value in ipairs(arguments.texts(name, "the list", (...))) do
			add_filter(rule, column, { condition(name, { "<>", value, n = 2 }) })
		end
	elseif operator == "in" then
		add_filter(rule, column, conditions_of(name, { "in", (...) }))
	else
		add_filter(rule, column, conditions_of(name, operator, ...))
	end
	return self
end

--- Higher loads first. It orders the start of loading only: other tables do not wait.
---@param order integer from 1 to 2147483647
---@return mappings.Selection
function Selection:order(order)
	local name = builder.name_of(self, "order")
	local whole = arguments.integer(name, "the order", order, 1, 2147483647)
	builder.last(self, "order")["load-order"] = locator.text(whole)
	return self
end

--- Views instead of tables; they arrive as tables, and in a full load only.
---@return mappings.Selection
function Selection:views()
	builder.last(self, "views")["object-locator"]["table-type"] = "view"
	return self
end

--- Tables and views.
---@return mappings.Selection
function Selection:tables_and_views()
	builder.last(self, "tables_and_views")["object-locator"]["table-type"] = "all"
	return self
end

builder.seal(Selection, { where = -1, order = 1, views = 0, tables_and_views = 0 })

--- Starts a selection rule.
---@param action "include"|"exclude"|"explicit"
---@param name string|table
---@param called? string
---@return mappings.Selection
function selection.new(action, name, called)
	called = called or "map." .. action
	---@type any
	local self = builder.new(Selection, { called = called })
	builder.add(self, {
		["rule-type"] = "selection",
		["rule-action"] = action,
		["object-locator"] = locator.of(name, "table", called),
	}, action)
	return self
end

return selection
