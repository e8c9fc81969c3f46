--- Specs in busted's vocabulary, run by `dmsrun test`: every file on a fresh local AWS with a clock and
--- a seed of its own.
---
--- ```lua
--- local spec = require "spec"
--- spec.assert.same({ 1, { a = 2 } }, { 1, { a = 2 } })
--- spec.assert.is_not_nil("x")
--- spec.assert.has_error(function() error "no way" end, "no way")
---
--- local log = {}
--- local spy = spec.spy.new(function(name) log[#log + 1] = name end)
--- spy "orders"
--- spec.assert.spy(spy).was_called_with "orders"
--- log[1]  --> "orders"
--- ```
---
--- In a spec file the words are global: `describe` (`context`, `expose`), `insulate`, `it` (`test`),
--- `pending`, `before_each`, `after_each`, `setup`, `teardown` (also `lazy_setup`, `lazy_teardown`,
--- `strict_setup`, `strict_teardown`), `finally`, `assert`, `expect`, `spy`, `stub`, `mock`, `match`. A
--- `#tag` in a name is picked by `--tags`. Specs that were written for busted find `luassert` and its
--- parts as modules. There is nothing asynchronous in a spec: a call of AWS, a wait and `parallel` come
--- back when they are done, in virtual time.
---
--- A spec rehearses a whole script, with faults, in virtual time:
---
--- ```lua
--- local spec = require "spec"
--- spec.faults.set "dms:CreateReplicationTask#1=drop" -- its answer is lost
--- local run = spec.run("migrate.lua", "--yes")
--- assert.equal(0, run.code, run.text)
--- ```

local assertions = require "spec.assertions"
local blocks = require "spec.blocks"
local expect = require "spec.expect"
local host = require "host"
local match = require "spec.match"
local rehearsal = require "spec.rehearsal"
local spies = require "spec.spies"

local spec = {}

--- busted's `assert`, and Lua's own where it is called. Any of its words may stand behind `is_`, `are_`,
--- `has_`, `was_`, and behind `not_` or `no_` it denies: `assert.is_not_nil(x)`, `assert.are_not.same(a, b)`,
--- `assert.has_no_error(f)`. What is expected comes first, a note last.
---
--- - `equal(a, b)`: `a == b`; of tables, the same table
--- - `same(a, b)`: the same content; matchers may stand in it
--- - `near(a, b, tolerance)`: two numbers are that near
--- - `matches(pattern, text)`: the text contains the pattern, literally or as one of Lua
--- - `contains(whole, part)`: a text contains a piece, a list or a table a value
--- - `error(f, what)`: `f` raises; `what` is a part of its text, fields of its value, or a matcher
--- - `truthy`, `falsy`, `true`, `false`, `nil`: of one value; as a field also `True`, `Nil`
--- - `string`, `number`, `boolean`, `table`, `function`, `userdata`, `thread`, `callable`: its type
--- - `empty(x)`: a text or a table without anything in it
--- - `unique(list, deep)`: no value is there twice
--- - `returned_arguments(n, f())`: so many values
--- - `array(list).has.no.holes()`: nothing is missing below its end
--- - `spy(s).was_called(n)`, `called_with`, `returned_with`, `called_at_least`, `called_at_most`,
---   `called_more_than`, `called_less_than`: of a spy or a stub
---
--- ```lua
--- local spec = require "spec"
--- local assert = spec.assert
--- assert.are_not.same({ 1 }, { 2 })
--- assert.has_error(function() error { code = "X" } end, { code = "X" })
--- assert.equal(1, 2, "a note") --> error: a note
--- ```
---@type spec.assert
spec.assert = assertions.assert

--- What an expectation of a value is asked for: the functions of its metatable's `__expect`, each
--- `(value, ...) -> ok, message`, and the assertions as `expect(actual):equal(expected)`. Methods
--- give the expectation back, so that they chain.
---
--- ```lua
--- local map = require "mappings"
--- local spec = require "spec"
--- local rules = map.rules { map.include "app.%", map.exclude "app.temp_%" }
--- spec.expect(rules):maps("app.orders", "app.orders"):excludes "app.temp_1"
--- ```
---@param value any
---@param note? string what the spec says about the expectation
---@return spec.expectation
function spec.expect(value, note)
	return expect(value, note)
end

--- A named group of tests, with its own hooks.
---@param name string
---@param body? fun()
function spec.describe(name, body)
	return blocks.describe(name, body)
end

--- A group of tests whose globals and modules are its own: what they set is gone behind it. (Every file
--- is insulated anyway.)
---@param name string
---@param body? fun()
function spec.insulate(name, body)
	return blocks.insulate(name, body)
end

--- A test. Without a body it is pending.
---@param name string
---@param body? fun()
function spec.it(name, body)
	return blocks.it(name, body)
end

--- A test that is not written yet; inside of a test it ends it as pending, with the reason.
---@param name? string
---@param body? fun()
function spec.pending(name, body)
	return blocks.pending(name, body)
end

--- Before every test of the block.
---@param f fun()
function spec.before_each(f)
	return blocks.before_each(f)
end

--- After every test of the block, however it ended.
---@param f fun()
function spec.after_each(f)
	return blocks.after_each(f)
end

--- Once, before the first test of the block that runs.
---@param f fun()
function spec.setup(f)
	return blocks.setup(f)
end

--- Once, after the last test of the block.
---@param f fun()
function spec.teardown(f)
	return blocks.teardown(f)
end

--- At the end of the test that says it.
---@param f fun()
function spec.finally(f)
	return blocks.finally(f)
end

--- Spies: `spy.new(f)`, `spy.on(table, "name")`; see `spec.spies`.
spec.spy = setmetatable({ new = spies.new, on = spies.on, is = spies.is, is_spy = spies.is }, {
	__call = function(_, f)
		return spies.new(f)
	end,
})

--- Puts something else in the place of a function of a table, until the test ends: `stub(table, "name")`,
--- `.returns(5)`, `.on_call_with("a").returns(6)`, `.invokes(f)`, `.throws(value)`.
spec.stub = setmetatable({ new = spies.stub, is = spies.is, is_stub = spies.is }, {
	__call = function(_, owner, name, ...)
		return spies.stub(owner, name, ...)
	end,
})

--- Spies on every function of a table and of the tables in it, `mock(table)`; with `true`, stubs.
--- `mock.clear(table)` forgets their calls, `mock.revert(table)` puts back what was there.
spec.mock = setmetatable(
	{ new = spies.mock, clear = spies.clear_mock, revert = spies.revert_mock },
	{
		__call = function(_, owner, silent)
			return spies.mock(owner, silent)
		end,
	}
)

--- Matchers for `assert.same` and `was_called_with`; see `spec.match`.
spec.match = match

--- Faults of the spec's AWS; see `spec.rehearsal`.
spec.faults = rehearsal.faults

--- The messages that were sent to SNS topics, oldest first.
---@return {region: string, time: string, topic: string, subject: string, message: string}[]
function spec.messages()
	return rehearsal.messages()
end

--- Runs a script as the command line does, on the AWS and the clock of the spec.
---@param script string relative to the current folder, or to the spec's, or the one above it
---@param ... string the script's arguments: the verb and its options
---@return spec.Ran
function spec.run(script, ...)
	return rehearsal.run(script, ...)
end

--- Calls a function in a copy of the spec's world; see `spec.rehearsal`.
---@param f fun()
function spec.branch(f)
	return rehearsal.branch(f)
end

--- How many calls have arrived at the spec's AWS so far; see `spec.rehearsal`.
---@return { reading: integer, mutating: integer }
function spec.calls()
	return rehearsal.calls()
end

--- Switches the checks of every apply off or on again; see `spec.rehearsal`.
---@param on boolean
function spec.invariants(on)
	return rehearsal.invariants(on)
end

--- The words that are global in a spec file, and what they stand for.
local WORDS = {
	describe = "describe",
	context = "describe",
	expose = "describe",
	insulate = "insulate",
	it = "it",
	test = "it",
	pending = "pending",
	before_each = "before_each",
	after_each = "after_each",
	setup = "setup",
	lazy_setup = "setup",
	strict_setup = "setup",
	teardown = "teardown",
	lazy_teardown = "teardown",
	strict_teardown = "teardown",
	finally = "finally",
	assert = "assert",
	expect = "expect",
	spy = "spy",
	stub = "stub",
	mock = "mock",
	match = "match",
}

--- The module `say` of luassert: the texts of assertions that specs add.
local say = setmetatable({
	set = function(_, key, text)
		assertions.said[key] = text
	end,
	set_namespace = function() end,
}, {
	__call = function(_, key)
		return assertions.said[key]
	end,
})

--- What specs that were written for busted require.
local MODULES = {
	luassert = function()
		return spec.assert
	end,
	["luassert.match"] = function()
		return spec.match
	end,
	["luassert.mock"] = function()
		return spec.mock
	end,
	["luassert.spy"] = function()
		return spec.spy
	end,
	["luassert.stub"] = function()
		return spec.stub
	end,
	say = function()
		return say
	end,
	["busted.runner"] = function()
		return function() end
	end,
}

--- Makes the vocabulary global, as specs expect it. The runner calls it.
---@package
---@param bench? table
function spec.install(bench)
	rehearsal.install(bench)
	-- Neither ends the process before the other tests have run.
	rawset(os, "exit", function(code)
		return blocks.exit("os.exit", code)
	end)
	local exit = host.exit
	rawset(host, "exit", function(code)
		if code == nil or math.type(code) == "integer" and code >= 0 and code <= 255 then
			return blocks.exit("host.exit", code)
		end
		return exit(code) -- which refuses it
	end)
	for name, module in pairs(MODULES) do
		package.preload[name] = module
	end
	for word, name in pairs(WORDS) do
		-- selene: allow(global_usage) -- what it is for
		rawset(_G, word, spec[name])
	end
end

return spec
