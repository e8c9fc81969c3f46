--- Builds the stack of a migration: network, storage, access, DMS, monitoring. Nothing is changed
--- here.

local access = require "access"
local aws = require "aws"
local errors = require "errors"
local engine_version = require "migration.engine_version"
local host = require "host"
local monitoring = require "monitoring"
local needs = require "access.needs"
local network = require "network"
local secrets = require "secrets"
local stack = require "stack"
local storage = require "storage"

local build = {}

--- Endpoints connect from the instance, so the security group lets it out to their ports.
local function databases_of(m)
	local list = {}
	for _, database in ipairs { m.source, m.target } do
		if database.port then
			local name = database.config.server_name
			list[#list + 1] = network.database(name, database.port, database.side .. " database")
		end
	end
	return list
end

--- The account and region that the stack states, compared before anything else is asked of AWS.
local function check_identity(m)
	if host.checking() then
		return
	end
	local c, who = m.config, aws.whoami()
	for _, name in ipairs { "account", "region" } do
		if c[name] and c[name] ~= who[name] then
			local origin, place = c:origin(name)
			errors.raise {
				summary = ("The stack belongs to another %s"):format(name),
				what = ("%s belongs to %s %s; these credentials lead to %s %s"):format(
					m.name,
					name,
					c[name],
					name,
					who[name]
				),
				why = ("%s comes from %s; nothing was changed"):format(name, origin),
				hints = {
					name == "region" and ("choose the region: --region " .. c.region)
						or aws.is_local and ("rehearse it as the local AWS's account: -c account=" .. who.account)
						or "choose other credentials: --profile NAME, or AWS_PROFILE",
				},
				at = place or m.place,
			}
		end
	end
	aws.expect { account = c.account, region = c.region }
end

--- A range that holds too few subnets is refused where it was written.
local function check_range(m)
	local c = m.config
	if c.vpc_id then
		return
	end
	local ok, problem = pcall(network.plan, c.vpc_cidr, c.zones, c.subnet_prefix)
	if ok then
		return
	end
	local told, origin, place = errors.describe(problem), c:origin "vpc_cidr"
	local hints = #told.hints > 0 and told.hints or { "vpc_cidr is written as 10.0.0.0/16" }
	errors.raise {
		summary = told.summary,
		what = told.what,
		why = "vpc_cidr comes from " .. origin,
		hints = hints,
		at = place or m.place,
		exit = "usage",
	}
end

local function add_network(s, m)
	local c = m.config
	check_range(m)
	return network.build(s, {
		cidr = c.vpc_cidr,
		zones = c.zones,
		subnet_prefix = c.subnet_prefix,
		nat_gateways = c.nat_gateways,
		databases = databases_of(m),
		existing = {
			vpc_id = c.vpc_id,
			subnet_ids = c.subnet_ids,
			security_group_ids = c.security_group_ids,
		},
		vpc_endpoints = c.vpc_endpoints,
		flow_logs = c.flow_logs,
	})
end

--- The ARN of the key that everything is encrypted with: an existing one, ours, or none.
local function add_key(s, m)
	if m.config.kms_key_id then
		return m.config.kms_key_id
	end
	if m.config.kms then
		return s:add("kms.key", "data", { description = "Data of the migration " .. m.name }).arn
	end
end

--- How an endpoint logs in: by an existing secret, by one that the stack keeps, or in plain text.
local function credentials(s, m, database, key)
	local given = database.config
	if database.uses_secret or database.keeps_secret then
		local kept = secrets.endpoint(s, {
			id = database.side,
			username = given.username,
			password = given.password,
			host = given.server_name,
			port = database.port,
			secret_id = given.secret_id,
			role_arn = given.secret_role_arn,
			kms_key_arn = key,
			permissions_boundary = m.config.permissions_boundary,
		})
		return {}, kept.settings
	end
	local plain = {
		server_name = given.server_name,
		port = database.port,
		username = given.username,
		password = given.password,
	}
	return plain, {}
end

--- MySQL endpoints name no database: the mappings name the schemas.
local function database_name(database)
	if tostring(database.engine.family):lower() ~= "mysql" then
		return database.config.database_name
	end
end

--- The role with which DMS reaches buckets, streams, tables or domains that the settings name, where
--- they name no role.
local function add_access(s, m, database, props, settings)
	local given = needs.of_settings(database.engine, database.side, settings)
	if settings.service_access_role_arn or not needs.complete(given) then
		return
	end
	given.permissions_boundary = m.config.permissions_boundary
	local made = access.endpoint_role(s, database.side, given)
	for name, value in pairs(made.settings) do
		settings[name] = value
	end
	for name, value in pairs(made.properties) do
		props[name] = value
	end
end

local function add_endpoint(s, m, database, key)
	local props, settings = credentials(s, m, database, key)
	for name, value in pairs((database.config.settings or {})[database.engine.settings] or {}) do
		settings[name] = value
	end
	add_access(s, m, database, props, settings)
	props.endpoint_type = database.side
	props.engine_name = database.engine.name
	props.database_name = database_name(database)
	props.ssl_mode = database.ssl_mode
	props.certificate_arn = database.config.certificate_arn
	if database.certificate_pem then
		local pem = { certificate_pem = database.certificate_pem }
		props.certificate_arn = s:add("dms.certificate", database.side, pem).certificate_arn
	end
	props.extra_connection_attributes = database.attributes
	props.kms_key_id = key
	if next(settings) then
		props[database.engine.settings] = settings
	end
	return s:add("dms.endpoint", database.side, props, { at = m:place_of_endpoint(database.side) })
end

--- The shared roles come first: DMS looks for them when it makes the subnet group and the instance.
local function after(roles)
	local depends = {}
	for _, role in ipairs { roles.vpc or false, roles.logs or false } do
		if role then
			depends[#depends + 1] = role
		end
	end
	return { depends_on = depends }
end

--- The name of the subnet group: an existing one's, or of one over the private subnets.
local function subnet_group(s, m, net, roles)
	if m.config.subnet_group then
		return m.config.subnet_group
	end
	local subnets = s:add("dms.subnet_group", "subnets", {
		replication_subnet_group_description = "Subnets of the migration " .. m.name,
		subnet_ids = net.private_subnet_ids,
	}, after(roles))
	return subnets.replication_subnet_group_identifier
end

local function add_instance(s, m, net, roles, key)
	local c = m.config
	return s:add("dms.replication_instance", "replication", {
		replication_instance_class = c.replication_instance_class,
		allocated_storage = c.allocated_storage,
		multi_az = c.enable_multi_az,
		engine_version = engine_version.of(m),
		allow_major_version_upgrade = c.allow_major_version_upgrade or nil,
		auto_minor_version_upgrade = c.auto_minor_version_upgrade,
		publicly_accessible = c.publicly_accessible,
		preferred_maintenance_window = c.preferred_maintenance_window,
		replication_subnet_group_identifier = subnet_group(s, m, net, roles),
		vpc_security_group_ids = net.security_group_ids,
		kms_key_id = key,
	}, after(roles))
end

local function add_tasks(s, m, instance, endpoints)
	local tasks = {}
	for _, task in ipairs(m.tasks) do
		tasks[task.id] = s:add("dms.task", task.id, {
			replication_instance_arn = instance.replication_instance_arn,
			source_endpoint_arn = endpoints.source.endpoint_arn,
			target_endpoint_arn = endpoints.target.endpoint_arn,
			migration_type = task.migration_type,
			table_mappings = task.mappings,
			replication_task_settings = task.settings,
			state = task.state,
			cdc_start = task.start,
		}, { at = task.mappings:place() })
	end
	return tasks
end

local function add_monitoring(s, m, instance, tasks)
	local c, replicating = m.config, {}
	for _, task in ipairs(m.tasks) do
		if task.migration_type ~= "full-load" then
			replicating[task.id] = tasks[task.id]
		end
	end
	return monitoring.build(s, {
		emails = c.notifications,
		instance = instance,
		tasks = tasks,
		cdc_tasks = replicating,
		alarms = c.alarms,
		events = c.events,
		dashboard = c.dashboard,
		log_alarms = c.log_alarms,
		latency_seconds = c.latency_alarm_seconds,
		allocated_storage = c.allocated_storage,
		retention_in_days = c.log_retention_days,
	})
end

--- What other tools ask for, under the names that they know.
local function add_outputs(s, parts)
	s:output("VpcId", parts.network.vpc_id)
	s:output("ReplicationInstanceId", parts.instance.replication_instance_identifier)
	s:output("SourceEndpointId", parts.source.endpoint_identifier)
	s:output("TargetEndpointId", parts.target.endpoint_identifier)
	s:output("MigrationTaskId", parts.tasks.migration.replication_task_identifier)
	if parts.tasks.cdc then
		s:output("CdcTaskId", parts.tasks.cdc.replication_task_identifier)
	end
	s:output("LogsBucketName", parts.bucket.bucket)
	s:output("SnsTopicArn", parts.monitoring.topic.topic_arn)
end

--- Properties of a resource whose changes are to be left alone, by `kind/id.property`.
local function ignored(m, kind, id)
	local names, prefix = {}, ("%s/%s."):format(kind, id)
	for _, path in ipairs(m.config.ignore_changes) do
		if path:sub(1, #prefix) == prefix then
			names[#names + 1] = path:sub(#prefix + 1)
		end
	end
	return #names > 0 and names or nil
end

--- The keys of the configuration that properties come from, where their names differ. `%s` is the
--- endpoint's side.
local KEYS = {
	["dms.replication_instance"] = {
		multi_az = "enable_multi_az",
		vpc_security_group_ids = "security_group_ids",
		replication_subnet_group_identifier = "subnet_group",
	},
	["dms.endpoint"] = {
		certificate_arn = "%s_db_config.certificate_arn",
		secrets_manager_secret_id = "%s_db_config.secret_id",
		secrets_manager_access_role_arn = "%s_db_config.secret_role_arn",
		service_access_role_arn = "%s_db_config.settings",
		kms_key_id = "kms_key_id",
	},
	["ec2.vpc"] = { cidr_block = "vpc_cidr" },
	["ec2.subnet"] = { availability_zone = "zones" },
	["ec2.vpc_endpoint"] = { service_name = "vpc_endpoints", vpc_endpoint_type = "vpc_endpoints" },
	["s3.bucket"] = { kms_master_key_id = "kms_key_id" },
	["logs.log_group"] = { retention_in_days = "log_retention_days" },
	["sns.topic"] = { subscriptions = "notifications" },
}

--- The key of the configuration that a property comes from; nil where it comes from the script.
local function key_of(m, kind, id, property)
	local root, last = property:match "^[%w_]+", property:match "([%w_]+)$"
	local named = KEYS[kind] or {}
	local key = named[last] or named[root] or last
	key = key and key:format(id)
	local known = key and (m.config[key:match "^[%w_]+"] ~= nil)
	return known and key or nil
end

--- What is declared here was asked for where the migration is written, and not where it is run.
local function place_at(s, m)
	local add = s.add
	function s:add(kind, id, properties, options)
		local copy = { at = m.place, ignore_changes = ignored(m, kind, id) }
		copy.origin = function(property)
			local key = key_of(m, kind, id, property)
			if key then
				return m.config:origin(key)
			end
		end
		for key, value in pairs(options or {}) do
			copy[key] = value
		end
		return add(self, kind, id, properties, copy)
	end
end

--- The stack, and the handles of its parts.
---@param m migration.Migration
---@return table stack
---@return table parts
function build.stack(m)
	local c = m.config
	check_identity(m)
	local s = stack.new(m.name, { owner = m.options.owner, tags = c.tags, wait = c.wait })
	local parts = {}
	place_at(s, m)
	local key = add_key(s, m)
	parts.network = add_network(s, m)
	parts.bucket = storage.bucket(s, { id = "migration-logs", kms_key_id = key })
	local roles = access.roles(s, {
		ensure = c.ensure_roles,
		bucket = parts.bucket,
		bucket_role_arn = c.bucket_role_arn,
		permissions_boundary = c.permissions_boundary,
		kms_key_arn = key,
	})
	parts.roles = roles
	parts.source = add_endpoint(s, m, m.source, key)
	parts.target = add_endpoint(s, m, m.target, key)
	parts.instance = add_instance(s, m, parts.network, roles, key)
	parts.tasks = add_tasks(s, m, parts.instance, parts)
	parts.monitoring = add_monitoring(s, m, parts.instance, parts.tasks)
	add_outputs(s, parts)
	s.add = nil
	if m.options.extend then
		m.options.extend(s, parts)
	end
	return s, parts
end

return build
