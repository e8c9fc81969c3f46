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

--- The whole content of a file. Fails where it is not there (with the nearest name), is a folder,
--- or may not be read.
---@param path string against the current folder
---@return string # its bytes as they are
function fs.read(path) end

--- Writes a whole file, or leaves the old one as it is: it is written beside it, and moved over it
--- when it is on the disk. Folders that are missing are made. Fails where it may not be written;
--- then the old file is as it was.
---@param path string against the current folder; of a link, the file that it points at
---@param text string written as it is
---@param options? fs.WriteOptions
function fs.write(path, text, options) end

---@class fs.AppendOptions
---@field durable? boolean it is on the disk when this returns: a power cut does not take it back

--- Adds to the end of a file in one go; makes it where it is missing. Fails where it may not be
--- written.
---@param path string against the current folder
---@param text string written as it is, in one call
---@param options? fs.AppendOptions
function fs.append(path, text, options) end

--- Whether there is a file or a folder.
---@param path string a link counts as what it points at
---@return boolean
function fs.exists(path) end

--- What is known of a file or a folder; nil where there is none. Fails where it may not be looked
--- at.
---@param path string a link is followed
---@return fs.Stat?
function fs.stat(path) end

--- The names in a folder, sorted. Fails where there is no such folder.
---@param path string the folder
---@return string[] # without `.` and `..`
function fs.list(path) end

--- The paths that match a pattern, sorted: `*` and `?` inside a name, `**` for any folders,
--- `[abc]`, `{one,two}`. A name with a dot first is found only where the pattern has one. Fails on
--- a pattern that is none, and on a folder that may not be read.
---@param pattern string such as "sql/**/*.sql"
---@param base? string the folder that a relative pattern begins in, in place of the current one
---@return string[] # an empty list where nothing matches
function fs.glob(pattern, base) end

--- Makes a folder and those above it; one that is there is fine. Fails where a file is in the way.
---@param path string the folder
function fs.mkdir(path) end

--- Copies a file, over one that is there. Fails where `from` is not there or is a folder.
---@param from string a file
---@param to string the new file, not the folder for it; missing folders are made
function fs.copy(from, to) end

--- Moves a file or a folder, over a file that is there. Fails where `from` is not there, and
--- between two disks.
---@param from string a file or a folder
---@param to string its new path; missing folders are made
function fs.move(from, to) end

--- Removes a file or an empty folder; false where there is none. The current folder and those above
--- it are never removed. Fails on a folder with something in it unless `recursive` is true.
---@param path string a link is removed, not what it points at
---@param options? fs.RemoveOptions
---@return boolean removed
function fs.remove(path, options) end

--- The path of a new empty file or folder, only the user's, in the system's place for such. Fails
--- where it can't be made.
---@param sort? "file"|"folder" what to make (default "file")
---@param suffix? string what its name ends with
---@return string # absolute; removing it is left to the script
function fs.temp(sort, suffix) end

--- As `path.dirname`.
---@param path string a path
---@return string # `.` where nothing stands before the name
function fs.dirname(path) end

--- As `path.join`.
---@param ... string parts of a path
---@return string # with slashes between
function fs.join(...) end

--- The folder of the script that runs.
---@return string # `.` where it is the current one, or there is no script
function fs.script_dir() end

return fs
