--- A spec rehearses a whole migration, faults included, in virtual time: the script is the one that
--- is run against the account, and so are its exit codes.

local aws = require "aws"
local spec = require "spec"
local time = require "time"

describe("a rehearsal", function()
	after_each(function()
		spec.faults.clear()
	end)

	it("goes on after a lost answer and a throttled call, and makes nothing twice", function()
		spec.faults.set "dms:CreateReplicationTask#1=drop"
		spec.faults.fail("CreateEndpoint", { nth = 1, code = "ThrottlingException" })
		local before = time.epoch()
		local first = spec.run("scripts/migrate.lua", "--yes")
		assert.equal(0, first.code, first.text)
		assert.matches("Caught up and replicating", first.output)
		assert.is_true(time.epoch() - before > 600, "more than ten minutes of virtual time")
		local tasks = aws.dms.describe_replication_tasks().replication_tasks
		assert.equal(2, #tasks, "the lost answer made no third task")
	end)

	it("finds nothing to change afterwards", function()
		local run = spec.run("scripts/migrate.lua", "plan", "--detailed-exitcode")
		assert.equal(0, run.code, run.text)
	end)

	it("says which call failed, and how to go on", function()
		spec.faults.fail("DeleteEndpoint", { code = "AccessDeniedFault", message = "Not you." })
		local run = spec.run("scripts/migrate.lua", "destroy", "--allow", "destroy")
		assert.equal(3, run.code, run.text)
		assert.matches("Not you.", run.text)
		spec.faults.clear()
		local again = spec.run("scripts/migrate.lua", "destroy", "--allow", "destroy")
		assert.equal(0, again.code, again.text)
		assert.same({}, aws.dms.describe_endpoints().endpoints)
		-- What DMS and CloudWatch told the topic of the stack meanwhile.
		assert.matches("orders%-alerts$", spec.messages()[1].topic)
	end)
end)

describe("the levers", function()
	it("refuse what is no fault", function()
		assert.has_error(function()
			spec.faults.set "dms:CreateEndpoint"
		end, 'no "="')
		assert.has_error(function()
			spec.faults.fail("CreateEndpoint", { code_ = "X" })
		end, "code_")
		assert.has_error(function()
			spec.run "no-such-script.lua"
		end, "no-such-script.lua")
	end)
end)
