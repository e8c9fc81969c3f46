--- Waits that several kinds share: until something is gone, and until nothing uses it any more.

local errors = require "errors"

local waiting = {}

--- How often AWS is asked in a long wait; its own waiters for DMS ask as seldom. A short one is asked
--- about more often: see `poll.interval`.
waiting.EVERY = 15

--- How often a change is tried again at most: each try is a call of its own, for each resource.
local TRY = 2

--- Waits until `read(id)` finds nothing.
---@param ctx table
---@param what string
---@param read fun(): any
---@param timeout? number seconds; 20 minutes when left out
---@param expected? number how many seconds it usually takes
function waiting.until_gone(ctx, what, read, timeout, expected)
	ctx:wait {
		what = what .. " to be gone",
		every = waiting.EVERY,
		expected = expected,
		timeout = timeout or 1200,
		check = function()
			return read() == nil
		end,
	}
end

--- Makes a call that AWS refuses while others still use the thing, and repeats it while that is the
--- answer. Network interfaces that DMS, NAT gateways and endpoints leave behind go by themselves.
---@param ctx table
---@param what string
---@param codes string[] the error codes that mean "still in use"
---@param call fun()
---@param timeout? number seconds; 20 minutes when left out
function waiting.while_in_use(ctx, what, codes, call, timeout)
	local busy = {}
	for _, code in ipairs(codes) do
		busy[code] = true
	end
	ctx:wait {
		what = what .. " to be free",
		every = waiting.EVERY,
		least = TRY,
		timeout = timeout or 1200,
		check = function()
			local ok, err = errors.capture(call)
			if ok then
				return true
			end
			if type(err) == "table" and busy[err.code] then
				return false
			end
			error(err, 0)
		end,
	}
end

return waiting
