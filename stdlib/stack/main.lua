--- The verbs of a script that declares a stack of its own: `s:main(arg)` at its end makes it a
--- command, as `m:main(arg)` does for a migration.

local approval = require "migration.approval"
local deployment = require "migration.deployment"
local errors = require "errors"
local header = require "migration.header"
local holders = require "migration.holders"
local host = require "host"
local json = require "json"
local line = require "stack.line"
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
---@field line? stack.Line what this run was told
---@field verb? string
---@field of stack.Stack
local Main = {}
Main.__index = Main

--- In the order of help.
local NAMES =
	{ "plan", "deploy", "drift", "status", "outputs", "adopt", "forget", "destroy", "help" }

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
	return line.command(verb)
end

--- What this run was told behind the script's name, whole.
---@param ... string what is to be allowed beside what is
---@return string
function Main:said(...)
	return line.said(self.line, { ... })
end

--- The command line of this run, whole: what a hint gives to go on with.
---@param ... string what is to be allowed beside what is
---@return string
function Main:again(...)
	return line.command(self:said(...))
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

--- By name; `""` is a run without a verb.
---@type table<string, stack.Verb>
local VERBS = {}

local function outputs_of(m)
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

local function status(m)
	header.show(m)
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
	local locks = holders.read(m)
	if say.json() then
		ui.json { stack = m.name, resources = json.array(data), locks = holders.data(locks) }
		return
	end
	if #rows == 0 then
		say.line(("%s is not deployed: %s"):format(m.name, m:command "deploy"))
	else
		say.table({ "kind", "id", "name", "state" }, rows)
	end
	holders.show(locks)
end

local function help(m)
	line.out(("%s: a stack. Usage: %s [VERB] [OPTIONS]"):format(m.name, m:command()))
	line.out ""
	line.out "Without a verb: plan."
	line.out ""
	line.list(NAMES, VERBS)
	line.out ""
	line.out "Options: --json  --yes  --allow destroy|replace  --detailed-exitcode"
end

VERBS = {
	plan = {
		summary = "what a deploy would do; changes nothing",
		usage = "[--out FILE]",
		takes = { "out" },
		run = function(m)
			header.show(m)
			deployment.look(m)
		end,
	},
	deploy = {
		summary = "plan, ask, apply",
		usage = "[--plan FILE] [--timing]",
		takes = { "plan", "timing" },
		run = function(m)
			header.show(m)
			deployment.deploy(m)
			outputs_of(m)
		end,
	},
	drift = require "migration.verbs.drift",
	status = { summary = "what is there, and its state", run = status },
	outputs = { summary = "names and ids for other tools", run = outputs_of },
	adopt = require "migration.verbs.adopt",
	forget = require "migration.verbs.forget",
	destroy = {
		summary = "delete the stack and prove that nothing is left",
		usage = "[--timing]",
		takes = { "timing" },
		run = function(m)
			header.show(m)
			deployment.proved(m, deployment.destroy(m))
		end,
	},
	help = { summary = "this list", run = help },
}
VERBS[""] = VERBS.plan

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
	local command = line.read(arg, NAMES)
	line.check(m, command, VERBS)
	approval.check()
	m.line, m.verb = command, command.verb
	VERBS[command.verb or ""].run(m, command)
	if not command.verb and not say.json() then
		say.line(
			("Verbs:   %s %s"):format(m:command(), report.list(NAMES, #NAMES):gsub(" and ", ", "))
		)
	end
end

return main
