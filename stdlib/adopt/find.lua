--- What there is of DMS in an account and region, whoever made it: instances, subnet groups,
--- endpoints, certificates, tasks, subscriptions, and the alarms and logs that go with them.

local alarm_rule = require "kinds.support.alarm_rule"
local alarms = require "kinds.support.alarms"
local arn = require "kinds.support.arn"
local aws = require "aws"
local dms = require "kinds.support.dms"
local errors = require "errors"
local kind = require "kind"
local metric_filters = require "kinds.support.metric_filters"

local find = {}

--- What the names of DMS's log groups begin with: an instance's identifier follows, or the resource id
--- of a serverless replication.
find.LOGS = { "dms-tasks-", "dms-serverless-replication-" }

---@class adopt.Item
---@field kind string
---@field arn string
---@field id string the physical id, as the kind knows it
---@field name string what people call it
---@field tags table<string, string>
---@field raw table as AWS describes it
---@field state? string
---@field read? table as its kind reads it
---@field filters? table[] of a log group: what of its events becomes metrics

---@class adopt.World
---@field region string
---@field items adopt.Item[]
---@field by_arn table<string, adopt.Item>
---@field by_metric table<string, adopt.Item> the log group that a metric is made of
---@field connections table[]
---@field unseen string[] what could not be listed

--- How each kind of DMS is listed and named: the operation, the member with its identifier, the one
--- with its state; and where DMS tells no ARN, what it is built of.
local LISTED = {
	{
		kind = "dms.certificate",
		operation = "describe_certificates",
		arn = "certificate_arn",
		name = "certificate_identifier",
	},
	{
		kind = "dms.subnet_group",
		operation = "describe_replication_subnet_groups",
		name = "replication_subnet_group_identifier",
		built = "subgrp:",
	},
	{
		kind = "dms.replication_instance",
		operation = "describe_replication_instances",
		arn = "replication_instance_arn",
		name = "replication_instance_identifier",
		state = "replication_instance_status",
	},
	{
		kind = "dms.endpoint",
		operation = "describe_endpoints",
		arn = "endpoint_arn",
		name = "endpoint_identifier",
		state = "status",
	},
	{
		kind = "dms.task",
		operation = "describe_replication_tasks",
		arn = "replication_task_arn",
		name = "replication_task_identifier",
		state = "status",
	},
	{
		kind = "dms.replication_config",
		operation = "describe_replication_configs",
		arn = "replication_config_arn",
		name = "replication_config_identifier",
	},
	{
		kind = "dms.event_subscription",
		operation = "describe_event_subscriptions",
		name = "cust_subscription_id",
		state = "status",
		built = "es:",
	},
}

local function put(world, item)
	world.items[#world.items + 1] = item
	world.by_arn[item.arn] = item
end

local function of_dms(ctx, world, listed)
	local raws = ctx:sweep(aws.dms[listed.operation], {})
	local items = dms.items(ctx, raws, function(raw)
		if listed.built then
			local name = raw[listed.name]
			return arn.build(ctx, "dms", listed.built .. name), name
		end
		return raw[listed.arn], raw[listed.arn]
	end)
	for _, item in ipairs(items) do
		put(world, {
			kind = listed.kind,
			arn = item.arn,
			id = item.id,
			name = item.raw[listed.name],
			tags = item.tags,
			raw = item.raw,
			state = listed.state and item.raw[listed.state],
		})
	end
end

--- What of a log group's events becomes metrics: `namespace name`, as alarms name them.
local function metric_name(namespace, name)
	return ("%s %s"):format(tostring(namespace), tostring(name))
end

local function of_alarm(world, kind_name, raw)
	put(world, {
		kind = kind_name,
		arn = raw.alarm_arn,
		id = raw.alarm_name,
		name = raw.alarm_name,
		raw = raw,
	})
end

--- The alarms over metrics of DMS and over those that are made of its logs, and what looks at such
--- alarms. Their tags are asked for when one of them is chosen.
local function of_alarms(_, world)
	local metric, composite = alarms.describe {}
	local of_dms_metrics = {}
	for _, raw in ipairs(metric) do
		local group = world.by_metric[metric_name(raw.namespace, raw.metric_name)]
		if raw.namespace == "AWS/DMS" or group then
			of_dms_metrics[raw.alarm_name] = true
			of_alarm(world, "cloudwatch.alarm", raw)
		end
	end
	-- One may look at another: until a round finds no more.
	local found
	repeat
		found = false
		for _, raw in ipairs(composite) do
			local looks = false
			for _, name in ipairs(alarm_rule.alarms(raw.alarm_rule)) do
				looks = looks or of_dms_metrics[name] == true
			end
			if looks and not of_dms_metrics[raw.alarm_name] then
				found, of_dms_metrics[raw.alarm_name] = true, true
				of_alarm(world, "cloudwatch.composite_alarm", raw)
			end
		end
	until not found
end

--- The log groups into which DMS writes, with the metrics that are made of them.
local function of_logs(ctx, world)
	for _, prefix in ipairs(find.LOGS) do
		local groups = ctx:sweep(aws.logs.describe_log_groups, { log_group_name_prefix = prefix })
		for _, raw in ipairs(groups) do
			local text = raw.log_group_arn or raw.arn
			put(world, {
				kind = "logs.log_group",
				arn = text and text:gsub(":%*$", "")
					or arn.build(ctx, "logs", "log-group:" .. raw.log_group_name),
				id = raw.log_group_name,
				name = raw.log_group_name,
				raw = raw,
			})
		end
	end
	local groups = find.of(world, "logs.log_group")
	metric_filters.add(ctx, groups)
	for _, item in ipairs(groups) do
		for _, filter in ipairs(item.filters) do
			world.by_metric[metric_name(filter.metric.namespace, filter.metric.name)] = item
		end
	end
end

--- The log group whose events an alarm's metric is made of; nil where it is a metric of DMS's own.
---@param world adopt.World
---@param alarm adopt.Item
---@return adopt.Item?
function find.log_of(world, alarm)
	return world.by_metric[metric_name(alarm.raw.namespace, alarm.raw.metric_name)]
end

--- Beside DMS itself nothing is indispensable: what can't be listed is left out, and said.
local function try(world, what, list, ...)
	local ok, problem = errors.capture(list, ...)
	if ok then
		return
	elseif type(problem) ~= "table" or problem.kind ~= "aws" or not problem.unavailable then
		error(problem, 0)
	end
	world.unseen[#world.unseen + 1] = ("%s: %s"):format(what, tostring(problem))
end

--- The tags of an alarm or a log group, asked for one by one.
---@param item adopt.Item
---@return table<string, string>
function find.tags(item)
	if item.tags == nil then
		if item.kind:find "^cloudwatch%." then
			item.tags = alarms.tags(item.arn)
		else
			local answer = aws.logs.list_tags_for_resource { resource_arn = item.arn }
			item.tags = answer.tags or {}
		end
	end
	return item.tags
end

--- Everything of DMS that there is.
---@param ctx stack.Context
---@return adopt.World
function find.all(ctx)
	local world = {
		region = ctx.region,
		items = {},
		by_arn = {},
		by_metric = {},
		connections = {},
		unseen = {},
	}
	for _, listed in ipairs(LISTED) do
		of_dms(ctx, world, listed)
	end
	world.connections = ctx:sweep(aws.dms.describe_connections, {})
	try(world, "log groups", of_logs, ctx, world)
	try(world, "alarms", of_alarms, ctx, world)
	return world
end

--- Kinds of which a description alone does not tell everything.
local READ = { ["dms.replication_config"] = true, ["logs.log_group"] = true }

--- An item as its kind observes it, with these tags.
---@param ctx stack.Context
---@param item adopt.Item
---@param map table<string, string>
---@return table
function find.full(ctx, item, map)
	local full = { id = item.id, raw = item.raw }
	if READ[item.kind] then
		local definition = kind.get(item.kind) --[[@as table]]
		item.read = item.read or definition.read(ctx, item.id) or full
		for key, value in pairs(item.read) do
			full[key] = value
		end
	end
	full.tags = map
	return full
end

--- The items of a kind.
---@param world adopt.World
---@param name string
---@return adopt.Item[]
function find.of(world, name)
	local list = {}
	for _, item in ipairs(world.items) do
		if item.kind == name then
			list[#list + 1] = item
		end
	end
	return list
end

return find
