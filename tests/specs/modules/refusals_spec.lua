--- What a module would otherwise lose, or let through, without a word is refused.

local csv = require "csv"
local fs = require "fs"
local json = require "json"
local parallel = require "parallel"
local process = require "process"
local retry = require "retry"
local spec = require "spec"
local template = require "template"
local time = require "time"
local wait = require "wait"

--- Each call in a list raises an error with its text.
local function refused(calls)
	for message, call in pairs(calls) do
		assert.has_error(call, message)
	end
end

describe("parallel", function()
	local function nothing() end

	it("does not pass over functions that stand under a name", function()
		refused {
			['a list expected, got one with the key "a"'] = function()
				parallel { a = nothing }
			end,
			["bad argument #1 to 'parallel.map' (a list expected, got one with the key \"b\""] = function()
				parallel.map({ 1, b = 2 }, nothing)
			end,
			["bad argument #2 to 'parallel' (number expected, got table)"] = function()
				parallel({ nothing }, { limit = 2 })
			end,
		}
	end)

	it("keeps to a limit", function()
		local running, most = 0, 0
		local jobs = {}
		for index = 1, 9 do
			jobs[index] = function()
				running = running + 1
				most = math.max(most, running)
				time.sleep(1)
				running = running - 1
				return index
			end
		end
		assert.same({ 1, 2, 3, 4, 5, 6, 7, 8, 9 }, parallel(jobs, 2))
		assert.equal(2, most)
	end)
end)

describe("csv", function()
	it("does not take the rest of a file for one field", function()
		refused {
			["line 3: a quote that opens here has no end"] = function()
				csv.parse 'schema,table\nsales,a\nsales,"b\nsales,c\nsales,d\n'
			end,
			["line 2: text follows a closing quote"] = function()
				csv.parse 'a,b\n"x"y,2\n'
			end,
		}
		local folder = fs.temp "folder"
		local file = fs.join(folder, "tables.csv")
		fs.write(file, ("sales,a\n"):rep(5000) .. 'sales,"b\nsales,c\n')
		assert.has_error(function()
			for _ in csv.rows(file, { header = false }) do
			end
		end, "tables.csv:5001: a quote that opens here has no end")
		fs.remove(folder, { recursive = true })
	end)

	it("reads what is in quotes, and quotes that are none", function()
		local text = '\u{FEFF}"a, b",c\r\n"1\r\n2","say ""x"""\r\n5" disk,""\r\n'
		assert.same({
			{ ["a, b"] = "1\r\n2", c = 'say "x"' },
			{ ["a, b"] = '5" disk', c = "" },
		}, csv.parse(text))
	end)

	it("does not write an empty file for one record, nor stop at a gap", function()
		refused {
			['a list of rows expected, got a table with the key "a"'] = function()
				csv.format { a = 1 }
			end,
			["row 2 is no table: nothing"] = function()
				csv.format { { a = 1 }, nil, { a = 3 } }
			end,
			["row 2: a row has 1 fields, where the first one has 2"] = function()
				csv.format { { 1, 2 }, { 3 } }
			end,
		}
	end)

	it(
		"writes numbers with all their digits, and the line ends of RFC 4180 where they are wanted",
		function()
			assert.equal(
				"a,b\r\n2.0,9007199254740993\r\n0.1,1e+100\r\n",
				csv.format(
					{ { a = 2.0, b = 9007199254740993 }, { a = 0.1, b = 1e100 } },
					{ crlf = true }
				)
			)
		end
	)
end)

describe("template", function()
	it("does not let a value through that was to be escaped", function()
		refused {
			["${a}: escape must give text, got a nil"] = function()
				template.render("${a}", { a = "x' OR 1" }, { escape = function() end })
			end,
			["${a} is null, not text"] = function()
				template.render("${a}", { a = json.null })
			end,
		}
		assert.equal(
			"18446744073709551616",
			template.render("${n}", { n = json.decode "18446744073709551616" })
		)
	end)

	it("doubles what ends a text in MySQL", function()
		assert.equal(
			[['\\'' OR 1']],
			template.render("'${a}'", { a = [[\' OR 1]] }, {
				escape = template.mysql,
			})
		)
	end)
end)

describe("a duration", function()
	it("is checked before anything waits", function()
		refused {
			["retry.call.first must be seconds from 0"] = function()
				retry.call(print, { first = -1 })
			end,
			['retry.call.deadline must be seconds from 0, or a duration such as "2m 30s", got "soon"'] = function()
				retry.call(print, { deadline = "soon" })
			end,
			["wait.poll.timeout must be seconds from 0"] = function()
				wait.poll { what = "it", check = print, timeout = -5 }
			end,
			["retry.call.on[1] must be a string, got an integer"] = function()
				retry.call(print, { on = { 5 } })
			end,
		}
		assert.equal(5400, time.seconds "1hr 30mins")
	end)
end)

describe("a time", function()
	it("that there is not is told by what is wrong with it", function()
		refused {
			["must be in range `1..=28`"] = function()
				time.parse "2023-02-29T00:00:00Z"
			end,
			["there is no blank before the offset"] = function()
				time.parse "2026-11-22T20:08:08 +0200"
			end,
			["it needs a time of day and Z or an offset"] = function()
				time.parse "2026-11-22T20:08:08"
			end,
			["1e+300 is out of range"] = function()
				time.add(0, 1e300)
			end,
		}
	end)
end)

describe("json", function()
	it("names the gap in a list", function()
		refused {
			["a: a list must be numbered from 1 without gaps: [2] is missing; json.null stands for nothing"] = function()
				json.encode { a = { 1, nil, 3 } }
			end,
			["it has a [5] and no [1]; the keys of a map are text"] = function()
				json.encode { [5] = 1 }
			end,
			["got a text in quotes at line 1 column 8"] = function()
				json.decode '{"a":1 "b":2}'
			end,
		}
	end)
end)

describe("process", function()
	it("says what a command line is to be", function()
		refused {
			['as a list, such as { "mysql", "--version" }, got "mysql -e 1"'] = function()
				process.run "mysql -e 1"
			end,
			["HOME is a table, and must be text, or false"] = function()
				process.run({ "true" }, { env = { HOME = {} } })
			end,
		}
		local ok, failure = pcall(process.run, { "echo a | wc" })
		assert.is_false(ok)
		assert.matches('{ "sh", "%-c", "echo a | wc" } runs one', failure.hints[1][1])
	end)

	it("takes a variable away", function()
		local out = process.run({ "sh", "-c", "echo ${HOME-none}" }, {
			env = { HOME = false },
			reads = true,
		}).stdout
		assert.equal("none\n", out)
	end)

	it("leaves no secret in an error, whoever looks into it", function()
		local password = require("secret").new "s3cret-of-the-night"
		local ok, failure = pcall(
			process.run,
			{ "sh", "-c", "echo denied: $P >&2; exit 1" },
			{ env = { P = password } }
		)
		assert.is_false(ok)
		assert.is_nil(json.encode(failure.causes):find("s3cret", 1, true))
	end)
end)

describe("log", function()
	it("writes the content of a table, not its address", function()
		local script = fs.temp("file", ".lua")
		fs.write(script, 'require("log").info { a = 1 }')
		assert.matches('{"a":1}', spec.run(script).text)
		fs.remove(script)
	end)
end)

describe("a secret", function()
	local secret = require "secret"
	local aws = require "aws"
	local password = secret.new "s3cret-of-the-night"

	it("does not get into a tag, a name or a description of AWS", function()
		local shown = "a secret does not go where everybody reads it"
		local arn = "arn:aws:dms:us-east-1:123456789012:endpoint:A"
		for path, call in pairs {
			["tags"] = {
				aws.dms.add_tags_to_resource,
				{ resource_arn = arn, tags = { { key = "owner", value = password } } },
			},
			["endpoint_identifier"] = {
				aws.dms.create_endpoint,
				{ endpoint_identifier = password, endpoint_type = "source", engine_name = "mysql" },
			},
			["description"] = {
				aws.ec2.create_security_group,
				{ group_name = "g", description = password },
			},
		} do
			local failure = aws.check(table.unpack(call))
			assert.is_table(failure, path)
			assert.equal(path, failure.path)
			assert.matches(shown, failure.message)
		end
	end)

	it("gets where it belongs, and beside it", function()
		assert.is_nil(aws.check(aws.dms.create_endpoint, {
			endpoint_identifier = "source",
			endpoint_type = "source",
			engine_name = "mysql",
			username = password,
			password = password,
			server_name = password,
			extra_connection_attributes = secret.new "x=1;password=s3cret",
		}))
	end)
end)
