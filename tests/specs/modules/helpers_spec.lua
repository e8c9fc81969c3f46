local log = require "log"
local parallel = require "parallel"
local prompt = require "prompt"
local random = require "random"
local retry = require "retry"
local secret = require "secret"
local template = require "template"
local time = require "time"
local wait = require "wait"

describe("retry", function()
	local function failing(count, failure)
		local calls = 0
		return function()
			calls = calls + 1
			if calls <= count then
				error(failure or { code = "Busy" }, 0)
			end
			return calls
		end
	end

	it("tries again, and the waits double up to the longest", function()
		local waits = {}
		local start = time.epoch()
		assert.equal(
			5,
			retry.call(failing(4), {
				first = 10,
				most = "30s",
				jitter = 0,
				each = function(_, attempt, seconds)
					waits[attempt] = seconds
				end,
			})
		)
		assert.same({ 10, 20, 30, 30 }, waits)
		assert.equal(90.0, time.since(start))
	end)

	it("leaves a part of each wait to chance", function()
		local start = time.epoch()
		retry.call(failing(1), { first = 100, most = 100, jitter = 0.5 })
		local took = time.since(start)
		assert.is_true(took >= 50 and took <= 100)
	end)

	it("raises the last failure as it is", function()
		local failure = { code = "Busy" }
		local ok, got = pcall(retry.call, failing(9, failure), { attempts = 3 })
		assert.is_false(ok)
		assert.equal(failure, got)
	end)

	it("tries only what may pass", function()
		for _, on in ipairs {
			{ "Throttled" },
			function()
				return false
			end,
		} do
			local calls = 0
			pcall(retry.call, function()
				calls = calls + 1
				error({ code = "Denied" }, 0)
			end, { on = on })
			assert.equal(1, calls)
		end
		local calls = 0
		pcall(retry.call, function()
			calls = calls + 1
			error({ retryable = false }, 0)
		end)
		assert.equal(1, calls)
	end)

	it("begins nothing behind the deadline", function()
		local start = time.epoch()
		pcall(
			retry.call,
			failing(100),
			{ attempts = 100, deadline = "1m", first = 25, jitter = 0, factor = 1 }
		)
		assert.equal(50.0, time.since(start))
	end)

	it("checks its options", function()
		assert.has_error(function()
			retry.call(print, { atempts = 3 })
		end, 'unknown key "atempts"')
		assert.has_error(function()
			retry.call(print, { jitter = 2 })
		end, "retry.call.jitter must be from 0 to 1, got 2")
		assert.has_error(function()
			retry.call("x")
		end, "must be a callable")
	end)
end)

describe("wait", function()
	it("gives up where it is told that it will not come", function()
		local ok, failure = pcall(wait.poll, {
			what = 'the task "orders" to stop',
			check = function() end,
			abort = function()
				return "the task has failed"
			end,
		})
		assert.is_false(ok)
		assert.equal('the task "orders" to stop will not come', failure.what)
		assert.equal("the task has failed", failure.why)
	end)

	it("takes durations as text, and tells how long it has waited", function()
		local seen = {}
		local ok, failure = pcall(wait.poll, {
			what = "it",
			every = "30s",
			timeout = "2m",
			check = function() end,
			progress = function(waited)
				seen[#seen + 1] = waited
			end,
		})
		assert.is_false(ok)
		assert.equal("timeout", failure.exit)
		assert.equal("waited 2m 00s for it", failure.what)
		assert.equal(120.0, seen[#seen])
	end)
end)

describe("template", function()
	it("fills nested names and leaves what is no hole", function()
		assert.equal(
			"a=1 b=x $ $5 ${raw} $$",
			template.render("a=${a} b=${t.b.1} $ $5 $${raw} $$", { a = 1, t = { b = { "x" } } })
		)
	end)

	it("escapes what it is told to escape", function()
		assert.equal(
			"select 'O''Hara'",
			template.render("select '${name}'", { name = "O'Hara" }, { escape = template.sql })
		)
	end)

	it("tells a hole that can't be filled, with its line and the nearest name", function()
		local text = "line one\n${db.nmae}\n"
		local ok, failure = pcall(
			template.render,
			text,
			{ db = { name = "x" } },
			{ name = "drop.sql" }
		)
		assert.is_false(ok)
		assert.equal('drop.sql:2: ${db.nmae}: there is no "nmae" in db', failure.what)
		assert.equal('Did you mean "name"?', failure.hints[1][1])
		for message, values in pairs {
			["${x} is a secret"] = { "${x}", { x = secret.new "hush" } },
			["${x} is a table, not text"] = { "${x}", { x = {} } },
			["a ${ has no }"] = { "${x", {} },
			["is no name such as"] = { "${x y}", {} },
			["x is a number, not a table"] = { "${x.y}", { x = 1 } },
		} do
			assert.has_error(function()
				template.render(table.unpack(values))
			end, message)
		end
	end)
end)

describe("prompt", function()
	it("is answered in a rehearsal, or names what answers it", function()
		assert.is_true(prompt.confirm "Go?")
		assert.equal("a", prompt.choose("Which?", { "a", "b" }, { default = "a" }))
		local ok, failure = pcall(prompt.text, "Owner?", { key = "owner" })
		assert.is_false(ok)
		assert.equal("approval", failure.exit)
		assert.equal("answer with -c owner=VALUE", failure.hints[1][1])
		ok, failure = pcall(prompt.secret, "Password?", { env = "DMSRUN_SPEC_NOT_SET" })
		assert.is_false(ok)
		assert.equal("set DMSRUN_SPEC_NOT_SET before starting dmsrun", failure.hints[1][1])
	end)
	it("checks its arguments", function()
		assert.has_error(function()
			prompt.choose("Which?", { "a" }, { default = "b" })
		end, 'prompt.choose.default must be one of a, got "b"')
		assert.has_error(function()
			prompt.text("Which?", { kee = "x" })
		end, 'unknown key "kee"')
	end)
end)

describe("parallel", function()
	it("keeps the order of the results, whatever ends first", function()
		assert.same(
			{ 30, 10, 20 },
			parallel.map({ 3, 1, 2 }, function(n)
				time.sleep(n)
				return n * 10
			end)
		)
	end)

	it("begins nothing new after an error, and raises the first", function()
		local begun = {}
		local ok, failure = pcall(parallel.map, { 1, 2, 3, 4, 5, 6 }, function(n)
			begun[#begun + 1] = n
			time.sleep(n)
			if n == 2 then
				error({ code = "Two" }, 0)
			end
			if n == 3 then
				error({ code = "Three" }, 0)
			end
		end, 3)
		assert.is_false(ok)
		assert.equal("Two", failure.code)
		-- 4 took the place of 1; 2 failed before another place was free.
		assert.same({ 1, 2, 3, 4 }, begun)
	end)

	it("holds the limit", function()
		local running, most = 0, 0
		parallel.map({ 1, 2, 3, 4, 5, 6, 7 }, function()
			running = running + 1
			most = math.max(most, running)
			time.sleep(1)
			running = running - 1
		end, 3)
		assert.equal(3, most)
	end)
end)

describe("secret", function()
	local password = secret.new "correct-horse-battery"

	it("shows itself nowhere", function()
		local json = require "json"
		assert.equal("***", tostring(password))
		assert.equal("***", ("%s"):format(password))
		for _, leak in ipairs {
			function()
				return ("%q"):format(password)
			end,
			function()
				return password .. ""
			end,
			function()
				return #password
			end,
			function()
				return password.text
			end,
			function()
				return json.encode { [password] = 1 }
			end,
			function()
				return json.encode(password)
			end,
			function()
				return table.concat { password }
			end,
			function()
				return password < password
			end,
			function()
				return require("csv").format { { password } }
			end,
			function()
				return template.render("${p}", { p = password })
			end,
		} do
			local ok, failure = pcall(leak)
			assert.is_false(ok)
			assert.is_nil(tostring(failure):find("horse", 1, true))
		end
		assert.is_nil(require "inspect"({ p = password }):find("horse", 1, true))
	end)

	it("is equal to one with the same text, and revealed on purpose only", function()
		assert.is_true(password == secret.new "correct-horse-battery")
		assert.is_false(password == secret.new "another")
		assert.equal("correct-horse-battery", secret.reveal(password))
		assert.has_error(function()
			secret.reveal "text"
		end, "secret expected, got a string")
	end)

	it("comes from the Secrets Manager, whole or by a member", function()
		local aws = require "aws"
		aws.secretsmanager.create_secret {
			name = "orders/db",
			secret_string = '{"username":"dms","password":"hunter2-hunter2","port":3306}',
		}
		local found = secret.aws("orders/db", { key = "password" })
		assert.is_true(secret.is(found))
		assert.equal("hunter2-hunter2", secret.reveal(found))
		assert.equal("3306", secret.reveal(secret.aws("orders/db", { key = "port" })))
		assert.matches("^{.*3306}$", secret.reveal(secret.aws "orders/db"))
		local ok, failure = pcall(secret.aws, "orders/db", { key = "pasword" })
		assert.is_false(ok)
		assert.equal('Did you mean "password"?', failure.hints[1][1])
		ok, failure = pcall(secret.aws, "none")
		assert.is_false(ok)
		assert.equal("ResourceNotFoundException", failure.code)
	end)
end)

describe("random", function()
	it("stays within its bounds", function()
		local seen = {}
		for _ = 1, 200 do
			seen[random.integer(1, 3)] = true
		end
		assert.same({ true, true, true }, seen)
		assert.is_nil(random.pick {})
		assert.equal("x", random.pick { "x" })
		assert.equal("integer", math.type(random.integer(math.mininteger, math.maxinteger)))
	end)
end)

describe("log", function()
	it("checks its fields and its level", function()
		assert.has_error(function()
			log.info("x", "y")
		end, 'a table of fields expected, got "y"')
		assert.has_error(function()
			log.level "inf"
		end, 'Did you mean "info"?')
		log.info("done", { n = 1, s = secret.new "hush-hush" })
	end)
end)
