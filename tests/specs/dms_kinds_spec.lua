--- Certificates and event subscriptions of DMS, and what watches a migration.

local aws = require "aws"
local monitoring = require "monitoring"
local spec = require "spec"
local stack = require "stack"
local time = require "time"
local trying = require "support.trying"

local settled, refused, has = trying.settled, trying.refused, trying.has

describe("a certificate", function()
	local function make(props)
		return function()
			local s = stack.new("dmskinds", { kinds = { "dms.certificate" } })
			s:add("dms.certificate", "ca", props)
			return s
		end
	end

	local function pem(text)
		return ("-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n"):format(text)
	end

	after_each(function()
		local s = make({})()
		s:apply(s:destroy())
	end)

	it("is the same with other line ends, and replaced for another one", function()
		settled(make { certificate_pem = pem "MIIB" })
		local crlf = pem("MIIB"):gsub("\n", "\r\n")
		assert.is_false(make({ certificate_pem = crlf })():plan().has_changes)
		local plan = make({ certificate_pem = pem "MIIC" })():plan()
		assert.equal("replace", plan.steps[1].action)
		settled(make { certificate_pem = pem "MIIC" })
	end)

	it("may be a wallet, which is compared and never shown", function()
		settled(make { certificate_wallet = "\1\2pl4nted" })
		local plan = make({ certificate_wallet = "\1\3pl4nted" })():plan()
		assert.equal("replace", plan.steps[1].action)
		assert.is_nil(plan:text(true):find("pl4nted", 1, true))
	end)

	it("is refused where it is something else, without its text", function()
		local function problem(props, part)
			local found = refused(make(props))
			has(found.what, part)
			assert.is_nil(tostring(found):find("pl4nted", 1, true))
		end
		problem({}, "one of the two")
		problem({ certificate_pem = pem "a", certificate_wallet = "b" }, "one of the two")
		problem({ certificate_pem = "pl4nted" }, "no -----BEGIN CERTIFICATE-----")
		local key = "-----BEGIN PRIVATE KEY-----\npl4nted\n-----END PRIVATE KEY-----\n"
		problem({ certificate_pem = key }, "it is a private key, and no certificate")
		problem({ certificate_pem = pem "a" .. key }, "there is a private key in it")
		problem({ certificate_pem = pem("a"):sub(1, 30) }, "1 certificates begin in it and 0 end")
	end)
end)

describe("an event subscription", function()
	local function make(categories, source)
		return function()
			local s = stack.new("dmskinds", { kinds = { "sns.topic", "dms.event_subscription" } })
			local topic = s:add("sns.topic", "t", { publishers = { "dms.amazonaws.com" } })
			s:add("dms.event_subscription", "e", {
				sns_topic_arn = topic.topic_arn,
				source_type = source or "replication-task",
				event_categories = categories,
			})
			return s
		end
	end

	after_each(function()
		local s = make()()
		s:apply(s:destroy())
	end)

	it("hears of everything again where categories are no longer declared", function()
		settled(make { "Failure" })
		assert.equal(1, #make()():find("dms.event_subscription", "e").properties.event_categories)
		settled(make())
		local all = make()():find("dms.event_subscription", "e").properties.event_categories
		assert.equal(true, #all > 3)
	end)

	it("is refused before anything is made where a category is unknown", function()
		local problem = refused(make { "failures" })
		has(problem.what, 'replication-task has no event category "failures"')
		has(problem.hints[1][1], "failure")
		assert.same({}, make()():live())
	end)
end)

describe("the watch over a migration", function()
	local function build()
		local s = stack.new("watch", {
			kinds = {
				"sns.topic",
				"logs.log_group",
				"cloudwatch.alarm",
				"cloudwatch.composite_alarm",
				"cloudwatch.dashboard",
			},
		})
		local instance = { replication_instance_identifier = "watch-replication" }
		monitoring.build(s, {
			instance = instance,
			tasks = { orders = { resource_id = "ABC", replication_task_identifier = "orders" } },
			events = false,
			together = true,
			dashboard = true,
		})
		return s
	end

	after_each(function()
		local s = build()
		s:apply(s:destroy())
	end)

	it("is one alarm over all others, and a page of graphs", function()
		local s = settled(build)
		local over = s:find("cloudwatch.composite_alarm", "any").properties
		assert.equal(1, #over.alarm_actions)
		for _, live in ipairs(s:live()) do
			if live.kind == "cloudwatch.alarm" then
				assert.same({}, live.properties.alarm_actions)
				has(over.alarm_rule, live.physical)
			end
		end
		local answer = aws.cloudwatch.get_dashboard { dashboard_name = "watch-migration" }
		has(answer.dashboard_body, '"ReplicationTaskIdentifier","ABC"')
		has(answer.dashboard_body, ":alarm:watch-cpu")
	end)
end)

describe("the logs of tasks", function()
	--- How often an alarm of the example went off.
	local function rang(name)
		local count = 0
		local history =
			aws.cloudwatch.describe_alarm_history({ alarm_name = name }).alarm_history_items
		for _, item in ipairs(history) do
			count = count + (item.history_summary:find("to ALARM", 1, true) and 1 or 0)
		end
		return count
	end

	it("complaint 21: LOBs that are cut, which only a log line tells, set off an alarm", function()
		local watched = { "-c", "log_alarms=true", "-c", "dashboard=true" }
		local run = spec.run("scripts/migrate.lua", "--yes", table.unpack(watched))
		assert.equal(0, run.code, run.text)
		time.sleep(900)
		assert.equal(1, rang "orders-truncated-lobs")
		assert.equal(0, rang "orders-cpu")
		run = spec.run("scripts/migrate.lua", "plan", "--detailed-exitcode", table.unpack(watched))
		assert.equal(0, run.code, run.text)
		run =
			spec.run("scripts/migrate.lua", "destroy", "--allow", "destroy", table.unpack(watched))
		assert.equal(0, run.code, run.text)
	end)
end)
