--- Kinds: how a sort of resource is listed, created, changed and deleted. Ours are in `kinds/`, one
--- file each; a script adds its own with `kind.define`.
---
---     local kind = require "kind"
---     kind.get("ec2.vpc").doc        --> "A virtual private cloud."
---     #kind.all() >= 20              --> true
---
--- A kind that a script defines has the same rights as ours: see kinds/ec2/vpc.lua for a short one.

local dms = require "dms"
local errors = require "errors"
local host = require "host"
local record = require "stack.record"
local suggest = require "suggest"

local kind = {}

--- Every kind of ours, in the order in which a plan groups them.
local OURS = {
	"ec2.vpc",
	"ec2.subnet",
	"ec2.internet_gateway",
	"ec2.elastic_ip",
	"ec2.nat_gateway",
	"ec2.route_table",
	"ec2.security_group",
	"ec2.vpc_endpoint",
	"ec2.flow_log",
	"s3.bucket",
	"logs.log_group",
	"sns.topic",
	"iam.role",
	"iam.shared_role",
	"dms.certificate",
	"dms.subnet_group",
	"dms.replication_instance",
	"dms.endpoint",
	"dms.task",
	"dms.event_subscription",
	"cloudwatch.alarm",
	"kms.key",
	"secretsmanager.secret",
}

local TYPES = {
	string = true,
	integer = true,
	number = true,
	boolean = true,
	list = true,
	map = true,
	any = true,
}

local COMPARISONS = {
	exact = true,
	set = true,
	case = true,
	json = true,
	policy = true,
	prefix = true,
	merged = true,
	cidr = true,
	task_settings = true,
	table_mappings = true,
}

local PROPERTY_KEYS = {
	type = "string",
	required = "boolean",
	enum = "table",
	secret = "boolean",
	write_only = "boolean",
	compare = "string or function",
	check = "function",
	replaces = "boolean or string",
	follows = "boolean",
	fields = "table",
	items = "table",
	doc = "string",
	default = "any",
	resets = "boolean",
	fingerprint = "boolean",
}

local KIND_KEYS = {
	name = "string",
	doc = "string",
	source = "string",
	properties = "table",
	outputs = "table",
	exclusive = "boolean or table",
	fresh = "boolean",
	shared = "boolean",
	list = "function",
	find = "function",
	read = "function",
	observe = "function",
	parents = "function",
	preflight = "function",
	create = "function",
	update = "function",
	delete = "function",
	settle = "function",
	effect = "function",
	loses_data = "function",
	brief = "function",
}

local NEEDED = { "name", "properties", "list", "read", "observe", "create", "update", "delete" }

---@class kind.Property
---@field type "string"|"integer"|"number"|"boolean"|"list"|"map"|"any"
---@field required? boolean
---@field enum? any[] the values that are allowed
---@field secret? boolean never shown
---@field write_only? boolean sent, never read back, not compared
---@field compare? string|fun(declared: any, live: any): boolean
---@field check? fun(value: any): string? why AWS would refuse a value, told without asking it
---@field replaces? boolean|string a change makes another resource; the reason as text
---@field follows? boolean replaced with what it refers to, although another value is taken in place
---@field fields? table<string, kind.Property> the shape of a map
---@field items? kind.Property the shape of each member
---@field default? any what it goes back to when it is no longer declared
---@field resets? boolean an update without it takes it away, when it is no longer declared
---@field fingerprint? boolean can't be read back: compared by a salted fingerprint in a tag
---@field doc? string

---@class kind.Kind
---@field name string such as "ec2.vpc"
---@field doc? string
---@field properties table<string, kind.Property>
---@field outputs table<string, string> name to its description
---@field exclusive? boolean|string[] a replacement deletes first; with names, only where all of these collide
---@field fresh? boolean one to be created is never the one that something live refers to already
---@field schema table what the engine needs of it
---@field comparisons table<string, function> the kind's own comparisons by name

local defined = {}

local function refuse(name, what, hint)
	errors.raise {
		summary = "Kind is not well defined",
		what = ("%s: %s"):format(name, what),
		hints = hint and { hint } or nil,
	}
end

local function names_of(map)
	local names = {}
	for name in pairs(map) do
		names[#names + 1] = tostring(name)
	end
	table.sort(names)
	return names
end

--- Checks that a table has only known keys, each of its type.
local function check_keys(name, path, given, known)
	for _, key in ipairs(names_of(given)) do
		local wanted = known[key]
		if not wanted then
			local near = suggest.did_you_mean(key, names_of(known))
			refuse(name, ("%s has the unknown key %q"):format(path, key), near)
		elseif wanted ~= "any" and not wanted:find(type(given[key]), 1, true) then
			local what = ("%s.%s must be a %s, not a %s"):format(
				path,
				key,
				wanted,
				type(given[key])
			)
			refuse(name, what)
		end
	end
end

--- The part of a property that the engine needs: functions become names.
local function property_schema(name, path, given, comparisons)
	if type(given) ~= "table" then
		refuse(name, path .. ' must be a table such as { type = "string" }')
	end
	check_keys(name, path, given, PROPERTY_KEYS)
	if given.type and not TYPES[given.type] then
		local near = suggest.did_you_mean(given.type, names_of(TYPES))
		refuse(name, ("%s has the unknown type %q"):format(path, given.type), near)
	end
	local compare = given.compare
	if given.fingerprint then
		compare = record.matches
	end
	if type(compare) == "function" then
		comparisons["function " .. path] = compare
		compare = "function " .. path
	elseif compare and not COMPARISONS[compare] then
		local near = suggest.did_you_mean(compare, names_of(COMPARISONS))
		refuse(name, ("%s has the unknown comparison %q"):format(path, compare), near)
	end
	local fields
	if given.fields then
		fields = {}
		for field, property in pairs(given.fields) do
			fields[field] = property_schema(name, path .. "." .. field, property, comparisons)
		end
	end
	return {
		type = given.type,
		required = given.required,
		enum = given.enum,
		secret = given.secret,
		write_only = given.write_only,
		compare = compare,
		replaces = given.replaces,
		follows = given.follows,
		fields = fields,
		items = given.items and property_schema(name, path .. "[]", given.items, comparisons),
	}
end

--- Defines a kind, after checking the definition itself.
---@param definition table
---@return kind.Kind
function kind.define(definition)
	if type(definition) ~= "table" then
		refuse("kind.define", "it takes a table")
	end
	local name = definition.name
	if type(name) ~= "string" or not name:match "^[%l%d_]+%.[%l%d_]+$" then
		refuse(tostring(name), "a kind's name has two parts in lower case, such as ec2.vpc")
	end
	check_keys(name, "the definition", definition, KIND_KEYS)
	for _, key in ipairs(NEEDED) do
		if definition[key] == nil then
			refuse(name, "the definition needs " .. key)
		end
	end
	local comparisons, properties = {}, {}
	for property, given in pairs(definition.properties) do
		properties[property] = property_schema(name, property, given, comparisons)
	end
	local made = {}
	for key, value in pairs(definition) do
		made[key] = value
	end
	made.outputs = made.outputs or {}
	made.comparisons = comparisons
	made.schema = {
		properties = properties,
		outputs = made.outputs,
		exclusive = made.exclusive,
		fresh = made.fresh,
		shared = made.shared,
	}
	made.at = host.where()
	defined[name] = made
	return made
end

local function is_ours(name)
	for _, ours in ipairs(OURS) do
		if ours == name then
			return true
		end
	end
	return false
end

--- The names of all kinds: ours, and those that scripts have defined.
---@return string[]
function kind.all()
	local names = {}
	for _, name in ipairs(OURS) do
		names[#names + 1] = name
	end
	for _, name in ipairs(names_of(defined)) do
		if not is_ours(name) then
			names[#names + 1] = name
		end
	end
	return names
end

--- A kind by its name; nil where there is none.
---@param name string
---@return kind.Kind?
function kind.find(name)
	if not defined[name] and is_ours(name) then
		local made = require("kinds." .. name)
		defined[name] = defined[name] or made
	end
	return defined[name]
end

--- A kind by its name; an error with the nearest names where there is none.
---@param name string
---@param at? table where it was named
---@return kind.Kind
function kind.get(name, at)
	local found = type(name) == "string" and kind.find(name)
	if found then
		return found
	end
	local near = suggest.did_you_mean(tostring(name), kind.all())
	errors.raise {
		summary = "Unknown kind",
		what = ("there is no kind %q"):format(tostring(name)),
		hints = { near or "kind.all() lists the kinds; kind.define adds one" },
		at = at and { file = at.file, line = at.line, word = tostring(name) },
	}
end

--- One difference of the domain as the engine takes it: a rule has no path inside its document.
local function domain_difference(change)
	local path = tostring(change.path or "")
	if not path:find "^rule " then
		return { path = path, from = change.from, to = change.to }
	end
	if change.from == nil then
		return { text = "+ " .. path }
	elseif change.to == nil then
		return { text = "- " .. path }
	end
	return { text = ("%s  %s → %s"):format(path, tostring(change.from), tostring(change.to)) }
end

local function domain(changes)
	local list = {}
	for index, change in ipairs(changes) do
		list[index] = domain_difference(change)
	end
	return #list == 0, list
end

--- The comparisons that the engine leaves to Lua.
---@param name string of the kind
---@param _ string the property
---@param comparison string
---@param declared any
---@param live any
---@return boolean equal
---@return table[]? differences `{ path =, from =, to =, text = }`
function kind.compare(name, _, comparison, declared, live)
	if comparison == "task_settings" then
		return domain(dms.settings.diff(declared, live or {}))
	elseif comparison == "table_mappings" then
		if live == nil then
			return false
		end
		return domain(dms.mappings.diff(live, declared))
	end
	local own = defined[name] and defined[name].comparisons[comparison]
	if not own then
		refuse(name, ("there is no comparison %q"):format(comparison))
	end
	return own(declared, live) and true or false
end

return kind
