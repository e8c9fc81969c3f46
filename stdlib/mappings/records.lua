--- Object mapping for streams and DynamoDB, and tags for objects in S3.

local builder = require "mappings.builder"
local locator = require "mappings.locator"
local suggest = require "suggest"

---@class mappings.Record: mappings.Builder
local Record = builder.class "an object mapping"

local records = {}

--- Our words for a record, and DMS's.
local FIELDS = {
	partition_key_type = "partition-key-type",
	partition_key_name = "partition-key-name",
	sort_key_name = "sort-key-name",
	exclude_columns = "exclude-columns",
}
local ATTRIBUTE = {
	name = "target-attribute-name",
	type = "attribute-type",
	sub_type = "attribute-sub-type",
	value = "value",
}
local WORDS = {
	"partition_key_type",
	"partition_key_name",
	"partition_key",
	"sort_key_name",
	"exclude_columns",
	"attributes",
	"topic",
	"table",
}

local function attributes(list)
	local found = {}
	for index, given in ipairs(list) do
		local made = {}
		for word, key in pairs(ATTRIBUTE) do
			made[key] = given[word]
		end
		made["attribute-type"] = made["attribute-type"] or "scalar"
		made["attribute-sub-type"] = made["attribute-sub-type"] or "string"
		found[index] = made
	end
	return found
end

local function check_words(options)
	for word in pairs(options) do
		local known = false
		for _, name in ipairs(WORDS) do
			known = known or name == word
		end
		if not known then
			locator.misuse(
				("an object mapping has no %q"):format(tostring(word)),
				suggest.did_you_mean(tostring(word), WORDS)
			)
		end
	end
end

--- An object mapping: how the rows of a table become records.
---@param action "map-record-to-record"|"map-record-to-document"
---@param name string|table
---@param options? table
---@return mappings.Record
function records.new(action, name, options)
	options = options or {}
	check_words(options)
	local parameters = {}
	for word, key in pairs(FIELDS) do
		parameters[key] = options[word]
	end
	if options.partition_key then
		parameters["partition-key"] = { value = options.partition_key }
	end
	if options.attributes then
		parameters["attribute-mappings"] = attributes(options.attributes)
	end
	local self = builder.new(Record)
	self:add({
		["rule-type"] = "object-mapping",
		["rule-action"] = action,
		["object-locator"] = locator.of(name, "table"),
		["target-table-name"] = options.table,
		["kafka-target-topic"] = options.topic,
		["mapping-parameters"] = next(parameters) and parameters or nil,
	}, "map")
	return self
end

--- Tags on the objects that an S3 target writes.
---@param name string|table
---@param tags table<string, string>
---@return mappings.Record
function records.tag(name, tags)
	local keys, set = {}, {}
	for key in pairs(tags) do
		keys[#keys + 1] = key
	end
	table.sort(keys)
	for index, key in ipairs(keys) do
		set[index] = { key = key, value = locator.text(tags[key]) }
	end
	local self = builder.new(Record)
	self:add({
		["rule-type"] = "post-processing",
		["rule-action"] = "add-tag",
		["object-locator"] = locator.of(name, "table"),
		["tag-set"] = set,
	}, "tag")
	return self
end

return records
