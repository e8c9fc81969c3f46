--- A serverless replication, killed at its mutating calls: made, changed while it runs, and taken away.

local aws = require "aws"
local points = require "points"

local SCRIPT = "../fixtures/serverless.lua"

local function line(verb, ...)
	return { SCRIPT, verb, ... }
end

local function running_again()
	local all = aws.dms.describe_replications({}).replications
	return #all == 1 and all[1].status
end

it("a deploy that is killed anywhere ends with one replication that runs", function()
	points.prepare()
	points.try {
		name = "serverless_deploy",
		stack = "serverless",
		change = line("deploy", "--yes"),
		check = line("plan", "--detailed-exitcode"),
	}
end)

it("a change that is killed anywhere leaves it running, whoever stopped it", function()
	points.prepare(line("deploy", "--yes"))
	assert.equal("running", running_again())
	local more = { "-c", "rate=20000", "-c", "units=32", "-c", "checks=off" }
	points.try {
		name = "serverless_change",
		stack = "serverless",
		change = line("deploy", "--yes", table.unpack(more)),
		check = line("plan", "--detailed-exitcode", table.unpack(more)),
	}
end)

it("a destroy that is killed anywhere leaves nothing", function()
	points.prepare(line("deploy", "--yes"))
	points.try {
		name = "serverless_destroy",
		stack = "serverless",
		change = line("destroy", "--yes", "--allow", "destroy"),
	}
end)
