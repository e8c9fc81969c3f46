--- `adopt KIND/ID ID…`: what is there becomes the resource that the script declares. Only tags are
--- written; it takes back what was forgotten, and takes in what somebody else made.

local approval = require "migration.approval"
local errors = require "errors"
local json = require "json"
local owning = require "stack.owning"
local report = require "report"
local say = require "migration.say"
local ui = require "ui"

--- The pairs of a command line: a name of the script, and what is there.
local function pairs_of(m, words)
	if #words == 0 or #words % 2 == 1 then
		errors.raise {
			summary = "What is to be adopted?",
			what = #words == 0
					and "adopt takes a resource as a plan names it, and the id, ARN or name of what is there"
				or ("%s has nothing behind it: which one is it?"):format(words[#words]),
			hints = {
				("usage: %s"):format(m:command "adopt KIND/ID ID…"),
				"a whole set-up becomes a script with the command dmsrun adopt",
			},
			at = false,
			exit = "usage",
		}
	end
	local list = {}
	for index = 1, #words, 2 do
		list[#list + 1] = { name = words[index], given = words[index + 1] }
	end
	return list
end

local function tell(m, one)
	say.label("Adopt", ("%s of %s is %s from now on"):format(one.name, m.name, one.physical))
	for index, text in ipairs(one.differences) do
		if index == 1 then
			say.more "it differs from the script; a deploy would change:"
		end
		say.more("  " .. text)
	end
end

--- The proof: the plan as it is from now on.
local function prove(m)
	local ok, plan = errors.capture(function()
		return m:stack():plan()
	end)
	if ok then
		say.label("Plan", plan.has_changes and plan:headline() or "no changes")
	else
		say.label("Plan", ("none can be made: %s"):format(plan.what or tostring(plan)))
	end
end

return {
	summary = "own what is there as a resource of the script: write the stack's tags, change nothing",
	usage = "KIND/ID ID…",
	run = function(m, command)
		local s = m:stack()
		local found = owning.find(s, pairs_of(m, command.rest))
		local open, data = {}, {}
		for index, one in ipairs(found) do
			if next(one.tags) then
				open[#open + 1] = ("%s as %s"):format(one.physical, one.name)
			else
				say.label("Adopt", ("%s is %s already"):format(one.name, one.physical))
			end
			data[index] = {
				resource = one.name,
				physical = one.physical,
				tagged = next(one.tags) ~= nil,
				differences = json.array(one.differences),
			}
		end
		if #open > 0 then
			local text = report.list(open, 10)
			if say.would("Adopt", ("own %s"):format(text)) then
				return
			end
			approval.change(
				m,
				("Own %s? Tags are written, nothing else is changed; a deploy and a destroy act on it from then on."):format(
					text
				),
				m:said()
			)
			owning.run(s, found, m:again())
			for _, one in ipairs(found) do
				if next(one.tags) then
					tell(m, one)
				end
			end
			prove(m)
		end
		if say.json() then
			ui.json { stack = m.name, adopted = json.array(data) }
		end
	end,
}
