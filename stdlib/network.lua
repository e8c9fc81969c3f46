--- The network of a migration: a VPC with public, private and database subnets in each zone, the
--- ways out, and a security group for the replication instance. Or somebody else's network, as it
--- is.
---
---     local network = require "network"
---     local stack = require "stack"
---     local s = stack.new "orders"
---     local net = network.build(s, { cidr = "10.0.0.0/16", zones = 2 })
---     s:add("dms.subnet_group", "subnets", { subnet_ids = net.private_subnet_ids })

local aws = require "aws"
local cidr = require "network.cidr"
local errors = require "errors"
local host = require "host"

local network = {}

---@class network.Options
---@field cidr? string the VPC's range of addresses; 10.0.0.0/16
---@field zones? integer|string[] how many availability zones, or which; 2
---@field subnet_prefix? integer the size of each subnet; 24
---@field nat_gateways? integer how many, at most one a zone; 1
---@field databases? network.Database[] what the replication instance connects to
---@field existing? { vpc_id?: string, subnet_ids?: string[], security_group_ids?: string[] }
---@field vpc_endpoints? { interface?: string[], gateway?: string[] }|string[] services to reach privately
---@field flow_logs? boolean|{ retention_in_days?: integer, traffic_type?: string }
---@field tags? table<string, string>

---@class network.Database
---@field port integer
---@field cidr? string where it is; anywhere when left out
---@field description? string

---@class network.Network
---@field vpc? table the VPC's handle; nil for an existing one
---@field vpc_id any
---@field ["public"] table[] handles of subnets
---@field ["private"] table[]
---@field database table[]
---@field private_subnet_ids any[] what the replication instance stands in
---@field security_group? table
---@field security_group_ids any[]
---@field route_tables table[]

--- What AWS takes a VPC and a subnet for.
local VPC_PREFIX, SUBNET_PREFIX = { 16, 28 }, { 16, 28 }

local TIERS = { "public", "private", "database" }

--- The services whose endpoints are gateways, which cost nothing.
local GATEWAYS = { s3 = true, dynamodb = true }

local ANYWHERE = "0.0.0.0/0"

local function refuse(what, ...)
	errors.raise {
		summary = "Network does not work out",
		what = what,
		hints = { ... },
		at = host.where(),
		exit = "usage",
	}
end

--- The tags that the whole network carries beside the stack's own.
local function tagged(stack, options, name)
	local map = { Environment = "migration", Purpose = "database-migration" }
	for key, value in pairs(options.tags or {}) do
		map[key] = value
	end
	map.Name = ("%s-%s"):format(stack.name, name)
	return map
end

--- The names of the zones that can be used, in order.
local function available_zones()
	if host.checking() then
		-- Nobody is asked in a check: as many as a region has at most, under names of its kind.
		local region, names = aws.region(), {}
		for letter in ("abcdef"):gmatch "." do
			names[#names + 1] = region .. letter
		end
		return names
	end
	local answer = aws.ec2.describe_availability_zones {
		filters = { { name = "state", values = { "available" } } },
	}
	local names = {}
	for _, zone in ipairs(answer.availability_zones or {}) do
		local usable = zone.zone_type == nil or zone.zone_type == "availability-zone"
		local opted_in = zone.opt_in_status ~= "not-opted-in"
		if usable and opted_in and (zone.state or "available") == "available" then
			names[#names + 1] = zone.zone_name
		end
	end
	table.sort(names)
	return names
end

--- The zones to use.
---@param wanted? integer|string[]
---@return string[]
function network.zones(wanted)
	wanted = wanted or 2
	if type(wanted) == "table" then
		return wanted
	end
	local all = available_zones()
	if wanted < 1 or wanted > #all then
		refuse(
			("%d zones are wanted, %s has %d: %s"):format(
				wanted,
				aws.region(),
				#all,
				table.concat(all, ", ")
			),
			"DMS needs two zones."
		)
	end
	return table.move(all, 1, wanted, 1, {})
end

local function check_prefix(name, prefix, limits)
	if prefix < limits[1] or prefix > limits[2] then
		refuse(("%s is a /%d; AWS takes /%d to /%d"):format(name, prefix, limits[1], limits[2]))
	end
end

--- The ranges of the subnets by tier and zone: all public ones, then the private, then the
--- databases'.
---@param text string the VPC's range
---@param zones integer
---@param prefix? integer
---@return table<string, string[]>
function network.plan(text, zones, prefix)
	prefix = prefix or 24
	local range, reason = cidr.parse(text)
	if not range then
		refuse(reason)
	end
	---@cast range network.Range
	check_prefix("the VPC " .. text, range.prefix, VPC_PREFIX)
	check_prefix("a subnet", prefix, SUBNET_PREFIX)
	local needed, fit = zones * #TIERS, cidr.capacity(range, prefix)
	if fit < needed then
		local room = cidr.holding(prefix, needed)
		local bits = prefix
		while cidr.capacity(range, bits) < needed do
			bits = bits + 1
		end
		local hints = {}
		if room >= VPC_PREFIX[1] then
			hints[#hints + 1] = ("Use a VPC of /%d or larger."):format(room)
		end
		if bits <= SUBNET_PREFIX[2] then
			hints[#hints + 1] = ("Or make the subnets smaller: subnet_prefix = %d."):format(bits)
		end
		refuse(
			("%s holds %d subnets of /%d; %d zones with %d subnets each need %d"):format(
				text,
				fit,
				prefix,
				zones,
				#TIERS,
				needed
			),
			table.unpack(hints)
		)
	end
	local ranges, n = {}, 0
	for _, tier in ipairs(TIERS) do
		ranges[tier] = {}
		for zone = 1, zones do
			n = n + 1
			ranges[tier][zone] = cidr.subnet(range, prefix, n)
		end
	end
	return ranges
end

--- What a database server's name says about where it is: an address is a range of one.
---@param server_name? string
---@param port integer
---@param description? string
---@return network.Database
function network.database(server_name, port, description)
	local address = server_name and cidr.address(server_name)
	return {
		port = port,
		cidr = address and server_name .. "/32" or nil,
		description = description,
	}
end

local function add_subnets(stack, options, vpc, zones)
	local ranges = network.plan(options.cidr or "10.0.0.0/16", #zones, options.subnet_prefix)
	local subnets = {}
	for _, tier in ipairs(TIERS) do
		subnets[tier] = {}
		for index, zone in ipairs(zones) do
			local id = ("%s-%d"):format(tier, index)
			subnets[tier][index] = stack:add("ec2.subnet", id, {
				vpc_id = vpc.vpc_id,
				cidr_block = ranges[tier][index],
				availability_zone = zone,
				map_public_ip_on_launch = tier == "public",
				tags = tagged(stack, options, id),
			})
		end
	end
	return subnets
end

--- The ways out: an internet gateway for all, NAT gateways in the first public subnets.
local function add_gateways(stack, options, vpc, subnets)
	local internet = stack:add("ec2.internet_gateway", "internet", {
		vpc_id = vpc.vpc_id,
		tags = tagged(stack, options, "internet"),
	})
	local nat = {}
	local count = math.min(options.nat_gateways or 1, #subnets.public)
	for index = 1, count do
		-- In another VPC the gateway gets another address: the old one goes on until nothing uses it.
		local address = stack:add("ec2.elastic_ip", "nat-" .. index, {
			tags = tagged(stack, options, "nat-" .. index),
		}, { replace_with = { vpc } })
		-- A NAT gateway is refused before the VPC has its internet gateway.
		nat[index] = stack:add("ec2.nat_gateway", "nat-" .. index, {
			subnet_id = subnets.public[index].subnet_id,
			allocation_id = address.allocation_id,
			tags = tagged(stack, options, "nat-" .. index),
		}, { depends_on = { internet } })
	end
	return internet, nat
end

--- One table for each subnet; those of the databases lead nowhere.
local function add_route_tables(stack, options, vpc, subnets, internet, nat)
	local tables = {}
	for _, tier in ipairs(TIERS) do
		for index, subnet in ipairs(subnets[tier]) do
			local routes = {}
			if tier == "public" then
				routes[1] = {
					destination_cidr_block = ANYWHERE,
					gateway_id = internet.internet_gateway_id,
				}
			elseif tier == "private" and #nat > 0 then
				routes[1] = {
					destination_cidr_block = ANYWHERE,
					nat_gateway_id = nat[(index - 1) % #nat + 1].nat_gateway_id,
				}
			end
			local id = ("%s-%d"):format(tier, index)
			tables[#tables + 1] = stack:add("ec2.route_table", id, {
				vpc_id = vpc.vpc_id,
				routes = routes,
				subnet_ids = { subnet.subnet_id },
				tags = tagged(stack, options, id),
			})
		end
	end
	return tables
end

--- The replication instance connects to the databases and to AWS, and nobody connects to it.
local function add_security_group(stack, options, vpc_id)
	local egress = {
		{
			protocol = "tcp",
			from_port = 443,
			to_port = 443,
			cidr = ANYWHERE,
			description = "AWS services",
		},
	}
	local seen = {}
	for _, database in ipairs(options.databases or {}) do
		local range = database.cidr or ANYWHERE
		local key = database.port .. " " .. range
		local covered = database.port == 443 and range == ANYWHERE
		if not seen[key] and not covered then
			seen[key] = true
			egress[#egress + 1] = {
				protocol = "tcp",
				from_port = database.port,
				to_port = database.port,
				cidr = range,
				description = database.description or "database",
			}
		end
	end
	return stack:add("ec2.security_group", "replication", {
		vpc_id = vpc_id,
		description = "Replication instance: to the databases and to AWS services",
		ingress = {},
		egress = egress,
		tags = tagged(stack, options, "replication"),
	})
end

--- Both forms of the option: by type, or a list in which S3 and DynamoDB are gateways.
local function endpoint_services(given)
	local interface, gateway = given.interface or {}, given.gateway or {}
	if given[1] ~= nil then
		for _, service in ipairs(given) do
			table.insert(GATEWAYS[service] and gateway or interface, service)
		end
	end
	return interface, gateway
end

local function add_vpc_endpoints(stack, options, net)
	local interface, gateway = endpoint_services(options.vpc_endpoints)
	local prefix = ("com.amazonaws.%s."):format(aws.region())
	local route_table_ids = {}
	for index, route_table in ipairs(net.route_tables) do
		route_table_ids[index] = route_table.route_table_id
	end
	if #gateway > 0 and #route_table_ids == 0 then
		refuse(
			"gateway endpoints need route tables, and an existing network's are not known",
			"Make them where the network is made."
		)
	end
	for _, service in ipairs(gateway) do
		stack:add("ec2.vpc_endpoint", "to-" .. service, {
			vpc_id = net.vpc_id,
			service_name = prefix .. service,
			vpc_endpoint_type = "Gateway",
			route_table_ids = route_table_ids,
			tags = tagged(stack, options, "to-" .. service),
		})
	end
	if #interface == 0 then
		return
	end
	local ingress = {}
	for index, group_id in ipairs(net.security_group_ids) do
		ingress[index] = {
			protocol = "tcp",
			from_port = 443,
			to_port = 443,
			source_group_id = group_id,
			description = "replication instance",
		}
	end
	local group = stack:add("ec2.security_group", "vpc-endpoints", {
		vpc_id = net.vpc_id,
		description = "VPC endpoints: from the replication instance",
		ingress = ingress,
		egress = {},
		tags = tagged(stack, options, "vpc-endpoints"),
	})
	for _, service in ipairs(interface) do
		stack:add("ec2.vpc_endpoint", "to-" .. service, {
			vpc_id = net.vpc_id,
			service_name = prefix .. service,
			vpc_endpoint_type = "Interface",
			subnet_ids = net.private_subnet_ids,
			security_group_ids = { group.group_id },
			private_dns_enabled = true,
			tags = tagged(stack, options, "to-" .. service),
		})
	end
end

local function add_flow_logs(stack, options, vpc_id)
	local given = type(options.flow_logs) == "table" and options.flow_logs or {}
	local group = stack:add("logs.log_group", "flow-logs", {
		retention_in_days = given.retention_in_days or 30,
	})
	local role = stack:add("iam.role", "flow-logs", {
		description = "Writes the flow logs of the VPC",
		assume_role_policy_document = {
			Version = "2012-10-17",
			Statement = {
				{
					Effect = "Allow",
					Principal = { Service = "vpc-flow-logs.amazonaws.com" },
					Action = "sts:AssumeRole",
				},
			},
		},
		policies = {
			["write-logs"] = {
				Version = "2012-10-17",
				Statement = {
					{
						Effect = "Allow",
						Action = {
							"logs:CreateLogStream",
							"logs:PutLogEvents",
							"logs:DescribeLogGroups",
							"logs:DescribeLogStreams",
						},
						Resource = { group.arn, group.arn .. ":*" },
					},
				},
			},
		},
	})
	stack:add("ec2.flow_log", "flow-logs", {
		resource_id = vpc_id,
		resource_type = "VPC",
		traffic_type = given.traffic_type or "ALL",
		log_group_name = group.log_group_name,
		deliver_logs_permission_arn = role.arn,
		tags = tagged(stack, options, "flow-logs"),
	})
end

local function new_network(stack, options)
	local zones = network.zones(options.zones)
	local vpc = stack:add("ec2.vpc", "vpc", {
		cidr_block = options.cidr or "10.0.0.0/16",
		enable_dns_support = true,
		enable_dns_hostnames = true,
		tags = tagged(stack, options, "vpc"),
	})
	local subnets = add_subnets(stack, options, vpc, zones)
	local internet, nat = add_gateways(stack, options, vpc, subnets)
	local private_subnet_ids = {}
	for index, subnet in ipairs(subnets.private) do
		private_subnet_ids[index] = subnet.subnet_id
	end
	return {
		vpc = vpc,
		vpc_id = vpc.vpc_id,
		public = subnets.public,
		private = subnets.private,
		database = subnets.database,
		private_subnet_ids = private_subnet_ids,
		route_tables = add_route_tables(stack, options, vpc, subnets, internet, nat),
	}
end

local function existing_network(existing)
	if #(existing.subnet_ids or {}) < 2 then
		refuse(
			("the existing network %s needs subnet_ids: two subnets in two zones"):format(
				existing.vpc_id
			),
			"DMS puts the replication instance into them."
		)
	end
	return {
		vpc_id = existing.vpc_id,
		public = {},
		private = {},
		database = {},
		private_subnet_ids = existing.subnet_ids,
		route_tables = {},
	}
end

--- Adds the network to a stack, or takes an existing one as it is.
---@param stack table
---@param options? network.Options
---@return network.Network
function network.build(stack, options)
	options = options or {}
	local existing = options.existing or {}
	local has_groups = #(existing.security_group_ids or {}) > 0
	if not existing.vpc_id and (has_groups or #(existing.subnet_ids or {}) > 0) then
		refuse "existing subnets and security groups need the vpc_id that they belong to"
	end
	---@type any
	local net = existing.vpc_id and existing_network(existing) or new_network(stack, options)
	if has_groups then
		net.security_group_ids = existing.security_group_ids
	else
		net.security_group = add_security_group(stack, options, net.vpc_id)
		net.security_group_ids = { net.security_group.group_id }
	end
	local endpoints = options.vpc_endpoints
	if endpoints and next(endpoints) then
		add_vpc_endpoints(stack, options, net)
	end
	if options.flow_logs then
		add_flow_logs(stack, options, net.vpc_id)
	end
	return net
end

return network
