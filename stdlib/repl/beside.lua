--- What the other tasks of the same endpoints and tables mean to one that is about to start: two at once
--- apply every change twice, one that begins behind another skips what lies between, and one that goes on
--- from before another's end applies it again.

local approval = require "migration.approval"
local aws = require "aws"
local errors = require "errors"
local json = require "json"
local states = require "kinds.support.task_states"
local time = require "time"
local ui = require "ui"

local beside = {}

--- A document as one text, whatever the order of its keys.
local function canonical(text)
	local ok, value = pcall(json.decode, text or "")
	return ok and json.encode(value) or text
end

--- The tasks that carry the same tables between the same endpoints.
local function others_of(item)
	local all = aws.pages(aws.dms.describe_replication_tasks, {
		filters = { { name = "endpoint-arn", values = { item.source_endpoint_arn } } },
	})
	local own, list = nil, {}
	for _, one in ipairs(all) do
		if one.replication_task_arn == item.replication_task_arn then
			own = canonical(one.table_mappings)
		end
	end
	for _, one in ipairs(all) do
		if
			one.replication_task_arn ~= item.replication_task_arn
			and one.target_endpoint_arn == item.target_endpoint_arn
			and canonical(one.table_mappings) == own
		then
			list[#list + 1] = one
		end
	end
	return list
end

--- When a task last carried changes, as far as DMS tells.
local function last_of(item)
	local stats = item.replication_task_stats or {}
	local date = stats.stop_date or stats.start_date or item.replication_task_start_date
	return date and time.parse(date), date and (tostring(date):gsub("%.%d+", ""):gsub("Z?$", "Z"))
end

--- What goes wrong, and how to go on without it; nil where nothing does.
local function gap_of(item, others)
	local name, own = item.replication_task_identifier, last_of(item)
	for _, other in ipairs(others) do
		local moment, date = last_of(other)
		local ran = moment and states.has_run(other)
		local title = other.replication_task_identifier
		if ran and not states.has_run(item) and item.migration_type == "cdc" then
			return ("What changed since %s stopped, %s, is left out: %s begins with what changes from now on."):format(
				title,
				date,
				name
			),
				("task(%q):start %q begins there"):format(name, date)
		elseif ran and own and states.has_run(item) and moment > own then
			return ("What %s carried until %s is applied a second time: %s goes on from its own checkpoint of before."):format(
				title,
				date,
				name
			),
				("task(%q):resume() goes on where that one stopped"):format(title)
		end
	end
end

--- Refuses a start beside another task, and has the task's name typed before one that skips changes or
--- applies them twice. `--allow twice` and `--allow position` answer beforehand.
---@param item table the task as DMS describes it
---@param there? boolean whether it is told where to begin
---@return boolean whether it may start
function beside.may_start(item, there)
	local name = item.replication_task_identifier
	local others = others_of(item)
	for _, other in ipairs(others) do
		if states.runs(other) and not approval.allowed "twice" then
			local title = other.replication_task_identifier
			errors.raise {
				summary = "Two tasks would carry the same tables",
				what = ("%s is %s, and has the endpoints and the tables of %s: every change would be applied twice"):format(
					title,
					other.status,
					name
				),
				why = "nothing was changed",
				hints = { ("stop the other one first: task(%q):stop()"):format(title) },
			}
		end
	end
	local gap, hint = gap_of(item, others)
	if not gap or there or approval.allowed "position" or approval.allowed "twice" then
		return true
	elseif not ui.interactive then
		errors.raise {
			summary = "Approval needed",
			what = gap,
			why = "there is no terminal to type the task's name at; nothing was changed",
			hints = { hint, "--allow position starts it as it is" },
			exit = "approval",
		}
	end
	ui.err(hint)
	return ui.type_name(gap .. " Type the task's name:", name)
end

return beside
