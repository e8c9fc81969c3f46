--- ec2.security_group: who may talk to what. The rules are properties of the group, and a declared
--- list is the whole list: the "allow everything out" that AWS puts into a new group goes with it.

local absence = require "kinds.support.absence"
local arn = require "kinds.support.arn"
local aws = require "aws"
local ec2 = require "kinds.support.ec2"
local errors = require "errors"
local exists = require "kinds.support.exists"
local kind = require "kind"
local tags = require "kinds.support.tags"
local waiting = require "kinds.support.waiting"

local SHAPE = {
	describe = aws.ec2.describe_security_groups,
	id = "group_id",
	ids = "group_ids",
	type = "security-group",
}

--- Numbers under which protocols may be written.
local PROTOCOLS = { ["6"] = "tcp", ["17"] = "udp", ["1"] = "icmp", all = "-1" }

local RULE = {
	protocol = { type = "string", doc = "tcp, udp, icmp, or -1 for all." },
	from_port = { type = "integer", doc = "First port; left out for all protocols." },
	to_port = { type = "integer", doc = "Last port; the first one when left out." },
	cidr = { type = "string", doc = "A range of IPv4 addresses." },
	ipv6_cidr = { type = "string", doc = "A range of IPv6 addresses." },
	prefix_list_id = { type = "string", doc = "A prefix list, such as that of S3." },
	source_group_id = { type = "string", doc = "Another security group." },
	self = { type = "boolean", doc = "true: the group itself." },
	description = { type = "string", doc = "What the rule is for." },
}

local function normal(rule)
	local out = {}
	for name in pairs(RULE) do
		out[name] = rule[name]
	end
	local protocol = tostring(out.protocol or "tcp"):lower()
	out.protocol = PROTOCOLS[protocol] or protocol
	if out.protocol == "-1" then
		out.from_port, out.to_port = nil, nil
	else
		out.to_port = out.to_port or out.from_port
	end
	if not out.self then
		out.self = nil
	end
	return out
end

--- AWS's permissions, one rule for each target.
local function flatten(permissions, group_id)
	local rules = {}
	for _, permission in ipairs(permissions or {}) do
		local function add(target, description)
			target.protocol = permission.ip_protocol
			target.from_port, target.to_port = permission.from_port, permission.to_port
			target.description = description ~= "" and description or nil
			rules[#rules + 1] = normal(target)
		end
		for _, range in ipairs(permission.ip_ranges or {}) do
			add({ cidr = range.cidr_ip }, range.description)
		end
		for _, range in ipairs(permission.ipv6_ranges or {}) do
			add({ ipv6_cidr = range.cidr_ipv6 }, range.description)
		end
		for _, list in ipairs(permission.prefix_list_ids or {}) do
			add({ prefix_list_id = list.prefix_list_id }, list.description)
		end
		for _, pair in ipairs(permission.user_id_group_pairs or {}) do
			local own = pair.group_id == group_id
			local target = own and { self = true } or { source_group_id = pair.group_id }
			add(target, pair.description)
		end
	end
	return rules
end

local function permission(rule, group_id)
	local out = {
		ip_protocol = rule.protocol,
		from_port = rule.from_port,
		to_port = rule.to_port,
	}
	local description = rule.description
	if rule.cidr then
		out.ip_ranges = { { cidr_ip = rule.cidr, description = description } }
	elseif rule.ipv6_cidr then
		out.ipv6_ranges = { { cidr_ipv6 = rule.ipv6_cidr, description = description } }
	elseif rule.prefix_list_id then
		out.prefix_list_ids =
			{ { prefix_list_id = rule.prefix_list_id, description = description } }
	elseif rule.source_group_id or rule.self then
		out.user_id_group_pairs =
			{ { group_id = rule.source_group_id or group_id, description = description } }
	else
		errors.raise {
			summary = "Security group rule without a target",
			what = "a rule needs one of cidr, ipv6_cidr, prefix_list_id, source_group_id, self",
		}
	end
	return out
end

local function permissions(rules, group_id)
	local out = {}
	for _, rule in ipairs(rules) do
		out[#out + 1] = permission(rule, group_id)
	end
	return out
end

--- One text for a rule; without its description it says whom the rule is about.
local function key(rule, with_description)
	local parts = {
		rule.protocol,
		tostring(rule.from_port),
		tostring(rule.to_port),
		rule.cidr or rule.ipv6_cidr or rule.prefix_list_id or rule.source_group_id or "self",
	}
	if with_description then
		parts[#parts + 1] = rule.description or ""
	end
	return table.concat(parts, "|")
end

local DIRECTIONS = {
	ingress = {
		authorize = aws.ec2.authorize_security_group_ingress,
		revoke = aws.ec2.revoke_security_group_ingress,
		member = "ip_permissions",
	},
	egress = {
		authorize = aws.ec2.authorize_security_group_egress,
		revoke = aws.ec2.revoke_security_group_egress,
		member = "ip_permissions_egress",
	},
}

--- Brings one direction from `have` to `want`. What is new opens before what is old closes; a rule
--- whose description alone differs has to go first, because AWS takes it for the same rule.
local function set_rules(group_id, direction, have, want)
	local call = DIRECTIONS[direction]
	local there, wanted, about = {}, {}, {}
	for _, rule in ipairs(have) do
		there[key(rule, true)] = true
	end
	local add = {}
	for _, rule in ipairs(want) do
		rule = normal(rule)
		wanted[key(rule, true)] = true
		if not there[key(rule, true)] then
			add[#add + 1] = rule
			about[key(rule)] = true
		end
	end
	local before, after = {}, {}
	for _, rule in ipairs(have) do
		if not wanted[key(rule, true)] then
			table.insert(about[key(rule)] and before or after, rule)
		end
	end
	local function send(operation, rules)
		if #rules > 0 then
			operation { group_id = group_id, ip_permissions = permissions(rules, group_id) }
		end
	end
	local function revoke(rules)
		-- A revocation that was sent again after its answer was lost finds nothing any more; what is
		-- read back afterwards tells where a rule stayed.
		absence.or_nil(function()
			send(call.revoke, rules)
		end)
	end
	revoke(before)
	send(call.authorize, add)
	revoke(after)
end

local function set_all(group_id, raw, wanted)
	for _, direction in ipairs { "egress", "ingress" } do
		if wanted[direction] then
			local have = flatten(raw[DIRECTIONS[direction].member], group_id)
			set_rules(group_id, direction, have, wanted[direction])
		end
	end
end

--- What a new group lets out.
local EVERYTHING = { { ip_protocol = "-1", ip_ranges = { { cidr_ip = "0.0.0.0/0" } } } }

local function rules_property(doc)
	return { type = "list", compare = "set", items = { type = "map", fields = RULE }, doc = doc }
end

return kind.define {
	name = "ec2.security_group",
	doc = "A security group with its rules.",
	source = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html",
	properties = {
		vpc_id = {
			type = "string",
			required = true,
			replaces = "a security group stays in its VPC",
			doc = "The VPC that holds the group.",
		},
		description = {
			type = "string",
			required = true,
			replaces = "the description of a security group is fixed",
			doc = "What the group is for; at most 255 characters.",
		},
		ingress = rules_property "Who may connect to members of the group; the whole list.",
		egress = rules_property "What members may connect to; the whole list. Left out: everything.",
		tags = tags.property,
	},
	outputs = { group_id = "id of the group", group_name = "its name", arn = "ARN of the group" },

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
				description = raw.description,
				ingress = flatten(raw.ip_permissions, item.id),
				egress = flatten(raw.ip_permissions_egress, item.id),
				tags = tags.user(item.tags),
			},
			outputs = {
				group_id = item.id,
				group_name = raw.group_name,
				arn = raw.security_group_arn or arn.build(ctx, "ec2", "security-group/" .. item.id),
			},
			state = "available",
		}
	end,

	parents = function(item)
		local parents = { item.raw.vpc_id }
		for _, direction in pairs(DIRECTIONS) do
			for _, rule in ipairs(flatten(item.raw[direction.member], item.id)) do
				parents[#parents + 1] = rule.source_group_id
			end
		end
		return parents
	end,

	preflight = function(check, props)
		exists.vpc(check, "vpc_id", props.vpc_id)
	end,

	create = function(ctx, props)
		local answer = aws.ec2.create_security_group {
			group_name = ctx.name,
			description = props.description,
			vpc_id = props.vpc_id,
			tag_specifications = ec2.specification(ctx, props, SHAPE),
		}
		local id = answer.group_id
		-- One that is not seen yet lets out everything, as AWS makes them.
		local item = ec2.read(SHAPE, id)
		set_all(id, item and item.raw or { ip_permissions_egress = EVERYTHING }, props)
		return id
	end,

	update = function(_, item, _, changes)
		set_all(item.id, item.raw, {
			ingress = changes.ingress and (changes.ingress.to or {}),
			egress = changes.egress and (changes.egress.to or {}),
		})
		ec2.retag(item.id, changes)
	end,

	delete = function(ctx, item)
		-- The network interfaces of replication instances and endpoints go a while after them.
		waiting.while_in_use(ctx, "security group " .. item.id, ec2.IN_USE, function()
			absence.or_nil(function()
				return aws.ec2.delete_security_group { group_id = item.id }
			end)
		end)
	end,

	settle = function() end,
}
