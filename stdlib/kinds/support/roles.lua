--- Roles as a whole: ListRoles tells of descriptions and durations, the account's details of
--- policies, tags and boundaries; two listings by page, whatever the number of roles. Where the
--- details may not be read, each role of ours is asked for one by one.

local absence = require "kinds.support.absence"
local aws = require "aws"
local errors = require "errors"
local policy = require "kinds.support.policy"
local tags = require "kinds.support.tags"

local roles = {}

---@class roles.Role
---@field raw table as GetRole gives it
---@field tags table<string, string>
---@field policies table<string, table> inline policies by name
---@field attached string[] ARNs of managed policies

--- The ARNs of the managed policies of one role, read anew.
---@param name string
---@return string[]
function roles.attached(name)
	local arns = {}
	-- A role that was just made may not be seen yet: then nothing is attached to it.
	local found = absence.or_nil(function()
		return aws.pages(aws.iam.list_attached_role_policies, { role_name = name })
	end) or {}
	for _, one in ipairs(found) do
		arns[#arns + 1] = one.policy_arn
	end
	return arns
end

--- The inline policies of one role, read anew.
---@param name string
---@return table<string, table>
function roles.inline(name)
	local documents = {}
	local names = absence.or_nil(function()
		return aws.pages(aws.iam.list_role_policies, { role_name = name })
	end) or {}
	for _, policy_name in ipairs(names) do
		---@cast policy_name any
		local answer = aws.iam.get_role_policy { role_name = name, policy_name = policy_name }
		documents[policy_name] = policy.decode(answer.policy_document)
	end
	return documents
end

--- The tags of one role, read anew.
---@param name string
---@return table<string, string>
function roles.tags(name)
	return tags.map(aws.pages(aws.iam.list_role_tags, { role_name = name }))
end

--- One role with all that it has, read anew; nil where it is gone.
---@param name string
---@return roles.Role?
function roles.read(name)
	local answer = absence.or_nil(function()
		return aws.iam.get_role { role_name = name }
	end)
	return answer
		and {
			raw = answer.role,
			tags = roles.tags(name),
			policies = roles.inline(name),
			attached = roles.attached(name),
		}
end

local function detail_of(raw)
	local documents, arns = {}, {}
	for _, one in ipairs(raw.role_policy_list or {}) do
		documents[one.policy_name] = policy.decode(one.policy_document)
	end
	for _, one in ipairs(raw.attached_managed_policies or {}) do
		arns[#arns + 1] = one.policy_arn
	end
	return { tags = tags.map(raw.tags), policies = documents, attached = arns, raw = raw }
end

--- The details of every role by name; nil where they can't be had.
local function details()
	local by_name, marker = {}, nil
	repeat
		local ok, page = errors.capture(aws.iam.get_account_authorization_details, {
			filter = { "Role" },
			max_items = 1000,
			marker = marker,
		})
		if not ok then
			if type(page) == "table" and page.kind == "aws" and page.unavailable then
				return nil
			end
			error(page, 0)
		end
		for _, raw in ipairs(page.role_detail_list or {}) do
			by_name[raw.role_name] = detail_of(raw)
		end
		marker = page.is_truncated and page.marker or nil
	until not marker
	return by_name
end

--- The details, asked for once in the lifetime of a plan.
local function shared_details(ctx)
	return ctx:once("iam roles", function()
		return details() or false
	end)
end

--- The roles of the account that a test of names lets through, with all that they have.
---@param ctx table
---@param wanted fun(name: string): boolean
---@return table<string, roles.Role>
function roles.all(ctx, wanted)
	---@type table<string, roles.Role>, table<string, table>?
	local found, known = {}, nil
	for _, raw in ipairs(ctx:sweep(aws.iam.list_roles, {})) do
		if wanted(raw.role_name) then
			if known == nil then
				known = shared_details(ctx)
			end
			local detail = known and known[raw.role_name]
			if detail then
				-- What the listing leaves out: the boundary.
				raw.permissions_boundary = raw.permissions_boundary
					or detail.raw.permissions_boundary
				found[raw.role_name] = {
					raw = raw,
					tags = detail.tags,
					policies = detail.policies,
					attached = detail.attached,
				}
			else
				found[raw.role_name] = roles.read(raw.role_name)
			end
		end
	end
	return found
end

return roles
