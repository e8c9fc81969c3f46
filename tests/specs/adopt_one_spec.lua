--- The verb `adopt KIND/ID ID`: what is there becomes a resource of the script, by tags alone. It is the
--- way back from `forget`.

local adopt = require "adopt"
local aws = require "aws"
local errors = require "errors"
local forget = require "stack.forget"
local fs = require "fs"
local kind = require "kind"
local own_kind = require "support.own_kind"
local owning = require "stack.owning"
local report = require "report"
local spec = require "spec"
local stack = require "stack"
local trying = require "support.trying"

local SCRIPT = "scripts/migrate.lua"

--- What is live of the script's stack, but for what the account shares.
local function own()
	local all = {}
	for _, one in ipairs(stack.new("orders"):live()) do
		if not kind.get(one.kind).shared then
			all[one.kind .. "/" .. one.id] = one
		end
	end
	return all
end

local function plan_of(...)
	local run = spec.run(SCRIPT, "plan", ...)
	assert.equal(0, run.code, run.text)
	return run.output
end

--- What adopting is refused with.
local function refused(s, name, given)
	local ok, problem = errors.capture(owning.find, s, { { name = name, given = given } })
	assert.is_false(ok)
	return errors.describe(problem)
end

describe("adopt KIND/ID", function()
	setup(function()
		local first = spec.run(SCRIPT, "deploy")
		assert.equal(0, first.code, first.text)
	end)

	it("takes back what was forgotten: a plan is empty again, and nothing is replaced", function()
		local id = own()["ec2.vpc/vpc"].physical
		local run = spec.run(SCRIPT, "forget", "ec2.vpc/vpc")
		assert.equal(0, run.code, run.text)
		-- The line to paste stands there.
		trying.has(run.output, SCRIPT .. " adopt ec2.vpc/vpc " .. id)
		assert.is_nil(plan_of():find("42 unchanged", 1, true))
		run = spec.run(SCRIPT, "adopt", "ec2.vpc/vpc", id)
		assert.equal(0, run.code, run.text)
		trying.has(run.output, "no changes")
		trying.has(plan_of "--detailed-exitcode", "0 to create, 0 to change")
		-- And there is no drift: nobody did anything behind our back.
		run = spec.run(SCRIPT, "drift", "--detailed-exitcode")
		assert.equal(0, run.code, run.text)
		-- Once more is fine.
		run = spec.run(SCRIPT, "adopt", "ec2.vpc/vpc", id)
		assert.equal(0, run.code, run.text)
		trying.has(run.output, "already")
	end)

	it("is named by the command adopt, which writes no second script for the stack", function()
		local id = own()["dms.task/cdc"].physical
		assert.equal(0, spec.run(SCRIPT, "forget", "dms.task/cdc").code)
		local folder = fs.temp "folder"
		local out = fs.join(folder, "orders.lua")
		local ok, problem =
			errors.capture(adopt.run, { stack = "orders", arns = { id }, out = out })
		assert.is_false(ok)
		assert.equal("The stack has a script of its own", problem.summary)
		trying.has(errors.describe(problem).hints[1][1], "the verb adopt KIND/ID ID")
		assert.is_false(fs.exists(out))
		fs.remove(folder, { recursive = true })
		assert.equal(0, spec.run(SCRIPT, "adopt", "dms.task/cdc", id).code)
	end)

	it("takes back everything at once, of every kind", function()
		local before, words = own(), {}
		local names = report.keys(before)
		for _, name in ipairs(names) do
			words[#words + 1] = name
			words[#words + 1] = before[name].physical
		end
		assert.equal(0, spec.run(SCRIPT, "forget", table.unpack(names)).code)
		assert.same({}, own())
		local run = spec.run(SCRIPT, "adopt", table.unpack(words))
		assert.equal(0, run.code, run.text)
		local after = own()
		for name, one in pairs(before) do
			assert.equal(one.physical, after[name].physical)
		end
		trying.has(plan_of "--detailed-exitcode", "0 to create, 0 to change")
	end)

	it("finds a task by its name, and a deploy before is refused before its first step", function()
		assert.equal(0, spec.run(SCRIPT, "forget", "dms.task/migration", "dms.task/cdc").code)
		local run = spec.run(SCRIPT, "deploy", "--yes")
		assert.equal(64, run.code, run.text)
		trying.has(run.text, "there is a task orders-migration already, and it is not the stack's")
		trying.has(run.text, "nothing was created or changed")
		trying.has(run.text, "adopt dms.task/migration")
		run = spec.run(
			SCRIPT,
			"adopt",
			"dms.task/migration",
			"orders-migration",
			"dms.task/cdc",
			"orders-cdc"
		)
		assert.equal(0, run.code, run.text)
		trying.has(plan_of "--detailed-exitcode", "0 to create, 0 to change")
	end)

	it("is asked about, and --dry-run writes nothing", function()
		local id = own()["sns.topic/alerts"].physical
		assert.equal(0, spec.run(SCRIPT, "forget", "sns.topic/alerts").code)
		local run = spec.run(SCRIPT, "adopt", "--dry-run", "sns.topic/alerts", id)
		assert.equal(0, run.code, run.text)
		trying.has(run.output, "would own")
		run = spec.run(SCRIPT, "adopt", "sns.topic/alerts", id, "--require-approval", "any")
		assert.equal(5, run.code, run.text)
		assert.is_nil(own()["sns.topic/alerts"])
		assert.equal(0, spec.run(SCRIPT, "adopt", "sns.topic/alerts", id).code)
	end)

	it("asks of forget what the script still declares: it would be made a second time", function()
		local run = spec.run(SCRIPT, "forget", "dms.task/cdc", "--require-approval", "any")
		assert.equal(5, run.code, run.text)
		trying.has(run.text, "The script still declares dms.task/cdc")
	end)

	it("says how it is used, with nothing that could be pasted and done", function()
		local run = spec.run(SCRIPT, "adopt", "ec2.vpc/vpc")
		assert.equal(64, run.code, run.text)
		trying.has(run.text, "adopt KIND/ID ID…")
		trying.has(spec.run(SCRIPT, "forget").text, "forget KIND/ID…")
	end)
end)

describe("adopting one", function()
	local function topics(name, more)
		local s = stack.new(name, { kinds = { "sns.topic", "logs.log_group", "ec2.vpc" } })
		s:add("sns.topic", "a", { display_name = "A" }, more)
		s:add("ec2.vpc", "main", { cidr_block = "10.0.0.0/16" })
		return s
	end

	local function arn(name)
		return aws.sns.create_topic({ name = name }).topic_arn
	end

	it(
		"refuses what the script does not declare, what is not there, and what is another's",
		function()
			local s = topics "first"
			trying.has(refused(s, "sns.topic/b", "x").what, "declares no resource")
			trying.has(refused(s, "sns.topic/a", "nowhere").what, "there is no sns.topic nowhere")
			trying.deploy(s)
			local id = s:find("sns.topic", "a").physical
			trying.has(
				refused(topics "second", "sns.topic/a", id).what,
				'belongs to the stack "first"'
			)
			trying.has(refused(s, "sns.topic/a", arn "other").what, "is live already")
		end
	)

	it("refuses another thing than the script means: a deploy would delete it", function()
		local vpc = aws.ec2.create_vpc({ cidr_block = "10.7.0.0/16" }).vpc.vpc_id
		local problem = refused(topics "third", "ec2.vpc/main", vpc)
		trying.has(problem.what, "is not what the script declares as ec2.vpc/main")
		trying.has(problem.what, "cidr_block")
	end)

	it("tells what a deploy would change, writes nothing but tags, and keeps protect", function()
		local id = arn "fourth-x"
		local s = topics("fourth", { protect = true })
		local found = owning.find(s, { { name = "sns.topic/a", given = "fourth-x" } })
		assert.equal(1, #found[1].differences)
		trying.has(found[1].differences[1], "display_name")
		owning.run(s, found)
		local live = topics("fourth", { protect = true }):find("sns.topic", "a")
		assert.equal(id, live.physical)
		assert.equal("true", live.tags["dmsrun:protect"])
		assert.equal("true", live.tags["dmsrun:adopted"])
		assert.not_equal("A", live.properties.display_name)
		local plan = topics("fourth", { protect = true }):plan()
		assert.equal("sns.topic/a", plan:with("update")[1].resource)
		assert.equal(1, #plan:with "update")
	end)

	it("of a later generation goes on with the next one's name", function()
		local function groups(zone)
			local s = stack.new("fifth", { kinds = { "ec2.vpc", "ec2.subnet", "dms.endpoint" } })
			s:add("dms.endpoint", "source", {
				endpoint_type = "source",
				engine_name = zone,
				server_name = "a",
				port = 3306,
				username = "u",
				password = "pl4nted",
			})
			return s
		end
		trying.deploy(groups "mysql")
		trying.deploy(groups "mariadb")
		local s = groups "mariadb"
		local live = s:find("dms.endpoint", "source")
		assert.equal("fifth-source-2", live.outputs.name)
		forget.run(s, { "dms.endpoint/source" })
		owning.run(s, owning.find(s, { { name = "dms.endpoint/source", given = live.physical } }))
		assert.is_false(groups("mariadb"):plan().has_changes)
		trying.deploy(groups "mysql")
		assert.equal("fifth-source-3", groups("mysql"):find("dms.endpoint", "source").outputs.name)
	end)

	it("takes a kind of a script's own, which writes its tags by its own update", function()
		local items = {}
		own_kind.define("own.mark", items, {
			update = function(_, item, _, changes)
				for name, value in pairs(changes.tags.to) do
					items[item.id].tags[name] = value
				end
			end,
		})
		items.there = { id = "there", tags = { Team = "x" }, raw = {} }
		local s = stack.new("own", { kinds = { "own.mark" } })
		s:add("own.mark", "one", {})
		owning.run(s, owning.find(s, { { name = "own.mark/one", given = "there" } }))
		assert.is_false(s:plan().has_changes)
		assert.equal("x", items.there.tags.Team)
	end)
end)
