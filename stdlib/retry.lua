--- Tries something again where it failed for a reason that may pass.
---
--- ```lua
--- local retry = require "retry"
--- local tries = 0
--- retry.call(function()
--- 	tries = tries + 1
--- 	if tries < 3 then
--- 		error { code = "Busy" }
--- 	end
--- 	return "ok", tries
--- end, { attempts = 5, on = { "Busy" } }) --> "ok", 3
--- ```
---
--- The waits double from `first` to `most`, each shortened by chance (from the host's seeded source)
--- so that many who failed together do not come back together. They pass on the host's clock. AWS
--- calls are retried by the host already: do not wrap a single one.
local check = require "check"
local errors = require "errors"
local random = require "random"
local time = require "time"

local retry = {}

---@class retry.Options
---@field attempts? integer how often it is tried at most, the first time included (default 5)
---@field deadline? number|string seconds, or a duration such as "10m", after which no new try begins
---@field first? number|string the wait before the second try (default 1)
---@field most? number|string no wait is longer (default 60)
---@field factor? number by which each wait is longer than the one before (default 2)
---@field jitter? number the part of each wait that is left to chance, from 0 to 1 (default 0.5)
---@field on? string[]|fun(failure: any, attempt: integer): any which failures may pass: a list of codes, or a function that gives something true; without it, those whose `retryable` is not false
---@field each? fun(failure: any, attempt: integer, wait: number) called before each wait

local schema = {
	attempts = "integer?",
	deadline = "number|string?",
	first = "number|string?",
	most = "number|string?",
	factor = "number?",
	jitter = "number?",
	on = "table|callable?",
	each = "callable?",
}

local function check_options(options)
	check.table(options, schema, "retry.call")
	local function range(key, low, high)
		local value = options[key]
		if value ~= nil and not (value >= low and value <= high) then
			check.fail(
				("retry.call.%s must be from %s to %s, got %s"):format(key, low, high, value),
				key
			)
		end
	end
	range("attempts", 1, 1000)
	range("factor", 1, 100)
	range("jitter", 0, 1)
	for _, key in ipairs { "deadline", "first", "most" } do
		if options[key] ~= nil then
			check.duration(options[key], "retry.call." .. key)
		end
	end
	if type(options.on) == "table" and not getmetatable(options.on) then
		for index, code in ipairs(options.on) do
			check.type(code, "string", ("retry.call.on[%d]"):format(index))
		end
		if #options.on == 0 then
			check.fail('retry.call.on must hold codes, such as { "ThrottlingException" }', "on")
		end
	end
end

--- Whether a failure may pass, by what `on` says.
local function passes(options, failure, attempt)
	local on = options.on
	if on == nil then
		return not (type(failure) == "table" and failure.retryable == false)
	elseif type(on) ~= "table" or getmetatable(on) and getmetatable(on).__call then
		return on(failure, attempt)
	end
	for _, code in ipairs(on) do
		if type(failure) == "table" and failure.code == code then
			return true
		end
	end
	return false
end

--- Calls `f(attempt)` until it ends well, and returns what it gives. The last failure is raised as it
--- is: when the attempts are used up, the deadline is near, or it is not one that may pass. Ctrl-C
--- ends the pause between two tries.
---@param f fun(attempt: integer): ... what is tried; told which try it is, from 1
---@param options? retry.Options
---@return any ... # what `f` gives
function retry.call(f, options)
	check.type(f, "callable", "retry.call's function")
	options = options or {}
	check_options(options)
	local attempts, factor = options.attempts or 5, options.factor or 2
	local jitter = options.jitter or 0.5
	local wait, most = time.seconds(options.first or 1), time.seconds(options.most or 60)
	local stop = options.deadline and time.epoch() + time.seconds(options.deadline)
	for attempt = 1, attempts do
		local results = table.pack(errors.capture(f, attempt))
		if results[1] then
			return table.unpack(results, 2, results.n)
		end
		local failure = results[2]
		local now = math.min(wait, most) * (1 - jitter * random.unit())
		local late = stop and time.epoch() + now > stop
		if attempt == attempts or late or not passes(options, failure, attempt) then
			error(failure, 0)
		end
		if options.each then
			options.each(failure, attempt, now)
		end
		time.sleep(now)
		wait = math.min(wait * factor, most)
	end
end

return retry
