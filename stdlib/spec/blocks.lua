--- The blocks of a spec file and the order in which they run: `describe`, `it`, the hooks, the tags.

local errors = require "errors"
local host = require "host"
local invariants = require "spec.invariants"
local show = require "spec.show"
local spies = require "spec.spies"

local blocks = {}

---@class spec.Block
---@field name string
---@field parent? spec.Block
---@field before function[] before each test
---@field after function[] after each test
---@field setup function[] once, before the first test that runs
---@field teardown function[] once, after the last one
---@field ready? boolean its setup has run
---@field broken? table why its setup failed
---@field mark? integer the spies that were there before its setup

---@class spec.Test
---@field name string
---@field block spec.Block
---@field body? function
---@field fault? table why its block could not be read
---@field at? table

local function new_block(name, parent)
	return { name = name, parent = parent, before = {}, after = {}, setup = {}, teardown = {} }
end

---@type spec.Test[]
local tests = {}
---@type spec.Block
local block = new_block ""
--- What runs now: the test, and what it wants done at its end.
---@type table?
local running

--- A fault as it is shown; of a table that says nothing itself, what is in it.
local function describe(fault)
	local described = errors.describe(fault)
	local meta = type(fault) == "table" and getmetatable(fault) or {}
	if type(fault) == "table" and not (meta.__tostring or fault.message or fault.summary) then
		described.what = "it raised " .. show.value(fault)
	end
	return described
end

--- What a test raises that says itself that it is pending.
local PENDING = setmetatable({}, { __name = "pending" })

local function misuse(what, hint)
	errors.raise {
		summary = "Wrong argument",
		what = what,
		hints = hint and { hint } or nil,
		at = host.where(),
	}
end

local function check(what, name, body)
	if type(name) ~= "string" then
		misuse(("%s wants a name first, got a %s"):format(what, type(name)))
	elseif body ~= nil and type(body) ~= "function" then
		misuse(("%s wants a function after the name, got a %s"):format(what, type(body)))
	elseif running then
		misuse(
			("%s inside of a test: it would never run"):format(what),
			"tests stand beside each other, in a describe or in the file"
		)
	end
end

--- A named group of tests, with its own hooks.
---@param name string
---@param body? fun()
function blocks.describe(name, body)
	check("describe", name, body)
	if not body then
		return blocks.pending(name)
	end
	local outer = block
	block = new_block(name, outer)
	local ok, fault = errors.capture(body)
	block = outer
	if not ok then
		-- The other blocks have tests as well; that this one has lost some is a failure whatever the filter.
		local described = describe(fault)
		tests[#tests + 1] = { name = name, block = outer, fault = described, at = described.at }
	end
end

--- A copy of a table, one level deep.
local function copy(map)
	local out = {}
	for key, value in next, map do
		out[key] = value
	end
	return out
end

--- Puts back into a table what it held.
local function restore(map, held)
	for key in next, map do
		if held[key] == nil then
			rawset(map, key, nil)
		end
	end
	for key, value in next, held do
		rawset(map, key, value)
	end
end

--- A group of tests whose globals and modules are its own: what they set is gone behind it.
---@param name string
---@param body? fun()
function blocks.insulate(name, body)
	check("insulate", name, body)
	local globals, loaded
	blocks.describe(name, body and function()
		blocks.setup(function()
			-- selene: allow(global_usage) -- what it is for
			globals, loaded = copy(_G), copy(package.loaded)
		end)
		body()
		blocks.teardown(function()
			-- selene: allow(global_usage)
			restore(_G, globals)
			restore(package.loaded, loaded)
		end)
	end)
end

--- A test. Without a body it is pending.
---@param name string
---@param body? fun()
function blocks.it(name, body)
	check("it", name, body)
	tests[#tests + 1] = { name = name, block = block, body = body, at = host.where() }
end

--- A test that is not written yet, or does not pass yet; inside of a test it ends it as pending.
---@param name? string
---@param _? fun() what it will do
function blocks.pending(name, _)
	if running then
		running.reason = name
		error(PENDING, 0)
	end
	check("pending", name, nil)
	---@diagnostic disable-next-line: assign-type-mismatch -- a pending test has no body
	tests[#tests + 1] = { name = name, block = block, at = host.where() }
end

local function hook(list, what)
	return function(f)
		if type(f) ~= "function" then
			misuse(("%s wants a function, got a %s"):format(what, type(f)))
		elseif running then
			misuse(("%s inside of a test: it would never run"):format(what))
		end
		table.insert(block[list], f)
	end
end

blocks.before_each = hook("before", "before_each")
blocks.after_each = hook("after", "after_each")
blocks.setup = hook("setup", "setup")
blocks.teardown = hook("teardown", "teardown")

--- At the end of this test, however it ends.
---@param f fun()
function blocks.finally(f)
	if not running then
		misuse("finally belongs into a test", "after_each runs after every test")
	elseif type(f) ~= "function" then
		misuse(("finally wants a function, got a %s"):format(type(f)))
	end
	---@diagnostic disable-next-line: need-check-nil -- outside of a test it was misuse
	table.insert(running.finally, f)
end

--- What `os.exit` is in a spec: it would end the tests that are still to come, so the test fails in which
--- it is called, though what it is called by goes on behind a `pcall`.
---@param name string
---@param code any
function blocks.exit(name, code)
	local fault = {
		summary = "A spec can't end the process",
		what = ("%s(%s) was called"):format(name, code == nil and "" or tostring(code)),
		hints = {
			"spec.run runs a script as the command line does, and gives its exit code",
			'stub(os, "exit") stands in where code under test calls it',
		},
		at = host.where(),
	}
	if running then
		running.exit = running.exit or fault
	end
	errors.raise(fault)
end

---@param from spec.Block
---@return spec.Block[] from the outermost to the innermost
local function chain(from)
	local list = {}
	local at = from ---@type spec.Block?
	while at do
		table.insert(list, 1, at)
		at = at.parent
	end
	return list
end

---@param test spec.Test
---@return string
local function full_name(test)
	local names = {}
	for _, part in ipairs(chain(test.block)) do
		if part.name ~= "" then
			names[#names + 1] = part.name
		end
	end
	names[#names + 1] = test.name
	return table.concat(names, " ")
end

local function any(list, holds)
	for _, item in ipairs(list or {}) do
		if holds(item) then
			return true
		end
	end
	return false
end

local function wanted(name, options)
	local function fits(pattern)
		if name:find(pattern, 1, true) then
			return true
		end
		local ok, found = pcall(string.find, name, pattern)
		return ok and found ~= nil
	end
	local function tagged(tag)
		return (" " .. name .. " "):find(
			"#" .. tag:gsub("^#", ""):gsub("%p", "%%%0") .. "%f[^%w_%-]"
		) ~= nil
	end
	if #(options.filter or {}) > 0 and not any(options.filter, fits) then
		return false
	elseif #(options.tags or {}) > 0 and not any(options.tags, tagged) then
		return false
	end
	return not any(options.filter_out, fits) and not any(options.exclude_tags, tagged)
end

local function call_all(list)
	for _, f in ipairs(list) do
		f()
	end
end

--- The setups of the blocks that have not had theirs. Gives why one of them failed.
local function prepare(path)
	for _, part in ipairs(path) do
		if not part.ready then
			part.ready, part.mark = true, spies.mark()
			local ok, fault = errors.capture(function()
				call_all(part.setup)
			end)
			part.broken = not ok and describe(fault) or nil
		end
		if part.broken then
			return part.broken
		end
	end
end

--- Raises what of the invariants did not hold.
local function check_invariants()
	local wrong = invariants.take()
	if #wrong > 0 then
		errors.raise {
			summary = "An invariant does not hold",
			what = table.concat(wrong, "\n", 1, math.min(#wrong, 10)),
			why = ("found %d times while stacks were applied"):format(#wrong),
			at = false,
		}
	end
end

--- Runs the body with everything around it.
---@return string status
---@return table|nil failure
local function run_test(test, path)
	local broken = prepare(path)
	if broken then
		return "failed", broken
	end
	local mark = spies.mark()
	running = { finally = {} }
	local ok, fault = errors.capture(function()
		for _, part in ipairs(path) do
			call_all(part.before)
		end
		test.body()
	end)
	local pending = not ok and fault == PENDING
	local described = not ok and not pending and describe(fault) or running.exit
	local function afterwards(f)
		local after_ok, after_fault = errors.capture(f)
		if not after_ok and not described then
			described = describe(after_fault)
		end
	end
	for index = #running.finally, 1, -1 do
		afterwards(running.finally[index])
	end
	for index = #path, 1, -1 do
		for _, f in ipairs(path[index].after) do
			afterwards(f)
		end
	end
	afterwards(check_invariants)
	spies.revert_to(mark)
	test.reason, running = running.reason, nil
	if described then
		return "failed", described
	end
	return pending and "pending" or "passed"
end

--- The teardowns of the blocks that have no test left. One that fails is a failed test.
local function clean_up(path, last, index, report)
	for depth = #path, 1, -1 do
		local part = path[depth]
		if last[part] == index and part.ready then
			local ok, fault = errors.capture(function()
				call_all(part.teardown)
			end)
			spies.revert_to(part.mark)
			if not ok then
				local name = part.name == "" and "the file" or part.name
				report {
					name = name .. " teardown",
					status = "failed",
					failure = describe(fault),
				}
			end
		end
	end
end

--- Runs what was described, and tells `report` of every result.
---@param options table filter, filter_out, tags, exclude_tags: lists; list: name the tests only
---@param report fun(result: table)
---@param begin? fun(name: string, at: table?) called before every test
function blocks.run(options, report, begin)
	local todo, last = {}, {}
	for _, test in ipairs(tests) do
		if test.fault or wanted(full_name(test), options) then
			todo[#todo + 1] = test
			for _, part in ipairs(chain(test.block)) do
				last[part] = #todo
			end
		end
	end
	tests = {}
	for index, test in ipairs(todo) do
		local path = chain(test.block)
		local result = { name = full_name(test), at = test.at, status = "pending" }
		if test.fault then
			result.status, result.failure = "failed", test.fault
		elseif test.body and not options.list then
			if begin then
				begin(result.name, test.at)
			end
			result.status, result.failure = run_test(test, path)
			result.reason = test.reason
		end
		report(result)
		if not options.list then
			clean_up(path, last, index, report)
		end
	end
end

return blocks
