--- Approval: the question names what is risky, `--yes` never covers the loss of data, `--allow` does so
--- by name, and `--require-approval` says what is asked about.

local aws = require "aws"
local fs = require "fs"
local host = require "host"
local approval = require "migration.approval"
local risk = require "stack.risk"
local spec = require "spec"
local ui = require "ui"

local folder = fs.temp "folder"

--- A migration as a script, with something of its own beside it.
local function script(name, more)
	local path = fs.join(folder, name .. ".lua")
	fs.write(
		path,
		([[
local map = require "mappings"
local migration = require "migration"
local m = migration.new {
	name = "orders",
	mappings = map.rules { map.include "production.%%" },
	cdc = false,
	config = {
		source_db_config = { server_name = "source-db.example.com", username = "dms", password = "x" },
		target_db_config = { server_name = "target-db.example.com", username = "dms", password = "y" },
		alarms = false, events = false,
		%s
	},
}
local function policy(action)
	return { Version = "2012-10-17", Statement = { { Effect = "Allow", Action = action, Resource = "*" } } }
end
local function trust()
	return { Version = "2012-10-17", Statement = { { Effect = "Allow", Action = "sts:AssumeRole",
		Principal = { Service = "dms.amazonaws.com" } } } }
end
local s = m:stack()
%s
m:main(arg)
]]):format(more.config or "", more.stack or "")
	)
	return path
end

local function role(action)
	return ('s:add("iam.role", "reader", { assume_role_policy_document = trust(), policies = { p = policy %q } })'):format(
		action
	)
end

local function group(cidr)
	return ('s:add("ec2.security_group", "door", { vpc_id = m.parts.network.vpc_id, description = "door", ingress = { { protocol = "tcp", from_port = 22, cidr = %q } }, egress = {} })'):format(
		cidr
	)
end

local TOPIC = 's:add("sns.topic", "extra", {})\n'
local base = script("base", { stack = TOPIC .. role "s3:GetObject" .. "\n" .. group "10.0.0.0/16" })
--- Nothing but what needs no second look.
local harmless = script("harmless", {
	stack = 's:add("sns.topic", "extra", { display_name = "Extra" })\n'
		.. role "s3:GetObject"
		.. "\n"
		.. group "10.0.0.0/16",
})
--- Everything that does, at once: a running task pauses, a role may do more, a door opens, a topic goes.
local risky = script("risky", {
	config = 'replication_instance_class = "dms.r5.large",',
	stack = role "s3:*" .. "\n" .. group "0.0.0.0/0",
})

local ASK = { "--require-approval", "any" }

local function run(path, ...)
	return spec.run(path, ...)
end

local function class()
	return aws.dms.describe_replication_instances().replication_instances[1].replication_instance_class
end

local function refused(ran, ...)
	assert.equal(5, ran.code, ran.text)
	local text = ran.text:gsub("%s+", " ")
	for _, part in ipairs { ... } do
		assert.is_truthy(text:find(part, 1, true), ("no %q in %s"):format(part, text))
	end
	return text
end

describe("the approval of a deploy", function()
	setup(function()
		local first = run(base)
		assert.equal(0, first.code, first.text)
	end)

	it("is not asked for on the local AWS, where nothing is at stake", function()
		local ran = run(base, "deploy")
		assert.equal(0, ran.code, ran.text)
	end)

	it("is asked for there too where --require-approval is given", function()
		refused(
			run(harmless, "deploy", table.unpack(ASK)),
			"Approval needed",
			"1 to change",
			"nothing was changed",
			"deploy --yes"
		)
	end)

	it("names everything that is risky in its question", function()
		local text = refused(
			run(risky, "deploy", table.unpack(ASK)),
			"interrupts replication",
			'iam.role "reader" allows s3:* on *',
			'ec2.security_group "door" lets in tcp 22 0.0.0.0/0',
			'sns.topic "extra" is deleted'
		)
		assert.is_nil(text:find("m not shown", 1, true))
		assert.equal("dms.t3.medium", class())
	end)

	it("is not asked for what is not risky with --require-approval risky", function()
		refused(
			run(risky, "deploy", "--require-approval", "risky"),
			"--require-approval risky --allow destroy,iam,public,stop"
		)
		local ran = run(harmless, "deploy", "--require-approval", "risky")
		assert.equal(0, ran.code, ran.text)
		assert.equal(0, run(base, "deploy").code)
	end)

	it(
		"of every risk that is allowed by name is no question with --require-approval risky",
		function()
			local some =
				run(risky, "deploy", "--require-approval", "risky", "--allow", "destroy,iam,stop")
			refused(some, "Approval needed", "lets in tcp 22")
			local all = run(
				risky,
				"deploy",
				"--require-approval",
				"risky",
				"--allow",
				"destroy,iam,stop",
				"--allow",
				"public"
			)
			assert.equal(0, all.code, all.text)
			assert.equal("dms.r5.large", class())
			assert.equal(0, run(base, "deploy").code)
		end
	)

	it("is never asked for with --require-approval never, nor with --yes", function()
		assert.equal(0, run(harmless, "deploy", "--require-approval", "never").code)
		assert.equal(0, run(base, "deploy", "--require-approval", "any", "--yes").code)
	end)

	it("is asked for before a task is stopped or resumed", function()
		refused(
			run(base, "stop", table.unpack(ASK)),
			"Interrupt replication of orders-migration?",
			"stop --yes"
		)
		refused(run(base, "stop", "--require-approval", "risky"), "--allow stop")
		assert.equal(0, run(base, "stop", "--require-approval", "risky", "--allow", "stop").code)
		refused(run(base, "resume", table.unpack(ASK)), "Resume orders-migration?")
		-- Going on is nothing risky.
		assert.equal(0, run(base, "resume", "--require-approval", "risky").code)
	end)
end)

describe("what needs a second look", function()
	local function look(kind, changes, action, more)
		local step =
			{ kind = kind, id = "x", action = action or "update", changes = changes, reason = "r" }
		for key, value in pairs(more or {}) do
			step[key] = value
		end
		local lines, classes = risk.second_look({ step }, risk.of { step })
		return table.concat(lines, "\n"), classes
	end

	it("is what widens: public addresses, routes, rules, actions, plain connections", function()
		for _, case in ipairs {
			{ "public", "ec2.subnet", { map_public_ip_on_launch = { from = false, to = true } } },
			{
				"network",
				"ec2.route_table",
				{
					routes = {
						from = {
							{ destination_cidr_block = "0.0.0.0/0", nat_gateway_id = "nat-1" },
						},
						to = { { destination_cidr_block = "0.0.0.0/0", gateway_id = "igw-1" } },
					},
				},
			},
			{
				"network",
				"ec2.security_group",
				{ ingress = { from = {}, to = { { from_port = 22, cidr = "10.0.0.0/8" } } } },
			},
			{
				"public",
				"dms.replication_instance",
				{ publicly_accessible = { from = false, to = true } },
			},
			{ "encryption", "dms.endpoint", { ssl_mode = { from = "require", to = "none" } } },
			{ "iam", "kms.key", { policy = { from = {}, to = {} } } },
		} do
			local text, classes = look(case[2], case[3])
			assert.is_true(classes[case[1]], case[2] .. ": " .. text)
			assert.matches(case[2] .. ' "x"', text)
		end
	end)

	it("is what goes away or stands still", function()
		local _, gone = look("sns.topic", {}, "delete")
		assert.same({ destroy = true }, gone)
		local _, other = look("sns.topic", {}, "replace")
		assert.same({ replace = true }, other)
		local text, still = look("dms.task", {}, "update", {
			effect = "interrupts replication: stops the task; its load begins anew",
		})
		assert.same({ reload = true, stop = true }, still)
		assert.matches("interrupts replication", text)
	end)

	it("is nothing of what narrows, and nothing of what a new resource needs", function()
		for _, case in ipairs {
			{ "ec2.subnet", { map_public_ip_on_launch = { from = true, to = false } } },
			{
				"ec2.security_group",
				{ ingress = { from = { { from_port = 22, cidr = "10.0.0.0/8" } }, to = {} } },
			},
			{ "dms.endpoint", { ssl_mode = { from = "none", to = "require" } } },
		} do
			local text, classes = look(case[1], case[2])
			assert.same({}, classes, text)
		end
		local _, classes = look(
			"ec2.security_group",
			{ ingress = { to = { { from_port = 22, cidr = "10.0.0.0/8" } } } },
			"create"
		)
		assert.same({}, classes)
	end)
end)

describe("the loss of data", function()
	it("is not covered by --yes, nor by --require-approval never", function()
		for _, options in ipairs {
			{ "--yes" },
			{ "--require-approval", "never" },
			{ "--yes", "--allow", "reload,iam" },
		} do
			refused(
				run(base, "destroy", table.unpack(options)),
				"all of orders",
				"--yes does not cover losing data",
				"destroy --allow destroy"
			)
			refused(run(base, "reload", table.unpack(options[2] == "--allow" and {} or options)))
		end
		assert.equal("dms.t3.medium", class())
	end)

	it("of a replacement wants its own name: what allows a destroy does not allow it", function()
		local moved = script("moved", {
			config = 'vpc_cidr = "10.1.0.0/16",',
			stack = TOPIC .. role "s3:GetObject" .. "\n" .. group "10.0.0.0/16",
		})
		refused(
			run(moved, "deploy", "--yes", "--allow", "destroy,reload"),
			"dms-tasks-orders-replication",
			"--allow replace"
		)
	end)

	teardown(function()
		fs.remove(folder, { recursive = true })
	end)

	it("is allowed by its name", function()
		local gone = run(base, "destroy", "--allow", "destroy,reload")
		assert.equal(0, gone.code, gone.text)
		assert.matches("Looked again", gone.output)
	end)
end)

describe("a question at a terminal", function()
	local m = {
		name = "orders",
		command = function(_, verb)
			return "dmsrun migrate.lua " .. (verb or "")
		end,
	}

	before_each(function()
		host.options.require_approval = "any"
		ui.interactive = true
	end)

	after_each(function()
		host.options.require_approval, host.options.allow, host.options.yes = nil, nil, nil
		ui.interactive = false
	end)

	it("is answered with yes or no", function()
		local asked
		local answer = true
		stub(ui, "confirm", function(question)
			asked = question
			return answer
		end)
		approval.change(m, "Interrupt replication of x?", "stop", { stop = true })
		assert.equal("Interrupt replication of x?", asked)
		answer = false
		local problem = assert.has_error(function()
			approval.change(m, "Interrupt replication of x?", "stop", { stop = true })
		end)
		assert.equal("Not approved", problem.summary)
		assert.equal("approval", problem.exit)
	end)

	it("about data wants the stack's name, whatever --yes says", function()
		host.options.yes = true
		local typed = "orders"
		stub(ui, "type_name", function(question, expected)
			assert.matches('Type "orders" to go on', question)
			return typed == expected
		end)
		approval.loss(m, { "all of orders" }, "destroy")
		typed = "order"
		local problem = assert.has_error(function()
			approval.loss(m, { "all of orders" }, "destroy")
		end)
		assert.equal("approval", problem.exit)
		host.options.allow = { "destroy" }
		approval.loss(m, { "all of orders" }, "destroy")
		assert.has_error(function()
			approval.loss(m, { "all of orders" }, { "destroy", "replace" })
		end)
	end)
end)

describe("in a real account", function()
	local m = {
		name = "orders",
		command = function(_, verb)
			return "dmsrun migrate.lua " .. (verb or "")
		end,
	}
	local here = aws.is_local

	before_each(function()
		aws.is_local = false
	end)

	after_each(function()
		aws.is_local = here
		host.options.require_approval, host.options.allow, host.options.yes = nil, nil, nil
	end)

	it("a change is asked about without any option, and refused where nobody can answer", function()
		local problem = assert.has_error(function()
			approval.change(m, "Carry this out?", "deploy")
		end)
		assert.equal("Approval needed", problem.summary)
		assert.equal("approval", problem.exit)
		assert.equal("dmsrun migrate.lua deploy --yes", problem.hints[1].command)
	end)

	it("--yes, --require-approval and --allow answer as on the local AWS", function()
		for _, options in ipairs {
			{ yes = true },
			{ require_approval = "never" },
			{ require_approval = "risky", allow = { "stop", "iam" } },
		} do
			for name, value in pairs(options) do
				host.options[name] = value
			end
			approval.change(m, "Carry this out?", "deploy", { stop = true, iam = true })
			host.options.require_approval, host.options.allow, host.options.yes = nil, nil, nil
		end
		host.options.require_approval = "risky"
		assert.has_error(function()
			approval.change(m, "Carry this out?", "deploy", { stop = true })
		end)
	end)
end)

describe("a slip on the verb line", function()
	it("in a name of --allow names the nearest", function()
		for given, near in pairs { destory = "destroy", relaod = "reload", pubic = "public" } do
			local ran = run("scripts/migrate.lua", "plan", "--allow", given)
			assert.equal(64, ran.code, ran.text)
			assert.matches(('Did you mean "%s"'):format(near), ran.text)
		end
	end)

	it("in an option or its value names the nearest", function()
		for _, case in ipairs {
			{ "--alow", "destroy", "%-%-allow" },
			{ "--requireapproval", "any", "%-%-require%-approval" },
			{ "--require-approval", "alway", "never" },
			{ "--force-unlok", "1", "%-%-force%-unlock" },
		} do
			local ran = run("scripts/migrate.lua", "deploy", case[1], case[2])
			assert.equal(64, ran.code, ran.text)
			assert.matches(case[3], ran.text)
		end
	end)
end)
