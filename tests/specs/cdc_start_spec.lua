--- Where the capture of changes begins: typed positions, their slips, and tasks that start from them.

local aws = require "aws"
local cdc = require "cdc"
local config = require "config"
local deployment = require "migration.deployment"
local errors = require "errors"
local live = require "migration.live"
local migration = require "migration"
local orders = require "support.orders"
local stack = require "stack"
local time = require "time"

--- What a call raises: its text and its hints.
local function refused(call, ...)
	local ok, problem = errors.capture(call, ...)
	assert.equal(false, ok)
	local words = { tostring(problem.what or problem) }
	for _, hint in ipairs(problem.hints or {}) do
		words[#words + 1] = type(hint) == "table" and tostring(hint[1]) or tostring(hint)
	end
	return table.concat(words, " | ")
end

describe("a start time", function()
	it(
		"complaint 17: is text with its zone, or seconds, and becomes DMS's own form in UTC",
		function()
			assert.equal("2026-11-22T20:08:08", tostring(cdc.at "2026-11-22T20:08:08Z"))
			assert.equal("2026-11-22T18:08:08", tostring(cdc.at "2026-11-22T20:08:08+02:00"))
			assert.equal("2026-11-22T20:08:08", tostring(cdc.at(1795378088)))
			assert.equal("2026-11-22T20:08:08", tostring(cdc.at "2026-11-22 20:08:08Z"))
			assert.is_true(cdc.at(1795378088) == cdc.at "2026-11-22T20:08:08Z")
		end
	)

	it("complaint 17: in milliseconds is caught, with the seconds that were meant", function()
		local text = refused(cdc.at, 1795378088000)
		assert.matches("milliseconds", text)
		assert.matches("cdc.at%(1795378088%)", text)
		assert.matches("2026%-11%-22T20:08:08Z", text)
		assert.matches("milliseconds", refused(cdc.parse, "1795378088000", "mysql"))
		assert.matches("milliseconds", refused(cdc.parse, "time:1795378088000", "oracle"))
	end)

	it("without a zone, without a time, in the future or before anything is caught", function()
		assert.matches("2026%-11%-22T20:08:08Z", refused(cdc.at, "2026-11-22T20:08:08"))
		assert.matches("2026%-11%-22Thh:mm:ssZ", refused(cdc.at, "2026-11-22"))
		assert.matches("future", refused(cdc.at, time.format(time.epoch() + 400 * 86400)))
		assert.matches("before 2000", refused(cdc.at, 179537808))
		assert.matches("no time", refused(cdc.at, "yesterday"))
		assert.matches("got a table", refused(cdc.at, {}))
		assert.matches("no time", refused(cdc.at, -1))
		assert.matches("no time", refused(cdc.at, 0 / 0))
		assert.matches("no time", refused(cdc.at, 1e300))
		assert.matches("no time", refused(cdc.at, "99999999999999999999"))
	end)
end)

describe("a message about a start", function()
	it("an impossible day is refused as such, and not given a time of day", function()
		for text, what in pairs {
			["2026-13-40"] = "there is no day 2026%-13%-40",
			["2026-02-30"] = "there is no day 2026%-02%-30",
			["2026-13-40T10:00:00Z"] = "there is no day 2026%-13%-40",
			["2026-11-22T25:61:00"] = "has no 25:61",
			["2026-11-22 25:00"] = "has no 25:00",
		} do
			local told = refused(cdc.parse, text, "mysql")
			assert.matches(what, told)
			assert.is_nil(told:find("00:00:00", 1, true), told)
		end
	end)

	it("holds no position that could be pasted and started from: it gives forms", function()
		for _, call in ipairs {
			{ cdc.at, "yesterday" },
			{ cdc.at, {} },
			{ cdc.of, 5 },
			{ cdc.lsn, "4AX" },
			{ cdc.binlog, "x" },
			{ cdc.binlog, 5 },
			{ cdc.binlog, { file = "x", position = 5 } },
			{ cdc.parse, "1/2/2026", "mysql" },
			{ cdc.parse, "2026-1-1", "mysql" },
			{ cdc.parse, "4A/", "postgres" },
			{ cdc.parse, "something", "mysql" },
		} do
			local told = refused(table.unpack(call))
			assert.is_nil(told:find "%d%d%d%d%-%d%d%-%d%dT", told)
			assert.is_nil(told:gsub('^"[^"]+"', ""):find "%x+/%x%x%x", told)
			assert.is_nil(told:find "%d%d%d%d%d%d:%d", told)
			assert.is_nil(told:find "scn:%d", told)
		end
	end)
end)

local CHECKPOINT =
	"checkpoint:V1#27#mysql-bin-changelog.157832:1975:-1:2002:677883278264080:mysql-bin-changelog.157832:1876#0#0#*#0#93"

describe("a position of the source's own", function()
	it("complaint 17: has its form by engine", function()
		assert.equal(
			"mysql-bin.000024:373",
			cdc.binlog({ file = "mysql-bin.000024", position = 373 }).text
		)
		assert.equal("mysql-bin.000024:373", cdc.binlog("mysql-bin.000024:373").text)
		assert.equal("4AF/B00000D0", cdc.lsn("4AF/B00000D0").text)
		assert.equal("00000032:00000108:0001", cdc.lsn("00000032:00000108:0001").text)
		assert.equal("0000002f:00000133:0040", cdc.lsn("0x0000002F000001330040").text)
		assert.equal("44219304", cdc.scn(44219304).text)
		assert.equal(CHECKPOINT, cdc.checkpoint(CHECKPOINT).text)
	end)

	it("that is miswritten is refused, with what is near", function()
		assert.matches(
			'no "filename"',
			refused(cdc.binlog, { filename = "a.000001", position = 4 })
		)
		assert.matches(
			"no file of a binary log",
			refused(cdc.binlog, { file = "binlog", position = 4 })
		)
		assert.matches("begins at 4", refused(cdc.binlog, { file = "a.000001", position = 0 }))
		assert.matches("whole number", refused(cdc.binlog, { file = "a.000001", position = "x" }))
		assert.matches(
			"4 GB",
			refused(cdc.binlog, { file = "a.000001", position = 2 ^ 33 // 1 | 0 })
		)
		assert.matches("no log sequence number", refused(cdc.lsn, "4AF"))
		assert.matches("no system change number", refused(cdc.scn, "0"))
		assert.matches("no system change number", refused(cdc.scn, 1.5))
		assert.matches("cut off", refused(cdc.checkpoint, CHECKPOINT:sub(1, 60)))
		assert.matches("blanks", refused(cdc.checkpoint, (CHECKPOINT:gsub("#0#0", "#0 #0"))))
		assert.matches(
			"checkpoint:V1#27",
			refused(cdc.checkpoint, (CHECKPOINT:gsub("^checkpoint:", "")))
		)
	end)

	it("is told from text by its form, a number by the engine or a word before it", function()
		assert.equal("time", cdc.parse("2026-11-22T20:08:08Z").sort)
		assert.equal("checkpoint", cdc.parse(CHECKPOINT).sort)
		assert.equal("binlog", cdc.parse("mysql-bin.000024:373").sort)
		assert.equal("lsn", cdc.parse("4AF/B00000D0").sort)
		assert.equal("lsn", cdc.parse("0x0000002F000001330040").sort)
		assert.equal("scn", cdc.parse("44219304", "oracle").sort)
		assert.equal("time", cdc.parse("1795378088", "mysql").sort)
		assert.equal("scn", cdc.parse("scn:44219304").sort)
		assert.equal("native", cdc.parse("native:anything").sort)
		assert.matches("time:1795378088 or scn:1795378088", refused(cdc.parse, "1795378088"))
		assert.matches("file:position", refused(cdc.parse, "mysql-bin.000024/373", "mysql"))
		assert.matches("ledger", refused(cdc.parse, "ledgr", "mysql"))
		assert.matches("checkpoint:V1#", refused(cdc.parse, "checkpoint V1", "mysql"))
	end)

	it("complaint 17: is refused where the engine has no such start", function()
		assert.matches("no start by a time", cdc.problem(cdc.at "2026-11-22T20:08:08Z", "postgres"))
		assert.matches(
			"no start by a time",
			cdc.problem(cdc.at "2026-11-22T20:08:08Z", "aurora-postgresql")
		)
		assert.is_nil(cdc.problem(cdc.at "2026-11-22T20:08:08Z", "mysql"))
		assert.is_nil(cdc.problem(cdc.binlog "mysql-bin.000024:373", "aurora"))
		assert.matches("SCN", cdc.problem(cdc.binlog "mysql-bin.000024:373", "oracle"))
		assert.matches("binary log", cdc.problem(cdc.scn(44219304), "mariadb"))
		-- Both are called LSN, and are not the same.
		assert.matches(
			"an LSN, XXXXXXXX/XXXXXXXX",
			cdc.problem(cdc.lsn "00000032:00000108:0001", "postgres")
		)
		assert.matches("XXXXXXXX:XXXXXXXX:XXXX", cdc.problem(cdc.lsn "4AF/B00000D0", "sqlserver"))
		assert.is_nil(cdc.problem(cdc.lsn "4AF/B00000D0", "aurora-postgresql"))
		assert.matches(
			"no positions of its own",
			cdc.problem(cdc.checkpoint(CHECKPOINT), "mongodb")
		)
		assert.matches("captures no changes", cdc.problem(cdc.at(1795378088), "azuredb"))
	end)
end)

--- A migration whose second task begins as said, from a source of an engine.
local function with(cdc_options, engine)
	local source = orders.values().source_db_config
	if engine then
		source.engine_name, source.database_name = engine, "orders"
	end
	return orders.make({ cdc = cdc_options }, { source_db_config = source })
end

describe("a migration", function()
	it("complaint 17: refuses a start that its source does not have, where it is built", function()
		assert.matches(
			"no start by a time",
			refused(with, { start = cdc.at "2026-11-22T20:08:08Z" }, "postgres")
		)
		assert.matches("binary log", refused(with, { start = cdc.lsn "4AF/B00000D0" }))
		assert.equal(
			"lsn",
			with({ start = cdc.lsn "4AF/B00000D0" }, "postgres").tasks[2].start.sort
		)
	end)

	it("refuses two tasks that both run on the same tables", function()
		local ok, problem = pcall(migration.new, {
			name = "orders",
			config = config.from(orders.values()),
			state = "running",
			cdc = { state = "running" },
		})
		assert.is_false(ok)
		assert.matches("applied twice", problem.what)
		ok, problem = pcall(
			migration.new,
			{ name = "orders", config = config.from(orders.values()), state = "runing" }
		)
		assert.is_false(ok)
		assert.matches("running", tostring(problem.hints[1][1] or problem.hints[1]))
	end)

	it("begins where the script says, and goes on from there", function()
		local at = cdc.at(time.epoch() - 3600)
		local m = with { start = at }
		m:stack():apply(deployment.plan(m))
		local found = live.find(m)
		assert.matches(at.text, found.tasks.cdc.cdc_start_position)
		assert.equal(false, m:stack():plan().has_changes)
		-- Until it has run, another start is a change.
		local other = with { start = cdc.at(time.epoch() - 1800) }
		local plan = deployment.plan(other)
		assert.equal("update", plan:step_of('dms.task "cdc"').action)
		other:stack():apply(plan)
		assert.equal(false, other:stack():plan().has_changes)
		require("migration.connections").test(other, found)
		require("migration.tasks").start(other, live.find(other).tasks.cdc)
		assert.equal("running", live.find(other).tasks.cdc.status)
		-- From then on its checkpoint counts.
		assert.equal(false, with({ start = cdc.at(time.epoch() - 600) }):stack():plan().has_changes)
		assert.equal(false, with({}):stack():plan().has_changes)
		other:stack():apply(other:stack():destroy())
	end)
end)

describe("a task of a script", function()
	local function declared(fields)
		local s = stack.new(
			"start",
			{ kinds = { "dms.endpoint", "dms.task", "dms.replication_instance" } }
		)
		local ends = {}
		for _, side in ipairs { "source", "target" } do
			ends[side] = s:add("dms.endpoint", side, {
				endpoint_type = side,
				engine_name = side == "source" and (fields.engine or "mysql") or "mysql",
				server_name = side .. "-db.example.com",
				port = 3306,
				username = "dms",
				password = "pl4nted",
				database_name = fields.engine and side == "source" and "orders" or nil,
			})
		end
		s:add("dms.task", "t", {
			replication_instance_arn = "arn:aws:dms:us-east-1:123456789012:rep:NONE",
			source_endpoint_arn = ends.source.endpoint_arn,
			target_endpoint_arn = ends.target.endpoint_arn,
			migration_type = fields.type or "cdc",
			table_mappings = { rules = {} },
			cdc_start = fields.cdc_start,
			cdc_start_time = fields.cdc_start_time,
			cdc_start_position = fields.cdc_start_position,
		})
		local plan = s:plan()
		plan:check()
	end

	it(
		"complaint 17: is refused before anything is made: engine, form, milliseconds, both at once",
		function()
			assert.matches(
				"no start by a time",
				refused(declared, {
					engine = "postgres",
					cdc_start = cdc.at "2026-11-22T20:08:08Z",
				})
			)
			assert.matches("milliseconds", refused(declared, { cdc_start_time = 1795378088000 }))
			assert.matches(
				"neither a time",
				refused(declared, { cdc_start_position = "somewhere" })
			)
			assert.matches("neither a time", refused(declared, { cdc_start = "somewhere" }))
			assert.matches(
				"DMS takes one",
				refused(declared, {
					cdc_start_position = "mysql-bin.000024:373",
					cdc_start = cdc.binlog "mysql-bin.000024:373",
				})
			)
			assert.matches(
				"where its load began",
				refused(declared, {
					type = "full-load-and-cdc",
					cdc_start = cdc.binlog "mysql-bin.000024:373",
				})
			)
			assert.equal(0, #aws.dms.describe_endpoints({}).endpoints)
		end
	)
end)
