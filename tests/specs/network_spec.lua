local cidr = require "network.cidr"
local errors = require "errors"
local network = require "network"

--- A stack that only writes down what is added to it.
local function notebook()
	local notes = { name = "orders", added = {} }
	function notes:add(kind, id, props, options)
		local one = { kind = kind, id = id, props = props, options = options }
		self.added[#self.added + 1] = one
		return setmetatable({}, {
			__index = function(_, output)
				return ("%s/%s.%s"):format(kind, id, output)
			end,
		})
	end
	function notes:of(kind)
		local found = {}
		for _, one in ipairs(self.added) do
			if one.kind == kind then
				found[#found + 1] = one
			end
		end
		return found
	end
	return notes
end

local ZONES = { "eu-west-1a", "eu-west-1b" }

local function described(f, ...)
	local ok, problem = pcall(f, ...)
	assert.is_false(ok)
	return errors.describe(problem)
end

local function hint(told, index)
	local one = told.hints[index]
	return type(one) == "table" and (one.text or one[1]) or one
end

describe("network.cidr", function()
	it("reads and divides a range", function()
		local range = cidr.parse "10.0.0.0/16"
		assert.equal(16, range.prefix)
		assert.equal(256, cidr.capacity(range, 24))
		assert.equal("10.0.0.0/24", cidr.subnet(range, 24, 1))
		assert.equal("10.0.255.0/24", cidr.subnet(range, 24, 256))
		assert.equal("10.0.0.64/26", cidr.subnet(range, 26, 2))
		assert.equal(0, cidr.capacity(range, 8))
	end)

	it("knows what lies in a range", function()
		local range = cidr.parse "192.168.4.0/22"
		assert.is_true(cidr.contains(range, cidr.address "192.168.7.255"))
		assert.is_false(cidr.contains(range, cidr.address "192.168.8.0"))
	end)

	it("says what is wrong with a text", function()
		for text, reason in pairs {
			["10.0.0.0"] = "no range of addresses",
			["10.0.0.300/24"] = "no range of addresses",
			["10.0.0.0/33"] = "no range of addresses",
			["10.0.0.7/16"] = "10%.0%.0%.0/16",
		} do
			local range, why = cidr.parse(text)
			assert.is_nil(range)
			assert.matches(reason, why)
		end
		assert.is_nil(cidr.parse(nil))
	end)

	it("finds the size that holds some ranges", function()
		assert.equal(22, cidr.holding(24, 4))
		assert.equal(21, cidr.holding(24, 6))
		assert.equal(24, cidr.holding(24, 1))
	end)
end)

describe("network.plan", function()
	it("lays the tiers out one after the other", function()
		local ranges = network.plan("10.0.0.0/16", 2)
		assert.same({ "10.0.0.0/24", "10.0.1.0/24" }, ranges.public)
		assert.same({ "10.0.2.0/24", "10.0.3.0/24" }, ranges.private)
		assert.same({ "10.0.4.0/24", "10.0.5.0/24" }, ranges.database)
	end)

	it("refuses a range that is too small and says what fits", function()
		local told = described(network.plan, "10.0.0.0/22", 2)
		assert.matches("holds 4 subnets of /24", told.what)
		assert.matches("need 6", told.what)
		assert.matches("/21", hint(told, 1))
		assert.matches("subnet_prefix = 25", hint(told, 2))
	end)

	it("refuses sizes that AWS does not take", function()
		assert.matches("/16 to /28", described(network.plan, "10.0.0.0/8", 2).what)
		assert.matches("/16 to /28", described(network.plan, "10.0.0.0/16", 2, 29).what)
	end)
end)

describe("network.build", function()
	it("makes three subnets and three route tables in each zone", function()
		local notes = notebook()
		local net = network.build(notes, { zones = ZONES })
		assert.equal(6, #notes:of "ec2.subnet")
		assert.equal(6, #notes:of "ec2.route_table")
		assert.equal(1, #notes:of "ec2.nat_gateway")
		assert.equal(1, #notes:of "ec2.elastic_ip")
		assert.equal("ec2.subnet/private-2.subnet_id", net.private_subnet_ids[2])
	end)

	it("leads private subnets out through NAT and the databases' nowhere", function()
		local notes = notebook()
		network.build(notes, { zones = ZONES, nat_gateways = 2 })
		local routes = {}
		for _, one in ipairs(notes:of "ec2.route_table") do
			routes[one.id] = one.props.routes
		end
		assert.equal(
			"ec2.internet_gateway/internet.internet_gateway_id",
			routes["public-1"][1].gateway_id
		)
		assert.equal("ec2.nat_gateway/nat-2.nat_gateway_id", routes["private-2"][1].nat_gateway_id)
		assert.same({}, routes["database-1"])
	end)

	it("gives private subnets no way out without NAT", function()
		local notes = notebook()
		network.build(notes, { zones = ZONES, nat_gateways = 0 })
		for _, one in ipairs(notes:of "ec2.route_table") do
			if one.id:find "^private" then
				assert.same({}, one.props.routes)
			end
		end
	end)

	it("lets the replication instance out to the databases and AWS only", function()
		local notes = notebook()
		network.build(notes, {
			zones = ZONES,
			databases = {
				network.database("db.example.com", 3306, "source"),
				network.database("10.9.8.7", 5432, "target"),
				network.database("other.example.com", 3306),
			},
		})
		local group = notes:of("ec2.security_group")[1].props
		assert.same({}, group.ingress)
		local seen = {}
		for _, rule in ipairs(group.egress) do
			seen[#seen + 1] = ("%d %s"):format(rule.from_port, rule.cidr)
		end
		assert.same({ "443 0.0.0.0/0", "3306 0.0.0.0/0", "5432 10.9.8.7/32" }, seen)
	end)

	it("takes an existing network as it is", function()
		local notes = notebook()
		local net = network.build(notes, {
			existing = {
				vpc_id = "vpc-1",
				subnet_ids = { "subnet-1", "subnet-2" },
				security_group_ids = { "sg-1" },
			},
		})
		assert.equal(0, #notes.added)
		assert.equal("vpc-1", net.vpc_id)
		assert.same({ "sg-1" }, net.security_group_ids)
	end)

	it("asks for the subnets of an existing network", function()
		local told = described(network.build, notebook(), { existing = { vpc_id = "vpc-1" } })
		assert.matches("subnet_ids", told.what)
		told = described(network.build, notebook(), { existing = { subnet_ids = { "a", "b" } } })
		assert.matches("vpc_id", told.what)
	end)

	it("tells gateway endpoints from interface endpoints", function()
		local notes = notebook()
		network.build(notes, { zones = ZONES, vpc_endpoints = { "s3", "secretsmanager" } })
		local types = {}
		for _, one in ipairs(notes:of "ec2.vpc_endpoint") do
			types[one.id] = one.props.vpc_endpoint_type
		end
		assert.same({ ["to-s3"] = "Gateway", ["to-secretsmanager"] = "Interface" }, types)
	end)

	it("refuses more zones than there are", function()
		local told = described(network.zones, 99)
		assert.matches("99 zones are wanted", told.what)
	end)

	it("tags what it makes", function()
		local notes = notebook()
		network.build(notes, { zones = ZONES })
		local tags = notes:of("ec2.vpc")[1].props.tags
		assert.equal("database-migration", tags.Purpose)
		assert.equal("migration", tags.Environment)
		assert.equal("orders-vpc", tags.Name)
	end)
end)
