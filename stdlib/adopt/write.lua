--- The script that declares what is adopted: readable, formatted, and the same for the same things.

local domain = require "dms"
local report = require "report"
local source = require "adopt.source"

local write = {}

--- The words for how many there are of a kind.
local NOUNS = {
	["dms.subnet_group"] = "subnet group",
	["dms.replication_instance"] = "replication instance",
	["dms.certificate"] = "certificate",
	["dms.endpoint"] = "endpoint",
	["dms.task"] = "task",
	["dms.replication_config"] = "serverless replication",
	["dms.event_subscription"] = "event subscription",
	["logs.log_group"] = "log group",
	["cloudwatch.alarm"] = "alarm",
	["cloudwatch.composite_alarm"] = "composite alarm",
}

--- `1 replication instance, 2 endpoints and 1 task`.
---@param items { kind: string }[]
---@return string
function write.counts(items)
	local counts, order, words = {}, {}, {}
	for _, item in ipairs(items) do
		if not counts[item.kind] then
			counts[item.kind] = 0
			order[#order + 1] = item.kind
		end
		counts[item.kind] = counts[item.kind] + 1
	end
	for index, kind in ipairs(order) do
		words[index] = report.plural(counts[kind], NOUNS[kind] or kind)
	end
	return report.list(words, #words)
end

local function header(made, who)
	local counts = write.counts(made.resources)
	local lines = {
		source.comment(
			("The stack %q: %s, adopted by dmsrun from account %s in %s."):format(
				made.stack,
				counts,
				who.account,
				who.region
			)
		),
		"---",
		source.comment(
			"A plan of this script is empty: it says what is there. Properties that it does not name are left alone. What is named by its id (networks, topics, keys, roles) belongs to others and is only referred to."
		),
	}
	if made.passwords then
		lines[#lines + 1] = "---"
		lines[#lines + 1] = source.comment(
			"DMS never shows a password, so none is here, and each endpoint keeps the one that it has. One that is made anew, or gets another server or user, needs it in the environment, under the name that stands beside it."
		)
	end
	return table.concat(lines, "\n")
end

local function requires(made, body)
	local names = { "stack" }
	if made.passwords then
		names[#names + 1] = "env"
		names[#names + 1] = "secret"
	end
	if body:find("map%.rules") then
		names[#names + 1] = "mappings"
	end
	if made.settings then
		names[#names + 1] = "settings"
	end
	if body:find "json%.array" or body:find "json%.null" then
		names[#names + 1] = "json"
	end
	table.sort(names)
	local lines = {}
	for index, name in ipairs(names) do
		local as = name == "mappings" and "map" or name
		lines[index] = ('local %s = require "%s"'):format(as, name)
	end
	return table.concat(lines, "\n")
end

--- A table mapping as a statement; what the builders' own script has around it is left out.
local function mappings_of(resource)
	local text = domain.mappings.to_lua(resource.mappings)
	local rules = text:match "return (map%.rules .*)$" or "map.rules {}"
	return ("mappings.%s = %s"):format(resource.key, (rules:gsub("%s+$", "")))
end

local function declaration(resource)
	local lead = resource.used and ("%s.%s = "):format(resource.group, resource.key) or ""
	local lines = {}
	for index, remark in ipairs(resource.remarks) do
		lines[index] = source.comment(remark, "-- ")
	end
	local call = ("%ss:add(%s, %s, "):format(
		lead,
		source.value(resource.kind),
		source.value(resource.id)
	)
	-- Broken always: what is there changes, and a line each shows how.
	local body = { call .. "{" }
	local names, seen = {}, {}
	for _, name in ipairs(resource.order) do
		if resource.properties[name] ~= nil then
			names[#names + 1], seen[name] = name, true
		end
	end
	for _, name in ipairs(report.keys(resource.properties)) do
		if not seen[name] then
			names[#names + 1] = name
		end
	end
	for _, name in ipairs(names) do
		local text = source.value(resource.properties[name], 1, #name + 4)
		body[#body + 1] = ("\t%s = %s,"):format(name, text)
	end
	body[#body + 1] = "}, { protect = protect })"
	lines[#lines + 1] = table.concat(body, "\n")
	return table.concat(lines, "\n")
end

--- The statements of one resource.
---@param resource adopt.Resource
---@return string
function write.resource(resource)
	local text = declaration(resource)
	return resource.mappings and mappings_of(resource) .. "\n\n" .. text or text
end

--- The tables that hold handles, in one statement.
local function tables(made)
	local names, seen = {}, {}
	for _, resource in ipairs(made.resources) do
		if resource.used and resource.group and not seen[resource.group] then
			seen[resource.group] = true
			names[#names + 1] = resource.group
		end
	end
	for _, resource in ipairs(made.resources) do
		if resource.mappings then
			names[#names + 1] = "mappings"
			break
		end
	end
	local values = {}
	for index in ipairs(names) do
		values[index] = "{}"
	end
	if #names == 0 then
		return nil
	end
	return ("local %s = %s"):format(table.concat(names, ", "), table.concat(values, ", "))
end

local PASSWORD = [[
--- A password from the environment, where it is set.
local function password(name)
	return env.get(name) and secret.env(name)
end]]

--- The text of the script.
---@param made adopt.Declared
---@param who aws.Identity
---@return string
function write.script(made, who)
	made.passwords = false
	for _, resource in ipairs(made.resources) do
		made.passwords = made.passwords or resource.password ~= nil
	end
	local parts = {}
	if made.passwords then
		parts[#parts + 1] = PASSWORD
	end
	local lead = ("local s = stack.new(%s, "):format(source.value(made.stack))
	local options = { account = who.account, region = who.region, tags = made.tags }
	local order = { "account", "region", "tags" }
	parts[#parts + 1] = lead .. source.value(options, 0, #lead + 1, order) .. ")"
	parts[#parts + 1] =
		"-- Nothing here may be replaced or deleted until this is false and was deployed so.\nlocal protect = true"
	parts[#parts + 1] = tables(made)
	for _, resource in ipairs(made.resources) do
		parts[#parts + 1] = write.resource(resource)
	end
	parts[#parts + 1] = "s:main(arg)"
	local body = table.concat(parts, "\n\n")
	return table.concat({ header(made, who), requires(made, body), body }, "\n\n") .. "\n"
end

return write
