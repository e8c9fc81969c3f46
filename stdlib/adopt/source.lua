--- Values as Lua source, laid out as stylua lays it out: tabs, 100 columns, double quotes.
---
---     local source = require "adopt.source"
---     source.value { b = 1, a = { "x", true } }              --> '{ a = { "x", true }, b = 1 }'
---     source.value(source.code "endpoints.a.endpoint_arn")   --> "endpoints.a.endpoint_arn"
---     source.name "legacy-mysql 8"                           --> "legacy_mysql_8"

local json = require "json"

local source = {}

--- A line may hold this many columns, and a tab is this wide.
local WIDTH, TAB = 100, 4

local KEYWORDS = {}
for word in
	([[and break do else elseif end false for function goto if in local nil not or repeat return
	then true until while]]):gmatch "%a+"
do
	KEYWORDS[word] = true
end

--- Source text that stands for itself.
---@class adopt.Code
---@field text string
local Code = {}

--- Source that is written as it is.
---@param text string
---@return adopt.Code
function source.code(text)
	return setmetatable({ text = text }, Code)
end

--- Whether a value is source already.
---@param value any
---@return boolean
function source.is_code(value)
	return getmetatable(value) == Code
end

---@type table<string, string>
---@type table<string, string?>
local ESCAPES = {
	["\\"] = "\\\\",
	["\n"] = "\\n",
	["\t"] = "\\t",
	["\r"] = "\\r",
}

--- A text in quotes: double ones, unless single ones save escapes.
local function quoted(text)
	local _, doubles = text:gsub('"', "")
	local _, singles = text:gsub("'", "")
	local quote = doubles > singles and "'" or '"'
	local body = text:gsub(".", function(char)
		if char == quote then
			return "\\" .. char
		---@diagnostic disable-next-line: unnecessary-if -- few signs have one
		elseif ESCAPES[char] then
			return ESCAPES[char]
		elseif char:byte() < 32 or char:byte() == 127 then
			return ("\\%03d"):format(char:byte())
		end
	end)
	return quote .. body .. quote
end

--- A text of several lines, where a long bracket can hold it as it is.
local function long(text)
	if not text:find("\n", 1, true) or text:find("[%z\1-\8\11-\31]") then
		return nil
	end
	local level = ""
	while text:find("]" .. level .. "]", 1, true) or text:sub(-1 - #level) == "]" .. level do
		level = level .. "="
	end
	return ("[%s[\n%s]%s]"):format(level, text, level)
end

--- A word that can stand as a name or as a key.
---@param text string
---@return string
function source.name(text)
	local name = text:gsub("[^%w]+", "_"):gsub("^_+", ""):gsub("_+$", "")
	if name == "" or name:find "^%d" then
		name = "n" .. name
	end
	return KEYWORDS[name] and name .. "_" or name
end

local function key_text(key)
	if type(key) == "string" and key:find "^[%a_][%w_]*$" and not KEYWORDS[key] then
		return key .. " = "
	elseif type(key) == "string" then
		return ("[%s] = "):format(quoted(key))
	end
	return ("[%s] = "):format(tostring(key))
end

local function scalar(value)
	local sort = math.type(value)
	if sort == "integer" then
		return ("%d"):format(value)
	elseif sort == "float" then
		local whole = math.tointeger(value)
		return whole and ("%d"):format(whole) or ("%.17g"):format(value)
	elseif type(value) == "string" then
		return quoted(value)
	elseif value == json.null then
		return "json.null"
	elseif type(value) == "userdata" then
		error("a secret is never written into a script", 0)
	end
	return tostring(value)
end

--- The members of a table in their order: the list, then the names, those in `order` first.
local function members(value, order)
	local list, names, seen = {}, {}, {}
	for index, item in ipairs(value) do
		list[index] = { "", item }
		seen[index] = true
	end
	local function take(name)
		if not seen[name] and value[name] ~= nil then
			seen[name] = true
			list[#list + 1] = { key_text(name), value[name] }
		end
	end
	for _, name in ipairs(order or {}) do
		take(name)
	end
	for name in pairs(value) do
		names[#names + 1] = name
	end
	table.sort(names, function(a, b)
		return tostring(a) < tostring(b)
	end)
	for _, name in ipairs(names) do
		take(name)
	end
	return list
end

--- A value on one line; nil where it has to be broken.
local function flat(value, order)
	if source.is_code(value) then
		return not value.text:find("\n", 1, true) and value.text or nil
	elseif type(value) ~= "table" then
		return not (type(value) == "string" and long(value)) and scalar(value) or nil
	end
	local parts = {}
	for index, member in ipairs(members(value, order)) do
		local text = flat(member[2])
		if not text then
			return nil
		end
		parts[index] = member[1] .. text
	end
	return #parts == 0 and "{}" or ("{ %s }"):format(table.concat(parts, ", "))
end

--- A value as source. A secret in it is an error, never a text.
---@param value any
---@param depth? integer the indentation of the line it begins on
---@param column? integer the columns before and behind it on that line
---@param order? string[] names that stand first
---@return string
function source.value(value, depth, column, order)
	depth, column = depth or 0, column or 0
	local line = flat(value, order)
	if line and depth * TAB + column + (utf8.len(line) or #line) <= WIDTH then
		return line
	elseif source.is_code(value) then
		return value.text
	elseif type(value) == "string" then
		return long(value) or scalar(value)
	elseif type(value) ~= "table" or next(value) == nil then
		return line or scalar(value)
	end
	local tabs, out = ("\t"):rep(depth + 1), { "{" }
	for _, member in ipairs(members(value, order)) do
		local text = source.value(member[2], depth + 1, #member[1] + 1)
		out[#out + 1] = ("%s%s%s,"):format(tabs, member[1], text)
	end
	out[#out + 1] = ("\t"):rep(depth) .. "}"
	return table.concat(out, "\n")
end

--- A comment of as many lines as it needs.
---@param text string
---@param lead? string `--- ` unless it is said
---@return string
function source.comment(text, lead)
	lead = lead or "--- "
	local lines = {}
	for line in (text .. "\n"):gmatch "(.-)\n" do
		for _, part in ipairs(require("report").wrap(line, WIDTH - #lead)) do
			lines[#lines + 1] = ((lead .. (part:gsub("^%s+", ""))):gsub("%s+$", ""))
		end
	end
	return table.concat(lines, "\n")
end

return source
