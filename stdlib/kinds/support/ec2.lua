--- What the kinds of EC2 have in common: one sweep per kind by the stack's tag, tags on create,
--- tags on update. A kind says what is its own in a `shape`.

local absence = require "kinds.support.absence"
local aws = require "aws"
local tags = require "kinds.support.tags"

local ec2 = {}

---@class ec2.Shape
---@field describe any the operation that lists the sort
---@field id string the member that holds the id, such as "vpc_id"
---@field ids string the parameter that takes ids, such as "vpc_ids"
---@field filters? string the parameter that takes filters; "filters" when left out
---@field type string the resource type in tag specifications, such as "vpc"
---@field live? fun(raw: table): boolean whether an item counts, for sorts that linger after deletion

--- The arguments that narrow a listing to what carries the stack's tag.
local function of_stack(ctx, shape)
	local filter = { name = "tag:" .. tags.STACK, values = { ctx.stack } }
	return { [shape.filters or "filters"] = { filter } }
end

local function item(shape, raw)
	return { id = raw[shape.id], tags = tags.map(raw.tags), raw = raw }
end

local function counts(shape, raw)
	return shape.live == nil or shape.live(raw)
end

--- Every live item that carries the stack's tag.
---@param ctx table
---@param shape ec2.Shape
---@return table[]
function ec2.list(ctx, shape)
	local items = {}
	for _, raw in ipairs(ctx:sweep(shape.describe, of_stack(ctx, shape))) do
		local one = item(shape, raw)
		if counts(shape, raw) and tags.ours(ctx, one.tags) then
			items[#items + 1] = one
		end
	end
	return items
end

local function find(shape, list, id)
	for _, raw in ipairs(list) do
		if raw[shape.id] == id and counts(shape, raw) then
			return item(shape, raw)
		end
	end
end

--- One item, read anew; nil where it is gone.
---@param shape ec2.Shape
---@param id string
---@return table?
function ec2.read(shape, id)
	local found = absence.or_nil(function()
		return aws.pages(shape.describe, { [shape.ids] = { id } })
	end)
	return find(shape, found or {}, id)
end

--- One item during a wait; all waiters of the kind share one call for each poll.
---@param ctx table
---@param shape ec2.Shape
---@param id string
---@return table?
function ec2.poll(ctx, shape, id)
	return find(shape, ctx:fresh(shape.describe, of_stack(ctx, shape)), id)
end

--- The tag specifications of a create call. A Name is given, because that is what consoles show.
---@param ctx table
---@param props table
---@param shape ec2.Shape
---@return table[]
function ec2.specification(ctx, props, shape)
	local map = tags.on_create(ctx, props)
	map.Name = map.Name or ctx.name
	return { { resource_type = shape.type, tags = tags.list(map) } }
end

--- Writes the tags that changed.
---@param id string
---@param changes table
function ec2.retag(id, changes)
	local change = changes.tags
	if change and change.to and next(change.to) then
		aws.ec2.create_tags { resources = { id }, tags = tags.list(change.to) }
	end
end

--- Takes tags off.
---@param id string
---@param keys string[]
function ec2.untag(id, keys)
	local list = {}
	for index, key in ipairs(keys) do
		list[index] = { key = key }
	end
	aws.ec2.delete_tags { resources = { id }, tags = list }
end

--- What AWS answers while others still use a thing of a VPC.
ec2.IN_USE = { "DependencyViolation", "InvalidIPAddress.InUse" }

return ec2
