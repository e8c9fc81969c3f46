--- cloudwatch.alarm: tells somebody when a metric leaves its limits.

local absence = require "kinds.support.absence"
local aws = require "aws"
local change = require "kinds.support.changes"
local kind = require "kind"
local names = require "kinds.support.names"
local tagged = require "kinds.support.tagged"
local tags = require "kinds.support.tags"

--- Everything that makes up an alarm. PutMetricAlarm replaces all of it.
local MEMBERS = {
	"alarm_description",
	"actions_enabled",
	"alarm_actions",
	"ok_actions",
	"insufficient_data_actions",
	"namespace",
	"metric_name",
	"dimensions",
	"statistic",
	"extended_statistic",
	"period",
	"unit",
	"evaluation_periods",
	"datapoints_to_alarm",
	"threshold",
	"comparison_operator",
	"treat_missing_data",
}

local DIMENSION = {
	name = { type = "string", required = true, doc = "Such as ReplicationInstanceIdentifier." },
	value = { type = "string", required = true, doc = "Which one of them." },
}

--- All metric alarms of a prefix or of some names. The answer has several lists, so that it is
--- paged here.
local function describe(arguments)
	local alarms, token = {}, nil
	repeat
		arguments.alarm_types = { "MetricAlarm" }
		arguments.next_token = token
		local page = aws.cloudwatch.describe_alarms(arguments)
		table.move(page.metric_alarms or {}, 1, #(page.metric_alarms or {}), #alarms + 1, alarms)
		token = page.next_token
	until token == nil or token == ""
	return alarms
end

local function item_of(raw)
	local answer = absence.or_nil(function()
		return aws.cloudwatch.list_tags_for_resource { resource_arn = raw.alarm_arn }
	end)
	return { id = raw.alarm_name, tags = tags.map(answer and answer.tags), raw = raw }
end

local function put(name, props, map)
	local request = change.pick(props, MEMBERS)
	request.alarm_name = name
	request.tags = map and tags.list(map)
	aws.cloudwatch.put_metric_alarm(request)
end

local function actions(doc)
	return { type = "list", compare = "set", default = {}, doc = doc }
end

return kind.define {
	name = "cloudwatch.alarm",
	doc = "Tells somebody when a metric leaves its limits.",
	source = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html",
	properties = {
		alarm_description = {
			resets = true,
			type = "string",
			doc = "What it means and what to do.",
		},
		actions_enabled = {
			default = true,
			type = "boolean",
			doc = "false: change the state, tell nobody.",
		},
		alarm_actions = actions "ARNs of topics that hear of an alarm.",
		ok_actions = actions "ARNs of topics that hear when it is over.",
		insufficient_data_actions = actions "ARNs of topics that hear when data are missing.",
		namespace = { type = "string", required = true, doc = "Such as AWS/DMS." },
		metric_name = { type = "string", required = true, doc = "Such as CDCLatencyTarget." },
		dimensions = {
			resets = true,
			type = "list",
			compare = "set",
			items = { type = "map", fields = DIMENSION },
			doc = "Whose metric; all dimensions that it is published with.",
		},
		statistic = {
			resets = true,
			type = "string",
			enum = { "Average", "Maximum", "Minimum", "SampleCount", "Sum" },
			doc = "What is made of the values of a period.",
		},
		extended_statistic = {
			resets = true,
			type = "string",
			doc = "Such as p99, instead of statistic.",
		},
		period = { type = "integer", required = true, doc = "Seconds." },
		unit = { resets = true, type = "string", doc = "Only where a metric has several units." },
		evaluation_periods = {
			type = "integer",
			required = true,
			doc = "How many periods are looked at.",
		},
		datapoints_to_alarm = {
			resets = true,
			type = "integer",
			doc = "How many of them have to be outside.",
		},
		threshold = { type = "number", required = true, doc = "The limit." },
		comparison_operator = {
			type = "string",
			required = true,
			enum = {
				"GreaterThanThreshold",
				"GreaterThanOrEqualToThreshold",
				"LessThanThreshold",
				"LessThanOrEqualToThreshold",
			},
			doc = "On which side of the limit it alarms.",
		},
		treat_missing_data = {
			resets = true,
			type = "string",
			enum = { "breaching", "notBreaching", "ignore", "missing" },
			doc = "What missing values count as.",
		},
		tags = tags.property,
	},
	outputs = { alarm_name = "name of the alarm", alarm_arn = "ARN of the alarm" },

	list = function(ctx)
		local items = {}
		for _, raw in ipairs(describe { alarm_name_prefix = names.prefix(ctx) }) do
			local map = tagged.of(ctx, raw.alarm_arn)
			local item = map and { id = raw.alarm_name, tags = map, raw = raw } or item_of(raw)
			if tags.ours(ctx, item.tags) then
				items[#items + 1] = item
			end
		end
		return items
	end,

	read = function(_, id)
		local raw = describe({ alarm_names = { id } })[1]
		return raw and item_of(raw)
	end,

	observe = function(_, item)
		local live = change.pick(item.raw, MEMBERS)
		live.tags = tags.user(item.tags)
		return {
			properties = live,
			outputs = { alarm_name = item.id, alarm_arn = item.raw.alarm_arn },
			state = item.raw.state_value,
		}
	end,

	parents = function(item)
		local parents = {}
		for _, member in ipairs { "alarm_actions", "ok_actions", "insufficient_data_actions" } do
			for _, topic in ipairs(item.raw[member] or {}) do
				parents[#parents + 1] = topic
			end
		end
		return parents
	end,

	create = function(ctx, props)
		local name = names.check(ctx, "cloudwatch.alarm", names.fit(ctx.name, 255))
		put(name, props, tags.on_create(ctx, props))
		return name
	end,

	update = function(_, item, props, changes)
		put(item.id, props)
		if changes.tags and changes.tags.to then
			aws.cloudwatch.tag_resource {
				resource_arn = item.raw.alarm_arn,
				tags = tags.list(changes.tags.to),
			}
		end
	end,

	delete = function(_, item)
		absence.or_nil(function()
			return aws.cloudwatch.delete_alarms { alarm_names = { item.id } }
		end)
	end,

	settle = function() end,
}
