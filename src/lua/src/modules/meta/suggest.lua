---@meta suggest

--- The names nearest to a misspelt one.
---
--- ```lua
--- local suggest = require "suggest"
--- suggest.did_you_mean("oracel", { "mysql", "oracle" }) --> 'Did you mean "oracle"?'
--- suggest.did_you_mean("xyz", { "mysql", "oracle" }) --> nil
--- suggest.nearest("oracel", { "mysql", "oracle" }) --> { "oracle" }
--- ```
---@class suggest
local suggest = {}

--- The known names that are near, the nearest first.
---@param name string
---@param known string[]
---@return string[]
function suggest.nearest(name, known) end

--- A sentence with the nearest names, or nil where none is near.
---@param name string
---@param known string[]
---@return string?
function suggest.did_you_mean(name, known) end

return suggest
