--- What a script has to declare so that it says what is there: which resources under which ids, with
--- references between them, and nothing that is secret.

local errors = require "errors"
local properties = require "adopt.properties"
local refine = require "adopt.refine"
local source = require "adopt.source"
local write = require "adopt.write"

local declare = {}

---@class adopt.Resource
---@field item adopt.Item
---@field kind string
---@field id string
---@field group? string the table of the script that holds its handle
---@field key string its name in that table
---@field plain table<string, any> its properties as its kind observes them
---@field properties table as the script writes them: values, and source where it refers
---@field order string[] properties that stand first
---@field password? string the variable that its password is read from
---@field mappings? table
---@field settings? table what it sets to something else than the defaults
---@field remarks string[] comments above it
---@field withheld table<string, boolean> properties that are confidential, or may be
---@field used? boolean whether another refers to it

local RESOURCE = "dmsrun:resource"

--- The tables in which a script keeps the handles that others refer to.
local GROUPS = {
	["dms.subnet_group"] = "subnet_groups",
	["dms.replication_instance"] = "instances",
	["dms.certificate"] = "certificates",
	["dms.endpoint"] = "endpoints",
	["dms.task"] = "tasks",
	["dms.replication_config"] = "replications",
	["cloudwatch.alarm"] = "alarms",
	["cloudwatch.composite_alarm"] = "alarms",
}

--- What stands first, as a person would write it.
local FIRST = {
	["dms.subnet_group"] = { "replication_subnet_group_description", "subnet_ids" },
	["dms.replication_instance"] = {
		"replication_instance_class",
		"allocated_storage",
		"engine_version",
		"multi_az",
		"availability_zone",
		"replication_subnet_group_identifier",
		"vpc_security_group_ids",
		"publicly_accessible",
	},
	["dms.endpoint"] = {
		"endpoint_type",
		"engine_name",
		"server_name",
		"port",
		"username",
		"password",
		"database_name",
		"ssl_mode",
		"certificate_arn",
	},
	["dms.task"] = {
		"replication_instance_arn",
		"source_endpoint_arn",
		"target_endpoint_arn",
		"migration_type",
		"table_mappings",
		"replication_task_settings",
	},
	["dms.replication_config"] = {
		"source_endpoint_arn",
		"target_endpoint_arn",
		"replication_type",
		"compute_config",
		"table_mappings",
		"replication_settings",
	},
	["dms.event_subscription"] = { "sns_topic_arn", "source_type", "source_ids" },
	["logs.log_group"] = { "log_group_name" },
	["cloudwatch.composite_alarm"] = { "alarm_name", "alarm_description", "alarm_rule" },
	["cloudwatch.alarm"] = {
		"alarm_name",
		"alarm_description",
		"namespace",
		"metric_name",
		"dimensions",
		"statistic",
		"period",
		"evaluation_periods",
		"threshold",
		"comparison_operator",
	},
}

--- The id of a resource in the script: what it is called, without the stack's name before it.
local function id_of(item, stack, taken)
	local kept = item.tags["dmsrun:stack"] == stack
		and (item.tags[RESOURCE] or ""):match "^[^/]+/(.+)$"
	if kept then
		return kept
	end
	local text = item.name
	if text:sub(1, #stack + 1):lower() == stack:lower() .. "-" and #text > #stack + 1 then
		text = text:sub(#stack + 2)
	end
	text = text:gsub("[^%w%-_%.]+", "-"):gsub("^[^%w]+", ""):sub(1, 72)
	text = text == "" and "n" or text
	local id, count = text, 1
	while taken[item.kind .. "/" .. id] do
		count = count + 1
		id = ("%s-%d"):format(text, count)
	end
	return id
end

local function identities(items, stack)
	local taken, ids = {}, {}
	for _, item in ipairs(items) do
		local id = item.tags["dmsrun:stack"] == stack and id_of(item, stack, taken)
		if id then
			ids[item], taken[item.kind .. "/" .. id] = id, true
		end
	end
	for _, item in ipairs(items) do
		if not ids[item] then
			ids[item] = id_of(item, stack, taken)
			taken[item.kind .. "/" .. ids[item]] = true
		end
	end
	return ids
end

--- Tags that everything carries are the stack's, and stand once.
local function share_tags(made)
	local common = #made.resources > 1 and properties.copy(made.resources[1].properties.tags or {})
		or {}
	for _, resource in ipairs(made.resources) do
		for name, value in pairs(common) do
			if (resource.properties.tags or {})[name] ~= value then
				common[name] = nil
			end
		end
	end
	if next(common) == nil then
		return
	end
	made.tags = common
	for _, resource in ipairs(made.resources) do
		local tags = resource.properties.tags
		for name in pairs(common) do
			tags[name] = nil
		end
		resource.properties.tags = next(tags) and tags or nil
	end
end

---@class adopt.Declared
---@field stack string
---@field resources adopt.Resource[]
---@field by_arn table<string, adopt.Resource>
---@field stripped table<string, boolean> settings that are left to DMS
---@field settings? boolean whether some settings are declared
---@field tags? table<string, string> what all of them carry
---@field passwords? boolean whether some endpoint logs in with a password

--- Whether an error is about one resource, so that the others can be adopted without it. What AWS does
--- not answer, and an interruption, are about all of them.
local function about_one(problem)
	if type(problem) ~= "table" then
		return true
	elseif problem.kind == "aws" then
		return problem.unavailable == true
	end
	return problem.exit ~= "interrupted"
end

--- Runs `what` for a resource; the reason why that one has to be left out, where it can't be done.
local function attempt(what, ...)
	local ok, result = errors.capture(what, ...)
	if ok then
		return nil, result
	elseif not about_one(result) then
		error(result, 0)
	end
	return ("it can't be written: %s"):format(errors.describe(result).what or tostring(result))
end

--- A resource with what its kind observes.
local function observed(item, id, keys, ctx)
	local group = GROUPS[item.kind] or item.kind
	local key = source.name(id)
	while keys[group .. " " .. key] do
		key = key .. "_"
	end
	keys[group .. " " .. key] = true
	local resource = {
		item = item,
		kind = item.kind,
		id = id,
		group = GROUPS[item.kind],
		key = key,
		order = FIRST[item.kind] or {},
		remarks = {},
		withheld = {},
	}
	local why, plain = attempt(properties.plain, resource, ctx)
	resource.plain = plain
	---@cast resource adopt.Resource
	return resource, why or properties.undeclarable(resource, plain --[[@as table]])
end

--- Writes the properties of every resource as the script has them, and tries each. Where one can't be
--- written, those that refer to it have to be written anew: they name it by its ARN then.
---@return adopt.Declared made
---@return adopt.Resource[] rest what can be written
---@return table<adopt.Resource, string?> failed
local function build(stack, resources, ctx)
	local made = { stack = stack, resources = resources, by_arn = {}, stripped = {} }
	for _, resource in ipairs(resources) do
		resource.properties = properties.copy(resource.plain)
		resource.remarks = table.move(resource.seen, 1, #resource.seen, 1, {})
		resource.used, resource.password, resource.mappings, resource.settings = nil, nil, nil, nil
		made.by_arn[resource.item.arn] = resource
	end
	local rest, failed = {}, {}
	for _, resource in ipairs(resources) do
		local why = attempt(refine.resource, resource, made, ctx)
			or attempt(write.resource, resource)
		failed[resource] = why
		rest[#rest + 1] = not why and resource or nil
	end
	return made, rest, failed
end

--- What the script declares for the chosen items. What can't be declared goes to what is left out.
---@param choice adopt.Choice
---@param stack string
---@param ctx stack.Context
---@return adopt.Declared
function declare.of(choice, stack, ctx)
	local ids, keys, resources = identities(choice.items, stack), {}, {}
	local function leave(resource, why)
		local item = resource.item
		choice.left[#choice.left + 1] = { kind = item.kind, name = item.name, why = why }
	end
	for _, item in ipairs(choice.items) do
		local resource, why = observed(item, ids[item], keys, ctx)
		resource.seen = resource.remarks
		if why then
			leave(resource, why)
		else
			resources[#resources + 1] = resource
		end
	end
	local made
	repeat
		local rest, failed
		made, rest, failed = build(stack, resources, ctx)
		for _, resource in ipairs(resources) do
			if failed[resource] then
				leave(resource, failed[resource])
			end
		end
		resources = rest
	until next(failed) == nil
	share_tags(made)
	return made
end

return declare
