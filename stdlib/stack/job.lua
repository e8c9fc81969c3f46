--- One job: create, update, delete or wait, with its intent before and what is read back after.

local context = require "stack.context"
local discover = require "stack.discover"
local engine = require "engine"
local errors = require "errors"
local kind = require "kind"
local time = require "time"

local job = {}

--- How long a tag may take until it is seen, in seconds.
local VISIBLE = 30

--- How long what was just made may take until it can be read, in seconds.
local READABLE = 60

--- Errors after which nobody knows whether the call took effect.
local UNCERTAIN = { AnswerLost = true, Timeout = true }

--- The tags of a new resource: its identity, and the declared ones.
local function tags_for(stack, one, properties)
	local tags = {}
	if type(properties.tags) == "table" then
		for name, value in pairs(properties.tags) do
			tags[name] = value
		end
	end
	tags["dmsrun:stack"] = stack.name
	tags["dmsrun:resource"] = one.resource
	tags["dmsrun:version"] = "1"
	tags["dmsrun:region"] = stack:identity().region
	tags["dmsrun:owner"] = stack.options.owner
	if one.generation > 1 then
		tags["dmsrun:generation"] = tostring(one.generation)
	end
	return tags
end

local function physical_name(stack, one)
	local name = stack.name .. "-" .. one.id
	return one.generation > 1 and (name .. "-" .. one.generation) or name
end

local function context_for(run, one, properties)
	return context.new(run.stack, run.shared, {
		name = physical_name(run.stack, one),
		tags = tags_for(run.stack, one, properties),
		generation = one.generation,
		show = function(text)
			run.tell(one, text)
		end,
	})
end

--- Writes the intent, makes the change, writes what came of it. Where nobody can know what came of
--- it, the intent stays open for the next run.
local function change(run, one, ctx, properties, call)
	local intent = engine.intent(run.journal, {
		resource = one.resource,
		action = one.op,
		generation = one.generation,
		properties = properties,
		physical = one.op ~= "create" and one.physical or ctx.name,
	})
	ctx.token = intent.token
	local ok, result = errors.capture(call)
	if ok then
		engine.result(run.journal, intent.id, { physical = result })
		return result
	end
	if not (type(result) == "table" and UNCERTAIN[result.code]) then
		engine.result(run.journal, intent.id, { error = tostring(result) })
	end
	error(result, 0)
end

--- What an earlier run began to create and did not see the end of: its tag may not be visible yet.
local function left_behind(run, one, definition, ctx)
	if not run.unresolved[one.resource .. " create"] then
		return nil
	end
	ctx:progress "looking for what the last run may have made"
	local deadline = time.epoch() + VISIBLE
	while true do
		for _, item in ipairs(definition.list(context.new(run.stack, context.shared()))) do
			local tags = item.tags or {}
			local generation = tonumber(tags["dmsrun:generation"] or "1")
			if
				tags["dmsrun:stack"] == run.stack.name
				and tags["dmsrun:resource"] == one.resource
				and generation == one.generation
			then
				return item
			end
		end
		if time.epoch() >= deadline then
			return nil
		end
		time.sleep(5)
	end
end

--- The resource as it is now; what was just made may take a moment to be readable.
local function read_back(ctx, definition, physical)
	local item
	ctx:wait {
		what = ("%s to be readable"):format(physical),
		every = 5,
		timeout = READABLE,
		check = function()
			item = definition.read(ctx, physical)
			return item ~= nil
		end,
	}
	return item
end

--- Reads back, warns of what is not as declared, and gives the outputs.
local function observed(run, one, definition, ctx, physical, properties)
	local item = read_back(ctx, definition, physical)
	local live = discover.observe(ctx, definition, item, one.id)
	if properties then
		local differences =
			engine.verify(run.plan.handle, one.step, properties, live.properties, kind.compare)
		for _, text in ipairs(differences) do
			run.warnings[#run.warnings + 1] = ("%s: %s"):format(one.resource, text)
		end
		if #differences > 0 then
			errors.warn {
				summary = "A property is not as declared after the change",
				what = ("%s %q: %s"):format(one.kind, one.id, table.concat(differences, "; ")),
				why = "AWS accepted the request and reports another value; the next plan shows it again",
				at = one.at and { file = one.at.file, line = one.at.line } or false,
			}
		end
	end
	return { outputs = live.outputs }
end

local function settle(definition, ctx, physical, action)
	if definition.settle then
		definition.settle(ctx, physical, action)
	end
end

--- Brings a found resource to what is declared: an earlier run made it, perhaps of other
--- properties.
local function complete(run, one, definition, ctx, item, properties)
	settle(definition, ctx, item.id, "create")
	item = read_back(ctx, definition, item.id)
	local live = discover.observe(ctx, definition, item, one.id)
	local differences =
		engine.verify(run.plan.handle, one.step, properties, live.properties, kind.compare)
	if #differences == 0 then
		return
	end
	local changes = {}
	for _, text in ipairs(differences) do
		local name = text:match "^[%w_]+"
		changes[name] = { from = live.properties[name], to = properties[name] }
	end
	definition.update(ctx, item, properties, changes)
	settle(definition, ctx, item.id, "update")
end

local function create(run, one, definition)
	local resolved = engine.resolve(run.apply, one.job, kind.compare)
	if not resolved.needed then
		return { unneeded = true }
	end
	local properties = resolved.properties
	local ctx = context_for(run, one, properties)
	local physical
	local found = left_behind(run, one, definition, ctx)
	if found then
		physical = found.id
		complete(run, one, definition, ctx, found, properties)
	else
		physical = change(run, one, ctx, properties, function()
			return definition.create(ctx, properties)
		end)
		settle(definition, ctx, physical, "create")
	end
	return observed(run, one, definition, ctx, physical, properties)
end

local function update(run, one, definition)
	local resolved = engine.resolve(run.apply, one.job, kind.compare)
	if not resolved.needed then
		return { unneeded = true }
	end
	local properties = resolved.properties
	local ctx = context_for(run, one, properties)
	local item = run.plan:item(one)
	if one.pending then
		settle(definition, ctx, one.physical, "update")
		item = read_back(ctx, definition, one.physical)
	end
	change(run, one, ctx, properties, function()
		definition.update(ctx, item, properties, resolved.changes)
	end)
	settle(definition, ctx, one.physical, "update")
	return observed(run, one, definition, ctx, one.physical, properties)
end

local function delete(run, one, definition)
	local ctx = context_for(run, one, {})
	if not one.deleting then
		change(run, one, ctx, {}, function()
			definition.delete(ctx, run.plan:item(one))
		end)
	end
	settle(definition, ctx, one.physical, "delete")
	return { outputs = {} }
end

--- Re-attaches to what is in progress.
local function wait(run, one, definition)
	local ctx = context_for(run, one, {})
	local fresh = one.state == "creating" or one.state == "pending"
	settle(definition, ctx, one.physical, fresh and "create" or "update")
	return observed(run, one, definition, ctx, one.physical)
end

local OPS = { create = create, update = update, delete = delete, wait = wait }

--- Carries one job out and gives its outputs; raises where it failed.
---@param run stack.Run
---@param one table a job as `engine.take` gives it
---@return { outputs?: table, unneeded?: boolean }
function job.run(run, one)
	return OPS[one.op](run, one, kind.get(one.kind))
end

return job
