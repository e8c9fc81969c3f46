-- Reference manual, section 6: the standard libraries. What is written to the disk is removed again.

-- 6.1 Basic functions
assert(select("#", assert(1, 2, 3)) == 3 and select(2, pcall(assert, false, { 1 }))[1] == 1)
assert(select(2, pcall(assert, nil)) == "assertion failed!")
local pieces, at = { "return ", "1", " + 2", nil }, 0
assert(load(function()
	at = at + 1
	return pieces[at]
end)() == 3)
assert(load("return x", "=x", "t", { x = 5 })() == 5)
assert(not load("return 1", "=x", "b") and not load(string.dump(function() end), "=x", "t"))
assert(load(string.dump(function(a)
	return a * 2
end, true))(4) == 8)
assert(rawlen { 1, 2 } == 2 and rawlen("abc") == 3 and rawequal("a", "a") and next {} == nil)
assert(select(-2, "a", "b", "c") == "b" and not pcall(select, 0))
assert(tonumber("0x1p4") == 16.0 and tonumber(" 10 ") == 10 and tonumber("10", 2) == 2)
assert(
	tonumber("zz", 36) == 1295
		and tonumber("8", 8) == nil
		and tonumber("1e") == nil
		and tonumber("") == nil
)
assert(tonumber("-ff", 16) == -255 and tonumber("1 2") == nil and not pcall(tonumber))
assert(
	tostring(1e15) == "1e+15" and tostring(2 ^ 31) == "2147483648.0" and tostring(-0.0) == "-0.0"
)
assert(tostring(1 / 0) == "inf" and tostring(3) == "3" and tostring(nil) == "nil")
assert(not pcall(
	tostring,
	setmetatable({}, {
		__tostring = function()
			return {}
		end,
	})
))
assert(_VERSION == "Lua 5.4")
for index, value in
	ipairs(setmetatable({}, {
		__index = function(_, k)
			return k <= 3 and k * k or nil
		end,
	}))
do
	assert(value == index * index)
end

-- 6.2 Coroutines
local co, is_main = coroutine.running()
assert(type(co) == "thread" and is_main and not coroutine.isyieldable())
assert(coroutine.wrap(function()
	return coroutine.isyieldable() and not select(2, coroutine.running())
end)())
local nested
local outer = coroutine.create(function()
	nested = coroutine.create(function()
		assert(coroutine.status(outer_thread) == "normal")
		coroutine.yield("in")
	end)
	coroutine.resume(nested)
	coroutine.yield("out")
end)
outer_thread = outer
assert(select(2, coroutine.resume(outer)) == "out" and coroutine.status(nested) == "suspended")
outer_thread = nil
local closed = false
local closing = coroutine.create(function()
	local guard <close> = setmetatable({}, {
		__close = function()
			closed = true
		end,
	})
	coroutine.yield()
end)
coroutine.resume(closing)
assert(coroutine.close(closing) and closed and coroutine.status(closing) == "dead")
local failing = coroutine.create(function()
	local guard <close> = setmetatable({}, {
		__close = function()
			error("late", 0)
		end,
	})
	coroutine.yield()
end)
coroutine.resume(failing)
local ok, message = coroutine.close(failing)
assert(ok == false and message == "late")
-- Yields across everything that calls Lua
local function yields(f)
	local thread, values = coroutine.wrap(f), {}
	repeat
		local value = thread(#values)
		values[#values + 1] = value
	until value == "end"
	return #values
end
assert(yields(function()
	pcall(coroutine.yield, 1)
	xpcall(coroutine.yield, print, 2)
	pcall(pcall, coroutine.yield, 3)
	local t = setmetatable({}, {
		__index = function()
			return coroutine.yield(4)
		end,
		__add = function()
			return coroutine.yield(5)
		end,
		__eq = function()
			return coroutine.yield(6)
		end,
		__lt = function()
			return coroutine.yield(7)
		end,
		__concat = function()
			return coroutine.yield(8)
		end,
		__len = function()
			return coroutine.yield(9)
		end,
		__call = function()
			return coroutine.yield(10)
		end,
		__newindex = function()
			coroutine.yield(11)
		end,
		__close = function()
			coroutine.yield(12)
		end,
	})
	local _ = t.x, t + 1, t == setmetatable({}, getmetatable(t)), t < t, t .. "x", #t, t()
	t.y = 1
	do
		local guard <close> = t
	end
	for _ in
		function(_, control)
			coroutine.yield(13)
			return control == nil and 1 or nil
		end
	do
	end
	return "end"
end) == 15)
ok, message = coroutine.resume(coroutine.create(function()
	table.sort({ 3, 2, 1 }, function()
		coroutine.yield()
	end)
end))
assert(not ok and message:find("attempt to yield across a C%-call boundary"))
assert(not pcall(coroutine.yield), "outside a coroutine")
assert(select(
	2,
	pcall(coroutine.wrap(function()
		error({ code = 1 })
	end))
).code == 1)

-- 6.3 Modules
package.preload["made.up"] = function(name, extra)
	return { name = name, extra = extra }
end
local made, from = require("made.up")
assert(made.name == "made.up" and made.extra == ":preload:" and from == ":preload:")
assert(require("made.up") == made and package.loaded["made.up"] == made)
assert(package.config:sub(1, 1) == "/" and type(package.searchers) == "table")
local found, tried = package.searchpath("no.such.module", "./?.lua;./?/init.lua")
assert(found == nil and tried:find("no/such/module.lua", 1, true))
ok, message = pcall(require, "no.such.module")
assert(not ok and message:find("module 'no.such.module' not found", 1, true))
assert(require("string") == string and package.loaded._G == _G)

-- 6.4 Strings
assert(("hello"):sub(-3, -2) == "ll" and ("hello"):sub(2) == "ello" and ("x"):sub(5) == "")
assert(("a,b,,c"):gsub(",", ";", 2) == "a;b;,c" and select(2, ("aaa"):gsub("a", "b")) == 3)
assert(
	("hello world"):find("o w") == 5
		and ("a.b"):find(".", 1, true) == 2
		and ("abc"):find("b", -1) == nil
)
assert(("key = value"):match("^(%w+)%s*=%s*(%w+)$") == "key")
assert(("THE (quick) fox"):find("%((%a+)%)") == 5 and ("x"):match("()") == 1)
assert(("abc"):gsub("%w", "%0%0") == "aabbcc" and ("abc"):gsub("", "-") == "-a-b-c-")
assert(("$name is $age"):gsub("%$(%w+)", { name = "Lua", age = 30 }) == "Lua is 30")
assert(("abc"):gsub("b", function()
	return nil
end) == "abc" and not pcall(string.gsub, "a", "%", ""))
assert(("f(a(b)c)d"):match("%b()") == "(a(b)c)" and ("THE END"):find("%f[%a]%a+%f[%A]") == 1)
local words = {}
for word in ("one two  three"):gmatch("%a+") do
	words[#words + 1] = word
end
assert(table.concat(words, "-") == "one-two-three")
assert(
	("%5.2f|%-5d|%05d|%+d|%x|%X|%o|%e|%g|%c|%q|%s|%%|%i|%a"):format(
		1.005,
		3,
		42,
		7,
		255,
		255,
		8,
		12345.678,
		0.1,
		65,
		'a "b"\n',
		"s",
		3,
		1.0
	) == ' 1.00|3    |00042|+7|ff|FF|10|1.234568e+04|0.1|A|"a \\"b\\"\\\n"|s|%|3|0x1p+0'
)
assert(("%q"):format(1 / 3) == "0x1.5555555555555p-2" and ("%.3s"):format("abcdef") == "abc")
assert(not pcall(string.format, "%d", "x") and not pcall(string.format, "%y", 1))
assert(("ab"):rep(3, "-") == "ab-ab-ab" and ("x"):rep(0) == "" and ("x"):rep(-1) == "")
assert(
	("abc"):reverse() == "cba"
		and ("aBc"):upper() == "ABC"
		and ("aBc"):lower() == "abc"
		and ("abc"):len() == 3
)
assert(
	string.char(72, 105) == "Hi"
		and select("#", ("abc"):byte(1, -1)) == 3
		and not pcall(string.char, 256)
)
assert(
	string.pack(">I2 <i4 z s1 d", 258, -2, "zero", "one", 1.5)
		== "\1\2\254\255\255\255zero\0\3one" .. string.pack("d", 1.5)
)
assert(
	select(2, string.unpack("<i3", "\255\255\127")) == 4
		and string.packsize("i4i8") == 12
		and string.packsize("!8i4i8") == 16
)
assert(not pcall(string.unpack, "i4", "abc") and not pcall(string.rep, "x", 1 << 60))

-- 6.5 UTF-8
assert(utf8.char(72, 228, 8364, 128512) == "Hä€😀" and utf8.len("Hä€😀") == 4)
assert(utf8.len("\xff") == nil and select(2, utf8.len("a\xff")) == 2)
assert(
	utf8.codepoint("€") == 8364 and utf8.offset("ä€", 2) == 3 and utf8.offset("ä€", -1) == 3
)
local points = {}
for position, point in utf8.codes("aä") do
	points[#points + 1] = position .. ":" .. point
end
assert(table.concat(points, " ") == "1:97 2:228" and ("ä€"):match(utf8.charpattern) == "ä")
assert(not pcall(utf8.codepoint, "\xff") and utf8.len("\u{7FFFFFFF}", 1, -1, true) == 1)

-- 6.6 Tables
local t = { 3, 1, 2 }
table.sort(t)
assert(
	table.concat(t, ",") == "1,2,3"
		and table.concat({}, ",") == ""
		and table.concat({ 1, 2, 3 }, "", 2, 3) == "23"
)
table.sort(t, function(a, b)
	return a > b
end)
assert(t[1] == 3 and not pcall(table.sort, { 1, "a" }))
table.insert(t, 0)
table.insert(t, 1, 4)
assert(
	table.concat(t, ",") == "4,3,2,1,0"
		and table.remove(t) == 0
		and table.remove(t, 1) == 4
		and #t == 3
)
assert(not pcall(table.insert, t, 9, 1) and table.remove({}) == nil)
assert(
	table.concat(table.move({ 1, 2, 3 }, 1, 3, 2), ",") == "1,1,2,3"
		and #table.move({ 1, 2 }, 1, 2, 1, {}) == 2
)
assert(
	table.pack(1, nil, 3).n == 3
		and select("#", table.unpack({}, 1, 3)) == 3
		and table.unpack({ 1, 2, 3 }, 2) == 2
)
assert(not pcall(table.unpack, {}, 1, 1e8) and not pcall(table.concat, { {} }))

-- 6.7 Mathematics
assert(math.floor(-3.5) == -4 and math.ceil(-3.5) == -3 and math.type(math.floor(3.7)) == "integer")
assert(
	math.fmod(-7, 3) == -1
		and math.fmod(7, 3) == 1
		and select(2, math.modf(3.5)) == 0.5
		and math.abs(math.mininteger) == math.mininteger
)
assert(math.tointeger(3.0) == 3 and math.tointeger(3.5) == nil and math.tointeger("8") == 8)
assert(
	math.max(1, 2.5) == 2.5 and math.min(3, 1, 2) == 1 and not pcall(math.max) and math.ult(1, -1)
)
assert(
	math.sqrt(16) == 4.0
		and math.exp(0) == 1.0
		and math.log(8, 2) == 3.0
		and math.log(100, 10) == 2.0
)
assert(
	math.abs(math.sin(math.pi)) < 1e-15
		and math.atan(1, 1) == math.pi / 4
		and math.deg(math.pi) == 180.0
)
math.randomseed(42)
local first = { math.random(100), math.random(), math.random(-5, 5), math.random(0) }
math.randomseed(42)
assert(
	first[1] == math.random(100) and first[2] == math.random() and first[3] == math.random(-5, 5)
)
for _ = 1, 100 do
	local n = math.random(3)
	assert(n >= 1 and n <= 3 and math.type(n) == "integer")
end
assert(not pcall(math.random, 0, -1) and not pcall(math.floor, "x") and math.huge == 1 / 0)

-- 6.8 Input and output
local name = os.tmpname()
local file = assert(io.open(name, "w"))
assert(io.type(file) == "file" and tostring(file):find("^file %(0x"))
assert(file:write("first\n", 2, " ", 3.5, "\nlast") == file and file:seek("cur") == 16)
assert(file:setvbuf("full", 1024) and file:flush() and file:close())
assert(io.type(file) == "closed file" and not pcall(file.read, file) and io.type(1) == nil)
file = assert(io.open(name))
assert(
	file:read() == "first"
		and file:read("n", "n") == 2
		and file:read("L") == "\n"
		and file:read("a") == "last"
)
assert(
	file:read("a") == ""
		and file:read("l") == nil
		and file:seek("set", 1) == 1
		and file:read(3) == "irs"
		and file:read(0) == ""
)
file:close()
local lines = {}
for line in io.lines(name, "L") do
	lines[#lines + 1] = line
end
assert(#lines == 3 and lines[3] == "last" and not pcall(io.lines, name .. ".no"))
assert(not pcall(io.open, name, "rz"))
local none, why, code = io.open("/no/such/folder/file")
assert(none == nil and why:find("No such file") and code == 2)
file = assert(io.open(name, "a+b"))
file:write("\0binary")
file:seek("set")
assert(file:read("a"):find("\0binary", 1, true))
file:close()
local process = io.popen("printf 'from a process'; exit 3")
assert(process:read("a") == "from a process")
assert(select(3, process:close()) == 3)
local temporary = io.tmpfile()
temporary:write("x")
assert(temporary:seek("end") == 1)
temporary:close()
assert(io.output() == io.stdout and io.input() == io.stdin)

-- 6.9 The operating system
assert(os.rename(name, name .. ".moved") and os.remove(name .. ".moved"))
none, why, code = os.remove(name)
assert(none == nil and code == 2)
assert(os.getenv("HOME") and os.getenv("NO_SUCH_VARIABLE_HERE") == nil)
assert(
	os.time { year = 2000, month = 1, day = 1, hour = 12, isdst = false }
		== os.time { year = 1999, month = 13, day = 1 }
)
local date = os.date("!*t", 86400)
assert(
	date.year == 1970
		and date.day == 2
		and date.yday == 2
		and date.wday == 6
		and date.isdst == false
)
assert(os.date("!%Y-%m-%d %H:%M:%S", 0) == "1970-01-01 00:00:00" and not pcall(os.date, "%Ez", 0))
assert(os.difftime(5, 3) == 2.0 and os.clock() >= 0 and math.type(os.time()) == "integer")
assert(
	not pcall(os.time, { year = 2000 })
		and select(3, os.execute("exit 7")) == 7
		and os.execute() == true
)
assert(os.setlocale("C") == "C")

-- 6.10 Debugging
local info = debug.getinfo(1, "Sl")
assert(info.what == "main" and info.currentline > 200 and info.source:sub(1, 1) == "@")
local function measured(a, b, ...)
	local c = a
	return c
end
info = debug.getinfo(measured, "uS")
assert(info.nparams == 2 and info.isvararg and info.nups == 0 and info.what == "Lua")
assert(debug.getinfo(print, "S").what == "C" and debug.getinfo(1000) == nil)
local upvalue = 1
local function uses()
	return upvalue
end
assert(
	debug.getupvalue(uses, 1) == "upvalue"
		and debug.setupvalue(uses, 1, 9) == "upvalue"
		and uses() == 9
)
assert(select(2, debug.getlocal(1, 1)) ~= nil and debug.getlocal(measured, 2) == "b")
assert(debug.traceback("message", 1):find("^message\nstack traceback:\n\t"))
assert(debug.getmetatable("").__index == string and debug.setmetatable(10, nil) == 10)
local counted = 0
debug.sethook(function()
	counted = counted + 1
end, "", 10)
for _ = 1, 1000 do
end
debug.sethook()
assert(counted > 10 and debug.gethook() == nil)
assert(
	debug.upvalueid(uses, 1)
		and debug.getuservalue(1, 1) == nil
		and type(debug.getregistry()) == "table"
)
