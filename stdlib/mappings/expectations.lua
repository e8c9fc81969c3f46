--- What specs expect of table mappings: `expect(rules):maps("app.orders", "dwh.orders")`.

local expectations = {}

--- `schema.table` as two names; a name that holds a dot is given as a table.
local function names(object, what)
	if type(object) == "table" and type(object.schema) == "string" then
		return object.schema, tostring(object.table)
	end
	local schema, name = tostring(object):match "^([^.]+)%.(.+)$"
	if not schema then
		local text = '%s is written as "schema.table", got %s'
		return nil, text:format(what, tostring(object))
	end
	return schema, name
end

local function place_text(document, index)
	local place = document:place(index)
	return place and (" (%s:%d)"):format(place.file:match "([^/]+)$" or place.file, place.line)
		or ""
end

--- A rule as a message names it.
local function named(document, rules, id)
	for index, rule in ipairs(rules) do
		if rule.rule_id == id then
			return ("rule %d, %s%s"):format(id, rule.text, place_text(document, index))
		end
	end
	return "rule " .. tostring(id)
end

--- Every rule that had to do with the table, and those that lost.
local function story(document, seen)
	local lines, rules = {}, seen:rules()
	for index, rule in ipairs(rules) do
		if rule.matched > 0 then
			local what = rule.applied > 0 and "applies" or "matches, without effect"
			if rule.beaten_by then
				what = ("loses against rule %d"):format(rule.beaten_by)
			end
			lines[#lines + 1] = ("  rule %d  %s  %s%s"):format(
				rule.rule_id,
				rule.text,
				what,
				place_text(document, index)
			)
		end
	end
	if #lines == 0 then
		return "no rule matches it"
	end
	return "the rules that match it:\n" .. table.concat(lines, "\n")
end

--- What becomes of one table: as the catalogue knows it, or taken alone.
local function outcome_of(document, schema, name, catalogue)
	if catalogue ~= nil then
		---@type dms.Evaluation
		local seen = document:evaluate(catalogue)
		local outcome = seen:table(schema, name)
		local alone = document:evaluate { tables = { { schema = schema, table = name } } }
		return outcome, alone, seen
	end
	local seen
	for _, kind in ipairs { "table", "view" } do
		seen = document:evaluate { tables = { { schema = schema, table = name, kind = kind } } }
		local outcome = seen:table(schema, name)
		if outcome.selected or outcome.excluded_by then
			return outcome, seen, seen
		end
	end
	---@cast seen any
	return seen:table(schema, name), seen, seen
end

local function absent(schema, name)
	return false, ("the catalogue has no table %s.%s"):format(schema, name)
end

local function why_not(document, outcome, rules)
	if outcome.excluded_by then
		return "is left out by " .. named(document, rules, outcome.excluded_by)
	end
	return "is not selected: no include or explicit rule matches it"
end

local function maps(document, source, target, catalogue)
	local schema, name = names(source, "the source")
	local to_schema, to_name = names(target, "the target")
	if not schema or not to_schema then
		return false, schema and to_name or name
	end
	local outcome, alone, seen = outcome_of(document, schema, name, catalogue)
	if not outcome then
		return absent(schema, name)
	end
	if not outcome.selected then
		return false,
			("expected %s.%s to arrive as %s.%s\nbut it %s\n%s"):format(
				schema,
				name,
				to_schema,
				to_name,
				why_not(document, outcome, seen:rules()),
				story(document, alone)
			)
	end
	if outcome.target_schema ~= to_schema or outcome.target_table ~= to_name then
		return false,
			("expected %s.%s to arrive as %s.%s\nbut it arrives as %s.%s\n%s"):format(
				schema,
				name,
				to_schema,
				to_name,
				outcome.target_schema,
				outcome.target_table,
				story(document, alone)
			)
	end
	return true
end

local function excludes(document, source, catalogue)
	local schema, name = names(source, "the table")
	if not schema then
		return false, name
	end
	local outcome, alone, seen = outcome_of(document, schema, name, catalogue)
	if not outcome then
		return absent(schema, name)
	end
	if outcome.selected then
		return false,
			("expected %s.%s to be left out\nbut it arrives as %s.%s, taken by %s\n%s"):format(
				schema,
				name,
				outcome.target_schema,
				outcome.target_table,
				named(document, seen:rules(), outcome.by_rule),
				story(document, alone)
			)
	end
	return true
end

--- One column of a table, as the rules leave it.
local function column_of(document, source, catalogue)
	local schema, name, column = tostring(source):match "^([^.]+)%.([^.]+)%.(.+)$"
	if not schema then
		return nil,
			('a column is written as "schema.table.column", got %s'):format(tostring(source))
	end
	local given = { schema = schema, table = name, columns = { { name = column } } }
	local seen = document:evaluate(catalogue or { tables = { given } })
	local outcome = seen:table(schema, name)
	if not outcome then
		return nil, ("the catalogue has no table %s.%s"):format(schema, name)
	elseif not outcome.selected then
		local text = "%s.%s, the table of the column, %s"
		return nil, text:format(schema, name, why_not(document, outcome, seen:rules()))
	end
	for _, item in ipairs(outcome.columns) do
		if item.source == column then
			return item, document:evaluate { tables = { given } }
		end
	end
	return nil, ("%s.%s has no column %s"):format(schema, name, column)
end

local function maps_column(document, source, target, catalogue)
	local column, seen = column_of(document, source, catalogue)
	if not column then
		return false, seen
	end
	if column.removed or column.target ~= target then
		return false,
			("expected %s to arrive as %s\nbut it %s\n%s"):format(
				source,
				tostring(target),
				column.removed and "is left out" or "arrives as " .. tostring(column.target),
				story(document, seen)
			)
	end
	return true
end

local function drops_column(document, source, catalogue)
	local column, seen = column_of(document, source, catalogue)
	if not column then
		return false, seen
	end
	if not column.removed then
		return false,
			("expected %s to be left out\nbut it arrives as %s\n%s"):format(
				source,
				tostring(column.target),
				story(document, seen)
			)
	end
	return true
end

local function masks(document, source, catalogue)
	local column, seen = column_of(document, source, catalogue)
	if not column then
		return false, seen
	end
	if column.removed or not column.masked_by then
		return false,
			("expected %s to be masked\nbut it %s\n%s"):format(
				source,
				column.removed and "is left out" or "arrives as it is",
				story(document, seen)
			)
	end
	return true
end

--- The expectations; what they are asked of may be a plain table of DMS's form too.
---@return table<string, fun(document: any, ...: any): boolean, string?>
function expectations.of(_)
	return {
		maps = maps,
		excludes = excludes,
		maps_column = maps_column,
		drops_column = drops_column,
		masks = masks,
	}
end

return expectations
