--- What is refused in a configuration, each with the place where it was written.

local errors = require "errors"
local report = require "report"
local suggest = require "suggest"
local values = require "config.values"

local checks = {}

--- A source of values: its name for messages, and the text in which lines are found.
---@class config.Source
---@field name string
---@field file? string
---@field text? string
---@field place? table

--- The line of a key in a JSON text, found by walking down its path.
---@param source config.Source
---@param path string
---@return table?
function checks.place_of(source, path)
	if not source.text then
		return source.place
	end
	local at, word = 1, nil
	for part in path:gmatch "[^.]+" do
		word = part
		local found = source.text:find('"' .. part:gsub("%p", "%%%0") .. '"%s*:', at)
		if not found then
			break
		end
		at = found
	end
	local _, breaks = source.text:sub(1, at):gsub("\n", "")
	return { file = source.file, line = breaks + 1, word = word }
end

local function refuse(source, path, summary, what, hint)
	errors.raise {
		summary = summary,
		what = what,
		why = ("written in %s"):format(source.name),
		at = checks.place_of(source, path),
		hints = hint and { hint } or nil,
		exit = "usage",
	}
end

--- Refuses a key that there is not, with the nearest one.
---@param source config.Source
---@param path string
---@param name string
---@param schema table<string, any>
function checks.unknown(source, path, name, schema)
	local known = report.keys(schema)
	refuse(
		source,
		path,
		"Unknown configuration key",
		("there is no key %q"):format(path),
		suggest.did_you_mean(name, known) or ("keys are: " .. table.concat(known, ", "))
	)
end

--- A path that goes on below a single value. A password may be named by where it is read.
---@param source config.Source
---@param path string
---@param parent string the single value
---@param spec table
---@param text string what was given
function checks.too_deep(source, path, parent, spec, text)
	local part = path:sub(#parent + 2)
	local hint = ("%s is written as -c %s=…"):format(parent, parent)
	if spec.type == "secret" and (part == "env" or part == "file") then
		hint = ('it is written as -c \'%s={"%s":"%s"}\''):format(parent, part, text)
	end
	refuse(
		source,
		path,
		"Unknown configuration key",
		("%s is %s, and has no keys below it"):format(parent, values.WORDS[spec.type]),
		hint
	)
end

--- What stands where an object is wanted may be the password that belongs into it: neither the value
--- nor its line is shown.
local function no_group(source, path, spec, value)
	local place = checks.place_of(source, path)
	errors.raise {
		summary = "Wrong type in the configuration",
		what = ("%s wants %s, got %s"):format(
			path,
			values.WORDS[spec.type],
			type(value) == "string" and "a text" or values.show(spec.type, value)
		),
		why = ("written in %s"):format(
			place and place.file and ("%s:%d"):format(place.file, place.line) or source.name
		),
		hints = {
			("its keys are %s, as in %s.%s"):format(
				table.concat(report.keys(spec.fields), ", "),
				path,
				report.keys(spec.fields)[1]
			),
		},
		at = false,
		exit = "usage",
	}
end

--- Refuses a value of another type.
---@param source config.Source
---@param path string
---@param spec table
---@param value any
function checks.wrong_type(source, path, spec, value)
	if spec.type == "group" then
		no_group(source, path, spec, value)
	end
	refuse(
		source,
		path,
		"Wrong type in the configuration",
		("%s wants %s, got %s"):format(path, values.WORDS[spec.type], values.show(spec.type, value)),
		("%s: %s"):format(path, spec.doc or values.WORDS[spec.type])
	)
end

--- A map whose keys are known holds a table for each.
local function check_map(source, path, spec, value)
	for _, name in ipairs(report.keys(value)) do
		local inner = path .. "." .. name
		if not spec.values[name] then
			checks.unknown(source, inner, name, spec.values)
		elseif type(value[name]) ~= "table" or #value[name] > 0 then
			refuse(
				source,
				inner,
				"Wrong type in the configuration",
				("%s wants an object, got %s"):format(inner, values.show("map", value[name])),
				('%s: settings of %s such as {"name": value}'):format(inner, spec.values[name])
			)
		end
	end
end

--- A value that no service takes is refused where it is written, before anything is made.
---@param source config.Source
---@param path string
---@param spec table
---@param value any
function checks.value(source, path, spec, value)
	local wanted, reason
	if spec.values then
		check_map(source, path, spec, value)
	elseif spec.check then
		reason = spec.check(value)
	elseif spec.member then
		for _, member in ipairs(value) do
			local why = spec.member(member)
			if why then
				refuse(
					source,
					path,
					"Value is not valid",
					("%s can't hold %q: %s"):format(path, member, why),
					("%s: %s"):format(path, spec.doc)
				)
			end
		end
	end
	if reason then
		refuse(
			source,
			path,
			"Value is not valid",
			("%s can't be %s: %s"):format(path, values.show(spec.type, value), reason),
			("%s: %s"):format(path, spec.doc)
		)
	end
	if spec.min and value < spec.min or spec.max and value > spec.max then
		wanted = spec.max and ("from %d to %d"):format(spec.min, spec.max)
			or ("at least %d"):format(spec.min)
	elseif spec.pattern and not value:match(spec.pattern) then
		wanted = "like " .. spec.like
	end
	if wanted then
		refuse(
			source,
			path,
			"Value is not valid",
			("%s must be %s, got %s"):format(path, wanted, values.show(spec.type, value)),
			("%s: %s"):format(path, spec.doc)
		)
	end
end

return checks
