--- What specs share: look at how something is refused, deploy what is declared, and want the plan after
--- it to be empty.

local errors = require "errors"
local fs = require "fs"

local trying = {}

--- Fails where a text does not have a part, at the caller's line.
---@param text any
---@param part string
function trying.has(text, part)
	if not tostring(text):find(part, 1, true) then
		error(("%q is not in %q"):format(part, tostring(text)), 2)
	end
end

--- What a call that must fail raises.
---@param f function
---@param ... any its arguments
---@return any
function trying.failure(f, ...)
	local ok, problem = pcall(f, ...)
	if ok then
		error("it was not refused", 2)
	end
	return problem
end

---@param s stack.Stack
---@return stack.Stack
function trying.deploy(s)
	s:apply(s:plan())
	return s
end

--- Deploys what `make` declares, and wants the plan after it to be empty.
---@param make fun(): stack.Stack
---@return stack.Stack
function trying.settled(make)
	local s = trying.deploy(make())
	local plan = make():plan()
	if plan.has_changes then
		error("the plan is not empty: " .. plan:text(true), 2)
	end
	return s
end

--- The problem that a deploy of what `make` declares is refused with.
---@param make fun(): stack.Stack
---@return table
function trying.refused(make)
	local ok, problem = errors.capture(function()
		trying.deploy(make())
	end)
	if ok then
		error("it was not refused", 2)
	end
	return problem --[[@as table]]
end

--- Makes a set-up by raw calls, as people do by hand: see `fixtures/legacy.lua`.
---@param name string
---@return { instance: string, source: string, target: string, task: string } arns
function trying.legacy(name)
	local file = fs.join(fs.script_dir(), "../fixtures/legacy.lua")
	return assert(load(fs.read(file), "@" .. file))(name)
end

return trying
