--- What widens access needs a second look, however it is spelled.

local grants = require "stack.grants"
local json = require "json"
local risk = require "stack.risk"
local trying = require "support.trying"

local function look(kind, changes, action)
	local step =
		{ kind = kind, id = "x", action = action or "update", changes = changes, reason = "r" }
	local lines, classes = risk.second_look({ step }, risk.of { step })
	return table.concat(lines, "\n"), classes
end

local function document(statement)
	return { Version = "2012-10-17", Statement = { statement } }
end

local NARROW = {
	Effect = "Allow",
	Action = "s3:GetObject",
	Resource = "arn:aws:s3:::x/*",
	Condition = { StringEquals = { ["aws:SourceAccount"] = "1" } },
}

local function without(name)
	local copy = {}
	for key, value in pairs(NARROW) do
		copy[key] = key ~= name and value or nil
	end
	return copy
end

local function role(from, to, action)
	return look(
		"iam.role",
		{ policies = { from = from and { p = from }, to = { p = to } } },
		action
	)
end

describe("a role whose policy is changed", function()
	it("to a single statement that allows everything is widened", function()
		local all = { Effect = "Allow", Action = "*", Resource = "*" }
		local text, classes = role(document(NARROW), { Version = "2012-10-17", Statement = all })
		assert.same({ iam = true }, classes)
		trying.has(text, "allows * on *")
	end)

	it("to everything but something is widened", function()
		for _, statement in ipairs {
			{ Effect = "Allow", NotAction = "iam:*", Resource = "*" },
			{ Effect = "Allow", Action = "s3:GetObject", NotResource = "arn:aws:s3:::x/*" },
		} do
			local text, classes = role(document(NARROW), document(statement))
			assert.same({ iam = true }, classes)
			trying.has(text, "everything but")
		end
	end)

	it("to the same without its condition is widened", function()
		local text, classes = role(document(NARROW), document(without "Condition"))
		assert.same({ iam = true }, classes)
		trying.has(text, "s3:GetObject on arn:aws:s3:::x/*")
	end)

	it("to the same without what it denied is widened", function()
		local deny =
			{ Effect = "Deny", Action = "s3:GetObject", Resource = "arn:aws:s3:::x/secret" }
		local both = { Version = "2012-10-17", Statement = { NARROW, deny } }
		local text, classes = role(both, document(NARROW))
		assert.same({ iam = true }, classes)
		trying.has(text, "no longer denies s3:GetObject")
		assert.same({}, select(2, role(document(NARROW), both)))
	end)

	it("to another spelling of the same is not", function()
		local list = without()
		list.Action, list.Resource = { "s3:GetObject" }, { "arn:aws:s3:::x/*" }
		local single = json.encode { Version = "2012-10-17", Statement = list }
		assert.same({}, select(2, role(document(NARROW), single)))
		assert.same({}, select(2, role(single, document(NARROW))))
	end)

	it("to what nobody can look into yet is looked at", function()
		assert.same({ iam = true }, select(2, role(document(NARROW), "no document")))
	end)

	it("as a part of its replacement is widened as well", function()
		local classes = select(2, role(document(NARROW), document(without "Condition"), "replace"))
		assert.same({ iam = true, replace = true }, classes)
	end)
end)

describe("a new role", function()
	it("that allows everything, or everything of a service, needs a second look", function()
		for _, statement in ipairs {
			{ Effect = "Allow", Action = "*", Resource = "*" },
			{ Effect = "Allow", Action = { "logs:PutLogEvents", "iam:*" }, Resource = "*" },
			{ Effect = "Allow", NotAction = "iam:*", Resource = "*" },
		} do
			assert.same({ iam = true }, select(2, role(nil, document(statement), "create")))
		end
		local managed =
			{ managed_policy_arns = { to = { "arn:aws:iam::aws:policy/AdministratorAccess" } } }
		assert.same({ iam = true }, select(2, look("iam.role", managed, "create")))
	end)

	it("that allows what it needs does not", function()
		assert.same({}, select(2, role(nil, document(NARROW), "create")))
		local some = { Effect = "Allow", Action = "ec2:DescribeVpcs", Resource = "*" }
		assert.same({}, select(2, role(nil, document(some), "create")))
	end)

	it("that everybody may take is public", function()
		for _, principal in ipairs { "*", { AWS = "*" }, { AWS = { "arn:aws:iam::1:root", "*" } } } do
			local trust = document {
				Effect = "Allow",
				Action = "sts:AssumeRole",
				Principal = principal,
			}
			local change = { assume_role_policy_document = { to = trust } }
			assert.same({ public = true }, select(2, look("iam.role", change, "create")))
		end
	end)
end)

describe("a bucket policy", function()
	it("that lets everybody in is public, and one with a condition is not", function()
		local open = {
			Effect = "Allow",
			Action = "s3:GetObject",
			Resource = "arn:aws:s3:::x/*",
			Principal = "*",
		}
		local own = { Effect = "Allow", Action = "s3:GetObject", Resource = "arn:aws:s3:::x/*" }
		own.Principal = { AWS = "arn:aws:iam::1:root" }
		local _, classes =
			look("s3.bucket", { policy = { from = document(own), to = document(open) } })
		assert.same({ iam = true, public = true }, classes)
		open.Condition = { StringEquals = { ["aws:SourceAccount"] = "1" } }
		_, classes = look("s3.bucket", { policy = { from = document(own), to = document(open) } })
		assert.same({ iam = true }, classes)
	end)
end)

describe("a rule of a security group", function()
	local function ingress(rules, action)
		return select(2, look("ec2.security_group", { ingress = { to = rules } }, action))
	end

	it("is public whichever way the whole internet is written", function()
		for _, rules in ipairs {
			{ { from_port = 3306, cidr = "0.0.0.0/0" } },
			{ { from_port = 3306, cidr = "0.0.0.0/00" } },
			{ { from_port = 3306, cidr = "8.8.8.8/0" } },
			{
				{ from_port = 3306, cidr = "0.0.0.0/1" },
				{ from_port = 3306, cidr = "128.0.0.0/1" },
			},
			{ { from_port = 3306, ipv6_cidr = "::/0" } },
			{ { from_port = 3306, ipv6_cidr = "2000::/3" } },
		} do
			assert.same({ public = true }, ingress(rules))
			assert.same({ public = true }, ingress(rules, "create"))
		end
	end)

	it("of a new group needs a second look where it lets somebody in from outside", function()
		assert.same(
			{ network = true },
			ingress({ { from_port = 22, cidr = "203.0.113.7/32" } }, "create")
		)
		for _, rule in ipairs {
			{ from_port = 22, cidr = "10.0.0.0/8" },
			{ from_port = 22, cidr = "192.168.7.0/24" },
			{ from_port = 22, ipv6_cidr = "fd00::/8" },
			{ from_port = 22, source_group_id = "sg-1" },
		} do
			assert.same({}, ingress({ rule }, "create"))
			assert.same({ network = true }, ingress { rule })
		end
	end)
end)

describe("what a document grants", function()
	it("is in one text for each action, resource and principal", function()
		assert.same(
			{ ["s3:GetObject on arn:aws:s3:::x/* if StringEquals aws:SourceAccount 1"] = true },
			grants.allowed(document(NARROW))
		)
		assert.same({}, grants.allowed(nil))
		assert.same({ ["what is known only after apply"] = true }, grants.allowed "{")
	end)
end)
