--- The source and the target database, from the configuration: complete, checked, with their
--- warnings.

local dms = require "dms"
local errors = require "errors"
local fs = require "fs"
local report = require "report"
local settings = require "kinds.support.endpoint_settings"
local suggest = require "suggest"

local databases = {}

---@class migration.Database
---@field side "source"|"target"
---@field engine table what is known of the engine
---@field config table the part of the configuration
---@field port integer|nil
---@field ssl_mode string
---@field uses_secret boolean an existing secret is given
---@field has_password boolean
---@field keeps_secret boolean the stack keeps the password in Secrets Manager
---@field attributes string|nil
---@field certificate_pem string|nil to be imported

---@return never
local function refuse(config, path, what, hint)
	local origin, place = config:origin(path)
	errors.raise {
		summary = "Configuration cannot be used",
		what = what,
		why = ("%s comes from %s"):format(path, origin),
		at = place,
		hints = hint and { hint } or nil,
		exit = "usage",
	}
	---@diagnostic disable-next-line: missing-return -- it raises
end

local function engine_names()
	local names = {}
	for _, engine in ipairs(dms.engines()) do
		names[#names + 1] = type(engine) == "table" and engine.name or engine
	end
	return names
end

local function engine_of(config, key, side)
	local name = config[key].engine_name
	local engine = dms.engine(name)
	if not engine then
		refuse(
			config,
			key .. ".engine_name",
			("DMS has no engine %q"):format(name),
			suggest.did_you_mean(name, engine_names())
		)
	end
	if engine[side] == false then
		refuse(config, key .. ".engine_name", ("%s cannot be a %s of DMS"):format(name, side))
	end
	return engine
end

--- What is missing for this engine. Server, port, user and password may be in a secret.
local function check_required(config, key, side, engine)
	local given = config[key]
	---@type table<string, boolean>
	local by_secret = { server_name = true, port = true, username = true, password = true }
	for _, field in ipairs(engine[side .. "_required"] or {}) do
		local known = not field:find("[.]")
		local covered = given.secret_id and by_secret[field] or field == "port" and engine.port
		if known and not covered and (given[field] == nil or given[field] == "") then
			refuse(
				config,
				given[field] == "" and key .. "." .. field or key,
				("the %s (%s) needs %s%s"):format(
					side,
					engine.name,
					field,
					given[field] == "" and ", and it is empty" or ""
				),
				("set %s.%s in migration.json, or with -c"):format(key, field)
			)
		end
	end
	if given.secret_id and (given.password or given.username) then
		refuse(config, key .. ".secret_id", "a secret and a user or password exclude each other")
	end
end

--- Settings of another engine would go nowhere.
local function check_settings(config, key, engine)
	for _, name in ipairs(report.keys(config[key].settings or {})) do
		if name ~= engine.settings then
			refuse(
				config,
				key .. ".settings." .. name,
				("%s does not take %s"):format(engine.name, name),
				("the settings of %s are called %s"):format(engine.name, engine.settings)
			)
		end
		local value = config[key].settings[name]
		local reason, inside, hint = settings.problem(name, value)
		if reason then
			local path = ("%s.settings.%s%s"):format(key, name, inside)
			refuse(
				config,
				path,
				("%s can't be so: %s"):format(path, reason),
				hint or "the members of " .. name .. " are in: dmsrun doc aws.dms.create_endpoint"
			)
		end
	end
end

local function ssl_of(config, key, engine)
	local given = config[key]
	local certified = given.certificate_arn or given.certificate_file
	local mode = given.ssl_mode or (certified and "verify-ca") or "none"
	local known = {}
	for _, name in ipairs(engine.ssl_modes or { "none" }) do
		known[name] = true
	end
	if not known[mode] then
		refuse(
			config,
			key .. ".ssl_mode",
			("%s does not take the SSL mode %q"):format(engine.name, mode),
			"it takes: " .. table.concat(engine.ssl_modes, ", ")
		)
	end
	if mode:find "^verify" and not certified then
		refuse(
			config,
			key .. ".ssl_mode",
			mode .. " needs a certificate",
			("set %s.certificate_file or certificate_arn"):format(key)
		)
	end
	return mode
end

--- MySQL's target loads children before parents: its checks are off for DMS's sessions.
local function attributes_of(given, engine)
	if given.extra_connection_attributes then
		return given.extra_connection_attributes
	end
	if engine.settings == "my_sql_settings" or tostring(engine.family):lower() == "mysql" then
		return "initstmt=SET foreign_key_checks=0"
	end
end

--- The text of the certificate that is imported; nil where none is.
local function pem_of(config, key)
	local name = config[key].certificate_file
	if not name then
		return nil
	end
	local path = name:sub(1, 1) == "/" and name or fs.join(fs.script_dir(), name)
	if not fs.exists(path) then
		refuse(
			config,
			key .. ".certificate_file",
			path .. " does not exist",
			"give its path from the script"
		)
	end
	return fs.read(path)
end

--- One side, complete.
---@param config table
---@param side "source"|"target"
---@return migration.Database
function databases.of(config, side)
	local key = side .. "_db_config"
	local engine = engine_of(config, key, side)
	check_required(config, key, side, engine)
	check_settings(config, key, engine)
	local given = config[key]
	return {
		side = side,
		engine = engine,
		config = given,
		port = given.port or engine.port,
		ssl_mode = ssl_of(config, key, engine),
		attributes = attributes_of(given, engine),
		certificate_pem = pem_of(config, key),
		uses_secret = given.secret_id ~= nil,
		has_password = given.password ~= nil,
		keeps_secret = engine.secrets == true and config.secrets_manager and given.password ~= nil,
	}
end

--- What is legal but not safe, as findings.
---@param config table
---@param list migration.Database[]
---@return table[]
function databases.warnings(config, list)
	local findings = {}
	local function warn(path, message, hint)
		local _, place = config:origin(path)
		findings[#findings + 1] =
			{ severity = "warning", message = message, hint = hint, at = place, path = path }
	end
	local open, plain = {}, {}
	for _, database in ipairs(list) do
		local modes = report.list(database.engine.ssl_modes or {})
		if database.ssl_mode == "none" and modes:find "[vr]e" then
			open[#open + 1] = database.side
		end
		if database.has_password and not database.keeps_secret then
			plain[#plain + 1] = database.side
		end
	end
	if #open > 0 then
		warn(
			open[1] .. "_db_config.ssl_mode",
			("rows travel unencrypted between DMS and the %s"):format(report.list(open)),
			("set %s_db_config.certificate_file to the PEM of its CA"):format(open[1])
		)
	end
	if #plain > 0 then
		warn(
			plain[1] .. "_db_config.password",
			("the password of the %s stands in plain text in the endpoint"):format(
				report.list(plain)
			),
			"leave secrets_manager on, or give secret_id"
		)
	end
	return findings
end

return databases
