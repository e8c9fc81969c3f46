---@meta ui

--- What is shown to people. Data goes to standard output, talk to standard error; secrets are
--- scrubbed on the way.
---
--- ```lua
--- local ui = require "ui"
--- ui.label("Plan", "47 to create")
--- ui.table {
--- 	columns = { { title = "table" }, { title = "rows", align = "right" } },
--- 	rows = { { "orders", 1200 }, { "customers", 7 } },
--- }
--- local progress = ui.progress { label = "Load", total = 12, unit = "tables" }
--- progress:set(3, "orders")
--- progress:finish "12 tables loaded"
--- ui.confirm "Go on?" --> true
--- ```
---
--- On the local AWS, unless `--require-approval` is given, and with `--yes`, `confirm` is answered with
--- yes.
---@class ui
---@field interactive boolean whether a person can be asked
---@field width integer the columns to fit into
local ui = {}

---@class ui.Column
---@field title string
---@field align? "left"|"right"
---@field drop? integer left out where there is too little room, the highest first; never by default

---@class ui.Table
---@field columns (ui.Column|string)[]
---@field rows any[][]

---@class ui.ProgressOptions
---@field label? string such as `Load`
---@field total? integer nil where nobody knows
---@field unit? string what is counted

---@class ui.Progress
---@field set fun(self: ui.Progress, done: integer, text?: any) moves to `done` of the total
---@field total fun(self: ui.Progress, total: integer) learns how much there is to do
---@field event fun(self: ui.Progress, text: any) shows a line of its own
---@field finish fun(self: ui.Progress, text?: any) ends the display

--- A line of data.
---@param text any
function ui.out(text) end

--- A line of talk.
---@param text any
function ui.err(text) end

--- A text behind a short label, aligned with the other labels.
---@param label string
---@param text any
function ui.label(label, text) end

--- A table that fits the terminal.
---@param spec ui.Table
function ui.table(spec) end

--- A value as JSON.
---@param value any
function ui.json(value) end

--- Begins a display of progress.
---@param options ui.ProgressOptions
---@return ui.Progress
function ui.progress(options) end

--- Asks for yes or no. Without a terminal and `--yes` it is an error: approval is needed.
---@param question string
---@return boolean
function ui.confirm(question) end

--- Asks for a name to be typed, for what loses data; `--yes` does not answer this.
---@param question string
---@param expected string
---@return boolean
function ui.type_name(question, expected) end

--- Asks for a line of text; nil where the input has ended. `prompt` knows what to do where there is
--- no terminal.
---@param question any
---@return string?
function ui.ask(question) end

return ui
