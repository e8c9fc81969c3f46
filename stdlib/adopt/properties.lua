--- The properties of what is there, as its kind observes them: without defaults, without what is empty,
--- and without what is confidential. And why some of it can't be declared.

local find = require "adopt.find"
local hidden = require "adopt.hidden"
local json = require "json"
local kind = require "kind"
local report = require "report"
local secret = require "secret"
local settings = require "kinds.support.endpoint_settings"

local properties = {}

--- Whether a value says nothing.
---@param value any
---@return boolean
function properties.empty(value)
	return value == nil or value == "" or (type(value) == "table" and next(value) == nil)
end

--- Whether two values are alike, member by member.
---@param a any
---@param b any
---@return boolean
function properties.same(a, b)
	if type(a) ~= "table" or type(b) ~= "table" then
		return a == b
	end
	for key, value in pairs(a) do
		if not properties.same(value, b[key]) then
			return false
		end
	end
	for key in pairs(b) do
		if a[key] == nil then
			return false
		end
	end
	return true
end

--- A copy: what the script writes in other words is still compared with what was found.
---@generic T
---@param value T
---@return T
function properties.copy(value)
	if type(value) ~= "table" then
		return value
	end
	local made = {}
	for key, inner in pairs(value) do
		made[key] = properties.copy(inner)
	end
	return json.is_list(value) and json.array(made) or made
end

--- What is observed and not declared: whether a task runs is up to the operator, until the script
--- says it.
local UNMANAGED = {
	["dms.task"] = { state = true },
	["dms.replication_config"] = { state = true },
}

--- The tags that a script may name.
local function public_tags(resource, given)
	local tags = {}
	for name, value in pairs(given or {}) do
		if hidden.holds(name, value) then
			resource.remarks[#resource.remarks + 1] = ("The tag %s is not written here; it stays."):format(
				name
			)
		elseif not name:find "^aws:" then
			-- AWS keeps those for itself: nobody else can write them.
			tags[name] = value
		end
	end
	return next(tags) and tags or nil
end

--- Whether a property is looked through by whoever writes it: member by member, as tags are, or not at
--- all, as mappings and settings of tasks, which have no secrets and names of their own.
local function has_its_own_way(name, property)
	return name == "tags"
		or name == "extra_connection_attributes"
		or settings.members[name] ~= nil
		or property.compare == "table_mappings"
		or property.compare == "task_settings"
end

--- Takes out what is confidential, or may be: what is there stays.
local function withhold(resource, definition, plain)
	for _, name in ipairs(report.keys(plain)) do
		local own_way = has_its_own_way(name, definition.properties[name])
		if not own_way and hidden.holds(name, plain[name]) then
			plain[name] = nil
			resource.withheld[name] = true
			resource.remarks[#resource.remarks + 1] = ("%s may hold what is confidential and is not written here; what is there stays."):format(
				name
			)
		end
	end
end

--- The declared properties of what a kind observes: without defaults, and without what is empty.
---@param resource adopt.Resource
---@param ctx stack.Context
---@return table<string, any>
function properties.plain(resource, ctx)
	local definition = kind.get(resource.kind)
	local item = find.full(ctx, resource.item, resource.item.tags)
	---@type table<string, any>
	local seen = definition.observe(ctx, item).properties
	local plain = {}
	for name, property in pairs(definition.properties) do
		local value = seen[name]
		local default = property.default ~= nil and properties.same(value, property.default)
		local secluded = property.write_only or property.fingerprint or secret.is(value)
		local left = (UNMANAGED[resource.kind] or {})[name]
		if not secluded and not properties.empty(value) and not default and not left then
			plain[name] = properties.copy(value)
		end
	end
	plain.tags = public_tags(resource, plain.tags)
	withhold(resource, definition, plain)
	return plain
end

--- What an alarm may have that its kind does not declare: no put can repeat it.
local MORE = {
	["cloudwatch.alarm"] = {
		"metrics",
		"threshold_metric_id",
		"evaluation_criteria",
	},
}

--- Why a script can't declare what is there; nil where it can. One odd thing is no reason to adopt
--- nothing.
---@param resource adopt.Resource
---@param plain table<string, any>
---@return string?
function properties.undeclarable(resource, plain)
	local definition = kind.get(resource.kind)
	for _, name in ipairs(report.keys(definition.properties)) do
		local property, value = definition.properties[name], plain[name]
		if property.required and value == nil then
			return resource.withheld[name] and ("its %s may hold what is confidential"):format(name)
				or ("it has no %s"):format(name)
		elseif value ~= nil and property.enum then
			local known = false
			for _, one in ipairs(property.enum) do
				known = known or one == value
			end
			if not known then
				return ("dmsrun does not know %s %s"):format(name, tostring(value))
			end
		end
		local reason = value ~= nil and property.check and property.check(value)
		if reason then
			return ("%s: %s"):format(name, tostring(reason))
		end
	end
	for _, name in ipairs(MORE[resource.kind] or {}) do
		if not properties.empty(resource.item.raw[name]) then
			return ("dmsrun can't declare its %s"):format(name)
		end
	end
end

return properties
