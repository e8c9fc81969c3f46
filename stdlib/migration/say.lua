--- How a migration speaks: labelled lines, diagnostics and warnings, data as JSON where it was
--- asked for.
---
--- With `--json` standard output belongs to the data, so that talk goes to standard error.

local errors = require "errors"
local host = require "host"
local ui = require "ui"

local say = {}

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

--- A further line below a label.
---@param text string
function say.more(text)
	say.label("", text)
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
