--- Who hears of trouble: a topic, alarms on what can be measured, event subscriptions for failures,
--- which can't, and the log group that the tasks write to.
---
---     local monitoring = require "monitoring"
---     local stack = require "stack"
---     local s = stack.new "orders"
---     monitoring.topic(s, { emails = { "dba@example.com" } })

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
	})
end

--- The dimensions under which DMS publishes: the instance's identifier, and a task's resource id,
--- which is not its name but the end of its ARN.
local function dimensions(instance, task)
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
		alarm_actions = { topic.topic_arn },
		ok_actions = { topic.topic_arn },
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

--- Failures are events, not metrics: one subscription for the tasks, one for the instance.
---@param stack table
---@param options monitoring.Options
---@param topic table
---@return table[]
function monitoring.events(stack, options, topic)
	local subscriptions = {}
	local tasks = {}
	for _, name in ipairs(names_of(options.tasks)) do
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

--- Adds everything to a stack.
---@param stack table
---@param options monitoring.Options
---@return { topic: table, log_group: table, alarms: table[], events: table[] }
function monitoring.build(stack, options)
	local topic = monitoring.topic(stack, options)
	local alarms = {}
	if options.alarms ~= false then
		alarms = instance_alarms(stack, options, topic)
		for _, alarm in ipairs(latency_alarms(stack, options, topic)) do
			alarms[#alarms + 1] = alarm
		end
	end
	return {
		topic = topic,
		log_group = monitoring.log_group(stack, options),
		alarms = alarms,
		events = options.events ~= false and monitoring.events(stack, options, topic) or {},
	}
end

return monitoring
