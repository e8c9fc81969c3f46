--- The tags of things whose listing leaves them out, by ARN: one listing of everything that dmsrun
--- has tagged, whatever its number. It is a little behind the truth, so who misses something there
--- asks for it by itself.

local aws = require "aws"
local errors = require "errors"
local tags = require "kinds.support.tags"

local tagged = {}

--- The types that are asked for; both have listings without tags.
local TYPES = { "cloudwatch:alarm", "logs:log-group" }

--- The tags by ARN; nil for what is not listed, or where the listing can't be had.
---@param ctx table
---@param resource_arn string
---@return table<string, string>?
function tagged.of(ctx, resource_arn)
	local all = ctx:once("tagged resources", function()
		local ok, list = errors.capture(aws.pages, aws.tagging.get_resources, {
			tag_filters = { { key = tags.STACK } },
			resource_type_filters = TYPES,
			resources_per_page = 100,
		})
		if not ok then
			if type(list) == "table" and list.kind == "aws" and list.unavailable then
				return {}
			end
			error(list, 0)
		end
		local by_arn = {}
		for _, one in ipairs(list) do
			by_arn[one.resource_arn] = tags.map(one.tags)
		end
		return by_arn
	end)
	return all[resource_arn]
end

return tagged
