---@meta dms

--- The domain of DMS, without AWS: table mappings, task settings, engines. Documents are tables, or
--- the JSON text that the service gives. Scripts use `mappings` and `settings`, which stand on this.
---
--- ```lua
--- local dms = require "dms"
--- dms.engine("mysql").port --> 3306
--- dms.engine("oracel") --> nil
--- local merged = dms.settings.merge({ Logging = { EnableLogging = false } }, { Logging = { EnableLogging = true } })
--- merged.Logging.EnableLogging --> true
--- local rule = {
--- 	["rule-type"] = "selection",
--- 	["rule-id"] = "1",
--- 	["rule-name"] = "1",
--- 	["rule-action"] = "include",
--- 	["object-locator"] = { ["schema-name"] = "sales", ["table-name"] = "%" },
--- }
--- local tables = { { schema = "sales", table = "orders" }, { schema = "hr", table = "staff" } }
--- local result = dms.mappings.evaluate({ rules = { rule } }, { tables = tables })
--- result.tables[1].selected, result.tables[2].selected --> true, false
--- ```
---@class dms
local dms = {}

---@alias dms.Document table|string

--- What is known beside a document, for checks.
---@class dms.Context
---@field source_engine? string
---@field target_engine? string
---@field migration_type? string
---@field engine_version? string
---@field catalogue? dms.Catalogue|table
---@field mappings? dms.Document
---@field live_settings? dms.Document

---@class dms.Finding
---@field code string
---@field severity "error"|"warning"|"note"
---@field message string
---@field path string
---@field hint? string
---@field file? string where it was written, as far as that is known
---@field line? integer
---@field column? integer
---@field at? {file: string, line: integer, column?: integer} the same as a place for `errors.raise`

---@class dms.Change
---@field path string
---@field from any
---@field to any
---@field text string the change in one line

---@class dms.Fault
---@field message string
---@field line integer
---@field column integer

---@class dms.Reading
---@field document? table
---@field duplicates? table[] names that stand twice
---@field fault? dms.Fault

---@class dms.Task
---@field name string
---@field migration_type string
---@field source string
---@field target string
---@field mappings dms.Document

---@class dms.CatalogueColumn
---@field name string
---@field data_type string
---@field primary_key? boolean
---@field lob_kb? integer

---@class dms.CatalogueTable
---@field schema string
---@field table string
---@field rows integer
---@field kind? "view" nil for a table
---@field columns dms.CatalogueColumn[]

--- The tables and columns of a source. `#catalogue` is how many tables there are.
---@class dms.Catalogue: userdata
---@field tables fun(self: dms.Catalogue): fun(): dms.CatalogueTable? walks over all tables
---@field table fun(self: dms.Catalogue, name: string): dms.CatalogueTable? one, by `schema.table`
---@field schemas fun(self: dms.Catalogue): string[]
---@field json fun(self: dms.Catalogue): string

---@class dms.TableOutcome
---@field source_schema string
---@field source_table string
---@field kind "table"|"view"
---@field selected boolean
---@field by_rule? integer the id of the rule that takes it
---@field excluded_by? integer the id of the rule that keeps it out
---@field load_order? integer
---@field filters? table[]
---@field target_schema string empty where it is not taken
---@field target_table string
---@field columns dms.ColumnOutcome[]
---@field primary_key? string[]
---@field parallel_load? table
---@field lob_settings? table

---@class dms.ColumnOutcome
---@field source? string nil for an added one
---@field target? string nil for a dropped one
---@field data_type string
---@field removed boolean
---@field origin "source"|"added"|"before-image"
---@field masked_by? string
---@field expression? string

---@class dms.RuleOutcome
---@field rule_id integer
---@field rule_name string
---@field text string
---@field matched integer
---@field applied integer
---@field beaten_by? integer

--- What rules make of a catalogue; tables become Lua when they are asked for. `#evaluation` is how
--- many tables there are.
---@class dms.Evaluation: userdata
---@field table fun(self: dms.Evaluation, name: string, table?: string): dms.TableOutcome? by `schema.table`
---@field tables fun(self: dms.Evaluation, which?: "selected"|"excluded"|"left_out"): fun(): dms.TableOutcome?
---@field rules fun(self: dms.Evaluation): dms.RuleOutcome[]
---@field unmatched fun(self: dms.Evaluation): dms.RuleOutcome[] rules that match nothing
---@field count fun(self: dms.Evaluation): {tables: integer, selected: integer, excluded_by: table<integer, integer>}
---@field findings fun(self: dms.Evaluation): dms.Finding[] what only the catalogue shows
---@field story fun(self: dms.Evaluation, name: string): table everything about one table, in sentences too

---@class dms.mappings
dms.mappings = {}

--- What is wrong or doubtful in table mappings.
---@param document dms.Document
---@param context? dms.Context
---@return dms.Finding[]
function dms.mappings.check(document, context) end

--- Which tables of a catalogue table mappings select, and what becomes of each.
---@param document dms.Document
---@param catalogue dms.Catalogue|table
---@return table
function dms.mappings.evaluate(document, catalogue) end

--- As `evaluate`, made piece by piece while it is looked at: for catalogues of many thousand tables.
---@param document dms.Document
---@param catalogue dms.Catalogue|table
---@return dms.Evaluation
function dms.mappings.evaluation(document, catalogue) end

--- Whether two documents mean the same.
---@param a dms.Document
---@param b dms.Document
---@return boolean
function dms.mappings.equal(a, b) end

--- What changes from one document to another.
---@param from dms.Document
---@param to dms.Document
---@return dms.Change[]
function dms.mappings.diff(from, to) end

--- The script that builds a document, with the builders of `mappings`.
---@param document dms.Document
---@return string
function dms.mappings.to_lua(document) end

---@class dms.settings
dms.settings = {}

--- What is wrong or doubtful in task settings.
---@param document dms.Document
---@param context? dms.Context
---@return dms.Finding[]
function dms.settings.check(document, context) end

--- A document laid over another.
---@param base dms.Document
---@param over dms.Document
---@return table
function dms.settings.merge(base, over) end

--- Where live settings differ from the declared ones.
---@param declared dms.Document
---@param live dms.Document
---@return dms.Change[]
function dms.settings.diff(declared, live) end

--- Every key there is, with its type, range and default.
---@return table[]
function dms.settings.keys() end

--- The settings of a task that says nothing.
---@return table
function dms.settings.defaults() end

--- The presets, each with its name and document.
---@return table[]
function dms.settings.presets() end

--- How many keys a document sets to something else than the default.
---@param document dms.Document
---@return integer
function dms.settings.changed(document) end

---@class dms.catalogue
dms.catalogue = {}

--- The catalogue of a JSON text; nil and what is wrong with it, where it is none.
---@param text string
---@param name? string what the text is called in messages
---@return dms.Catalogue?
---@return any fault
function dms.catalogue.read(text, name) end

--- The catalogue of a table `{ tables = { { schema =, table = }, … } }`.
---@param tables table
---@return dms.Catalogue
function dms.catalogue.of(tables) end

--- Every engine that an endpoint can have.
---@return table[]
function dms.engines() end

--- An engine by its name; nil where there is none.
---@param name string
---@return table?
function dms.engine(name) end

--- A document of a JSON text, with the names that stand twice; or the fault and its place.
---@param text string
---@return dms.Reading
function dms.read(text) end

--- The line and column of a path in a JSON text; nil where it is not there.
---@param text string
---@param path string
---@return table?
function dms.locate(text, path) end

--- The same for many paths in one walk.
---@param text string
---@param paths string[]
---@return table[]
function dms.locate_all(text, paths) end

--- Every code that a finding may have, with what it means.
---@return table[]
function dms.codes() end

--- The tables that several tasks would load into one target.
---@param tasks dms.Task[]
---@param catalogue? dms.Catalogue|table
---@return table[]
function dms.shared_tables(tasks, catalogue) end

return dms
