--- `destroy`: stops and deletes everything of the stack, waits until it is gone, and proves it.

local checkpoints = require "migration.checkpoints"
local deployment = require "migration.deployment"
local header = require "migration.header"

return {
	summary = "delete the stack and prove that nothing is left",
	usage = "[--timing]",
	takes = { "timing" },
	run = function(m)
		header.show(m)
		local proof = deployment.destroy(m)
		if proof then
			checkpoints.tell_kept(m)
		end
		deployment.proved(m, proof)
	end,
}
