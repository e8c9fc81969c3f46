---@meta parallel

--- Several things at once. While one waits (for AWS, a process, the clock), the others go on; Lua
--- itself runs one at a time, so nothing needs a lock.
---
--- ```lua
--- local parallel = require "parallel"
--- local time = require "time"
--- local start = time.epoch()
--- parallel {
--- 	function() time.sleep(2) return "a" end,
--- 	function() time.sleep(1) return "b" end,
--- } --> { "a", "b" }
--- time.since(start) --> 2.0
--- parallel.map({ 3, 1, 2 }, function(n) time.sleep(n) return n * 10 end, 2) --> { 30, 10, 20 }
--- parallel.map({ 1, 2 }, function(n) error("no " .. n, 0) end) --> error: no 1
--- ```
---
--- `parallel(functions, limit)` runs so many at a time; without a limit all begin at once. The first
--- error is raised when all that runs has ended; nothing new is begun after it.
---@class parallel
---@overload fun(functions: (fun(): any)[], limit?: integer): any[]
local parallel = {}

--- Calls `f(item, index)` for each item; the results in the items' order. Fails with the first
--- error of `f`, when all that runs has ended, and on a table with names in it.
---@generic T, R
---@param items T[] a list
---@param f fun(item: T, index: integer): R what is done with each
---@param limit? integer how many run at a time; without one, all at once
---@return R[] # nil where `f` gave nothing
function parallel.map(items, f, limit) end

--- Calls `next()` for a job whenever there is room, and after each job's end; nil means none now.
--- Ends when no job runs and `next()` gives nil. Fails with the first error, when all that runs has
--- ended.
---@param limit integer how many jobs run at a time
---@param next fun(): (fun()?) gives a function, or nil
function parallel.pool(limit, next) end

return parallel
