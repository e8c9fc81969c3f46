--- Specs in busted's vocabulary, run by `dmsrun test`: `describe`, `it`, `before_each`,
--- `after_each`,
--- `pending`, and `assert` with readable differences.
---
--- ```lua
--- local spec = require "spec"
--- spec.assert.same({ 1, { a = 2 } }, { 1, { a = 2 } })
--- spec.assert.has_error(function() error "no way" end, "no way")
--- ```
local errors = require "errors"
local host = require "host"
local suggest = require "suggest"

local spec = {}

---@class spec.Block
---@field name string
---@field parent? spec.Block
---@field before function[]
---@field after function[]

---@class spec.Test
---@field name string
---@field block spec.Block
---@field body? function
---@field at? table

---@type spec.Test[]
local tests = {}
---@type spec.Block
local block = { name = "", before = {}, after = {} }

local DEEPEST, MOST_DIFFERENCES = 40, 12

---@param value any
---@param depth? integer
---@return string
local function show(value, depth)
	depth = depth or 0
	if type(value) == "string" then
		local text = ("%q"):format(value):gsub("\\\n", "\\n")
		return text
	elseif type(value) ~= "table" then
		local ok, text = pcall(tostring, value)
		return ok and text or ("<%s>"):format(type(value))
	elseif depth > 3 then
		return "{…}"
	end
	local parts, keys = {}, {}
	for index, item in ipairs(value) do
		parts[index] = show(item, depth + 1)
	end
	for key in pairs(value) do
		if math.type(key) ~= "integer" or key < 1 or key > #parts then
			keys[#keys + 1] = key
		end
	end
	table.sort(keys, function(a, b)
		return tostring(a) < tostring(b)
	end)
	for _, key in ipairs(keys) do
		local name = type(key) == "string" and key:match "^[%a_][%w_]*$" or "[" .. show(key) .. "]"
		parts[#parts + 1] = name .. " = " .. show(value[key], depth + 1)
	end
	return #parts == 0 and "{}" or "{ " .. table.concat(parts, ", ") .. " }"
end

---@param path string
---@param key any
---@return string
local function step(path, key)
	if type(key) == "string" and key:match "^[%a_][%w_]*$" then
		return path == "" and key or path .. "." .. key
	end
	return ("%s[%s]"):format(path, show(key))
end

--- Collects where two values differ.
---@param expected any
---@param actual any
---@param path string
---@param found string[]
---@param depth integer
local function differences(expected, actual, path, found, depth)
	if rawequal(expected, actual) or expected == actual then
		return
	end
	if type(expected) ~= "table" or type(actual) ~= "table" or depth > DEEPEST then
		local at = path == "" and "" or path .. ": "
		found[#found + 1] = ("%sexpected %s, got %s"):format(at, show(expected), show(actual))
		return
	end
	local keys = {}
	for key in pairs(expected) do
		keys[#keys + 1] = key
	end
	for key in pairs(actual) do
		if expected[key] == nil then
			keys[#keys + 1] = key
		end
	end
	table.sort(keys, function(a, b)
		if type(a) == "number" and type(b) == "number" then
			return a < b
		end
		return tostring(a) < tostring(b)
	end)
	for _, key in ipairs(keys) do
		differences(expected[key], actual[key], step(path, key), found, depth + 1)
	end
end

---@param message string
---@param note? string what the spec says about the assertion
local function fail(message, note)
	errors.raise {
		summary = "Assertion failed",
		what = note and note .. "\n" .. message or message,
		at = host.where(),
	}
end

---@param value any
---@return string
local function text_of(value)
	local ok, text = pcall(tostring, value)
	return ok and text or show(value)
end

---@param text string
---@param pattern string
---@return boolean
local function contains(text, pattern)
	if text:find(pattern, 1, true) then
		return true
	end
	local ok, found = pcall(string.find, text, pattern)
	return ok and found ~= nil
end

local assertions = {}

function assertions.equal(expected, actual, note)
	if expected ~= actual then
		fail(("expected %s\n     got %s"):format(show(expected), show(actual)), note)
	end
	return actual
end

function assertions.not_equal(unexpected, actual, note)
	if unexpected == actual then
		fail(("expected anything but %s"):format(show(unexpected)), note)
	end
	return actual
end

function assertions.same(expected, actual, note)
	local found = {}
	differences(expected, actual, "", found, 0)
	if #found > 0 then
		local more = #found - MOST_DIFFERENCES
		if more > 0 then
			found = table.move(found, 1, MOST_DIFFERENCES, 1, {})
			found[#found + 1] = ("and %d more"):format(more)
		end
		fail(table.concat(found, "\n"), note)
	end
	return actual
end

function assertions.not_same(unexpected, actual, note)
	local found = {}
	differences(unexpected, actual, "", found, 0)
	if #found == 0 then
		fail(("expected anything but %s"):format(show(unexpected)), note)
	end
	return actual
end

function assertions.is_true(actual, note)
	return assertions.equal(true, actual, note)
end

function assertions.is_false(actual, note)
	return assertions.equal(false, actual, note)
end

function assertions.is_nil(actual, note)
	return assertions.equal(nil, actual, note)
end

function assertions.is_not_nil(actual, note)
	if actual == nil then
		fail("expected a value, got nil", note)
	end
	return actual
end

function assertions.truthy(actual, note)
	if not actual then
		fail(("expected something true, got %s"):format(show(actual)), note)
	end
	return actual
end

function assertions.falsy(actual, note)
	if actual then
		fail(("expected nil or false, got %s"):format(show(actual)), note)
	end
	return actual
end

function assertions.near(expected, actual, tolerance, note)
	if type(actual) ~= "number" or math.abs(expected - actual) > tolerance then
		local text = "expected %s give or take %s, got %s"
		fail(text:format(show(expected), show(tolerance), show(actual)), note)
	end
	return actual
end

--- `matches(pattern, text)`: the text contains the pattern, literally or as a pattern of Lua.
function assertions.matches(pattern, text, note)
	if type(text) ~= "string" or not contains(text, pattern) then
		fail(("expected a text with %s\n     got %s"):format(show(pattern), show(text)), note)
	end
	return text
end

function assertions.not_matches(pattern, text, note)
	if type(text) == "string" and contains(text, pattern) then
		fail(("expected no %s\n  in %s"):format(show(pattern), show(text)), note)
	end
	return text
end

--- `has_error(f, pattern)`: `f()` raises, and the error's text contains the pattern; or with a
--- table instead of a pattern, the error value has these fields. Gives the error value.
function assertions.has_error(f, pattern, note)
	local ok, value = pcall(f)
	if ok then
		fail("expected an error, but there was none", note)
	end
	if type(pattern) == "table" then
		for key, wanted in pairs(pattern) do
			local got = type(value) == "table" and value[key] or nil
			if got ~= wanted then
				local text = "expected an error with %s = %s\n     got %s"
				fail(text:format(tostring(key), show(wanted), text_of(value)), note)
			end
		end
	elseif pattern ~= nil and not contains(text_of(value), pattern) then
		fail(("expected an error with %s\n     got %s"):format(show(pattern), text_of(value)), note)
	end
	return value
end

function assertions.has_no_error(f, note)
	local ok, value = pcall(f)
	if not ok then
		fail(("expected no error, got %s"):format(text_of(value)), note)
	end
	return value
end

local aliases = {
	equals = "equal",
	are_not_equal = "not_equal",
	is_not_equal = "not_equal",
	are_not_same = "not_same",
	is_truthy = "truthy",
	is_falsy = "falsy",
	error = "has_error",
	errors = "has_error",
	error_matches = "has_error",
	has_no_errors = "has_no_error",
	no_error = "has_no_error",
	no_errors = "has_no_error",
	not_nil = "is_not_nil",
	["true"] = "is_true",
	["false"] = "is_false",
	["nil"] = "is_nil",
}

--- busted's `assert`: callable as Lua's own, with the assertions as its fields, with or without
--- `are_`,
--- `is_` and `has_` before them, and through `assert.are`, `assert.is` and `assert.has`.
---@class spec.assert
---@field equal fun(expected: any, actual: any, note?: string): any
---@field same fun(expected: any, actual: any, note?: string): any
---@field is_true fun(actual: any, note?: string): any
---@field is_false fun(actual: any, note?: string): any
---@field is_nil fun(actual: any, note?: string): any
---@field is_not_nil fun(actual: any, note?: string): any
---@field has_error fun(f: function, pattern?: string|table, note?: string): any
---@field matches fun(pattern: string, text: string, note?: string): any
---@overload fun(value: any, message?: any): any
local plain_assert = assert
spec.assert = setmetatable({}, {
	__call = function(_, ...)
		return plain_assert(...)
	end,
	__index = function(self, key)
		if key == "are" or key == "is" or key == "has" then
			return self
		end
		local bare = tostring(key):gsub("^are_", ""):gsub("^is_", ""):gsub("^has_", "")
		local found = assertions[key]
			or assertions[aliases[key]]
			or assertions[bare]
			or assertions[aliases[bare]]
		if not found then
			local names = {}
			for name in pairs(assertions) do
				names[#names + 1] = name
			end
			table.sort(names)
			errors.raise {
				summary = "Wrong argument",
				what = ("there is no assertion %s"):format(show(key)),
				hints = { suggest.did_you_mean(tostring(key), names) },
				at = host.where(),
			}
		end
		return found
	end,
})

--- A named group of tests, with its own `before_each` and `after_each`.
---@param name string
---@param body fun()
function spec.describe(name, body)
	local outer = block
	block = { name = name, parent = outer, before = {}, after = {} }
	local ok, fault = errors.capture(body)
	block = outer
	if not ok then
		error(fault, 0)
	end
end

--- A test. Without a body it is pending.
---@param name string
---@param body? fun()
function spec.it(name, body)
	tests[#tests + 1] = { name = name, block = block, body = body, at = host.where() }
end

--- A test that is not written yet, or does not pass yet.
---@param name string
function spec.pending(name)
	tests[#tests + 1] = { name = name, block = block, at = host.where() }
end

---@param f fun()
function spec.before_each(f)
	table.insert(block.before, f)
end

---@param f fun()
function spec.after_each(f)
	table.insert(block.after, f)
end

---@param from spec.Block
---@return spec.Block[] from the outermost to the innermost
local function chain(from)
	local list = {}
	local at = from ---@type spec.Block?
	while at do
		table.insert(list, 1, at)
		at = at.parent
	end
	return list
end

---@param test spec.Test
---@return string
local function full_name(test)
	local names = {}
	for _, part in ipairs(chain(test.block)) do
		if part.name ~= "" then
			names[#names + 1] = part.name
		end
	end
	names[#names + 1] = test.name
	return table.concat(names, " ")
end

---@param test spec.Test
---@return boolean ok
---@return any fault
local function run_test(test)
	local blocks = chain(test.block)
	local ok, fault = errors.capture(function()
		for _, part in ipairs(blocks) do
			for _, f in ipairs(part.before) do
				f()
			end
		end
		test.body()
	end)
	local described = not ok and errors.describe(fault) or nil
	for index = #blocks, 1, -1 do
		for _, f in ipairs(blocks[index].after) do
			local after_ok, after_fault = errors.capture(f)
			if ok and not after_ok then
				ok, described = false, errors.describe(after_fault)
			end
		end
	end
	return ok, described
end

--- Runs what was described, and tells `report` of every result.
---@param filter string? only tests whose full name contains it
---@param report fun(result: table)
function spec.run(filter, report)
	local todo = tests
	tests = {}
	for _, test in ipairs(todo) do
		local name = full_name(test)
		if not filter or name:find(filter, 1, true) then
			local result = { name = name, at = test.at, status = "pending" }
			if test.body then
				local ok, fault = run_test(test)
				result.status, result.failure = ok and "passed" or "failed", fault
			end
			report(result)
		end
	end
end

--- Makes the vocabulary global, as specs expect it.
function spec.install()
	for _, name in ipairs { "describe", "it", "pending", "before_each", "after_each", "assert" } do
		rawset(_G, name, spec[name])
	end
	rawset(_G, "context", spec.describe)
end

return spec
