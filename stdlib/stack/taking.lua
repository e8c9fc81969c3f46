--- How the lock of a stack is taken: made, looked at among the others, and given up where one of them
--- goes on.

local errors = require "errors"
local host = require "host"
local locked = require "stack.locked"
local locks = require "stack.locks"
local time = require "time"
local ui = require "ui"

local taking = {}

--- How often the lock is tried for where others come and go at the same moment.
local TRIES = 5

--- Tells what becomes of a lock.
---@param text string a format
---@param ... any
function taking.tell(text, ...)
	ui.err("Lock     " .. text:format(...))
end

--- Parts the locks that are there: ours, those of runs that go on, those of runs that are over.
---@param own { token?: string, dead: table<string, boolean> } a guard, or what is known where none is had
---@param all stack.Lock[]
---@return stack.Lock? mine
---@return stack.Lock[] live the one that was there first is the first
---@return stack.Lock[] over
---@return integer free the next number that none has
function taking.sort_out(own, all)
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
	taking.tell("broken: that of %s", locks.who(one))
end

local function clear(own, over)
	for _, one in ipairs(over) do
		locks.delete(one)
		if own.dead[one.token] then
			taking.tell(
				"taken over from an earlier run in this folder, which was cut off (%s)",
				one.doing
			)
		else
			taking.tell(
				"taken over from %s: it was not renewed and ended at %s",
				locks.who(one),
				time.format(math.floor(one.expires))
			)
		end
	end
end

--- Whether a lock is refused here for good, so that none was made either.
local function can_not_be_had(problem)
	return type(problem) == "table"
		and problem.kind == "aws"
		and (problem.unavailable == true or problem.code == "LimitExceededException")
end

--- Makes the lock of a number. Where the answer was lost one of ours may stand.
local function make(own, number)
	local new = locks.new(own.stack, number, own.token, own.doing)
	local unsure = own.began
	own.began = true
	local ok, made, unknown = errors.capture(locks.create, own.stack, new)
	own.began = unsure or unknown or (not ok and not can_not_be_had(made))
	if not ok then
		error(made, 0)
	end
	own.mine = made and new or nil
	own.blocked = not made
end

--- Makes a lock, looks whether there is another, and steps back where one is. Two that do so at the
--- same moment may both step back. Where the list is late and shows neither to the other, the later one
--- steps back when it looks again; see `look`.
local function acquire(own)
	local number = 1
	for _ = 1, TRIES do
		make(own, number)
		local mine, live, over, free = taking.sort_out(own, locks.read(own.stack, own.mine))
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

--- Where no lock can be made, one that can be seen still counts; without any the run goes on.
local function without(own, problem)
	local ok, all = errors.capture(locks.read, own.stack, own.mine)
	if ok then
		local _, live = taking.sort_out(own, all)
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

--- Takes the lock; raises where somebody else has it. Where locks can't be had the run goes on without.
---@param own stack.Guard
function taking.try(own)
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

return taking
