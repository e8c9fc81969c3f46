--- iam.role: a role with who may take it and what it may do. Inline policies and attachments carry
--- no tags, so both are properties of the role.

local absence = require "kinds.support.absence"
local aws = require "aws"
local change = require "kinds.support.changes"
local exists = require "kinds.support.exists"
local kind = require "kind"
local names = require "kinds.support.names"
local policy = require "kinds.support.policy"
local roles = require "kinds.support.roles"
local tags = require "kinds.support.tags"
local taken = require "kinds.support.taken"

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
			absence.or_nil(function()
				return aws.iam.delete_role_policy { role_name = name, policy_name = policy_name }
			end)
		end
	end
end

local function set_attached(name, have, want)
	local add, remove = change.between(have, want)
	for _, policy_arn in ipairs(add) do
		aws.iam.attach_role_policy { role_name = name, policy_arn = policy_arn }
	end
	for _, policy_arn in ipairs(remove) do
		absence.or_nil(function()
			return aws.iam.detach_role_policy { role_name = name, policy_arn = policy_arn }
		end)
	end
end

local function item_of(role)
	return { id = role.raw.role_name, tags = role.tags, raw = role.raw, role = role }
end

local function boundary(raw)
	return raw.permissions_boundary and raw.permissions_boundary.permissions_boundary_arn
end

--- Refuses the name of a role that is somebody else's before anything is made.
local function check_name(check)
	local name = names.fit(check.stack.name .. "-" .. check.declared.id, 64)
	local list = check.creates
		and check:try("The roles could not be listed", function()
			return check:sweep(aws.iam.list_roles, {})
		end)
	for _, raw in ipairs(list or {}) do
		if raw.role_name == name then
			local map = check:try("The tags of the role could not be read", function()
				return roles.tags(name)
			end)
			local found = map and { noun = "a role", name = name, tags = map }
			taken.refuse(check, "role_name", found)
		end
	end
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
		description = { default = "", type = "string", doc = "What the role is for." },
		max_session_duration = {
			default = 3600,
			type = "integer",
			doc = "Seconds of one session, 3600 to 43200.",
		},
		permissions_boundary = {
			resets = true,
			type = "string",
			doc = "ARN of the policy that limits the role.",
		},
		policies = {
			default = {},
			type = "map",
			compare = policy.all_equal,
			doc = "Inline policies by name, as tables or JSON text; all of them.",
		},
		managed_policy_arns = {
			default = {},
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
		local found = roles.all(ctx, function(name)
			return names.may_be_ours(ctx, name)
		end)
		for _, role in pairs(found) do
			if tags.ours(ctx, role.tags) then
				items[#items + 1] = item_of(role)
			end
		end
		table.sort(items, function(a, b)
			return a.id < b.id
		end)
		return items
	end,

	read = function(_, id)
		local role = roles.read(id)
		return role and item_of(role)
	end,

	observe = function(_, item)
		local raw, role = item.raw, item.role
		return {
			properties = {
				assume_role_policy_document = policy.decode(raw.assume_role_policy_document),
				description = raw.description,
				max_session_duration = raw.max_session_duration,
				permissions_boundary = boundary(raw),
				policies = role.policies,
				managed_policy_arns = role.attached,
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

	preflight = function(check, props)
		check_name(check)
		exists.policy(check, "permissions_boundary", props.permissions_boundary)
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
			set_inline(name, roles.inline(name), props.policies or {})
		end
		if changes.managed_policy_arns then
			set_attached(name, roles.attached(name), props.managed_policy_arns or {})
		end
		if changes.tags and changes.tags.to then
			aws.iam.tag_role { role_name = name, tags = tags.list(changes.tags.to) }
		end
	end,

	delete = function(_, item)
		-- Each by itself: that a policy is gone already says nothing of the role.
		local inline = absence.or_nil(function()
			return roles.inline(item.id)
		end)
		set_inline(item.id, inline or {}, {})
		local attached = absence.or_nil(function()
			return roles.attached(item.id)
		end)
		set_attached(item.id, attached or {}, {})
		absence.or_nil(function()
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
