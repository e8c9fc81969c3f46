--- Names in table mappings: `schema.table.column` text, or a table where a name itself holds a dot.

local errors = require "errors"
local host = require "host"

local locator = {}

--- Raises a misuse of the builders at the line of the script that made it.
---@param what string
---@param hint? string
function locator.misuse(what, hint)
	errors.raise {
		summary = "Table mapping cannot be built",
		what = what,
		hints = hint and { hint } or nil,
		at = host.where(),
		exit = "usage",
	}
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
	for _, part in ipairs(LEVELS) do
		if type(parts[part]) ~= "string" then
			return nil
		end
		found[part .. "-name"] = parts[part]
		if part == level then
			return found
		end
	end
end

--- The object locator that a name means.
---@param name string|{schema: string, table?: string, column?: string}
---@param level "schema"|"table"|"column"
---@return table
function locator.of(name, level)
	local found
	if type(name) == "string" then
		found = from_text(name, level)
	elseif type(name) == "table" then
		found = from_table(name, level)
	end
	if not found then
		locator.misuse(
			("a %s is wanted, such as %s; got %s"):format(level, EXAMPLES[level], tostring(name)),
			"a name that holds a dot is written as { schema = …, table = … }"
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
		if part and not (part == "%" and key ~= "schema-name") then
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
	if math.type(value) == "float" and value == math.floor(value) then
		return ("%.0f"):format(value)
	end
	return tostring(value)
end

return locator
