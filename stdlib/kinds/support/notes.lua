--- What a resource of DMS is going to be declared with, noted in its tags before it is changed: whoever
--- dies in between leaves nothing set that nobody knows of.

local dms = require "kinds.support.dms"
local record = require "stack.record"

local notes = {}

--- The longest value of a tag.
local LONGEST = 256

--- The names of two notes, each once.
local function union(there, wanted)
	local seen, names = {}, {}
	for name in (there .. "." .. wanted):gmatch "[^%.]+" do
		if not seen[name] then
			seen[name] = true
			names[#names + 1] = name
		end
	end
	return table.concat(names, ".")
end

--- Adds the names of what is going to be declared to the notes that are there, and takes away the
--- fingerprints of secrets that are going to be sent; nothing is asked of AWS where both are so. After the change the tags are written as they are wanted.
---@param item table
---@param wanted? table<string, string> the tags that are wanted
function notes.ahead(item, wanted)
	local more = {}
	for name, value in pairs(wanted or {}) do
		if name == record.DECLARES or name:find("dmsrun:settings", 1, true) == 1 then
			local there = (item.tags or {})[name] or ""
			local both = union(there, value)
			if both ~= there and #both <= LONGEST then
				more[name] = both
			end
		end
	end
	more[record.FINGERPRINT] =
		record.untouched((item.tags or {})[record.FINGERPRINT], (wanted or {})[record.FINGERPRINT])
	dms.retag(item.id, { tags = { to = more } })
end

return notes
