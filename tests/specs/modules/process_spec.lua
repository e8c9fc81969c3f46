local parallel = require "parallel"
local process = require "process"
local secret = require "secret"
local time = require "time"

local function sh(text, options)
	return process.run({ "sh", "-c", text }, options)
end

describe("process", function()
	it("gives arguments as they are", function()
		local out =
			process.run({ "printf", "%s|", "a b", "$HOME", "'", 7 }, { reads = true }).stdout
		assert.equal("a b|$HOME|'|7|", out)
	end)

	it("feeds, surrounds and reads a command", function()
		local result = sh("cat; echo $WORD; pwd >&2; exit 4", {
			stdin = "in ",
			env = { WORD = secret.new "hush-hush" },
			cwd = "/",
			check = false,
		})
		assert.equal("in hush-hush\n", result.stdout)
		assert.equal("/\n", result.stderr)
		assert.equal(4, result.code)
		assert.is_false(result.ok)
	end)

	it("fails with the end of what the command said, without secrets", function()
		local password = secret.new "s3cret-word"
		local ok, failure =
			pcall(sh, "echo Access denied for $P >&2; exit 1", { env = { P = password } })
		assert.is_false(ok)
		local text = require("json").encode {
			tostring(failure),
			require("errors").describe(failure).causes,
		}
		assert.matches("Command failed", text)
		assert.matches("ended with code 1", text)
		assert.matches("Access denied for %*%*%*", text)
		assert.is_nil(text:find("s3cret", 1, true))
		assert.has_error(function()
			process.run({ "false", password }, {})
		end, "false *** ended with code 1")
	end)

	it("ends what takes too long, with all that it started", function()
		local ok, failure = pcall(sh, "echo begun; sleep 60 & sleep 60", { timeout = 0.3 })
		assert.is_false(ok)
		assert.matches("did not end within 0.3s", failure.what)
		assert.equal("timeout", failure.exit)
	end)

	it("does not wait for what a command leaves in the background", function()
		local result = sh "sleep 30 & echo done"
		assert.equal("done\n", result.stdout)
		assert.is_true(result.seconds < 10)
	end)

	it("tells a signal", function()
		local result = sh("kill -9 $$", { check = false })
		assert.is_nil(result.code)
		assert.equal(9, result.signal)
		assert.has_error(function()
			sh "kill -9 $$"
		end, "was ended by signal 9")
	end)

	it("runs beside the other tasks, and virtual time stands still meanwhile", function()
		local start = time.epoch()
		local results = parallel {
			function()
				return sh("sleep 0.2; echo a").stdout
			end,
			function()
				return sh("sleep 0.2; echo b").stdout
			end,
		}
		assert.same({ "a\n", "b\n" }, results)
		assert.equal(start, time.epoch())
	end)

	it("takes a lot of output", function()
		assert.equal(1000000, #sh("head -c 1000000 /dev/zero").stdout)
		assert.equal(300000, #process.run({ "cat" }, { stdin = ("x"):rep(300000) }).stdout)
	end)

	it("tells a wrong call at once", function()
		for message, call in pairs {
			['there is no command "sleeep"'] = { { "sleeep" } },
			["argument 2 must be text"] = { { "echo", {} } },
			["options go into a second table"] = { { "echo", timeout = 1 } },
			["the command and its arguments expected"] = { {} },
			['Did you mean "timeout"?'] = { { "echo" }, { timout = 1 } },
			["there is no folder /no/such"] = { { "echo" }, { cwd = "/no/such" } },
			["timeout must be seconds"] = { { "echo" }, { timeout = "soon" } },
			["env must hold names and texts; A is a table"] = { { "echo" }, { env = { A = {} } } },
		} do
			assert.has_error(function()
				process.run(table.unpack(call))
			end, message)
		end
	end)

	it("finds commands", function()
		assert.matches("/sh$", process.find "sh")
		assert.is_nil(process.find "no-such-command")
	end)
end)
