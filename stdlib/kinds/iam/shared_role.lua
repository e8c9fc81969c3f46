--- iam.shared_role: a role that a whole account shares under a fixed name, as DMS wants
--- dms-vpc-role and dms-cloudwatch-logs-role. It is ensured: made where it is missing, given a
--- policy that it lacks, and otherwise left alone. It carries no stack's tag, is never deleted and
--- never taken over.

local absence = require "kinds.support.absence"
local aws = require "aws"
local change = require "kinds.support.changes"
local errors = require "errors"
local kind = require "kind"
local policy = require "kinds.support.policy"
local roles = require "kinds.support.roles"

local function item_of(role)
	return { id = role.raw.role_name, tags = {}, raw = role.raw, attached = role.attached }
end

local function read(name)
	local answer = absence.or_nil(function()
		return aws.iam.get_role { role_name = name }
	end)
	return answer and item_of { raw = answer.role, attached = roles.attached(name) }
end

local function attach_missing(name, wanted)
	for _, policy_arn in ipairs((change.between(roles.attached(name), wanted))) do
		aws.iam.attach_role_policy { role_name = name, policy_arn = policy_arn }
	end
end

--- Others may have attached more; that is theirs.
local function has_all(declared, live)
	return #change.between(live, declared) == 0
end

return kind.define {
	name = "iam.shared_role",
	doc = "A role of the whole account under a fixed name: ensured, never deleted, never taken over.",
	source = "https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Security.html",
	shared = true,
	properties = {
		role_name = {
			type = "string",
			required = true,
			doc = "The fixed name, such as dms-vpc-role.",
		},
		services = {
			type = "list",
			required = true,
			write_only = true,
			doc = "The services that may take the role, where it has to be made.",
		},
		managed_policy_arns = {
			type = "list",
			compare = has_all,
			doc = "Managed policies that have to be attached; others stay.",
		},
	},
	outputs = { arn = "ARN of the role", role_name = "name of the role" },

	list = function()
		return {}
	end,

	find = function(ctx, props)
		local found = roles.all(ctx, function(name)
			return name == props.role_name
		end)
		local role = found[props.role_name]
		return role and item_of(role)
	end,

	read = function(_, id)
		return read(id)
	end,

	observe = function(_, item)
		return {
			properties = {
				role_name = item.id,
				managed_policy_arns = item.attached,
			},
			outputs = { arn = item.raw.arn, role_name = item.id },
			state = "available",
		}
	end,

	parents = function()
		return {}
	end,

	create = function(_, props)
		local name = props.role_name
		local ok, err = errors.capture(aws.iam.create_role, {
			role_name = name,
			description = "Shared by everything in this account that uses AWS DMS",
			assume_role_policy_document = policy.encode(policy.trust(props.services)),
		})
		-- Another stack may have made it in the same moment: that is as good.
		if not ok and not (type(err) == "table" and err.code == "EntityAlreadyExists") then
			error(err, 0)
		end
		attach_missing(name, props.managed_policy_arns or {})
		return name
	end,

	update = function(_, item, props)
		attach_missing(item.id, props.managed_policy_arns or {})
	end,

	delete = function() end,

	settle = function() end,
}
