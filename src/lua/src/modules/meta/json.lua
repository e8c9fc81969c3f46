---@meta json

--- JSON text and Lua values. null, an empty list and an empty object are told apart, every integer
--- is exact, names are sorted, and what JSON can't hold is refused with the path to it.
---
--- ```lua
--- local json = require "json"
--- json.encode { b = 1, a = { true, "x" } } --> '{"a":[true,"x"],"b":1}'
--- json.encode { list = json.array {}, map = {} } --> '{"list":[],"map":{}}'
--- json.encode(json.decode '{"n":null,"e":[],"o":{}}') --> '{"e":[],"n":null,"o":{}}'
--- json.decode('{"n":null}').n == json.null --> true
--- json.decode "9007199254740993" --> 9007199254740993
--- tostring(json.decode "18446744073709551616") --> "18446744073709551616"
--- json.encode { rate = 0 / 0 } --> error: rate: NaN has no form in JSON
--- json.decode '{"a": [1, 2,]}' --> error: at line 1 column 13
--- ```
---
--- A whole number beyond 64 bits becomes a value of its own that prints its digits and goes back
--- into JSON as it was; nothing can be computed with it. A name that stands twice is an error.
---@class json
---@field null userdata what `null` becomes; a table can't hold nil
local json = {}

---@class json.EncodeOptions
---@field pretty? boolean on several lines, indented by two blanks

--- The JSON text of a value, its names sorted. An empty table is an object: `json.array` makes a
--- list. Functions, secrets, NaN, text that is not UTF-8 and a table inside itself are refused.
--- With a reference inside, the result is a text that is known after apply. A fault names the path,
--- such as `a.b[2]`.
---@param value any a table, a text, a number, a boolean, json.null or nil (both become `null`)
---@param options? json.EncodeOptions
---@return string # on one line, or indented with `pretty`
function json.encode(value, options) end

--- The value of a JSON text. A fault is told with its line and column; with a name also with that.
--- Fails on anything that is no JSON, on a name that stands twice, a number out of range, and
--- deeper than 120.
---@param text string in UTF-8; a byte order mark is passed over
---@param name? string what the text is called in messages, such as its file
---@return any # tables, texts, numbers, booleans, json.null
function json.decode(text, name) end

--- Marks a table as a list, so that it stays one where it is empty.
---@generic T
---@param list? T[] changed in place (default: a new one)
---@return T[] # the same table
function json.array(list) end

--- Marks a table as an object.
---@param object? table changed in place (default: a new one)
---@return table # the same table
function json.object(object) end

--- Whether a value becomes a list in JSON: a marked table, or one that is numbered from 1.
---@param value any what is asked about
---@return boolean # false for an empty table without a mark
function json.is_list(value) end

--- The whole number of its digits: one of Lua's where it fits, else the value that only goes
--- through. Fails where they are no digits of a whole number.
---@param digits string|integer|userdata such as "18446744073709551615"; a minus may stand first
---@return integer|userdata # one of Lua where it fits into 64 bits
function json.integer(digits) end

return json
