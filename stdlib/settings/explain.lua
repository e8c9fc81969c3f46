--- What presets, sections and keys of the task settings are, as text for people.

local dms = require "dms"
local json = require "json"
local report = require "report"

local explain = {}

--- A value as it is written in a script.
local function show(value)
	if type(value) == "table" then
		return json.encode(value)
	end
	return type(value) == "string" and ("%q"):format(value) or tostring(value)
end

--- A preset: what it is for, and the keys it sets.
---@param preset table
---@return string
function explain.preset(preset)
	local lines = { ("%s: %s"):format(preset.name, preset.text) }
	for _, section in ipairs(report.keys(preset.settings)) do
		for _, key in ipairs(report.keys(preset.settings[section])) do
			local value = preset.settings[section][key]
			lines[#lines + 1] = ("  %s.%s = %s"):format(section, key, show(value))
		end
	end
	return table.concat(lines, "\n")
end

local function range_text(range)
	if not range then
		return nil
	elseif range[2] == math.maxinteger then
		return ("at least %d"):format(range[1])
	end
	return ("%d to %d"):format(range[1], range[2])
end

--- A key: type, default, range, words, version and what it does.
local function key_text(key)
	local words = { key.type }
	if key.default ~= nil then
		words[#words + 1] = "default " .. show(key.default)
	end
	words[#words + 1] = range_text(key.range)
	if key.values and #key.values > 0 then
		words[#words + 1] = "one of " .. table.concat(key.values, ", ")
	end
	if key.since then
		words[#words + 1] = ("from engine version %s"):format(key.since)
	end
	if key.only then
		words[#words + 1] = ("%s %s only"):format(
			key.only.side,
			table.concat(key.only.families, ", ")
		)
	end
	if key.read_only then
		words[#words + 1] = "set by DMS"
	end
	return ("%s: %s (%s)"):format(key.path, key.doc, table.concat(words, "; "))
end

--- The keys that a word means: one by its path or name, all of a section.
---@param word string
---@return string|nil
function explain.keys(word)
	local lines = {}
	for _, key in ipairs(dms.settings.keys()) do
		if
			key.path == word
			or key.path:match "([^.]+)$" == word
			or key.path:sub(1, #word + 1) == word .. "."
		then
			lines[#lines + 1] = key_text(key)
		end
	end
	return lines[1] and table.concat(lines, "\n")
end

--- Every name that can be explained beside the presets.
---@return string[]
function explain.names()
	local names, seen = {}, {}
	for _, key in ipairs(dms.settings.keys()) do
		for _, name in ipairs { key.path, key.path:match "([^.]+)$", key.path:match "^([^.]+)" } do
			if not seen[name] then
				seen[name] = true
				names[#names + 1] = name
			end
		end
	end
	return names
end

return explain
