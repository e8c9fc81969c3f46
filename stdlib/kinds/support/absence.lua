--- Absence is not an error: an answer that says "there is no such thing" becomes nil.
---
---     local absence = require "kinds.support.absence"
---     local role = absence.or_nil(function()
---         return aws.iam.get_role({ role_name = "reports" }).role
---     end)

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
	local ok, answer = pcall(call)
	if ok then
		return answer
	end
	if absence.is(answer) then
		return nil
	end
	error(answer, 0)
end

--- Whether an error value says that the service has no such operation at all.
---@param err any
---@return boolean
function absence.of_operation(err)
	local code = type(err) == "table" and err.code
	return code == "NotImplemented" or code == "UnknownOperationException" or code == "InvalidAction"
end

return absence
