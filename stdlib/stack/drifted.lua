--- Drift as it is shown, and as data.

local json = require "json"
local report = require "report"
local say = require "migration.say"
local time = require "time"

local drifted = {}

local function place(item)
	return item.at and ("  %s:%d"):format(item.at.file, item.at.line) or ""
end

--- A point in time without the parts of its second.
local function moment(text)
	return time.format(math.floor(time.parse(text)))
end

local function title(item)
	return ("%s %q"):format(item.kind, item.id)
end

local function headline(found)
	local counts = {}
	for _, pair in ipairs {
		{ #found.changed, "changed" },
		{ #found.deleted, "deleted" },
		{ #found.unknown, found.since and "unknown to it" or "unknown to the script" },
	} do
		if pair[1] > 0 then
			counts[#counts + 1] = ("%d %s"):format(pair[1], pair[2])
		end
	end
	local since = found.since
			and ("since the %s of %s (%s)"):format(
				found.destroyed and "destroy" or "deploy",
				moment(found.since),
				report.age(time.since(found.since))
			)
		or "against the script"
	local none = #found.unseen > 0 and "none in what could be listed" or "none"
	if #counts == 0 and found.destroyed then
		return ("%s %s"):format(none, since)
	elseif #counts == 0 then
		return ("%s %s: %s as %s"):format(
			none,
			since,
			report.plural(found.same, "resource"),
			found.since and "it left them" or "declared"
		)
	end
	return ("%s %s"):format(table.concat(counts, ", "), since)
end

--- The lines below the headline.
---@param found stack.Drift
---@return string[]
function drifted.lines(found)
	local lines = {}
	local function add(text, ...)
		lines[#lines + 1] = text:format(...)
	end
	for _, item in ipairs(found.changed) do
		add("~ %s%s", title(item), place(item))
		if item.reason then
			add("    %s", item.reason)
		end
		for _, one in ipairs(item.differences or {}) do
			add("    %s  %s", one.path, one.text)
		end
		add("    %s", item.deploy)
	end
	for _, item in ipairs(found.deleted) do
		add("- %s  %s is gone; %s%s", title(item), item.physical or "it", item.deploy, place(item))
	end
	for _, item in ipairs(found.unknown) do
		add(
			"+ %s  %s carries the stack's tags%s; %s",
			title(item),
			item.physical,
			item.reason and ", " .. item.reason or "",
			item.deploy
		)
	end
	for _, item in ipairs(found.ours) do
		add(
			"… %s  a deploy that did not end was at it at %s; run it again to its end",
			title(item),
			moment(item.since)
		)
	end
	return lines
end

--- Whether nothing of the stack is there, and no record says that it ever was: a list of everything that
--- the script declares would tell nobody anything.
local function is_nowhere(found)
	return not found.since
		and #found.deleted > 0
		and found.same + #found.changed + #found.unknown + #found.ours + #found.unseen == 0
end

--- Shows what was found.
---@param found stack.Drift
function drifted.show(found)
	if is_nowhere(found) then
		say.wrapped(
			"Drift",
			("nothing of the stack is there, and no deploy of it was made from this folder: a deploy would make %s"):format(
				report.plural(#found.deleted, "resource")
			)
		)
		return
	elseif not found.since then
		say.wrapped(
			"Record",
			"no deploy of this stack was made from this folder: what differs may as well be the script's own change"
		)
	elseif found.destroyed then
		say.wrapped(
			"Record",
			("destroyed at %s from this folder%s"):format(
				moment(found.since),
				found.same > 0
						and (", but for %s that it retained"):format(
							report.plural(found.same, "resource")
						)
					or ""
			)
		)
	elseif not found.complete then
		say.wrapped(
			"Record",
			("the last deploy, %s, did not come to its end: what it did counts, the rest is as the one before left it"):format(
				report.age(time.since(found.since))
			)
		)
	end
	say.wrapped("Drift", headline(found))
	for _, line in ipairs(drifted.lines(found)) do
		say.more(line)
	end
	for index, task in ipairs(found.tasks) do
		say.wrapped(
			index == 1 and "Tasks" or "",
			("%s was left %s and is %s%s"):format(
				task.name,
				task.was,
				task.is,
				task.reason and (" (%s)"):format(task.reason) or ""
			)
		)
	end
	for index, name in ipairs(found.unseen) do
		say.wrapped(index == 1 and "Unseen" or "", name .. " could not be listed")
	end
end

--- How a look at the drift ends: 2 for drift where details are asked for, 3 where not everything could be
--- looked at, so that no drift in the rest is not taken for none.
---@param found stack.Drift
---@param detailed? boolean
---@return integer code
function drifted.code(found, detailed)
	if detailed and found.has_drift then
		return 2
	end
	return #found.unseen > 0 and 3 or 0
end

--- The same as data.
---@param found stack.Drift
---@return table
function drifted.json(found)
	local data = {
		stack = found.stack,
		since = found.since or json.null,
		complete = found.complete,
		destroyed = found.destroyed,
		drift = found.has_drift,
		same = found.same,
		tasks = json.array(found.tasks),
		unseen = json.array(found.unseen),
	}
	for _, sort in ipairs { "changed", "deleted", "unknown", "ours" } do
		local list = {}
		for index, item in ipairs(found[sort]) do
			list[index] = {
				kind = item.kind,
				id = item.id,
				physical = item.physical,
				reason = item.reason,
				deploy = item.deploy,
				since = item.since,
				differences = item.differences and json.array(item.differences),
				file = item.at and item.at.file,
				line = item.at and item.at.line,
			}
		end
		data[sort] = json.array(list)
	end
	return data
end

return drifted
