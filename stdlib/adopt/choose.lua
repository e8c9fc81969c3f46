--- Which of what there is belongs to the set-up that is adopted, what hangs on it, and what is left
--- out, each with the reason.

local alarm_rule = require "kinds.support.alarm_rule"
local errors = require "errors"
local find = require "adopt.find"
local record = require "stack.record"
local report = require "report"
local suggest = require "suggest"

local choose = {}

---@class adopt.Selection
---@field tags? table<string, string> only what carries all of them
---@field instances? string[] names or ARNs: the instance and all that runs on it
---@field arns? string[] these, and what they need

---@class adopt.LeftOut
---@field kind string
---@field name string
---@field why string

---@class adopt.Choice
---@field items adopt.Item[] what is adopted, in the order in which a script declares it
---@field left adopt.LeftOut[]
---@field notes string[] what somebody should know beside the tables

--- The order of a script: what is referred to stands first.
local ORDER = {
	["dms.subnet_group"] = 1,
	["dms.replication_instance"] = 2,
	["dms.certificate"] = 3,
	["dms.endpoint"] = 4,
	["dms.task"] = 5,
	["dms.replication_config"] = 6,
	["dms.event_subscription"] = 7,
	["logs.log_group"] = 8,
	["cloudwatch.alarm"] = 9,
	["cloudwatch.composite_alarm"] = 10,
}

local STACK = "dmsrun:stack"

--- States in which nothing can be said of a resource yet, or any more.
---@type table<string, boolean>
local PASSING = { creating = true, deleting = true }

local function names_of(items)
	local names = {}
	for index, item in ipairs(items) do
		names[index] = item.name
	end
	table.sort(names)
	return names
end

local function unknown(what, given, names)
	errors.raise {
		summary = "Nothing of that name to adopt",
		what = ("there is no %s %q here"):format(what, given),
		hints = {
			suggest.did_you_mean(given, names)
				or (#names > 0 and ("there are: " .. report.list(names, 10)))
				or ("there is no %s at all in this account and region"):format(what),
		},
		at = false,
		exit = "usage",
	}
end

--- The subnet group of an instance, or of a serverless replication.
local function group_of(world, item)
	local id
	if item.kind == "dms.replication_instance" then
		id = (item.raw.replication_subnet_group or {}).replication_subnet_group_identifier
	elseif item.kind == "dms.replication_config" then
		id = (item.raw.compute_config or {}).replication_subnet_group_id
	end
	for _, group in ipairs(id and find.of(world, "dms.subnet_group") or {}) do
		if group.id == id then
			return group
		end
	end
end

--- What an item can't be without, as far as it is a thing of DMS.
local function needs(world, item)
	local raw, list = item.raw, {}
	if item.kind == "dms.task" then
		list = { raw.replication_instance_arn, raw.source_endpoint_arn, raw.target_endpoint_arn }
	elseif item.kind == "dms.replication_config" then
		list = { raw.source_endpoint_arn, raw.target_endpoint_arn }
	elseif item.kind == "dms.endpoint" then
		list = { raw.certificate_arn }
	end
	local found = {}
	for _, arn in pairs(list) do
		found[#found + 1] = world.by_arn[arn]
	end
	found[#found + 1] = group_of(world, item)
	return found
end

--- Takes an item and what it needs.
local function take(world, chosen, item)
	if chosen[item] then
		return
	end
	chosen[item] = true
	for _, other in ipairs(needs(world, item)) do
		take(world, chosen, other)
	end
end

--- Takes an instance with its tasks, and the endpoints whose connections were tested from it.
local function take_instance(world, chosen, instance)
	take(world, chosen, instance)
	for _, task in ipairs(find.of(world, "dms.task")) do
		if task.raw.replication_instance_arn == instance.arn then
			take(world, chosen, task)
		end
	end
	for _, connection in ipairs(world.connections) do
		local endpoint = world.by_arn[connection.endpoint_arn]
		if connection.replication_instance_arn == instance.arn and endpoint then
			take(world, chosen, endpoint)
		end
	end
end

local function instance_named(world, given)
	local instances = find.of(world, "dms.replication_instance")
	for _, item in ipairs(instances) do
		if item.arn == given or item.name == given:lower() then
			return item
		end
	end
	unknown("replication instance", given, names_of(instances))
end

local function carries(item, tags)
	local own = ORDER[item.kind] and (item.tags or find.tags(item)) or {}
	for key, value in pairs(tags) do
		if own[key] ~= value then
			return false
		end
	end
	return true
end

--- What the selection itself names.
local function named(world, selection, chosen, explicit)
	for _, given in ipairs(selection.instances or {}) do
		local instance = instance_named(world, given)
		explicit[instance] = true
		take_instance(world, chosen, instance)
	end
	for _, given in ipairs(selection.arns or {}) do
		local item = world.by_arn[given]
		if not item then
			local region = given:match "^arn:[^:]*:[^:]*:([^:]+):"
			if region and region ~= world.region then
				errors.raise {
					summary = "Nothing of that name to adopt",
					what = ("%s is in %s, and this run is for %s"):format(
						given,
						region,
						world.region
					),
					hints = { "choose its region: --region " .. region },
					at = false,
					exit = "usage",
				}
			end
			local arns = {}
			for _, one in ipairs(world.items) do
				arns[#arns + 1] = one.arn
			end
			unknown("resource", given, arns)
		end
		explicit[item] = true
		if item.kind == "dms.replication_instance" then
			take_instance(world, chosen, item)
		else
			take(world, chosen, item)
		end
	end
	local everything = #(selection.instances or {}) == 0 and #(selection.arns or {}) == 0
	if not everything then
		return
	end
	for _, item in ipairs(world.items) do
		local of_dms = item.kind:find "^dms%."
		if of_dms and carries(item, selection.tags or {}) then
			chosen[item] = true
		end
	end
end

--- What stands in a subnet group.
local function standing_in(world, group)
	local list = {}
	for _, item in ipairs(world.items) do
		if group_of(world, item) == group then
			list[#list + 1] = item
		end
	end
	return list
end

--- The names among the chosen instances and tasks that alarms, logs and subscriptions go by.
local function identifiers(chosen)
	local names = { instances = {}, tasks = {}, configs = {}, logs = {} }
	for item in pairs(chosen) do
		if item.kind == "dms.replication_instance" then
			names.instances[item.name] = item
			names.logs["dms-tasks-" .. item.name] = true
		elseif item.kind == "dms.task" then
			names.tasks[item.name] = item
		elseif item.kind == "dms.replication_config" then
			names.configs[item.name] = item
			names.logs["dms-serverless-replication-" .. item.arn:match "([^:]+)$"] = true
		end
	end
	return names
end

--- Whether an alarm is about what is chosen.
local function watches(alarm, names)
	for _, dimension in ipairs(alarm.raw.dimensions or {}) do
		if dimension.name == "ReplicationInstanceIdentifier" then
			return names.instances[dimension.value] ~= nil
		elseif dimension.name == "ReplicationConfigIdentifier" then
			return names.configs[dimension.value] ~= nil
		elseif dimension.name == "ReplicationInstanceExternalResourceId" then
			for _, item in pairs(names.instances) do
				if item.arn:match "([^:]+)$" == dimension.value then
					return true
				end
			end
			return false
		end
	end
	return false
end

--- Whether a subscription is about nothing but what is chosen; nil where it is about none of it.
local function tells(subscription, names)
	local own = subscription.raw.source_type == "replication-instance" and names.instances
		or names.tasks
	local mine, others = 0, {}
	for _, id in ipairs(subscription.raw.source_ids_list or {}) do
		if own[id] then
			mine = mine + 1
		else
			others[#others + 1] = id
		end
	end
	return mine > 0, others
end

--- Takes the composite alarms that look at nothing but what is chosen.
local function composites(world, chosen, left)
	local watched, told = {}, {}
	for item in pairs(chosen) do
		if item.kind == "cloudwatch.alarm" then
			watched[item.name] = true
		end
	end
	local found
	repeat
		found = false
		for _, item in ipairs(find.of(world, "cloudwatch.composite_alarm")) do
			local mine, others = 0, {}
			for _, name in ipairs(alarm_rule.alarms(item.raw.alarm_rule)) do
				mine = mine + (watched[name] and 1 or 0)
				others[#others + 1] = not watched[name] and name or nil
			end
			told[item] = mine > 0 and others or nil
			if mine > 0 and #others == 0 and not chosen[item] then
				found, chosen[item], watched[item.name] = true, true, true
			end
		end
	until not found
	for item, others in pairs(told) do
		if not chosen[item] then
			left(item, ("it also looks at %s"):format(report.list(others, 3)))
		end
	end
end

--- Takes the alarms, logs and subscriptions of what is chosen.
local function related(world, chosen, left)
	local names = identifiers(chosen)
	for _, item in ipairs(world.items) do
		if item.kind == "cloudwatch.alarm" and watches(item, names) then
			chosen[item] = true
		elseif item.kind == "logs.log_group" then
			chosen[item] = names.logs[item.name] and true or nil
		elseif item.kind == "dms.event_subscription" and not chosen[item] then
			local mine, others = tells(item, names)
			if mine and #others == 0 then
				chosen[item] = true
			elseif mine then
				left(item, ("it also tells of %s"):format(report.list(others, 3)))
			end
		end
	end
	-- Alarms over metrics that are made of the logs.
	for _, item in ipairs(find.of(world, "cloudwatch.alarm")) do
		local group = find.log_of(world, item)
		if group and chosen[group] then
			chosen[item] = true
		end
	end
	composites(world, chosen, left)
end

--- Refuses to write a second script for a stack that has one: what its deploys made is declared there.
local function refuse_own(item, stack)
	errors.raise {
		summary = "The stack has a script of its own",
		what = ("%s %s was made by a deploy of the stack %q, and not adopted"):format(
			item.kind,
			item.name,
			stack
		),
		why = "two scripts of one stack would undo each other's changes; nothing was changed",
		hints = {
			("to put one thing back that was forgotten: the script of %q with the verb adopt KIND/ID ID"):format(
				stack
			),
			"to make a stack of what is nobody's: another name, --stack NAME",
		},
		at = false,
		exit = "usage",
	}
end

--- Takes out what can't be adopted.
local function sift(world, chosen, explicit, stack, left)
	local owners = {}
	for _, item in ipairs(world.items) do
		if chosen[item] then
			local map = find.tags(item)
			local owner = map[STACK]
			if
				owner == stack
				and map[record.ADOPTED] ~= "true"
				and map["dmsrun:protect"] ~= "true"
			then
				refuse_own(item, stack)
			elseif owner and owner ~= stack then
				if explicit[item] then
					errors.raise {
						summary = "It belongs to another stack",
						what = ("%s %s belongs to the stack %q of dmsrun"):format(
							item.kind,
							item.name,
							owner
						),
						why = "two stacks would undo each other's changes; nothing was changed",
						hints = {
							("declare it in the script of %q"):format(owner),
							"or let that stack go of it first: its script with the verb forget",
						},
						at = false,
					}
				end
				owners[owner] = true
				chosen[item] = nil
				left(item, ("it belongs to the stack %q"):format(owner))
			elseif PASSING[item.state or ""] then
				chosen[item] = nil
				left(item, ("it is %s"):format(item.state))
			elseif item.raw.is_read_only == true then
				chosen[item] = nil
				left(item, "DMS keeps it read-only: nobody can change it")
			end
		end
	end
	return report.keys(owners)
end

--- A subnet group in which somebody else's instance stands is not for one stack to change.
local function share(world, chosen, left)
	for _, group in ipairs(find.of(world, "dms.subnet_group")) do
		if chosen[group] then
			local others = {}
			for _, instance in ipairs(standing_in(world, group)) do
				if not chosen[instance] then
					others[#others + 1] = instance.name
				end
			end
			if #others > 0 then
				chosen[group] = nil
				left(group, ("%s stands in it too"):format(report.list(others, 3)))
			end
		end
	end
end

--- What others have to do with what is chosen.
local function notes_on(world, chosen)
	local notes = {}
	for _, task in ipairs(world.items) do
		local replicates = task.kind == "dms.task" or task.kind == "dms.replication_config"
		if replicates and not chosen[task] then
			for _, arn in ipairs {
				task.raw.source_endpoint_arn,
				task.raw.target_endpoint_arn,
				task.raw.replication_instance_arn,
			} do
				local item = world.by_arn[arn]
				if item and chosen[item] then
					notes[#notes + 1] = ("%s, which is not adopted, uses %s %s"):format(
						task.name,
						item.kind == "dms.endpoint" and "endpoint" or "instance",
						item.name
					)
				end
			end
		end
	end
	for item in pairs(chosen) do
		local formation = (item.tags or {})["aws:cloudformation:stack-name"]
		if formation then
			notes[#notes + 1] = ("%s is managed by the CloudFormation stack %s, which may change it too"):format(
				item.name,
				formation
			)
		end
	end
	table.sort(notes)
	return notes
end

local function nothing(world, selection, owners, left)
	local what = next(selection.tags or {}) and "nothing here carries these tags"
		or "there is nothing of DMS here"
	if #left > 0 then
		what = "nothing of what was found can be adopted"
	end
	local hints = {}
	if #owners > 0 then
		hints[1] = ("what is here belongs to the stack %s already"):format(report.list(owners))
	elseif #left > 0 then
		hints[1] = ("%s: %s"):format(left[1].name, left[1].why)
	elseif #world.items > 0 then
		local instances = names_of(find.of(world, "dms.replication_instance"))
		hints[1] = #instances > 0 and ("there are instances: " .. report.list(instances, 10))
			or "without a selection everything in the region is looked at"
	else
		hints[1] = "another region is chosen by --region, another account by --profile"
	end
	errors.raise {
		summary = "Nothing to adopt",
		what = what,
		why = "nothing was changed",
		hints = hints,
		at = false,
	}
end

--- What is adopted, and what is not.
---@param world adopt.World
---@param selection adopt.Selection
---@param stack string
---@return adopt.Choice
function choose.from(world, selection, stack)
	local chosen, explicit, list = {}, {}, {}
	local function left(item, why)
		list[#list + 1] = { kind = item.kind, name = item.name, why = why }
	end
	named(world, selection, chosen, explicit)
	related(world, chosen, left)
	local owners = sift(world, chosen, explicit, stack, left)
	share(world, chosen, left)
	local items = {}
	for _, item in ipairs(world.items) do
		if chosen[item] then
			items[#items + 1] = item
		end
	end
	if #items == 0 then
		nothing(world, selection, owners, list)
	end
	table.sort(items, function(a, b)
		if a.kind ~= b.kind then
			return ORDER[a.kind] < ORDER[b.kind]
		end
		return a.name < b.name
	end)
	return { items = items, left = list, notes = notes_on(world, chosen) }
end

return choose
