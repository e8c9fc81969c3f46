--- The journal of a stack is of one place, survives whatever a power cut leaves of it, and is spoiled by
--- no password.

local aws = require "aws"
local engine = require "engine"
local errors = require "errors"
local fs = require "fs"
local host = require "host"
local json = require "json"
local place = require "stack.place"
local secret = require "secret"
local spec = require "spec"
local stack = require "stack"
local time = require "time"
local trying = require "support.trying"

local function example(name)
	local s = stack.new("noted", { kinds = { "sns.topic" } })
	s:add("sns.topic", "t", { display_name = name or "one" })
	return s
end

local function path()
	return place.path(example(), ".ndjson")
end

local function lines()
	local list = {}
	for line in fs.read(path()):gmatch "[^\n]+" do
		list[#list + 1] = json.decode(line)
	end
	return list
end

local function clean()
	local s = example()
	s:apply(s:destroy())
	for _, name in ipairs { path(), fs.join(fs.dirname(path()), "noted.ndjson") } do
		if fs.exists(name) then
			fs.remove(name)
		end
	end
end

describe("the journal of a stack", function()
	after_each(clean)

	it("is of one account, region and rehearsal", function()
		local here = path()
		trying.has(here, "noted@123456789012-us-east-1-")
		local before = host.options.local_dir
		host.options.local_dir = "elsewhere"
		local there = path()
		host.options.local_dir = "./elsewhere/"
		assert.equal(there, path())
		host.options.local_dir = before
		assert.is_false(here == there)
		assert.equal(
			place.name("noted", { account = "123456789012", region = "us-east-1" }),
			fs.join("", fs.dirname(here)) and here:match "([^/]+)%.ndjson$"
		)
	end)

	it("of another place hides no drift of this one", function()
		trying.deploy(example())
		local arn = example():find("sns.topic", "t").physical
		aws.sns.set_topic_attributes {
			topic_arn = arn,
			attribute_name = "DisplayName",
			attribute_value = "changed",
		}
		time.sleep(60)
		-- As a deploy to another rehearsal from the same folder leaves it.
		local before = host.options.local_dir
		host.options.local_dir = "elsewhere"
		local other = place.journal("noted", example():identity())
		engine.intent(other, {
			resource = "sns.topic/t",
			action = "update",
			generation = 1,
			properties = {},
		})
		host.options.local_dir = before
		local found = example():drift()
		assert.is_true(found.has_drift)
		assert.equal(1, #found.changed)
		assert.same({}, found.ours)
	end)

	it("of no known place tells nobody what is his, and what it left open is looked for", function()
		trying.deploy(example())
		local arn = example():find("sns.topic", "t").physical
		aws.sns.set_topic_attributes {
			topic_arn = arn,
			attribute_name = "DisplayName",
			attribute_value = "changed",
		}
		time.sleep(60)
		fs.remove(path())
		local old = engine.journal "noted"
		for _, id in ipairs { "t", "u" } do
			engine.intent(old, {
				resource = "sns.topic/" .. id,
				action = "create",
				generation = 1,
				properties = {},
			})
		end
		assert.equal(2, #engine.unresolved(place.journal("noted", example():identity())))
		assert.is_true(example():drift().has_drift)
		trying.deploy(example())
		assert.equal(0, #engine.unresolved(place.journal("noted", example():identity())))
		assert.is_false(example():drift().has_drift)
	end)

	it("that is of zeros, or of half a line, is begun anew", function()
		for _, text in ipairs { ("\0"):rep(33), '{"dmsrun":"jour', "" } do
			fs.mkdir(fs.dirname(path()))
			fs.write(path(), text)
			trying.deploy(example())
			assert.equal("journal", lines()[1].dmsrun)
			local s = example()
			s:apply(s:destroy())
		end
	end)

	it("keeps names that a password is spelled like, and no password", function()
		for _, word in ipairs { "noted", "intent", "create", "dms.endpoint", "source" } do
			local s = stack.new("noted", { kinds = { "dms.endpoint" } })
			s:add("dms.endpoint", "source", {
				endpoint_type = "source",
				engine_name = "mysql",
				server_name = "db",
				port = 3306,
				username = "u",
				password = secret.new(word),
			})
			trying.deploy(s)
			local seen = false
			for _, line in ipairs(lines()) do
				if line.type == "intent" and line.resource == "dms.endpoint/source" then
					seen = true
					assert.equal("create", line.action)
					assert.equal("***", line.properties.password)
				end
			end
			assert.is_true(seen, word)
			s = stack.new("noted", { kinds = { "dms.endpoint" } })
			s:apply(s:destroy())
			fs.remove(path())
		end
	end)
end)

describe("a password that is spelled like the stack's name", function()
	it("lets a killed run make no second VPC", function()
		local file = fs.temp("file", ".lua")
		fs.write(
			file,
			[[
local s = require("stack").new("twinned", { kinds = { "ec2.vpc", "dms.endpoint" } })
s:add("ec2.vpc", "twinned", { cidr_block = "10.0.0.0/16" })
s:add("dms.endpoint", "source", { endpoint_type = "source", engine_name = "mysql", server_name = "db",
	port = 3306, username = "u", password = "twinned" })
s:output("Name", "arn:x:twinned-twinned")
s:main(arg)
]]
		)
		spec.faults.set "ec2:CreateVpc#1=kill-after"
		spec.faults.set "ec2:DescribeVpcs=stale 30"
		assert.is_true(spec.run(file, "deploy").killed)
		local again = spec.run(file, "deploy")
		assert.equal(0, again.code, again.text)
		spec.faults.clear()
		local count = 0
		for _, vpc in ipairs(aws.ec2.describe_vpcs().vpcs) do
			count = count + (vpc.is_default and 0 or 1)
		end
		assert.equal(1, count)
		local outputs = spec.run(file, "outputs", "--json")
		trying.has(outputs.output, "arn:x:twinned-twinned")
		assert.equal(0, spec.run(file, "destroy", "--allow", "destroy").code)
		fs.remove(file)
	end)
end)

describe("a job that a plan does not have", function()
	it("is refused where it is named, and ends nobody's process", function()
		local s = example()
		local plan = s:plan()
		local apply = engine.apply(plan.handle)
		for _, call in ipairs {
			function()
				engine.spent(apply, 99, 1, 1)
			end,
			function()
				engine.finished(apply, 99, {}, 1)
			end,
			function()
				engine.failed(apply, 99, "x", 1)
			end,
			function()
				engine.unneeded(apply, 99, 1)
			end,
			function()
				engine.resolve(apply, 99)
			end,
			function()
				engine.annotate(plan.handle, 0, "x")
			end,
		} do
			local ok, problem = errors.capture(call)
			assert.is_false(ok)
			assert.matches("no job 99", tostring(problem):gsub("no step 0", "no job 99"))
		end
	end)
end)
