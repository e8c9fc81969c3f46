--- Settings of a task that are no longer declared: they go back to their defaults, key by key.

local aws = require "aws"
local one_task = require "support.one_task"
local setting_keys = require "kinds.support.setting_keys"
local spec = require "spec"

local declare, deploy, raw, until_status, nothing_to_do =
	one_task.declare, one_task.deploy, one_task.raw, one_task.until_status, one_task.nothing_to_do

after_each(function()
	spec.faults.clear()
	one_task.clear()
end)

describe("settings that are no longer declared", function()
	local SET = {
		FullLoadSettings = { CommitRate = 20000, MaxFullLoadSubTasks = 12 },
		Logging = {
			LogComponents = { { Id = "SOURCE_CAPTURE", Severity = "LOGGER_SEVERITY_DEBUG" } },
		},
	}

	local function live()
		return require("json").decode(raw().replication_task_settings)
	end

	it("go back to their defaults, key by key", function()
		deploy { settings = SET }
		assert.equal(20000, live().FullLoadSettings.CommitRate)
		local fewer = { FullLoadSettings = { MaxFullLoadSubTasks = 12 } }
		local s = declare { settings = fewer }
		local plan = s:plan()
		assert.matches("CommitRate", plan:text(true))
		assert.matches("20000 → 10000", plan:text(true))
		s:apply(plan)
		assert.equal(10000, live().FullLoadSettings.CommitRate)
		assert.equal(12, live().FullLoadSettings.MaxFullLoadSubTasks)
		nothing_to_do { settings = fewer }
		-- The whole property, too.
		deploy {}
		assert.equal(8, live().FullLoadSettings.MaxFullLoadSubTasks)
		nothing_to_do {}
	end)

	it("that somebody else set are left alone", function()
		deploy {}
		aws.dms.modify_replication_task {
			replication_task_arn = raw().replication_task_arn,
			replication_task_settings = '{"FullLoadSettings":{"CommitRate":30000}}',
		}
		until_status "ready"
		nothing_to_do {}
		assert.equal(30000, live().FullLoadSettings.CommitRate)
	end)

	it("have a short name each, and fit into the tags", function()
		local by_short, count = setting_keys.shorts()
		local names = 0
		for _ in pairs(by_short) do
			names = names + 1
		end
		assert.equal(count, names)
		assert.is_true(count <= 3 * 64)
	end)

	it("are told of where no default is known", function()
		local document, stays = setting_keys.restored(
			nil,
			{ LoopbackPreventionSettings = { SourceSchema = "a" } },
			setting_keys.tags { LoopbackPreventionSettings = { SourceSchema = "a" } }
		)
		assert.is_nil(document)
		assert.same({ "LoopbackPreventionSettings.SourceSchema" }, stays)
	end)
end)
