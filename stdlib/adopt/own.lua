--- The tags by which the engine owns a resource: put on what is adopted, and taken away again.

local aws = require "aws"
local engine = require "engine"
local errors = require "errors"
local find = require "adopt.find"
local host = require "host"
local kind = require "kind"
local parallel = require "parallel"
local place = require "stack.place"
local record = require "stack.record"
local setting_keys = require "kinds.support.setting_keys"
local tags = require "kinds.support.tags"
local untag = require "kinds.support.untag"

local own = {}

--- What adoption has put its mark on; undoing it touches nothing else.
own.ADOPTED = record.ADOPTED

--- How many are tagged at a time: DMS throttles at eight calls in a second.
local LIMIT = 4

local function tag_alarm(arn, map)
	aws.cloudwatch.tag_resource { resource_arn = arn, tags = tags.list(map) }
end

--- How the tags of a kind are written and taken away. DMS's own kinds share one way.
local WRITE = {
	["cloudwatch.alarm"] = tag_alarm,
	["cloudwatch.composite_alarm"] = tag_alarm,
	["logs.log_group"] = function(arn, map)
		aws.logs.tag_resource { resource_arn = arn, tags = map }
	end,
}

local function write(item, map)
	local by_kind = WRITE[item.kind]
	if by_kind then
		return by_kind(item.arn, map)
	end
	aws.dms.add_tags_to_resource { resource_arn = item.arn, tags = tags.list(map) }
end

local function remove(item, keys)
	---@type any
	local live = {
		kind = item.kind,
		physical = item.id,
		outputs = { arn = item.arn },
		tags = item.tags,
	}
	untag.run(live, keys)
end

--- The tags that make a resource the stack's; empty where it is already.
---@param resource adopt.Resource
---@param stack string
---@param who aws.Identity
---@return table<string, string>
function own.tags(resource, stack, who)
	local have = resource.item.tags
	if have[tags.STACK] == stack and have["dmsrun:resource"] then
		return {}
	end
	local declared = {}
	for name, value in pairs(resource.properties) do
		-- Nobody knows the password that is there.
		declared[name] = name ~= "password" and value or nil
	end
	local map = record.tags(kind.get(resource.kind), declared)
	for name, value in pairs(resource.settings and setting_keys.tags(resource.settings) or {}) do
		map[name] = value
	end
	map[tags.STACK] = stack
	map["dmsrun:resource"] = resource.kind .. "/" .. resource.id
	map["dmsrun:version"] = "1"
	map["dmsrun:region"] = who.region
	map["dmsrun:protect"] = "true"
	map[own.ADOPTED] = "true"
	return map
end

--- Changes the tags of many, each with its intent before and its outcome after it in the journal.
--- What fails does not keep the others from being done.
---@param stack string
---@param list table[] `{ item =, identity =, change = }`
---@param action string
---@return integer done
---@return table[] failures
local function each(stack, list, action)
	local journal, failures, done = place.journal(stack, aws.whoami()), {}, 0
	for _, open in ipairs(engine.unresolved(journal)) do
		-- Of a run that was cut off: the tags that are there have told what became of it.
		if open.action == action then
			engine.result(journal, open.id, { physical = open.physical })
		end
	end
	parallel.map(list, function(one)
		if host.interrupted() then
			return
		end
		local intent = engine.intent(journal, {
			resource = one.identity,
			action = action,
			generation = 1,
			properties = {},
			physical = one.item.id,
		})
		local ok, problem = errors.capture(one.change)
		if ok then
			engine.result(journal, intent.id, { physical = one.item.id })
			done = done + 1
		else
			engine.result(journal, intent.id, { error = tostring(problem) })
			failures[#failures + 1] = { item = one.item, problem = problem }
		end
	end, LIMIT)
	return done, failures
end

--- Puts the stack's tags on what does not have them yet.
---@param made adopt.Declared
---@param who aws.Identity
---@return integer done
---@return table[] failures
---@return integer total
function own.take(made, who)
	local list = {}
	for _, resource in ipairs(made.resources) do
		local map = own.tags(resource, made.stack, who)
		if next(map) then
			list[#list + 1] = {
				item = resource.item,
				identity = resource.kind .. "/" .. resource.id,
				change = function()
					write(resource.item, map)
				end,
			}
		end
	end
	local done, failures = each(made.stack, list, "adopt")
	return done, failures, #list
end

--- What the stack has adopted, of everything there is.
---@param world adopt.World
---@param stack string
---@return adopt.Item[]
function own.adopted(world, stack)
	local list = {}
	for _, item in ipairs(world.items) do
		local have = find.tags(item)
		if have[tags.STACK] == stack and have[own.ADOPTED] == "true" then
			list[#list + 1] = item
		end
	end
	return list
end

--- Takes the stack's tags away: nothing else is changed, and nothing is the stack's any more.
---@param items adopt.Item[]
---@param stack string
---@return integer done
---@return table[] failures
function own.release(items, stack)
	local list = {}
	for index, item in ipairs(items) do
		local keys = {}
		for key in pairs(item.tags) do
			if key:find "^dmsrun:" then
				keys[#keys + 1] = key
			end
		end
		table.sort(keys)
		list[index] = {
			item = item,
			identity = item.tags["dmsrun:resource"] or (item.kind .. "/" .. item.name),
			change = function()
				remove(item, keys)
			end,
		}
	end
	return each(stack, list, "release")
end

return own
