--- What an adoption shows: what was found and how it hangs together, what is left out and why, and the
--- command lines that go on.

local aws = require "aws"
local find = require "adopt.find"
local line = require "stack.line"
local report = require "report"
local say = require "migration.say"
local write = require "adopt.write"

local show = {}

--- The first line: which stack, in which account and region.
---@param name string
---@param who aws.Identity
function show.header(name, who)
	if aws.is_local then
		say.line(("adopt %s · the local AWS · %s"):format(name, who.region))
	else
		say.line(("adopt %s · account %s · %s"):format(name, who.account, who.region))
	end
	say.line ""
end

--- The command line of an adoption.
---@param o adopt.Options
---@param tagging? boolean without what keeps it from tagging
---@return string
function show.command(o, tagging)
	if o.command then
		return o.command
	end
	local words = line.program()
	words[#words + 1] = "adopt"
	local tags = o.tags or {}
	for _, key in ipairs(report.keys(tags)) do
		words[#words + 1] = "--tag " .. report.word(("%s=%s"):format(key, tags[key]))
	end
	for _, name in ipairs(o.instances or {}) do
		words[#words + 1] = "--instance " .. report.word(name)
	end
	for _, arn in ipairs(o.arns or {}) do
		words[#words + 1] = arn
	end
	words[#words + 1] = "--stack " .. o.stack
	if o.out then
		words[#words + 1] = "--out " .. report.word(o.out)
	end
	if o.no_tag and not tagging then
		words[#words + 1] = "--no-tag"
	end
	return table.concat(words, " ")
end

--- The command line that takes an adoption back.
---@param name string
---@return string
function show.undo(name)
	local words = line.program()
	words[#words + 1] = "adopt --undo --stack " .. name
	return table.concat(words, " ")
end

--- The command line of a verb of the script.
---@param path string
---@param verb string
---@return string
function show.run(path, verb)
	local words = line.program()
	words[#words + 1] = path:find "/" and path or path:find "%.lua$" and path or "./" .. path
	words[#words + 1] = verb
	return table.concat(words, " ")
end

local function name_of(world, arn)
	local item = world.by_arn[arn]
	return item and item.name or arn
end

--- What a person tells an item by.
local ABOUT = {
	["dms.replication_instance"] = function(raw)
		return ("%s, %s GB, DMS %s%s"):format(
			raw.replication_instance_class,
			tostring(raw.allocated_storage or "?"),
			raw.engine_version or "?",
			raw.multi_az and ", Multi-AZ" or ""
		)
	end,
	["dms.endpoint"] = function(raw)
		return ("%s %s%s"):format(
			raw.engine_name,
			(raw.endpoint_type or ""):lower(),
			raw.server_name and (" %s:%s"):format(raw.server_name, tostring(raw.port or "")) or ""
		)
	end,
	["dms.task"] = function(raw, world)
		local instance = #find.of(world, "dms.replication_instance") > 1
				and " on " .. name_of(world, raw.replication_instance_arn)
			or ""
		return ("%s → %s%s, %s"):format(
			name_of(world, raw.source_endpoint_arn),
			name_of(world, raw.target_endpoint_arn),
			instance,
			raw.migration_type
		)
	end,
	["dms.replication_config"] = function(raw, world)
		return ("%s → %s, %s, up to %s units"):format(
			name_of(world, raw.source_endpoint_arn),
			name_of(world, raw.target_endpoint_arn),
			raw.replication_type,
			tostring((raw.compute_config or {}).max_capacity_units or "?")
		)
	end,
	["dms.subnet_group"] = function(raw)
		return ("%s of %s"):format(report.plural(#(raw.subnets or {}), "subnet"), raw.vpc_id or "?")
	end,
	["dms.certificate"] = function(raw)
		return raw.valid_to_date and "until " .. tostring(raw.valid_to_date) or ""
	end,
	["dms.event_subscription"] = function(raw)
		local names = raw.source_ids_list or {}
		return ("%s %s → %s"):format(
			raw.source_type or "",
			#names > 0 and report.list(names, 3) or "all",
			(raw.sns_topic_arn or ""):match "([^:]+)$" or "?"
		)
	end,
	["logs.log_group"] = function(raw)
		return raw.retention_in_days and ("%d days"):format(raw.retention_in_days)
			or "kept for ever"
	end,
	["cloudwatch.composite_alarm"] = function(raw)
		return raw.alarm_rule
	end,
	["cloudwatch.alarm"] = function(raw)
		return ("%s %s %s"):format(
			raw.metric_name,
			(raw.comparison_operator or ""):find "^Less" and "<" or ">",
			tostring(math.tointeger(raw.threshold) or raw.threshold)
		)
	end,
}

--- A table of items.
---@param items adopt.Item[]
---@param world? adopt.World
---@param ids? table<adopt.Item, string>
function show.items(items, world, ids)
	local rows = {}
	for index, item in ipairs(items) do
		local about = world and ABOUT[item.kind]
		rows[index] = {
			item.kind,
			ids and ids[item] or item.name,
			item.name,
			item.state or "",
			about and about(item.raw, world) or "",
		}
	end
	say.table({
		{ title = "kind" },
		{ title = "id" },
		{ title = "name", drop = 2 },
		{ title = "state", drop = 1 },
		{ title = "" },
	}, rows)
	say.line ""
end

--- What belongs to others and is only referred to.
local function referred(choice)
	local vpcs, counts = {}, { subnets = 0, groups = 0 }
	for _, item in ipairs(choice.items) do
		if item.kind == "dms.subnet_group" then
			vpcs[#vpcs + 1] = item.raw.vpc_id
			counts.subnets = counts.subnets + #(item.raw.subnets or {})
		elseif item.kind == "dms.replication_instance" then
			counts.groups = counts.groups + #(item.raw.vpc_security_groups or {})
		end
	end
	local words = {}
	for _, pair in ipairs {
		{ #vpcs, "VPC" },
		{ counts.subnets, "subnet" },
		{ counts.groups, "security group" },
	} do
		if pair[1] > 0 then
			words[#words + 1] = report.plural(pair[1], pair[2])
		end
	end
	return words
end

--- Shows what was found, how it hangs together, and what is left out.
---@param world adopt.World
---@param choice adopt.Choice
---@param made adopt.Declared
function show.found(world, choice, made)
	local ids = {}
	for _, resource in ipairs(made.resources) do
		ids[resource.item] = resource.id
	end
	local items = {}
	for index, resource in ipairs(made.resources) do
		items[index] = resource.item
	end
	say.wrapped("Found", write.counts(items))
	say.line ""
	show.items(items, world, ids)
	local out = {}
	for _, one in ipairs(choice.left) do
		out[#out + 1] = ("%s %s: %s"):format(one.kind, one.name, one.why)
	end
	local words = referred(choice)
	if #words > 0 then
		out[#out + 1] = ("%s: referred to by id, like topics, roles and keys"):format(
			report.list(words)
		)
	end
	local stripped = report.keys(made.stripped)
	if #stripped > 0 then
		out[#out + 1] = ("%s of the task settings: DMS sets them itself"):format(
			report.list(stripped)
		)
	end
	local variables = {}
	for _, resource in ipairs(made.resources) do
		variables[#variables + 1] = resource.password
	end
	if #variables > 0 then
		out[#out + 1] = ("passwords: DMS never shows them; where one is needed, the script takes it from %s"):format(
			report.list(variables, 4)
		)
	end
	for _, text in ipairs(world.unseen) do
		out[#out + 1] = text
	end
	for index, text in ipairs(out) do
		say.wrapped(index == 1 and "Left out" or "", text)
	end
	for index, text in ipairs(choice.notes) do
		say.wrapped(index == 1 and "Note" or "", text)
	end
end

return show
