--- Questions to the person at the terminal. Where nobody sits there, each names the option that
--- answers it beforehand, and ends with the exit code for a missing approval.
---
--- ```lua
--- local prompt = require "prompt"
--- if prompt.confirm "Stop the application now?" then
--- 	prompt.confirm "Really?" --> true
--- end
--- ```
---
--- On the local AWS and with `--yes`, `confirm` is answered with yes. `-c KEY=VALUE` answers `choose`
--- and `text` with `{ key = "KEY" }`; with `--yes`, and on the local AWS, they take their default.
--- `{ env = "NAME" }` answers `secret`.
local check = require "check"
local errors = require "errors"
local host = require "host"
local secret = require "secret"
local suggest = require "suggest"
local ui = require "ui"

local prompt = {}

--- A question is asked anew at most so often: who types without looking is no person.
local TRIES = 5

---@class prompt.Text
---@field key? string the key of the configuration that answers beforehand: `-c KEY=VALUE`
---@field default? string what an empty answer means
---@field check? fun(answer: string): any something true for a good answer; `false, reason` for another

---@class prompt.Choice
---@field key? string the key of the configuration that answers beforehand: `-c KEY=VALUE`
---@field default? string what an empty answer means

---@class prompt.Secret
---@field env? string the environment variable that answers beforehand

--- The answer that was given before the question, or nil.
local function given(options)
	local config = host.options.config
	local value = options.key and type(config) == "table" and config[options.key]
	return value and tostring(value) or nil
end

local function no_answer(question, options, what)
	local hint = options.key and ("answer with -c %s=VALUE"):format(options.key)
		or "give the question a key, so that -c KEY=VALUE answers it"
	if options.default ~= nil then
		hint = hint .. (', or take "%s" with --yes'):format(options.default)
	end
	errors.raise {
		summary = "An answer is needed",
		what = ("%s: %s"):format(what, question),
		hints = { hint },
		at = host.where(),
		exit = "approval",
	}
end

--- Asks until the answer is good. `judge(answer)` gives the result, or nil and a reason.
local function ask(question, options, judge)
	local answer = given(options)
	if answer then
		local result, reason = judge(answer)
		if result == nil then
			errors.raise {
				summary = "Wrong answer",
				what = ("-c %s=%s: %s"):format(options.key, answer, reason),
				at = host.where(),
				exit = "usage",
			}
		end
		return result
	end
	if options.default ~= nil and (host.options.yes or host.options["local"]) then
		return options.default
	end
	if not ui.interactive then
		no_answer(question, options, "there is no terminal to ask")
	end
	local shown = options.default and ("%s [%s]"):format(question, options.default) or question
	for _ = 1, TRIES do
		local typed = ui.ask(shown)
		if typed == nil then
			break
		end
		typed = typed:match "^%s*(.-)%s*$"
		if typed == "" and options.default ~= nil then
			return options.default
		end
		local result, reason = judge(typed)
		if result ~= nil then
			return result
		end
		ui.err(reason)
	end
	no_answer(question, options, "no answer was given")
end

--- Asks for yes or no; no is what an empty answer means, another word and the end of the input. Fails
--- where there is no terminal to ask, and by Ctrl-C.
---@param question string `[y/N]` is put behind it
---@return boolean # true only for y or yes
function prompt.confirm(question)
	check.type(question, "string", "prompt.confirm's question")
	return ui.confirm(question)
end

--- Asks for a line of text, anew while the answer is not good, five times at most. Fails where there is
--- no terminal and no answer beforehand, where none is good, and by Ctrl-C.
---@param question string the default is put behind it
---@param options? prompt.Text
---@return string # without blanks at its ends
function prompt.text(question, options)
	check.type(question, "string", "prompt.text's question")
	options = check.table(
		options or {},
		{ key = "string?", default = "string?", check = "callable?" },
		"prompt.text"
	)
	if options.default ~= nil and options.check and not options.check(options.default) then
		check.fail("prompt.text.default is not good by prompt.text.check", "default")
	end
	return ask(question, options, function(answer)
		if answer == "" then
			return nil, "an answer is needed"
		elseif options.check then
			local good, reason = options.check(answer)
			if not good then
				return nil, type(reason) == "string" and reason or "that is not possible here"
			end
		end
		return answer
	end)
end

--- Asks for one of several words, by its name or its number. Fails as `prompt.text` does.
---@param question string shown below the choices
---@param choices string[] at least one
---@param options? prompt.Choice
---@return string # one of the choices
function prompt.choose(question, choices, options)
	check.type(question, "string", "prompt.choose's question")
	check.type(choices, "list", "prompt.choose's choices")
	options = check.table(options or {}, { key = "string?", default = "string?" }, "prompt.choose")
	if #choices == 0 then
		check.fail "prompt.choose needs choices"
	end
	local known = {}
	for _, choice in ipairs(choices) do
		known[check.type(choice, "string", "a choice")] = true
	end
	if options.default ~= nil then
		check.one_of(options.default, choices, "prompt.choose.default")
	end
	if ui.interactive and not given(options) then
		for index, choice in ipairs(choices) do
			ui.err(("  %d  %s"):format(index, choice))
		end
	end
	return ask(question, options, function(answer)
		-- A name counts before a number: a choice may be called "2".
		local choice = known[answer] and answer or choices[math.tointeger(tonumber(answer)) or 0]
		if choice then
			return choice
		end
		local near = suggest.did_you_mean(answer, choices)
		local reason = near or "choose one of " .. table.concat(choices, ", ")
		return nil, ('"%s" is not there. %s'):format(answer, reason)
	end)
end

--- Asks for a text of which only stars are shown while it is typed. Fails where there is no terminal and
--- no variable, where nothing is typed, and by Ctrl-C.
---@param question string without a blank at its end
---@param options? prompt.Secret
---@return secret.Secret # see `secret`
function prompt.secret(question, options)
	check.type(question, "string", "prompt.secret's question")
	return secret.prompt(question, options --[[@as secret.PromptOptions?]])
end

return prompt
