--- kms.key: a key of your own. Its alias, policy and rotation are properties of it. Keys have no
--- names, so the alias is also how a stack finds them; a key without any alias is looked at as
--- well.

local absence = require "kinds.support.absence"
local aws = require "aws"
local kind = require "kind"
local names = require "kinds.support.names"
local policy = require "kinds.support.policy"
local tags = require "kinds.support.tags"

local PREFIX = "alias/"

--- An alias with and without its prefix is the same.
local function full(alias)
	return PREFIX .. (alias:gsub("^alias/", ""))
end

local function same_alias(declared, live)
	return live ~= nil and full(declared) == full(live)
end

local function tags_of(key_id)
	local list = absence.or_nil(function()
		return aws.pages(aws.kms.list_resource_tags, { key_id = key_id })
	end)
	return list and tags.map(list, "tag_key", "tag_value") or {}
end

--- An item; nil where the key is gone or about to go.
local function read(key_id)
	local answer = absence.or_nil(function()
		return aws.kms.describe_key { key_id = key_id }
	end)
	local raw = answer and answer.key_metadata
	if not raw or (raw.key_state or ""):find "^Pending.*Deletion$" then
		return nil
	end
	return { id = raw.key_id, tags = tags_of(raw.key_id), raw = raw }
end

local function aliases_of(key_id)
	local aliases = {}
	for _, alias in ipairs(aws.pages(aws.kms.list_aliases, { key_id = key_id })) do
		aliases[#aliases + 1] = alias.alias_name
	end
	table.sort(aliases)
	return aliases
end

local function set_alias(key_id, name)
	local there = false
	for _, alias in ipairs(aliases_of(key_id)) do
		if alias == name then
			there = true
		else
			aws.kms.delete_alias { alias_name = alias }
		end
	end
	if not there then
		aws.kms.create_alias { alias_name = name, target_key_id = key_id }
	end
end

local function set_rotation(key_id, rotates)
	if rotates then
		aws.kms.enable_key_rotation { key_id = key_id }
	else
		aws.kms.disable_key_rotation { key_id = key_id }
	end
end

--- KMS answers with the same document, spelt its own way.
local function policy_of(key_id)
	local answer = absence.or_nil(function()
		return aws.kms.get_key_policy { key_id = key_id, policy_name = "default" }
	end)
	return answer and policy.decode(answer.policy)
end

local function rotation_of(key_id)
	local answer = absence.or_nil(function()
		return aws.kms.get_key_rotation_status { key_id = key_id }
	end)
	return answer and answer.key_rotation_enabled
end

return kind.define {
	name = "kms.key",
	doc = "A key of your own, with its alias.",
	source = "https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html",
	properties = {
		description = { default = "", type = "string", doc = "What the key is for." },
		policy = {
			type = "any",
			compare = "policy",
			doc = "Who may use it, as a table or JSON text; the account when left out.",
		},
		enable_key_rotation = {
			default = false,
			type = "boolean",
			doc = "New key material every year.",
		},
		alias = {
			type = "string",
			compare = same_alias,
			doc = "Begins with the stack's name; <stack>-<id> when left out.",
		},
		tags = tags.property,
	},
	fresh = true,
	outputs = {
		key_id = "id of the key",
		arn = "ARN of the key",
		alias = "its alias",
	},

	list = function(ctx)
		-- Foreign keys have an alias nearly always; only those without one cost a look at their
		-- tags.
		local ours, foreign = {}, {}
		for _, alias in ipairs(ctx:sweep(aws.kms.list_aliases, {})) do
			if alias.target_key_id then
				local mine = names.may_be_ours(ctx, alias.alias_name, PREFIX)
				local set = mine and ours or foreign
				set[alias.target_key_id] = true
			end
		end
		local items = {}
		for _, key in ipairs(ctx:sweep(aws.kms.list_keys, {})) do
			if ours[key.key_id] or not foreign[key.key_id] then
				local item = read(key.key_id)
				if item and tags.ours(ctx, item.tags) then
					items[#items + 1] = item
				end
			end
		end
		return items
	end,

	read = function(_, id)
		return read(id)
	end,

	observe = function(_, item)
		local alias = aliases_of(item.id)[1]
		return {
			properties = {
				description = item.raw.description,
				policy = policy_of(item.id),
				enable_key_rotation = rotation_of(item.id),
				alias = alias,
				tags = tags.user(item.tags),
			},
			outputs = { key_id = item.id, arn = item.raw.arn, alias = alias, name = alias },
			state = item.raw.key_state,
		}
	end,

	parents = function()
		return {}
	end,

	create = function(ctx, props)
		local answer = aws.kms.create_key {
			description = props.description,
			policy = props.policy and policy.encode(props.policy),
			tags = tags.list(tags.on_create(ctx, props), "tag_key", "tag_value"),
		}
		local id = answer.key_metadata.key_id
		local alias = props.alias
				and PREFIX .. names.check(ctx, "kms.key", (props.alias:gsub("^alias/", "")))
			or PREFIX .. names.fit(ctx.name, 240)
		set_alias(id, alias)
		if props.enable_key_rotation then
			set_rotation(id, true)
		end
		return id
	end,

	update = function(_, item, props, changes)
		if changes.description then
			aws.kms.update_key_description {
				key_id = item.id,
				description = changes.description.to or "",
			}
		end
		if changes.policy and props.policy then
			aws.kms.put_key_policy {
				key_id = item.id,
				policy_name = "default",
				policy = policy.encode(props.policy),
			}
		end
		if changes.enable_key_rotation then
			set_rotation(item.id, changes.enable_key_rotation.to)
		end
		if changes.alias and changes.alias.to then
			set_alias(item.id, full(changes.alias.to))
		end
		if changes.tags and changes.tags.to then
			aws.kms.tag_resource {
				key_id = item.id,
				tags = tags.list(changes.tags.to, "tag_key", "tag_value"),
			}
		end
	end,

	delete = function(_, item)
		absence.or_nil(function()
			for _, alias in ipairs(aliases_of(item.id)) do
				aws.kms.delete_alias { alias_name = alias }
			end
			return aws.kms.schedule_key_deletion { key_id = item.id, pending_window_in_days = 7 }
		end)
	end,

	settle = function() end,

	loses_data = function(action, item)
		if action == "delete" or action == "replace" then
			return ("what key %s encrypts can't be read once it is gone (in 7 days)"):format(
				item.id
			)
		end
	end,
}
