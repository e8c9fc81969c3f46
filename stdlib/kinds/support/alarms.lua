--- What metric alarms and composite alarms have in common: one listing for both, their tags, their
--- names, which they share, and puts that replace everything.

local absence = require "kinds.support.absence"
local aws = require "aws"
local change = require "kinds.support.changes"
local names = require "kinds.support.names"
local taken = require "kinds.support.taken"
local tagged = require "kinds.support.tagged"
local tags = require "kinds.support.tags"

local alarms = {}

---@alias alarms.Sort "metric"|"composite"

--- The members that tell somebody.
local ACTIONS = { "alarm_actions", "ok_actions", "insufficient_data_actions" }

--- The kinds whose names are one set: an alarm of one sort overwrites one of the other.
local KINDS = { ["cloudwatch.alarm"] = true, ["cloudwatch.composite_alarm"] = true }

local function actions(doc)
	return { type = "list", compare = "set", default = {}, doc = doc }
end

--- The properties that both have.
alarms.properties = {
	alarm_name = {
		type = "string",
		replaces = "the name of an alarm is fixed",
		doc = "Left out: <stack>-<id>. An alarm that was adopted keeps the name that it had.",
	},
	alarm_description = {
		resets = true,
		type = "string",
		doc = "What it means and what to do.",
	},
	actions_enabled = {
		default = true,
		type = "boolean",
		doc = "false: change the state, tell nobody.",
	},
	alarm_actions = actions "ARNs of topics that hear of an alarm.",
	ok_actions = actions "ARNs of topics that hear when it is over.",
	insufficient_data_actions = actions "ARNs of topics that hear when data are missing.",
	tags = tags.property,
}

--- The outputs of both.
alarms.outputs = { alarm_name = "name of the alarm", alarm_arn = "ARN of the alarm" }

--- All alarms of a prefix or of some names, of both sorts. The answer has several lists, so that it
--- is paged here.
---@param arguments table
---@return table[] metric
---@return table[] composite
function alarms.describe(arguments)
	local metric, composite, token = {}, {}, nil
	repeat
		arguments.alarm_types = { "MetricAlarm", "CompositeAlarm" }
		arguments.next_token = token
		local page = aws.cloudwatch.describe_alarms(arguments)
		for _, raw in ipairs(page.metric_alarms or {}) do
			metric[#metric + 1] = raw
		end
		for _, raw in ipairs(page.composite_alarms or {}) do
			composite[#composite + 1] = raw
		end
		token = page.next_token
	until token == nil or token == ""
	return metric, composite
end

--- The tags of an alarm, read anew.
---@param alarm_arn string
---@return table<string, string>
function alarms.tags(alarm_arn)
	local answer = absence.or_nil(function()
		return aws.cloudwatch.list_tags_for_resource { resource_arn = alarm_arn }
	end)
	return tags.map(answer and answer.tags)
end

local function item_of(raw, map)
	return { id = raw.alarm_name, tags = map or alarms.tags(raw.alarm_arn), raw = raw }
end

--- How many names go into one DescribeAlarms.
local CHUNK = 100

--- Alarms that were adopted keep another name than the stack would give them.
local function adopted(ctx, sort)
	local list = {}
	local others = tagged.adopted(ctx, "alarm_name", ":alarm:", function(name)
		return names.may_be_ours(ctx, name)
	end)
	for first = 1, #others, CHUNK do
		local chunk = table.move(others, first, math.min(first + CHUNK - 1, #others), 1, {})
		local metric, composite = alarms.describe { alarm_names = chunk }
		local more = sort == "metric" and metric or composite
		table.move(more, 1, #more, #list + 1, list)
	end
	return list
end

--- Everything whose name begins with the stack's, asked for once per plan for both kinds.
local function of_stack(ctx)
	return ctx:once("alarms", function()
		local metric, composite = alarms.describe { alarm_name_prefix = names.prefix(ctx) }
		return { metric = metric, composite = composite }
	end)
end

--- The items of the stack.
local function list_of(ctx, sort)
	local items = {}
	for _, raws in ipairs { of_stack(ctx)[sort], adopted(ctx, sort) } do
		for _, raw in ipairs(raws) do
			local item = item_of(raw, tagged.of(ctx, raw.alarm_arn))
			if tags.ours(ctx, item.tags) then
				items[#items + 1] = item
			end
		end
	end
	return items
end

--- The alarm of a name, of whichever sort, read anew; nil where there is none.
local function named(name)
	local metric, composite = alarms.describe { alarm_names = { name } }
	return metric[1] or composite[1], metric[1] and "metric" or "composite"
end

local function found_of(raw)
	return raw and { noun = "an alarm", name = raw.alarm_name, tags = alarms.tags(raw.alarm_arn) }
end

--- The name of a declared alarm; nil where it is not known yet.
---@param stack stack.Stack
---@param declared table
---@return string?
function alarms.name_of(stack, declared)
	local given = (declared.properties or {}).alarm_name
	if given ~= nil then
		return type(given) == "string" and given or nil
	end
	return names.fit(("%s-%s"):format(stack.name, declared.id), 255)
end

--- Refuses the name of an alarm that exists and is not this very resource: a put would overwrite it,
--- and leave its tags as they are.
---@param check table
function alarms.refuse_foreign(check)
	local name = check.creates and alarms.name_of(check.stack, check.declared)
	if not name then
		return
	end
	taken.refuse_twice(check, "alarm_name", KINDS, function(declared)
		return alarms.name_of(check.stack, declared)
	end)
	local found = check:try("The alarms could not be listed", function()
		if not names.may_be_ours(check.ctx, name) then
			return { alarms.describe { alarm_names = { name } } }
		end
		return of_stack(check.ctx)
	end)
	for _, list in pairs(found or {}) do
		for _, raw in ipairs(list) do
			if raw.alarm_name == name then
				taken.refuse(check, "alarm_name", found_of(raw))
			end
		end
	end
	if not names.may_be_ours(check.ctx, name) then
		tagged.warn_unfindable(check, name)
	end
end

--- The topics that an alarm tells.
---@param item table
---@param parents string[] what else it hangs on
---@return string[]
function alarms.parents(item, parents)
	for _, member in ipairs(ACTIONS) do
		for _, topic in ipairs(item.raw[member] or {}) do
			parents[#parents + 1] = topic
		end
	end
	return parents
end

---@class alarms.Way
---@field kind string
---@field sort alarms.Sort
---@field put any the operation, which replaces everything
---@field declared string[] the members that its kind declares
---@field kept string[] members that a put has to repeat although no script declares them
---@field fit? fun(request: table, props: table) takes out what can't be sent together

--- Overwrites an alarm with what is there and the changes in it.
local function put_changes(way, ctx, item, props, changes)
	local raw, sort = named(item.id)
	if not raw or sort ~= way.sort then
		taken.gone("alarm", item.id)
	end
	taken.raise(ctx, found_of(raw))
	local keys =
		table.move(way.kept, 1, #way.kept, #way.declared + 1, { table.unpack(way.declared) })
	local request = change.whole(raw, changes, keys)
	if way.fit then
		way.fit(request, props)
	end
	request.alarm_name = item.id
	way.put(request)
end

--- The functions of a kind of alarms.
---@param way alarms.Way
---@return table
function alarms.functions(way)
	local functions = {}

	function functions.list(ctx)
		return list_of(ctx, way.sort)
	end

	function functions.read(_, id)
		local raw, sort = named(id)
		return raw and sort == way.sort and item_of(raw) or nil
	end

	function functions.observe(_, item)
		local live = change.pick(item.raw, way.declared)
		live.alarm_name = item.raw.alarm_name
		live.tags = tags.user(item.tags)
		return {
			properties = live,
			outputs = { alarm_name = item.id, alarm_arn = item.raw.alarm_arn },
			state = item.raw.state_value,
		}
	end

	function functions.create(ctx, props)
		local name = props.alarm_name or names.check(ctx, way.kind, names.fit(ctx.name, 255))
		-- Somebody may have made one since the plan looked, and nothing would say so.
		taken.raise(ctx, found_of((named(name))))
		local request = change.pick(props, way.declared)
		request.alarm_name = name
		request.tags = tags.list(tags.on_create(ctx, props))
		way.put(request)
		return name
	end

	function functions.update(ctx, item, props, changes)
		local _, any = change.changed(changes, way.declared)
		if any then
			put_changes(way, ctx, item, props, changes)
		end
		if changes.tags and changes.tags.to then
			aws.cloudwatch.tag_resource {
				resource_arn = item.raw.alarm_arn,
				tags = tags.list(changes.tags.to),
			}
		end
	end

	function functions.delete(_, item)
		absence.or_nil(function()
			return aws.cloudwatch.delete_alarms { alarm_names = { item.id } }
		end)
	end

	function functions.settle() end

	return functions
end

return alarms
