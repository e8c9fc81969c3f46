--- busted's and luassert's vocabulary, as specs that were written for them use it.

describe("busted's words", function()
	local order = {}
	local function note(word)
		return function()
			order[#order + 1] = word
		end
	end

	describe("the hooks", function()
		lazy_setup(note "setup")
		before_each(note "before")
		after_each(note "after")
		lazy_teardown(note "teardown")
		it("surround each test", function()
			finally(note "finally")
			order[#order + 1] = "test"
		end)
		it("and every other one", function() end)
	end)

	it("run in their order", function()
		local words = "setup before test finally after before after teardown"
		assert.equal(words, table.concat(order, " "))
	end)

	insulate("an insulated block", function()
		it("sets a global and a module", function()
			rawset(_G, "leaked", true)
			package.loaded.leaked = true
		end)
	end)
	expose("an exposed block", function()
		it("finds neither of them", function()
			assert.is_nil(rawget(_G, "leaked"))
			assert.is_nil(package.loaded.leaked)
		end)
	end)

	it("are found as the modules of luassert", function()
		local found = require "luassert"
		assert.is_true(rawequal(found, assert))
		assert.is_callable(require "luassert.spy")
		assert.is_callable(require "luassert.stub")
		assert.is_callable(require "luassert.mock")
		assert.is_table(require "luassert.match")
		require "busted.runner"()
	end)
end)

describe("luassert's assertions", function()
	it("are written in every way", function()
		assert(true)
		assert.are.equal(1, 1)
		assert.are.equals(1, 1)
		assert.are_not.equal(1, 2)
		assert.is_not.equal(1, 2)
		assert.are.same({ 1 }, { 1 })
		assert.are_not.same({ 1 }, { 2 })
		assert.True(true)
		assert.False(false)
		assert.Nil(nil)
		assert.is_True(true)
		assert.is._true(true)
		assert.is.truthy(0)
		assert.is_falsy(nil)
		assert.is_not_falsy(1)
		assert.is_boolean(false)
		assert.is_number(1)
		assert.is_string ""
		assert.is_table {}
		assert.is_function(print)
		assert.is_userdata(io.stdout)
		assert.is_thread(coroutine.create(print))
		assert.is_callable(setmetatable({}, { __call = print }))
		assert.near(1, 1.05, 0.1)
		assert.is_not.near(1, 2, 0.1)
		assert.matches("b+", "abbc")
		assert.has.match("b", "abc")
		assert.has_no.match("z", "abc")
		assert.message("said where it fails").is_true(true)
	end)

	it("are about errors", function()
		local function fails()
			error "no way"
		end
		assert.has_error(fails)
		assert.has.errors(fails)
		assert.error_matches(fails, "no %a+")
		assert.matches_error(fails, "way")
		assert.has_error(function()
			error { code = "A", message = "b" }
		end, { code = "A" })
		assert.has_no.errors(function() end)
		assert.has_no_error(function() end)
	end)

	it("are about lists and values", function()
		assert.unique { 1, 2, {}, {} }
		assert.is_not_unique { 1, 2, 1 }
		assert.is_not_unique({ { 1 }, { 1 } }, true)
		assert.array({ 1, 2, 3 }).has.no.holes()
		assert.array({ 1, nil, 3 }).has.holes()
		assert.array({ 1, 2 }).has.holes(3)
		local function two()
			return nil, nil
		end
		assert.returned_arguments(2, two())
		assert.not_returned_arguments(1, two())
	end)

	it("are added, with what they say, and taken away", function()
		local say = require "say"
		say:set("assertion.larger.positive", "expected %s to be larger than %s")
		assert:register("assertion", "larger", function(_, given)
			return given[1] > given[2]
		end, "assertion.larger.positive")
		assert.is_larger(2, 1)
		assert.is_not.larger(1, 2)
		assert.has_error(function()
			assert.larger(1, 2)
		end, "expected 1 to be larger than 2")
		assert:unregister("assertion", "larger")
		assert.has_error(function()
			assert.larger(1, 2)
		end, 'there is no assertion "larger"')
	end)
end)

describe("spies, stubs and mocks", function()
	local function answers()
		return {
			stop = function()
				return "stopped"
			end,
			inner = {
				state = function()
					return "running"
				end,
			},
		}
	end

	it("know what a call was given, though it was changed since", function()
		local s = spy.new(function(task)
			task.state = "stopped"
		end)
		local task = { state = "running" }
		s(task)
		assert.spy(s).was_called_with { state = "running" }
		assert.spy(s).was_called_with(match.ref(task))
		assert.spy(s).was_not.called_with { state = "failed" }
		assert.is_true(s:called_with { state = "running" })
		assert.same({ true, 1 }, { s:called(1) })
	end)

	it("are asked with a point as with a colon", function()
		local aws = answers()
		stub(aws, "stop").returns(5)
		assert.equal(5, aws.stop())
		aws.stop:returns(6)
		assert.equal(6, aws.stop())
		aws.stop.invokes(function(x)
			return x
		end)
		assert.equal(7, aws.stop(7))
		aws.stop.by_default.returns(8)
		aws.stop.on_call_with("orders", match.is_number()).returns(9)
		assert.equal(9, aws.stop("orders", 1))
		assert.equal(8, aws.stop "orders")
		aws.stop:clear()
		assert.stub(aws.stop).was_not_called()
		aws.stop:revert()
		assert.equal("stopped", aws.stop())
	end)

	it("count their calls and results", function()
		local s = spy.new(function(n)
			return n * 2
		end)
		s(1)
		s(2)
		assert.spy(s).was.called(2)
		assert.spy(s).was.called_at_least(1)
		assert.spy(s).was.called_at_most(2)
		assert.spy(s).called_more_than(1)
		assert.spy(s).called_less_than(3)
		assert.spy(s).returned_with(4)
		assert.spy(s).was_not.returned_with(5)
	end)

	it("cover a table and the tables in it, until they are reverted", function()
		local aws = answers()
		mock(aws, true)
		assert.is_nil(aws.inner.state())
		assert.spy(aws.inner.state).was.called(1)
		mock.clear(aws)
		assert.spy(aws.inner.state).was_not.called()
		mock.revert(aws)
		assert.equal("running", aws.inner.state())

		local snapshot = assert:snapshot()
		stub(aws, "stop").returns "never"
		snapshot:revert()
		assert.equal("stopped", aws.stop())
	end)
end)

describe("matchers", function()
	it("are written in every way and joined", function()
		local s = spy.new(function() end)
		s("abc", 3, { 1 })
		assert.spy(s).was_called_with(match.is_string(), match.is.number(), match._)
		assert.spy(s).was_called_with(match.is_not_nil(), match.is_not.string(), match.same { 1 })
		assert.spy(s).was_called_with(match.matches "b", match.near(3, 0.1), match.is_table())
		assert.spy(s).was_called_with(
			match.all_of(match.is_string(), match.matches "a"),
			match.any_of(2, 3),
			match.none_of(match.is_nil(), {})
		)
		assert.spy(s).was_not.called_with(match._, match._, match.ref {})
	end)
end)
