--- What was approved is what is carried out: a step that would do more by now, to replication or to
--- data, is refused, whether the plan was saved in a file or made a moment ago.

local aws = require "aws"
local errors = require "errors"
local fs = require "fs"
local kind = require "kind"
local saved = require "stack.saved"
local spec = require "spec"
local stack = require "stack"
local trying = require "support.trying"

local folder = fs.temp "folder"
local SCRIPT = fs.join(folder, "migrate.lua")

fs.write(
	SCRIPT,
	[[
local map = require "mappings"
local migration = require "migration"
local settings = require "settings"
local m = migration.new {
	name = "approved",
	mappings = map.rules { map.include "production.%" },
	settings = settings { FullLoadSettings = { CommitRate = tonumber(os.getenv "X") or 20000 } },
	cdc = false,
	config = {
		source_db_config = { server_name = "source-db.example.com", username = "dms", password = "xxxx1" },
		target_db_config = { server_name = "target-db.example.com", username = "dms", password = "yyyy1" },
		alarms = false, events = false,
	},
}
m:main(arg)
]]
)

local function run(...)
	return spec.run(SCRIPT, ...)
end

local function with(rate)
	fs.write(SCRIPT, (fs.read(SCRIPT):gsub("or %d+ }", ("or %d }"):format(rate))))
end

describe("a saved plan", function()
	setup(function()
		local first = run()
		assert.equal(0, first.code, first.text)
	end)

	teardown(function()
		run("destroy", "--allow", "destroy,reload")
		fs.remove(folder, { recursive = true })
	end)

	it("that interrupted nothing when it was looked at is not carried out once it would", function()
		local file = fs.join(folder, "p.json")
		assert.equal(0, run("stop").code)
		with(30000)
		local looked = run("plan", "--out", file)
		assert.equal(0, looked.code, looked.text)
		assert.matches("1 to change", looked.text)
		assert.is_nil(looked.text:find("interrupts", 1, true))
		with(20000)
		assert.equal(0, run("start").code)
		with(30000)
		local done = run("--require-approval", "risky", "deploy", "--plan", file)
		assert.equal(1, done.code, done.text)
		trying.has(done.text, "The world moved since the plan was saved")
		trying.has(done.text:gsub("%s+", " "), "interrupts replication")
		local task = aws.dms.describe_replication_tasks().replication_tasks[1]
		assert.equal("running", task.status)
		assert.is_nil(task.replication_task_settings:find("30000", 1, true))
	end)
end)

describe("the marks of a step", function()
	it("are what it does and loses, however far a load has come meanwhile", function()
		local before = { effect = "stops a", loses_data = "the load of a, which is at 40 %" }
		local later = { effect = "stops a", loses_data = "the load of a, which is at 41 %" }
		assert.same(saved.marks(before), saved.marks(later))
		later.effect = "stops a and b"
		assert.is_false(table.concat(saved.marks(before)) == table.concat(saved.marks(later)))
		assert.same({ "", "" }, saved.marks {})
	end)
end)

describe("between a plan and its apply", function()
	local function example(days)
		local s = stack.new("marks", { kinds = { "logs.log_group" } })
		s:add("logs.log_group", "a", { retention_in_days = days })
		return s
	end

	after_each(function()
		spec.faults.clear()
		local s = example(1)
		s:apply(s:destroy())
	end)

	it("a step that would interrupt by now what nobody approved is refused", function()
		trying.deploy(example(7))
		local definition = kind.get "logs.log_group"
		local before, effect = definition.effect, nil
		definition.effect = function()
			return effect
		end
		local s = example(14)
		local plan = s:plan()
		effect = "interrupts replication: the task runs by now"
		local ok, problem = errors.capture(s.apply, s, plan)
		definition.effect = before
		assert.is_false(ok)
		assert.equal("The world moved since the plan was made", errors.describe(problem).summary)
		trying.has(errors.describe(problem).what, "interrupts replication: the task runs by now")
		assert.equal(7, example(7):find("logs.log_group", "a").properties.retention_in_days)
	end)

	it("a deletion does not vanish because its kind can't be listed any more", function()
		trying.deploy(example(7))
		local s = stack.new("marks", { kinds = { "logs.log_group" } })
		local plan = s:plan()
		assert.equal(1, #plan:with "delete")
		spec.faults.set "logs:DescribeLogGroups=AccessDeniedException not any more"
		-- The lock is of the same service, and without it the run goes on.
		local ok, problem = errors.capture(s.apply, s, plan)
		spec.faults.clear()
		assert.is_false(ok)
		assert.equal(
			"What the plan changes can't be looked at again",
			errors.describe(problem).summary
		)
		assert.equal(1, #example(7):live())
	end)
end)

describe("the proof of a destroy", function()
	local KINDS = { "logs.log_group", "secretsmanager.secret" }

	local function example(with_secret)
		local s = stack.new("proved", { kinds = KINDS })
		s:add("logs.log_group", "a", {})
		if with_secret then
			s:add("secretsmanager.secret", "x", { secret_string = "abcdefgh" })
		end
		return s
	end

	after_each(function()
		spec.faults.clear()
		spec.invariants(true)
		local s = example(false)
		s:apply(s:destroy())
	end)

	it("says of what could not be listed that it was not seen", function()
		trying.deploy(example(true))
		-- What can't be listed is left over, which is what this is about.
		spec.invariants(false)
		spec.faults.set "secretsmanager:ListSecrets=AccessDeniedException not for you"
		local s = example(false)
		local proof = s:apply(s:destroy()).proof
		assert.same({ "secretsmanager.secret" }, proof.unseen)
		trying.has(proof.summary, "nothing is left of what could be listed")
		trying.has(proof.summary, "not seen: secretsmanager.secret")
		for _, one in ipairs(proof.kinds) do
			assert.equal(one.name == "logs.log_group" and 0 or nil, one.count)
		end
	end)

	it("ends a run in which something could not be listed with 3, and says so as data", function()
		local file = fs.temp("file", ".lua")
		fs.write(
			file,
			[[
local s = require("stack").new("proved", { kinds = { "logs.log_group", "secretsmanager.secret" } })
s:add("logs.log_group", "a", {})
s:main(arg)
]]
		)
		assert.equal(0, spec.run(file, "deploy").code)
		spec.faults.set "secretsmanager:ListSecrets=AccessDeniedException not for you"
		local ran = spec.run(file, "destroy", "--allow", "destroy", "--json")
		spec.faults.clear()
		assert.equal(3, ran.code, ran.text)
		trying.has(ran.output, '"unseen"')
		trying.has(ran.output, '"secretsmanager.secret"')
		fs.remove(file)
	end)
end)
