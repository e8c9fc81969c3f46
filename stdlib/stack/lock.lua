--- One run at a time changes a stack: whoever wants to change it takes its lock first, and everybody
--- else is told who has it and since when.
---
--- The lock stands in the account, outside the stack; see `stack.locks`. It is renewed while the run
--- goes on, and ends by itself a quarter of an hour after a run that was cut off. The folder of the
--- journal keeps the token of its own lock in a file that only one process can hold: so the next run
--- of the same folder knows at once that the run before it is over.

local engine = require "engine"
local errors = require "errors"
local fs = require "fs"
local host = require "host"
local json = require "json"
local locked = require "stack.locked"
local locks = require "stack.locks"
local place = require "stack.place"
local taking = require "stack.taking"
local time = require "time"

local lock = {}

--- When a run renews its lock, and how long it believes that it still has it before it begins with
--- something new; in seconds.
local RENEW, CHECK = locks.LIFE // 4, 60

---@class stack.Guard
---@field stack stack.Stack
---@field doing string
---@field command? string the command that is run again
---@field token string
---@field depth integer how often it was taken by those who have it
---@field mine? stack.Lock nil where locks can't be had
---@field hold? userdata
---@field dead table<string, boolean> tokens of earlier runs of this folder
---@field checked number
---@field lost? string who has the stack now, or why nobody knows
---@field lapsed? boolean it ended because it could not be renewed; it may come back
---@field began? boolean one of ours may stand that we do not know of
---@field settled? boolean the others were listed once they had to be seen
---@field busy? boolean a look is under way
---@field broke? boolean the lock that was named is broken
---@field blocked? boolean
---@field warned? boolean
local Guard = {}
Guard.__index = Guard
Guard.__name = "lock"

--- What each stack holds.
---@type table<stack.Stack, stack.Guard?>
local held = setmetatable({}, { __mode = "k" })

--- Whether no change is sent at all.
local function nothing_changes()
	local checking = host.checking and host.checking()
	return checking or host.options.dry_run or host.options.read_only
end

local function write_note(own, tokens)
	engine.note(own.hold, json.encode {
		process = engine.process().pid,
		doing = own.doing,
		since = time.now(),
		tokens = json.array(tokens),
	} .. "\n")
end

--- Keeps the tokens that may still stand; a note without any is none.
local function forget_or_keep(own, tokens)
	if #tokens > 0 then
		write_note(own, tokens)
	else
		engine.note(own.hold, "")
	end
end

--- Takes the lock of a stack until the guard is closed: `local _ <close> = lock.take(s, "deploy")`.
--- Whoever has it already takes it once more. Raises where somebody else has it.
---@param stack stack.Stack
---@param doing string what for, in a word
---@param command? string the command that is run again
---@return stack.Guard
function lock.take(stack, doing, command)
	local own = held[stack]
	if own then
		own.depth = own.depth + 1
		return own
	end
	---@type stack.Guard
	own = setmetatable({
		stack = stack,
		doing = doing,
		command = command,
		depth = 1,
		token = host.uuid(),
		dead = {},
		checked = time.epoch(),
	}, Guard)
	if nothing_changes() then
		-- The first change is refused or left out all the same; a script's run is told before it.
		if host.options.read_only and host.script and not (host.checking and host.checking()) then
			locked.read_only(own)
		end
		return own
	end
	local hold, extra = engine.hold(place.name(stack.name, stack:identity()))
	if not hold then
		---@cast extra string
		locked.here(own, extra)
	end
	own.hold = hold
	---@cast hold engine.Hold
	local tokens = {}
	-- Without the system's word nobody knows whether the run of the note is over.
	for _, token in ipairs(extra and locked.note(engine.note(hold)).tokens or {}) do
		own.dead[token] = true
		tokens[#tokens + 1] = token
	end
	tokens[#tokens + 1] = own.token
	write_note(own, tokens)
	local ok, problem = errors.capture(taking.try, own)
	if not ok then
		-- One of ours that may stand is the next run's to take over.
		if not own.mine and not own.began then
			tokens[#tokens] = nil
			forget_or_keep(own, tokens)
		end
		engine.unhold(hold)
		error(problem, 0)
	end
	if host.options.force_unlock and not own.broke then
		taking.tell("there is no lock %s to break", host.options.force_unlock)
	end
	held[stack] = own
	return own
end

--- Who has the stack now that we have lost it.
local function loser(own)
	local ok, all = errors.capture(locks.read, own.stack)
	local _, live = taking.sort_out(own, ok and all or {})
	own.lost = live[1] and ("it is locked by " .. locks.who(live[1]))
		or "somebody broke the lock with --force-unlock"
end

--- Whether somebody else is at work whose lock was there before ours: the later one steps back.
local function is_later(own)
	local _, live = taking.sort_out(own, locks.read(own.stack, own.mine))
	for _, other in ipairs(live) do
		local first = other.since < own.mine.since
		if first or (other.since == own.mine.since and other.token < own.token) then
			return true
		end
	end
	return false
end

--- Looks whether the lock is still ours, and renews it when it is time.
local function look(own, now)
	local there = locks.again(own.mine)
	own.checked = now
	if locks.may_be_late(own.mine, there) then
		return
	elseif not there or there.token ~= own.token then
		own.lapsed = false
		return loser(own)
	end
	if not own.settled and now - own.mine.since >= locks.SEEN then
		if is_later(own) then
			return loser(own)
		end
		own.settled = true
	end
	if now < own.mine.expires - locks.LIFE + RENEW then
		return
	end
	local late = locks.is_over(own.mine)
	locks.renew(own.mine)
	if late then
		local _, live = taking.sort_out(own, locks.read(own.stack, own.mine))
		own.lapsed = false
		if live[1] then
			return loser(own)
		end
		-- Nobody came meanwhile.
		own.lost = nil
	end
end

--- What a look that failed means: a lock that could not be renewed in its time is anybody's.
local function failed_look(own, problem)
	if own.lapsed or own.lost or not locks.is_over(own.mine) then
		return
	end
	own.lapsed = true
	own.lost = ("it could not be renewed, and ended at %s: %s"):format(
		time.format(math.floor(own.mine.expires)),
		tostring(problem)
	)
	if not own.warned then
		own.warned = true
		errors.warn {
			summary = "The lock of the stack could not be renewed",
			what = ("%s: %s"):format(own.stack.name, tostring(problem)),
			why = "what is under way goes on, nothing new is begun while anybody may take the lock",
			hints = {
				"permit logs:ListTagsForResource and logs:TagResource on log-group:/dmsrun/lock/*",
			},
			at = false,
		}
	end
end

--- Looks after the lock while a run waits: cheap, and for every look of every wait.
---@param stack stack.Stack
---@param patience? number how old the last look may be, in seconds
function lock.tend(stack, patience)
	local own = held[stack]
	if not own or not own.mine or (own.lost and not own.lapsed) or own.busy then
		return
	end
	local now = time.epoch()
	if not own.settled then
		patience = math.min(patience or RENEW, locks.SEEN)
	end
	if now - own.checked < (patience or RENEW) then
		return
	end
	own.busy = true
	local ok, problem = errors.capture(look, own, now)
	own.busy = false
	if not ok then
		-- AWS is not to be had: looked again in half a minute, and not with every look of every wait.
		own.checked = now - (patience or RENEW) + 30
		failed_look(own, problem)
	end
end

--- What stands against beginning with something new: an error value where the lock was lost.
---@param stack stack.Stack
---@return errors.Error?
function lock.problem(stack)
	lock.tend(stack, CHECK)
	local own = held[stack]
	if not own or not own.lost then
		return nil
	end
	return errors.new {
		summary = own.lapsed and "The lock ended" or "The lock was taken away",
		what = ("%s: %s"):format(stack.name, own.lost),
		why = "what was under way was finished, nothing new was begun",
		hints = {
			{
				own.lapsed and "Continue with:" or "When the other run has ended, continue with:",
				command = locked.again(own),
			},
		},
		at = false,
		exit = "locked",
	}
end

--- The token of the lock that a stack holds now; nil where it holds none.
---@param stack stack.Stack
---@return string?
function lock.token(stack)
	local own = held[stack]
	return own and own.mine and own.token or nil
end

--- Takes away what stands under a token.
local function take_away(stack, token)
	for _, one in ipairs(locks.read(stack)) do
		if one.token == token then
			locks.delete(one)
		end
	end
end

--- Lets the lock go, as often as it was taken.
function Guard:release()
	self.depth = self.depth - 1
	if self.depth ~= 0 then
		return
	end
	held[self.stack] = nil
	if not self.hold then
		return
	end
	-- Ctrl-C leaves no lock behind.
	local _ <close> = host.graceful and host.graceful()
	local ok, problem = true, nil
	if self.mine and (self.lapsed or not self.lost) then
		ok, problem = errors.capture(function()
			-- It may have been broken and made anew by somebody else.
			local there = locks.again(self.mine)
			local is_ours = there and there.token == self.token
			if is_ours or locks.may_be_late(self.mine, there) then
				locks.delete(self.mine)
			end
		end)
	end
	if self.began and not self.mine and not errors.capture(take_away, self.stack, self.token) then
		-- One of ours may stand: the next run of this folder looks again.
		return engine.unhold(self.hold)
	end
	if ok then
		-- Were the disk full, the next run would look for a lock that is gone.
		errors.capture(engine.note, self.hold, "")
	else
		errors.warn {
			summary = "The lock could not be taken away",
			what = tostring(problem),
			why = ("it ends by itself at %s; the next run in this folder takes it over before that"):format(
				---@diagnostic disable-next-line: need-check-nil -- it was just to be taken away
				time.format(math.floor(self.mine.expires))
			),
			at = false,
		}
	end
	engine.unhold(self.hold)
end

Guard.__close = function(self)
	self:release()
end

--- Takes away what a run of this folder left that was cut off. Asks AWS nothing where there is no
--- such run.
---@param stack stack.Stack
function lock.tidy(stack)
	if nothing_changes() or held[stack] then
		return
	end
	local stat = fs.stat(place.path(stack, ".lock"))
	local hold, exclusive
	if stat and stat.size > 0 then
		hold, exclusive = engine.hold(place.name(stack.name, stack:identity()))
	end
	if not hold then
		return
	end
	local dead, ok = {}, true
	for _, token in ipairs(exclusive and locked.note(engine.note(hold)).tokens or {}) do
		dead[token] = true
	end
	if next(dead) then
		ok = errors.capture(function()
			for _, one in ipairs(locks.read(stack)) do
				if dead[one.token] then
					locks.delete(one)
					taking.tell("of an earlier run in this folder taken away (%s)", one.doing)
				end
			end
		end)
	end
	if ok then
		engine.note(hold, "")
	end
	engine.unhold(hold)
end

--- The locks of others that there are now, whether their runs go on or are over; none where they
--- can't be read.
---@param stack stack.Stack
---@return stack.Lock[]
function lock.left(stack)
	local ok, all = errors.capture(locks.read, stack)
	local _, live, over = taking.sort_out(held[stack] or { dead = {} }, ok and all or {})
	return table.move(over, 1, #over, #live + 1, live)
end

return lock
