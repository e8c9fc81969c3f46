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
--- In a spec file the words are global: `describe` (`context`), `it` (`test`), `pending`, `before_each`,
--- `after_each`, `setup`, `teardown` (also `lazy_setup`, `lazy_teardown`, `strict_setup`,
--- `strict_teardown`), `finally`, `assert`, `expect`, `spy`, `stub`, `mock`, `match`. A `#tag` in a name
--- is picked by `--tags`.
---
--- A spec rehearses a whole script, with faults, in virtual time:
---
--- ```lua no-run
--- local spec = require "spec"
--- it("survives a lost answer", function()
---   spec.faults.set "dms:CreateReplicationTask#1=drop"
---   local run = spec.run("migrate.lua", "--yes")
---   assert.equal(0, run.code, run.text)
--- end)
--- ```

local assertions = require "spec.assertions"
local blocks = require "spec.blocks"
local expect = require "spec.expect"
local match = require "spec.match"
local rehearsal = require "spec.rehearsal"
local spies = require "spec.spies"

local spec = {}

--- busted's `assert`.
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
spec.spy = setmetatable({ new = spies.new, on = spies.on, is = spies.is }, {
	__call = function(_, f)
		return spies.new(f)
	end,
})

--- Puts something else in the place of a function of a table, until the test ends.
spec.stub = setmetatable({ new = spies.stub, is = spies.is }, {
	__call = function(_, owner, name, ...)
		return spies.stub(owner, name, ...)
	end,
})

--- Spies on every function of a table; with `true`, stubs.
---@param owner table
---@param silent? boolean
---@return table
function spec.mock(owner, silent)
	return spies.mock(owner, silent)
end

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

--- Makes the vocabulary global, as specs expect it. The runner calls it.
---@package
---@param bench? table
function spec.install(bench)
	rehearsal.install(bench)
	for word, name in pairs(WORDS) do
		-- selene: allow(global_usage) -- what it is for
		rawset(_G, word, spec[name])
	end
end

return spec
