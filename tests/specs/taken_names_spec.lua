--- Names that are somebody else's already: nothing is overwritten, and the message names the owner.

local aws = require "aws"
local json = require "json"
local spec = require "spec"
local stack = require "stack"
local trying = require "support.trying"

local has, settled = trying.has, trying.settled

--- A refusal that comes with the plan, before anything is made.
local function refused(make)
	local told = trying.refused(make)
	has(told.why, "nothing was created or changed")
	return told
end

local function lag(more)
	local properties = {
		namespace = "AWS/DMS",
		metric_name = "CDCLatencyTarget",
		statistic = "Average",
		period = 300,
		evaluation_periods = 2,
		threshold = 300,
		comparison_operator = "GreaterThanThreshold",
	}
	for name, value in pairs(more or {}) do
		properties[name] = value
	end
	return properties
end

local function with(name, kind, id, properties)
	return function()
		local s = stack.new(name, { kinds = { kind, "cloudwatch.composite_alarm" } })
		s:add(kind, id, properties)
		return s
	end
end

local function alarm_named(name)
	local page = aws.cloudwatch.describe_alarms {
		alarm_names = { name },
		alarm_types = { "MetricAlarm", "CompositeAlarm" },
	}
	return page.metric_alarms[1] or page.composite_alarms[1]
end

describe("a name that is somebody else's", function()
	it("an alarm of another stack is not overwritten, and its owner is named", function()
		local pager = "arn:aws:sns:us-east-1:123456789012:pager"
		settled(with("taken", "cloudwatch.alarm", "eu-latency", lag { alarm_actions = { pager } }))
		local told =
			refused(with("taken-eu", "cloudwatch.alarm", "latency", lag { threshold = 99999 }))
		has(told.what, "there is an alarm taken-eu-latency already")
		has(told.what, 'it belongs to the stack "taken" (cloudwatch.alarm/eu-latency)')
		local live = alarm_named "taken-eu-latency"
		assert.equal(300, live.threshold)
		assert.same({ pager }, live.alarm_actions)
	end)

	it("an alarm of another stack is not taken by declaring its name", function()
		local told =
			refused(with("thief", "cloudwatch.alarm", "x", lag { alarm_name = "taken-eu-latency" }))
		has(told.what, 'it belongs to the stack "taken"')
		assert.equal(300, alarm_named("taken-eu-latency").threshold)
	end)

	it("an alarm and a composite alarm of one stack do not get one name", function()
		local function both()
			local s = stack.new("twins", {
				kinds = { "cloudwatch.alarm", "cloudwatch.composite_alarm" },
			})
			s:add("cloudwatch.alarm", "lag", lag())
			s:add("cloudwatch.composite_alarm", "lag", { alarm_rule = "TRUE" })
			return s
		end
		has(refused(both).what, "would have the name twins-lag too")
		assert.is_nil(alarm_named "twins-lag")
		-- Where one of them is there already, the other does not replace it.
		settled(with("twins", "cloudwatch.alarm", "lag", lag()))
		local told = refused(both)
		has(told.what, "twins-lag")
		assert.is_not_nil(alarm_named("twins-lag").metric_name)
	end)

	it("an alarm that appears between the plan and its step is not overwritten", function()
		local s = with("late", "cloudwatch.alarm", "lag", lag())()
		local plan = s:plan()
		plan:check()
		local other = lag { threshold = 7 }
		other.alarm_name = "late-lag"
		aws.cloudwatch.put_metric_alarm(other)
		local ok, problem = pcall(s.apply, s, plan)
		assert.is_false(ok)
		has(problem, "there is an alarm late-lag already, and it is not the stack's")
		assert.equal(7, alarm_named("late-lag").threshold)
	end)

	it("a dashboard of another stack is not overwritten, and its owner is named", function()
		local function body(text)
			return {
				dashboard_body = {
					widgets = { { type = "text", properties = { markdown = text } } },
				},
			}
		end
		settled(with("board", "cloudwatch.dashboard", "eu-lag", body "mine"))
		local told = refused(with("board-eu", "cloudwatch.dashboard", "lag", body "theirs"))
		has(told.what, "there is a dashboard board-eu-lag already")
		has(told.what, 'it belongs to the stack "board"')
		local live = aws.cloudwatch.get_dashboard { dashboard_name = "board-eu-lag" }
		has(live.dashboard_body, "mine")
	end)

	it("a log group of another stack is refused before anything is made", function()
		settled(with("logs", "logs.log_group", "eu-a", {}))
		local told = refused(with("logs-eu", "logs.log_group", "a", {}))
		has(told.what, "there is a log group logs-eu-a already")
		has(told.what, 'it belongs to the stack "logs"')
		told = refused(with("logs-x", "logs.log_group", "b", { log_group_name = "logs-eu-a" }))
		has(told.what, 'it belongs to the stack "logs"')
	end)

	it(
		"a bucket of another stack or another resource is refused before anything is made",
		function()
			settled(with("pail", "s3.bucket", "a", { bucket = "pail-eu-a" }))
			local told = refused(with("pail-eu", "s3.bucket", "b", { bucket = "pail-eu-a" }))
			has(told.what, "there is a bucket pail-eu-a already")
			has(told.what, 'it belongs to the stack "pail"')
			local function second()
				local s = stack.new("pail", { kinds = { "s3.bucket" } })
				s:add("s3.bucket", "a", { bucket = "pail-eu-a" })
				s:add("s3.bucket", "b", { bucket = "pail-eu-a" })
				return s
			end
			has(refused(second).what, "pail-eu-a")
			local tags = aws.s3.get_bucket_tagging({ bucket = "pail-eu-a" }).tag_set
			for _, tag in ipairs(tags) do
				if tag.key == "dmsrun:resource" then
					assert.equal("s3.bucket/a", tag.value)
				end
			end
		end
	)

	it("a topic and a role of another stack are refused before anything is made", function()
		settled(with("told", "sns.topic", "eu-a", {}))
		local told = refused(with("told-eu", "sns.topic", "a", {}))
		has(told.what, "there is a topic told-eu-a already")
		has(told.what, 'it belongs to the stack "told"')
		local trust = {
			assume_role_policy_document = json.encode {
				Version = "2012-10-17",
				Statement = {
					{
						Effect = "Allow",
						Principal = { Service = "dms.amazonaws.com" },
						Action = "sts:AssumeRole",
					},
				},
			},
		}
		settled(with("told", "iam.role", "eu-r", trust))
		told = refused(with("told-eu", "iam.role", "r", trust))
		has(told.what, "there is a role told-eu-r already")
		has(told.what, 'it belongs to the stack "told"')
	end)
end)

describe("a name of DMS or a secret that is somebody else's", function()
	it("is refused before anything is made", function()
		settled(with("vault", "secretsmanager.secret", "eu-a", { secret_string = "x" }))
		local told =
			refused(with("vault-eu", "secretsmanager.secret", "a", { secret_string = "x" }))
		has(told.what, 'it belongs to the stack "vault"')
		local topic = aws.sns.create_topic({ name = "dms-events" }).topic_arn
		local events = { sns_topic_arn = topic, source_type = "replication-task" }
		settled(with("tells", "dms.event_subscription", "eu-a", events))
		told = refused(with("tells-eu", "dms.event_subscription", "a", events))
		has(told.what, "there is an event subscription tells-eu-a already")
		has(told.what, 'it belongs to the stack "tells"')
	end)

	it("a subscription that somebody silenced stays silent when its topic changes", function()
		local one = aws.sns.create_topic({ name = "one" }).topic_arn
		local two = aws.sns.create_topic({ name = "two" }).topic_arn
		local function to(topic)
			local events = { sns_topic_arn = topic, source_type = "replication-task" }
			return with("silent", "dms.event_subscription", "a", events)
		end
		settled(to(one))
		aws.dms.modify_event_subscription { subscription_name = "silent-a", enabled = false }
		settled(to(two))
		local found = aws.dms.describe_event_subscriptions { subscription_name = "silent-a" }
		assert.is_false(found.event_subscriptions_list[1].enabled)
	end)
end)

describe("an update that replaces everything", function()
	it("keeps the members of an alarm that the script does not declare", function()
		local s = settled(with("keeps", "cloudwatch.alarm", "lag", lag()))
		assert.is_not_nil(s)
		local console = lag { threshold = 300, evaluate_low_sample_count_percentile = nil }
		local pager = "arn:aws:sns:us-east-1:123456789012:pager"
		console.alarm_name = "keeps-lag"
		console.alarm_actions = { pager }
		console.alarm_description = "call the DBA"
		aws.cloudwatch.put_metric_alarm(console)
		settled(with("keeps", "cloudwatch.alarm", "lag", lag { threshold = 400 }))
		local live = alarm_named "keeps-lag"
		assert.equal(400, live.threshold)
		assert.same({ pager }, live.alarm_actions)
		assert.equal("call the DBA", live.alarm_description)
	end)

	it("keeps what somebody changed between the plan and its step", function()
		settled(with("between", "cloudwatch.alarm", "lag", lag()))
		local s = with("between", "cloudwatch.alarm", "lag", lag { threshold = 400 })()
		local plan = s:plan()
		local console = lag { alarm_description = "call the DBA" }
		console.alarm_name = "between-lag"
		aws.cloudwatch.put_metric_alarm(console)
		s:apply(plan)
		assert.equal("call the DBA", alarm_named("between-lag").alarm_description)
		assert.equal(400, alarm_named("between-lag").threshold)
	end)

	it("takes away what the script no longer declares, and only that", function()
		local pager = "arn:aws:sns:us-east-1:123456789012:pager"
		settled(with(
			"less",
			"cloudwatch.alarm",
			"lag",
			lag {
				alarm_actions = { pager },
				ok_actions = { pager },
				alarm_description = "x",
			}
		))
		settled(with("less", "cloudwatch.alarm", "lag", lag { ok_actions = { pager } }))
		local live = alarm_named "less-lag"
		assert.same({}, live.alarm_actions or {})
		assert.same({ pager }, live.ok_actions)
		assert.is_nil(live.alarm_description)
	end)

	it("exchanges one statistic for the other", function()
		settled(with("stat", "cloudwatch.alarm", "lag", lag()))
		local other = lag { extended_statistic = "p99" }
		other.statistic = nil
		settled(with("stat", "cloudwatch.alarm", "lag", other))
		assert.equal("p99", alarm_named("stat-lag").extended_statistic)
		assert.is_nil(alarm_named("stat-lag").statistic)
	end)

	it("keeps the members of a composite alarm that the script does not declare", function()
		local rule = { alarm_rule = "TRUE" }
		settled(with("whole", "cloudwatch.composite_alarm", "all", rule))
		local pager = "arn:aws:sns:us-east-1:123456789012:pager"
		aws.cloudwatch.put_composite_alarm {
			alarm_name = "whole-all",
			alarm_rule = "TRUE",
			alarm_actions = { pager },
		}
		settled(with("whole", "cloudwatch.composite_alarm", "all", { alarm_rule = "FALSE" }))
		assert.same({ pager }, alarm_named("whole-all").alarm_actions)
	end)

	it("keeps a bucket's and a topic's policy that the script does not declare", function()
		settled(with("pol", "s3.bucket", "a", {}))
		local name = "pol-a-123456789012"
		local statement = {
			Sid = "Console",
			Effect = "Allow",
			Principal = { AWS = "arn:aws:iam::123456789012:root" },
			Action = "s3:GetObject",
			Resource = ("arn:aws:s3:::%s/*"):format(name),
		}
		aws.s3.put_bucket_policy {
			bucket = name,
			policy = json.encode { Version = "2012-10-17", Statement = { statement } },
		}
		settled(with("pol", "s3.bucket", "a", { tls_only = true }))
		local text = aws.s3.get_bucket_policy({ bucket = name }).policy
		has(text, "Console")
		has(text, "DmsrunTlsOnly")

		settled(with("pol", "sns.topic", "t", {}))
		local arn = "arn:aws:sns:us-east-1:123456789012:pol-t"
		statement.Action, statement.Resource = "sns:Publish", arn
		aws.sns.set_topic_attributes {
			topic_arn = arn,
			attribute_name = "Policy",
			attribute_value = json.encode { Version = "2012-10-17", Statement = { statement } },
		}
		settled(with("pol", "sns.topic", "t", { publishers = { "dms.amazonaws.com" } }))
		local policy = aws.sns.get_topic_attributes({ topic_arn = arn }).attributes.Policy
		has(policy, "Console")
		has(policy, "DmsrunPublishers")
	end)

	it("keeps the members of a bucket's settings that the script does not declare", function()
		settled(with("sets", "s3.bucket", "a", {
			public_access_block = { block_public_acls = true },
		}))
		local name = "sets-a-123456789012"
		local block = aws.s3.get_public_access_block({ bucket = name })
		local there = block.public_access_block_configuration
		-- A new bucket refuses all of it; one declared member takes nothing of that away.
		assert.is_true(there.block_public_acls)
		assert.is_true(there.restrict_public_buckets)
		assert.is_true(there.block_public_policy)
	end)

	it("shows what somebody put into a lifecycle rule, instead of deleting it unsaid", function()
		local rule = { id = "old", expiration = { days = 90 } }
		local make = with("rules", "s3.bucket", "a", { lifecycle_rules = { rule } })
		settled(make)
		aws.s3.put_bucket_lifecycle_configuration {
			bucket = "rules-a-123456789012",
			lifecycle_configuration = {
				rules = {
					{
						id = "old",
						status = "Enabled",
						filter = { prefix = "" },
						expiration = { days = 90 },
						abort_incomplete_multipart_upload = { days_after_initiation = 3 },
					},
				},
			},
		}
		local plan = make():plan()
		assert.is_true(plan.has_changes)
		has(plan:text(true), "abort_incomplete_multipart_upload")
	end)
end)

spec.faults.clear()
