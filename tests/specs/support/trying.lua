--- What the specs of kinds share: deploy what is declared, want the plan after it to be empty, and look
--- at how a declaration is refused.

local errors = require "errors"

local trying = {}

--- Fails where a text does not have a part, at the caller's line.
---@param text any
---@param part string
function trying.has(text, part)
	if not tostring(text):find(part, 1, true) then
		error(("%q is not in %q"):format(part, tostring(text)), 2)
	end
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

return trying
