--- The settings of a bucket, each with its own calls: how each is declared, read, written and reset.

local absence = require "kinds.support.absence"
local arn = require "kinds.support.arn"
local aws = require "aws"
local change = require "kinds.support.changes"
local errors = require "errors"
local json = require "json"
local policy = require "kinds.support.policy"
local rules = require "kinds.support.bucket_rules"

local settings = {}

--- The statement that refuses plain HTTP, known by its Sid.
local TLS_SID = "DmsrunTlsOnly"

local function tls_statement(ctx, bucket)
	local bucket_arn = ("arn:%s:s3:::%s"):format(arn.partition(ctx.region), bucket)
	return {
		Sid = TLS_SID,
		Effect = "Deny",
		Principal = "*",
		Action = "s3:*",
		Resource = { bucket_arn, bucket_arn .. "/*" },
		Condition = { Bool = { ["aws:SecureTransport"] = "false" } },
	}
end

--- Whether a service answered with success, and with something that is not the answer.
local function is_unreadable(err)
	return type(err) == "table" and tostring(err.code):find "^HTTP2" ~= nil
end

--- Asks for a setting. What was never set, and what the service can't do, is nil.
---@return table? answer
---@return any problem where the answer can't be read
local function get(operation, bucket)
	local ok, answer = errors.capture(operation, { bucket = bucket })
	if ok then
		return answer
	end
	if absence.is(answer) or absence.of_operation(answer) then
		return nil
	elseif is_unreadable(answer) then
		return nil, answer
	end
	error(answer, 0)
end

--- S3 always says whether it keeps versions; nil is an answer that can't be read, of which is
--- warned.
local function same_if_readable(declared, live)
	return live == nil or declared == live
end

--- What S3 gives a new bucket.
local PRIVATE = {
	block_public_acls = true,
	ignore_public_acls = true,
	block_public_policy = true,
	restrict_public_buckets = true,
}

settings.properties = {
	versioning = {
		default = false,
		type = "boolean",
		compare = same_if_readable,
		doc = "Keep old versions of objects.",
	},
	encryption = {
		resets = true,
		type = "map",
		fields = {
			sse_algorithm = {
				type = "string",
				enum = { "AES256", "aws:kms", "aws:kms:dsse" },
				doc = "AES256 is S3's own key, aws:kms one of yours.",
			},
			kms_master_key_id = {
				type = "string",
				compare = arn.same_key,
				doc = "The key for aws:kms, by id or ARN.",
			},
			bucket_key_enabled = { type = "boolean", doc = "Fewer calls to KMS." },
		},
		doc = "How objects are encrypted; S3 uses AES256 where nothing is said.",
	},
	lifecycle_rules = rules.lifecycle,
	public_access_block = {
		default = PRIVATE,
		type = "map",
		fields = {
			block_public_acls = { type = "boolean", doc = "Refuse public access lists." },
			ignore_public_acls = { type = "boolean", doc = "Ignore public access lists." },
			block_public_policy = { type = "boolean", doc = "Refuse public policies." },
			restrict_public_buckets = { type = "boolean", doc = "Ignore public policies." },
		},
		doc = "What is refused of public access.",
	},
	object_ownership = {
		default = "BucketOwnerEnforced",
		type = "string",
		enum = { "BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter" },
		doc = "Who owns what others put in; BucketOwnerEnforced switches access lists off.",
	},
	policy = {
		resets = true,
		type = "any",
		compare = "policy",
		doc = "The bucket policy, as a table or JSON text, without the part of tls_only.",
	},
	tls_only = {
		default = false,
		type = "boolean",
		doc = "Refuse requests that are not encrypted.",
	},
	logging = {
		resets = true,
		type = "map",
		fields = {
			target_bucket = { type = "string", doc = "The bucket that gets the access logs." },
			target_prefix = { type = "string", doc = "What their names begin with." },
		},
		doc = "Access logs.",
	},
	intelligent_tiering = rules.tiering,
}

local readers = {}

function readers.versioning(bucket)
	local answer, problem = get(aws.s3.get_bucket_versioning, bucket)
	if problem then
		errors.warn {
			summary = "Versioning can't be checked",
			what = ("bucket %s: %s"):format(bucket, tostring(problem)),
			at = false,
		}
		return {}
	end
	return { versioning = answer ~= nil and answer.status == "Enabled" }
end

local function encryption_rule(bucket)
	local answer = get(aws.s3.get_bucket_encryption, bucket)
	local config = answer and answer.server_side_encryption_configuration
	return config and (config.rules or {})[1]
end

function readers.encryption(bucket)
	local rule = encryption_rule(bucket)
	local default = rule and rule.apply_server_side_encryption_by_default
	return {
		encryption = default and {
			sse_algorithm = default.sse_algorithm,
			kms_master_key_id = default.kms_master_key_id,
			bucket_key_enabled = rule.bucket_key_enabled,
		},
	}
end

function readers.lifecycle_rules(bucket)
	local answer = get(aws.s3.get_bucket_lifecycle_configuration, bucket)
	return { lifecycle_rules = answer and answer.rules }
end

function readers.public_access_block(bucket)
	local answer = get(aws.s3.get_public_access_block, bucket)
	return { public_access_block = answer and answer.public_access_block_configuration }
end

function readers.object_ownership(bucket)
	local answer = get(aws.s3.get_bucket_ownership_controls, bucket)
	local rule = answer and ((answer.ownership_controls or {}).rules or {})[1]
	return { object_ownership = rule and rule.object_ownership }
end

function readers.policy(bucket)
	local answer = get(aws.s3.get_bucket_policy, bucket)
	local document = answer and policy.decode(answer.policy)
	local own, tls_only = {}, false
	for _, statement in ipairs(document and document.Statement or {}) do
		if statement.Sid == TLS_SID then
			tls_only = true
		else
			own[#own + 1] = statement
		end
	end
	return { policy = #own > 0 and policy.document(own) or nil, tls_only = tls_only }
end

function readers.logging(bucket)
	local answer = get(aws.s3.get_bucket_logging, bucket)
	return { logging = answer and answer.logging_enabled }
end

function readers.intelligent_tiering(bucket)
	local answer = get(aws.s3.list_bucket_intelligent_tiering_configurations, bucket)
	return { intelligent_tiering = answer and answer.intelligent_tiering_configuration_list }
end

--- A setting as it is, with what is declared over it: S3 takes each as a whole, and what the script
--- does not say stays.
local function over(live, declared)
	local whole = {}
	for _, members in ipairs { live or {}, declared } do
		for name, value in pairs(members) do
			whole[name] = value
		end
	end
	return whole
end

local writers = {}

function writers.versioning(_, bucket, props)
	aws.s3.put_bucket_versioning {
		bucket = bucket,
		versioning_configuration = { status = props.versioning and "Enabled" or "Suspended" },
	}
end

function writers.encryption(_, bucket, props)
	local wanted = props.encryption
	if wanted == nil then
		return aws.s3.delete_bucket_encryption { bucket = bucket }
	end
	local rule = encryption_rule(bucket) or {}
	local default = over(rule.apply_server_side_encryption_by_default, {
		sse_algorithm = wanted.sse_algorithm or "AES256",
		kms_master_key_id = wanted.kms_master_key_id,
	})
	if default.sse_algorithm == "AES256" then
		-- S3's own key has no id.
		default.kms_master_key_id = nil
	end
	aws.s3.put_bucket_encryption {
		bucket = bucket,
		server_side_encryption_configuration = {
			rules = {
				over(rule, {
					apply_server_side_encryption_by_default = default,
					bucket_key_enabled = wanted.bucket_key_enabled,
				}),
			},
		},
	}
end

function writers.lifecycle_rules(_, bucket, props)
	if #(props.lifecycle_rules or {}) == 0 then
		return aws.s3.delete_bucket_lifecycle { bucket = bucket }
	end
	aws.s3.put_bucket_lifecycle_configuration(
		rules.lifecycle_request(bucket, props.lifecycle_rules)
	)
end

function writers.public_access_block(_, bucket, props)
	if props.public_access_block == nil then
		return aws.s3.delete_public_access_block { bucket = bucket }
	end
	aws.s3.put_public_access_block {
		bucket = bucket,
		public_access_block_configuration = over(
			readers.public_access_block(bucket).public_access_block,
			props.public_access_block
		),
	}
end

function writers.object_ownership(_, bucket, props)
	if props.object_ownership == nil then
		return aws.s3.delete_bucket_ownership_controls { bucket = bucket }
	end
	aws.s3.put_bucket_ownership_controls {
		bucket = bucket,
		ownership_controls = { rules = { { object_ownership = props.object_ownership } } },
	}
end

function writers.policy(ctx, bucket, props)
	local statements = {}
	local declared = props.policy
	if type(declared) == "string" then
		declared = json.decode(declared)
	end
	for _, statement in ipairs(declared and declared.Statement or {}) do
		statements[#statements + 1] = statement
	end
	if props.tls_only then
		statements[#statements + 1] = tls_statement(ctx, bucket)
	end
	if #statements == 0 then
		return aws.s3.delete_bucket_policy { bucket = bucket }
	end
	aws.s3.put_bucket_policy {
		bucket = bucket,
		policy = policy.encode(policy.document(statements)),
	}
end

function writers.logging(_, bucket, props)
	local enabled_now = props.logging and over(readers.logging(bucket).logging, props.logging)
	---@cast enabled_now aws.s3.input.LoggingEnabled?
	aws.s3.put_bucket_logging {
		bucket = bucket,
		bucket_logging_status = { logging_enabled = enabled_now },
	}
end

function writers.intelligent_tiering(_, bucket, props)
	local kept = {}
	for _, config in ipairs(props.intelligent_tiering or {}) do
		kept[config.id] = true
		aws.s3.put_bucket_intelligent_tiering_configuration(rules.tiering_request(bucket, config))
	end
	local there = readers.intelligent_tiering(bucket).intelligent_tiering or {}
	for _, config in ipairs(there) do
		if not kept[config.id] then
			aws.s3.delete_bucket_intelligent_tiering_configuration {
				bucket = bucket,
				id = config.id,
			}
		end
	end
end

--- The order matters once: public policies are refused before a policy is put.
local ORDER = {
	"public_access_block",
	"object_ownership",
	"encryption",
	"versioning",
	"lifecycle_rules",
	"policy",
	"logging",
	"intelligent_tiering",
}

--- The settings of a bucket that somebody wants to know, as they are; each costs a call.
---@param bucket string
---@param wants fun(name: string): boolean
---@return table
function settings.observe(bucket, wants)
	local live = {}
	for _, name in ipairs(ORDER) do
		if wants(name) or (name == "policy" and wants "tls_only") then
			for property, value in pairs(readers[name](bucket)) do
				live[property] = value
			end
		end
	end
	return live
end

--- Writes what is declared into a new bucket.
function settings.put_all(ctx, bucket, props)
	local block = props.public_access_block
	if block then
		props = over(props, { public_access_block = over(PRIVATE, block) })
	end
	for _, name in ipairs(ORDER) do
		if props[name] ~= nil or (name == "policy" and props.tls_only) then
			writers[name](ctx, bucket, props)
		end
	end
end

--- Writes what changed; what is no longer declared goes back to S3's default.
function settings.put_changed(ctx, bucket, props, changes)
	for _, name in ipairs(ORDER) do
		if name == "policy" and (changes.policy or changes.tls_only) then
			-- Two properties in one document: what the script does not declare of it stays.
			local both = { "policy", "tls_only" }
			writers.policy(ctx, bucket, change.whole(readers.policy(bucket), changes, both))
		elseif changes[name] then
			writers[name](ctx, bucket, props)
		end
	end
end

return settings
