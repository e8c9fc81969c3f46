--- A plan in the hands of a script: what it says, and what of it needs a second look.

local engine = require "engine"
local json = require "json"
local preflight = require "stack.preflight"
local risk = require "stack.risk"
local saved = require "stack.saved"

local planned = {}

---@class stack.Plan
---@field stack stack.Stack
---@field destroy boolean
---@field has_changes boolean
---@field steps table[] each `{ kind, id, action, reason, differences, changes, effect, loses_data, … }`
---@field unchanged string[] "kind/id"
---@field notes string[] what is no longer declared and can't go back
---@field kept string[] what stays although it is not declared
---@field live stack.Live[]
---@field unseen string[] kinds that could not be listed
---@field handle any the engine's own
---@field items table<string, table> live items by kind and physical name
---@field checked? boolean
---@field applied? boolean
---@field under? string the token of the lock that it was made under
local Plan = {}
Plan.__index = Plan

--- `2 to change, interrupts replication`.
---@return string
function Plan:headline()
	return engine.show(self.handle, false).headline
end

--- The lines below the headline.
---@param full? boolean every step and property
---@return string[]
function Plan:lines(full)
	local lines = engine.show(self.handle, full or false).lines
	for _, note in ipairs(self.notes) do
		lines[#lines + 1] = note
	end
	return lines
end

--- The whole text, headline and lines, each line with its newline.
---@param full? boolean
---@return string
function Plan:text(full)
	return engine.show(self.handle, full or false).text
end

--- The plan as data, for `ui.json`.
---@return table
function Plan:json()
	local data = engine.json(self.handle)
	local security = {}
	for index, one in ipairs(self:risks()) do
		security[index] = { class = one.class, resource = one.resource, text = one.text }
	end
	data.security = json.array(security)
	data.data_loss = json.array(self:losses())
	data.notes = json.array(self.notes)
	data.unseen = json.array(self.unseen)
	return data
end

--- Writes the plan to a file, to be carried out later as it is: see `Plan:require_saved`. A file that is
--- there and holds no plan is refused.
---@param path string
function Plan:save(path)
	saved.write(self, path)
end

--- Raises where this plan is not the one that was saved: the world moved, or the script.
---@param path string
function Plan:require_saved(path)
	saved.require(self, path)
end

--- What of the plan is about security: who may do what, who reaches what, what is encrypted.
---@return stack.Risk[]
function Plan:risks()
	if self.destroy then
		return {}
	end
	return risk.of(self.steps)
end

--- What the plan does that needs a second look, and the classes of it, as `--allow` names them:
--- destroy, replace, stop, reload, iam, network, public, encryption.
---@return string[] lines
---@return table<string, boolean> classes
function Plan:risky()
	return risk.second_look(self.steps, self:risks())
end

--- The step about a resource as a plan names it: `dms.task "migration"`.
---@param name string
---@return table?
function Plan:step_of(name)
	for _, step in ipairs(self.steps) do
		if ("%s %q"):format(step.kind, step.id) == name then
			return step
		end
	end
end

--- The steps with one of the actions.
---@param ... string "create", "update", "replace", "delete" or "wait"
---@return table[]
function Plan:with(...)
	local wanted, found = {}, {}
	for _, action in ipairs { ... } do
		wanted[action] = true
	end
	for _, step in ipairs(self.steps) do
		if wanted[step.action] then
			found[#found + 1] = step
		end
	end
	return found
end

--- What would be lost, in the words of the kinds.
---@return string[]
function Plan:losses()
	local losses, told = {}, {}
	for _, step in ipairs(self.steps) do
		local text = step.loses_data
		-- Two endpoints of one replication lose the same.
		if text and not told[text] then
			losses[#losses + 1], told[text] = text, true
		end
	end
	return losses
end

--- Asks whether AWS offers and knows what the steps name, and raises where it does not; once.
--- `Stack:apply` does it before the first change.
---@param extra? stack.Extra[] checks of values that no resource holds
function Plan:check(extra)
	if not self.checked and not self.destroy then
		self.checked = true
		preflight.run(self.stack, self, extra)
	end
end

--- The live item that a step is about, as its kind listed it.
---@param step table
---@return table?
function Plan:item(step)
	return step.physical and self.items[step.kind .. " " .. step.physical]
end

--- Makes a plan of what is known of it.
---@param fields table
---@return stack.Plan
function planned.new(fields)
	return setmetatable(fields, Plan)
end

return planned
