--- What the steps of a plan do to a serverless replication, and what they lose, in the words of
--- operators.

local coming_back = require "kinds.support.coming_back"
local replications = require "kinds.support.replications"
local states = require "kinds.support.task_states"

local effects = {}

--- What stops and comes back, told in one word.
local function comes_back(raw)
	return coming_back.how(replications.as_task(raw))
end

local function effect_of_state(state, item)
	local raw = item.replication
	if state == nil then
		return nil
	elseif state.to == "stopped" then
		return "interrupts replication: stops the replication"
	elseif state.from == "starting" then
		return "waits until it runs: it is starting"
	elseif item.due then
		return ("%s: a change that was interrupted had stopped it"):format(comes_back(raw))
	elseif not states.has_run(replications.as_task(raw)) then
		return "starts the replication; its capacity takes up to 40 minutes"
	elseif state.from == "failed" then
		local why = states.failure_of(replications.as_task(raw))
		return ("the replication has failed (%s); %s"):format(why, comes_back(raw))
	end
	return comes_back(raw)
end

local function effect_of_update(changes, item)
	local state, task = changes.state, replications.as_task(item.replication)
	if not replications.needs_stop(changes) or not replications.runs(item.replication) then
		local goes_on = changes.cdc_stop_position ~= nil and states.reached_stop(task)
		return effect_of_state(state, item)
			or (goes_on and coming_back.how(task) .. ", to the new stop position" or nil)
	end
	return ("interrupts replication: stops the replication, %s and %s"):format(
		replications.modifies(changes) and "modifies it" or "gives it the new stop position",
		state and state.to == "stopped" and "leaves it stopped" or comes_back(item.replication)
	)
end

--- What another replication in the place of one does.
local function effect_of_replace(item)
	local raw, declared = item.replication, item.declared or {}
	local parts = {}
	if replications.runs(raw) then
		parts[1] = ("interrupts replication: the replication is %s"):format(raw.status)
	end
	if not states.has_run(replications.as_task(raw)) then
		return parts[1]
	elseif declared.state ~= "running" then
		parts[#parts + 1] = "the new one is not started"
	elseif declared.replication_type ~= "cdc" then
		parts[#parts + 1] = "restarts a full load: the new one loads all tables again"
	elseif declared.cdc_start == nil and raw.replication_type ~= "full-load" then
		parts[#parts + 1] = "the new one goes on from its checkpoint, if the source stays the same"
	else
		parts[#parts + 1] = "the new one is started"
	end
	return table.concat(parts, "; ")
end

--- What a step does to replication.
---@param action string
---@param changes table
---@param item? table
---@return string?
function effects.of(action, changes, item)
	if action == "create" then
		local state = changes.state
		return state
				and state.to == "running"
				and "is started once it is made; its capacity takes up to 40 minutes"
			or nil
	elseif item == nil then
		return nil
	elseif action == "update" then
		return effect_of_update(changes, item)
	elseif action == "delete" and replications.runs(item.replication) then
		return ("interrupts replication: the replication is %s"):format(item.replication.status)
	elseif action == "replace" then
		return effect_of_replace(item)
	end
end

--- What a step loses. A stop alone loses a full load: DMS resumes none of a serverless replication.
---@param action string
---@param item table
---@param changes table
---@return string?
function effects.losses(action, item, changes)
	local task = replications.as_task(item.replication)
	if action == "update" then
		local stops = replications.needs_stop(changes)
			or (changes.state ~= nil and changes.state.to == "stopped")
		return stops and coming_back.loss(task) or nil
	elseif (action ~= "delete" and action ~= "replace") or not states.has_run(task) then
		return nil
	end
	local name = task.replication_task_identifier
	if task.migration_type == "full-load" then
		return not states.is_finished(task) and coming_back.load_of(task) or nil
	elseif (task.recovery_checkpoint or "") == "" and task.migration_type == "cdc" then
		return ("the place of replication %s in the changes of its source: it began %s, and has no checkpoint yet"):format(
			name,
			states.began_at(task)
		)
	elseif (task.recovery_checkpoint or "") == "" then
		return ("the checkpoint of replication %s, which has none yet: its load begins anew"):format(
			name
		)
	end
	return ("the CDC position of replication %s; the ledger keeps its checkpoint"):format(name)
end

return effects
