--- Checks that may be impossible: not permitted, or not offered by the service that answers.
---
--- A check that can't be made is a warning that says so, and the work goes on without it.

local say = require "migration.say"

local tolerant = {}

--- Whether an error means that the operation cannot be had here.
---@param problem any
---@return boolean
function tolerant.unavailable(problem)
	return type(problem) == "table" and problem.kind == "aws" and problem.unavailable == true
end

--- Runs a check. Where it cannot be made, says what is left out and returns nil.
---@param what string such as `Engine versions could not be listed`
---@param check function
---@return any
function tolerant.try(what, check)
	local ok, result = pcall(check)
	if ok then
		return result
	end
	if not tolerant.unavailable(result) then
		error(result, 0)
	end
	say.cannot(what, result)
	return nil
end

return tolerant
