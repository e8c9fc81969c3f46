--- kms.key: a key of your own. Its alias, policy and rotation are properties of it. Keys have no
--- names, so the alias is also how a stack finds them; a key without any alias is looked at as
--- well.
---
--- A key that is deleted can be taken back for some days, and is: what a stack's buckets, secrets and
--- logs were encrypted with before a destroy can be read after the next deploy.
---
---     local s = require("stack").new("example", { kinds = { "kms.key" } })
---     s:add("kms.key", "data", {
---         description = "Data of the migration",
---         enable_key_rotation = true,
---         rotation_period_in_days = 180,
---         deletion_window_in_days = 30,
---     })

local absence = require "kinds.support.absence"
local arn = require "kinds.support.arn"
local aws = require "aws"
local errors = require "errors"
local kind = require "kind"
local names = require "kinds.support.names"
local policy = require "kinds.support.policy"
local tags = require "kinds.support.tags"

local PREFIX = "alias/"

--- How long a key is kept after it was deleted, where nothing else is declared. AWS's own default is
--- its longest.
local WINDOW = 30

--- How often a key rotates, where nothing else is declared.
local PERIOD = 365

--- The tag that remembers the window: a key is deleted when its declaration is gone.
local WINDOW_TAG = "dmsrun:deletion-window"

--- The tag of a key that is being deleted, until it has been taken back completely.
local DELETED_TAG = "dmsrun:deleted"

--- An alias with and without its prefix is the same.
local function full(alias)
	return PREFIX .. (alias:gsub("^alias/", ""))
end

local function same_alias(declared, live)
	return live ~= nil and full(declared) == full(live)
end

--- What KMS would refuse as an alias.
local function alias_problem(alias)
	local name = full(alias):sub(#PREFIX + 1)
	if name:find "^aws/" then
		return "aliases that begin with aws/ are AWS's own"
	elseif name:find "[^%w/_%-]" then
		return ("it has %q; an alias has letters, digits, /, _ and -"):format(
			name:match "[^%w/_%-]"
		)
	elseif #name < 1 or #name > 250 then
		return ("it has %d characters; KMS takes 1 to 250"):format(#name)
	end
end

local function between(from, to, what)
	return function(value)
		if value < from or value > to then
			return ("%s is %d to %d days"):format(what, from, to)
		end
	end
end

local function tags_of(key_id)
	local list = absence.or_nil(function()
		return aws.pages(aws.kms.list_resource_tags, { key_id = key_id })
	end)
	return list and tags.map(list, "tag_key", "tag_value") or {}
end

local function describe(key_id)
	local answer = absence.or_nil(function()
		return aws.kms.describe_key { key_id = key_id }
	end)
	return answer and answer.key_metadata
end

local function is_pending(raw)
	return (raw.key_state or ""):find "^Pending.*Deletion$" ~= nil
end

--- An item; nil where the key is gone or about to go.
local function read(key_id)
	local raw = describe(key_id)
	if not raw or is_pending(raw) then
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

--- Gives an alias to a key. One that a deleted key of the stack still holds is moved.
local function give_alias(ctx, key_id, name)
	local ok, problem = errors.capture(aws.kms.create_alias, {
		alias_name = name,
		target_key_id = key_id,
	})
	if ok then
		return
	end
	local taken = type(problem) == "table" and problem.code == "AlreadyExistsException"
	local raw = taken and describe(name)
	if not raw or not is_pending(raw) or not tags.ours(ctx, tags_of(raw.key_id)) then
		error(problem, 0)
	end
	aws.kms.update_alias { alias_name = name, target_key_id = key_id }
end

--- Makes an alias the only one of a key.
local function set_alias(ctx, key_id, name)
	local there, others = false, {}
	for _, alias in ipairs(aliases_of(key_id)) do
		if alias == name then
			there = true
		else
			others[#others + 1] = alias
		end
	end
	-- The new one first: a key without any would be harder to find.
	if not there then
		give_alias(ctx, key_id, name)
	end
	for _, alias in ipairs(others) do
		aws.kms.delete_alias { alias_name = alias }
	end
end

local function set_rotation(key_id, rotates, period)
	if rotates then
		aws.kms.enable_key_rotation { key_id = key_id, rotation_period_in_days = period }
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

local function put_policy(key_id, document)
	aws.kms.put_key_policy {
		key_id = key_id,
		policy_name = "default",
		policy = policy.encode(document),
	}
end

--- The policy that KMS gives a key for which none is declared: the account's own policies decide.
local function default_policy(ctx)
	local root = ("arn:%s:iam::%s:root"):format(arn.partition(ctx.region), ctx.account)
	return policy.document {
		{
			Sid = "Enable IAM User Permissions",
			Effect = "Allow",
			Principal = { AWS = root },
			Action = "kms:*",
			Resource = "*",
		},
	}
end

local function rotation_of(key_id)
	return absence.or_nil(function()
		return aws.kms.get_key_rotation_status { key_id = key_id }
	end) or {}
end

--- The tags of a new key: the others, and the window.
local function tags_for(ctx, props)
	local map = tags.on_create(ctx, props)
	local window = props.deletion_window_in_days
	map[WINDOW_TAG] = window and tostring(window) or nil
	return map
end

local function window_of(map)
	return math.tointeger(tonumber(map[WINDOW_TAG]) or WINDOW) or WINDOW
end

--- The alias to give: as declared, or the stack's name for the key.
local function alias_for(ctx, props)
	return props.alias and PREFIX .. names.check(ctx, "kms.key", (props.alias:gsub("^alias/", "")))
		or PREFIX .. names.fit((ctx.name:gsub("[^%w/_%-]", "-")), 240)
end

--- The keys that may be the stack's, with their aliases: foreign ones have an alias nearly always, so
--- that only those without one cost a look.
local function candidates(ctx, list)
	local ours, foreign, ids = {}, {}, {}
	for _, alias in ipairs(list(aws.kms.list_aliases)) do
		local key_id = alias.target_key_id
		if key_id and names.may_be_ours(ctx, alias.alias_name, PREFIX) then
			ours[key_id] = ours[key_id] or {}
			table.insert(ours[key_id], alias.alias_name)
		elseif key_id then
			foreign[key_id] = true
		end
	end
	for _, key in ipairs(list(aws.kms.list_keys)) do
		if ours[key.key_id] or not foreign[key.key_id] then
			ids[#ids + 1] = key.key_id
			table.sort(ours[key.key_id] or {})
		end
	end
	return ids, ours
end

--- The key that is to be made, where an earlier destroy has marked it for deletion and its days are
--- not over.
local function deleted_before(ctx)
	local all = candidates(ctx, function(operation)
		return aws.pages(operation, {})
	end)
	for _, key_id in ipairs(all) do
		local raw = describe(key_id)
		if raw and is_pending(raw) then
			local map = tags_of(key_id)
			if
				tags.ours(ctx, map)
				and map["dmsrun:resource"] == ctx.tags["dmsrun:resource"]
				and map["dmsrun:region"] == ctx.tags["dmsrun:region"]
			then
				return key_id
			end
		end
	end
end

--- Takes a key back and makes it as declared. The mark of its deletion goes last, in `settle`: until
--- then the next run goes on with it.
local function take_back(ctx, key_id, props)
	ctx:progress "taking back the key that was to be deleted"
	aws.kms.cancel_key_deletion { key_id = key_id }
	aws.kms.enable_key { key_id = key_id }
	aws.kms.update_key_description { key_id = key_id, description = props.description or "" }
	put_policy(key_id, props.policy or default_policy(ctx))
	aws.kms.tag_resource {
		key_id = key_id,
		tags = tags.list(tags_for(ctx, props), "tag_key", "tag_value"),
	}
	set_alias(ctx, key_id, alias_for(ctx, props))
	set_rotation(key_id, props.enable_key_rotation, props.rotation_period_in_days)
end

--- The alias of somebody else's key is refused before anything is made.
local function refuse_taken(check, props)
	local given = ("%s-%s"):format(check.stack.name, check.declared.id)
	local name = full(props.alias or names.fit((given:gsub("[^%w/_%-]", "-")), 240))
	local list = check:try("The KMS aliases could not be listed", function()
		return check:sweep(aws.kms.list_aliases, {})
	end)
	for _, alias in ipairs(list or {}) do
		if alias.alias_name == name then
			local key_id = alias.target_key_id
			local raw = key_id
				and check:try("The KMS key could not be looked at", function()
					return aws.kms.describe_key({ key_id = key_id }).key_metadata
				end)
			local ours = raw and is_pending(raw) and tags_of(key_id)[tags.STACK] == check.stack.name
			if raw and not ours then
				check:refuse {
					property = "alias",
					word = props.alias or check.declared.id,
					what = ("%s is the alias of key %s already"):format(name, key_id),
					hints = { "give the key another alias, or use the one that is there" },
				}
			end
		end
	end
end

return kind.define {
	name = "kms.key",
	doc = "A key of your own, with its alias.",
	source = "https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html",
	properties = {
		description = { default = "", type = "string", doc = "What the key is for." },
		policy = {
			resets = true,
			type = "any",
			compare = "policy",
			doc = "Who may use it, as a table or JSON text; the account when left out.",
		},
		enabled = {
			default = true,
			type = "boolean",
			doc = "false: nothing can be encrypted or read with it meanwhile.",
		},
		enable_key_rotation = {
			default = false,
			type = "boolean",
			doc = "New key material every year, or every rotation_period_in_days.",
		},
		rotation_period_in_days = {
			default = PERIOD,
			type = "integer",
			check = between(90, 2560, "a rotation"),
			doc = "How often the key material is new; 365. Wants enable_key_rotation.",
		},
		deletion_window_in_days = {
			default = WINDOW,
			type = "integer",
			check = between(7, 30, "the window"),
			doc = "How long the key can be taken back after it was deleted; 30.",
		},
		alias = {
			type = "string",
			compare = same_alias,
			check = alias_problem,
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
		local all, aliases = candidates(ctx, function(operation)
			return ctx:sweep(operation, {})
		end)
		local items = {}
		for _, key_id in ipairs(all) do
			local item = read(key_id)
			if item and tags.ours(ctx, item.tags) then
				item.aliases = aliases[key_id] or {}
				items[#items + 1] = item
			end
		end
		return items
	end,

	read = function(_, id)
		return read(id)
	end,

	observe = function(ctx, item)
		local alias = (item.aliases or aliases_of(item.id))[1]
		local wants_rotation = ctx:wants "enable_key_rotation"
			or ctx:wants "rotation_period_in_days"
		local rotation = wants_rotation and rotation_of(item.id) or {}
		return {
			properties = {
				description = item.raw.description,
				policy = ctx:wants "policy" and policy_of(item.id) or nil,
				enabled = item.raw.key_state ~= "Disabled",
				enable_key_rotation = rotation.key_rotation_enabled,
				rotation_period_in_days = wants_rotation
						and (rotation.rotation_period_in_days or PERIOD)
					or nil,
				deletion_window_in_days = window_of(item.tags),
				alias = alias,
				tags = tags.user(item.tags),
			},
			outputs = { key_id = item.id, arn = item.raw.arn, alias = alias, name = alias },
			state = item.tags[DELETED_TAG] and "creating" or item.raw.key_state,
		}
	end,

	parents = function()
		return {}
	end,

	preflight = function(check, props)
		if check.creates then
			refuse_taken(check, props)
		end
		if props.rotation_period_in_days and not props.enable_key_rotation then
			check:refuse {
				property = "rotation_period_in_days",
				what = "rotation_period_in_days says how often, and enable_key_rotation is not true",
				hints = { "enable_key_rotation = true" },
			}
		end
		if props.enabled == false and check.creates then
			check:refuse {
				property = "enabled",
				what = "a new key that is not enabled can't be used by anything that is made with it",
				hints = { "make it first, and disable it with a later deploy" },
			}
		end
	end,

	create = function(ctx, props)
		local before = deleted_before(ctx)
		if before then
			take_back(ctx, before, props)
			return before
		end
		local answer = aws.kms.create_key {
			description = props.description,
			policy = props.policy and policy.encode(props.policy),
			tags = tags.list(tags_for(ctx, props), "tag_key", "tag_value"),
		}
		local id = answer.key_metadata.key_id
		give_alias(ctx, id, alias_for(ctx, props))
		if props.enable_key_rotation then
			set_rotation(id, true, props.rotation_period_in_days)
		end
		return id
	end,

	update = function(ctx, item, props, changes)
		-- Nothing else can be changed of a key that is disabled.
		if changes.enabled and changes.enabled.to ~= false then
			aws.kms.enable_key { key_id = item.id }
		end
		if changes.description then
			aws.kms.update_key_description {
				key_id = item.id,
				description = changes.description.to or "",
			}
		end
		if changes.policy then
			put_policy(item.id, props.policy or default_policy(ctx))
		end
		if changes.enable_key_rotation or changes.rotation_period_in_days then
			set_rotation(item.id, props.enable_key_rotation, props.rotation_period_in_days)
		end
		if changes.alias and changes.alias.to then
			names.check(ctx, "kms.key", full(changes.alias.to):sub(#PREFIX + 1))
			set_alias(ctx, item.id, full(changes.alias.to))
		end
		local map = {}
		for name, value in pairs((changes.tags or {}).to or {}) do
			map[name] = value
		end
		if changes.deletion_window_in_days then
			map[WINDOW_TAG] = tostring(changes.deletion_window_in_days.to or WINDOW)
		end
		if next(map) then
			aws.kms.tag_resource { key_id = item.id, tags = tags.list(map, "tag_key", "tag_value") }
		end
		if changes.enabled and changes.enabled.to == false then
			aws.kms.disable_key { key_id = item.id }
		end
	end,

	-- The alias stays with the key while that can be taken back, and goes with it.
	delete = function(_, item)
		absence.or_nil(function()
			aws.kms.tag_resource {
				key_id = item.id,
				tags = { { tag_key = DELETED_TAG, tag_value = "true" } },
			}
			return aws.kms.schedule_key_deletion {
				key_id = item.id,
				pending_window_in_days = window_of(item.tags),
			}
		end)
	end,

	settle = function(_, id, action)
		if action == "delete" or not tags_of(id)[DELETED_TAG] then
			return
		end
		-- A run ended between the mark and the end of its work: the key is to live.
		local raw = describe(id)
		if raw and raw.key_state == "Disabled" then
			aws.kms.enable_key { key_id = id }
		end
		aws.kms.untag_resource { key_id = id, tag_keys = { DELETED_TAG } }
	end,

	effect = function(action, changes)
		if action == "update" and changes.enabled and changes.enabled.to == false then
			return "nothing that the key encrypts can be read until it is enabled again"
		end
	end,

	loses_data = function(action, item)
		if action == "delete" or action == "replace" then
			return ("what key %s encrypts can't be read any more; until %d days have passed a deploy takes it back"):format(
				item.id,
				window_of(item.tags)
			)
		end
	end,
}
