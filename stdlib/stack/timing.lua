--- Where the time of an apply went: its critical path, its waits, and a timeline of its steps.
---
---     local timing = require "stack.timing"
---     local step = { name = "create ec2.vpc/main", start = 10, finish = 14, waited = 3, lag = 1,
---         queued = 0, critical = true }
---     local lines = timing.lines({ total = 4, seconds = 4, least = 3, chain = { step.name },
---         timeline = { step } }, 60)
---     lines[1]  --> "4s in all, critical path 4s (x 1.00); looking now and then cost up to 1s"
---     lines[2]  --> "# create ec2.vpc/main  4s  #################################"

local engine = require "engine"
local json = require "json"
local report = require "report"
local time = require "time"

local timing = {}

---@class stack.TimedStep
---@field name string such as `create ec2.vpc/main`
---@field start number seconds since 1970
---@field finish number
---@field waited number how much of it was spent waiting for AWS to get ready
---@field lag number how much of the waiting may be due to looking only now and then
---@field queued number how long it could have begun already
---@field critical boolean whether it is on the critical path

---@class stack.Timing
---@field total number how long the apply took, in seconds
---@field seconds number the length of its critical path, with steps that take as long as they took
---@field least number the same, had everybody looked at the right moment
---@field chain string[] the names of the steps on the critical path
---@field timeline stack.TimedStep[] the steps, in the order in which they began

--- Of an apply that did nothing.
---@return stack.Timing
function timing.none()
	return { total = 0, seconds = 0, least = 0, chain = {}, timeline = {} }
end

--- What an apply took.
---@param apply any
---@param total number
---@return stack.Timing
function timing.of(apply, total)
	local spent = engine.timing(apply) --[[@as stack.Timing]]
	spent.total = total
	return spent
end

--- As data: seconds from the beginning instead of points in time.
---@param spent stack.Timing
---@return table
function timing.json(spent)
	local steps, began = {}, nil
	for index, step in ipairs(spent.timeline) do
		began = began or step.start
		steps[index] = {
			name = step.name,
			---@diagnostic disable-next-line: need-check-nil -- the first step sets it
			start = step.start - began,
			seconds = step.finish - step.start,
			waited = step.waited,
			lag = step.lag,
			queued = step.queued,
			critical = step.critical,
		}
	end
	return {
		seconds = spent.total,
		critical_path = spent.seconds,
		critical_path_least = spent.least,
		ratio = spent.seconds > 0 and spent.total / spent.seconds or 1,
		chain = json.array(spent.chain),
		steps = json.array(steps),
	}
end

--- A bar from `start` to `finish` of `width` columns; a step that took no time is a mark.
local function bar(spent, began, step, width)
	local scale = spent.total > 0 and width / spent.total or 0
	---@type any
	local first = math.min(math.floor((step.start - began) * scale), width - 1)
	local last = math.min(math.max(math.ceil((step.finish - began) * scale), first + 1), width)
	local waits = math.min(math.floor(step.queued * scale), first)
	local sign = step.finish - step.start < spent.total / 1000 and "|"
		or step.critical and "#"
		or "="
	---@diagnostic disable-next-line: param-type-mismatch -- they are whole: see above
	return (" "):rep(first - waits) .. ("."):rep(waits) .. sign:rep(last - first)
end

--- The most lines, besides those of the critical path.
local MOST_LINES = 30

--- The steps that are worth a line: the critical path, and what took the longest beside it. What is
--- left out is counted, with the longest of it.
local function shown(spent)
	local beside = {}
	for _, step in ipairs(spent.timeline) do
		local took = step.finish - step.start
		if not step.critical and (took >= spent.total / 200 or step.queued >= 1) then
			beside[#beside + 1] = took
		end
	end
	table.sort(beside, function(a, b)
		return a > b
	end)
	local least, room = beside[MOST_LINES] or 0, MOST_LINES
	local steps, others, longest = {}, 0, 0
	for _, step in ipairs(spent.timeline) do
		local took = step.finish - step.start
		local worth = took >= math.max(least, spent.total / 200) or step.queued >= 1
		if step.critical or (worth and room > 0) then
			room = step.critical and room or room - 1
			steps[#steps + 1] = step
		else
			---@diagnostic disable-next-line: assign-type-mismatch -- seconds have fractions
			others, longest = others + 1, math.max(longest, took)
		end
	end
	return steps, others, longest
end

--- The least columns that a bar is drawn in, and the most of a step's name.
local LEAST_BAR, MOST_NAME = 10, 52

local function cut(text, width)
	local long = report.columns(text) > width
	return long and text:sub(1, (utf8.offset(text, width) or width) - 1) .. "…" or text
end

local function pad(text, width)
	return text .. (" "):rep(width - report.columns(text))
end

local function headline(spent)
	if #spent.timeline == 0 then
		return "nothing was done"
	end
	local ratio = spent.seconds > 0 and spent.total / spent.seconds or 1
	local text = ("%s in all, critical path %s (x %.2f)"):format(
		time.duration(spent.total),
		time.duration(spent.seconds),
		ratio
	)
	local lag, late, longest = spent.seconds - spent.least, 0, 0
	for _, step in ipairs(spent.timeline) do
		late = late + (step.queued >= 1 and 1 or 0)
		longest = math.max(longest, step.queued)
	end
	if lag >= 0.5 then
		text = ("%s; looking now and then cost up to %s"):format(text, time.duration(lag))
	end
	if late > 0 then
		text = ("%s; %s waited for room, up to %s"):format(
			text,
			report.plural(late, "step"),
			time.duration(longest)
		)
	end
	return text
end

--- For people: what it took in a sentence, and a line for each step with its bar; `#` is the critical
--- path, `=` is beside it, `.` is waiting for room, `|` is over at once.
---@param spent stack.Timing
---@param width integer the columns to fit into
---@return string[]
function timing.lines(spent, width)
	local lines = { headline(spent) }
	local steps, others, longest = shown(spent)
	local began, names, durations = math.huge, 0, 0
	local took = {}
	for index, step in ipairs(steps) do
		took[index] = time.duration(step.finish - step.start)
		durations = math.max(durations, report.columns(took[index]))
		names = math.max(names, report.columns(step.name))
	end
	for _, step in ipairs(spent.timeline) do
		began = math.min(began, step.start)
	end
	names = math.min(names, MOST_NAME, math.max(width - durations - LEAST_BAR - 6, 12))
	local columns = math.max(width - names - durations - 6, LEAST_BAR)
	for index, step in ipairs(steps) do
		lines[#lines + 1] = ("%s %s  %s  %s"):format(
			step.critical and "#" or " ",
			pad(cut(step.name, names), names),
			pad(took[index], durations),
			bar(spent, began, step, columns)
		)
	end
	if others > 0 then
		lines[#lines + 1] = ("  and %s, %s"):format(
			report.plural(others, "more step"),
			longest < 1 and "over at once" or "none above " .. time.duration(longest)
		)
	end
	return lines
end

return timing
