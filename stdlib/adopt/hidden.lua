--- What must not be written down: DMS hides passwords, but shows some texts in which people keep them.
--- What is a secret by its name is known in one place for all of dmsrun (`secret.is_name`); where
--- people write what they like, only what is known to be harmless is written.
---
---     local hidden = require "adopt.hidden"
---     hidden.is "asm_password"                                      --> true
---     hidden.is "secrets_manager_secret_id"                         --> false
---     hidden.attributes "archivedLogsOnly=Y;asmPassword=x"          --> { "asmPassword" }
---     hidden.holds("after_connect_script", "ALTER USER a IDENTIFIED BY 'b'")   --> true

local attributes = require "adopt.attributes"
local json = require "json"
local secret = require "secret"

local hidden = {}

--- Words that make a statement of SQL suspicious.
local SUSPICIOUS = { "identified", "password", "passwd", "pwd", "secret", "token", "credential" }

--- Properties of which nobody knows what they hold: what DMS hands to an engine unread.
---@type table<string, boolean>
local UNKNOWN = { task_data = true, supplemental_settings = true }

--- Whether a value of this name is confidential.
---@param name string
---@return boolean
function hidden.is(name)
	return secret.is_name(name)
		or UNKNOWN[name] == true
		or name:lower():find("passw", 1, true) ~= nil
end

local function is_script(name)
	local text = name:lower():gsub("[^%w]", "")
	return text:find "script$" ~= nil or text == "initstmt"
end

--- Whether a text may hold something confidential, for what stands in it.
local function suspicious(name, text)
	if secret.inside(text) then
		return true
	end
	local lower = is_script(name) and text:lower() or ""
	for _, word in ipairs(SUSPICIOUS) do
		if lower:find(word, 1, true) then
			return true
		end
	end
	return false
end

--- The parts of extra connection attributes that are confidential, or may be, by name.
---@param text? string
---@return string[]
function hidden.attributes(text)
	local found = {}
	for part in tostring(text or ""):gmatch "[^;]+" do
		local name, value = part:match "^%s*([^=]-)%s*=(.*)$"
		if not name then
			-- No attribute: the rest of a script, perhaps.
			found[#found + 1] = part:find "%S" and "a part without a name" or nil
		elseif
			hidden.is(name)
			or not attributes.is_known(name)
			or suspicious(name, value --[[@as string]])
		then
			found[#found + 1] = name
		end
	end
	return found
end

--- Whether a value is, or has in it, what must not be written down. Members of a table count as what
--- they are called there.
---@param name string the property or member
---@param value any
---@return boolean
function hidden.holds(name, value)
	if secret.is(value) or hidden.is(name) then
		return value ~= nil and value ~= json.null
	elseif name == "extra_connection_attributes" then
		return type(value) == "string" and #hidden.attributes(value) > 0
	elseif type(value) == "string" then
		return suspicious(name, value)
	elseif type(value) ~= "table" then
		return false
	end
	for member, inner in pairs(value) do
		if hidden.holds(type(member) == "string" and member or name, inner) then
			return true
		end
	end
	return false
end

return hidden
