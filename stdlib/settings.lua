--- Task settings as code: a table in DMS's own key names, merged deeply over a preset.
---
---     local settings = require "settings"
---     local s = settings {
---       FullLoadSettings = { MaxFullLoadSubTasks = 16 },
---       TargetMetadata = { LobMaxSize = 4096 },
---     }
---     s.FullLoadSettings.MaxFullLoadSubTasks  --> 16
---     s.Logging.EnableLogging                 --> true, from the preset "default"
---
--- Another preset is the start: `settings.preset "lob-heavy" { … }`; `settings.explain "lob-heavy"`
--- says what it is for and what it sets. Only keys that are declared are compared with what runs.

local dms = require "dms"
local errors = require "errors"
local fs = require "fs"
local host = require "host"
local json = require "json"
local report = require "report"
local suggest = require "suggest"

local settings = {}

---@class settings.Document
local Document = {}

--- Where each document was written; beside the documents, which stay plain tables of DMS's form.
local PLACES = setmetatable({}, { __mode = "k" })

local META = { __index = Document, __name = "settings" }

--- Merges deeply, in lists of log components by their Id.
local function merge(base, over)
	local merged = dms.settings.merge(base, over)
	return setmetatable(merged, META)
end

--- The names of the presets.
---@return string[]
function settings.presets()
	local names = {}
	for index, preset in ipairs(dms.settings.presets()) do
		names[index] = preset.name
	end
	return names
end

local function named(name)
	for _, preset in ipairs(dms.settings.presets()) do
		if preset.name == name then
			return preset
		end
	end
	local names = settings.presets()
	errors.raise {
		summary = "Unknown preset of task settings",
		what = ("there is no preset %q"):format(tostring(name)),
		hints = {
			suggest.did_you_mean(tostring(name), names)
				or ("presets are: " .. table.concat(names, ", ")),
		},
		at = host.where(),
		exit = "usage",
	}
end

local function must_be_table(over)
	if type(over) ~= "table" then
		errors.raise {
			summary = "Task settings cannot be built",
			what = ("a table is wanted, got %s"):format(type(over)),
			at = host.where(),
			exit = "usage",
		}
	end
end

--- Settings over a base.
---@param base table
---@param over table
---@return settings.Document
function settings.over(base, over)
	must_be_table(over)
	local document = merge(base, over)
	PLACES[document] = host.where()
	return document
end

--- A preset, to use as it is or to call with what differs.
---@param name "default"|"full-load-fast"|"cdc-low-latency"|"lob-heavy"|"validate-only"
---@return settings.Document
function settings.preset(name)
	local document = merge({}, named(name).settings)
	PLACES[document] = host.where()
	return document
end

--- What a preset is for, and the keys it sets.
---@param name string
---@return string
function settings.explain(name)
	local preset = named(name)
	local lines = { ("%s: %s"):format(name, preset.text) }
	for _, section in ipairs(report.keys(preset.settings)) do
		for _, key in ipairs(report.keys(preset.settings[section])) do
			local value = tostring(preset.settings[section][key])
			lines[#lines + 1] = ("  %s.%s = %s"):format(section, key, value)
		end
	end
	return table.concat(lines, "\n")
end

--- Reads a document in DMS's own form, from beside the script unless the path is absolute.
---@param path string
---@return settings.Document
function settings.load(path)
	local full = path:sub(1, 1) == "/" and path or fs.join(fs.script_dir(), path)
	if not fs.exists(full) then
		errors.raise {
			summary = "File not found",
			what = ("the task settings %s do not exist"):format(full),
			at = host.where(),
			exit = "usage",
		}
	end
	local document = setmetatable(json.decode(fs.read(full)), META)
	PLACES[document] = { file = full, line = 1 }
	return document
end

--- The document, from whatever a script gives: ours, a table in DMS's form, JSON text.
---@param given any
---@return settings.Document
function settings.document_of(given)
	if type(given) == "table" and getmetatable(given) == META then
		return given
	end
	if type(given) == "string" then
		given = json.decode(given)
	end
	local document = setmetatable(given, META)
	PLACES[document] = PLACES[document] or host.where()
	return document
end

--- The line on which a key stands, at or below the place where the document begins.
local function line_of(place, key)
	if not (place and key and fs.exists(place.file)) then
		return place
	end
	local number = 0
	for line in (fs.read(place.file) .. "\n"):gmatch "(.-)\n" do
		number = number + 1
		if
			number >= place.line
			and number < place.line + 200
			and line:match("%f[%w_]" .. key .. "%f[^%w_]")
		then
			return { file = place.file, line = number, word = key }
		end
	end
	return place
end

--- Where the document, or one of its keys, was written.
---@param path? string such as `TargetMetadata.LobMaxSize`
---@return table|nil
function Document:place(path)
	local key = path and path:match "([%w_]+)[^%w_]*$"
	return line_of(PLACES[self], key)
end

--- Findings of the offline check, each with the place in the script it came from.
---@param context? table source_engine, target_engine, migration_type, engine_version, mappings
---@return table[]
function Document:check(context)
	local findings = dms.settings.check(self, context or {})
	for _, finding in ipairs(findings) do
		finding.at = self:place(finding.path)
	end
	return findings
end

--- The declared keys that differ from what runs (or from any other document).
---@param live table
---@return table[]
function Document:diff(live)
	return dms.settings.diff(self, live)
end

--- How many keys say something else than DMS's default.
---@return integer
function Document:changed()
	return dms.settings.changed(self)
end

--- The text that DMS takes.
---@param options? {pretty: boolean}
---@return string
function Document:json(options)
	return json.encode(self, options)
end

--- More settings over these: what a preset is called with.
META.__call = function(self, over)
	return settings.over(self, over)
end

return setmetatable(settings, {
	__call = function(_, over)
		return settings.over(named("default").settings, over)
	end,
})
