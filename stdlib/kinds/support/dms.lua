--- What the kinds of DMS have in common. DMS describes without tags and can't filter by them, so a
--- sweep describes everything once and then reads the tags of many ARNs with one call.

local absence = require "kinds.support.absence"
local aws = require "aws"
local errors = require "errors"
local names = require "kinds.support.names"
local tags = require "kinds.support.tags"
local time = require "time"

local dms = {}

--- How many ARNs go into one ListTagsForResource. AWS gives no limit; this keeps requests small.
local CHUNK = 100

--- How long the tags of one kind wait for those of others, in seconds: kinds are listed side by side,
--- and one call serves all of them.
local GATHER = 0.05

local function gather(into, list)
	for _, tag in ipairs(list) do
		if tag.resource_arn then
			into[tag.resource_arn] = into[tag.resource_arn] or {}
			into[tag.resource_arn][tag.key] = tag.value or ""
		end
	end
end

--- The tags of one resource, read anew; nil where it is gone.
---@param resource_arn string
---@return table<string, string>?
function dms.tags_of(resource_arn)
	local answer = absence.or_nil(function()
		return aws.dms.list_tags_for_resource { resource_arn = resource_arn }
	end)
	return answer and tags.map(answer.tag_list)
end

--- The tags of many resources by ARN, asked for chunk by chunk.
---@param ctx table
---@param arns string[]
---@return table<string, table<string, string>>
function dms.tags_of_all(ctx, arns)
	local by_arn = {}
	for first = 1, #arns, CHUNK do
		local chunk = table.move(arns, first, math.min(first + CHUNK - 1, #arns), 1, {})
		local list = absence.or_nil(function()
			return ctx:sweep(aws.dms.list_tags_for_resource, { resource_arn_list = chunk })
		end)
		if list then
			gather(by_arn, list)
		else
			-- One of them went in between, and DMS then answers for none: ask one by one.
			for _, resource_arn in ipairs(chunk) do
				by_arn[resource_arn] = dms.tags_of(resource_arn)
			end
		end
	end
	return by_arn
end

--- The tags of many resources by ARN, together with what other kinds ask for at the same time.
local function tags_by_arn(ctx, arns)
	if #arns == 0 then
		return {}
	end
	local shared = ctx.shared
	local batch = shared.tags_wanted
	if batch then
		table.move(arns, 1, #arns, #batch.arns + 1, batch.arns)
		while not batch.done do
			time.sleep(GATHER)
		end
	else
		batch = { arns = table.move(arns, 1, #arns, 1, {}) }
		shared.tags_wanted = batch
		time.sleep(GATHER)
		-- What comes from here on is of the next batch.
		shared.tags_wanted = nil
		batch.ok, batch.tags = errors.capture(dms.tags_of_all, ctx, batch.arns)
		batch.done = true
	end
	if not batch.ok then
		error(batch.tags, 0)
	end
	return batch.tags
end

--- Every item with its tags, whoever it belongs to.
---@param ctx table
---@param raws table[] what the describe operation gave
---@param identify fun(raw: table): string, string the ARN and the physical id of an item
---@return table[] items `{ id =, arn =, tags =, raw = }`
function dms.items(ctx, raws, identify)
	local arns = {}
	for index, raw in ipairs(raws) do
		arns[index] = identify(raw)
	end
	local by_arn = tags_by_arn(ctx, arns)
	local items = {}
	for index, raw in ipairs(raws) do
		local arn, id = identify(raw)
		items[index] = { id = id, arn = arn, tags = by_arn[arn] or {}, raw = raw }
	end
	return items
end

--- Every item that carries the stack's tag.
---@param ctx table
---@param raws table[] what the describe operation gave
---@param identify fun(raw: table): string, string the ARN and the physical id of an item
---@return table[]
function dms.ours(ctx, raws, identify)
	local items = {}
	for _, item in ipairs(dms.items(ctx, raws, identify)) do
		if tags.ours(ctx, item.tags) then
			items[#items + 1] = { id = item.id, tags = item.tags, raw = item.raw }
		end
	end
	return items
end

--- What one describe call with a filter gives, read anew; nil where there is nothing. DMS answers a
--- filter that finds nothing with a fault.
---@param operation any
---@param filter string
---@param value string
---@param arguments? table
---@return table?
function dms.one(operation, filter, value, arguments)
	local request = { filters = { { name = filter, values = { value } } } }
	for name, argument in pairs(arguments or {}) do
		request[name] = argument
	end
	local found = absence.or_nil(function()
		return aws.pages(operation, request)
	end)
	return found and found[1]
end

--- One item with its tags, read anew.
---@param raw? table
---@param resource_arn string
---@param id string
---@return table?
function dms.item(raw, resource_arn, id)
	return raw and { id = id, tags = dms.tags_of(resource_arn) or {}, raw = raw }
end

--- The filters that find one item, by the member that tells it apart.
local FILTERS = {
	endpoint_arn = "endpoint-arn",
	replication_instance_arn = "replication-instance-arn",
	replication_task_arn = "replication-task-arn",
}

--- One item during a wait; all waiters share one listing for each poll. A first look, which nobody
--- shares, asks for the one alone: a listing of hundreds for each of them would be what DMS throttles.
---@param ctx table
---@param operation any
---@param member string the member to look at
---@param value string
---@param arguments? table
---@return table?
function dms.poll(ctx, operation, member, value, arguments)
	if not ctx.tick and FILTERS[member] then
		return dms.one(operation, FILTERS[member], value, arguments)
	end
	for _, raw in ipairs(ctx:fresh(operation, arguments or {})) do
		if raw[member] == value then
			return raw
		end
	end
end

--- The identifier to give: the physical name as DMS wants it.
---@param ctx table
---@param limit integer
---@return string
function dms.identifier(ctx, limit)
	return names.dms(ctx.name, limit)
end

--- The tags of a create call.
---@param ctx table
---@param props table
---@return table[]
function dms.tags(ctx, props)
	return tags.list(tags.on_create(ctx, props))
end

--- Writes the tags that changed.
---@param resource_arn string
---@param changes table
function dms.retag(resource_arn, changes)
	local change = changes.tags
	if change and change.to and next(change.to) then
		aws.dms.add_tags_to_resource { resource_arn = resource_arn, tags = tags.list(change.to) }
	end
end

--- The state to report. A stack that does not wait takes what DMS has accepted for done.
---@param ctx table
---@param status? string
---@return string?
function dms.state(ctx, status)
	return (ctx.patient ~= false or status ~= "creating") and status or nil
end

--- What DMS answers while something else still uses the thing, or it is busy itself.
dms.BUSY = { "InvalidResourceStateFault" }

return dms
