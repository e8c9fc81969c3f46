--- The second look at a plan, once nobody else can change the stack any more.

local errors = require "errors"
local lock = require "stack.lock"
local planning = require "stack.plan"
local saved = require "stack.saved"

local confirm = {}

--- A step in a text: what is done to what, how it differs, what it does to replication and data.
local function essence(step)
	local parts = {
		step.resource,
		step.action,
		step.physical or "",
		tostring(step.generation),
		tostring(step.delete_first),
		step.may_replace or "",
	}
	for _, one in ipairs(step.differences or {}) do
		parts[#parts + 1] = one.path .. " " .. one.text
	end
	parts[#parts + 1] = step.may_replace
	return table.concat(parts, "\0") .. "\0" .. table.concat(saved.marks(step), "\0")
end

--- What of a plan that was made again is not in the one that was looked at.
local function moved_of(plan, now)
	local known, moved = {}, {}
	for _, step in ipairs(plan.steps) do
		known[essence(step)] = true
	end
	for _, step in ipairs(now.steps) do
		if step.action ~= "wait" and not known[essence(step)] then
			moved[#moved + 1] = ('%s "%s": %s'):format(step.kind, step.id, saved.words(step))
		end
	end
	return moved
end

--- Looks again at what a plan is about to change, now that nobody else changes it: what was looked at
--- is what is carried out. What is done already, by whomever, is left out; what differs is refused.
---@param plan stack.Plan
---@param command? string what is run again
function confirm.plan(plan, command)
	local token = lock.token(plan.stack)
	if plan.under and plan.under == token then
		return
	end
	local now = planning.make(plan.stack, plan.destroy, plan)
	local moved = moved_of(plan, now)
	if #moved > 0 then
		errors.raise {
			summary = "The world moved since the plan was made",
			what = "it would do now what nobody has seen: " .. table.concat(moved, "\n"),
			why = "somebody else changed the stack meanwhile; nothing was changed by this run",
			hints = {
				command and { "Run it again, it shows the new plan:", command = command }
					or "run it again: it shows the new plan",
			},
			at = false,
		}
	end
	for _, key in ipairs {
		"handle",
		"steps",
		"items",
		"live",
		"has_changes",
		"unchanged",
		"kept",
		"under",
	} do
		plan[key] = now[key]
	end
end

return confirm
