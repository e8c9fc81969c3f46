--- The verbs of a script that declares a stack of its own: `s:main(arg)` at its end makes it a
--- command, as `m:main(arg)` does for a migration.

local approval = require "migration.approval"
local aws = require "aws"
local config = require "config"
local deployment = require "migration.deployment"
local errors = require "errors"
local header = require "migration.header"
local host = require "host"
local json = require "json"
local outputs = require "migration.outputs"
local planning = require "stack.plan"
local report = require "report"
local say = require "migration.say"
local ui = require "ui"

local main = {}

---@class stack.Main
---@field name string
---@field place? host.Place
---@field options table
---@field config table
---@field tasks table
---@field verb? string
---@field of stack.Stack
local Main = {}
Main.__index = Main

--- In the order of help.
local VERBS = { "plan", "deploy", "drift", "status", "outputs", "forget", "destroy", "help" }

--- The stack itself.
---@return stack.Stack
function Main:stack()
	return self.of
end

--- Whether two tasks carry the same tables; in a stack of its own the script answers for that.
---@return boolean
---@diagnostic disable-next-line: unused -- a migration of its own asks its tasks
function Main:share_tables()
	return false
end

--- The command line that runs a verb of this script.
---@param verb? string
---@return string
---@diagnostic disable-next-line: unused
function Main:command(verb)
	local words, o = { "dmsrun" }, host.options
	if aws.is_local then
		local elsewhere = (o.local_dir or "") ~= "" and o.local_dir ~= ".dmsrun/local"
		words[#words + 1] = elsewhere and ("--local=" .. o.local_dir) or "--local"
	end
	for _, option in ipairs { "profile", "region", "endpoint_url" } do
		if o[option] then
			words[#words + 1] = ("--%s %s"):format(option:gsub("_", "-"), o[option])
		end
	end
	words[#words + 1] = host.script or "-"
	if verb and verb ~= "" then
		words[#words + 1] = (verb:gsub("%s+$", ""))
	end
	for _, pair in ipairs(config.overrides()) do
		words[#words + 1] = "-c " .. pair
	end
	return table.concat(words, " ")
end

--- What the verbs of a migration look for in its configuration; here the script says everything.
local NO_CONFIG = {}

--- Where a value came from.
---@diagnostic disable-next-line: unused
function NO_CONFIG.origin()
	return "the script", nil
end

--- What the verbs of a migration take for one.
---@return any
local function make(stack)
	return setmetatable({
		name = stack.name,
		place = stack.at,
		options = {},
		config = NO_CONFIG,
		tasks = {},
		of = stack,
	}, Main)
end

---@type table<string, fun(m: any, command?: table)>, table<string, string>
local RUN, SUMMARY = {}, {}

SUMMARY.plan = "what a deploy would do; changes nothing"
function RUN.plan(m)
	local plan = deployment.plan(m)
	if say.json() then
		ui.json(plan:json())
	else
		deployment.show(plan)
	end
	if host.options.out then
		plan:save(host.options.out)
		local command = m:command("deploy --plan " .. host.options.out)
		say.label("Saved", ("%s; carry it out with: %s"):format(host.options.out, command))
	end
	if host.options.detailed_exitcode and plan.has_changes then
		host.exit(2)
	end
end

SUMMARY.deploy = "plan, ask, apply"
function RUN.deploy(m)
	deployment.deploy(m)
	RUN.outputs(m)
end

SUMMARY.drift = "what changed behind our back since the last deploy"
function RUN.drift(m)
	require("migration.verbs.drift").run(m --[[@as any]])
end

SUMMARY.status = "what is there, and its state"
function RUN.status(m)
	local rows, data = {}, {}
	for _, one in ipairs(m:stack():live()) do
		local name = one.outputs and one.outputs.name or one.physical
		rows[#rows + 1] = { one.kind, one.id, tostring(name), one.state or "–" }
		data[#data + 1] = {
			kind = one.kind,
			id = one.id,
			physical = one.physical,
			name = tostring(name),
			state = one.state,
		}
	end
	if say.json() then
		ui.json { stack = m.name, resources = json.array(data) }
	elseif #rows == 0 then
		say.line(("%s is not deployed: %s"):format(m.name, m:command "deploy"))
	else
		say.table({ "kind", "id", "name", "state" }, rows)
	end
end

SUMMARY.outputs = "names and ids for other tools"
function RUN.outputs(m)
	local values = outputs.read(m)
	if say.json() then
		ui.json(values)
	elseif next(values) then
		outputs.show(m, values)
	elseif m.verb == "outputs" then
		say.line(
			#m:stack():output_names() == 0
					and "The script declares no outputs: s:output(name, value)"
				or ("%s is not deployed: %s"):format(m.name, m:command "deploy")
		)
	end
end

SUMMARY.forget = "let resources go: take the stack's tags off, delete nothing"
function RUN.forget(m, command)
	require("migration.verbs.forget").run(m --[[@as any]], command)
end

SUMMARY.destroy = "delete the stack and prove that nothing is left"
function RUN.destroy(m)
	local proof = deployment.destroy(m)
	if proof and say.json() then
		ui.json { stack = m.name, kinds = proof.kinds, shared = json.array(proof.shared) }
	end
end

SUMMARY.help = "this list"
function RUN.help(m)
	ui.out(("%s: a stack. Usage: %s [VERB] [OPTIONS]"):format(m.name, m:command()))
	ui.out ""
	ui.out "Without a verb: plan."
	ui.out ""
	for _, name in ipairs(VERBS) do
		ui.out(("  %-10s %s"):format(name, SUMMARY[name]))
	end
	ui.out ""
	ui.out "Options: --json  --yes  --allow destroy|replace  --detailed-exitcode  --out FILE  --plan FILE"
end

local function check_words(m, verb, words)
	if words[1] then
		errors.raise {
			summary = "Unexpected word",
			what = ("%s takes nothing behind it; %q is one too many"):format(verb, words[1]),
			hints = { { "Without it:", command = m:command(verb) } },
			at = false,
			exit = "usage",
		}
	end
end

--- While somebody collects, the stacks that scripts would run.
---@type stack.Stack[]?
local collected

--- Runs a function in which stacks carry out no verb: they are handed over instead.
---@param run fun()
---@return stack.Stack[]
function main.collect(run)
	local before = collected
	collected = {}
	local ok, problem = errors.capture(run)
	local found = collected
	collected = before
	if not ok then
		error(problem, 0)
	end
	return found
end

--- Carries out the verb of a command line.
---@param stack stack.Stack
---@param arg? string[] the script's arguments
function main.run(stack, arg)
	if collected then
		collected[#collected + 1] = stack
		return
	end
	-- Waits ask for themselves whether somebody wants them to end, and finish what they began.
	local _ <close> = host.graceful and host.graceful()
	if host.checking() then
		planning.validate(stack)
		return
	end
	local m = make(stack)
	local command = host.command_line(arg or {}, VERBS)
	for name, value in pairs(command.options or {}) do
		host.options[name] = value
	end
	approval.check()
	local verb = command.verb or "plan"
	m.verb = verb
	if verb ~= "forget" then
		check_words(m, verb, command.rest or {})
	end
	if verb == "plan" or verb == "deploy" or verb == "status" or verb == "destroy" then
		header.show(m)
	end
	RUN[verb](m, command)
	if not command.verb and not say.json() then
		say.line(
			("Verbs:   %s %s"):format(m:command(), report.list(VERBS, #VERBS):gsub(" and ", ", "))
		)
	end
end

return main
