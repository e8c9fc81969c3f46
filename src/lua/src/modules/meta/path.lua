---@meta path

--- Paths as texts. Nothing here looks at the disk; `fs` does.
---
--- ```lua
--- local path = require "path"
--- path.join("runs", "2026", "report.json") --> "runs/2026/report.json"
--- path.dirname "runs/2026/report.json" --> "runs/2026"
--- path.basename("runs/report.json", ".json") --> "report"
--- path.extension "runs/report.tar.gz" --> ".gz"
--- path.normalise "runs/./2026//../report.json" --> "runs/report.json"
--- path.relative("/srv/a/b", "/srv/c") --> "../a/b"
--- ```
---@class path
local path = {}

--- The parts with slashes between; an absolute one makes what stands before it void.
---@param ... string empty ones are passed over
---@return string # empty where nothing is given
function path.join(...) end

--- What stands before the last name; `.` where nothing does.
---@param p string a path
---@return string # of `/` it is `/`
function path.dirname(p) end

--- The last name, without the suffix where it ends with it.
---@param p string a path
---@param suffix? string such as ".json"
---@return string # empty of `/` and of `..`
function path.basename(p, suffix) end

--- The last name's extension with its dot, or an empty text.
---@param p string a path
---@return string # of `a.tar.gz` it is `.gz`, of `.bashrc` nothing
function path.extension(p) end

--- The last name without its extension.
---@param p string a path
---@return string # of `a.tar.gz` it is `a.tar`
function path.stem(p) end

--- The names of a path, one by one; the first of an absolute one is `/`.
---@param p string a path
---@return string[] # `..` stays, `.` and doubled slashes do not
function path.parts(p) end

--- Whether a path begins at the root.
---@param p string a path
---@return boolean
function path.is_absolute(p) end

--- The path from the root, against a folder or the current one.
---@param p string a path; one from the root stays what it is
---@param base? string the folder (default: the current one)
---@return string # normalised
function path.absolute(p, base) end

--- The way to a path from a folder, or from the current one.
---@param p string a path
---@param base? string the folder to come from (default: the current one)
---@return string # `.` where both are the same
function path.relative(p, base) end

--- The path without `.`, doubled slashes and what `..` takes back. Links are not looked at.
---@param p string a path
---@return string # `.` where nothing is left
function path.normalise(p) end

return path
