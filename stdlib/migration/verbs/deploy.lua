--- `deploy`: check, plan, ask, apply. Tasks are made and not started.

local checks = require "migration.checks"
local deployment = require "migration.deployment"
local header = require "migration.header"
local outputs = require "migration.outputs"
local say = require "migration.say"
local ui = require "ui"

return {
	summary = "check, plan, ask, apply; tasks are not started",
	usage = "[--plan FILE] [--require-approval never|risky|any]",
	run = function(m)
		header.show(m)
		checks.run(m)
		deployment.deploy(m)
		local values = outputs.read(m)
		outputs.show(m, values)
		if say.json() then
			ui.json(values)
		end
	end,
}
