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

local absence = require "kinds.support.absence"
local alarm_rule = require "kinds.support.alarm_rule"
local alarms = require "kinds.support.alarms"
local arn = require "kinds.support.arn"
local aws = require "aws"
local change = require "kinds.support.changes"
local kind = require "kind"
local names = require "kinds.support.names"
local suggest = require "suggest"
local tags = require "kinds.support.tags"

--- Everything that makes up a composite alarm. PutCompositeAlarm replaces all of it.
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

local function put(name, props, map)
	local request = change.pick(props, MEMBERS)
	request.alarm_name = name
	request.tags = map and tags.list(map)
	---@cast request any
	aws.cloudwatch.put_composite_alarm(request)
end

local function actions(doc)
	return { type = "list", compare = "set", default = {}, doc = doc }
end

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
			declared[#declared + 1] = ("%s-%s"):format(check.stack.name, one.id)
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

return kind.define {
	name = "cloudwatch.composite_alarm",
	doc = "Looks at other alarms and tells somebody once.",
	source = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html",
	properties = {
		alarm_rule = {
			type = "string",
			required = true,
			compare = alarm_rule.same,
			check = alarm_rule.problem,
			doc = "Which alarms in which state, such as ALARM(a) AND NOT ALARM(b).",
		},
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
		tags = tags.property,
	},
	outputs = { alarm_name = "name of the alarm", alarm_arn = "ARN of the alarm" },

	list = function(ctx)
		return alarms.list(ctx, "composite")
	end,

	read = function(_, id)
		return alarms.read(id, "composite")
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

	-- AWS deletes no alarm that a composite one looks at, so this one goes first.
	parents = function(item)
		local parents = alarm_rule.alarms(item.raw.alarm_rule)
		if item.raw.actions_suppressor then
			parents[#parents + 1] = arn.alarm(item.raw.actions_suppressor)
		end
		for _, member in ipairs { "alarm_actions", "ok_actions", "insufficient_data_actions" } do
			for _, topic in ipairs(item.raw[member] or {}) do
				parents[#parents + 1] = topic
			end
		end
		return parents
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

	create = function(ctx, props)
		local name = names.check(ctx, "cloudwatch.composite_alarm", names.fit(ctx.name, 255))
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
