--- What is said when an apply did not get to its end: what failed and where, what stands, how to go
--- on.

local aws = require "aws"
local errors = require "errors"
local host = require "host"

local failure = {}

--- How many further failures are told; where many fail, they mostly do for one reason.
local TOLD = 5

local VERBS = { create = "created", update = "changed", delete = "deleted", wait = "waited for" }

local function command(run)
	if run.options.command then
		return run.options.command
	end
	local words = { "dmsrun" }
	if aws.is_local then
		words[#words + 1] = "--local"
	end
	words[#words + 1] = host.script or "SCRIPT"
	return table.concat(words, " ")
end

local function count(number, noun)
	return ("%d %s%s"):format(number, noun, number == 1 and "" or "s")
end

--- What stands and what was not begun.
---@param status table as `engine.status` gives it
---@param touched? string[] what the steps that failed had done before they did
local function standing(status, touched)
	local done = status.done == 0 and "nothing was changed"
		or ("%s done"):format(count(status.done, "step") .. " of " .. status.total)
	if touched and #touched > 0 then
		local what = table.concat(touched, "; ")
		done = status.done == 0 and what or ("%s; %s"):format(done, what)
	end
	if status.not_started > 0 then
		return ("%s; %s not started"):format(done, count(status.not_started, "step"))
	end
	return done
end

--- A declared text that the message repeats: it is what to look at in the script.
local function word_in(message, properties)
	local found
	local function look(value)
		if type(value) == "string" and #value >= 3 and #value <= 60 then
			if message:find(value, 1, true) and (not found or #value > #found) then
				found = value
			end
		elseif type(value) == "table" then
			for _, inner in pairs(value) do
				look(inner)
			end
		end
	end
	look(properties)
	return found
end

local function properties_of(stack, one)
	for _, declared in ipairs(stack.declared) do
		if declared.kind == one.kind and declared.id == one.id then
			return declared.properties
		end
	end
	return {}
end

local function place(run, one, message)
	if not one.at then
		return run.stack.at
	end
	return {
		file = one.at.file,
		line = one.at.line,
		word = word_in(message, properties_of(run.stack, one)),
		label = ("%s %q"):format(one.kind, one.id),
	}
end

local function where(run, problem)
	local who = run.stack:identity()
	local text = ("%s, account %s"):format(who.region, who.account)
	if type(problem) == "table" and problem.request_id then
		text = ("%s, request %s"):format(text, problem.request_id)
	end
	return text
end

local function hints(described, run)
	local list = {}
	for _, hint in ipairs(described.hints or {}) do
		list[#list + 1] = hint
	end
	list[#list + 1] = { "After fixing the cause, continue with:", command = command(run) }
	return list
end

local function interrupted(run, status)
	errors.raise {
		summary = "Interrupted",
		what = standing(status),
		why = "what was under way was finished, nothing new was started",
		hints = { { "Continue with:", command = command(run) } },
		at = false,
		exit = "interrupted",
	}
end

--- The lock was lost: that is what to know first, whatever failed besides.
local function taken(run, status)
	local told = errors.describe(run.taken)
	errors.raise {
		summary = told.summary,
		what = told.what,
		why = ("%s\n%s"):format(told.why, standing(status)),
		hints = told.hints,
		at = false,
		exit = "locked",
	}
end

--- What the steps that failed had done before they did, in words.
local function touched_by(run)
	local touched = {}
	for _, other in ipairs(run.failures) do
		local more = type(other.problem) == "table" and other.problem.touched or {}
		table.move(more, 1, #more, #touched + 1, touched)
		if other.job.made then
			touched[#touched + 1] = ("%s %q was %s, and not seen to its end"):format(
				other.job.kind,
				other.job.id,
				VERBS[other.job.op] or "begun"
			)
		end
	end
	return touched
end

local function failed(run, status)
	local first = run.failures[1]
	local one, problem = first.job, first.problem
	local described = errors.describe(problem)
	local from_aws = type(problem) == "table" and problem.kind == "aws"
	local message = tostring(problem)
	local causes = {}
	for _, cause in ipairs(described.causes or {}) do
		causes[#causes + 1] = cause
	end
	for index = 2, math.min(#run.failures, TOLD + 1) do
		local other = run.failures[index]
		local text = ("%s %q failed too: %s"):format(
			other.job.kind,
			other.job.id,
			tostring(other.problem)
		)
		causes[#causes + 1] = text
	end
	if #run.failures > TOLD + 1 then
		causes[#causes + 1] = ("%d more failed too"):format(#run.failures - TOLD - 1)
	end
	local why = standing(status, touched_by(run))
	if described.why then
		why = described.why .. "\n" .. why
	end
	local own = not from_aws and type(problem) == "table"
	errors.raise {
		summary = own and described.summary
			or ("Resource could not be %s"):format(VERBS[one.op] or "carried out"),
		what = own and described.what or message,
		why = why,
		aws = where(run, problem),
		causes = #causes > 0 and causes or nil,
		hints = hints(described, run),
		at = place(run, one, message),
		exit = (described.exit == "timeout" or described.exit == "interrupted") and described.exit
			or (status.done > 0 and "partial" or "failure"),
	}
end

--- Raises what stopped the apply.
---@param run stack.Run
---@param status table as `engine.status` gives it
function failure.raise(run, status)
	if run.taken then
		taken(run, status)
	end
	if #run.failures > 0 then
		failed(run, status)
	end
	interrupted(run, status)
end

return failure
