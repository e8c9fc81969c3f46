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
--- csv.format({ { "x", 1.5 } }, { crlf = true }) --> "x,1.5\r\n"
--- csv.parse 'a\n"b\n' --> error: line 2: a quote that opens here has no end
--- csv.parse "a,b\n1\n" --> error: line 2: 1 fields, where the first line has 2
--- ```
---@class csv
local csv = {}

---@class csv.ReadOptions
---@field header? boolean the first line has the names of the columns (default true)
---@field separator? string one character (default ",")

---@class csv.WriteOptions: csv.ReadOptions
---@field columns? string[] the columns and their order; by default every name, sorted
---@field crlf? boolean lines end as RFC 4180 and Excel have it (default false)

--- The rows of a text. Fails, with the line, where a row has another number of fields than the
--- first, a column stands twice, a quote has no end, text follows a closing quote, or it is not
--- UTF-8. Empty lines are passed over.
---@param text string in UTF-8, with LF or CRLF; a byte order mark is passed over
---@param options? csv.ReadOptions
---@return table[]
function csv.parse(text, options) end

--- The rows of a file. Fails as `csv.parse` does, and where the file can't be read.
---@param path string the file
---@param options? csv.ReadOptions
---@return table[]
function csv.read(path, options) end

--- An iterator over the rows of a file that holds one at a time: `for row in csv.rows(path) do`.
--- Fails as `csv.read` does, at the row where the fault is.
---@param path string the file; it is closed behind its last row
---@param options? csv.ReadOptions
---@return fun(): table?
function csv.rows(path, options) end

--- The text of rows: tables by name, or lists. nil and `json.null` are empty fields. Fails, with
--- the row, on a value that is no text, number or boolean (tables, secrets), and on a column that
--- is not among `columns`.
---@param rows table[] all by name, or all lists of one length
---@param options? csv.WriteOptions
---@return string # each row ends with a line feed, or as `crlf` says
function csv.format(rows, options) end

--- Writes rows to a file, whole or not at all. Fails as `csv.format` does, and where the file can't
--- be written; then the old one is as it was.
---@param path string missing folders are made
---@param rows table[] all by name, or all lists of one length
---@param options? csv.WriteOptions
function csv.write(path, rows, options) end

return csv
