--- Typed values of the configuration: text from the command line and the environment, JSON from
--- files.

local json = require "json"
local secret = require "secret"

local values = {}

local BOOLEANS = {
	["true"] = true,
	yes = true,
	on = true,
	["1"] = true,
	["false"] = false,
	no = false,
	off = false,
	["0"] = false,
}

local function is_list(value)
	return type(value) == "table" and (#value > 0 or next(value) == nil)
end

local function decoded(text)
	local ok, value = pcall(json.decode, text)
	return ok and value or nil
end

--- A password: text, or where to read it. It is a secret from here on.
local function to_secret(value)
	if type(value) == "string" then
		return secret.new(value)
	end
	if type(value) == "table" and type(value.env) == "string" then
		return secret.env(value.env)
	end
	if type(value) == "table" and type(value.file) == "string" then
		return secret.file(value.file)
	end
	if secret.is(value) then
		return value
	end
end

---@type table<string, fun(value: any): any>
local READ = {
	string = function(value)
		return type(value) == "string" and value or nil
	end,
	integer = function(value)
		return type(value) == "number" and math.tointeger(value) or nil
	end,
	boolean = function(value)
		if type(value) == "boolean" then
			return value
		end
	end,
	list = function(value)
		if not is_list(value) then
			return nil
		end
		for _, item in ipairs(value) do
			if type(item) ~= "string" then
				return nil
			end
		end
		return value
	end,
	map = function(value)
		return type(value) == "table" and (next(value) == nil or #value == 0) and value or nil
	end,
	secret = to_secret,
}

---@type table<string, fun(text: string): any>
local PARSE = {
	string = function(text)
		return text
	end,
	integer = function(text)
		return math.tointeger(tonumber(text))
	end,
	boolean = function(text)
		return BOOLEANS[text:lower()]
	end,
	list = function(text)
		if text:match "^%s*%[" then
			return decoded(text)
		end
		local list = {}
		for item in text:gmatch "[^,]+" do
			list[#list + 1] = item:match "^%s*(.-)%s*$"
		end
		return list
	end,
	map = decoded,
	secret = function(text)
		-- A password may begin with a brace; only what reads as the documented form is taken for it.
		local form = text:match "^%s*{" and decoded(text)
		if type(form) == "table" and (form.env or form.file) then
			return form
		end
		return text
	end,
}

--- What a type is called in a message.
values.WORDS = {
	string = "a text",
	integer = "a whole number",
	boolean = "true or false",
	list = "a list of texts",
	map = "an object",
	group = "an object",
	secret = 'a text, {"env": NAME} or {"file": PATH}',
}

--- A value of a file or a script as its key wants it; nil where it has another type.
---@param kind string
---@param value any
function values.read(kind, value)
	return READ[kind](value)
end

--- A text of the command line or the environment as its key wants it; nil where it cannot be.
---@param kind string
---@param text string
function values.parse(kind, text)
	local value = PARSE[kind](text)
	if value == nil then
		return nil
	end
	return READ[kind](value)
end

--- A value in a message, which never shows a secret.
---@param kind string
---@param value any
---@return string
function values.show(kind, value)
	if kind == "secret" or type(value) == "userdata" then
		return "***"
	end
	if type(value) == "table" then
		return is_list(value) and "a list" or "an object"
	end
	return type(value) == "string" and ("%q"):format(value) or tostring(value)
end

return values
