--- Object mapping for streams and DynamoDB, and tags for objects in S3.

local arguments = require "mappings.arguments"
local builder = require "mappings.builder"
local locator = require "mappings.locator"

---@class mappings.Record: mappings.Builder
local Record = builder.class "an object mapping"

builder.seal(Record, {})

local records = {}

---@alias mappings.PartitionKeyType
---| "schema-table"
---| "transaction-id"
---| "primary-key"
---| "constant"
---| "attribute-name"

---@class mappings.RecordOptions
---@field partition_key_type? mappings.PartitionKeyType
---@field partition_key_name? string the attribute that is the key (DynamoDB, Kinesis)
---@field partition_key? string its value, for `constant` and `attribute-name`, such as `"${id}"`
---@field sort_key_name? string DynamoDB
---@field exclude_columns? string|string[] columns that the record goes without
---@field attributes? (string|mappings.Attribute)[] what the record holds; a text names a column
---@field topic? string the Kafka topic
---@field table? string the DynamoDB table

---@class mappings.Attribute
---@field name string the attribute on the target
---@field value string text with columns as `${column}`
---@field type? "scalar"|"document"
---@field sub_type? string such as `string`, `number`, `json`, `dynamodb-map`

--- Our words for a record, and DMS's.
local FIELDS = {
	partition_key_name = "partition-key-name",
	sort_key_name = "sort-key-name",
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
local KEY_TYPES = { "schema-table", "transaction-id", "primary-key", "constant", "attribute-name" }
local ATTRIBUTE = { "name", "type", "sub_type", "value" }

local function attribute(called, index, given)
	local what = ("attributes[%d]"):format(index)
	if type(given) == "string" then
		given = { name = given, value = "${" .. given .. "}" }
	end
	arguments.options(called, what, given, ATTRIBUTE)
	---@type table<string, any>
	local made = {
		["target-attribute-name"] = arguments.text(called, what .. ".name", given.name),
		["attribute-type"] = "scalar",
		["attribute-sub-type"] = "string",
	}
	if given.type ~= nil then
		local kinds = { "scalar", "document" }
		made["attribute-type"] = arguments.one_of(called, what .. ".type", given.type, kinds)
	end
	if given.sub_type ~= nil then
		made["attribute-sub-type"] = arguments.text(called, what .. ".sub_type", given.sub_type)
	end
	if type(given.value) == "table" then
		-- A document's value may be a structure of DynamoDB.
		made.value = given.value
	else
		made.value = arguments.scalar(called, what .. ".value", given.value)
	end
	return made
end

local function parameters_of(called, options)
	local made = {}
	for word, key in pairs(FIELDS) do
		if options[word] ~= nil then
			made[key] = arguments.text(called, word, options[word])
		end
	end
	if options.partition_key_type ~= nil then
		made["partition-key-type"] =
			arguments.one_of(called, "partition_key_type", options.partition_key_type, KEY_TYPES)
	end
	if options.partition_key ~= nil then
		local value = arguments.scalar(called, "partition_key", options.partition_key)
		made["partition-key"] = { value = value }
	end
	if options.exclude_columns ~= nil then
		made["exclude-columns"] =
			arguments.texts(called, "exclude_columns", options.exclude_columns, '{ "email" }')
	end
	if options.attributes ~= nil then
		local given = options.attributes
		if type(given) ~= "table" or #given == 0 then
			arguments.refuse(
				called,
				"attributes",
				"a list",
				given,
				'{ "id", { name = "full", value = "${first} ${last}" } }'
			)
		end
		local list = {}
		for index, item in ipairs(given) do
			list[index] = attribute(called, index, item)
		end
		made["attribute-mappings"] = list
	end
	return next(made) and made or nil
end

--- An object mapping: how the rows of a table become records. An empty table instead of a name is
--- the default for all tables.
---@param action "map-record-to-record"|"map-record-to-document"
---@param name string|table
---@param options? mappings.RecordOptions
---@param called string
---@return mappings.Record
function records.new(action, name, options, called)
	if options == nil then
		options = {}
	end
	arguments.options(called, "the options", options, WORDS)
	local place = {}
	if not (type(name) == "table" and next(name) == nil) then
		place = locator.of(name, "table", called)
	end
	---@type any
	local self = builder.new(Record, { called = called })
	builder.add(self, {
		["rule-type"] = "object-mapping",
		["rule-action"] = action,
		["object-locator"] = place,
		["target-table-name"] = options.table ~= nil
				and arguments.text(called, "table", options.table)
			or nil,
		["kafka-target-topic"] = options.topic ~= nil
				and arguments.text(called, "topic", options.topic)
			or nil,
		["mapping-parameters"] = parameters_of(called, options),
	}, "map")
	return self
end

--- Tags on the objects that an S3 target writes.
---@param name string|table
---@param tags table<string, string> at most ten; values may hold `${schema-name}`, `${table-name}`
---@return mappings.Record
function records.tag(name, tags)
	local called = "map.tag"
	local place = locator.of(name, "table", called)
	if type(tags) ~= "table" or next(tags) == nil then
		arguments.refuse(called, "the tags", 'a table, such as { team = "billing" }', tags)
	end
	local keys, set = {}, {}
	for key in pairs(tags) do
		arguments.text(called, "the key of a tag", key)
		keys[#keys + 1] = key
	end
	if #keys > 10 then
		locator.misuse(("map.tag: %d tags are given; S3 takes at most 10"):format(#keys))
	end
	table.sort(keys)
	for index, key in ipairs(keys) do
		set[index] = { key = key, value = arguments.scalar(called, "the tag " .. key, tags[key]) }
	end
	---@type any
	local self = builder.new(Record, { called = called })
	builder.add(self, {
		["rule-type"] = "post-processing",
		["rule-action"] = "add-tag",
		["object-locator"] = place,
		["tag-set"] = set,
	}, "tag")
	return self
end

return records
