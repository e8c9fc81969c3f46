--- ec2.vpc: a virtual private cloud. Its DNS attributes, which have calls of their own and no tags,
--- are properties of it.

local absence = require "kinds.support.absence"
local arn = require "kinds.support.arn"
local aws = require "aws"
local ec2 = require "kinds.support.ec2"
local kind = require "kind"
local tags = require "kinds.support.tags"
local waiting = require "kinds.support.waiting"

local SHAPE = { describe = aws.ec2.describe_vpcs, id = "vpc_id", ids = "vpc_ids", type = "vpc" }

--- The attributes: our property, and the name that DescribeVpcAttribute wants for it.
local ATTRIBUTES = {
	enable_dns_support = "enableDnsSupport",
	enable_dns_hostnames = "enableDnsHostnames",
}

--- AWS takes one attribute a call, and DNS hostnames only where DNS support is on.
local function set_attributes(id, wanted)
	for _, name in ipairs { "enable_dns_support", "enable_dns_hostnames" } do
		if wanted[name] ~= nil then
			aws.ec2.modify_vpc_attribute { vpc_id = id, [name] = { value = wanted[name] } }
		end
	end
end

return kind.define {
	name = "ec2.vpc",
	doc = "A virtual private cloud.",
	source = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpc.html",
	properties = {
		cidr_block = {
			type = "string",
			required = true,
			compare = "cidr",
			replaces = "the address range of a VPC is fixed",
			doc = "The range of addresses, /16 to /28, such as 10.0.0.0/16.",
		},
		instance_tenancy = {
			type = "string",
			enum = { "default", "dedicated" },
			replaces = "the tenancy of a VPC is fixed",
			doc = "Whether instances share hardware with other accounts.",
		},
		enable_dns_support = {
			default = true,
			type = "boolean",
			doc = "Resolve names inside the VPC.",
		},
		enable_dns_hostnames = {
			default = false,
			type = "boolean",
			doc = "Give names to public addresses; private DNS of VPC endpoints needs it.",
		},
		tags = tags.property,
	},
	fresh = true,
	outputs = {
		vpc_id = "id of the VPC",
		cidr_block = "its range of addresses",
		arn = "ARN of the VPC",
	},

	list = function(ctx)
		return ec2.list(ctx, SHAPE)
	end,

	read = function(_, id)
		return ec2.read(SHAPE, id)
	end,

	observe = function(ctx, item)
		local raw = item.raw
		local properties = {
			cidr_block = raw.cidr_block,
			instance_tenancy = raw.instance_tenancy,
			tags = tags.user(item.tags),
		}
		for name, attribute in pairs(ATTRIBUTES) do
			local answer =
				aws.ec2.describe_vpc_attribute { vpc_id = item.id, attribute = attribute }
			properties[name] = answer[name] and answer[name].value
		end
		return {
			properties = properties,
			outputs = {
				vpc_id = item.id,
				cidr_block = raw.cidr_block,
				arn = arn.build(ctx, "ec2", "vpc/" .. item.id),
			},
			state = raw.state,
		}
	end,

	parents = function()
		return {}
	end,

	create = function(ctx, props)
		local answer = aws.ec2.create_vpc {
			cidr_block = props.cidr_block,
			instance_tenancy = props.instance_tenancy,
			tag_specifications = ec2.specification(ctx, props, SHAPE),
		}
		local id = answer.vpc.vpc_id
		set_attributes(id, props)
		return id
	end,

	update = function(_, item, _, changes)
		local wanted = {}
		for name in pairs(ATTRIBUTES) do
			wanted[name] = changes[name] and changes[name].to
		end
		set_attributes(item.id, wanted)
		ec2.retag(item.id, changes)
	end,

	delete = function(ctx, item)
		waiting.while_in_use(ctx, "VPC " .. item.id, ec2.IN_USE, function()
			absence.or_nil(function()
				return aws.ec2.delete_vpc { vpc_id = item.id }
			end)
		end)
	end,

	settle = function(ctx, id, action)
		if action == "delete" then
			return
		end
		ctx:wait {
			what = "VPC " .. id .. " to be available",
			every = 3,
			timeout = 300,
			check = function()
				local item = ec2.poll(ctx, SHAPE, id)
				return item ~= nil and item.raw.state ~= "pending"
			end,
		}
	end,
}
