--- The deploy of the full stack, killed at its mutating calls.

local points = require "points"

it("a deploy that is killed anywhere ends where the uninterrupted one does", function()
	points.try {
		name = "deploy",
		stack = "orders",
		change = { "scripts/migrate.lua", "deploy", "--yes" },
		check = { "scripts/migrate.lua", "plan", "--detailed-exitcode" },
	}
end)
