local aws = require "aws"
local errors = require "errors"
local json = require "json"
local kind = require "kind"
local poll = require "poll"
local stack = require "stack"
local time = require "time"

--- A kind that keeps its items in a table: what a customer's own kind looks like, and a place for
--- faults.
local things = { items = {}, made = 0, calls = {}, fail = {} }

local function reset()
	things.items, things.made, things.calls, things.fail = {}, 0, {}, {}
end

local function note(what, id)
	things.calls[#things.calls + 1] = what .. " " .. id
end

local function act(what, id)
	note(what, id)
	local fail = things.fail[what .. " " .. id] or things.fail[what]
	if fail then
		fail()
	end
end

kind.define {
	name = "test.thing",
	doc = "Something that takes ten seconds to make.",
	properties = {
		size = { type = "integer", required = true },
		color = { type = "string", enum = { "red", "green" }, replaces = true },
		on = { type = "string", replaces = "it stands where it was made" },
		uses = { type = "list", compare = "set", items = { type = "string" } },
		ids = {
			type = "list",
			compare = function(declared, live)
				return #declared == #(live or {})
			end,
		},
		tags = { type = "map", compare = "merged" },
	},
	outputs = { thing_id = "its id", size = "how big it is" },
	list = function(ctx)
		local items = {}
		for _, item in pairs(things.items) do
			if item.tags["dmsrun:stack"] == ctx.stack and not item.hidden then
				items[#items + 1] = item
			end
		end
		return items
	end,
	read = function(_, id)
		return things.items[id]
	end,
	observe = function(_, item)
		local properties = {}
		for name, value in pairs(item.raw) do
			properties[name] = value
		end
		return {
			properties = properties,
			outputs = { thing_id = item.id, size = item.raw.size },
			state = item.state,
		}
	end,
	parents = function(item)
		return { item.raw.on }
	end,
	create = function(ctx, props)
		act("create", ctx.name)
		things.made = things.made + 1
		local id = ("thing-%d"):format(things.made)
		things.items[id] =
			{ id = id, tags = ctx.tags, raw = props, state = "available", token = ctx.token }
		if things.fail.lost then
			things.items[id].hidden = things.fail.hidden
			things.fail.lost()
		end
		return id
	end,
	update = function(_, item, props, changes)
		act("update", item.id)
		things.changes = changes
		if not things.fail.ignored then
			item.raw = props
			for tag, value in pairs(changes.tags and changes.tags.to or {}) do
				item.tags[tag] = value
			end
		end
	end,
	delete = function(_, item)
		act("delete", item.id)
		for _, other in pairs(things.items) do
			assert(other.raw.on ~= item.id, item.id .. " is deleted under " .. other.id)
		end
		things.items[item.id] = nil
	end,
	settle = function(_, _, action)
		if action == "create" then
			time.sleep(10)
		end
	end,
	effect = function(action)
		return action == "update" and "interrupts something" or nil
	end,
}

local function raised(f, ...)
	local ok, problem = pcall(f, ...)
	assert.is_false(ok)
	return errors.describe(problem)
end

local function example(declare)
	local s = stack.new("example", { kinds = { "test.thing" } })
	declare(s)
	return s
end

local function two(size)
	return example(function(s)
		local base = s:add("test.thing", "base", { size = size })
		s:add("test.thing", "top", { size = 1, on = base.thing_id })
		s:output("Base", base.thing_id)
		s:output("Text", "it is " .. base.thing_id)
	end)
end

local function deploy(s)
	return s:apply(s:plan())
end

local function count()
	local n = 0
	for _ in pairs(things.items) do
		n = n + 1
	end
	return n
end

describe("a stack", function()
	before_each(reset)

	it("is made, is then as declared, changes and goes", function()
		local s = two(1)
		assert.equals("2 to create", s:plan():headline())
		deploy(s)
		local again = s:plan()
		assert.is_false(again.has_changes)
		assert.equals("no changes, 2 unchanged", again:headline())
		local bigger = two(2):plan()
		assert.equals("`size` 1 → 2", bigger.steps[1].reason)
		assert.equals("interrupts something", bigger.steps[1].effect)
		deploy(two(2))
		assert.same({ size = { from = 1, to = 2 } }, things.changes)
		local gone = s:apply(s:destroy())
		assert.equals("nothing is left", gone.proof.summary)
		assert.equals(0, count())
	end)

	it("gives its outputs with and without an apply before", function()
		local s = two(1)
		assert.same({}, s:outputs())
		deploy(s)
		assert.same({ Base = "thing-1", Text = "it is thing-1" }, s:outputs())
		assert.same({ Base = "thing-1", Text = "it is thing-1" }, two(1):outputs())
		assert.equals("thing-1", two(1):live_outputs()["test.thing/base"].thing_id)
		assert.same({ "Base", "Text" }, s:output_names())
	end)

	it("deletes what is no longer declared", function()
		deploy(two(1))
		local less = example(function(s)
			s:add("test.thing", "base", { size = 1 })
		end)
		local plan = less:plan()
		assert.equals("is not declared any more", plan:with("delete")[1].reason)
		less:apply(plan)
		assert.equals(1, count())
	end)

	it("replaces with the reason, creates first, and takes along what stands on it", function()
		deploy(two(1))
		local s = example(function(s)
			local base = s:add("test.thing", "base", { size = 1, color = "red" })
			s:add("test.thing", "top", { size = 1, on = base.thing_id })
		end)
		things.calls = {}
		local plan = s:plan()
		assert.equals("`color` can't be changed", plan.steps[1].reason)
		assert.equals("`on` follows test.thing/base, which is replaced", plan.steps[2].reason)
		s:apply(plan)
		assert.same({
			"create example-base-2",
			"create example-top-2",
			"delete thing-2",
			"delete thing-1",
		}, things.calls)
		assert.is_false(s:plan().has_changes)
	end)

	it("works in parallel, in the time of its critical path", function()
		local s = example(function(s)
			for i = 1, 8 do
				s:add("test.thing", "t" .. i, { size = i })
			end
		end)
		local result = deploy(s)
		assert.equals(10, result.seconds)
		assert.equals(10, result.critical_path)
		assert.equals(10, deploy(two(1)).critical_path - 10)
	end)

	it("puts its own tags on everything, under those of a resource", function()
		local s =
			stack.new("example", { kinds = { "test.thing" }, tags = { Team = "a", Env = "b" } })
		s:add("test.thing", "x", { size = 1, tags = { Team = "mine" } })
		deploy(s)
		local tags = things.items["thing-1"].tags
		assert.equals("mine", tags.Team)
		assert.equals("b", tags.Env)
		assert.equals("test.thing/x", tags["dmsrun:resource"])
		assert.is_false(s:plan().has_changes)
	end)

	it("is data as well", function()
		local data = two(1):plan():json()
		assert.equals("plan", data.dmsrun)
		assert.equals(2, data.summary.create)
		assert.equals("create", data.steps[1].action)
		assert.is_true(#json.encode(data) > 100)
	end)
end)

describe("a declaration", function()
	before_each(reset)

	it("is refused with every mistake and its nearest name", function()
		local s = example(function(s)
			s:add("test.thing", "x", { siez = 1 })
		end)
		local problem = raised(s.plan, s)
		assert.equals("Property is missing", problem.summary)
		s = example(function(one)
			one:add("test.thing", "x", { size = 1, siez = 1 })
		end)
		problem = raised(s.plan, s)
		assert.equals("Unknown property", problem.summary)
		assert.equals('Did you mean "size"?', problem.hints[1][1])
	end)

	it("is refused for an unknown kind, output, option and value", function()
		local s = stack.new "example"
		assert.equals("Unknown kind", raised(s.add, s, "test.thign", "x", {}).summary)
		local x = s:add("test.thing", "x", { size = 1, color = "gren" })
		local problem = raised(function()
			return x.thing_di
		end)
		assert.equals('Did you mean "thing_id"?', problem.hints[1][1])
		assert.equals("Stack is not well declared", raised(stack.new, "x", { ownr = "me" }).summary)
		assert.equals("Value is not allowed", raised(s.plan, s).summary)
	end)

	it("is refused when resources wait for each other", function()
		local s = example(function(s)
			s:add("test.thing", "a", { size = 1 }, { depends_on = { "test.thing/b" } })
			s:add("test.thing", "b", { size = 1 }, { depends_on = { "test.thing/a" } })
		end)
		local problem = raised(s.plan, s)
		assert.equals("test.thing/a → test.thing/b → test.thing/a", problem.what)
	end)

	it("keeps protected and retained resources", function()
		local s = example(function(s)
			s:add("test.thing", "kept", { size = 1 }, { retain = true })
			s:add("test.thing", "safe", { size = 1 }, { protect = true })
		end)
		deploy(s)
		assert.is_false(s:plan().has_changes)
		local problem = raised(s.destroy, s)
		assert.equals("A protected resource would be lost", problem.summary)
		s = example(function(one)
			one:add("test.thing", "kept", { size = 1 }, { retain = true })
			one:add("test.thing", "safe", { size = 1 })
		end)
		deploy(s)
		local result = s:apply(s:destroy())
		assert.equals("nothing is left; retained: test.thing thing-1", result.proof.summary)
	end)
end)

describe("an apply that does not get to its end", function()
	before_each(reset)

	it("says what failed, where, what stands, and how to go on", function()
		local s = two(1)
		things.fail["create example-top"] = function()
			error("no room for 1 more", 0)
		end
		local problem = raised(deploy, s)
		assert.equals("Resource could not be created", problem.summary)
		assert.equals("no room for 1 more", problem.what)
		assert.equals("1 step of 2 done", problem.why)
		assert.equals('test.thing "top"', problem.at.label)
		assert.equals("partial", problem.exit)
		assert.equals("string", type(problem.hints[#problem.hints].command))
		reset()
	end)

	it("skips what waits for the failure and finishes what runs beside it", function()
		local s = example(function(s)
			local base = s:add("test.thing", "base", { size = 1 })
			s:add("test.thing", "top", { size = 1, on = base.thing_id })
			s:add("test.thing", "other", { size = 1 })
		end)
		things.fail["create example-base"] = function()
			error "no"
		end
		raised(deploy, s)
		assert.equals(1, count())
		things.fail = {}
		deploy(s)
		assert.equals(3, count())
		assert.is_false(s:plan().has_changes)
	end)

	local function lost()
		error({ kind = "aws", code = "AnswerLost", message = "the connection broke" }, 0)
	end

	it("finds what was made although the answer was lost as soon as its tag is visible", function()
		local s = two(1)
		things.fail.hidden = true
		local first = true
		things.fail.lost = function()
			if first then
				first = false
				lost()
			end
		end
		local plan, list, looked = s:plan(), kind.get("test.thing").list, 0
		kind.get("test.thing").list = function(ctx)
			looked = looked + 1
			if looked == 3 then
				things.items["thing-1"].hidden = nil
				things.fail = {}
			end
			return list(ctx)
		end
		s:apply(plan)
		kind.get("test.thing").list = list
		assert.equals(2, things.made)
		assert.is_false(s:plan().has_changes)
	end)

	it("leaves to the next run what nobody could look for, and makes no second one", function()
		local s = two(1)
		things.fail.hidden = true
		local first, real = s:plan(), kind.get("test.thing").list
		things.fail.lost = function()
			kind.get("test.thing").list = lost
			lost()
		end
		raised(s.apply, s, first)
		kind.get("test.thing").list = real
		assert.equals(1, things.made)
		things.fail = {}
		-- Its tag becomes visible a little later than the next plan looks.
		local made = things.items["thing-1"]
		local plan = s:plan()
		assert.equals("2 to create", plan:headline())
		local list = kind.get("test.thing").list
		kind.get("test.thing").list = function(ctx)
			made.hidden = nil
			return list(ctx)
		end
		s:apply(plan)
		kind.get("test.thing").list = list
		assert.equals(2, things.made)
		assert.is_false(s:plan().has_changes)
	end)

	it("warns of what was accepted and is not so", function()
		local s = two(1)
		deploy(s)
		things.fail.ignored = true
		local result = deploy(two(5))
		assert.same({ "test.thing/base: size 1 → 5" }, result.warnings)
	end)

	it("refuses a plan that was applied before", function()
		local s = two(1)
		local plan = s:plan()
		s:apply(plan)
		assert.equals("The plan was applied before", raised(s.apply, s, plan).summary)
	end)
end)

describe("twins and strangers", function()
	before_each(reset)

	it("keeps the twin that others stand on", function()
		local s = two(1)
		deploy(s)
		things.items["thing-0"] = {
			id = "thing-0",
			tags = things.items["thing-1"].tags,
			raw = { size = 1 },
			state = "available",
		}
		local plan = s:plan()
		assert.equals("is a second one beside thing-1", plan.steps[1].reason)
		s:apply(plan)
		assert.is_nil(things.items["thing-0"])
		assert.equals(2, count())
	end)

	it("refuses a live resource of an unknown kind and another owner's stack", function()
		local s = two(1)
		deploy(s)
		things.items["thing-1"].tags["dmsrun:owner"] = "them"
		local ours = stack.new("example", { kinds = { "test.thing" }, owner = "us" })
		assert.equals("The stack belongs to somebody else", raised(ours.plan, ours).summary)
		things.items["thing-1"].tags["dmsrun:resource"] = "acme.thing/x"
		local problem = raised(s.plan, s)
		assert.equals("A live resource is of an unknown kind", problem.summary)
	end)

	it("says which kinds can't be listed, and stops where they are declared", function()
		local list = kind.get("test.thing").list
		kind.get("test.thing").list = function()
			error(
				{ kind = "aws", code = "AccessDenied", message = "not you", unavailable = true },
				0
			)
		end
		local empty = stack.new("example", { kinds = { "test.thing" } })
		local plan = empty:plan()
		local declared = two(1)
		local problem = raised(declared.plan, declared)
		kind.get("test.thing").list = list
		assert.same({ "test.thing" }, plan.unseen)
		assert.equals("A kind can't be listed", problem.summary)
	end)
end)

describe("kind.define", function()
	it("checks the definition", function()
		local nothing = function() end
		local function define(more)
			local definition = {
				name = "test.other",
				properties = {},
				list = nothing,
				read = nothing,
				observe = nothing,
				create = nothing,
				update = nothing,
				delete = nothing,
			}
			for key, value in pairs(more) do
				definition[key] = value
			end
			return raised(kind.define, definition)
		end
		assert.equals(
			'test.other: x has the unknown type "strng"',
			define({
				properties = { x = { type = "strng" } },
			}).what
		)
		assert.equals(
			'Did you mean "required"?',
			define({
				properties = { x = { requird = true } },
			}).hints[1][1]
		)
		assert.equals("Kind is not well defined", define({ name = "nodot" }).summary)
	end)

	it("knows every kind of ours", function()
		for _, name in ipairs(kind.all()) do
			assert.equals(name, kind.get(name).name)
		end
	end)
end)

describe("poll", function()
	it("lets all waiters ask once at the same instant", function()
		local shared, calls, parallel = poll.new(), 0, require "parallel"
		local pages = aws.pages
		rawset(aws, "pages", function(...)
			calls = calls + 1
			return pages(...)
		end)
		local jobs = {}
		for i = 1, 20 do
			jobs[i] = function()
				local n = 0
				shared:wait {
					what = "four looks",
					every = 15,
					check = function(tick)
						n = n + 1
						shared:fresh(aws.ec2.describe_vpcs, {}, tick)
						return n == 4
					end,
				}
			end
		end
		parallel(jobs)
		rawset(aws, "pages", pages)
		-- Twenty first looks of their own, then three shared instants.
		assert.equals(23, calls)
	end)

	it("gives up with what it waited for", function()
		local start = time.epoch()
		local problem = raised(function()
			poll.new():wait {
				what = "the end",
				every = 15,
				timeout = 100,
				check = function()
					return false
				end,
			}
		end)
		assert.equals("timeout", problem.exit)
		assert.is_true(time.epoch() - start < 116)
	end)

	it("says what apply wants where it gets no plan", function()
		local s = stack.new "small"
		local ok, problem = pcall(s.apply, s)
		assert.equal(false, ok)
		assert.truthy(
			tostring(problem):find("apply takes a plan, got nil: s:apply(s:plan())", 1, true)
		)
	end)
end)
