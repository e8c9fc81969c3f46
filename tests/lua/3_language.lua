-- Reference manual, section 3: the language.

-- 3.1 Lexical conventions
assert("\a\b\f\n\r\t\v\\\"\'" == "\7\8\12\10\13\9\11\92\34\39")
assert("a\z
        b" == "ab" and ("\x41\65\u{48}\u{7FFFFFFF}"):sub(1, 3) == "AAH")
assert("one\
two" == "one\ntwo")
assert([[
first line is dropped]] == "first line is dropped" and [==[]]]==] == "]]")
assert(0xA == 10 and 0x.8p1 == 1.0 and 3e2 == 300.0 and 0x10p-1 == 8.0 and .5 == 0.5)
assert(0xffffffffffffffff == -1, "hexadecimal integers wrap")
assert(math.type(9223372036854775807) == "integer" and math.type(9223372036854775808) == "float")
--[[ a long comment
]]
--[==[ another ]] ]==]
for _, bad in ipairs {
	"x = 'unfinished", "x = [[unfinished", "x = '\\q'", "x = '\\400'", "x = '\\u{80000000}'",
	"x = 3x", "x = 0x", "goto nowhere", "::a:: ::a::", "break", "local x <what> = 1",
	"for i = 1 do end", "x = }", "return return", "local function f() return 1 2 end", "a.b:c = 1",
	"local x <const> = 1; x = 2", "f() = 1", "x =", "if x then", "...", "local function f() return ... end",
} do
	local chunk, message = load(bad, "=bad")
	if bad ~= "..." then
		assert(chunk == nil and message:find("^bad:%d+: "), bad)
	end
end
assert(select("#", load("return ...")(1, nil)) == 2, "a chunk has varargs")

-- 3.2 Variables
do
	-- Before an assignment a variable is nil; a name that is not declared is a field of _ENV.
	local unset
	assert(unset == nil and undeclared == nil)
	undeclared = 5
	assert(_ENV.undeclared == 5 and _G.undeclared == 5 and rawget(_G, "undeclared") == 5)
	_ENV.undeclared = nil
	assert(undeclared == nil)
	-- A parameter is a local variable, visible to functions defined inside its block.
	local function counter(from)
		return function() from = from + 1 return from end
	end
	local a, b = counter(1), counter(10)
	assert(a() == 2 and a() == 3 and b() == 11)
	-- t.Name is t["Name"], and prefixes may be calls and parentheses.
	local t = { x = { y = 1 } }
	assert(t.x.y == t["x"]["y"] and (function() return t end)().x == t.x and (t).x == t.x)
	-- Indexing asks metatables, for globals as well.
	local asked = {}
	local env = setmetatable({}, { __index = function(_, name) asked[#asked + 1] = name return 7 end })
	assert(load("return one + two", "=x", "t", env)() == 14 and asked[1] == "one" and asked[2] == "two")
end

-- 3.3 Statements
local a, b, c = (function()
	return 1, 2, 3
end)()
assert(a == 1 and b == 2 and c == 3)
a, b = b, a
assert(a == 2 and b == 1)
local i, list = 1, {}
i, list[i] = i + 1, 20
assert(i == 2 and list[1] == 20 and list[2] == nil)
do
	local n = 0
	while true do
		n = n + 1
		if n == 3 then
			break
		end
	end
	repeat
		local last = n
		n = n - 1
	until last == 1
	assert(n == 0)
end
local seen = {}
for k = 10, 1, -3 do
	seen[#seen + 1] = k
end
assert(table.concat(seen, " ") == "10 7 4 1")
for _ = math.maxinteger - 1, math.maxinteger do
	seen[#seen + 1] = "x"
end
assert(#seen == 6, "a loop does not wrap around")
local floats = 0
for x = 1.0, 2.0, 0.25 do
	floats = floats + x
end
assert(floats == 7.5)
for _ = 1, 0 do
	error("not reached")
end
assert(not pcall(load "for i = 1, 10, 0 do end"))
for k, value in next, { 5 } do
	assert(k == 1 and value == 5)
end
do
	local closed = false
	for _ in function(_, control)
		return control == nil and 1 or nil
	end, nil, nil, setmetatable({}, {
		__close = function()
			closed = true
		end,
	}) do
	end
	assert(closed, "the fourth value of a generic for is closed")
end
for n = 1, 3 do
	for m = 1, 3 do
		if m == 2 then
			goto continue
		end
		seen[n * 10 + m] = true
		::continue::
	end
end
assert(seen[11] and seen[33] and not seen[22])
-- Attributes
do
	local order = {}
	local function closing(name)
		return setmetatable({}, {
			__close = function(_, failure)
				order[#order + 1] = name .. (failure and "!" or "")
			end,
		})
	end
	do
		local first <close> = closing("first")
		local nothing <close> = nil
		local second <close> = closing("second")
	end
	assert(table.concat(order, " ") == "second first")
	order = {}
	assert(not pcall(function()
		local guarded <close> = closing("guarded")
		error("x")
	end))
	assert(order[1] == "guarded!")
	assert(not pcall(load "local x <close> = 42"))
	local answer <const> = 42
	assert(answer == 42)
end

-- 3.4 Expressions
assert(7 // 2 == 3 and -7 // 2 == -4 and 7 // 2.0 == 3.0 and 7 % -3 == -2 and -7 % 3 == 2)
assert(5.5 % 2 == 1.5 and 1 // 0.0 == math.huge and -1 % math.huge == math.huge)
assert(not pcall(load "return 1 // 0") and not pcall(load "return 1 % 0"))
assert(2 ^ 3 ^ 2 == 512.0 and -2 ^ 2 == -4.0 and not 1 == 2 == false)
assert(1 .. 2 == "12" and 10 / 2 == 5.0 and math.type(10 / 2) == "float")
assert("10" + 5 == 15 and "0x10" + 0 == 16 and "3.0" + 0 == 3.0 and not pcall(load "return 'a' + 1"))
assert(3 & 5 == 1 and 3 | 5 == 7 and 3 ~ 5 == 6 and ~0 == -1 and 1 << 63 == math.mininteger)
assert(1 << 64 == 0 and 1 << -1 == 0 and -1 >> 1 == math.maxinteger and 2.0 | 1 == 3)
assert(not pcall(load "return 1.5 | 1") and not pcall(load "return 2^63 | 0"))
assert(1 == 1.0 and "1" ~= 1 and math.maxinteger + 0.0 ~= math.maxinteger)
assert(1 < 1.5 and "a" < "b" and "a" < "aa" and "Z" < "a" and not pcall(load "return 1 < '2'"))
assert(math.maxinteger < math.huge and math.mininteger <= -2 ^ 63)
assert((nil and 1) == nil and (false or "d") == "d" and (1 and 2) == 2 and (not nil))
assert(#"abc" == 3 and #{ 1, 2, nil } >= 2 and #{ n = 1 } == 0)
local three = { (function()
	return 1, 2, 3
end)(), (function()
	return 1, 2, 3
end)() }
assert(#three == 4, "only the last call gives all its values")
assert(#{ ((function()
	return 1, 2, 3
end)()) } == 1)
local keyed = { 10, x = 1, ["y z"] = 2, [30] = 3, 20 }
assert(keyed[1] == 10 and keyed[2] == 20 and keyed.x == 1 and keyed["y z"] == 2 and keyed[30] == 3)
local function count(...)
	return select("#", ...), ...
end
assert(count() == 0 and count(nil, nil) == 2 and select(-1, count(1, 2)) == 2)
local self = { name = "me" }
function self:call(x)
	return self.name .. x
end
assert(self:call("!") == "me!" and self.call({ name = "you" }, "?") == "you?")
assert(("%d"):format(3.0) == "3" and not pcall(string.format, "%d", 3.5))
local function tail(n)
	if n == 0 then
		return "done"
	end
	return tail(n - 1)
end
assert(tail(1000000) == "done", "tail calls need no stack")

-- 3.5 Visibility
local functions = {}
for n = 1, 3 do
	functions[n] = function()
		n = n + 1
		return n
	end
end
assert(functions[1]() == 2 and functions[1]() == 3 and functions[2]() == 3)
local x = 1
do
	local x = x + 1
	assert(x == 2)
end
assert(x == 1)
