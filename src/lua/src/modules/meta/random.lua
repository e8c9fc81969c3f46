---@meta random

--- Chance from the host's own source: with `--seed` a run repeats itself. For what must be secret this
--- is the wrong source; let Secrets Manager make the password.
---
--- ```lua
--- local random = require "random"
--- local n = random.integer(1, 6)
--- n >= 1 and n <= 6 --> true
--- #random.hex(8), #random.uuid() --> 8, 36
--- random.integer(2, 1) --> error: there is no number from 2 to 1
--- ```
---@class random
local random = {}

--- A number from 0 up to, not including, 1.
---@return number
function random.unit() end

--- A whole number from `low` to `high`, both included.
---@param low integer
---@param high integer
---@return integer
function random.integer(low, high) end

--- One item of a list; nil of an empty one.
---@generic T
---@param list T[]
---@return T?
function random.pick(list) end

--- So many hexadecimal digits.
---@param length integer
---@return string
function random.hex(length) end

--- A token of the form of a UUID.
---@return string
function random.uuid() end

return random
