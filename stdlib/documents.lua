--- Documents of DMS in files: table mappings and task settings, read with the line of every part.

local dms = require "dms"
local errors = require "errors"
local fs = require "fs"
local host = require "host"

local documents = {}

---@return never
local function refuse(what, detail, at, hint)
	errors.raise {
		summary = ("%s cannot be read"):format(what),
		what = detail,
		hints = hint and { hint } or nil,
		at = at,
		exit = "usage",
	}
	---@diagnostic disable-next-line: missing-return -- it raises
end

--- Whether a JSON text is a list, which in Lua is a table like an object.
local function is_list(text)
	return text:find "^%s*%[" ~= nil
end

local function shown(document)
	return type(document) == "table" and "a list" or tostring(document)
end

--- The names of a folder that are like the one that is not there.
local function neighbours(full)
	local ok, names = pcall(fs.list, fs.dirname(full))
	if not ok then
		return nil
	end
	local wanted = full:match "([^/]+)$" or full
	return require("suggest").did_you_mean(wanted, names)
end

---@class documents.Source
---@field file string
---@field text string

--- The text of a file that is there.
---@param path string
---@param what string `Table mappings`
---@return documents.Source
function documents.open(path, what)
	local text = fs.read(path)
	-- Editors on Windows put a mark before the text; JSON has none.
	if text:sub(1, 3) == "\xEF\xBB\xBF" then
		text = text:sub(4)
	elseif text:find "^\xFF\xFE" or text:find "^\xFE\xFF" then
		refuse(what, "the file is in UTF-16", { file = path, line = 1 }, "save it as UTF-8")
	end
	local length, bad = utf8.len(text, 1, -1, true)
	if not length then
		---@cast bad integer
		local _, breaks = text:sub(1, bad):gsub("\n", "")
		refuse(
			what,
			("%s is not UTF-8: its byte %d is %02X"):format(path, bad, text:byte(bad)),
			{ file = path, line = breaks + 1 },
			"save it as UTF-8"
		)
	end
	if not text:find "%S" then
		refuse(what, ("%s is empty"):format(path), false, "an object without keys is written as {}")
	end
	return { file = path, text = text }
end

--- The text of a document, from beside the script unless the path is absolute.
---@param path string
---@param what string `Table mappings`
---@return documents.Source
function documents.text(path, what)
	if type(path) ~= "string" or path == "" then
		local got = path == nil and "nothing"
			or type(path) == "string" and '""'
			or "a " .. type(path)
		refuse(what, "the path of a file is wanted, got " .. got, host.where())
	end
	local full = path:sub(1, 1) == "/" and path or fs.join(fs.script_dir(), path)
	if not fs.exists(full) then
		errors.raise {
			summary = "File not found",
			what = ("there is no file %s for the %s"):format(full, what:lower()),
			hints = { neighbours(full) or "paths begin beside the script" },
			at = host.where(),
			exit = "usage",
		}
	end
	return documents.open(full, what)
end

--- The value of a JSON text; what is no JSON, and a key that is there twice, is refused where it
--- stands.
---@param source documents.Source
---@param what string
---@return table document
function documents.parse(source, what)
	local read = dms.read(source.text)
	if read.fault then
		local fault = read.fault
		refuse(
			what,
			("%s is not JSON: %s"):format(source.file, fault.message),
			{ file = source.file, line = fault.line, column = fault.column }
		)
	end
	---@diagnostic disable-next-line: need-check-nil -- a document that was read has the list
	local twice = read.duplicates[1]
	if twice then
		refuse(
			what,
			("%s: the key %q is there twice; one of them would be lost"):format(
				source.file,
				twice.path
			),
			{ file = source.file, line = twice.line, column = twice.column },
			("the first stands in line %d"):format(twice.first_line)
		)
	end
	if type(read.document) ~= "table" or is_list(source.text) then
		refuse(
			what,
			("%s holds %s, not an object"):format(source.file, shown(read.document)),
			{ file = source.file, line = 1 }
		)
	end
	return read.document
end

--- Reads a file of JSON.
---@param path string
---@param what string
---@return table document
---@return documents.Source
function documents.read(path, what)
	local source = documents.text(path, what)
	return documents.parse(source, what), source
end

--- The document of JSON text that stands in a script.
---@param text string
---@param what string
---@return table document
function documents.decode(text, what)
	local read = dms.read(text)
	if read.fault then
		refuse(
			what,
			("the text is not JSON: %s (line %d, column %d of it)"):format(
				read.fault.message,
				read.fault.line,
				read.fault.column
			),
			host.where()
		)
	end
	---@diagnostic disable-next-line: need-check-nil -- a document that was read has the list
	local twice = read.duplicates[1]
	if twice then
		refuse(
			what,
			("the key %q is there twice (line %d of the text)"):format(twice.path, twice.line),
			host.where()
		)
	end
	if type(read.document) ~= "table" or is_list(text) then
		refuse(
			what,
			("the text holds %s, not an object"):format(shown(read.document)),
			host.where()
		)
	end
	return read.document
end

--- Where in a text a path such as `rules[3].value` stands.
---@param source documents.Source
---@param path string
---@return table|nil place file, line, column
function documents.place(source, path)
	local found = dms.locate(source.text, path)
	return found and { file = source.file, line = found.line, column = found.column }
end

--- Where many paths stand, all at once.
---@param source documents.Source
---@param paths string[]
---@return table[] places
function documents.places(source, paths)
	local found = {}
	for index, place in ipairs(dms.locate_all(source.text, paths)) do
		found[index] = { file = source.file, line = place.line, column = place.column }
	end
	return found
end

--- Gives a finding its place, for diagnostics and for data.
---@param finding dms.Finding
---@param place table|nil
function documents.mark(finding, place)
	finding.at = place
	if place then
		finding.file, finding.line, finding.column = place.file, place.line, place.column
	end
end

return documents
