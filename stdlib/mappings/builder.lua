--- What all builders of table mappings share: a list of rules, and where in the script each was
--- written.

local arguments = require "mappings.arguments"
local host = require "host"
local locator = require "mappings.locator"
local suggesting = require "suggesting"

---@class mappings.Builder
---@field rules table[] rules in DMS's form, without ids
---@field places table[] file and line of each rule
---@field called string how the script began it: `map.schema`
---@field latest? table the rule added last
local Builder = {}
Builder.__index = Builder

local builder = { Builder = Builder }

--- The first word of the name that a rule gets, unless it is given one.
local VERBS = setmetatable({}, { __mode = "k" })

---@param rule table
---@return string|nil
function builder.verb_of(rule)
	return VERBS[rule]
end

--- A class of builders with its own methods beside the shared ones.
---@param name string how it is called in messages
---@return table class
function builder.class(name)
	local class = { class_name = name }
	class.__index = class
	class.__tostring = function(self)
		return ("%s of table mappings (%d rules)"):format(name, #self.rules)
	end
	return setmetatable(class, { __index = Builder })
end

---@param class table
---@param fields table with `called`
function builder.new(class, fields)
	local self = fields
	self.rules, self.places = {}, {}
	return setmetatable(self, class)
end

--- Whether a value is one of our builders.
---@param value any
---@return boolean
function builder.is(value)
	return type(value) == "table" and builder.of_class(getmetatable(value))
end

local CLASSES = setmetatable({}, { __mode = "k" })

---@param class any
---@return boolean
function builder.of_class(class)
	return class ~= nil and CLASSES[class] == true
end

--- How a method is called in messages: `map.schema:rename`.
---@param self mappings.Builder
---@param method string
---@return string
function builder.name_of(self, method)
	return ("%s:%s"):format(self.called, method)
end

--- Adds a rule, written where the script now is.
---@param self mappings.Builder
---@param rule table
---@param verb string the first word of its name
---@return table rule
function builder.add(self, rule, verb)
	VERBS[rule] = verb
	self.rules[#self.rules + 1] = rule
	self.places[#self.rules] = host.where()
	self.latest = rule
	return rule
end

--- The rule added last, which is what `named` and `id` speak about.
---@param self mappings.Builder
---@param method string
---@return table rule
function builder.last(self, method)
	if not self.latest then
		locator.misuse(
			("%s: there is no rule yet that this could belong to"):format(
				builder.name_of(self, method)
			),
			("first what is done, as in %s(…):rename(…):%s(…)"):format(self.called, method)
		)
	end
	return self.latest
end

--- Gives the rule before it its name. DMS wants letters and digits; a rule whose name stays keeps
--- its id when a task is changed.
---@param name string
function Builder:named(name)
	builder.last(self, "named")["rule-name"] =
		arguments.text(builder.name_of(self, "named"), "the name", name)
	return self
end

--- Gives the rule before it its id; rules without one get the next free.
---@param id integer|string
function Builder:id(id)
	local number = tonumber(id)
	local whole = number and math.tointeger(number)
	if not whole or whole < 0 or tostring(id):find "[^%d]" then
		arguments.refuse(builder.name_of(self, "id"), "the id", "a whole number", id)
	end
	builder.last(self, "id")["rule-id"] = ("%d"):format(whole)
	return self
end

--- Keys of DMS that have no method here, as they are: tables are merged, the rest replaced.
---@param fields table
function Builder:with(fields)
	local rule = builder.last(self, "with")
	if type(fields) ~= "table" then
		arguments.refuse(
			builder.name_of(self, "with"),
			"the fields",
			"a table of DMS's keys",
			fields
		)
	end
	for key, value in pairs(fields) do
		if type(key) ~= "string" then
			arguments.refuse(builder.name_of(self, "with"), "a field", "a key of DMS", key)
		end
		if type(value) == "table" and #value == 0 and type(rule[key]) == "table" then
			for inner, item in pairs(value) do
				rule[key][inner] = item
			end
		else
			rule[key] = value
		end
	end
	return self
end

local SHARED = { named = 1, id = 1, with = 1 }

--- A method that is told when it was called with a dot, or with too many arguments.
local function guarded(method, body, most)
	return function(self, ...)
		if not builder.is(self) then
			locator.misuse(
				("%s is called with a dot"):format(method),
				("methods are called with a colon: :%s(…)"):format(method),
				method
			)
		end
		local given = select("#", ...)
		if most >= 0 and given > most then
			locator.misuse(
				("%s takes %s, %d were given"):format(
					builder.name_of(self, method),
					most == 0 and "no argument"
						or most == 1 and "one argument"
						or most .. " arguments",
					given
				),
				nil,
				method
			)
		end
		return body(self, ...)
	end
end

--- Finishes a class: misspelt methods are told with the nearest, and every method checks how it was
--- called. `methods` gives the most arguments of each, -1 for any number.
---@param class table
---@param methods table<string, integer>
---@return table class
function builder.seal(class, methods)
	for method, most in pairs(methods) do
		class[method] = guarded(method, class[method], most)
	end
	for method, most in pairs(SHARED) do
		class[method] = guarded(method, Builder[method], most)
	end
	CLASSES[class] = true
	-- Names that are not for scripts are not suggested.
	return suggesting.class(class, class.class_name, { optional = { "latest", "place", "target" } })
end

return builder
