--- How what a change stops comes back: from its checkpoint, or with a load that begins anew, wholly or
--- for the tables that were not through. Told before the change, for tasks and serverless replications
--- alike; the latter are given as `replications.as_task` describes them.

local states = require "kinds.support.task_states"

local coming_back = {}

--- Whether a task as described is a serverless replication.
---@param task_arn string
---@return boolean
function coming_back.is_serverless(task_arn)
	return task_arn:find(":replication-config:", 1, true) ~= nil
end

--- Whether its load is not through: a resume then loads what is not loaded whole from its beginning.
local function loads(task)
	if task.migration_type == "cdc" then
		return false
	end
	local stats = task.replication_task_stats or {}
	return stats.full_load_finish_date == nil and (stats.full_load_progress_percent or 0) < 100
end

--- DMS takes no `resume-processing` for a full load of a serverless replication.
local function is_lost(task)
	return task.migration_type == "full-load"
		and coming_back.is_serverless(task.replication_task_arn)
end

--- `resumes it from its checkpoint`, or what else a resume does to it.
---@param task table as DMS describes it
---@param name? string what stands for it, "it" when left out
---@return string
function coming_back.how(task, name)
	if is_lost(task) then
		return "restarts its full load: DMS can't resume one of a serverless replication"
	elseif loads(task) then
		return ("resumes %s; where a table is not loaded whole, its load begins anew"):format(
			name or "it"
		)
	end
	return ("resumes %s from its checkpoint"):format(name or "it")
end

--- The same of several that one change stops, by name where they do not all go on from a checkpoint.
---@param list table[] tasks as DMS describes them
---@return string
function coming_back.of_all(list)
	local groups = { checkpoint = {}, partly = {}, anew = {} }
	for _, task in ipairs(list) do
		local group = is_lost(task) and "anew" or loads(task) and "partly" or "checkpoint"
		table.insert(groups[group], task.replication_task_identifier)
	end
	if #groups.checkpoint == #list then
		return "resumes from the checkpoint"
	end
	local parts = {}
	for _, one in ipairs {
		{ "checkpoint", "resumes %s from the checkpoint" },
		{ "partly", "resumes %s; where a table is not loaded whole, its load begins anew" },
		{
			"anew",
			"restarts the full load of %s: DMS can't resume one of a serverless replication",
		},
	} do
		local names = groups[one[1]]
		if #names > 0 then
			parts[#parts + 1] = one[2]:format(table.concat(names, ", "))
		end
	end
	return table.concat(parts, "; ")
end

--- What a stop of it loses for good; nil where a resume goes on with it.
---@param task table
---@return string?
function coming_back.loss(task)
	if not is_lost(task) or not states.runs(task) then
		return nil
	end
	return coming_back.load_of(task)
end

--- A full load that is given up, and how far it had come.
---@param task table
---@return string
function coming_back.load_of(task)
	return ("the full load of %s %s, which is at %s %%"):format(
		coming_back.is_serverless(task.replication_task_arn) and "replication" or "task",
		task.replication_task_identifier,
		(task.replication_task_stats or {}).full_load_progress_percent or 0
	)
end

return coming_back
