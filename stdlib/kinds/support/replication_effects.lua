--- What the steps of a plan do to a serverless replication, and what they lose, in the words of
--- operators.

local replications = require "kinds.support.replications"
local states = require "kinds.support.task_states"

local effects = {}

--- What stops and comes back, told in one word.
local function comes_back(raw)
	if replications.start_type(raw) == "reload-target" then
		return "restarts its full load: DMS can't resume one of a serverless replication"
	end
	return "resumes it from its checkpoint"
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
	local state = changes.state
	if not replications.needs_stop(changes) or not replications.runs(item.replication) then
		return effect_of_state(state, item)
	end
	return ("interrupts replication: stops the replication, modifies it and %s"):format(
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

--- What a step loses.
---@param action string
---@param item table
---@return string?
function effects.losses(action, item)
	local task = replications.as_task(item.replication)
	if (action ~= "delete" and action ~= "replace") or not states.has_run(task) then
		return nil
	end
	local name = task.replication_task_identifier
	if task.migration_type == "full-load" then
		local percent = (task.replication_task_stats or {}).full_load_progress_percent
		return not states.is_finished(task)
				and ("the full load of replication %s, which is at %s %%"):format(
					name,
					percent or 0
				)
			or nil
	elseif (task.recovery_checkpoint or "") == "" then
		return ("the checkpoint of replication %s, which has none yet: its load begins anew"):format(
			name
		)
	end
	return ("the CDC position of replication %s; the ledger keeps its checkpoint"):format(name)
end

return effects
