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
local suggest = require "suggest"

local spies = {}

---@class spec.Spy
---@field calls table[] the arguments of each call, with their number `n`
---@field results table[] what each call gave, with its number `n`
---@field package original any
---@field package owner table|nil
---@field package name any
---@overload fun(...): any
local Spy = {}

local META = { __index = Spy, __name = "spy" }

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

function META.__call(self, ...)
	self.calls[#self.calls + 1] = table.pack(...)
	local results = table.pack(self.does(...))
	self.results[#self.results + 1] = results
	return table.unpack(results, 1, results.n)
end

local function make(does)
	return setmetatable({ calls = {}, results = {}, does = does }, META)
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

--- Spies (or stubs, where `silent`) on every function of a table.
---@param owner table
---@param silent? boolean
---@return table owner
function spies.mock(owner, silent)
	local names = {}
	for name, value in pairs(owner) do
		if type(value) == "function" then
			names[#names + 1] = name
		end
	end
	for _, name in ipairs(names) do
		if silent then
			spies.stub(owner, name)
		else
			spies.on(owner, name)
		end
	end
	return owner
end

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
