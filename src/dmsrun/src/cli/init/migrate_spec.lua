--- Rehearses migrate.lua on the local AWS, in virtual time: `dmsrun test`.

local aws = require "aws"
local spec = require "spec"

describe("migrate.lua", function()
	it("migrates until the target has caught up", function()
		local run = spec.run("migrate.lua", "--yes")
		assert.equal(0, run.code, run.text)
		assert.matches("Caught up and replicating", run.text)
		for _, task in ipairs(aws.dms.describe_replication_tasks().replication_tasks) do
			assert.not_equal("failed", task.status, task.replication_task_identifier)
		end
	end)

	it("has nothing to change afterwards", function()
		local run = spec.run("migrate.lua", "plan", "--detailed-exitcode")
		assert.equal(0, run.code, run.text)
	end)

	it("leaves nothing behind when it is destroyed", function()
		local run = spec.run("migrate.lua", "destroy", "--allow", "destroy")
		assert.equal(0, run.code, run.text)
		assert.same({}, aws.dms.describe_replication_instances().replication_instances)
	end)

	it("goes on after a lost answer and a throttled call #faults", function()
		spec.faults.set "dms:CreateReplicationTask#1=drop"
		spec.faults.set "dms:CreateEndpoint#1=ThrottlingException"
		local run = spec.run("migrate.lua", "--yes")
		assert.equal(0, run.code, run.text)
		assert.equal(2, #aws.dms.describe_replication_tasks().replication_tasks)
	end)

	it("is carried on by the same command after a refusal #faults", function()
		spec.faults.clear()
		spec.run("migrate.lua", "destroy", "--allow", "destroy")
		spec.faults.set "dms:CreateEndpoint#1=ResourceQuotaExceededFault"
		local first = spec.run("migrate.lua", "--yes")
		assert.equal(3, first.code, first.text)
		local second = spec.run("migrate.lua", "--yes")
		assert.equal(0, second.code, second.text)
	end)
end)
