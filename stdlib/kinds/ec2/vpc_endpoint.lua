--- ec2.vpc_endpoint: a private way from a VPC to an AWS service. Replication instances without a
--- public address need one for S3, Secrets Manager and other services.

local aws = require "aws"
local change = require "kinds.support.changes"
local ec2 = require "kinds.support.ec2"
local errors = require "errors"
local exists = require "kinds.support.exists"
local kind = require "kind"
local policy = require "kinds.support.policy"
local suggest = require "suggest"
local tags = require "kinds.support.tags"
local waiting = require "kinds.support.waiting"

local SHAPE = {
	describe = aws.ec2.describe_vpc_endpoints,
	id = "vpc_endpoint_id",
	ids = "vpc_endpoint_ids",
	type = "vpc-endpoint",
	live = function(raw)
		return (raw.state or ""):lower() ~= "deleted"
	end,
}

---@type table<string, boolean>
local BROKEN = { failed = true, rejected = true, expired = true }

--- The lists that are changed by adding and removing: property, and what the parameters end with.
local LISTS = { "subnet_ids", "security_group_ids", "route_table_ids" }

local function group_ids(raw)
	local ids = {}
	for _, group in ipairs(raw.groups or {}) do
		ids[#ids + 1] = group.group_id
	end
	return ids
end

--- The default policy, which AWS shows where none was given.
local function is_default(document)
	return policy.equal(document, {
		Statement = { { Action = "*", Effect = "Allow", Principal = "*", Resource = "*" } },
	}) or policy.equal(document, {
		Version = "2008-10-17",
		Statement = { { Action = "*", Effect = "Allow", Principal = "*", Resource = "*" } },
	})
end

--- Every service that the region offers, with its types; one answer for all endpoints of a plan.
local function services(check)
	local pages, token, found = 0, nil, {}
	repeat
		local page = aws.ec2.describe_vpc_endpoint_services { next_token = token }
		for _, detail in ipairs(page.service_details or {}) do
			-- S3 is listed once for each type.
			local types = found[detail.service_name] or {}
			for _, one in ipairs(detail.service_type or {}) do
				types[(one.service_type or ""):lower()] = true
			end
			found[detail.service_name] = types
		end
		for _, name in ipairs(page.service_names or {}) do
			found[name] = found[name] or {}
		end
		token, pages = page.next_token, pages + 1
	until token == nil or token == "" or pages > 50
	check.ctx.shared.services = found
	return found
end

--- The last part of a service's name: what is written in `vpc_endpoints`.
local function short(name, region)
	return (name:gsub("^com%.amazonaws%." .. region:gsub("%-", "%%-") .. "%.", ""))
end

local function service_offered(check, props)
	local name = props.service_name
	if
		type(name) ~= "string" or not (check.sends.service_name or check.sends.vpc_endpoint_type)
	then
		return
	end
	local what = "The services with VPC endpoints could not be listed"
	local found = check.ctx.shared.services
		or check:try(what, function()
			return services(check)
		end)
	if not found or next(found) == nil then
		return
	end
	local word = short(name, check.region)
	if not found[name] then
		local known, near_names = {}, {}
		for service in pairs(found) do
			known[#known + 1] = short(service, check.region)
		end
		table.sort(known)
		for _, one in ipairs(known) do
			if one:find(word, 1, true) or word:find(one, 1, true) then
				near_names[#near_names + 1] = one
			end
		end
		return check:refuse {
			property = "service_name",
			word = word,
			what = ("%s has no VPC endpoint service %s"):format(check.region, name),
			hints = {
				suggest.did_you_mean(word, known)
					or #near_names > 0 and ("nearest: " .. table.concat(near_names, ", "))
					or ("services are: " .. table.concat(known, ", ")),
			},
		}
	end
	local wanted = type(props.vpc_endpoint_type) == "string" and props.vpc_endpoint_type:lower()
	if wanted and next(found[name]) and not found[name][wanted] then
		local types = {}
		for one in pairs(found[name]) do
			types[#types + 1] = one
		end
		table.sort(types)
		check:refuse {
			property = "vpc_endpoint_type",
			word = word,
			what = ("%s has no endpoint of type %s, only: %s"):format(
				name,
				props.vpc_endpoint_type,
				table.concat(types, ", ")
			),
		}
	end
end

return kind.define {
	name = "ec2.vpc_endpoint",
	doc = "A private way from a VPC to an AWS service.",
	source = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcEndpoint.html",
	properties = {
		vpc_id = {
			type = "string",
			required = true,
			replaces = "an endpoint stays in its VPC",
			doc = "The VPC that gets the way.",
		},
		service_name = {
			type = "string",
			required = true,
			replaces = "the service of an endpoint is fixed",
			doc = "Such as com.amazonaws.eu-west-1.s3.",
		},
		vpc_endpoint_type = {
			type = "string",
			enum = { "Interface", "Gateway", "GatewayLoadBalancer" },
			compare = "case",
			replaces = "the type of an endpoint is fixed",
			doc = "Gateway (S3 and DynamoDB, free of charge) or Interface.",
		},
		subnet_ids = { type = "list", compare = "set", doc = "Interface: one subnet per zone." },
		security_group_ids = {
			type = "list",
			compare = "set",
			doc = "Interface: the groups of its network interfaces.",
		},
		route_table_ids = {
			type = "list",
			compare = "set",
			doc = "Gateway: the route tables that get a route to the service.",
		},
		private_dns_enabled = {
			type = "boolean",
			doc = "Interface: the service's usual name leads to the endpoint.",
		},
		policy_document = {
			resets = true,
			type = "any",
			compare = "policy",
			doc = "Who may do what through it, as a table or JSON text; everything when left out.",
		},
		tags = tags.property,
	},
	outputs = { vpc_endpoint_id = "id of the endpoint", dns_name = "its first DNS name" },

	list = function(ctx)
		return ec2.list(ctx, SHAPE)
	end,

	read = function(_, id)
		return ec2.read(SHAPE, id)
	end,

	observe = function(_, item)
		local raw = item.raw
		local document = policy.decode(raw.policy_document)
		local first = (raw.dns_entries or {})[1]
		return {
			properties = {
				vpc_id = raw.vpc_id,
				service_name = raw.service_name,
				vpc_endpoint_type = raw.vpc_endpoint_type,
				subnet_ids = raw.subnet_ids,
				security_group_ids = group_ids(raw),
				route_table_ids = raw.route_table_ids,
				private_dns_enabled = raw.private_dns_enabled,
				policy_document = not is_default(document) and document or nil,
				tags = tags.user(item.tags),
			},
			outputs = { vpc_endpoint_id = item.id, dns_name = first and first.dns_name },
			state = (raw.state or "available"):lower(),
			broken = BROKEN[(raw.state or ""):lower()] and "is " .. raw.state or nil,
		}
	end,

	parents = function(item)
		local parents = group_ids(item.raw)
		parents[#parents + 1] = item.raw.vpc_id
		for _, member in ipairs { "subnet_ids", "route_table_ids" } do
			table.move(item.raw[member] or {}, 1, #(item.raw[member] or {}), #parents + 1, parents)
		end
		return parents
	end,

	preflight = function(check, props)
		exists.vpc(check, "vpc_id", props.vpc_id)
		exists.subnets(check, "subnet_ids", props.subnet_ids, props.vpc_id)
		service_offered(check, props)
	end,

	create = function(ctx, props)
		local answer = aws.ec2.create_vpc_endpoint {
			vpc_id = props.vpc_id,
			service_name = props.service_name,
			vpc_endpoint_type = props.vpc_endpoint_type,
			subnet_ids = change.some(props.subnet_ids),
			security_group_ids = change.some(props.security_group_ids),
			route_table_ids = change.some(props.route_table_ids),
			private_dns_enabled = props.private_dns_enabled,
			policy_document = props.policy_document and policy.encode(props.policy_document),
			client_token = ctx.token,
			tag_specifications = ec2.specification(ctx, props, SHAPE),
		}
		return answer.vpc_endpoint.vpc_endpoint_id
	end,

	update = function(_, item, _, changes)
		local request, any = { vpc_endpoint_id = item.id }, false
		for _, list in ipairs(LISTS) do
			if changes[list] then
				local have = list == "security_group_ids" and group_ids(item.raw) or item.raw[list]
				local add, remove = change.between(have, changes[list].to)
				request["add_" .. list] = change.some(add)
				request["remove_" .. list] = change.some(remove)
				any = true
			end
		end
		if changes.private_dns_enabled then
			request.private_dns_enabled = changes.private_dns_enabled.to
			any = true
		end
		if changes.policy_document then
			local document = changes.policy_document.to
			request.policy_document = document and policy.encode(document)
			request.reset_policy = document == nil or nil
			any = true
		end
		if any then
			aws.ec2.modify_vpc_endpoint(request)
		end
		ec2.retag(item.id, changes)
	end,

	delete = function(_, item)
		local answer = aws.ec2.delete_vpc_endpoints { vpc_endpoint_ids = { item.id } }
		local failed = (answer.unsuccessful or {})[1]
		local reason = failed and failed.error
		if reason and not (reason.code or ""):find "NotFound" then
			errors.raise {
				summary = "VPC endpoint could not be deleted",
				what = ("%s: %s: %s"):format(item.id, reason.code, reason.message),
			}
		end
	end,

	settle = function(ctx, id, action)
		if action == "delete" then
			return waiting.until_gone(ctx, "VPC endpoint " .. id, function()
				return ec2.poll(ctx, SHAPE, id)
			end)
		end
		ctx:wait {
			what = "VPC endpoint " .. id .. " to be available",
			every = waiting.EVERY,
			timeout = 900,
			check = function()
				local item = ec2.poll(ctx, SHAPE, id)
				local state = item and (item.raw.state or "available"):lower()
				if BROKEN[state] then
					---@cast item -?
					local last = item.raw.last_error or {}
					errors.raise {
						summary = "VPC endpoint failed",
						what = ("%s is %s: %s"):format(
							id,
							state,
							last.message or item.raw.failure_reason or "AWS gave no reason"
						),
					}
				end
				return state == "available" or state == "pendingacceptance"
			end,
		}
	end,
}
