--- Misspelt names are told at the line that wrote them, with the nearest right one.
---
--- ```lua
--- local suggesting = require "suggesting"
--- local Door = suggesting.class({ open = function() return "open" end }, "a door")
--- local door = setmetatable({}, { __index = Door })
--- door:open()                       --> "open"
--- pcall(function() door:opne() end) --> false
--- ```
---
--- Only scripts are told, and only of names that are neither there nor listed as optional: code of
--- the standard library that looks whether a field is there gets nil as ever.

local errors = require "errors"
local host = require "host"
local suggest = require "suggest"

local suggesting = {}

--- The names of functions and fields that may be meant, sorted; private ones start with `_`.
local function names_of(tables)
	local names, seen = {}, {}
	for _, list in ipairs(tables) do
		for name in pairs(list) do
			if type(name) == "string" and not name:find "^_" and not seen[name] then
				seen[name] = true
				names[#names + 1] = name
			end
		end
	end
	table.sort(names)
	return names
end

--- What a class inherits from, once its `__index` is ours.
local PARENTS = setmetatable({}, { __mode = "k" })

--- A class and those that it inherits from.
local function ancestry(class)
	local list, at = {}, class
	while type(at) == "table" and #list < 10 do
		list[#list + 1] = at
		local meta = getmetatable(at)
		local parent = type(meta) == "table" and meta.__index or nil
		at = PARENTS[at] or parent
	end
	return list
end

local STDLIB = "[stdlib]/"

--- Whether the code that looked for the name is a script's own: `level` frames above this one.
local function asked_by_script(level)
	local place = host.where(level + 1)
	if place and place.file:sub(1, #STDLIB) ~= STDLIB then
		return place
	end
end

---@class suggesting.Options
---@field optional? string[] fields that may be absent: looking for them gives nil
---@field only? string a pattern: other names give nil as ever
---@field hint? string said where no name is near

local function misspelt(class, what, options, key, place)
	local names = names_of(ancestry(class))
	errors.raise {
		summary = "Unknown name",
		what = ("%s has no %q"):format(what, key),
		hints = {
			suggest.did_you_mean(key, names)
				or options.hint
				or ("there is: " .. table.concat(names, ", ")),
		},
		at = { file = place.file, line = place.line, word = key },
		exit = "usage",
	}
end

--- Lets a table of functions (a class, or a module) tell of names that it lacks. Its own
--- metatable, if it has one, stays; an `__index` of it that is a table is asked first.
---@generic T: table
---@param class T
---@param what string how it is called in messages: `a migration`, `the module mappings`
---@param options? suggesting.Options
---@return T class
function suggesting.class(class, what, options)
	options = options or {}
	local meta = getmetatable(class) or {}
	local parent = type(meta.__index) == "table" and meta.__index or nil
	PARENTS[class] = parent
	local optional = {}
	for _, name in ipairs(options.optional or {}) do
		optional[name] = true
	end
	meta.__index = function(_, key)
		local inherited = parent and parent[key]
		if inherited ~= nil then
			return inherited
		end
		if type(key) ~= "string" or optional[key] or key:find "^__" then
			return nil
		end
		if options.only and not key:find(options.only) then
			return nil
		end
		local place = asked_by_script(2)
		if place then
			misspelt(class, what, options, key, place)
		end
	end
	return setmetatable(class, meta)
end

return suggesting
