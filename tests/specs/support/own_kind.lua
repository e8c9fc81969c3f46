--- A kind of a script's own whose things live in a table.

local kind = require "kind"

local own_kind = {}

--- The definition; its things are in `items`, by name.
---@param name string
---@param items table<string, table>
---@param more table what is different about it
function own_kind.define(name, items, more)
	local definition = {
		name = name,
		doc = "A thing of a script's own.",
		properties = { tags = { type = "map", compare = "merged" } },
		list = function(ctx)
			local list = {}
			for _, item in pairs(items) do
				list[#list + 1] = item.tags["dmsrun:stack"] == ctx.stack and item or nil
			end
			return list
		end,
		read = function(_, id)
			return items[id]
		end,
		observe = function()
			return { properties = {}, outputs = {}, state = "available" }
		end,
		create = function(ctx)
			items[ctx.name] = { id = ctx.name, tags = ctx.tags, raw = {} }
			return ctx.name
		end,
		update = function() end,
		delete = function(_, item)
			items[item.id] = nil
		end,
	}
	for key, value in pairs(more) do
		definition[key] = value
	end
	kind.define(definition)
end

return own_kind
