--- `checkpoints [TASK]`: what the ledger keeps of where the tasks had come to, the newest last. It
--- stays when the stack is destroyed.

local errors = require "errors"
local json = require "json"
local ledger = require "ledger"
local report = require "report"
local say = require "migration.say"
local suggest = require "suggest"
local time = require "time"
local ui = require "ui"

--- As much of a checkpoint as tells it apart beside the other columns.
local function brief(text)
	text = text:gsub("^checkpoint:", "")
	return #text > 36 and (text:sub(1, 35) .. "…") or text
end

--- Refuses a task that neither the script nor the ledger knows.
local function check_task(m, id)
	local known = {}
	for _, entry in ipairs(ledger.list(m.name)) do
		known[entry.task] = true
	end
	for _, task in ipairs(m.tasks) do
		known[task.id] = true
	end
	if id == nil or known[id] then
		return
	end
	local names = report.keys(known)
	errors.raise {
		summary = "Unknown task",
		what = ("neither the script nor the ledger has a task %q"):format(id),
		hints = { suggest.did_you_mean(id, names) or ("tasks are: " .. report.list(names)) },
		at = false,
		exit = "usage",
	}
end

local function source_text(source)
	if not source then
		return "?"
	end
	local server = source.server or source.secret or source.arn
	return ("%s %s"):format(source.engine or "?", tostring(server))
end

return {
	summary = "where the tasks had come to, as the ledger keeps it",
	usage = "[TASK]",
	run = function(m, command)
		check_task(m, command.rest[1])
		local list = ledger.list(m.name, command.rest[1])
		if say.json() then
			ui.json {
				stack = m.name,
				ledger = ledger.path(m.name),
				checkpoints = json.array(list),
			}
			return
		end
		if #list == 0 then
			say.label(
				"Ledger",
				("nothing was kept of %s%s yet; `status` and `stop` keep it"):format(
					m.name,
					command.rest[1] and (", task " .. command.rest[1]) or ""
				)
			)
			return
		end
		local rows = {}
		for index, entry in ipairs(list) do
			local at = entry.stopped or entry.time
			rows[index] = {
				at:gsub("%.%d+Z$", "Z"),
				report.age(time.epoch() - time.parse(at)),
				entry.task,
				entry.why,
				source_text(entry.source),
				brief(entry.checkpoint),
			}
		end
		say.label("Ledger", ledger.path(m.name))
		say.line ""
		say.table({
			{ title = "time" },
			{ title = "ago", drop = 3 },
			{ title = "task" },
			{ title = "kept at" },
			{ title = "source", drop = 2 },
			{ title = "checkpoint" },
		}, rows)
		say.line ""
		say.line("Whole: " .. m:command "checkpoints --json")
	end,
}
