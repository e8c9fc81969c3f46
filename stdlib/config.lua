--- The configuration of a migration: defaults < cdk.json < migration.json < environment < -c
--- key=value.
---
---     local config = require "config"
---     local c = config.from { vpc_cidr = "10.1.0.0/16" }
---     c.vpc_cidr, c.allocated_storage  --> "10.1.0.0/16", 100
---
--- Both files lie beside the script; of cdk.json the "context" counts. In the environment a key is
--- DMSRUN_ and its name (DMSRUN_SOURCE_DB_CONFIG_PASSWORD); `-c source_db_config.port=3307` reaches
--- inside. An unknown key and a wrong type are errors that say where they were written.

local checks = require "config.checks"
local documents = require "documents"
local env = require "env"
local errors = require "errors"
local fs = require "fs"
local host = require "host"
local json = require "json"
local keys = require "config.keys"
local report = require "report"
local values = require "config.values"
local variables = require "config.variables"

local config = {}

---@class config.Values
local Config = {}

--- Where each value came from, beside the values.
local ORIGINS = setmetatable({}, { __mode = "k" })

local META = { __index = Config, __name = "config" }

local function absent(value)
	return value == nil or value == json.null
end

--- Puts the values of one table over what is there.
local function overlay(state, into, schema, given, source, prefix)
	for _, name in ipairs(report.keys(given)) do
		local value, path = given[name], prefix .. tostring(name)
		local spec = schema[name]
		if not spec then
			checks.unknown(source, path, tostring(name), schema)
		elseif absent(value) then
			goto continue
		elseif spec.type == "group" then
			if type(value) ~= "table" or #value > 0 then
				checks.wrong_type(source, path, spec, value)
			end
			into[name] = into[name] or {}
			overlay(state, into[name], spec.fields, value, source, path .. ".")
		else
			local read = values.read(spec.type, value)
			if read == nil then
				checks.wrong_type(source, path, spec, value)
			end
			checks.value(source, path, spec, read)
			into[name] = read
			state.origins[path] = { name = source.name, place = checks.place_of(source, path) }
		end
		::continue::
	end
end

--- Sets a text inside a map: `tags.Team=data`, `settings.my_sql_settings.max_file_size=32000`.
local function set_inside(state, path, parent, spec, map, text, source)
	local parts = {}
	for part in path:sub(#parent + 2):gmatch "[^.]+" do
		parts[#parts + 1] = part
	end
	local value, at = text, map
	if spec.values then
		-- Numbers, true and false and objects are read as such: tags hold texts, settings do not.
		local ok, decoded = pcall(json.decode, text)
		value = ok and decoded or text
	elseif #parts > 1 then
		parts = { table.concat(parts, ".") }
	end
	for index = 1, #parts - 1 do
		if type(at[parts[index]]) ~= "table" then
			at[parts[index]] = {}
		end
		at = at[parts[index]]
	end
	at[parts[#parts]] = value
	state.origins[path] = { name = source.name }
	checks.value(source, parent, spec, map)
end

--- Sets one value from a text, at a path such as `source_db_config.port`.
local function set_text(state, path, text, source)
	---@type table, table, table?
	local into, schema, spec = state.values, state.schema, nil
	local walked = {}
	for part in path:gmatch "[^.]+" do
		if spec and spec.type == "map" then
			return set_inside(state, path, table.concat(walked, "."), spec, into, text, source)
		elseif spec and not spec.fields then
			checks.too_deep(source, path, table.concat(walked, "."), spec, text)
		elseif spec then
			schema = spec.fields
		end
		walked[#walked + 1] = part
		spec = schema[part]
		if not spec then
			checks.unknown(source, table.concat(walked, "."), part, schema)
		end
		if spec.type == "group" or (spec.type == "map" and #table.concat(walked, ".") < #path) then
			into[part] = into[part] or {}
			into = into[part]
		end
	end
	local name = walked[#walked]
	if not spec then
		checks.unknown(source, path, path, state.schema)
	elseif spec.type == "group" then
		local ok, value = pcall(json.decode, text)
		if not ok or type(value) ~= "table" then
			checks.wrong_type(source, path, spec, text)
		end
		overlay(state, into, spec.fields, value, source, path .. ".")
	else
		local value = values.parse(spec.type, text)
		if value == nil then
			checks.wrong_type(source, path, spec, text)
		end
		checks.value(source, path, spec, value)
		into[name] = value
		state.origins[path] = { name = source.name }
	end
end

local function defaults(schema, into)
	for name, spec in pairs(schema) do
		if spec.type == "group" then
			into[name] = defaults(spec.fields, {})
		elseif type(spec.default) == "table" then
			into[name] = {}
		else
			into[name] = spec.default
		end
	end
	return into
end

local function read_file(path)
	if not fs.exists(path) then
		return nil
	end
	local source = documents.open(path, "Configuration")
	local document = documents.parse(source, "Configuration")
	return document, { name = path, file = path, text = source.text }
end

--- The context of a cdk.json, without the flags and look-ups that CDK keeps there (`@aws-cdk/…`,
--- `a:b`).
local function context_of(document, source)
	local context = {}
	if document.context ~= nil and type(document.context) ~= "table" then
		errors.raise {
			summary = "Wrong type in the configuration",
			what = ('"context" wants an object, got %s'):format(json.encode(document.context)),
			why = ("written in %s"):format(source.name),
			at = { file = source.file, line = 1, word = "context" },
			hints = { 'cdk.json holds { "context": { "vpc_cidr": "10.0.0.0/16", … } }' },
			exit = "usage",
		}
	end
	for name, value in pairs(document.context or {}) do
		if not tostring(name):find "[@:/]" then
			context[name] = value
		end
	end
	return context
end

local function from_files(state, dir)
	local cdk, source = read_file(fs.join(dir, "cdk.json"))
	if cdk then
		overlay(state, state.values, state.schema, context_of(cdk, source), source, "")
	end
	local own, own_source = read_file(fs.join(dir, "migration.json"))
	if own then
		own["$schema"] = nil
		overlay(state, state.values, state.schema, own, own_source, "")
	end
end

--- Every variable that a key has is looked up; the names of all of them come back.
local function from_environment(state, schema, prefix, known)
	for _, name in ipairs(report.keys(schema)) do
		local spec, path = schema[name], prefix .. name
		local variable = variables.name(path)
		known[variable] = true
		local text = env.get(variable)
		if text and text ~= "" then
			set_text(state, path, text, { name = "the environment variable " .. variable })
		end
		if spec.type == "group" then
			from_environment(state, spec.fields, path .. ".", known)
		end
	end
	return known
end

local function from_cdk_environment(state)
	for _, variable in ipairs(report.keys(keys.environment)) do
		local text = env.get(variable)
		if text and text ~= "" then
			local source = { name = "the environment variable " .. variable }
			set_text(state, keys.environment[variable], text, source)
		end
	end
end

--- What follows `-c`, before the script and behind it: a verb line is read later than this.
local function given_by_c()
	local given = {}
	for path, text in pairs(host.options.config or {}) do
		given[path] = text
	end
	-- selene: allow(global_usage) -- there may be none, and reading an undefined global raises
	local words, index = rawget(_G, "arg") or {}, 1
	while words[index] do
		local pair = words[index] == "-c" and words[index + 1] or words[index]:match "^%-c(.+)$"
		if words[index] == "-c" then
			index = index + 1
		end
		local path, text = (pair or ""):match "^%s*([^=]-)%s*=(.*)$"
		if pair and not path then
			errors.raise {
				summary = "Configuration on the command line is not understood",
				what = ("-c %s has no value"):format(pair),
				hints = { "it is written as -c key=value" },
				at = false,
				exit = "usage",
			}
		end
		if path then
			given[path] = text
		end
		index = index + 1
	end
	return given
end

--- The `-c key=value` of this run, as a command line repeats them; a password is left to be filled in.
---@return string[]
function config.overrides()
	local given, pairs_given = given_by_c(), {}
	for _, path in ipairs(report.keys(given)) do
		local text = path:find "password" and "…" or given[path]
		pairs_given[#pairs_given + 1] = report.word(path .. "=" .. text)
	end
	return pairs_given
end

local function from_command_line(state)
	local given = given_by_c()
	for _, path in ipairs(report.keys(given)) do
		set_text(state, path, given[path], { name = ("-c %s=…"):format(path) })
	end
end

local function start(options)
	local schema = keys.stack
	if options.keys then
		schema = setmetatable({}, { __index = keys.stack })
		for _, from in ipairs { keys.stack, options.keys } do
			for name, spec in pairs(from) do
				schema[name] = spec
			end
		end
	end
	return { schema = schema, values = defaults(schema, {}), origins = {} }
end

local function finish(state)
	local result = setmetatable(state.values, META)
	ORIGINS[result] = state.origins
	return result
end

---@class config.Options
---@field dir? string where cdk.json and migration.json lie; beside the script unless given
---@field defaults? table values of the script, which every other source overrides
---@field keys? table more keys: name = { type =, default =, doc = }

--- The configuration from all sources.
---@param options? config.Options
---@return config.Values
function config.load(options)
	options = options or {}
	local state = start(options)
	if options.defaults then
		local source = { name = "the script", place = host.where() }
		overlay(state, state.values, state.schema, options.defaults, source, "")
	end
	from_files(state, options.dir or fs.script_dir())
	from_cdk_environment(state)
	variables.check(from_environment(state, state.schema, "", {}))
	from_command_line(state)
	return finish(state)
end

--- The configuration from one table, checked like any other; no file, no environment.
---@param given table
---@param options? config.Options
---@return config.Values
function config.from(given, options)
	if getmetatable(given) == META then
		return given
	end
	local state = start(options or {})
	local source = { name = "the script", place = host.where() }
	overlay(state, state.values, state.schema, given, source, "")
	return finish(state)
end

--- Where a value came from: `migration.json:4`, `-c …`, `the default`.
---@param path string
---@return string text
---@return table|nil place
function Config:origin(path)
	local origins = ORIGINS[self] or {}
	local origin = origins[path]
	if not origin then
		-- A group comes from where something inside it was written: the first by name.
		for _, name in ipairs(report.keys(origins)) do
			if name:sub(1, #path + 1) == path .. "." then
				origin = origins[name]
				break
			end
		end
	end
	-- What is inside a map was written with it.
	---@type string?
	local outer = path
	while not origin and outer do
		outer = outer:match "^(.*)[.[]"
		origin = origins[outer]
	end
	if not origin then
		return "the default"
	end
	local place = origin.place
	if place and place.file then
		return ("%s:%d"):format(place.file, place.line), place
	end
	return origin.name
end

return config
