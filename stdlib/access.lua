--- Who may do what: the roles that DMS wants in every account, and those of this migration.
---
---     local access = require "access"
---     local stack = require "stack"
---     local s = stack.new "orders"
---     local roles = access.roles(s, {})
---     local role = roles.vpc.role_name   -- a reference to dms-vpc-role

local aws = require "aws"

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

local function trust(service)
	return {
		Version = "2012-10-17",
		Statement = {
			{ Effect = "Allow", Principal = { Service = service }, Action = "sts:AssumeRole" },
		},
	}
end

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
	if region:find "^cn%-" then
		return "aws-cn"
	elseif region:find "^us%-gov%-" then
		return "aws-us-gov"
	end
	return "aws"
end

--- The roles that DMS wants under fixed names, made where they are missing and otherwise left
--- alone.
---@param stack table
---@return { vpc: table, logs: table }
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
---@param options { id?: string, bucket: table, kms_key_arn?: any }
---@return table handle
function access.bucket_role(stack, options)
	local bucket = options.bucket
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
	if options.kms_key_arn then
		statements[3] = {
			Effect = "Allow",
			Action = { "kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:DescribeKey" },
			Resource = options.kms_key_arn,
		}
	end
	return stack:add("iam.role", options.id or "bucket", {
		description = "DMS reads and writes the bucket of the migration",
		assume_role_policy_document = trust(DMS),
		policies = { bucket = document(statements) },
	})
end

--- A role with which DMS reads secrets.
---@param stack table
---@param options { id: string, secret_arns: any[], kms_key_arn?: any }
---@return table handle
function access.secret_role(stack, options)
	local statements = {
		{
			Effect = "Allow",
			Action = { "secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret" },
			Resource = options.secret_arns,
		},
	}
	if options.kms_key_arn then
		statements[2] = {
			Effect = "Allow",
			Action = { "kms:Decrypt", "kms:DescribeKey" },
			Resource = options.kms_key_arn,
		}
	end
	return stack:add("iam.role", options.id, {
		description = "DMS reads the secrets of the migration's endpoints",
		assume_role_policy_document = trust(access.regional_principal()),
		policies = { secrets = document(statements) },
	})
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
		roles.bucket = access.bucket_role(stack, options)
		roles.bucket_role_arn = roles.bucket.arn
	end
	return roles
end

return access
