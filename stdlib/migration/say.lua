--- How a migration speaks: labelled lines, diagnostics and warnings, data as JSON where it was
--- asked for.
---
--- With `--json` standard output belongs to the data, so that talk goes to standard error.

local errors = require "errors"
local host = require "host"
local report = require "report"
local ui = require "ui"

local say = {}

--- Where nothing is to be changed, says what would be done instead of doing it.
---@param label string
---@param text string such as `stop orders-migration`
---@return boolean whether it is a dry run
function say.would(label, text)
	if not host.options.dry_run then
		return false
	end
	say.label(label, ("would %s (dry run: nothing was changed)"):format(text))
	return true
end

--- Whether data is wanted as JSON.
---@return boolean
function say.json()
	return host.options.json == true
end

--- A text behind a label; a line of talk.
---@param label string
---@param text string
function say.label(label, text)
	if say.json() then
		ui.err(("%-8s %s"):format(label, text))
	else
		ui.label(label, text)
	end
end

--- The columns that a label takes, with the blank behind it.
say.LABEL = 9

--- A text behind a label, broken where the line is too narrow for it.
---@param label string
---@param text string
function say.wrapped(label, text)
	local width = math.max(20, (ui.width or 100) - say.LABEL)
	for index, line in ipairs(report.wrap(text, width)) do
		say.label(index == 1 and label or "", line)
	end
end

--- A further line below a label.
---@param text string
function say.more(text)
	say.wrapped("", text)
end

--- A line of its own.
---@param text string
function say.line(text)
	if say.json() then
		ui.err(text)
	else
		ui.out(text)
	end
end

--- A table, indented like everything below a label.
---@param columns table
---@param rows table
function say.table(columns, rows)
	if not say.json() then
		ui.table { columns = columns, rows = rows }
	end
end

--- A check that could not be made: said, and no reason to stop.
---@param what string what is left out
---@param problem any the error value
function say.cannot(what, problem)
	errors.warn {
		summary = what,
		what = tostring(problem),
		at = false,
	}
end

return say
