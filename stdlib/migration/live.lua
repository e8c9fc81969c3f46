--- What is live of a migration: the instance, its endpoints and its tasks, as DMS describes them.
---
--- They are found by the tags of the stack, through the same kinds that build it; names mean
--- nothing.

local aws = require "aws"
local errors = require "errors"
local parallel = require "parallel"
local report = require "report"
local suggest = require "suggest"

local live = {}

---@class migration.Live
---@field instance table|nil as `describe_replication_instances` gives it
---@field source table|nil as `describe_endpoints` gives it
---@field target table|nil
---@field tasks table<string, table> by id: migration, cdc

local function one(operation, filter, arn, member)
	local ok, answer = pcall(operation, { filters = { { name = filter, values = { arn } } } })
	if not ok then
		if errors.is(answer, "ResourceNotFoundFault") then
			return nil
		end
		error(answer, 0)
	end
	return (answer[member] or {})[1]
end

local READ = {
	["dms.replication_instance"] = function(arn)
		return one(
			aws.dms.describe_replication_instances,
			"replication-instance-arn",
			arn,
			"replication_instances"
		)
	end,
	["dms.endpoint"] = function(arn)
		return one(aws.dms.describe_endpoints, "endpoint-arn", arn, "endpoints")
	end,
	["dms.task"] = function(arn)
		return one(
			aws.dms.describe_replication_tasks,
			"replication-task-arn",
			arn,
			"replication_tasks"
		)
	end,
}

--- Reads everything of the migration that exists; what does not is absent.
---@param m migration.Migration
---@return migration.Live
function live.find(m)
	local outputs = m:stack():live_outputs()
	local wanted = {
		{ "dms.replication_instance", "replication", "replication_instance_arn" },
		{ "dms.endpoint", "source", "endpoint_arn" },
		{ "dms.endpoint", "target", "endpoint_arn" },
	}
	for _, task in ipairs(m.tasks) do
		wanted[#wanted + 1] = { "dms.task", task.id, "replication_task_arn" }
	end
	local jobs = {}
	for index, entry in ipairs(wanted) do
		jobs[index] = function()
			local found = outputs[entry[1] .. "/" .. entry[2]]
			local arn = found and found[entry[3]]
			return arn and READ[entry[1]](arn) or false
		end
	end
	local answers = parallel(jobs)
	local found = {
		instance = answers[1] or nil,
		source = answers[2] or nil,
		target = answers[3] or nil,
		tasks = {},
	}
	for index, task in ipairs(m.tasks) do
		found.tasks[task.id] = answers[3 + index] or nil
	end
	return found
end

--- The id in the script of a task of the migration; nil for any other.
---@param m migration.Migration
---@param arn string
---@return string?
function live.id_of(m, arn)
	local outputs = m:stack():live_outputs()
	for _, task in ipairs(m.tasks) do
		local found = outputs["dms.task/" .. task.id]
		if found and found.replication_task_arn == arn then
			return task.id
		end
	end
end

--- One task as it is at this moment; nil where there is none.
---@param m migration.Migration
---@param id string
---@return table?
function live.now(m, id)
	local found = m:stack():live_outputs()["dms.task/" .. id]
	return found and READ["dms.task"](found.replication_task_arn) or nil
end

--- What `find` gives, refusing when something that is needed does not exist.
---@param m migration.Migration
---@param needed string[] of instance, source, target
---@return migration.Live
function live.require(m, needed)
	local found = live.find(m)
	for _, name in ipairs(needed) do
		if not found[name] then
			errors.raise {
				summary = "The stack is not deployed",
				what = ("%s has no %s yet"):format(
					m.name,
					name == "instance" and "replication instance" or name
				),
				hints = { { "Build it with:", command = m:command "deploy" } },
				at = m.place,
			}
		end
	end
	return found
end

--- One task by its id, its name or a unique part of it.
---@param m migration.Migration
---@param found migration.Live
---@param id string
---@return table task
---@return string id the one in the script
function live.task(m, found, id)
	local names = {}
	for _, task in ipairs(m.tasks) do
		names[#names + 1] = task.id
		local item = found.tasks[task.id]
		if item and (task.id == id or item.replication_task_identifier == id) then
			return item, task.id
		end
		if task.id == id then
			errors.raise {
				summary = "The stack is not deployed",
				what = ("%s has no task %q yet"):format(m.name, id),
				hints = { { "Build it with:", command = m:command "deploy" } },
				at = m.place,
			}
		end
	end
	errors.raise {
		summary = "Unknown task",
		what = ("%s has no task %q"):format(m.name, id),
		hints = { suggest.did_you_mean(id, names) or ("tasks are: " .. report.list(names)) },
		at = false,
		exit = "usage",
	}
	---@diagnostic disable-next-line: missing-return -- it raises
end

return live
