--- ec2.route_table: where the traffic of some subnets goes. Routes and associations carry no tags,
--- so both are properties of the table.

local absence = require "kinds.support.absence"
local aws = require "aws"
local change = require "kinds.support.changes"
local ec2 = require "kinds.support.ec2"
local kind = require "kind"
local tags = require "kinds.support.tags"
local waiting = require "kinds.support.waiting"

local SHAPE = {
	describe = aws.ec2.describe_route_tables,
	id = "route_table_id",
	ids = "route_table_ids",
	type = "route-table",
}

--- What a route may lead to, as CreateRoute spells it.
local TARGETS = {
	"gateway_id",
	"nat_gateway_id",
	"vpc_endpoint_id",
	"transit_gateway_id",
	"vpc_peering_connection_id",
	"network_interface_id",
	"egress_only_internet_gateway_id",
}

local ROUTE = {
	destination_cidr_block = { type = "string", doc = "The IPv4 range, such as 0.0.0.0/0." },
	destination_ipv6_cidr_block = { type = "string", doc = "The IPv6 range, such as ::/0." },
	gateway_id = { type = "string", doc = "An internet or virtual private gateway." },
	nat_gateway_id = { type = "string", doc = "A NAT gateway." },
	vpc_endpoint_id = { type = "string", doc = "A gateway load balancer endpoint." },
	transit_gateway_id = { type = "string", doc = "A transit gateway." },
	vpc_peering_connection_id = { type = "string", doc = "A peering with another VPC." },
	network_interface_id = { type = "string", doc = "A network interface." },
	egress_only_internet_gateway_id = { type = "string", doc = "The way out for IPv6." },
}

local function destination(route)
	return route.destination_cidr_block or route.destination_ipv6_cidr_block
end

--- One route in the form in which it is declared. Gateway load balancer endpoints are answered as
--- gateways.
local function declared_form(route)
	---@type table<string, any>
	local out = {
		destination_cidr_block = route.destination_cidr_block,
		destination_ipv6_cidr_block = route.destination_ipv6_cidr_block,
	}
	for _, target in ipairs(TARGETS) do
		out[target] = route[target]
	end
	if out.gateway_id and out.gateway_id:find "^vpce%-" then
		out.vpc_endpoint_id, out.gateway_id = out.gateway_id, nil
	end
	return out
end

--- The routes that somebody declared: not the VPC's own, not those of gateway endpoints, not
--- propagated.
local function routes_of(raw)
	local routes = {}
	for _, route in ipairs(raw.routes or {}) do
		local own = route.gateway_id ~= "local"
			and route.origin ~= "CreateRouteTable"
			and route.origin ~= "EnableVgwRoutePropagation"
		if own and destination(route) then
			routes[#routes + 1] = declared_form(route)
		end
	end
	return routes
end

--- The associations with subnets, by subnet.
---@return table<string, string?> by_subnet, string[] subnets
local function associations_of(raw)
	local by_subnet, subnets = {}, {}
	for _, association in ipairs(raw.associations or {}) do
		local state = association.association_state and association.association_state.state
		if association.subnet_id and state ~= "disassociated" then
			by_subnet[association.subnet_id] = association.route_table_association_id
			subnets[#subnets + 1] = association.subnet_id
		end
	end
	return by_subnet, subnets
end

local function same_route(a, b)
	for _, target in ipairs(TARGETS) do
		if a[target] ~= b[target] then
			return false
		end
	end
	return true
end

---@return any
local function request(id, route)
	local out = declared_form(route)
	out.route_table_id = id
	return out
end

--- Brings the routes from `have` to `want`: replaced in place where only the target differs.
local function set_routes(id, have, want)
	local there = {}
	for _, route in ipairs(have) do
		there[destination(route)] = route
	end
	for _, route in ipairs(want) do
		local old = there[destination(route)]
		there[destination(route)] = nil
		if old == nil then
			aws.ec2.create_route(request(id, route))
		elseif not same_route(old, route) then
			aws.ec2.replace_route(request(id, route))
		end
	end
	for _, route in pairs(there) do
		aws.ec2.delete_route {
			route_table_id = id,
			destination_cidr_block = route.destination_cidr_block,
			destination_ipv6_cidr_block = route.destination_ipv6_cidr_block,
		}
	end
end

--- Associates a subnet; from another table it is moved, so that it is never without a way.
local function associate(id, subnet)
	local tables = aws.pages(aws.ec2.describe_route_tables, {
		filters = { { name = "association.subnet-id", values = { subnet } } },
	})
	for _, other in ipairs(tables) do
		local association = associations_of(other)[subnet]
		if association then
			if other.route_table_id ~= id then
				aws.ec2.replace_route_table_association {
					association_id = association,
					route_table_id = id,
				}
			end
			return
		end
	end
	aws.ec2.associate_route_table { route_table_id = id, subnet_id = subnet }
end

return kind.define {
	name = "ec2.route_table",
	doc = "A route table with its routes and the subnets that use it.",
	source = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateRouteTable.html",
	properties = {
		vpc_id = {
			type = "string",
			required = true,
			replaces = "a route table stays in its VPC",
			doc = "The VPC that holds the table.",
		},
		routes = {
			default = {},
			type = "list",
			compare = "set",
			items = { type = "map", fields = ROUTE },
			doc = "The routes beside the VPC's own; those of gateway endpoints are not listed.",
		},
		subnet_ids = {
			default = {},
			type = "list",
			compare = "set",
			doc = "The subnets that use the table.",
		},
		tags = tags.property,
	},
	outputs = { route_table_id = "id of the route table" },

	list = function(ctx)
		return ec2.list(ctx, SHAPE)
	end,

	read = function(_, id)
		return ec2.read(SHAPE, id)
	end,

	observe = function(_, item)
		local _, subnets = associations_of(item.raw)
		return {
			properties = {
				vpc_id = item.raw.vpc_id,
				routes = routes_of(item.raw),
				subnet_ids = subnets,
				tags = tags.user(item.tags),
			},
			outputs = { route_table_id = item.id },
			state = "available",
		}
	end,

	parents = function(item)
		local _, parents = associations_of(item.raw)
		parents[#parents + 1] = item.raw.vpc_id
		for _, route in ipairs(routes_of(item.raw)) do
			for _, target in ipairs(TARGETS) do
				parents[#parents + 1] = route[target]
			end
		end
		return parents
	end,

	create = function(ctx, props)
		local answer = aws.ec2.create_route_table {
			vpc_id = props.vpc_id,
			client_token = ctx.token,
			tag_specifications = ec2.specification(ctx, props, SHAPE),
		}
		local id = answer.route_table.route_table_id
		set_routes(id, {}, props.routes or {})
		for _, subnet in ipairs(props.subnet_ids or {}) do
			associate(id, subnet)
		end
		return id
	end,

	update = function(_, item, _, changes)
		if changes.routes then
			set_routes(item.id, routes_of(item.raw), changes.routes.to or {})
		end
		if changes.subnet_ids then
			local by_subnet, subnets = associations_of(item.raw)
			local add, remove = change.between(subnets, changes.subnet_ids.to)
			for _, subnet in ipairs(add) do
				associate(item.id, subnet)
			end
			for _, subnet in ipairs(remove) do
				-- With its subnet the association goes by itself.
				absence.or_nil(function()
					---@diagnostic disable-next-line: assign-type-mismatch -- what leaves has an association
					return aws.ec2.disassociate_route_table { association_id = by_subnet[subnet] }
				end)
			end
		end
		ec2.retag(item.id, changes)
	end,

	delete = function(ctx, item)
		-- Read anew: a subnet may have moved to another table since the plan.
		local current = ec2.read(SHAPE, item.id)
		if current == nil then
			return
		end
		for _, association in pairs((associations_of(current.raw))) do
			aws.ec2.disassociate_route_table { association_id = association }
		end
		waiting.while_in_use(ctx, "route table " .. item.id, ec2.IN_USE, function()
			absence.or_nil(function()
				return aws.ec2.delete_route_table { route_table_id = item.id }
			end)
		end)
	end,

	settle = function() end,
}
