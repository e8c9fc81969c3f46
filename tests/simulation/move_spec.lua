--- A network with another range, killed at its mutating calls: the running task moves to a new instance
--- in it, and the old one goes.

local points = require "points"

local CHANGE = {
	"scripts/migrate.lua",
	"deploy",
	"--yes",
	"--allow",
	"replace",
	"-c",
	"vpc_cidr=10.7.0.0/16",
}
local CHECK = { "scripts/migrate.lua", "plan", "--detailed-exitcode", "-c", "vpc_cidr=10.7.0.0/16" }

it("a move that is killed anywhere brings the running task to the new instance", function()
	points.prepare { "scripts/migrate.lua", "--yes" }
	points.try { name = "move", stack = "orders", change = CHANGE, check = CHECK }
end)
