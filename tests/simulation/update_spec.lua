--- A change of the instance, of an endpoint and of what is around them, under a running task, killed at
--- its mutating calls.

local points = require "points"

local CHANGE = {
	"scripts/migrate.lua",
	"deploy",
	"--yes",
	"-c",
	"replication_instance_class=dms.r5.large",
	"-c",
	"allocated_storage=200",
	"-c",
	"source_db_config.extra_connection_attributes=eventsPollInterval=7",
	"-c",
	"flow_logs=true",
}
local CHECK = { table.unpack(CHANGE) }
CHECK[2], CHECK[3] = "plan", "--detailed-exitcode"

it("an update that is killed anywhere ends where the uninterrupted one does", function()
	points.prepare { "scripts/migrate.lua", "--yes" }
	points.try { name = "update", stack = "orders", change = CHANGE, check = CHECK }
end)
