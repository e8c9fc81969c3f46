--- What a run that AWS fails says of what goes on by itself, and of the command that takes it up again.

local spec = require "spec"

describe("a run that AWS fails", function()
	after_each(function()
		spec.faults.clear()
	end)

	it("says that the load goes on, and how to watch it", function()
		spec.faults.set "dms:DescribeTableStatistics#3=ExpiredTokenException"
		local run = spec.run("scripts/migrate.lua", "--yes", "-c", "allocated_storage=120")
		assert.equal(1, run.code, run.text)
		assert.matches("the load goes on by itself", run.text, 1, true)
		assert.matches("migrate.lua watch -c allocated_storage=120", run.text, 1, true)
	end)

	it("goes on with the command that it named", function()
		spec.faults.set "cloudwatch:GetMetricStatistics#1=ExpiredTokenException"
		local run = spec.run("scripts/migrate.lua", "watch", "-c", "allocated_storage=120")
		if run.code == 0 then
			assert.matches("Caught up and replicating", run.text)
			return
		end
		assert.matches("replication goes on by itself", run.text, 1, true)
		assert.matches("migrate.lua watch", run.text, 1, true)
	end)

	it("names its own command where nothing goes on", function()
		spec.faults.set "dms:DescribeReplicationTasks#1=ExpiredTokenException"
		local run = spec.run("scripts/migrate.lua", "status")
		assert.equal(1, run.code, run.text)
		assert.matches("migrate.lua status", run.text, 1, true)
	end)
end)
