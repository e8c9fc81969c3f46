--- The levers of a spec: faults of its local AWS, the messages that were sent, and whole scripts run on
--- it as the command line runs them.

local errors = require "errors"
local host = require "host"
local invariants = require "spec.invariants"
local report = require "report"
local suggest = require "suggest"

local rehearsal = { faults = {} }

--- What the runner gives; nil where a module of specs is used elsewhere.
local bench

---@param given table?
function rehearsal.install(given)
	bench = given
	if bench then
		---@diagnostic disable-next-line: access-invisible -- they belong together
		invariants.install(bench)
	end
end

---@param name string
---@return table
local function lever(name)
	if not bench then
		errors.raise {
			summary = "There is no spec here",
			what = ("%s works in a spec that `dmsrun test` runs"):format(name),
			at = host.where(),
		}
	end
	return bench --[[@as table]]
end

local FAULT_KEYS = {
	nth = "number",
	from = "number",
	chance = "number",
	code = "string",
	message = "string",
	drop = "boolean",
	after = "boolean",
	offline = "boolean",
	delay = "number",
	jitter = "number",
	stale = "number",
	kill = "boolean",
	kill_after = "boolean",
}

--- The keys whose value is a number of seconds.
local SECONDS = { "delay", "jitter", "stale" }

local function check_keys(given)
	for _, key in ipairs(report.keys(given)) do
		local wanted = FAULT_KEYS[key]
		if not wanted or type(given[key]) ~= wanted then
			errors.raise {
				summary = "Wrong argument",
				what = wanted
						and ("a fault's %s is a %s, got a %s"):format(key, wanted, type(given[key]))
					or ("a fault has no option %q"):format(key),
				hints = { not wanted and suggest.did_you_mean(key, report.keys(FAULT_KEYS)) or nil },
				at = host.where(),
			}
		end
	end
end

--- The text of a fault, such as `dms:CreateEndpoint#2=ThrottlingException`.
local function text_of(call, what)
	local text = call:find(":", 1, true) and call or "dms:" .. call
	if what.nth then
		text = ("%s#%d"):format(text, what.nth)
	elseif what.from then
		text = ("%s#%d+"):format(text, what.from)
	elseif what.chance then
		text = ("%s%%%s"):format(text, what.chance)
	end
	if what.drop or what.offline then
		return text .. (what.drop and "=drop" or "=offline")
	elseif what.kill or what.kill_after then
		return text .. (what.kill and "=kill" or "=kill-after")
	end
	for _, key in ipairs(SECONDS) do
		if what[key] then
			return ("%s=%s %s"):format(text, key, what[key])
		end
	end
	local after = what.after and "fail-after " or ""
	local code = what.code or "InternalFailure"
	return ("%s=%s%s %s"):format(text, after, code, what.message or "")
end

--- Makes calls of the spec's AWS fail. Calls are counted from now on.
---
--- The text form names service, operation, which calls and what happens: `#1` is the first call, `#2+`
--- the second and all later ones, `%0.1` one in ten; instead of an error's code `fail-after` and a code
--- carries the call out and answers with that code all the same, `drop` loses the answer of a call that
--- was carried out, `offline` lets it reach nobody, `delay 30` takes 30 seconds, `jitter 3` up to three,
--- `stale 10` lets a read see what was there ten seconds ago, `kill` and `kill-after` end the script that
--- `spec.run` runs as `kill -9` does, before the call and after it without its answer. The service may be
--- `*`, the operation `*`, `mutating` or `reading`; any other name must be one of AWS's.
---
--- ```lua
--- local spec = require "spec"
--- spec.faults.set "dms:CreateEndpoint#1=ThrottlingException"
--- spec.faults.set "dms:StartReplicationTask#1=drop"
--- spec.faults.set "*:mutating%0.1=fail-after InternalFailure"
--- spec.faults.clear()
--- ```
---@param text string
function rehearsal.faults.set(text)
	lever("spec.faults.set").fault(text)
end

--- Makes calls of an operation fail, in words: `spec.faults.fail("CreateEndpoint", { nth = 1 })`.
---@param call string the operation as AWS names it, of DMS unless a service stands before it: `ec2:CreateVpc`
---@param what? {nth?: integer, from?: integer, chance?: number, code?: string, message?: string, after?: boolean, drop?: boolean, offline?: boolean, delay?: number, jitter?: number, stale?: number, kill?: boolean, kill_after?: boolean} every call fails with InternalFailure unless said otherwise; with `after` it is carried out all the same
function rehearsal.faults.fail(call, what)
	check_keys(what or {})
	lever("spec.faults.fail").fault(text_of(call, what or {}))
end

--- Takes all faults away.
function rehearsal.faults.clear()
	lever("spec.faults.clear").clear_faults()
end

--- The faults that have struck no call yet, as they were set; those that chance decides are not among
--- them. A fault that never strikes has shown nothing: a spec of a crash may ask before it takes the
--- faults away.
---
--- ```lua
--- local spec = require "spec"
--- spec.faults.set "dms:CreateEndpoint#1=drop"
--- assert.same({ "dms:CreateEndpoint#1=drop" }, spec.faults.unstruck())
--- spec.faults.clear()
--- ```
---@return string[]
function rehearsal.faults.unstruck()
	return lever("spec.faults.unstruck").unstruck()
end

--- The messages that were sent to SNS topics, oldest first.
---@return {region: string, time: string, topic: string, subject: string, message: string}[]
function rehearsal.messages()
	return lever("spec.messages").messages()
end

--- Calls a function in a copy of the spec's world: its AWS, its clock and its journals. What it does
--- there leaves no trace: afterwards all is as it was. So one prepared world serves many attempts.
---
--- ```lua
--- local spec = require "spec"
--- for n = 1, 3 do
---   spec.branch(function()
---     spec.faults.set(("*:mutating#%d=kill"):format(n))
---     spec.run("migrate.lua", "deploy", "--yes").killed --> true
---   end)
--- end
--- spec.calls().mutating --> 0, they were calls of the branches
--- ```
---@param f fun()
function rehearsal.branch(f)
	local levers = lever "spec.branch"
	if type(f) ~= "function" then
		errors.raise {
			summary = "Wrong argument",
			what = ("spec.branch wants a function, got a %s"):format(type(f)),
			at = host.where(),
		}
	end
	levers.branch()
	local ok, fault = errors.capture(f)
	levers.leave()
	if not ok then
		error(fault, 0)
	end
end

--- Switches the invariants off or on again for the rest of the file; they are on in every spec. After
--- each step of an apply, what lives under the stack's tags must be declared or planned for deletion, no
--- two live resources may be one resource, and every intent must have an outcome; a test in which that
--- did not hold fails.
---@param on boolean
function rehearsal.invariants(on)
	if type(on) ~= "boolean" then
		errors.raise {
			summary = "Wrong argument",
			what = ("spec.invariants wants true or false, got a %s"):format(type(on)),
			at = host.where(),
		}
	end
	invariants.enable(on)
end

--- How many calls have arrived at the spec's AWS so far, retries included: those that only read, and
--- those that may change something.
---@return { reading: integer, mutating: integer }
function rehearsal.calls()
	return lever("spec.calls").calls()
end

---@class spec.Ran
---@field code integer the exit code; 137 where a fault killed it
---@field killed boolean whether a fault killed it
---@field output string what went to standard output
---@field text string all that was shown, the error at its end included
---@field failure? table the error that ended it

--- Runs a script as the command line does, in a VM of its own, on the AWS and the clock of the spec.
--- The path is relative to the current folder, or else to the folder of the spec and the one above it.
---
--- ```lua
--- local spec = require "spec"
--- local run = spec.run("migrate.lua", "deploy", "--yes")
--- assert.equal(0, run.code, run.text)
--- ```
---@param script string
---@param ... string the script's arguments: the verb and its options
---@return spec.Ran
function rehearsal.run(script, ...)
	local arguments = table.pack(...)
	if type(script) ~= "string" then
		errors.raise {
			summary = "Wrong argument",
			what = ("spec.run wants the path of a script, got a %s"):format(type(script)),
			at = host.where(),
		}
	end
	for index = 1, arguments.n do
		arguments[index] = tostring(arguments[index])
	end
	arguments.n = nil
	local ran = lever("spec.run").run(script, arguments, invariants.enabled())
	for _, text in ipairs(ran.violations) do
		---@diagnostic disable-next-line: access-invisible -- they belong together
		invariants.note(text)
	end
	ran.violations = nil
	return ran
end

return rehearsal
