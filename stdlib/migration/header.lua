--- The first line: which stack, in which account and region, for real or as a rehearsal.

local aws = require "aws"
local report = require "report"
local say = require "migration.say"
local ui = require "ui"

local header = {}

---@param m migration.Migration
function header.show(m)
	m:stack()
	local who = aws.whoami()
	local text = ("%s · account %s · %s"):format(m.name, who.account, who.region)
	if aws.is_local then
		text = ("%s · rehearsal on the local AWS · %s · virtual time"):format(m.name, who.region)
	end
	for _, line in ipairs(report.wrap(text, ui.width or 100)) do
		say.line(line)
	end
	say.line ""
end

return header
