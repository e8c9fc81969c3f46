--- The settings of a task as a script declares them: what differs from the defaults, and nothing that
--- only DMS sets.

local domain = require "dms"
local json = require "json"

local task_settings = {}

--- The settings of a task that differ from the defaults, in DMS's form; what this version does not
--- know is left as it is.
---@param document table
---@return table? settings
---@return string[] unknown paths
local function changed(document)
	local known, unknown, own = {}, {}, {}
	for _, key in ipairs(domain.settings.keys()) do
		known[key.path] = true
	end
	for _, change in ipairs(domain.settings.diff(document, {})) do
		local section, rest = change.path:match "^([^.]+)%.(.+)$"
		local component = rest and section == "Logging" and rest:match "^LogComponents%.(.+)$"
		if component then
			own.Logging = own.Logging or {}
			own.Logging.LogComponents = own.Logging.LogComponents or {}
			table.insert(own.Logging.LogComponents, { Id = component, Severity = change.to })
		elseif not known[change.path] then
			unknown[#unknown + 1] = change.path
		else
			local at = own
			for part in change.path:gmatch "([^.]+)%." do
				at[part] = at[part] or {}
				at = at[part]
			end
			at[change.path:match "([^.]+)$"] = change.to
		end
	end
	return next(own) and own or nil, unknown
end

--- Puts in the settings whose default changed over time: without a word they would mean something
--- else some day.
local function add_volatile(own, document)
	for _, finding in ipairs(domain.settings.check(own)) do
		if finding.code == "S037" then
			local section, name = finding.path:match "^([%w_]+)%.([%w_]+)$"
			local value = section and type(document[section]) == "table" and document[section][name]
			if value ~= nil and value ~= json.null then
				own[section] = own[section] or {}
				own[section][name] = value
			end
		end
	end
end

--- The settings that DMS sets itself, and refuses from others.
local STRIPPED = { "CloudWatchLogGroup", "CloudWatchLogStream" }

--- What is declared of a live document.
---@param document table
---@return table? settings nil where all is as by default
---@return string[] unknown paths that this version does not know
---@return string[] stripped what is left to DMS
function task_settings.of(document)
	local own, unknown = changed(document)
	local stripped = {}
	for _, name in ipairs(STRIPPED) do
		if (document.Logging or {})[name] then
			stripped[#stripped + 1] = name
		end
	end
	if own then
		add_volatile(own, document)
	end
	return own, unknown, stripped
end

return task_settings
