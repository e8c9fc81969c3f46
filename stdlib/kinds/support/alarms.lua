--- What metric alarms and composite alarms have in common: one listing for both, their tags, and a
--- name that is somebody else's already.

local absence = require "kinds.support.absence"
local aws = require "aws"
local names = require "kinds.support.names"
local tagged = require "kinds.support.tagged"
local tags = require "kinds.support.tags"

local alarms = {}

--- All alarms of a prefix or of some names, of both sorts. The answer has several lists, so that it
--- is paged here.
---@param arguments table
---@return table[] metric
---@return table[] composite
function alarms.describe(arguments)
	local metric, composite, token = {}, {}, nil
	repeat
		arguments.alarm_types = { "MetricAlarm", "CompositeAlarm" }
		arguments.next_token = token
		local page = aws.cloudwatch.describe_alarms(arguments)
		for _, raw in ipairs(page.metric_alarms or {}) do
			metric[#metric + 1] = raw
		end
		for _, raw in ipairs(page.composite_alarms or {}) do
			composite[#composite + 1] = raw
		end
		token = page.next_token
	until token == nil or token == ""
	return metric, composite
end

local function tags_of(alarm_arn)
	local answer = absence.or_nil(function()
		return aws.cloudwatch.list_tags_for_resource { resource_arn = alarm_arn }
	end)
	return tags.map(answer and answer.tags)
end

local function item_of(raw, map)
	return { id = raw.alarm_name, tags = map or tags_of(raw.alarm_arn), raw = raw }
end

--- How many names go into one DescribeAlarms.
local CHUNK = 100

--- Alarms that were adopted keep another name than the stack would give them.
local function adopted(ctx, sort)
	local list = {}
	local others = tagged.adopted(ctx, "alarm_name", ":alarm:", function(name)
		return names.may_be_ours(ctx, name)
	end)
	for first = 1, #others, CHUNK do
		local chunk = table.move(others, first, math.min(first + CHUNK - 1, #others), 1, {})
		local metric, composite = alarms.describe { alarm_names = chunk }
		local more = sort == "metric" and metric or composite
		table.move(more, 1, #more, #list + 1, list)
	end
	return list
end

--- Everything whose name begins with the stack's, asked for once per plan for both kinds.
local function of_stack(ctx)
	return ctx:once("alarms", function()
		local metric, composite = alarms.describe { alarm_name_prefix = names.prefix(ctx) }
		return { metric = metric, composite = composite }
	end)
end

--- The items of the stack.
---@param ctx stack.Context
---@param sort "metric"|"composite"
---@return table[]
function alarms.list(ctx, sort)
	local items = {}
	for _, raws in ipairs { of_stack(ctx)[sort], adopted(ctx, sort) } do
		for _, raw in ipairs(raws) do
			local item = item_of(raw, tagged.of(ctx, raw.alarm_arn))
			if tags.ours(ctx, item.tags) then
				items[#items + 1] = item
			end
		end
	end
	return items
end

--- One item, read anew; nil where it is gone.
---@param name string
---@param sort "metric"|"composite"
---@return table?
function alarms.read(name, sort)
	local metric, composite = alarms.describe { alarm_names = { name } }
	local raw = (sort == "metric" and metric or composite)[1]
	return raw and item_of(raw)
end

--- Refuses the name of an alarm that exists and is not the stack's: a put would overwrite it, and
--- leave its tags as they are.
---@param check table
function alarms.refuse_foreign(check)
	if not check.creates then
		return
	end
	local name = (check.declared.properties or {}).alarm_name
		or names.fit(("%s-%s"):format(check.stack.name, check.declared.id), 255)
	local found = check:try("The alarms could not be listed", function()
		if not names.may_be_ours(check.ctx, name) then
			return { alarms.describe { alarm_names = { name } } }
		end
		return of_stack(check.ctx)
	end)
	for _, list in pairs(found or {}) do
		for _, raw in ipairs(list) do
			if raw.alarm_name == name and tags_of(raw.alarm_arn)[tags.STACK] == nil then
				check:refuse {
					property = "alarm_name",
					word = check.declared.id,
					what = ("there is an alarm %s already, and it is not the stack's"):format(name),
					hints = { "give it another id, or delete the alarm that is there" },
				}
			end
		end
	end
end

return alarms
