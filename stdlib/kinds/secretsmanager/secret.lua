--- secretsmanager.secret: a secret, such as the user and password of a database. Its value is
--- written and never read back: a plan compares a salted fingerprint in a tag, so that a rotation
--- that happens elsewhere is left alone, and another declared value is written.
---
---     local s = require("stack").new("example", { kinds = { "secretsmanager.secret" } })
---     s:add("secretsmanager.secret", "source", {
---         value = { username = "dms", password = require("secret").new "change-me" },
---         rotation = {
---             lambda_arn = "arn:aws:lambda:eu-west-1:123456789012:function:rotate",
---             automatically_after_days = 30,
---         },
---     })

local absence = require "kinds.support.absence"
local arn = require "kinds.support.arn"
local aws = require "aws"
local errors = require "errors"
local exists = require "kinds.support.exists"
local json = require "json"
local kind = require "kind"
local names = require "kinds.support.names"
local policy = require "kinds.support.policy"
local record = require "stack.record"
local secret = require "secret"
local tags = require "kinds.support.tags"
local taken = require "kinds.support.taken"
local users = require "kinds.support.secret_users"

--- The text to store: as given, or the members as JSON. The secrets in it are uncovered here and
--- nowhere else, and covered again at once.
local function text_of(props)
	if props.secret_string ~= nil then
		return props.secret_string
	elseif props.value == nil then
		return nil
	end
	local plain = {}
	for name, value in pairs(props.value) do
		plain[name] = secret.is(value) and secret.reveal(value) or value
	end
	return secret.new(json.encode(plain))
end

--- The service wants 32 to 64 characters; without one the SDK makes its own.
local function token_of(ctx)
	local length = #(ctx.token or "")
	return length >= 32 and length <= 64 and ctx.token or nil
end

local function item_of(raw)
	return { id = raw.arn, tags = tags.map(raw.tags), raw = raw }
end

local function describe(id)
	local answer = absence.or_nil(function()
		return aws.secretsmanager.describe_secret { secret_id = id }
	end)
	return answer
end

--- What is answered for a name that is taken, by a deleted secret too.
local TAKEN = { InvalidRequestException = true, ResourceExistsException = true }

local function policy_of(id)
	local answer = absence.or_nil(function()
		return aws.secretsmanager.get_resource_policy { secret_id = id }
	end)
	return answer and policy.decode(answer.resource_policy)
end

--- The secret that this very request made, when its answer was lost and it was sent again: the
--- fingerprint among the tags has a salt of this run.
local function made_before(ctx, props)
	local raw = describe(ctx.name)
	if not raw or raw.deleted_date ~= nil then
		return nil
	end
	local there = tags.map(raw.tags)
	for name, value in pairs(tags.on_create(ctx, props)) do
		if there[name] ~= value then
			return nil
		end
	end
	return there["dmsrun:fingerprint"] and raw.arn
end

--- A secret that was deleted is kept for some days, and its name with it. Our own is taken back, as it
--- is declared now and without what it had beside that.
local function restore(ctx, name, props, err)
	---@type any
	local raw = describe(name)
	local deleted = raw and raw.deleted_date ~= nil
	if not deleted or not tags.ours(ctx, tags.map(raw.tags)) then
		error(err, 0)
	end
	aws.secretsmanager.restore_secret { secret_id = raw.arn }
	aws.secretsmanager.update_secret {
		secret_id = raw.arn,
		description = props.description,
		kms_key_id = props.kms_key_id,
		secret_string = text_of(props),
	}
	aws.secretsmanager.tag_resource {
		secret_id = raw.arn,
		tags = tags.list(tags.on_create(ctx, props)),
	}
	if not props.resource_policy then
		aws.secretsmanager.delete_resource_policy { secret_id = raw.arn }
	end
	if raw.rotation_enabled and not props.rotation then
		aws.secretsmanager.cancel_rotate_secret { secret_id = raw.arn }
	end
	return raw.arn
end

--- The rules of a rotation as the service has them.
local function rules_of(rotation)
	if rotation.automatically_after_days or rotation.schedule_expression then
		return {
			automatically_after_days = rotation.automatically_after_days,
			schedule_expression = rotation.schedule_expression,
			duration = rotation.duration,
		}
	end
end

--- Lets a secret rotate as declared, or no more.
local function set_rotation(id, rotation)
	if rotation == nil then
		aws.secretsmanager.cancel_rotate_secret { secret_id = id }
		return
	end
	aws.secretsmanager.rotate_secret {
		secret_id = id,
		rotation_lambda_arn = rotation.lambda_arn,
		rotation_rules = rules_of(rotation),
		rotate_immediately = rotation.rotate_immediately,
	}
end

--- How a secret rotates; nil for one that does not. Secrets Manager works the days out from a
--- schedule, so that only what was declared is compared.
local function rotation_of(raw)
	if not raw.rotation_enabled then
		return nil
	end
	local rules = raw.rotation_rules or {}
	return {
		lambda_arn = raw.rotation_lambda_arn,
		automatically_after_days = rules.automatically_after_days,
		schedule_expression = rules.schedule_expression,
		duration = rules.duration,
	}
end

--- What Secrets Manager would refuse of a rotation, and where.
local function rotation_problem(rotation)
	local function_arn, days = rotation.lambda_arn, rotation.automatically_after_days
	local schedule, duration = rotation.schedule_expression, rotation.duration
	if
		type(function_arn) == "string"
		and not function_arn:find "^arn:[^:]+:lambda:[^:]+:%d+:function:."
	then
		return "it is the ARN of a function: arn:aws:lambda:REGION:ACCOUNT:function:NAME",
			".lambda_arn"
	elseif days and schedule then
		return "days and a schedule exclude each other", ".schedule_expression"
	elseif not days and not schedule then
		return "it says not how often: automatically_after_days, or schedule_expression"
	elseif days and (days < 1 or days > 1000) then
		return "Secrets Manager takes 1 to 1000 days", ".automatically_after_days"
	elseif
		schedule
		and not schedule:find "^rate%(%d+ %a+%)$"
		and not schedule:find "^cron%(.+%)$"
	then
		return "it is written as rate(10 days) or cron(0 8 1 * ? *)", ".schedule_expression"
	elseif duration and not duration:find "^%d+h$" then
		return "it is written in hours, as 3h", ".duration"
	end
end

local ROTATION = {
	lambda_arn = {
		type = "string",
		required = true,
		doc = "The function that makes and sets a new password.",
	},
	automatically_after_days = { type = "integer", doc = "How often: every so many days." },
	schedule_expression = {
		type = "string",
		doc = "How often, instead of days: rate(10 days), cron(0 8 1 * ? *).",
	},
	duration = { type = "string", doc = "How long a rotation may take, such as 3h." },
	rotate_immediately = {
		type = "boolean",
		write_only = true,
		doc = "false: the first rotation waits for its time; otherwise it is at once.",
	},
}

--- Refuses the name of a secret that is somebody else's before anything is made.
local function check_name(check)
	local name = ("%s-%s"):format(check.stack.name, check.declared.id)
	local list = check.creates
		and check:try("The secrets could not be listed", function()
			return check:sweep(aws.secretsmanager.list_secrets, {
				filters = { { key = "name", values = { check.stack.name .. "-" } } },
			})
		end)
	for _, raw in ipairs(list or {}) do
		if raw.name == name and raw.deleted_date == nil then
			local found = { noun = "a secret", name = name, tags = tags.map(raw.tags) }
			taken.refuse(check, "name", found)
		end
	end
end

return kind.define {
	name = "secretsmanager.secret",
	doc = "A secret, such as the user and password of a database.",
	source = "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html",
	properties = {
		description = { default = "", type = "string", doc = "What the secret is for." },
		value = {
			type = "map",
			secret = true,
			fingerprint = true,
			doc = "The members of the secret; stored as JSON.",
		},
		secret_string = {
			type = "string",
			secret = true,
			fingerprint = true,
			doc = "The text of the secret, instead of value.",
		},
		kms_key_id = {
			type = "string",
			compare = arn.same_key,
			doc = "The key that encrypts it; aws/secretsmanager when left out.",
		},
		resource_policy = {
			resets = true,
			type = "any",
			compare = "policy",
			doc = "Who else may read it, as a table or JSON text.",
		},
		rotation = {
			resets = true,
			type = "map",
			fields = ROTATION,
			check = rotation_problem,
			doc = "A function that changes the password now and then, and how often.",
		},
		tags = tags.property,
	},
	outputs = { arn = "ARN of the secret", secret_name = "name of the secret" },

	list = function(ctx)
		local raws = ctx:sweep(aws.secretsmanager.list_secrets, {
			filters = { { key = "name", values = { names.prefix(ctx) } } },
		})
		local items = {}
		for _, raw in ipairs(raws) do
			local item = item_of(raw)
			if raw.deleted_date == nil and tags.ours(ctx, item.tags) then
				items[#items + 1] = item
			end
		end
		return users.noted(ctx, items)
	end,

	read = function(_, id)
		local raw = describe(id)
		return raw and raw.deleted_date == nil and item_of(raw) or nil
	end,

	observe = function(ctx, item)
		local raw = item.raw
		return {
			properties = {
				description = raw.description,
				kms_key_id = raw.kms_key_id,
				resource_policy = ctx:wants "resource_policy" and policy_of(item.id) or nil,
				rotation = rotation_of(raw),
				tags = tags.user(item.tags),
			},
			outputs = { arn = item.id, secret_name = raw.name, name = raw.name },
			state = "available",
		}
	end,

	parents = function(item)
		return { item.raw.kms_key_id and arn.name(item.raw.kms_key_id) }
	end,

	preflight = function(check, props)
		check_name(check)
		exists.key(check, "kms_key_id", props.kms_key_id)
		if props.value ~= nil and props.secret_string ~= nil then
			check:refuse {
				property = "secret_string",
				what = "value and secret_string both say what the secret holds; it holds one",
				hints = { "leave one of them out" },
			}
		end
		local rotation = props.rotation
		local region = type(rotation) == "table"
			and type(rotation.lambda_arn) == "string"
			and rotation.lambda_arn:match "^arn:[^:]+:lambda:([^:]+):"
		if region and region ~= check.region then
			check:refuse {
				property = "rotation.lambda_arn",
				word = rotation.lambda_arn,
				what = ("the function is in %s, and the stack in %s"):format(region, check.region),
				hints = { "a secret is rotated by a function of its own region" },
			}
		end
	end,

	create = function(ctx, props)
		local ok, answer = errors.capture(aws.secretsmanager.create_secret, {
			name = ctx.name,
			client_request_token = token_of(ctx),
			description = props.description,
			kms_key_id = props.kms_key_id,
			secret_string = text_of(props),
			tags = tags.list(tags.on_create(ctx, props)),
		})
		local id
		if ok then
			id = answer.arn
		elseif type(answer) == "table" and TAKEN[answer.code] then
			id = made_before(ctx, props) or restore(ctx, ctx.name, props, answer)
		else
			error(answer, 0)
		end
		if props.resource_policy then
			aws.secretsmanager.put_resource_policy {
				secret_id = id,
				resource_policy = policy.encode(props.resource_policy),
			}
		end
		if props.rotation then
			set_rotation(id, props.rotation)
		end
		return id
	end,

	update = function(_, item, props, changes)
		local written = changes.value or changes.secret_string
		local untouched = record.untouched(
			item.tags[record.FINGERPRINT],
			((changes.tags or {}).to or {})[record.FINGERPRINT]
		)
		if untouched then
			aws.secretsmanager.tag_resource {
				secret_id = item.id,
				tags = tags.list { [record.FINGERPRINT] = untouched },
			}
		end
		if changes.description or changes.kms_key_id or written then
			aws.secretsmanager.update_secret {
				secret_id = item.id,
				description = props.description,
				kms_key_id = props.kms_key_id,
				secret_string = written and text_of(props) or nil,
			}
		end
		if changes.resource_policy and props.resource_policy then
			aws.secretsmanager.put_resource_policy {
				secret_id = item.id,
				resource_policy = policy.encode(props.resource_policy),
			}
		elseif changes.resource_policy then
			aws.secretsmanager.delete_resource_policy { secret_id = item.id }
		end
		if changes.rotation then
			set_rotation(item.id, props.rotation)
		end
		if changes.tags and changes.tags.to then
			aws.secretsmanager.tag_resource {
				secret_id = item.id,
				tags = tags.list(changes.tags.to),
			}
		end
	end,

	delete = function(_, item)
		-- Kept for a week: a deploy that follows takes it back.
		absence.or_nil(function()
			return aws.secretsmanager.delete_secret {
				secret_id = item.id,
				recovery_window_in_days = 7,
			}
		end)
	end,

	settle = function() end,

	effect = users.effect,
}
