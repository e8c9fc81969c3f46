--- dms.replication_instance: the machine that DMS runs tasks on.

local absence = require "kinds.support.absence"
local arn = require "kinds.support.arn"
local aws = require "aws"
local change = require "kinds.support.changes"
local dms = require "kinds.support.dms"
local errors = require "errors"
local exists = require "kinds.support.exists"
local kind = require "kind"
local left_stopped = require "kinds.support.left_stopped"
local notes = require "kinds.support.notes"
local offers = require "kinds.support.offers"
local outages = require "kinds.support.outages"
local shapes = require "kinds.support.shapes"
local tags = require "kinds.support.tags"
local tasks = require "kinds.support.tasks"
local waiting = require "kinds.support.waiting"
local ways = require "kinds.support.ways"

--- States from which an instance does not come back by itself.
---@type table<string, boolean>
local BROKEN = {
	failed = true,
	["incompatible-network"] = true,
	["incompatible-credentials"] = true,
	["inaccessible-encryption-credentials"] = true,
}

--- How many seconds an operation usually takes.
local USUAL = { create = 480, update = 300, delete = 240 }

--- What ModifyReplicationInstance changes in place.
local MODIFIED = {
	"allocated_storage",
	"replication_instance_class",
	"vpc_security_group_ids",
	"preferred_maintenance_window",
	"multi_az",
	"engine_version",
	"auto_minor_version_upgrade",
	"network_type",
}

--- Changes that its tasks may not survive.
local OUTAGES = { "replication_instance_class", "engine_version", "multi_az", "allocated_storage" }

--- What is sent on create beside the identifier.
local CREATED = {
	"allocated_storage",
	"replication_instance_class",
	"vpc_security_group_ids",
	"availability_zone",
	"replication_subnet_group_identifier",
	"preferred_maintenance_window",
	"multi_az",
	"engine_version",
	"auto_minor_version_upgrade",
	"kms_key_id",
	"dns_name_servers",
	"network_type",
}

local function identify(raw)
	return raw.replication_instance_arn, raw.replication_instance_arn
end

local function poll(ctx, id)
	local operation = aws.dms.describe_replication_instances
	return dms.poll(ctx, operation, "replication_instance_arn", id)
end

local function groups_of(raw)
	local ids = {}
	for _, group in ipairs(raw.vpc_security_groups or {}) do
		ids[#ids + 1] = group.vpc_security_group_id
	end
	return ids
end

local function subnet_group_of(raw)
	return (raw.replication_subnet_group or {}).replication_subnet_group_identifier
end

local function status_of(raw)
	local status = raw.replication_instance_status
	if BROKEN[status] then
		errors.raise {
			summary = "Replication instance failed",
			what = ("%s is %s"):format(raw.replication_instance_identifier, status),
			why = "DMS does not bring an instance back from this state",
			hints = {
				status == "incompatible-network"
						and "Check the subnets' free addresses and the role dms-vpc-role."
					or "The events of the instance tell more.",
			},
		}
	end
	return status
end

--- `3.5` of `3.5.4`: what DMS calls a major version of itself.
local function major(version)
	return tostring(version):match "^%d+%.%d+"
end

--- What DMS refuses of a change in place.
local function check_change(check, props, raw)
	local wanted, there = props.allocated_storage, raw.allocated_storage
	if check.sends.allocated_storage and math.type(wanted) == "integer" and wanted < there then
		check:refuse {
			property = "allocated_storage",
			what = ("the storage can't shrink from %d GB to %d GB"):format(there, wanted),
			hints = { ("keep it: allocated_storage = %d"):format(there) },
		}
	end
	local version, runs = props.engine_version, raw.engine_version
	if
		check.sends.engine_version
		and type(version) == "string"
		and major(version) ~= major(runs)
		and not props.allow_major_version_upgrade
	then
		check:refuse {
			property = "engine_version",
			what = ("DMS wants to hear that the step from %s to %s is meant: it can't be taken back"):format(
				runs,
				version
			),
			hints = { "say so: allow_major_version_upgrade = true" },
		}
	end
end

--- The names of the tasks that run on the instance, as the plan saw them.
local function running(item)
	local names = {}
	for _, task in ipairs(item.tasks or {}) do
		if tasks.runs(task) then
			names[#names + 1] = task.replication_task_identifier
		end
	end
	return names
end

--- What a change does to the tasks on the instance.
local function effect_of_update(changes, item)
	for _, name in ipairs { "replication_instance_class", "engine_version", "multi_az" } do
		if changes[name] then
			local names = running(item)
			if #names == 0 then
				return "restarts the instance; no task runs on it"
			end
			return ("interrupts replication: restarts the instance; %s pause for some minutes and go on from their checkpoints, loads from the tables that were not complete"):format(
				table.concat(names, ", ")
			)
		end
	end
end

return kind.define {
	name = "dms.replication_instance",
	doc = "The machine that runs replication tasks.",
	source = "https://docs.aws.amazon.com/dms/latest/APIReference/API_CreateReplicationInstance.html",
	properties = {
		replication_instance_class = {
			type = "string",
			required = true,
			doc = "Its size, such as dms.t3.medium.",
		},
		allocated_storage = { type = "integer", doc = "GB for logs and cached changes." },
		engine_version = {
			type = "string",
			compare = "prefix",
			doc = "The version of DMS: 3.5 takes any 3.5.x, and so does what a minor upgrade made of it.",
		},
		allow_major_version_upgrade = {
			type = "boolean",
			write_only = true,
			doc = "Let engine_version go to another major version.",
		},
		auto_minor_version_upgrade = {
			default = true,
			type = "boolean",
			doc = "Take minor versions in the maintenance window.",
		},
		multi_az = { default = false, type = "boolean", doc = "Keep a standby in another zone." },
		availability_zone = {
			type = "string",
			replaces = "an instance stays in its zone",
			doc = "The zone; not together with multi_az.",
		},
		replication_subnet_group_identifier = {
			type = "string",
			compare = "case",
			replaces = "an instance stays in its subnets",
			doc = "The subnet group it stands in.",
		},
		vpc_security_group_ids = { type = "list", compare = "set", doc = "Its security groups." },
		publicly_accessible = {
			type = "boolean",
			replaces = "whether an instance has a public address is fixed",
			doc = "Give it a public address; false when left out.",
		},
		preferred_maintenance_window = {
			type = "string",
			compare = "case",
			check = shapes.maintenance_window,
			doc = "Such as sun:03:00-sun:04:00 (UTC).",
		},
		kms_key_id = {
			type = "string",
			compare = arn.same_key,
			replaces = "the key of the storage is fixed",
			doc = "The key that encrypts the storage; aws/dms when left out.",
		},
		dns_name_servers = {
			type = "string",
			replaces = "DMS takes name servers only on create",
			doc = "At most four name servers, separated by commas.",
		},
		network_type = {
			default = "IPV4",
			type = "string",
			compare = "case",
			enum = { "IPV4", "DUAL" },
			doc = "IPV4, or DUAL for IPv6 beside it.",
		},
		tags = tags.property,
	},
	outputs = {
		replication_instance_arn = "ARN of the instance",
		replication_instance_identifier = "its identifier, as metrics and log groups use it",
		replication_instance_private_ip_addresses = "its addresses, for the databases' firewalls",
		replication_instance_public_ip_addresses = "its public addresses, if it has any",
		engine_version = "the version of DMS that it runs",
	},

	list = function(ctx)
		local raws = ctx:sweep(aws.dms.describe_replication_instances, {})
		local items = dms.ours(ctx, raws, identify)
		local all = #items > 0 and ctx:sweep(aws.dms.describe_replication_tasks, {}) or {}
		for _, item in ipairs(items) do
			item.tasks = {}
			for _, task in ipairs(all) do
				if task.replication_instance_arn == item.id then
					item.tasks[#item.tasks + 1] = task
				end
			end
			local group = item.raw.replication_subnet_group or {}
			local subnets = {}
			for index, subnet in ipairs(group.subnets or {}) do
				subnets[index] = subnet.subnet_identifier
			end
			item.ways = ways.of(ctx, subnets, group.vpc_id)
		end
		left_stopped.find(ctx, items)
		return items
	end,

	read = function(_, id)
		local operation = aws.dms.describe_replication_instances
		return dms.item(dms.one(operation, "replication-instance-arn", id), id, id)
	end,

	observe = function(_, item)
		local raw = item.raw
		return {
			properties = {
				replication_instance_class = raw.replication_instance_class,
				allocated_storage = raw.allocated_storage,
				engine_version = raw.engine_version,
				auto_minor_version_upgrade = raw.auto_minor_version_upgrade,
				multi_az = raw.multi_az,
				availability_zone = raw.availability_zone,
				replication_subnet_group_identifier = subnet_group_of(raw),
				vpc_security_group_ids = groups_of(raw),
				publicly_accessible = raw.publicly_accessible,
				preferred_maintenance_window = raw.preferred_maintenance_window,
				kms_key_id = raw.kms_key_id,
				dns_name_servers = raw.dns_name_servers,
				network_type = raw.network_type,
				tags = tags.user(item.tags),
			},
			outputs = {
				replication_instance_arn = item.id,
				replication_instance_identifier = raw.replication_instance_identifier,
				replication_instance_private_ip_addresses = raw.replication_instance_private_ip_addresses,
				replication_instance_public_ip_addresses = raw.replication_instance_public_ip_addresses,
				engine_version = raw.engine_version,
				name = raw.replication_instance_identifier,
			},
			-- Until those run again that a change of it has stopped, it is not over.
			state = item.left and raw.replication_instance_status == "available" and "modifying"
				or raw.replication_instance_status,
			broken = BROKEN[raw.replication_instance_status]
					and "is " .. raw.replication_instance_status
				or nil,
		}
	end,

	parents = function(item)
		local raw = item.raw
		local parents = groups_of(raw)
		parents[#parents + 1] = subnet_group_of(raw)
		parents[#parents + 1] = raw.kms_key_id and arn.name(raw.kms_key_id)
		-- Not a parent to AWS, but DMS would make its log group anew if that went first.
		parents[#parents + 1] = "dms-tasks-" .. raw.replication_instance_identifier
		-- Nor are these: but until its tasks have moved they need the way to the databases.
		table.move(item.ways or {}, 1, #(item.ways or {}), #parents + 1, parents)
		return parents
	end,

	create = function(ctx, props)
		---@type table
		local request = change.pick(props, CREATED)
		request.replication_instance_identifier = dms.identifier(ctx, 63)
		-- DMS's own default is a public address.
		request.publicly_accessible = props.publicly_accessible == true
		request.tags = dms.tags(ctx, props)
		---@cast request any
		local answer = aws.dms.create_replication_instance(request)
		return answer.replication_instance.replication_instance_arn
	end,

	update = function(ctx, item, props, changes)
		local request, any = change.changed(changes, MODIFIED)
		local outage = false
		if any then
			request.replication_instance_arn = item.id
			request.apply_immediately = true
			notes.ahead(item, (changes.tags or {}).to)
			if request.engine_version then
				request.allow_major_version_upgrade = props.allow_major_version_upgrade
			end
			for _, name in ipairs(OUTAGES) do
				if request[name] ~= nil and not outage then
					outage = outages.note_running(ctx, item.id)
				end
			end
			aws.dms.modify_replication_instance(request)
		end
		ctx.outage = outage
		dms.retag(item.id, changes)
	end,

	delete = function(ctx, item)
		waiting.while_in_use(ctx, "replication instance " .. item.id, dms.BUSY, function()
			absence.or_nil(function()
				return aws.dms.delete_replication_instance { replication_instance_arn = item.id }
			end)
		end, 900)
	end,

	settle = function(ctx, id, action)
		if action == "delete" then
			return waiting.until_gone(ctx, "replication instance " .. id, function()
				return poll(ctx, id)
			end, 3600, USUAL.delete)
		end
		ctx:wait {
			what = "replication instance to be available",
			every = waiting.EVERY,
			expected = USUAL[action],
			timeout = 3600,
			check = function()
				local raw = poll(ctx, id)
				if raw == nil then
					return false
				end
				local pending = next(raw.pending_modified_values or {}) ~= nil
				return status_of(raw) == "available" and not (action == "update" and pending)
			end,
		}
		-- An earlier run may have begun the change: then nobody knows here, and the notes tell.
		if action == "update" and ctx.outage ~= false then
			outages.come_back(ctx, id)
		end
	end,

	preflight = function(check, props, item)
		offers.check(check, props)
		if item and not check.creates then
			check_change(check, props, item.raw)
		end
		exists.key(check, "kms_key_id", props.kms_key_id)
		exists.groups(check, "vpc_security_group_ids", props.vpc_security_group_ids)
		local group = props.replication_subnet_group_identifier
		if type(group) == "string" and check.sends.replication_subnet_group_identifier then
			local list, asked = check:try("The subnet group could not be looked at", function()
				return check:sweep(aws.dms.describe_replication_subnet_groups, {
					filters = { { name = "replication-subnet-group-id", values = { group } } },
				})
			end)
			if asked and not (list and list[1]) then
				check:refuse {
					property = "replication_subnet_group_identifier",
					word = group,
					what = ("DMS has no subnet group %s in %s"):format(group, check.region),
					hints = { "leave it out, and the stack makes one" },
				}
			end
		end
	end,

	effect = function(action, changes, item, step)
		if action == "replace" and not step.delete_first then
			return ("a new instance is made beside %s; its tasks move to it once their connections are tested"):format(
				item.raw.replication_instance_identifier
			)
		elseif action ~= "update" and action ~= "wait" then
			return nil
		end
		local parts = { action == "update" and effect_of_update(changes, item) or nil }
		parts[#parts + 1] = item.left and left_stopped.effect(item.left, "instance")
		return #parts > 0 and table.concat(parts, "; ") or nil
	end,
}
