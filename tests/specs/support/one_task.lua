--- A stack of DMS with one task, for specs of what a change does to it: declared with what a test is
--- about, deployed, and looked at as an operator does. The network and the instance serve the next
--- test, unless one changed them.

local access = require "access"
local aws = require "aws"
local poll = require "poll"
local secret = require "secret"
local spec = require "spec"
local stack = require "stack"
local time = require "time"

local one_task = {}

--- Everything of one schema.
one_task.MAPPINGS = {
	rules = {
		{
			["rule-type"] = "selection",
			["rule-id"] = "1",
			["rule-name"] = "1",
			["object-locator"] = { ["schema-name"] = "production", ["table-name"] = "%" },
			["rule-action"] = "include",
		},
	},
}

local function endpoint(s, side, attributes, server)
	return s:add("dms.endpoint", side, {
		endpoint_type = side,
		engine_name = "mysql",
		server_name = server or (side .. "-db.example.com"),
		port = 3306,
		username = "dms_user",
		password = secret.new "change-me",
		extra_connection_attributes = attributes,
	})
end

local KINDS = {
	"ec2.vpc",
	"ec2.subnet",
	"iam.shared_role",
	"dms.subnet_group",
	"dms.replication_instance",
	"dms.endpoint",
	"dms.task",
}

--- Whether a test has changed more than the task.
local altered = false

--- A stack of DMS with one task; `more` is what the test is about.
---@param more? table
---@return stack.Stack
function one_task.declare(more)
	more = more or {}
	altered = altered or more.instance or more.second or more.version or more.attributes
	local s = stack.new("st", { kinds = KINDS })
	local roles = access.roles(s)
	local vpc = s:add("ec2.vpc", "main", { cidr_block = "10.0.0.0/16" })
	local subnets = {}
	for index, zone in ipairs { "a", "b" } do
		subnets[index] = s:add("ec2.subnet", zone, {
			vpc_id = vpc.vpc_id,
			cidr_block = ("10.0.%d.0/24"):format(index),
			availability_zone = s:identity().region .. zone,
		}).subnet_id
	end
	local group = s:add(
		"dms.subnet_group",
		"subnets",
		{ subnet_ids = subnets },
		{ depends_on = { roles.vpc } }
	)
	local function instance(id, fields)
		local properties = {
			replication_instance_class = "dms.t3.medium",
			allocated_storage = 50,
			engine_version = more.version or "3.5.4",
			replication_subnet_group_identifier = group.replication_subnet_group_identifier,
		}
		for key, value in pairs(fields or {}) do
			properties[key] = value
		end
		return s:add("dms.replication_instance", id, properties, { depends_on = { roles.vpc } })
	end
	local instances = { one = instance("one", more.instance) }
	if more.second then
		instances.two = instance("two", more.second)
	end
	local source = endpoint(s, "source", more.attributes, more.server)
	local target = endpoint(s, "target")
	local properties = {
		replication_instance_arn = instances[more.on or "one"].replication_instance_arn,
		source_endpoint_arn = source.endpoint_arn,
		target_endpoint_arn = target.endpoint_arn,
		migration_type = more.type or "full-load-and-cdc",
		table_mappings = more.mappings or one_task.MAPPINGS,
		replication_task_settings = more.settings,
		state = more.state,
		cdc_start = more.cdc_start,
		cdc_stop_position = more.cdc_stop_position,
	}
	if more.task ~= false then
		s:add("dms.task", "migration", properties)
	end
	return s
end

--- Deploys it.
---@param more? table
---@return stack.Stack
---@return stack.Plan
function one_task.deploy(more)
	local s = one_task.declare(more)
	local plan = s:plan()
	s:apply(plan)
	return s, plan
end

--- Fails where a deploy would do anything, at the caller's line.
---@param more? table
function one_task.nothing_to_do(more)
	local plan = one_task.declare(more):plan()
	if plan.has_changes then
		error("the plan is not empty: " .. plan:text(true), 2)
	end
end

--- Takes the task away; the rest as well where a test changed it.
function one_task.clear()
	local s = one_task.declare { task = false }
	s:apply(altered and s:destroy() or s:plan())
	altered = false
end

--- The task as DMS describes it.
---@return table
function one_task.raw()
	return aws.dms.describe_replication_tasks({}).replication_tasks[1]
end

---@return string
function one_task.status()
	return one_task.raw().status
end

---@param plan stack.Plan
---@param kind_name string
---@param id string
---@return table?
function one_task.step_of(plan, kind_name, id)
	return plan:step_of(("%s %q"):format(kind_name, id))
end

--- Waits, as an operator would.
---@param wanted string
function one_task.until_status(wanted)
	poll.new():wait {
		what = wanted,
		check = function()
			return one_task.status() == wanted
		end,
	}
end

--- Stops it behind our back.
function one_task.stop()
	aws.dms.stop_replication_task { replication_task_arn = one_task.raw().replication_task_arn }
	one_task.until_status "stopped"
end

--- When the test began.
local began = 0

--- What every test begins and ends with.
function one_task.each()
	before_each(function()
		began = time.epoch()
	end)
	after_each(function()
		spec.faults.clear()
		one_task.clear()
	end)
end

--- How often something was said in the events of the task since the test began.
---@param part string
---@return integer
function one_task.events(part)
	local found = 0
	local about = {
		source_type = "replication-task",
		source_identifier = "st-migration",
		start_time = time.format(began),
	}
	for _, event in ipairs(aws.pages(aws.dms.describe_events, about)) do
		found = found + (event.message:lower():find(part, 1, true) and 1 or 0)
	end
	return found
end

return one_task
