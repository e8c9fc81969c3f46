--- The verbs of a migration while somebody else holds the lock of its stack.

local aws = require "aws"
local locking = require "support.locking"
local spec = require "spec"

describe("while somebody else is at work on a migration", function()
	local SCRIPT = "scripts/migrate.lua"

	local function code(...)
		local ran = spec.run(SCRIPT, ...)
		return ran.code, ran.text
	end

	--- The verbs that are to be refused, each with what it takes to have something to do.
	local function refused(lines)
		for _, words in ipairs(lines) do
			local got, text = code(table.unpack(words))
			assert.equal(6, got, table.concat(words, " ") .. "\n" .. text)
			assert.matches("bob@build%-7", text)
		end
	end

	setup(function()
		local first = spec.run(SCRIPT)
		assert.equal(0, first.code, first.text)
	end)

	it("every verb that would change something is refused, and those that look are not", function()
		local path = locking.bobs(1, nil, "orders")
		refused {
			{ "deploy", "-c", "allocated_storage=200" },
			{ "-c", "allocated_storage=200" },
			{ "stop" },
			{ "reload", "production.orders", "--allow", "reload" },
			{ "reload", "--allow", "reload" },
			{ "forget", "dms.endpoint/source" },
			{ "destroy", "--allow", "destroy" },
		}
		for _, verb in ipairs { "plan", "status", "stats", "outputs", "deploy", "help" } do
			local got, text = code(verb)
			assert.equal(0, got, verb .. "\n" .. text)
		end
		aws.logs.delete_log_group { log_group_name = path }
		assert.equal(0, code "stop")
		locking.bobs(1, nil, "orders")
		refused { { "resume" }, { "start" }, {} }
		assert.equal(
			"stopped",
			aws.dms.describe_replication_tasks({
				filters = { { name = "replication-task-id", values = { "orders-migration" } } },
			}).replication_tasks[1].status
		)
		aws.logs.delete_log_group { log_group_name = path }
		assert.equal(0, code "resume")
		assert.same({}, locking.standing())
	end)
end)
