--- Waits that several kinds share: until something is gone, and until nothing uses it any more.

local errors = require "errors"

local waiting = {}

--- How often AWS is asked; its own waiters for DMS ask as seldom.
waiting.EVERY = 15

--- Waits until `read(id)` finds nothing.
---@param ctx table
---@param what string
---@param read fun(): any
---@param timeout? number seconds; 20 minutes when left out
function waiting.until_gone(ctx, what, read, timeout)
	ctx:wait {
		what = what .. " to be gone",
		every = waiting.EVERY,
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
