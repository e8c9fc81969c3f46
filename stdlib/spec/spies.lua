--- Spies and stubs: functions that remember how they were called. What a test puts in place is taken
--- away when it ends.
---
---     local spies = require "spec.spies"
---     local aws = { stop = function() return "stopped" end }
---     local spy = spies.on(aws, "stop")
---     aws.stop "orders"
---     #spy.calls, spy.calls[1][1]     --> 1, "orders"
---     spy:revert()

local errors = require "errors"
local host = require "host"
local show = require "spec.show"
local suggest = require "suggest"

local spies = {}

---@class spec.Spy
---@field calls table[] the arguments of each call, with their number `n`; in `vals` as they were then
---@field results table[] what each call gave, with its number `n`
---@field package does function
---@field package cases table[]
---@field package original any
---@field package owner table|nil
---@field package name any
---@overload fun(...): any
local Spy = {}

local META = { __name = "spy" }

--- What is in place now, in the order in which it was put there.
local placed = {}

local function misuse(what, hint)
	errors.raise {
		summary = "Wrong argument",
		what = what,
		hints = hint and { hint } or nil,
		at = host.where(),
	}
end

--- With a point as with a colon, as luassert has them: `s.returns(5)`, `s:returns(5)`.
function META.__index(self, name)
	local method = Spy[name]
	if not method then
		return name == "by_default" and self or nil
	end
	return function(first, ...)
		if rawequal(first, self) then
			return method(self, ...)
		end
		return method(self, first, ...)
	end
end

function META.__tostring()
	return "<spy>"
end

--- How many tables of the arguments of one call are copied; what lies behind them is kept as it is.
local MOST_COPIED = 5000

local function copy_of(value, known)
	if type(value) ~= "table" or known.count >= MOST_COPIED then
		return value
	elseif known[value] then
		return known[value]
	end
	known.count = known.count + 1
	local copy = {}
	known[value] = copy
	for key, item in next, value do
		copy[copy_of(key, known)] = copy_of(item, known)
	end
	return debug.setmetatable(copy, debug.getmetatable(value))
end

--- What a call was given: itself, and what it was then, since who is called may change it later.
local function call_of(...)
	---@type any
	local call = table.pack(...)
	local vals, known = { n = call.n }, { count = 0 }
	for position = 1, call.n do
		vals[position] = copy_of(call[position], known)
	end
	call.refs, call.vals = table.pack(...), vals
	return call
end

local function same(wanted, call)
	local between = require("spec.differences").between
	return #between(wanted, call.vals) == 0 or #between(wanted, call.refs) == 0
end

function META.__call(self, ...)
	local call, does = call_of(...), self.does
	self.calls[#self.calls + 1] = call
	for index = #self.cases, 1, -1 do
		if same(self.cases[index].given, call) then
			does = self.cases[index].stub.does
			break
		end
	end
	local results = table.pack(does(...))
	self.results[#self.results + 1] = results
	return table.unpack(results, 1, results.n)
end

local function make(does)
	local spy = { calls = {}, results = {}, cases = {}, does = does }
	return setmetatable(spy, META) --[[@as spec.Spy]]
end

local function nothing() end

--- Whether a value is a spy or a stub.
---@param value any
---@return boolean
function spies.is(value)
	return getmetatable(value) == META
end

--- A spy around a function, or around nothing.
---@param f? function
---@return spec.Spy
function spies.new(f)
	if f ~= nil and type(f) ~= "function" and not (getmetatable(f) or {}).__call then
		misuse(("spy.new takes a function, got a %s"):format(type(f)))
	end
	return make(f or nothing)
end

local function place(owner, name, spy)
	spy.owner, spy.name, spy.original = owner, name, rawget(owner, name)
	rawset(owner, name, spy)
	placed[#placed + 1] = spy
	return spy
end

local function function_of(owner, name, what)
	if type(owner) ~= "table" then
		misuse(
			("%s takes a table and the name of a function in it, got a %s"):format(
				what,
				type(owner)
			)
		)
	end
	local f = owner[name]
	if f == nil then
		local names = {}
		for key in pairs(owner) do
			names[#names + 1] = tostring(key)
		end
		misuse(
			("%s: there is no function %q"):format(what, tostring(name)),
			suggest.did_you_mean(tostring(name), names)
		)
	end
	return f
end

--- Puts a spy around a function of a table: it is called as before, and its calls are noted.
---@param owner table
---@param name string
---@return spec.Spy
function spies.on(owner, name)
	local f = function_of(owner, name, "spy.on")
	return place(owner, name, make(f))
end

--- Puts something else in the place of a function of a table: a function, or what it shall give.
---@param owner table
---@param name string
---@param ... any one function that is called instead, or values that are given back
---@return spec.Spy
function spies.stub(owner, name, ...)
	function_of(owner, name, "stub")
	local first, given = (...), table.pack(...)
	if given.n == 1 and type(first) == "function" then
		return place(owner, name, make(first))
	end
	return place(owner, name, make(nothing)):returns(...)
end

--- The tables in a table, and itself, that `each` is called for.
local function every_table(owner, each, seen)
	seen = seen or {}
	if seen[owner] then
		return
	end
	seen[owner] = true
	for _, name in ipairs(show.keys(owner)) do
		local value = rawget(owner, name)
		if type(value) == "table" and not spies.is(value) then
			every_table(value, each, seen)
		end
		each(owner, name, value)
	end
end

--- Spies (or stubs, where `silent`) on every function of a table, and of the tables in it.
---@param owner table
---@param silent? boolean
---@return table owner
function spies.mock(owner, silent)
	if type(owner) ~= "table" then
		misuse(("mock takes a table with functions, got a %s"):format(type(owner)))
	end
	every_table(owner, function(holder, name, value)
		if type(value) == "function" then
			if silent then
				spies.stub(holder, name)
			else
				spies.on(holder, name)
			end
		end
	end)
	return owner
end

local function of_mock(method)
	return function(owner)
		every_table(owner, function(_, _, value)
			if spies.is(value) then
				value[method]()
			end
		end)
		return owner
	end
end

--- Forgets the calls of everything in a mock.
---@type fun(owner: table): table
spies.clear_mock = of_mock "clear"

--- Puts back what was there before a table was mocked.
---@type fun(owner: table): table
spies.revert_mock = of_mock "revert"

--- From now on the stub gives these values.
---@param ... any
---@return spec.Spy
function Spy:returns(...)
	local given = table.pack(...)
	return self:invokes(function()
		return table.unpack(given, 1, given.n)
	end)
end

--- From now on the stub calls this function.
---@param f function
---@return spec.Spy
function Spy:invokes(f)
	rawset(self, "does", f)
	return self
end

--- From now on the stub raises this.
---@param value any
---@return spec.Spy
function Spy:throws(value)
	return self:invokes(function()
		error(value, 0)
	end)
end

--- For calls with these arguments, matchers among them, only: `s:on_call_with("a"):returns(1)`.
---@param ... any
---@return spec.Spy case its `returns`, `invokes` and `throws` say what these calls give
function Spy:on_call_with(...)
	local case = make(nothing)
	self.cases[#self.cases + 1] = { given = table.pack(...), stub = case }
	return case
end

--- Whether it was called, or so many times; and how often.
---@param count? integer
---@return boolean
---@return integer
function Spy:called(count)
	local calls = #self.calls
	if count then
		return calls == count, calls
	end
	return calls > 0, calls
end

--- Whether it was called with these arguments.
---@param ... any
---@return boolean
function Spy:called_with(...)
	local wanted = table.pack(...)
	for _, call in ipairs(self.calls) do
		if same(wanted, call) then
			return true
		end
	end
	return false
end

--- Forgets the calls so far.
---@return spec.Spy
function Spy:clear()
	rawset(self, "calls", {})
	rawset(self, "results", {})
	return self
end

--- Puts back what was there before.
---@return spec.Spy
function Spy:revert()
	for index = #placed, 1, -1 do
		if placed[index] == self then
			table.remove(placed, index)
			rawset(self.owner --[[@as table]], self.name, self.original)
		end
	end
	return self
end

--- How many are in place.
---@return integer
function spies.mark()
	return #placed
end

--- Takes away what was put in place since the mark.
---@param mark integer
function spies.revert_to(mark)
	for index = #placed, mark + 1, -1 do
		placed[index]:revert()
	end
end

return spies
