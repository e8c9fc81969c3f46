--- The ledger of checkpoints: when it is written, what it survives, and how a task goes on from it.

local aws = require "aws"
local cdc = require "cdc"
local deployment = require "migration.deployment"
local errors = require "errors"
local fs = require "fs"
local host = require "host"
local json = require "json"
local ledger = require "ledger"
local live = require "migration.live"
local orders = require "support.orders"
local spec = require "spec"
local time = require "time"

local function apply(m)
	local plan = deployment.plan(m)
	m:stack():apply(plan)
	return plan
end

local path

local function script(...)
	return spec.run(path, ...)
end

local function entries(task)
	return ledger.list("orders", task)
end

local function task_of(id)
	return live.find(orders.make()).tasks[id or "migration"]
end

setup(function()
	path = orders.script()
end)

after_each(function()
	spec.faults.clear()
	local blocked = fs.join(host.state_dir(), "checkpoints")
	if fs.stat(blocked) then
		fs.remove(blocked, { recursive = true })
	end
	local m = orders.make()
	m:stack():apply(m:stack():destroy())
	fs.remove(blocked, { recursive = true })
end)

--- A migration that replicates.
local function replicating()
	local run = script "--yes"
	assert.equal(0, run.code, run.text)
end

describe("the ledger", function()
	it(
		"complaint 17: keeps where a task had come to when it is stopped, and the verb shows it",
		function()
			replicating()
			local run = script("stop", "migration", "--yes")
			assert.equal(0, run.code, run.text)
			assert.matches("the ledger keeps its checkpoint", run.output)
			local checkpoint = task_of().recovery_checkpoint
			local last = ledger.last("orders", "migration")
			assert.equal(checkpoint, last.checkpoint)
			assert.equal("stop", last.why)
			assert.equal("source-db.example.com", last.source.server)
			assert.equal("mysql", last.source.engine)
			assert.equal(task_of().replication_task_arn, last.arn)
			run = script "checkpoints"
			assert.equal(0, run.code, run.text)
			assert.matches("migration", run.output)
			assert.matches("V1#27#mysql", run.output)
			run = script("checkpoints", "migratoin")
			assert.equal(64, run.code, run.text)
			assert.matches('Did you mean "migration"', run.text)
			run = script("checkpoints", "--json")
			local data = json.decode(run.output)
			assert.equal(checkpoint, data.checkpoints[#data.checkpoints].checkpoint)
			assert.equal(nil, run.output:find "pl4nted")
		end
	)

	it("is written before a change, a move and by status; not twice for the same", function()
		replicating()
		assert.equal(0, script("status").code)
		assert.equal("status", ledger.last("orders", "migration").why)
		local before = #entries()
		local m = orders.make { settings = { FullLoadSettings = { CommitRate = 20000 } } }
		apply(m)
		assert.equal(before + 1, #entries())
		assert.equal("modify", ledger.last("orders", "migration").why)
		apply(orders.make(nil, { vpc_cidr = "10.1.0.0/16" }))
		assert.equal("move", ledger.last("orders", "migration").why)
		script("stop", "--yes")
		local count = #entries()
		script "status"
		script "status"
		assert.equal(count, #entries())
	end)

	it("survives a destroy, which says how to go on; a new task for changes does", function()
		replicating()
		local run = script("destroy", "--allow", "destroy")
		assert.equal(0, run.code, run.text)
		assert.matches("The ledger keeps where migration had come to", run.output)
		assert.matches("start cdc %-%-from ledger", run.output)
		assert.equal(0, #aws.dms.describe_replication_tasks({}).replication_tasks)
		local kept = ledger.last("orders", "migration")
		assert.equal("delete", kept.why)
		assert.matches("^checkpoint:V1#", kept.checkpoint)
		run = script("deploy", "--yes")
		assert.equal(0, run.code, run.text)
		run = script("start", "cdc", "--from", "ledger", "--yes")
		assert.equal(0, run.code, run.text)
		assert.matches("from the checkpoint of task migration", run.output)
		local task = task_of "cdc"
		assert.equal("running", task.status)
		assert.equal(kept.checkpoint, task.cdc_start_position)
		-- The task that loads is not the one to go on with.
		run = script("start", "migration", "--from", "ledger", "--yes", "--allow", "twice")
		assert.equal(64, run.code, run.text)
		assert.matches("its changes begin where its load begins", run.text)
	end)

	it(
		"complaint 17: start --from takes times, checkpoints and places, and names the nearest",
		function()
			assert.equal(0, script("deploy", "--yes").code)
			local function refused(position, part)
				local run = script("start", "cdc", "--from", position, "--yes")
				assert.not_equal(0, run.code)
				assert.matches(part, run.text)
				assert.equal("ready", task_of("cdc").status)
			end
			refused("1795378088000", "milliseconds")
			refused("2026%-11", "neither a time")
			refused("2026-11-19T20:08:08", "2026%-11%-19T20:08:08Z")
			refused("4AF/B00000D0", "no position of MySQL")
			refused("checkpoint:V1#27", "cut off")
			refused("ledger", "no checkpoint to go on from")
			-- What a message gives as an example is pasted: it is a form, and no time.
			refused("ledger", "%-%-from TIME %(UTC, as in YYYY%-MM%-DDThh:mm:ssZ%)")
			-- The clock of a rehearsal is a clock: nothing is captured days ahead of it.
			refused(time.format(time.epoch() + 2 * 86400), "in the future")
			local run =
				script("start", "cdc", "--from", "mysql-bin-changelog.000024:373", "--dry-run")
			assert.equal(0, run.code, run.text)
			assert.equal("ready", task_of("cdc").status)
			local at = time.format(time.epoch() - 3600)
			run = script("start", "cdc", "--from", at, "--yes")
			assert.equal(0, run.code, run.text)
			assert.equal(cdc.at(at).text, task_of("cdc").cdc_start_position)
			-- Stopped, it may begin elsewhere; where it was is kept.
			time.sleep(600)
			script("stop", "cdc", "--yes")
			local stopped = task_of("cdc").recovery_checkpoint
			run = script(
				"start",
				"cdc",
				"--from",
				"mysql-bin-changelog.000024:373",
				"--allow",
				"position"
			)
			assert.equal(0, run.code, run.text)
			assert.equal("mysql-bin-changelog.000024:373", task_of("cdc").cdc_start_position)
			assert.equal(stopped, ledger.last("orders", "cdc").checkpoint)
		end
	)

	it("of another source is not gone on from", function()
		replicating()
		script("stop", "--yes")
		local last = ledger.last("orders", "migration")
		local account, region = last.account, last.region
		local source = { engine_name = "mysql", server_name = "source-db.example.com", port = 3306 }
		assert.is_nil(ledger.problem(last, account, region, source))
		source.server_name = "other-db.example.com"
		assert.matches("means nothing in another", ledger.problem(last, account, region, source))
		assert.matches("account 1", ledger.problem(last, "1", region, source))
		source.server_name, source.engine_name = "source-db.example.com", "oracle"
		assert.matches("engine", ledger.problem(last, account, region, source))
	end)

	it("passes over a line that a crash cut off, and refuses a newer form", function()
		local task = {
			replication_task_arn = "arn:aws:dms:us-east-1:123456789012:task:ABC",
			replication_task_identifier = "orders-migration",
			migration_type = "cdc",
			status = "stopped",
			recovery_checkpoint = "checkpoint:V1#1",
		}
		assert.is_true(ledger.keep("orders", "migration", task, { why = "stop" }))
		fs.append(ledger.path "orders", '{"checkpoint":"checkp')
		task.recovery_checkpoint = "checkpoint:V1#2"
		assert.is_true(ledger.keep("orders", "migration", task, { why = "stop" }))
		assert.equal(2, #entries())
		assert.equal("checkpoint:V1#2", ledger.last("orders").checkpoint)
		fs.write(ledger.path "orders", '{"dmsrun":"ledger","version":9}\n')
		assert.matches("newer dmsrun", tostring(select(2, pcall(ledger.list, "orders"))))
	end)

	it("of rehearsals stands apart from that of an account", function()
		assert.matches("orders%.local%.ndjson$", ledger.path "orders")
	end)

	it("that can't be written keeps a task from being deleted", function()
		replicating()
		fs.remove(fs.join(host.state_dir(), "checkpoints"), { recursive = true })
		fs.write(fs.join(host.state_dir(), "checkpoints"), "in the way")
		local m = orders.make()
		local ok = errors.capture(m.stack(m).apply, m:stack(), m:stack():destroy())
		assert.is_false(ok)
		assert.equal("stopped", task_of().status)
	end)
end)

describe("another task in the place of one", function()
	it(
		"complaint 18: the migration type can't be changed: replace, with what is lost and kept",
		function()
			replicating()
			local m = orders.make { migration_type = "full-load" }
			local plan = deployment.plan(m)
			local step = plan:step_of 'dms.task "migration"'
			assert.equal("replace", step.action)
			assert.matches("DMS can't change the migration type", step.reason)
			assert.matches("the CDC position of task", step.loses_data)
			assert.matches("the ledger keeps its checkpoint", step.loses_data)
			assert.matches("interrupts replication", step.effect)
			assert.matches("CDC position", table.concat(plan:losses()))
			local checkpoint = task_of().recovery_checkpoint
			m:stack():apply(plan)
			assert.equal("ready", live.find(m).tasks.migration.status)
			local kept = ledger.last("orders", "migration")
			assert.equal("delete", kept.why)
			assert.is_true(kept.checkpoint ~= nil and checkpoint ~= nil)
		end
	)

	it("that is to run goes on from the checkpoint, and never beside the old one", function()
		local function with(kms)
			return orders.make({ cdc = { state = "running" } }, { kms = kms })
		end
		apply(with(nil))
		assert.equal("running", task_of("cdc").status)
		-- A key for the endpoints replaces them, and the tasks with them.
		time.sleep(600)
		local old = task_of "cdc"
		local m = with(true)
		local plan = deployment.plan(m)
		assert.equal("replace", plan:step_of('dms.task "cdc"').action)
		m:stack():apply(plan)
		local now = live.find(m).tasks.cdc
		assert.equal("running", now.status)
		assert.not_equal(old.replication_task_arn, now.replication_task_arn)
		assert.equal(1, #entries "cdc")
		assert.equal(ledger.last("orders", "cdc").checkpoint, now.cdc_start_position)
		local running = 0
		for _, task in ipairs(aws.dms.describe_replication_tasks({}).replication_tasks) do
			running = running + (task.status == "running" and 1 or 0)
		end
		assert.equal(1, running)
		assert.equal(false, m:stack():plan().has_changes)
	end)
end)

describe("whether two endpoints lead to one database", function()
	local function endpoint(arn, more)
		local one = { endpoint_arn = arn, engine_name = "mysql", server_name = "a", port = 3306 }
		for key, value in pairs(more or {}) do
			one[key] = value ~= "" and value or nil
		end
		return one
	end

	local function by_secret(arn, name)
		return endpoint(arn, {
			server_name = "",
			my_sql_settings = {
				secrets_manager_secret_id = "arn:aws:secretsmanager:us-east-1:1:secret:" .. name,
			},
		})
	end

	it("is told by engine and server, by the secret's name, or not at all", function()
		assert.is_true(ledger.same_source(endpoint "1", endpoint "1"))
		assert.is_true(ledger.same_source(endpoint "1", endpoint "2"))
		assert.is_false(ledger.same_source(endpoint "1", endpoint("2", { server_name = "b" })))
		assert.is_false(ledger.same_source(endpoint "1", endpoint("2", { port = 3307 })))
		assert.is_false(ledger.same_source(endpoint "1", endpoint("2", { engine_name = "oracle" })))
		assert.is_true(ledger.same_source(by_secret("1", "db-aB3dE6"), by_secret("2", "db-Zz9xY1")))
		assert.is_nil(
			ledger.same_source(by_secret("1", "db-aB3dE6"), by_secret("2", "db-2-Zz9xY1"))
		)
		assert.is_nil(ledger.same_source(endpoint "1", by_secret("2", "db-Zz9xY1")))
		assert.is_nil(ledger.same_source(nil, endpoint "1"))
	end)
end)
