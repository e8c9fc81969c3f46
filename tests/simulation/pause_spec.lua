--- A change of both endpoints under a running task, killed at its mutating calls: the task is paused for
--- it, and runs again afterwards.

local points = require "points"

local CHANGE = {
	"scripts/migrate.lua",
	"deploy",
	"--yes",
	"-c",
	"source_db_config.extra_connection_attributes=eventsPollInterval=7",
	"-c",
	"target_db_config.extra_connection_attributes=parallelLoadThreads=2",
}
local CHECK = { table.unpack(CHANGE) }
CHECK[2], CHECK[3] = "plan", "--detailed-exitcode"

it("a change of endpoints that is killed anywhere leaves the task running", function()
	points.prepare { "scripts/migrate.lua", "--yes" }
	points.try { name = "pause", stack = "orders", change = CHANGE, check = CHECK }
end)
