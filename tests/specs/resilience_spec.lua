--- What AWS and the network do to a deploy: throttled and failing calls, lost answers, reads that come
--- late, no capacity, a process that is killed. The levers for it are tried here as well.

local aws = require "aws"
local errors = require "errors"
local events = require "stack.events"
local fs = require "fs"
local host = require "host"
local invariants = require "spec.invariants"
local spec = require "spec"
local stack = require "stack"
local time = require "time"

local function small(tags)
	local s = stack.new("small", {
		kinds = { "ec2.vpc", "ec2.subnet", "sns.topic", "logs.log_group", "iam.role" },
		tags = tags,
	})
	local vpc = s:add("ec2.vpc", "v", { cidr_block = "10.0.0.0/16" })
	s:add("ec2.subnet", "n", { vpc_id = vpc.vpc_id, cidr_block = "10.0.1.0/24" })
	s:add("sns.topic", "t", { display_name = "T" })
	s:add("logs.log_group", "l", { retention_in_days = 7 })
	s:add("iam.role", "r", {
		assume_role_policy_document = {
			Version = "2012-10-17",
			Statement = {
				{
					Effect = "Allow",
					Principal = { Service = "dms.amazonaws.com" },
					Action = "sts:AssumeRole",
				},
			},
		},
	})
	return s
end

local function deploy(tags)
	local s = small(tags)
	return s:apply(s:plan())
end

--- How many of everything there are, however they were made.
local function counts()
	local vpcs = 0
	for _, vpc in ipairs(aws.ec2.describe_vpcs({}).vpcs) do
		vpcs = vpcs + (vpc.is_default and 0 or 1)
	end
	return {
		vpcs = vpcs,
		topics = #aws.pages(aws.sns.list_topics, {}),
		groups = #aws.pages(aws.logs.describe_log_groups, {
			log_group_name_prefix = "small",
		}),
	}
end

local ONE = { vpcs = 1, topics = 1, groups = 1 }

describe("reads that come late", function()
	after_each(function()
		spec.faults.clear()
	end)

	it("see what was there before", function()
		spec.branch(function()
			spec.faults.set "sns:ListTopics=stale 10"
			aws.sns.create_topic { name = "late" }
			assert.equal(0, #aws.sns.list_topics().topics)
			time.sleep(11)
			assert.equal(1, #aws.sns.list_topics().topics)
			-- Other reads see it at once.
			aws.sns.create_topic { name = "later" }
			local arn = "arn:aws:sns:us-east-1:123456789012:later"
			assert.equal(arn, aws.sns.get_topic_attributes({ topic_arn = arn }).attributes.TopicArn)
			assert.equal(1, #aws.sns.list_topics().topics)
		end)
	end)

	--- Everything but the lock's own service, which is read after it was written by design.
	local function late(seconds)
		for _, service in ipairs { "ec2", "sns", "iam", "tagging" } do
			spec.faults.set(("%s:*=stale %d"):format(service, seconds))
		end
	end

	it("make nothing twice: everything is read some seconds late", function()
		spec.branch(function()
			late(8)
			deploy()
			time.sleep(20)
			assert.equal(false, small():plan().has_changes)
			spec.faults.clear()
			assert.same(ONE, counts())
			local s = small()
			s:apply(s:destroy())
		end)
	end)

	it("make nothing twice: an answer is lost, and what was made is seen late", function()
		for _, call in ipairs { "ec2:CreateVpc", "ec2:CreateSubnet", "sns:CreateTopic" } do
			spec.branch(function()
				spec.faults.set(call .. "#1=drop")
				late(8)
				deploy()
				time.sleep(20)
				spec.faults.clear()
				assert.same(ONE, counts())
				assert.equal(false, small():plan().has_changes)
			end)
		end
	end)

	it("do not hide tags for good: they are seen later than what carries them", function()
		spec.branch(function()
			spec.faults.set "sns:ListTagsForResource=stale 20"
			spec.faults.set "iam:ListRoleTags=stale 20"
			spec.faults.set "tagging:GetResources=stale 20"
			deploy()
			time.sleep(30)
			assert.equal(false, small():plan().has_changes)
			assert.same(ONE, counts())
		end)
	end)
end)

describe("the full stack", function()
	it("is made once where everything is read some seconds late", function()
		spec.branch(function()
			for _, service in ipairs { "dms", "ec2", "sns", "iam", "secretsmanager", "tagging" } do
				spec.faults.set(("%s:*=stale 6"):format(service))
			end
			local ran = spec.run("scripts/migrate.lua", "deploy", "--yes")
			spec.faults.clear()
			assert.equal(0, ran.code, ran.text)
			local plan = spec.run("scripts/migrate.lua", "plan", "--detailed-exitcode")
			assert.equal(0, plan.code, plan.text)
			assert.equal(1, #aws.dms.describe_replication_instances().replication_instances)
			assert.equal(2, #aws.dms.describe_endpoints().endpoints)
			assert.equal(2, #aws.dms.describe_replication_tasks().replication_tasks)
		end)
	end)
end)

describe("calls that fail", function()
	it("for three in ten: a deploy succeeds, and takes little longer", function()
		local function seconds(fault)
			local spent
			spec.branch(function()
				if fault then
					spec.faults.set(fault)
				end
				local before = time.epoch()
				local ran = spec.run("scripts/migrate.lua", "deploy", "--yes")
				assert.equal(0, ran.code, ran.text)
				spent = time.epoch() - before
				spec.faults.clear()
				local plan = spec.run("scripts/migrate.lua", "plan", "--detailed-exitcode")
				assert.equal(0, plan.code, plan.text)
			end)
			return spent
		end
		local calm = seconds()
		for _, fault in ipairs { "*:*%0.3=ThrottlingException", "*:*%0.3=InternalFailure" } do
			local rough = seconds(fault)
			print(
				("%s: %s instead of %s, %d %% more"):format(
					fault,
					time.duration(rough),
					time.duration(calm),
					math.floor(100 * (rough - calm) / calm + 0.5)
				)
			)
			assert.is_true(rough < 3 * calm)
		end
	end)

	--- What a service did though it answered that it failed is there; what is sent again would be there
	--- twice.
	it("though they were carried out: nothing is made twice", function()
		spec.branch(function()
			spec.faults.set "*:mutating%0.1=fail-after InternalFailure"
			local ran = spec.run("scripts/migrate.lua", "deploy", "--yes")
			spec.faults.clear()
			assert.equal(0, ran.code, ran.text)
			local plan = spec.run("scripts/migrate.lua", "plan", "--detailed-exitcode")
			assert.equal(0, plan.code, plan.text)
			local vpcs = aws.ec2.describe_vpcs {
				filters = { { name = "tag-key", values = { "dmsrun:stack" } } },
			}
			assert.equal(1, #vpcs.vpcs)
			assert.equal(2, #aws.dms.describe_endpoints().endpoints)
			assert.equal(2, #aws.dms.describe_replication_tasks().replication_tasks)
			local gateways = aws.ec2.describe_nat_gateways({}).nat_gateways
			assert.equal(1, #gateways)
		end)
	end)

	it("though they were carried out: the run looks for each create, and goes on", function()
		for _, call in ipairs {
			"ec2:CreateVpc",
			"ec2:CreateSubnet",
			"sns:CreateTopic",
			"iam:CreateRole",
		} do
			spec.branch(function()
				spec.faults.set(
					call .. "#1=fail-after InternalError An internal error has occurred."
				)
				deploy()
				assert.same({}, spec.faults.unstruck())
				spec.faults.clear()
				assert.same(ONE, counts())
				assert.equal(false, small():plan().has_changes)
			end)
		end
	end)

	it("for want of capacity: DMS is asked again", function()
		spec.branch(function()
			spec.faults.fail("CreateReplicationInstance", {
				nth = 1,
				code = "InsufficientResourceCapacityFault",
				message = "There are not enough resources to create the instance.",
			})
			local ran = spec.run("scripts/migrate.lua", "deploy", "--yes")
			spec.faults.clear()
			assert.equal(0, ran.code, ran.text)
			assert.equal(1, #aws.dms.describe_replication_instances().replication_instances)
		end)
	end)
end)

describe("a script that is killed", function()
	it("ends with 137 where it is, and goes on with the next run", function()
		spec.branch(function()
			spec.faults.set "*:mutating#9=kill-after"
			local killed = spec.run("scripts/migrate.lua", "deploy", "--yes")
			spec.faults.clear()
			assert.equal(137, killed.code)
			assert.equal(true, killed.killed)
			assert.equal(nil, killed.failure)
			assert.equal(nil, killed.text:find("error:", 1, true))
			local again = spec.run("scripts/migrate.lua", "deploy", "--yes")
			assert.equal(0, again.code, again.text)
			assert.equal(false, again.killed)
		end)
	end)

	it("is one that spec.run has run: a spec can't kill itself", function()
		spec.branch(function()
			spec.faults.set "sns:CreateTopic#1=kill"
			local ok, problem = pcall(aws.sns.create_topic, { name = "x" })
			spec.faults.clear()
			assert.equal(false, ok)
			assert.equal("NothingToKill", problem.code)
		end)
	end)
end)

describe("a fault", function()
	local function refused(text)
		local ok, problem = pcall(spec.faults.set, text)
		assert.equal(false, ok, text)
		local told = errors.describe(problem)
		local hint = (told.hints or {})[1]
		return told.what .. " " .. tostring(type(hint) == "table" and hint[1] or hint)
	end

	it("that is misspelt is refused: it would rehearse nothing", function()
		assert.matches('Did you mean "CreateEndpoint"', refused "dms:CreateEndpiont#1=kill")
		assert.matches('Did you mean "CreateEndpoint"', refused "dms:create_endpoint#1=kill")
		assert.matches('Did you mean "dms"', refused "dsm:CreateEndpoint=drop")
		assert.matches('Did you mean "mutating"', refused "*:mutatin#1=kill")
	end)

	it("that lets nobody be reached", function()
		spec.branch(function()
			spec.faults.fail("sns:ListTopics", { offline = true })
			local ok, problem = pcall(aws.sns.list_topics)
			assert.equal(false, ok)
			assert.equal("ConnectionFailed", problem.code)
		end)
	end)

	it("that lets a call be carried out and fail", function()
		spec.branch(function()
			spec.faults.fail("ec2:CreateVpc", { nth = 1, after = true, code = "InternalError" })
			local ok, problem = pcall(aws.ec2.create_vpc, { cidr_block = "10.0.0.0/16" })
			assert.equal(false, ok)
			assert.equal("AnswerLost", problem.code)
			assert.matches("InternalError", problem.message)
			assert.equal(1, counts().vpcs)
		end)
	end)
end)

describe("a branch", function()
	it("leaves no trace: neither in AWS nor in time nor in the journal", function()
		local before, calls = time.epoch(), spec.calls()
		spec.branch(function()
			deploy()
			assert.same(ONE, counts())
			assert.is_true(spec.calls().mutating > 5)
			time.sleep(100)
			spec.branch(function()
				local s = small()
				s:apply(s:destroy())
				assert.equal(0, counts().vpcs)
			end)
			assert.same(ONE, counts())
		end)
		assert.equal(before, time.epoch())
		assert.same(calls, spec.calls())
		assert.equal(0, counts().vpcs)
	end)

	it("is left by an error as well", function()
		local ok = pcall(spec.branch, function()
			aws.sns.create_topic { name = "x" }
			error "away"
		end)
		assert.equal(false, ok)
		assert.equal(0, #aws.sns.list_topics().topics)
	end)
end)

describe("the invariants", function()
	--- What they find while a function runs, which is not held against this test.
	local function found(f)
		invariants.take()
		spec.branch(f)
		return table.concat(invariants.take(), "\n")
	end

	--- Does something behind the engine's back as soon as a step is done.
	local function after_first_step(act)
		local done
		events.listen(function(event)
			if event == "step" and not done then
				done = true
				act()
			end
		end)
	end

	it("hold in a deploy, a change and a destroy", function()
		assert.equal(
			"",
			found(function()
				deploy()
				deploy { Team = "a" }
				local s = small()
				s:apply(s:destroy())
			end)
		)
	end)

	it("find a twin, an orphan and what has no identity", function()
		local function topic(name, resource)
			aws.sns.create_topic {
				name = name,
				tags = {
					{ key = "dmsrun:stack", value = "small" },
					resource and { key = "dmsrun:resource", value = resource } or nil,
				},
			}
		end
		local text = found(function()
			after_first_step(function()
				topic("small-twin", "sns.topic/t")
				topic("small-orphan", "sns.topic/nobody")
				topic("small-stranger")
			end)
			deploy()
		end)
		assert.matches("are both sns.topic/t", text)
		assert.matches("small%-orphan %(sns.topic/nobody%) is neither declared nor planned", text)
		assert.matches("small%-stranger carries the stack's tag and no identity", text)
	end)

	it("find what was to be deleted and lives", function()
		local text = found(function()
			deploy()
			local definition = require("kind").get "sns.topic"
			local stubbed = definition.delete
			definition.delete = function() end
			local settle = definition.settle
			definition.settle = nil
			local s = small()
			pcall(s.apply, s, s:destroy())
			definition.delete, definition.settle = stubbed, settle
		end)
		assert.matches("was to be deleted and lives", text)
	end)

	it("find an intent without an outcome", function()
		local engine = require "engine"
		local text = found(function()
			local result = engine.result
			local lost
			rawset(engine, "result", function(journal, id, outcome)
				if not lost then
					lost = true
					return
				end
				return result(journal, id, outcome)
			end)
			deploy()
			rawset(engine, "result", result)
		end)
		assert.matches("has no outcome", text)
	end)

	it("watch what spec.run runs, too", function()
		local script = host.state_dir() .. "/orphan.lua"
		fs.write(
			script,
			[[
			local aws = require "aws"
			local stack = require "stack"
			require("stack.events").listen(function(event)
				if event == "step" then
					local tags = { { key = "dmsrun:stack", value = "small" } }
					tags[2] = { key = "dmsrun:resource", value = "sns.topic/nobody" }
					aws.sns.create_topic { name = "small-orphan", tags = tags }
				end
			end)
			local s = stack.new("small", { kinds = { "sns.topic" } })
			s:add("sns.topic", "t", { display_name = "T" })
			s:apply(s:plan())
			]]
		)
		local text = found(function()
			assert.equal(0, spec.run(script).code)
		end)
		assert.matches("small%-orphan %(sns.topic/nobody%) is neither declared nor planned", text)
	end)

	it("can be switched off", function()
		spec.invariants(false)
		assert.equal(
			"",
			found(function()
				after_first_step(function()
					aws.sns.create_topic {
						name = "small-orphan",
						tags = {
							{ key = "dmsrun:stack", value = "small" },
							{ key = "dmsrun:resource", value = "sns.topic/nobody" },
						},
					}
				end)
				deploy()
			end)
		)
		spec.invariants(true)
		local ok, problem = pcall(spec.invariants, "off")
		assert.equal(false, ok)
		assert.matches("true or false", errors.describe(problem).what)
	end)
end)
