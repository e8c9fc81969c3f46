--- ec2.elastic_ip: a public address that stays the same, as a NAT gateway needs it.

local absence = require "kinds.support.absence"
local aws = require "aws"
local ec2 = require "kinds.support.ec2"
local kind = require "kind"
local tags = require "kinds.support.tags"
local waiting = require "kinds.support.waiting"

local SHAPE = {
	describe = aws.ec2.describe_addresses,
	id = "allocation_id",
	ids = "allocation_ids",
	type = "elastic-ip",
}

return kind.define {
	name = "ec2.elastic_ip",
	doc = "A public IPv4 address that stays the same.",
	source = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AllocateAddress.html",
	properties = { tags = tags.property },
	fresh = true,
	outputs = {
		allocation_id = "id of the allocation, as NAT gateways want it",
		public_ip = "the address",
	},

	list = function(ctx)
		return ec2.list(ctx, SHAPE)
	end,

	read = function(_, id)
		return ec2.read(SHAPE, id)
	end,

	observe = function(_, item)
		return {
			properties = { tags = tags.user(item.tags) },
			outputs = { allocation_id = item.id, public_ip = item.raw.public_ip },
			state = item.raw.association_id and "associated" or "allocated",
		}
	end,

	parents = function()
		return {}
	end,

	create = function(ctx, props)
		local answer = aws.ec2.allocate_address {
			domain = "vpc",
			tag_specifications = ec2.specification(ctx, props, SHAPE),
		}
		return answer.allocation_id
	end,

	update = function(_, item, _, changes)
		ec2.retag(item.id, changes)
	end,

	delete = function(ctx, item)
		waiting.while_in_use(ctx, "address " .. item.id, ec2.IN_USE, function()
			absence.or_nil(function()
				return aws.ec2.release_address { allocation_id = item.id }
			end)
		end)
	end,

	effect = function(action, _, item)
		if action == "replace" then
			return ("the address that databases see changes: %s goes; let the new one through their firewalls"):format(
				item.raw.public_ip or item.id
			)
		end
	end,

	settle = function() end,
}
