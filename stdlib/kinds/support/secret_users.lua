--- The tasks that reach a database through a secret, and what another server in it means for them: DMS
--- reads a secret when a task starts, so that nothing shows until the next start.

local aws = require "aws"
local errors = require "errors"
local replications = require "kinds.support.replications"
local server_tag = require "kinds.support.server_tag"
local settings = require "kinds.support.endpoint_settings"
local states = require "kinds.support.task_states"
local tasks = require "kinds.support.tasks"

local users = {}

--- Notes with a secret the tasks of the endpoints that name it.
local function note(item, endpoints, all)
	item.users = { source = {}, target = {} }
	for _, endpoint in ipairs(endpoints) do
		local list = item.users[(endpoint.endpoint_type or ""):lower()]
		for _, id in ipairs(list and settings.parents(endpoint) or {}) do
			if id == item.id or id == item.raw.name then
				for _, task in ipairs(tasks.of_endpoint(all, endpoint.endpoint_arn)) do
					list[#list + 1] = task
				end
			end
		end
	end
end

--- Notes with each secret the tasks that read it. Asks nothing for a stack that looks at no endpoints;
--- one that does has asked the same already, and has told where it was not answered.
---@param ctx table
---@param items table[]
---@return table[] items
function users.noted(ctx, items)
	if #items == 0 or not ctx.owner:knows "dms.endpoint" then
		return items
	end
	errors.capture(function()
		local endpoints = ctx:sweep(aws.dms.describe_endpoints, {})
		local all = replications.beside(ctx:sweep(aws.dms.describe_replication_tasks, {}), ctx)
		for _, item in ipairs(items) do
			note(item, endpoints, all)
		end
	end)
	return items
end

--- The names of those that have run, and whether one of them runs.
local function names_of(list)
	local names, runs = {}, false
	for _, task in ipairs(list) do
		if states.has_run(task) then
			names[#names + 1] = task.replication_task_identifier
			runs = runs or states.runs(task)
		end
	end
	return table.concat(names, ", "), runs
end

--- What an update does to the replication of those tasks; nil where the server stays.
---@param action string
---@param changes table
---@param item? table
---@return string?
function users.effect(action, changes, item)
	local change = changes.tags
	if action ~= "update" or not change or not (item and item.users) then
		return nil
	end
	local was, is = (change.from or {})[server_tag.NAME], (change.to or {})[server_tag.NAME]
	if was == nil or is == nil or was == is then
		return nil
	end
	local texts = {}
	for _, side in ipairs { "source", "target" } do
		local names, runs = names_of(item.users[side])
		if names ~= "" then
			texts[#texts + 1] = (
				side == "source"
					and "%s of %s: its position in the log of %s means nothing in that of %s"
				or "%s of %s: what it brought to %s is not in %s"
			):format(
				runs and "interrupts replication with the next start" or "for the next start",
				names,
				was,
				is
			)
		end
	end
	return #texts > 0 and table.concat(texts, "; ") or nil
end

return users
