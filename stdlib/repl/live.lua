--- Names that exist in the account, for completion at the prompt, and who the account is.

local aws = require "aws"

local live = {}

--- Where each sort of names comes from.
local SOURCES = {
	tasks = {
		"dms",
		"describe_replication_tasks",
		"replication_task_identifier",
		{ without_settings = true },
	},
	task_arns = {
		"dms",
		"describe_replication_tasks",
		"replication_task_arn",
		{ without_settings = true },
	},
	instances = { "dms", "describe_replication_instances", "replication_instance_identifier" },
	instance_arns = { "dms", "describe_replication_instances", "replication_instance_arn" },
	endpoints = { "dms", "describe_endpoints", "endpoint_identifier" },
	endpoint_arns = { "dms", "describe_endpoints", "endpoint_arn" },
	log_groups = { "logs", "describe_log_groups", "log_group_name" },
}

--- The stacks by the tag that their resources carry.
local function stacks()
	local names, seen = {}, {}
	local filter = { key = "dmsrun:stack" }
	for _, item in ipairs(aws.pages(aws.tagging.get_resources, { tag_filters = { filter } })) do
		for _, tag in ipairs(item.tags or {}) do
			if tag.key == filter.key and not seen[tag.value] then
				seen[tag.value] = true
				names[#names + 1] = tag.value
			end
		end
	end
	table.sort(names)
	return names
end

--- The names of a sort, sorted.
---@param sort string
---@return string[]
function live.names(sort)
	if sort == "stacks" then
		return stacks()
	end
	local service, operation, member, input = table.unpack(SOURCES[sort])
	local names = {}
	for _, item in ipairs(aws.pages(aws[service][operation], input or {})) do
		names[#names + 1] = item[member]
	end
	table.sort(names)
	return names
end

--- The account's alias, or its number where it has none or must not tell it; and the region.
---@return {name: string|nil, region: string|nil}
function live.account()
	local found = {}
	local ok, who = pcall(aws.whoami)
	if ok then
		found.name, found.region = who.account, who.region
	end
	local listed, answer = pcall(aws.iam.list_account_aliases, {})
	if listed and answer.account_aliases and answer.account_aliases[1] then
		found.name = answer.account_aliases[1]
	end
	return found
end

return live
