--- Texts with holes: `${name}` is filled from a table.
---
--- ```lua
--- local template = require "template"
--- local values = { db = { name = "orders" }, hosts = { "a", "b" } }
--- template.render("USE ${db.name}; -- on ${hosts.2}", values) --> "USE orders; -- on b"
--- template.render("a dollar sign: $${db.name}", values) --> "a dollar sign: ${db.name}"
--- template.names "${db.name} and ${hosts.2}" --> { "db.name", "hosts.2" }
--- template.render("${db.nmae}", values) --> error: Did you mean "name"?
--- template.render("'${n}'", { n = "O'Hara" }, { escape = template.sql }) --> "'O''Hara'"
--- template.render("'${n}'", { n = "C:\\" }, { escape = template.mysql }) --> "'C:\\\\'"
--- ```
---
--- A hole without a value is an error, never an empty text. A reference to what is known only after
--- apply stays one: the text becomes known with it. A secret does not go into a text.
local check = require "check"
local errors = require "errors"
local host = require "host"
local json = require "json"
local secret = require "secret"
local suggest = require "suggest"

local template = {}

---@class template.Options
---@field name? string what the text is called in messages, such as its file
---@field escape? fun(text: string): string makes each value fit its surroundings, such as `template.sql` or `template.mysql`

local function fail(options, line, message, hint)
	local where = options.name and ("%s:%d: "):format(options.name, line) or ""
	errors.raise {
		summary = "Template could not be filled",
		what = where .. message .. (options.name and "" or (" (line %d)"):format(line)),
		hints = { hint },
		at = host.where(),
	}
end

--- The parts of a text: plain ones as they are, holes as `{ path =, line = }`.
local function parts_of(text, options)
	local parts, plain, at, line = {}, {}, 1, 1
	local function add(piece)
		plain[#plain + 1] = piece
		line = line + select(2, piece:gsub("\n", ""))
	end
	local function flush()
		if #plain > 0 then
			parts[#parts + 1] = table.concat(plain)
			plain = {}
		end
	end
	while true do
		local start = text:find("$", at, true)
		if not start then
			add(text:sub(at))
			flush()
			return parts
		end
		add(text:sub(at, start - 1))
		if text:sub(start, start + 2) == "$${" then
			-- Two signs stand for one that opens no hole.
			add "${"
			at = start + 3
		elseif text:sub(start + 1, start + 1) == "{" then
			local stop = text:find("}", start, true)
			local path = stop and text:sub(start + 2, stop - 1)
			if not path then
				fail(options, line, "a ${ has no }", "a ${ that is meant as such is written $${")
			elseif not path:find "^[%w_][%w_.%-]*$" or path:find "%.%." or path:find "%.$" then
				fail(
					options,
					line,
					("${%s} is no name such as ${db.name}"):format(path),
					"a ${ that is meant as such is written $${"
				)
			end
			flush()
			parts[#parts + 1] = { path = path, line = line }
			at = stop + 1
		else
			add "$"
			at = start + 1
		end
	end
end

local function names_of(value)
	local names = {}
	for name in pairs(value) do
		names[#names + 1] = tostring(name)
	end
	table.sort(names)
	return names
end

--- The value of a hole, step by step.
local function look_up(values, hole, options)
	local value, walked = values, ""
	for step in hole.path:gmatch "[^.]+" do
		if type(value) ~= "table" and type(value) ~= "userdata" then
			fail(
				options,
				hole.line,
				("${%s}: %s is a %s, not a table"):format(hole.path, walked, type(value))
			)
		end
		local inner = value[step]
		if inner == nil and tonumber(step) then
			inner = value[math.tointeger(tonumber(step)) or step]
		end
		if inner == nil then
			local names = names_of(value)
			local hint = suggest.did_you_mean(step, names)
			if not hint and #names > 0 and #names <= 20 then
				hint = "there are " .. table.concat(names, ", ")
			end
			local of = walked == "" and "" or (" in %s"):format(walked)
			fail(
				options,
				hole.line,
				('${%s}: there is no "%s"%s'):format(hole.path, step, of),
				hint
			)
		end
		value, walked = inner, walked == "" and step or walked .. "." .. step
	end
	return value
end

--- Whether a value prints as what it is; a whole number beyond 64 bits is a value of its own.
local function is_plain(value)
	local sort = type(value)
	return sort == "string"
		or sort == "number"
		or sort == "boolean"
		or sort == "userdata" and pcall(json.integer, value)
end

local function join(value)
	return "" .. value
end

local function text_of(value, hole, options)
	if secret.is(value) then
		fail(
			options,
			hole.line,
			("${%s} is a secret"):format(hole.path),
			"secret.reveal gives its text, where it really must be in this one"
		)
	elseif is_plain(value) then
		local text = tostring(value)
		if not options.escape then
			return text
		end
		local escaped = options.escape(text)
		if type(escaped) ~= "string" then
			-- The text as it is would stand where somebody counts on it being escaped.
			fail(
				options,
				hole.line,
				("${%s}: escape must give text, got a %s"):format(hole.path, type(escaped))
			)
		end
		return escaped
	elseif type(value) == "userdata" and pcall(join, value) then
		-- A reference, or a text with one in it: it can be joined, not changed.
		if options.escape then
			fail(
				options,
				hole.line,
				("${%s} is known only after apply, so it can't be escaped"):format(hole.path)
			)
		end
		return value
	end
	local sort = value == json.null and "null" or "a " .. type(value)
	fail(options, hole.line, ("${%s} is %s, not text"):format(hole.path, sort))
end

--- Fills the holes of a text. What has no value, is a secret or is no text is an error with the line of
--- the hole and the nearest name.
---@param text string
---@param values table what the names mean: `${db.name}` is `values.db.name`, `${hosts.2}` is `values.hosts[2]`
---@param options? template.Options
---@return string text with a reference among the values, one that is known after apply
function template.render(text, values, options)
	check.type(text, "string", "template.render's text")
	check.type(values, "table", "template.render's values")
	options =
		check.table(options or {}, { name = "string?", escape = "callable?" }, "template.render")
	local out = ""
	local plain = {}
	for _, part in ipairs(parts_of(text, options)) do
		if type(part) == "table" then
			part = text_of(look_up(values, part, options), part, options)
		end
		if type(part) == "userdata" then
			out = out .. table.concat(plain) .. part
			plain = {}
		else
			plain[#plain + 1] = part
		end
	end
	return out .. table.concat(plain)
end

--- The names of the holes of a text, each once, in their order.
---@param text string
---@return string[] names as they are written, such as "db.name"
function template.names(text)
	check.type(text, "string", "template.names' text")
	local names, seen = {}, {}
	for _, part in ipairs(parts_of(text, {})) do
		if type(part) == "table" and not seen[part.path] then
			seen[part.path] = true
			names[#names + 1] = part.path
		end
	end
	return names
end

--- Makes a value fit between single quotes of standard SQL, as PostgreSQL, Oracle and SQL Server read it:
--- quotes are doubled. For `escape`. MySQL reads backslashes too: `template.mysql`.
---@param text string
---@return string text
function template.sql(text)
	check.type(text, "string", "template.sql's text")
	return (text:gsub("'", "''"))
end

--- Makes a value fit between single quotes of MySQL and MariaDB: quotes and backslashes are doubled. For
--- `escape`.
---@param text string
---@return string text
function template.mysql(text)
	check.type(text, "string", "template.mysql's text")
	return (text:gsub("['\\]", "%0%0"))
end

return template
