--- A lock that its run can no longer vouch for: it was not renewed, the list was late, or nobody knows
--- whether it was made at all. Whatever happens, the run does not go on as if it held it.

local engine = require "engine"
local errors = require "errors"
local fs = require "fs"
local lock = require "stack.lock"
local locking = require "support.locking"
local locks = require "stack.locks"
local place = require "stack.place"
local spec = require "spec"
local stack = require "stack"
local time = require "time"
local trying = require "support.trying"

local clean, standing = locking.clean, locking.standing

local function example(count)
	return locking.example(count, "renewed")
end

local function bobs(number)
	return locking.bobs(number, nil, "renewed")
end

--- Waits as a run does that waits for AWS, and gives what then stands against something new.
local function waited(s, seconds)
	for _ = 1, seconds // 15 do
		time.sleep(15)
		lock.tend(s)
	end
	return lock.problem(s)
end

describe("a lock that can't be renewed", function()
	after_each(clean)

	it("ends for its run when it ends for everybody else, and comes back with AWS", function()
		local s = example()
		local guard = s:lock "deploy"
		spec.faults.set "logs:TagResource=AccessDeniedException not any more"
		assert.is_nil(waited(s, 600))
		local problem = waited(s, 360)
		assert.is_not_nil(problem)
		local told = errors.describe(problem)
		assert.equal("The lock ended", told.summary)
		trying.has(told.what, "it could not be renewed, and ended at")
		assert.equal("locked", told.exit)
		spec.faults.clear()
		assert.is_nil(waited(s, 60))
		assert.is_false(locks.is_over(lock.left(example())[1]))
		guard:release()
		assert.same({}, standing())
	end)

	it("is taken away all the same when its run ends", function()
		local s = example()
		local guard = s:lock "deploy"
		spec.faults.set "logs:TagResource=AccessDeniedException not any more"
		assert.is_not_nil(waited(s, 1000))
		guard:release()
		assert.same({}, standing())
	end)

	it("and was taken by somebody else is not believed in", function()
		local s = example()
		local guard = s:lock "deploy"
		spec.faults.set "logs:ListTagsForResource=AccessDeniedException not any more"
		assert.is_nil(waited(s, 600))
		time.sleep(400)
		bobs(2)
		assert.is_not_nil(waited(s, 60))
		spec.faults.clear()
		local problem = waited(s, 60)
		assert.equal("The lock was taken away", errors.describe(problem).summary)
		trying.has(errors.describe(problem).what, "bob@build-7")
		guard:release()
		assert.same({ "/dmsrun/lock/renewed/1", "/dmsrun/lock/renewed/2" }, standing())
	end)
end)

describe("a lock beside another that the list did not show", function()
	after_each(clean)

	it("is given up by the later of the two once the list must show it", function()
		bobs(2)
		time.sleep(120)
		spec.faults.set "logs:DescribeLogGroups#1=stale 5"
		local real = locks.read
		local first = true
		stub(locks, "read", function(of, own)
			local list = real(of, own)
			if first then
				-- Whatever the fault makes of it: the list of a group that is there already is late.
				first = false
				return { own }
			end
			return list
		end)
		local s = example()
		local guard = s:lock "deploy"
		assert.is_nil(lock.problem(s))
		local problem = waited(s, 90)
		assert.is_not_nil(problem)
		trying.has(errors.describe(problem).what, "bob@build-7")
		guard:release()
		assert.same({ "/dmsrun/lock/renewed/1", "/dmsrun/lock/renewed/2" }, standing())
	end)

	it("is kept by the earlier of the two", function()
		local s = example()
		local guard = s:lock "deploy"
		time.sleep(30)
		bobs(2)
		assert.is_nil(waited(s, 120))
		guard:release()
		assert.same({ "/dmsrun/lock/renewed/2" }, standing())
	end)
end)

describe("a lock of which nobody knows whether it was made", function()
	after_each(clean)

	it("is found again by the next run of the same folder", function()
		spec.faults.set "logs:CreateLogGroup#1=drop"
		local real = locks.read
		stub(locks, "read", function()
			errors.raise { summary = "No list to be had" }
		end)
		local ok = errors.capture(function()
			return example():lock "deploy"
		end)
		assert.is_false(ok)
		locks.read:revert()
		assert.equal(real, locks.read)
		spec.faults.clear()
		assert.same({ "/dmsrun/lock/renewed/1" }, standing())
		assert.equal(1, trying.deploy(example()) and #example():live())
		assert.same({}, standing())
	end)
end)

describe("a damaged note of a run", function()
	after_each(clean)

	local function with(text)
		local path = place.path(example(), ".lock")
		fs.mkdir(fs.dirname(path))
		fs.write(path, text)
		return path
	end

	it("keeps nobody from working", function()
		for _, text in ipairs {
			"\xff\xfe",
			'{"tokens":5}',
			'{"tokens":[1,2]}',
			'{"tokens":{"a":"b"}}',
			'{"process":{},"doing":[],"since":false,"tokens":["x"]}',
			"[]",
			"5",
			("\0"):rep(40),
			'{"doing":"dep',
		} do
			local path = with(text)
			local s = example()
			s:lock("test"):release()
			assert.equal("", fs.read(path))
			with(text)
			s:tidy()
		end
	end)

	it("of a run that goes on is told as far as it can be read", function()
		local s = example()
		local hold = engine.hold(place.name(s.name, s:identity()))
		engine.note(hold, '{"process":4711,"doing":{"x":1},"since":7}')
		local ok, problem = errors.capture(s.lock, s, "test")
		engine.unhold(hold)
		assert.is_false(ok)
		trying.has(errors.describe(problem).what, "process 4711")
		trying.has(errors.describe(problem).what, "for: something")
	end)
end)
