--- iam.role: a role with who may take it and what it may do. Inline policies and attachments carry
--- no tags, so both are properties of the role.

local absence = require "kinds.support.absence"
local aws = require "aws"
local change = require "kinds.support.changes"
local kind = require "kind"
local names = require "kinds.support.names"
local policy = require "kinds.support.policy"
local tags = require "kinds.support.tags"

local function attached(name)
	local arns = {}
	local found = aws.pages(aws.iam.list_attached_role_policies, { role_name = name })
	for _, one in ipairs(found) do
		arns[#arns + 1] = one.policy_arn
	end
	return arns
end

local function inline(name)
	local documents = {}
	for _, policy_name in ipairs(aws.pages(aws.iam.list_role_policies, { role_name = name })) do
		local answer = aws.iam.get_role_policy { role_name = name, policy_name = policy_name }
		documents[policy_name] = policy.decode(answer.policy_document)
	end
	return documents
end

local function set_inline(name, have, want)
	for policy_name, document in pairs(want) do
		if have[policy_name] == nil or not policy.equal(have[policy_name], document) then
			aws.iam.put_role_policy {
				role_name = name,
				policy_name = policy_name,
				policy_document = policy.encode(document),
			}
		end
	end
	for policy_name in pairs(have) do
		if want[policy_name] == nil then
			aws.iam.delete_role_policy { role_name = name, policy_name = policy_name }
		end
	end
end

local function set_attached(name, have, want)
	local add, remove = change.between(have, want)
	for _, policy_arn in ipairs(add) do
		aws.iam.attach_role_policy { role_name = name, policy_arn = policy_arn }
	end
	for _, policy_arn in ipairs(remove) do
		aws.iam.detach_role_policy { role_name = name, policy_arn = policy_arn }
	end
end

local function item_of(raw)
	local list = aws.pages(aws.iam.list_role_tags, { role_name = raw.role_name })
	return { id = raw.role_name, tags = tags.map(list), raw = raw }
end

local function boundary(raw)
	return raw.permissions_boundary and raw.permissions_boundary.permissions_boundary_arn
end

return kind.define {
	name = "iam.role",
	doc = "A role: who may take it, and what it may do.",
	source = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html",
	properties = {
		assume_role_policy_document = {
			type = "any",
			required = true,
			compare = "policy",
			doc = "Who may take the role, as a table or JSON text.",
		},
		description = { type = "string", doc = "What the role is for." },
		max_session_duration = { type = "integer", doc = "Seconds of one session, 3600 to 43200." },
		permissions_boundary = { type = "string", doc = "ARN of the policy that limits the role." },
		policies = {
			type = "map",
			compare = policy.all_equal,
			doc = "Inline policies by name, as tables or JSON text; all of them.",
		},
		managed_policy_arns = {
			type = "list",
			compare = "set",
			doc = "Managed policies that are attached; all of them.",
		},
		path = {
			type = "string",
			replaces = "the path of a role is fixed",
			doc = "The path in its ARN; / when left out.",
		},
		tags = tags.property,
	},
	outputs = { arn = "ARN of the role", role_name = "name of the role" },

	list = function(ctx)
		local items = {}
		for _, raw in ipairs(ctx:sweep(aws.iam.list_roles, {})) do
			if names.may_be_ours(ctx, raw.role_name) then
				local item = item_of(raw)
				if tags.ours(ctx, item.tags) then
					items[#items + 1] = item
				end
			end
		end
		return items
	end,

	read = function(_, id)
		local answer = absence.or_nil(function()
			return aws.iam.get_role { role_name = id }
		end)
		return answer and item_of(answer.role)
	end,

	observe = function(_, item)
		-- ListRoles leaves some members out, GetRole has them all.
		local raw = aws.iam.get_role({ role_name = item.id }).role
		return {
			properties = {
				assume_role_policy_document = policy.decode(raw.assume_role_policy_document),
				description = raw.description,
				max_session_duration = raw.max_session_duration,
				permissions_boundary = boundary(raw),
				policies = inline(item.id),
				managed_policy_arns = attached(item.id),
				path = raw.path,
				tags = tags.user(item.tags),
			},
			outputs = { arn = raw.arn, role_name = raw.role_name },
			state = "available",
		}
	end,

	parents = function()
		return {}
	end,

	create = function(ctx, props)
		local name = names.check(ctx, "iam.role", names.fit(ctx.name, 64))
		aws.iam.create_role {
			role_name = name,
			path = props.path,
			description = props.description,
			max_session_duration = props.max_session_duration,
			permissions_boundary = props.permissions_boundary,
			assume_role_policy_document = policy.encode(props.assume_role_policy_document),
			tags = tags.list(tags.on_create(ctx, props)),
		}
		set_inline(name, {}, props.policies or {})
		set_attached(name, {}, props.managed_policy_arns or {})
		return name
	end,

	update = function(_, item, props, changes)
		local name = item.id
		if changes.assume_role_policy_document then
			aws.iam.update_assume_role_policy {
				role_name = name,
				policy_document = policy.encode(props.assume_role_policy_document),
			}
		end
		local request, any = change.changed(changes, { "description", "max_session_duration" })
		if any then
			request.role_name = name
			aws.iam.update_role(request)
		end
		if changes.permissions_boundary then
			local limit = changes.permissions_boundary.to
			if limit then
				aws.iam.put_role_permissions_boundary {
					role_name = name,
					permissions_boundary = limit,
				}
			else
				aws.iam.delete_role_permissions_boundary { role_name = name }
			end
		end
		if changes.policies then
			set_inline(name, inline(name), props.policies or {})
		end
		if changes.managed_policy_arns then
			set_attached(name, attached(name), props.managed_policy_arns or {})
		end
		if changes.tags and changes.tags.to then
			aws.iam.tag_role { role_name = name, tags = tags.list(changes.tags.to) }
		end
	end,

	delete = function(_, item)
		absence.or_nil(function()
			set_inline(item.id, inline(item.id), {})
			set_attached(item.id, attached(item.id), {})
			return aws.iam.delete_role { role_name = item.id }
		end)
	end,

	settle = function() end,

	effect = function(action)
		if action == "delete" or action == "replace" then
			return "what uses the role loses its permissions"
		end
	end,
}
