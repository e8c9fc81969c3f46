--- Helpers for updates: what to add and what to take away, and the changed part of a request.
---
---     local changes = require "kinds.support.changes"
---     changes.between({ "a", "b" }, { "b", "c" })   --> { "c" }, { "a" }: to add, and to remove

local M = {}

--- The members to add to `have` and to remove from it, to get `want`.
---@param have? string[]
---@param want? string[]
---@return string[] add, string[] remove
function M.between(have, want)
	local had, wanted = {}, {}
	for _, member in ipairs(have or {}) do
		had[member] = true
	end
	local add, remove = {}, {}
	for _, member in ipairs(want or {}) do
		wanted[member] = true
		if not had[member] then
			add[#add + 1] = member
		end
	end
	for _, member in ipairs(have or {}) do
		if not wanted[member] then
			remove[#remove + 1] = member
		end
	end
	return add, remove
end

--- A list, or nil for an empty one: some operations refuse an empty list.
---@generic T
---@param list? T[]
---@return T[]?
function M.some(list)
	return list and #list > 0 and list or nil
end

--- The named properties of a table.
---@param source table
---@param keys string[]
---@return table
function M.pick(source, keys)
	local out = {}
	for _, key in ipairs(keys) do
		out[key] = source[key]
	end
	return out
end

--- The named properties that changed, with the values they are to have.
---@param changes table<string, { from: any, to: any }?>
---@param keys string[]
---@return table request, boolean any
function M.changed(changes, keys)
	local out, any = {}, false
	for _, key in ipairs(keys) do
		if changes[key] then
			out[key] = changes[key].to
			any = true
		end
	end
	return out, any
end

--- Whether something else than tags changes.
---@param changes table<string, any>
---@return boolean
function M.beyond_tags(changes)
	for name in pairs(changes) do
		if name ~= "tags" then
			return true
		end
	end
	return false
end

--- What an operation that replaces everything is to be sent: what is live with the changes in it, so
--- that what the script does not declare, or leaves to others, stays as it is.
---@param live table
---@param changes table<string, { from: any, to: any }?>
---@param keys string[]
---@return table
function M.whole(live, changes, keys)
	local out = {}
	for _, key in ipairs(keys) do
		if changes[key] then
			out[key] = changes[key].to
		else
			out[key] = live[key]
		end
	end
	return out
end

return M
