--- What an endpoint needs when it is made: DMS refuses one that lacks it, when a deploy has come that
--- far. One that is there keeps what it has, so that a script may leave its password out.

local dms = require "dms"
local settings = require "kinds.support.endpoint_settings"

local needs = {}

--- Ways of logging in without a password.
---@type table<string, boolean>
local WITHOUT = { iam = true, kerberos = true, no = true, none = true }

--- What a secret holds.
---@type table<string, boolean>
local IN_SECRET = { server_name = true, port = true, username = true, password = true }

local function is_given(value)
	return value ~= nil and value ~= ""
end

--- What of the settings of engines bears on the rest: whether a secret is named, or no password needed.
local function ways_of(props)
	local secret, without = false, false
	for member in pairs(settings.members) do
		local given = props[member]
		if type(given) == "userdata" then
			-- A reference may hold anything.
			secret, without = true, true
		elseif type(given) == "table" then
			secret = secret or given.secrets_manager_secret_id ~= nil
			local way = given.authentication_method or given.auth_type
			without = without or type(way) == "userdata" or WITHOUT[tostring(way):lower()] == true
		end
	end
	return secret, without
end

--- Whether a field is given, itself or in the settings of an engine.
local function has(props, path)
	local section, field = path:match "^([%w_]+)%.([%w_]+)$"
	if section then
		local given = props[section]
		return type(given) == "userdata" or (type(given) == "table" and is_given(given[field]))
	elseif is_given(props[path]) then
		return true
	end
	for member in pairs(settings.members) do
		local given = props[member]
		if type(given) == "table" and is_given(given[path]) then
			return true
		end
	end
	return false
end

--- Refuses an endpoint that is to be made and lacks what its engine needs.
---@param check table
---@param props table
function needs.check(check, props)
	local engine = type(props.engine_name) == "string" and dms.engine(props.engine_name)
	if not check.creates or not engine then
		return
	end
	local side = tostring(props.endpoint_type):lower()
	local secret, without = ways_of(props)
	for _, path in ipairs(engine[side .. "_required"] or {}) do
		local elsewhere = (secret and IN_SECRET[path]) or (without and path == "password")
		if not elsewhere and not has(props, path) then
			local login = path == "password"
			check:refuse {
				summary = "An endpoint lacks what it needs",
				property = path,
				what = ("an endpoint of %s that is made needs %s"):format(props.engine_name, path),
				hints = {
					login
							and "set what the script takes the password from, or name a secret: DMS shows no password, so none can be taken from one that is there"
						or ("declare %s"):format(path),
				},
			}
		end
	end
end

return needs
