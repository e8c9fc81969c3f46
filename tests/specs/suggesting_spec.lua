--- Misspelt names of migrations, stacks and classes of one's own.

local migration = require "migration"
local stack = require "stack"
local suggesting = require "suggesting"

--- Expects that `f` looks for a name that is not there, and that the hint names the right one.
local function misspelt(name, near, f)
	local ok, problem = pcall(f)
	assert.equal(false, ok)
	assert.equal("Unknown name", problem.summary)
	assert.matches(('has no "%s"'):format(name), problem.what)
	assert.matches(near, problem.hints[1][1])
	assert.matches("suggesting_spec.lua", problem.at.file)
	assert.equal("usage", problem.exit)
end

describe("a misspelt name", function()
	local m = migration.new({
		name = "orders",
		config = {
			source_db_config = { server_name = "a.example.com", username = "dms", password = "x" },
			target_db_config = { server_name = "b.example.com", username = "dms", password = "y" },
		},
	})

	it("of a migration is told, what may be absent is nil", function()
		misspelt("mian", '"main"', function()
			m:mian({})
		end)
		misspelt("nwe", '"new"', function()
			migration.nwe({})
		end)
		assert.equal(nil, m.parts)
		assert.equal(nil, m.verb)
	end)

	it("of a stack is told", function()
		local s = stack.new("x", { kinds = {} })
		misspelt("ad", '"add"', function()
			s:ad("ec2.vpc", "a", {})
		end)
		misspelt("neew", '"new"', function()
			stack.neew("x")
		end)
		assert.equal(nil, s.current)
	end)

	it("of a class of one's own is told, with what it inherits", function()
		local Base = suggesting.class({ open = function() end, hidden_ = 1 }, "a base")
		local Door = suggesting.class(
			setmetatable({ close = function() end }, { __index = Base }),
			"a door",
			{ optional = { "color" }, only = "^%l" }
		)
		local door = setmetatable({}, { __index = Door })
		misspelt("opne", '"open"', function()
			return door.opne
		end)
		misspelt("clsoe", '"close"', function()
			return door.clsoe
		end)
		assert.equal(Base.open, door.open)
		assert.equal(nil, door.color)
		assert.equal(nil, door.Other)
		assert.equal(nil, door.__name)
		assert.equal(nil, door[1])
		assert.equal(nil, rawget(door, "clsoe"))
	end)

	it("far from every other one is told with all there are", function()
		local Thing = suggesting.class({ a_first = 1, b_second = 2 }, "a thing")
		misspelt("qqqqqqqq", "a_first, b_second", function()
			return Thing.qqqqqqqq
		end)
	end)
end)
