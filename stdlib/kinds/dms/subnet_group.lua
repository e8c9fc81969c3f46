--- dms.subnet_group: the subnets in which replication instances may stand.

local absence = require "kinds.support.absence"
local arn = require "kinds.support.arn"
local aws = require "aws"
local dms = require "kinds.support.dms"
local exists = require "kinds.support.exists"
local kind = require "kind"
local tags = require "kinds.support.tags"
local waiting = require "kinds.support.waiting"

--- DMS describes groups without their ARN.
local function arn_of(ctx, id)
	return arn.build(ctx, "dms", "subgrp:" .. id)
end

local function subnets_of(raw)
	local ids = {}
	for _, subnet in ipairs(raw.subnets or {}) do
		ids[#ids + 1] = subnet.subnet_identifier
	end
	return ids
end

return kind.define {
	name = "dms.subnet_group",
	doc = "The subnets in which replication instances may stand.",
	source = "https://docs.aws.amazon.com/dms/latest/APIReference/API_CreateReplicationSubnetGroup.html",
	properties = {
		replication_subnet_group_description = {
			type = "string",
			doc = "What the group is for; DMS insists on some text.",
		},
		subnet_ids = {
			type = "list",
			required = true,
			compare = "set",
			-- DMS adds subnets, and takes none away in which an instance stands.
			follows = true,
			doc = "At least two subnets of one VPC, in at least two zones.",
		},
		tags = tags.property,
	},
	fresh = true,
	outputs = {
		replication_subnet_group_identifier = "identifier of the group",
		vpc_id = "the VPC of its subnets",
		arn = "ARN of the group",
	},

	list = function(ctx)
		local raws = ctx:sweep(aws.dms.describe_replication_subnet_groups, {})
		return dms.ours(ctx, raws, function(raw)
			local id = raw.replication_subnet_group_identifier
			return arn_of(ctx, id), id
		end)
	end,

	read = function(ctx, id)
		local operation = aws.dms.describe_replication_subnet_groups
		return dms.item(dms.one(operation, "replication-subnet-group-id", id), arn_of(ctx, id), id)
	end,

	observe = function(ctx, item)
		local raw = item.raw
		return {
			properties = {
				replication_subnet_group_description = raw.replication_subnet_group_description,
				subnet_ids = subnets_of(raw),
				tags = tags.user(item.tags),
			},
			outputs = {
				replication_subnet_group_identifier = item.id,
				vpc_id = raw.vpc_id,
				arn = arn_of(ctx, item.id),
			},
			state = raw.subnet_group_status,
		}
	end,

	parents = function(item)
		local parents = subnets_of(item.raw)
		parents[#parents + 1] = item.raw.vpc_id
		return parents
	end,

	create = function(ctx, props)
		local description = props.replication_subnet_group_description
		local answer = aws.dms.create_replication_subnet_group {
			replication_subnet_group_identifier = dms.identifier(ctx, 255),
			replication_subnet_group_description = description or ("Subnets of " .. ctx.stack),
			subnet_ids = props.subnet_ids,
			tags = dms.tags(ctx, props),
		}
		return answer.replication_subnet_group.replication_subnet_group_identifier
	end,

	update = function(ctx, item, props, changes)
		if changes.subnet_ids or changes.replication_subnet_group_description then
			aws.dms.modify_replication_subnet_group {
				replication_subnet_group_identifier = item.id,
				replication_subnet_group_description = props.replication_subnet_group_description,
				subnet_ids = props.subnet_ids,
			}
		end
		dms.retag(arn_of(ctx, item.id), changes)
	end,

	preflight = function(check, props)
		local found = exists.subnets(check, "subnet_ids", props.subnet_ids)
		local zones, count = {}, 0
		for _, raw in ipairs(found) do
			if not zones[raw.availability_zone] then
				zones[raw.availability_zone] = true
				count = count + 1
			end
		end
		local all = type(props.subnet_ids) == "table" and #props.subnet_ids or 0
		if all > 0 and #found == all and count < 2 then
			check:refuse {
				property = "subnet_ids",
				what = ("all of the subnets are in %s; DMS wants two zones"):format(
					next(zones) or "one zone"
				),
				hints = { "name a subnet of another zone as well" },
			}
		end
	end,

	delete = function(ctx, item)
		waiting.while_in_use(ctx, "subnet group " .. item.id, dms.BUSY, function()
			absence.or_nil(function()
				return aws.dms.delete_replication_subnet_group {
					replication_subnet_group_identifier = item.id,
				}
			end)
		end, 300)
	end,

	settle = function(ctx, id, action)
		if action == "delete" then
			local operation = aws.dms.describe_replication_subnet_groups
			waiting.until_gone(ctx, "subnet group " .. id, function()
				return dms.poll(ctx, operation, "replication_subnet_group_identifier", id)
			end)
		end
	end,
}
