--- One run at a time changes a stack: a second one is told who has it and since when, and whatever
--- happens to the first, nobody is locked out for ever.

local aws = require "aws"
local engine = require "engine"
local errors = require "errors"
local host = require "host"
local lock = require "stack.lock"
local locking = require "support.locking"
local locks = require "stack.locks"
local parallel = require "parallel"
local spec = require "spec"
local stack = require "stack"
local time = require "time"

local bobs, clean, example, standing =
	locking.bobs, locking.clean, locking.example, locking.standing

local function deploy(s)
	return s:apply(s:plan())
end

local function raised(f, ...)
	local ok, problem = pcall(f, ...)
	assert.is_false(ok)
	return errors.describe(problem)
end

--- The calls of the logs service while something is done, listings among them.
local function watched(f)
	local calls = {}
	for _, name in ipairs {
		"create_log_group",
		"list_tags_for_resource",
		"tag_resource",
		"delete_log_group",
	} do
		local real = aws.logs[name]
		stub(aws.logs, name, function(...)
			calls[#calls + 1] = name
			return real(...)
		end)
	end
	local pages = aws.pages
	stub(aws, "pages", function(operation, ...)
		if operation.service == "logs" then
			calls[#calls + 1] = operation.name
		end
		return pages(operation, ...)
	end)
	f()
	return calls
end

describe("the lock of a stack", function()
	after_each(clean)

	it("stands while a plan is carried out, says whose it is, and is gone afterwards", function()
		local s = example(1)
		local plan = s:plan()
		assert.same({}, standing())
		local real, seen = aws.logs.put_retention_policy, nil
		stub(aws.logs, "put_retention_policy", function(...)
			local all = lock.left(example(1))
			seen = seen or all[1]
			return real(...)
		end)
		s:apply(plan)
		assert.equal("/dmsrun/lock/locked/1", seen.name)
		assert.equal("deploy", seen.doing)
		assert.matches(("process %d"):format(engine.process().pid), seen.from)
		assert.matches("^arn:", seen.by)
		assert.equal(locks.LIFE, seen.expires - seen.since)
		assert.same({}, standing())
	end)

	it("is not taken where nothing changes, nor for a plan", function()
		deploy(example(1))
		local s = example(1)
		local calls = watched(function()
			deploy(s)
			example(2):plan()
		end)
		assert.is_true(#calls > 0)
		for _, name in ipairs(calls) do
			assert.matches("^describe_", name)
		end
	end)

	it("takes four calls", function()
		local s = example(1)
		s:identity()
		local calls = watched(function()
			s:lock("test"):release()
		end)
		assert.same({
			"create_log_group",
			"describe_log_groups",
			"list_tags_for_resource",
			"delete_log_group",
		}, calls)
	end)

	it("is no part of the stack: not in a plan, not in the proof", function()
		local s = example(1)
		deploy(s)
		local _ <close> = s:lock "looking"
		assert.is_false(example(1):plan().has_changes)
		assert.equal(1, #example(1):live())
	end)

	it("of another stack disturbs nobody", function()
		bobs(1, nil, "locked-too")
		bobs(1, nil, "lock")
		assert.equal(1, deploy(example(1)).done)
		assert.equal(2, #standing())
	end)

	it("is let go when the apply fails", function()
		spec.faults.set "logs:PutRetentionPolicy=InvalidParameterException no"
		raised(deploy, example(1))
		assert.same({}, standing())
	end)

	it("may be taken for several changes in a row", function()
		local s = example(1)
		do
			local _ <close> = s:lock "the move"
			deploy(s)
			assert.same({ "/dmsrun/lock/locked/1" }, standing())
			s:apply(s:destroy())
			assert.same({ "/dmsrun/lock/locked/1" }, standing())
		end
		assert.same({}, standing())
	end)
end)

describe("a second operator", function()
	after_each(clean)

	it("is told who is at work, since when and until when, and changes nothing", function()
		bobs(1, time.epoch() - 240)
		local s = example(1)
		local plan = s:plan()
		local problem = raised(s.apply, s, plan, { command = "dmsrun migrate.lua deploy" })
		assert.equal("Somebody else is at work on the stack", problem.summary)
		assert.matches("locked is locked by bob@build-7 process 4711", problem.what)
		assert.matches("assumed-role/Admin/bob", problem.what)
		assert.matches("for: deploy, since 20%d%d%-%d%d%-", problem.what)
		assert.matches("(4m 00s ago)", problem.what)
		assert.matches("nothing was changed", problem.why)
		assert.matches("in 11m", problem.hints[1][1] or problem.hints[1])
		assert.equal("dmsrun --force-unlock b0b0b0b0 migrate.lua deploy", problem.hints[2].command)
		assert.equal("locked", problem.exit)
		assert.equal(0, #example(1):live())
		assert.same({ "/dmsrun/lock/locked/1" }, standing())
	end)

	it("is refused by a lock of a higher number too, and leaves none of its own", function()
		bobs(3)
		raised(deploy, example(1))
		assert.same({ "/dmsrun/lock/locked/3" }, standing())
	end)

	it("takes over a lock that was not renewed any more", function()
		bobs(1)
		time.sleep(locks.LIFE)
		assert.equal(1, deploy(example(1)).done)
		assert.same({}, standing())
	end)

	it("steps back where the lock that it saw expire is renewed after all", function()
		local path = bobs(1)
		time.sleep(locks.LIFE)
		local real, n = aws.logs.create_log_group, 0
		stub(aws.logs, "create_log_group", function(...)
			n = n + 1
			if n == 2 then
				-- The first look saw it expired; its run comes back just before ours is made.
				aws.logs.tag_resource {
					resource_arn = "arn:aws:logs:us-east-1:123456789012:log-group:" .. path,
					tags = { ["dmsrun:lock-expires"] = time.format(time.epoch() + locks.LIFE) },
				}
			end
			return real(...)
		end)
		raised(deploy, example(1))
		assert.same({ path }, standing())
	end)

	it("in the same folder is told which process is at work", function()
		local s, other = example(1), example(1)
		local guard = s:lock "deploy"
		local problem = raised(deploy, other)
		guard:release()
		assert.equal("Somebody else is at work on the stack", problem.summary)
		assert.matches("this very run holds it", problem.what)
		assert.equal("locked", problem.exit)
		assert.equal(1, deploy(other).done)
	end)

	it("that comes at the very same moment is refused: one of them carries it out", function()
		local done, refused = 0, 0
		local real = aws.logs.put_retention_policy
		stub(aws.logs, "put_retention_policy", function(...)
			-- Whoever is first is at it for a while.
			time.sleep(1)
			return real(...)
		end)
		local function operator()
			local s = example(3)
			local plan = s:plan()
			local ok, problem = pcall(s.apply, s, plan)
			if ok then
				done = done + 1
			else
				assert.equal("locked", errors.describe(problem).exit)
				refused = refused + 1
			end
		end
		parallel { operator, operator, operator }
		assert.same({ 1, 2 }, { done, refused })
		assert.equal(3, #example(3):live())
	end)
end)

describe("--force-unlock", function()
	after_each(clean)

	it("breaks the lock that it names", function()
		bobs()
		host.options.force_unlock = "b0b0b0b0"
		assert.equal(1, deploy(example(1)).done)
		assert.same({}, standing())
	end)

	it("breaks no other than it names", function()
		bobs()
		host.options.force_unlock = "c0c0c0c0"
		local problem = raised(deploy, example(1))
		assert.matches("names another lock", problem.hints[1][1] or problem.hints[1])
		assert.equal(1, #standing())
	end)

	it("is noticed by the run whose lock was broken: it begins with nothing new", function()
		local s = stack.new("locked", { kinds = locking.KINDS })
		local first = s:add("logs.log_group", "a", { retention_in_days = 30 })
		s:add("logs.log_group", "b", { retention_in_days = 30 }, { depends_on = { first } })
		local real, n = aws.logs.put_retention_policy, 0
		stub(aws.logs, "put_retention_policy", function(...)
			n = n + 1
			if n == 1 then
				aws.logs.delete_log_group { log_group_name = "/dmsrun/lock/locked/1" }
				bobs()
				time.sleep(61)
			end
			return real(...)
		end)
		local problem = raised(deploy, s)
		assert.equal("The lock was taken away", problem.summary)
		assert.matches("bob@build%-7", problem.what)
		assert.matches("1 step of 2 done", problem.why)
		assert.equal("locked", problem.exit)
		-- Bob's lock is not ours to take away.
		assert.same({ "/dmsrun/lock/locked/1" }, standing())
		assert.equal(1, #example(2):live())
	end)
end)

describe("a lock in a long run", function()
	after_each(clean)

	it("is renewed before it ends", function()
		local s = example(1)
		local guard = s:lock "waiting"
		for _ = 1, 4 * locks.LIFE // 15 do
			time.sleep(15)
			lock.tend(s)
		end
		local one = lock.left(example(1))[1]
		assert.is_false(locks.is_over(one))
		assert.is_true(one.expires - time.epoch() > locks.LIFE / 2)
		guard:release()
		assert.same({}, standing())
	end)

	it("that came back too late steps back from whoever took over", function()
		local s = example(1)
		local guard = s:lock "sleeping"
		time.sleep(locks.LIFE + 1)
		bobs(2)
		assert.equal("The lock was taken away", lock.problem(s).summary)
		guard:release()
		assert.same({ "/dmsrun/lock/locked/1", "/dmsrun/lock/locked/2" }, standing())
	end)

	it("outlives an AWS that is away for a while", function()
		local s = example(1)
		local guard = s:lock "waiting"
		spec.faults.set "logs:ListTagsForResource=AccessDeniedException for a while"
		time.sleep(300)
		assert.is_nil(lock.problem(s))
		spec.faults.clear()
		time.sleep(60)
		assert.is_nil(lock.problem(s))
		assert.is_true(lock.left(example(1))[1].expires > time.epoch() + 800)
		guard:release()
	end)
end)

describe("a lock that a run left behind", function()
	after_each(clean)

	--- As after kill -9: the lock stands, the system has let go of the folder's file.
	local function killed(s)
		local guard = s:lock "deploy"
		engine.unhold(guard.hold)
		return s
	end

	it("is taken over at once by the next run of the same folder", function()
		killed(example(1))
		assert.equal(1, #standing())
		assert.equal(1, deploy(example(1)).done)
		assert.same({}, standing())
	end)

	it("is taken away by the next run of the same folder that has nothing to do", function()
		deploy(example(1))
		killed(example(1))
		deploy(example(1))
		assert.same({}, standing())
	end)

	it("is told by the proof at the end of a destroy, whoever left it", function()
		local s = example(1)
		deploy(s)
		bobs(2, time.epoch() - 2 * locks.LIFE)
		s:apply(s:destroy())
		bobs(1, time.epoch() - 2 * locks.LIFE)
		assert.matches("the lock /dmsrun/lock/locked/1 of bob@build%-7", example(0):prove().summary)
	end)
end)

describe("where locks can't be had", function()
	after_each(clean)

	it("the run goes on, and says that it is not locked", function()
		spec.faults.set "logs:CreateLogGroup#1=AccessDeniedException not for you"
		assert.equal(1, deploy(example(1)).done)
		assert.same({}, standing())
	end)

	it("a lock that can be seen still counts", function()
		bobs()
		spec.faults.set "logs:CreateLogGroup=AccessDeniedException not for you"
		assert.equal("locked", raised(deploy, example(1)).exit)
	end)

	it("a lock that is there and can't be read is not passed over", function()
		bobs()
		local s = example(1)
		local plan = s:plan()
		spec.faults.set "logs:ListTagsForResource=AccessDeniedException not for you"
		local problem = raised(s.apply, s, plan)
		assert.equal("Somebody else may be at work on the stack", problem.summary)
		assert.equal("locked", problem.exit)
	end)

	it("an AWS that fails is a failure, and nothing is changed", function()
		local s = example(1)
		local plan = s:plan()
		spec.faults.set "logs:CreateLogGroup=ValidationException no such thing"
		local problem = raised(s.apply, s, plan)
		assert.equal("The stack could not be locked", problem.summary)
		assert.equal("nothing was changed", problem.why)
	end)

	it("a lost answer is looked after: the lock is ours", function()
		spec.faults.set "logs:CreateLogGroup#1=drop"
		assert.equal(1, deploy(example(1)).done)
		assert.same({}, standing())
	end)
end)

describe("between a plan and its apply", function()
	after_each(clean)

	it("a change by somebody else is refused, and nothing is changed", function()
		deploy(example(2))
		local s = stack.new("locked", { kinds = locking.KINDS })
		s:add("logs.log_group", "l1", { retention_in_days = 60 })
		s:add("logs.log_group", "l2", { retention_in_days = 30 })
		local plan = s:plan()
		aws.logs.put_retention_policy { log_group_name = "locked-l2", retention_in_days = 7 }
		local problem = raised(s.apply, s, plan)
		assert.equal("The world moved since the plan was made", problem.summary)
		assert.matches("7 → 30", problem.what)
		assert.equal(30, example(2):find("logs.log_group", "l1").properties.retention_in_days)
		assert.same({}, standing())
	end)

	it("what somebody else did already is left out", function()
		local s = example(2)
		local plan = s:plan()
		deploy(example(1))
		local made = 0
		local real = aws.logs.create_log_group
		stub(aws.logs, "create_log_group", function(given, ...)
			made = made + (given.log_group_name:find "^locked" and 1 or 0)
			return real(given, ...)
		end)
		s:apply(plan)
		assert.equal(1, made)
		assert.is_false(example(2):plan().has_changes)
	end)

	it("nothing is looked at again for a plan that was made under the lock", function()
		local s = example(1)
		local _ <close> = s:lock "both"
		local plan = s:plan()
		-- What the kinds ask before the first change is no second look.
		plan:check()
		local calls = watched(function()
			s:apply(plan)
		end)
		-- What was made is read back; the listings of a plan do not come again.
		assert.same({ "create_log_group", "describe_log_groups", "list_tags_for_resource" }, calls)
	end)
end)

describe("twins that two operators made without the lock", function()
	after_each(clean)

	it("are found and removed by the next run; the one that others stand on is kept", function()
		local function vpc()
			local s = stack.new("twins", { kinds = { "ec2.vpc", "ec2.subnet" } })
			local v = s:add("ec2.vpc", "main", { cidr_block = "10.0.0.0/16" })
			s:add("ec2.subnet", "a", { vpc_id = v.vpc_id, cidr_block = "10.0.0.0/24" })
			return s
		end
		spec.invariants(false)
		-- Both looked before either made anything, and nothing held them apart.
		spec.faults.set "logs:CreateLogGroup=AccessDeniedException"
		local first, second = vpc(), vpc()
		local one, two = first:plan(), second:plan()
		first:apply(one)
		local confirm = require "stack.confirm"
		stub(confirm, "plan", function() end)
		second:apply(two)
		confirm.plan:revert()
		spec.faults.clear()
		assert.equal(4, #vpc():live())
		local s = vpc()
		local plan = s:plan()
		assert.equal(2, #plan:with "delete")
		assert.matches("is a second one beside", plan:with("delete")[1].reason)
		s:apply(plan)
		assert.equal(2, #vpc():live())
		assert.is_false(vpc():plan().has_changes)
		spec.invariants(true)
		local last = vpc()
		last:apply(last:destroy())
	end)
end)
