--- Carries a plan out: ready jobs in parallel, an intent on disk before each change, read back
--- after it.

local context = require "stack.context"
local engine = require "engine"
local errors = require "errors"
local events = require "stack.events"
local failure = require "stack.failure"
local host = require "host"
local job = require "stack.job"
local lock = require "stack.lock"
local parallel = require "parallel"
local place = require "stack.place"
local time = require "time"
local timing = require "stack.timing"
local ui = require "ui"

local deploy = {}

--- How many jobs are at work at a time, and how many there are with those that wait for AWS to get
--- ready: ten instances that take minutes must not keep an eleventh from being begun.
local LIMIT, MOST = 10, 1000

--- How long nothing is begun where there is no room, in seconds.
local NAP = 0.25

---@class stack.Result
---@field done integer
---@field total integer
---@field seconds number how long it took
---@field critical_path number how long it had to take
---@field timing stack.Timing where the time went
---@field warnings string[] what was read back and is not as declared
---@field dry_run? boolean whether nothing was done because of --dry-run
---@field proof? table after a destroy: see Stack:prove

---@class stack.Run
---@field stack stack.Stack
---@field plan stack.Plan
---@field apply any
---@field journal any
---@field shared poll.Shared
---@field failures table[] `{ job =, problem = }`
---@field warnings string[]
---@field unresolved? table<string, table> by id: intents of earlier runs whose outcome nobody knows
---@field begun? table<string, boolean> the resources that such an intent was to create
---@field taken? boolean somebody else took the stack meanwhile
---@field seen? table<string, stack.Live> what was read back, by "kind/id"
---@field gone? table<string, boolean> what was deleted
---@field failed_once? boolean

local DONE = { create = "created", update = "changed", delete = "deleted", wait = "ready" }

local function title(one)
	return ("%s %q"):format(one.kind, one.id)
end

--- Runs one job and tells the engine what became of it. Never raises: what runs beside it goes on.
local function carry_out(run, one)
	run.running[one.job] = title(one)
	one.rest = function()
		if not one.rests then
			one.rests, run.busy = true, run.busy - 1
		end
	end
	one.spent = { waited = 0, lag = 0 }
	-- Whoever lost the lock begins with nothing new.
	run.taken = run.taken or lock.problem(run.stack)
	local start = time.epoch()
	local ok, result = false, run.taken
	if not run.taken then
		ok, result = errors.capture(job.run, run, one)
	end
	local now = time.epoch()
	run.running[one.job] = nil
	one.rest()
	engine.spent(run.apply, one.job, one.spent.waited, one.spent.lag)
	if not ok then
		run.failures[#run.failures + 1] = { job = one, problem = result }
		engine.failed(run.apply, one.job, tostring(result), now)
		engine.stop(run.apply)
		events.emit("failed", run, one)
		return
	end
	if result.unneeded then
		engine.unneeded(run.apply, one.job, now)
	else
		engine.finished(run.apply, one.job, result.outputs or {}, now)
		run.progress:event(
			("%s %s  %s"):format(
				result.replaced and "replaced" or DONE[one.op],
				title(one),
				time.duration(now - start)
			)
		)
	end
	events.emit("step", run, one)
end

local function busy(run)
	local names = {}
	for _, name in pairs(run.running) do
		names[#names + 1] = name
	end
	table.sort(names)
	if #names > 2 then
		return ("%s and %d more"):format(names[1], #names - 1)
	end
	return table.concat(names, ", ")
end

local function show(run)
	run.progress:set(engine.status(run.apply).done, busy(run))
end

local function start(stack, plan, options)
	return {
		stack = stack,
		plan = plan,
		apply = engine.apply(plan.handle),
		journal = place.journal(stack.name, stack:identity()),
		shared = context.shared(),
		failures = {},
		warnings = {},
		running = {},
		busy = 0,
		options = options,
	}
end

local function drive(run)
	run.unresolved, run.begun = {}, {}
	for _, intent in ipairs(engine.unresolved(run.journal)) do
		run.unresolved[intent.id] = intent
		if intent.action == "create" then
			run.begun[intent.resource] = true
		end
	end
	local total = engine.status(run.apply).total
	local label = run.options.label or (run.plan.destroy and "Destroy" or "Deploy")
	run.progress = ui.progress { label = label, total = total }
	run.tell = function(one, text)
		if run.running[one.job] then
			run.running[one.job] = ("%s: %s"):format(title(one), text)
			show(run)
		end
	end
	local limit, napping = run.options.limit or LIMIT, false
	parallel.pool(MOST, function()
		if host.interrupted() then
			engine.stop(run.apply)
		end
		if run.busy >= limit then
			-- A job that comes to its wait makes room, and tells nobody.
			local nap = not napping
			napping = true
			return nap and function()
				time.sleep(NAP)
				napping = false
			end or nil
		end
		local one = engine.take(run.apply, time.epoch())
		show(run)
		if not one then
			return nil
		end
		-- Now, and not when it begins to run: the next one is taken before that.
		run.busy = run.busy + 1
		return function()
			carry_out(run, one)
			show(run)
		end
	end)
end

local function nothing()
	return {
		done = 0,
		total = 0,
		seconds = 0,
		critical_path = 0,
		timing = timing.none(),
		warnings = {},
	}
end

--- Refuses a plan of another stack, and one that was carried out before.
---@param stack stack.Stack
---@param plan stack.Plan
function deploy.check(stack, plan)
	if plan.stack ~= stack then
		errors.raise { summary = "The plan is of another stack", what = plan.stack.name }
	end
	if plan.applied then
		errors.raise {
			summary = "The plan was applied before",
			what = "the world is no longer what the plan was made for",
			hints = { "Make another one: stack:plan()" },
		}
	end
end

--- Carries the plan out.
---@param stack stack.Stack
---@param plan stack.Plan
---@param options { limit?: integer, label?: string, command?: string, timing?: fun(timing: stack.Timing) }
---@return stack.Result
function deploy.run(stack, plan, options)
	if host.options.dry_run then
		ui.err "dry run: the plan is not carried out"
		local result = nothing()
		result.dry_run = true
		return result
	end
	local run = start(stack, plan, options)
	if not plan.has_changes then
		return nothing()
	end
	plan.applied = true
	-- What is in flight when somebody presses Ctrl-C is finished.
	local _ <close> = host.graceful and host.graceful()
	local began = time.epoch()
	drive(run)
	local seconds = time.epoch() - began
	local status, spent = engine.status(run.apply), timing.of(run.apply, seconds)
	run.progress:finish(
		status.complete
				and ("%s   critical path %s"):format(
					time.duration(seconds),
					time.duration(spent.seconds)
				)
			or time.duration(seconds)
	)
	if options.timing then
		options.timing(spent)
	end
	if not status.complete then
		failure.raise(run, status)
	end
	engine.settle(run.journal, "a later apply completed")
	events.emit("complete", run)
	---@diagnostic disable-next-line: return-type-mismatch -- the engine says how much was done
	return {
		done = status.done,
		total = status.total,
		seconds = seconds,
		critical_path = spent.seconds,
		timing = spent,
		warnings = run.warnings,
	}
end

return deploy
