--- What a script has to declare so that it says what is there: properties without the defaults,
--- references between what is adopted, and nothing that is secret.

local aws = require "aws"
local absence = require "kinds.support.absence"
local errors = require "errors"
local find = require "adopt.find"
local hidden = require "adopt.hidden"
local json = require "json"
local kind = require "kind"
local report = require "report"
local secret = require "secret"
local settings = require "kinds.support.endpoint_settings"
local source = require "adopt.source"
local task_settings = require "adopt.task_settings"

local declare = {}

---@class adopt.Resource
---@field item adopt.Item
---@field kind string
---@field id string
---@field group? string the table of the script that holds its handle
---@field key string its name in that table
---@field properties table as the script writes them: values, and source where it refers
---@field order string[] properties that stand first
---@field password? string the variable that its password is read from
---@field mappings? table
---@field settings? table what it sets to something else than the defaults
---@field remarks string[] comments above it

local RESOURCE = "dmsrun:resource"

--- The tables in which a script keeps the handles that others refer to.
local GROUPS = {
	["dms.subnet_group"] = "subnet_groups",
	["dms.replication_instance"] = "instances",
	["dms.certificate"] = "certificates",
	["dms.endpoint"] = "endpoints",
	["dms.task"] = "tasks",
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

local function empty(value)
	return value == nil or value == "" or (type(value) == "table" and next(value) == nil)
end

local function same(a, b)
	if type(a) ~= "table" or type(b) ~= "table" then
		return a == b
	end
	for key, value in pairs(a) do
		if not same(value, b[key]) then
			return false
		end
	end
	for key in pairs(b) do
		if a[key] == nil then
			return false
		end
	end
	return true
end

--- A copy: what the script writes in other words is still compared with what was found.
local function copy(value)
	if type(value) ~= "table" then
		return value
	end
	local made = {}
	for key, inner in pairs(value) do
		made[key] = copy(inner)
	end
	return json.is_list(value) and json.array(made) or made
end

--- What is observed and not declared: whether a task runs is up to the operator, until the script
--- says it.
local UNMANAGED = {
	["dms.task"] = { state = true },
	["dms.replication_config"] = { state = true },
}

--- The declared properties of what a kind observes: without defaults, and without what is empty.
local function plain(resource, ctx)
	local definition = kind.get(resource.kind)
	local item = find.full(ctx, resource.item, resource.item.tags)
	---@type table<string, any>
	local seen = definition.observe(ctx, item).properties
	local properties = {}
	for name, property in pairs(definition.properties) do
		local value = seen[name]
		local default = property.default ~= nil and same(value, property.default)
		local secluded = property.write_only or property.fingerprint or secret.is(value)
		local left = (UNMANAGED[resource.kind] or {})[name]
		if not secluded and not empty(value) and not default and not left then
			properties[name] = copy(value)
		end
	end
	local tags = {}
	for name, value in pairs(properties.tags or {}) do
		-- AWS keeps these for itself: nobody else can write them.
		if not name:find "^aws:" then
			tags[name] = value
		end
	end
	properties.tags = next(tags) and tags or nil
	return properties
end

--- What an alarm may have that its kind does not declare: a change would lose it.
local MORE = {
	["cloudwatch.alarm"] = {
		"metrics",
		"threshold_metric_id",
		"evaluate_low_sample_count_percentile",
	},
}

--- Why a script can't declare what is there; nil where it can. One odd thing is no reason to adopt
--- nothing.
local function undeclarable(resource, properties)
	local definition = kind.get(resource.kind)
	for _, name in ipairs(report.keys(definition.properties)) do
		local property, value = definition.properties[name], properties[name]
		if property.required and value == nil then
			return ("it has no %s"):format(name)
		elseif value ~= nil and property.enum then
			local known = false
			for _, one in ipairs(property.enum) do
				known = known or one == value
			end
			if not known then
				return ("dmsrun does not know %s %s"):format(name, tostring(value))
			end
		end
		local reason = value ~= nil and property.check and property.check(value)
		if reason then
			return ("%s: %s"):format(name, tostring(reason))
		end
	end
	for _, name in ipairs(MORE[resource.kind] or {}) do
		if not empty(resource.item.raw[name]) then
			return ("dmsrun can't declare its %s"):format(name)
		end
	end
end

--- Whether a key is one that the account made: AWS's own is what is taken without one.
local function own_key(ctx, id)
	return ctx:once("adopt key " .. id, function()
		local ok, answer = errors.capture(absence.or_nil, function()
			return aws.kms.describe_key { key_id = id }
		end)
		if not ok then
			-- Nobody may look: it is written as it is.
			return true
		end
		local about = answer and answer.key_metadata
		return about ~= nil and about.key_manager ~= "AWS"
	end)
end

local function drop_own_key(properties, ctx, name)
	local id = properties[name]
	if type(id) == "string" and not own_key(ctx, id) then
		properties[name] = nil
	end
end

--- A table's reference to an output of another, or the ARN of what is not adopted.
local function reference(made, arn, output)
	local other = made.by_arn[arn]
	if not other then
		return arn
	end
	other.used = true
	return source.code(("%s.%s.%s"):format(other.group, other.key, output))
end

---@type table<string, function>
---@type table<string, function?>
local BUILD = {}

BUILD["dms.replication_instance"] = function(resource, properties, made, ctx)
	local raw = resource.item.raw
	drop_own_key(properties, ctx, "kms_key_id")
	if raw.multi_az then
		properties.availability_zone = nil
	end
	properties.publicly_accessible = raw.publicly_accessible == true
	if raw.auto_minor_version_upgrade ~= false and raw.engine_version then
		-- DMS goes from patch to patch by itself.
		properties.engine_version = raw.engine_version:match "^%d+%.%d+" or raw.engine_version
	end
	local group = properties.replication_subnet_group_identifier
	for _, other in pairs(made.by_arn) do
		if other.kind == "dms.subnet_group" and other.item.id == group then
			other.used = true
			properties.replication_subnet_group_identifier = source.code(
				("subnet_groups.%s.replication_subnet_group_identifier"):format(other.key)
			)
		end
	end
end

--- An engine's settings without what repeats the endpoint and what is confidential.
local function engine_settings(resource, properties, member)
	local given, own, repeated = properties[member], {}, {}
	for name, value in pairs(given) do
		local repeats = same(value, resource.item.raw[name])
		if hidden.is(name) or secret.is(value) then
			resource.remarks[#resource.remarks + 1] = ("%s.%s is confidential and not written here; DMS keeps what it has."):format(
				member,
				name
			)
		elseif not empty(value) then
			local into = repeats and repeated or own
			into[name] = value
		end
	end
	if next(own) and settings.problem(member, own) then
		-- Some engines want the server in their settings as well.
		for name, value in pairs(repeated) do
			own[name] = value
		end
	end
	properties[member] = next(own) and own or nil
end

BUILD["dms.endpoint"] = function(resource, properties, made, ctx)
	local raw = resource.item.raw
	drop_own_key(properties, ctx, "kms_key_id")
	local by_secret = false
	for member in pairs(settings.members) do
		if type(properties[member]) == "table" then
			by_secret = by_secret or properties[member].secrets_manager_secret_id ~= nil
			engine_settings(resource, properties, member)
		end
	end
	local confidential = hidden.attributes(properties.extra_connection_attributes)
	if #confidential > 0 then
		properties.extra_connection_attributes = nil
		resource.remarks[#resource.remarks + 1] = ("extra_connection_attributes holds %s and is not written here; DMS keeps what it has."):format(
			table.concat(confidential, ", ")
		)
	end
	if properties.certificate_arn then
		properties.certificate_arn = reference(made, raw.certificate_arn, "certificate_arn")
	end
	if raw.username and not by_secret then
		local name = (made.stack .. "_" .. resource.id):upper():gsub("[^%w]+", "_")
		resource.password = name .. "_PASSWORD"
		properties.password = source.code(('password "%s"'):format(resource.password))
	end
end

BUILD["dms.certificate"] = function(resource, properties)
	local pem = resource.item.raw.certificate_pem
	local text = secret.is(pem) and secret.reveal(pem) or pem
	if type(text) == "string" and text:find "BEGIN CERTIFICATE" and not text:find "PRIVATE KEY" then
		-- A certificate is public; the service model hides the whole field for what else may be in it.
		properties.certificate_pem = text
	else
		properties.certificate_pem = nil
		resource.remarks[#resource.remarks + 1] =
			"What it holds is not written here; DMS keeps what it has."
	end
end

local function settings_as_code(resource, properties, made, name)
	local document = properties[name]
	properties[name] = nil
	if type(document) ~= "table" then
		return
	end
	local own, unknown, stripped = task_settings.of(document)
	for _, path in ipairs(unknown) do
		resource.remarks[#resource.remarks + 1] = ("The setting %s is not known to this dmsrun; it stays as it is."):format(
			path
		)
	end
	for _, left in ipairs(stripped) do
		made.stripped[left] = true
	end
	if own then
		local text = source.value(own, 1, #name + #" = settings.document_of ,")
		made.settings = true
		resource.settings = own
		properties[name] = source.code("settings.document_of " .. text)
	end
end

BUILD["dms.task"] = function(resource, properties, made)
	local raw = resource.item.raw
	properties.replication_instance_arn =
		reference(made, raw.replication_instance_arn, "replication_instance_arn")
	properties.source_endpoint_arn = reference(made, raw.source_endpoint_arn, "endpoint_arn")
	properties.target_endpoint_arn = reference(made, raw.target_endpoint_arn, "endpoint_arn")
	resource.mappings = properties.table_mappings
	properties.table_mappings = source.code("mappings." .. resource.key)
	settings_as_code(resource, properties, made, "replication_task_settings")
	if type(properties.task_data) == "string" then
		local ok, document = errors.capture(json.decode, properties.task_data)
		properties.task_data = ok and document or properties.task_data
	end
end

BUILD["dms.replication_config"] = function(resource, properties, made, ctx)
	local raw, compute = resource.item.raw, properties.compute_config or {}
	properties.source_endpoint_arn = reference(made, raw.source_endpoint_arn, "endpoint_arn")
	properties.target_endpoint_arn = reference(made, raw.target_endpoint_arn, "endpoint_arn")
	drop_own_key(compute, ctx, "kms_key_id")
	if compute.multi_az then
		compute.availability_zone = nil
	end
	for name, value in pairs(compute) do
		compute[name] = not empty(value) and value or nil
	end
	local group = compute.replication_subnet_group_id
	for arn, other in pairs(made.by_arn) do
		if other.kind == "dms.subnet_group" and other.item.id == group then
			compute.replication_subnet_group_id =
				reference(made, arn, "replication_subnet_group_identifier")
		end
	end
	resource.mappings = properties.table_mappings
	properties.table_mappings = source.code("mappings." .. resource.key)
	settings_as_code(resource, properties, made, "replication_settings")
end

BUILD["dms.event_subscription"] = function(_, properties, made)
	local output = properties.source_type == "replication-instance"
			and "replication_instance_identifier"
		or "replication_task_identifier"
	for index, id in ipairs(properties.source_ids or {}) do
		for arn, other in pairs(made.by_arn) do
			local fits = other.kind == "dms." .. properties.source_type:gsub("%-", "_")
				or (other.kind == "dms.task" and properties.source_type == "replication-task")
			if fits and other.item.name == id then
				properties.source_ids[index] = reference(made, arn, output)
			end
		end
	end
end

BUILD["cloudwatch.alarm"] = function(resource, properties, made)
	properties.alarm_name = resource.item.name
	for _, dimension in ipairs(properties.dimensions or {}) do
		for arn, other in pairs(made.by_arn) do
			if
				dimension.name == "ReplicationInstanceIdentifier"
				and other.kind == "dms.replication_instance"
				and other.item.name == dimension.value
			then
				dimension.value = reference(made, arn, "replication_instance_identifier")
			elseif
				dimension.name == "ReplicationTaskIdentifier"
				and other.kind == "dms.task"
				and arn:match "([^:]+)$" == dimension.value
			then
				dimension.value = reference(made, arn, "resource_id")
			end
		end
	end
end

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
	local common = #made.resources > 1 and copy(made.resources[1].properties.tags or {}) or {}
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

--- What the script declares for the chosen items. What can't be declared goes to what is left out.
---@param choice adopt.Choice
---@param stack string
---@param ctx stack.Context
---@return adopt.Declared
function declare.of(choice, stack, ctx)
	local made = { stack = stack, resources = {}, by_arn = {}, stripped = {} }
	local ids, keys = identities(choice.items, stack), {}
	for _, item in ipairs(choice.items) do
		local key = source.name(ids[item])
		while keys[item.kind .. " " .. key] do
			key = key .. "_"
		end
		keys[item.kind .. " " .. key] = true
		local resource = {
			item = item,
			kind = item.kind,
			id = ids[item],
			group = GROUPS[item.kind],
			key = key,
			order = FIRST[item.kind] or {},
			remarks = {},
		}
		resource.properties = plain(resource, ctx)
		local why = undeclarable(resource, resource.properties)
		if why then
			choice.left[#choice.left + 1] = { kind = item.kind, name = item.name, why = why }
		else
			made.resources[#made.resources + 1] = resource
			made.by_arn[item.arn] = resource
		end
	end
	for _, resource in ipairs(made.resources) do
		local build = BUILD[resource.kind]
		---@diagnostic disable-next-line: unnecessary-if -- few kinds have one
		if build then
			build(resource, resource.properties, made, ctx)
		end
		table.sort(resource.remarks)
	end
	share_tags(made)
	return made
end

return declare
