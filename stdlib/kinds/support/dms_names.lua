--- Names of DMS that are taken, before anything is made: DMS refuses a second one of a name only when a
--- deploy has come that far.

local arn = require "kinds.support.arn"
local aws = require "aws"
local dms = require "kinds.support.dms"
local names = require "kinds.support.names"
local taken = require "kinds.support.taken"

local dms_names = {}

---@class dms_names.Listed
---@field operation string
---@field list? table the arguments of a listing
---@field name string the member with the name
---@field arn? string the member with the ARN
---@field built? string what the ARN is built of, where DMS tells none
---@field state? string the member with the state
---@field noun string
---@field limit? integer how long a name may be

---@type table<string, dms_names.Listed>
local LISTED = {
	["dms.certificate"] = {
		operation = "describe_certificates",
		name = "certificate_identifier",
		arn = "certificate_arn",
		noun = "a certificate",
	},
	["dms.subnet_group"] = {
		operation = "describe_replication_subnet_groups",
		name = "replication_subnet_group_identifier",
		built = "subgrp:",
		noun = "a subnet group",
	},
	["dms.replication_instance"] = {
		operation = "describe_replication_instances",
		name = "replication_instance_identifier",
		arn = "replication_instance_arn",
		state = "replication_instance_status",
		noun = "an instance",
		limit = 63,
	},
	["dms.endpoint"] = {
		operation = "describe_endpoints",
		name = "endpoint_identifier",
		arn = "endpoint_arn",
		state = "status",
		noun = "an endpoint",
	},
	["dms.task"] = {
		operation = "describe_replication_tasks",
		list = { without_settings = true },
		name = "replication_task_identifier",
		arn = "replication_task_arn",
		state = "status",
		noun = "a task",
	},
	["dms.replication_config"] = {
		operation = "describe_replication_configs",
		name = "replication_config_identifier",
		arn = "replication_config_arn",
		noun = "a serverless replication",
	},
	["dms.event_subscription"] = {
		operation = "describe_event_subscriptions",
		name = "cust_subscription_id",
		built = "es:",
		noun = "an event subscription",
	},
}

--- Whether names of a kind are looked at here.
---@param kind_name string
---@return boolean
function dms_names.knows(kind_name)
	return LISTED[kind_name] ~= nil
end

--- Those of a kind that have a name, with their ARNs.
---@param ctx stack.Context
---@param kind_name string
---@param name string
---@return { raw: table, arn: string }[]
function dms_names.find(ctx, kind_name, name)
	local listed, found = LISTED[kind_name], {}
	for _, raw in ipairs(ctx:sweep(aws.dms[listed.operation], listed.list or {})) do
		local own = tostring(raw[listed.name]):lower()
		if own == name:lower() then
			found[#found + 1] = {
				raw = raw,
				arn = listed.built and arn.build(ctx, "dms", listed.built .. own)
					or raw[listed.arn],
			}
		end
	end
	return found
end

--- Refuses the creation of what would get a name that something else has. What is on its way out gives
--- its name back by itself.
---@param check table
---@param kind_name string
---@param physical string the name as the stack gives it
function dms_names.check(check, kind_name, physical)
	local listed = LISTED[kind_name]
	local name = names.dms(physical, listed.limit or 255)
	local there = check:try(("Whether the name %s is taken is not known"):format(name), function()
		return dms_names.find(check.ctx, kind_name, name)
	end)
	for _, one in ipairs(there or {}) do
		if one.raw[listed.state] ~= "deleting" then
			local map = check:try("The tags of what has the name could not be read", function()
				return dms.tags_of(one.arn)
			end)
			local found = map and { noun = listed.noun, name = name, id = name, tags = map }
			taken.refuse(check, listed.name, found)
		end
	end
end

return dms_names
