--- The shortcuts of the prompt, on a migration that was rehearsed just before.

local aws = require "aws"
local errors = require "errors"
local repl = require "repl"
local spec = require "spec"
local stub = spec.stub
local time = require "time"
local ui = require "ui"

local function names(list, member)
	local found = {}
	for index, row in ipairs(list) do
		found[index] = row[member]
	end
	return found
end

--- The message of what `f` raises.
local function complaint(f)
	local ok, failure = pcall(f)
	assert.is_false(ok)
	local seen = errors.describe(failure)
	local words = { seen.summary, seen.what }
	for _, hint in ipairs(seen.hints or {}) do
		words[#words + 1] = type(hint) == "table" and hint[1] or hint
	end
	return table.concat(words, ": ")
end

describe("the shortcuts", function()
	describe("in an account without anything", function()
		it("show lists that say that they are empty", function()
			for _, list in ipairs {
				repl.tasks(),
				repl.instances(),
				repl.endpoints(),
				repl.events(),
			} do
				assert.equal(0, #list)
				assert.matches("^No ", getmetatable(list).__show())
			end
		end)

		it("say of a name that nothing has it", function()
			assert.matches(
				"there are no replication tasks here",
				complaint(function()
					repl.task "orders"
				end)
			)
			assert.matches(
				'no endpoint "x"',
				complaint(function()
					repl.endpoint "x"
				end)
			)
			assert.matches(
				"task takes a name, got a number",
				complaint(function()
					---@diagnostic disable-next-line: param-type-mismatch
					repl.task(5)
				end)
			)
		end)
	end)

	describe("beside a migration that runs", function()
		setup(function()
			local run = spec.run("scripts/migrate.lua", "--yes")
			assert.equal(0, run.code, run.text)
		end)

		it("list the tasks by name, with state, type and tables", function()
			local tasks = repl.tasks()
			assert.same({ "orders-cdc", "orders-migration" }, names(tasks, "task"))
			assert.is_true(#getmetatable(tasks).__columns > 3)
			for _, row in ipairs(tasks) do
				assert.is_string(row.state)
				assert.is_string(row.type)
			end
		end)

		it("list the endpoints with their sides and the last connection test", function()
			local endpoints = repl.endpoints()
			assert.same({ "source", "target" }, names(endpoints, "side"))
			assert.same({ "successful", "successful" }, names(endpoints, "state"))
			local first = endpoints[1].endpoint
			assert.equal(first, repl.endpoint(first).endpoint_identifier)
		end)

		it("list the instances, and give one whole", function()
			local instances = repl.instances()
			assert.equal(1, #instances)
			assert.equal("available", instances[1].state)
			local whole = repl.instance(instances[1].instance)
			assert.equal(instances[1].arn, whole.replication_instance_arn)
		end)

		it("list the events of the last hours, the newest last", function()
			local events = repl.events(24)
			assert.is_true(#events > 0)
			for index = 2, #events do
				assert.is_true(events[index - 1].time <= events[index].time)
			end
		end)

		it("name the nearest task for one that is not there", function()
			assert.matches(
				"orders%-migration",
				complaint(function()
					repl.task "orders-migratoin"
				end)
			)
		end)

		it("show a task's state, tables, mappings and settings", function()
			local task = repl.task "orders-migration"
			local status = task:status()
			assert.equal("orders-migration", status.task)
			assert.equal("running", status.state)
			local stats = task:stats()
			assert.is_true(#stats > 0)
			assert.matches("%.", stats[1].table)
			local one = stats[1].table
			local found = task:stats(one)
			assert.is_true(#found >= 1 and #found <= #stats)
			assert.equal(0, #task:stats "no such table")
			assert.is_table(task:mappings().rules)
			assert.is_table(task:settings().Logging)
		end)

		it("show the last lines of a task's log", function()
			local lines = repl.task("orders-migration"):logs { minutes = 24 * 60, lines = 3 }
			assert.is_true(#lines > 0 and #lines <= 3)
			assert.is_string(lines[1].message)
		end)

		it("test both connections of a task", function()
			local rows = repl.task("orders-migration"):test()
			assert.same({ "source", "target" }, names(rows, "side"))
			assert.same({ "successful", "successful" }, names(rows, "state"))
		end)

		it("stop a task only after a yes, wait for it, and let it go on", function()
			local task = repl.task "orders-migration"
			local confirm = stub(ui, "confirm", function()
				return false
			end)
			assert.equal("running", task:stop().state)
			assert.spy(confirm).was_called(1)
			confirm:revert()
			confirm = stub(ui, "confirm", function()
				return true
			end)
			assert.equal("stopped", task:stop().state)
			confirm:revert()
			assert.matches(
				"only a running task can be stopped",
				complaint(function()
					task:stop()
				end)
			)
			assert.matches(
				"resume%(%) goes on",
				complaint(function()
					task:start()
				end)
			)
			assert.equal("running", task:resume().state)
			assert.matches(
				"it runs already",
				complaint(function()
					task:resume()
				end)
			)
			assert.equal(
				"running",
				aws.dms.describe_replication_tasks({
					filters = { { name = "replication-task-id", values = { "orders-migration" } } },
				}).replication_tasks[1].status
			)
		end)

		it("start no task beside, behind or before another one without being asked", function()
			local task, other = repl.task "orders-migration", repl.task "orders-cdc"
			local function start()
				other:start()
			end
			assert.matches("every change would be applied twice", complaint(start))
			local yes = stub(ui, "confirm", function()
				return true
			end)
			task:stop()
			local asked = complaint(start)
			assert.matches("What changed since orders%-migration stopped", asked)
			local there = asked:match 'task%("orders%-cdc"%):start "(%S+)" goes on from there'
			assert.equal(task:describe().recovery_checkpoint, there)
			assert.equal("ready", other:status().state)
			assert.matches(
				"its changes begin where its load begins",
				complaint(function()
					local fresh = { replication_task_arn = task.arn, migration_type = "full-load" }
					stub(task, "describe", function()
						return setmetatable(fresh, { __index = other:describe() })
					end)
					task:start(there)
				end)
			)
			task.describe = nil
			assert.equal("running", other:start(there).state)
			time.sleep(600)
			other:stop()
			yes:revert()
			assert.matches(
				"What orders%-cdc carried until",
				complaint(function()
					task:resume()
				end)
			)
			assert.equal("stopped", task:status().state)
			assert.equal("running", other:resume().state)
		end)

		it("load a table again by its name, and refuse one without a schema", function()
			local task = repl.task "orders-migration"
			assert.matches(
				"A table is named with its schema",
				complaint(function()
					task:reload "orders"
				end)
			)
		end)

		it("follow by name what the task's own log says", function()
			local by_name = repl.tail("orders-migration", { minutes = 24 * 60 })
			local task = repl.task "orders-migration"
			assert.same(task:logs { minutes = 24 * 60 }, by_name)
			assert.same(by_name, repl.tail(task, { minutes = 24 * 60 }))
			assert.equal(0, #repl.tail(task, { minutes = 24 * 60, filter = "no such words" }))
			assert.same(task:stats(), repl.tables "orders-migration")
		end)

		it("tell a misspelt option instead of leaving it out", function()
			local task = repl.task "orders-migration"
			local function said(f, ...)
				local given = table.pack(...)
				return complaint(function()
					f(table.unpack(given))
				end)
			end
			assert.matches('"minutes"', said(task.logs, task, { minuts = 5 }))
			assert.matches("lines must be an integer", said(repl.tail, task, { lines = "x" }))
			assert.matches("hours must be a number", said(repl.events, "x"))
			assert.matches("pattern must be a string", said(task.stats, task, 5))
		end)

		it("follow a log until somebody ends it, each line once", function()
			local printed, polls = {}, 0
			local out = stub(ui, "out", function(text)
				printed[#printed + 1] = text
			end)
			local sleep = stub(time, "sleep", function()
				polls = polls + 1
				if polls == 3 then
					error("enough", 0)
				end
			end)
			local ok, why = pcall(repl.tail, "orders-migration", {
				minutes = 24 * 60,
				follow = true,
			})
			sleep:revert()
			out:revert()
			assert.same({ false, "enough" }, { ok, why })
			local seen = {}
			for _, line in ipairs(printed) do
				assert.matches("^%d+%-%d+%-%d+ %d+:%d+:%d+ %S+  ", line)
				assert.is_nil(seen[line], line)
				seen[line] = true
			end
			assert.is_true(#printed > 10)
		end)

		it("find nothing wrong with a task that runs", function()
			assert.is_table(repl.task("orders-migration"):diagnose())
		end)

		it("list the stack with its resources, and its alarms", function()
			assert.same({ "orders" }, names(repl.stacks(), "stack"))
			local list = repl.resources "orders"
			assert.equal(repl.stacks()[1].resources, #list)
			-- All of it, and not only what the tagging service knows.
			assert.is_true(#list >= 40)
			local kinds = {}
			for _, row in ipairs(list) do
				kinds[row.kind] = row.name
			end
			assert.equal("orders-migration", kinds["dms.task"])
			assert.matches("^vpc%-", kinds["ec2.vpc"])
			assert.is_true(#repl.alarms() > 0)
			assert.matches(
				"orders",
				complaint(function()
					repl.resources "oders"
				end)
			)
		end)
	end)
end)
