--- The options of `migration.new`: known by name, checked for their type, completed by defaults.

local errors = require "errors"
local report = require "report"
local suggest = require "suggest"

local options = {}

--- The second task, for changes only.
---@class migration.CdcOptions
---@field mappings? mappings.Document|table|string those of the main task where it is left out
---@field settings? settings.TaskSettings|string over those of the main task
---@field start? any where its changes begin: what `cdc` makes, or a text of the same form
---@field state? "running"|"stopped"|"unmanaged" whether a deploy starts or stops it; left to the verbs unless given

---@class migration.Options
---@field place? host.Place where the script makes it
---@field name string the stack's name; resources are called after it
---@field config? table from `config.load()`; loaded when left out
---@field mappings? mappings.Document|table|string of the main task; without them the source's database is taken
---@field settings? settings.TaskSettings|string task settings of the main task
---@field cdc? migration.CdcOptions|false the second task, for changes only; created, not started unless state says so
---@field state? "running"|"stopped"|"unmanaged" whether a deploy starts or stops the main task; left to the verbs unless given
---@field migration_type? "full-load-and-cdc"|"full-load" of the main task
---@field catalogue? mappings.Catalogue|string the source's tables (or a file of them), for the checks
---@field caught_up_below? number seconds of latency that count as caught up
---@field caught_up_for? number seconds for which the latency must stay there
---@field owner? string who runs the stack; another owner's stack is refused
---@field extend? fun(stack: table, parts: table) adds resources of your own

local KNOWN = {
	name = { "string" },
	config = { "table" },
	mappings = { "table", "string" },
	settings = { "table", "string" },
	cdc = { "table", "boolean" },
	migration_type = { "string" },
	state = { "string" },
	catalogue = { "table", "string" },
	caught_up_below = { "number" },
	caught_up_for = { "number" },
	owner = { "string" },
	extend = { "function" },
}

---@type table<string, any>
local CDC = { mappings = true, settings = true, start = true, state = true }

--- The states that a script may want of a task.
local STATES = { "running", "stopped", "unmanaged" }

local function refuse(what, hint, place, word)
	errors.raise {
		summary = "Migration cannot be built",
		what = what,
		hints = hint and { hint } or nil,
		at = place and { file = place.file, line = place.line, word = word },
		exit = "usage",
	}
end

local function check_name(name, place)
	if not name then
		refuse("a migration needs a name", 'name = "orders"', place)
	end
	if not name:match "^%a[%w%-]*$" or name:find "%-%-" or name:match "%-$" or #name > 40 then
		refuse(
			("the name %q cannot be part of AWS names"):format(name),
			"a letter first, then letters, digits and single hyphens, at most 40",
			place,
			"name"
		)
	end
end

local function is_one_of(kinds, value)
	for _, kind in ipairs(kinds) do
		if type(value) == kind then
			return true
		end
	end
	return false
end

local function check_cdc(cdc, place)
	if type(cdc) ~= "table" then
		return
	end
	for key in pairs(cdc) do
		if not CDC[key] then
			refuse(
				("cdc has no option %q"):format(tostring(key)),
				suggest.did_you_mean(tostring(key), report.keys(CDC)),
				place,
				tostring(key)
			)
		end
	end
end

local function check_state(name, state, place)
	for _, known in ipairs(STATES) do
		if state == nil or state == known then
			return
		end
	end
	refuse(
		("%s cannot be %q"):format(name, tostring(state)),
		suggest.did_you_mean(tostring(state), STATES)
			or ("it is one of " .. table.concat(STATES, ", ")),
		place,
		"state"
	)
end

--- Two tasks that carry the same tables and both run would apply every change twice.
local function check_twice(given, place)
	local own = type(given.cdc) == "table" and given.cdc or {}
	if given.state == "running" and own.state == "running" and not own.mappings then
		refuse(
			"both tasks are declared as running, and they have the same tables: every change would be applied twice",
			"let one of them run, or give cdc mappings of its own",
			place,
			"state"
		)
	end
end

--- A complete copy, or an error at the place where the migration is built.
---@param given table
---@param place table|nil
---@return migration.Options
function options.complete(given, place)
	if type(given) ~= "table" then
		refuse("migration.new takes a table of options", nil, place)
	end
	local known = report.keys(KNOWN)
	for key, value in pairs(given) do
		if not KNOWN[key] then
			refuse(
				("a migration has no option %q"):format(tostring(key)),
				suggest.did_you_mean(tostring(key), known)
					or ("options are: " .. table.concat(known, ", ")),
				place,
				tostring(key)
			)
		elseif not is_one_of(KNOWN[key], value) then
			local wanted = table.concat(KNOWN[key], " or ")
			refuse(("%s wants a %s, got a %s"):format(key, wanted, type(value)), nil, place, key)
		end
	end
	check_name(given.name, place)
	check_cdc(given.cdc, place)
	check_state("state", given.state, place)
	check_state("cdc.state", type(given.cdc) == "table" and given.cdc.state or nil, place)
	check_twice(given, place)
	local kind = given.migration_type or "full-load-and-cdc"
	if kind ~= "full-load-and-cdc" and kind ~= "full-load" then
		refuse(
			("the main task cannot be of type %q"):format(kind),
			"full-load-and-cdc or full-load; changes only is what the option cdc makes",
			place,
			"migration_type"
		)
	end
	return {
		name = given.name,
		config = given.config,
		mappings = given.mappings,
		settings = given.settings,
		cdc = given.cdc == nil and {} or given.cdc == true and {} or given.cdc,
		migration_type = kind,
		state = given.state,
		catalogue = given.catalogue,
		caught_up_below = given.caught_up_below or 60,
		caught_up_for = given.caught_up_for or 60,
		owner = given.owner,
		extend = given.extend,
	}
end

return options
