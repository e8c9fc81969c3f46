--- The first line: which stack, in which account and region, for real or as a rehearsal.

local aws = require "aws"
local say = require "migration.say"

local header = {}

---@param m migration.Migration
function header.show(m)
	m:stack()
	local who = aws.whoami()
	if aws.is_local then
		say.line(
			("%s · rehearsal on the local AWS · %s · virtual time"):format(m.name, who.region)
		)
	else
		say.line(("%s · account %s · %s"):format(m.name, who.account, who.region))
	end
	say.line ""
end

return header
