--- Approvals: a question before changes, a typed name before data is lost.

local aws = require "aws"
local errors = require "errors"
local host = require "host"
local report = require "report"
local suggest = require "suggest"
local ui = require "ui"

local approval = {}

--- What `--allow` names: first what loses or spoils data, which nothing else allows; then what is
--- asked about, and `--yes` answers as well.
---@type string[]
local DATA = { "destroy", "replace", "reload", "twice", "position" }
---@type string[]
local RISKS = { "stop", "iam", "network", "public", "encryption", "forget", "password" }

--- Refuses a `--allow` that allows nothing: nobody learns of it otherwise.
function approval.check()
	local names = table.move(RISKS, 1, #RISKS, #DATA + 1, table.move(DATA, 1, #DATA, 1, {}))
	for _, allowed in ipairs(host.options.allow or {}) do
		local found = false
		for _, name in ipairs(names) do
			found = found or name == allowed
		end
		if not found then
			errors.raise {
				summary = "Unknown approval",
				what = ("--allow %s allows nothing; there are %s"):format(
					allowed,
					report.list(names, #names)
				),
				hints = { suggest.did_you_mean(allowed, names) },
				at = false,
				exit = "usage",
			}
		end
	end
end

--- Whether `--allow NAME` was given.
---@param name string
---@return boolean
function approval.allowed(name)
	for _, allowed in ipairs(host.options.allow or {}) do
		if allowed == name then
			return true
		end
	end
	return false
end

--- Those of the classes that `--allow` does not name, sorted.
local function not_allowed(classes)
	local list = {}
	for _, name in ipairs(report.keys(classes)) do
		if not approval.allowed(name) then
			list[#list + 1] = name
		end
	end
	return list
end

--- Whether a change is to be asked about: `--require-approval` says what is, all of it unless told
--- otherwise. On the local AWS nothing is at stake; it asks where the option asks for it.
local function wanted(classes)
	---@type string?
	local given = host.options.require_approval
	if host.options.yes or host.options.dry_run or given == "never" then
		return false
	elseif given == "risky" then
		return #not_allowed(classes) > 0
	end
	return given ~= nil or not aws.is_local
end

--- Asks before a change. `--yes` answers for scripts.
---@param m migration.Migration
---@param question string
---@param verb? string what continues
---@param classes? table<string, boolean> what is risky about it, as `--allow` names it
function approval.change(m, question, verb, classes)
	classes = classes or {}
	if not wanted(classes) then
		return
	end
	if not ui.interactive then
		---@type table[]
		local hints = { { "To approve beforehand:", command = m:command(verb) .. " --yes" } }
		local open = not_allowed(classes)
		if host.options.require_approval == "risky" and #open > 0 then
			hints[2] = {
				"To approve this and nothing else that is risky:",
				command = ("%s --require-approval risky --allow %s"):format(
					m:command(verb),
					table.concat(open, ",")
				),
			}
		end
		errors.raise {
			summary = "Approval needed",
			what = question,
			why = "there is no terminal to ask at, and --yes was not given; nothing was changed",
			hints = hints,
			at = false,
			exit = "approval",
		}
	end
	if not ui.confirm(question) then
		errors.raise {
			summary = "Not approved",
			what = "nothing was changed",
			at = false,
			exit = "approval",
		}
	end
end

--- Asks for the stack's name to be typed before something is lost. `--yes` does not cover it, and
--- it is asked on the local AWS as well, so that a rehearsal rehearses it.
---@param m migration.Migration
---@param what string[] what is lost, in lines
---@param names string|string[] the names in `--allow`: all of them are needed
---@param verb? string the verb that continues, where it is called otherwise
---@param instead? table[] hints: how to go on without losing it
function approval.loss(m, what, names, verb, instead)
	if type(names) == "string" then
		names = { names }
	end
	---@cast names string[]
	local set = {}
	for _, name in ipairs(names) do
		set[name] = true
	end
	local open = not_allowed(set)
	if #open == 0 then
		return
	end
	local lost, hints = report.list(what, 10), table.move(instead or {}, 1, #(instead or {}), 1, {})
	-- A start at the wrong place loses some changes and repeats others.
	local says = (open[1] == "position" and "start is not safe: " or "loses ") .. lost
	if not ui.interactive then
		hints[#hints + 1] = {
			#hints > 0 and "To approve it as it is:" or "To approve beforehand:",
			-- With a command line of its own, all of it: what it allows already as well.
			command = m.line and m:again(table.unpack(report.keys(set)))
				or ("%s --allow %s"):format(
					m:command(verb or names[1]),
					table.concat(report.keys(set), ",")
				),
		}
		errors.raise {
			summary = "Approval needed",
			what = ("this %s"):format(says),
			why = "there is no terminal to type the stack's name at; --yes does not cover losing data; nothing was changed",
			hints = hints,
			at = false,
			exit = "approval",
		}
	end
	for _, hint in ipairs(hints) do
		ui.err(("%s %s"):format(hint[1], hint.command or ""))
	end
	local question = ("This %s. Type %q to go on"):format(says, m.name)
	if not ui.type_name(question, m.name) then
		errors.raise {
			summary = "Not approved",
			what = "the name was not typed; nothing was changed",
			at = false,
			exit = "approval",
		}
	end
end

return approval
