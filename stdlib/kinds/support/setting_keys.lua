--- The keys of task settings that a script sets to something else than DMS's default, noted in tags of
--- the task: a key that is no longer declared goes back to its default, instead of staying for ever as
--- nobody's wish. Only declared keys are compared, so without the note nobody would see it.

local dms = require "dms"
local record = require "stack.record"

local keys = {}

--- The tags' keys: a value holds 64 names.
keys.TAGS = { "dmsrun:settings", "dmsrun:settings-2", "dmsrun:settings-3" }

local IN_A_TAG = 64

local COMPONENTS = "Logging.LogComponents."

--- Every path of a setting with its default, log components by their id, and by its short name.
---@type table?
local known
local function catalogue()
	if known then
		return known
	end
	known = { defaults = {}, by_short = {} }
	for _, key in ipairs(dms.settings.keys()) do
		if not key.read_only then
			known.defaults[key.path] = key.default
			known.by_short[record.short(key.path)] = key.path
		end
	end
	for _, component in ipairs(dms.settings.defaults().Logging.LogComponents or {}) do
		local path = COMPONENTS .. component.Id
		known.defaults[path] = component.Severity
		known.by_short[record.short(path)] = path
	end
	return known
end

--- The short names there are, for a test that no two are the same.
---@return table<string, string> by_short
---@return integer count of paths
function keys.shorts()
	local count, all = 0, catalogue()
	for _, key in ipairs(dms.settings.keys()) do
		count = count + (key.read_only and 0 or 1)
	end
	return all.by_short, count + #dms.settings.defaults().Logging.LogComponents
end

--- The paths that a document sets to something else than the default.
local function unusual(document)
	local paths = {}
	for _, change in ipairs(dms.settings.diff(document or {}, dms.settings.defaults())) do
		paths[#paths + 1] = change.path
	end
	table.sort(paths)
	return paths
end

--- The tags that note what a document sets.
---@param document dms.Document|nil
---@return table<string, string>
function keys.tags(document)
	local shorts, tags = {}, {}
	for _, path in ipairs(unusual(document)) do
		shorts[#shorts + 1] = record.short(path)
	end
	for index, tag in ipairs(keys.TAGS) do
		local first = (index - 1) * IN_A_TAG + 1
		if first <= #shorts then
			local last = math.min(first + IN_A_TAG - 1, #shorts)
			tags[tag] = table.concat(shorts, ".", first, last)
		end
	end
	return tags
end

--- What of the tags has to be written for a document, beside those that are there.
---@param document dms.Document|nil
---@param there table<string, string>
---@return table<string, string>
function keys.changed_tags(document, there)
	local wanted, changed = keys.tags(document), {}
	for _, tag in ipairs(keys.TAGS) do
		local value = wanted[tag] or ""
		if value ~= (there[tag] or "") then
			changed[tag] = value
		end
	end
	return changed
end

--- Puts a value at a path of a document.
local function put(document, path, value)
	local component = path:sub(1, #COMPONENTS) == COMPONENTS and path:sub(#COMPONENTS + 1)
	if component then
		document.Logging = document.Logging or {}
		local list = document.Logging.LogComponents or {}
		list[#list + 1] = { Id = component, Severity = value }
		document.Logging.LogComponents = list
		return
	end
	---@type table, string?
	local at, last = document, nil
	for part in path:gmatch "[^%.]+" do
		if last then
			at[last] = at[last] or {}
			at = at[last]
		end
		last = part
	end
	at[last] = value
end

--- Whether a document says something at a path.
local function says(document, path)
	local component = path:sub(1, #COMPONENTS) == COMPONENTS and path:sub(#COMPONENTS + 1)
	if component then
		for _, one in ipairs((document.Logging or {}).LogComponents or {}) do
			if one.Id == component then
				return true
			end
		end
		return false
	end
	local at = document
	for part in path:gmatch "[^%.]+" do
		if type(at) ~= "table" or at[part] == nil then
			return false
		end
		at = at[part]
	end
	return true
end

--- The declared document with the defaults of what was declared once and is not any more; nil where
--- there is nothing of that kind to change.
---@param declared table|nil
---@param live table
---@param tags table<string, string>
---@return table? document
---@return string[] stays paths without a known default
function keys.restored(declared, live, tags)
	local before, stays = {}, {}
	for _, tag in ipairs(keys.TAGS) do
		for short in (tags[tag] or ""):gmatch "[^%.]+" do
			local path = catalogue().by_short[short]
			if path and not says(declared or {}, path) then
				before[#before + 1] = path
			end
		end
	end
	if #before == 0 then
		return nil, stays
	end
	table.sort(before)
	local back = {}
	for _, path in ipairs(before) do
		local default = catalogue().defaults[path]
		if default ~= nil then
			put(back, path, default)
		elseif says(live, path) then
			stays[#stays + 1] = path
		end
	end
	if #dms.settings.diff(back, live) == 0 then
		return nil, stays
	end
	return dms.settings.merge(back, declared or {}), stays
end

return keys
