--- What the configuration names of others, and no single resource holds: the network that is there
--- already, and the role for the bucket. Looked at before anything is made in it.

local exists = require "kinds.support.exists"

local existing = {}

--- The kinds that stand in an existing network: without a step of these nothing is looked at.
---@type table<string, boolean>
local INSIDE = {
	["dms.subnet_group"] = true,
	["dms.replication_instance"] = true,
	["ec2.security_group"] = true,
	["ec2.vpc_endpoint"] = true,
}

local function network(c)
	return function(check)
		if not exists.vpc(check, "vpc_id", c.vpc_id) then
			return
		end
		exists.subnets(check, "subnet_ids", c.subnet_ids, c.vpc_id)
		exists.groups(check, "security_group_ids", c.security_group_ids, c.vpc_id)
	end
end

local function touches(plan)
	for _, step in ipairs(plan:with("create", "replace", "update")) do
		if INSIDE[step.kind] then
			return true
		end
	end
	return false
end

--- The checks that a plan needs beside those of its resources.
---@param m migration.Migration
---@param plan stack.Plan
---@return stack.Extra[]
function existing.checks(m, plan)
	local c, list = m.config, {}
	local function add(sends, run)
		list[#list + 1] = {
			declared = {
				kind = "migration",
				id = m.name,
				at = m.place,
				origin = function(property)
					---@diagnostic disable-next-line: preferred-local-alias -- it is a method
					return m.config:origin(property)
				end,
			},
			sends = sends,
			run = run,
		}
	end
	if c.vpc_id and touches(plan) then
		add({ vpc_id = true, subnet_ids = true, security_group_ids = true }, network(c))
	end
	if c.bucket_role_arn and #plan:with("create") > 0 then
		add({ bucket_role_arn = true }, function(check)
			exists.role(check, "bucket_role_arn", c.bucket_role_arn, { "dms.amazonaws.com" })
		end)
	end
	return list
end

return existing
