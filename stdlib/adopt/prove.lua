--- The proof of an adoption: the script that was written is run, and what it declares is compared
--- with what is there; first with what was found, before anything is changed, then by its own plan.

local context = require "stack.context"
local discover = require "stack.discover"
local errors = require "errors"
local find = require "adopt.find"
local fs = require "fs"
local kind = require "kind"
local main = require "stack.main"
local own = require "adopt.own"
local planning = require "stack.plan"

local prove = {}

--- Runs a script that declares a stack and gives the stack.
---@param path string
---@return stack.Stack
function prove.load(path)
	-- selene: allow(global_usage) -- a script's globals, but for its arguments
	local env = setmetatable({ arg = { [0] = path } }, { __index = _G, __newindex = _G })
	local chunk, problem = load(fs.read(path), "@" .. path, "t", env)
	if not chunk then
		errors.raise {
			summary = "The script can't be read back",
			what = tostring(problem),
			at = false,
		}
	end
	---@cast chunk function
	local stacks = main.collect(chunk)
	if #stacks ~= 1 then
		errors.raise {
			summary = "The script can't be proved",
			what = ("%s declares %d stacks where one is wanted"):format(path, #stacks),
			at = false,
		}
	end
	return stacks[1]
end

--- What was found, as the engine will see it once it is tagged.
local function as_live(stack, made, who)
	local shared, live = context.shared(), {}
	for index, resource in ipairs(made.resources) do
		local definition, map = kind.get(resource.kind), {}
		for name, value in pairs(resource.item.tags) do
			map[name] = value
		end
		for name, value in pairs(own.tags(resource, made.stack, who)) do
			map[name] = value
		end
		local ctx = context.new(stack, shared, { live_tags = map })
		local item = find.full(ctx, resource.item, map)
		live[index] = discover.observe(ctx, definition, item, resource.id)
	end
	return live
end

local function lines_of(steps)
	local lines = {}
	for _, step in ipairs(steps) do
		lines[#lines + 1] = ("%s %q: %s, %s"):format(step.kind, step.id, step.action, step.reason)
		for _, difference in ipairs(step.action ~= "create" and step.differences or {}) do
			lines[#lines + 1] = ("  %s  %s"):format(difference.path, difference.text)
		end
	end
	return lines
end

--- The differences between what the script declares and what was found; nothing is asked of AWS but
--- what the kinds read beside it.
---@param stack stack.Stack
---@param made adopt.Declared
---@param who aws.Identity
---@return string[] lines
function prove.compare(stack, made, who)
	planning.validate(stack)
	local _, steps = planning.against(stack, as_live(stack, made, who))
	local lines = {}
	for _, step in ipairs(steps) do
		-- What is in progress differs in nothing.
		if step.action ~= "wait" then
			lines[#lines + 1] = step
		end
	end
	return lines_of(lines)
end

--- The plan of the script as it is run from now on.
---@param stack stack.Stack
---@return stack.Plan
---@return string[] lines what it would do
function prove.plan(stack)
	local plan = stack:plan()
	local steps = {}
	for _, step in ipairs(plan.steps) do
		if step.action ~= "wait" then
			steps[#steps + 1] = step
		end
	end
	return plan, lines_of(steps)
end

return prove
