--- Checks of arguments: a wrong one is an error at the caller's line, with the nearest valid name.
---
--- ```lua
--- local check = require "check"
--- local options = check.table({ name = "orders", zones = 2 }, {
--- 	name = "string",
--- 	zones = "integer?",
--- 	mode = { "full-load", "cdc", optional = true },
--- }, "migration")
--- options.zones --> 2
--- check.type("two", "integer", "zones") --> error: zones must be an integer, got a string
--- ```
local errors = require "errors"
local host = require "host"
local suggest = require "suggest"
local time = require "time"

local check = {}

---@param value any
---@return string
local function type_of(value)
	if value == nil then
		return "nothing"
	elseif math.type(value) == "integer" then
		return "an integer"
	elseif type(value) == "userdata" then
		local meta = tostring(getmetatable(value) and getmetatable(value).__name or "userdata")
		return "a " .. meta
	end
	return "a " .. type(value)
end

---@param value any
---@return string
local function show(value)
	if type(value) == "string" then
		return ("%q"):format(value)
	elseif type(value) == "number" or type(value) == "boolean" then
		return tostring(value)
	end
	return type_of(value)
end

--- Raises a fault of an argument at the caller's line.
---@param message string what is wrong
---@param word? string the word in the caller's line to mark
---@param hint? string
function check.fail(message, word, hint)
	local at = host.where()
	if at then
		at.word = word
	end
	errors.raise { summary = "Wrong argument", what = message, hints = { hint }, at = at }
end

--- `unknown key "nmae"`, with the nearest of the known ones.
---@param what string what the names belong to, such as `migration`
---@param sort string what a name is, such as `key` or `kind`
---@param name any
---@param known string[]
function check.unknown(what, sort, name, known)
	local text = tostring(name)
	local hint = suggest.did_you_mean(text, known)
	if not hint and #known > 0 and #known <= 30 then
		hint = "valid: " .. table.concat(known, ", ")
	end
	check.fail(("%s: unknown %s %s"):format(what, sort, show(name)), text, hint)
end

---@param names table<string, any>
---@return string[]
local function sorted(names)
	local list = {}
	for name in pairs(names) do
		list[#list + 1] = name
	end
	table.sort(list)
	return list
end

local matches = {
	any = function()
		return true
	end,
	integer = function(value)
		return math.type(value) == "integer"
			or (math.type(value) == "float" and value % 1 == 0 and math.abs(value) < 2 ^ 53)
	end,
	list = function(value)
		return type(value) == "table" and (next(value) == nil or #value > 0)
	end,
	map = function(value)
		return type(value) == "table" and #value == 0
	end,
	callable = function(value)
		local meta = type(value) ~= "function" and getmetatable(value)
		return type(value) == "function" or (type(meta) == "table" and meta.__call ~= nil)
	end,
}

---@param value any
---@param wanted string one type, or several with `|` between
---@return boolean
local function is(value, wanted)
	for name in wanted:gmatch "[^|]+" do
		local match = matches[name]
		if (match and match(value)) or type(value) == name then
			return true
		end
	end
	return false
end

---@param wanted string
---@return string
local function article(wanted)
	local text = wanted:gsub("|", " or ")
	return (text:find "^[aeiou]" and "an " or "a ") .. text
end

--- Checks one value. `wanted` is a type of Lua, or `integer`, `list`, `map`, `callable`, `any`;
--- several with `|` between; with `?` at its end it may be absent.
---@generic T
---@param value T
---@param wanted string
---@param name string how the message calls the value
---@return T
function check.type(value, wanted, name)
	local optional = wanted:sub(-1) == "?"
	local types = optional and wanted:sub(1, -2) or wanted
	if value == nil and (optional or types == "any") then
		return value
	end
	if not is(value, types) then
		local last = name:match "([%w_]+)$"
		check.fail(("%s must be %s, got %s"):format(name, article(types), type_of(value)), last)
	end
	return value
end

--- Checks a duration: seconds from 0, or text such as "2h 30m". Gives the seconds.
---@param value number|string
---@param name string how the message calls the value
---@return number
function check.duration(value, name)
	local good, result = pcall(time.seconds, value)
	local seconds = good and tonumber(result) or -1
	if seconds < 0 then
		check.fail(
			('%s must be seconds from 0, or a duration such as "2m 30s", got %s'):format(
				name,
				show(value)
			),
			name:match "([%w_]+)$"
		)
	end
	return seconds
end

--- Checks that a value is one of the choices.
---@generic T
---@param value T
---@param choices T[]
---@param name string
---@return T
function check.one_of(value, choices, name)
	for _, choice in ipairs(choices) do
		if choice == value then
			return value
		end
	end
	local texts = {}
	for index, choice in ipairs(choices) do
		texts[index] = tostring(choice)
	end
	local hint = type(value) == "string" and suggest.did_you_mean(value, texts) or nil
	check.fail(
		("%s must be one of %s, got %s"):format(name, table.concat(texts, ", "), show(value)),
		type(value) == "string" and value or name:match "([%w_]+)$",
		hint
	)
	return value
end

--- Checks that a table has no other keys than the known ones.
---@param value table
---@param known string[]|table<string, any> a list of names, or a table with the names as its keys
---@param what string
function check.keys(value, known, what)
	---@type string[]
	---@cast known any
	local names = #known > 0 and known or sorted(known)
	local valid = {}
	for _, name in ipairs(names) do
		valid[name] = true
	end
	local given = {}
	for key in pairs(value) do
		given[#given + 1] = key
	end
	table.sort(given, function(a, b)
		return tostring(a) < tostring(b)
	end)
	for _, key in ipairs(given) do
		if not valid[key] then
			check.unknown(what, "key", key, names)
		end
	end
end

--- Checks a table of options against a schema: by key a type as in `check.type`, or a list of
--- choices (with `optional = true` where it may be absent).
---@generic T: table
---@param value T
---@param schema table<string, string|table>
---@param what string how the message calls the table
---@return T
function check.table(value, schema, what)
	check.type(value, "table", what)
	check.keys(value, sorted(schema), what)
	for _, key in ipairs(sorted(schema)) do
		local wanted, name = schema[key], what .. "." .. key
		if type(wanted) == "string" then
			check.type(value[key], wanted, name)
		elseif value[key] ~= nil or not wanted.optional then
			check.one_of(value[key], wanted, name)
		end
	end
	return value
end

return check
