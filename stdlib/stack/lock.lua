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
local time = require "time"
local ui = require "ui"

local lock = {}

--- When a run renews its lock, and how long it believes that it still has it before it begins with
--- something new; in seconds.
local RENEW, CHECK = locks.LIFE // 4, 60

--- How often the lock is tried for where others come and go at the same moment.
local TRIES = 5

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
---@field lost? string who has the stack now
---@field busy? boolean a look is under way
---@field broke? boolean the lock that was named is broken
---@field blocked? boolean
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

local function tell(text, ...)
	ui.err("Lock     " .. text:format(...))
end

--- The file's name: a folder may know stacks of several accounts, and of several local ones.
local function file_of(stack)
	local who, place = stack:identity(), host.options.local_dir or host.options.endpoint_url
	local name = ("%s@%s-%s"):format(stack.name, who.account, who.region)
	return place and (name .. "-" .. engine.fingerprint("place", place):sub(1, 8)) or name
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

--- Parts the locks that are there: ours, those of runs that go on, those of runs that are over.
local function sort_out(own, all)
	local mine, live, over, last = nil, {}, {}, 0
	for _, one in ipairs(all) do
		if one.token == own.token then
			mine = one
		else
			last = math.max(last, one.number)
			if own.dead[one.token] or locks.is_over(one) then
				over[#over + 1] = one
			else
				live[#live + 1] = one
			end
		end
	end
	-- The one that was there first is the one to be told of.
	table.sort(live, function(a, b)
		return a.since < b.since
	end)
	return mine, live, over, last + 1
end

--- Breaks the lock that `--force-unlock` names; anything else is refused.
local function break_or_refuse(own, one)
	if host.options.force_unlock ~= locks.id(one) then
		locked.by(own, one)
	end
	locks.delete(one)
	own.broke = true
	tell("broken: that of %s", locks.who(one))
end

local function clear(own, over)
	for _, one in ipairs(over) do
		locks.delete(one)
		if own.dead[one.token] then
			tell("taken over from an earlier run in this folder, which was cut off (%s)", one.doing)
		else
			tell(
				"taken over from %s: it was not renewed and ended at %s",
				locks.who(one),
				time.format(math.floor(one.expires))
			)
		end
	end
end

--- Makes a lock, looks whether there is another, and steps back where one is. Two that do so at the
--- same moment may both step back; never do both stay.
local function acquire(own)
	local number = 1
	for _ = 1, TRIES do
		local new = locks.new(own.stack, number, own.token, own.doing)
		own.began = true
		local made = locks.create(own.stack, new)
		own.mine = made and new or nil
		own.blocked = not made
		local mine, live, over, free = sort_out(own, locks.read(own.stack, own.mine))
		own.mine = mine
		---@diagnostic disable-next-line: unnecessary-if -- without a lock there is none
		if mine and #live == 0 then
			own.checked = time.epoch()
			clear(own, over)
			return
		end
		if mine then
			locks.delete(mine)
			own.mine = nil
		end
		if live[1] then
			break_or_refuse(own, live[1])
		end
		number = free
	end
	errors.raise {
		summary = "Somebody else is at work on the stack",
		what = ("the lock of %s changed hands %d times while it was tried for"):format(
			own.stack.name,
			TRIES
		),
		why = "nothing was changed",
		hints = { { "Try again:", command = locked.again(own) } },
		at = false,
		exit = "locked",
	}
end

local function can_not_be_had(problem)
	return type(problem) == "table"
		and problem.kind == "aws"
		and (problem.unavailable == true or problem.code == "LimitExceededException")
end

--- Where no lock can be made, one that can be seen still counts; without any the run goes on.
local function without(own, problem)
	local ok, all = errors.capture(locks.read, own.stack, own.mine)
	if ok then
		local _, live = sort_out(own, all)
		if live[1] then
			locked.by(own, live[1])
		end
	elseif own.blocked then
		errors.raise {
			summary = "Somebody else may be at work on the stack",
			what = ("there is a lock on %s, and who holds it can't be read: %s"):format(
				own.stack.name,
				tostring(problem)
			),
			why = "nothing was changed",
			hints = { "permit logs:DescribeLogGroups and logs:ListTagsForResource" },
			at = false,
			exit = "locked",
		}
	end
	errors.warn {
		summary = "The stack could not be locked",
		what = tostring(problem),
		why = "the run goes on; another one at the same time would not be told of it",
		hints = {
			"permit CreateLogGroup, DescribeLogGroups, ListTagsForResource, TagResource and DeleteLogGroup of logs on log-group:/dmsrun/lock/*",
		},
		at = false,
	}
end

local function try(own)
	local ok, problem = errors.capture(acquire, own)
	if ok then
		return
	elseif can_not_be_had(problem) then
		without(own, problem)
	elseif type(problem) == "table" and problem.kind == "aws" then
		errors.raise {
			summary = "The stack could not be locked",
			what = tostring(problem),
			why = "nothing was changed",
			hints = { { "Try again:", command = locked.again(own) } },
			at = false,
		}
	else
		error(problem, 0)
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
	local hold, extra = engine.hold(file_of(stack))
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
	local ok, problem = errors.capture(try, own)
	if not ok then
		if not own.mine then
			tokens[#tokens] = nil
			forget_or_keep(own, tokens)
		end
		engine.unhold(hold)
		error(problem, 0)
	end
	if host.options.force_unlock and not own.broke then
		tell("there is no lock %s to break", host.options.force_unlock)
	end
	held[stack] = own
	return own
end

--- Who has the stack now that we have lost it.
local function loser(own)
	local ok, all = errors.capture(locks.read, own.stack)
	local _, live = sort_out(own, ok and all or {})
	own.lost = live[1] and ("it is locked by " .. locks.who(live[1]))
		or "somebody broke the lock with --force-unlock"
end

--- Looks whether the lock is still ours, and renews it when it is time.
local function look(own, now)
	local there = locks.again(own.mine)
	own.checked = now
	if locks.may_be_late(own.mine, there) then
		return
	elseif not there or there.token ~= own.token then
		return loser(own)
	end
	if now < own.mine.expires - locks.LIFE + RENEW then
		return
	end
	local late = locks.is_over(own.mine)
	locks.renew(own.mine)
	if late then
		local _, live = sort_out(own, locks.read(own.stack, own.mine))
		if live[1] then
			loser(own)
		end
	end
end

--- Looks after the lock while a run waits: cheap, and for every look of every wait.
---@param stack stack.Stack
---@param patience? number how old the last look may be, in seconds
function lock.tend(stack, patience)
	local own = held[stack]
	if not own or not own.mine or own.lost or own.busy then
		return
	end
	local now = time.epoch()
	if now - own.checked < (patience or RENEW) then
		return
	end
	own.busy = true
	local ok = errors.capture(look, own, now)
	own.busy = false
	if not ok then
		-- AWS is not to be had: looked again in half a minute, and not with every look of every wait.
		own.checked = now - (patience or RENEW) + 30
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
		summary = "The lock was taken away",
		what = ("%s: %s"):format(stack.name, own.lost),
		why = "what was under way was finished, nothing new was begun",
		hints = { { "When the other run has ended, continue with:", command = locked.again(own) } },
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
	if self.mine and not self.lost then
		ok, problem = errors.capture(function()
			-- It may have been broken and made anew by somebody else.
			local there = locks.again(self.mine)
			local is_ours = there and there.token == self.token
			if is_ours or locks.may_be_late(self.mine, there) then
				locks.delete(self.mine)
			end
		end)
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
	local name = file_of(stack)
	local path = fs.join(host.state_dir(), "journal", name .. ".lock")
	local stat = fs.stat(path)
	local hold, exclusive
	if stat and stat.size > 0 then
		hold, exclusive = engine.hold(name)
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
					tell("of an earlier run in this folder taken away (%s)", one.doing)
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
	local _, live, over = sort_out(held[stack] or { dead = {} }, ok and all or {})
	return table.move(over, 1, #over, #live + 1, live)
end

return lock
