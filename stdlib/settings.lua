--- Task settings as code: a table in DMS's own key names, merged deeply over a preset. SETTINGS.md
--- beside this file goes through them by task.
---
---     local settings = require "settings"
---     local s = settings {
---       FullLoadSettings = { MaxFullLoadSubTasks = 16 },
---       TargetMetadata = { LobMaxSize = 4096 },
---     }
---     s.FullLoadSettings.MaxFullLoadSubTasks  --> 16
---     s.Logging.EnableLogging                 --> true, from the preset "default"
---
--- Another preset is the start: `settings.preset "lob-heavy" { … }`. `settings.explain "lob-heavy"`
--- says what it is for and what it sets, `settings.explain "CommitRate"` what a key is. Only keys
--- that are declared are compared with what runs.

local catalogue = require "mappings.catalogue"
local dms = require "dms"
local documents = require "documents"
local errors = require "errors"
local explain = require "settings.explain"
local fs = require "fs"
local handing = require "handing"
local host = require "host"
local json = require "json"
local places = require "settings.places"
local suggest = require "suggest"
local suggesting = require "suggesting"

---@class settings
---@overload fun(over: settings.TaskSettings): settings.Document
local settings = {}

---@alias settings.PresetName
---| "default" # logs are on; keys whose default changed over time are said
---| "full-load-fast" # loads as fast as it goes
---| "cdc-low-latency" # keeps changes short behind the source
---| "lob-heavy" # whole LOBs, none cut
---| "validate-only" # compares, moves nothing

---@class settings.Document: settings.TaskSettings
---@overload fun(over: settings.TaskSettings): settings.Document
local Document = {}

--- One table of keys that went into a document, and where it was written.
---@class settings.Layer
---@field keys table
---@field place {file: string, line: integer}|nil
---@field source? documents.Source of a file in JSON

--- Where the parts of each document come from, the last first looked at; beside the documents,
--- which stay plain tables of DMS's form.
---@type table<table, settings.Layer[]>
local LAYERS = setmetatable({}, { __mode = "k" })

local META = { __index = Document, __name = "settings" }

local function refuse(what, hint, at)
	errors.raise {
		summary = "Task settings cannot be built",
		what = what,
		hints = hint and { hint } or nil,
		at = at or host.where(),
		exit = "usage",
	}
end

local function shown(value)
	if value == nil then
		return "nothing"
	elseif type(value) == "string" then
		return ("the text %q"):format(#value > 40 and value:sub(1, 37) .. "…" or value)
	end
	return ("a %s"):format(type(value))
end

local function must_be_table(over)
	if type(over) ~= "table" then
		local hint = "settings { FullLoadSettings = { CommitRate = 10000 } }"
		if type(over) == "string" then
			hint = ("a file is read by settings.load %q, a preset is settings.preset %q"):format(
				over,
				over
			)
		end
		refuse(("a table is wanted, got %s"):format(shown(over)), hint)
	end
	for key in pairs(over) do
		if type(key) ~= "string" then
			refuse(
				("%s stands where a section is wanted"):format(
					type(key) == "number" and shown(over[key]) or shown(key)
				),
				"sections are named: FullLoadSettings = { CommitRate = 10000 }"
			)
		end
	end
end

--- A document, with what it was made of.
local function finish(plain, layers)
	local document = setmetatable(plain, META)
	LAYERS[document] = layers
	handing.over(document, false)
	return document
end

--- The layers of what a script gives: those of one of our documents, or the table itself.
local function layers_of(given, place)
	return LAYERS[given] or { { keys = given, place = place } }
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

local function find_preset(name)
	for _, preset in ipairs(dms.settings.presets()) do
		if preset.name == name then
			return preset
		end
	end
end

local function named(name)
	local preset = find_preset(name)
	if preset then
		return preset
	end
	local names = settings.presets()
	local near = type(name) == "string" and suggest.did_you_mean(name, names)
	errors.raise {
		summary = "Unknown preset of task settings",
		what = ("there is no preset %s"):format(
			type(name) == "string" and ("%q"):format(name) or shown(name)
		),
		hints = { near or ("presets are: " .. table.concat(names, ", ")) },
		at = host.where(),
		exit = "usage",
	}
end

--- Settings over a base.
---@param base settings.TaskSettings
---@param over settings.TaskSettings
---@return settings.Document
function settings.over(base, over)
	must_be_table(base)
	must_be_table(over)
	local place, layers = host.where(), {}
	for _, given in ipairs { base, over } do
		for _, layer in ipairs(layers_of(given, place)) do
			layers[#layers + 1] = layer
		end
	end
	return finish(dms.settings.merge(base, over), layers)
end

--- A preset, to use as it is or to call with what differs.
---@param name settings.PresetName
---@return settings.Document
function settings.preset(name)
	local preset, place = named(name), host.where()
	local document = setmetatable(dms.settings.merge({}, preset.settings), META)
	LAYERS[document] = { { keys = {}, place = place } }
	return document
end

--- What a preset is for and the keys it sets; or what a section or key is, with its default, range
--- and words.
---@param name settings.PresetName|string
---@return string
function settings.explain(name)
	local preset = find_preset(name)
	if preset then
		return explain.preset(preset)
	end
	local text = type(name) == "string" and explain.keys(name)
	if text then
		return text
	end
	local names = settings.presets()
	for _, word in ipairs(explain.names()) do
		names[#names + 1] = word
	end
	local near = type(name) == "string" and suggest.did_you_mean(name, names)
	errors.raise {
		summary = "Nothing to explain",
		what = ("%s is neither a preset, a section nor a key of the task settings"):format(
			type(name) == "string" and ("%q"):format(name) or shown(name)
		),
		hints = { near or ("presets are: " .. table.concat(settings.presets(), ", ")) },
		at = host.where(),
		exit = "usage",
	}
	---@diagnostic disable-next-line: missing-return -- it raises
end

--- Reads a document in DMS's own form, from beside the script unless the path is absolute. What is
--- wrong with it is told with the line and column of the file.
---@param path string
---@return settings.Document
function settings.load(path)
	local found, source = documents.read(path, "Task settings")
	if #found > 0 then
		refuse(
			source.file .. " holds a list, not an object of sections",
			nil,
			{ file = source.file, line = 1 }
		)
	end
	local place = { file = source.file, line = 1 }
	return finish(found, { { keys = found, place = place, source = source } })
end

local function copy(value)
	if type(value) ~= "table" then
		return value
	end
	local made = {}
	for key, item in pairs(value) do
		made[key] = copy(item)
	end
	return setmetatable(made, getmetatable(value))
end

--- The document, from whatever a script gives: ours, a table in DMS's form, JSON text. It is taken
--- as it is, without a preset below it.
---@param given settings.Document|settings.TaskSettings|string
---@return settings.Document
function settings.document_of(given)
	if type(given) == "table" and getmetatable(given) == META then
		return given
	end
	if type(given) == "string" then
		given = documents.decode(given, "Task settings")
	end
	must_be_table(given)
	return finish(copy(given), { { keys = given, place = host.where() } })
end

--- Whether a table has something at a path such as `Logging.LogComponents[0].Id`, as far as lists:
--- the merge may have moved their items.
local function says(keys, path)
	local at = keys
	for step in path:gmatch "[^.]+" do
		local key = step:match "^[^%[]+"
		if type(at) ~= "table" or at[key] == nil then
			return false
		elseif step:find("[", 1, true) then
			return true
		end
		at = at[key]
	end
	return true
end

--- The last steps of a path are given up until something is found.
local function parent(path)
	return path:match "^(.+)[.%[][^.%[]+$"
end

--- The texts of scripts, read once for all keys of a check.
local SCANNED = setmetatable({}, { __mode = "v" })

local function written_in(file)
	if not fs.exists(file) then
		return {}
	end
	local text = fs.read(file)
	local known = SCANNED[file]
	if not known or known.text ~= text then
		known = { text = text, found = places.scan(text) }
		SCANNED[file] = known
	end
	return known.found
end

local function place_of(written, place)
	return written
			and {
				file = place.file,
				line = written.line,
				column = written.column,
				width = written.width,
			}
		or place
end

local function place_in(layer, path)
	if layer.source then
		return documents.place(layer.source, path)
	end
	local place = layer.place
	local written = place and places.find(written_in(place.file), path, place.line)
	return place_of(written, place)
end

--- Where a document was changed after it was built.
local function assigned_place(layers, path)
	for index = #layers, 1, -1 do
		local place = layers[index].place
		local written = place and places.assigned(written_in(place.file), path, place.line)
		if written then
			return place_of(written, place)
		end
	end
end

--- Where the document, or one of its keys, was written.
---@param path? string such as `TargetMetadata.LobMaxSize`
---@return {file: string, line: integer, column?: integer, width?: integer}|nil
function Document:place(path)
	local layers = LAYERS[self] or {}
	local way = path ~= "" and path or nil
	while way do
		local own = says(self, way) and assigned_place(layers, way)
		if own then
			return own
		end
		for index = #layers, 1, -1 do
			if says(layers[index].keys, way) then
				return place_in(layers[index], way)
			end
		end
		way = parent(way)
	end
	for index = #layers, 1, -1 do
		if layers[index].place then
			return layers[index].place
		end
	end
end

--- Findings of the offline check, each with the place in the script it came from.
---@param context? dms.Context
---@return dms.Finding[]
function Document:check(context)
	local findings = dms.settings.check(self, catalogue.context(context))
	for _, finding in ipairs(findings) do
		documents.mark(finding, self:place(finding.path))
	end
	return findings
end

--- The declared keys that differ from what runs (or from any other document).
---@param live table|string
---@return table[]
function Document:diff(live)
	return dms.settings.diff(self, live)
end

--- Whether a task that runs with the other document has all that this one declares.
---@param live table|string
---@return boolean
function Document:equals(live)
	return #dms.settings.diff(self, live) == 0
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

-- Sections begin with a capital: one that is not there is nil. A method that is not there is told.
suggesting.class(Document, "a document of task settings", { only = "^%l" })

--- More settings over these: what a preset is called with.
META.__call = function(self, over)
	return settings.over(self, over)
end

setmetatable(settings, {
	__call = function(_, over)
		return settings.over(settings.preset "default", over)
	end,
})

return suggesting.class(settings, "the module settings", {
	hint = "a preset is called as settings.preset(name)",
})
