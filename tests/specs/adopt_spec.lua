local adopt = require "adopt"
local aws = require "aws"
local choose = require "adopt.choose"
local context = require "stack.context"
local declare = require "adopt.declare"
local discover = require "stack.discover"
local errors = require "errors"
local find = require "adopt.find"
local fs = require "fs"
local host = require "host"
local json = require "json"
local path = require "path"
local prove = require "adopt.prove"
local source = require "adopt.source"
local spec = require "spec"
local stack = require "stack"
local time = require "time"

--- The words that the fixture plants where a script must not have them.
local PLANTED = "planted"

local folder, made

local function at(name)
	return path.join(folder, name)
end

local function raised(f, ...)
	local ok, problem = errors.capture(f, ...)
	assert.is_false(ok)
	return errors.describe(problem)
end

local function tags_of(arn)
	local map = {}
	for _, tag in ipairs(aws.dms.list_tags_for_resource({ resource_arn = arn }).tag_list) do
		map[tag.key] = tag.value
	end
	return map
end

--- A set-up made by raw calls.
local function raw(name)
	local file = fs.join(fs.script_dir(), "../fixtures/legacy.lua")
	return assert(load(fs.read(file), "@" .. file))(name)
end

--- The first hint of what was raised.
local function hint_of(told)
	local hint = told.hints[1]
	return type(hint) == "table" and hint[1] or hint
end

describe("adopt", function()
	setup(function()
		folder = fs.temp "folder"
		made = raw "alpha"
	end)

	teardown(function()
		fs.remove(folder, { recursive = true })
	end)

	it("makes of raw calls a script whose plan is empty", function()
		local result = adopt.run { stack = "alpha", out = at "alpha.lua" }
		assert.is_true(result.proved)
		assert.equal(8, #result.resources)
		assert.equal(8, result.tagged)
		local plan = prove.load(at "alpha.lua"):plan()
		assert.is_false(plan.has_changes)
		assert.equal(8, #plan.unchanged)
		local tags = tags_of(made.task)
		assert.equal("alpha", tags["dmsrun:stack"])
		assert.equal("dms.task/orders", tags["dmsrun:resource"])
		assert.equal("true", tags["dmsrun:protect"])
		assert.equal("alpha", tags.team)
	end)

	it("writes mappings and settings as code, and only what differs from the defaults", function()
		local text = fs.read(at "alpha.lua")
		assert.has_match('map%.include "production%.%%"', text)
		assert.has_match('map%.exclude "production%.temp_%%":named "no temp"', text)
		assert.has_match("MaxFullLoadSubTasks = 16", text)
		assert.has_match('Id = "SORTER"', text)
		assert.is_nil(text:find("CommitRate", 1, true))
		assert.is_nil(text:find("StreamBufferCount", 1, true))
		assert.is_nil(text:find("kms_key_id", 1, true))
	end)

	it("complaint 2: the log group and stream that DMS sets are stripped", function()
		local task = aws.dms.describe_replication_tasks({}).replication_tasks[1]
		assert.has_match("CloudWatchLogGroup", task.replication_task_settings)
		assert.is_nil(fs.read(at "alpha.lua"):find "CloudWatchLog")
	end)

	it("never writes a secret: it says where one is taken from", function()
		local text = fs.read(at "alpha.lua")
		assert.is_nil(text:find(PLANTED, 1, true))
		assert.has_match('password "ALPHA_SOURCE_PASSWORD"', text)
		assert.has_match("asmPassword and is not written here", text)
		-- What is not confidential stands there.
		assert.has_match("initstmt=SET time_zone='UTC'", text)
		local state = require("host").state_dir()
		for _, name in ipairs(fs.glob("**/*", state)) do
			local file = fs.join(state, name)
			if fs.stat(file).type == "file" then
				assert.is_nil(fs.read(file):find(PLANTED, 1, true), name)
			end
		end
	end)

	it("is idempotent: a second one writes nothing and tags nothing", function()
		local before = fs.read(at "alpha.lua")
		local again = adopt.run { stack = "alpha", out = at "alpha.lua" }
		assert.is_true(again.proved)
		assert.equal(0, again.tagged)
		assert.equal(before, fs.read(at "alpha.lua"))
	end)

	it("does not write over a file that says something else, unless it is told to", function()
		fs.write(at "mine.lua", "-- mine\n")
		local told = raised(adopt.run, { stack = "alpha", out = at "mine.lua" })
		assert.equal("The file exists", told.summary)
		assert.equal("usage", told.exit)
		assert.equal("-- mine\n", fs.read(at "mine.lua"))
		adopt.run { stack = "alpha", out = at "mine.lua", force = true }
		assert.equal(fs.read(at "alpha.lua"), fs.read(at "mine.lua"))
	end)

	it("refuses what belongs to another stack, by its name", function()
		local told =
			raised(adopt.run, { stack = "thief", out = at "thief.lua", instances = { "alpha" } })
		assert.equal("It belongs to another stack", told.summary)
		assert.has_match('belongs to the stack "alpha"', told.what)
		assert.is_false(fs.exists(at "thief.lua"))
		assert.equal("alpha", tags_of(made.instance)["dmsrun:stack"])
		told = raised(adopt.run, { stack = "thief", out = at "thief.lua" })
		assert.equal("Nothing to adopt", told.summary)
		assert.has_match("alpha", hint_of(told))
	end)

	it("names the nearest where there is nothing of that name", function()
		local told = raised(adopt.run, { stack = "x", out = at "x.lua", instances = { "alhpa" } })
		assert.has_match('there is no replication instance "alhpa"', told.what)
		assert.has_match('"alpha"', hint_of(told))
		told = raised(adopt.run, { stack = "x", out = at "x.lua", tags = { team = "nobody" } })
		assert.equal("Nothing to adopt", told.summary)
		local abroad = "arn:aws:dms:eu-west-1:123456789012:task:ABC"
		told = raised(adopt.run, { stack = "x", out = at "x.lua", arns = { abroad } })
		assert.has_match("%-%-region eu%-west%-1", hint_of(told))
		told = raised(adopt.run, { stack = "x", instance = "alpha" })
		assert.has_match('"instances"', hint_of(told))
	end)

	it("finds every difference between a script and what is there, before it tags", function()
		local s = stack.new "alpha"
		local ctx = context.new(s, context.shared())
		local declared = declare.of(choose.from(find.all(ctx), {}, "alpha"), "alpha", ctx)
		local who = aws.whoami()
		local text = fs.read(at "alpha.lua")
		assert.equal(0, #prove.compare(prove.load(at "alpha.lua"), declared, who))
		for from, to in pairs {
			["allocated_storage = 100"] = "allocated_storage = 50",
			["MaxFullLoadSubTasks = 16"] = "MaxFullLoadSubTasks = 8",
			['"production%.%%"'] = '"sales.%%%%"',
			["events_poll_interval = 7"] = "events_poll_interval = 5",
			["threshold = 300"] = "threshold = 301",
		} do
			local changed, count = text:gsub(from, to)
			assert.is_true(count > 0, from)
			fs.write(at "changed.lua", changed)
			assert.is_true(#prove.compare(prove.load(at "changed.lua"), declared, who) > 0, from)
		end
	end)

	it("protects what it adopts until the script says otherwise", function()
		local s = prove.load(at "alpha.lua")
		assert.equal("A protected resource would be lost", raised(s.destroy, s).summary)
		local text = fs.read(at "alpha.lua"):gsub("local protect = true", "local protect = false")
		fs.write(at "free.lua", text)
		s = prove.load(at "free.lua")
		local plan = s:plan()
		assert.equal(8, #plan:with "update")
		s:apply(plan)
		assert.is_true(s:destroy().has_changes)
		-- Back, for the cases below.
		s = prove.load(at "alpha.lua")
		s:apply(s:plan())
	end)

	it("gives up an adoption without touching anything but the tags", function()
		assert.equal(8, adopt.undo "alpha")
		local tags = tags_of(made.task)
		assert.equal("alpha", tags.team)
		for name in pairs(tags) do
			assert.is_nil(name:find "^dmsrun:")
		end
		assert.equal(0, adopt.undo "alpha")
	end)

	it("with a tag takes only what carries it, and refers to the rest by ARN", function()
		aws.dms.remove_tags_from_resource { resource_arn = made.target, tag_keys = { "team" } }
		local result = adopt.run { stack = "beta", out = at "beta.lua", tags = { team = "alpha" } }
		assert.is_true(result.proved)
		for _, one in ipairs(result.resources) do
			assert.not_equal(made.target, one.physical)
		end
		local wanted = ('target_endpoint_arn = "%s"'):format(made.target)
		assert.is_not_nil(fs.read(at "beta.lua"):find(wanted, 1, true))
		adopt.undo "beta"
		aws.dms.add_tags_to_resource {
			resource_arn = made.target,
			tags = { { key = "team", value = "alpha" } },
		}
	end)

	it("takes a task with what it needs, by its ARN", function()
		local result = adopt.run { stack = "gamma", out = at "gamma.lua", arns = { made.task } }
		local kinds = {}
		for _, one in ipairs(result.resources) do
			kinds[one.kind] = (kinds[one.kind] or 0) + 1
		end
		assert.equal(1, kinds["dms.task"])
		assert.equal(2, kinds["dms.endpoint"])
		assert.equal(1, kinds["dms.replication_instance"])
		assert.equal(1, kinds["dms.subnet_group"])
		adopt.undo "gamma"
	end)

	it("without tags it compares what it wrote, and owns nothing", function()
		local result = adopt.run { stack = "delta", out = at "delta.lua", no_tag = true }
		assert.is_false(result.proved)
		assert.equal(0, result.tagged)
		assert.is_nil(tags_of(made.task)["dmsrun:stack"])
	end)

	it(
		"asks before it tags; without an answer the script is written and nothing is tagged",
		function()
			host.options.require_approval = "any"
			local told = raised(adopt.run, { stack = "delta", out = at "asked.lua" })
			host.options.require_approval = nil
			assert.equal("Approval needed", told.summary)
			assert.has_match('Tag 8 resources as the stack "delta"', told.what)
			assert.has_match("adopt %-%-stack delta .* %-%-yes$", told.hints[1].command)
			assert.is_true(fs.exists(at "asked.lua"))
			assert.is_nil(tags_of(made.task)["dmsrun:stack"])
		end
	)

	it("says what could not be tagged, and goes on with the same command", function()
		spec.faults.fail("AddTagsToResource", { nth = 3, code = "AccessDeniedFault" })
		local told = raised(adopt.run, { stack = "alpha", out = at "alpha.lua" })
		spec.faults.clear()
		assert.equal("Not everything could be tagged", told.summary)
		assert.equal("partial", told.exit)
		assert.has_match("7 of 8 resources", told.what)
		local again = adopt.run { stack = "alpha", out = at "alpha.lua" }
		assert.equal(1, again.tagged)
		assert.is_true(again.proved)
	end)

	it("finds alarms and log groups again whose names are not the stack's", function()
		local s, kinds = stack.new "alpha", {}
		for _, one in ipairs((discover.live(s, s:kinds(), context.shared()))) do
			kinds[one.kind] = one.physical
		end
		-- Declared by nobody here: the tags alone say whose they are.
		assert.equal("DMS lag of alpha", kinds["cloudwatch.alarm"])
		assert.equal("dms-tasks-alpha", kinds["logs.log_group"])
	end)

	it("leaves out a subnet group in which another's instance stands", function()
		adopt.undo "alpha"
		aws.dms.create_replication_instance {
			replication_instance_identifier = "neighbour",
			replication_instance_class = "dms.t3.micro",
			replication_subnet_group_identifier = "alpha-subnets",
		}
		local result = adopt.run { stack = "alpha", out = at "shared.lua", instances = { "alpha" } }
		local left = {}
		for _, one in ipairs(result.left_out) do
			left[one.name] = one.why
		end
		assert.equal("neighbour stands in it too", left["alpha-subnets"])
		assert.has_match(
			'replication_subnet_group_identifier = "alpha%-subnets"',
			fs.read(at "shared.lua")
		)
		adopt.undo "alpha"
	end)
end)

describe("adopt of a serverless replication", function()
	it("writes its capacities, mappings and settings, and its plan is empty", function()
		local home = fs.temp "folder"
		local groups = aws.dms.describe_replication_subnet_groups({})
		local ends = {}
		for _, side in ipairs { "source", "target" } do
			ends[side] = aws.dms.create_endpoint({
				endpoint_identifier = "flow-" .. side,
				endpoint_type = side,
				engine_name = "mysql",
				server_name = side .. "-db.example.com",
				port = 3306,
				username = "dms",
				password = "planted-three",
			}).endpoint.endpoint_arn
		end
		local config = aws.dms.create_replication_config({
			replication_config_identifier = "flow-orders",
			source_endpoint_arn = ends.source,
			target_endpoint_arn = ends.target,
			replication_type = "full-load-and-cdc",
			compute_config = {
				max_capacity_units = 16,
				min_capacity_units = 2,
				replication_subnet_group_id = groups.replication_subnet_groups[1].replication_subnet_group_identifier,
			},
			table_mappings = json.encode {
				rules = {
					{
						["rule-type"] = "selection",
						["rule-id"] = "1",
						["rule-name"] = "1",
						["rule-action"] = "include",
						["object-locator"] = { ["schema-name"] = "shop", ["table-name"] = "%" },
					},
				},
			},
			replication_settings = json.encode { FullLoadSettings = { CommitRate = 20000 } },
		}).replication_config
		time.sleep(120)
		local file = path.join(home, "flow.lua")
		local arn = config.replication_config_arn
		local result = adopt.run { stack = "flow", out = file, arns = { arn } }
		assert.is_true(result.proved)
		local text = fs.read(file)
		assert.has_match('map%.include "shop%.%%"', text)
		assert.has_match("CommitRate = 20000", text)
		assert.has_match("max_capacity_units = 16", text)
		assert.is_nil(text:find("planted", 1, true))
		assert.is_false(prove.load(file):drift().has_drift)
		fs.remove(home, { recursive = true })
	end)
end)

describe("the source of a script", function()
	it("breaks what is wider than a line, and keeps the order that it is given", function()
		local value = { zone = "a", first = { 1, 2.0, 2.5, true } }
		assert.equal(
			'{ zone = "a", first = { 1, 2, 2.5, true } }',
			source.value(value, 0, 0, { "zone" })
		)
		local wide = { a = ("x"):rep(60), b = ("y"):rep(60) }
		assert.equal(('{\n\ta = "%s",\n\tb = "%s",\n}'):format(wide.a, wide.b), source.value(wide))
	end)

	it("quotes texts so that they read back as they were", function()
		for _, text in ipairs {
			'a "b"',
			"a 'b'",
			"a\\b",
			"line\nline",
			"\0\1\127",
			"]]\n]=]",
			"ä → ö",
		} do
			local read = load("return " .. source.value(text))()
			assert.equal(text, read)
		end
		assert.equal("end_", source.name "end")
		assert.equal("n9_lives", source.name "9-lives")
	end)

	it("refuses a secret", function()
		local secret = require "secret"
		assert.has_error(function()
			source.value { a = secret.new "planted-too" }
		end)
	end)
end)
