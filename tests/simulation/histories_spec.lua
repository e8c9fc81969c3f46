--- Histories: random changes of a generated stack, each deployed with a crash, a lost answer, throttled
--- calls, late reads, changes that are carried out though AWS says that it failed, or nothing in the
--- way, and drift in between. Whatever happened, deploys without faults converge: the plan is empty,
--- nothing is there twice, and a destroy leaves nothing.

local aws = require "aws"
local env = require "env"
local json = require "json"
local report = require "report"
local spec = require "spec"
local stack = require "stack"

local ASKED = env.get "DMSRUN_SIMULATION" or ""
local FIRST, LAST = ASKED:match "^histories:(%d+)%-?(%d*)$"
local OTHERS = ASKED ~= "" and ASKED ~= "all" and not FIRST

--- How many histories are tried, and how many steps each has.
local COUNT = ASKED == "all" and 200 or 12
local STEPS = 5

--- Histories that once failed with seed 0, tried always.
local REMEMBERED = { 113 }

--- The numbers of the histories to try.
local function numbers()
	local first, last = tonumber(FIRST) or 1, tonumber(LAST) or tonumber(FIRST) or COUNT
	local list = {}
	for number = first, last do
		list[#list + 1] = number
	end
	if FIRST then
		return list
	end
	for _, number in ipairs(REMEMBERED) do
		if number > COUNT then
			list[#list + 1] = number
		end
	end
	return list
end

--- Chance of its own for each history: splitmix64.
local function chance(seed)
	local state = seed
	local function next_number()
		state = state + 0x9e3779b97f4a7c15
		local z = state
		z = (z ~ (z >> 30)) * 0xbf58476d1ce4e5b9
		z = (z ~ (z >> 27)) * 0x94d049bb133111eb
		return z ~ (z >> 31)
	end
	local dice = {}
	function dice.below(count)
		return (next_number() >> 1) % count
	end
	function dice.one(list)
		return list[dice.below(#list) + 1]
	end
	function dice.likely(percent)
		return dice.below(100) < percent
	end
	return dice
end

local TRUST = {
	Version = "2012-10-17",
	Statement = {
		{
			Effect = "Allow",
			Principal = { Service = "dms.amazonaws.com" },
			Action = "sts:AssumeRole",
		},
	},
}

local function reading(bucket)
	return {
		Version = "2012-10-17",
		Statement = {
			{ Effect = "Allow", Action = "s3:GetObject", Resource = "arn:aws:s3:::" .. bucket },
		},
	}
end

--- What a generated stack may hold: each gives its properties, by chance.
local PARTS = {
	{
		"ec2.vpc",
		"v",
		function(dice)
			return {
				cidr_block = dice.one { "10.0.0.0/16", "10.0.0.0/16", "10.4.0.0/16" },
				enable_dns_hostnames = dice.likely(50),
				tags = dice.likely(50) and { Team = dice.one { "a", "b" } } or nil,
			}
		end,
	},
	{
		"ec2.subnet",
		"n",
		function(dice, there)
			local range = there["ec2.vpc/v"].cidr_block:match "^%d+%.%d+"
			return {
				vpc_id = "@ec2.vpc/v.vpc_id",
				cidr_block = ("%s.%d.0/24"):format(range, dice.below(2)),
				map_public_ip_on_launch = dice.likely(50),
			}
		end,
		{ "ec2.vpc/v" },
	},
	{
		"ec2.security_group",
		"g",
		function(dice)
			return {
				vpc_id = "@ec2.vpc/v.vpc_id",
				description = dice.one { "g", "g", "h" },
				ingress = {
					{
						protocol = "tcp",
						from_port = dice.one { 3306, 5432 },
						cidr = "10.0.0.0/16",
					},
				},
			}
		end,
		{ "ec2.vpc/v" },
	},
	{
		"sns.topic",
		"t",
		function(dice)
			return {
				display_name = dice.one { "One", "Two" },
				publishers = dice.likely(50) and { "dms.amazonaws.com" } or nil,
			}
		end,
	},
	{
		"dms.event_subscription",
		"e",
		function(dice)
			return {
				sns_topic_arn = "@sns.topic/t.topic_arn",
				source_type = dice.one {
					"replication-task",
					"replication-task",
					"replication-instance",
				},
				event_categories = { dice.one { "failure", "deletion" } },
			}
		end,
		{ "sns.topic/t" },
	},
	{
		"logs.log_group",
		"l",
		function(dice)
			return { retention_in_days = dice.one { 7, 30 } }
		end,
	},
	{
		"s3.bucket",
		"b",
		function(dice)
			return { versioning = dice.likely(50), tls_only = dice.likely(50) }
		end,
	},
	{
		"iam.role",
		"r",
		function(dice)
			return {
				assume_role_policy_document = TRUST,
				policies = { one = reading(dice.one { "a", "b" }) },
			}
		end,
	},
	{
		"dms.endpoint",
		"s",
		function(dice)
			return {
				endpoint_type = dice.one { "source", "source", "target" },
				engine_name = "mysql",
				server_name = dice.one { "a.example.com", "b.example.com" },
				port = dice.one { 3306, 3307 },
				username = "dms",
				password = dice.one { "pl4nted-one", "pl4nted-two" },
			}
		end,
	},
}

--- A declaration by chance.
local function declaration(dice)
	local list, there = {}, {}
	for _, part in ipairs(PARTS) do
		local kind, id, make, needs = table.unpack(part)
		local possible = dice.likely(75)
		for _, need in ipairs(needs or {}) do
			possible = possible and there[need] ~= nil
		end
		if possible then
			local properties = make(dice, there)
			there[kind .. "/" .. id] = properties
			list[#list + 1] = { kind = kind, id = id, properties = properties }
		end
	end
	return json.encode(json.array(list))
end

--- What somebody else may do, where it is there.
local DRIFT = {
	["sns.topic"] = function(live, dice)
		if dice.likely(50) then
			aws.sns.delete_topic { topic_arn = live.physical }
		else
			aws.sns.set_topic_attributes {
				topic_arn = live.physical,
				attribute_name = "DisplayName",
				attribute_value = "Drifted",
			}
		end
	end,
	["logs.log_group"] = function(live, dice)
		if dice.likely(50) then
			aws.logs.delete_log_group { log_group_name = live.physical }
		else
			aws.logs.put_retention_policy { log_group_name = live.physical, retention_in_days = 14 }
		end
	end,
	["ec2.vpc"] = function(live)
		aws.ec2.modify_vpc_attribute {
			vpc_id = live.physical,
			enable_dns_hostnames = { value = true },
		}
	end,
	["iam.role"] = function(live)
		aws.iam.delete_role_policy { role_name = live.physical, policy_name = "one" }
	end,
	["dms.endpoint"] = function(live, dice)
		if dice.likely(50) then
			aws.dms.delete_endpoint { endpoint_arn = live.physical }
		else
			aws.dms.modify_endpoint { endpoint_arn = live.physical, port = 9999 }
		end
	end,
}

local function drift(dice, log)
	for _, live in ipairs(stack.new("generated"):live()) do
		local act = DRIFT[live.kind]
		if act and dice.likely(25) then
			-- What is half made can't be drifted any further.
			local ok = pcall(act, live, dice)
			log[#log + 1] = ("drift of %s%s"):format(live.kind, ok and "" or " (refused)")
		end
	end
end

--- What stands in the way of a deploy.
local function fault(dice)
	return dice.one {
		"",
		("*:mutating#%d=kill"):format(1 + dice.below(20)),
		("*:mutating#%d=kill"):format(1 + dice.below(20)),
		("*:mutating#%d=kill-after"):format(1 + dice.below(20)),
		("*:mutating#%d=kill-after"):format(1 + dice.below(20)),
		("*:mutating#%d=drop"):format(1 + dice.below(20)),
		("*:mutating#%d=ValidationError refused"):format(1 + dice.below(20)),
		"*:*%0.2=ThrottlingException",
		"*:reading%0.5=stale 4",
	}
end

local function go(verb, declared)
	return spec.run("generated.lua", verb, declared)
end

local function must(code, ran, what)
	if ran.code ~= code then
		error(("%s ended with %d:\n%s"):format(what, ran.code, ran.text), 0)
	end
end

--- In every fourth history AWS carries some changes out and answers that it failed.
local FAILING = "*:mutating%0.05=fail-after InternalFailure"

--- One history, told in `log`.
local function live_through(number, dice, log)
	local declared
	for _ = 1, STEPS do
		declared = declaration(dice)
		drift(dice, log)
		local way = fault(dice)
		log[#log + 1] = ("deploy %s with %s"):format(declared, way == "" and "no fault" or way)
		if way ~= "" then
			spec.faults.set(way)
		end
		if number % 4 == 0 then
			spec.faults.set(FAILING)
		end
		spec.faults.set "*:*=jitter 2"
		local ran = go("deploy", declared)
		spec.faults.clear()
		if ran.code == 0 and way:find "stale" == nil then
			must(0, go("plan", declared), "the plan after a deploy that succeeded")
		end
	end
	-- A value that turns out to need a replacement is left to the next run.
	local last
	for _ = 1, 3 do
		last = go("deploy", declared)
		if last.code == 0 then
			break
		end
	end
	must(0, last, "the deploy without faults")
	must(0, go("plan", declared), "the plan after it")
	local wanted = #json.decode(declared)
	assert(#stack.new("generated"):live() == wanted, "no orphans and no twins")
	must(0, go("destroy", declared), "the destroy")
	assert(#stack.new("generated"):live() == 0, "a destroy leaves nothing")
end

it("any history converges", function()
	if OTHERS then
		return
	end
	local seed = tonumber(env.get "DMSRUN_SIMULATION_SEED" or "") or 0
	local failed, tried = {}, 0
	for _, number in ipairs(numbers()) do
		local log = {}
		spec.branch(function()
			local ok, problem = pcall(live_through, number, chance(seed * 1000003 + number), log)
			if not ok then
				failed[#failed + 1] = number
				print(
					("DMSRUN_SIMULATION=histories:%d DMSRUN_SIMULATION_SEED=%d\n%s\n%s"):format(
						number,
						seed,
						table.concat(log, "\n"),
						tostring(problem)
					)
				)
			end
		end)
		tried = tried + 1
	end
	print(("histories: %d tried, %d failed"):format(tried, #failed))
	if #failed > 0 then
		error("these histories fail: " .. report.list(failed, 20), 0)
	end
end)
