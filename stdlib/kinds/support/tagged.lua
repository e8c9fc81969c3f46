--- The tags of things whose listing leaves them out, by ARN: one listing of everything that dmsrun
--- has tagged, whatever its number. It is a little behind the truth, so who misses something there
--- asks for it by itself.

local aws = require "aws"
local errors = require "errors"
local tags = require "kinds.support.tags"

local tagged = {}

--- The types that are asked for; both have listings without tags.
local TYPES = { "cloudwatch:alarm", "logs:log-group" }

--- The tags by ARN, of everything that is listed; false where the listing can't be had.
---@return table<string, table<string, string>>|false
local function listing(ctx)
	return ctx:once("tagged resources", function()
		local ok, list = errors.capture(aws.pages, aws.tagging.get_resources, {
			tag_filters = { { key = tags.STACK } },
			resource_type_filters = TYPES,
			resources_per_page = 100,
		})
		if not ok then
			if type(list) == "table" and list.kind == "aws" and list.unavailable then
				return false
			end
			error(list, 0)
		end
		local by_arn = {}
		for _, one in ipairs(list) do
			by_arn[one.resource_arn] = tags.map(one.tags)
		end
		return by_arn
	end)
end

local function everything(ctx)
	return listing(ctx) or {}
end

--- Warns of a name by which nothing is found once the script does not declare it: it does not begin as
--- the stack's do, and what is tagged can't be listed.
---@param check table
---@param name string
function tagged.warn_unfindable(check, name)
	if listing(check.ctx) == false then
		errors.warn {
			summary = "It will not be found by its tags",
			what = ("%s does not begin with the stack's name, and the tagged resources can't be listed (tag:GetResources)"):format(
				name
			),
			why = "once the script does not declare it any more, no plan will know that it is the stack's",
			at = false,
		}
	end
end

--- The tags by ARN; nil for what is not listed, or where the listing can't be had.
---@param ctx table
---@param resource_arn string
---@return table<string, string>?
function tagged.of(ctx, resource_arn)
	return everything(ctx)[resource_arn]
end

--- The names of the stack's own whose names do not begin as the stack's do: they were adopted. Those
--- that are declared count too, because the listing is a little behind.
---@param ctx table
---@param property string the property that declares the name
---@param part string what stands before the name in its ARN, such as ":alarm:"
---@param usual fun(name: string): boolean whether a name is found by how it begins
---@return string[]
function tagged.adopted(ctx, property, part, usual)
	local names, seen = {}, {}
	local function take(name)
		if type(name) == "string" and not seen[name] and not usual(name) then
			seen[name] = true
			names[#names + 1] = name
		end
	end
	for _, properties in pairs(ctx.declares or {}) do
		take(properties[property])
	end
	for resource_arn, map in pairs(everything(ctx)) do
		local at, last = resource_arn:find(part, 1, true)
		if at and map[tags.STACK] == ctx.stack then
			take(resource_arn:sub(last + 1))
		end
	end
	table.sort(names)
	return names
end

return tagged
