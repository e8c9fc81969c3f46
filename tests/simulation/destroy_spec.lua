--- The destroy of the full stack, killed at its mutating calls.

local points = require "points"

local DESTROY = { "scripts/migrate.lua", "destroy", "--allow", "destroy" }

it("a destroy that is killed anywhere leaves nothing", function()
	points.prepare { "scripts/migrate.lua", "deploy", "--yes" }
	points.try { name = "destroy", stack = "orders", change = DESTROY, check = DESTROY }
end)
