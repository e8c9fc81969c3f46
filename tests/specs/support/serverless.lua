--- A stack with one serverless replication, for the specs of its kind and of what interrupts it.

local access = require "access"
local aws = require "aws"
local secret = require "secret"
local stack = require "stack"

local serverless = {}

--- Mappings that take one table of a schema, or all of them.
---@param table_name? string
---@return table
function serverless.mappings_of(table_name)
	return {
		rules = {
			{
				["rule-type"] = "selection",
				["rule-id"] = "1",
				["rule-name"] = "1",
				["object-locator"] = {
					["schema-name"] = "production",
					["table-name"] = table_name or "%",
				},
				["rule-action"] = "include",
			},
		},
	}
end

local function endpoint(s, side, more)
	return s:add("dms.endpoint", side, {
		endpoint_type = side,
		engine_name = more.engine or "mysql",
		server_name = more.server or side .. "-db.example.com",
		port = 3306,
		username = "dms_user",
		password = secret.new "change-me",
		extra_connection_attributes = more.attributes,
		database_name = more.engine and "orders" or nil,
	})
end

--- The kinds of such a stack.
serverless.KINDS = {
	"ec2.vpc",
	"ec2.subnet",
	"ec2.security_group",
	"iam.shared_role",
	"dms.subnet_group",
	"dms.endpoint",
	"dms.replication_config",
}

--- A stack with one serverless replication; `more` is what the test is about.
---@param more? table
---@return stack.Stack
function serverless.declare(more)
	more = more or {}
	local s = stack.new("sl", { kinds = serverless.KINDS })
	local roles = access.roles(s)
	local vpc = s:add("ec2.vpc", "vpc", { cidr_block = "10.0.0.0/16" })
	local subnets = {}
	for index, zone in ipairs { "a", "b" } do
		local subnet = s:add("ec2.subnet", zone, {
			vpc_id = vpc.vpc_id,
			cidr_block = ("10.0.%d.0/24"):format(index),
			availability_zone = aws.region() .. zone,
		})
		subnets[index] = subnet.subnet_id
	end
	local guard = s:add("ec2.security_group", "replication", {
		vpc_id = vpc.vpc_id,
		description = "what replicates",
	})
	local group = s:add("dms.subnet_group", "subnets", {
		subnet_ids = subnets,
	}, { depends_on = { roles.vpc } })
	local source = endpoint(s, "source", { attributes = more.attributes, server = more.server })
	local target = endpoint(s, "target", { engine = more.engine })
	local compute = {
		max_capacity_units = 16,
		min_capacity_units = 2,
		multi_az = true,
		replication_subnet_group_id = group.replication_subnet_group_identifier,
		vpc_security_group_ids = { guard.group_id },
	}
	for name, value in pairs(more.compute or {}) do
		compute[name] = value
	end
	if more.replication ~= false then
		s:add("dms.replication_config", "orders", {
			source_endpoint_arn = source.endpoint_arn,
			target_endpoint_arn = target.endpoint_arn,
			replication_type = more.type or "full-load-and-cdc",
			compute_config = compute,
			table_mappings = more.mappings or serverless.mappings_of(),
			replication_settings = more.settings,
			cdc_start = more.cdc_start,
			cdc_stop_position = more.stop,
			premigration_assessment_settings = more.assessment,
			state = more.state,
			tags = more.tags,
		}, { depends_on = { roles.vpc } })
	end
	return s
end

return serverless
