--- sns.topic: where alarms and events go, with those who are told. Subscriptions and the access
--- policy carry no tags, so both are properties of the topic.

local absence = require "kinds.support.absence"
local arn = require "kinds.support.arn"
local aws = require "aws"
local change = require "kinds.support.changes"
local exists = require "kinds.support.exists"
local kind = require "kind"
local names = require "kinds.support.names"
local policy = require "kinds.support.policy"
local shapes = require "kinds.support.shapes"
local tags = require "kinds.support.tags"
local taken = require "kinds.support.taken"

--- The statement that lets services publish, known by its Sid.
local PUBLISHERS_SID = "DmsrunPublishers"

local SUBSCRIPTION = {
	protocol = {
		type = "string",
		required = true,
		enum = { "email", "email-json", "https", "http", "sms", "sqs", "lambda", "application" },
		doc = "How it is told.",
	},
	endpoint = { type = "string", required = true, doc = "An address, a URL or an ARN." },
}

local function tags_of(topic_arn)
	local answer = absence.or_nil(function()
		return aws.sns.list_tags_for_resource { resource_arn = topic_arn }
	end)
	return answer and tags.map(answer.tags)
end

local function attributes_of(topic_arn)
	local answer = absence.or_nil(function()
		return aws.sns.get_topic_attributes { topic_arn = topic_arn }
	end)
	return answer and answer.attributes
end

--- A topic that was just made may not be seen yet: then nobody has subscribed to it.
local function subscriptions_of(topic_arn)
	return absence.or_nil(function()
		return aws.pages(aws.sns.list_subscriptions_by_topic, { topic_arn = topic_arn })
	end) or {}
end

--- The services that the policy lets publish, and the policy without that part and without what SNS
--- writes into every topic.
local function publishers_of(text)
	local services, own = {}, {}
	local document = policy.decode(text)
	for _, statement in ipairs(document and document.Statement or {}) do
		if statement.Sid == PUBLISHERS_SID then
			local principal = statement.Principal.Service
			services = type(principal) == "table" and principal or { principal }
		elseif statement.Sid ~= "__default_statement_ID" then
			own[#own + 1] = statement
		end
	end
	return services, #own > 0 and policy.document(own) or nil
end

--- What SNS itself gives a topic: its account may do everything with it.
local function owner_statement(ctx, topic_arn)
	return {
		Sid = "__default_statement_ID",
		Effect = "Allow",
		Principal = { AWS = "*" },
		Action = {
			"SNS:GetTopicAttributes",
			"SNS:SetTopicAttributes",
			"SNS:AddPermission",
			"SNS:RemovePermission",
			"SNS:DeleteTopic",
			"SNS:Subscribe",
			"SNS:ListSubscriptionsByTopic",
			"SNS:Publish",
		},
		Resource = topic_arn,
		Condition = { StringEquals = { ["AWS:SourceOwner"] = ctx.account } },
	}
end

local function put_policy(ctx, topic_arn, props)
	local statements = { owner_statement(ctx, topic_arn) }
	if #(props.publishers or {}) > 0 then
		statements[#statements + 1] = {
			Sid = PUBLISHERS_SID,
			Effect = "Allow",
			Principal = { Service = props.publishers },
			Action = "sns:Publish",
			Resource = topic_arn,
		}
	end
	local declared = props.policy
	if type(declared) == "string" then
		declared = policy.decode(declared)
	end
	for _, statement in ipairs(declared and declared.Statement or {}) do
		statements[#statements + 1] = statement
	end
	aws.sns.set_topic_attributes {
		topic_arn = topic_arn,
		attribute_name = "Policy",
		attribute_value = policy.encode(policy.document(statements)),
	}
end

--- What the policy is to say: what is there, with the changes in it. SNS takes it as a whole.
local function policy_now(topic_arn, changes)
	local services, document = publishers_of((attributes_of(topic_arn) or {}).Policy)
	return change.whole(
		{ publishers = services, policy = document },
		changes,
		{ "publishers", "policy" }
	)
end

local function key(subscription)
	return subscription.protocol .. " " .. subscription.endpoint
end

local function set_subscriptions(topic_arn, wanted)
	local there, keep = {}, {}
	for _, subscription in ipairs(subscriptions_of(topic_arn)) do
		there[key(subscription)] = subscription.subscription_arn
	end
	for _, subscription in ipairs(wanted) do
		keep[key(subscription)] = true
		if there[key(subscription)] == nil then
			aws.sns.subscribe {
				topic_arn = topic_arn,
				protocol = subscription.protocol,
				endpoint = subscription.endpoint,
			}
		end
	end
	for name, subscription_arn in pairs(there) do
		-- One that nobody confirmed has no ARN yet; SNS forgets it after two days.
		if not keep[name] and subscription_arn:find "^arn:" then
			aws.sns.unsubscribe { subscription_arn = subscription_arn }
		end
	end
end

--- Whether SNS takes the endpoint of a subscription.
local function deliverable(subscription)
	local protocol, endpoint = subscription.protocol, subscription.endpoint
	if type(endpoint) ~= "string" then
		return nil
	elseif protocol == "email" or protocol == "email-json" then
		local reason = shapes.email(endpoint)
		return reason and ("the e-mail address %q: %s"):format(endpoint, reason)
	elseif
		(protocol == "http" or protocol == "https") and not endpoint:find("^" .. protocol .. "://")
	then
		return ("the endpoint %q of %s does not begin with %s://"):format(
			endpoint,
			protocol,
			protocol
		)
	elseif (protocol == "sqs" or protocol == "lambda") and not endpoint:find "^arn:" then
		return ("the endpoint %q of %s is no ARN"):format(endpoint, protocol)
	end
end

--- A topic that has the name already.
local function found_of(topic_arn)
	local map = tags_of(topic_arn)
	return map and { noun = "a topic", name = arn.last(topic_arn), tags = map }
end

--- Refuses the name of a topic that is somebody else's before anything is made.
local function check_name(check)
	local list = check.creates
		and check:try("The topics could not be listed", function()
			return check:sweep(aws.sns.list_topics, {})
		end)
	for _, topic in ipairs(list or {}) do
		if arn.last(topic.topic_arn) == check.stack.name .. "-" .. check.declared.id then
			taken.refuse(
				check,
				"topic_name",
				check:try("The topic could not be looked at", function()
					return found_of(topic.topic_arn)
				end)
			)
		end
	end
end

return kind.define {
	name = "sns.topic",
	doc = "A topic, who may publish to it and who is told.",
	source = "https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html",
	properties = {
		display_name = { default = "", type = "string", doc = "What stands as sender in e-mails." },
		kms_master_key_id = {
			resets = true,
			type = "string",
			compare = arn.same_key,
			doc = "The key that encrypts messages; its policy must admit the publishers.",
		},
		subscriptions = {
			default = {},
			type = "list",
			compare = "set",
			items = { type = "map", fields = SUBSCRIPTION, check = deliverable },
			doc = "Who is told. E-mail addresses have to confirm.",
		},
		publishers = {
			default = {},
			type = "list",
			compare = "set",
			doc = "AWS services that may publish, such as dms.amazonaws.com.",
		},
		policy = {
			resets = true,
			type = "any",
			compare = "policy",
			doc = "Further statements of the access policy, as a table or JSON text.",
		},
		tags = tags.property,
	},
	outputs = { topic_arn = "ARN of the topic", topic_name = "name of the topic" },

	list = function(ctx)
		local items = {}
		for _, topic in ipairs(ctx:sweep(aws.sns.list_topics, {})) do
			if names.may_be_ours(ctx, arn.last(topic.topic_arn)) then
				local map = tags_of(topic.topic_arn)
				if map and tags.ours(ctx, map) then
					items[#items + 1] = { id = topic.topic_arn, tags = map, raw = topic }
				end
			end
		end
		return items
	end,

	read = function(_, id)
		if attributes_of(id) == nil then
			return nil
		end
		return { id = id, tags = tags_of(id) or {}, raw = { topic_arn = id } }
	end,

	observe = function(ctx, item)
		local attributes = attributes_of(item.id) or {}
		local subscriptions, wanted = {}, {}
		for _, subscription in ipairs((ctx.declared or {}).subscriptions or {}) do
			if type(subscription) == "table" and type(subscription.endpoint) == "string" then
				wanted[key(subscription)] = true
			end
		end
		for _, subscription in ipairs(subscriptions_of(item.id)) do
			-- One that nobody confirmed can't be taken away: SNS forgets it by itself, and a plan that
			-- wants it gone would want so for days.
			local confirmed = subscription.subscription_arn:find "^arn:"
			local waits = wanted[key(subscription)] or ctx.declared == nil
			if subscription.subscription_arn ~= "Deleted" and (confirmed or waits) then
				subscriptions[#subscriptions + 1] =
					{ protocol = subscription.protocol, endpoint = subscription.endpoint }
			end
		end
		local publishers, document = publishers_of(attributes.Policy)
		return {
			properties = {
				display_name = attributes.DisplayName,
				kms_master_key_id = attributes.KmsMasterKeyId,
				subscriptions = subscriptions,
				publishers = publishers,
				policy = document,
				tags = tags.user(item.tags),
			},
			outputs = {
				topic_arn = item.id,
				topic_name = arn.last(item.id),
				name = arn.last(item.id),
			},
			state = "available",
		}
	end,

	parents = function()
		return {}
	end,

	preflight = function(check, props)
		check_name(check)
		exists.key(check, "kms_master_key_id", props.kms_master_key_id)
	end,

	create = function(ctx, props)
		-- SNS gives the topic that is there to whoever creates it with the same attributes.
		taken.raise(ctx, found_of(arn.build(ctx, "sns", ctx.name)))
		local answer = aws.sns.create_topic {
			name = ctx.name,
			attributes = {
				DisplayName = props.display_name,
				KmsMasterKeyId = props.kms_master_key_id,
			},
			tags = tags.list(tags.on_create(ctx, props)),
		}
		local topic_arn = answer.topic_arn
		if props.publishers or props.policy then
			put_policy(ctx, topic_arn, props)
		end
		set_subscriptions(topic_arn, props.subscriptions or {})
		return topic_arn
	end,

	update = function(ctx, item, _props, changes)
		for property, attribute in pairs {
			display_name = "DisplayName",
			kms_master_key_id = "KmsMasterKeyId",
		} do
			if changes[property] then
				aws.sns.set_topic_attributes {
					topic_arn = item.id,
					attribute_name = attribute,
					attribute_value = changes[property].to or "",
				}
			end
		end
		if changes.publishers or changes.policy then
			put_policy(ctx, item.id, policy_now(item.id, changes))
		end
		if changes.subscriptions then
			set_subscriptions(item.id, changes.subscriptions.to or {})
		end
		if changes.tags and changes.tags.to then
			aws.sns.tag_resource { resource_arn = item.id, tags = tags.list(changes.tags.to) }
		end
	end,

	delete = function(_, item)
		absence.or_nil(function()
			return aws.sns.delete_topic { topic_arn = item.id }
		end)
	end,

	settle = function() end,
}
