--- ec2.nat_gateway: lets private subnets reach the internet from one public address.

local absence = require "kinds.support.absence"
local aws = require "aws"
local ec2 = require "kinds.support.ec2"
local errors = require "errors"
local kind = require "kind"
local tags = require "kinds.support.tags"
local waiting = require "kinds.support.waiting"
local ways = require "kinds.support.ways"

--- How many seconds it usually takes until one is available.
local USUAL = 100

local SHAPE = {
	describe = aws.ec2.describe_nat_gateways,
	id = "nat_gateway_id",
	ids = "nat_gateway_ids",
	filters = "filter",
	type = "natgateway",
	-- A deleted gateway is listed for about an hour.
	live = function(raw)
		return raw.state ~= "deleted"
	end,
}

local function primary_address(raw)
	local addresses = raw.nat_gateway_addresses or {}
	for _, address in ipairs(addresses) do
		if address.is_primary then
			return address
		end
	end
	return addresses[1] or {}
end

return kind.define {
	name = "ec2.nat_gateway",
	doc = "A NAT gateway: private subnets reach the internet through it, nothing reaches them.",
	source = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNatGateway.html",
	properties = {
		subnet_id = {
			type = "string",
			required = true,
			replaces = "a NAT gateway stays in its subnet",
			doc = "The public subnet that the gateway stands in.",
		},
		allocation_id = {
			type = "string",
			replaces = "the address of a NAT gateway is fixed",
			doc = "The elastic IP address; needed unless connectivity_type is private.",
		},
		connectivity_type = {
			type = "string",
			enum = { "public", "private" },
			replaces = "the connectivity of a NAT gateway is fixed",
			doc = "public (the default) or private.",
		},
		tags = tags.property,
	},
	outputs = {
		nat_gateway_id = "id of the gateway",
		public_ip = "the address that others see",
	},
	-- Two gateways can't share an elastic IP address.
	exclusive = { "allocation_id" },

	list = function(ctx)
		local items = ec2.list(ctx, SHAPE)
		-- The internet gateway of its VPC can't be detached before the NAT gateway is gone.
		local gateways = #items > 0
				and ctx:sweep(aws.ec2.describe_internet_gateways, {
					filters = { { name = "tag:" .. tags.STACK, values = { ctx.stack } } },
				})
			or {}
		for _, item in ipairs(items) do
			item.ways = ways.of(ctx, { item.raw.subnet_id })
			item.gateways = {}
			for _, gateway in ipairs(gateways) do
				for _, attached in ipairs(gateway.attachments or {}) do
					if attached.vpc_id == item.raw.vpc_id then
						table.insert(item.gateways, gateway.internet_gateway_id)
					end
				end
			end
		end
		return items
	end,

	read = function(_, id)
		return ec2.read(SHAPE, id)
	end,

	observe = function(_, item)
		local raw = item.raw
		local address = primary_address(raw)
		return {
			properties = {
				subnet_id = raw.subnet_id,
				allocation_id = address.allocation_id,
				connectivity_type = raw.connectivity_type,
				tags = tags.user(item.tags),
			},
			outputs = { nat_gateway_id = item.id, public_ip = address.public_ip },
			state = raw.state,
			broken = raw.state == "failed" and "has failed" or nil,
		}
	end,

	parents = function(item)
		local parents = { item.raw.vpc_id, item.raw.subnet_id }
		for _, address in ipairs(item.raw.nat_gateway_addresses or {}) do
			parents[#parents + 1] = address.allocation_id
		end
		-- The route table of its own subnet leads it out.
		table.move(item.ways or {}, 1, #(item.ways or {}), #parents + 1, parents)
		for _, gateway in ipairs(item.gateways or {}) do
			parents[#parents + 1] = gateway
		end
		return parents
	end,

	create = function(ctx, props)
		local answer = aws.ec2.create_nat_gateway {
			subnet_id = props.subnet_id,
			allocation_id = props.allocation_id,
			connectivity_type = props.connectivity_type,
			client_token = ctx.token,
			tag_specifications = ec2.specification(ctx, props, SHAPE),
		}
		return answer.nat_gateway.nat_gateway_id
	end,

	update = function(_, item, _, changes)
		ec2.retag(item.id, changes)
	end,

	delete = function(_, item)
		absence.or_nil(function()
			return aws.ec2.delete_nat_gateway { nat_gateway_id = item.id }
		end)
	end,

	settle = function(ctx, id, action)
		if action == "delete" then
			return waiting.until_gone(ctx, "NAT gateway " .. id, function()
				return ec2.poll(ctx, SHAPE, id)
			end)
		end
		ctx:wait {
			what = "NAT gateway " .. id .. " to be available",
			every = waiting.EVERY,
			expected = USUAL,
			timeout = 900,
			check = function()
				local item = ec2.poll(ctx, SHAPE, id)
				local state = item and item.raw.state
				if state == "failed" then
					---@cast item -?
					errors.raise {
						summary = "NAT gateway failed",
						what = ("%s: %s"):format(
							item.raw.failure_code or "failed",
							item.raw.failure_message or "AWS gave no reason"
						),
						hints = { "The next deploy replaces it, once the reason is mended." },
					}
				end
				return state == "available"
			end,
		}
	end,

	effect = function(action, _, _, step)
		if action == "delete" or (action == "replace" and step.delete_first) then
			return "interrupts the way of private subnets to the internet"
		end
	end,
}
