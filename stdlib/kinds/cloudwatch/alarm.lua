--- cloudwatch.alarm: tells somebody when a metric leaves its limits.

local alarms = require "kinds.support.alarms"
local aws = require "aws"
local kind = require "kind"

--- Everything that a script declares of an alarm. PutMetricAlarm replaces all of it, and more.
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

--- What an alarm may have beside that: a put repeats it.
local KEPT = {
	"evaluate_low_sample_count_percentile",
	"evaluation_window",
	"warm_up_configuration",
	"action_configuration",
}

--- CloudWatch takes one of the two statistics: the one that the script does not declare is what
--- somebody else had set.
local function one_statistic(request, props)
	if request.statistic and request.extended_statistic then
		request[props.statistic and "extended_statistic" or "statistic"] = nil
	end
	if not request.extended_statistic then
		request.evaluate_low_sample_count_percentile = nil
	end
end

--- How far back an alarm may look, in seconds.
local LONGEST = 7 * 24 * 3600

local DIMENSION = {
	name = { type = "string", required = true, doc = "Such as ReplicationInstanceIdentifier." },
	value = { type = "string", required = true, doc = "Which one of them." },
}

local function period_problem(seconds)
	if
		seconds ~= 10
		and seconds ~= 20
		and seconds ~= 30
		and (seconds < 60 or seconds % 60 ~= 0)
	then
		return "CloudWatch takes 10, 20, 30 and multiples of 60 seconds"
	end
end

local function at_least_one(count)
	if count < 1 then
		return "it is 1 or more"
	end
end

local function statistic_problem(text)
	local share = tonumber(text:match "^p(%d+%.?%d*)$")
	if not text:find "^%a+%(" and text ~= "IQM" and not (share and share <= 100) then
		return "it is a percentile such as p99 or p99.9, or a trimmed one such as TM(10%:90%)"
	end
end

--- What can't be told from one member alone.
local function refuse_together(check, props)
	if (props.statistic == nil) == (props.extended_statistic == nil) then
		check:refuse {
			property = props.statistic and "extended_statistic" or "statistic",
			what = "an alarm has statistic or extended_statistic, one of the two",
			hints = { 'statistic = "Average"' },
		}
	end
	local points, periods = props.datapoints_to_alarm, props.evaluation_periods
	if math.type(points) and math.type(periods) and points > periods then
		check:refuse {
			property = "datapoints_to_alarm",
			what = ("datapoints_to_alarm is %d of %d evaluation_periods"):format(points, periods),
			hints = { "it counts some of the periods that are looked at" },
		}
	end
	local period = props.period
	if math.type(period) and math.type(periods) and period * periods > LONGEST then
		check:refuse {
			property = "evaluation_periods",
			what = ("%d periods of %d seconds are more than a week"):format(periods, period),
			hints = { "CloudWatch looks back seven days at most" },
		}
	end
end

local functions = alarms.functions {
	kind = "cloudwatch.alarm",
	sort = "metric",
	put = aws.cloudwatch.put_metric_alarm,
	declared = MEMBERS,
	kept = KEPT,
	fit = one_statistic,
}

local properties = {
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
		check = statistic_problem,
		doc = "Such as p99, instead of statistic.",
	},
	period = { type = "integer", required = true, check = period_problem, doc = "Seconds." },
	unit = { resets = true, type = "string", doc = "Only where a metric has several units." },
	evaluation_periods = {
		type = "integer",
		required = true,
		check = at_least_one,
		doc = "How many periods are looked at.",
	},
	datapoints_to_alarm = {
		resets = true,
		type = "integer",
		check = at_least_one,
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
}
for name, property in pairs(alarms.properties) do
	properties[name] = property
end

return kind.define {
	name = "cloudwatch.alarm",
	doc = "Tells somebody when a metric leaves its limits.",
	source = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html",
	properties = properties,
	outputs = alarms.outputs,
	list = functions.list,
	read = functions.read,
	observe = functions.observe,

	parents = function(item)
		return alarms.parents(item, {})
	end,

	preflight = function(check, props)
		alarms.refuse_foreign(check)
		refuse_together(check, props)
	end,

	create = functions.create,
	update = functions.update,
	delete = functions.delete,
	settle = functions.settle,
}
