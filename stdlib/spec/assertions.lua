--- busted's `assert`: every assertion with and without `not`, and what it says when it does not hold.
---
---     local assertions = require "spec.assertions"
---     local assert = assertions.assert
---     assert.equal(3, 1 + 2)
---     assert.is_not_nil("a")
---     assert.are_not.same({ 1 }, { 2 })
---     assert.has_error(function() error "no way" end, "no way")

local differences = require "spec.differences"
local errors = require "errors"
local host = require "host"
---@type spec.match
local match = require "spec.match"
local show = require "spec.show"
local spies = require "spec.spies"
local suggest = require "suggest"

local assertions = {}

--- An assertion: how many arguments it takes before the note, whether the first one is what is
--- expected, and its test: whether it holds, what to say if not, what to say where it must not hold,
--- and what it gives.
---@class spec.Check
---@field takes integer
---@field comparing? boolean the first argument is what is expected
---@field subject? boolean it is about a spy, given by `assert.spy`
---@field test fun(...): boolean, string?, string?, any

---@type table<string, spec.Check>
local checks = {}

---@param message string
---@param note? string what the spec says about the assertion
function assertions.fail(message, note)
	errors.raise {
		summary = "Assertion failed",
		what = note ~= nil and tostring(note) .. "\n" .. message or message,
		at = host.where(),
	}
end

local function misuse(what, hint)
	errors.raise {
		summary = "Wrong argument",
		what = what,
		hints = hint and { hint } or nil,
		at = host.where(),
	}
end

local function expected(wanted, got)
	return ("expected %s\ngot      %s"):format(wanted, got)
end

local function unexpected(value)
	return ("expected anything but %s"):format(show.value(value))
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

checks.equal = {
	takes = 2,
	comparing = true,
	test = function(wanted, got)
		if wanted == got then
			return true, nil, unexpected(wanted), got
		end
		local found = differences.between(wanted, got)
		if #found == 0 then
			local text =
				"another %s than expected, with the same content: %s\nassert.same compares content"
			return false, text:format(type(got), show.value(got)), nil, got
		elseif #found == 1 and found[1].path == "" then
			return false, differences.text(found), nil, got
		end
		return false, expected(show.value(wanted), show.value(got)), nil, got
	end,
}

checks.same = {
	takes = 2,
	comparing = true,
	test = function(wanted, got)
		local found = differences.between(wanted, got)
		return #found == 0, differences.text(found), unexpected(wanted), got
	end,
}

local function about_value(test, wanted, denied)
	return {
		takes = 1,
		test = function(got)
			local says = ("expected %s, got %s"):format(wanted, show.value(got))
			return test(got), says, ("expected %s, got %s"):format(denied, show.value(got)), got
		end,
	}
end

for _, literal in ipairs { true, false } do
	checks[tostring(literal)] = about_value(function(got)
		return got == literal
	end, tostring(literal), ("anything but %s"):format(literal))
end

checks["nil"] = about_value(function(got)
	return got == nil
end, "nil", "a value")

checks.truthy = about_value(function(got)
	return got and true or false
end, "something true", "nil or false")

checks.falsy = about_value(function(got)
	return not got
end, "nil or false", "something true")

for _, kind in ipairs { "string", "number", "boolean", "table", "function", "userdata", "thread" } do
	checks[kind] = about_value(function(got)
		return type(got) == kind
	end, "a " .. kind, "no " .. kind)
end

checks.near = {
	takes = 3,
	comparing = true,
	test = function(wanted, got, tolerance)
		local near = type(got) == "number" and math.abs(wanted - got) <= tolerance
		local text = "expected %s%s give or take %s, got %s"
		local a, b, c = show.value(wanted), show.value(tolerance), show.value(got)
		return near, text:format("", a, b, c), text:format("anything but ", a, b, c), got
	end,
}

--- The text contains the pattern, literally or as a pattern of Lua.
checks.matches = {
	takes = 2,
	comparing = true,
	test = function(pattern, text)
		local found = type(text) == "string" and contains(text, pattern)
		local says = ("expected a text with %s\ngot      %s"):format(
			show.value(pattern),
			show.value(text)
		)
		local denies = ("expected no %s\nin       %s"):format(show.value(pattern), show.value(text))
		return found, says, denies, text
	end,
}

--- A text contains a piece, a list or a table a value.
checks.contains = {
	takes = 2,
	test = function(whole, part)
		local says = ("expected %s\nin       %s"):format(show.value(part), show.value(whole))
		local denies = ("expected no %s\nin       %s"):format(show.value(part), show.value(whole))
		return match.accepts(match.contains(part), whole), says, denies, whole
	end,
}

checks.empty = about_value(function(got)
	if type(got) == "table" then
		return next(got) == nil
	end
	return got == ""
end, "nothing in it", "something in it")

checks.unique = {
	takes = 1,
	test = function(list)
		for first = 1, #list do
			for second = first + 1, #list do
				if #differences.between(list[first], list[second]) == 0 then
					local text = "expected no value twice, but [%d] and [%d] are both %s"
					return false, text:format(first, second, show.value(list[first])), nil, list
				end
			end
		end
		return true, nil, "expected a value that is there twice", list
	end,
}

--- `f()` raises, and the error's text contains the pattern; or with a table instead of a pattern, the
--- error value has these fields. Gives the error value.
checks.error = {
	takes = 2,
	test = function(f, wanted)
		local ok, value = pcall(f)
		local denies = ("expected no error, got %s"):format(show.text(value))
		if ok then
			return false, "expected an error, but there was none", denies, value
		elseif type(wanted) == "table" and not match.is(wanted) then
			for _, key in ipairs(assertions.keys(wanted)) do
				local got
				if type(value) == "table" then
					got = value[key]
				end
				local found = differences.between(wanted[key], got)
				if #found > 0 then
					local says = ("the error's %s\n%s\nof the error: %s"):format(
						show.step("", key),
						differences.text(found),
						show.text(value)
					)
					return false, says, denies, value
				end
			end
		elseif match.is(wanted) then
			local says = ("expected an error that is %s\ngot      %s"):format(
				tostring(wanted),
				show.text(value)
			)
			return match.accepts(wanted, value), says, denies, value
		elseif wanted ~= nil and not contains(show.text(value), tostring(wanted)) then
			local says = ("expected an error with %s\ngot      %s"):format(
				show.value(wanted),
				show.text(value)
			)
			return false, says, denies, value
		end
		return true, nil, denies, value
	end,
}

---@param map table
---@return any[] sorted
function assertions.keys(map)
	local keys = {}
	for key in pairs(map) do
		keys[#keys + 1] = key
	end
	table.sort(keys, show.less)
	return keys
end

local function times(count)
	return count == 1 and "once" or count == 2 and "twice" or ("%d times"):format(count)
end

local function calls_of(spy)
	if #spy.calls == 0 then
		return "it was never called"
	end
	local lines = { ("it was called %s:"):format(times(#spy.calls)) }
	for index, call in ipairs(spy.calls) do
		local given = {}
		for position = 1, call.n do
			given[position] = show.value(call[position])
		end
		lines[#lines + 1] = ("%3d  (%s)"):format(index, table.concat(given, ", "))
		if index == 8 and #spy.calls > 8 then
			lines[#lines + 1] = ("     and %d more"):format(#spy.calls - 8)
			break
		end
	end
	return table.concat(lines, "\n")
end

local function about_calls(words, test)
	return {
		takes = 1,
		subject = true,
		test = function(spy, count)
			local says = ("expected %s, but %s"):format(words(count), calls_of(spy))
			local denies = ("did not expect %s, but %s"):format(words(count), calls_of(spy))
			return test(#spy.calls, count), says, denies, spy
		end,
	}
end

checks.called = about_calls(function(count)
	return count and "to be called " .. times(count) or "a call"
end, function(calls, count)
	if count then
		return calls == count
	end
	return calls > 0
end)

for name, at in pairs {
	called_at_least = { "at least", ">=" },
	called_at_most = { "at most", "<=" },
	called_more_than = { "more than", ">" },
	called_less_than = { "less than", "<" },
} do
	checks[name] = about_calls(function(count)
		return ("to be called %s %s"):format(at[1], times(count))
	end, function(calls, count)
		if type(count) ~= "number" then
			misuse(name .. " wants a number of calls")
		end
		if at[2] == ">=" then
			return calls >= count
		elseif at[2] == "<=" then
			return calls <= count
		elseif at[2] == ">" then
			return calls > count
		end
		return calls < count
	end)
end

local function among(list, wanted)
	---@type spec.Difference[]?
	local nearest
	for _, given in ipairs(list) do
		local found = differences.between(wanted, given)
		if #found == 0 then
			return true
		elseif not nearest or #found < #nearest then
			nearest = found
		end
	end
	return false, nearest
end

local function with(field, verb)
	return {
		takes = math.huge,
		subject = true,
		test = function(spy, ...)
			local wanted, given = table.pack(...), {}
			for position = 1, wanted.n do
				given[position] = show.value(wanted[position])
			end
			local ok, nearest = among(spy[field], wanted)
			local text = ("%s (%s)"):format(verb, table.concat(given, ", "))
			local says = ("expected %s, but %s"):format(text, calls_of(spy))
			if nearest and #nearest <= 3 then
				says = says .. "\nthe nearest call differs:\n" .. differences.text(nearest)
			end
			return ok, says, ("did not expect %s, but %s"):format(text, calls_of(spy)), spy
		end,
	}
end

checks.called_with = with("calls", "a call with")
checks.returned_with = with("results", "a call that gives")

--- Other spellings, after the words that say nothing.
local ALIASES = {
	equals = "equal",
	eq = "equal",
	errors = "error",
	error_matches = "error",
	match = "matches",
	called_times = "called",
	returned = "returned_with",
	["returned_arguments"] = "returned_with",
}

local FILLERS = {
	are = true,
	be = true,
	been = true,
	does = true,
	has = true,
	have = true,
	is = true,
	was = true,
	were = true,
}

--- Registered by specs themselves, as luassert has it.
local own = {}

local Assert = {}

local function new(state)
	return setmetatable(state, Assert)
end

--- Splits a name into the words before the assertion, and the assertion.
local function read(name)
	local denied, rest = false, {}
	for word in name:gmatch "[^_]+" do
		if #rest == 0 and (word == "not" or word == "no") then
			denied = not denied
		elseif #rest > 0 or not FILLERS[word] then
			rest[#rest + 1] = word
		end
	end
	local word = table.concat(rest, "_")
	return ALIASES[word] or word, denied
end

local function unknown(name)
	local names = {}
	for known, check in pairs(checks) do
		for _, lead in
			ipairs(check.subject and { "", "was_" } or { "", "is_", "is_not_", "has_", "are_" })
		do
			names[#names + 1] = lead .. known
		end
	end
	for known in pairs(own) do
		names[#names + 1] = known
	end
	table.sort(names)
	misuse(
		("there is no assertion %s"):format(show.value(name)),
		suggest.did_you_mean(tostring(name), names)
	)
end

--- The assertion as a function. `state` says what stood before it.
local function bound(state, check, denied)
	return function(...)
		---@type any
		local given = table.pack(...)
		if rawequal(given[1], state) then
			given = table.pack(select(2, ...)) -- written with a colon
		end
		local arguments, note = given, rawget(state, "note")
		if note == nil and given.n > check.takes then
			note = given[check.takes + 1]
			arguments = table.move(given, 1, check.takes, 1, { n = check.takes })
		end
		local ok, says, denies, gives
		if check.subject then
			local subject = rawget(state, "subject")
			if not spies.is(subject) then
				misuse("this assertion is about a spy: assert.spy(s).was_called()")
			end
			ok, says, denies, gives = check.test(subject, table.unpack(arguments, 1, arguments.n))
		else
			ok, says, denies, gives = check.test(table.unpack(arguments, 1, arguments.n))
		end
		if denied and ok then
			assertions.fail(denies or "expected the contrary", note)
		elseif not denied and not ok then
			assertions.fail(says or "it does not hold", note)
		end
		return gives
	end
end

--- An assertion that a spec has registered: `callback(state, arguments)`.
local function registered(state, name, denied)
	return function(...)
		local arguments = table.pack(...)
		local ok = own[name].callback(state, arguments) and true or false
		if ok == denied then
			local shown = {}
			for index = 1, arguments.n do
				shown[index] = show.value(arguments[index])
			end
			local word = denied and "not " or ""
			assertions.fail(
				("expected %s%s(%s)"):format(word, name, table.concat(shown, ", ")),
				rawget(state, "note")
			)
		end
		return ...
	end
end

local SPECIAL = {}

--- About a spy: `assert.spy(s).was_called_with("orders")`.
function SPECIAL.spy(state)
	return function(subject)
		if not spies.is(subject) then
			misuse(
				("assert.spy takes a spy, got a %s"):format(type(subject)),
				"spy.on(table, name) makes one"
			)
		end
		return new {
			subject = subject,
			denied = rawget(state, "denied"),
			note = rawget(state, "note"),
		}
	end
end

SPECIAL.stub = SPECIAL.spy

--- A note for the assertion that follows: `assert.message("after the restart").is_true(ok)`.
function SPECIAL.message(state)
	return function(text)
		return new {
			subject = rawget(state, "subject"),
			denied = rawget(state, "denied"),
			note = text,
		}
	end
end

--- Adds an assertion: `assert:register("assertion", "has_rows", function(state, arguments) … end)`.
function SPECIAL.register()
	return function(_, sort, name, callback)
		if sort == "assertion" and type(name) == "string" and type(callback) == "function" then
			own[read(name)] = { callback = callback }
		elseif sort ~= "modifier" and sort ~= "matcher" then
			misuse('assert:register("assertion", name, function)')
		end
	end
end

local plain_assert = assert

function Assert.__call(_, ...)
	return plain_assert(...)
end

function Assert.__index(self, name)
	if type(name) ~= "string" then
		return unknown(name)
	elseif SPECIAL[name] then
		return SPECIAL[name](self)
	end
	local word, denied = read(name)
	local not_ = (rawget(self, "denied") or false) ~= denied
	if word == "" then
		return new { subject = rawget(self, "subject"), denied = not_, note = rawget(self, "note") }
	elseif own[word] then
		return registered(self, word, not_)
	end
	local check = checks[word]
	if not check then
		return unknown(name)
	end
	return bound(self, check, not_)
end

--- busted's `assert`: callable as Lua's own, with the assertions as its fields, with or without `is_`,
--- `are_`, `has_`, `was_` and `not_` before them, and through `assert.is_not`, `assert.are` and the like.
---@class spec.assert
---@field equal fun(expected: any, actual: any, note?: string): any
---@field equals fun(expected: any, actual: any, note?: string): any
---@field not_equal fun(unexpected: any, actual: any, note?: string): any
---@field same fun(expected: any, actual: any, note?: string): any
---@field not_same fun(unexpected: any, actual: any, note?: string): any
---@field is_true fun(actual: any, note?: string): any
---@field is_false fun(actual: any, note?: string): any
---@field is_nil fun(actual: any, note?: string): any
---@field is_not_nil fun(actual: any, note?: string): any
---@field truthy fun(actual: any, note?: string): any
---@field falsy fun(actual: any, note?: string): any
---@field near fun(expected: number, actual: number, tolerance: number, note?: string): any
---@field matches fun(pattern: string, text: any, note?: string): any
---@field not_matches fun(pattern: string, text: any, note?: string): any
---@field contains fun(whole: any, part: any, note?: string): any
---@field has_error fun(f: function, pattern?: string|table, note?: string): any
---@field has_no_error fun(f: function, note?: string): any
---@field spy fun(spy: spec.Spy): spec.assert
---@field message fun(note: string): spec.assert
---@field register fun(self: spec.assert, sort: "assertion", name: string, f: fun(state: table, arguments: table): boolean)
---@field [string] any
---@overload fun(value: any, message?: any, ...): any
assertions.assert = new {}

--- One assertion by its name, for `expect`: its function, and whether what is expected comes first.
---@param name string
---@return function|nil
---@return boolean comparing
function assertions.find(name)
	local word, denied = read(name)
	local check = checks[word]
	if not check or check.subject then
		return nil, false
	end
	return bound({}, check, denied), check.comparing or false
end

--- The names of all assertions.
---@return string[]
function assertions.names()
	return assertions.keys(checks)
end

return assertions
