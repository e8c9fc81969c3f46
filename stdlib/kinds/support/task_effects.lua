--- What the steps of a plan do to the replication of a task, and what they lose, in the words of
--- operators.

local change = require "kinds.support.task_changes"
local coming_back = require "kinds.support.coming_back"
local json = require "json"
local states = require "kinds.support.task_states"

local effects = {}

--- What a first start does to the tables of the target.
local LOADS = {
	DROP_AND_CREATE = "drops the tables of the target, creates and loads them",
	TRUNCATE_BEFORE_LOAD = "empties the tables of the target and loads them",
	DO_NOTHING = "loads the tables of the target over what they hold",
}

local function load_text(raw)
	local settings = change.document(raw.replication_task_settings)
	local load = type(settings) == "table" and settings.FullLoadSettings or {}
	return LOADS[load.TargetTablePrepMode or "DO_NOTHING"] or LOADS.DO_NOTHING
end

--- What another declared state does.
local function effect_of_state(state, item)
	if state == nil then
		return nil
	elseif state.to == "stopped" then
		return "interrupts replication: stops the task"
	elseif state.from == "starting" then
		return "waits until it runs: it is starting"
	elseif item.due then
		return coming_back.how(item.raw, "the task")
			.. ": a change that was interrupted had stopped it"
	elseif state.from == "failed" then
		return ("the task has failed (%s); %s"):format(
			states.failure_of(item.raw),
			coming_back.how(item.raw)
		)
	elseif state.from == "stopped" then
		return coming_back.how(item.raw, "the task")
	elseif item.raw.migration_type == "cdc" then
		return "starts the task"
	end
	return "starts the task: " .. load_text(item.raw)
end

--- What another task in the place of one does.
local function effect_of_replace(item)
	local raw, declared = item.raw, item.declared or {}
	local parts = {}
	if states.runs(raw) then
		parts[#parts + 1] = ("interrupts replication: the task is %s"):format(raw.status)
	end
	if states.has_run(raw) and declared.state == "running" then
		if declared.migration_type == "cdc" then
			parts[#parts + 1] = declared.cdc_start == nil
					and raw.migration_type ~= "full-load"
					and "the new one goes on from its checkpoint, if the source stays the same"
				or "the new one is started"
		else
			parts[#parts + 1] = "restarts a full load: the new one " .. load_text(raw)
		end
	elseif states.has_run(raw) then
		parts[#parts + 1] = "the new one is not started"
	end
	return #parts > 0 and table.concat(parts, "; ") or nil
end

--- The transformations of a document, without what only numbers and names them.
local function transformations(document)
	local found = {}
	for _, rule in ipairs((change.document(document) or {}).rules or {}) do
		if rule["rule-type"] == "transformation" then
			local bare = {}
			for name, value in pairs(rule) do
				if name ~= "rule-id" and name ~= "rule-name" then
					bare[name] = value
				end
			end
			found[#found + 1] = json.encode(bare)
		end
	end
	table.sort(found)
	return table.concat(found, "\n")
end

--- What a resume does not do: the schema of the target follows transformations with a reload only.
--- Source: https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.Modifying.html
local function left_to_a_reload(changes, item)
	local mappings = changes.table_mappings
	if mappings == nil or not states.has_run(item.raw) then
		return ""
	elseif transformations(mappings.from) == transformations(mappings.to) then
		return ""
	end
	return "; what the transformations change on the target itself takes a reload"
end

--- What an update does to replication.
local function effect_of_update(changes, item)
	local runs = states.runs(item.raw)
	local state = changes.state
	if change.need_stop(changes) then
		local moves = changes.replication_instance_arn ~= nil
		if not runs then
			local goes_on = changes.cdc_stop_position ~= nil
				and states.reached_stop(item.raw)
				and (item.declared or {}).state == "running"
			return moves and "moves the task"
				or effect_of_state(state, item)
				or (goes_on and coming_back.how(item.raw, "the task") .. ", to the new stop position")
				or left_to_a_reload(changes, item):match "what .*"
		end
		local last = state and state.to == "stopped" and "leaves it stopped"
			or coming_back.how(item.raw)
		return ("interrupts replication: stops the task, %s it and %s%s"):format(
			moves and "moves" or "modifies",
			last,
			left_to_a_reload(changes, item)
		)
	elseif changes.replication_task_settings and runs and not state then
		return "replication goes on: DMS takes severities of the log while the task runs"
	end
	return effect_of_state(state, item)
end

--- What a step does to replication.
---@param action string
---@param changes table
---@param item? table
---@return string?
function effects.of(action, changes, item)
	if action == "create" or item == nil then
		local state = changes.state
		return state and state.to == "running" and "is started once it is made" or nil
	elseif action == "update" then
		return effect_of_update(changes, item)
	elseif action == "delete" and states.runs(item.raw) then
		return ("interrupts replication: the task is %s"):format(item.raw.status)
	elseif action == "replace" then
		return effect_of_replace(item)
	end
end

--- What a step loses.
---@param action string
---@param item table
---@return string?
function effects.losses(action, item)
	local raw = item.raw
	if (action ~= "delete" and action ~= "replace") or not states.has_run(raw) then
		return nil
	end
	local name = raw.replication_task_identifier
	if raw.migration_type == "full-load" then
		return not states.is_finished(raw) and coming_back.load_of(raw) or nil
	end
	if (raw.recovery_checkpoint or "") == "" and raw.migration_type == "cdc" then
		return ("the place of task %s in the changes of its source: it began %s, and has no checkpoint yet"):format(
			name,
			states.began_at(raw)
		)
	elseif (raw.recovery_checkpoint or "") == "" then
		return ("the checkpoint of task %s, which has none yet: its load begins anew"):format(name)
	end
	return ("the CDC position of task %s; the ledger keeps its checkpoint, and a task for changes only goes on from there: start TASK --from ledger"):format(
		name
	)
end

return effects
