--- The access to a database in Secrets Manager: the secret in the form that DMS reads, and the role
--- with which it does. An endpoint then holds no password at all.
---
---     local secret = require "secret"
---     local secrets = require "secrets"
---     local stack = require "stack"
---     local s = stack.new "orders"
---     local access = secrets.endpoint(s, {
---       id = "source", username = "dms", password = secret.new "change-me",
---       host = "db.example.com", port = 3306,
---     })
---     local settings = access.settings   -- the two members that go into the endpoint's engine settings

local access = require "access"
local aws = require "aws"
local server_tag = require "kinds.support.server_tag"

local secrets = {}

---@class secrets.Options
---@field id string what the endpoint is called, such as "source"
---@field username? string
---@field password? any a secret
---@field host? any
---@field port? integer
---@field secret_id? string an existing secret, by ARN or name
---@field role_arn? any an existing role that reads it
---@field kms_key_arn? any the key that encrypts it
---@field permissions_boundary? string ARN of the policy that limits the role

--- DMS reads these members and no others: `host`, not `server`.
local function add_secret(stack, options)
	local text = server_tag.text(options.host, options.port)
	return stack:add("secretsmanager.secret", options.id .. "-database", {
		description = ("How DMS reaches the %s database"):format(options.id),
		value = {
			username = options.username,
			password = options.password,
			host = options.host,
			port = options.port,
		},
		kms_key_id = options.kms_key_arn,
		tags = text and { [server_tag.NAME] = text } or nil,
	})
end

--- What a role needs to read a secret that is given by name: its ARN ends in six characters more.
local function arn_pattern(secret_id)
	if secret_id:find "^arn:" then
		return secret_id
	end
	local region = aws.region()
	return ("arn:%s:secretsmanager:%s:*:secret:%s-??????"):format(
		access.partition(region),
		region,
		secret_id
	)
end

--- Adds a secret and its role to a stack, or uses those that exist.
---@param stack table
---@param options secrets.Options
---@return { secret?: table, role?: table, settings: table }
function secrets.endpoint(stack, options)
	local handle = not options.secret_id and add_secret(stack, options) or nil
	local secret_id = handle and handle.arn or options.secret_id
	local role
	if not options.role_arn then
		role = access.secret_role(stack, {
			id = options.id .. "-secret",
			secret_arns = { handle and handle.arn or arn_pattern(options.secret_id) },
			kms_key_arn = options.kms_key_arn,
			permissions_boundary = options.permissions_boundary,
		})
	end
	return {
		secret = handle,
		role = role,
		settings = {
			secrets_manager_secret_id = secret_id,
			secrets_manager_access_role_arn = role and role.arn or options.role_arn,
		},
	}
end

return secrets
