--- ec2.subnet: a part of a VPC's addresses, in one availability zone.

local absence = require "kinds.support.absence"
local arn = require "kinds.support.arn"
local aws = require "aws"
local ec2 = require "kinds.support.ec2"
local exists = require "kinds.support.exists"
local kind = require "kind"
local suggest = require "suggest"
local tags = require "kinds.support.tags"
local waiting = require "kinds.support.waiting"

local SHAPE = {
	describe = aws.ec2.describe_subnets,
	id = "subnet_id",
	ids = "subnet_ids",
	type = "subnet",
}

--- What AWS answers while another subnet has a part of the range.
local CONFLICT = { "InvalidSubnet.Conflict" }

local function map_public_ips(id, value)
	if value ~= nil then
		aws.ec2.modify_subnet_attribute {
			subnet_id = id,
			map_public_ip_on_launch = { value = value },
		}
	end
end

return kind.define {
	name = "ec2.subnet",
	doc = "A range of a VPC's addresses in one availability zone.",
	source = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSubnet.html",
	properties = {
		vpc_id = {
			type = "string",
			required = true,
			replaces = "a subnet stays in its VPC",
			doc = "The VPC that holds the subnet.",
		},
		cidr_block = {
			type = "string",
			required = true,
			compare = "cidr",
			replaces = "the address range of a subnet is fixed",
			doc = "The range of addresses, inside the VPC's, apart from other subnets'.",
		},
		availability_zone = {
			type = "string",
			replaces = "a subnet stays in its zone",
			doc = "The zone, such as eu-west-1a; AWS picks one when it is left out.",
		},
		map_public_ip_on_launch = {
			default = false,
			type = "boolean",
			doc = "Whether instances started here get a public address.",
		},
		tags = tags.property,
	},
	-- Ranges of one VPC can't overlap.
	exclusive = { "vpc_id", "cidr_block" },
	fresh = true,
	outputs = {
		subnet_id = "id of the subnet",
		availability_zone = "the zone it is in",
		cidr_block = "its range of addresses",
		arn = "ARN of the subnet",
	},

	list = function(ctx)
		return ec2.list(ctx, SHAPE)
	end,

	read = function(_, id)
		return ec2.read(SHAPE, id)
	end,

	observe = function(ctx, item)
		local raw = item.raw
		return {
			properties = {
				vpc_id = raw.vpc_id,
				cidr_block = raw.cidr_block,
				availability_zone = raw.availability_zone,
				map_public_ip_on_launch = raw.map_public_ip_on_launch == true,
				tags = tags.user(item.tags),
			},
			outputs = {
				subnet_id = item.id,
				availability_zone = raw.availability_zone,
				cidr_block = raw.cidr_block,
				arn = raw.subnet_arn or arn.build(ctx, "ec2", "subnet/" .. item.id),
			},
			state = raw.state,
		}
	end,

	parents = function(item)
		return { item.raw.vpc_id }
	end,

	preflight = function(check, props)
		exists.vpc(check, "vpc_id", props.vpc_id)
		local zone = props.availability_zone
		if type(zone) ~= "string" or not check.sends.availability_zone then
			return
		end
		local list = check:try("The availability zones could not be listed", function()
			return check:sweep(aws.ec2.describe_availability_zones, {})
		end)
		local names = {}
		for _, raw in ipairs(list or {}) do
			if raw.zone_name == zone then
				return
			end
			names[#names + 1] = raw.zone_name
		end
		if #names > 0 then
			check:refuse {
				property = "availability_zone",
				word = zone,
				what = ("%s has no zone %s"):format(check.region, zone),
				hints = {
					suggest.did_you_mean(zone, names)
						or ("zones are: " .. table.concat(names, ", ")),
				},
			}
		end
	end,

	create = function(ctx, props)
		local id
		local function make()
			local answer = aws.ec2.create_subnet {
				vpc_id = props.vpc_id,
				cidr_block = props.cidr_block,
				availability_zone = props.availability_zone,
				tag_specifications = ec2.specification(ctx, props, SHAPE),
			}
			id = answer.subnet.subnet_id
		end
		if ctx.generation > 1 then
			-- The range may be a part of another old subnet's, which is on its way out as well.
			waiting.while_in_use(ctx, "range " .. props.cidr_block, CONFLICT, make)
		else
			make()
		end
		map_public_ips(id, props.map_public_ip_on_launch)
		return id
	end,

	update = function(_, item, _, changes)
		if changes.map_public_ip_on_launch then
			map_public_ips(item.id, changes.map_public_ip_on_launch.to == true)
		end
		ec2.retag(item.id, changes)
	end,

	delete = function(ctx, item)
		-- The network interfaces that DMS put into the subnet go a while after their instance.
		waiting.while_in_use(ctx, "subnet " .. item.id, ec2.IN_USE, function()
			absence.or_nil(function()
				return aws.ec2.delete_subnet { subnet_id = item.id }
			end)
		end)
	end,

	settle = function(ctx, id, action)
		if action == "delete" then
			return
		end
		ctx:wait {
			what = "subnet " .. id .. " to be available",
			every = 3,
			timeout = 300,
			check = function()
				local item = ec2.poll(ctx, SHAPE, id)
				return item ~= nil and item.raw.state ~= "pending"
			end,
		}
	end,
}
