--- Takes tags off a live resource, in the way of its service. What is known of a resource is enough:
--- its id and its ARN.

local aws = require "aws"
local ec2 = require "kinds.support.ec2"
local errors = require "errors"
local host = require "host"
local kind = require "kind"
local tags = require "kinds.support.tags"

local untag = {}

--- The ARN among the outputs of a live resource.
---@param live stack.Live
---@return string?
function untag.arn_of(live)
	if live.outputs.arn then
		return live.outputs.arn
	elseif tostring(live.physical):find "^arn:" then
		return live.physical
	end
	-- `alarm_arn` of an alarm, and not the ARN of something that it uses.
	local last = live.kind:match "([%w_]+)$"
	---@cast last string
	for name, value in pairs(live.outputs) do
		if name:find "_arn$" and last:find(name:sub(1, -5), 1, true) then
			return value
		end
	end
end

local function by_arn(operation)
	return function(live, keys)
		operation { resource_arn = untag.arn_of(live), tag_keys = keys }
	end
end

--- By service: the first part of a kind's name.
local WAYS = {
	cloudwatch = by_arn(aws.cloudwatch.untag_resource),
	dms = by_arn(aws.dms.remove_tags_from_resource),
	logs = by_arn(aws.logs.untag_resource),
	sns = by_arn(aws.sns.untag_resource),
	ec2 = function(live, keys)
		ec2.untag(live.physical, keys)
	end,
	iam = function(live, keys)
		aws.iam.untag_role { role_name = live.physical, tag_keys = keys }
	end,
	kms = function(live, keys)
		aws.kms.untag_resource { key_id = live.physical, tag_keys = keys }
	end,
	secretsmanager = function(live, keys)
		aws.secretsmanager.untag_resource { secret_id = live.physical, tag_keys = keys }
	end,
	s3 = function(live, keys)
		-- A bucket's tags are written as a whole.
		local rest = {}
		for name, value in pairs(live.tags) do
			rest[name] = value
		end
		for _, key in ipairs(keys) do
			rest[key] = nil
		end
		if next(rest) == nil then
			aws.s3.delete_bucket_tagging { bucket = live.physical }
		else
			aws.s3.put_bucket_tagging {
				bucket = live.physical,
				tagging = { tag_set = tags.list(rest) },
			}
		end
	end,
}

--- How the tags of a kind are taken off; nil where nobody knows.
---@param name string
---@return fun(live: stack.Live, keys: string[])?
function untag.way(name)
	local definition = kind.find(name)
	if definition and definition.untag then
		return function(live, keys)
			definition.untag(live.item, keys)
		end
	end
	-- A kind of a script's own may call itself as it likes.
	return definition and kind.is_ours(name) and WAYS[name:match "^[^.]+"] or nil
end

--- Takes tags off a live resource.
---@param live stack.Live
---@param keys string[]
function untag.run(live, keys)
	local way = untag.way(live.kind)
	if not way then
		errors.raise {
			summary = "The tags of this kind can't be taken off",
			what = ("%s has no way to take tags off"):format(live.kind),
			hints = { "give the kind a function untag(item, keys)" },
			at = host.where(),
		}
	end
	way(live, keys)
end

return untag
