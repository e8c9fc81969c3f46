--- ec2.internet_gateway: the way from a VPC to the internet, with its attachment to the VPC.

local absence = require "kinds.support.absence"
local aws = require "aws"
local ec2 = require "kinds.support.ec2"
local kind = require "kind"
local tags = require "kinds.support.tags"
local waiting = require "kinds.support.waiting"

local SHAPE = {
	describe = aws.ec2.describe_internet_gateways,
	id = "internet_gateway_id",
	ids = "internet_gateway_ids",
	type = "internet-gateway",
}

local function attachment(item)
	local first = (item.raw.attachments or {})[1]
	return first and first.state ~= "detached" and first or nil
end

return kind.define {
	name = "ec2.internet_gateway",
	doc = "An internet gateway, attached to a VPC.",
	source = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateInternetGateway.html",
	properties = {
		vpc_id = {
			type = "string",
			required = true,
			-- A gateway without a VPC is attached, not replaced: see `attached`.
			compare = function(declared, live)
				return live == nil or declared == live
			end,
			replaces = "the old VPC needs its gateway until it is gone itself",
			doc = "The VPC that the gateway is attached to.",
		},
		attached = {
			type = "boolean",
			check = function(value)
				return not value and "a gateway that is not attached leads nowhere" or nil
			end,
			doc = "Always true; a gateway whose creation broke off in between is attached.",
		},
		tags = tags.property,
	},
	outputs = { internet_gateway_id = "id of the gateway", vpc_id = "the VPC it is attached to" },

	list = function(ctx)
		return ec2.list(ctx, SHAPE)
	end,

	read = function(_, id)
		return ec2.read(SHAPE, id)
	end,

	observe = function(_, item)
		local attached = attachment(item)
		local vpc_id = attached and attached.vpc_id
		return {
			properties = {
				vpc_id = vpc_id,
				attached = attached ~= nil,
				tags = tags.user(item.tags),
			},
			implied = not attached and { attached = true } or nil,
			outputs = { internet_gateway_id = item.id, vpc_id = vpc_id },
			state = attached and attached.state or "detached",
		}
	end,

	parents = function(item)
		local attached = attachment(item)
		return { attached and attached.vpc_id }
	end,

	create = function(ctx, props)
		local answer = aws.ec2.create_internet_gateway {
			tag_specifications = ec2.specification(ctx, props, SHAPE),
		}
		local id = answer.internet_gateway.internet_gateway_id
		aws.ec2.attach_internet_gateway { internet_gateway_id = id, vpc_id = props.vpc_id }
		return id
	end,

	update = function(_, item, props, changes)
		ec2.retag(item.id, changes)
		-- Half-made: the answer of its creation was lost, and it was never attached.
		if not attachment(item) and props.vpc_id then
			aws.ec2.attach_internet_gateway { internet_gateway_id = item.id, vpc_id = props.vpc_id }
		end
	end,

	delete = function(ctx, item)
		local attached = attachment(item)
		if attached then
			-- Refused while a NAT gateway's public address is still mapped into the VPC.
			waiting.while_in_use(ctx, "internet gateway " .. item.id, ec2.IN_USE, function()
				aws.ec2.detach_internet_gateway {
					internet_gateway_id = item.id,
					vpc_id = attached.vpc_id,
				}
			end)
		end
		absence.or_nil(function()
			return aws.ec2.delete_internet_gateway { internet_gateway_id = item.id }
		end)
	end,

	settle = function() end,
}
