--- `deploy`: check, plan, ask, apply. Tasks are made; only what the script wants to run is started.

local checks = require "migration.checks"
local deployment = require "migration.deployment"
local header = require "migration.header"
local outputs = require "migration.outputs"
local say = require "migration.say"
local ui = require "ui"

return {
	summary = "check, plan, ask, apply; starts no task that the script does not want to run",
	usage = "[--plan FILE] [--require-approval never|risky|any] [--timing]",
	takes = { "plan", "timing" },
	run = function(m)
		header.show(m)
		checks.run(m)
		deployment.deploy(m)
		local values = outputs.read(m)
		outputs.show(m, values)
		if say.json() then
			values.timing = m.timing
			ui.json(values)
		end
	end,
}
