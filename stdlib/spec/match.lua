--- Matchers: what stands for many values in `assert.same` and in the arguments of `was_called_with`.
---
---     local match = require "spec.match"
---     match.accepts(match.is_string(), "x")                 --> true
---     match.accepts(match.matches "^dms%-", "orders")       --> false
---     match.accepts(match.is_not_nil(), nil)                --> false
---     match.accepts(match._, 42)                            --> true

---@class spec.match
---@field is fun(value: any): boolean whether a value is a matcher
---@field accepts fun(matcher: spec.Matcher, value: any): boolean
---@field is_string fun(): spec.Matcher
---@field is_number fun(): spec.Matcher
---@field is_table fun(): spec.Matcher
---@field is_not_nil fun(): spec.Matcher
---@field matches fun(pattern: string): spec.Matcher
---@field contains fun(part: any): spec.Matcher
---@field same fun(value: any): spec.Matcher
---@field near fun(value: number, tolerance: number): spec.Matcher
---@field all_of fun(...: any): spec.Matcher
---@field any_of fun(...: any): spec.Matcher
---@field none_of fun(...: any): spec.Matcher
---@field ref fun(value: any): spec.Matcher
local match = {}

---@class spec.Matcher
---@field package name string
---@field package test fun(value: any): boolean

local META = {
	__name = "matcher",
	__tostring = function(self)
		return self.name
	end,
}

local function matcher(name, test)
	return setmetatable({ name = name, test = test }, META)
end

---@type table<string, fun(...: any): fun(value: any): boolean>
local MAKERS = {}

for _, kind in ipairs {
	"string",
	"number",
	"boolean",
	"table",
	"function",
	"userdata",
	"thread",
	"nil",
} do
	MAKERS[kind] = function()
		return function(value)
			return type(value) == kind
		end
	end
end

MAKERS["true"] = function()
	return function(value)
		return value == true
	end
end

MAKERS["false"] = function()
	return function(value)
		return value == false
	end
end

function MAKERS.truthy()
	return function(value)
		return value and true or false
	end
end

function MAKERS.falsy()
	return function(value)
		return not value
	end
end

function MAKERS.equal(wanted)
	return function(value)
		return value == wanted
	end
end

function MAKERS.same(wanted)
	return function(value)
		return #require("spec.differences").between(wanted, value) == 0
	end
end

function MAKERS.matches(pattern)
	return function(value)
		return type(value) == "string" and value:find(pattern) ~= nil
	end
end

function MAKERS.near(wanted, tolerance)
	return function(value)
		return type(value) == "number" and math.abs(value - wanted) <= tolerance
	end
end

function MAKERS.ref(wanted)
	return function(value)
		return rawequal(value, wanted)
	end
end

--- A matcher stands for itself, anything else for what has the same content.
local function accepts(one, value)
	if match.is(one) then
		return match.accepts(one, value)
	end
	return #require("spec.differences").between(one, value) == 0
end

function MAKERS.all_of(...)
	local list = { ... }
	return function(value)
		for _, one in ipairs(list) do
			if not accepts(one, value) then
				return false
			end
		end
		return true
	end
end

function MAKERS.any_of(...)
	local list = { ... }
	return function(value)
		for _, one in ipairs(list) do
			if accepts(one, value) then
				return true
			end
		end
		return false
	end
end

function MAKERS.none_of(...)
	local any = MAKERS.any_of(...)
	return function(value)
		return not any(value)
	end
end

function MAKERS.contains(part)
	return function(value)
		if type(value) == "string" then
			return value:find(part, 1, true) ~= nil
		elseif type(value) == "table" then
			for _, item in pairs(value) do
				if #require("spec.differences").between(part, item) == 0 then
					return true
				end
			end
		end
		return false
	end
end

local ALIASES = { equals = "equal", match = "matches", callable = "function" }

--- Anything, nil included.
---@type spec.Matcher
match._ = matcher("anything", function()
	return true
end)

--- Whether a value is a matcher. `match.is.string()` is a matcher, as `match.is_string()` is.
match.is = setmetatable({}, {
	__call = function(_, value)
		return type(value) == "table" and getmetatable(value) == META
	end,
	__index = function(_, name)
		return match[name]
	end,
}) --[[@as any]]

--- Whether the matcher accepts the value.
---@param self spec.Matcher
---@param value any
---@return boolean
function match.accepts(self, value)
	return self.test(value)
end

--- Splits `is_not_nil` into the words that say nothing, "not", and the rest.
local function words(name)
	local denied, rest = false, {}
	for word in name:gmatch "[^_]+" do
		if #rest == 0 and (word == "not" or word == "no") then
			denied = not denied
		elseif
			#rest > 0 or not (word == "is" or word == "are" or word == "has" or word == "be")
		then
			rest[#rest + 1] = word
		end
	end
	return table.concat(rest, "_"), denied
end

return setmetatable(match, {
	__index = function(_, name)
		local word, denied = words(tostring(name))
		if word == "" then
			-- `match.is_not.string()`: the words that stand before.
			return setmetatable({}, {
				__index = function(_, rest)
					return match[name .. "_" .. rest]
				end,
			})
		end
		local make = MAKERS[ALIASES[word] or word] or MAKERS[word:lower()]
		if not make then
			local known = {}
			for one in pairs(MAKERS) do
				known[#known + 1] = one
			end
			table.sort(known)
			require("errors").raise {
				summary = "Wrong argument",
				what = ("there is no matcher %q"):format(tostring(name)),
				hints = {
					require("suggest").did_you_mean(word, known) or table.concat(known, ", "),
				},
			}
		end
		return function(...)
			local test, given = make(...), { ... }
			local shown = {}
			for index = 1, select("#", ...) do
				shown[index] = require("spec.show").value(given[index])
			end
			local text = ("match.%s(%s)"):format(name, table.concat(shown, ", "))
			return matcher(text, function(value)
				return test(value) ~= denied
			end)
		end
	end,
})
