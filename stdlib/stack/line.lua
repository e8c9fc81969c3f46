--- The command line of a script with verbs: read once and checked, and written again for messages, so
--- that what a hint gives to be pasted does what this run was to do, and nothing else.

local aws = require "aws"
local config = require "config"
local errors = require "errors"
local host = require "host"
local report = require "report"
local ui = require "ui"

local line = {}

---@class stack.Line: host.Line
---@field verb? string
---@field rest string[] the words behind the verb
---@field options host.Options

---@class stack.Verb
---@field summary string what it does, in a line
---@field usage? string its arguments
---@field takes? string[] the options of a verb line that it uses; any other is refused
---@field words? integer how many words it takes; told from its usage unless given
---@field run fun(m: any, command: stack.Line)

--- The options that belong to a verb, and what each is called. One that its verb does not use would be
--- passed over, and somebody believes that it was not.
local OPTIONS = {
	plan = "a saved plan",
	out = "a file to save a plan in",
	from = "a position to start from",
	task = "a task by --task",
	follow = "a log to follow",
	filter = "a text to look for",
	since = "a number of minutes",
	timing = "a time to show",
}

--- Those that are said again, in this order: the others change nothing but what is shown.
local SAID_AGAIN = { "from", "plan", "out" }

--- The words that a command line of this run begins with: the program, and where it works.
---@return string[]
function line.program()
	local words, o = { "dmsrun" }, host.options
	if aws.is_local then
		local elsewhere = (o.local_dir or "") ~= "" and o.local_dir ~= ".dmsrun/local"
		words[1] = elsewhere and ("dmsrun " .. report.word("--local=" .. o.local_dir))
			or "dmsrun --local"
	end
	for _, option in ipairs { "profile", "region", "endpoint_url" } do
		if o[option] then
			words[#words + 1] = ("--%s %s"):format(
				option:gsub("_", "-"),
				report.word(tostring(o[option]))
			)
		end
	end
	return words
end

--- A command line of this script: what is to be said behind its name, as it is to be typed.
---@param said? string
---@return string
function line.command(said)
	local words = line.program()
	words[#words + 1] = host.script and report.word(host.script) or "-"
	if said and said ~= "" then
		words[#words + 1] = (said:gsub("%s+$", ""))
	end
	for _, pair in ipairs(config.overrides()) do
		words[#words + 1] = "-c " .. pair
	end
	return table.concat(words, " ")
end

--- What this run was told behind the script's name, whole: verb, words, the options that say what is
--- done, and what is allowed. Answers such as `--yes` are given anew.
---@param read? stack.Line nil where nothing was read
---@param allow? string[] to be allowed beside what is
---@return string
function line.said(read, allow)
	local words = {}
	if read then
		words[1] = read.verb
		for _, word in ipairs(read.rest) do
			words[#words + 1] = report.word(word)
		end
		for _, name in ipairs(SAID_AGAIN) do
			if read.options[name] then
				words[#words + 1] = ("--%s %s"):format(name, report.word(read.options[name]))
			end
		end
	end
	local names, seen = {}, {}
	for _, list in ipairs { allow or {}, read and host.options.allow or {} } do
		for _, name in ipairs(list) do
			if not seen[name] then
				seen[name] = true
				names[#names + 1] = name
			end
		end
	end
	if #names > 0 then
		words[#words + 1] = "--allow " .. table.concat(names, ",")
	end
	return table.concat(words, " ")
end

local function misuse(what)
	errors.raise {
		summary = "Wrong argument",
		what = "main " .. what,
		why = "nothing was done",
		hints = { "end the script with :main(arg), where `arg` is the table of its arguments" },
		at = host.where(),
		exit = "usage",
	}
end

--- The script's own arguments, where none are handed over.
local function words_of(arg)
	if arg == nil then
		-- selene: allow(global_usage) -- there may be none, and reading an undefined global raises
		arg = rawget(_G, "arg") or {}
	end
	if type(arg) ~= "table" then
		misuse(("takes the script's arguments as one table, got the %s %q"):format(type(arg), arg))
	end
	for index, word in ipairs(arg) do
		if type(word) ~= "string" and math.type(word) ~= "integer" then
			misuse(("takes a table of texts; its place %d holds a %s"):format(index, type(word)))
		end
	end
	return arg
end

--- Reads the command line. Its options become those of the host.
---@param arg? string[] the script's arguments; its own `arg` where left out
---@param names string[] the verbs that there are
---@return stack.Line
function line.read(arg, names)
	local command = host.command_line(words_of(arg), names)
	command.rest = command.rest or {}
	---@cast command stack.Line
	return command
end

--- How many words a verb takes.
local function most_of(verb)
	local usage = verb.usage or ""
	return verb.words
		or (usage:find("…", 1, true) and math.huge)
		or (usage:find("[TASK]", 1, true) and 1)
		or 0
end

local function refuse(summary, what, hints)
	errors.raise {
		summary = summary,
		what = what,
		why = "nothing was done",
		hints = hints,
		at = false,
		exit = "usage",
	}
end

--- Which verbs take an option.
local function takers(option, verbs)
	local found = {}
	for _, name in ipairs(report.keys(verbs)) do
		for _, taken in ipairs(verbs[name].takes or {}) do
			if taken == option and name ~= "" then
				found[#found + 1] = name
			end
		end
	end
	return found
end

local function check_options(m, command, name, verb, verbs)
	---@type table<string, boolean>
	local taken = {}
	for _, option in ipairs(verb.takes or {}) do
		taken[option] = true
	end
	for _, option in ipairs(report.keys(OPTIONS)) do
		local value = command.options[option]
		if value and not taken[option] then
			local hints = {}
			if option == "task" and most_of(verb) > 0 then
				local words = { name, table.unpack(command.rest) }
				words[#words + 1] = tostring(value)
				hints[1] = { "The task is a word:", command = m:command(table.concat(words, " ")) }
			else
				local who = takers(option, verbs)
				hints[1] = #who > 0 and ("--%s is for %s"):format(option, report.list(who)) or nil
			end
			local shown = value == true and "" or (" " .. report.word(tostring(value)))
			refuse(
				"Unexpected option",
				("%s takes no %s; --%s%s would be passed over"):format(
					name == "" and "a run without a verb" or name,
					OPTIONS[option]:gsub("^a ", ""),
					option,
					shown
				),
				hints
			)
		end
	end
end

local function check_words(m, command, name, verb)
	local most = most_of(verb)
	local extra = command.rest[most + 1]
	if extra then
		local kept = { name, table.unpack(command.rest, 1, most) }
		refuse(
			"Unexpected word",
			("%s takes %s; %q is one too many"):format(
				name,
				most == 1 and "one task" or "nothing behind it",
				extra
			),
			{ { "Without it:", command = m:command(table.concat(kept, " ")) } }
		)
	end
end

--- Refuses what a verb would pass over: `stats` takes one task, `outputs` nothing, and a saved plan is
--- carried out by `deploy` only.
---@param m any a migration, or what stands for one
---@param command stack.Line
---@param verbs table<string, stack.Verb> by name; `""` is a run without a verb
function line.check(m, command, verbs)
	local name = command.verb or ""
	local verb = verbs[name]
	if name ~= "help" then
		check_options(m, command, name, verb, verbs)
		check_words(m, command, name, verb)
	end
end

--- The column of the summaries, where the terminal has room for it.
local WIDTH = 42

--- Prints a text, broken where the terminal is too narrow for it.
---@param text string
function line.out(text)
	for _, part in ipairs(report.wrap(text, ui.width or 100)) do
		ui.out(part)
	end
end

--- Lists the verbs.
---@param names string[] the order of the list
---@param verbs table<string, stack.Verb>
function line.list(names, verbs)
	local room = ui.width or 100
	local column = room >= 2 * WIDTH and WIDTH or 4
	local blank = (" "):rep(column + 2)
	for _, name in ipairs(names) do
		local verb = verbs[name]
		local usage = verb.usage and (name .. " " .. verb.usage) or name
		local width = report.columns(usage)
		for index, part in ipairs(report.wrap(verb.summary, room - #blank)) do
			part = part:gsub("^ +", "")
			if index == 1 and width < column then
				ui.out("  " .. usage .. (" "):rep(column - width) .. part)
			else
				if index == 1 then
					line.out("  " .. usage)
				end
				ui.out(blank .. part)
			end
		end
	end
end

return line
