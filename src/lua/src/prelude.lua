-- Wraps the host's functions. A Rust callback gives `true` and its results, or `false` and a value
-- to raise. A waiting one gives an operation, which is yielded to the scheduler directly inside a
-- task, and blocked on everywhere else.
local block, handler = ...
local running, isyieldable, yield = coroutine.running, coroutine.isyieldable, coroutine.yield
local error, xpcall = error, xpcall

--- The task that runs, or nil.
local task

--- Whether the VM ends: finalizers still run, and the host has gone.
local closed = false

local function finish(ok, ...)
	if ok then
		return ...
	end
	error((...), 0)
end

local function yields()
	return task ~= nil and running() == task and isyieldable()
end

local prelude = { yields = yields }

function prelude.tell(thread)
	task = thread
end

function prelude.close()
	closed = true
end

local function check()
	if closed then
		error("the host has ended", 3)
	end
end

function prelude.guard(raw)
	return function(...)
		if closed then
			check()
		end
		return finish(raw(...))
	end
end

function prelude.waiter(prepare)
	return function(...)
		if closed then
			check()
		end
		local ok, operation = prepare(...)
		if not ok then
			error(operation, 0)
		end
		if yields() then
			return finish(yield(operation))
		end
		return finish(block(operation))
	end
end

function prelude.protect(f, ...)
	return xpcall(f, handler, ...)
end

return prelude
