--- The command line of a script with verbs: what it refuses rather than passes over, and what its hints
--- give to be pasted, which does what the run was to do and nothing else.

local aws = require "aws"
local errors = require "errors"
local fs = require "fs"
local host = require "host"
local json = require "json"
local live = require "migration.live"
local locking = require "support.locking"
local orders = require "support.orders"
local spec = require "spec"
local stack = require "stack"
local tables = require "migration.tables"
local tasks = require "migration.tasks"
local time = require "time"
local trying = require "support.trying"

local has = trying.has

local STACK = [[
local s = require("stack").new("small", { kinds = { "logs.log_group" } })
s:add("logs.log_group", "audit", { retention_in_days = 30 })
s:main(%s)
]]

--- A script with a stack of its own, which hands its arguments over in some way.
local function small(arguments)
	local path = fs.join(fs.temp "folder", "small.lua")
	fs.write(path, STACK:format(arguments or "arg"))
	return path
end

--- What a run says however its lines are broken, and how it ends.
local function told(...)
	local run = spec.run(...)
	return (run.text:gsub("%s+", " ")), run.code
end

local function refused(path, ...)
	local text, code = told(path, ...)
	assert.equal(64, code, text)
	return text
end

local function groups()
	return #aws.logs.describe_log_groups({ log_group_name_prefix = "small" }).log_groups
end

describe("an option that a verb would pass over", function()
	it("is refused: no verb but deploy compares a saved plan", function()
		local path = small()
		assert.equal(0, spec.run(path, "deploy").code)
		local text = refused(path, "destroy", "--allow", "destroy", "--plan", "/nonexistent.json")
		has(text, "destroy takes no saved plan")
		has(text, "--plan is for deploy")
		assert.equal(1, groups())
		has(refused(path, "plan", "--plan", "nope.json"), "plan takes no saved plan")
		has(refused(path, "--plan", "nope.json"), "takes no saved plan")
		has(refused(path, "deploy", "--out", "x.json"), "--out is for plan")
		assert.equal(0, spec.run(path, "destroy", "--allow", "destroy").code)
	end)

	it("of a migration too, before anything is asked of AWS", function()
		local path = orders.script()
		local before = spec.calls()
		for _, words in ipairs {
			{
				"destroy",
				"--allow",
				"destroy",
				"--plan",
				"p.json",
				says = "destroy takes no saved",
			},
			{ "plan", "--plan", "p.json", says = "plan takes no saved plan" },
			{ "status", "--out", "p.json", says = "--out is for plan" },
			{ "--out", "p.json", says = "a run without a verb takes no file" },
			{ "resume", "cdc", "--from", "ledger", says = "--from is for start" },
			{ "stop", "--task", "cdc", says = "migrate.lua stop cdc" },
			{ "stop", "--since", "5", says = "--since is for logs" },
			{ "stats", "a", "b", says = "stats takes one task" },
			{ "logs", "a", "b", says = "logs takes one task" },
			{ "deploy", "now", says = "deploy takes nothing behind it" },
		} do
			has(refused(path, table.unpack(words)), words.says)
		end
		assert.same(before, spec.calls())
	end)

	it("a plan of a destroy is not the one of a deploy", function()
		local s = stack.new("both", { kinds = { "logs.log_group" } })
		local path = fs.join(fs.temp "folder", "plan.json")
		s:plan():save(path)
		local plan = s:destroy()
		local ok, problem = errors.capture(plan.require_saved, plan, path)
		assert.is_false(ok)
		has(problem.what, "is of a deploy, this is a destroy")
	end)
end)

describe("main", function()
	it("takes the script's own arguments where none are handed over", function()
		for _, arguments in ipairs { "arg", "" } do
			local path = small(arguments)
			assert.equal(0, spec.run(path, "deploy").code)
			assert.equal(1, groups())
			assert.equal(0, spec.run(path, "destroy", "--allow", "destroy").code)
			assert.equal(0, groups())
		end
	end)

	it("with the dots in place of the table says what to write, and does nothing", function()
		local text = refused(small "...", "deploy")
		has(text, 'main takes the script\'s arguments as one table, got the string "deploy"')
		has(text, ":main(arg)")
		has(refused(small "{ {} }"), "its place 1 holds a table")
		assert.equal(0, groups())
	end)
end)

describe("a hint", function()
	--- A migration that was told so much; `allow` stands among the host's options.
	local function migration_told(verb, rest, options)
		local m = orders.make()
		m.line, m.verb = { verb = verb, rest = rest or {}, options = options or {} }, verb
		host.options.allow = (options or {}).allow
		finally(function()
			host.options.allow = nil
		end)
		return m
	end

	it("says all again that decides what is done, in words that a shell takes", function()
		local from = "checkpoint:V1#27#bin.1:5:-1:5:7:bin.1:4#0#0#*#0#93"
		local m = migration_told("start", { "cdc" }, { from = from })
		has(m:again(), ("start cdc --from '%s'"):format(from))
		m = migration_told("deploy", {}, { plan = "a b.json", allow = { "replace" } })
		has(m:again(), "deploy --plan 'a b.json' --allow replace")
		has(m:again("position", "replace"), "--allow position,replace")
		has(migration_told():again "twice", " --allow twice")
	end)

	it("after Ctrl-C goes on with what was under way, and not with the whole job", function()
		stub(host, "interrupted", function()
			return true
		end)
		for verb, from in pairs { stop = false, start = "ledger" } do
			local m = migration_told(verb, { "cdc" }, { from = from })
			local ok, problem = errors.capture(tasks.mind_interrupts, m, "it was stopping")
			assert.is_false(ok)
			has(problem.hints[1].command, from and "start cdc --from ledger" or "stop cdc")
		end
	end)

	it("of a watched task names it, where the main one is not meant", function()
		local m = migration_told("watch", { "cdc" })
		stub(live, "id_of", function()
			return "cdc"
		end)
		local task = { replication_task_arn = "arn:aws:dms:us-east-1:1:task:X" }
		has(tasks.watch(m, task), "watch cdc")
		has(tasks.command(m, "resume", task), "resume cdc")
		-- Tables that broke off are loaded again by a task that loads, and by no other.
		local sum = { bad = 1, total = 1, bad_tables = { { schema_name = "a", table_name = "b" } } }
		task.migration_type = "cdc"
		local problem = trying.failure(tables.refuse_bad, m, sum, task)
		has(problem.hints[1].command, "logs cdc")
		assert.equal(1, #problem.hints)
	end)
end)

describe("a run that a lock refuses", function()
	local path

	setup(function()
		path = orders.script()
		local run = spec.run(path)
		assert.equal(0, run.code, run.text)
	end)

	it("is told how to run again what it was, with that lock broken", function()
		spec.branch(function()
			assert.equal(0, spec.run(path, "stop").code)
			locking.bobs(1, nil, "orders")
			local at = time.format(time.epoch() - 3600)
			local line = { "start", "cdc", "--from", at, "--allow", "position" }
			local text, code = told(path, table.unpack(line))
			assert.equal(6, code, text)
			has(
				text,
				("--force-unlock b0b0b0b0 --local %s %s"):format(path, table.concat(line, " "))
			)
			text, code = told(path, "deploy", "--allow", "replace", "-c", "allocated_storage=300")
			assert.equal(6, code, text)
			has(text, "migrate.lua deploy --allow replace -c allocated_storage=300")
		end)
		spec.branch(function()
			locking.bobs(1, nil, "orders")
			local text, code = told(path, "stop", "migration")
			assert.equal(6, code, text)
			has(text, path .. " stop migration")
		end)
	end)

	it("sees in the status who is at work, and since when", function()
		spec.branch(function()
			locking.bobs(1, nil, "orders")
			has(told(path, "status"), "Lock held by bob@build-7 process 4711")
			local data = json.decode(spec.run(path, "status", "--json").output)
			assert.equal("b0b0b0b0", data.locks[1].id)
			assert.is_false(data.locks[1].over)
			time.sleep(1000)
			has(told(path, "status"), "Lock left behind by bob@build-7")
		end)
		assert.is_nil(told(path, "status"):find("Lock", 1, true))
		locking.bobs(1, nil, "small")
		has(told(small(), "status"), "Lock held by bob@build-7")
	end)

	it("and one that is read-only is told so before it asks or tests", function()
		for _, words in ipairs { { "start", "cdc" }, { "test" }, { "stop", "migration" } } do
			spec.branch(function()
				if words[1] == "start" then
					assert.equal(0, spec.run(path, "stop").code)
				end
				local text =
					refused(path, "--read-only", "--require-approval", "any", table.unpack(words))
				has(text, "This run is read-only")
				has(
					text,
					"To carry it out: dmsrun --local " .. path .. " " .. table.concat(words, " ")
				)
			end)
		end
	end)
end)
