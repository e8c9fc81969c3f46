--- What the last deploy left: each resource with what was declared of it, in a file below the state
--- folder. `drift` compares the world with it. AWS stays the state: without this file a deploy knows
--- as much as with it, only drift can't tell whose change a difference is.

local errors = require "errors"
local events = require "stack.events"
local fs = require "fs"
local hidden = require "adopt.hidden"
local host = require "host"
local json = require "json"
local kind = require "kind"
local place = require "stack.place"
local planning = require "stack.plan"
local secret = require "secret"
local time = require "time"

local baseline = {}

local FORMAT, VERSION = "deployed", 1

---@class stack.Left
---@field kind string
---@field id string
---@field physical string
---@field properties table what was declared, without secrets
---@field protect? boolean
---@field retain? boolean
---@field ignore_changes? string[]
---@field state? string of a task

---@class stack.Baseline
---@field time string
---@field complete boolean whether the deploy came to its end
---@field destroyed? boolean whether it was a destroy; what it retained is what it left
---@field resources stack.Left[]

--- The file of a stack. One folder may know the same name in several accounts, and in rehearsals.
local function path_of(stack)
	local who = stack:identity()
	local account = ("%s-%s"):format(who.account, who.region)
	if who.is_local then
		account = "local-" .. account .. place.elsewhere()
	end
	return fs.join(host.state_dir(), "deployed", ("%s@%s.json"):format(stack.name, account))
end

--- Properties that are documents of DMS's own, with names of their own and no secrets.
---@type table<string, boolean>
local DOCUMENTS = { table_mappings = true, task_settings = true }

--- A value without anything in it that is secret, or may be.
---@return any copy nil where nothing is left
---@return boolean withheld whether something was left out
local function public(name, value, property)
	local hides = property and (property.secret or property.fingerprint or property.write_only)
	if hides or secret.is(value) or type(value) == "userdata" then
		return nil, true
	elseif type(value) ~= "table" or hidden.is(name) then
		if hidden.holds(name, value) then
			return nil, true
		end
		return value, false
	end
	local copy, fields, some = {}, property and property.fields or {}, false
	for member, inner in pairs(value) do
		local own = type(member) == "string" and member or name
		local kept, withheld = public(own, inner, fields[member] or (property and property.items))
		copy[member], some = kept, some or withheld
	end
	return json.is_list(value) and json.array(copy) or copy, some
end

--- What is noted of a property. Where every member counts by itself those that are secret are left out;
--- of any other value a part would be another value, and drift would tell of a change that is none.
local function noted(name, value, property)
	if DOCUMENTS[property and property.compare or ""] then
		return value
	end
	local copy, withheld = public(name, value, property)
	local by_member = property
		and (property.fields or property.hides or property.compare == "merged")
	if withheld and not by_member then
		return nil
	end
	return copy
end

local function entry(one, live)
	local definition, properties = kind.get(one.kind), {}
	for name, value in pairs(one.properties) do
		properties[name] = noted(name, value, definition.properties[name])
	end
	return {
		kind = one.kind,
		id = one.id,
		physical = live.physical,
		properties = properties,
		protect = one.protect or nil,
		retain = one.retain or nil,
		ignore_changes = one.ignore_changes,
		state = one.kind == "dms.task" and live.state or nil,
	}
end

--- What the last deploy of this stack left, as far as this folder knows; nil where it does not.
---@param stack stack.Stack
---@return stack.Baseline?
function baseline.read(stack)
	local path = path_of(stack)
	if not fs.exists(path) then
		return nil
	end
	local ok, data = pcall(json.decode, fs.read(path))
	if not ok or type(data) ~= "table" or data.dmsrun ~= FORMAT then
		errors.warn {
			summary = "The record of the last deploy can't be read",
			what = path .. " is not whole",
			why = "it is only a record: AWS is the state",
			hints = { "the next deploy writes it anew" },
			at = false,
		}
		return nil
	elseif data.version ~= VERSION then
		errors.warn {
			summary = "The record of the last deploy was written by another dmsrun",
			what = ("%s has version %s, this dmsrun knows %d"):format(
				path,
				tostring(data.version),
				VERSION
			),
			at = false,
		}
		return nil
	end
	return data
end

local function write(stack, resources, complete, at, destroyed)
	table.sort(resources, function(a, b)
		return a.kind .. "/" .. a.id < b.kind .. "/" .. b.id
	end)
	local who = stack:identity()
	fs.write(path_of(stack), json.encode({
		dmsrun = FORMAT,
		version = VERSION,
		stack = stack.name,
		account = who.account,
		region = who.region,
		time = at or time.now(),
		complete = complete,
		destroyed = destroyed or nil,
		resources = json.array(resources),
	}, { pretty = true }) .. "\n", { private = true })
end

--- What is live after a run: as the plan saw it, with what was read back since.
local function live_after(plan, seen, gone)
	local live, taken = {}, {}
	for _, one in pairs(seen) do
		live[#live + 1], taken[one.kind .. "/" .. one.id] = one, true
	end
	for _, one in ipairs(plan.live) do
		local name = one.kind .. "/" .. one.id
		if not taken[name] and not gone[name] then
			live[#live + 1] = one
		end
	end
	return live
end

local function record(stack, plan, seen, gone, complete)
	local live, by_name = live_after(plan, seen, gone), {}
	for _, one in ipairs(live) do
		by_name[one.kind .. "/" .. one.id] = one
	end
	local resources, done = {}, {}
	for _, one in ipairs(planning.resolved(stack, live)) do
		local name = one.kind .. "/" .. one.id
		-- Of a run that broke off only what it did is new.
		if by_name[name] and (complete or seen[name]) then
			resources[#resources + 1], done[name] = entry(one, by_name[name]), true
		end
	end
	local before = not complete and baseline.read(stack)
	for _, one in ipairs(before and before.resources or {}) do
		local name = one.kind .. "/" .. one.id
		if not done[name] and not gone[name] then
			resources[#resources + 1] = one
		end
	end
	write(stack, resources, complete)
end

--- Never the reason why a deploy fails: it is a record.
local function safely(what, ...)
	local ok, problem = errors.capture(what, ...)
	if not ok then
		errors.warn {
			summary = "What the deploy left could not be noted",
			what = tostring(problem),
			why = "the next drift compares with an older record, or with the script",
			at = false,
		}
	end
end

--- Notes that everything is as the plan saw it: it has nothing to do.
---@param plan stack.Plan
function baseline.unchanged(plan)
	if not plan.has_changes and not plan.destroy and not host.options.dry_run then
		safely(record, plan.stack, plan, {}, {}, true)
	end
end

--- Notes that a task was started or stopped by us: the next drift is not to wonder.
---@param stack stack.Stack
---@param physical string its ARN
---@param state string
function baseline.left(stack, physical, state)
	safely(function()
		local before = baseline.read(stack)
		for _, one in ipairs(before and before.resources or {}) do
			if before and one.physical == physical and one.state ~= state then
				one.state = state
				return write(
					stack,
					before.resources,
					before.complete,
					before.time,
					before.destroyed
				)
			end
		end
	end)
end

--- Takes resources out of the record: they are not the stack's any more.
---@param stack stack.Stack
---@param names string[] each "kind/id"
function baseline.drop(stack, names)
	safely(function()
		local before, gone, kept = baseline.read(stack), {}, {}
		for _, name in ipairs(names) do
			gone[name] = true
		end
		for _, one in ipairs(before and before.resources or {}) do
			kept[#kept + 1] = not gone[one.kind .. "/" .. one.id] and one or nil
		end
		if before and #kept < #before.resources then
			write(stack, kept, before.complete, before.time, before.destroyed)
		end
	end)
end

local function add(stack, list)
	local before, kept = baseline.read(stack), {}
	if not before then
		return
	end
	---@type table<string, stack.Live?>
	local names = {}
	for _, live in ipairs(list) do
		names[live.kind .. "/" .. live.id] = live
	end
	for _, one in ipairs(before.resources) do
		kept[#kept + 1] = not names[one.kind .. "/" .. one.id] and one or nil
	end
	for _, one in ipairs(stack.declared) do
		local live = names[one.kind .. "/" .. one.id]
		if live then
			local copy, properties = {}, {}
			for key, value in pairs(one) do
				copy[key] = value
			end
			for name in pairs(one.properties) do
				properties[name] = live.properties[name]
			end
			copy.properties = properties
			kept[#kept + 1] = entry(copy, live)
		end
	end
	write(stack, kept, before.complete, before.time, before.destroyed)
end

--- Takes resources into the record as they are: they are the stack's from now on.
---@param stack stack.Stack
---@param list stack.Live[]
function baseline.add(stack, list)
	safely(add, stack, list)
end

local function note_destroyed(plan)
	local stays, kept = {}, {}
	for _, name in ipairs(plan.kept) do
		stays[name] = true
	end
	-- Nobody saw what is of these kinds, so nobody took it away.
	for _, name in ipairs(plan.unseen) do
		stays[name] = true
	end
	local before = baseline.read(plan.stack)
	for _, one in ipairs(before and before.resources or {}) do
		local there = stays[one.kind .. "/" .. one.id] or stays[one.kind]
		kept[#kept + 1] = there and one or nil
	end
	write(plan.stack, kept, true, nil, true)
end

--- Notes that the stack was destroyed: what is gone since then is no drift.
---@param plan stack.Plan
function baseline.destroyed(plan)
	if not host.options.dry_run then
		safely(note_destroyed, plan)
	end
end

--- Forgets what was left: nothing of it is the stack's any more.
---@param stack stack.Stack
function baseline.forget(stack)
	local path = path_of(stack)
	if fs.exists(path) then
		fs.remove(path)
	end
end

--- What a run has done so far.
---@param event stack.Event
---@param run stack.Run
---@param job? table
local function heard(event, run, job)
	run.seen, run.gone = run.seen or {}, run.gone or {}
	if event == "step" and job and job.op == "delete" then
		run.gone[job.resource] = true
	end
	if event == "complete" then
		if run.plan.destroy then
			baseline.destroyed(run.plan)
		else
			safely(record, run.stack, run.plan, run.seen, run.gone, true)
		end
	elseif event == "failed" or (event == "step" and run.failed_once) then
		run.failed_once = true
		safely(record, run.stack, run.plan, run.seen, run.gone, false)
	end
end

events.listen(heard)

return baseline
