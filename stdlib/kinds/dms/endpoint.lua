--- dms.endpoint: how DMS reaches a source or a target. An endpoint can't be changed while a task
--- that uses it runs, so those are stopped, and resumed afterwards.

local absence = require "kinds.support.absence"
local arn = require "kinds.support.arn"
local aws = require "aws"
local change = require "kinds.support.changes"
local coming_back = require "kinds.support.coming_back"
local dms = require "kinds.support.dms"
local domain = require "dms"
local errors = require "errors"
local exists = require "kinds.support.exists"
local kind = require "kind"
local left_stopped = require "kinds.support.left_stopped"
local needs = require "kinds.support.endpoint_needs"
local notes = require "kinds.support.notes"
local pauses = require "kinds.support.pauses"
local replications = require "kinds.support.replications"
local secret = require "secret"
local settings = require "kinds.support.endpoint_settings"
local tags = require "kinds.support.tags"
local tasks = require "kinds.support.tasks"
local waiting = require "kinds.support.waiting"

local function identify(raw)
	return raw.endpoint_arn, raw.endpoint_arn
end

local function engine_names()
	local names = {}
	for _, engine in ipairs(domain.engines()) do
		names[#names + 1] = type(engine) == "table" and engine.name or engine
	end
	return names
end

--- `a=1;b=2` and `b=2;a=1;` say the same. Where a password is among them, or they are declared as a
--- secret, none of it is shown.
local function same_attributes(declared, live)
	local function plain(text)
		return secret.is(text) and secret.reveal(text) or tostring(text or "")
	end
	local function set(text)
		local parts = {}
		for part in text:gmatch "[^;]+" do
			parts[#parts + 1] = part:match "^%s*(.-)%s*$"
		end
		table.sort(parts)
		return table.concat(parts, ";")
	end
	local wanted, there = plain(declared), plain(live)
	if set(wanted) == set(there) then
		return true
	end
	local both = wanted .. ";" .. there
	local covered = secret.is(declared) or secret.inside(both)
	for name in both:gmatch "([^;=]+)=" do
		covered = covered or secret.is_name(name)
	end
	if covered then
		local from = there ~= "" and secret.new(there) or nil
		return false, { { path = "", from = from, to = secret.new(wanted) } }
	end
	return false
end

--- What ModifyEndpoint takes as well; endpoint_type and engine_name replace.
local MODIFIED = {
	"username",
	"server_name",
	"port",
	"database_name",
	"extra_connection_attributes",
	"certificate_arn",
	"ssl_mode",
	"service_access_role_arn",
	"external_table_definition",
}

---@type table<string, kind.Property>
local properties = {
	endpoint_type = {
		type = "string",
		required = true,
		enum = { "source", "target" },
		compare = "case",
		replaces = "an endpoint is made as source or as target",
		doc = "source or target.",
	},
	engine_name = {
		type = "string",
		required = true,
		enum = engine_names(),
		replaces = "another engine needs other settings",
		doc = "DMS's name of the engine, such as mysql or aurora-postgresql.",
	},
	server_name = { type = "string", doc = "Host name or address of the database." },
	port = { type = "integer", doc = "The port; DMS has no default." },
	username = { type = "string", doc = "The user that DMS connects as." },
	password = {
		type = "string",
		secret = true,
		fingerprint = true,
		doc = "The user's password. DMS never shows it; a secret in Secrets Manager is safer.",
	},
	database_name = {
		type = "string",
		doc = "The database. Not for the MySQL family, where mappings name the schemas.",
	},
	ssl_mode = {
		default = "none",
		type = "string",
		enum = { "none", "require", "verify-ca", "verify-full" },
		doc = "How the connection is encrypted and checked.",
	},
	certificate_arn = { type = "string", doc = "The certificate for verify-ca and verify-full." },
	extra_connection_attributes = {
		default = "",
		type = "string",
		compare = same_attributes,
		doc = "Further attributes, name=value;name=value.",
	},
	kms_key_id = {
		type = "string",
		compare = arn.same_key,
		replaces = "the key of an endpoint is fixed",
		doc = "The key that encrypts what DMS keeps of the connection; aws/dms when left out.",
	},
	service_access_role_arn = { type = "string", doc = "The role that reaches an AWS service." },
	external_table_definition = {
		type = "any",
		compare = "json",
		doc = "The tables of an S3 source, as JSON text or a table.",
	},
	tags = tags.property,
}
for name, doc in pairs(settings.members) do
	properties[name] = {
		type = "map",
		compare = settings.equal,
		hides = settings.hides,
		check = function(value)
			return settings.problem(name, value)
		end,
		doc = doc,
	}
	MODIFIED[#MODIFIED + 1] = name
end

local function text_or_json(value)
	return type(value) == "table" and require("json").encode(value) or value
end

--- The tasks that use the endpoint and run, as the plan saw them.
local function running(item)
	local found = {}
	for _, task in ipairs(item and item.tasks or {}) do
		if tasks.runs(task) then
			found[#found + 1] = task
		end
	end
	return found
end

--- What a change does to the replications that use the endpoint.
local function effect_of_update(changes, item)
	local list = running(item)
	if #list == 0 then
		return nil
	end
	local names = {}
	for index, task in ipairs(list) do
		names[index] = task.replication_task_identifier
	end
	local raw, moved = item.raw, ""
	if changes.server_name and (raw.endpoint_type or ""):lower() == "source" then
		moved = ("; a checkpoint is a position in the log of %s, and means nothing in another server's"):format(
			tostring(raw.server_name)
		)
	end
	return ("interrupts replication: stops %s, modifies the endpoint and %s%s"):format(
		table.concat(names, ", "),
		coming_back.of_all(list),
		moved
	)
end

return kind.define {
	name = "dms.endpoint",
	doc = "How DMS reaches a source or a target.",
	source = "https://docs.aws.amazon.com/dms/latest/APIReference/API_CreateEndpoint.html",
	properties = properties,
	fresh = true,
	outputs = {
		endpoint_arn = "ARN of the endpoint",
		endpoint_identifier = "its identifier",
		endpoint_type = "source or target",
	},

	list = function(ctx)
		local items = dms.ours(ctx, ctx:sweep(aws.dms.describe_endpoints, {}), identify)
		local all = #items > 0
				and replications.beside(ctx:sweep(aws.dms.describe_replication_tasks, {}), ctx)
			or {}
		for _, item in ipairs(items) do
			item.tasks = tasks.of_endpoint(all, item.id)
		end
		left_stopped.find(ctx, items)
		return items
	end,

	read = function(_, id)
		return dms.item(dms.one(aws.dms.describe_endpoints, "endpoint-arn", id), id, id)
	end,

	observe = function(ctx, item)
		local raw = item.raw
		local live = { tags = tags.user(item.tags) }
		for name, property in pairs(properties) do
			if not property.write_only and not property.fingerprint and name ~= "tags" then
				live[name] = raw[name]
			end
		end
		live.endpoint_type = raw.endpoint_type and raw.endpoint_type:lower()
		return {
			properties = live,
			outputs = {
				endpoint_arn = item.id,
				endpoint_identifier = raw.endpoint_identifier,
				endpoint_type = live.endpoint_type,
				name = raw.endpoint_identifier,
			},
			-- Until those run again that a change of it has stopped, it is not over.
			state = item.left and "modifying" or dms.state(ctx, raw.status),
			broken = raw.status == "failed" and "has failed" or nil,
		}
	end,

	parents = function(item)
		local raw = item.raw
		local parents = settings.parents(raw)
		parents[#parents + 1] = raw.certificate_arn
		parents[#parents + 1] = raw.kms_key_id and arn.name(raw.kms_key_id)
		parents[#parents + 1] = raw.service_access_role_arn
			and arn.name(raw.service_access_role_arn)
		return parents
	end,

	create = function(ctx, props)
		local request = change.pick(props, MODIFIED)
		request.endpoint_identifier = dms.identifier(ctx, 255)
		request.endpoint_type = props.endpoint_type:lower()
		request.engine_name = props.engine_name
		request.password = props.password
		request.kms_key_id = props.kms_key_id
		request.external_table_definition = text_or_json(props.external_table_definition)
		request.tags = dms.tags(ctx, props)
		return aws.dms.create_endpoint(request).endpoint.endpoint_arn
	end,

	update = function(ctx, item, props, changes)
		local request, any = change.changed(changes, MODIFIED)
		if any or changes.password then
			request.endpoint_arn = item.id
			notes.ahead(item, (changes.tags or {}).to)
			if changes.external_table_definition then
				request.external_table_definition =
					text_or_json(changes.external_table_definition.to)
			end
			-- DMS wants the whole access again where a part of it changes.
			if request.username or request.server_name or changes.password then
				request.password = props.password
			end
			local all = aws.pages(aws.dms.describe_replication_tasks, { without_settings = true })
			local users = tasks.of_endpoint(replications.beside(all), item.id)
			local arns = {}
			for index, task in ipairs(users) do
				arns[index] = task.replication_task_arn
			end
			pauses.around(ctx, arns, function()
				aws.dms.modify_endpoint(request)
			end, function()
				tasks.connections_tested(ctx, item.id)
			end)
			ctx.nobody_left = true
		end
		dms.retag(item.id, changes)
	end,

	delete = function(ctx, item)
		waiting.while_in_use(ctx, "endpoint " .. item.id, dms.BUSY, function()
			absence.or_nil(function()
				return aws.dms.delete_endpoint { endpoint_arn = item.id }
			end)
		end, 300)
	end,

	settle = function(ctx, id, action)
		local function poll()
			return dms.poll(ctx, aws.dms.describe_endpoints, "endpoint_arn", id)
		end
		if action == "delete" then
			return waiting.until_gone(ctx, "endpoint " .. id, poll)
		end
		-- Whoever does not wait for it has to bring back all the same whom it has stopped.
		local brings_back = action == "update" and not ctx.nobody_left
		if ctx.patient == false and not brings_back then
			return
		end
		ctx:wait {
			what = "endpoint to be active",
			every = waiting.EVERY,
			timeout = 600,
			check = function()
				local raw = poll()
				local status = raw and (raw.status or ""):lower()
				if status == "failed" then
					---@cast raw -?
					errors.raise {
						summary = "Endpoint failed",
						what = ("%s could not be made"):format(raw.endpoint_identifier),
					}
				end
				return status == "active"
			end,
		}
		if brings_back then
			left_stopped.resume(ctx, id)
		end
	end,

	preflight = function(check, props)
		needs.check(check, props)
		exists.key(check, "kms_key_id", props.kms_key_id)
		exists.certificate(check, "certificate_arn", props.certificate_arn)
		local general = { "dms.amazonaws.com" }
		exists.role(check, "service_access_role_arn", props.service_access_role_arn, general)
		-- Secrets are read by DMS's regional self.
		local regional = { ("dms.%s.amazonaws.com"):format(check.region) }
		for member in pairs(settings.members) do
			local given = props[member] or {}
			exists.secret(
				check,
				member .. ".secrets_manager_secret_id",
				given.secrets_manager_secret_id
			)
			exists.role(
				check,
				member .. ".secrets_manager_access_role_arn",
				given.secrets_manager_access_role_arn,
				regional
			)
			exists.role(
				check,
				member .. ".service_access_role_arn",
				given.service_access_role_arn,
				general
			)
		end
	end,

	effect = function(action, changes, item)
		if not item or (action ~= "update" and action ~= "wait") then
			return nil
		end
		local parts = {}
		if action == "update" and change.beyond_tags(changes) then
			parts[1] = effect_of_update(changes, item)
		end
		parts[#parts + 1] = item.left and left_stopped.effect(item.left, "endpoint")
		return #parts > 0 and table.concat(parts, "; ") or nil
	end,

	loses_data = function(action, item, changes)
		local lost = {}
		for _, task in
			ipairs(action == "update" and change.beyond_tags(changes) and running(item) or {})
		do
			lost[#lost + 1] = coming_back.loss(task)
		end
		return #lost > 0 and table.concat(lost, "; ") or nil
	end,
}
