--- How a task goes on from where it was: never beside the other one, never from a place that is not its
--- own, and never in the log of another server without being asked.

local aws = require "aws"
local cdc = require "cdc"
local deployment = require "migration.deployment"
local errors = require "errors"
local fs = require "fs"
local ledger = require "ledger"
local live = require "migration.live"
local map = require "mappings"
local orders = require "support.orders"
local repl = require "repl"
local spec = require "spec"
local tasks = require "migration.tasks"
local time = require "time"
local trying = require "support.trying"

local has = trying.has

local path

local function script(...)
	return spec.run(path, ...)
end

local function done(...)
	local run = script(...)
	assert.equal(0, run.code, run.text)
	return run
end

--- What a run that has to be refused says, however its lines are broken.
local function refused(...)
	local run = script(...)
	assert.not_equal(0, run.code, run.text)
	return (run.text:gsub("%s+", " "))
end

local function task_of(id)
	return live.find(orders.make()).tasks[id or "migration"]
end

--- Stops a task as somebody at the console does.
local function stop_elsewhere(id)
	local arn = task_of(id).replication_task_arn
	aws.dms.stop_replication_task { replication_task_arn = arn }
	while task_of(id).status ~= "stopped" do
		time.sleep(15)
	end
end

--- Starts one that has never run as somebody at the console does.
local function start_elsewhere(id)
	aws.dms.start_replication_task {
		replication_task_arn = task_of(id).replication_task_arn,
		start_replication_task_type = "start-replication",
	}
end

--- A start whose run is killed behind the call.
local function start_killed(id)
	spec.faults.set "dms:StartReplicationTask#1=kill-after"
	assert.is_true(script("start", id, "--yes", "--allow", "position").killed)
	spec.faults.clear()
	assert.equal("starting", task_of(id).status)
end

--- A test in a copy of the one world: a migration that replicates.
local function case(name, f)
	it(name, function()
		spec.branch(f)
	end)
end

setup(function()
	path = orders.script()
	done "--yes"
end)

after_each(function()
	spec.faults.clear()
end)

describe("a task that is starting", function()
	case("counts as one that runs: the other one is not started beside it", function()
		done("stop", "--yes")
		start_killed "cdc"
		for _, verb in ipairs { "start", "resume" } do
			local text = refused(verb, "migration", "--yes")
			has(text, "orders-cdc is starting")
			has(text, "applied twice")
			has(text, verb .. " migration --allow twice")
		end
		has(refused "--yes", "applied twice")
		has(refused("reload", "--allow", "reload"), "applied twice")
		assert.equal("stopped", task_of("migration").status)
	end)

	case("has not begun where a later start would have it begin, and says so", function()
		done("stop", "--yes")
		start_killed "cdc"
		local text = refused("start", "cdc", "--from", time.format(time.epoch() - 3600), "--yes")
		has(text, "The task runs")
		has(text, "stop cdc")
		assert.is_nil(text:find("started from", 1, true))
		assert.is_nil(task_of("cdc").cdc_start_position)
		has(done("start", "cdc", "--yes").output, "orders-cdc runs already")
	end)

	case("is looked at again once the stack is ours", function()
		done("stop", "--yes")
		local m = orders.make()
		local before = live.find(m)
		start_killed "cdc"
		local ok, problem = errors.capture(tasks.start, m, before.tasks.migration)
		assert.is_false(ok)
		has(problem.what, "applied twice")
		assert.equal("stopped", task_of("migration").status)
		-- Whoever gives a position is not told of a start that another one made.
		local at = cdc.at(time.epoch() - 3600)
		ok, problem = errors.capture(tasks.start, m, before.tasks.cdc, nil, at)
		assert.is_false(ok)
		assert.equal("The task runs", problem.summary)
	end)

	case("a task's own name means it as well as its id", function()
		has(refused("start", "orders-cdc", "--yes"), "applied twice")
		assert.equal("ready", task_of("cdc").status)
	end)

	case("a deploy does not resume what an interrupted one stopped beside the other", function()
		local other = { "-c", "source_db_config.extra_connection_attributes=initstmt=SET x=1" }
		spec.faults.set "dms:StartReplicationTask#1=AccessDeniedFault"
		refused("deploy", "--yes", table.unpack(other))
		spec.faults.clear()
		assert.equal("stopped", task_of("migration").status)
		done("start", "cdc", "--allow", "position")
		local text = refused("deploy", "--yes", table.unpack(other))
		has(text, "this deploy resumes")
		has(text, "applied twice")
		assert.equal("stopped", task_of("migration").status)
	end)
end)

describe("start --from ledger", function()
	case("sees first where a task had come to that was stopped at the console", function()
		done("stop", "--yes")
		done("start", "cdc", "--allow", "position")
		time.sleep(600)
		done("stop", "cdc", "--yes")
		done("resume", "cdc", "--yes")
		time.sleep(7200)
		stop_elsewhere "cdc"
		local stands = task_of("cdc").recovery_checkpoint
		assert.not_equal(stands, ledger.last("orders", "cdc").checkpoint)
		done("start", "cdc", "--from", "ledger", "--yes")
		assert.equal(stands, task_of("cdc").cdc_start_position)
	end)

	case("takes the one that stopped last, and not the one that was read last", function()
		stop_elsewhere "migration"
		start_elsewhere "cdc"
		time.sleep(7200)
		done("stop", "cdc", "--yes")
		done "status"
		local stands = task_of("cdc").recovery_checkpoint
		local last = ledger.last("orders")
		assert.equal("migration", last.task)
		assert.is_true(ledger.moment(last) < time.epoch() - 7200)
		done("start", "cdc", "--from", "ledger", "--yes")
		assert.equal(stands, task_of("cdc").cdc_start_position)
	end)

	case("takes the other task's where that one has come further", function()
		done("stop", "--yes")
		done("start", "cdc", "--allow", "position")
		time.sleep(600)
		done("stop", "cdc", "--yes")
		done("resume", "migration", "--allow", "position")
		time.sleep(7200)
		done("stop", "migration", "--yes")
		local stands = task_of("migration").recovery_checkpoint
		-- What lies between was carried by that one: their places in the log say so.
		done("start", "cdc", "--from", "ledger", "--yes")
		assert.equal(stands, task_of("cdc").cdc_start_position)
	end)

	case("elsewhere than where a task stands is not covered by --yes", function()
		done("stop", "--yes")
		done("start", "cdc", "--allow", "position")
		time.sleep(600)
		done("stop", "cdc", "--yes")
		local at = time.format(time.epoch() - 3600)
		local text = refused("start", "cdc", "--from", at, "--require-approval", "any", "--yes")
		has(text, "skipped, or applied twice")
		assert.equal("stopped", task_of("cdc").status)
	end)
end)

describe("a task for changes that has never run", function()
	local function asked(...)
		local text = refused("start", "cdc", "--yes", ...)
		has(text, "orders-cdc begins with what changes from now on")
		has(text, "start cdc --allow position")
		assert.equal("ready", task_of("cdc").status)
		return text
	end

	case("is not started behind a gap that nobody was told of", function()
		done("stop", "--yes")
		local stands = task_of("migration").recovery_checkpoint
		time.sleep(7200)
		local text = asked()
		has(text, "what changed since task migration had come to its checkpoint of")
		has(text, "migrate.lua start cdc --from ledger")
		local dry = done("--dry-run", "start", "cdc")
		has(dry.output:gsub("%s+", " "), "Unsafe what changed since task migration")
		-- The way that was offered needs no approval of a loss.
		done("start", "cdc", "--from", "ledger", "--yes")
		assert.equal(stands, task_of("cdc").cdc_start_position)
	end)

	case("is asked about after the console stopped the other one, too", function()
		stop_elsewhere "migration"
		has(asked(), "its checkpoint of")
		has(done("--dry-run", "start", "cdc").output, "Unsafe")
	end)

	case("is told of the time where the source is another server now", function()
		done("stop", "--yes")
		local server = "source_db_config.server_name=other-db.example.com"
		done("deploy", "--yes", "-c", server)
		local text = asked("-c", server)
		local date = text:match "its checkpoint of (%S+Z)"
		has(text, "start cdc --from " .. date)
	end)

	case("begins where its own had come to that was destroyed before it", function()
		done("stop", "--yes")
		done("start", "cdc", "--from", "ledger", "--yes")
		time.sleep(600)
		done("destroy", "--allow", "destroy")
		done("deploy", "--yes")
		has(asked(), "since task cdc had come to its checkpoint of")
	end)

	case("is started by no deploy that declares it as running, without being asked", function()
		done("stop", "--yes")
		local text = fs.read(path)
			:gsub('name = "orders",', 'name = "orders", cdc = { state = "running" },')
		local other = fs.join(fs.temp "folder", "migrate.lua")
		fs.write(other, text)
		local function ran(...)
			local run = spec.run(other, ...)
			return run.code, (run.text:gsub("%s+", " "))
		end
		local code, said = ran("plan")
		assert.equal(0, code, said)
		has(said, "Unsafe what changed since task migration had come to its checkpoint of")
		code, said = ran("plan", "--json")
		assert.equal(0, code, said)
		has(said, "orders-cdc begins with what changes from now on")
		code, said = ran("--dry-run", "deploy")
		assert.equal(0, code, said)
		has(said, "it would be asked about")
		code, said = ran("deploy", "--yes")
		assert.equal(5, code, said)
		has(said, "begins with what changes from now on")
		has(said, "start cdc --from ledger")
		assert.equal("ready", task_of("cdc").status)
	end)

	case("is asked about at a position that is not where the other one stands", function()
		done("stop", "--yes")
		local stands = task_of("migration").recovery_checkpoint
		time.sleep(18000)
		local at = time.format(time.epoch() - 3600)
		local text = refused("start", "cdc", "--from", at, "--yes")
		has(text, "it is skipped, or applied twice")
		has(text, "start cdc --from ledger")
		local function declared(start)
			return orders.make { cdc = { state = "running", start = start } }
		end
		done("destroy", "--allow", "destroy")
		local ok, problem = errors.capture(deployment.deploy, declared(cdc.at(at)))
		assert.is_false(ok)
		has(problem.what, "it is skipped, or applied twice")
		has(problem.hints[1][1], 'cdc = { start = "checkpoint:')
		deployment.deploy(declared(cdc.checkpoint(stands)))
		assert.equal("running", task_of("cdc").status)
	end)

	case("does not go into tables that are not whole", function()
		done("reload", "--allow", "reload")
		time.sleep(60)
		done("stop", "--yes")
		local shown = done("status").output:gsub("%s+", " ")
		has(shown, "the load did not come to its end")
		assert.matches("%d/%?", shown)
		has(refused("start", "cdc", "--yes"), "has not loaded its tables to the end")
		local at = time.format(time.epoch() - 30)
		has(refused("start", "cdc", "--from", at, "--yes"), "has not loaded its tables to the end")
		-- The load has given up where the task had come to before.
		local text = refused("start", "cdc", "--from", "ledger", "--yes")
		has(text, "of runs before the tables were loaded anew")
		assert.equal("ready", task_of("cdc").status)
	end)

	case("shares a table with the other one where their mappings only overlap", function()
		local m = orders.make {
			cdc = { mappings = map.rules { map.include "production.orders" } },
		}
		assert.is_true(m:share_tables())
		local apart = orders.make {
			mappings = map.rules { map.include "production.%", map.exclude "production.orders" },
			cdc = { mappings = map.rules { map.include "production.orders" } },
		}
		assert.is_false(apart:share_tables())
	end)
end)

describe("a task behind whose checkpoint the other one has come", function()
	local function carried()
		done("stop", "--yes")
		done("start", "cdc", "--from", "ledger", "--yes")
	end

	local function asked(...)
		local text = refused(...)
		has(text, "what task cdc carried until")
		has(text, "applies a second time what came after that")
		has(text, "migrate.lua resume cdc")
		has(text, "--allow position")
		assert.equal("stopped", task_of("migration").status)
	end

	case("does not go on from there without being asked, whatever the verb", function()
		carried()
		time.sleep(600)
		done("stop", "cdc", "--yes")
		asked("start", "migration", "--yes")
		asked("resume", "--yes")
		asked "--yes"
		for _, words in ipairs { { "resume" }, { "start" }, {} } do
			local dry = done("--dry-run", table.unpack(words)).output:gsub("%s+", " ")
			has(dry, "Unsafe what task cdc carried until")
		end
		done("resume", "--allow", "position")
		done("stop", "--yes")
		-- It has not come any further yet.
		asked("resume", "--yes")
		done("resume", "--allow", "position")
		time.sleep(600)
		done("stop", "--yes")
		-- Now it is the one that came further, and the other one is asked about.
		done("resume", "--yes")
		done("stop", "--yes")
		has(refused("resume", "cdc", "--yes"), "what task migration carried until")
		done("start", "cdc", "--from", "ledger", "--allow", "position")
	end)

	case("nor where the other one had no checkpoint yet", function()
		carried()
		done("stop", "cdc", "--yes")
		assert.is_nil(ledger.last("orders", "cdc"))
		asked("resume", "--yes")
	end)

	case("nor is it by a deploy that declares it as running", function()
		carried()
		time.sleep(600)
		done("stop", "cdc", "--yes")
		local m = orders.make { state = "running" }
		local ok, problem = errors.capture(deployment.deploy, m)
		assert.is_false(ok)
		has(problem.what, "applies a second time")
		assert.equal("stopped", task_of("migration").status)
	end)

	case("nor where both are allowed to run: their targets are the same", function()
		carried()
		time.sleep(600)
		done("stop", "cdc", "--yes")
		asked("resume", "--yes", "--allow", "twice")
	end)

	case("nor where it has no checkpoint of its own yet", function()
		carried()
		done("stop", "cdc", "--yes")
		done("resume", "--yes", "--allow", "position")
		time.sleep(7200)
		done("stop", "--yes")
		local text = refused("resume", "cdc", "--yes")
		has(text, "what task migration carried until")
		has(text, "orders-cdc goes on from where it began,")
		has(text, "start cdc --from ledger")
	end)

	case("is at the same place where it began there, and is not asked about", function()
		carried()
		done("stop", "cdc", "--yes")
		done("resume", "cdc", "--yes")
	end)

	case("is the one whose place in the log says so, whenever either of them stopped", function()
		carried()
		time.sleep(7200)
		done("stop", "cdc", "--yes")
		local stands = task_of("cdc").recovery_checkpoint
		done("resume", "migration", "--allow", "position")
		done("stop", "--yes")
		-- It stopped last, and has come nowhere near.
		done("resume", "cdc", "--yes")
		done("stop", "--yes")
		done("start", "cdc", "--from", "ledger", "--yes")
		assert.equal(stands, task_of("cdc").cdc_start_position)
	end)

	case("is measured against the other one where it is told to begin, too", function()
		carried()
		time.sleep(600)
		done("stop", "cdc", "--yes")
		local own = task_of("cdc").recovery_checkpoint
		done("resume", "migration", "--allow", "position")
		time.sleep(7200)
		done("stop", "--yes")
		local text = refused("start", "cdc", "--from", own, "--yes")
		has(text, "where task migration had come to")
		-- When it stopped is no place in the log.
		local stopped = task_of("migration").replication_task_stats.stop_date
		refused("start", "cdc", "--from", (tostring(stopped):gsub("%.%d+", "")), "--yes")
		assert.equal("stopped", task_of("cdc").status)
	end)

	case("is known where that task is no longer declared", function()
		carried()
		time.sleep(600)
		done("stop", "cdc", "--yes")
		local text = fs.read(path):gsub('name = "orders",', 'name = "orders", cdc = false,')
		local alone = fs.join(fs.temp "folder", "migrate.lua")
		fs.write(alone, text)
		local run = spec.run(alone, "deploy", "--yes", "--allow", "destroy,replace")
		assert.equal(0, run.code, run.text)
		run = spec.run(alone, "resume", "--yes")
		assert.equal(5, run.code, run.text)
		has(run.text:gsub("%s+", " "), "what task cdc carried until")
	end)

	case("goes on from no checkpoint that a load has given up, behind a destroy either", function()
		done("reload", "--allow", "reload")
		time.sleep(60)
		done("stop", "--yes")
		done("destroy", "--allow", "destroy")
		done("deploy", "--yes")
		local text = refused("start", "cdc", "--from", "ledger", "--yes")
		has(text, "of runs before the tables were loaded anew")
		has(refused("start", "cdc", "--yes"), "migration has not loaded its tables to the end")
	end)
end)

describe("another target server", function()
	case("is asked about: what a task has brought is not there", function()
		done("stop", "--yes")
		local other = { "-c", "target_db_config.server_name=other-db.example.com" }
		done("deploy", "--yes", table.unpack(other))
		local text = refused("resume", "--yes", table.unpack(other))
		has(
			text,
			"it is on the server target-db.example.com, and the target is other-db.example.com"
		)
		-- Nor does the other one go on there.
		text = refused("start", "cdc", "--from", "ledger", "--yes", table.unpack(other))
		has(text, "orders-cdc would go on in other-db.example.com, without those rows")
		done("resume", "--allow", "position", table.unpack(other))
	end)
end)

describe("another source server behind the secret", function()
	local OTHER = { "-c", "source_db_config.server_name=other-db.example.com" }

	local function with_other(...)
		local words = { ... }
		return table.unpack(table.move(OTHER, 1, #OTHER, #words + 1, words))
	end

	case("shows in the plan, with the tasks that read it when they next start", function()
		local text = done(with_other "plan").output:gsub("%s+", " ")
		has(text, "source-db.example.com:3306 → other-db.example.com:3306")
		has(text, "interrupts replication with the next start of orders-migration")
		has(text, "means nothing in that of other-db.example.com:3306")
	end)

	case("a resume with the old server's checkpoint is asked about, whoever stopped it", function()
		done(with_other("deploy", "--yes"))
		stop_elsewhere "migration"
		for _, verb in ipairs { "resume", "start", "" } do
			local words = verb == "" and { "--yes" } or { verb, "--yes" }
			local text = refused(with_other(table.unpack(words)))
			has(text, "it is of the server source-db.example.com, and the source is")
			has(text, "--allow position")
			assert.equal("stopped", task_of().status)
		end
		assert.equal("source-db.example.com", ledger.last("orders", "migration").source.server)
		done(with_other("resume", "--allow", "position"))
		-- From then on it reads the other one.
		time.sleep(600)
		done(with_other("stop", "--yes"))
		assert.equal("other-db.example.com", ledger.last("orders", "migration").source.server)
		done(with_other("resume", "--yes"))
	end)

	case("is asked about at the prompt as well", function()
		repl.task("orders-migration"):stop()
		assert.equal("source-db.example.com", ledger.last("orders", "migration").source.server)
		done(with_other("deploy", "--yes"))
		local problem = trying.failure(function()
			repl.task("orders-migration"):resume()
		end)
		has(problem.what, "it is of the server source-db.example.com, and the source is other-db")
		assert.equal("stopped", task_of().status)
	end)

	case("is what is deployed, and not what a run was told", function()
		done(with_other("stop", "--yes"))
		assert.equal("source-db.example.com", ledger.last("orders", "migration").source.server)
		done(with_other("resume", "--yes"))
	end)

	case("stays known behind a destroy", function()
		time.sleep(600)
		done("destroy", "--allow", "destroy")
		done(with_other("deploy", "--yes"))
		local text = refused(with_other("start", "cdc", "--from", "ledger", "--yes"))
		has(text, "it is of the server source-db.example.com, and the source is other-db")
	end)

	case("a deploy that pauses a task and has it resume there asks as well", function()
		done(with_other("deploy", "--yes"))
		local attributes = "source_db_config.extra_connection_attributes=initstmt=SET x=1"
		local text = refused(with_other("deploy", "--yes", "-c", attributes))
		has(text, "it is of the server source-db.example.com, and the source is")
		assert.equal("running", task_of().status)
		assert.equal(0, #spec.messages())
	end)
end)
