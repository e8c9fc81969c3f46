--- The tables of a task: their statistics, what is done and what went wrong, as a table for people.

local aws = require "aws"
local errors = require "errors"
local report = require "report"
local say = require "migration.say"
local tasks = require "migration.tasks"
local time = require "time"

local tables = {}

--- States of a table that mean it did not arrive.
---@type table<string, boolean>
local BAD = {
	["Table error"] = true,
	["Table does not exist"] = true,
	["Table cancelled"] = true,
}

--- States in which a table waits for its load or is loaded.
---@type table<string, boolean>
local OPEN = {
	["Before load"] = true,
	["Full load"] = true,
	["Table is being reloaded"] = true,
}

--- Statistics of every table of a task, by name; empty before the first start.
---@param arn string
---@return table[]
function tables.read(arn)
	local ok, list =
		pcall(aws.pages, aws.dms.describe_table_statistics, { replication_task_arn = arn })
	if not ok then
		if errors.is(list, "InvalidResourceStateFault") then
			return {}
		end
		error(list, 0)
	end
	table.sort(list, function(a, b)
		return tables.name(a) < tables.name(b)
	end)
	return list
end

---@param statistics table
---@return string
function tables.name(statistics)
	return (statistics.schema_name or "?") .. "." .. (statistics.table_name or "?")
end

---@class migration.Summary
---@field total integer
---@field done integer
---@field bad integer
---@field open integer
---@field rows integer
---@field bad_tables table[]
---@field mismatched table[]

--- What the tables come to.
---@param list table[]
---@return migration.Summary
function tables.summary(list)
	local sum =
		{ total = #list, done = 0, bad = 0, open = 0, rows = 0, bad_tables = {}, mismatched = {} }
	for _, item in ipairs(list) do
		local state = item.table_state or ""
		sum.rows = sum.rows + (item.full_load_rows or 0)
		if BAD[state] then
			sum.bad = sum.bad + 1
			table.insert(sum.bad_tables, item)
		elseif OPEN[state] then
			sum.open = sum.open + 1
		else
			sum.done = sum.done + 1
		end
		if (item.validation_failed_records or 0) > 0 then
			table.insert(sum.mismatched, item)
		end
	end
	return sum
end

--- How long the load of a table took, or has taken so far.
local function load_time(item)
	local from = item.full_load_start_time
	if not from or not (item.full_load_end_time or OPEN[item.table_state or ""]) then
		return "–"
	end
	local to = item.full_load_end_time and time.parse(item.full_load_end_time) or time.epoch()
	return report.duration(to - time.parse(from))
end

--- The word for a table's validation, with the number of what is wrong.
local function validation(item)
	local state = item.validation_state or "–"
	if state == "Not enabled" then
		return "–"
	end
	local failed, pending =
		item.validation_failed_records or 0, item.validation_pending_records or 0
	if failed > 0 then
		return ("%s: %s"):format(state, report.count(failed))
	end
	if pending > 0 then
		return ("%s: %s"):format(state, report.count(pending))
	end
	return state
end

local function counted(key)
	return function(item)
		return report.count(item[key] or 0)
	end
end

local function state(item)
	return item.table_state or "–"
end

--- Where there is too little room, what has the highest `drop` is left out first.
local LOAD_COLUMNS = {
	{ title = "table", cell = tables.name },
	{ title = "rows", align = "right", drop = 1, cell = counted "full_load_rows" },
	{ title = "load", align = "right", drop = 2, cell = load_time },
	{ title = "state", cell = state },
	{ title = "validated", cell = validation },
}

local CHANGE_COLUMNS = {
	{ title = "table", cell = tables.name },
	{ title = "rows", align = "right", drop = 1, cell = counted "full_load_rows" },
	{ title = "state", cell = state },
	{ title = "inserts", align = "right", drop = 2, cell = counted "inserts" },
	{ title = "updates", align = "right", drop = 2, cell = counted "updates" },
	{ title = "deletes", align = "right", drop = 2, cell = counted "deletes" },
	{ title = "validated", cell = validation },
}

--- How many tables are shown; those that need attention always are.
local SHOWN = 40

--- Prints the tables, the largest first.
---@param list table[]
---@param options? {all?: boolean, changes?: boolean}
function tables.show(list, options)
	options = options or {}
	local sorted = table.move(list, 1, #list, 1, {})
	table.sort(sorted, function(a, b)
		local left, right = a.full_load_rows or 0, b.full_load_rows or 0
		if left ~= right then
			return left > right
		end
		return tables.name(a) < tables.name(b)
	end)
	local columns = options.changes and CHANGE_COLUMNS or LOAD_COLUMNS
	local rows, hidden = {}, 0
	for _, item in ipairs(sorted) do
		if options.all or #rows < SHOWN or BAD[item.table_state or ""] then
			local row = {}
			for index, column in ipairs(columns) do
				row[index] = column.cell(item)
			end
			rows[#rows + 1] = row
		else
			hidden = hidden + 1
		end
	end
	say.table(columns, rows)
	if hidden > 0 then
		say.line(("  … %s; all of them: stats"):format(report.plural(hidden, "more table")))
	end
end

--- The tables as data.
---@param list table[]
---@return table[]
function tables.data(list)
	local data = {}
	for index, item in ipairs(list) do
		data[index] = {
			schema = item.schema_name,
			table = item.table_name,
			state = item.table_state,
			rows = item.full_load_rows or 0,
			error_rows = item.full_load_error_rows or 0,
			load_started = item.full_load_start_time,
			load_ended = item.full_load_end_time,
			inserts = item.inserts or 0,
			updates = item.updates or 0,
			deletes = item.deletes or 0,
			ddls = item.ddls or 0,
			validation = item.validation_state,
			validation_failed = item.validation_failed_records or 0,
			validation_pending = item.validation_pending_records or 0,
		}
	end
	return data
end

--- Raises when tables did not arrive, naming them.
---@param m migration.Migration
---@param sum migration.Summary
---@param task table that carries them
function tables.refuse_bad(m, sum, task)
	if sum.bad == 0 then
		return
	end
	local names = {}
	for index, item in ipairs(sum.bad_tables) do
		names[index] = ("%s (%s)"):format(tables.name(item), item.table_state)
	end
	errors.raise {
		summary = "Tables were not loaded",
		what = ("%s of %s: %s"):format(
			report.count(sum.bad),
			report.plural(sum.total, "table"),
			report.list(names, 10)
		),
		hints = {
			{ "The task's log says why:", command = tasks.command(m, "logs", task) },
			-- DMS loads again in a task that loads.
			task.migration_type ~= "cdc" and {
				"After mending the cause, load them again:",
				---@diagnostic disable-next-line: param-type-mismatch -- there is a bad table
				command = m:command("reload " .. report.word(tables.name(sum.bad_tables[1]))),
			} or nil,
		},
		exit = "partial",
	}
end

return tables
