--- Tasks that are not of this stack, and that a change of one of its endpoints or instances has stopped
--- without coming to resume them: the process died in between. Their notes tell (see marks), and what was
--- changed counts as changing until they run again.

local aws = require "aws"
local coming_back = require "kinds.support.coming_back"
local dms = require "kinds.support.dms"
local errors = require "errors"
local marks = require "kinds.support.marks"
local pauses = require "kinds.support.pauses"
local replications = require "kinds.support.replications"
local states = require "kinds.support.task_states"
local tags = require "kinds.support.tags"
local tasks = require "kinds.support.tasks"

local left_stopped = {}

--- Those of the tasks that this stack has stopped and that are to run again. Its own are not among
--- them: each of these has a step of its own.
---@return table<string, true?> due by ARN
local function due_of(ctx, list)
	local arns, seen, due = {}, {}, {}
	for _, task in ipairs(list) do
		local arn = task.replication_task_arn
		local stands = not states.runs(task)
			and states.has_run(task)
			and not states.is_finished(task)
		if stands and not seen[arn] then
			arns[#arns + 1], seen[arn] = arn, task
		end
	end
	local ok, by_arn = errors.capture(dms.tags_of_all, ctx, arns)
	if not ok then
		-- Other people's tags may be none of our business; then nobody can tell.
		if type(by_arn) == "table" and by_arn.unavailable then
			return due
		end
		error(by_arn, 0)
	end
	for arn, map in pairs(by_arn) do
		if map[tags.STACK] ~= ctx.stack and marks.is_due(seen[arn], map, ctx.stack) then
			due[arn] = true
		end
	end
	return due
end

--- Notes at each endpoint or instance which of its users were left stopped, as `left`.
---@param ctx table
---@param items table[] each with its `tasks`
function left_stopped.find(ctx, items)
	local all = {}
	for _, item in ipairs(items) do
		table.move(item.tasks, 1, #item.tasks, #all + 1, all)
	end
	local due = due_of(ctx, all)
	for _, item in ipairs(items) do
		for _, task in ipairs(item.tasks) do
			if due[task.replication_task_arn] then
				item.left = item.left or {}
				table.insert(item.left, task)
			end
		end
	end
end

--- Resumes those users of an endpoint that were left stopped.
---@param ctx table
---@param endpoint_arn string
function left_stopped.resume(ctx, endpoint_arn)
	local all = aws.pages(aws.dms.describe_replication_tasks, { without_settings = true })
	local users = tasks.of_endpoint(replications.beside(all), endpoint_arn)
	local due = due_of(ctx, users)
	for _, task in ipairs(users) do
		if due[task.replication_task_arn] then
			pauses.resume(ctx, task.replication_task_arn)
		end
	end
end

--- What a step does that resumes them.
---@param list table[]
---@param what string what was changed
---@return string
function left_stopped.effect(list, what)
	local parts = {}
	for index, task in ipairs(list) do
		local name = task.replication_task_identifier
		parts[index] = ("%s: a change of the %s that was interrupted had stopped %s"):format(
			coming_back.how(task, name),
			what,
			name
		)
	end
	return table.concat(parts, "; ")
end

return left_stopped
