--- A lock that its run can no longer vouch for: it was not renewed, the list was late, or nobody knows
--- whether it was made at all. Whatever happens, the run does not go on as if it held it.

local aws = require "aws"
local engine = require "engine"
local errors = require "errors"
local fs = require "fs"
local lock = require "stack.lock"
local locks = require "stack.locks"
local place = require "stack.place"
local spec = require "spec"
local stack = require "stack"
local time = require "time"
local trying = require "support.trying"

local function example(count)
	local s = stack.new("renewed", { kinds = { "logs.log_group" } })
	for i = 1, count or 1 do
		s:add("logs.log_group", "l" .. i, { retention_in_days = 30 })
	end
	return s
end

local function standing()
	local names = {}
	local prefix = "/dmsrun/lock/renewed/"
	for _, raw in
		ipairs(aws.pages(aws.logs.describe_log_groups, { log_group_name_prefix = prefix }))
	do
		names[#names + 1] = raw.log_group_name
	end
	return names
end

local function bobs(number)
	local now, path = time.epoch(), ("/dmsrun/lock/renewed/%d"):format(number)
	aws.logs.create_log_group {
		log_group_name = path,
		tags = {
			["dmsrun:lock"] = "renewed",
			["dmsrun:lock-token"] = "b0b0b0b0-1111-2222-3333-444444444444",
			["dmsrun:lock-by"] = "arn:aws:sts::123456789012:assumed-role/Admin/bob",
			["dmsrun:lock-from"] = "bob@build-7 process 4711",
			["dmsrun:lock-for"] = "deploy",
			["dmsrun:lock-since"] = time.format(now),
			["dmsrun:lock-expires"] = time.format(now + locks.LIFE),
		},
	}
end

--- Waits as a run does that waits for AWS, and gives what then stands against something new.
local function waited(s, seconds)
	for _ = 1, seconds // 15 do
		time.sleep(15)
		lock.tend(s)
	end
	return lock.problem(s)
end

local function clean()
	spec.faults.clear()
	for _, name in ipairs(standing()) do
		aws.logs.delete_log_group { log_group_name = name }
	end
	local s = example(0)
	s:apply(s:destroy())
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
