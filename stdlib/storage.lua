--- The bucket of a migration, for logs, assessments and S3 endpoints: private, encrypted,
--- versioned, and emptied by time.
---
---     local stack = require "stack"
---     local storage = require "storage"
---     local s = stack.new "orders-migration"
---     local bucket = storage.bucket(s, {})   -- named orders-migration-logs-<account>

local storage = {}

---@class storage.Options
---@field id? string the id in the stack; "logs"
---@field bucket? string the bucket's own name; <stack>-<id>-<account>
---@field kms_key_id? any encrypt with this key instead of S3's own
---@field versioning? boolean true
---@field expire_days? integer|false objects go after so many days; 90
---@field noncurrent_days? integer|false old versions go after so many days; 30
---@field intelligent_tiering? boolean let S3 move what is seldom read
---@field log_bucket? any where access logs go
---@field tags? table<string, string>

local function pick(value, default)
	if value == nil then
		return default
	end
	return value
end

local function rules(options)
	local expire = pick(options.expire_days, 90)
	local noncurrent = pick(options.noncurrent_days, 30)
	local rule = {
		id = "expire",
		status = "Enabled",
		abort_incomplete_multipart_upload = { days_after_initiation = 7 },
	}
	rule.expiration = expire and { days = expire } or nil
	rule.noncurrent_version_expiration = noncurrent and { noncurrent_days = noncurrent } or nil
	---@type table[]
	local list = { rule }
	if options.intelligent_tiering then
		list[2] = {
			id = "tiering",
			status = "Enabled",
			transitions = { { days = 0, storage_class = "INTELLIGENT_TIERING" } },
		}
	end
	return list
end

local function encryption(options)
	if options.kms_key_id == nil then
		return { sse_algorithm = "AES256" }
	end
	return {
		sse_algorithm = "aws:kms",
		kms_master_key_id = options.kms_key_id,
		bucket_key_enabled = true,
	}
end

--- Adds the bucket to a stack.
---@param stack table
---@param options? storage.Options
---@return table handle
function storage.bucket(stack, options)
	options = options or {}
	return stack:add("s3.bucket", options.id or "logs", {
		bucket = options.bucket,
		versioning = pick(options.versioning, true),
		encryption = encryption(options),
		lifecycle_rules = rules(options),
		public_access_block = {
			block_public_acls = true,
			ignore_public_acls = true,
			block_public_policy = true,
			restrict_public_buckets = true,
		},
		object_ownership = "BucketOwnerEnforced",
		tls_only = true,
		logging = options.log_bucket and {
			target_bucket = options.log_bucket,
			target_prefix = (options.id or "logs") .. "/",
		} or nil,
		tags = options.tags,
	})
end

return storage
