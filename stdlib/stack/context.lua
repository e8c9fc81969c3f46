--- `ctx`: what the functions of a kind are given.

local poll = require "poll"
local record = require "stack.record"

local context = {}

---@class stack.Context
---@field stack string the stack's name
---@field account string
---@field region string
---@field name string the physical name to give
---@field tags table<string, string> the tags to put on a new resource
---@field token string the client token of a creation
---@field generation integer
---@field declared? table what is declared of the item that is observed
---@field patient boolean whether to wait until what is made is ready to use
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

--- Waits until `check` gives something true; see `poll`.
---@param wait poll.Wait
---@return any
function Context:wait(wait)
	local check = wait.check
	local result = self.shared:wait {
		what = wait.what,
		every = wait.every,
		timeout = wait.timeout,
		check = function(tick)
			self.tick = tick
			return check()
		end,
	}
	self.tick = nil
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
