--- Waiting for something that is not in our hands, with a deadline.
---
--- ```lua
--- local wait = require "wait"
--- local tries = 0
--- wait.poll {
--- 	what = "the third try",
--- 	every = 1,
--- 	timeout = "10s",
--- 	check = function()
--- 		tries = tries + 1
--- 		return tries == 3 and "done"
--- 	end,
--- } --> "done"
--- ```
local check = require "check"
local errors = require "errors"
local time = require "time"
local ui = require "ui"

local wait = {}

---@class wait.Options
---@field what string what is waited for, as the message says it: `the task "orders" to stop`
---@field check fun(): any called at once and then every so many seconds; ends the wait when true
---@field abort? fun(): any called after each look that found nothing; something true ends the wait with an error, a text as its reason
---@field every? number|string seconds between two looks, or a duration such as "2m" (default 15)
---@field timeout? number|string seconds after which it is given up, or a duration (default 3600)
---@field progress? boolean|fun(waited: number) shows a line of progress; a function is called after each look with the seconds so far
---@field hints? table hints of the error at the deadline

local schema = {
	what = "string",
	check = "callable",
	abort = "callable?",
	every = "number|string?",
	timeout = "number|string?",
	progress = "boolean|callable?",
	hints = "table?",
}

local function stop_if_aborted(options, finished)
	local reason = options.abort and options.abort()
	if reason then
		finished(("%s: given up"):format(options.what))
		errors.raise {
			summary = "Wait given up",
			what = ("%s will not come"):format(options.what),
			why = type(reason) == "string" and reason or nil,
			hints = options.hints,
		}
	end
end

--- A line of progress, by what `progress` asks for: what to call after a look, and at the end.
local function reporter(options, timeout)
	if not options.progress then
		return function() end, function() end
	elseif options.progress ~= true then
		return options.progress, function() end
	end
	local line = ui.progress { label = "Wait", total = math.ceil(timeout), unit = "s" }
	return function(waited)
		line:set(
			math.floor(waited),
			("%s, %s"):format(options.what, time.duration(math.max(waited, 0)))
		)
	end, function(text)
		line:finish(text)
	end
end

--- Waits until `check()` gives something true, and returns that. All who wait with the same `every`
--- look at the same instants, so that they can share one call. At the deadline it raises, with the
--- exit code for a timeout; what was waited for goes on. So it does where `abort()` gives something
--- true. Ctrl-C ends the pause between two looks.
---@param options wait.Options
---@return any # what `check` gave
function wait.poll(options)
	check.table(options, schema, "wait.poll")
	local every = check.duration(options.every or 15, "wait.poll.every")
	local timeout = check.duration(options.timeout or 3600, "wait.poll.timeout")
	if every <= 0 then
		check.fail("wait.poll.every must be above 0", "every")
	end
	local start = time.epoch()
	local shown, finished = reporter(options, timeout)
	while true do
		local result = options.check()
		if result then
			finished(("%s after %s"):format(options.what, time.duration(time.epoch() - start)))
			return result
		end
		stop_if_aborted(options, finished)
		local now = time.epoch()
		shown(now - start)
		if now - start >= timeout then
			finished(("%s: not within %s"):format(options.what, time.duration(timeout)))
			errors.raise {
				summary = "Timed out",
				what = ("waited %s for %s"):format(time.duration(timeout), options.what),
				hints = options.hints,
				exit = "timeout",
			}
		end
		-- The next instant of the common grid, but not beyond the deadline.
		local next_look = (now // every + 1) * every
		time.sleep(math.max(math.min(next_look, start + timeout) - now, 0.001))
	end
end

--- Waits a number of seconds, or a duration such as "2m"; on the local AWS no real time goes by. Fails on
--- what is no duration from 0, and by Ctrl-C.
---@param duration number|string seconds from 0, or text such as "2h 30m"
function wait.seconds(duration)
	time.sleep(check.duration(duration, "wait.seconds' duration"))
end

return wait
