--- What is wrong with a task: its state, its tables and its log looked at together.

local causes = require "migration.causes"
local report = require "report"

local diagnosis = {}

--- How many lines of evidence are shown.
local SHOWN = 5

--- Lag that is worth a word, in seconds.
local LAGGING = 60

---@class repl.Diagnosis
---@field task string
---@field state string
---@field likely string
---@field hint string|nil
---@field evidence string[]
local Diagnosis = {}

Diagnosis.__tostring = function(self)
	local lines = { ("%s is %s"):format(self.task, self.state), "Likely  " .. self.likely }
	if self.hint then
		lines[#lines + 1] = "Do      " .. self.hint
	end
	for index, line in ipairs(self.evidence) do
		lines[#lines + 1] = (index == 1 and "Seen    " or "        ") .. line
	end
	return table.concat(lines, "\n")
end

--- The lines of the log that speak of errors, each sort once, the most frequent first.
local function log_errors(task)
	local ok, rows = pcall(task.logs, task, { minutes = 24 * 60, lines = 5000 })
	if not ok then
		return {}
	end
	local counts, order = {}, {}
	for _, row in ipairs(rows) do
		if row.message:find "%]E:" or row.message:find "[Ee]rror" then
			local text =
				row.message:gsub("^[%d%-T:%.Z ]*", ""):gsub("%s*%([%w_]+%.%a+:%d+%)%s*$", "")
			if not counts[text] then
				order[#order + 1] = text
			end
			counts[text] = (counts[text] or 0) + 1
		end
	end
	table.sort(order, function(a, b)
		if counts[a] ~= counts[b] then
			return counts[a] > counts[b]
		end
		return a < b
	end)
	local lines = {}
	for index = 1, math.min(#order, SHOWN) do
		lines[index] = ("%d × %s"):format(counts[order[index]], order[index])
	end
	return lines
end

local function table_errors(task)
	local lines = {}
	for _, row in ipairs(task:stats()) do
		if row.state == "Table error" or row.state == "Table does not exist" then
			lines[#lines + 1] = ("%s: %s"):format(row.table, row.state)
		elseif (row.mismatches or 0) > 0 then
			lines[#lines + 1] = ("%s: %s differ from the source"):format(
				row.table,
				report.plural(row.mismatches, "row")
			)
		end
	end
	if #lines > SHOWN then
		local more = #lines - SHOWN
		lines = table.move(lines, 1, SHOWN, 1, {})
		lines[#lines + 1] = ("and %s more"):format(report.plural(more, "table"))
	end
	return lines
end

--- The diagnosis of a task.
---@param task repl.Task
---@return repl.Diagnosis
function diagnosis.of(task)
	local status = task:status()
	local found = { task = task.name, state = status.state, evidence = {} }
	local function see(lines)
		for _, line in ipairs(lines) do
			found.evidence[#found.evidence + 1] = line
		end
	end
	if status.reason then
		see { status.reason }
	end
	local tables, logged = table_errors(task), log_errors(task)
	see(tables)
	see(logged)
	local finished = (status.reason or ""):find("FULL_LOAD_ONLY_FINISHED", 1, true)
	local cause = not finished
		and (causes.of_task(status.reason) or causes.of_task(table.concat(logged, "\n")))
	if cause then
		found.likely, found.hint = cause.why, cause.hint
	elseif finished then
		found.likely = "nothing: the full load has ended, as it should"
	elseif #tables > 0 then
		found.likely = ("%s not as they should be"):format(
			#tables == 1 and "a table is" or "tables are"
		)
		found.hint = 'task "'
			.. task.name
			.. '":stats() shows them, :reload "schema.table" loads one again'
	elseif (status.lag_seconds or 0) >= LAGGING then
		found.likely = "it lags " .. status.lag
		found.hint =
			"look at the load of source, target and instance; a larger instance class may help"
	elseif status.state == "running" then
		found.likely = "nothing: it runs, no table is in error, and its log has no errors"
	elseif status.state == "failed" then
		found.likely = "DMS gives no reason that is known"
		found.hint = 'read its log: task "' .. task.name .. '":logs { minutes = 1440 }'
	else
		found.likely = ("nothing that shows: it is %s"):format(status.state)
		found.hint = status.state == "stopped" and 'task "' .. task.name .. '":resume() goes on'
			or nil
	end
	return setmetatable(found, Diagnosis)
end

return diagnosis
