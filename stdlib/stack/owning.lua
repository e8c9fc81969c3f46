--- Owning: what is there becomes the resource that the script declares under a name. Only tags are
--- written; it is the way back from `forget`, and the way in for one thing that somebody else made.

local arn = require "kinds.support.arn"
local absence = require "kinds.support.absence"
local baseline = require "stack.baseline"
local context = require "stack.context"
local discover = require "stack.discover"
local dms_names = require "kinds.support.dms_names"
local errors = require "errors"
local kind = require "kind"
local lock = require "stack.lock"
local names = require "kinds.support.names"
local planning = require "stack.plan"
local record = require "stack.record"
local retag = require "kinds.support.retag"
local setting_keys = require "kinds.support.setting_keys"
local suggest = require "suggest"
local tags = require "kinds.support.tags"
local time = require "time"

local owning = {}

---@class stack.Owned
---@field name string "kind/id"
---@field physical string
---@field live stack.Live as the engine will see it
---@field tags table<string, string> what is written; empty where it is the stack's already
---@field differences string[] what a deploy would change of it

--- How long a tag may take until it is seen, in seconds.
local VISIBLE, EVERY = 30, 5

local function refuse(what, why, hints)
	errors.raise {
		summary = "Nothing was adopted",
		what = what,
		why = why,
		hints = hints,
		at = false,
		exit = "usage",
	}
end

--- The declaration of a name; one that the script does not have is refused, with the nearest.
local function declaration(stack, name)
	local all = {}
	for index, one in ipairs(stack.declared) do
		all[index] = one.kind .. "/" .. one.id
		if all[index] == name then
			return one
		end
	end
	refuse(
		("the script of %s declares no resource %q"):format(stack.name, name),
		"a deploy deletes what carries the stack's tags and is not declared",
		{ suggest.did_you_mean(name, all) or "declare it first; a plan names resources: kind/id" }
	)
end

--- What a person may give for the id of something: the id itself, an ARN, or the name.
local function ids_of(ctx, kind_name, given)
	local last = given:match "[:/]([^:/]+)$"
	if last and kind_name == "s3.bucket" then
		return { last }
	end
	local ids = { given, last }
	if dms_names.knows(kind_name) and not given:find "^arn:" then
		for _, one in ipairs(dms_names.find(ctx, kind_name, given)) do
			table.insert(ids, 1, one.arn)
		end
	elseif kind_name == "sns.topic" and not given:find "^arn:" then
		table.insert(ids, 1, arn.build(ctx, "sns", given))
	end
	return ids
end

--- Whether an error says that an id has another form than those of the service: then nothing has it.
local function is_malformed(problem)
	local code = type(problem) == "table" and problem.kind == "aws" and tostring(problem.code) or ""
	-- Who may not ask knows nothing of what is there.
	if code:find "Token" or code:find "Signature" or code:find "AccessKey" then
		return false
	end
	for _, word in ipairs { "Malformed", "Invalid", "Validation", "BadRequest" } do
		if code:find(word, 1, true) then
			return true
		end
	end
	return false
end

--- The item that is meant; nil where there is none.
local function item_of(ctx, definition, given)
	for _, id in ipairs(ids_of(ctx, definition.name, given)) do
		local ok, item = errors.capture(absence.or_nil, function()
			return definition.read(ctx, id)
		end)
		if ok and item then
			return item
		elseif not ok and not is_malformed(item) then
			error(item, 0)
		end
	end
end

--- The generation that a name speaks of, so that the next one does not get the same name.
local function generation_of(stack, one, name)
	local plain = names.dms(("%s-%s"):format(stack.name, one.id), 255)
	local digits =
		names.dms(tostring(name), 255):match("^" .. plain:gsub("%p", "%%%0") .. "%-(%d+)$")
	local number = math.tointeger(tonumber(digits))
	return number and number > 1 and number or nil
end

--- The tags that make something the declared resource.
local function tags_for(stack, one, name, properties)
	local definition = kind.get(one.kind)
	-- Nobody knows the password that is there.
	local map = record.tags(definition, properties, {})
	local document = properties.replication_task_settings or properties.replication_settings
	if document ~= nil and one.kind:find "^dms%." then
		for tag, value in pairs(setting_keys.tags(document)) do
			map[tag] = value
		end
	end
	local generation = generation_of(stack, one, name)
	map[tags.STACK] = stack.name
	map[tags.RESOURCE] = one.kind .. "/" .. one.id
	map["dmsrun:version"] = "1"
	map["dmsrun:region"] = stack:identity().region
	map["dmsrun:owner"] = stack.options.owner
	map["dmsrun:generation"] = generation and tostring(generation) or nil
	map["dmsrun:protect"] = one.protect and "true" or nil
	map["dmsrun:retain"] = one.retain and "true" or nil
	-- A tag holds this much; the engine leaves out what does not fit as well.
	local depends = table.concat(one.depends_on, " ")
	map["dmsrun:depends"] = #depends > 0 and #depends <= 256 and depends or nil
	map[record.ADOPTED] = "true"
	return map
end

--- What is there as it is going to be seen.
local function as_tagged(stack, shared, one, live, map)
	local all = {}
	for _, list in ipairs { live.tags, map } do
		for key, value in pairs(list) do
			all[key] = value
		end
	end
	local ctx = context.new(stack, shared, { declared = one.properties, live_tags = all })
	live.item.tags = all
	return discover.observe(ctx, kind.get(one.kind), live.item, one.id)
end

--- Refuses what belongs to another, or to this stack under another name.
local function check_owner(stack, name, item, physical)
	local owner, is = item.tags[tags.STACK], item.tags[tags.RESOURCE]
	if owner == nil or (owner == stack.name and is == name) then
		return
	end
	local mine = owner == stack.name
	refuse(
		mine and ("%s is the stack's own %s"):format(physical, is)
			or ("%s belongs to the stack %q"):format(physical, owner),
		"two resources, or two stacks, would undo each other's changes",
		{
			mine and ("let go of it first: forget %s"):format(is)
				or "let that stack go of it first: its script with the verb forget",
		}
	)
end

--- Refuses a second thing for a name.
local function check_free(all, name, physical)
	for _, live in ipairs(all) do
		if live.kind .. "/" .. live.id == name and live.physical ~= physical then
			refuse(
				("%s is live already: %s"):format(name, live.physical),
				"a deploy deletes the older one of two that have one name",
				{ ("if another one is meant, let go of this one first: forget %s"):format(name) }
			)
		end
	end
end

--- What is meant by a name and an id.
local function meant(stack, shared, all, name, given)
	local one = declaration(stack, name)
	---@cast one -?
	local definition = kind.get(one.kind)
	if definition.shared then
		refuse(("%s is shared by the whole account: no stack owns it"):format(name))
	elseif not retag.way(one.kind) then
		refuse(("%s can't be tagged, and tags are what makes it the stack's"):format(name))
	end
	local ctx = context.new(stack, shared, { declared = one.properties })
	local item = item_of(ctx, definition, given)
	if not item then
		refuse(
			("there is no %s %s in %s"):format(one.kind, given, stack:identity().region),
			nil,
			{ "give its id, its ARN or its name as AWS shows it" }
		)
	end
	---@cast item -?
	item.tags = item.tags or {}
	check_owner(stack, name, item, item.id)
	check_free(all, name, item.id)
	local live = discover.observe(ctx, definition, item, one.id)
	if live.state == "deleting" or live.state == "shutting-down" then
		refuse(("%s is %s"):format(item.id, live.state))
	end
	return one, live
end

--- What a deploy would do to what is adopted, told by what is known: nothing, changes, or a replacement,
--- which says that it is not the one that the script means.
local function compare(stack, all, found)
	local live = table.move(all, 1, #all, 1, {})
	---@type table<string, stack.Owned>
	local by_name = {}
	for _, one in ipairs(found) do
		by_name[one.name] = one
		if next(one.tags) then
			live[#live + 1] = one.live
		end
	end
	local given = planning.unprotected(live)
	local declared = planning.resolved(stack, given)
	for _, one in ipairs(declared) do
		one.protect = nil
	end
	local _, steps = planning.against(stack, given, declared)
	for _, step in ipairs(steps) do
		local one = by_name[step.resource]
		if one and step.action == "replace" then
			local lines = {
				("%s is not what the script declares as %s: %s"):format(
					one.physical,
					one.name,
					step.reason
				),
			}
			for _, difference in ipairs(step.differences) do
				lines[#lines + 1] = ("%s  %s"):format(difference.path, difference.text)
			end
			refuse(
				table.concat(lines, "\n"),
				"a deploy would replace it, and delete what is there",
				{ "give the one that is meant, or mend the declaration" }
			)
		elseif one and step.action == "update" then
			for _, difference in ipairs(step.differences) do
				if not difference.path:find "^tags%.dmsrun:" then
					one.differences[#one.differences + 1] = ("%s  %s"):format(
						difference.path,
						difference.text
					)
				end
			end
		end
	end
end

--- What is there under each id, as the resource that it is to be; refuses what can't be owned.
---@param stack stack.Stack
---@param wanted { name: string, given: string }[]
---@return stack.Owned[]
function owning.find(stack, wanted)
	local shared, all, found, seen = context.shared(), planning.live(stack), {}, {}
	local resolved = {}
	for _, one in ipairs(planning.resolved(stack, planning.unprotected(all))) do
		resolved[one.kind .. "/" .. one.id] = one.properties
	end
	for index, pair in ipairs(wanted) do
		local one, live = meant(stack, shared, all, pair.name, pair.given)
		for _, key in ipairs { pair.name, live.kind .. " " .. live.physical } do
			if seen[key] then
				refuse(("%s is named twice"):format(key))
			end
			seen[key] = true
		end
		local map = {}
		if live.tags[tags.STACK] ~= stack.name then
			map = tags_for(stack, one, live.outputs.name, resolved[pair.name])
			live = as_tagged(stack, shared, one, live, map)
		end
		found[index] = {
			name = pair.name,
			physical = live.physical,
			live = live,
			tags = map,
			differences = {},
		}
	end
	compare(stack, all, found)
	return found
end

--- Waits until the tags are seen, so that the next plan does not make what is there.
local function until_seen(stack, found)
	local deadline = time.epoch() + VISIBLE
	while true do
		stack:changed()
		local missing = 0
		local live = discover.live(stack, stack:kinds(), context.shared())
		for _, one in ipairs(found) do
			local there = false
			for _, other in ipairs(live) do
				there = there or (other.kind == one.live.kind and other.physical == one.physical)
			end
			missing = missing + (there and 0 or 1)
		end
		if missing == 0 or time.epoch() >= deadline then
			return
		end
		time.sleep(EVERY)
	end
end

--- Writes the tags.
---@param stack stack.Stack
---@param found stack.Owned[] of `owning.find`
---@param command? string the command that is run again
function owning.run(stack, found, command)
	local _guard <close> = lock.take(stack, "adopt", command)
	local shared, list = context.shared(), {}
	for _, one in ipairs(found) do
		local problem = lock.problem(stack)
		if problem then
			error(problem, 0)
		end
		if next(one.tags) then
			retag.run(one.live, one.tags, context.new(stack, shared))
			list[#list + 1] = one.live
		end
	end
	if #list > 0 then
		until_seen(stack, found)
		baseline.add(stack, list)
	end
	stack:changed()
end

return owning
