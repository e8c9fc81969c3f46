--- What AWS would refuse is refused before anything is made: the shapes of values without asking,
--- and what is offered and exists by asking, for the steps of a plan alone. A check that can't be
--- made is a warning that says so.

local absence = require "kinds.support.absence"
local context = require "stack.context"
local dms_names = require "kinds.support.dms_names"
local errors = require "errors"
local kind = require "kind"
local parallel = require "parallel"

local preflight = {}

--- What is wrong with a value of a resource.
---@class stack.Problem
---@field property string
---@field what string
---@field hints? any[]
---@field word? string what to look at in the line

--- The declaration of a step.
local function declaration(stack, step)
	for _, declared in ipairs(stack.declared) do
		if declared.kind == step.kind and declared.id == step.id then
			return declared
		end
	end
end

--- Where a property was written: where its value came from, or where the resource is declared.
local function place_of(declared, problem)
	if declared.origin then
		local origin, place = declared.origin(problem.property)
		if origin then
			return place or declared.at, origin
		end
	end
	local at = declared.at
	if not at then
		return false
	end
	return {
		file = at.file,
		line = at.line,
		word = problem.word or problem.property:match "[%w_]+",
		label = ("%s %q"):format(declared.kind, declared.id),
	}
end

local function told(found)
	return ("%s %q: %s"):format(found.declared.kind, found.declared.id, found.what)
end

--- Raises the first problem; the others are causes in the same message.
local function refuse(problems)
	table.sort(problems, function(a, b)
		return a.order < b.order
	end)
	local first, causes, seen = problems[1], {}, { [problems[1].what] = true }
	for index = 2, #problems do
		if not seen[problems[index].what] then
			seen[problems[index].what] = true
			causes[#causes + 1] = told(problems[index])
		end
	end
	local at, origin = place_of(first.declared, first)
	local why = "nothing was created or changed"
	if origin then
		why = ("the value comes from %s; %s"):format(origin, why)
	end
	errors.raise {
		summary = first.summary or "AWS would refuse a value",
		what = told(first),
		why = why,
		causes = #causes > 0 and causes or nil,
		hints = first.hints,
		at = at or false,
		exit = "usage",
	}
end

--- The values of one property, against the functions in its schema.
local function shapes_of(path, property, value, report)
	if value == nil then
		return
	end
	local is_reference = type(value) == "userdata"
	if property.check and not is_reference then
		local reason, inside, hint = property.check(value)
		if reason then
			report(path, value, reason, inside, hint)
		end
	end
	if type(value) ~= "table" then
		return
	end
	for name, field in pairs(property.fields or {}) do
		shapes_of(path .. "." .. name, field, value[name], report)
	end
	if property.items then
		for index, member in ipairs(value) do
			shapes_of(("%s[%d]"):format(path, index), property.items, member, report)
		end
	end
end

--- A value of a shape that AWS refuses, or something inside of it.
local function shape_problem(path, value, reason, inside, hint)
	if inside then
		return {
			property = path .. inside,
			word = inside:match "([%w_]+)[%[%]%d]*$",
			what = ("%s%s can't be so: %s"):format(path, inside, reason),
			hints = hint and { hint },
		}
	end
	local text = type(value) == "string" and (" be %q"):format(value)
		or type(value) == "table" and " be so"
		or " be " .. tostring(value)
	return {
		property = path,
		word = type(value) == "string" and value or nil,
		what = ("%s can't%s: %s"):format(path, text, reason),
	}
end

--- Everything declared, without asking AWS.
---@param stack table
function preflight.shapes(stack)
	local problems = {}
	for order, declared in ipairs(stack.declared) do
		local definition = kind.get(declared.kind)
		for name, property in pairs(definition.properties) do
			shapes_of(name, property, declared.properties[name], function(path, value, ...)
				---@type table
				local problem = shape_problem(path, value, ...)
				problem.order, problem.declared = order, declared
				problems[#problems + 1] = problem
			end)
		end
	end
	if #problems > 0 then
		refuse(problems)
	end
end

local Check = {}
Check.__index = Check

--- Says that a value would be refused.
---@param problem stack.Problem
function Check:refuse(problem)
	---@cast problem table
	problem.declared, problem.order = self.declared, self.order
	self.problems[#self.problems + 1] = problem
end

--- Asks AWS. What does not exist is nil; what can't be asked is nil too, and told once.
---@param what string what is left unchecked, such as "The key could not be looked at"
---@param call fun(): any
---@return any answer
---@return boolean asked whether there was an answer at all
function Check:try(what, call)
	local ok, answer = errors.capture(call)
	if ok then
		return answer, true
	elseif absence.is(answer) then
		return nil, true
	elseif type(answer) == "table" and answer.kind == "aws" and answer.unavailable then
		if not self.told[what] then
			self.told[what] = true
			errors.warn {
				summary = what,
				what = tostring(answer),
				why = "the deploy goes on without this check",
				at = false,
			}
		end
		return nil, false
	end
	error(answer, 0)
end

--- All items of an operation, asked for once for the whole plan.
---@param operation any
---@param args? table
---@return table[]
function Check:sweep(operation, args)
	return self.ctx:sweep(operation, args)
end

--- The literal texts of a property: a text, or the texts in a list. References are not known yet.
---@param value any
---@return string[]
function Check.texts(value)
	if type(value) == "string" then
		return { value }
	end
	local texts = {}
	for _, member in ipairs(type(value) == "table" and value or {}) do
		if type(member) == "string" then
			texts[#texts + 1] = member
		end
	end
	return texts
end

--- What a step is going to send: everything for a new resource, what differs for a change.
local function sent(step, properties)
	local names = {}
	if step.action == "update" and not step.may_replace then
		for name in pairs(step.changes) do
			names[name] = true
		end
		return names
	end
	for name in pairs(properties) do
		names[name] = true
	end
	return names
end

--- The name that a step gives to what it makes; nil where it makes nothing.
local function name_of_new(stack, step)
	local generation = step.generation
	if step.may_replace then
		generation = generation + 1
	elseif step.action == "update" then
		return nil
	end
	local name = ("%s-%s"):format(stack.name, step.id)
	return generation > 1 and ("%s-%d"):format(name, generation) or name
end

---@class stack.Extra
---@field declared table what it is about: `{ kind =, id =, at =, origin = }`
---@field sends table<string, boolean>
---@field run fun(check: table)

--- The steps of a plan, by asking what AWS offers and what exists.
---@param stack table
---@param plan stack.Plan
---@param extra? stack.Extra[] checks of values that no resource holds
function preflight.run(stack, plan, extra)
	local shared, problems, warned, jobs = context.shared(), {}, {}, {}
	local function add(order, fields, run)
		fields.ctx = context.new(stack, shared)
		fields.account = stack:identity().account
		fields.region = stack:identity().region
		fields.stack, fields.order = stack, order
		fields.problems, fields.told = problems, warned
		jobs[#jobs + 1] = function()
			run(setmetatable(fields, Check))
		end
	end
	for index, one in ipairs(extra or {}) do
		add(index - #extra, { declared = one.declared, creates = true, sends = one.sends }, one.run)
	end
	for order, step in ipairs(plan:with("create", "replace", "update")) do
		local definition = kind.get(step.kind)
		local named = dms_names.knows(step.kind) and name_of_new(stack, step)
		local declared = (definition.preflight or named) and declaration(stack, step)
		if declared then
			add(order, {
				declared = declared,
				creates = step.action ~= "update" or step.may_replace ~= nil,
				sends = sent(step, declared.properties),
			}, function(check)
				if named then
					dms_names.check(check, step.kind, named)
				end
				if definition.preflight then
					definition.preflight(check, declared.properties, plan:item(step))
				end
			end)
		end
	end
	parallel.map(jobs, function(job)
		job()
		return true
	end, 4)
	if #problems > 0 then
		refuse(problems)
	end
end

return preflight
