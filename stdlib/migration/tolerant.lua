--- Checks that may be impossible: not permitted, or not offered by the service that answers.
---
--- A check that can't be made is a warning that says so, and the work goes on without it.

local errors = require "errors"
local say = require "migration.say"

local tolerant = {}

--- What services answer when they do not know, or do not allow, an operation.
local CODES = {
	"AccessDenied",
	"AccessDeniedException",
	"AccessDeniedFault",
	"AuthorizationError",
	"InvalidAction",
	"NotImplemented",
	"NotImplementedError",
	"UnauthorizedOperation",
	"UnknownOperation",
	"UnknownOperationException",
	"UnsupportedOperation",
	"UnsupportedOperationException",
}

--- Whether an error means that the operation cannot be had here.
---@param problem any
---@return boolean
function tolerant.unavailable(problem)
	for _, code in ipairs(CODES) do
		if errors.is(problem, code) then
			return true
		end
	end
	if type(problem) ~= "table" or problem.kind ~= "aws" then
		return false
	end
	-- An endpoint that is not AWS answers an unknown operation without any of AWS's codes.
	local code, message = tostring(problem.code or ""), tostring(problem.message or ""):lower()
	return code == ""
		or code == "Unknown"
		or code:match "^50[01]$" ~= nil
		or code == "404"
		or message:find("not implemented", 1, true) ~= nil
		or message:find("not been implemented", 1, true) ~= nil
		or message:find("not in the local aws", 1, true) ~= nil
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
