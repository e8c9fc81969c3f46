--- `destroy`: stops and deletes everything of the stack, waits until it is gone, and proves it.

local checkpoints = require "migration.checkpoints"
local deployment = require "migration.deployment"
local header = require "migration.header"
local json = require "json"
local say = require "migration.say"
local ui = require "ui"

return {
	summary = "delete the stack and prove that nothing is left",
	usage = "[--timing]",
	run = function(m)
		header.show(m)
		local proof = deployment.destroy(m)
		if proof then
			checkpoints.tell_kept(m)
		end
		if proof and say.json() then
			ui.json {
				stack = m.name,
				kinds = proof.kinds,
				shared = json.array(proof.shared),
				timing = m.timing,
			}
		end
	end,
}
