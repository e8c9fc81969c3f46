--- What a resource's own tags record of what was declared: which properties, so that one that is no
--- longer declared goes back to its default; and salted fingerprints of what can't be read back, so
--- that another password is noticed without keeping the password.

local change = require "kinds.support.changes"
local engine = require "engine"
local host = require "host"

local record = {}

record.DECLARES = "dmsrun:declares"
record.FINGERPRINT = "dmsrun:fingerprint"

--- On what was adopted: what it holds that can't be read back was never sent by us.
record.ADOPTED = "dmsrun:adopted"

--- What stands for a secret of which nobody can know whether it is the declared one.
local UNKNOWN = "(unknown)"

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

--- The fingerprints in a tag, by the name of what they are of: `password=salt.digits`, and
--- `kafka_settings.sasl_password=salt.digits` for a member.
local function fingerprints(text)
	local by_name = {}
	for name, print in tostring(text or ""):gmatch "([%w_%.]+)=([%w%.]+)" do
		by_name[name] = print
	end
	return by_name
end

--- What is kept of a name: the name, or its short form where a tag had no room for all of them.
local function known_of(prints, name)
	return prints[name] or prints[record.short(name)]
end

--- Fingerprints as a tag holds them.
local function tag_of(prints)
	for _, spell in ipairs {
		function(name)
			return name
		end,
		record.short,
	} do
		local parts = {}
		for name, print in pairs(prints) do
			parts[#parts + 1] = ("%s=%s"):format(spell(name), print)
		end
		table.sort(parts)
		local text = table.concat(parts, " ")
		if #text <= LIMIT then
			return #parts > 0 and text or nil
		end
	end
	-- No kind of ours has so many. What has no room is sent by each deploy: better than by none.
	return nil
end

--- What of the properties can't be read back, by the name of its fingerprint.
local function hidden_of(definition, properties)
	local hidden = {}
	for name, property in pairs(definition.properties) do
		local value = properties[name]
		if property.fingerprint and value ~= nil then
			hidden[name] = value
		elseif property.hides and type(value) == "table" then
			for member, inner in pairs(value) do
				if property.hides(member, inner) then
					hidden[name .. "." .. member] = inner
				end
			end
		end
	end
	return hidden
end

--- The property that a fingerprint's name belongs to, and the member in it.
local function split(name)
	local property, member = name:match "^([^%.]+)%.(.+)$"
	return property or name, member
end

--- Whether a value is the one that a fingerprint was made of. One without a fingerprint was never sent;
--- where nobody can tell, nothing is changed for that (see `record.unknown`).
---@param declared any
---@param print? string
---@return boolean
function record.matches(declared, print)
	if print == UNKNOWN then
		return true
	end
	local salt, digits = tostring(print or ""):match "^(%w+)%.(%x+)$"
	return salt ~= nil and engine.fingerprint(salt, declared) == digits
end

--- Whether `--allow password` was given: what nobody knows is sent.
local function sends_unknown()
	for _, allowed in ipairs(host.options.allow or {}) do
		if allowed == "password" then
			return true
		end
	end
	return false
end

--- The live properties that only the tags know: a fingerprint in place of each secret. Of what was
--- adopted, and of what can carry no tags, nobody can know a secret that was not sent since.
---@param definition kind.Kind
---@param tags table<string, string>
---@param properties table
---@param declared? table
function record.add_fingerprints(definition, tags, properties, declared)
	local prints = fingerprints(tags[record.FINGERPRINT])
	local nobody_knows = not recorded(definition)
		or (tags[record.ADOPTED] == "true" and not sends_unknown())
	local otherwise = nobody_knows and UNKNOWN or nil
	for name, property in pairs(definition.properties) do
		if property.fingerprint then
			properties[name] = known_of(prints, name) or otherwise
		elseif property.hides then
			local wanted = declared and declared[name]
			local live, covered = properties[name], {}
			for member, value in pairs(type(live) == "table" and live or {}) do
				if not property.hides(member, value) then
					covered[member] = value
				end
			end
			for member, value in pairs(type(wanted) == "table" and wanted or {}) do
				if property.hides(member, value) then
					covered[member] = known_of(prints, name .. "." .. member) or otherwise
				end
			end
			properties[name] = (live ~= nil or next(covered) ~= nil) and covered or nil
		end
	end
end

--- The tags that record what is written now.
---@param definition kind.Kind
---@param properties table what is declared, resolved
---@param prints? table<string, string> fingerprints by name; made of the properties when left out
---@return table<string, string>
function record.tags(definition, properties, prints)
	if not recorded(definition) then
		return {}
	end
	if not prints then
		prints = {}
		for name, value in pairs(hidden_of(definition, properties)) do
			prints[name] = record.fingerprint(value)
		end
	end
	return {
		---@diagnostic disable-next-line: assign-type-mismatch -- nil leaves the tag out
		[record.DECLARES] = declares(definition, properties),
		---@diagnostic disable-next-line: assign-type-mismatch -- nil leaves the tag out
		[record.FINGERPRINT] = tag_of(prints),
	}
end

--- A fingerprint of a value, with a salt of its own.
---@param value any
---@return string
function record.fingerprint(value)
	local salt = host.uuid():gsub("%W", ""):sub(1, 8)
	return ("%s.%s"):format(salt, engine.fingerprint(salt, value))
end

--- The fingerprints that a change does not touch: what is written before it. Whoever dies in the middle
--- leaves none of a secret that may be the old one or the new one.
---@param there? string the tag as it is
---@param wanted? string the tag as it is to be
---@return string? text nil where the change touches none
function record.untouched(there, wanted)
	if there == nil or wanted == nil or there == wanted then
		return nil
	end
	local after, kept, touched = fingerprints(wanted), {}, false
	for name, print in pairs(fingerprints(there)) do
		if after[name] == print then
			kept[name] = print
		else
			touched = true
		end
	end
	return touched and (tag_of(kept) or "") or nil
end

--- Puts the record among the changes of an update, where it differs from what the tags say. A
--- fingerprint is made of what this update sends and of nothing else. A secret that nobody knows goes
--- along with any change of the resource, so that it is known from then on.
---@param definition kind.Kind
---@param properties table
---@param changes table
---@param live_tags table<string, string>
---@param ignored? string[] properties that are not to be changed
function record.add_changes(definition, properties, changes, live_tags, ignored)
	local before, prints = fingerprints(live_tags[record.FINGERPRINT]), {}
	local along = change.beyond_tags(changes)
	local skipped = {}
	for _, name in ipairs(ignored or {}) do
		skipped[name] = true
	end
	for name, value in pairs(hidden_of(definition, properties)) do
		local property, known = split(name), known_of(before, name)
		if not known and along and not changes[property] and not skipped[property] then
			changes[property] = { to = properties[property] }
		end
		local sent = changes[property] ~= nil
		if sent and not (known and record.matches(value, known)) then
			prints[name] = record.fingerprint(value)
		else
			prints[name] = known
		end
	end
	local to, any = {}, false
	for name, value in pairs((changes.tags or {}).to or {}) do
		to[name] = value
	end
	for name, value in pairs(record.tags(definition, properties, prints)) do
		if live_tags[name] ~= value then
			to[name], any = value, true
		end
	end
	if any then
		changes.tags = { from = (changes.tags or {}).from, to = to }
	end
end

--- The names of declared secrets of which nobody knows whether they are the ones that are there.
---@param definition kind.Kind
---@param properties table what is declared
---@param live table the live properties
---@return string[]
function record.unknown(definition, properties, live)
	local names = {}
	for name in pairs(recorded(definition) and hidden_of(definition, properties) or {}) do
		local property, member = split(name)
		local there = live[property]
		if member then
			there = type(there) == "table" and there[member] or nil
		end
		if there == UNKNOWN then
			names[#names + 1] = name
		end
	end
	table.sort(names)
	return names
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
