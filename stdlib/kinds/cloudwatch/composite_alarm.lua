--- cloudwatch.composite_alarm: looks at other alarms and tells somebody once, where ten of them would
--- tell ten times.
---
---     local s = require("stack").new("example", { kinds = { "cloudwatch.alarm" } })
---     local function latency(side)
---         return s:add("cloudwatch.alarm", side, {
---             namespace = "AWS/DMS", metric_name = "CDCLatency" .. side, statistic = "Average",
---             period = 300, evaluation_periods = 2, threshold = 300,
---             comparison_operator = "GreaterThanThreshold",
---         })
---     end
---     local source, target = latency "Source", latency "Target"
---     s:add("cloudwatch.composite_alarm", "late", {
---         alarm_rule = "ALARM(" .. source.alarm_name .. ") OR ALARM(" .. target.alarm_name .. ")",
---     })

local alarm_rule = require "kinds.support.alarm_rule"
local alarms = require "kinds.support.alarms"
local arn = require "kinds.support.arn"
local aws = require "aws"
local kind = require "kind"
local suggest = require "suggest"

--- Everything that a script declares of a composite alarm. PutCompositeAlarm replaces all of it, and
--- more.
local MEMBERS = {
	"alarm_description",
	"actions_enabled",
	"alarm_actions",
	"ok_actions",
	"insufficient_data_actions",
	"alarm_rule",
	"actions_suppressor",
	"actions_suppressor_wait_period",
	"actions_suppressor_extension_period",
}

--- The periods of a suppressor mean nothing without one, and CloudWatch refuses them.
local function no_bare_periods(request, props)
	if not request.actions_suppressor then
		request.actions_suppressor_wait_period = props.actions_suppressor_wait_period
		request.actions_suppressor_extension_period = props.actions_suppressor_extension_period
	end
end

local functions = alarms.functions {
	kind = "cloudwatch.composite_alarm",
	sort = "composite",
	put = aws.cloudwatch.put_composite_alarm,
	declared = MEMBERS,
	kept = { "action_configuration" },
	fit = no_bare_periods,
}

--- An alarm by name or ARN.
local function same_alarm(declared, live)
	if type(declared) ~= "string" or type(live) ~= "string" then
		return declared == live
	end
	return arn.alarm(declared) == arn.alarm(live)
end

local function seconds(value)
	if value < 0 then
		return "it is a number of seconds, 0 or more"
	end
end

--- The alarms of a literal rule have to exist: AWS takes no rule that names others.
local function refuse_unknown_alarms(check, rule)
	local wanted = alarm_rule.alarms(rule)
	if #wanted == 0 then
		return
	end
	local found, asked = check:try("The alarms of the rule could not be looked at", function()
		local metric, composite = alarms.describe { alarm_names = wanted }
		return table.move(composite, 1, #composite, #metric + 1, metric)
	end)
	if not asked then
		return
	end
	local there, declared = {}, {}
	for _, raw in ipairs(found or {}) do
		there[raw.alarm_name] = true
	end
	for _, one in ipairs(check.stack.declared) do
		if one.kind == "cloudwatch.alarm" or one.kind == "cloudwatch.composite_alarm" then
			declared[#declared + 1] = alarms.name_of(check.stack, one)
		end
	end
	for _, name in ipairs(wanted) do
		if not there[name] then
			local own
			for _, one in ipairs(declared) do
				own = own
					or (
						one == name
						and "the stack makes that alarm: name it by its handle, "
							.. 'as in "ALARM(" .. alarm.alarm_name .. ")", so that it is made first'
					)
			end
			check:refuse {
				property = "alarm_rule",
				word = name,
				what = ("there is no alarm %s in %s"):format(name, check.region),
				hints = { own or suggest.did_you_mean(name, declared) or "make that alarm first" },
			}
		end
	end
end

local properties = {
	alarm_rule = {
		type = "string",
		required = true,
		compare = alarm_rule.same,
		check = alarm_rule.problem,
		doc = "Which alarms in which state, such as ALARM(a) AND NOT ALARM(b).",
	},
	actions_suppressor = {
		resets = true,
		type = "string",
		compare = same_alarm,
		doc = "An alarm, by name or ARN, during which nobody is told.",
	},
	actions_suppressor_wait_period = {
		resets = true,
		type = "integer",
		check = seconds,
		doc = "Seconds to wait for the suppressor before somebody is told.",
	},
	actions_suppressor_extension_period = {
		resets = true,
		type = "integer",
		check = seconds,
		doc = "Seconds for which nobody is told after the suppressor is over.",
	},
}
for name, property in pairs(alarms.properties) do
	properties[name] = property
end

return kind.define {
	name = "cloudwatch.composite_alarm",
	doc = "Looks at other alarms and tells somebody once.",
	source = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html",
	properties = properties,
	outputs = alarms.outputs,
	list = functions.list,
	read = functions.read,
	observe = functions.observe,

	-- AWS deletes no alarm that a composite one looks at, so this one goes first.
	parents = function(item)
		local parents = alarm_rule.alarms(item.raw.alarm_rule)
		if item.raw.actions_suppressor then
			parents[#parents + 1] = arn.alarm(item.raw.actions_suppressor)
		end
		return alarms.parents(item, parents)
	end,

	preflight = function(check, props)
		alarms.refuse_foreign(check)
		if type(props.alarm_rule) == "string" and check.sends.alarm_rule then
			refuse_unknown_alarms(check, props.alarm_rule)
		end
		if
			check.creates
			and props.actions_suppressor
			and not (
				props.actions_suppressor_wait_period and props.actions_suppressor_extension_period
			)
		then
			check:refuse {
				property = "actions_suppressor",
				what = "actions_suppressor wants actions_suppressor_wait_period and actions_suppressor_extension_period beside it",
				hints = { "both are seconds; 60 and 60 are a beginning" },
			}
		end
	end,

	create = functions.create,
	update = functions.update,
	delete = functions.delete,
	settle = functions.settle,
}
