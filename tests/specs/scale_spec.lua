--- Speed where it can be measured: the virtual clock of the local AWS, with realistic durations.

local aws = require "aws"
local config = require "config"
local deployment = require "migration.deployment"
local map = require "mappings"
local migration = require "migration"
local parallel = require "parallel"
local poll = require "poll"
local spec = require "spec"
local stack = require "stack"
local time = require "time"
local timing = require "stack.timing"

local function orders(name, more)
	local values = {}
	for _, side in ipairs { "source", "target" } do
		values[side .. "_db_config"] = {
			server_name = side .. "-db.example.com",
			username = "dms",
			password = "pl4nted",
		}
	end
	return migration.new {
		name = name,
		config = config.from(values),
		mappings = map.rules { map.include "production.%" },
		cdc = false,
		extend = more,
	}
end

local function deploy(m)
	local plan = deployment.plan(m)
	return m:stack():apply(plan)
end

--- Takes a stack away: an account has room for five networks.
local function destroy(s)
	s:apply(s:destroy())
end

--- Runs `f` with other intervals between the looks of a wait.
local function with_interval(interval, f)
	local original = poll.interval
	poll.interval = interval
	local ok, result = pcall(f)
	poll.interval = original
	if not ok then
		error(result, 0)
	end
	return result
end

local function below(most, value)
	if value > most then
		error(("%s is above %s"):format(value, most), 2)
	end
end

describe("the interval of a wait", function()
	local function looks(lasts, wait)
		local age, count = 0, 0
		while age < lasts do
			age = age + poll.interval(age, wait)
			count = count + 1
		end
		return count, age - lasts
	end

	it("is short while the wait is", function()
		for age = 0, 24 do
			assert.equal(1, poll.interval(age, {}))
		end
		assert.equal(15, poll.interval(3000, {}))
		assert.equal(60, poll.interval(3000, { every = 60 }))
	end)

	it("costs at most a twentieth of the wait, whatever that lasts", function()
		for lasts = 20, 3600, 7 do
			local _, late = looks(lasts, { every = 60 })
			below(lasts * 0.05, late)
		end
	end)

	it("knows what is expected, and asks less often for it", function()
		local blind = looks(520, {})
		local count, late = looks(520, { expected = 480 })
		below(blind / 2, count)
		below(520 * 0.025, late)
		-- And nothing is lost where it comes sooner.
		local _, early = looks(200, { expected = 480 })
		below(15, early)
	end)

	it("is longer where a look takes several calls", function()
		assert.equal(5, poll.interval(0, {}, 6))
		assert.equal(15, poll.interval(0, {}, 40))
	end)
end)

describe("a deploy of the full stack", function()
	it("takes at most 1.05 of its critical path, and of one with looks all the time", function()
		-- The first one makes what the account shares; the others find it.
		deploy(orders "usual")
		destroy(orders("usual"):stack())
		local usual = deploy(orders "usual")
		local ideal = with_interval(function()
			return 0.5
		end, function()
			return deploy(orders "ideal")
		end)
		print(
			("usual %.1f s, ideal %.1f s, critical path %.1f s, at the least %.1f s"):format(
				usual.seconds,
				ideal.seconds,
				usual.critical_path,
				usual.timing.least
			)
		)
		below(1.05 * usual.timing.least, usual.seconds)
		below(1.05 * ideal.seconds, usual.seconds)
		assert.equal(true, ideal.seconds > 300)
		destroy(orders("usual"):stack())
		destroy(orders("ideal"):stack())
	end)

	it("says what its critical path is, and what was waited for", function()
		local result = deploy(orders "path")
		local chain = table.concat(result.timing.chain, "\n")
		assert.equal(
			table.concat({
				"create dms.replication_instance/replication",
				"create dms.task/migration",
				"create dms.event_subscription/task-failures",
			}, "\n"),
			chain
		)
		for _, step in ipairs(result.timing.timeline) do
			if step.name == "create dms.replication_instance/replication" then
				assert.equal(true, step.waited > 300)
				assert.equal(true, step.lag > 0)
				below(15, step.lag)
			end
		end
		local data = timing.json(result.timing)
		assert.equal(#result.timing.timeline, #data.steps)
		below(1.001, data.ratio)
		destroy(orders("path"):stack())
	end)
end)

--- `count` tasks on one instance, each between endpoints of its own.
local function load(count)
	return function(s, parts)
		for index = 1, count do
			s:add("dms.task", "load-" .. index, {
				replication_instance_arn = parts.instance.replication_instance_arn,
				source_endpoint_arn = parts.source.endpoint_arn,
				target_endpoint_arn = parts.target.endpoint_arn,
				migration_type = "full-load-and-cdc",
				table_mappings = map.rules { map.include "production.orders" },
			})
		end
	end
end

--- Seconds until the tasks of a migration are made on an instance that is there, and until they run.
local function made_and_started(name, count)
	deploy(orders(name))
	local made = deploy(orders(name, load(count)))
	local m = orders(name, load(count))
	local outputs = m:stack():live_outputs()
	local instance = outputs["dms.replication_instance/replication"].replication_instance_arn
	local shared = poll.new()
	parallel.map({ "source", "target" }, function(side)
		local endpoint = outputs["dms.endpoint/" .. side].endpoint_arn
		aws.dms.test_connection {
			replication_instance_arn = instance,
			endpoint_arn = endpoint,
		}
		shared:wait {
			what = "connection of " .. side,
			check = function()
				local found = aws.pages(aws.dms.describe_connections, {
					filters = { { name = "endpoint-arn", values = { endpoint } } },
				})
				return found[1] and found[1].status == "successful"
			end,
		}
	end)
	local arns = {}
	for index = 1, count do
		arns[index] = outputs["dms.task/load-" .. index].replication_task_arn
	end
	local began = time.epoch()
	parallel.map(arns, function(task_arn)
		aws.dms.start_replication_task {
			replication_task_arn = task_arn,
			start_replication_task_type = "start-replication",
		}
		shared:wait {
			what = task_arn .. " to run",
			check = function(tick)
				local all = shared:fresh(
					aws.dms.describe_replication_tasks,
					{ without_settings = true },
					tick
				)
				for _, task in ipairs(all) do
					if task.replication_task_arn == task_arn then
						return task.status == "running"
					end
				end
			end,
		}
	end)
	local started = time.epoch() - began
	destroy(m:stack())
	return made.seconds, started
end

describe("ten tasks on one instance", function()
	it("are made and started in no more time than one", function()
		local make_one, start_one = made_and_started("one", 1)
		local make_ten, start_ten = made_and_started("ten", 10)
		print(("one task: made in %.1f s, started in %.1f s"):format(make_one, start_one))
		print(("ten tasks: made in %.1f s, started in %.1f s"):format(make_ten, start_ten))
		below(1.05 * make_one, make_ten)
		below(1.05 * start_one, start_ten)
		assert.equal(true, make_one > 10)
		assert.equal(true, start_one > 10)
	end)
end)

describe("steps that only wait", function()
	it("keep no place: twelve gateways take no longer than one", function()
		local function network(name, count)
			local s = stack.new(name, {
				kinds = { "ec2.vpc" },
			})
			local vpc = s:add("ec2.vpc", "vpc", { cidr_block = "10.0.0.0/16" })
			for index = 1, count do
				local subnet = s:add("ec2.subnet", "s" .. index, {
					vpc_id = vpc.vpc_id,
					cidr_block = ("10.0.%d.0/24"):format(index),
				})
				s:add("ec2.nat_gateway", "n" .. index, {
					subnet_id = subnet.subnet_id,
					connectivity_type = "private",
				})
			end
			return s
		end
		local function seconds(name, count)
			local s = network(name, count)
			local result = s:apply(s:plan())
			destroy(s)
			return result.seconds
		end
		local one = seconds("single", 1)
		local twelve = seconds("dozen", 12)
		assert.equal(true, one > 60)
		below(1.05 * one, twelve)
	end)
end)

describe("a wait", function()
	it("is not ended by a look that AWS does not answer", function()
		local tries = 0
		local shared = poll.new()
		spec.faults.set "dms:DescribeEndpoints#1+=drop"
		local began = time.epoch()
		shared:wait {
			what = "the third look",
			timeout = 600,
			check = function()
				tries = tries + 1
				if tries == 3 then
					spec.faults.clear()
				end
				aws.pages(aws.dms.describe_endpoints, {})
				return true
			end,
		}
		assert.equal(3, tries)
		below(120, time.epoch() - began)
	end)

	it("is given up with the reason where AWS never answers", function()
		spec.faults.set "dms:DescribeEndpoints=ServiceUnavailable"
		local ok, problem = pcall(function()
			poll.new():wait {
				what = "an endpoint",
				timeout = 60,
				check = function()
					return aws.pages(aws.dms.describe_endpoints, {})[1]
				end,
			}
		end)
		spec.faults.clear()
		assert.equal(false, ok)
		local causes = require("errors").describe(problem).causes
		assert.equal(true, causes[1]:find("ServiceUnavailable", 1, true) ~= nil)
	end)

	it("ends at once where a change fails", function()
		spec.faults.set "dms:CreateEndpoint=drop"
		local tries = 0
		local ok = pcall(function()
			poll.new():wait {
				what = "an endpoint",
				timeout = 600,
				check = function()
					tries = tries + 1
					return aws.dms.create_endpoint {
						endpoint_identifier = "once",
						endpoint_type = "source",
						engine_name = "mysql",
						server_name = "a",
						port = 3306,
						username = "u",
						password = "hush-hush",
					}
				end,
			}
		end)
		spec.faults.clear()
		assert.equal(false, ok)
		assert.equal(1, tries)
	end)
end)

describe("complaint 9: a time for each operation", function()
	local function gateway(name, timeouts)
		local s = stack.new(name, {
			kinds = { "ec2.vpc" },
		})
		local vpc = s:add("ec2.vpc", "vpc", { cidr_block = "10.0.0.0/16" })
		local internet = s:add("ec2.internet_gateway", "internet", { vpc_id = vpc.vpc_id })
		local subnet = s:add("ec2.subnet", "a", {
			vpc_id = vpc.vpc_id,
			cidr_block = "10.0.1.0/24",
		})
		local address = s:add("ec2.elastic_ip", "a", {})
		s:add("ec2.nat_gateway", "a", {
			subnet_id = subnet.subnet_id,
			allocation_id = address.allocation_id,
		}, { depends_on = { internet }, timeouts = timeouts })
		return s
	end

	it("complaint 9: ends the wait at it, and the next run re-attaches", function()
		local s = gateway("slow", { create = "30s" })
		local began = time.epoch()
		local ok, problem = pcall(function()
			return s:apply(s:plan())
		end)
		assert.equal(false, ok)
		local told = require("errors").describe(problem)
		assert.equal("timeout", told.exit)
		below(35, time.epoch() - began)
		assert.equal(true, tostring(told.what):find("NAT gateway", 1, true) ~= nil)
		-- The gateway comes up meanwhile; nothing is made twice.
		local again = gateway("slow", { create = "1h" })
		again:apply(again:plan())
		assert.equal(false, again:plan().has_changes)
		local all = aws.pages(aws.ec2.describe_nat_gateways, {
			filter = { { name = "tag:dmsrun:stack", values = { "slow" } } },
		})
		assert.equal(1, #all)
	end)

	it("is refused where it is no duration, at the place where it stands", function()
		local ok, problem = pcall(gateway, "wrong", { create = "soon" })
		assert.equal(false, ok)
		assert.equal(true, tostring(problem):find("timeouts.create", 1, true) ~= nil)
		ok, problem = pcall(gateway, "wrong", { creat = "1h" })
		assert.equal(false, ok)
		assert.equal(true, tostring(problem):find('no operation "creat"', 1, true) ~= nil)
	end)
end)

describe("the timeline", function()
	local function step(name, start, finish, more)
		local one = {
			name = name,
			start = start,
			finish = finish,
			waited = 0,
			lag = 0,
			queued = 0,
			critical = false,
		}
		for key, value in pairs(more or {}) do
			one[key] = value
		end
		return one
	end

	it("has a bar for each step, fits the width, and marks the critical path", function()
		local spent = {
			total = 100,
			seconds = 90,
			least = 88,
			chain = { "create a.b/slow" },
			timeline = {
				step("create a.b/slow", 1000, 1090, { critical = true }),
				step("create a.b/late", 1050, 1100, { queued = 50 }),
				step("create a.b/quick", 1000, 1000),
			},
		}
		for width = 40, 120, 9 do
			for index, line in ipairs(timing.lines(spent, width)) do
				if index > 1 then
					below(width, utf8.len(line))
				end
			end
		end
		local lines = timing.lines(spent, 60)
		assert.equal(
			table.concat({
				"1m 40s in all, critical path 1m 30s (x 1.11); looking now and then cost up to 2s; 1 step waited for room, up to 50s",
				"# create a.b/slow  1m 30s  ##############################",
				"  create a.b/late  50s     ................=================",
				"  and 1 more step, over at once",
			}, "\n"),
			table.concat(lines, "\n")
		)
	end)

	it("is short for a large stack", function()
		local spent = { total = 100, seconds = 100, least = 100, chain = {}, timeline = {} }
		for index = 1, 600 do
			spent.timeline[index] = step("create a.b/" .. index, 1000, 1000 + 40 + index / 10)
		end
		local lines = timing.lines(spent, 80)
		below(40, #lines)
		assert.equal("  and 570 more steps, none above 1m 37s", lines[#lines])
	end)

	it("says so where nothing was done", function()
		assert.equal("nothing was done", timing.lines(timing.none(), 80)[1])
	end)
end)
