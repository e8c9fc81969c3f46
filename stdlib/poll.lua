--- Polling: waits on a common grid, so that all waiters ask at one instant and share one answer.
---
---     local poll = require "poll"
---     local shared = poll.new()
---     local n = 0
---     shared:wait { what = "three", every = 2, timeout = 60, check = function()
---         n = n + 1
---         return n == 3
---     end }
---     n --> 3

local aws = require "aws"
local errors = require "errors"
local json = require "json"
local time = require "time"

local poll = {}

--- Intervals in seconds, each with the age of the wait from which it is used: a short wait is
--- noticed soon, a long one costs few calls and at most a tenth of its time.
local STEPS =
	{ { 1, 0 }, { 2, 20 }, { 5, 50 }, { 10, 100 }, { 15, 150 }, { 30, 600 }, { 60, 1800 } }

--- How long someone sleeps who waits for another one's call to be answered.
local NAP = 0.05

---@class poll.Shared
local Shared = {}
Shared.__index = Shared

--- What several waiters share: the answers of the present instant and of the present plan.
---@return poll.Shared
function poll.new()
	return setmetatable({ swept = {}, ticks = {} }, Shared)
end

local function key_of(operation, args)
	return tostring(operation) .. " " .. json.encode(args or {})
end

--- Runs `call` once for everybody who asks for the same key; a failure is everybody's, and is
--- forgotten.
local function once(store, key, call)
	local entry = store[key]
	if not entry then
		entry = {}
		store[key] = entry
		entry.ok, entry.value = errors.capture(call)
		entry.done = true
		if not entry.ok then
			store[key] = nil
		end
	end
	while not entry.done do
		time.sleep(NAP)
	end
	if not entry.ok then
		error(entry.value, 0)
	end
	return entry.value
end

--- What `call` gives, made once in the lifetime of `self` for a key.
---@generic T
---@param key string
---@param call fun(): T
---@return T
function Shared:once(key, call)
	return once(self.swept, key, call)
end

--- All items of an operation, asked for once in the lifetime of `self`.
---@param operation any such as `aws.dms.describe_endpoints`
---@param args? table
---@return table[]
function Shared:sweep(operation, args)
	return once(self.swept, key_of(operation, args), function()
		return aws.pages(operation, args or {})
	end)
end

--- All items of an operation, as they are now. During a wait the answer is shared with everybody
--- whose check runs at the same instant; everywhere else it is asked for anew.
---@param operation any
---@param args? table
---@param tick? number the instant of the check
---@return table[]
function Shared:fresh(operation, args, tick)
	if not tick then
		return aws.pages(operation, args or {})
	end
	if self.tick ~= tick then
		-- An earlier instant's answers serve nobody any more.
		self.tick, self.ticks = tick, {}
	end
	return once(self.ticks, key_of(operation, args), function()
		return aws.pages(operation, args or {})
	end)
end

--- The next instant of the grid after `now` for a wait of this age.
local function next_tick(now, age, every)
	local interval = 1
	for _, step in ipairs(STEPS) do
		if age >= step[2] and step[1] <= every then
			interval = step[1]
		end
	end
	interval = math.min(interval, every)
	return (math.floor(now / interval) + 1) * interval
end

---@class poll.Wait
---@field what string what is waited for, for messages
---@field check fun(tick?: number): any something true ends the wait and is returned
---@field every? number the longest interval in seconds; 15 when left out
---@field timeout? number seconds; 3600 when left out
---@field progress? fun(text: string)

--- Waits until `check` gives something true.
---@param wait poll.Wait
---@return any
function Shared:wait(wait)
	local every, timeout = wait.every or 15, wait.timeout or 3600
	local start = time.epoch()
	local tick
	while true do
		local result = wait.check(tick)
		if result then
			return result
		end
		local now = time.epoch()
		if now - start >= timeout then
			errors.raise {
				summary = "Waited too long",
				what = ("%s: not after %s"):format(wait.what or "wait", time.duration(now - start)),
				why = "what was waited for goes on; running the same command again waits on",
				exit = "timeout",
			}
		end
		tick = next_tick(now, now - start, every)
		time.sleep(tick - now)
	end
end

return poll
