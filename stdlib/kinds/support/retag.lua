--- Puts tags on a live resource, in the way of its service, and leaves all else as it is. What is known
--- of a resource is enough: its id and its ARN.

local aws = require "aws"
local ec2 = require "kinds.support.ec2"
local errors = require "errors"
local host = require "host"
local kind = require "kind"
local tags = require "kinds.support.tags"
local untag = require "kinds.support.untag"

local retag = {}

local function by_arn(operation)
	return function(live, map)
		operation { resource_arn = untag.arn_of(live), tags = tags.list(map) }
	end
end

--- By service: the first part of a kind's name.
---@type table<string, fun(live: stack.Live, map: table<string, string>)>
local WAYS = {
	cloudwatch = by_arn(aws.cloudwatch.tag_resource),
	dms = by_arn(aws.dms.add_tags_to_resource),
	sns = by_arn(aws.sns.tag_resource),
	logs = function(live, map)
		local resource_arn = untag.arn_of(live)
		---@cast resource_arn string
		aws.logs.tag_resource { resource_arn = resource_arn, tags = map }
	end,
	ec2 = function(live, map)
		ec2.retag(live.physical, { tags = { to = map } })
	end,
	iam = function(live, map)
		aws.iam.tag_role { role_name = live.physical, tags = tags.list(map) }
	end,
	kms = function(live, map)
		aws.kms.tag_resource {
			key_id = live.physical,
			tags = tags.list(map, "tag_key", "tag_value"),
		}
	end,
	secretsmanager = function(live, map)
		aws.secretsmanager.tag_resource { secret_id = live.physical, tags = tags.list(map) }
	end,
	s3 = function(live, map)
		-- A bucket's tags are written as a whole.
		local all = {}
		for name, value in pairs(live.item.tags or {}) do
			all[name] = value
		end
		for name, value in pairs(map) do
			all[name] = value
		end
		aws.s3.put_bucket_tagging { bucket = live.physical, tagging = { tag_set = tags.list(all) } }
	end,
}

--- How tags are put on what is of a kind; nil where nobody knows.
---@param name string
---@return fun(live: stack.Live, map: table<string, string>, ctx: stack.Context)?
function retag.way(name)
	local definition = kind.find(name)
	if not definition or definition.shared then
		return nil
	elseif kind.is_ours(name) then
		return WAYS[name:match "^[^.]+"]
	elseif definition.properties.tags ~= nil then
		-- A kind of a script's own changes its tags as it changes any property.
		return function(live, map, ctx)
			definition.update(ctx, live.item, { tags = map }, { tags = { to = map } })
		end
	end
end

--- Puts tags on a live resource.
---@param live stack.Live
---@param map table<string, string>
---@param ctx stack.Context
function retag.run(live, map, ctx)
	local way = retag.way(live.kind)
	if not way then
		errors.raise {
			summary = "This kind can't be tagged",
			what = ("%s has no way to put tags on"):format(live.kind),
			hints = { "give the kind a property `tags`, and let its update write them" },
			at = host.where(),
		}
	end
	way(live, map, ctx)
end

return retag
