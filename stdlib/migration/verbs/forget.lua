--- `forget RESOURCE…`: takes the stack's tags off resources, which stay as they are and belong to
--- nobody from then on. It never deletes.

local approval = require "migration.approval"
local errors = require "errors"
local forget = require "stack.forget"
local json = require "json"
local report = require "report"
local retag = require "kinds.support.retag"
local say = require "migration.say"
local ui = require "ui"

--- What is said of one of them, and of what the script still declares.
local function tell(m, one)
	if one.physical then
		say.label(
			"Forget",
			("%s no longer belongs to %s; %s stays as it is"):format(one.name, m.name, one.physical)
		)
	else
		say.label("Forget", one.name .. " is not live: there is nothing to forget")
	end
	if one.declared then
		say.more(
			("it is still declared (%s:%d): the next deploy would make another one; take it out of the script before"):format(
				one.declared.file,
				one.declared.line
			)
		)
		-- A kind without tags of its own has no way back.
		if #one.ids == 1 and retag.way(one.name:match "^[^/]+") then
			local back = ("adopt %s %s"):format(one.name, report.word(one.ids[1]))
			say.more "or take it back:"
			-- Not wrapped: it is to be pasted.
			say.label("", "    " .. m:command(back))
		end
	end
end

--- The question: what becomes of what is still declared is part of it.
local function question_of(s, texts, names)
	local declared = {}
	for _, name in ipairs(names) do
		declared[#declared + 1] = forget.declared(s, name) and name or nil
	end
	local text = ("Let go of %s? Nothing is deleted; dmsrun no longer looks after it."):format(
		report.list(texts, 10)
	)
	if #declared > 0 then
		text = ("%s The script still declares %s: the next deploy would make %s a second time."):format(
			text,
			report.list(declared, 10),
			#declared == 1 and "it" or "them"
		)
	end
	return text
end

return {
	summary = "let resources go: take the stack's tags off, delete nothing",
	usage = "KIND/ID…",
	run = function(m, command)
		local names = command.rest
		if #names == 0 then
			errors.raise {
				summary = "What is to be forgotten?",
				what = "forget takes resources as a plan names them",
				hints = { ("usage: %s"):format(m:command "forget KIND/ID…") },
				at = false,
				exit = "usage",
			}
		end
		local s = m:stack()
		local found, texts = forget.find(s, names), {}
		for index, one in ipairs(found) do
			texts[index] = ("%s/%s (%s)"):format(one.kind, one.id, one.physical)
		end
		if #found > 0 then
			local text = ("take the tags of %s off %s"):format(m.name, report.list(texts, 10))
			if say.would("Forget", text) then
				return
			end
			approval.change(m, question_of(s, texts, names), m:said(), { forget = true })
		end
		local done = forget.run(s, names, m:again())
		for _, one in ipairs(done) do
			tell(m, one)
		end
		if say.json() then
			local list = {}
			for index, one in ipairs(done) do
				list[index] = {
					resource = one.name,
					physical = one.physical,
					declared = one.declared ~= nil,
				}
			end
			ui.json { stack = m.name, forgotten = json.array(list) }
		end
	end,
}
