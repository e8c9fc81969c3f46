--- `protect` and `retain` hold from the moment they stand in the script, not from the next deploy on.

local aws = require "aws"
local errors = require "errors"
local stack = require "stack"
local trying = require "support.trying"

local function example(options, range)
	options = options or {}
	local s = stack.new("shielded", { kinds = { "ec2.vpc", "s3.bucket" } })
	s:add("ec2.vpc", "main", { cidr_block = range or "10.0.0.0/16" }, { protect = options.protect })
	s:add("s3.bucket", "data", {}, { retain = options.retain })
	return s
end

local function refused(s, plan_of)
	local ok, problem = errors.capture(function()
		s:apply(plan_of(s))
	end)
	assert.is_false(ok)
	return errors.describe(problem)
end

local function vpc()
	return example():find("ec2.vpc", "main")
end

describe("what the script has just begun to protect", function()
	setup(function()
		trying.deploy(example())
	end)

	teardown(function()
		local s = example()
		s:apply(s:destroy())
	end)

	it("is not replaced", function()
		local before = vpc().physical
		local problem = refused(example({ protect = true }, "10.9.0.0/16"), function(s)
			return s:plan()
		end)
		assert.equal("A protected resource would be lost", problem.summary)
		trying.has(problem.what, "would be replaced")
		assert.equal(before, vpc().physical)
	end)

	it("is not deleted by a destroy", function()
		local problem = refused(example { protect = true }, function(s)
			return s:destroy()
		end)
		assert.equal("A protected resource would be lost", problem.summary)
		assert.equal(2, #example():live())
	end)

	it("stays, where it is to be retained, after a destroy that proves the rest gone", function()
		local name = example():find("s3.bucket", "data").physical
		aws.s3.put_object { bucket = name, key = "a", body = "kept" }
		local s = example { retain = true }
		local plan = s:destroy()
		assert.same({ "s3.bucket/data" }, plan.kept)
		assert.same({}, plan:losses())
		local proof = s:apply(plan).proof
		trying.has(proof.summary, "retained: s3.bucket " .. name)
		assert.same({}, proof.left)
		assert.equal(4, aws.s3.head_object({ bucket = name, key = "a" }).content_length)
	end)

	it("is no question for drift, nor for the record of the last deploy", function()
		trying.deploy(example())
		local s = example({ protect = true }, "10.9.0.0/16")
		assert.is_false(s:drift().has_drift)
	end)
end)
