---@meta csv

--- Comma-separated values, quoted as RFC 4180 has it. Every field is text. By its header line a row
--- is a table by name; without one it is a list.
---
--- ```lua
--- local csv = require "csv"
--- local rows = csv.parse 'table,rows\norders,12\n"a, b",3\n'
--- rows[2].table, rows[2].rows --> "a, b", "3"
--- csv.parse("x;y\n", { header = false, separator = ";" }) --> { { "x", "y" } }
--- csv.format({ { table = "orders", rows = 12 } }, { columns = { "table", "rows" } }) --> "table,rows\norders,12\n"
--- csv.parse "a,b\n1\n" --> error: line 2: 1 fields, where the first line has 2
--- ```
---@class csv
local csv = {}

---@class csv.ReadOptions
---@field header? boolean the first line has the names of the columns (default true)
---@field separator? string one character (default ",")

---@class csv.WriteOptions: csv.ReadOptions
---@field columns? string[] the columns and their order; by default every name, sorted

--- The rows of a text.
---@param text string
---@param options? csv.ReadOptions
---@return table[]
function csv.parse(text, options) end

--- The rows of a file.
---@param path string
---@param options? csv.ReadOptions
---@return table[]
function csv.read(path, options) end

--- An iterator over the rows of a file that holds one at a time: `for row in csv.rows(path) do`.
---@param path string
---@param options? csv.ReadOptions
---@return fun(): table?
function csv.rows(path, options) end

--- The text of rows: tables by name, or lists. nil and `json.null` are empty fields.
---@param rows table[]
---@param options? csv.WriteOptions
---@return string
function csv.format(rows, options) end

--- Writes rows to a file, whole or not at all.
---@param path string
---@param rows table[]
---@param options? csv.WriteOptions
function csv.write(path, rows, options) end

return csv
