--- Changes of a task in place: which of them need it stopped, and how a move to another instance is
--- checked and made.

local aws = require "aws"
local dms = require "dms"
local engine = require "engine"
local errors = require "errors"
local json = require "json"
local map = require "mappings"
local states = require "kinds.support.task_states"
local tasks = require "kinds.support.tasks"

local changes_of = {}

--- What DMS changes only in a task that does not run.
local STOPPED_FOR = {
	"replication_instance_arn",
	"table_mappings",
	"task_data",
	"cdc_stop_position",
	"cdc_start",
}

--- Documents may be declared as tables; DMS wants text.
---@param document any
---@return any
function changes_of.text(document)
	return type(document) == "table" and json.encode(document) or document
end

--- A document of DMS as a table; what is no JSON is left as it is.
---@param text any
---@return any
function changes_of.document(text)
	if type(text) ~= "string" then
		return text
	end
	local ok, document = errors.capture(json.decode, text)
	return ok and document or text
end

--- The severities that a change of the settings is about, where it is about nothing else: DMS takes
--- them while the task runs.
---@param change? { from: any, to: any }
---@return table[]? components
function changes_of.severities(change)
	if change == nil or change.to == nil or change.from == nil then
		return nil
	end
	local components = {}
	for _, difference in ipairs(dms.settings.diff(change.to, change.from)) do
		local id = difference.path:match "^Logging%.LogComponents%.([%w_]+)$"
		if not id then
			return nil
		end
		components[#components + 1] = { Id = id, Severity = difference.to }
	end
	return #components > 0 and components or nil
end

--- Whether a running task has to be stopped for some changes.
---@param changes table
---@return boolean
function changes_of.need_stop(changes)
	for _, name in ipairs(STOPPED_FOR) do
		if changes[name] then
			return true
		end
	end
	local settings = changes.replication_task_settings
	return settings ~= nil and changes_of.severities(settings) == nil
end

--- Mappings under the ids that the live ones have for rules of the same names, wherever that
--- changes no precedence: a change then shows in DMS as what it is.
---@param mappings any
---@param live any
---@return any
function changes_of.kept_ids(mappings, live)
	local document = changes_of.document(mappings)
	if type(document) ~= "table" or live == nil then
		return mappings
	end
	return map.adopt_ids(document, changes_of.document(live))
end

--- Sends what ModifyReplicationTask changes.
---@param item table
---@param changes table
function changes_of.modify(item, changes)
	local request, any = { replication_task_arn = item.id }, false
	for _, name in ipairs { "table_mappings", "replication_task_settings", "task_data" } do
		if changes[name] then
			local wanted = changes[name].to
			if name == "table_mappings" then
				wanted = changes_of.kept_ids(wanted, changes[name].from)
			end
			request[name] = changes_of.text(wanted)
			any = true
		end
	end
	if changes.cdc_stop_position then
		request.cdc_stop_position = changes.cdc_stop_position.to
		any = true
	end
	if changes.cdc_start and changes.cdc_start.to then
		request.cdc_start_position = require("cdc").of(changes.cdc_start.to).text
		any = true
	end
	if any then
		aws.dms.modify_replication_task(request)
	end
end

--- Sends severities of the log while the task runs; false where this DMS wants it stopped for that.
---@param ctx table
---@param item table
---@param components table[]
---@return boolean
function changes_of.set_severities(ctx, item, components)
	tasks.steady(ctx, item.id)
	local ok, problem = errors.capture(aws.dms.modify_replication_task, {
		replication_task_arn = item.id,
		replication_task_settings = json.encode { Logging = { LogComponents = components } },
	})
	if ok then
		tasks.steady(ctx, item.id)
		return true
	elseif type(problem) == "table" and problem.code == "InvalidResourceStateFault" then
		return false
	end
	error(problem, 0)
end

--- Moves a task to another instance. DMS wants it stopped, and once run.
---@param ctx table
---@param item table
---@param instance_arn string
function changes_of.move(ctx, item, instance_arn)
	local task = tasks.steady(ctx, item.id)
	if task == nil or task.replication_instance_arn == instance_arn then
		return
	end
	if not states.has_run(task) then
		errors.raise {
			summary = "Task can't be moved",
			what = ("%s has never run, and DMS moves only tasks that have"):format(
				task.replication_task_identifier
			),
			hints = { "Remove the task, deploy, and declare it again on the new instance." },
		}
	end
	aws.dms.move_replication_task {
		replication_task_arn = item.id,
		target_replication_instance_arn = instance_arn,
	}
	local moved = tasks.steady(ctx, item.id)
	if moved and moved.status == "failed-move" then
		errors.raise {
			summary = "Task could not be moved",
			what = moved.last_failure_message or "DMS gave no reason",
		}
	end
end

--- The parts of a version as numbers.
local function numbers(version)
	local list = {}
	for part in tostring(version):gmatch "%d+" do
		list[#list + 1] = math.tointeger(part)
	end
	return list
end

--- Whether a version is below another, as far as both say: 3.5 is not below 3.5.4.
---@param version string
---@param other string
---@return boolean
function changes_of.is_below(version, other)
	local a, b = numbers(version), numbers(other)
	for index = 1, math.min(#a, #b) do
		if a[index] ~= b[index] then
			return a[index] < b[index]
		end
	end
	return false
end

--- What is declared of the resource that a reference points at.
---@param check table
---@param value any
---@param kind string
---@return table? declared
function changes_of.declared(check, value, kind)
	local target = type(value) == "userdata" and engine.targets(value)[1]
	for _, declared in ipairs(target and check.stack.declared or {}) do
		if declared.kind == kind and kind .. "/" .. declared.id == target then
			return declared
		end
	end
end

local function instances(check)
	return check:try("The replication instances could not be looked at", function()
		return check:sweep(aws.dms.describe_replication_instances, {})
	end) or {}
end

local function instance(check, instance_arn)
	for _, raw in ipairs(instances(check)) do
		if raw.replication_instance_arn == instance_arn then
			return raw
		end
	end
end

--- Refuses a move that DMS would refuse: to an instance of an earlier version.
---@param check table
---@param wanted any the ARN of the new instance, or a reference to it
---@param raw table the task as DMS describes it
function changes_of.check_move(check, wanted, raw)
	local here = instance(check, raw.replication_instance_arn)
	local there
	if type(wanted) == "string" then
		there = instance(check, wanted)
		if not there then
			check:refuse {
				property = "replication_instance_arn",
				what = ("there is no replication instance %s in %s"):format(wanted, check.region),
			}
			return
		end
	else
		local declared = changes_of.declared(check, wanted, "dms.replication_instance")
		there = declared and declared.properties
	end
	if not (here and there) then
		return
	end
	local from, to = here.engine_version, there.engine_version
	if from and type(to) == "string" and changes_of.is_below(to, from) then
		check:refuse {
			property = "replication_instance_arn",
			what = ("DMS moves a task to the same or a later version: %s runs on %s, and the other instance has %s"):format(
				raw.replication_task_identifier,
				from,
				to
			),
			hints = { ('give the new instance engine_version = "%s"'):format(from) },
		}
	end
	local has, gets = here.allocated_storage, there.allocated_storage
	if math.type(has) == "integer" and math.type(gets) == "integer" and gets < has then
		errors.warn {
			summary = "The other instance has less storage",
			what = ("%s moves from %d GB to %d GB; DMS moves it only where its cache and logs fit"):format(
				raw.replication_task_identifier,
				has,
				gets
			),
			at = false,
		}
	end
end

return changes_of
