--- What a stack lets go of, holds on to, and leaves alone: `forget`, `protect`, `retain`,
--- `ignore_changes`.

local aws = require "aws"
local errors = require "errors"
local forget = require "stack.forget"
local kind = require "kind"
local own_kind = require "support.own_kind"
local report = require "report"
local spec = require "spec"
local stack = require "stack"

local SCRIPT = "scripts/migrate.lua"

local function raised(f, ...)
	local ok, problem = pcall(f, ...)
	assert.is_false(ok)
	return errors.describe(problem)
end

local function deploy(s)
	return s:apply(s:plan())
end

--- What is live of the script's stack, whatever it declares.
local function live()
	local all = {}
	for _, one in ipairs(stack.new("orders"):live()) do
		all[one.kind .. "/" .. one.id] = one
	end
	return all
end

--- The item as its kind reads it, marked or not.
local function read(one)
	local s = stack.new "orders"
	local context = require "stack.context"
	return kind.get(one.kind).read(context.new(s, context.shared()), one.physical)
end

describe("forget", function()
	setup(function()
		local first = spec.run(SCRIPT, "deploy")
		assert.equal(0, first.code, first.text)
	end)

	it(
		"takes the marks off a resource of every kind, and nothing else: it stays as it is",
		function()
			local before, names, seen = live(), {}, {}
			for _, name in ipairs(report.keys(before)) do
				local one = before[name]
				if not seen[one.kind] and not kind.get(one.kind).shared then
					seen[one.kind] = true
					names[#names + 1] = name
				end
			end
			table.sort(names)
			assert.is_true(#names >= 16, #names .. " kinds are live")
			local ran = spec.run(SCRIPT, "forget", table.unpack(names))
			assert.equal(0, ran.code, ran.text)
			local after = live()
			for _, name in ipairs(names) do
				local item = read(before[name])
				assert.is_not_nil(item, name .. " is still there")
				assert.is_nil(after[name], name .. " is no longer the stack's")
				for key in pairs(item.tags) do
					assert.is_nil(key:find "^dmsrun:", name .. " keeps the tag " .. key)
				end
				if before[name].tags.Purpose then
					assert.equal(
						"database-migration",
						item.tags.Purpose,
						name .. " lost a tag of yours"
					)
				end
			end
			-- The others are the stack's as before.
			local count = 0
			for name in pairs(before) do
				count = count + 1
				assert.is_truthy(after[name] or table.concat(names, " "):find(name, 1, true), name)
			end
			assert.is_true(count > #names)
		end
	)

	it("once more finds nothing to do, and says what the script still declares", function()
		local ran = spec.run(SCRIPT, "forget", "dms.subnet_group/subnets")
		assert.equal(0, ran.code, ran.text)
		assert.matches("is not live: there is nothing to forget", ran.text)
		assert.matches("still declared", ran.text)
	end)

	it("refuses a name that means nothing, with the nearest, and takes nothing off", function()
		local ran = spec.run(SCRIPT, "forget", "ec2.subnet/private-2", "dms.endpoint/tarket")
		assert.equal(64, ran.code, ran.text)
		assert.matches('Did you mean "dms.endpoint/target"', ran.text)
		assert.is_not_nil(live()["ec2.subnet/private-2"])
		assert.equal(64, spec.run(SCRIPT, "forget").code)
	end)

	it("refuses what the whole account shares", function()
		local ran = spec.run(SCRIPT, "forget", "iam.shared_role/dms-vpc-role")
		assert.equal(64, ran.code, ran.text)
		assert.matches("shared by the whole account", ran.text)
	end)

	it("is asked about, and --dry-run takes nothing off", function()
		local dry = spec.run(SCRIPT, "forget", "--dry-run", "ec2.subnet/private-2")
		assert.equal(0, dry.code, dry.text)
		assert.matches("would take the tags of orders off ec2.subnet/private%-2", dry.text)
		local asked =
			spec.run(SCRIPT, "forget", "ec2.subnet/private-2", "--require-approval", "any")
		assert.equal(5, asked.code, asked.text)
		assert.matches("Nothing is deleted", asked.text)
		assert.is_not_nil(live()["ec2.subnet/private-2"])
		local allowed = spec.run(
			SCRIPT,
			"forget",
			"ec2.subnet/private-2",
			"--require-approval",
			"risky",
			"--allow",
			"forget"
		)
		assert.equal(0, allowed.code, allowed.text)
	end)

	it("leaves what is forgotten out of a destroy", function()
		local s = stack.new("small", { kinds = { "sns.topic" } })
		s:add("sns.topic", "a", {})
		s:add("sns.topic", "b", {})
		deploy(s)
		local done = forget.run(s, { "sns.topic/b" })
		assert.equal("sns.topic/b", done[1].name)
		assert.matches("small%-b$", done[1].physical)
		assert.equal("forget_spec.lua", done[1].declared.file:match "[^/]+$")
		local plan = s:plan()
		assert.equal("sns.topic/b", plan:with("create")[1].resource)
		local gone = s:apply(s:destroy())
		assert.equal("nothing is left", gone.proof.summary)
		local left = {}
		for _, topic in ipairs(aws.pages(aws.sns.list_topics)) do
			left[#left + 1] = topic.topic_arn:match "small%-%w+$"
		end
		assert.same({ "small-b" }, left)
	end)

	it("lets go of a protected resource too: nothing is lost", function()
		local s = stack.new("small", { kinds = { "logs.log_group" } })
		s:add("logs.log_group", "a", {}, { protect = true })
		deploy(s)
		forget.run(s, { "logs.log_group/a" })
		assert.equal(0, #stack.new("small", { kinds = { "logs.log_group" } }):live())
		aws.logs.delete_log_group { log_group_name = "small-a" }
	end)

	it("asks a kind of a script's own how its tags are taken off", function()
		local items = {}
		local function define(more)
			own_kind.define("own.thing", items, more)
		end
		define {}
		local s = stack.new("owned", { kinds = { "own.thing" } })
		s:add("own.thing", "x", {})
		deploy(s)
		local problem = raised(forget.run, s, { "own.thing/x" })
		assert.matches("untag%(item, keys%)", problem.hints[1][1] or problem.hints[1])
		define {
			untag = function(item, keys)
				for _, key in ipairs(keys) do
					item.tags[key] = nil
				end
			end,
		}
		local again = stack.new("owned", { kinds = { "own.thing" } })
		forget.run(again, { "own.thing/x" })
		assert.same({}, items["owned-x"].tags)
		assert.equal(0, #again:live())
	end)
end)

describe("a resource that is", function()
	local function groups(options, days)
		local s = stack.new("held", { kinds = { "logs.log_group" } })
		if options then
			s:add("logs.log_group", "a", { retention_in_days = days or 30 }, options)
		end
		return s
	end

	local function days()
		return groups({ protect = true }):find("logs.log_group", "a").properties.retention_in_days
	end

	after_each(function()
		local s = groups {}
		deploy(s)
		s:apply(s:destroy())
	end)

	it(
		"protected is neither deleted nor replaced, declared or not, until it is declared free",
		function()
			deploy(groups { protect = true })
			local problem = raised(function()
				groups():plan()
			end)
			assert.equal("A protected resource would be lost", problem.summary)
			assert.matches("protect = false", problem.hints[1][1] or problem.hints[1])
			raised(function()
				groups({ protect = true }):destroy()
			end)
			-- A change in place is no loss.
			deploy(groups({ protect = true }, 60))
			assert.equal(60, days())
			-- The way out that the hint names.
			local free = groups({ protect = false }, 60)
			local plan = free:plan()
			assert.equal(1, #plan:with "update")
			free:apply(plan)
			assert.is_false(groups({}, 60):plan().has_changes)
			local s = groups()
			assert.equal(1, #s:plan():with "delete")
		end
	)

	it(
		"retained stays when it is no longer declared, and after a destroy, which names it",
		function()
			deploy(groups { retain = true })
			local s = groups()
			local plan = s:plan()
			assert.is_false(plan.has_changes)
			assert.same({ "logs.log_group/a" }, plan.kept)
			local all = groups { retain = true }
			local gone = all:apply(all:destroy())
			assert.matches("retained: logs.log_group held%-a", gone.proof.summary)
			assert.equal(30, days())
		end
	)

	it("left alone in a property keeps what somebody else set there, and is no noise", function()
		deploy(groups({ ignore_changes = { "retention_in_days" } }, 30))
		aws.logs.put_retention_policy { log_group_name = "held-a", retention_in_days = 7 }
		assert.is_false(groups({ ignore_changes = { "retention_in_days" } }, 30):plan().has_changes)
		local s = groups({ ignore_changes = { "retention_in_days" } }, 90)
		deploy(s)
		assert.equal(7, days())
		-- Without the option it is brought back.
		assert.equal("`retention_in_days` 7 → 30", groups({}, 30):plan().steps[1].reason)
	end)

	it("left alone in a property that does not exist is refused with the nearest", function()
		local problem = raised(groups, { ignore_changes = { "retention_days" } })
		assert.matches("retention_in_days", problem.hints[1][1] or problem.hints[1])
		problem = raised(groups, { ignore_changes = { "tags.Team" } })
		assert.matches('as a whole: "tags"', problem.hints[1][1] or problem.hints[1])
	end)
end)
