--- Transformation, table-settings and validation rules: what becomes of a schema, a table, a
--- column.
---
--- Each method adds one rule. Of two rules that change one object, DMS applies the one written
--- first.

local builder = require "mappings.builder"
local locator = require "mappings.locator"

---@class mappings.Transform: mappings.Builder
local Transform = builder.class "a transformation"

local transform = {}

---@param action string
---@param fields? table
function Transform:act(action, fields)
	local rule = {
		["rule-type"] = "transformation",
		["rule-action"] = action,
		["rule-target"] = self.target,
		["object-locator"] = self:locate(),
	}
	for key, value in pairs(fields or {}) do
		rule[key] = value
	end
	return self:add(rule, action)
end

--- A locator of its own for each rule, so that one can be changed alone.
function Transform:locate()
	local copy = {}
	for key, value in pairs(self.place) do
		copy[key] = value
	end
	return copy
end

function Transform:only(target, method)
	if self.target ~= target then
		locator.misuse((":%s belongs to a %s, not to a %s"):format(method, target, self.target))
	end
end

local function wants_text(method, value)
	if type(value) ~= "string" or value == "" then
		locator.misuse((":%s wants a text, got %s"):format(method, type(value)))
	end
	return value
end

--- Another name on the target.
---@param name string
function Transform:rename(name)
	self:act("rename", { value = wants_text("rename", name) })
	return self
end

--- Puts a text before the name.
---@param text string
function Transform:prefix(text)
	self:act("add-prefix", { value = wants_text("prefix", text) })
	return self
end

--- Puts a text behind the name.
---@param text string
function Transform:suffix(text)
	self:act("add-suffix", { value = wants_text("suffix", text) })
	return self
end

---@param text string
function Transform:remove_prefix(text)
	self:act("remove-prefix", { value = wants_text("remove_prefix", text) })
	return self
end

---@param text string
function Transform:remove_suffix(text)
	self:act("remove-suffix", { value = wants_text("remove_suffix", text) })
	return self
end

---@param old string
---@param new string
function Transform:replace_prefix(old, new)
	local fields = { ["old-value"] = wants_text("replace_prefix", old) }
	fields.value = wants_text("replace_prefix", new)
	self:act("replace-prefix", fields)
	return self
end

---@param old string
---@param new string
function Transform:replace_suffix(old, new)
	local fields = { ["old-value"] = wants_text("replace_suffix", old) }
	fields.value = wants_text("replace_suffix", new)
	self:act("replace-suffix", fields)
	return self
end

function Transform:lowercase()
	self:act "convert-lowercase"
	return self
end

function Transform:uppercase()
	self:act "convert-uppercase"
	return self
end

--- A data type in DMS's words: `"string"`, or `{ type = "numeric", precision = 12, scale = 2 }`.
local function data_type(spec)
	if type(spec) == "string" then
		return { type = spec }
	end
	return spec
end

--- Changes the type of a column.
---@param spec string|{type: string, length?: integer, precision?: integer, scale?: integer}
function Transform:type(spec)
	self:only("column", "type")
	self:act("change-data-type", { ["data-type"] = data_type(spec) })
	-- DMS wants the type before the mask of the same column.
	local at = #self.rules
	while at > 1 and tostring(self.rules[at - 1]["rule-action"]):find("^data%-masking") do
		self.rules[at], self.rules[at - 1] = self.rules[at - 1], self.rules[at]
		self.places[at], self.places[at - 1] = self.places[at - 1], self.places[at]
		at = at - 1
	end
	return self
end

--- Leaves the column out.
function Transform:remove()
	self:only("column", "remove")
	self:act "remove-column"
	return self
end

--- Keeps only the columns that are kept by name: all others of the table are left out.
function Transform:keep()
	self:only("column", "keep")
	self:act "include-column"
	return self
end

--- Each digit becomes the character.
---@param character? string one printable character, `#` unless given
function Transform:mask_digits(character)
	self:only("column", "mask_digits")
	self:act("data-masking-digits-mask", { value = character or "#" })
	return self
end

--- Each digit becomes another, by chance.
function Transform:mask_random()
	self:only("column", "mask_random")
	self:act "data-masking-digits-randomize"
	return self
end

--- SHA-256 in 64 hexadecimal digits; the only mask for key columns.
function Transform:mask_hash()
	self:only("column", "mask_hash")
	self:act "data-masking-hash-mask"
	return self
end

--- Compares the column by other expressions, which hold `${column-name}`.
---@param functions {source: string, target: string}
function Transform:validate_as(functions)
	self:only("column", "validate_as")
	self:add({
		["rule-type"] = "validation",
		["rule-action"] = "override-validation-function",
		["rule-target"] = "column",
		["object-locator"] = self:locate(),
		["source-function"] = functions.source,
		["target-function"] = functions.target,
	}, "validate")
	return self
end

--- Adds a column to a table; without an expression nothing fills it.
---@param name string
---@param spec string|table its data type
---@param expression? string SQLite, columns as `$name`
function Transform:add_column(name, spec, expression)
	self:only("table", "add_column")
	local rule = self:act("add-column", {
		value = wants_text("add_column", name),
		["data-type"] = data_type(spec),
		expression = expression,
	})
	rule["rule-target"] = "column"
	return self
end

---@param origin "primary-key"|"unique-index"
local function key(self, origin, columns)
	local name = columns.name or (self.place["table-name"] .. "_pk")
	self:act("define-primary-key", {
		["primary-key-def"] = { name = name, origin = origin, columns = { table.unpack(columns) } },
	})
	return self
end

--- Defines the primary key on the target: `:primary_key { "id", name = "orders_pk" }`.
---@param columns string[]|{name?: string}
function Transform:primary_key(columns)
	self:only("table", "primary_key")
	return key(self, "primary-key", columns)
end

--- Takes a unique index for the key.
---@param columns string[]|{name?: string}
function Transform:unique_index(columns)
	self:only("table", "unique_index")
	return key(self, "unique-index", columns)
end

--- Adds columns with the values before each change.
---@param options? {prefix?: string, suffix?: string, columns?: "pk-only"|"non-lob"|"all"}
function Transform:before_images(options)
	self:only("table", "before_images")
	options = options or {}
	local rule = self:act("add-before-image-columns", {
		["before-image-def"] = {
			["column-prefix"] = options.prefix or "BI_",
			["column-suffix"] = options.suffix or "",
			["column-filter"] = options.columns or "pk-only",
		},
	})
	rule["rule-target"] = "column"
	return self
end

--- The one table-settings rule of this table, which parallel load and LOBs share.
local function settings_rule(self)
	for _, rule in ipairs(self.rules) do
		if rule["rule-type"] == "table-settings" then
			return rule
		end
	end
	return self:add({
		["rule-type"] = "table-settings",
		["object-locator"] = self:locate(),
	}, "settings")
end

local function texts(list)
	local found = {}
	for index, value in ipairs(list) do
		found[index] = locator.text(value)
	end
	return found
end

local function ranges(spec)
	local boundaries = {}
	for index, boundary in ipairs(spec.ranges) do
		boundaries[index] = texts(type(boundary) == "table" and boundary or { boundary })
	end
	return { type = "ranges", columns = spec.columns, boundaries = boundaries }
end

--- Loads one table in several segments at a time.
---
---     :parallel_load "partitions"                                       -- by the source's partitions
---     :parallel_load { partitions = { "p1", "p2" } }
---     :parallel_load { columns = { "id" }, ranges = { 1000, 2000 } }    -- three segments
---@param spec string|table
function Transform:parallel_load(spec)
	self:only("table", "parallel_load")
	local load
	if spec == "partitions" or spec == "auto" then
		load = { type = "partitions-auto" }
	elseif spec == "subpartitions" then
		load = { type = "subpartitions-auto" }
	elseif type(spec) == "table" and spec.type then
		load = spec
	elseif type(spec) == "table" and spec.ranges then
		load = ranges(spec)
	elseif type(spec) == "table" and (spec.partitions or spec.subpartitions) then
		load = {
			type = "partitions-list",
			partitions = spec.partitions,
			subpartitions = spec.subpartitions,
		}
	else
		locator.misuse(
			":parallel_load does not know this form",
			':parallel_load "partitions", { partitions = {…} } or { columns = {…}, ranges = {…} }'
		)
	end
	settings_rule(self)["parallel-load"] = load
	return self
end

--- How large objects of this table are moved.
---
---     :lobs { max_kb = 256 }      -- limited: longer ones are cut
---     :lobs "unlimited"           -- whole, and slower
---     :lobs "task"                -- as the task says
---@param spec string|{max_kb: integer}
function Transform:lobs(spec)
	self:only("table", "lobs")
	local settings
	if spec == "unlimited" then
		settings = { mode = "unlimited", ["bulk-max-size"] = "0" }
	elseif spec == "task" then
		settings = { mode = "none" }
	elseif type(spec) == "table" and spec.mode then
		settings = spec
	elseif type(spec) == "table" and math.type(spec.max_kb) == "integer" then
		settings = { mode = "limited", ["bulk-max-size"] = locator.text(spec.max_kb) }
	else
		locator.misuse(
			":lobs does not know this form",
			':lobs { max_kb = 256 }, "unlimited" or "task"'
		)
	end
	settings_rule(self)["lob-settings"] = settings
	return self
end

--- Only columns of this type, with `map.column "s.t.%"`.
---@param name string
function Transform:of_type(name)
	self:only("column", "of_type")
	self.place["data-type"] = name
	return self
end

---@param target string
---@param place table
---@return mappings.Transform
function transform.new(target, place)
	return builder.new(Transform, { target = target, place = place })
end

--- A tablespace of an Oracle source and target.
---@param target "table-tablespace"|"index-tablespace"
---@param name string
---@param tables string|table
function transform.tablespace(target, name, tables)
	local place = locator.of(tables or "%.%", "table")
	place[target .. "-name"] = name
	return transform.new(target, place)
end

return transform
