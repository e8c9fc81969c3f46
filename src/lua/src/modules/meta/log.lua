---@meta log

--- Lines on standard error, by level, with fields. With `--json` each is a JSON object with `time`,
--- `level`, `message` and the fields. Secrets are `***`.
---
--- ```lua
--- local log = require "log"
--- log.info("load has begun", { task = "orders", tables = 12 })
--- local orders = log.with { task = "orders" }
--- orders.warn "a table is suspended"
--- log.level() --> "info"
--- log.level "debug" --> "debug"
--- ```
---
--- Levels below `info` are not shown unless `log.level` or the variable DMSRUN_LOG says so.
---@class log: log.Logger
local log = {}

---@class log.Logger
---@field debug fun(text: any, fields?: table<string, any>)
---@field info fun(text: any, fields?: table<string, any>)
---@field warn fun(text: any, fields?: table<string, any>)
---@field error fun(text: any, fields?: table<string, any>)
---@field with fun(fields: table<string, any>): log.Logger

--- A line for who looks for a fault.
---@param text any of a table its content
---@param fields? table<string, any> by name; anything that JSON can hold, and secrets
function log.debug(text, fields) end

--- A line worth knowing.
---@param text any of a table its content
---@param fields? table<string, any> by name; anything that JSON can hold, and secrets
function log.info(text, fields) end

--- A line about what may go wrong.
---@param text any of a table its content
---@param fields? table<string, any> by name; anything that JSON can hold, and secrets
function log.warn(text, fields) end

--- A line about what went wrong.
---@param text any of a table its content
---@param fields? table<string, any> by name; anything that JSON can hold, and secrets
function log.error(text, fields) end

--- A logger whose every line carries these fields. Fails where they are a list or hold what can't
--- be logged.
---@param fields table<string, any> by name; those of a line go before them
---@return log.Logger # with the same functions
function log.with(fields) end

--- The least level that is shown; sets it where one is given. Fails on another word, with the
--- nearest one.
---@param level? "debug"|"info"|"warn"|"error" without one, nothing is changed
---@return string # the level that is in force now
function log.level(level) end

return log
