--- The assertions themselves: what each of them tests, and what it says.
---
---     local checks = require "spec.checks"
---     checks.equal.test(3, 1 + 2)            --> true
---     checks.near.test(1, 1.05, 0.1)         --> true
---     checks.empty.takes                     --> 1

local differences = require "spec.differences"
local errors = require "errors"
local host = require "host"
---@type spec.match
local match = require "spec.match"
local show = require "spec.show"

--- An assertion: how many arguments it takes before the note, whether the first one is what is
--- expected, and its test: whether it holds, what to say if not, what to say where it must not hold,
--- and what it gives.
---@class spec.Check
---@field takes number
---@field comparing? boolean the first argument is what is expected
---@field subject? "spy"|"list" it is about a spy, given by `assert.spy`, or a list, by `assert.array`
---@field test fun(...): boolean, string?, string?, any

---@type table<string, spec.Check>
local checks = {}

local function misuse(what)
	errors.raise { summary = "Wrong argument", what = what, at = host.where() }
end

local function expected(wanted, got)
	return ("expected %s\ngot      %s"):format(wanted, got)
end

local function unexpected(value)
	return ("expected anything but %s"):format(show.value(value))
end

--- A value behind a word; a text of many lines as a block.
local function behind(word, value)
	if type(value) == "string" and value:find("\n", 1, true) then
		return word .. "\n" .. show.block(value)
	end
	return ("%-8s %s"):format(word, show.value(value))
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

checks.callable = about_value(function(got)
	return type(got) == "function" or (getmetatable(got) or {}).__call ~= nil
end, "something that can be called", "nothing that can be called")

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

--- The line of a long text that has most of the beginning of what is looked for, where that is half of it
--- or more: a word that is spelled otherwise is seen at once.
local function nearest_line(pattern, text)
	local best, most = nil, #pattern // 2
	if most < 2 then
		return ""
	end
	for number, line in ipairs(show.lines(text)) do
		while most < #pattern and line:find(pattern:sub(1, most + 1), 1, true) do
			best, most = ("line %d: %s"):format(number, show.value(line)), most + 1
		end
	end
	return best and "nearest  " .. best .. "\n" or ""
end

--- The text contains the pattern, literally or as a pattern of Lua.
checks.matches = {
	takes = 2,
	comparing = true,
	test = function(pattern, text)
		local found = type(text) == "string" and contains(text, pattern)
		local near = ""
		if not found and type(text) == "string" and text:find("\n", 1, true) then
			near = nearest_line(tostring(pattern), text)
		end
		local says = ("expected a text with %s\n%s%s"):format(
			show.value(pattern),
			near,
			behind("got", text)
		)
		local denies = ("expected no %s\n%s"):format(show.value(pattern), behind("in", text))
		return found, says, denies, text
	end,
}

--- A text contains a piece, a list or a table a value.
checks.contains = {
	takes = 2,
	test = function(whole, part)
		local says = ("expected %s\n%s"):format(show.value(part), behind("in", whole))
		local denies = ("expected no %s\n%s"):format(show.value(part), behind("in", whole))
		return match.accepts(match.contains(part), whole), says, denies, whole
	end,
}

checks.empty = about_value(function(got)
	if type(got) == "table" then
		return next(got) == nil
	end
	return got == ""
end, "nothing in it", "something in it")

--- No value of the list is there twice; with `true` behind it, none with the same content.
checks.unique = {
	takes = 2,
	test = function(list, deep)
		for first = 1, #list do
			for second = first + 1, #list do
				local same = list[first] == list[second]
				if deep == true and not same then
					same = #differences.between(list[first], list[second]) == 0
				end
				if same then
					local text = "expected no value twice, but [%d] and [%d] are both %s"
					return false, text:format(first, second, show.value(list[first])), nil, list
				end
			end
		end
		return true, nil, "expected a value that is there twice", list
	end,
}

--- So many values are there: `assert.returned_arguments(2, f())`.
checks.returned_arguments = {
	takes = math.huge,
	test = function(count, ...)
		local given = table.pack(...)
		local shown = {}
		for index = 1, given.n do
			shown[index] = show.value(given[index])
		end
		local list = table.concat(shown, ", ")
		local text = "expected %s%s values, got %d: %s"
		local says = text:format("", show.value(count), given.n, list)
		return given.n == count, says, text:format("not ", show.value(count), given.n, list), ...
	end,
}

--- The list has a nil below its end, or below the length that is given.
checks.holes = {
	takes = 1,
	subject = "list",
	test = function(list, length)
		local last = length or 0
		if not length then
			for key in pairs(list) do
				last = math.type(key) == "integer" and math.max(last, key) or last
			end
		end
		for index = 1, last do
			if list[index] == nil then
				return true,
					nil,
					("expected no hole, but [%d] of 1 to %d is nil"):format(index, last)
			end
		end
		return false, ("expected a hole, but 1 to %d are all there"):format(last), nil, list
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
			for _, key in ipairs(show.keys(wanted)) do
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
		local was = call.vals or call
		for position = 1, call.n do
			given[position] = show.value(was[position])
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
		subject = "spy",
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
		-- As it was when it was called; who compares by identity means what was given itself.
		local found = differences.between(wanted, given.vals or given)
		if #found == 0 or given.refs and #differences.between(wanted, given.refs) == 0 then
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
		subject = "spy",
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

return checks
