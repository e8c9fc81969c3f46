-- AWS calls work wherever Lua code runs: in coroutines, callbacks of the library, metamethods,
-- finalizers, modules, handlers. Run with --local.
local aws = require "aws"
local parallel = require "parallel"
local time = require "time"

local function account()
	return aws.sts.get_caller_identity({}).account
end
local ACCOUNT = account()
assert(#ACCOUNT == 12)

-- Coroutines of the script's own, nested, with a yield in between
local co = coroutine.wrap(function()
	coroutine.yield(account())
	coroutine.yield(coroutine.wrap(account)())
	return select(2, pcall(account))
end)
assert(co() == ACCOUNT and co() == ACCOUNT and co() == ACCOUNT)

-- Callbacks of the standard library
local list = { 3, 1, 2 }
table.sort(list, function(a, b)
	return account() == ACCOUNT and a < b
end)
assert(list[1] == 1 and list[3] == 3)
assert(("a b"):gsub("%a", account) == ACCOUNT .. " " .. ACCOUNT)
assert(load(coroutine.wrap(function()
	coroutine.yield("return '" .. account())
	coroutine.yield("'")
end))() == ACCOUNT)
assert(select(2, xpcall(error, account)) == ACCOUNT)

-- Metamethods and iterators
local object = setmetatable({}, {
	__index = account,
	__add = account,
	__len = function()
		return #account()
	end,
	__tostring = account,
	__concat = account,
	__lt = function()
		return account() == ACCOUNT
	end,
	__call = account,
	__close = function(self)
		rawset(self, "closed", account())
	end,
	__pairs = function()
		return function(_, key)
			return key == nil and account() or nil
		end
	end,
})
assert(
	object.x == ACCOUNT and object + 1 == ACCOUNT and #object == 12 and tostring(object) == ACCOUNT
)
assert(object .. "" == ACCOUNT and object < object and object() == ACCOUNT)
for key in pairs(object) do
	assert(key == ACCOUNT)
end
do
	local guard <close> = object
end
assert(rawget(object, "closed") == ACCOUNT)

-- A finalizer, and a coroutine that is closed
local finalized
setmetatable({}, {
	__gc = function()
		finalized = account()
	end,
})
collectgarbage()
collectgarbage()
assert(finalized == ACCOUNT)
local closed
local suspended = coroutine.create(function()
	local guard <close> = setmetatable({}, {
		__close = function()
			closed = account()
		end,
	})
	coroutine.yield(account())
end)
coroutine.resume(suspended)
assert(coroutine.close(suspended) and closed == ACCOUNT)

-- A module while it is loaded, and inside a task
package.preload.asks = function()
	return { account = account() }
end
assert(require("asks").account == ACCOUNT)

-- Tasks, with everything above inside of them
local results = parallel {
	function()
		local t = { 2, 1 }
		table.sort(t, function(a, b)
			account()
			return a < b
		end)
		return t[1]
	end,
	function()
		return coroutine.wrap(function()
			time.sleep(1)
			return account()
		end)()
	end,
	function()
		return #parallel {
			account,
			account,
			function()
				return select(2, pcall(account))
			end,
		}
	end,
	function()
		local isyieldable = coroutine.isyieldable()
		return isyieldable and select(2, coroutine.running()) == false
	end,
}
assert(results[1] == 1 and results[2] == ACCOUNT and results[3] == 3 and results[4] == true)

-- Errors come through all of them as they are
local function fails()
	aws.dms.describe_endpoints { nonsense = 1 }
end
local function caught(f, ...)
	local ok, failure = pcall(f, ...)
	assert(not ok and failure.kind == "aws" and failure.code == "InvalidInput", tostring(failure))
end
caught(fails)
caught(coroutine.wrap(fails))
caught(table.sort, { 2, 1 }, fails)
caught(string.gsub, "a", "a", fails)
caught(parallel, { fails })
caught(function()
	return setmetatable({}, { __index = fails }).x
end)
local thread = coroutine.create(fails)
local ok, failure = coroutine.resume(thread)
assert(not ok and failure.operation == "describe_endpoints" and coroutine.status(thread) == "dead")

-- Items that come page by page, one page held at a time
local offers = aws.dms.describe_orderable_replication_instances
local small = { max_records = 20 }
local all, count = aws.pages(offers, {}), 0
for offer in aws.each(offers, small) do
	count = count + 1
	assert(offer.replication_instance_class == all[count].replication_instance_class)
end
assert(count == #all and count > 20)
assert(#offers(small).orderable_replication_instances == 20, "one page is not all")
local iterate = aws.each(offers, small)
assert(iterate().engine_version and coroutine.wrap(iterate)().engine_version)
assert(parallel({ iterate, iterate })[2].engine_version)
caught(function()
	for _ in aws.each(aws.dms.describe_endpoints, { nonsense = 1 }) do
	end
end)
local refused, why = pcall(aws.each, "describe_endpoints")
assert(not refused and why:find("aws.each", 1, true) and why:find("an operation such as", 1, true))
assert(not pcall(aws.each, offers, { 1, 2 }))
