local adopt = require "adopt"
local aws = require "aws"
local drifted = require "stack.drifted"
local fs = require "fs"
local json = require "json"
local path = require "path"
local prove = require "adopt.prove"
local spec = require "spec"
local stack = require "stack"
local time = require "time"

--- A stack of two topics and a log group: small, and each can be spoilt from outside.
local function example(name, declare)
	local s = stack.new(name, { kinds = { "sns.topic", "logs.log_group" } })
	local topic = s:add("sns.topic", "alerts", { display_name = "Alerts" })
	s:add("logs.log_group", "log", { log_group_name = name .. "-log", retention_in_days = 7 })
	if declare then
		declare(s, topic)
	end
	return s
end

local function deployed(name, declare)
	local s = example(name, declare)
	s:apply(s:plan())
	return s
end

local function topic_of(s)
	return s:find("sns.topic", "alerts").physical
end

local function has_line(found, text)
	local all = table.concat(drifted.lines(found), "\n")
	assert.is_not_nil(all:find(text, 1, true), ("no %q in:\n%s"):format(text, all))
end

describe("drift", function()
	it("is none right after a deploy, and costs no change", function()
		local found = deployed("calm"):drift()
		assert.is_false(found.has_drift)
		assert.equal(2, found.same)
		assert.is_string(found.since)
		assert.is_true(found.complete)
	end)

	it("is not none where something could not be looked at", function()
		local file = fs.temp("file", ".lua")
		fs.write(
			file,
			[[
local s = require("stack").new("unseen", { kinds = { "sns.topic", "logs.log_group" } })
s:add("sns.topic", "alerts", {})
s:main(arg)
]]
		)
		assert.equal(0, spec.run(file, "deploy").code)
		spec.faults.set "logs:DescribeLogGroups=AccessDeniedException not for you"
		local told = spec.run(file, "drift")
		local detailed = spec.run(file, "drift", "--detailed-exitcode")
		spec.faults.clear()
		fs.remove(file)
		assert.equal(3, told.code, told.text)
		assert.equal(3, detailed.code, detailed.text)
		assert.matches("none in what could be listed", told.text)
		assert.matches("logs.log_group could not be listed", told.text)
	end)

	it("tells a property that somebody changed, and what a deploy would do", function()
		local s = deployed "changed"
		aws.logs.put_retention_policy { log_group_name = "changed-log", retention_in_days = 30 }
		local found = example("changed"):drift()
		assert.is_true(found.has_drift)
		assert.equal(1, #found.changed)
		local difference = found.changed[1].differences[1]
		assert.equal("retention_in_days", difference.path)
		assert.equal("7 → 30", difference.text)
		assert.equal("a deploy would set it back", found.changed[1].deploy)
		assert.equal(1, found.same)
		has_line(found, "retention_in_days  7 → 30")
		-- A deploy sets it back, and then there is none.
		s = example "changed"
		s:apply(s:plan())
		assert.is_false(s:drift().has_drift)
	end)

	it("is not the plan: what the script changed is no drift", function()
		deployed "script"
		local s = stack.new("script", { kinds = { "sns.topic", "logs.log_group" } })
		s:add("sns.topic", "alerts", { display_name = "Louder" })
		assert.is_true(s:plan().has_changes)
		assert.is_false(s:drift().has_drift)
	end)

	it("tells where the script follows what was changed", function()
		deployed "follow"
		aws.logs.put_retention_policy { log_group_name = "follow-log", retention_in_days = 30 }
		local s = stack.new("follow", { kinds = { "sns.topic", "logs.log_group" } })
		s:add("sns.topic", "alerts", { display_name = "Alerts" })
		s:add("logs.log_group", "log", {
			log_group_name = "follow-log",
			retention_in_days = 30,
		})
		assert.is_false(s:plan().has_changes)
		local found = s:drift()
		assert.equal("the script says the same, so a deploy leaves it", found.changed[1].deploy)
	end)

	it("leaves alone what was never declared", function()
		local s = deployed "silent"
		aws.sns.tag_resource {
			resource_arn = topic_of(s),
			tags = { { key = "Team", value = "theirs" } },
		}
		assert.is_false(s:drift().has_drift)
	end)

	it("tells what was deleted behind our back", function()
		local s = deployed "deleted"
		aws.sns.delete_topic { topic_arn = topic_of(s) }
		local found = example("deleted"):drift()
		assert.equal(1, #found.deleted)
		assert.equal("a deploy would make it again", found.deleted[1].deploy)
		has_line(found, '- sns.topic "alerts"')
	end)

	it("tells what carries the stack's tags and was not left by a deploy", function()
		deployed "stranger"
		aws.sns.create_topic {
			name = "stranger-other",
			tags = {
				{ key = "dmsrun:stack", value = "stranger" },
				{ key = "dmsrun:resource", value = "sns.topic/other" },
			},
		}
		local found = example("stranger"):drift()
		assert.equal(1, #found.unknown)
		assert.equal("other", found.unknown[1].id)
		assert.equal("a deploy would delete it", found.unknown[1].deploy)
		-- What another folder's deploy made is in the script.
		found = example("stranger", function(s)
			s:add("sns.topic", "other", {})
		end):drift()
		assert.has_match("another folder's deploy made it", found.unknown[1].deploy)
	end)

	it("tells a second one beside what was left, and another one in its place", function()
		local s = deployed "twin"
		local first = topic_of(s)
		aws.sns.create_topic {
			name = "twin-alerts-copy",
			attributes = { DisplayName = "Alerts" },
			tags = {
				{ key = "dmsrun:stack", value = "twin" },
				{ key = "dmsrun:resource", value = "sns.topic/alerts" },
			},
		}
		local found = example("twin"):drift()
		assert.equal(0, #found.changed)
		assert.equal(1, #found.unknown)
		assert.has_match("twin%-alerts%-copy$", found.unknown[1].physical)
		assert.equal("a second one beside " .. first, found.unknown[1].reason)
		aws.sns.delete_topic { topic_arn = first }
		found = example("twin"):drift()
		assert.equal(0, #found.unknown)
		assert.equal(1, #found.changed)
		assert.equal(("another one: %s was left"):format(first), found.changed[1].reason)
	end)

	it("without a record compares with the script, and says so", function()
		local s = deployed "elsewhere"
		local folder = fs.join(require("host").state_dir(), "deployed")
		for _, name in ipairs(fs.list(folder)) do
			if name:find("^elsewhere@") then
				fs.remove(fs.join(folder, name))
			end
		end
		assert.is_false(s:drift().has_drift)
		assert.is_nil(s:drift().since)
		aws.logs.put_retention_policy { log_group_name = "elsewhere-log", retention_in_days = 30 }
		aws.sns.delete_topic { topic_arn = topic_of(s) }
		local found = example("elsewhere"):drift()
		assert.equal(1, #found.changed)
		assert.equal(1, #found.deleted)
		assert.equal("7 → 30", found.changed[1].differences[1].text)
	end)

	it("does not take for drift what a deploy of ours did before it broke off", function()
		deployed "broken"
		time.sleep(60)
		local function more(s)
			s:add("sns.topic", "second", {})
			s:add("logs.log_group", "late", { log_group_name = "broken-late" })
		end
		spec.faults.fail("logs:CreateLogGroup", { code = "LimitExceededException" })
		local s = example("broken", more)
		assert.has_error(function()
			s:apply(s:plan())
		end)
		spec.faults.clear()
		local found = example("broken", more):drift()
		assert.is_false(found.has_drift)
		assert.is_false(found.complete)
		assert.equal(0, #found.unknown)
	end)

	it("after our own destroy is none: it was destroyed, and nobody deleted anything", function()
		local s = deployed "gone"
		s:apply(s:destroy())
		local found = example("gone"):drift()
		assert.is_false(found.has_drift)
		assert.is_true(found.destroyed)
		assert.is_string(found.since)
		assert.equal(0, #found.deleted)
		assert.is_true(drifted.json(found).destroyed)
		-- What somebody makes in its name afterwards is.
		aws.sns.create_topic {
			name = "gone-late",
			tags = {
				{ key = "dmsrun:stack", value = "gone" },
				{ key = "dmsrun:resource", value = "sns.topic/late" },
			},
		}
		assert.equal(1, #example("gone"):drift().unknown)
		-- The next deploy begins anew.
		s = deployed "gone"
		assert.is_false(s:drift().destroyed)
	end)

	it("after a destroy looks after what was retained", function()
		local function some()
			local s = stack.new("partly", { kinds = { "sns.topic" } })
			s:add("sns.topic", "a", {}, { retain = true })
			s:add("sns.topic", "b", {})
			return s
		end
		local s = some()
		s:apply(s:plan())
		s:apply(s:destroy())
		local found = some():drift()
		assert.is_false(found.has_drift)
		assert.equal(1, found.same)
		aws.sns.delete_topic { topic_arn = some():find("sns.topic", "a").physical }
		assert.equal(1, #some():drift().deleted)
	end)

	it(
		"tells a metric filter that an outsider added as added, and one that is gone as gone",
		function()
			local function filter(name)
				return {
					name = name,
					pattern = "ERROR",
					metric = { namespace = "drift", name = name },
				}
			end
			local function make()
				local s = stack.new("filters", { kinds = { "logs.log_group" } })
				s:add("logs.log_group", "log", {
					metric_filters = { filter "errors", filter "gone" },
				})
				return s
			end
			local s = make()
			s:apply(s:plan())
			local function put(name, pattern)
				aws.logs.put_metric_filter {
					log_group_name = "filters-log",
					filter_name = name,
					filter_pattern = pattern,
					metric_transformations = {
						{ metric_namespace = "drift", metric_name = name, metric_value = "1" },
					},
				}
			end
			put("others", "x")
			put("errors", "FATAL")
			aws.logs.delete_metric_filter { log_group_name = "filters-log", filter_name = "gone" }
			local found = make():drift()
			has_line(found, "+ others")
			has_line(found, "- gone")
			has_line(found, 'errors  pattern "ERROR" → "FATAL"')
		end
	)

	it("keeps no secret in its record", function()
		local secret = require "secret"
		local s = stack.new("quiet", { kinds = { "dms.endpoint" } })
		s:add("dms.endpoint", "source", {
			endpoint_type = "source",
			engine_name = "mysql",
			server_name = "a.example.com",
			port = 3306,
			username = "dms",
			password = secret.new "planted-one",
		})
		s:add("dms.endpoint", "target", {
			endpoint_type = "target",
			engine_name = "redis",
			redis_settings = {
				server_name = "b.example.com",
				port = 6379,
				auth_type = "auth-token",
				auth_password = "planted-two",
			},
		})
		s:apply(s:plan())
		assert.is_false(s:drift().has_drift)
		local folder = fs.join(require("host").state_dir(), "deployed")
		for _, name in ipairs(fs.list(folder)) do
			assert.is_nil(fs.read(fs.join(folder, name)):find("planted", 1, true), name)
		end
	end)

	it("of a stack that was never deployed here says so, and lists nothing", function()
		local file = fs.join(fs.temp "folder", "never.lua")
		fs.write(
			file,
			[[
local s = require("stack").new("never", { kinds = { "logs.log_group" } })
for index = 1, 5 do
	s:add("logs.log_group", "g" .. index, {})
end
s:main(arg)
]]
		)
		local run = spec.run(file, "drift", "--detailed-exitcode")
		assert.equal(2, run.code, run.text)
		local text = run.output:gsub("%s+", " ")
		assert.matches("nothing of the stack is there", text)
		assert.matches("a deploy would make 5 resources", text)
		assert.is_nil(text:find("g3", 1, true))
	end)

	it("gives all of it as data", function()
		deployed "data"
		aws.logs.put_retention_policy { log_group_name = "data-log", retention_in_days = 30 }
		local data = json.decode(json.encode(drifted.json(example("data"):drift())))
		assert.is_true(data.drift)
		assert.equal("logs.log_group", data.changed[1].kind)
		assert.equal("7", data.changed[1].differences[1].was)
		assert.equal("30", data.changed[1].differences[1].is)
		assert.has_match("drift_spec.lua$", data.changed[1].file)
		assert.equal(0, #data.deleted)
	end)
end)

describe("drift of what was adopted", function()
	local folder, made, s

	setup(function()
		folder = fs.temp "folder"
		local file = fs.join(fs.script_dir(), "../fixtures/legacy.lua")
		made = assert(load(fs.read(file), "@" .. file))("omega")
		adopt.run { stack = "omega", out = path.join(folder, "omega.lua") }
		s = prove.load(path.join(folder, "omega.lua"))
	end)

	teardown(function()
		fs.remove(folder, { recursive = true })
	end)

	it("is none right after the adoption", function()
		local found = s:drift()
		assert.is_false(found.has_drift)
		assert.equal(8, found.same)
	end)

	it("tells a task's other state, which is no drift, and its settings and mappings", function()
		aws.dms.stop_replication_task { replication_task_arn = made.task }
		time.sleep(300)
		local found = s:drift()
		assert.is_false(found.has_drift)
		assert.equal("running", found.tasks[1].was)
		assert.equal("stopped", found.tasks[1].is)
		aws.dms.modify_replication_task {
			replication_task_arn = made.task,
			replication_task_settings = json.encode {
				FullLoadSettings = { MaxFullLoadSubTasks = 4 },
			},
			table_mappings = json.encode {
				rules = {
					{
						["rule-type"] = "selection",
						["rule-id"] = "1",
						["rule-name"] = "1",
						["rule-action"] = "include",
						["object-locator"] = { ["schema-name"] = "sales", ["table-name"] = "%" },
					},
				},
			},
		}
		time.sleep(120)
		found = s:drift()
		assert.equal(1, #found.changed)
		has_line(found, "FullLoadSettings.MaxFullLoadSubTasks  16 → 4")
		has_line(found, '+ rule include "sales.%"')
		has_line(found, '- rule include "production.%"')
	end)

	it("tells that the mark was taken away which protects a resource", function()
		aws.dms.remove_tags_from_resource {
			resource_arn = made.source,
			tag_keys = { "dmsrun:protect" },
		}
		has_line(s:drift(), "the tag dmsrun:protect was taken away")
	end)
end)
