--- What a resource's own tags record of what was declared: which properties, so that one that is no
--- longer declared goes back to its default; and salted fingerprints of what can't be read back, so
--- that another password is noticed without keeping the password.

local engine = require "engine"
local host = require "host"

local record = {}

record.DECLARES = "dmsrun:declares"
record.FINGERPRINT = "dmsrun:fingerprint"

--- A tag's value holds this much.
local LIMIT = 256

--- A property's name in three characters (FNV-1a): a tag holds few letters, a kind many properties.
local DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
function record.short(name)
	local hash = 0x811c9dc5
	for i = 1, #name do
		hash = ((hash ~ name:byte(i)) * 0x01000193) & 0xffffffff
	end
	local text = ""
	for _ = 1, 3 do
		local digit = hash % #DIGITS + 1
		text = text .. DIGITS:sub(digit, digit)
		hash = hash // #DIGITS
	end
	return text
end

--- Whether a kind's resources can carry the record at all.
local function recorded(definition)
	return definition.properties.tags ~= nil and not definition.shared
end

--- The names of declared properties that could go back, in short; nil for a kind without any.
local function declares(definition, properties)
	local parts = {}
	for name in pairs(definition.properties) do
		if name ~= "tags" and properties[name] ~= nil then
			parts[#parts + 1] = record.short(name)
		end
	end
	table.sort(parts)
	local text = table.concat(parts, ".")
	return #text <= LIMIT and #text > 0 and text or nil
end

--- The fingerprints in a tag, by property: `password=salt.digits`.
local function fingerprints(text)
	local by_name = {}
	for name, print in tostring(text or ""):gmatch "([%w_]+)=([%w%.]+)" do
		by_name[name] = print
	end
	return by_name
end

--- Whether a value is the one that a fingerprint was made of. Without a fingerprint nobody can tell,
--- and nothing is changed for that.
---@param declared any
---@param print? string
---@return boolean
function record.matches(declared, print)
	local salt, digits = tostring(print or ""):match "^(%w+)%.(%x+)$"
	if not salt then
		return true
	end
	return engine.fingerprint(salt, declared) == digits
end

--- The live properties that only the tags know: a fingerprint in place of each secret.
---@param definition kind.Kind
---@param tags table<string, string>
---@param properties table
function record.add_fingerprints(definition, tags, properties)
	local known
	for name, property in pairs(definition.properties) do
		if property.fingerprint then
			known = known or fingerprints(tags[record.FINGERPRINT])
			properties[name] = known[name]
		end
	end
end

--- The tags that record what is written now.
---@param definition kind.Kind
---@param properties table what is declared, resolved
---@return table<string, string>
function record.tags(definition, properties)
	if not recorded(definition) then
		return {}
	end
	local parts, salt = {}, nil
	for name, property in pairs(definition.properties) do
		if property.fingerprint and properties[name] ~= nil then
			salt = salt or host.uuid():gsub("%W", ""):sub(1, 8)
			parts[#parts + 1] = ("%s=%s.%s"):format(
				name,
				salt,
				engine.fingerprint(salt, properties[name])
			)
		end
	end
	table.sort(parts)
	return {
		---@diagnostic disable-next-line: assign-type-mismatch -- nil leaves the tag out
		[record.DECLARES] = declares(definition, properties),
		---@diagnostic disable-next-line: assign-type-mismatch -- nil leaves the tag out
		[record.FINGERPRINT] = #parts > 0 and table.concat(parts, " ") or nil,
	}
end

--- Puts the record among the changes of an update, where it differs from what the tags say.
---@param definition kind.Kind
---@param properties table
---@param changes table
---@param live_tags table<string, string>
function record.add_changes(definition, properties, changes, live_tags)
	local wanted = record.tags(definition, properties)
	-- The salt is new each time: only another value is a reason to write it.
	for name, print in pairs(fingerprints(live_tags[record.FINGERPRINT])) do
		if not changes[name] and wanted[record.FINGERPRINT] then
			wanted[record.FINGERPRINT] =
				wanted[record.FINGERPRINT]:gsub(name .. "=[%w%.]+", name .. "=" .. print)
		end
	end
	local to = {}
	for name, value in pairs((changes.tags or {}).to or {}) do
		to[name] = value
	end
	local any = false
	for name, value in pairs(wanted) do
		if live_tags[name] ~= value then
			to[name], any = value, true
		end
	end
	if any then
		changes.tags = { from = (changes.tags or {}).from, to = to }
	end
end

--- What was declared when the resource was written last and is not any more: defaults to put in, names
--- to set back to nothing, and what stays because nobody knows a default.
---@param definition kind.Kind
---@param properties table what is declared
---@param live stack.Live
---@return table<string, any> defaults
---@return string[] resets
---@return string[] stays
function record.removed(definition, properties, live)
	local defaults, resets, stays = {}, {}, {}
	local text = (live.tags or {})[record.DECLARES]
	if not text or not recorded(definition) then
		return defaults, resets, stays
	end
	---@type table<string, boolean>
	local before = {}
	for part in text:gmatch "%w+" do
		before[part] = true
	end
	for name, property in pairs(definition.properties) do
		local gone = properties[name] == nil and before[record.short(name)]
		if gone and name ~= "tags" and live.properties[name] ~= nil then
			if property.default ~= nil then
				defaults[name] = property.default
			elseif property.resets then
				resets[#resets + 1] = name
			elseif not property.write_only and not property.fingerprint then
				stays[#stays + 1] = name
			end
		end
	end
	table.sort(resets)
	table.sort(stays)
	return defaults, resets, stays
end

return record
