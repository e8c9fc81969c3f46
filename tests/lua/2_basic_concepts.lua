-- Reference manual, section 2: values, environments, errors, metatables, garbage, coroutines.

-- 2.1 Values and types
local kinds = {
	["nil"] = { nil },
	boolean = { true, false },
	number = { 0, -0.0, 1 / 0, math.mininteger },
	string = { "", "a\0b" },
	table = { {} },
	["function"] = { print, function() end },
	thread = { coroutine.create(print) },
}
for kind, values in pairs(kinds) do
	for _, value in pairs(values) do
		assert(type(value) == kind, kind)
	end
end
assert(type(nil) == "nil" and not pcall(type))
assert(math.type(3) == "integer" and math.type(3.0) == "float" and math.type("3") == nil)
assert(math.maxinteger + 1 == math.mininteger, "integers wrap around")
assert(2 ^ 53 + 1.0 == 2 ^ 53 and 2 ^ 53 | 0 + 1 ~= 2 ^ 53)
assert(#"a\0b" == 3 and ("a\0b"):byte(2) == 0)
-- Keys: floats with whole values become integers, NaN and nil are refused.
local t = {}
t[1.0], t[2] = "one", "two"
assert(t[1] == "one" and t[2.0] == "two" and math.type(next { [2 ^ 53] = true }) == "integer")
assert(not pcall(function()
	t[0 / 0] = 1
end))
assert(not pcall(function()
	t[nil] = 1
end))
assert(t[nil] == nil and t[0 / 0] == nil)
assert({} ~= {} and t == t)

-- 2.2 Environments
do
	local _ENV = { assert = assert }
	x = 1
	assert(x == 1 and _ENV.x == 1)
end
assert(rawget(_G, "x") == nil and _G._G == _G)
local function with_environment(_ENV)
	return y
end
assert(with_environment { y = 7 } == 7)

-- 2.3 Errors: any value but text gets no place; levels choose the place
local object = {}
local ok, caught = pcall(error, object)
assert(not ok and caught == object)
ok, caught = pcall(error)
assert(not ok and caught == nil)
ok, caught = pcall(error, "plain", 0)
assert(caught == "plain")
local function raise(level)
	error("here", level)
end
ok, caught = pcall(raise, 1)
assert(caught:find(":%d+: here$"))
ok, caught = xpcall(function()
	raise(2)
end, function(message)
	return { message }
end)
assert(not ok and caught[1]:find(":%d+: here$"))
assert(select(
	"#",
	xpcall(function(...)
		return ...
	end, print, 1, nil, nil)
) == 4)
ok, caught = xpcall(error, function()
	error("in the handler")
end)
assert(not ok and caught ~= nil)
ok, caught = pcall(function()
	local function deeper()
		return 1 + deeper()
	end
	return deeper()
end)
assert(not ok and tostring(caught):find("stack overflow"))

-- 2.4 Metatables: every event
local log = {}
local meta = {}
local function event(name, ...)
	log[#log + 1] = name
	return ...
end
local operators = {
	"__add",
	"__sub",
	"__mul",
	"__div",
	"__mod",
	"__pow",
	"__idiv",
	"__band",
	"__bor",
	"__bxor",
	"__shl",
	"__shr",
	"__concat",
}
for _, name in ipairs(operators) do
	meta[name] = function(a, b)
		return event(name, a, b)
	end
end
for _, name in ipairs { "__unm", "__bnot", "__len" } do
	meta[name] = function(a)
		return event(name, a)
	end
end
local v = setmetatable({}, meta)
local _ =
	v + 1, 1 - v, v * v, v / 1, v % 1, v ^ 1, v // 1, v & 1, v | 1, v ~ 1, v << 1, v >> 1, v .. "x"
_ = {
	-v,
	~v,
	#v,
	1 - v,
	v * v,
	v / 1,
	v % 1,
	v ^ 1,
	v // 1,
	v & 1,
	v | 1,
	v ~ 1,
	v << 1,
	v >> 1,
	v .. "x",
}
for _, name in ipairs { "__add", "__unm", "__bnot", "__len", "__sub", "__concat", "__idiv", "__shr" } do
	assert(table.concat(log, " "):find(name, 1, true), name)
end
local ordered = setmetatable({ 1 }, {
	__lt = function(a, b)
		return a[1] < b[1]
	end,
	__le = function(a, b)
		return a[1] <= b[1]
	end,
	__eq = function()
		return true
	end,
})
local other = setmetatable({ 2 }, getmetatable(ordered))
assert(ordered < other and ordered <= other and not (ordered > other) and ordered == other)
assert(not rawequal(ordered, other) and ordered ~= 1)
local proxy = setmetatable({}, {
	__index = function(_, key)
		return key .. "!"
	end,
	__newindex = function(self, key, value)
		rawset(self, key, { value })
	end,
	__call = function(_, a, b)
		return b, a
	end,
	__name = "proxy",
	__close = function() end,
})
assert(proxy.a == "a!")
proxy.a = 1
assert(proxy.a[1] == 1)
assert(select(2, proxy(1, 2)) == 1 and tostring(proxy):find("^proxy: "))
local chain = setmetatable({}, { __index = setmetatable({}, { __index = { deep = 1 } }) })
assert(chain.deep == 1 and rawget(chain, "deep") == nil)
assert(getmetatable(setmetatable({}, { __metatable = "locked" })) == "locked")
assert(not pcall(setmetatable, setmetatable({}, { __metatable = 1 }), {}))
assert(getmetatable("").__index == string and ("x"):rep(3) == "xxx")
local counted = {}
for key, value in
	pairs(setmetatable({}, {
		__pairs = function(self)
			return function(_, k)
				if not k then
					return 1, "from __pairs"
				end
			end,
				self,
				nil
		end,
	}))
do
	counted[key] = value
end
assert(counted[1] == "from __pairs")

-- 2.5 Garbage collection
local collected = 0
do
	local weak = setmetatable({}, { __mode = "k" })
	local values = setmetatable({}, { __mode = "v" })
	weak[{}] = true
	values[1] = {}
	values[2] = "strings stay"
	local doomed = setmetatable({}, {
		__gc = function()
			collected = collected + 1
		end,
	})
	doomed = nil
	collectgarbage()
	collectgarbage()
	assert(next(weak) == nil and values[1] == nil and values[2] == "strings stay")
end
assert(collected == 1)
local order = {}
for i = 1, 3 do
	setmetatable({}, {
		__gc = function()
			order[#order + 1] = i
		end,
	})
end
collectgarbage()
assert(table.concat(order) == "321", "finalizers run in the reverse order of their marking")
assert(collectgarbage("count") > 0 and collectgarbage("isrunning"))
collectgarbage("stop")
assert(not collectgarbage("isrunning"))
collectgarbage("restart")
local mode = collectgarbage("generational")
assert(mode == "incremental" or mode == "generational")
assert(collectgarbage("incremental") == "generational")
assert(collectgarbage("step") ~= nil)

-- 2.6 Coroutines
local co = coroutine.create(function(a, b)
	local c = coroutine.yield(a + b)
	local d, e = coroutine.yield(c * 2)
	return d + e
end)
assert(select(2, coroutine.resume(co, 1, 4)) == 5)
assert(coroutine.status(co) == "suspended")
assert(select(2, coroutine.resume(co, 8)) == 16)
assert(select(2, coroutine.resume(co, 3, 4)) == 7)
assert(coroutine.status(co) == "dead")
ok, caught = coroutine.resume(co)
assert(not ok and caught == "cannot resume dead coroutine")
