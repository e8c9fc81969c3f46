-- Wraps the host's functions. A Rust callback gives `true` and its results, or `false` and a value
-- to raise. A waiting one gives an operation, which is yielded to the scheduler directly inside a
-- task, and blocked on everywhere else.
local block, handler = ...
local running, isyieldable, yield = coroutine.running, coroutine.isyieldable, coroutine.yield
local error, xpcall = error, xpcall

--- The task that runs, or nil.
local task

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

function prelude.guard(raw)
	return function(...)
		return finish(raw(...))
	end
end

function prelude.waiter(prepare)
	return function(...)
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

--- `print` that goes through the host, behind what `io.write` still holds back.
function prelude.print(out)
	local stdout, tostring, concat, pack, pcall =
		io and io.stdout, tostring, table.concat, table.pack, pcall
	return function(...)
		local texts = pack(...)
		for i = 1, texts.n do
			texts[i] = tostring(texts[i])
		end
		if stdout then
			pcall(stdout.flush, stdout)
		end
		out(concat(texts, "\t"))
	end
end

return prelude
