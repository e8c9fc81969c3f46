--- Kinds: how a sort of resource is listed, created, changed and deleted. Ours are in `kinds/`, one
--- file each; a project adds its own in `kinds/` beside the script, or with `kind.define` anywhere.
---
---     local kind = require "kind"
---     kind.get("ec2.vpc").doc        --> "A virtual private cloud."
---     #kind.all() >= 20              --> true
---
--- A kind that a project brings has the same rights as ours: see KINDS.md.

local answers = require "kind.answers"
local dms = require "dms"
local differences = require "kind.differences"
local errors = require "errors"
local fs = require "fs"
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
	"dms.replication_config",
	"dms.event_subscription",
	"cloudwatch.alarm",
	"cloudwatch.composite_alarm",
	"cloudwatch.dashboard",
	"kms.key",
	"secretsmanager.secret",
}

---@type table<string, boolean>
local TYPES = {
	string = true,
	integer = true,
	number = true,
	boolean = true,
	list = true,
	map = true,
	any = true,
}

---@type table<string, any>
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
	hides = "function",
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
	untag = "function",
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
---@field compare? string|fun(declared: any, live: any): boolean, table[]? a name, or whether both mean the same, with the differences `{ path =, from =, to =, text = }`
---@field check? fun(value: any): string?, string?, string? why AWS would refuse a value, told without asking it; for a value inside of it also where (`.filter.prefix`), and a hint
---@field replaces? boolean|string a change makes another resource; the reason as text
---@field follows? boolean replaced with what it refers to, although another value is taken in place
---@field fields? table<string, kind.Property> the shape of a map
---@field items? kind.Property the shape of each member
---@field default? any what it goes back to when it is no longer declared
---@field resets? boolean an update without it takes it away, when it is no longer declared
---@field fingerprint? boolean can't be read back: compared by a salted fingerprint in a tag
---@field hides? fun(name: string, value: any): boolean which members of a map can't be read back: fingerprints stand for them where both sides are compared
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
---@field shared? boolean one for the whole account and region, which no stack takes away
---@field list? fun(ctx: stack.Context): table[] every live item that carries the stack's tag
---@field read? fun(ctx: stack.Context, id: string, name?: string): table?
---@field observe fun(ctx: stack.Context, item: table): table what is declared of it, and its outputs
---@field create fun(ctx: stack.Context, properties: table): string makes one, and gives its id
---@field update fun(ctx: stack.Context, item: table, properties: table, changes: table)
---@field delete fun(ctx: stack.Context, item: table)
---@field parents? fun(item: table): any[] the resources that hold it
---@field effect? fun(action: string, changes: table, item?: table, step: table): string? what a step does to replication
---@field loses_data? fun(action: string, item: table, changes: table): string? what a step loses for good
---@field untag? fun(item: table, keys: string[]) takes tags off, for `forget`; ours need none
---@field brief? fun(properties: table): string a word that tells a resource apart
---@field preflight? fun(check: table, properties: table, item?: table) asks what only AWS knows
---@field at? host.Place where it was defined

local defined = {}

--- What a function that is missing would have to do.
local DUTIES = {
	list = "list(ctx) gives every live item that carries the stack's tag: { { id =, tags =, … } }",
	read = "read(ctx, id) gives one item as it is now, or nil where it is gone",
	observe = "observe(ctx, item) gives { properties =, outputs = } of an item",
	create = "create(ctx, props) makes one with ctx.name and the tags of ctx, and gives its id",
	update = "update(ctx, item, props, changes) changes what `changes` names",
	delete = "delete(ctx, item) deletes it; one that is gone already is no error",
}

---@param name any the kind's name
---@param what string
---@param hint? any
---@param word? string what to mark near the call
---@return never
local function refuse(name, what, hint, word)
	local at = host.where()
	errors.raise {
		summary = "Kind is not well defined",
		what = ("%s: %s"):format(name, what),
		hints = hint and { hint } or nil,
		at = at and { file = at.file, line = at.line, word = word } or nil,
	}
	---@diagnostic disable-next-line: missing-return -- it raises
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
			refuse(
				name,
				("%s has the unknown key %q"):format(path, key),
				near or ("it may have: " .. table.concat(names_of(known), ", ")),
				key
			)
		elseif wanted ~= "any" and not wanted:find(type(given[key]), 1, true) then
			local what = ("%s.%s must be a %s, not a %s"):format(
				path,
				key,
				wanted,
				type(given[key])
			)
			refuse(name, what, nil, key)
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
		local known = "types are: " .. table.concat(names_of(TYPES), ", ")
		refuse(
			name,
			("%s has the unknown type %q"):format(path, given.type),
			near or known,
			given.type
		)
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
		local known = "comparisons are: " .. table.concat(names_of(COMPARISONS), ", ")
		local what = ("%s has the unknown comparison %q"):format(path, compare)
		refuse(name, what, near or (known .. "; or a function of declared and live"), compare)
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

--- Outputs are names with what they mean: a handle has no others.
local function check_outputs(name, outputs)
	for output, doc in pairs(outputs) do
		if type(output) ~= "string" or type(doc) ~= "string" then
			refuse(
				name,
				"outputs is a table of names, each with what it means as a text",
				'it is written as outputs = { vpc_id = "id of the VPC" }',
				"outputs"
			)
		end
	end
end

--- Defines a kind, after checking the definition itself. One of a script has the same rights as ours:
--- KINDS.md says how to write one.
---@param definition table
---@return kind.Kind
function kind.define(definition)
	if type(definition) ~= "table" then
		refuse("kind.define", "it takes a table")
	end
	local name = definition.name
	if type(name) ~= "string" or not name:match "^[%l%d_]+%.[%l%d_]+$" then
		refuse(
			name == nil and "a kind without a name" or tostring(name),
			"a kind's name has two parts in lower case, such as acme.dhcp_options",
			nil,
			"name"
		)
	end
	check_keys(name, "the definition", definition, KIND_KEYS)
	for _, key in ipairs(NEEDED) do
		if definition[key] == nil then
			refuse(name, "the definition needs " .. key, DUTIES[key])
		end
	end
	check_outputs(name, definition.outputs or {})
	local comparisons, properties = {}, {}
	for property, given in pairs(definition.properties) do
		if type(property) ~= "string" then
			refuse(
				name,
				"properties has a list's member, and takes names only",
				'it is written as properties = { cidr_block = { type = "string" } }',
				"properties"
			)
		end
		properties[property] = property_schema(name, property, given, comparisons)
	end
	---@type table
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
	answers.check(made, made.at)
	defined[name] = made
	---@cast made kind.Kind
	return made
end

--- Whether a kind is one of the standard library's.
---@param name string
---@return boolean
function kind.is_ours(name)
	for _, ours in ipairs(OURS) do
		if ours == name then
			return true
		end
	end
	return false
end

--- The kinds beside the script by the folder they are in, which is read once.
local folders = {}

--- The names of the kinds beside the script: `kinds/acme/thing.lua` there is `acme.thing`. They are
--- known whether the script names them or not, so that what an earlier version of it made is found.
---@return table<string, boolean>
local function beside()
	local base = fs.join(fs.script_dir(), "kinds")
	if not folders[base] then
		folders[base] = {}
		local stat = fs.stat(base)
		for _, path in ipairs(stat and stat.type == "folder" and fs.glob("*/*.lua", base) or {}) do
			local family, name = path:match "([%l%d_]+)[/\\]([%l%d_]+)%.lua$"
			if
				family
				and family ~= "support"
				and fs.read(fs.join(base, path)):find("kind.define", 1, true)
			then
				folders[base][family .. "." .. name] = true
			end
		end
	end
	return folders[base]
end

--- The names of all kinds: ours, those in `kinds/` beside the script, and those that scripts have
--- defined.
---@return string[]
function kind.all()
	local names, others = {}, {}
	for _, name in ipairs(OURS) do
		names[#names + 1] = name
	end
	for name in pairs(beside()) do
		others[name] = true
	end
	for name in pairs(defined) do
		others[name] = true
	end
	for _, name in ipairs(names_of(others)) do
		if not kind.is_ours(name) then
			names[#names + 1] = name
		end
	end
	return names
end

--- A kind by its name; nil where there is none.
---@param name string
---@return kind.Kind?
function kind.find(name)
	if not defined[name] and (kind.is_ours(name) or beside()[name]) then
		local made = require("kinds." .. name)
		defined[name] = defined[name] or made
		if type(defined[name]) ~= "table" or defined[name].name ~= name then
			defined[name] = nil
			refuse(
				name,
				("the file kinds/%s.lua has to define it"):format((name:gsub("%.", "/"))),
				("it ends in: return kind.define { name = %q, … }"):format(name)
			)
		end
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
	---@diagnostic disable-next-line: missing-return -- it raises
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
		return differences.of(dms.settings.diff(declared, live or {}))
	elseif comparison == "table_mappings" then
		if live == nil then
			return false
		end
		return differences.of(dms.mappings.diff(live, declared))
	end
	local own = defined[name] and defined[name].comparisons[comparison]
	if not own then
		refuse(name, ("there is no comparison %q"):format(comparison))
	end
	local equal, list = own(declared, live)
	return equal and true or false, list
end

return kind
