--- `plan`: what a deploy would do; changes nothing. `--detailed-exitcode` ends with 2 for changes.

local checks = require "migration.checks"
local deployment = require "migration.deployment"
local header = require "migration.header"

return {
	summary = "what a deploy would do; changes nothing",
	usage = "[--out FILE]",
	takes = { "out" },
	run = function(m)
		header.show(m)
		checks.run(m)
		deployment.look(m)
	end,
}
