--- What a kind's functions give back, checked where it is given: a kind is Lua that a customer wrote, and
--- a list instead of an item should be told by name and not by what breaks on it later.

local errors = require "errors"
local suggest = require "suggest"

local answers = {}

---@param name string of the kind
---@param at? table where the kind is defined
---@param what string
---@param hint? any
---@return never
local function refuse(name, at, what, hint)
	errors.raise {
		summary = "A kind gave a wrong answer",
		what = ("%s: %s"):format(name, what),
		why = "the kind's own code is to be mended; nothing else was done in its place",
		hints = { hint or "stdlib/KINDS.md says what each function of a kind gives" },
		at = at and { file = at.file, line = at.line, word = what:match "^(%a+)" } or false,
	}
	---@diagnostic disable-next-line: missing-return -- it raises
end

local function sort_of(value)
	return value == nil and "nothing" or ("a %s"):format(type(value))
end

--- One item: what is live, with its id and its tags.
local function check_item(name, at, from, item)
	if type(item) ~= "table" then
		refuse(name, at, ("%s gave %s for an item"):format(from, sort_of(item)))
	elseif type(item.id) ~= "string" or item.id == "" then
		refuse(name, at, ("%s gave an item whose id is %s"):format(from, sort_of(item.id)))
	elseif item.tags ~= nil and type(item.tags) ~= "table" then
		refuse(name, at, ("%s gave an item whose tags are %s"):format(from, sort_of(item.tags)))
	elseif item.tags and rawget(item.tags, 1) ~= nil then
		refuse(
			name,
			at,
			("%s gave an item whose tags are AWS's list"):format(from),
			"tags.map of kinds.support.tags makes a table of names and values of it"
		)
	end
end

local checks = {}

function checks.list(name, at, _, items)
	if type(items) ~= "table" then
		refuse(name, at, ("list gave %s, and not a list of items"):format(sort_of(items)))
	elseif items.id ~= nil then
		refuse(name, at, "list gave one item, and not a list of them", "return { item }")
	end
	for _, item in ipairs(items) do
		check_item(name, at, "list", item)
	end
end

function checks.read(name, at, _, item)
	if item ~= nil then
		check_item(name, at, "read", item)
	end
end

function checks.observe(name, at, definition, seen)
	if type(seen) ~= "table" then
		refuse(name, at, ("observe gave %s, and not a table"):format(sort_of(seen)))
	elseif type(seen.properties) ~= "table" then
		refuse(name, at, ("observe gave %s as properties"):format(sort_of(seen.properties)))
	elseif seen.outputs ~= nil and type(seen.outputs) ~= "table" then
		refuse(name, at, ("observe gave %s as outputs"):format(sort_of(seen.outputs)))
	end
	for property in pairs(seen.properties) do
		if not definition.properties[property] then
			local names = {}
			for known in pairs(definition.properties) do
				names[#names + 1] = known
			end
			table.sort(names)
			refuse(
				name,
				at,
				("observe gave %q, which is no property"):format(tostring(property)),
				suggest.did_you_mean(tostring(property), names)
			)
		end
	end
end

function checks.create(name, at, _, id)
	if type(id) ~= "string" or id == "" then
		refuse(
			name,
			at,
			("create gave %s, and not the id of what it made"):format(sort_of(id)),
			"return the id that list and read give for it"
		)
	end
end

--- Puts a check behind each function that gives something.
---@param made table the kind
---@param at? table where it is defined
function answers.check(made, at)
	for key, check in pairs(checks) do
		local give = made[key]
		made[key] = give
			and function(...)
				local answer, second = give(...)
				check(made.name, at, made, answer)
				return answer, second
			end
	end
end

return answers
