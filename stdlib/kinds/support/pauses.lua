--- Tasks and serverless replications around a change: DMS changes neither one that runs nor an endpoint
--- that it uses, so they are stopped, and resumed afterwards, whatever became of the change. Where that
--- fails too, the failure says who stands.

local coming_back = require "kinds.support.coming_back"
local dms = require "kinds.support.dms"
local errors = require "errors"
local marks = require "kinds.support.marks"
local replications = require "kinds.support.replications"
local states = require "kinds.support.task_states"
local tasks = require "kinds.support.tasks"
local waiting = require "kinds.support.waiting"

local pauses = {}

---@class pauses.Held a task that changes of one apply hold stopped
---@field arn string
---@field count integer how many changes hold it
---@field name? string
---@field ready? boolean whether it stands, or could not be stopped
---@field stopped? boolean whether it is to run again
---@field stays? boolean whether somebody wants it stopped
---@field wanted? replications.Start how it is resumed, where a change says so
---@field failure? any why it could not be stopped
---@field resuming? boolean
---@field told? string what became of it
---@field stuck? string why it stands, and should not

---@class pauses.How
---@field why? string the word for the ledger
---@field stays? boolean whether it is not resumed
---@field wanted? replications.Start how a serverless replication is resumed

--- The tasks that changes of one apply hold stopped, by ARN. Two endpoints of one task may change at
--- the same time: the first stops the task, the last one resumes it.
local function held_of(ctx)
	ctx.shared.held = ctx.shared.held or {}
	return ctx.shared.held
end

--- Waits for another change of this apply to be through with the task.
local function until_other(ctx, task_arn, check)
	ctx:wait {
		what = "another change to be through with task " .. task_arn,
		every = waiting.EVERY,
		timeout = 3600,
		check = check,
	}
end

--- What stops and resumes what an ARN names: a serverless replication has its own states.
---@return { stop: function, resume: function, look: function }
local function verbs_of(task_arn)
	if coming_back.is_serverless(task_arn) then
		return replications
	end
	return { stop = tasks.stop, resume = tasks.resume, look = tasks.poll }
end

--- Stops what an ARN names for a change; true where it is to run again afterwards: because it ran, or
--- because an earlier run stopped it for a change and did not see the end of that.
---@return boolean
---@return string? name
local function interrupt(ctx, task_arn, why)
	local verbs, name = verbs_of(task_arn), nil
	local stopped = verbs.stop(ctx, task_arn, why, function(task)
		name = task.replication_task_identifier
		marks.set(task, ctx.stack)
	end)
	if stopped then
		return true, name
	end
	local task = verbs.look(ctx, task_arn)
	local due = task ~= nil and marks.is_due(task, dms.tags_of(task_arn) or {})
	return due, task and task.replication_task_identifier
end

--- Resumes a task or a serverless replication, in the way that its past asks for, and waits until it runs.
---@param ctx table
---@param task_arn string
function pauses.resume(ctx, task_arn)
	verbs_of(task_arn).resume(ctx, task_arn)
end

--- A task in a message: `task orders`.
local function title(entry)
	local sort = coming_back.is_serverless(entry.arn) and "replication" or "task"
	return ("%s %s"):format(sort, entry.name or entry.arn:match "([^:]+)$")
end

--- Resumes what a change has stopped.
---@param entry pauses.Held
---@return boolean ok
---@return any reason
local function resume(ctx, entry)
	local ok, reason = errors.capture(verbs_of(entry.arn).resume, ctx, entry.arn, entry.wanted)
	if ok then
		entry.told = title(entry) .. " was stopped and runs again"
		return true
	end
	entry.told = title(entry) .. " was stopped and does not run"
	entry.stuck = ("%s was stopped and could not be resumed: %s; running the same command again resumes it"):format(
		title(entry),
		tostring(reason)
	)
	return false, reason
end

--- A stop that failed may have been sent all the same: what the note says was running runs again.
local function undo(ctx, entry)
	local ok, due = errors.capture(function()
		local task = verbs_of(entry.arn).look(ctx, entry.arn)
		entry.name = task and task.replication_task_identifier
		return task ~= nil
			and not states.runs(task)
			and marks.is_due(task, dms.tags_of(entry.arn) or {}, ctx.stack)
	end)
	if not ok then
		entry.told = title(entry) .. " may have been stopped; nobody could look"
	elseif due then
		resume(ctx, entry)
	end
end

--- Has the task stopped until it is released.
---@return pauses.Held
local function hold(ctx, task_arn, why)
	local held = held_of(ctx)
	if held[task_arn] and held[task_arn].resuming then
		until_other(ctx, task_arn, function()
			return held[task_arn] == nil
		end)
	end
	---@type pauses.Held?
	local there = held[task_arn]
	---@type pauses.Held
	local entry = there or { arn = task_arn, count = 0 }
	entry.count = entry.count + 1
	if there then
		until_other(ctx, task_arn, function()
			return entry.ready
		end)
	else
		held[task_arn] = entry
		local ok, again, name = errors.capture(interrupt, ctx, task_arn, why)
		entry.stopped, entry.name = ok and again, ok and name or nil
		if not ok then
			entry.failure = again
			undo(ctx, entry)
		end
		entry.ready = true
	end
	if entry.failure then
		entry.count = entry.count - 1
		held[task_arn] = held[task_arn] ~= entry and held[task_arn] or nil
	end
	return entry
end

--- Lets the task go; the last one to do so resumes it, if it ran before and nobody wants it stopped.
---@param entry pauses.Held
---@param how pauses.How
---@return boolean ok
---@return any reason
local function release(ctx, entry, how)
	local held = held_of(ctx)
	entry.count = entry.count - 1
	entry.stays = entry.stays or how.stays
	entry.wanted = how.wanted or entry.wanted
	if entry.count > 0 then
		entry.told = entry.stopped and title(entry) .. " stands for another change" or nil
		return true
	end
	local ok, reason = true, nil
	if entry.stopped and entry.stays then
		marks.clear(entry.arn)
		entry.told = title(entry) .. " was stopped, and stays so"
	elseif entry.stopped then
		entry.resuming = true
		ok, reason = resume(ctx, entry)
	end
	held[entry.arn] = nil
	return ok, reason
end

--- A failure with what became of the tasks: whoever reads of it must know which of them stand.
---@param problem any
---@param entries pauses.Held[]
---@param made boolean whether the change itself was made
---@return any
local function with_tasks(problem, entries, made)
	local touched, stuck = made and { "the change itself was made" } or {}, {}
	for _, entry in ipairs(entries) do
		touched[#touched + 1] = entry.told
		stuck[#stuck + 1] = entry.stuck
	end
	if #touched == 0 or (type(problem) == "table" and problem.touched) then
		return problem
	end
	problem = type(problem) == "table" and problem or errors.describe(problem)
	local causes = problem.causes or {}
	problem.causes = table.move(stuck, 1, #stuck, #causes + 1, causes)
	problem.touched = touched
	return problem
end

--- Makes a change while none of the tasks runs, then resumes those that ran. They are resumed after
--- a failure too: what ran before must not stay stopped because something else went wrong.
---@param ctx table
---@param task_arns string[]
---@param change fun()
---@param before_resume? fun()
---@param how? pauses.How
function pauses.around(ctx, task_arns, change, before_resume, how)
	how = how or {}
	local mine, entries, ran, made = {}, {}, false, false
	local ok, err = errors.capture(function()
		for _, task_arn in ipairs(task_arns) do
			local entry = hold(ctx, task_arn, how.why or "modify")
			entries[#entries + 1] = entry
			if entry.failure then
				error(entry.failure, 0)
			end
			mine[#mine + 1] = entry
			ran = ran or entry.stopped == true
		end
		change()
		made = true
		if before_resume and ran then
			before_resume()
		end
	end)
	for _, entry in ipairs(mine) do
		local resumed, reason = release(ctx, entry, how)
		if not resumed and ok then
			ok, err = false, reason
		end
	end
	if not ok then
		error(with_tasks(err, entries, made), 0)
	end
end

return pauses
