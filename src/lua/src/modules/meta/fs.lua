---@meta fs

--- Files whole, and folders. A failure is an error with the path in it; what may be absent gives nil
--- or false instead.
---
--- ```lua
--- local fs = require "fs"
--- local folder = fs.temp "folder"
--- local file = fs.join(folder, "notes", "a.txt")
--- fs.write(file, "one\n")
--- fs.append(file, "two\n", { durable = true })
--- fs.read(file) --> "one\ntwo\n"
--- fs.list(folder) --> { "notes" }
--- fs.glob("**/*.{txt,md}", folder) --> { "notes/a.txt" }
--- fs.stat(file).size --> 8
--- fs.stat "no such file" --> nil
--- fs.remove(folder) --> error: is not empty
--- fs.remove(folder, { recursive = true }) --> true
--- fs.exists(folder) --> false
--- ```
---@class fs
local fs = {}

---@class fs.WriteOptions
---@field private? boolean only the user may read it

---@class fs.RemoveOptions
---@field recursive? boolean a folder with all that is in it

---@class fs.Stat
---@field type "file"|"folder"|"other" what a link points at, where it is one
---@field size integer bytes
---@field modified number seconds since 1970
---@field link boolean whether it is a symbolic link
---@field mode string the permissions, such as `644`

--- The whole content of a file.
---@param path string
---@return string
function fs.read(path) end

--- Writes a whole file, or leaves the old one as it is: it is written beside it, and moved over it
--- when it is on the disk. Folders that are missing are made.
---@param path string
---@param text string
---@param options? fs.WriteOptions
function fs.write(path, text, options) end

---@class fs.AppendOptions
---@field durable? boolean it is on the disk when this returns: a power cut does not take it back

--- Adds to the end of a file in one go; makes it where it is missing.
---@param path string
---@param text string
---@param options? fs.AppendOptions
function fs.append(path, text, options) end

--- Whether there is a file or a folder.
---@param path string
---@return boolean
function fs.exists(path) end

--- What is known of a file or a folder; nil where there is none.
---@param path string
---@return fs.Stat?
function fs.stat(path) end

--- The names in a folder, sorted.
---@param path string
---@return string[]
function fs.list(path) end

--- The paths that match a pattern, sorted: `*` and `?` inside a name, `**` for any folders, `[abc]`,
--- `{one,two}`. A name with a dot first is found only where the pattern has one.
---@param pattern string
---@param base? string the folder that a relative pattern begins in, in place of the current one
---@return string[]
function fs.glob(pattern, base) end

--- Makes a folder and those above it; one that is there is fine.
---@param path string
function fs.mkdir(path) end

--- Copies a file, over one that is there.
---@param from string
---@param to string
function fs.copy(from, to) end

--- Moves a file or a folder, over a file that is there.
---@param from string
---@param to string
function fs.move(from, to) end

--- Removes a file or an empty folder; false where there is none. The current folder and those above
--- it are never removed.
---@param path string
---@param options? fs.RemoveOptions
---@return boolean removed
function fs.remove(path, options) end

--- The path of a new empty file or folder, only the user's, in the system's place for such.
---@param sort? "file"|"folder"
---@param suffix? string what its name ends with
---@return string
function fs.temp(sort, suffix) end

--- As `path.dirname`.
---@param path string
---@return string
function fs.dirname(path) end

--- As `path.join`.
---@param ... string
---@return string
function fs.join(...) end

--- The folder of the script that runs.
---@return string
function fs.script_dir() end

return fs
