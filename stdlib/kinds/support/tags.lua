--- Tags: as a plain table in Lua, and in the list forms that the services use.
---
---     local tags = require "kinds.support.tags"
---     tags.map { { key = "Team", value = "data" } }     --> { Team = "data" }
---     tags.user { ["dmsrun:stack"] = "orders", Team = "data" }   --> { Team = "data" }

local tags = {}

--- The tag that says which stack a live resource belongs to.
tags.STACK = "dmsrun:stack"

--- The tag that says which of its resources it is: kind/id.
tags.RESOURCE = "dmsrun:resource"

local RESERVED = "^dmsrun:"

--- A service's list of tags as a table. KMS spells the members `tag_key` and `tag_value`.
---@param list? table[]
---@param key? string
---@param value? string
---@return table<string, string>
function tags.map(list, key, value)
	local map = {}
	for _, tag in ipairs(list or {}) do
		map[tag[key or "key"]] = tag[value or "value"] or ""
	end
	return map
end

--- A table of tags as a service's list, ordered by key.
---@param map? table<string, string>
---@param key? string
---@param value? string
---@return table[]
function tags.list(map, key, value)
	local list = {}
	for name, text in pairs(map or {}) do
		list[#list + 1] = { [key or "key"] = name, [value or "value"] = tostring(text) }
	end
	table.sort(list, function(a, b)
		return a[key or "key"] < b[key or "key"]
	end)
	return list
end

--- What the script may declare: every tag but those that carry the identity.
---@param map? table<string, string>
---@return table<string, string>
function tags.user(map)
	local user = {}
	for name, text in pairs(map or {}) do
		if not name:find(RESERVED) then
			user[name] = text
		end
	end
	return user
end

--- The tags to put on a new resource: identity, the stack's own, and the declared ones.
---@param ctx table
---@param props table
---@return table<string, string>
function tags.on_create(ctx, props)
	local map = {}
	for name, text in pairs(props.tags or {}) do
		map[name] = text
	end
	for name, text in pairs(ctx.tags or {}) do
		map[name] = text
	end
	return map
end

--- Whether a live resource says that it belongs to the stack.
---@param ctx table
---@param map table<string, string>
---@return boolean
function tags.ours(ctx, map)
	return map[tags.STACK] == ctx.stack
end

--- The schema of the property that every taggable kind has.
tags.property = {
	type = "map",
	compare = "merged",
	doc = "Tags of your own; other tags on the live resource are left alone.",
}

return tags
