--- What the other tasks of the same endpoints and tables mean to one that is about to start: two at once
--- apply every change twice, one that begins behind another skips what lies between, and one that goes on
--- from before another's end applies it again. And what another server means to a checkpoint.

local approval = require "migration.approval"
local aws = require "aws"
local cdc = require "cdc"
local dms = require "kinds.support.dms"
local errors = require "errors"
local json = require "json"
local ledger = require "ledger"
local overlap = require "mappings.overlap"
local server_tag = require "kinds.support.server_tag"
local states = require "kinds.support.task_states"
local time = require "time"
local ui = require "ui"

local beside = {}

---@return { rules: table[] }
local function rules_of(item)
	local ok, value = pcall(json.decode, item.table_mappings or "")
	return ok and type(value) == "table" and value or { rules = {} }
end

--- The tasks that may carry the same tables between the same endpoints.
local function others_of(item)
	local all = aws.pages(aws.dms.describe_replication_tasks, {
		filters = { { name = "endpoint-arn", values = { item.source_endpoint_arn } } },
	})
	---@type { rules: table[] }?
	local own
	local list = {}
	for _, one in ipairs(all) do
		if one.replication_task_arn == item.replication_task_arn then
			own = rules_of(one)
		end
	end
	for _, one in ipairs(all) do
		if
			one.replication_task_arn ~= item.replication_task_arn
			and one.target_endpoint_arn == item.target_endpoint_arn
			and (own == nil or overlap.may(own, rules_of(one)))
		then
			list[#list + 1] = one
		end
	end
	return list
end

local function second(text)
	return (tostring(text):gsub("%.%d+", ""):gsub("Z?$", "Z"))
end

--- When a task last carried changes, as far as DMS tells.
local function last_of(item)
	local stats = item.replication_task_stats or {}
	local date = stats.stop_date or stats.start_date or item.replication_task_start_date
	if date then
		return time.parse(second(date)), second(date)
	end
end

--- How a task begins where another one stands.
local function beginning(name, other, engine)
	local checkpoint = other.recovery_checkpoint or ""
	local stats = other.replication_task_stats or {}
	local load = stats.fresh_start_date or stats.full_load_start_date
	if checkpoint ~= "" then
		return ("task(%q):start %q goes on from there"):format(name, checkpoint)
	elseif load and not cdc.problem(cdc.at(second(load)), engine) then
		return ("task(%q):start %q begins with its load"):format(name, second(load))
	end
	return ("task(%q):start takes a position of the source's log, or a time"):format(name)
end

--- What goes wrong, and how to go on without it; nil where nothing does.
local function gap_of(item, others, engine)
	local name, own = item.replication_task_identifier, last_of(item)
	for _, other in ipairs(others) do
		local moment, date = last_of(other)
		local ran = moment and states.has_run(other)
		local title = other.replication_task_identifier
		if ran and not states.has_run(item) and item.migration_type == "cdc" then
			local stats = other.replication_task_stats or {}
			local loads = other.migration_type == "full-load"
			return ("What changed since %s %s, %s, is left out: %s begins with what changes from now on."):format(
				title,
				loads and "began to load" or "stopped",
				loads and second(stats.fresh_start_date or stats.full_load_start_date or date)
					or date,
				name
			),
				beginning(name, other, engine)
		elseif ran and own and states.has_run(item) and moment > own then
			local text = ("What %s carried until %s is applied a second time: %s goes on from its own checkpoint of before."):format(
				title,
				date,
				name
			)
			return text,
				other.migration_type ~= "full-load"
						and ("task(%q):resume() goes on where that one stopped"):format(title)
					or nil
		end
	end
end

--- The databases of a task, with the servers that their secrets lead to.
---@param item table the task as DMS describes it
---@return { source?: table, target?: table }
function beside.databases(item)
	local found = {}
	for _, side in ipairs { "source", "target" } do
		local endpoint = aws.dms.describe_endpoints({
			filters = { { name = "endpoint-arn", values = { item[side .. "_endpoint_arn"] } } },
		}).endpoints[1]
		found[side] = endpoint and server_tag.resolved(endpoint)
	end
	return found
end

--- Keeps where a task of a stack stands, with its databases.
---@param item table the task as DMS describes it
---@param why string the word for the ledger
---@return string? stack that the task belongs to
function beside.keep(item, why)
	local tags = dms.tags_of(item.replication_task_arn) or {}
	local id = (tags["dmsrun:resource"] or ""):match "^dms%.task/(.+)$"
	local stack = tags["dmsrun:stack"]
	if id and stack then
		local databases = beside.databases(item)
		ledger.try(stack, id, item, {
			why = why,
			source = databases.source,
			target = databases.target,
		})
		return stack
	end
end

--- What another server than the one that a task read or wrote means to it; nil where it is the same, or
--- nobody can tell.
local function moved(item)
	local stack = states.has_run(item) and beside.keep(item, "start")
	local run = stack and ledger.run(stack, item.replication_task_arn)
	if not run then
		return nil
	end
	local now = beside.databases(item)
	local text = ledger.moved(run.source, ledger.source(now.source))
	local target = ledger.differs(run.target, ledger.source(now.target))
	if text then
		return ("Where %s had come to: %s."):format(item.replication_task_identifier, text)
	elseif target then
		return ("What %s has brought is on the %s, and the target is %s now, without those rows."):format(
			item.replication_task_identifier,
			target.was,
			target.is
		)
	end
end

--- Refuses a start beside another task.
---@param item table the task as DMS describes it
---@param others? table[]
function beside.refuse_twice(item, others)
	local name = item.replication_task_identifier
	for _, other in ipairs(others or others_of(item)) do
		if states.runs(other) and not approval.allowed "twice" then
			local title = other.replication_task_identifier
			errors.raise {
				summary = "Two tasks would carry the same tables",
				what = ("%s is %s, and has the endpoints and tables of %s, or some of them: every change would be applied twice"):format(
					title,
					other.status,
					name
				),
				why = "nothing was changed",
				hints = { ("stop the other one first: task(%q):stop()"):format(title) },
			}
		end
	end
end

--- Has the task's name typed before something is skipped or applied twice.
local function allowed(name, text, hint)
	if approval.allowed "position" then
		return true
	elseif not ui.interactive then
		local hints = hint and { hint } or {}
		hints[#hints + 1] = "--allow position starts it as it is"
		errors.raise {
			summary = "Approval needed",
			what = text,
			why = "there is no terminal to type the task's name at; nothing was changed",
			hints = hints,
			exit = "approval",
		}
	end
	if hint then
		ui.err(hint)
	end
	return ui.type_name(text .. " Type the task's name:", name)
end

--- Refuses a start beside another task, and has the task's name typed before one that skips changes,
--- applies them twice, or goes on in another server. `--allow twice` and `--allow position` answer
--- beforehand.
---@param item table the task as DMS describes it
---@param there? boolean whether it is told where to begin
---@return boolean whether it may start
function beside.may_start(item, there)
	local name, others = item.replication_task_identifier, others_of(item)
	beside.refuse_twice(item, others)
	for _, other in ipairs(item.migration_type == "cdc" and others or {}) do
		local text = states.is_half_loaded(other)
			and ("%s has not loaded its tables to the end, and %s would apply changes to tables that are not whole."):format(
				other.replication_task_identifier,
				name
			)
		local resume = ("task(%q):resume() loads them first"):format(
			other.replication_task_identifier
		)
		if text and not allowed(name, text, resume) then
			return false
		end
	end
	if there then
		return true
	end
	local elsewhere = moved(item)
	if elsewhere and not allowed(name, elsewhere) then
		return false
	end
	local source = beside.databases(item).source or {}
	local gap, hint = gap_of(item, others, source.engine_name or "")
	return not gap or allowed(name, gap, hint)
end

return beside
