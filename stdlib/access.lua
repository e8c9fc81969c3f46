--- Who may do what: the roles that DMS wants in every account, and those of this migration.
---
---     local access = require "access"
---     local stack = require "stack"
---     local s = stack.new "orders"
---     local roles = access.roles(s, {})
---     local role = roles.vpc.role_name   -- a reference to dms-vpc-role

local arn = require "kinds.support.arn"
local aws = require "aws"
local errors = require "errors"
local host = require "host"
local needs = require "access.needs"
local suggest = require "suggest"

local access = {}

--- What DMS is called in trust policies. Secrets are read by its regional self.
local DMS = "dms.amazonaws.com"

local MANAGED = "arn:aws:iam::aws:policy/service-role/"

--- The names are DMS's own; every user of DMS in the account shares these roles.
local SHARED = {
	{ key = "vpc", name = "dms-vpc-role", policy = "AmazonDMSVPCManagementRole" },
	{ key = "logs", name = "dms-cloudwatch-logs-role", policy = "AmazonDMSCloudWatchLogsRole" },
}

---@class access.Options
---@field ensure? boolean make the shared roles where they are missing; true
---@field bucket? table handle of the bucket that DMS reads and writes
---@field bucket_role_arn? string an existing role for it
---@field kms_key_arn? any the key that the bucket is encrypted with
---@field permissions_boundary? string ARN of the policy that limits the role

--- Who is run for: the account is not asked for where a script is only checked.
local function place_of(stack)
	if host.checking() then
		return { region = aws.region(), account = "000000000000" }
	end
	local who = stack:identity()
	return { region = who.region, account = who.account }
end

--- Only the DMS of this account and region may take a role: another account's could be told to use it
--- otherwise.
local function own_dms(place)
	return {
		StringEquals = { ["aws:SourceAccount"] = place.account },
		ArnLike = {
			["aws:SourceArn"] = ("arn:%s:dms:%s:%s:*"):format(
				arn.partition(place.region),
				place.region,
				place.account
			),
		},
	}
end

--- The trust policy of a role that services take.
---@param place { region: string, account: string }
---@param services { name: string, dms: boolean }[]
---@param conditions? boolean false: DMS of any account
local function trust(place, services, conditions)
	---@type string[], string[]
	local by_dms, others = {}, {}
	for _, service in ipairs(services) do
		local list = service.dms and by_dms or others
		list[#list + 1] = service.name
	end
	local statements = {}
	local function add(list, condition)
		if #list > 0 then
			statements[#statements + 1] = {
				Effect = "Allow",
				Principal = { Service = #list == 1 and list[1] or list },
				Action = "sts:AssumeRole",
				Condition = condition,
			}
		end
	end
	add(by_dms, conditions ~= false and own_dms(place) or nil)
	add(others)
	return { Version = "2012-10-17", Statement = statements }
end

---@class access.EndpointRole
---@field role? table handle of the role; nil where none is needed
---@field member string the endpoint's member for the engine's settings, such as "s3_settings"
---@field settings table what goes into that member
---@field properties table what goes into the endpoint beside it

local function document(statements)
	return { Version = "2012-10-17", Statement = statements }
end

--- The regional name under which DMS reads secrets.
---@return string
function access.regional_principal()
	return ("dms.%s.amazonaws.com"):format(aws.region())
end

--- The partition that a region belongs to.
---@param region string
---@return string
function access.partition(region)
	return arn.partition(region)
end

--- The roles that DMS wants under fixed names, made where they are missing and otherwise left
--- alone.
---@param stack table
---@return { vpc?: table, logs?: table, bucket?: table, bucket_role_arn?: any }
function access.shared(stack)
	local roles = {}
	local managed = MANAGED:gsub("^arn:aws:", "arn:" .. access.partition(aws.region()) .. ":")
	for _, role in ipairs(SHARED) do
		roles[role.key] = stack:add("iam.shared_role", role.name, {
			role_name = role.name,
			services = { DMS },
			managed_policy_arns = { managed .. role.policy },
		})
	end
	return roles
end

--- A role with which DMS reads and writes one bucket.
---@param stack table
---@param options { id?: string, bucket: table, kms_key_arn?: any, permissions_boundary?: string }
---@return table handle
function access.bucket_role(stack, options)
	local bucket = options.bucket
	---@type table[]
	local statements = {
		{
			Effect = "Allow",
			Action = {
				"s3:GetObject",
				"s3:PutObject",
				"s3:DeleteObject",
				"s3:PutObjectTagging",
			},
			Resource = bucket.arn .. "/*",
		},
		{
			Effect = "Allow",
			Action = { "s3:ListBucket", "s3:GetBucketLocation" },
			Resource = bucket.arn,
		},
	}
	local place = place_of(stack)
	local actions = { "kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey" }
	for _, statement in ipairs(needs.key_statements(place, options.kms_key_arn, actions, { "s3" })) do
		statements[#statements + 1] = statement
	end
	return stack:add("iam.role", options.id or "bucket", {
		description = "DMS reads and writes the bucket of the migration",
		assume_role_policy_document = trust(place, { { name = DMS, dms = true } }),
		permissions_boundary = options.permissions_boundary,
		policies = { bucket = document(statements) },
	})
end

--- A role with which DMS reads secrets.
---@param stack table
---@param options { id: string, secret_arns: any[], kms_key_arn?: any, permissions_boundary?: string }
---@return table handle
function access.secret_role(stack, options)
	---@type table[]
	local statements = {
		{
			Effect = "Allow",
			Action = { "secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret" },
			Resource = options.secret_arns,
		},
	}
	local place, actions, through = place_of(stack), { "kms:Decrypt" }, { "secretsmanager" }
	for _, statement in ipairs(needs.key_statements(place, options.kms_key_arn, actions, through)) do
		statements[#statements + 1] = statement
	end
	return stack:add("iam.role", options.id, {
		description = "DMS reads the secrets of the migration's endpoints",
		assume_role_policy_document = trust(place, {
			{ name = access.regional_principal(), dms = true },
		}),
		permissions_boundary = options.permissions_boundary,
		policies = { secrets = document(statements) },
	})
end

--- A role with what the endpoint of an engine needs and no more, and where the endpoint is told of it.
---
---     local access = require "access"
---     local stack = require "stack"
---     local s = stack.new "example"
---     local bucket = s:add("s3.bucket", "landing", {})
---     local made = access.endpoint_role(s, "target", {
---         engine = "s3", side = "target", bucket = bucket, folder = "orders",
---     })
---     made.member                     --> "s3_settings"
---     local settings = made.settings
---     settings.bucket_name = bucket.bucket
---     s:add("dms.endpoint", "target", {
---         endpoint_type = "target", engine_name = "s3", s3_settings = settings,
---     })
---
--- Nothing is made for an endpoint that needs nothing of AWS, such as a MySQL server with a user and a
--- password: `role` is nil then. For DMS older than 3.4.7 say `conditions = false`.
---@param stack stack.Stack
---@param id string what the endpoint is called, such as "target"
---@param given access.Needs
---@return access.EndpointRole
function access.endpoint_role(stack, id, given)
	local engine = needs.engine(given)
	local place = place_of(stack)
	local statements = needs.statements(place, given)
	---@type access.EndpointRole
	local made = { member = engine.settings, settings = {}, properties = {} }
	if #statements == 0 then
		return made
	end
	local services = needs.services(place, given)
	made.role = stack:add("iam.role", id .. "-access", {
		description = ("DMS reaches %s for the endpoint %s"):format(engine.label, id),
		assume_role_policy_document = trust(place, services, given.conditions),
		permissions_boundary = given.permissions_boundary,
		policies = { endpoint = document(statements) },
	})
	local first = services[1]
	if first and first.name == DMS then
		-- Timestream's settings have no member for it.
		local into = engine.settings == "timestream_settings" and made.properties or made.settings
		into.service_access_role_arn = made.role.arn
	end
	if given.secret ~= nil then
		made.settings.secrets_manager_access_role_arn = made.role.arn
		made.settings.secrets_manager_secret_id = needs.secrets(given)[1]
	end
	if given.database_user ~= nil then
		made.settings.authentication_method = "iam"
	end
	return made
end

--- What a key has to allow beside the account itself, by the service that uses it on its own: a topic
--- that alarms and DMS publish to, log groups, flow logs. Roles and people are allowed by their own
--- policies.
local KEY_USERS = {
	cloudwatch = { name = "cloudwatch.amazonaws.com", account = true },
	dms = { name = "dms.amazonaws.com", account = true },
	logs = { name = "logs.%s.amazonaws.com" },
	delivery = { name = "delivery.logs.amazonaws.com", account = true },
	sns = { name = "sns.amazonaws.com", account = true },
	s3 = { name = "s3.amazonaws.com", account = true },
}

--- The policy of a key: the account's own policies decide, and some services of AWS may use it.
---
---     local access = require "access"
---     local stack = require "stack"
---     local s = stack.new "example"
---     local key = s:add("kms.key", "alerts", {
---         policy = access.key_policy(s, { "cloudwatch", "dms" }),
---     })
---     s:add("sns.topic", "alerts", { kms_master_key_id = key.arn })
---@param stack stack.Stack
---@param services? ("cloudwatch"|"dms"|"logs"|"delivery"|"sns"|"s3")[]
---@return table
function access.key_policy(stack, services)
	local place = place_of(stack)
	local partition = arn.partition(place.region)
	local statements = {
		{
			Sid = "Account",
			Effect = "Allow",
			Principal = { AWS = ("arn:%s:iam::%s:root"):format(partition, place.account) },
			Action = "kms:*",
			Resource = "*",
		},
	}
	for _, service in ipairs(services or {}) do
		local user = KEY_USERS[service]
		if not user then
			local names = {}
			for name in pairs(KEY_USERS) do
				names[#names + 1] = name
			end
			table.sort(names)
			errors.raise {
				summary = "Unknown service",
				what = ("a key policy knows no service %q"):format(tostring(service)),
				hints = {
					suggest.did_you_mean(tostring(service), names)
						or ("it knows: " .. table.concat(names, ", ")),
				},
			}
		end
		-- CloudWatch Logs names the group that it encrypts, and not the account.
		local condition = user.account
				and { StringEquals = { ["aws:SourceAccount"] = place.account } }
			or {
				ArnLike = {
					["kms:EncryptionContext:aws:logs:arn"] = ("arn:%s:logs:%s:%s:*"):format(
						partition,
						place.region,
						place.account
					),
				},
			}
		statements[#statements + 1] = {
			Sid = "Use" .. service:sub(1, 1):upper() .. service:sub(2),
			Effect = "Allow",
			Principal = { Service = user.name:format(place.region) },
			Action = { "kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:DescribeKey" },
			Resource = "*",
			Condition = condition,
		}
	end
	return document(statements)
end

--- The roles of a migration.
---@param stack table
---@param options? access.Options
---@return { vpc?: table, logs?: table, bucket?: table, bucket_role_arn?: any }
function access.roles(stack, options)
	options = options or {}
	local roles = options.ensure ~= false and access.shared(stack) or {}
	if options.bucket_role_arn then
		roles.bucket_role_arn = options.bucket_role_arn
	elseif options.bucket then
		---@cast options { bucket: table }
		roles.bucket = access.bucket_role(stack, options)
		roles.bucket_role_arn = roles.bucket.arn
	end
	return roles
end

return access
