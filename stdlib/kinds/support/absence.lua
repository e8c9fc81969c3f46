--- Absence is not an error: an answer that says "there is no such thing" becomes nil.
---
---     local absence = require "kinds.support.absence"
---     local aws = require "aws"
---     local role = absence.or_nil(function()
---         return aws.iam.get_role({ role_name = "reports" }).role
---     end)
---     role   --> nil

local errors = require "errors"

local absence = {}

--- How the services say that something does not exist.
local CODES = {
	NoSuchEntity = true,
	NoSuchBucket = true,
	NoSuchTagSet = true,
	NoSuchBucketPolicy = true,
	NoSuchLifecycleConfiguration = true,
	NoSuchPublicAccessBlockConfiguration = true,
	NoSuchConfiguration = true,
	OwnershipControlsNotFoundError = true,
	ServerSideEncryptionConfigurationNotFoundError = true,
	NotFound = true,
	NotFoundException = true,
	ResourceNotFound = true,
	ResourceNotFoundException = true,
	ResourceNotFoundFault = true,
}

--- Whether an error value says that the thing asked for does not exist.
---@param err any
---@return boolean
function absence.is(err)
	local code = type(err) == "table" and err.code
	if type(code) ~= "string" then
		return false
	end
	-- EC2 has a code for each sort: InvalidVpcID.NotFound, NatGatewayNotFound, ...
	return CODES[code] or code:find "NotFound$" ~= nil
end

--- Calls and returns the answer; nil where the answer is that there is no such thing.
---@generic T
---@param call fun(): T
---@return T?
function absence.or_nil(call)
	local ok, answer = errors.capture(call)
	if ok then
		return answer
	end
	if absence.is(answer) then
		return nil
	end
	error(answer, 0)
end

--- Whether an error value says that the service has no such operation at all. Not being permitted
--- is another matter: that is told, not passed over.
---@param err any
---@return boolean
function absence.of_operation(err)
	if type(err) ~= "table" or err.unavailable ~= true then
		return false
	end
	local code = tostring(err.code)
	return not code:find "^AccessDenied"
		and not code:find "^Unauthorized"
		and code ~= "AuthorizationError"
end

return absence
