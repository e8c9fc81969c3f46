--- Approvals: a question before changes, a typed name before data is lost.

local aws = require "aws"
local errors = require "errors"
local host = require "host"
local report = require "report"
local suggest = require "suggest"
local ui = require "ui"

local approval = {}

--- What can be lost or spoilt, as `--allow` names it.
local NAMES = { "destroy", "reload", "replace", "twice" }

--- Refuses a `--allow` that allows nothing: nobody learns of it otherwise.
function approval.check()
	for _, allowed in ipairs(host.options.allow or {}) do
		local found = false
		for _, name in ipairs(NAMES) do
			found = found or name == allowed
		end
		if not found then
			errors.raise {
				summary = "Unknown approval",
				what = ("--allow %s allows nothing; there are %s"):format(
					allowed,
					report.list(NAMES)
				),
				hints = { suggest.did_you_mean(allowed, NAMES) },
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

--- Asks before a change. `--yes` answers for scripts; on the local AWS nothing is at stake.
---@param m migration.Migration
---@param question string
---@param verb? string what continues
function approval.change(m, question, verb)
	if host.options.yes or aws.is_local or host.options.dry_run then
		return
	end
	if not ui.interactive then
		errors.raise {
			summary = "Approval needed",
			what = question,
			why = "there is no terminal to ask at, and --yes was not given; nothing was changed",
			hints = { { "To approve beforehand:", command = m:command(verb) .. " --yes" } },
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
---@param name string the name in `--allow NAME`
---@param verb? string the verb that continues, where it is called otherwise
function approval.loss(m, what, name, verb)
	if approval.allowed(name) then
		return
	end
	local lost = report.list(what, 10)
	if not ui.interactive then
		errors.raise {
			summary = "Approval needed",
			what = ("this loses %s"):format(lost),
			why = "there is no terminal to type the stack's name at; --yes does not cover losing data; nothing was changed",
			hints = {
				{
					"To approve beforehand:",
					command = ("%s --allow %s"):format(m:command(verb or name), name),
				},
			},
			at = false,
			exit = "approval",
		}
	end
	local question = ("This loses %s. Type %q to go on"):format(lost, m.name)
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
