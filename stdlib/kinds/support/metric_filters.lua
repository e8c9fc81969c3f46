--- Metric filters: what of a log group's events becomes a metric. They carry no tags, so they are a
--- property of their log group: the whole list, each known by its name.

local absence = require "kinds.support.absence"
local aws = require "aws"
local change = require "kinds.support.changes"

local filters = {}

local UNITS = {
	"None",
	"Seconds",
	"Microseconds",
	"Milliseconds",
	"Bytes",
	"Kilobytes",
	"Megabytes",
	"Gigabytes",
	"Terabytes",
	"Bits",
	"Kilobits",
	"Megabits",
	"Gigabits",
	"Terabits",
	"Percent",
	"Count",
	"Bytes/Second",
	"Kilobytes/Second",
	"Megabytes/Second",
	"Gigabytes/Second",
	"Terabytes/Second",
	"Bits/Second",
	"Kilobits/Second",
	"Megabits/Second",
	"Gigabits/Second",
	"Terabits/Second",
	"Count/Second",
}

--- AWS's own limits.
local MOST, MOST_DIMENSIONS = 100, 3

--- From how many log groups with filters on all filters of the account are listed instead of each
--- group's: a stack has one such group or two, an account may have thousands of filters.
local MANY = 4

local METRIC = {
	namespace = {
		type = "string",
		required = true,
		doc = "The metric's namespace, such as Orders.",
	},
	name = { type = "string", required = true, doc = "The metric's name." },
	value = {
		type = "any",
		doc = "What an event counts for: a number, or a field as in $.size; 1.",
	},
	default = {
		type = "number",
		doc = "The value of a minute without a match; not with dimensions.",
	},
	unit = { type = "string", enum = UNITS, doc = "The metric's unit; None." },
	dimensions = {
		type = "map",
		doc = "At most three: names to fields of the event, such as $.table.",
	},
}

local FILTER = {
	name = {
		type = "string",
		required = true,
		doc = "The filter's name, one of a kind in its group.",
	},
	pattern = { type = "string", doc = "Which events; all when left out or empty." },
	metric = { type = "map", required = true, fields = METRIC, doc = "What they become." },
}

--- What CloudWatch Logs would refuse of one filter.
local function filter_problem(filter)
	local metric = filter.metric or {}
	if type(filter.name) == "string" and (filter.name:find "[:*]" or #filter.name > 512) then
		return "a name has neither : nor *, and at most 512 characters", ".name"
	end
	for _, member in ipairs { "namespace", "name" } do
		local text = metric[member]
		if type(text) == "string" and (text:find "[:*$]" or #text > 255 or text == "") then
			local reason = "it has neither : nor * nor $, and 1 to 255 characters"
			return reason, ".metric." .. member
		end
	end
	local value = metric.value
	if type(value) == "string" and not tonumber(value) and not value:find "^%$" then
		return "it is a number, or a field of the event such as $.size", ".metric.value"
	end
	local count = 0
	for _ in pairs(type(metric.dimensions) == "table" and metric.dimensions or {}) do
		count = count + 1
	end
	if count > MOST_DIMENSIONS then
		return ("it has %d dimensions; CloudWatch Logs takes %d"):format(count, MOST_DIMENSIONS),
			".metric.dimensions"
	elseif count > 0 and metric.default ~= nil then
		return "a metric with dimensions has no default", ".metric.default"
	end
end

--- What CloudWatch Logs would refuse of the list.
---@param list table[]
---@return string? reason
---@return string? inside where
local function problem(list)
	local seen = {}
	if #list > MOST then
		return ("there are %d; a log group has at most %d"):format(#list, MOST)
	end
	for index, filter in ipairs(list) do
		local where = ("[%d]"):format(index)
		local reason, inside = filter_problem(filter)
		if reason then
			return reason, where .. inside
		elseif type(filter.name) == "string" and seen[filter.name] then
			local again = ("the name %q is that of [%d] too"):format(filter.name, seen[filter.name])
			return again, where .. ".name"
		end
		seen[filter.name] = index
	end
end

--- A value as AWS keeps it, which is a text: 1, 1.0 and "1" are one, and so is nothing.
local function value_text(value)
	local number = tonumber(value or 1)
	if number then
		return ("%.14g"):format(number)
	end
	return value
end

--- One filter with everything that AWS adds to it.
local function full(filter)
	local metric = filter.metric or {}
	return {
		pattern = filter.pattern or "",
		namespace = metric.namespace,
		name = metric.name,
		value = value_text(metric.value),
		default = metric.default,
		unit = metric.unit or "None",
		dimensions = metric.dimensions or {},
	}
end

--- What differs between two dimensions' maps.
local function same_map(a, b)
	for name, value in pairs(a) do
		if b[name] ~= value then
			return false
		end
	end
	for name in pairs(b) do
		if a[name] == nil then
			return false
		end
	end
	return true
end

--- A member's value for people.
local function shown(value)
	if value == nil then
		return "(none)"
	end
	return type(value) == "number" and ("%.14g"):format(value) or ("%q"):format(value)
end

--- The members that differ, in words.
local function differing(have, want)
	local texts = {}
	for _, member in ipairs { "pattern", "namespace", "name", "value", "default", "unit" } do
		if have[member] ~= want[member] then
			local text = ("%s %s → %s"):format(member, shown(have[member]), shown(want[member]))
			texts[#texts + 1] = text
		end
	end
	if not same_map(have.dimensions, want.dimensions) then
		texts[#texts + 1] = "other dimensions"
	end
	return texts
end

local function by_name(list)
	local map = {}
	for _, filter in ipairs(list or {}) do
		map[filter.name] = filter
	end
	return map
end

--- Whether two lists mean the same, with what differs filter by filter.
---@param declared table[]
---@param live? table[]
---@return boolean equal
---@return table[] differences
function filters.compare(declared, live)
	local have, want, differences = by_name(live), by_name(declared), {}
	local function add(text)
		differences[#differences + 1] = { text = text }
	end
	for _, filter in ipairs(declared) do
		local there = have[filter.name]
		if not there then
			add("+ " .. filter.name)
		else
			local texts = differing(full(there), full(filter))
			if #texts > 0 then
				add(("%s  %s"):format(filter.name, table.concat(texts, ", ")))
			end
		end
	end
	for _, filter in ipairs(live or {}) do
		if not want[filter.name] then
			add("- " .. filter.name)
		end
	end
	return #differences == 0, differences
end

filters.property = {
	type = "list",
	default = {},
	compare = filters.compare,
	check = problem,
	items = { type = "map", fields = FILTER },
	doc = "Which events become metrics: name, pattern, metric; the whole list.",
}

--- One of AWS's as it is declared.
local function declared_form(raw)
	local metric = (raw.metric_transformations or {})[1] or {}
	local dimensions = metric.dimensions
	return {
		name = raw.filter_name,
		pattern = raw.filter_pattern,
		metric = {
			namespace = metric.metric_namespace,
			name = metric.metric_name,
			value = metric.metric_value,
			default = metric.default_value,
			unit = metric.unit ~= "None" and metric.unit or nil,
			dimensions = dimensions and next(dimensions) and dimensions or nil,
		},
	}
end

--- The filters of a group as AWS gives them, read anew.
local function raws_of(group)
	return absence.or_nil(function()
		return aws.pages(aws.logs.describe_metric_filters, { log_group_name = group })
	end) or {}
end

--- The filters of a group, read anew.
---@param group string
---@return table[]
function filters.read(group)
	local list = {}
	for index, raw in ipairs(raws_of(group)) do
		list[index] = declared_form(raw)
	end
	return list
end

--- Gives items their filters. A listing of groups tells how many each has, so that groups without any
--- cost nothing.
---@param ctx stack.Context
---@param items table[]
function filters.add(ctx, items)
	local with = {}
	for _, item in ipairs(items) do
		item.filters = {}
		if (item.raw.metric_filter_count or 0) > 0 then
			with[item.id] = item
		end
	end
	local count = 0
	for _ in pairs(with) do
		count = count + 1
	end
	if count >= MANY then
		for _, raw in ipairs(ctx:sweep(aws.logs.describe_metric_filters, {})) do
			local item = with[raw.log_group_name]
			if item then
				item.filters[#item.filters + 1] = declared_form(raw)
			end
		end
		return
	end
	for name, item in pairs(with) do
		item.filters = filters.read(name)
	end
end

--- What a filter may have that no script declares: a put replaces everything, so it repeats these.
local KEPT = {
	"apply_on_transformed_logs",
	"field_selection_criteria",
	"emit_system_field_dimensions",
}

local function put(group, filter, raw)
	local metric = full(filter)
	local request = change.pick(raw or {}, KEPT)
	request.log_group_name = group
	request.filter_name = filter.name
	request.filter_pattern = metric.pattern
	request.metric_transformations = {
		{
			metric_namespace = metric.namespace,
			metric_name = metric.name,
			metric_value = metric.value,
			default_value = metric.default,
			unit = metric.unit,
			dimensions = next(metric.dimensions) and metric.dimensions or nil,
		},
	}
	aws.logs.put_metric_filter(request)
end

--- Makes the filters of a group exactly those that are declared.
---@param group string
---@param want table[]
function filters.set(group, want)
	local there, wanted = {}, by_name(want)
	for _, raw in ipairs(raws_of(group)) do
		there[raw.filter_name] = raw
	end
	for _, filter in ipairs(want) do
		local raw = there[filter.name]
		if not raw or #differing(full(declared_form(raw)), full(filter)) > 0 then
			put(group, filter, raw)
		end
	end
	for name in pairs(there) do
		if not wanted[name] then
			absence.or_nil(function()
				return aws.logs.delete_metric_filter { log_group_name = group, filter_name = name }
			end)
		end
	end
end

return filters
