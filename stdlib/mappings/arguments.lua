--- What the builders of table mappings take: each argument checked, a wrong one told with the
--- builder, the argument, its value, what is expected and the nearest right word.

local locator = require "mappings.locator"
local suggest = require "suggest"

local arguments = {}

--- A value as a message shows it.
---@param value any
---@return string
function arguments.show(value)
	if value == nil then
		return "nothing"
	elseif type(value) == "string" then
		return #value > 60 and ("%q…"):format(value:sub(1, 57)) or ("%q"):format(value)
	elseif type(value) == "number" or type(value) == "boolean" then
		return ("the %s %s"):format(type(value), tostring(value))
	end
	return "a " .. type(value)
end

--- Refuses an argument.
---@param builder string such as `map.schema:rename`
---@param argument string
---@param expected string
---@param value any
---@param hint? string
function arguments.refuse(builder, argument, expected, value, hint)
	locator.misuse(
		("%s: %s must be %s, got %s"):format(builder, argument, expected, arguments.show(value)),
		hint
	)
end

---@param builder string
---@param argument string
---@param value any
---@param hint? string
---@return string
function arguments.text(builder, argument, value, hint)
	if type(value) ~= "string" or value == "" then
		arguments.refuse(builder, argument, "a text that is not empty", value, hint)
	end
	return value
end

--- A text that may be empty.
---@param builder string
---@param argument string
---@param value any
---@return string
function arguments.any_text(builder, argument, value)
	if type(value) ~= "string" then
		arguments.refuse(builder, argument, "a text", value)
	end
	return value
end

---@param builder string
---@param argument string
---@param value any
---@param least integer
---@param most integer
---@return integer
function arguments.integer(builder, argument, value, least, most)
	local whole = math.type(value) and math.tointeger(value)
	if not whole or whole < least or whole > most then
		local range = most == math.maxinteger and ("a whole number of at least %d"):format(least)
			or ("a whole number from %d to %d"):format(least, most)
		arguments.refuse(builder, argument, range, value)
	end
	---@cast whole integer
	return whole
end

--- A scalar as DMS writes it: text.
---@param builder string
---@param argument string
---@param value any
---@return string
function arguments.scalar(builder, argument, value)
	local kind = type(value)
	if kind ~= "string" and kind ~= "number" and kind ~= "boolean" then
		arguments.refuse(builder, argument, "a text or a number", value)
	end
	return locator.text(value)
end

---@param builder string
---@param argument string
---@param value any
---@param words string[]
---@return string
function arguments.one_of(builder, argument, value, words)
	for _, word in ipairs(words) do
		if word == value then
			return word
		end
	end
	local shown = {}
	for index, word in ipairs(words) do
		shown[index] = ("%q"):format(word)
	end
	arguments.refuse(
		builder,
		argument,
		(#words > 1 and "one of " or "") .. table.concat(shown, ", "),
		value,
		type(value) == "string" and suggest.did_you_mean(value, words) or nil
	)
	return value
end

--- A list of texts (numbers will do) that is not empty; one text stands for a list of one.
---@param builder string
---@param argument string
---@param value any
---@param example? string
---@return string[]
function arguments.texts(builder, argument, value, example)
	if type(value) == "string" then
		value = { value }
	end
	if type(value) ~= "table" or #value == 0 then
		arguments.refuse(builder, argument, "a list of names", value, example)
	end
	local found, count = {}, 0
	for _ in pairs(value) do
		count = count + 1
	end
	if count ~= #value then
		arguments.refuse(builder, argument, "a list without named keys", value, example)
	end
	for index, item in ipairs(value) do
		if item == "" then
			arguments.text(builder, ("%s[%d]"):format(argument, index), item)
		end
		found[index] = arguments.scalar(builder, ("%s[%d]"):format(argument, index), item)
	end
	return found
end

--- A table whose keys are all known; numbered ones where `listed` says so.
---@param builder string
---@param argument string
---@param value any
---@param words string[]
---@param listed? boolean
---@return table
function arguments.options(builder, argument, value, words, listed)
	if type(value) ~= "table" then
		arguments.refuse(
			builder,
			argument,
			"a table of options",
			value,
			"options are: " .. table.concat(words, ", ")
		)
	end
	local unknown = {}
	for key in pairs(value) do
		local known = listed and math.type(key) == "integer"
		for _, word in ipairs(words) do
			known = known or key == word
		end
		if not known then
			unknown[#unknown + 1] = tostring(key)
		end
	end
	-- Of several the same one is told each time.
	table.sort(unknown)
	if unknown[1] then
		locator.misuse(
			("%s has no option %q"):format(builder, unknown[1]),
			suggest.did_you_mean(unknown[1], words)
				or ("options are: " .. table.concat(words, ", ")),
			unknown[1]
		)
	end
	return value
end

--- DMS's data types.
arguments.DATA_TYPES = {
	"bytes",
	"date",
	"time",
	"datetime",
	"int1",
	"int2",
	"int4",
	"int8",
	"numeric",
	"real4",
	"real8",
	"string",
	"uint1",
	"uint2",
	"uint4",
	"uint8",
	"wstring",
	"blob",
	"nclob",
	"clob",
	"boolean",
	"set",
	"list",
	"map",
	"tuple",
}

--- What engines call types, and what DMS calls them: for hints.
local FOREIGN = {
	varchar = "string",
	char = "string",
	varchar2 = "string",
	text = "clob",
	nvarchar = "wstring",
	nchar = "wstring",
	int = "int4",
	integer = "int4",
	bigint = "int8",
	smallint = "int2",
	tinyint = "int1",
	decimal = "numeric",
	number = "numeric",
	float = "real4",
	double = "real8",
	timestamp = "datetime",
	bool = "boolean",
	bit = "boolean",
	json = "clob",
	jsonb = "clob",
	varbinary = "bytes",
	binary = "bytes",
}

local function known_type(builder, name)
	local foreign = type(name) == "string" and FOREIGN[name:lower()]
	if foreign then
		arguments.refuse(
			builder,
			"the data type",
			"one of DMS's",
			name,
			("DMS calls it %q"):format(foreign)
		)
	end
	return arguments.one_of(builder, "the data type", name, arguments.DATA_TYPES)
end

--- Types whose number in brackets is a precision; that of the others is a length.
local PRECISE = { numeric = true, datetime = true, time = true }

--- `string(40)`, `numeric(12,2)`, `datetime(6)`.
local function from_text(builder, text)
	local name, numbers = text:match "^%s*([%w]+)%s*(.-)%s*$"
	if not name or numbers == "" then
		return { type = known_type(builder, name or text) }
	end
	local made = { type = known_type(builder, name) }
	local first, second = numbers:match "^%(%s*(%d+)%s*,?%s*(%d*)%s*%)$"
	if not first or (second ~= "" and not PRECISE[name]) then
		arguments.refuse(
			builder,
			"the data type",
			'a type such as "string(40)" or "numeric(12,2)"',
			text
		)
	end
	made[PRECISE[name] and "precision" or "length"] = math.tointeger(tonumber(first))
	if second ~= "" then
		made.scale = math.tointeger(tonumber(second))
	end
	return made
end

--- A data type in DMS's words: `"string"`, `"string(40)"`, `{ type = "numeric", precision = 12 }`.
---@param builder string
---@param spec any
---@return table
function arguments.data_type(builder, spec)
	if type(spec) == "string" then
		return from_text(builder, spec)
	end
	if type(spec) ~= "table" then
		arguments.refuse(
			builder,
			"the data type",
			'a text or a table, such as "string(40)" or { type = "string", length = 40 }',
			spec
		)
	end
	arguments.options(builder, "the data type", spec, { "type", "length", "precision", "scale" })
	local made = { type = known_type(builder, spec.type) }
	for _, key in ipairs { "length", "precision", "scale" } do
		if spec[key] ~= nil then
			made[key] = arguments.integer(builder, key, spec[key], 0, math.maxinteger)
		end
	end
	return made
end

return arguments
