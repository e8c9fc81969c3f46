--- The kinds beside the spine's: composite alarms, dashboards, metric filters.

local alarm_rule = require "kinds.support.alarm_rule"
local aws = require "aws"
local forget = require "stack.forget"
local spec = require "spec"
local stack = require "stack"
local time = require "time"
local trying = require "support.trying"

local deploy, settled, refused, has = trying.deploy, trying.settled, trying.refused, trying.has

local KINDS = {
	"sns.topic",
	"cloudwatch.alarm",
	"cloudwatch.composite_alarm",
	"cloudwatch.dashboard",
	"logs.log_group",
}

local function new()
	return stack.new("more", { kinds = KINDS })
end

local function alarm(s, id, members)
	local props = {
		namespace = "AWS/DMS",
		metric_name = "CDCLatencySource",
		period = 60,
		statistic = "Average",
		evaluation_periods = 1,
		threshold = 300,
		comparison_operator = "GreaterThanThreshold",
	}
	for name, value in pairs(members or {}) do
		props[name] = value
	end
	return s:add("cloudwatch.alarm", id, props)
end

local function step_of(plan, kind_name, id)
	for _, step in ipairs(plan.steps) do
		if step.kind == kind_name and step.id == id then
			return step
		end
	end
end

after_each(function()
	spec.faults.clear()
	local s = new()
	s:apply(s:destroy())
end)

describe("the rule of a composite alarm", function()
	it("is read as CloudWatch reads it", function()
		for _, text in ipairs {
			"ALARM(a)",
			'ALARM("two words") AND NOT OK(b)',
			"(ALARM(a) OR INSUFFICIENT_DATA('b')) AND TRUE",
			"NOT (ALARM(a))",
		} do
			assert.is_nil(alarm_rule.problem(text))
		end
	end)

	it("is refused with what is wrong", function()
		local function problem(text, part)
			has(alarm_rule.problem(text), part)
		end
		problem("", "missing at the end")
		problem("ALARM(a) AND", "missing at the end")
		problem("ALARN(a)", 'Did you mean "ALARM"')
		problem("ALARM a", "wants the name of an alarm")
		problem("ALARM(a", "not closed")
		problem("(ALARM(a)", "not closed")
		problem("ALARM(a) ALARM(b)", "ALARM(b) stands where AND or OR is wanted")
		problem(("("):rep(5000), "nested more than")
	end)

	it("is compared by what it says", function()
		assert.is_true(alarm_rule.same("ALARM(a)  OR OK(b)", 'ALARM("a") OR OK( b )'))
		assert.is_true(
			alarm_rule.same("ALARM(a)", "ALARM(arn:aws:cloudwatch:eu-west-1:123456789012:alarm:a)")
		)
		assert.is_false(alarm_rule.same("ALARM(a) OR OK(b)", "ALARM(a) AND OK(b)"))
		assert.same({ "a", "b c" }, alarm_rule.alarms 'ALARM(a) OR (OK("b c") AND ALARM(a))')
	end)
end)

describe("an alarm", function()
	it("is refused before AWS is asked", function()
		local function problem(members, part)
			has(
				refused(function()
					local s = new()
					alarm(s, "source", members)
					return s
				end).what,
				part
			)
		end
		problem({ period = 45 }, "multiples of 60")
		problem({ evaluation_periods = 0 }, "1 or more")
		problem({ extended_statistic = "p99" }, "one of the two")
		problem({ extended_statistic = "99" }, "percentile such as p99")
		problem({ datapoints_to_alarm = 2 }, "2 of 1 evaluation_periods")
		problem({ period = 86400, evaluation_periods = 8 }, "more than a week")
		assert.same({}, new():live())
	end)
end)

describe("a composite alarm", function()
	local function make(options)
		options = options or {}
		return function()
			local s = new()
			local topic = s:add("sns.topic", "t", {})
			local source = alarm(s, "source", { namespace = "more", metric_name = "Source" })
			local rule = "ALARM(" .. source.alarm_name .. ")"
			if options.target ~= false then
				local target = alarm(s, "target", { metric_name = "CDCLatencyTarget" })
				rule = rule .. ' OR ALARM("' .. target.alarm_name .. '")'
			end
			s:add("cloudwatch.composite_alarm", "late", {
				alarm_rule = rule,
				alarm_description = options.description,
				alarm_actions = options.actions ~= false and { topic.topic_arn } or nil,
				tags = { Team = "data" },
			})
			return s
		end
	end

	it(
		"comes after the alarms that it looks at, goes before them, and is found unchanged",
		function()
			local s = settled(make())
			local raw = aws.cloudwatch.describe_alarms({
				alarm_names = { "more-late" },
				alarm_types = { "CompositeAlarm" },
			}).composite_alarms[1]
			assert.equal('ALARM(more-source) OR ALARM("more-target")', raw.alarm_rule)
			s:apply(s:destroy())
			assert.same({}, new():live())
		end
	)

	it("lets go of an alarm before that is deleted", function()
		deploy(make()())
		local s = make { target = false }()
		local plan = s:plan()
		assert.equal("delete", step_of(plan, "cloudwatch.alarm", "target").action)
		assert.equal("update", step_of(plan, "cloudwatch.composite_alarm", "late").action)
		s:apply(plan)
		assert.is_false(make({ target = false })():plan().has_changes)
	end)

	it("goes back to nothing where something is no longer declared", function()
		deploy(make { description = "late" }())
		settled(make { actions = false })
		local live = new():find("cloudwatch.composite_alarm", "late").properties
		assert.is_nil(live.alarm_description)
		assert.same({}, live.alarm_actions)
	end)

	it("is in alarm when one of the others is", function()
		deploy(make()())
		aws.cloudwatch.put_metric_data {
			namespace = "more",
			metric_data = { { metric_name = "Source", value = 900 } },
		}
		local seen
		for _ = 1, 4 do
			time.sleep(30)
			local found = aws.cloudwatch.describe_alarms {
				alarm_names = { "more-late" },
				alarm_types = { "CompositeAlarm" },
			}
			seen = seen or found.composite_alarms[1].state_value == "ALARM"
		end
		assert.is_true(seen)
		local told = 0
		local history =
			aws.cloudwatch.describe_alarm_history({ alarm_name = "more-late" }).alarm_history_items
		for _, item in ipairs(history) do
			told = told + (item.history_summary:find("to ALARM", 1, true) and 1 or 0)
		end
		assert.equal(1, told)
	end)

	it("is refused where it names an alarm that is not there", function()
		local problem = refused(function()
			local s = new()
			s:add("cloudwatch.composite_alarm", "late", { alarm_rule = "ALARM(nobody)" })
			return s
		end)
		has(problem.what, "there is no alarm nobody")
		problem = refused(function()
			local s = new()
			alarm(s, "source")
			s:add("cloudwatch.composite_alarm", "late", { alarm_rule = "ALARM(more-source)" })
			return s
		end)
		has(problem.hints[1][1], "name it by its handle")
		assert.same({}, new():live())
	end)

	it("takes over nobody's alarm of the same name", function()
		aws.cloudwatch.put_metric_alarm {
			alarm_name = "more-source",
			namespace = "N",
			metric_name = "M",
			statistic = "Sum",
			period = 60,
			evaluation_periods = 1,
			threshold = 7,
			comparison_operator = "GreaterThanThreshold",
		}
		local problem = refused(make())
		has(problem.what, "there is an alarm more-source already")
		local raw = aws.cloudwatch.describe_alarms({ alarm_names = { "more-source" } })
		assert.equal(7, raw.metric_alarms[1].threshold)
		aws.cloudwatch.delete_alarms { alarm_names = { "more-source" } }
	end)
end)

describe("a dashboard", function()
	local function body(markdown)
		return {
			widgets = {
				{
					type = "text",
					x = 0,
					y = 0,
					width = 24,
					height = 2,
					properties = { markdown = markdown },
				},
			},
		}
	end

	local function make(given, tags)
		return function()
			local s = new()
			s:add("cloudwatch.dashboard", "d", { dashboard_body = given, tags = tags })
			return s
		end
	end

	it("is compared by what it says, as a table and as text", function()
		settled(make(body "# one", { Team = "data" }))
		local text = [[{ "widgets": [ { "height": 2, "width": 24, "y": 0, "x": 0,
			"properties": { "markdown": "# one" }, "type": "text" } ] }]]
		assert.is_false(make(text, { Team = "data" })():plan().has_changes)
		local plan = make(body "# two")():plan()
		assert.equal("update", plan.steps[1].action)
		has(plan:text(true), "markdown")
		settled(make(body "# two"))
	end)

	it("has metrics of what the stack makes", function()
		settled(function()
			local s = new()
			local one = alarm(s, "source")
			s:add("cloudwatch.dashboard", "d", {
				dashboard_body = {
					widgets = {
						{ type = "alarm", properties = { alarms = { one.alarm_arn } } },
					},
				},
			})
			return s
		end)
		local answer = aws.cloudwatch.get_dashboard { dashboard_name = "more-d" }
		has(answer.dashboard_body, ":alarm:more-source")
	end)

	it("is refused before AWS is asked, with its place", function()
		local problem = refused(make { widgets = { { type = "metrics", properties = {} } } })
		has(problem.what, "widgets[1]")
		has(problem.what, 'Did you mean "metric"')
		has(
			refused(make { widgets = { { type = "metric", properties = {} } } }).what,
			"properties.region"
		)
		has(refused(make "{").what, "no JSON object")
		has(refused(make {}).what, "no list of widgets")
		local wide = body "x"
		wide.widgets[1].x = 12
		has(refused(make(wide)).what, "column 36 of 24")
	end)

	it("of somebody else is not overwritten", function()
		aws.cloudwatch.put_dashboard {
			dashboard_name = "more-d",
			dashboard_body = '{"widgets":[]}',
		}
		has(refused(make(body "# mine")).what, "there is a dashboard more-d already")
		local there = aws.cloudwatch.get_dashboard { dashboard_name = "more-d" }
		assert.equal('{"widgets":[]}', there.dashboard_body)
		aws.cloudwatch.delete_dashboards { dashboard_names = { "more-d" } }
	end)
end)

describe("metric filters", function()
	local ERRORS = {
		name = "errors",
		pattern = "?ERROR ?]E:",
		metric = { namespace = "more", name = "Errors", default = 0 },
	}

	local function make(filters)
		return function()
			local s = new()
			s:add("logs.log_group", "l", { retention_in_days = 30, metric_filters = filters })
			return s
		end
	end

	local function live()
		local names = {}
		local found = aws.logs.describe_metric_filters { log_group_name = "more-l" }
		for index, raw in ipairs(found.metric_filters) do
			names[index] = raw.filter_name .. " " .. raw.filter_pattern
		end
		return names
	end

	it("are exactly those that are declared, in any order", function()
		local slow = { name = "slow", metric = { namespace = "more", name = "Slow", value = 2 } }
		settled(make { ERRORS, slow })
		assert.is_false(make({ slow, ERRORS })():plan().has_changes)
		assert.same({ "errors ?ERROR ?]E:", "slow " }, live())
		local other = {
			name = "errors",
			pattern = "ERROR",
			metric = { namespace = "more", name = "Errors" },
		}
		local plan = make({ other })():plan()
		has(plan:text(true), 'errors  pattern "?ERROR ?]E:" → "ERROR", default 0 → (none)')
		has(plan:text(true), "- slow")
		settled(make { other })
		assert.same({ "errors ERROR" }, live())
	end)

	it("go when they are no longer declared", function()
		deploy(make { ERRORS }())
		settled(make(nil))
		assert.same({}, live())
	end)

	it("that somebody else took away are put back", function()
		deploy(make { ERRORS }())
		aws.logs.delete_metric_filter { log_group_name = "more-l", filter_name = "errors" }
		local plan = make({ ERRORS })():plan()
		assert.equal("update", plan.steps[1].action)
		settled(make { ERRORS })
	end)

	it("are asked for once for all groups where there are many", function()
		local function many()
			local s = new()
			for index = 1, 6 do
				local filters = { ERRORS }
				s:add("logs.log_group", "l" .. index, { metric_filters = filters })
			end
			return s
		end
		settled(many)
	end)

	it("make metrics of log events, and those alarms", function()
		deploy(make { ERRORS }())
		local s = make { ERRORS }()
		alarm(s, "errors", {
			namespace = "more",
			metric_name = "Errors",
			statistic = "Sum",
			threshold = 0,
			treat_missing_data = "notBreaching",
		})
		deploy(s)
		aws.logs.create_log_stream { log_group_name = "more-l", log_stream_name = "x" }
		aws.logs.put_log_events {
			log_group_name = "more-l",
			log_stream_name = "x",
			log_events = {
				{ timestamp = time.epoch() * 1000 // 1 | 0, message = "00012 [TASK] ]E: it broke" },
			},
		}
		time.sleep(150)
		local history =
			aws.cloudwatch.describe_alarm_history({ alarm_name = "more-errors" }).alarm_history_items
		local summaries = {}
		for index, item in ipairs(history) do
			summaries[index] = item.history_summary
		end
		has(table.concat(summaries, "\n"), "to ALARM")
	end)

	it("are refused before AWS is asked, with their place", function()
		local function problem(filter, part, path)
			local found = refused(make { filter })
			has(found.what, part)
			has(found.what, path)
		end
		local metric = { namespace = "more", name = "M" }
		problem({ name = "a:b", metric = metric }, "neither :", "metric_filters[1].name")
		problem(
			{ name = "a", metric = { namespace = "a$", name = "M" } },
			"nor $",
			"metric_filters[1].metric.namespace"
		)
		problem(
			{ name = "a", metric = { namespace = "n", name = "M", value = "many" } },
			"a field of the event",
			"metric_filters[1].metric.value"
		)
		problem({
			name = "a",
			metric = { namespace = "n", name = "M", default = 0, dimensions = { T = "$.t" } },
		}, "has no default", "metric_filters[1].metric.default")
		local twice = refused(make {
			{ name = "a", metric = metric },
			{ name = "a", metric = metric },
		})
		has(twice.what, "is that of [1] too")
	end)
end)

describe("a resource that is forgotten", function()
	it("stays, and is nobody's", function()
		local s = new()
		local one = alarm(s, "source")
		s:add("cloudwatch.composite_alarm", "late", {
			alarm_rule = "ALARM(" .. one.alarm_name .. ")",
		})
		s:add("cloudwatch.dashboard", "d", { dashboard_body = { widgets = {} } })
		deploy(s)
		forget.run(s, { "cloudwatch.composite_alarm/late", "cloudwatch.dashboard/d" })
		assert.equal(1, #new():live())
		assert.truthy(aws.cloudwatch.get_dashboard { dashboard_name = "more-d" })
		aws.cloudwatch.delete_dashboards { dashboard_names = { "more-d" } }
		aws.cloudwatch.delete_alarms { alarm_names = { "more-late" } }
	end)
end)

describe("what watches", function()
	local function build()
		local s = new()
		local one = alarm(s, "source")
		s:add("cloudwatch.composite_alarm", "late", {
			alarm_rule = "ALARM(" .. one.alarm_name .. ")",
		})
		s:add("cloudwatch.dashboard", "d", { dashboard_body = { widgets = {} } })
		s:add("logs.log_group", "l", {
			retention_in_days = 30,
			metric_filters = {
				{ name = "a", metric = { namespace = "n", name = "A" } },
				{ name = "b", metric = { namespace = "n", name = "B" } },
			},
		})
		return s
	end

	it("is completed by the next run, wherever the last one stopped, and made once", function()
		for _, fault in ipairs { "ValidationError refused", "drop" } do
			for n = 1, 8 do
				spec.faults.set(("*:mutating#%d=%s"):format(n, fault))
				local s = build()
				pcall(s.apply, s, s:plan())
				spec.faults.clear()
				s = settled(build)
				assert.equal(4, #s:live())
				spec.faults.set(("*:mutating#%d=%s"):format(n // 2 + 1, fault))
				pcall(s.apply, s, s:destroy())
				spec.faults.clear()
				s = build()
				s:apply(s:destroy())
				assert.same({}, build():live())
			end
		end
	end)
end)
