--- What all builders of table mappings share: a list of rules, and where in the script each was
--- written.

local host = require "host"
local locator = require "mappings.locator"

---@class mappings.Builder
---@field rules table[] rules in DMS's form, without ids
---@field places table[] file and line of each rule
local Builder = {}
Builder.__index = Builder

local builder = { Builder = Builder }

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
---@param fields? table
function builder.new(class, fields)
	local self = fields or {}
	self.rules, self.places = {}, {}
	return setmetatable(self, class)
end

--- Whether a value is one of our builders.
---@param value any
---@return boolean
function builder.is(value)
	local class = type(value) == "table" and getmetatable(value) or nil
	local parent = type(class) == "table" and getmetatable(class) or nil
	return parent ~= nil and parent.__index == Builder
end

--- Adds a rule, written where the script now is.
---@param rule table
---@param verb string the first word of its name
---@return table rule
function Builder:add(rule, verb)
	rule["rule-name"] = rule["rule-name"] or locator.rule_name(verb, rule["object-locator"] or {})
	self.rules[#self.rules + 1] = rule
	self.places[#self.rules] = host.where()
	return rule
end

--- The rule added last, which is what `named` and `id` speak about.
function Builder:last()
	local rule = self.rules[#self.rules]
	if not rule then
		locator.misuse("there is no rule yet that this could belong to")
	end
	return rule
end

--- Gives the rule before it its name.
---@param name string
function Builder:named(name)
	self:last()["rule-name"] = name
	return self
end

--- Gives the rule before it its id; rules without one get the next free.
---@param id integer|string
function Builder:id(id)
	self:last()["rule-id"] = locator.text(id)
	return self
end

--- Keys of DMS that have no method here, as they are.
---@param fields table
function Builder:with(fields)
	local rule = self:last()
	for key, value in pairs(fields) do
		rule[key] = value
	end
	return self
end

return builder
