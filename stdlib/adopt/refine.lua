--- What a script says otherwise than its kind observes it: references between what is adopted, keys that
--- are AWS's own, engines' settings without what repeats the endpoint, documents as code.

local absence = require "kinds.support.absence"
local alarm_rule = require "kinds.support.alarm_rule"
local aws = require "aws"
local errors = require "errors"
local hidden = require "adopt.hidden"
local properties = require "adopt.properties"
local secret = require "secret"
local settings = require "kinds.support.endpoint_settings"
local source = require "adopt.source"
local task_settings = require "adopt.task_settings"

local refine = {}

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

local function drop_own_key(plain, ctx, name)
	local id = plain[name]
	if type(id) == "string" and not own_key(ctx, id) then
		plain[name] = nil
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
local BY_KIND = {}

BY_KIND["dms.replication_instance"] = function(resource, plain, made, ctx)
	local raw = resource.item.raw
	drop_own_key(plain, ctx, "kms_key_id")
	if raw.multi_az then
		plain.availability_zone = nil
	end
	plain.publicly_accessible = raw.publicly_accessible == true
	if raw.auto_minor_version_upgrade ~= false and raw.engine_version then
		-- DMS goes from patch to patch by itself.
		plain.engine_version = raw.engine_version:match "^%d+%.%d+" or raw.engine_version
	end
	local group = plain.replication_subnet_group_identifier
	for _, other in pairs(made.by_arn) do
		if other.kind == "dms.subnet_group" and other.item.id == group then
			other.used = true
			plain.replication_subnet_group_identifier = source.code(
				("subnet_groups.%s.replication_subnet_group_identifier"):format(other.key)
			)
		end
	end
end

--- An engine's settings without what repeats the endpoint and what is confidential.
local function engine_settings(resource, plain, member)
	local given, own, repeated = plain[member], {}, {}
	for name, value in pairs(given) do
		local repeats = properties.same(value, resource.item.raw[name])
		if hidden.holds(name, value) then
			resource.remarks[#resource.remarks + 1] = ("%s.%s is confidential and not written here; DMS keeps what it has."):format(
				member,
				name
			)
		elseif not properties.empty(value) then
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
	plain[member] = next(own) and own or nil
end

BY_KIND["dms.endpoint"] = function(resource, plain, made, ctx)
	local raw = resource.item.raw
	drop_own_key(plain, ctx, "kms_key_id")
	local by_secret = false
	for member in pairs(settings.members) do
		if type(plain[member]) == "table" then
			by_secret = by_secret or plain[member].secrets_manager_secret_id ~= nil
			engine_settings(resource, plain, member)
		end
	end
	local confidential = hidden.attributes(plain.extra_connection_attributes)
	if #confidential > 0 then
		plain.extra_connection_attributes = nil
		resource.remarks[#resource.remarks + 1] = ("extra_connection_attributes holds %s and is not written here; DMS keeps what it has."):format(
			table.concat(confidential, ", ")
		)
	end
	if plain.certificate_arn then
		plain.certificate_arn = reference(made, raw.certificate_arn, "certificate_arn")
	end
	if raw.username and not by_secret then
		local name = (made.stack .. "_" .. resource.id):upper():gsub("[^%w]+", "_")
		resource.password = name .. "_PASSWORD"
		plain.password = source.code(('password "%s"'):format(resource.password))
	end
end

BY_KIND["dms.certificate"] = function(resource, plain)
	local pem = resource.item.raw.certificate_pem
	local text = secret.is(pem) and secret.reveal(pem) or pem
	if type(text) == "string" and text:find "BEGIN CERTIFICATE" and not text:find "PRIVATE KEY" then
		-- A certificate is public; the service model hides the whole field for what else may be in it.
		plain.certificate_pem = text
	else
		plain.certificate_pem = nil
		resource.remarks[#resource.remarks + 1] =
			"What it holds is not written here; DMS keeps what it has."
	end
end

local function settings_as_code(resource, plain, made, name)
	local document = plain[name]
	plain[name] = nil
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
		plain[name] = source.code("settings.document_of " .. text)
	end
end

BY_KIND["dms.task"] = function(resource, plain, made)
	local raw = resource.item.raw
	plain.replication_instance_arn =
		reference(made, raw.replication_instance_arn, "replication_instance_arn")
	plain.source_endpoint_arn = reference(made, raw.source_endpoint_arn, "endpoint_arn")
	plain.target_endpoint_arn = reference(made, raw.target_endpoint_arn, "endpoint_arn")
	resource.mappings = plain.table_mappings
	plain.table_mappings = source.code("mappings." .. resource.key)
	settings_as_code(resource, plain, made, "replication_task_settings")
end

BY_KIND["dms.replication_config"] = function(resource, plain, made, ctx)
	local raw, compute = resource.item.raw, plain.compute_config or {}
	plain.source_endpoint_arn = reference(made, raw.source_endpoint_arn, "endpoint_arn")
	plain.target_endpoint_arn = reference(made, raw.target_endpoint_arn, "endpoint_arn")
	drop_own_key(compute, ctx, "kms_key_id")
	if compute.multi_az then
		compute.availability_zone = nil
	end
	for name, value in pairs(compute) do
		compute[name] = not properties.empty(value) and value or nil
	end
	local group = compute.replication_subnet_group_id
	for arn, other in pairs(made.by_arn) do
		if other.kind == "dms.subnet_group" and other.item.id == group then
			compute.replication_subnet_group_id =
				reference(made, arn, "replication_subnet_group_identifier")
		end
	end
	resource.mappings = plain.table_mappings
	plain.table_mappings = source.code("mappings." .. resource.key)
	settings_as_code(resource, plain, made, "replication_settings")
end

BY_KIND["dms.event_subscription"] = function(_, plain, made)
	local output = plain.source_type == "replication-instance" and "replication_instance_identifier"
		or "replication_task_identifier"
	for index, id in ipairs(plain.source_ids or {}) do
		for arn, other in pairs(made.by_arn) do
			local fits = other.kind == "dms." .. plain.source_type:gsub("%-", "_")
				or (other.kind == "dms.task" and plain.source_type == "replication-task")
			if fits and other.item.name == id then
				plain.source_ids[index] = reference(made, arn, output)
			end
		end
	end
end

--- The adopted alarm of a name.
local function alarm_named(made, name)
	for _, other in pairs(made.by_arn) do
		if other.kind:find "alarm$" and other.item.name == name then
			return other
		end
	end
end

--- A rule with the handles of the alarms that are adopted beside it, so that they are made first.
local function rule_as_code(rule, made)
	local parts, rest = {}, rule
	for _, name in ipairs(alarm_rule.alarms(rule)) do
		local other = alarm_named(made, name)
		local first, last = rest:find(name, 1, true)
		if other and first then
			other.used = true
			parts[#parts + 1] = source.value(rest:sub(1, first - 1))
			parts[#parts + 1] = ("%s.%s.alarm_name"):format(other.group, other.key)
			rest = rest:sub(last + 1)
		end
	end
	if #parts == 0 then
		return rule
	end
	parts[#parts + 1] = source.value(rest)
	return source.code(table.concat(parts, " .. "))
end

BY_KIND["cloudwatch.composite_alarm"] = function(resource, plain, made)
	plain.alarm_name = resource.item.name
	plain.alarm_rule = rule_as_code(plain.alarm_rule, made)
end

BY_KIND["cloudwatch.alarm"] = function(resource, plain, made)
	plain.alarm_name = resource.item.name
	for _, dimension in ipairs(plain.dimensions or {}) do
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
			elseif
				dimension.name == "ReplicationConfigIdentifier"
				and other.kind == "dms.replication_config"
				and other.item.name == dimension.value
			then
				dimension.value = reference(made, arn, "replication_config_identifier")
			end
		end
	end
end

--- Puts what a script says in place of what was observed.
---@param resource adopt.Resource
---@param made adopt.Declared
---@param ctx stack.Context
function refine.resource(resource, made, ctx)
	local build = BY_KIND[resource.kind]
	---@diagnostic disable-next-line: unnecessary-if -- few kinds have one
	if build then
		build(resource, resource.properties, made, ctx)
	end
	table.sort(resource.remarks)
end

return refine
