--- A stack: a named set of resources, declared here and made so in AWS.
---
---     local stack = require "stack"
---     local s = stack.new("example", { kinds = { "ec2.vpc", "ec2.subnet" } })
---     local vpc = s:add("ec2.vpc", "main", { cidr_block = "10.0.0.0/16" })
---     s:add("ec2.subnet", "a", { vpc_id = vpc.vpc_id, cidr_block = "10.0.0.0/24" })
---     s:output("VpcId", vpc.vpc_id)
---     local plan = s:plan()
---     plan.has_changes                --> true
---     s:apply(plan)
---     s:plan().has_changes            --> false
---     s:apply(s:destroy())
---
--- AWS is the state: what belongs to a stack carries its tags. Removing a resource from the script
--- deletes it with the next deploy.

local aws = require "aws"
local baseline = require "stack.baseline"
local confirm = require "stack.confirm"
local context = require "stack.context"
local deploy = require "stack.deploy"
local discover = require "stack.discover"
local engine = require "engine"
local errors = require "errors"
local handles = require "stack.handles"
local host = require "host"
local kind = require "kind"
local lock = require "stack.lock"
local locks = require "stack.locks"
local planning = require "stack.plan"
local proof = require "stack.proof"
local report = require "report"
local suggest = require "suggest"
local suggesting = require "suggesting"
local time = require "time"

local stack = {}

---@class stack.Options
---@field account? string the account it belongs to; any other is refused
---@field region? string the region it belongs to; any other is refused
---@field owner? string who runs it; another owner's stack is refused
---@field tags? table<string, string> tags for everything in it
---@field kinds? string[] the kinds to look at; all when left out
---@field wait? boolean false: what DMS has accepted counts as done, its state is not waited for

---@class stack.ResourceOptions
---@field depends_on? any[] resources, or "kind/id", to wait for beside the references
---@field replace_with? any[] resources that it is replaced together with
---@field protect? boolean refuse to delete it
---@field retain? boolean leave it behind when it is no longer declared
---@field ignore_changes? string[] properties whose changes are left alone
---@field timeouts? { create?: number|string, update?: number|string, delete?: number|string } how long an operation may take, such as "90m"
---@field at? table `{ file =, line =, word = }` where it is written, unless here
---@field origin? fun(property: string): string?, table? where a property's value came from

---@class stack.Stack
---@field name string
---@field options stack.Options
---@field declared table[] what the script declares, in its order
---@field outputs_declared { name: string, value: any }[]
---@field at? host.Place where the script makes it
---@field current? stack.Plan what was planned last, until something changes what is live
---@field seen? stack.Live[] what was seen last, until then
local Stack = {}
Stack.__index = Stack

local OPTIONS = {
	account = "string",
	region = "string",
	owner = "string",
	tags = "table",
	kinds = "table",
	wait = "boolean",
}

local RESOURCE_OPTIONS = {
	depends_on = "table",
	replace_with = "table",
	protect = "boolean",
	retain = "boolean",
	ignore_changes = "table",
	timeouts = "table",
	at = "table",
	origin = "function",
}

local function misuse(what, hint, at)
	errors.raise {
		summary = "Stack is not well declared",
		what = what,
		hints = hint and { hint } or nil,
		at = at,
	}
end

local function check_options(owner, given, known)
	for _, key in ipairs(report.keys(given)) do
		if not known[key] then
			local near = suggest.did_you_mean(tostring(key), report.keys(known))
			misuse(("%s has no option %q"):format(owner, tostring(key)), near)
		elseif type(given[key]) ~= known[key] then
			misuse(("%s: %s must be a %s"):format(owner, key, known[key]))
		end
	end
end

--- A stack without resources. Nothing is asked of AWS yet.
---@param name string
---@param options? stack.Options
---@return stack.Stack
function stack.new(name, options)
	if type(name) ~= "string" or not name:match "^%a[%w%-]*$" or #name > 60 then
		misuse(
			("%q can't be a stack's name"):format(tostring(name)),
			"a letter first, then letters, digits and hyphens, at most 60"
		)
	end
	options = options or {}
	check_options("stack.new", options, OPTIONS)
	if (options.account or options.region) and not host.checking() then
		aws.expect { account = options.account, region = options.region }
	end
	return setmetatable({
		name = name,
		options = options,
		declared = {},
		outputs_declared = {},
		at = host.where(),
	}, Stack)
end

--- The operations that a time can be given for, in seconds.
local function timeouts_of(owner, given, at)
	local limits = {}
	for _, name in ipairs(report.keys(given or {})) do
		if name ~= "create" and name ~= "update" and name ~= "delete" then
			local near = suggest.did_you_mean(tostring(name), { "create", "update", "delete" })
			misuse(
				("%s has no operation %q to give a time for"):format(owner, tostring(name)),
				near,
				at
			)
		end
		local ok, seconds = pcall(time.seconds, given[name])
		if not ok or seconds <= 0 then
			misuse(
				("%s: timeouts.%s must be a duration above 0, got %s"):format(
					owner,
					name,
					tostring(given[name])
				),
				'a number of seconds, or a text such as "90m"',
				at
			)
		end
		limits[name] = seconds
	end
	return limits
end

--- A misspelt property would be changed all the same.
local function check_ignored(definition, id, names, at)
	for _, name in ipairs(names or {}) do
		if definition.properties[name] == nil then
			---@type string
			local first = tostring(name):match "^[%w_]*" or ""
			misuse(
				("%s %q: ignore_changes names %q, and %s has no such property"):format(
					definition.name,
					id,
					tostring(name),
					definition.name
				),
				definition.properties[first]
						and ("a property is left alone as a whole: %q"):format(first)
					or suggest.did_you_mean(first, report.keys(definition.properties)),
				at
			)
		end
	end
end

--- Declares a resource. Its outputs are read from the handle: `vpc.vpc_id`.
---@param kind_name string such as "ec2.vpc"
---@param id string what the script calls it
---@param properties table
---@param options? stack.ResourceOptions
---@return table handle
function Stack:add(kind_name, id, properties, options)
	options = options or {}
	local at = options.at or host.where()
	local definition = kind.get(kind_name, at)
	if type(id) ~= "string" or not id:match "^%w[%w%-_%.]*$" or #id > 80 then
		misuse(
			("%q can't be the id of a resource"):format(tostring(id)),
			"letters, digits, hyphens, dots and underscores, a letter or digit first",
			at
		)
	end
	if type(properties) ~= "table" then
		misuse(("%s %q needs a table of properties"):format(kind_name, id), nil, at)
	end
	check_options(("%s %q"):format(kind_name, id), options, RESOURCE_OPTIONS)
	check_ignored(definition, id, options.ignore_changes, at)
	local depends_on = {}
	for index, one in ipairs(options.depends_on or {}) do
		depends_on[index] = handles.name_of(one)
	end
	local replace_with = {}
	for index, one in ipairs(options.replace_with or {}) do
		replace_with[index] = handles.name_of(one)
	end
	local declared = {
		kind = definition.name,
		id = id,
		properties = engine.copy(properties, ("%s %q"):format(kind_name, id)),
		depends_on = depends_on,
		replace_with = replace_with,
		protect = options.protect,
		retain = options.retain,
		ignore_changes = options.ignore_changes,
		timeouts = timeouts_of(("%s %q"):format(kind_name, id), options.timeouts, at),
		origin = options.origin,
		at = at,
	}
	self.declared[#self.declared + 1] = declared
	self:changed()
	return handles.new(declared)
end

--- Declares an output of the whole stack.
---@param name string
---@param value any a reference, or anything with references inside
function Stack:output(name, value)
	local list = self.outputs_declared
	list[#list + 1] = { name = name, value = engine.copy(value, name) }
end

--- Who and where we are, checked against what the stack states.
---@return aws.Identity identity
function Stack:identity()
	if not self.who then
		self.who = aws.whoami()
	end
	return self.who
end

--- Whether there is a kind of this name among those that the stack looks at.
---@param name string
---@return boolean
function Stack:knows(name)
	for _, one in ipairs(self:kinds()) do
		if one.name == name then
			return true
		end
	end
	return false
end

--- The first resource of a kind that is declared; nil where there is none.
---@param name string
---@return table?
function Stack:declares(name)
	for _, declared in ipairs(self.declared) do
		if declared.kind == name then
			return declared
		end
	end
end

--- The kinds that the stack looks at: those that it names, or all; and those that it declares.
---@return kind.Kind[]
function Stack:kinds()
	local list, seen = {}, {}
	local function take(name)
		if not seen[name] then
			seen[name] = true
			list[#list + 1] = kind.get(name, self.at)
		end
	end
	for _, name in ipairs(self.options.kinds or kind.all()) do
		take(name)
	end
	for _, declared in ipairs(self.declared) do
		take(declared.kind)
	end
	return list
end

--- What has to be done to make AWS as declared.
---@param options? { destroy?: boolean } with `destroy`, the plan of nothing declared
---@return stack.Plan
function Stack:plan(options)
	options = options or {}
	local plan = planning.make(self, options.destroy or false)
	self.current, self.seen = plan, plan.live
	return plan
end

--- The plan of an empty declaration: everything goes but what is retained or shared.
---@return stack.Plan
function Stack:destroy()
	return self:plan { destroy = true }
end

--- Carries a plan out under the stack's lock, once what it changes was looked at again.
local function locked(self, plan, options)
	if not plan.has_changes or host.options.dry_run then
		lock.tidy(self)
		return deploy.run(self, plan, options)
	end
	-- What is in flight when somebody presses Ctrl-C is finished, and the lock taken away.
	local _ <close> = host.graceful and host.graceful()
	local _guard <close> = lock.take(self, plan.destroy and "destroy" or "deploy", options.command)
	confirm.plan(plan, options.command)
	return deploy.run(self, plan, options)
end

--- Carries a plan out. Gives what became of it; raises where something failed or was interrupted,
--- with the command that continues.
---@param plan stack.Plan
---@param options? { limit?: integer, label?: string, command?: string, timing?: fun(timing: stack.Timing) }
---@return stack.Result
function Stack:apply(plan, options)
	options = options or {}
	if type(plan) ~= "table" or not plan.steps then
		error(("apply takes a plan, got %s: s:apply(s:plan())"):format(type(plan)), 2)
	end
	plan:check()
	deploy.check(self, plan)
	baseline.unchanged(plan)
	local result = locked(self, plan, options)
	self:changed()
	if plan.destroy and not result.dry_run then
		result.proof = self:prove()
	end
	return result
end

--- Takes the stack's lock for several changes in a row, until the end of the block:
--- `local _ <close> = s:lock "the move"`. Nobody else changes the stack meanwhile; `apply` takes it by
--- itself. Raises where another run has it, with who that is and since when.
---@param doing string what for, in a word or two: others are told
---@param command? string the command line that is run again, for messages
---@return stack.Guard guard
function Stack:lock(doing, command)
	return lock.take(self, doing, command)
end

--- Takes away what a run of this folder left of its lock when it was cut off. Asks AWS nothing where
--- there was no such run.
function Stack:tidy()
	lock.tidy(self)
end

--- What changed behind our back since the last deploy left it, apart from what the script changed;
--- changes nothing.
---@return stack.Drift
function Stack:drift()
	return require("stack.drift").of(self)
end

--- Carries out the verb of a command line: `s:main(arg)` at the end of a script makes it a command
--- with plan, deploy, drift, status, outputs and destroy.
---@param arg? string[] the script's arguments
function Stack:main(arg)
	require("stack.main").run(self, arg)
end

--- What is live of the stack, by kind and id: whoever looks, or stops a task, may do so whatever a plan
--- would be refused for.
---@return stack.Live[]
function Stack:live()
	self.seen = self.seen or planning.live(self)
	return self.seen
end

--- Takes what is known of the world for out of date.
function Stack:changed()
	self.current, self.seen = nil, nil
end

--- One live resource; nil where it does not exist.
---@param kind_name string
---@param id string
---@return stack.Live?
function Stack:find(kind_name, id)
	for _, live in ipairs(self:live()) do
		if live.kind == kind_name and live.id == id then
			return live
		end
	end
end

--- The outputs of everything live, by "kind/id".
---@return table<string, table>
function Stack:live_outputs()
	local outputs = {}
	for _, live in ipairs(self:live()) do
		outputs[live.kind .. "/" .. live.id] = live.outputs
	end
	return outputs
end

--- The plan that was made last, or a new one: what is known of the world.
---@return stack.Plan
function Stack:known()
	if not self.current then
		self:plan()
	end
	return self.current --[[@as stack.Plan]]
end

--- The outputs that are known, by name: from what is live, with or without an apply before.
---@return table<string, any>
function Stack:outputs()
	local known, values = self:known(), {}
	for _, output in ipairs(self.outputs_declared) do
		local value, is_known = engine.value(known.handle, output.value)
		if is_known then
			values[output.name] = value
		end
	end
	return values
end

--- The names of the outputs, in the order in which they are declared.
---@return string[]
function Stack:output_names()
	local names = {}
	for index, output in ipairs(self.outputs_declared) do
		names[index] = output.name
	end
	return names
end

--- Looks again, kind by kind, and says what is left: the proof at the end of a destroy.
---@return stack.Proof
function Stack:prove()
	local kinds = self:kinds()
	local live, unseen = discover.live(self, kinds, context.shared())
	local made = proof.of(self, kinds, live, unseen)
	made.locks = lock.left(self)
	for _, one in ipairs(made.locks) do
		made.summary = ("%s; the lock %s of %s is there"):format(
			made.summary,
			one.name,
			locks.who(one)
		)
	end
	---@diagnostic disable-next-line: return-type-mismatch -- the proof has them
	return made
end

--- Whether a value is a stack, for functions that take one.
---@param value any
---@return boolean
function stack.is(value)
	return getmetatable(value) == Stack
end

suggesting.class(Stack, "a stack", { optional = { "current", "seen", "who" } })

return suggesting.class(stack, "the module stack")
