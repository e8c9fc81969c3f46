-- The module `parallel`, built from groups of tasks: `spawn` starts one, `next` waits for the next
-- end.
local new_group, spawn, next_end, yields, protect, misuse = ...
local type, error, tostring, next = type, error, tostring, next
local floor, huge = math.floor, math.huge

---@class parallel
---@overload fun(functions: (fun(): any)[], limit?: integer): any[]
local parallel = {}

local function check(value, wanted, position, name)
	if type(value) ~= wanted then
		misuse(
			("bad argument #%d to '%s' (%s expected, got %s)"):format(
				position,
				name,
				wanted,
				value == nil and "nothing" or type(value)
			)
		)
	end
end

local function check_limit(limit, position, name)
	check(limit, "number", position, name)
	if limit < 1 or (limit ~= huge and floor(limit) ~= limit) then
		misuse(
			("bad argument #%d to '%s' (a whole number from 1 expected, got %s)"):format(
				position,
				name,
				tostring(limit)
			)
		)
	end
end

--- Refuses a key that no place in a list is: it would be passed over without a word.
local function check_list(list, name)
	local count = #list
	for key in next, list do
		if type(key) ~= "number" or key < 1 or key > count or floor(key) ~= key then
			misuse(
				("bad argument #1 to '%s' (a list expected, got one with the key %s)"):format(
					name,
					type(key) == "string" and ("%q"):format(key) or tostring(key)
				)
			)
		end
	end
end

--- Runs what `next` gives, at most `limit` at a time. `ended(index, ok, value)` learns of each end.
local function run(limit, next, ended)
	local group = new_group(yields())
	local running, failed, failure = 0, false, nil
	local function fail(value)
		if not failed then
			failed, failure = true, value
		end
		-- Nothing new after a failure, but what runs is awaited.
		next = function() end
	end
	while true do
		local more = true
		while more and running < limit do
			local ok, job = protect(next)
			if not ok then
				fail(job)
			elseif job ~= nil and type(job) ~= "function" then
				local text = "parallel.pool: next() must give a function or nil, got %s"
				fail(text:format(type(job)))
			elseif job ~= nil then
				spawn(group, job)
				running = running + 1
			end
			more = ok and type(job) == "function"
		end
		if running == 0 then
			break
		end
		local index, ok, value = next_end(group)
		running = running - 1
		if not ok then
			fail(value)
		end
		if ended then
			ended(index, ok, value)
		end
	end
	if failed then
		error(failure, 0)
	end
end

--- Calls `next()` for a job whenever there is room and after each job's end; nil means none now.
--- Ends when no job runs and `next()` gives nil. After an error nothing new begins; the first one is
--- raised when all that runs has ended.
---@param limit integer how many jobs run at a time
---@param next fun(): (fun()?)
function parallel.pool(limit, next)
	check_limit(limit, 1, "parallel.pool")
	check(next, "function", 2, "parallel.pool")
	run(limit, next)
end

--- Calls `f(item, index)` for each item, at most `limit` at a time; the results in the items'
--- order. After an error nothing new begins; the first one is raised when all that runs has ended.
---@generic T, R
---@param items T[]
---@param f fun(item: T, index: integer): R
---@param limit? integer without one, all at once
---@return R[]
function parallel.map(items, f, limit)
	check(items, "table", 1, "parallel.map")
	check(f, "function", 2, "parallel.map")
	check_list(items, "parallel.map")
	if limit ~= nil then
		check_limit(limit, 3, "parallel.map")
	end
	local at, count, results = 0, #items, {}
	run(limit or huge, function()
		at = at + 1
		local index = at
		if index <= count then
			return function()
				return f(items[index], index)
			end
		end
	end, function(index, ok, value)
		if ok then
			results[index] = value
		end
	end)
	return results
end

return setmetatable(parallel, {
	__call = function(_, functions, limit)
		check(functions, "table", 1, "parallel")
		check_list(functions, "parallel")
		if limit ~= nil then
			check_limit(limit, 2, "parallel")
		end
		for index = 1, #functions do
			if type(functions[index]) ~= "function" then
				misuse(
					("bad argument #1 to 'parallel' (item %d is a %s, not a function)"):format(
						index,
						type(functions[index])
					)
				)
			end
		end
		return parallel.map(functions, function(f)
			return f()
		end, limit)
	end,
})
