--- Physical names. Where a service lists no tags, names that begin with the stack's name narrow
--- what is looked at; whether a resource is ours is then still decided by its tags.

local errors = require "errors"

local names = {}

--- What every physical name of a stack begins with.
---@param ctx table
---@return string
function names.prefix(ctx)
	return ctx.stack .. "-"
end

--- Whether a name could be one of the stack's.
---@param ctx table
---@param name string
---@param before? string what a service puts before it, such as "alias/"
---@return boolean
function names.may_be_ours(ctx, name, before)
	local prefix = (before or "") .. names.prefix(ctx)
	return name:sub(1, #prefix):lower() == prefix:lower()
end

--- Refuses a name that the stack would not find again.
---@param ctx table
---@param kind string
---@param name string
---@param before? string[] what may stand before the stack's name
---@return string name
function names.check(ctx, kind, name, before)
	if names.may_be_ours(ctx, name) then
		return name
	end
	for _, text in ipairs(before or {}) do
		if names.may_be_ours(ctx, name, text) then
			return name
		end
	end
	errors.raise {
		summary = "Name does not belong to the stack",
		what = ("%s is to be named %q, but it has to begin with %q"):format(
			kind,
			name,
			names.prefix(ctx)
		),
		why = "the service lists no tags, so a stack finds its own by the beginning of their names",
		hints = { "Leave the name out, or give the stack a shorter one." },
	}
	---@diagnostic disable-next-line: missing-return -- it raises
end

--- A short fingerprint of a text (FNV-1a, 32 bits), for names that had to be cut.
local function fingerprint(text)
	local hash = 0x811c9dc5
	for i = 1, #text do
		hash = ((hash ~ text:byte(i)) * 0x01000193) & 0xffffffff
	end
	return ("%08x"):format(hash)
end

--- A name cut to a limit; what is cut is kept apart from its like by a fingerprint.
---@param name string
---@param limit integer
---@return string
function names.fit(name, limit)
	if #name <= limit then
		return name
	end
	return (name:sub(1, limit - 9):gsub("%-+$", "")) .. "-" .. fingerprint(name)
end

--- A name as DMS wants it: lower case, letters, digits and single hyphens, a letter first.
---@param name string
---@param limit integer
---@return string
function names.dms(name, limit)
	local text = name:lower():gsub("[^%w]+", "-"):gsub("^[^%a]+", ""):gsub("%-+$", "")
	return names.fit(text, limit)
end

return names
