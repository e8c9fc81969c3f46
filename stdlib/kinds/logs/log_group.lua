--- logs.log_group: a log group of CloudWatch Logs with its retention, and what of its events becomes
--- metrics.

local absence = require "kinds.support.absence"
local arn = require "kinds.support.arn"
local aws = require "aws"
local errors = require "errors"
local exists = require "kinds.support.exists"
local kind = require "kind"
local metric_filters = require "kinds.support.metric_filters"
local names = require "kinds.support.names"
local shapes = require "kinds.support.shapes"
local tagged = require "kinds.support.tagged"
local tags = require "kinds.support.tags"

--- DMS writes a task's log into a group of this name and the instance's identifier.
local DMS = "dms-tasks-"

--- The ARN as the tag operations want it: without the ":*" that means its streams.
local function arn_of(ctx, raw)
	local text = raw.log_group_arn or raw.arn
	return text and text:gsub(":%*$", "")
		or arn.build(ctx, "logs", "log-group:" .. raw.log_group_name)
end

local function item_of(ctx, raw)
	local answer = absence.or_nil(function()
		return aws.logs.list_tags_for_resource { resource_arn = arn_of(ctx, raw) }
	end)
	return { id = raw.log_group_name, tags = answer and answer.tags or {}, raw = raw }
end

local function find(ctx, name)
	for _, raw in ipairs(aws.pages(aws.logs.describe_log_groups, { log_group_name_prefix = name })) do
		if raw.log_group_name == name then
			return item_of(ctx, raw)
		end
	end
end

local function put_retention(name, days)
	if days then
		aws.logs.put_retention_policy { log_group_name = name, retention_in_days = days }
	else
		aws.logs.delete_retention_policy { log_group_name = name }
	end
end

--- DMS makes the group itself once a task logs, without tags and without retention: it belongs to
--- the instance, so it is ours to keep in order. Any other group that exists already is refused.
local function take_over(ctx, name, map, err)
	local there = type(err) == "table" and err.code == "ResourceAlreadyExistsException"
	local item = there and names.may_be_ours(ctx, name, DMS) and find(ctx, name)
	if not item or item.tags[tags.STACK] then
		error(err, 0)
	end
	aws.logs.tag_resource { resource_arn = arn_of(ctx, item.raw), tags = map }
end

return kind.define {
	name = "logs.log_group",
	doc = "A log group, how long it keeps its events, and which of them become metrics.",
	source = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html",
	properties = {
		log_group_name = {
			type = "string",
			replaces = "the name of a log group is fixed",
			doc = "Begins with the stack's name, or with dms-tasks- and it. Left out: <stack>-<id>.",
		},
		retention_in_days = {
			resets = true,
			type = "integer",
			check = shapes.retention,
			doc = "Days after which events are deleted; kept for ever when left out.",
		},
		kms_key_id = {
			resets = true,
			type = "string",
			compare = arn.same_key,
			doc = "ARN of the key that encrypts the events.",
		},
		metric_filters = metric_filters.property,
		tags = tags.property,
	},
	outputs = { log_group_name = "name of the log group", arn = "ARN of the log group" },

	list = function(ctx)
		local items = {}
		-- DMS spells its identifiers, and so its log groups, in lower case.
		for _, prefix in ipairs { names.prefix(ctx), DMS .. names.dms(ctx.stack, 255) .. "-" } do
			local found = ctx:sweep(aws.logs.describe_log_groups, {
				log_group_name_prefix = prefix,
			})
			for _, raw in ipairs(found) do
				local map = tagged.of(ctx, arn_of(ctx, raw))
				local item = map and { id = raw.log_group_name, tags = map, raw = raw }
					or item_of(ctx, raw)
				if tags.ours(ctx, item.tags) then
					items[#items + 1] = item
				end
			end
		end
		local adopted = tagged.adopted(ctx, "log_group_name", ":log-group:", function(name)
			return names.may_be_ours(ctx, name)
				or names.may_be_ours({ stack = names.dms(ctx.stack, 255) }, name, DMS)
		end)
		for _, name in ipairs(adopted) do
			local item = find(ctx, name)
			if item and tags.ours(ctx, item.tags) then
				items[#items + 1] = item
			end
		end
		metric_filters.add(ctx, items)
		return items
	end,

	read = function(ctx, id)
		local item = find(ctx, id)
		if item then
			metric_filters.add(ctx, { item })
		end
		return item
	end,

	observe = function(ctx, item)
		local raw = item.raw
		return {
			properties = {
				log_group_name = raw.log_group_name,
				retention_in_days = raw.retention_in_days,
				kms_key_id = raw.kms_key_id,
				metric_filters = item.filters or {},
				tags = tags.user(item.tags),
			},
			outputs = { log_group_name = raw.log_group_name, arn = arn_of(ctx, raw) },
			state = "available",
		}
	end,

	parents = function(item)
		return { item.raw.kms_key_id and arn.name(item.raw.kms_key_id) }
	end,

	preflight = function(check, props)
		exists.key(check, "kms_key_id", props.kms_key_id)
	end,

	create = function(ctx, props)
		local name = props.log_group_name
				and names.check(ctx, "logs.log_group", props.log_group_name, { DMS })
			or ctx.name
		local map = tags.on_create(ctx, props)
		local ok, err = errors.capture(aws.logs.create_log_group, {
			log_group_name = name,
			kms_key_id = props.kms_key_id,
			tags = map,
		})
		if not ok then
			take_over(ctx, name, map, err)
		end
		if props.retention_in_days then
			put_retention(name, props.retention_in_days)
		end
		if #(props.metric_filters or {}) > 0 then
			-- A group that was taken over may have some already.
			metric_filters.set(name, ok and {} or metric_filters.read(name), props.metric_filters)
		end
		return name
	end,

	update = function(ctx, item, props, changes)
		if changes.retention_in_days then
			put_retention(item.id, changes.retention_in_days.to)
		end
		if changes.kms_key_id then
			local key = changes.kms_key_id.to
			if key then
				aws.logs.associate_kms_key { log_group_name = item.id, kms_key_id = key }
			else
				aws.logs.disassociate_kms_key { log_group_name = item.id }
			end
		end
		if changes.metric_filters then
			local want = props.metric_filters or {}
			metric_filters.set(item.id, metric_filters.read(item.id), want)
		end
		if changes.tags and changes.tags.to then
			aws.logs.tag_resource { resource_arn = arn_of(ctx, item.raw), tags = changes.tags.to }
		end
	end,

	delete = function(_, item)
		absence.or_nil(function()
			return aws.logs.delete_log_group { log_group_name = item.id }
		end)
	end,

	settle = function() end,

	loses_data = function(action, item)
		if (action == "delete" or action == "replace") and (item.raw.stored_bytes or 0) > 0 then
			return ("the events of log group %s (%d KB)"):format(
				item.id,
				math.max(1, item.raw.stored_bytes // 1024)
			)
		end
	end,
}
