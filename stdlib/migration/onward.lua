--- How one goes on after AWS failed a run: what goes on by itself meanwhile, and the command that
--- takes it up again.

local onward = {}

--- Adds what one does next to an error of AWS, unless somebody who knew more has said it.
local function tell(problem, why, command)
	if type(problem) ~= "table" or problem.kind ~= "aws" then
		return
	end
	local hints = type(problem.hints) == "table" and problem.hints or { problem.hints }
	for _, hint in ipairs(hints) do
		if type(hint) == "table" and hint.command then
			return
		end
	end
	hints[#hints + 1] = { "After fixing the cause, continue with:", command = command() }
	problem.hints = hints
	problem.why = problem.why or why
end

--- Runs something. Where an error of AWS ends it, the error says how to go on.
---@param why string|nil what goes on without us, such as `the load goes on by itself`
---@param command fun(): string the command line that takes it up again
---@param work function
---@param ... any what it is called with
---@return any ... what it returns
function onward.from(why, command, work, ...)
	-- Nothing is caught: the error keeps the place where it was raised.
	local _ <close> = setmetatable({}, {
		__close = function(_, problem)
			tell(problem, why, command)
		end,
	})
	return work(...)
end

return onward
