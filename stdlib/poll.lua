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

--- The intervals in seconds. Few, so that waits of all ages meet at the same instants and share what
--- is asked there.
local LADDER = { 1, 2, 5, 10, 15, 30, 60 }

--- The part of a wait that asking only now and then may cost: of what is expected, or of what it has
--- lasted where nobody knows.
local SHARE = 0.025
local SHARE_UNKNOWN = 0.04

--- How many items come with one call; a listing of several pages is asked for less often.
local PAGE = 100

--- How long someone sleeps who waits for another one's call to be answered.
local NAP = 0.05

---@class poll.Shared
---@field private pages integer the most pages that one instant's answers had
---@field private swept table<string, table> what was asked once
---@field private ticks table the answers of the present instant
local Shared = {}
Shared.__index = Shared

--- What several waiters share: the answers of the present instant and of the present plan.
---@return poll.Shared
function poll.new()
	return setmetatable({ swept = {}, ticks = {}, pages = 1 }, Shared)
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
		local items = aws.pages(operation, args or {})
		self.pages = math.max(self.pages, math.ceil(#items / PAGE))
		return items
	end)
end

--- The seconds until the next look at a wait that has lasted for `age`: a short wait is noticed soon,
--- a long one costs few calls. Where it is known how long it lasts, there is no haste before half of
--- that.
---@param age number
---@param wait { every?: number, least?: number, expected?: number }
---@param pages? integer how many calls a look takes
---@return integer
function poll.interval(age, wait, pages)
	local every, expected = wait.every or 15, wait.expected
	local ideal
	if expected and age < expected then
		ideal = expected * SHARE * (age < expected / 2 and 2 or 1)
	else
		ideal = age * (expected and SHARE or SHARE_UNKNOWN)
	end
	ideal = math.min(math.max(ideal, wait.least or 1, pages or 1), every)
	local interval = LADDER[1]
	for _, step in ipairs(LADDER) do
		if step <= ideal then
			interval = step
		end
	end
	return interval
end

---@class poll.Wait
---@field what string what is waited for, for messages
---@field check fun(tick?: number): any something true ends the wait and is returned
---@field every? number the longest interval in seconds; 15 when left out
---@field least? number the shortest interval in seconds; 1 when left out
---@field expected? number how many seconds it usually lasts, where that is known
---@field timeout? number seconds; 3600 when left out
---@field progress? fun(age: number) called after each look in vain

--- Codes of answers that were not had; a look that ends so is made again at the next instant.
local UNANSWERED = { AnswerLost = true, ConnectionFailed = true, Timeout = true }

local READS = { describe = true, get = true, list = true }

--- Whether a failed look says nothing of what is waited for: it only read, and AWS was not to be had.
---@return boolean
local function passes(problem)
	return type(problem) == "table"
		and problem.kind == "aws"
		and (problem.retryable or UNANSWERED[problem.code])
		and READS[tostring(problem.operation):match "^%a+"] == true
end

local function give_up(wait, age, problem)
	errors.raise {
		summary = "Waited too long",
		what = ("%s: not after %s"):format(wait.what or "wait", time.duration(age)),
		why = "what was waited for goes on; running the same command again waits on",
		causes = problem and { "the last look failed: " .. tostring(problem) } or nil,
		exit = "timeout",
	}
end

--- Waits until `check` gives something true.
---@param wait poll.Wait
---@return any result
---@return number waited the seconds between the first look and the last one
---@return number lag the seconds between the last two looks: so much earlier it may have come about
---@diagnostic disable-next-line: unused
function Shared:wait(wait)
	local timeout = wait.timeout or 3600
	local start = time.epoch()
	local tick, last
	while true do
		local ok, result = errors.capture(wait.check, tick)
		local now = time.epoch()
		if ok and result then
			return result, now - start, last and now - last or 0
		elseif not ok and not passes(result) then
			error(result, 0)
		end
		last = now
		if now - start >= timeout then
			give_up(wait, now - start, not ok and result or nil)
		end
		if wait.progress then
			wait.progress(now - start)
		end
		local interval = poll.interval(now - start, wait, self.pages)
		tick = math.min((now // interval + 1) * interval, math.max(start + timeout, now + 0.001))
		time.sleep(tick - now)
	end
end

return poll
