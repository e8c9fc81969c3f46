--- Waiting for something that is not in our hands, with a deadline.
---
--- ```lua
--- local wait = require "wait"
--- local tries = 0
--- wait.poll {
--- 	what = "the third try",
--- 	every = 1,
--- 	timeout = 10,
--- 	check = function()
--- 		tries = tries + 1
--- 		return tries == 3
--- 	end,
--- }
--- ```
local check = require "check"
local errors = require "errors"
local time = require "time"

local wait = {}

---@class wait.Options
---@field what string what is waited for, as the message says it: `the task "orders" to stop`
---@field check fun(): any called at once and then every so many seconds; ends the wait when true
---@field every? number seconds between two looks (default 15)
---@field timeout? number seconds after which it is given up (default 3600)
---@field hints? table hints of the error at the deadline

local schema = {
	what = "string",
	check = "callable",
	every = "number?",
	timeout = "number?",
	hints = "table?",
}

--- Waits until `check()` gives something true, and returns that. All who wait with the same `every`
--- look at the same instants, so that they can share one call. At the deadline it raises, with the
--- exit code for a timeout; what was waited for goes on.
---@param options wait.Options
---@return any
function wait.poll(options)
	check.table(options, schema, "wait.poll")
	local every, timeout = options.every or 15, options.timeout or 3600
	if every <= 0 then
		check.fail("wait.poll.every must be above 0", "every")
	end
	local start = time.epoch()
	while true do
		local result = options.check()
		if result then
			return result
		end
		local now = time.epoch()
		if now - start >= timeout then
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

--- Waits a number of seconds.
---@param seconds number
function wait.seconds(seconds)
	check.type(seconds, "number", "seconds")
	time.sleep(seconds)
end

return wait
