---@meta errors

--- Errors with all that a person must know, and what is known of any error value.
---
--- ```lua
--- local errors = require "errors"
--- local ok, failure = pcall(errors.raise, {
--- 	summary = "Load failed",
--- 	what = "3 tables are in error",
--- 	code = "LoadFailed",
--- 	hints = { "look at dmsrun migrate.lua stats" },
--- })
--- ok, failure.summary, errors.is(failure, "LoadFailed") --> false, "Load failed", true
--- tostring(failure) --> "Load failed: 3 tables are in error"
--- errors.raise { sumary = "x" } --> error: unknown key "sumary". Did you mean "summary"?
--- ```
---@class errors
local errors = {}

---@class errors.Hint
---@field [1] string a sentence
---@field command? string a command line that stands alone below it

---@class errors.Place
---@field file string
---@field line integer
---@field column? integer
---@field width? integer
---@field word? string a word to find and mark on that line or just below it
---@field label? string

---@class errors.Fields
---@field summary string short, and the same for every occurrence
---@field what? string full sentences: what happened, with values
---@field why? string
---@field aws? string
---@field code? string what scripts branch on
---@field hints? string|(string|errors.Hint)[] what to do
---@field causes? string[] the innermost last
---@field at? errors.Place|host.Place|false where; the caller's line by default
---@field exit? "failure"|"changes"|"partial"|"timeout"|"approval"|"locked"|"usage"|"interrupted" the exit code where it ends the run

--- An error value: a table of its fields that prints as one line.
---@class errors.Error: errors.Fields
---@field kind "diagnostic"|"aws"
---@field service? string of an AWS failure
---@field operation? string
---@field message? string
---@field request_id? string
---@field retryable? boolean
---@field unavailable? boolean

--- Raises an error.
---@param fields errors.Fields
---@return never
function errors.raise(fields) end

--- The error value that `raise` would raise.
---@param fields errors.Fields
---@return errors.Error
function errors.new(fields) end

--- Shows a warning and goes on.
---@param fields errors.Fields
function errors.warn(fields) end

--- Shows any error value as its message and goes on.
---@param failure any
function errors.show(failure) end

--- Whether a value is an error with this code.
---@param value any
---@param code string
---@return boolean
function errors.is(value, code) end

--- What is known of any error value.
---@param failure any
---@return errors.Error
function errors.describe(failure) end

--- Calls a function: true and its results, or false and the error value, its place noted for
--- `describe` and `show`.
---@param f function
---@param ... any
---@return boolean ok
---@return any ...
function errors.capture(f, ...) end

return errors
