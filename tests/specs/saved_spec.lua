--- Where a plan is saved: what is there already is not lost for it.

local fs = require "fs"
local json = require "json"
local process = require "process"
local spec = require "spec"
local stack = require "stack"
local trying = require "support.trying"

local SCRIPT = "scripts/migrate.lua"

local folder

local function at(name)
	return fs.join(folder, name)
end

--- Runs `plan --out` and wants it refused, with nothing done.
local function refused(path, part)
	local run = spec.run(SCRIPT, "plan", "--out", path)
	assert.equal(64, run.code, run.text)
	trying.has(run.text, "The plan can't be saved there")
	trying.has(run.text, part)
	assert.is_nil(run.output:find("Saved", 1, true), run.output)
end

describe("plan --out", function()
	before_each(function()
		folder = fs.temp "folder"
	end)

	after_each(function()
		fs.remove(folder, { recursive = true })
	end)

	it("does not write over a file that is no saved plan, the script above all", function()
		fs.write(at "migrate.lua", "m:main(arg)\n")
		refused(at "migrate.lua", "is there already, and is no saved plan")
		assert.equal("m:main(arg)\n", fs.read(at "migrate.lua"))
		fs.write(at "some.json", '{"a":1}')
		refused(at "some.json", "is there already, and is no saved plan")
	end)

	it("makes no folder that was mistyped", function()
		refused(at "nosuch/x.plan", "there is no folder")
		assert.is_false(fs.exists(at "nosuch"))
		refused(folder, "is a folder")
		refused(folder .. "/", "is no name of a file")
	end)

	it("writes to no pipe", function()
		process.run { "mkfifo", at "pipe" }
		refused(at "pipe", "is no regular file")
	end)

	it("writes over an older plan, as a whole, and only the user may read it", function()
		local s = stack.new("kept", { kinds = { "sns.topic" } })
		s:add("sns.topic", "a", {})
		fs.write(at "a.plan", "")
		s:plan():save(at "a.plan")
		assert.equal("600", fs.stat(at "a.plan").mode)
		s:add("sns.topic", "b", {})
		s:plan():save(at "a.plan")
		assert.equal(2, #json.decode(fs.read(at "a.plan")).steps)
		assert.same({ "a.plan" }, fs.list(folder))
	end)
end)
