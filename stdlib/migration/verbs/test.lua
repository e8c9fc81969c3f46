--- `test`: tests the connection of every pair again, waits for it, and explains failures.

local connections = require "migration.connections"
local live = require "migration.live"
local say = require "migration.say"
local tasks = require "migration.tasks"
local ui = require "ui"

return {
	summary = "test the connections to source and target",
	run = function(m)
		local found = live.require(m, { "instance", "source", "target" })
		if say.would("Connect", "test the connections to source and target") then
			return
		end
		tasks.refuse_read_only(m, "test the connections")
		local results = connections.test(m, found, { force = true })
		if say.json() then
			ui.json { connections = results }
		end
	end,
}
