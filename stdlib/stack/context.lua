--- `ctx`: what the functions of a kind are given.

local lock = require "stack.lock"
local poll = require "poll"
local record = require "stack.record"
local time = require "time"

local context = {}

---@class stack.Context
---@field stack string the stack's name
---@field owner stack.Stack
---@field account string
---@field region string
---@field name string the physical name to give
---@field tags table<string, string> the tags to put on a new resource
---@field token string the client token of a creation
---@field generation integer
---@field declared? table what is declared of the item that is observed
---@field declares? table<string, table> what is declared of the kind that is listed, by id
---@field patient boolean whether to wait until what is made is ready to use
---@field shared poll.Shared
---@field tick? any the instant that waiters share
---@field live_tags? table<string, string>
---@field show? fun(text: string)
---@field spent? { waited: number, lag: number } where the waits are added up
---@field rest? fun() told when the operation has come to a wait
---@field deadline? number when the operation is given up, in seconds since 1970
local Context = {}
Context.__index = Context

--- All items of an operation, asked for once per plan and shared by everybody who asks.
---@param operation any
---@param args? table
---@return table[]
function Context:sweep(operation, args)
	return self.shared:sweep(operation, args)
end

--- What `call` gives, asked for once per plan and shared by everybody who asks for the same key.
---@generic T
---@param key string
---@param call fun(): T
---@return T
function Context:once(key, call)
	return self.shared:once(key, call)
end

--- All items of an operation as they are now, shared within one instant of a wait.
---@param operation any
---@param args? table
---@return table[]
function Context:fresh(operation, args)
	return self.shared:fresh(operation, args, self.tick)
end

--- Whether a property is worth a call: it is declared, or it was, or nobody knows.
---@param name string
---@return boolean
function Context:wants(name)
	if self.declared == nil or self.declared[name] ~= nil then
		return true
	end
	local text = (self.live_tags or {})[record.DECLARES]
	return text ~= nil and text:find(record.short(name), 1, true) ~= nil
end

--- After how many seconds a wait is shown.
local SHOWN = 30

--- How long a wait may last: what was declared for the operation counts before the kind's own limit.
local function timeout_of(ctx, wait)
	if ctx.deadline then
		return math.max(ctx.deadline - time.epoch(), 0)
	end
	return wait.timeout
end

--- Waits until `check` gives something true; see `poll`.
---@param wait poll.Wait
---@return any
function Context:wait(wait)
	local check, what = wait.check, wait.what
	local result, waited, lag = self.shared:wait {
		what = what,
		every = wait.every,
		least = wait.least,
		expected = wait.expected,
		timeout = timeout_of(self, wait),
		check = function(tick)
			lock.tend(self.owner)
			self.tick = tick
			return check()
		end,
		progress = function(age)
			if self.rest then
				self.rest()
			end
			if age >= SHOWN then
				self:progress(("waiting for %s"):format(time.duration(age)))
			end
		end,
	}
	self.tick = nil
	if self.spent then
		self.spent.waited = self.spent.waited + waited
		self.spent.lag = self.spent.lag + lag
	end
	return result
end

--- Shows what is going on with this resource.
---@param text string
function Context:progress(text)
	if self.show then
		self.show(text)
	end
end

--- A context of a stack, with the fields that one use of it needs.
---@param stack table
---@param shared poll.Shared
---@param fields? table
---@return stack.Context
function context.new(stack, shared, fields)
	local identity = stack:identity()
	local ctx = {
		stack = stack.name,
		owner = stack,
		account = identity.account,
		region = identity.region,
		shared = shared,
		patient = stack.options.wait ~= false,
		tags = {},
	}
	for key, value in pairs(fields or {}) do
		ctx[key] = value
	end
	return setmetatable(ctx, Context)
end

--- What lives as long as one plan.
---@return poll.Shared
function context.shared()
	return poll.new()
end

return context
