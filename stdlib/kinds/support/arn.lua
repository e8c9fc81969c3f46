--- Amazon Resource Names: built, taken apart, compared.
---
---     local arn = require "kinds.support.arn"
---     arn.name "arn:aws:iam::123456789012:role/reports"   --> "reports"
---     arn.last "arn:aws:dms:eu-west-1:123456789012:task:ABC"   --> "ABC"

local arn = {}

--- The partition that a region belongs to.
---@param region string
---@return string
function arn.partition(region)
	if region:find "^cn%-" then
		return "aws-cn"
	elseif region:find "^us%-gov%-" then
		return "aws-us-gov"
	end
	return "aws"
end

--- An ARN in the account and region of `ctx`.
---@param ctx table
---@param service string
---@param resource string
---@return string
function arn.build(ctx, service, resource)
	local partition = arn.partition(ctx.region)
	return ("arn:%s:%s:%s:%s:%s"):format(partition, service, ctx.region, ctx.account, resource)
end

--- What stands behind the last slash: the name in the ARN of a role, policy or key.
---@param text string
---@return string
function arn.name(text)
	return text:match "([^/]+)$" or text
end

--- What stands behind the last colon.
---@param text string
---@return string
function arn.last(text)
	return text:match "([^:]+)$" or text
end

--- The name of an alarm, given as name or as ARN. A name may have colons of its own.
---@param text string
---@return string
function arn.alarm(text)
	return text:match "^arn:[^:]*:cloudwatch:[^:]*:[^:]*:alarm:(.+)$" or text
end

--- The name of the bucket in an S3 ARN.
---@param text string
---@return string
function arn.bucket(text)
	return text:match ":::([^/]+)" or text
end

--- Whether two names mean one KMS key: an id and an ARN of it are the same. What an alias points to
--- can't be seen from here, so an alias equals any key.
---@param declared any
---@param live any
---@return boolean
function arn.same_key(declared, live)
	if type(declared) ~= "string" or type(live) ~= "string" then
		return declared == live
	end
	if declared:find "alias/" then
		return true
	end
	return arn.name(declared) == arn.name(live)
end

return arn
