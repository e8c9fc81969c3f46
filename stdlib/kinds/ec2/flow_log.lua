--- ec2.flow_log: a record of the traffic of a VPC, subnet or network interface.

local absence = require "kinds.support.absence"
local arn = require "kinds.support.arn"
local aws = require "aws"
local ec2 = require "kinds.support.ec2"
local errors = require "errors"
local kind = require "kind"
local tags = require "kinds.support.tags"

local SHAPE = {
	describe = aws.ec2.describe_flow_logs,
	id = "flow_log_id",
	ids = "flow_log_ids",
	filters = "filter",
	type = "vpc-flow-log",
}

--- DescribeFlowLogs does not say the type of the resource; its id does.
local TYPES = { vpc = "VPC", subnet = "Subnet", eni = "NetworkInterface" }

local FIXED = "a flow log can't be changed"

local function raise_unsuccessful(answer)
	local failed = (answer.unsuccessful or {})[1]
	local reason = failed and failed.error
	if reason and not (reason.code or ""):find "NotFound" then
		errors.raise {
			summary = "Flow log refused",
			what = ("%s: %s: %s"):format(failed.resource_id or "?", reason.code, reason.message),
		}
	end
end

return kind.define {
	name = "ec2.flow_log",
	doc = "A record of the traffic of a VPC, a subnet or a network interface.",
	source = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateFlowLogs.html",
	properties = {
		resource_id = {
			type = "string",
			required = true,
			replaces = FIXED,
			doc = "What is watched: a VPC, a subnet or a network interface.",
		},
		resource_type = {
			type = "string",
			enum = { "VPC", "Subnet", "NetworkInterface" },
			replaces = FIXED,
			doc = "The sort of resource; VPC when left out.",
		},
		traffic_type = {
			type = "string",
			enum = { "ALL", "ACCEPT", "REJECT" },
			replaces = FIXED,
			doc = "Which traffic is recorded; ALL when left out.",
		},
		log_destination_type = {
			type = "string",
			enum = { "cloud-watch-logs", "s3" },
			replaces = FIXED,
			doc = "Where records go; cloud-watch-logs when left out.",
		},
		log_group_name = { type = "string", replaces = FIXED, doc = "The log group." },
		log_destination = { type = "string", replaces = FIXED, doc = "ARN of the bucket." },
		deliver_logs_permission_arn = {
			type = "string",
			replaces = FIXED,
			doc = "The role that writes into the log group.",
		},
		max_aggregation_interval = {
			type = "integer",
			enum = { 60, 600 },
			replaces = FIXED,
			doc = "Seconds of traffic in one record.",
		},
		tags = tags.property,
	},
	outputs = { flow_log_id = "id of the flow log" },
	-- Two flow logs of one resource can't go to one place.
	exclusive = true,

	list = function(ctx)
		return ec2.list(ctx, SHAPE)
	end,

	read = function(_, id)
		return ec2.read(SHAPE, id)
	end,

	observe = function(_, item)
		local raw = item.raw
		return {
			properties = {
				resource_id = raw.resource_id,
				resource_type = TYPES[(raw.resource_id or ""):match "^%a+"],
				traffic_type = raw.traffic_type,
				log_destination_type = raw.log_destination_type,
				log_group_name = raw.log_group_name,
				log_destination = raw.log_destination,
				deliver_logs_permission_arn = raw.deliver_logs_permission_arn,
				max_aggregation_interval = raw.max_aggregation_interval,
				tags = tags.user(item.tags),
			},
			outputs = { flow_log_id = item.id },
			state = raw.flow_log_status,
		}
	end,

	parents = function(item)
		local raw = item.raw
		local parents = { raw.resource_id }
		parents[#parents + 1] = raw.log_group_name
		parents[#parents + 1] = raw.deliver_logs_permission_arn
			and arn.name(raw.deliver_logs_permission_arn)
		parents[#parents + 1] = raw.log_destination and arn.bucket(raw.log_destination)
		return parents
	end,

	create = function(ctx, props)
		local answer = aws.ec2.create_flow_logs {
			resource_ids = { props.resource_id },
			resource_type = props.resource_type or "VPC",
			traffic_type = props.traffic_type or "ALL",
			log_destination_type = props.log_destination_type,
			log_group_name = props.log_group_name,
			log_destination = props.log_destination,
			deliver_logs_permission_arn = props.deliver_logs_permission_arn,
			max_aggregation_interval = props.max_aggregation_interval,
			client_token = ctx.token,
			tag_specifications = ec2.specification(ctx, props, SHAPE),
		}
		raise_unsuccessful(answer)
		return answer.flow_log_ids[1]
	end,

	update = function(_, item, _, changes)
		ec2.retag(item.id, changes)
	end,

	delete = function(_, item)
		absence.or_nil(function()
			raise_unsuccessful(aws.ec2.delete_flow_logs { flow_log_ids = { item.id } })
		end)
	end,

	settle = function() end,
}
