--- Whether two documents of table mappings may select the same table.

local map = require "mappings"
local overlap = require "mappings.overlap"

local function may(first, second)
	local one, other = map.rules(first), map.rules(second)
	local there, back = overlap.may(one, other), overlap.may(other, one)
	assert.equal(there, back)
	return there
end

describe("two documents of mappings", function()
	it("meet where their patterns have a name in common", function()
		for _, pair in ipairs {
			{ "production.%", "production.orders" },
			{ "production.a%z", "production.%bz" },
			{ "production.a_1", "production.ab1" },
			{ "production.%_x", "production.zzx" },
			{ "Production.Orders", "production.orders" },
			{ "%.%", "production.orders" },
			{ "production.[ab]c", "production.ac" },
		} do
			assert.is_true(may({ map.include(pair[1]) }, { map.include(pair[2]) }), pair[1])
		end
	end)

	it("are apart where they have none", function()
		for _, pair in ipairs {
			{ "production.orders", "production.order" },
			{ "production.a%", "production.b%" },
			{ "production.a_1", "production.a_11" },
			{ "production.%", "staging.%" },
		} do
			assert.is_false(may({ map.include(pair[1]) }, { map.include(pair[2]) }), pair[1])
		end
	end)

	it("are apart where one leaves out all that the other one takes", function()
		local big = { map.include "production.big%", map.include "production.orders" }
		local function rest(...)
			return { map.include "production.%", ... }
		end
		local without = map.exclude "production.big%"
		assert.is_true(may(rest(without), big))
		assert.is_false(may(rest(without, map.exclude "production.orders"), big))
		-- What it leaves out is less than what the other one takes.
		local less = map.exclude "production.big_1%"
		assert.is_true(may(rest(less), { map.include "production.big%" }))
	end)
end)
