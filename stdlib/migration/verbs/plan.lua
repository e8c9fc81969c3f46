--- `plan`: what a deploy would do; changes nothing. `--detailed-exitcode` ends with 2 for changes.

local checks = require "migration.checks"
local deployment = require "migration.deployment"
local header = require "migration.header"
local host = require "host"
local say = require "migration.say"
local ui = require "ui"

return {
	summary = "what a deploy would do; changes nothing",
	usage = "[--out FILE]",
	run = function(m)
		header.show(m)
		checks.run(m)
		local plan = deployment.plan(m)
		if say.json() then
			ui.json(plan:json())
		else
			deployment.show(plan)
		end
		if host.options.out then
			plan:save(host.options.out)
			local command = m:command("deploy --plan " .. host.options.out)
			say.label("Saved", ("%s; carry it out with: %s"):format(host.options.out, command))
		end
		if host.options.detailed_exitcode and plan.has_changes then
			host.exit(2)
		end
	end,
}
