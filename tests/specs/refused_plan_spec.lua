--- A script whose plan is refused: whoever looks, or stops a task, may do so all the same.

local fs = require "fs"
local live = require "migration.live"
local orders = require "support.orders"
local spec = require "spec"
local trying = require "support.trying"

local has = trying.has

describe("a script that is half changed", function()
	local path

	setup(function()
		path = orders.script()
		assert.equal(0, spec.run(path, "--yes").code)
		local text = fs.read(path):gsub("migration%.new", "local m = migration.new")
		text =
			text:gsub("}%):main%(arg%)", '})\nm:stack():add("ec2.subnet", "half", {})\nm:main(arg)')
		fs.write(path, text)
	end)

	it("is refused by what plans it", function()
		for _, verb in ipairs { "plan", "deploy", "" } do
			local run = verb == "" and spec.run(path, "--yes") or spec.run(path, verb, "--yes")
			assert.not_equal(0, run.code)
			has(run.text, "cidr_block")
		end
	end)

	it("lets everybody look, and stop and resume a task", function()
		for _, verb in ipairs { "status", "stats", "logs", "checkpoints", "watch" } do
			local run = spec.run(path, verb)
			assert.equal(0, run.code, verb .. "\n" .. run.text)
		end
		local run = spec.run(path, "stop", "--yes")
		assert.equal(0, run.code, run.text)
		assert.equal("stopped", live.find(orders.make()).tasks.migration.status)
		run = spec.run(path, "resume", "--yes")
		assert.equal(0, run.code, run.text)
		assert.equal("running", live.find(orders.make()).tasks.migration.status)
	end)
end)
