--- Who hears of trouble: a topic, alarms on what can be measured, event subscriptions for failures,
--- which can't, and the log group that the tasks write to.
---
---     local monitoring = require "monitoring"
---     local stack = require "stack"
---     local s = stack.new "orders"
---     monitoring.topic(s, { emails = { "dba@example.com" } })

local aws = require "aws"

local monitoring = {}

---@class monitoring.Options
---@field display_name? string the sender of e-mails; "DMS Migration Alerts"
---@field emails? string[] who is told
---@field kms_key_id? any encrypts the topic's messages
---@field log_kms_key_id? any encrypts the task logs
---@field instance table handle of the replication instance
---@field tasks? table<string, table> handles of tasks by name
---@field cdc_tasks? table<string, table> those that replicate changes; all of `tasks` when left out
---@field alarms? boolean true
---@field events? boolean true
---@field log_alarms? boolean true: alarms on errors and cut LOBs, which only the tasks' logs tell; false when left out
---@field dashboard? boolean true: a page of graphs too; false when left out
---@field together? boolean true: the alarms tell nobody, and one over all of them does; false when left out
---@field latency_seconds? integer how late changes may be; 300
---@field free_storage_bytes? integer a tenth of the storage, or 10 GB
---@field free_memory_bytes? integer 256 MB
---@field cpu_percent? integer 90
---@field allocated_storage? integer GB of the instance, for the limit of free storage
---@field retention_in_days? integer of the task logs; 30

local GB = 1024 * 1024 * 1024

--- The topic that alarms and events go to.
---@param stack table
---@param options monitoring.Options
---@return table handle
function monitoring.topic(stack, options)
	local subscriptions = {}
	for index, address in ipairs(options.emails or {}) do
		subscriptions[index] = { protocol = "email", endpoint = address }
	end
	return stack:add("sns.topic", "alerts", {
		display_name = options.display_name or "DMS Migration Alerts",
		kms_master_key_id = options.kms_key_id,
		publishers = { "cloudwatch.amazonaws.com", "dms.amazonaws.com" },
		subscriptions = subscriptions,
	})
end

--- What only the tasks' logs tell: errors, and LOBs that were cut. DMS writes `]E:` and `]W:` before a
--- line's text.
local IN_LOGS = {
	{
		id = "task-errors",
		metric = "TaskErrors",
		pattern = '"]E:"',
		text = "A task has logged an error.",
	},
	{
		id = "truncated-lobs",
		metric = "TruncatedLobs",
		pattern = '"]W:" truncated',
		text = "LOBs were cut at the limit of the task's settings: rows on the target are not complete.",
	},
}

--- The namespace of the metrics that are made of a stack's logs.
local function namespace_of(stack)
	return "dmsrun/" .. stack.name
end

local function filters_of(stack)
	local filters = {}
	for index, one in ipairs(IN_LOGS) do
		filters[index] = {
			name = one.id,
			pattern = one.pattern,
			metric = { namespace = namespace_of(stack), name = one.metric },
		}
	end
	return filters
end

--- The log group that DMS writes the tasks' logs to. DMS gives it its name; made first, it gets a
--- retention.
---@param stack table
---@param options monitoring.Options
---@return table handle
function monitoring.log_group(stack, options)
	return stack:add("logs.log_group", "task-logs", {
		log_group_name = "dms-tasks-" .. options.instance.replication_instance_identifier,
		retention_in_days = options.retention_in_days or 30,
		kms_key_id = options.log_kms_key_id,
		metric_filters = options.log_alarms and filters_of(stack) or nil,
	})
end

--- The dimensions under which DMS publishes: the instance's identifier, and a task's resource id,
--- which is not its name but the end of its ARN.
local function dimensions(instance, task)
	---@type table[]
	local list = {
		{
			name = "ReplicationInstanceIdentifier",
			value = instance.replication_instance_identifier,
		},
	}
	if task then
		list[2] = { name = "ReplicationTaskIdentifier", value = task.resource_id }
	end
	return list
end

local function add_alarm(stack, id, topic, members)
	local props = {
		namespace = "AWS/DMS",
		statistic = "Average",
		period = 300,
		evaluation_periods = 2,
		treat_missing_data = "notBreaching",
		alarm_actions = topic and { topic.topic_arn } or nil,
		ok_actions = topic and { topic.topic_arn } or nil,
	}
	for name, value in pairs(members) do
		props[name] = value
	end
	return stack:add("cloudwatch.alarm", id, props)
end

--- The names of a table of handles, in order.
local function names_of(tasks)
	local names = {}
	for name in pairs(tasks or {}) do
		names[#names + 1] = name
	end
	table.sort(names)
	return names
end

local function latency_alarms(stack, options, topic)
	local tasks = options.cdc_tasks or options.tasks
	local limit = options.latency_seconds or 300
	local alarms = {}
	for _, name in ipairs(names_of(tasks)) do
		for _, side in ipairs { "source", "target" } do
			local metric = side == "source" and "CDCLatencySource" or "CDCLatencyTarget"
			alarms[#alarms + 1] = add_alarm(stack, ("%s-%s-latency"):format(name, side), topic, {
				alarm_description = ("Changes of task %s are more than %d seconds late (%s)."):format(
					name,
					limit,
					side
				),
				metric_name = metric,
				dimensions = dimensions(options.instance, tasks[name]),
				threshold = limit,
				comparison_operator = "GreaterThanThreshold",
			})
		end
	end
	return alarms
end

local function instance_alarms(stack, options, topic)
	local storage = options.allocated_storage or 100
	---@type table<string, any>[]
	local limits = {
		{
			id = "free-storage",
			metric_name = "FreeStorageSpace",
			threshold = options.free_storage_bytes or storage * GB // 10,
			comparison_operator = "LessThanThreshold",
			alarm_description = "The replication instance runs out of storage; tasks then stop.",
		},
		{
			id = "free-memory",
			metric_name = "FreeableMemory",
			threshold = options.free_memory_bytes or GB // 4,
			comparison_operator = "LessThanThreshold",
			alarm_description = "The replication instance runs out of memory and begins to swap.",
		},
		{
			id = "cpu",
			metric_name = "CPUUtilization",
			threshold = options.cpu_percent or 90,
			comparison_operator = "GreaterThanThreshold",
			alarm_description = "The replication instance is busy; changes will be late.",
		},
	}
	local alarms = {}
	for index, limit in ipairs(limits) do
		local id = limit.id
		limit.id = nil
		limit.dimensions = dimensions(options.instance)
		alarms[index] = add_alarm(stack, id, topic, limit)
	end
	return alarms
end

--- Alarms on what the logs tell. They want the log group with its metric filters.
local function log_alarms(stack, topic)
	local alarms = {}
	for index, one in ipairs(IN_LOGS) do
		alarms[index] = add_alarm(stack, one.id, topic, {
			alarm_description = one.text,
			namespace = namespace_of(stack),
			metric_name = one.metric,
			statistic = "Sum",
			evaluation_periods = 1,
			threshold = 0,
			comparison_operator = "GreaterThanThreshold",
		})
	end
	return alarms
end

--- Failures are events, not metrics: one subscription for the tasks, one for the instance.
---@param stack table
---@param options monitoring.Options
---@param topic table
---@return table[]
function monitoring.events(stack, options, topic)
	local subscriptions = {}
	local tasks = {}
	for _, name in ipairs(names_of(options.tasks)) do
		---@diagnostic disable-next-line: need-check-nil -- the names are its keys
		tasks[#tasks + 1] = options.tasks[name].replication_task_identifier
	end
	if #tasks > 0 then
		subscriptions[1] = stack:add("dms.event_subscription", "task-failures", {
			sns_topic_arn = topic.topic_arn,
			source_type = "replication-task",
			source_ids = tasks,
			event_categories = { "failure" },
			enabled = true,
		})
	end
	subscriptions[#subscriptions + 1] = stack:add("dms.event_subscription", "instance-failures", {
		sns_topic_arn = topic.topic_arn,
		source_type = "replication-instance",
		source_ids = { options.instance.replication_instance_identifier },
		event_categories = { "failure", "low storage" },
		enabled = true,
	})
	return subscriptions
end

--- One graph of a dashboard: half as wide as the page, and six units high.
local function graph(row, column, title, metrics, stat)
	return {
		type = "metric",
		x = column * 12,
		y = row,
		width = 12,
		height = 6,
		properties = {
			title = title,
			region = aws.region(),
			stat = stat or "Average",
			period = 60,
			metrics = metrics,
		},
	}
end

--- A metric as a graph names it: namespace, name, and each dimension with its value.
local function series(name, of, label)
	local list = { "AWS/DMS", name }
	for _, dimension in ipairs(of) do
		list[#list + 1] = dimension.name
		list[#list + 1] = dimension.value
	end
	list[#list + 1] = { label = label or name }
	return list
end

--- A page of graphs: the instance, and of each task how late and how fast it is.
---@param stack table
---@param options monitoring.Options
---@param alarms? table[] handles of alarms that are shown at its head
---@return table handle
function monitoring.dashboard(stack, options, alarms)
	local widgets, row = {}, 0
	if #(alarms or {}) > 0 then
		local arns = {}
		for index, alarm in ipairs(alarms or {}) do
			arns[index] = alarm.alarm_arn
		end
		widgets[1] = {
			type = "alarm",
			x = 0,
			y = 0,
			width = 24,
			height = 3,
			properties = { title = "Alarms", alarms = arns },
		}
		row = 3
	end
	local function add(...)
		local titles = { ... }
		for column, one in ipairs(titles) do
			widgets[#widgets + 1] = graph(row, column - 1, table.unpack(one, 1, 3))
		end
		row = row + 6
	end
	local function rates(of)
		return {
			series("FullLoadThroughputRowsTarget", of, "full load, rows"),
			series("CDCThroughputRowsTarget", of, "changes, rows"),
		}
	end
	local instance = dimensions(options.instance)
	add({ "CPU", { series("CPUUtilization", instance) } }, {
		"Memory and storage that are free",
		{ series("FreeableMemory", instance), series("FreeStorageSpace", instance) },
	})
	for _, name in ipairs(names_of(options.tasks)) do
		local of = dimensions(options.instance, (options.tasks or {})[name])
		add({
			name .. ": how late, in seconds",
			{
				series("CDCLatencySource", of, "source"),
				series("CDCLatencyTarget", of, "target"),
			},
			"Maximum",
		}, { name .. ": how fast, a second", rates(of) })
	end
	return stack:add("cloudwatch.dashboard", "migration", {
		dashboard_body = { widgets = widgets },
	})
end

--- One alarm over others: whoever is told, is told once. The others should tell nobody themselves.
---@param stack table
---@param topic table
---@param alarms table[] handles of alarms
---@return table handle
function monitoring.together(stack, topic, alarms)
	local rule
	for _, alarm in ipairs(alarms) do
		local one = 'ALARM("' .. alarm.alarm_name .. '")'
		rule = rule and rule .. " OR " .. one or one
	end
	return stack:add("cloudwatch.composite_alarm", "any", {
		alarm_description = "Something of the migration wants a look; the alarms below it say what.",
		alarm_rule = rule or "FALSE",
		alarm_actions = { topic.topic_arn },
		ok_actions = { topic.topic_arn },
	})
end

--- Adds everything to a stack.
---@param stack table
---@param options monitoring.Options
---@return { topic: table, log_group: table, alarms: table[], events: table[], together?: table, dashboard?: table }
function monitoring.build(stack, options)
	local topic = monitoring.topic(stack, options)
	---@type table[]
	local alarms = {}
	if options.alarms ~= false then
		local told = not options.together and topic or nil
		alarms = instance_alarms(stack, options, told)
		for _, alarm in ipairs(latency_alarms(stack, options, told)) do
			alarms[#alarms + 1] = alarm
		end
		for _, alarm in ipairs(options.log_alarms and log_alarms(stack, told) or {}) do
			alarms[#alarms + 1] = alarm
		end
	end
	local together, dashboard
	if options.together and #alarms > 0 then
		---@diagnostic disable-next-line: param-type-mismatch -- they are in a list
		together = monitoring.together(stack, topic, alarms)
	end
	if options.dashboard then
		dashboard = monitoring.dashboard(stack, options, alarms)
	end
	return {
		topic = topic,
		together = together,
		dashboard = dashboard,
		log_group = monitoring.log_group(stack, options),
		alarms = alarms,
		events = options.events ~= false and monitoring.events(stack, options, topic) or {},
	}
end

return monitoring
