--- busted's `assert`: every assertion with and without `not`, and what it says when it does not hold.
---
---     local assertions = require "spec.assertions"
---     local assert = assertions.assert
---     assert.equal(3, 1 + 2)
---     assert.is_not_nil("a")
---     assert.are_not.same({ 1 }, { 2 })
---     assert.has_error(function() error "no way" end, "no way")

local checks = require "spec.checks"
local errors = require "errors"
local host = require "host"
local show = require "spec.show"
local spies = require "spec.spies"
local suggest = require "suggest"

local assertions = {}

---@param message string
---@param note? string what the spec says about the assertion
function assertions.fail(message, note)
	local said = note ~= nil and tostring(note) or nil
	if said and said:find("\n", 1, true) then
		-- What a run has shown, as a rule: what differs would stand far below it.
		message = message .. "\n" .. show.block(said)
	elseif said then
		message = said .. "\n" .. message
	end
	errors.raise { summary = "Assertion failed", what = message, at = host.where() }
end

local function misuse(what, hint)
	errors.raise {
		summary = "Wrong argument",
		what = what,
		hints = hint and { hint } or nil,
		at = host.where(),
	}
end

--- Other spellings, after the words that say nothing.
local ALIASES = {
	equals = "equal",
	eq = "equal",
	errors = "error",
	error_match = "error",
	error_matches = "error",
	match_error = "error",
	matches_error = "error",
	match = "matches",
	called_times = "called",
	returned = "returned_with",
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
---@type table<string, table?>
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
	-- `assert.True` is how the keywords are written where no word stands before them.
	local known = own[word] or checks[word] or ALIASES[word]
	word = known and word or word:lower()
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
			if check.subject == "spy" and not spies.is(subject) then
				misuse("this assertion is about a spy: assert.spy(s).was_called()")
			elseif check.subject == "list" and type(subject) ~= "table" then
				misuse("this assertion is about a list: assert.array(list).has.no.holes()")
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
---@param state table
---@param name string
---@param mine table
---@param denied boolean
local function registered(state, name, mine, denied)
	return function(...)
		local arguments = table.pack(...)
		local ok = mine.callback(state, arguments) and true or false
		if ok == denied then
			local shown = {}
			for index = 1, arguments.n do
				shown[index] = show.value(arguments[index])
			end
			local key = denied and mine.negative or not denied and mine.positive
			local text = rawget(state, "failure_message") or key and assertions.said[key]
			if text then
				text = text:gsub("%%s", "\0"):gsub("%z", function()
					return table.remove(shown, 1) or "nil"
				end)
			else
				local word = denied and "not " or ""
				text = ("expected %s%s(%s)"):format(word, name, table.concat(shown, ", "))
			end
			assertions.fail(text, rawget(state, "note"))
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

--- About the places of a list: `assert.array(list).has.no.holes()`.
function SPECIAL.array(state)
	return function(list)
		return new {
			subject = list,
			denied = rawget(state, "denied"),
			note = rawget(state, "note"),
		}
	end
end

--- What is put in place from now on is taken away by the snapshot's `revert`, and else when the test ends.
function SPECIAL.snapshot()
	return function()
		local mark = spies.mark()
		return {
			revert = function()
				spies.revert_to(mark)
			end,
		}
	end
end

--- What luassert has for how values are shown; here they are shown one way.
local function ignored()
	return function() end
end

SPECIAL.set_parameter, SPECIAL.add_formatter, SPECIAL.remove_formatter = ignored, ignored, ignored

--- The texts of assertions that specs add, by their keys, as the module `say` of luassert has them.
---@type table<string, string>
assertions.said = {}

--- Adds an assertion: `assert:register("assertion", "has_rows", function(state, arguments) … end)`,
--- with what it says where it does not hold, and where it must not hold, behind it.
function SPECIAL.register()
	return function(_, sort, name, callback, positive, negative)
		if sort == "assertion" and type(name) == "string" and type(callback) == "function" then
			own[read(name)] = { callback = callback, positive = positive, negative = negative }
		elseif sort ~= "modifier" and sort ~= "matcher" then
			misuse('assert:register("assertion", name, function)')
		end
	end
end

--- Takes it away again.
function SPECIAL.unregister()
	return function(_, _, name)
		own[read(name)] = nil
	end
end

local plain_assert = assert

function Assert.__tostring()
	return "<assert>"
end

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
	end
	local mine = own[word]
	if mine then
		return registered(self, word, mine, not_)
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
---@field unique fun(list: any[], deep?: boolean): any
---@field returned_arguments fun(count: integer, ...): any
---@field spy fun(spy: spec.Spy): spec.assert
---@field array fun(list: any[]): spec.assert
---@field snapshot fun(self: spec.assert): { revert: fun() }
---@field message fun(note: string): spec.assert
---@field register fun(self: spec.assert, sort: "assertion", name: string, f: (fun(state: table, arguments: table): boolean), positive?: string, negative?: string)
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
	return show.keys(checks)
end

return assertions
