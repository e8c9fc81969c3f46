---@meta env

--- The environment of the process. To set variables for a command, give them to `process.run`.
---
--- ```lua
--- local env = require "env"
--- env.get("DMSRUN_NOT_SET", "a default") --> "a default"
--- env.require "DMSRUN_NOT_SET" --> error: the environment variable DMSRUN_NOT_SET is not set
--- #env.names "DMSRUN_NOT_" --> 0
--- ```
---@class env
local env = {}

---@class env.RequireOptions
---@field hint? string what to do where it is missing

--- The variable's text, or the default. Fails on a name that no variable can have.
---@generic T
---@param name string such as "HOME"
---@param default? T what is given where it is not set (default nil)
---@return string|T # an empty text where it is set to one
function env.get(name, default) end

--- The variable's text; an error where it is not set, or empty. The error has the nearest name that
--- is set.
---@param name string such as "ORDERS_DB"
---@param options? env.RequireOptions
---@return string
function env.require(name, options) end

--- The names of the variables that are set, or of those that begin so, sorted.
---@param prefix? string what they begin with (default: all)
---@return string[] # an empty list where there is none
function env.names(prefix) end

--- The variable's text as a secret; an error where it is not set, or empty.
---@param name string such as "ORDERS_PASSWORD"
---@return secret.Secret
function env.secret(name) end

return env
