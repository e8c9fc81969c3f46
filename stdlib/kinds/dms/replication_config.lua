--- dms.replication_config: a serverless replication, which needs neither an instance nor a task. Like a
--- task it is made without being started unless `state = "running"` is declared. DMS changes it only
--- while it does not run: a running one is stopped, modified, waited for, and goes on from where it was.

local absence = require "kinds.support.absence"
local arn = require "kinds.support.arn"
local aws = require "aws"
local cdc = require "cdc"
local change = require "kinds.support.task_changes"
local checks = require "kinds.support.replication_checks"
local dms = require "kinds.support.dms"
local effects = require "kinds.support.replication_effects"
local implied = require "kinds.support.implied"
local json = require "json"
local kind = require "kind"
local ledger = require "ledger"
local notes = require "kinds.support.notes"
local pauses = require "kinds.support.pauses"
local replications = require "kinds.support.replications"
local shapes = require "kinds.support.shapes"
local states = require "kinds.support.task_states"
local tags = require "kinds.support.tags"
local tasks = require "kinds.support.tasks"
local waiting = require "kinds.support.waiting"
local ways = require "kinds.support.ways"

--- Stands for a stop position where none was given: then nothing is said of it at all.
local NOWHERE = ""

local ONCE = "DMS changes it only before the first start; another replication takes its place"

local function identify(raw)
	return raw.replication_config_arn, raw.replication_config_arn
end

--- Puts what DMS says of the run beside what it says of the definition. One that was just made may
--- not be listed yet.
local function joined(item, all)
	for _, raw in ipairs(all or {}) do
		if raw.replication_config_arn == item.id then
			item.replication = raw
		end
	end
	item.replication = item.replication
		or {
			replication_config_arn = item.id,
			replication_config_identifier = item.raw.replication_config_identifier,
			source_endpoint_arn = item.raw.source_endpoint_arn,
			target_endpoint_arn = item.raw.target_endpoint_arn,
			replication_type = item.raw.replication_type,
			status = "created",
		}
	return item
end

--- Its subnets and their VPC, as DMS describes the group.
local function place_of(groups, identifier)
	for _, group in ipairs(groups) do
		if group.replication_subnet_group_identifier == identifier then
			local subnets = {}
			for index, subnet in ipairs(group.subnets or {}) do
				subnets[index] = subnet.subnet_identifier
			end
			return subnets, group.vpc_id
		end
	end
	return {}, nil
end

--- The part of a compute config that changes, with the capacity that DMS always wants to hear.
local function compute_changes(from, to)
	local request = { max_capacity_units = to.max_capacity_units }
	for name, value in pairs(to) do
		local there = from and from[name]
		local same = there == value
		if name == "vpc_security_group_ids" and type(there) == "table" then
			local a, b = table.move(there, 1, #there, 1, {}), table.move(value, 1, #value, 1, {})
			table.sort(a)
			table.sort(b)
			same = table.concat(a, ",") == table.concat(b, ",")
		elseif type(value) == "string" and type(there) == "string" then
			same = there:lower() == value:lower()
				or (name == "kms_key_id" and arn.same_key(value, there))
		end
		if not same then
			request[name] = value
		end
	end
	return request
end

--- Sends what changes, once DMS is not busy with the replication.
local function modify(ctx, item, changes)
	local request = { replication_config_arn = item.id }
	for _, name in ipairs { "table_mappings", "replication_settings", "supplemental_settings" } do
		if changes[name] then
			local wanted = changes[name].to
			if name == "table_mappings" then
				wanted = change.kept_ids(wanted, changes[name].from)
			end
			request[name] = change.text(wanted)
		end
	end
	if changes.compute_config then
		request.compute_config =
			compute_changes(changes.compute_config.from, changes.compute_config.to)
	end
	local name = item.raw.replication_config_identifier
	replications.once_steady(
		ctx,
		item.id,
		("replication %s to be modified"):format(name),
		function()
			aws.dms.modify_replication_config(request)
		end
	)
	-- It is being modified now, and takes nothing else before that has ended.
	replications.steady(ctx, item.id)
end

--- How a start is to be made, by what is declared.
local function start_options(ctx, props)
	local settings = props.premigration_assessment_settings
	return {
		position = props.cdc_start and cdc.of(props.cdc_start),
		stop_position = props.cdc_stop_position,
		assessment = type(settings) == "table" and json.encode(settings) or settings,
		patient = ctx.patient,
	}
end

--- Where one that takes another's place goes on: the other is gone by then, and the ledger knows how
--- far it had come. Only for changes alone; whoever loads begins anew.
local function inherited(ctx, props)
	if (ctx.generation or 1) == 1 or props.replication_type ~= "cdc" or props.cdc_start then
		return nil
	end
	local id = (ctx.tags["dmsrun:resource"] or ""):match "^[^/]+/(.+)$"
	local entry = id and ledger.last(ctx.stack, id)
	if
		entry
		and entry.why == "delete"
		and (entry.source or {}).arn == props.source_endpoint_arn
	then
		return cdc.checkpoint(entry.checkpoint)
	end
end

--- Where a start lets changes end, as far as that can be compared: it is no part of the definition, so of
--- one that does not run, and is not to be started by a deploy, there is nothing to compare.
local function stop_position_of(ctx, item)
	local raw, declared = item.replication, ctx.declared or {}
	local compared = replications.runs(raw) or declared.state == "running"
	if not compared or raw.replication_type == "full-load" then
		return nil
	elseif declared.cdc_stop_position == nil then
		return raw.cdc_stop_position
	end
	return raw.cdc_stop_position or NOWHERE
end

local function same_stop(declared, live)
	if live == NOWHERE then
		return false, { { path = "", to = declared } }
	end
	return live == nil or declared:lower() == live:lower()
end

return kind.define {
	name = "dms.replication_config",
	doc = "A serverless replication: what is replicated, and how much capacity it may take.",
	source = "https://docs.aws.amazon.com/dms/latest/APIReference/API_CreateReplicationConfig.html",
	exclusive = true,
	properties = {
		source_endpoint_arn = {
			type = "string",
			required = true,
			replaces = ONCE,
			doc = "Where the data come from.",
		},
		target_endpoint_arn = {
			type = "string",
			required = true,
			replaces = ONCE,
			doc = "Where the data go.",
		},
		replication_type = {
			type = "string",
			required = true,
			enum = { "full-load", "cdc", "full-load-and-cdc" },
			replaces = ONCE,
			doc = "Load what is there, apply what changes, or both.",
		},
		compute_config = {
			type = "map",
			required = true,
			check = checks.compute_problem,
			fields = {
				max_capacity_units = {
					type = "integer",
					required = true,
					enum = checks.UNITS,
					doc = "The most that it may take; a unit is 2 GB of memory.",
				},
				min_capacity_units = {
					type = "integer",
					enum = checks.UNITS,
					doc = "The least that it keeps; 1 when left out.",
				},
				multi_az = { type = "boolean", doc = "Keep a standby in another zone." },
				availability_zone = {
					type = "string",
					replaces = ONCE,
					doc = "The zone; not together with multi_az.",
				},
				replication_subnet_group_id = {
					type = "string",
					compare = "case",
					replaces = ONCE,
					doc = "The subnet group it stands in.",
				},
				vpc_security_group_ids = {
					type = "list",
					compare = "set",
					doc = "Its security groups.",
				},
				kms_key_id = {
					type = "string",
					compare = arn.same_key,
					replaces = ONCE,
					doc = "The key that encrypts what it keeps; aws/dms when left out.",
				},
				dns_name_servers = {
					type = "string",
					replaces = ONCE,
					doc = "At most four name servers, separated by commas.",
				},
				preferred_maintenance_window = {
					type = "string",
					compare = "case",
					check = shapes.maintenance_window,
					doc = "Such as sun:03:00-sun:04:00 (UTC).",
				},
			},
			doc = "Where it runs, and between which capacities it scales.",
		},
		table_mappings = {
			type = "any",
			required = true,
			compare = "table_mappings",
			doc = "Which tables, and how they are called on the target; a table or JSON text.",
		},
		replication_settings = {
			type = "any",
			compare = "task_settings",
			doc = "How it is done, as for a task; settings not named keep their defaults.",
		},
		supplemental_settings = {
			type = "any",
			compare = "json",
			doc = "Further data for some engines.",
		},
		cdc_start = {
			type = "any",
			write_only = true,
			check = checks.start_problem,
			doc = "Where changes begin at the first start, of the module cdc.",
		},
		cdc_stop_position = {
			type = "string",
			compare = same_stop,
			doc = "Where changes are to end: server_time:... or commit_time:...; another one stops and resumes it.",
		},
		premigration_assessment_settings = {
			type = "any",
			write_only = true,
			doc = "Checks of the source before a start, as DMS's own table or JSON text.",
		},
		state = {
			type = "string",
			enum = { "running", "stopped", "unmanaged" },
			compare = states.same,
			default = "unmanaged",
			doc = "Whether a deploy starts or resumes it, stops it, or leaves it as it is.",
		},
		tags = tags.property,
	},
	outputs = {
		replication_config_arn = "ARN of the config and of its replication",
		replication_config_identifier = "its identifier",
		resource_id = "the end of its ARN",
		log_group = "the log group that it writes to once it runs",
	},

	list = function(ctx)
		local configs = ctx:sweep(aws.dms.describe_replication_configs, {})
		local items = dms.ours(ctx, configs, identify)
		if #items == 0 then
			return items
		end
		local all = ctx:sweep(aws.dms.describe_replications, {})
		local groups = ctx:sweep(aws.dms.describe_replication_subnet_groups, {})
		for _, item in ipairs(items) do
			joined(item, all)
			local compute = item.raw.compute_config or {}
			item.ways = ways.of(ctx, place_of(groups, compute.replication_subnet_group_id))
		end
		return items
	end,

	read = function(_, id)
		local operation = aws.dms.describe_replication_configs
		local item = dms.item(dms.one(operation, "replication-config-arn", id), id, id)
		return item and joined(item, { replications.read(id) })
	end,

	observe = function(ctx, item)
		local raw = item.raw
		local live_settings = change.document(raw.replication_settings)
		local follows, warnings = implied.of(ctx, item, {
			task = replications.as_task(item.replication),
			name = "replication_settings",
			settings = live_settings,
			may_run_again = not replications.runs(item.replication),
		})
		local id = arn.last(item.id)
		return {
			properties = {
				source_endpoint_arn = raw.source_endpoint_arn,
				target_endpoint_arn = raw.target_endpoint_arn,
				replication_type = raw.replication_type,
				compute_config = raw.compute_config,
				table_mappings = change.document(raw.table_mappings),
				replication_settings = live_settings,
				supplemental_settings = raw.supplemental_settings,
				cdc_stop_position = stop_position_of(ctx, item),
				state = states.of(replications.as_task(item.replication)),
				tags = tags.user(item.tags),
			},
			outputs = {
				replication_config_arn = item.id,
				replication_config_identifier = raw.replication_config_identifier,
				resource_id = id,
				log_group = "dms-serverless-replication-" .. id,
				name = raw.replication_config_identifier,
			},
			state = dms.state(ctx, item.replication.status),
			implied = follows,
			warnings = warnings,
		}
	end,

	parents = function(item)
		local raw = item.raw
		local compute = raw.compute_config or {}
		local parents = { raw.source_endpoint_arn, raw.target_endpoint_arn }
		for _, id in ipairs(compute.vpc_security_group_ids or {}) do
			parents[#parents + 1] = id
		end
		parents[#parents + 1] = compute.replication_subnet_group_id
		parents[#parents + 1] = compute.kms_key_id and arn.name(compute.kms_key_id)
		-- Not a parent to AWS, but DMS would make its log group anew if that went first.
		parents[#parents + 1] = "dms-serverless-replication-" .. arn.last(item.id)
		-- Nor are these: but until it has stopped it needs the way to the databases.
		return table.move(item.ways or {}, 1, #(item.ways or {}), #parents + 1, parents)
	end,

	create = function(ctx, props)
		local answer = aws.dms.create_replication_config {
			replication_config_identifier = dms.identifier(ctx, 255),
			source_endpoint_arn = props.source_endpoint_arn,
			target_endpoint_arn = props.target_endpoint_arn,
			replication_type = props.replication_type,
			compute_config = props.compute_config,
			table_mappings = change.text(props.table_mappings),
			replication_settings = change.text(props.replication_settings),
			supplemental_settings = change.text(props.supplemental_settings),
			tags = implied.tags_on_create(dms.tags(ctx, props), props.replication_settings),
		}
		return answer.replication_config.replication_config_arn
	end,

	update = function(ctx, item, props, changes)
		local wanted = implied.tags_on_update(item, props, changes, "replication_settings")
		local options = start_options(ctx, props)
		options.again = changes.cdc_stop_position ~= nil
		if replications.needs_stop(changes) then
			notes.ahead(item, wanted)
			local how = { why = "modify", stays = props.state == "stopped", wanted = options }
			pauses.around(ctx, { item.id }, function()
				if replications.modifies(changes) then
					modify(ctx, item, changes)
				end
			end, nil, how)
		end
		if props.state == "running" then
			replications.run(ctx, item.id, options)
		elseif props.state == "stopped" then
			replications.stop(ctx, item.id)
		end
		dms.retag(item.id, { tags = { to = wanted } })
	end,

	delete = function(ctx, item)
		replications.stop(ctx, item.id, "delete")
		local raw = replications.poll(ctx, item.id)
		-- What is not on the disk by now is gone for good.
		tasks.keep(ctx, raw and replications.as_task(raw), "delete", true)
		local name = item.raw.replication_config_identifier
		replications.once_steady(
			ctx,
			item.id,
			("replication %s to be free"):format(name),
			function()
				absence.or_nil(function()
					return aws.dms.delete_replication_config { replication_config_arn = item.id }
				end)
			end
		)
	end,

	settle = function(ctx, id, action)
		if action == "delete" then
			return waiting.until_gone(ctx, "replication " .. id, function()
				return replications.poll(ctx, id)
			end, 3600)
		end
		local declared = action == "create" and ctx.declared or {}
		if declared.state == "running" then
			local options = start_options(ctx, declared)
			options.position = options.position or inherited(ctx, declared)
			replications.run(ctx, id, options)
		elseif ctx.declared == nil and ctx.patient ~= false then
			-- Somebody else's change, that is waited for.
			replications.steady(ctx, id)
		end
	end,

	preflight = checks.run,

	effect = effects.of,
	loses_data = effects.losses,
}
