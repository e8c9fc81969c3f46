--- One job: create, update, delete or wait, with its intent before and what is read back after.

local absence = require "kinds.support.absence"
local context = require "stack.context"
local discover = require "stack.discover"
local engine = require "engine"
local errors = require "errors"
local host = require "host"
local kind = require "kind"
local record = require "stack.record"
local time = require "time"

local job = {}

--- How long a tag may take until it is seen, in seconds.
local VISIBLE = 30

--- How long what was just made may take until it can be read, in seconds.
local READABLE = 60

--- Errors after which nobody knows whether the call took effect.
local UNCERTAIN = { AnswerLost = true, Timeout = true }

local function uncertain(problem)
	return type(problem) == "table" and problem.kind == "aws" and UNCERTAIN[problem.code] == true
end

--- The tags of a new resource: its identity, and the declared ones.
local function tags_for(stack, one, properties, definition)
	local tags = definition and record.tags(definition, properties) or {}
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

--- When the operation is given up, where a time for it was declared.
local function deadline_of(stack, one)
	for _, declared in ipairs(stack.declared) do
		if declared.kind == one.kind and declared.id == one.id then
			local limit = (declared.timeouts or {})[one.op == "wait" and "create" or one.op]
			return limit and time.epoch() + limit
		end
	end
end

local function context_for(run, one, properties, definition)
	return context.new(run.stack, run.shared, {
		name = physical_name(run.stack, one),
		tags = tags_for(run.stack, one, properties, definition),
		declared = next(properties) and properties or nil,
		generation = one.generation,
		spent = one.spent,
		rest = one.rest,
		deadline = deadline_of(run.stack, one),
		show = function(text)
			run.tell(one, text)
		end,
	})
end

--- Those of the properties that the script itself declares: what a plan puts in beside them, such as a
--- default to go back to, is not recorded as declared.
---@return table properties
---@return string[]? ignored those that are not to be changed
local function declared_of(run, one, properties)
	for _, declared in ipairs(run.stack.declared) do
		if declared.kind == one.kind and declared.id == one.id then
			local own = {}
			for name, value in pairs(properties) do
				if name == "tags" or declared.properties[name] ~= nil then
					own[name] = value
				end
			end
			return own, declared.ignore_changes
		end
	end
	return properties, nil
end

--- Puts the record of what is declared among the changes.
local function add_record(run, one, definition, properties, changes, live_tags)
	local own, ignored = declared_of(run, one, properties)
	record.add_changes(definition, own, changes, live_tags, ignored)
end

--- Writes the intent, makes the change, writes what came of it. Where nobody can know what came of
--- it, the intent stays open, and is given back beside the problem.
---@return boolean ok
---@return any result what the call gave, or its problem
---@return table|nil open the intent whose outcome is not known
local function attempt(run, one, ctx, properties, call)
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
		one.made = true
		engine.result(run.journal, intent.id, { physical = result })
		return true, result
	end
	if uncertain(result) then
		one.open = one.open or {}
		one.open[#one.open + 1] = intent
		return false, result, intent
	end
	engine.result(run.journal, intent.id, { error = tostring(result) })
	return false, result
end

--- How often what became of a change is looked at, where answers are lost again and again.
local LOOKS = 10

--- Makes a change. When its answer is lost, `again` looks at what became of it and ends the change; so
--- often, for where one answer is lost more are. Where it can't look, the next run does.
local function change(run, one, ctx, properties, call, again)
	local ok, result, open = attempt(run, one, ctx, properties, call)
	if ok then
		return result
	end
	if not open or host.interrupted() then
		error(result, 0)
	end
	for look = 1, LOOKS do
		ctx:progress "the answer was lost; looking for what became of it"
		local mended, physical = errors.capture(again)
		if mended then
			for _, intent in ipairs(one.open) do
				engine.result(run.journal, intent.id, { physical = physical })
			end
			return physical
		end
		local lost = uncertain(physical)
			or (type(physical) == "table" and physical.code == "ConnectionFailed")
		if not lost then
			error(physical, 0)
		elseif look == LOOKS or host.interrupted() then
			-- Both are worth knowing, unless the second is the first once more.
			error(result, 0)
		end
		time.sleep(look)
	end
end

--- What was begun to be created and not seen the end of: its tag may not be visible yet.
local function look_for(run, one, definition)
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
		if time.epoch() >= deadline or host.interrupted() then
			return nil
		end
		time.sleep(5)
	end
end

--- What an earlier run began to create.
local function left_behind(run, one, definition, ctx)
	if not run.begun[one.resource] then
		return nil
	end
	ctx:progress "looking for what the last run may have made"
	return look_for(run, one, definition)
end

--- The resource as it is now, and with an id as the engine compares it; what was just made may take a
--- moment to be readable, and what belongs to it a moment more.
---@return table item
---@return stack.Live|nil live
local function read_back(ctx, definition, physical, id)
	local item, live
	ctx:wait {
		what = ("%s to be readable"):format(physical),
		every = 5,
		timeout = READABLE,
		check = function()
			local seen = absence.or_nil(function()
				item = definition.read(ctx, physical)
				live = item and id and discover.observe(ctx, definition, item, id)
				return item ~= nil
			end)
			return seen == true
		end,
	}
	---@cast item table
	return item, live
end

--- Reads back, warns of what is not as declared, and gives the outputs.
local function observed(run, one, definition, ctx, physical, properties)
	local _, live = read_back(ctx, definition, physical, one.id)
	---@cast live stack.Live
	run.seen = run.seen or {}
	run.seen[one.resource] = live
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

--- Brings a found resource to what is declared: an earlier try made or changed it, perhaps in part,
--- perhaps of other properties.
---@param resets? table changes of what is no longer declared, which can't be seen in the properties
local function complete(run, one, definition, ctx, item, properties, resets)
	settle(definition, ctx, item.id, one.op)
	local live
	item, live = read_back(ctx, definition, item.id, one.id)
	---@cast live stack.Live
	local differences =
		engine.verify(run.plan.handle, one.step, properties, live.properties, kind.compare)
	local changes = {}
	for name, reset in pairs(resets or {}) do
		changes[name] = reset
	end
	for _, text in ipairs(differences) do
		local name = text:match "^[%w_]+"
		changes[name] = { from = live.properties[name], to = properties[name] }
	end
	-- What a kind makes by itself may have broken off as well.
	for name, value in pairs(live.implied or {}) do
		if properties[name] == nil then
			changes[name] = { from = live.properties[name], to = value }
		end
	end
	if one.op == "create" and next(changes) == nil then
		return
	end
	add_record(run, one, definition, properties, changes, item.tags or {})
	if next(changes) then
		definition.update(ctx, item, properties, changes)
		settle(definition, ctx, item.id, "update")
	end
end

local function make_new(run, one, definition, properties)
	local ctx = context_for(run, one, properties, definition)
	local physical
	local found = left_behind(run, one, definition, ctx)
	if found then
		physical = found.id
		complete(run, one, definition, ctx, found, properties)
	else
		local function make()
			return definition.create(ctx, properties)
		end
		physical = change(run, one, ctx, properties, make, function()
			local made = look_for(run, one, definition)
			if made then
				complete(run, one, definition, ctx, made, properties)
				return made.id
			elseif host.interrupted() then
				errors.raise { summary = "Interrupted", at = false, exit = "interrupted" }
			end
			local ok, result = attempt(run, one, ctx, properties, make)
			return ok and result or error(result, 0)
		end)
		settle(definition, ctx, physical, "create")
	end
	return observed(run, one, definition, ctx, physical, properties)
end

local function create(run, one, definition)
	local resolved = engine.resolve(run.apply, one.job, kind.compare)
	if not resolved.needed then
		return { unneeded = true }
	end
	return make_new(run, one, definition, resolved.properties)
end

--- The same job as the creation of the next generation. The old one has a job of its own to go, once
--- nothing stands on it any more.
local function as_replacement(one)
	local job_of_next = {}
	for name, value in pairs(one) do
		job_of_next[name] = value
	end
	job_of_next.op, job_of_next.generation = "create", one.generation + 1
	return job_of_next
end

local function update(run, one, definition)
	local resolved = engine.resolve(run.apply, one.job, kind.compare)
	if not resolved.needed then
		return { unneeded = true }
	elseif resolved.replaces then
		local result = make_new(run, as_replacement(one), definition, resolved.properties)
		result.replaced = true
		return result
	end
	local properties = resolved.properties
	local ctx = context_for(run, one, properties)
	local item = run.plan:item(one)
	if one.pending then
		settle(definition, ctx, one.physical, "update")
		item = read_back(ctx, definition, one.physical)
	end
	---@cast item table
	---@cast properties table
	add_record(run, one, definition, properties, resolved.changes, item.tags or {})
	change(run, one, ctx, properties, function()
		definition.update(ctx, item, properties, resolved.changes)
	end, function()
		local resets = {}
		for name, reset in pairs(resolved.changes) do
			if properties[name] == nil then
				resets[name] = reset
			end
		end
		local live = read_back(ctx, definition, one.physical)
		complete(run, one, definition, ctx, live, properties, resets)
	end)
	settle(definition, ctx, one.physical, "update")
	return observed(run, one, definition, ctx, one.physical, properties)
end

local function delete(run, one, definition)
	local ctx = context_for(run, one, {})
	if not one.deleting then
		local function goes()
			local item = definition.read(ctx, one.physical)
			return not item or discover.observe(ctx, definition, item, one.id).state == "deleting"
		end
		local function remove()
			local ok, problem = errors.capture(definition.delete, ctx, run.plan:item(one))
			-- A delete that was sent again after its answer was lost is refused: it is under way.
			if not ok and (uncertain(problem) or not goes()) then
				error(problem, 0)
			end
		end
		change(run, one, ctx, {}, remove, function()
			if not goes() then
				remove()
			end
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
---@return { outputs?: table, unneeded?: boolean, replaced?: boolean }
function job.run(run, one)
	---@diagnostic disable-next-line: return-type-mismatch -- each gives outputs, or that it was not needed
	return OPS[one.op](run, one, kind.get(one.kind))
end

return job
