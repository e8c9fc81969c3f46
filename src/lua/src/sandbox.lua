-- Takes out of the standard library what a script in a sandbox must not have. In a check it may read
-- files; a script that is not trusted has none at all.
local mode, is_plain, traceback, misuse, charge = ...
local error, select, tostring, type = error, select, tostring, type
local find = string.find

local refused = mode == "check" and "is not done in a check" or "is not there in a sandbox"

local function refuse(name)
	return function()
		misuse(("%s %s"):format(name, refused))
	end
end

-- A compiled chunk can break the VM, so only text is loaded.
local plain_load = load
function load(chunk, name, kind, ...)
	if kind == "b" then
		return nil, "attempt to load a binary chunk (a sandbox takes text)"
	end
	if select("#", ...) > 0 then
		return plain_load(chunk, name, "t", (...))
	end
	return plain_load(chunk, name, "t")
end
string.dump = nil
package.loadlib = nil
package.cpath = ""
debug = { traceback = traceback }
package.loaded.debug = debug

local plain_os = os
os = {
	clock = plain_os.clock,
	date = plain_os.date,
	difftime = plain_os.difftime,
	time = plain_os.time,
	exit = plain_os.exit,
}
package.loaded.os = os

if mode == "untrusted" then
	dofile, loadfile = nil, nil
	package.searchpath = nil
	package.path = ""

	-- A finalizer runs where no limit holds, so no object gets one.
	local rawget = rawget
	local plain_setmetatable = setmetatable
	function setmetatable(object, meta)
		if type(meta) == "table" and rawget(meta, "__gc") ~= nil then
			misuse("setmetatable: __gc is not there in a sandbox")
		end
		return plain_setmetatable(object, meta)
	end

	local create, wrap = coroutine.create, coroutine.wrap
	function coroutine.create(f)
		charge()
		return create(f)
	end
	function coroutine.wrap(f)
		charge()
		return wrap(f)
	end

	local plain_collect = collectgarbage
	local harmless = { collect = true, count = true, step = true, isrunning = true }
	function collectgarbage(what, ...)
		if what ~= nil and not harmless[what] then
			misuse(("collectgarbage: %s is not there in a sandbox"):format(tostring(what)))
		end
		return plain_collect(what, ...)
	end
	return
end

-- A check: files are read as they are, nothing is written, and what the script prints goes nowhere.
os.getenv = plain_os.getenv
os.setlocale = plain_os.setlocale
for _, name in ipairs { "execute", "remove", "rename", "tmpname" } do
	os[name] = refuse("os." .. name)
end

local plain_io = io
local open = io.open
local nowhere = open("/dev/null", "r+")

local function reads(kind)
	return kind == nil or (type(kind) == "string" and find(kind, "^rb?$") ~= nil)
end

local function allowed(name, path)
	if type(path) == "string" and not is_plain(path) and open(path) then
		misuse(("%s: %s is no plain file; a check reads only those"):format(name, path))
	end
end

local plain_loadfile = loadfile
function loadfile(path, _, ...)
	allowed("loadfile", path)
	-- A compiled chunk can break the VM.
	return plain_loadfile(path, "t", ...)
end
function dofile(path)
	local chunk, fault = loadfile(path)
	if not chunk then
		error(fault, 0)
	end
	return chunk()
end

io = {
	close = plain_io.close,
	input = plain_io.input,
	output = function(file)
		if type(file) == "string" then
			refuse("io.output of a file")()
		end
		return plain_io.output()
	end,
	lines = function(path, ...)
		allowed("io.lines", path)
		return plain_io.lines(path, ...)
	end,
	open = function(path, kind)
		if not reads(kind) then
			misuse(("io.open(%s, %s) %s"):format(tostring(path), tostring(kind), refused))
		end
		allowed("io.open", path)
		return open(path, kind)
	end,
	popen = refuse("io.popen"),
	read = plain_io.read,
	stderr = nowhere,
	stdin = nowhere,
	stdout = nowhere,
	tmpfile = refuse("io.tmpfile"),
	type = plain_io.type,
	write = plain_io.write,
}
plain_io.output(nowhere)
plain_io.input(nowhere)
package.loaded.io = io
