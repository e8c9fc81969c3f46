--- dms.task: what is replicated from a source to a target, and how. A deploy makes tasks and
--- changes them, it does not start them: whether a task runs is up to the verbs. A running task is
--- stopped for a change and resumed from its checkpoint.

local absence = require "kinds.support.absence"
local aws = require "aws"
local dms = require "kinds.support.dms"
local errors = require "errors"
local json = require "json"
local kind = require "kind"
local map = require "mappings"
local tags = require "kinds.support.tags"
local tasks = require "kinds.support.tasks"
local waiting = require "kinds.support.waiting"

local function identify(raw)
	return raw.replication_task_arn, raw.replication_task_arn
end

--- Documents may be declared as tables; DMS wants text.
local function text_of(document)
	return type(document) == "table" and json.encode(document) or document
end

--- A document of DMS as a table; what is no JSON is left as it is.
local function table_of(text)
	if type(text) ~= "string" then
		return text
	end
	local ok, document = errors.capture(json.decode, text)
	return ok and document or text
end

--- Mappings under the ids that the live ones have for rules of the same names, wherever that
--- changes no precedence: a change then shows in DMS as what it is.
local function kept_ids(mappings, live)
	local document = table_of(mappings)
	if type(document) ~= "table" or live == nil then
		return mappings
	end
	return map.adopt_ids(document, table_of(live))
end

--- States in which a task has not run yet: it has no checkpoint and nothing to lose.
local FRESH = { creating = true, ready = true }

local NEVER_RUN = "it has never run, and DMS moves only tasks that have"

--- Moves a task to another instance. DMS wants it stopped, and once run.
local function move(ctx, item, instance_arn)
	local task = tasks.steady(ctx, item.id)
	if task and FRESH[task.status] then
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

local function modify(item, changes)
	local request, any = { replication_task_arn = item.id }, false
	for _, name in ipairs { "table_mappings", "replication_task_settings", "task_data" } do
		if changes[name] then
			local wanted = changes[name].to
			if name == "table_mappings" then
				wanted = kept_ids(wanted, changes[name].from)
			end
			request[name] = text_of(wanted)
			any = true
		end
	end
	if changes.cdc_stop_position then
		request.cdc_stop_position = changes.cdc_stop_position.to
		any = true
	end
	if any then
		aws.dms.modify_replication_task(request)
	end
end

local function only_tags(changes)
	for name in pairs(changes) do
		if name ~= "tags" then
			return false
		end
	end
	return true
end

return kind.define {
	name = "dms.task",
	doc = "What is replicated from a source to a target, and how.",
	source = "https://docs.aws.amazon.com/dms/latest/APIReference/API_CreateReplicationTask.html",
	properties = {
		replication_instance_arn = {
			type = "string",
			required = true,
			doc = "The instance it runs on; another one moves the task.",
		},
		source_endpoint_arn = {
			type = "string",
			required = true,
			replaces = "DMS can't change the endpoints of a task",
			doc = "Where the data come from.",
		},
		target_endpoint_arn = {
			type = "string",
			required = true,
			replaces = "DMS can't change the endpoints of a task",
			doc = "Where the data go.",
		},
		migration_type = {
			type = "string",
			required = true,
			enum = { "full-load", "cdc", "full-load-and-cdc" },
			replaces = "DMS can't change the migration type of a task; its checkpoint is lost",
			doc = "Load what is there, apply what changes, or both.",
		},
		table_mappings = {
			type = "any",
			required = true,
			compare = "table_mappings",
			doc = "Which tables, and how they are called on the target; a table or JSON text.",
		},
		replication_task_settings = {
			type = "any",
			compare = "task_settings",
			doc = "How it is done; a table or JSON text. Settings not named keep their defaults.",
		},
		cdc_start_time = {
			type = "any",
			write_only = true,
			doc = "When changes are to begin; not with cdc_start_position.",
		},
		cdc_start_position = {
			type = "string",
			write_only = true,
			doc = "Where changes are to begin: a date, a checkpoint, or the engine's own position.",
		},
		cdc_stop_position = {
			type = "string",
			doc = "Where changes are to end: server_time:... or commit_time:...",
		},
		task_data = { type = "any", compare = "json", doc = "Further data for some engines." },
		tags = tags.property,
	},
	outputs = {
		replication_task_arn = "ARN of the task",
		replication_task_identifier = "its identifier",
		resource_id = "the end of its ARN, as metrics and log streams use it",
	},

	list = function(ctx)
		return dms.ours(ctx, ctx:sweep(aws.dms.describe_replication_tasks, {}), identify)
	end,

	read = function(_, id)
		return dms.item(tasks.read(id), id, id)
	end,

	observe = function(ctx, item)
		local raw = item.raw
		return {
			properties = {
				replication_instance_arn = raw.replication_instance_arn,
				source_endpoint_arn = raw.source_endpoint_arn,
				target_endpoint_arn = raw.target_endpoint_arn,
				migration_type = raw.migration_type,
				table_mappings = table_of(raw.table_mappings),
				replication_task_settings = table_of(raw.replication_task_settings),
				cdc_stop_position = raw.cdc_stop_position,
				task_data = raw.task_data,
				tags = tags.user(item.tags),
			},
			outputs = {
				replication_task_arn = item.id,
				replication_task_identifier = raw.replication_task_identifier,
				resource_id = item.id:match "([^:]+)$",
				name = raw.replication_task_identifier,
			},
			state = dms.state(ctx, raw.status),
			fixed = FRESH[raw.status] and { replication_instance_arn = NEVER_RUN } or nil,
		}
	end,

	parents = function(item)
		local raw = item.raw
		return { raw.replication_instance_arn, raw.source_endpoint_arn, raw.target_endpoint_arn }
	end,

	create = function(ctx, props)
		local answer = aws.dms.create_replication_task {
			replication_task_identifier = dms.identifier(ctx, 255),
			replication_instance_arn = props.replication_instance_arn,
			source_endpoint_arn = props.source_endpoint_arn,
			target_endpoint_arn = props.target_endpoint_arn,
			migration_type = props.migration_type,
			table_mappings = text_of(props.table_mappings),
			replication_task_settings = text_of(props.replication_task_settings),
			cdc_start_time = props.cdc_start_time,
			cdc_start_position = props.cdc_start_position,
			cdc_stop_position = props.cdc_stop_position,
			task_data = text_of(props.task_data),
			tags = dms.tags(ctx, props),
		}
		return answer.replication_task.replication_task_arn
	end,

	update = function(ctx, item, _, changes)
		if not only_tags(changes) then
			local to = changes.replication_instance_arn
			if to then
				-- Before the task is stopped: from where nothing can be reached nothing goes on.
				tasks.connect(ctx, to.to, {
					item.raw.source_endpoint_arn,
					item.raw.target_endpoint_arn,
				})
			end
			tasks.paused(ctx, { item.id }, function()
				if changes.replication_instance_arn then
					move(ctx, item, changes.replication_instance_arn.to)
				end
				modify(item, changes)
				tasks.steady(ctx, item.id)
			end)
		end
		dms.retag(item.id, changes)
	end,

	delete = function(ctx, item)
		tasks.stop(ctx, item.id)
		absence.or_nil(function()
			return aws.dms.delete_replication_task { replication_task_arn = item.id }
		end)
	end,

	settle = function(ctx, id, action)
		if action == "delete" then
			return waiting.until_gone(ctx, "task " .. id, function()
				return tasks.poll(ctx, id)
			end, 1800)
		elseif ctx.patient == false then
			return
		end
		ctx:wait {
			what = "task to be ready",
			every = waiting.EVERY,
			timeout = 1800,
			check = function()
				local task = tasks.poll(ctx, id)
				if action == "create" and task and task.status == "failed" then
					errors.raise {
						summary = "Task failed",
						what = ("%s: %s"):format(
							task.replication_task_identifier,
							task.last_failure_message or "DMS gave no reason"
						),
					}
				end
				return task ~= nil and task.status ~= "creating" and task.status ~= "modifying"
			end,
		}
	end,

	effect = function(action, changes, item)
		local status = item and item.raw.status
		local runs = item ~= nil and tasks.runs(item.raw)
		if action == "update" and not only_tags(changes) then
			if changes.replication_instance_arn then
				return runs
						and "interrupts replication: stops the task, moves it and resumes it from its checkpoint"
					or "moves the task"
			end
			return runs
					and "interrupts replication: stops the task, modifies it and resumes it from its checkpoint"
				or nil
		elseif (action == "delete" or action == "replace") and runs then
			return ("interrupts replication: the task is %s"):format(status)
		end
	end,

	loses_data = function(action, item)
		if (action == "delete" or action == "replace") and not FRESH[item.raw.status] then
			local name = item.raw.replication_task_identifier
			return ("the checkpoint of task %s: its changes can't be continued"):format(name)
		end
	end,
}
