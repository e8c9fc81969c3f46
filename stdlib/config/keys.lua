--- The keys of the configuration: type, default and meaning of each. Unknown ones are refused.

local settings = require "kinds.support.endpoint_settings"
local shapes = require "kinds.support.shapes"

local keys = {}

--- How a source or target database is reached.
keys.database = {
	engine_name = { type = "string", default = "mysql", doc = "DMS's name of the engine" },
	server_name = { type = "string", doc = "host name or address" },
	port = { type = "integer", min = 1, max = 65535, doc = "the engine's own port unless given" },
	database_name = {
		type = "string",
		doc = "the database (for MySQL: the schema that is migrated)",
	},
	username = { type = "string", doc = "the user that DMS connects as" },
	password = { type = "secret", doc = "text, { env = NAME } or { file = PATH }" },
	secret_id = {
		type = "string",
		doc = "an existing secret of Secrets Manager, instead of a password",
	},
	secret_role_arn = { type = "string", doc = "the role that reads it; one is made unless given" },
	ssl_mode = { type = "string", doc = "none, require, verify-ca or verify-full" },
	certificate_arn = {
		type = "string",
		doc = "a certificate of DMS, for verify-ca and verify-full",
	},
	certificate_file = { type = "string", doc = "a PEM file beside the script, imported into DMS" },
	extra_connection_attributes = { type = "string", doc = "name=value;name=value" },
	settings = {
		type = "map",
		values = settings.members,
		doc = "the engine's endpoint settings, such as my_sql_settings",
	},
}

keys.stack = {
	account = { type = "string", doc = "the account the stack belongs to; any other is refused" },
	region = { type = "string", doc = "the region the stack belongs to; any other is refused" },

	replication_instance_class = {
		type = "string",
		default = "dms.t3.medium",
		pattern = "^dms%.%w+%.%w+$",
		like = "dms.t3.medium",
		doc = "size",
	},
	enable_multi_az = { type = "boolean", default = true, doc = "a standby in another zone" },
	allocated_storage = { type = "integer", min = 5, max = 30000, default = 100, doc = "GB" },
	engine_version = { type = "string", doc = "of DMS; the account's default unless given" },
	allow_major_version_upgrade = {
		type = "boolean",
		default = false,
		doc = "let engine_version go from 3.5 to 3.6; there is no way back",
	},
	auto_minor_version_upgrade = { type = "boolean", default = true, doc = "in the window" },
	publicly_accessible = { type = "boolean", default = false, doc = "a public address" },
	preferred_maintenance_window = {
		type = "string",
		check = shapes.maintenance_window,
		doc = "such as sun:03:00-sun:04:00, UTC",
	},

	source_db_config = { type = "group", fields = keys.database, doc = "the source database" },
	target_db_config = { type = "group", fields = keys.database, doc = "the target database" },
	secrets_manager = {
		type = "boolean",
		default = true,
		doc = "keep given passwords in Secrets Manager",
	},

	vpc_cidr = { type = "string", default = "10.0.0.0/16", doc = "of the network that is made" },
	zones = {
		type = "integer",
		min = 2,
		max = 6,
		default = 2,
		doc = "availability zones, at least 2",
	},
	subnet_prefix = {
		type = "integer",
		min = 16,
		max = 28,
		default = 24,
		doc = "size of each subnet",
	},
	nat_gateways = {
		type = "integer",
		min = 0,
		max = 6,
		default = 1,
		doc = "0 where the databases need no internet",
	},
	vpc_id = { type = "string", doc = "an existing network, instead of a new one" },
	subnet_ids = { type = "list", doc = "existing subnets of that network, in two zones" },
	security_group_ids = { type = "list", doc = "existing security groups for the instance" },
	vpc_endpoints = { type = "list", default = {}, doc = "such as s3, secretsmanager, logs" },
	flow_logs = { type = "boolean", default = false, doc = "log the network's traffic" },

	kms_key_id = { type = "string", doc = "an existing key for storage and secrets" },
	kms = { type = "boolean", default = false, doc = "make a key for storage and secrets" },
	ensure_roles = {
		type = "boolean",
		default = true,
		doc = "make dms-vpc-role and the like if missing",
	},
	bucket_role_arn = { type = "string", doc = "an existing role for the bucket" },
	permissions_boundary = { type = "string", doc = "the policy that limits the stack's own roles" },

	wait = { type = "boolean", default = true, doc = "wait until what is made is ready to use" },
	subnet_group = { type = "string", doc = "an existing DMS subnet group" },

	events = { type = "boolean", default = true, doc = "event subscription for failures" },
	alarms = { type = "boolean", default = true, doc = "CloudWatch alarms" },
	log_alarms = {
		type = "boolean",
		default = false,
		doc = "alarms on what only task logs tell: errors, LOBs that were cut",
	},
	dashboard = { type = "boolean", default = false, doc = "a CloudWatch page of graphs" },
	notifications = {
		type = "list",
		default = {},
		member = shapes.email,
		doc = "e-mail addresses that hear of failures",
	},
	latency_alarm_seconds = {
		type = "integer",
		min = 1,
		max = 86400,
		default = 300,
		doc = "CDC latency that alarms",
	},
	log_retention_days = {
		type = "integer",
		default = 30,
		check = shapes.retention,
		doc = "of the task logs",
	},

	tags = { type = "map", doc = "on everything that is made" },
	ignore_changes = {
		type = "list",
		default = {},
		doc = "such as dms.task/migration.table_mappings",
	},
}

--- Variables of the original's environment, and the keys they stand for.
keys.environment = { CDK_DEFAULT_ACCOUNT = "account", CDK_DEFAULT_REGION = "region" }

return keys
