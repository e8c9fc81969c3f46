--- Wrong arguments of the host's functions: whatever is given, the message is in Lua's words.

local fs = require "fs"
local host = require "host"
local report = require "report"

local MODULES = {
	"aws",
	"csv",
	"dms",
	"engine",
	"env",
	"errors",
	"fs",
	"hash",
	"host",
	"http",
	"json",
	"log",
	"parallel",
	"path",
	"process",
	"random",
	"secret",
	"suggest",
	"time",
	"ui",
}

--- Words that only Rust knows. `String` and `Option` are no words of a sentence.
local RUST = {
	"Vec<",
	"Option<",
	"HashMap",
	"BTreeMap",
	"userdata is not",
	"error converting",
	"%f[%w][iu]8%f[%W]",
	"%f[%w][iu]16%f[%W]",
	"%f[%w][iu]32%f[%W]",
	"%f[%w][iu]64%f[%W]",
	"%f[%w]f64%f[%W]",
	"%f[%w][iu]size%f[%W]",
	"%f[%w]str%f[%W]",
	"%f[%w]String%f[%W]",
	"%f[%w]LuaString%f[%W]",
	"dmsrun_%w+::",
	"core::",
	"alloc::",
	"std::",
}

--- Calls that end the script, wait for a person, or go on for ever by design.
local LEFT_OUT = { ["host.exit"] = true }

--- Nothing can be made there.
local NOWHERE = "/nonexistent/dmsrun/x"

local WRONG = {
	function()
		return {}
	end,
	function()
		return { {} }
	end,
	function()
		return { [{}] = 1, account = {}, columns = 1, rows = { 1 } }
	end,
	function()
		return true
	end,
	function()
		return -1.5
	end,
	function()
		return io.stdout
	end,
	function()
		return print
	end,
	function()
		return "\xff"
	end,
	function()
		return host.graceful()
	end,
}

local RIGHT = {
	function()
		return NOWHERE
	end,
	function()
		return 1
	end,
	function()
		return {}
	end,
	function()
		return require("engine").reference("ec2.vpc", "main", "vpc_id")
	end,
}

--- Every list of up to three arguments of which the last is a wrong one.
local function each_call(call)
	for _, wrong in ipairs(WRONG) do
		call(wrong())
		for _, first in ipairs(RIGHT) do
			call(first(), wrong())
			for _, second in ipairs(RIGHT) do
				call(first(), second(), wrong())
			end
		end
	end
end

local function text_of(problem)
	if type(problem) == "table" then
		return tostring(problem.what or problem.message or problem)
	end
	return tostring(problem)
end

--- The paths that numbers name: what is made there, where the spec runs, is taken away again.
local MADE = { "1", "-1.5" }

local function taking_away(f)
	local mine = {}
	for _, path in ipairs(MADE) do
		mine[path] = not fs.exists(path)
	end
	f()
	for path, is_mine in pairs(mine) do
		if is_mine then
			fs.remove(path, { recursive = true })
		end
	end
end

it("are told without a word of Rust", function()
	local found, calls = {}, 0
	local function try(name, f)
		each_call(function(...)
			calls = calls + 1
			local ok, problem = pcall(f, ...)
			local text = ok and "" or text_of(problem)
			for _, word in ipairs(RUST) do
				if text:find(word) then
					found[("%s: %s"):format(name, text)] = true
				end
			end
		end)
	end
	taking_away(function()
		for _, name in ipairs(MODULES) do
			local module = require(name)
			for _, key in ipairs(report.keys(module)) do
				local f = rawget(module, key)
				if type(f) == "function" and not LEFT_OUT[name .. "." .. key] then
					try(name .. "." .. key, f)
				elseif type(f) == "table" and name == "dms" then
					for _, inner in ipairs(report.keys(f)) do
						if type(f[inner]) == "function" then
							try(("%s.%s.%s"):format(name, key, inner), f[inner])
						end
					end
				end
			end
		end
	end)
	assert.is_true(calls > 10000)
	assert.same({}, report.keys(found))
end)

it("name the place in a list, and the member of a table", function()
	local function told(f, ...)
		local ok, problem = pcall(f, ...)
		assert.equal(false, ok)
		return text_of(problem)
	end
	local suggest, aws, ui = require "suggest", require "aws", require "ui"
	assert.matches('list of strings expected, got "x"', told(host.command_line, "x"))
	assert.matches(
		"list of strings expected, item 2 is a table",
		told(host.command_line, { "a", {} })
	)
	assert.matches("list of strings expected, item 1 is", told(suggest.nearest, "a", { true }))
	assert.matches(
		"aws.expect: account must be a string, got a table",
		told(aws.expect, { account = {} })
	)
	assert.matches("ui.table: columns: table expected, got nothing", told(ui.table, {}))
	local dms, engine = require "dms", require "engine"
	assert.matches(
		"dms.shared_tables: name of task 1 must be",
		told(dms.shared_tables, { { migration_type = "cdc" } })
	)
	assert.matches(
		"an apply, as engine.apply gives it, expected",
		told(engine.spent, io.stdout, 0, 0, 0)
	)
	assert.matches("a plan, as engine.plan gives it, expected", told(engine.steps, host.graceful()))
end)
