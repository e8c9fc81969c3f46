--- logs.log_group: a log group of CloudWatch Logs with its retention, and what of its events becomes
--- metrics.

local absence = require "kinds.support.absence"
local arn = require "kinds.support.arn"
local aws = require "aws"
local dms = require "kinds.support.dms"
local errors = require "errors"
local exists = require "kinds.support.exists"
local kind = require "kind"
local metric_filters = require "kinds.support.metric_filters"
local names = require "kinds.support.names"
local shapes = require "kinds.support.shapes"
local tagged = require "kinds.support.tagged"
local tags = require "kinds.support.tags"
local taken = require "kinds.support.taken"

--- DMS writes a task's log into a group of this name and the instance's identifier.
local DMS = "dms-tasks-"

local KINDS = { ["logs.log_group"] = true }

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

local function found_of(item)
	return { noun = "a log group", name = item.id, tags = item.tags }
end

--- Whether a name begins as the stack's do.
local function usual(ctx, name)
	return names.may_be_ours(ctx, name)
		or names.may_be_ours({ stack = names.dms(ctx.stack, 255) }, name, DMS)
end

--- The ARN of whatever DMS writes into a group of such a name; nil where it is not there.
local function writer_of(name)
	local instance = name:match "^dms%-tasks%-(.+)$"
	local config = name:match "^dms%-serverless%-replication%-(.+)$"
	if instance then
		local operation = aws.dms.describe_replication_instances
		local raw = dms.one(operation, "replication-instance-id", instance)
		return raw and raw.replication_instance_arn
	elseif config then
		for _, raw in ipairs(aws.pages(aws.dms.describe_replication_configs, {})) do
			if arn.last(raw.replication_config_arn) == config then
				return raw.replication_config_arn
			end
		end
	end
end

--- Whether a group is one that DMS made for what is the stack's: it makes it itself once something
--- logs, without tags and without retention, so it is ours to keep in order.
local function made_by_dms(ctx, item)
	if item.tags[tags.STACK] then
		return false
	end
	local writer = writer_of(item.id)
	if writer then
		return tags.ours(ctx, dms.tags_of(writer) or {})
	end
	-- One that a deleted instance of ours has left.
	return item.id:sub(1, #DMS) == DMS and usual(ctx, item.id)
end

--- A group that exists already is taken over where it is ours; any other is refused.
local function take_over(ctx, name, map, err)
	local there = type(err) == "table" and err.code == "ResourceAlreadyExistsException"
	local item = there and find(ctx, name)
	if not item then
		error(err, 0)
	elseif not made_by_dms(ctx, item) then
		taken.raise(ctx, found_of(item))
	end
	aws.logs.tag_resource { resource_arn = arn_of(ctx, item.raw), tags = map }
end

--- The name of a declared group; nil where it is not known yet.
local function name_of(stack, declared)
	local given = (declared.properties or {}).log_group_name
	if given ~= nil then
		return type(given) == "string" and given or nil
	end
	return stack.name .. "-" .. declared.id
end

--- The group of a name; those of the stack's own beginning were listed for the plan.
local function there(ctx, name)
	if not names.may_be_ours(ctx, name) then
		return find(ctx, name)
	end
	local prefix = { log_group_name_prefix = names.prefix(ctx) }
	for _, raw in ipairs(ctx:sweep(aws.logs.describe_log_groups, prefix)) do
		if raw.log_group_name == name then
			return item_of(ctx, raw)
		end
	end
end

--- A name of somebody else, and one by which the group would not be found again.
local function check_name(check)
	local name = check.creates and name_of(check.stack, check.declared)
	if not name then
		return
	end
	taken.refuse_twice(check, "log_group_name", KINDS, function(declared)
		return name_of(check.stack, declared)
	end)
	local item = check:try("The log groups could not be listed", function()
		return there(check.ctx, name)
	end)
	if item and not made_by_dms(check.ctx, item) then
		taken.refuse(check, "log_group_name", found_of(item))
	end
	if not usual(check.ctx, name) then
		tagged.warn_unfindable(check, name)
	end
end

return kind.define {
	name = "logs.log_group",
	doc = "A log group, how long it keeps its events, and which of them become metrics.",
	source = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html",
	properties = {
		log_group_name = {
			type = "string",
			replaces = "the name of a log group is fixed",
			doc = "Left out: <stack>-<id>. One that was adopted keeps the name that it had.",
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
			return usual(ctx, name)
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
		check_name(check)
		exists.key(check, "kms_key_id", props.kms_key_id)
	end,

	create = function(ctx, props)
		local name = props.log_group_name or ctx.name
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
			metric_filters.set(name, props.metric_filters)
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
			metric_filters.set(item.id, props.metric_filters or {})
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
