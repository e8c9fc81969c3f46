--- dms.event_subscription: tells a topic of events, such as a task's failure, for which there is no
--- metric.

local absence = require "kinds.support.absence"
local arn = require "kinds.support.arn"
local aws = require "aws"
local dms = require "kinds.support.dms"
local errors = require "errors"
local kind = require "kind"
local suggest = require "suggest"
local tags = require "kinds.support.tags"
local waiting = require "kinds.support.waiting"

local function arn_of(ctx, id)
	return arn.build(ctx, "dms", "es:" .. id)
end

--- AWS prints categories in several spellings: "State Change", "StateChange", "state change".
local function spelling(text)
	return (text:lower():gsub("[^%w]", ""))
end

local function same_categories(declared, live)
	local function set(list)
		local parts = {}
		for _, category in ipairs(list or {}) do
			parts[#parts + 1] = spelling(category)
		end
		table.sort(parts)
		return table.concat(parts, ",")
	end
	return set(declared) == set(live)
end

--- The categories of a source, by a spelling without blanks, and in order.
---@param source_type string
---@param groups table[] what DescribeEventCategories gives
---@return table<string, string> known
---@return string[] all
local function categories_of(source_type, groups)
	local known, all = {}, {}
	for _, group in ipairs(groups) do
		if group.source_type == nil or group.source_type == source_type then
			for _, category in ipairs(group.event_categories or {}) do
				known[spelling(category)] = category
				all[#all + 1] = category
			end
		end
	end
	return known, all
end

--- The declared categories in the spelling that DMS itself gives them; all where none are declared.
local function exact(source_type, declared)
	local answer = aws.dms.describe_event_categories { source_type = source_type }
	local known, all = categories_of(source_type, answer.event_category_group_list or {})
	if not declared then
		return all
	end
	local out = {}
	for index, category in ipairs(declared) do
		out[index] = known[spelling(category)]
		if out[index] == nil then
			local near = suggest.did_you_mean(category, all)
			errors.raise {
				summary = "Unknown event category",
				what = ("%s has no category %q"):format(source_type, category),
				hints = { near or ("It has: " .. table.concat(all, ", ")) },
			}
		end
	end
	return out
end

local function poll(ctx, id)
	return dms.poll(ctx, aws.dms.describe_event_subscriptions, "cust_subscription_id", id)
end

local BROKEN = {
	["no-permission"] = "DMS may not publish to the topic: its policy has to admit dms.amazonaws.com",
	["topic-not-exist"] = "the topic does not exist",
}

return kind.define {
	name = "dms.event_subscription",
	doc = "Tells a topic of events of instances or tasks.",
	source = "https://docs.aws.amazon.com/dms/latest/APIReference/API_CreateEventSubscription.html",
	properties = {
		sns_topic_arn = { type = "string", required = true, doc = "The topic that is told." },
		source_type = {
			type = "string",
			required = true,
			enum = { "replication-instance", "replication-task" },
			doc = "Whose events.",
		},
		source_ids = {
			type = "list",
			compare = "set",
			replaces = "DMS can't change the sources of a subscription",
			doc = "Identifiers of instances or tasks; all of them when left out.",
		},
		event_categories = {
			resets = true,
			type = "list",
			compare = same_categories,
			doc = "Which events, such as failure; all when left out.",
		},
		enabled = { default = true, type = "boolean", doc = "false keeps it silent." },
		tags = tags.property,
	},
	outputs = { subscription_name = "name of the subscription", arn = "ARN of the subscription" },

	list = function(ctx)
		local raws = ctx:sweep(aws.dms.describe_event_subscriptions, {})
		return dms.ours(ctx, raws, function(raw)
			return arn_of(ctx, raw.cust_subscription_id), raw.cust_subscription_id
		end)
	end,

	read = function(ctx, id)
		local found = absence.or_nil(function()
			return aws.dms.describe_event_subscriptions { subscription_name = id }
		end)
		local raw = found and (found.event_subscriptions_list or {})[1]
		return dms.item(raw, arn_of(ctx, id), id)
	end,

	observe = function(ctx, item)
		local raw = item.raw
		return {
			properties = {
				sns_topic_arn = raw.sns_topic_arn,
				source_type = raw.source_type,
				source_ids = raw.source_ids_list,
				event_categories = raw.event_categories_list,
				enabled = raw.enabled,
				tags = tags.user(item.tags),
			},
			outputs = { subscription_name = item.id, arn = arn_of(ctx, item.id) },
			state = raw.status,
		}
	end,

	parents = function(item)
		return { item.raw.sns_topic_arn }
	end,

	preflight = function(check, props)
		local declared = check.sends.event_categories and check.texts(props.event_categories) or {}
		local answer = #declared > 0
			and check:try("The event categories could not be listed", function()
				return aws.dms.describe_event_categories { source_type = props.source_type }
			end)
		if not answer then
			return
		end
		local known, all = categories_of(props.source_type, answer.event_category_group_list or {})
		for index, category in ipairs(declared) do
			if not known[spelling(category)] then
				check:refuse {
					property = ("event_categories[%d]"):format(index),
					word = category,
					what = ("%s has no event category %q"):format(props.source_type, category),
					hints = {
						suggest.did_you_mean(category, all)
							or ("it has: " .. table.concat(all, ", ")),
					},
				}
			end
		end
	end,

	create = function(ctx, props)
		local name = dms.identifier(ctx, 255)
		aws.dms.create_event_subscription {
			subscription_name = name,
			sns_topic_arn = props.sns_topic_arn,
			source_type = props.source_type,
			source_ids = props.source_ids,
			event_categories = props.event_categories
				and exact(props.source_type, props.event_categories),
			enabled = props.enabled ~= false,
			tags = dms.tags(ctx, props),
		}
		return name
	end,

	update = function(ctx, item, props, changes)
		if
			changes.sns_topic_arn
			or changes.source_type
			or changes.event_categories
			or changes.enabled
		then
			aws.dms.modify_event_subscription {
				subscription_name = item.id,
				sns_topic_arn = props.sns_topic_arn,
				source_type = props.source_type,
				-- What is not sent stays; all of them are what a subscription without any has.
				event_categories = changes.event_categories
					and exact(props.source_type, changes.event_categories.to),
				enabled = (changes.enabled or {}).to,
			}
		end
		dms.retag(arn_of(ctx, item.id), changes)
	end,

	delete = function(_, item)
		absence.or_nil(function()
			return aws.dms.delete_event_subscription { subscription_name = item.id }
		end)
	end,

	settle = function(ctx, id, action)
		if action == "delete" then
			return waiting.until_gone(ctx, "event subscription " .. id, function()
				return poll(ctx, id)
			end, 600)
		end
		ctx:wait {
			what = "event subscription to be active",
			every = waiting.EVERY,
			timeout = 600,
			check = function()
				local raw = poll(ctx, id)
				local why = raw and BROKEN[raw.status]
				if why then
					errors.raise { summary = "Event subscription can't work", what = why }
				end
				return raw ~= nil and raw.status == "active"
			end,
		}
	end,
}
