--- Serverless replications around a change: their own states, waited for before each call. One is
--- never started, modified or deleted while it is being modified, started, stopped or deprovisioned,
--- and what somebody else has begun is waited for and not begun once more.

local aws = require "aws"
local dms = require "kinds.support.dms"
local errors = require "errors"
local states = require "kinds.support.task_states"
local tasks = require "kinds.support.tasks"
local waiting = require "kinds.support.waiting"

local replications = {}

--- A first start takes up to 40 minutes, most of them for its capacity.
local START = 5400

--- How many looks may still see the state from before a start.
local STALE = 4

--- The stages of a start.
local STARTING = {
	initializing = true,
	preparing_metadata_resources = true,
	testing_connection = true,
	fetching_metadata = true,
	calculating_capacity = true,
	provisioning_capacity = true,
	replication_starting = true,
}

--- States that pass by themselves, beside those of a start.
local PASSING = {
	creating = true,
	stopping = true,
	modifying = true,
	deprovisioning = true,
	deleting = true,
}

--- What the words of a task's state are for those of a replication.
local WORDS = {
	created = "ready",
	ready = "ready",
	deprovisioning = "deleting",
	failed_provision = "failed",
}

--- DMS spells states in small letters; its documentation does not.
local function status_of(raw)
	return tostring(raw.status or "created"):lower():gsub("[%s%-]", "_")
end

--- Where its machine stands: `provisioned`, `deprovisioning`, `deprovisioned`; nil where it has none.
---@param raw table as DMS describes a replication
---@return string?
function replications.machine(raw)
	local state = (raw.provision_data or {}).provision_state
	return state and state:lower()
end

--- The replication as a task is described: what holds for both is said once.
---@param raw table as DMS describes a replication
---@return table
function replications.as_task(raw)
	local status = status_of(raw)
	return {
		replication_task_arn = raw.replication_config_arn,
		replication_task_identifier = raw.replication_config_identifier,
		source_endpoint_arn = raw.source_endpoint_arn,
		target_endpoint_arn = raw.target_endpoint_arn,
		migration_type = raw.replication_type,
		status = STARTING[status] and "starting" or WORDS[status] or status,
		stop_reason = raw.stop_reason,
		last_failure_message = (raw.failure_messages or {})[1],
		cdc_start_position = raw.cdc_start_position
			or (raw.cdc_start_time and tostring(raw.cdc_start_time)),
		recovery_checkpoint = raw.recovery_checkpoint,
		cdc_stop_position = raw.cdc_stop_position,
		replication_task_stats = raw.replication_stats,
	}
end

--- Whether it replicates or is about to.
---@param raw table
---@return boolean
function replications.runs(raw)
	local status = status_of(raw)
	return status == "running" or STARTING[status] == true
end

--- Whether DMS is busy with it: then it takes no other call.
---@param raw table
---@return boolean
function replications.passes(raw)
	local status = status_of(raw)
	return STARTING[status] == true
		or PASSING[status] == true
		or replications.machine(raw) == "deprovisioning"
end

--- Changes that ModifyReplicationConfig makes.
local MODIFIED =
	{ "table_mappings", "replication_settings", "supplemental_settings", "compute_config" }

--- Whether changes are of the definition: DMS makes them only while it does not run.
---@param changes table
---@return boolean
function replications.modifies(changes)
	for _, name in ipairs(MODIFIED) do
		if changes[name] then
			return true
		end
	end
	return false
end

--- Whether one that runs has to be stopped for some changes: a stop position is a start's.
---@param changes table
---@return boolean
function replications.needs_stop(changes)
	return replications.modifies(changes) or changes.cdc_stop_position ~= nil
end

--- One replication during a wait; all waiters share one call for each poll.
---@param ctx table
---@param config_arn string
---@return table?
function replications.poll(ctx, config_arn)
	return dms.poll(ctx, aws.dms.describe_replications, "replication_config_arn", config_arn)
end

--- One replication, read anew.
---@param config_arn string
---@return table?
function replications.read(config_arn)
	return dms.one(aws.dms.describe_replications, "replication-config-arn", config_arn)
end

--- Waits until DMS is busy with it no more, and returns it; nil where it is gone.
---@param ctx table
---@param config_arn string
---@return table?
function replications.steady(ctx, config_arn)
	local raw
	ctx:wait {
		what = "replication " .. config_arn .. " to settle",
		every = waiting.EVERY,
		timeout = START,
		check = function()
			raw = replications.poll(ctx, config_arn)
			return raw == nil or not replications.passes(raw)
		end,
	}
	return raw
end

--- The state that a refusal names: "… is in MODIFYING state and cannot start".
local function refused_in(problem)
	if type(problem) ~= "table" or problem.code ~= "InvalidResourceStateFault" then
		return nil
	end
	local state = tostring(problem.message or problem):match "is in ([%u_]+) state"
	return state and state:lower()
end

--- Whether a call was refused for a state that passes: what was read before it was older than that.
local function too_early(problem)
	local state = refused_in(problem)
	return state ~= nil and (PASSING[state] or STARTING[state]) == true
end

--- Whether nobody knows what became of a call.
local function was_lost(problem)
	return type(problem) == "table" and (problem.code == "AnswerLost" or problem.code == "Timeout")
end

--- Makes a call that DMS takes only from a replication that it is not busy with. What it refuses for a
--- state that passes is sent again when that has passed.
---@param ctx table
---@param config_arn string
---@param what string
---@param call fun()
function replications.once_steady(ctx, config_arn, what, call)
	ctx:wait {
		what = what,
		every = waiting.EVERY,
		timeout = START,
		check = function()
			local raw = replications.poll(ctx, config_arn)
			if raw and replications.passes(raw) then
				return false
			end
			local ok, problem = errors.capture(call)
			if not ok and not too_early(problem) then
				error(problem, 0)
			end
			return ok
		end,
	}
end

--- Stops a replication that runs, and keeps where it had come to; true where there was something to
--- stop. A start under way can't be stopped, so its end is waited for.
---@param ctx table
---@param config_arn string
---@param why? string for the ledger
---@param before? fun(task: table) is called where it runs, before the stop
---@return boolean
function replications.stop(ctx, config_arn, why, before)
	local raw = replications.steady(ctx, config_arn)
	if raw == nil or status_of(raw) ~= "running" then
		tasks.keep(ctx, raw and replications.as_task(raw), why or "stop")
		return false
	end
	if before then
		before(replications.as_task(raw))
	end
	ctx:progress("stopping replication " .. raw.replication_config_identifier)
	local stopped
	ctx:wait {
		what = ("replication %s to stop"):format(raw.replication_config_identifier),
		every = waiting.EVERY,
		timeout = 1800,
		check = function()
			stopped = replications.poll(ctx, config_arn)
			if stopped and status_of(stopped) == "running" then
				local request = { replication_config_arn = config_arn }
				local ok, problem = errors.capture(aws.dms.stop_replication, request)
				-- It may have ended, or be stopping, since it was looked at.
				if not (ok or was_lost(problem) or refused_in(problem)) then
					error(problem, 0)
				end
				return false
			end
			return stopped == nil or not replications.passes(stopped)
		end,
	}
	tasks.keep(ctx, stopped and replications.as_task(stopped), why or "stop")
	return true
end

--- What it is now, described as a task; nil where it is gone.
---@param ctx table
---@param config_arn string
---@return table?
function replications.look(ctx, config_arn)
	local raw = replications.poll(ctx, config_arn)
	return raw and replications.as_task(raw)
end

--- The start that its past asks for. A full load by itself can't be resumed: it is made once more.
---@param raw table
---@return "start-replication"|"resume-processing"|"reload-target"
function replications.start_type(raw)
	if not states.has_run(replications.as_task(raw)) then
		return "start-replication"
	end
	return raw.replication_type == "full-load" and "reload-target" or "resume-processing"
end

local function check_machine(raw, start)
	if start ~= "resume-processing" or replications.machine(raw) ~= "deprovisioned" then
		return
	end
	local reload = raw.replication_type ~= "cdc"
	errors.raise {
		summary = "Replication can't be resumed",
		what = ("%s was stopped for more than 48 hours, and DMS has taken its capacity away"):format(
			raw.replication_config_identifier
		),
		why = "DMS resumes a serverless replication only on the capacity that it had; nothing was started",
		hints = {
			reload
					and ('load all of it again: aws.dms.start_replication { replication_config_arn = "%s", start_replication_type = "reload-target" }'):format(
						raw.replication_config_arn
					)
				or 'make it anew from its checkpoint: cdc_start = cdc.checkpoint "…" of the verb `checkpoints`',
		},
	}
end

local function raise_failure(raw, first)
	local task = replications.as_task(raw)
	local why = states.failure_of(task)
	local reached = not why:find "[Tt]est connection"
	errors.raise {
		summary = first and "Replication failed when it was started"
			or "Replication failed when it was started again",
		what = ("%s: %s"):format(task.replication_task_identifier, why),
		hints = {
			reached and "the log group dms-serverless-replication-… of it tells each stage"
				or "let its security groups through to the database, and check the endpoint",
		},
	}
end

---@class replications.Start
---@field position? cdc.Position where changes begin; a first start only
---@field stop_position? string where they end; one that has run ends where it was to end before
---@field again? boolean whether one that has reached its stop position is to go on
---@field assessment? string the settings of a premigration assessment, as JSON
---@field patient? boolean false to come back once the start is accepted

--- Starts a replication in the way its past asks for, once DMS is not busy with it, and waits until it
--- runs. A start that somebody else has made is waited for.
---@param ctx table
---@param config_arn string
---@param options? replications.Start
function replications.start(ctx, config_arn, options)
	options = options or {}
	local seen, since, first = false, nil, false
	local function send(raw)
		local start = replications.start_type(raw)
		first = start == "start-replication"
		check_machine(raw, start)
		local position = first and options.position or nil
		ctx:progress(
			("%s replication %s"):format(
				first and "starting" or start == "reload-target" and "loading again" or "resuming",
				raw.replication_config_identifier
			)
		)
		local ok, problem = errors.capture(aws.dms.start_replication, {
			replication_config_arn = config_arn,
			start_replication_type = start,
			cdc_start_position = position and position.text or nil,
			cdc_stop_position = options.stop_position
				or (not first and raw.cdc_stop_position or nil),
			premigration_assessment_settings = options.assessment,
		})
		if ok or was_lost(problem) then
			since = 0
		elseif not (too_early(problem) or refused_in(problem) == "running") then
			error(problem, 0)
		end
		return ok
	end
	ctx:wait {
		what = "replication " .. config_arn .. " to run",
		every = waiting.EVERY,
		timeout = START,
		check = function()
			local raw = replications.poll(ctx, config_arn)
			if raw == nil then
				return false
			elseif replications.runs(raw) then
				seen = true
				return status_of(raw) == "running" or options.patient == false
			elseif replications.passes(raw) then
				return false
			elseif seen then
				if states.is_failed(replications.as_task(raw)) then
					raise_failure(raw, first)
				end
				-- A short full load may be over at once.
				return true
			---@diagnostic disable-next-line: unnecessary-if -- the first look has none
			elseif since and since < STALE then
				since = since + 1
				return false
			end
			return send(raw) and options.patient == false
		end,
	}
end

--- Resumes one that a change has stopped, and waits until it runs. A premigration assessment is no part of
--- it: whoever ran before a change runs after it.
---@param ctx table
---@param config_arn string
---@param wanted? replications.Start
function replications.resume(ctx, config_arn, wanted)
	local raw = replications.poll(ctx, config_arn)
	if raw and not states.is_finished(replications.as_task(raw)) then
		replications.start(ctx, config_arn, { stop_position = wanted and wanted.stop_position })
	end
end

--- Brings a replication to run. One that has done what it was to do is left.
---@param ctx table
---@param config_arn string
---@param options? replications.Start
function replications.run(ctx, config_arn, options)
	local raw = replications.poll(ctx, config_arn)
	if raw == nil or status_of(raw) == "running" then
		return
	end
	local task = replications.as_task(raw)
	local goes_on = options and options.again and states.reached_stop(task)
	if states.is_finished(task) and not goes_on then
		return
	end
	replications.start(ctx, config_arn, options)
end

--- Some tasks with all serverless replications beside them, described as tasks: both use endpoints.
--- Where replications can't be listed there are none to be seen; DMS then refuses what they stand against.
---@param list table[] tasks
---@param ctx? table to share the call with a plan's others; as they are now when left out
---@return table[]
function replications.beside(list, ctx)
	local ok, found = errors.capture(function()
		return ctx and ctx:sweep(aws.dms.describe_replications, {})
			or aws.pages(aws.dms.describe_replications, {})
	end)
	if not ok and not (type(found) == "table" and found.unavailable) then
		error(found, 0)
	end
	local all = table.move(list, 1, #list, 1, {})
	for _, raw in ipairs(ok and found or {}) do
		all[#all + 1] = replications.as_task(raw)
	end
	return all
end

return replications
