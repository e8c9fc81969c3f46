--- acme.dhcp_options: a kind that is not dmsrun's but this project's. It tells the machines of a VPC
--- which name servers to ask, so that a replication instance finds a database by a name that only the
--- company's own servers know.
---
--- It is written as dmsrun writes its own: stdlib/KINDS.md goes through it, function by function.

local absence = require "kinds.support.absence"
local aws = require "aws"
local ec2 = require "kinds.support.ec2"
local exists = require "kinds.support.exists"
local kind = require "kind"
local tags = require "kinds.support.tags"

--- What all kinds of EC2 share: how they are listed, and by which tag.
local SHAPE = {
	describe = aws.ec2.describe_dhcp_options,
	id = "dhcp_options_id",
	ids = "dhcp_options_ids",
	type = "dhcp-options",
}

local FIXED = "a set of DHCP options can't be changed, only replaced"

--- Our properties, and what DHCP calls them.
local OPTIONS = {
	domain_name = "domain-name",
	domain_name_servers = "domain-name-servers",
	ntp_servers = "ntp-servers",
}

--- AWS's list of options as our properties.
local function properties_of(raw)
	local by_key = {}
	for _, option in ipairs(raw.dhcp_configurations or {}) do
		local values = {}
		for index, one in ipairs(option.values or {}) do
			values[index] = one.value
		end
		by_key[option.key] = values
	end
	return {
		domain_name = (by_key["domain-name"] or {})[1],
		domain_name_servers = by_key["domain-name-servers"],
		ntp_servers = by_key["ntp-servers"],
	}
end

--- The VPCs that use the options, as they are now.
local function users_of(id)
	local filter = { name = "dhcp-options-id", values = { id } }
	local ids = {}
	for index, vpc in ipairs(aws.pages(aws.ec2.describe_vpcs, { filters = { filter } })) do
		ids[index] = vpc.vpc_id
	end
	return ids
end

local function associate(vpc_id, id)
	aws.ec2.associate_dhcp_options { vpc_id = vpc_id, dhcp_options_id = id }
end

--- Told without asking AWS. A reference is not known yet and is not looked at.
local function servers_problem(servers)
	if #servers > 4 then
		return ("there are %d; DHCP takes four"):format(#servers)
	end
	for index, server in ipairs(servers) do
		if
			type(server) == "string"
			and server ~= "AmazonProvidedDNS"
			and not server:find "^%d+%.%d+%.%d+%.%d+$"
		then
			return "it is an address such as 10.1.0.2, or AmazonProvidedDNS", ("[%d]"):format(index)
		end
	end
end

return kind.define {
	name = "acme.dhcp_options",
	doc = "Which name servers the machines of a VPC ask.",
	properties = {
		vpc_id = { type = "string", required = true, doc = "The VPC; one set is in use at a time." },
		domain_name_servers = {
			type = "list",
			required = true,
			replaces = FIXED,
			check = servers_problem,
			doc = "Addresses, at most four; AmazonProvidedDNS is AWS's own.",
		},
		domain_name = {
			type = "string",
			replaces = FIXED,
			doc = "What is put behind a name without dots.",
		},
		ntp_servers = { type = "list", replaces = FIXED, doc = "Where the time comes from." },
		tags = tags.property,
	},
	outputs = { dhcp_options_id = "id of the options" },

	list = function(ctx)
		return ec2.list(ctx, SHAPE)
	end,

	read = function(_, id)
		return ec2.read(SHAPE, id)
	end,

	-- The use by a VPC carries no tags, so it is a property of the options.
	observe = function(_, item)
		local properties = properties_of(item.raw)
		item.users = users_of(item.id)
		properties.vpc_id = item.users[1]
		properties.tags = tags.user(item.tags)
		return {
			properties = properties,
			outputs = { dhcp_options_id = item.id },
			state = "available",
		}
	end,

	-- What has to outlive it: it is deleted before its VPC is.
	parents = function(item)
		return item.users or users_of(item.id)
	end,

	preflight = function(check, props)
		exists.vpc(check, "vpc_id", props.vpc_id)
	end,

	create = function(ctx, props)
		local options = {}
		for property, key in pairs(OPTIONS) do
			local value = props[property]
			if value ~= nil then
				local values = type(value) == "table" and value or { value }
				options[#options + 1] = { key = key, values = values }
			end
		end
		table.sort(options, function(a, b)
			return a.key < b.key
		end)
		local answer = aws.ec2.create_dhcp_options {
			dhcp_configurations = options,
			tag_specifications = ec2.specification(ctx, props, SHAPE),
		}
		local id = answer.dhcp_options.dhcp_options_id
		associate(props.vpc_id, id)
		return id
	end,

	update = function(_, item, props, changes)
		if changes.vpc_id then
			associate(props.vpc_id, item.id)
			for _, vpc_id in ipairs(users_of(item.id)) do
				if vpc_id ~= props.vpc_id then
					associate(vpc_id, "default")
				end
			end
		end
		ec2.retag(item.id, changes)
	end,

	-- A replacement has taken the VPC over already; otherwise it goes back to AWS's own options.
	delete = function(_, item)
		for _, vpc_id in ipairs(users_of(item.id)) do
			associate(vpc_id, "default")
		end
		absence.or_nil(function()
			return aws.ec2.delete_dhcp_options { dhcp_options_id = item.id }
		end)
	end,

	-- For `forget`, which leaves it behind as nobody's.
	untag = function(item, keys)
		ec2.untag(item.id, keys)
	end,

	effect = function(action)
		if action ~= "create" then
			return "machines of the VPC learn of it when they renew their lease, within hours"
		end
	end,
}
