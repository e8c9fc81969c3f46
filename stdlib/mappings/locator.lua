--- Names in table mappings: `schema.table.column` text, or a table where a name itself holds a dot.

local errors = require "errors"
local host = require "host"

local locator = {}

--- Raises a misuse of the builders at the line of the script that made it.
---@param what string
---@param hint? string
---@param word? string to underline in that line
---@return never
function locator.misuse(what, hint, word)
	local at = host.where()
	if at and word then
		at.word = word
	end
	errors.raise {
		summary = "Table mapping cannot be built",
		what = what,
		hints = hint and { hint } or nil,
		at = at,
		exit = "usage",
	}
	---@diagnostic disable-next-line: missing-return -- it raises
end

local LEVELS = { "schema", "table", "column" }
local EXAMPLES = {
	schema = '"production"',
	table = '"production.orders"',
	column = '"production.users.email"',
}

local function from_text(text, level)
	if text == "" then
		return nil
	end
	if level == "schema" then
		return { ["schema-name"] = text }
	end
	local schema, rest = text:match("^([^.]+)%.(.+)$")
	if not schema then
		return nil
	end
	if level == "table" then
		return { ["schema-name"] = schema, ["table-name"] = rest }
	end
	local name, column = rest:match("^([^.]+)%.(.+)$")
	if not name then
		return nil
	end
	return { ["schema-name"] = schema, ["table-name"] = name, ["column-name"] = column }
end

local function from_table(parts, level)
	local found = {}
	for key in pairs(parts) do
		if key ~= "schema" and key ~= "table" and key ~= "column" then
			return nil
		end
	end
	for _, part in ipairs(LEVELS) do
		if type(parts[part]) ~= "string" or parts[part] == "" then
			return nil
		end
		found[part .. "-name"] = parts[part]
		if part == level then
			return found
		end
	end
end

--- What is most likely missing in a name.
local function advice(name, level)
	if type(name) == "string" and name ~= "" and level == "table" then
		local text =
			'a whole schema is "%s.%%"; a name with a dot in it is { schema = …, table = … }'
		return text:format(name)
	elseif level == "schema" then
		return nil
	end
	return "a name that holds a dot is written as { schema = …, table = … }"
end

--- The object locator that a name means.
---@param name string|{schema: string, table?: string, column?: string}
---@param level "schema"|"table"|"column"
---@param builder? string for messages
---@return table
function locator.of(name, level, builder)
	local found
	if type(name) == "string" then
		found = from_text(name, level)
	elseif type(name) == "table" then
		found = from_table(name, level)
	end
	if not found then
		local shown = type(name) == "string" and ("%q"):format(name)
			or type(name) == "nil" and "nothing"
			or type(name) == "table" and "a table without these names"
			or ("the %s %s"):format(type(name), tostring(name))
		locator.misuse(
			("%s%s is wanted, such as %s; got %s"):format(
				builder and builder .. ": " or "",
				"the name of a " .. level,
				EXAMPLES[level],
				shown
			),
			advice(name, level)
		)
	end
	return found
end

--- A short name for a rule, from what it does and where: unique ones are made by `map.rules`.
---@param verb string
---@param place table an object locator
---@return string
function locator.rule_name(verb, place)
	local parts = { verb }
	for _, key in ipairs { "schema-name", "table-name", "column-name" } do
		local part = place[key]
		if type(part) == "string" and not (part == "%" and key ~= "schema-name") then
			parts[#parts + 1] = part
		end
	end
	local text = table.concat(parts, "-"):gsub("%%", "-all-"):gsub("[^%w]+", "-")
	return (text:gsub("^%-+", ""):gsub("%-+$", ""))
end

--- A scalar as the documents of DMS write it: text.
---@param value string|number|boolean
---@return string
function locator.text(value)
	---@cast value any
	if math.type(value) == "float" and value == math.floor(value) then
		return ("%.0f"):format(value)
	end
	return tostring(value)
end

return locator
