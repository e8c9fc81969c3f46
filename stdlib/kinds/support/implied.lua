--- What follows from the declaration of a task or of a serverless replication without standing in it:
--- settings that were declared once go back to their defaults, and what a change stopped and did not
--- resume runs again. Both have one rule for it, and one for the tags that record it.

local change = require "kinds.support.task_changes"
local marks = require "kinds.support.marks"
local setting_keys = require "kinds.support.setting_keys"
local states = require "kinds.support.task_states"

local implied = {}

---@class implied.About
---@field task table as DMS describes a task
---@field name string the property that holds its settings
---@field settings any the live ones
---@field may_run_again boolean whether its state is one that it may be brought back from

--- What is implied, as properties, and what has to be known beside it. Notes at the item what is declared
--- and whether it is to run again.
---@param ctx table
---@param item table
---@param about implied.About
---@return table properties
---@return string[] warnings
function implied.of(ctx, item, about)
	local declared, task = ctx.declared, about.task
	local properties, warnings = {}, {}
	item.declared = declared
	if states.is_failed(task) then
		warnings[1] = "has failed: " .. states.failure_of(task)
	end
	if declared == nil then
		return properties, warnings
	end
	local due = about.may_run_again and marks.is_due(task, item.tags or {})
	if due and (declared.state or "unmanaged") == "unmanaged" then
		properties.state = "running"
		item.due = true
	end
	local given = change.document(declared[about.name])
	if type(about.settings) == "table" and (given == nil or type(given) == "table") then
		local document, stays = setting_keys.restored(given, about.settings, item.tags or {})
		properties[about.name] = document
		for _, path in ipairs(stays) do
			warnings[#warnings + 1] = ("%s.%s is no longer declared and stays as it is; there is no default to go back to"):format(
				about.name,
				path
			)
		end
	end
	return properties, warnings
end

--- The tags of a new one: those of its own, and what of its settings is declared.
---@param tags table[] as DMS takes them
---@param document dms.Document|nil
---@return table[]
function implied.tags_on_create(tags, document)
	for key, value in pairs(setting_keys.tags(document)) do
		tags[#tags + 1] = { key = key, value = value }
	end
	return tags
end

--- The tags that an update writes: those that changed, and what of its settings is declared now.
---@param item table
---@param props table
---@param changes table
---@param name string the property that holds its settings
---@return table<string, string>
function implied.tags_on_update(item, props, changes, name)
	local wanted = {}
	for key, value in pairs((changes.tags or {}).to or {}) do
		wanted[key] = value
	end
	if changes[name] then
		for key, value in pairs(setting_keys.changed_tags(props[name], item.tags or {})) do
			wanted[key] = value
		end
	end
	return wanted
end

return implied
