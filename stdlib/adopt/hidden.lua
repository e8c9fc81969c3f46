--- What must not stand in a script, told by its name: DMS hides passwords, but shows some texts in which
--- people keep them.
---
---     local hidden = require "adopt.hidden"
---     hidden.is "asm_password"                                      --> true
---     hidden.is "secrets_manager_secret_id"                         --> false
---     hidden.attributes "archivedLogsOnly=Y;asmPassword=x"          --> { "asmPassword" }

local hidden = {}

--- Where something must not stand in a script: its name says so, and DMS shows some of these.
local CONFIDENTIAL =
	{ "password", "passwd", "pwd", "secret_key", "secretkey", "private_key", "token" }

--- Whether a value of this name is confidential.
---@param name string
---@return boolean
function hidden.is(name)
	local text = name:lower()
	-- The id of a secret is no secret.
	if text:find "secret_id$" or text:find "access_role_arn$" then
		return false
	end
	for _, word in ipairs(CONFIDENTIAL) do
		if text:find(word, 1, true) then
			return true
		end
	end
	return text:find "encryption$" ~= nil and text:find "^security_?db" ~= nil
end

--- The parts of extra connection attributes that are confidential, by name.
---@param text? string
---@return string[]
function hidden.attributes(text)
	local found = {}
	for part in tostring(text or ""):gmatch "[^;]+" do
		local name = part:match "^%s*([^=]-)%s*="
		if name and hidden.is(name) then
			found[#found + 1] = name
		end
	end
	return found
end

return hidden
