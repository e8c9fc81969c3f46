--- The lag of running tasks, from the metrics of all of them in one call.

local aws = require "aws"
local time = require "time"

local latency = {}

--- How far back the newest point may lie, and how dense points are.
local HISTORY, PERIOD = 900, 60

--- Two metrics a task, and CloudWatch takes 500 queries in a call.
local MOST = 250

local function metric(id, name, dimensions)
	return {
		id = id,
		metric_stat = {
			metric = { namespace = "AWS/DMS", metric_name = name, dimensions = dimensions },
			period = PERIOD,
			stat = "Maximum",
		},
		return_data = true,
	}
end

local function instances()
	---@type table<string, string>
	local names = {}
	for _, item in ipairs(aws.pages(aws.dms.describe_replication_instances, {})) do
		names[item.replication_instance_arn] = item.replication_instance_identifier
	end
	return names
end

local function ask(items)
	---@type table<string, string>, table[], string[]
	local names, queries, arns = instances(), {}, {}
	for _, item in ipairs(items) do
		local instance = names[item.replication_instance_arn]
		if instance and #arns < MOST then
			arns[#arns + 1] = item.replication_task_arn
			local dimensions = {
				{ name = "ReplicationInstanceIdentifier", value = instance },
				{
					name = "ReplicationTaskIdentifier",
					value = item.replication_task_arn:match "([^:]+)$",
				},
			}
			queries[#queries + 1] = metric("s" .. #arns, "CDCLatencySource", dimensions)
			queries[#queries + 1] = metric("t" .. #arns, "CDCLatencyTarget", dimensions)
		end
	end
	if #queries == 0 then
		return {}
	end
	local now = time.epoch()
	local answer = aws.cloudwatch.get_metric_data {
		metric_data_queries = queries,
		start_time = time.format(now - HISTORY),
		end_time = time.format(now + PERIOD),
		scan_by = "TimestampDescending",
	}
	---@type table<string, number>
	local lags = {}
	for _, result in ipairs(answer.metric_data_results or {}) do
		local arn = arns[
			tonumber(tostring(result.id):match "%d+") --[[@as integer]]
		]
		local value = (result.values or {})[1]
		if arn and value then
			lags[arn] = math.max(lags[arn] or 0, value)
		end
	end
	return lags
end

--- Seconds by the task's ARN; tasks without metrics are absent, and so are all where the metrics
--- can't be read.
---@param items table[] as DMS describes them
---@return table<string, number>
function latency.of(items)
	local running = {}
	for _, item in ipairs(items) do
		if item.status == "running" and item.migration_type ~= "full-load" then
			running[#running + 1] = item
		end
	end
	if #running == 0 then
		return {}
	end
	local ok, lags = pcall(ask, running)
	if ok then
		return lags
	end
	if type(lags) ~= "table" or lags.kind ~= "aws" then
		error(lags, 0)
	end
	return {}
end

return latency
