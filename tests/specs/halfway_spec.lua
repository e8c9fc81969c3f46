--- Resources that take several calls to make: whichever of them fails, the next run completes what is
--- there and makes no second one; where an answer was lost, the same run does.

local aws = require "aws"
local secrets = require "secret"
local spec = require "spec"
local stack = require "stack"

local function trust(service)
	return {
		Version = "2012-10-17",
		Statement = {
			{ Effect = "Allow", Principal = { Service = service }, Action = "sts:AssumeRole" },
		},
	}
end

local function everything_on(resource)
	return {
		Version = "2012-10-17",
		Statement = { { Effect = "Allow", Action = "s3:GetObject", Resource = resource } },
	}
end

--- A stack with one of each kind that needs more than one call.
local function build()
	local s = stack.new("half", {
		kinds = {
			"ec2.vpc",
			"ec2.subnet",
			"ec2.route_table",
			"ec2.internet_gateway",
			"ec2.security_group",
			"s3.bucket",
			"sns.topic",
			"iam.role",
			"kms.key",
			"logs.log_group",
			"secretsmanager.secret",
		},
	})
	local vpc = s:add("ec2.vpc", "vpc", {
		cidr_block = "10.0.0.0/16",
		enable_dns_support = true,
		enable_dns_hostnames = true,
	})
	local subnet = s:add("ec2.subnet", "a", {
		vpc_id = vpc.vpc_id,
		cidr_block = "10.0.0.0/24",
		map_public_ip_on_launch = true,
	})
	local gateway = s:add("ec2.internet_gateway", "out", { vpc_id = vpc.vpc_id })
	s:add("ec2.route_table", "a", {
		vpc_id = vpc.vpc_id,
		subnet_ids = { subnet.subnet_id },
		routes = {
			{ destination_cidr_block = "0.0.0.0/0", gateway_id = gateway.internet_gateway_id },
		},
	})
	s:add("ec2.security_group", "g", {
		vpc_id = vpc.vpc_id,
		description = "g",
		ingress = { { protocol = "tcp", from_port = 3306, cidr = "10.0.0.0/16" } },
		egress = { { protocol = "tcp", from_port = 443, cidr = "0.0.0.0/0" } },
	})
	s:add("s3.bucket", "b", {
		versioning = true,
		tls_only = true,
		public_access_block = { block_public_acls = true, block_public_policy = true },
		lifecycle_rules = { { id = "old", expiration = { days = 90 } } },
	})
	s:add("sns.topic", "t", {
		publishers = { "dms.amazonaws.com" },
		subscriptions = { { protocol = "email", endpoint = "ops@example.com" } },
	})
	s:add("iam.role", "r", {
		assume_role_policy_document = trust "dms.amazonaws.com",
		policies = { one = everything_on "arn:aws:s3:::a", two = everything_on "arn:aws:s3:::b" },
	})
	s:add("kms.key", "k", { description = "k", enable_key_rotation = true })
	s:add("logs.log_group", "l", { retention_in_days = 30 })
	s:add("secretsmanager.secret", "s", {
		value = { username = "dms", password = "pl4nted" },
		resource_policy = {
			Version = "2012-10-17",
			Statement = {
				{
					Effect = "Deny",
					Principal = "*",
					Action = "secretsmanager:DeleteSecret",
					Resource = "*",
				},
			},
		},
	})
	return s
end

--- How many of each kind there are with the stack's tag.
local function counts(s)
	local found = {}
	for _, live in ipairs(s:live()) do
		found[live.kind] = (found[live.kind] or 0) + 1
	end
	return found
end

--- Fails call after call, every `stride`-th of them, until a run gets through without one, and looks
--- at the world each time.
local function each_call(fault, stride, calls)
	local tried = 0
	for n = 1, calls or 80, stride do
		spec.faults.clear()
		spec.faults.set(("*:mutating#%d=%s"):format(n, fault))
		local s = build()
		local ok = pcall(s.apply, s, s:plan())
		spec.faults.clear()
		if not ok then
			tried = tried + 1
			local again = build()
			again:apply(again:plan())
		end
		local last = build()
		local plan = last:plan()
		if plan.has_changes then
			error(("call %d: %s"):format(n, plan:text(true)), 0)
		end
		for name, count in pairs(counts(last)) do
			if count ~= 1 then
				error(("call %d: %d of %s"):format(n, count, name), 0)
			end
		end
		assert.equal(11, #last:live())
		last:apply(last:destroy())
		if ok and n > 30 and not calls then
			return tried
		end
	end
	if calls then
		return tried
	end
	error("there is no end of it", 0)
end

describe("a resource of several calls", function()
	it("that was refused half-way is completed by the next run", function()
		assert.equal(true, each_call("ValidationError refused", 3) > 8)
	end)

	it("whose answer was lost half-way is completed by the same run, and not made twice", function()
		assert.equal(0, each_call("drop", 3, 34))
	end)
end)

describe("a change whose answer was lost", function()
	local function small(value)
		local kinds = { "ec2.vpc", "logs.log_group", "secretsmanager.secret" }
		local s = stack.new("lost", { kinds = kinds })
		s:add("ec2.vpc", "vpc", { cidr_block = "10.0.0.0/16" })
		s:add("logs.log_group", "l", { retention_in_days = value == "one" and 30 or nil })
		s:add("secretsmanager.secret", "s", { value = { password = value } })
		return s
	end

	local function deploy(value)
		local s = small(value)
		return s:apply(s:plan())
	end

	after_each(function()
		spec.faults.clear()
		local s = small "one"
		s:apply(s:destroy())
	end)

	it("is looked at and ended by the same run: an update, a delete", function()
		deploy "one"
		for n = 1, 4 do
			local value = n % 2 == 0 and "one" or "two"
			spec.faults.set(("*:mutating#%d=drop"):format(n))
			deploy(value)
			spec.faults.clear()
			assert.equal(false, small(value):plan().has_changes)
			local secret = aws.secretsmanager.get_secret_value { secret_id = "lost-s" }
			assert.matches(value, secrets.reveal(secret.secret_string))
		end
		spec.faults.set "*:mutating#2=drop"
		local s = small "one"
		s:apply(s:destroy())
		assert.equal(0, #small("one"):live())
	end)

	it("is made again where nothing came of it", function()
		-- The request itself never reaches AWS.
		spec.faults.set "ec2:CreateVpc#1=Timeout no answer"
		deploy "one"
		assert.equal(3, #small("one"):live())
	end)

	it("stays open for the next run where nobody can look", function()
		local s = small "one"
		local plan = s:plan()
		spec.faults.set "ec2:CreateVpc#1=drop"
		spec.faults.set "ec2:DescribeVpcs=drop"
		local ok = pcall(s.apply, s, plan)
		assert.equal(false, ok)
		spec.faults.clear()
		deploy "one"
		assert.equal(3, #small("one"):live())
	end)

	it(
		"a role is gone when its deletion is told, though a policy of it was gone already",
		function()
			local function role()
				local s = stack.new("gone", { kinds = { "iam.role" } })
				s:add("iam.role", "r", {
					assume_role_policy_document = trust "dms.amazonaws.com",
					policies = { one = everything_on "arn:aws:s3:::b", two = everything_on "*" },
				})
				return s
			end
			local s = role()
			s:apply(s:plan())
			local fresh = role()
			local plan = fresh:destroy()
			-- Sent again, it finds no policy any more.
			spec.faults.set "iam:DeleteRolePolicy#1=drop"
			fresh:apply(plan)
			spec.faults.clear()
			assert.equal(0, #role():live())
		end
	)
end)
