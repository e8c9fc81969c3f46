--- The two settings of one table: how it is loaded in parallel, and how its LOBs are.

local arguments = require "mappings.arguments"
local locator = require "mappings.locator"
local suggest = require "suggest"

local table_settings = {}

---@alias mappings.ParallelLoad
---| "partitions" # by the source's partitions
---| "subpartitions" # by its subpartitions (Oracle)
---| "none" # not in parallel
---| mappings.Segments

---@class mappings.Segments
---@field columns? string|string[] for ranges: 1 to 10, the most significant first
---@field ranges? any[] for ranges: ascending upper bounds, one value or a list of values each
---@field partitions? string|string[] only these partitions
---@field subpartitions? string|string[] only these subpartitions (Oracle)
---@field number_of_partitions? integer MongoDB and DocumentDB, 16 unless given
---@field collection_count_from_metadata? boolean MongoDB and DocumentDB
---@field max_records_skip_per_page? integer MongoDB and DocumentDB
---@field batch_size? integer MongoDB and DocumentDB
---@field type? "none"|"partitions-auto"|"subpartitions-auto"|"partitions-list"|"ranges" DMS's own form, with its own keys
---@field boundaries? any[] for ranges, in DMS's own form
---@field ["number-of-partitions"]? integer
---@field ["collection-count-from-metadata"]? boolean
---@field ["max-records-skip-per-page"]? integer
---@field ["batch-size"]? integer

---@alias mappings.Lobs
---| "unlimited" # whole, and slower
---| "task" # as the task's settings say
---| {max_kb?: integer, mode?: "limited"|"unlimited"|"none", ["bulk-max-size"]?: string}

local TYPES = { "none", "partitions-auto", "subpartitions-auto", "partitions-list", "ranges" }

--- Our words, and DMS's types.
local WORDS = {
	partitions = "partitions-auto",
	auto = "partitions-auto",
	["partitions-auto"] = "partitions-auto",
	subpartitions = "subpartitions-auto",
	["subpartitions-auto"] = "subpartitions-auto",
	none = "none",
}

local KEYS = {
	"columns",
	"ranges",
	"partitions",
	"subpartitions",
	"number_of_partitions",
	"collection_count_from_metadata",
	"max_records_skip_per_page",
	"batch_size",
}

local FORMS = '"partitions", "subpartitions", "none", { partitions = {…} }, '
	.. "{ columns = {…}, ranges = {…} } or { number_of_partitions = 16 }"

local function boundary(name, index, given, width)
	local what = ("ranges[%d]"):format(index)
	local values = type(given) == "table" and given or { given }
	local list = arguments.texts(name, what, values, "{ 1000, 2000 }")
	if #list ~= width then
		locator.misuse(
			("%s: %s has %d values for %d columns"):format(name, what, #list, width),
			"each boundary has a value for each column, as in { { 10, 30 }, { 20, 5 } }"
		)
	end
	return list
end

--- Whether one boundary of numbers lies above another; nil where they are not numbers.
local function above(low, high)
	for index, text in ipairs(high) do
		local a, b = tonumber(low[index]), tonumber(text)
		if not a or not b then
			return nil
		end
		if a ~= b then
			return b > a
		end
	end
	return false
end

local function ranges(name, spec)
	local columns = arguments.texts(name, "columns", spec.columns, '{ "id" }')
	if #columns > 10 then
		locator.misuse(("%s: columns are %d; DMS takes at most 10"):format(name, #columns))
	end
	if type(spec.ranges) ~= "table" or #spec.ranges == 0 then
		arguments.refuse(name, "ranges", "a list of upper bounds", spec.ranges, "{ 1000, 2000 }")
	end
	local boundaries = {}
	for index, given in ipairs(spec.ranges) do
		boundaries[index] = boundary(name, index, given, #columns)
		if index > 1 and above(boundaries[index - 1], boundaries[index]) == false then
			locator.misuse(
				("%s: ranges[%d] (%s) does not lie above the one before (%s)"):format(
					name,
					index,
					table.concat(boundaries[index], ", "),
					table.concat(boundaries[index - 1], ", ")
				),
				"boundaries ascend; each is the upper end of a segment"
			)
		end
	end
	return { type = "ranges", columns = columns, boundaries = boundaries }
end

--- Options that go with none of the others.
local function refuse_mixed(name, spec, allowed)
	for _, key in ipairs(KEYS) do
		if spec[key] ~= nil and not allowed[key] then
			local names = {}
			for other in pairs(allowed) do
				names[#names + 1] = other
			end
			table.sort(names)
			locator.misuse(
				("%s: %s does not go with %s"):format(name, key, table.concat(names, " and ")),
				FORMS,
				key
			)
		end
	end
end

local function collections(name, spec)
	local made = { type = "partitions-auto" }
	local keys = {
		number_of_partitions = "number-of-partitions",
		max_records_skip_per_page = "max-records-skip-per-page",
		batch_size = "batch-size",
	}
	for word, key in pairs(keys) do
		if spec[word] ~= nil then
			made[key] = arguments.integer(name, word, spec[word], 0, math.maxinteger)
		end
	end
	local counted = spec.collection_count_from_metadata
	if counted ~= nil then
		if type(counted) ~= "boolean" then
			arguments.refuse(name, "collection_count_from_metadata", "true or false", counted)
		end
		made["collection-count-from-metadata"] = counted
	end
	return made
end

--- The `parallel-load` of a table-settings rule.
---@param name string the builder, for messages
---@param spec mappings.ParallelLoad
---@return table
function table_settings.parallel_load(name, spec)
	if type(spec) == "string" then
		local kind = WORDS[spec]
		if not kind then
			arguments.refuse(
				name,
				"the load",
				FORMS,
				spec,
				suggest.did_you_mean(spec, { "partitions", "subpartitions", "none" })
			)
		end
		return { type = kind }
	end
	if type(spec) ~= "table" then
		arguments.refuse(name, "the load", FORMS, spec)
	end
	---@cast spec table
	if spec.type ~= nil then
		-- DMS's own form.
		arguments.one_of(name, "type", spec.type, TYPES)
		return spec
	end
	arguments.options(name, "the load", spec, KEYS)
	if spec.ranges ~= nil or spec.columns ~= nil then
		refuse_mixed(name, spec, { ranges = true, columns = true })
		return ranges(name, spec)
	elseif spec.partitions ~= nil or spec.subpartitions ~= nil then
		refuse_mixed(name, spec, { partitions = true, subpartitions = true })
		local made = { type = "partitions-list" }
		for _, key in ipairs { "partitions", "subpartitions" } do
			if spec[key] ~= nil then
				made[key] = arguments.texts(name, key, spec[key], '{ "p1", "p2" }')
			end
		end
		return made
	elseif next(spec) == nil then
		arguments.refuse(name, "the load", FORMS, spec)
	end
	return collections(name, spec)
end

--- The `lob-settings` of a table-settings rule.
---@param name string the builder, for messages
---@param spec mappings.Lobs
---@return table
function table_settings.lobs(name, spec)
	local forms = '{ max_kb = 256 }, "unlimited" or "task"'
	if spec == "unlimited" then
		return { mode = "unlimited", ["bulk-max-size"] = "0" }
	elseif spec == "task" then
		return { mode = "none" }
	elseif type(spec) ~= "table" then
		local near = type(spec) == "string" and suggest.did_you_mean(spec, { "unlimited", "task" })
		arguments.refuse(name, "the LOBs", forms, spec, near or nil)
	end
	if spec["bulk-max-size"] ~= nil or (spec.mode ~= nil and spec.max_kb == nil) then
		-- DMS's own form.
		if spec.mode ~= nil then
			arguments.one_of(name, "mode", spec.mode, { "limited", "unlimited", "none" })
		end
		return spec
	end
	arguments.options(name, "the LOBs", spec, { "max_kb", "mode" })
	local mode = "limited"
	if spec.mode ~= nil then
		mode = arguments.one_of(name, "mode", spec.mode, { "limited", "unlimited" })
	end
	local most = arguments.integer(name, "max_kb", spec.max_kb, 1, 2147483647)
	return { mode = mode, ["bulk-max-size"] = locator.text(most) }
end

return table_settings
