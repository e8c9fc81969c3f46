--- dms.task: what is replicated from a source to a target, and how. Whether it runs is declared too:
--- `state = "running"` or `"stopped"`. Left out, or `"unmanaged"`, that is up to the verbs, and a deploy
--- makes tasks without starting them. A running task is stopped for a change only where DMS wants that,
--- and goes on from its checkpoint.

local absence = require "kinds.support.absence"
local aws = require "aws"
local cdc = require "cdc"
local change = require "kinds.support.task_changes"
local dms = require "kinds.support.dms"
local effects = require "kinds.support.task_effects"
local errors = require "errors"
local implied = require "kinds.support.implied"
local kind = require "kind"
local ledger = require "ledger"
local notes = require "kinds.support.notes"
local pauses = require "kinds.support.pauses"
local states = require "kinds.support.task_states"
local tags = require "kinds.support.tags"
local tasks = require "kinds.support.tasks"
local waiting = require "kinds.support.waiting"

local function identify(raw)
	return raw.replication_task_arn, raw.replication_task_arn
end

local NEVER_RUN = "it has never run, and DMS moves only tasks that have"

--- A live start position in the form that a script may write: DMS's dates are UTC without saying so.
local function start_text(live)
	local text = tostring(live or "")
	if text:find "^%d%d%d%d%-%d%d%-%d%dT[%d:%.]+$" then
		return text .. "Z"
	end
	return text:find "^%d+$" and "scn:" .. text or text
end

--- A start position counts until the task has run: from then on its checkpoint does.
local function same_start(declared, live)
	if live == nil then
		return true
	end
	local ok, position = errors.capture(cdc.of, declared)
	if not ok then
		return false
	elseif position.sort == "time" then
		local bare = tostring(live):gsub("Z$", ""):gsub("%.0+$", "")
		return bare == position.text
	end
	return live:gsub("^scn:", "") == position.text
end

--- What is wrong with a start position, as far as its form tells.
local function start_problem(value)
	local ok, problem = errors.capture(cdc.of, value)
	if ok then
		return nil
	end
	return problem.what or tostring(problem), "", (problem.hints or {})[1] and problem.hints[1][1]
end

--- DMS counts seconds; milliseconds are a date far in the future, from which nothing ever comes.
local function time_problem(value)
	if math.type(value) and value >= 1e11 then
		return ("these are milliseconds; DMS counts seconds: %d"):format(value // 1000)
	end
end

--- A date of DMS has no zone: it means UTC.
local function position_problem(value)
	if value:find "^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d$" then
		return nil
	end
	local ok, problem = errors.capture(cdc.parse, value, "oracle")
	if not ok then
		return problem.what or tostring(problem), "", problem.hints[1] and problem.hints[1][1]
	end
end

--- The engine of the source, as far as the stack or AWS tells.
local function engine_of(check, value)
	local declared = change.declared(check, value, "dms.endpoint")
	if declared then
		return declared.properties.engine_name
	end
	for _, raw in
		ipairs(type(value) == "string" and check:try("The source could not be looked at", function()
			return check:sweep(aws.dms.describe_endpoints, {})
		end) or {})
	do
		if raw.endpoint_arn == value then
			return raw.engine_name
		end
	end
end

--- Makes the changes that DMS makes only while the task does not run.
local function update_stopped(ctx, item, props, changes)
	local to = changes.replication_instance_arn
	if to then
		-- Before the task is stopped: from where nothing can be reached nothing goes on.
		tasks.connect(ctx, to.to, {
			item.raw.source_endpoint_arn,
			item.raw.target_endpoint_arn,
		})
	end
	local how = { why = to and "move" or "modify", stays = props.state == "stopped" }
	pauses.around(ctx, { item.id }, function()
		if to then
			change.move(ctx, item, to.to)
		end
		change.modify(item, changes)
		tasks.steady(ctx, item.id)
	end, nil, how)
end

--- The task that a new one replaces; nil where there is none.
local function predecessor(ctx, id)
	if (ctx.generation or 1) == 1 then
		return nil
	end
	for _, item in
		ipairs(dms.ours(ctx, aws.pages(aws.dms.describe_replication_tasks, {}), identify))
	do
		local same = item.tags["dmsrun:resource"] == ctx.tags["dmsrun:resource"]
		local generation = tonumber(item.tags["dmsrun:generation"] or "1")
		if same and item.id ~= id and generation < ctx.generation then
			return item
		end
	end
end

--- The checkpoint that a task for changes goes on from in the place of another; nil where its source
--- is another one. Where nobody can tell, it is not started: from now on would skip changes.
local function inherited(task, declared)
	local checkpoint = task and task.recovery_checkpoint or ""
	if checkpoint == "" or declared.migration_type ~= "cdc" then
		return nil
	end
	local by_arn = {}
	for _, endpoint in ipairs(aws.pages(aws.dms.describe_endpoints, {})) do
		by_arn[endpoint.endpoint_arn] = endpoint
	end
	local same =
		ledger.same_source(by_arn[task.source_endpoint_arn], by_arn[declared.source_endpoint_arn])
	if same == nil then
		errors.raise {
			summary = "Task was not started",
			what = ("%s had come to %s; its source has another endpoint now, and nobody can tell whether that is the same database"):format(
				task.replication_task_identifier,
				checkpoint
			),
			why = "from now on would skip what was changed meanwhile; the ledger keeps the checkpoint",
			hints = {
				'if it is the same: start it with the verb start TASK --from ledger, or declare cdc_start = cdc.checkpoint "…"',
			},
		}
	end
	return same and cdc.checkpoint(checkpoint) or nil
end

--- Starts a task that was just made. One that takes another's place waits until that has stopped, or
--- every change would be applied twice; a task for changes only then goes on from where that was.
local function start_new(ctx, id, declared)
	local position = declared.cdc_start and cdc.of(declared.cdc_start)
	local old = predecessor(ctx, id)
	if old then
		tasks.stop(ctx, old.id, "delete")
		local task = tasks.poll(ctx, old.id)
		local given = position or declared.cdc_start_position or declared.cdc_start_time
		position = position or not given and inherited(task, declared) or nil
	end
	tasks.run(ctx, id, { position = position })
end

--- What a start position can't be with this source and this migration type.
local function check_start(check, props)
	local given = {}
	for _, name in ipairs { "cdc_start", "cdc_start_position", "cdc_start_time" } do
		if props[name] ~= nil then
			given[#given + 1] = name
		end
	end
	if #given == 0 then
		return
	elseif #given > 1 then
		check:refuse {
			property = given[2],
			what = ("%s and %s both say where changes begin; DMS takes one"):format(
				given[1],
				given[2]
			),
		}
	elseif props.migration_type ~= "cdc" then
		check:refuse {
			property = given[1],
			what = ("a task of type %s begins its changes where its load began; a start position is for the type cdc"):format(
				tostring(props.migration_type)
			),
			hints = { 'leave it out, or declare a second task with migration_type = "cdc"' },
		}
	end
	local engine = engine_of(check, props.source_endpoint_arn)
	if not engine then
		return
	end
	local position
	if given[1] == "cdc_start_time" then
		position = { sort = "time", text = tostring(props.cdc_start_time) }
	elseif given[1] == "cdc_start" then
		position = cdc.of(props.cdc_start, engine)
	elseif tostring(props.cdc_start_position):find "^%d%d%d%d%-" then
		position = { sort = "time", text = props.cdc_start_position }
	else
		position = cdc.of(props.cdc_start_position, engine)
	end
	local problem = cdc.problem(position, engine)
	if problem then
		check:refuse { property = given[1], what = problem }
	end
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
			replaces = "DMS can't change the migration type of a task: another takes its place",
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
			check = time_problem,
			doc = "When changes are to begin; cdc_start says it typed.",
		},
		cdc_start_position = {
			type = "string",
			write_only = true,
			check = position_problem,
			doc = "Where changes are to begin, in DMS's own form; cdc_start says it typed.",
		},
		cdc_start = {
			type = "any",
			compare = same_start,
			check = start_problem,
			doc = "Where a task for changes begins, of the module cdc; counts until it has run.",
		},
		cdc_stop_position = {
			type = "string",
			doc = "Where changes are to end: server_time:... or commit_time:...",
		},
		task_data = { type = "any", compare = "json", doc = "Further data for some engines." },
		state = {
			type = "string",
			enum = { "running", "stopped", "unmanaged" },
			compare = states.same,
			default = "unmanaged",
			doc = "Whether a deploy starts or resumes it, stops it, or leaves that to the verbs.",
		},
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
		local fresh = not states.has_run(raw)
		local live_settings = change.document(raw.replication_task_settings)
		local follows, warnings = implied.of(ctx, item, {
			task = raw,
			name = "replication_task_settings",
			settings = live_settings,
			-- One that is starting is waited for: the run that began it may have died.
			may_run_again = raw.status ~= "running",
		})
		return {
			properties = {
				replication_instance_arn = raw.replication_instance_arn,
				source_endpoint_arn = raw.source_endpoint_arn,
				target_endpoint_arn = raw.target_endpoint_arn,
				migration_type = raw.migration_type,
				table_mappings = change.document(raw.table_mappings),
				replication_task_settings = live_settings,
				cdc_stop_position = raw.cdc_stop_position,
				task_data = raw.task_data,
				cdc_start = fresh and start_text(raw.cdc_start_position) or nil,
				state = states.of(raw),
				tags = tags.user(item.tags),
			},
			outputs = {
				replication_task_arn = item.id,
				replication_task_identifier = raw.replication_task_identifier,
				resource_id = item.id:match "([^:]+)$",
				name = raw.replication_task_identifier,
			},
			state = dms.state(ctx, raw.status),
			fixed = fresh and { replication_instance_arn = NEVER_RUN } or nil,
			implied = follows,
			warnings = warnings,
		}
	end,

	parents = function(item)
		local raw = item.raw
		return { raw.replication_instance_arn, raw.source_endpoint_arn, raw.target_endpoint_arn }
	end,

	create = function(ctx, props)
		local position = props.cdc_start and cdc.of(props.cdc_start)
		local answer = aws.dms.create_replication_task {
			replication_task_identifier = dms.identifier(ctx, 255),
			replication_instance_arn = props.replication_instance_arn,
			source_endpoint_arn = props.source_endpoint_arn,
			target_endpoint_arn = props.target_endpoint_arn,
			migration_type = props.migration_type,
			table_mappings = change.text(props.table_mappings),
			replication_task_settings = change.text(props.replication_task_settings),
			cdc_start_time = props.cdc_start_time,
			cdc_start_position = position and position.text or props.cdc_start_position,
			cdc_stop_position = props.cdc_stop_position,
			task_data = change.text(props.task_data),
			tags = implied.tags_on_create(dms.tags(ctx, props), props.replication_task_settings),
		}
		return answer.replication_task.replication_task_arn
	end,

	update = function(ctx, item, props, changes)
		local severities = changes.replication_task_settings
			and not change.need_stop(changes)
			and change.severities(changes.replication_task_settings)
		if severities and not change.set_severities(ctx, item, severities) then
			severities = nil
		end
		local wanted = implied.tags_on_update(item, props, changes, "replication_task_settings")
		if not severities and (change.need_stop(changes) or changes.replication_task_settings) then
			notes.ahead(item, wanted)
			update_stopped(ctx, item, props, changes)
		end
		if props.state == "running" then
			tasks.run(ctx, item.id, {
				position = props.cdc_start and cdc.of(props.cdc_start),
				again = changes.cdc_stop_position ~= nil,
			})
		elseif props.state == "stopped" then
			tasks.stop(ctx, item.id)
		end
		dms.retag(item.id, { tags = { to = wanted } })
	end,

	delete = function(ctx, item)
		tasks.stop(ctx, item.id, "delete")
		-- What is not on the disk by now is gone for good.
		tasks.keep(ctx, tasks.poll(ctx, item.id), "delete", true)
		absence.or_nil(function()
			return aws.dms.delete_replication_task { replication_task_arn = item.id }
		end)
	end,

	settle = function(ctx, id, action)
		if action == "delete" then
			return waiting.until_gone(ctx, "task " .. id, function()
				return tasks.poll(ctx, id)
			end, 1800)
		end
		local declared = action == "create" and ctx.declared or {}
		local starts = declared.state == "running"
		if ctx.patient == false and not starts then
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
							states.failure_of(task)
						),
					}
				end
				return task ~= nil and task.status ~= "creating" and task.status ~= "modifying"
			end,
		}
		if starts then
			start_new(ctx, id, declared)
		end
	end,

	preflight = function(check, props, item)
		check_start(check, props)
		if item and not check.creates and check.sends.replication_instance_arn then
			change.check_move(check, props.replication_instance_arn, item.raw)
		end
	end,

	effect = effects.of,
	loses_data = effects.losses,
}
