local access = require "access"
local aws = require "aws"
local changes = require "kinds.support.changes"
local endpoint_settings = require "kinds.support.endpoint_settings"
local kind = require "kind"
local monitoring = require "monitoring"
local names = require "kinds.support.names"
local network = require "network"
local policy = require "kinds.support.policy"
local record = require "stack.record"
local secret = require "secret"
local secrets = require "secrets"
local stack = require "stack"
local storage = require "storage"
local tags = require "kinds.support.tags"

local MAPPINGS = {
	rules = {
		{
			["rule-type"] = "selection",
			["rule-id"] = "1",
			["rule-name"] = "1",
			["object-locator"] = { ["schema-name"] = "production", ["table-name"] = "%" },
			["rule-action"] = "include",
		},
	},
}

local function endpoint(s, side, options)
	return s:add("dms.endpoint", side, {
		endpoint_type = side,
		engine_name = "mysql",
		server_name = side .. "-db.example.com",
		port = 3306,
		username = "dms_user",
		password = secret.new "change-me",
		extra_connection_attributes = options.attributes,
	})
end

--- The DMS part of a stack: what tasks need to be made, and to run.
local function dms_stack(name, options)
	options = options or {}
	local s = stack.new(name)
	local roles = access.roles(s)
	local net = network.build(s, { databases = { { port = 3306 } } })
	local group = s:add("dms.subnet_group", "subnets", {
		subnet_ids = net.private_subnet_ids,
	}, { depends_on = { roles.vpc } })
	local instance = s:add("dms.replication_instance", "replication", {
		replication_instance_class = "dms.t3.medium",
		allocated_storage = options.allocated_storage or 50,
		replication_subnet_group_identifier = group.replication_subnet_group_identifier,
		vpc_security_group_ids = net.security_group_ids,
	}, { depends_on = { roles.vpc } })
	local source = endpoint(s, "source", options)
	local target = endpoint(s, "target", { attributes = options.target_attributes })
	local task = s:add("dms.task", "migration", {
		replication_instance_arn = instance.replication_instance_arn,
		source_endpoint_arn = source.endpoint_arn,
		target_endpoint_arn = target.endpoint_arn,
		migration_type = "full-load-and-cdc",
		table_mappings = MAPPINGS,
		replication_task_settings = options.settings,
	})
	return s, { instance = instance, task = task, source = source, target = target }
end

--- What was deployed and is to go after the test: an account holds five VPCs.
local deployed = {}

local function deploy(s)
	deployed[s.name] = s
	s:apply(s:plan())
	return s
end

after_each(function()
	for name, s in pairs(deployed) do
		deployed[name] = nil
		s:apply(s:destroy())
	end
end)

local function live_task(s)
	return s:find("dms.task", "migration")
end

--- Tests the connections and starts the task, as the verbs do.
local function start(s)
	local instance = s:find("dms.replication_instance", "replication").physical
	local poll = require("poll").new()
	for _, side in ipairs { "source", "target" } do
		local endpoint_arn = s:find("dms.endpoint", side).physical
		aws.dms.test_connection {
			replication_instance_arn = instance,
			endpoint_arn = endpoint_arn,
		}
		poll:wait {
			what = "test",
			check = function()
				local filters = { { name = "endpoint-arn", values = { endpoint_arn } } }
				local found = aws.dms.describe_connections { filters = filters }
				return found.connections[1].status ~= "testing"
			end,
		}
	end
	local task_arn = live_task(s).physical
	aws.dms.start_replication_task {
		replication_task_arn = task_arn,
		start_replication_task_type = "start-replication",
	}
	poll:wait {
		what = "running",
		check = function()
			local filters = { { name = "replication-task-arn", values = { task_arn } } }
			local found = aws.dms.describe_replication_tasks { filters = filters }
			return found.replication_tasks[1].status == "running"
		end,
	}
	return task_arn
end

local function status_of(task_arn)
	local filters = { { name = "replication-task-arn", values = { task_arn } } }
	return aws.dms.describe_replication_tasks({ filters = filters }).replication_tasks[1].status
end

local function step_of(plan, kind_name, id)
	for _, step in ipairs(plan.steps) do
		if step.kind == kind_name and step.id == id then
			return step
		end
	end
end

describe("every kind", function()
	it("is documented", function()
		for _, name in ipairs(kind.all()) do
			local one = kind.get(name)
			assert.truthy(one.doc, name .. " has a doc")
			assert.matches("^https://docs%.aws%.amazon%.com/", one.source, name)
			for property, given in pairs(one.properties) do
				assert.truthy(given.doc, name .. "." .. property .. " has a doc")
			end
			for output, doc in pairs(one.outputs) do
				assert.equal("string", type(doc), name .. "." .. output)
			end
		end
	end)

	it("tells its parents", function()
		for _, name in ipairs(kind.all()) do
			assert.equal("function", type(kind.get(name).parents), name)
		end
	end)
end)

describe("tags", function()
	it("come and go as a service's list", function()
		assert.same({ Team = "data" }, tags.map { { key = "Team", value = "data" } })
		local list = tags.list({ b = "2", a = "1" }, "tag_key", "tag_value")
		assert.same(
			{ { tag_key = "a", tag_value = "1" }, { tag_key = "b", tag_value = "2" } },
			list
		)
	end)

	it("hide the identity from what is compared", function()
		assert.same({ Team = "data" }, tags.user { ["dmsrun:stack"] = "x", Team = "data" })
	end)

	it("can't be taken from the identity", function()
		local ctx = { tags = { ["dmsrun:stack"] = "orders" } }
		local map = tags.on_create(ctx, { tags = { ["dmsrun:stack"] = "other", Team = "data" } })
		assert.same({ ["dmsrun:stack"] = "orders", Team = "data" }, map)
	end)
end)

describe("names", function()
	it("become identifiers of DMS", function()
		assert.equal("orders-task-1", names.dms("Orders_Task.1", 255))
		assert.equal("a-b", names.dms("a--b-", 255))
	end)

	it("are cut with a fingerprint", function()
		local long = ("x"):rep(80)
		local cut = names.fit(long, 63)
		assert.equal(63, #cut)
		assert.not_equal(cut, names.fit(long .. "y", 63))
		assert.equal("short", names.fit("short", 63))
	end)

	it("have to begin with the stack's", function()
		local ctx = { stack = "orders" }
		assert.equal("orders-logs", names.check(ctx, "s3.bucket", "orders-logs"))
		assert.equal(
			"dms-tasks-orders-x",
			names.check(ctx, "x.y", "dms-tasks-orders-x", { "dms-tasks-" })
		)
		assert.has_error(function()
			names.check(ctx, "s3.bucket", "mine")
		end)
	end)
end)

describe("policies", function()
	it("are equal by what they say", function()
		local a = policy.trust { "dms.amazonaws.com" }
		local b = {
			Statement = {
				{
					Action = { "sts:AssumeRole" },
					Principal = { Service = { "dms.amazonaws.com" } },
					Effect = "Allow",
				},
			},
			Version = "2012-10-17",
		}
		assert.is_true(policy.equal(a, b))
		assert.is_true(policy.equal(policy.encode(a), b))
		assert.is_false(policy.equal(a, policy.trust { "ec2.amazonaws.com" }))
		assert.is_true(policy.all_equal({ x = a }, { x = b }))
		assert.is_false(policy.all_equal({ x = a }, { x = b, y = b }))
	end)

	it("are decoded as IAM encodes them", function()
		assert.same({ a = "b c" }, policy.decode "%7B%22a%22%3A%22b%20c%22%7D")
		assert.is_nil(policy.decode(nil))
	end)
end)

describe("changes", function()
	it("say what to add and what to remove", function()
		local add, remove = changes.between({ "a", "b" }, { "b", "c" })
		assert.same({ "c" }, add)
		assert.same({ "a" }, remove)
	end)
end)

describe("endpoint settings", function()
	it("are compared by what is declared, in any of DMS's spellings", function()
		local equal = endpoint_settings.equal
		assert.is_true(equal({ encryption_mode = "SSE_S3" }, { encryption_mode = "sse-s3", x = 1 }))
		-- What DMS never shows is compared by the fingerprint that stands in its place.
		local print = record.fingerprint "a"
		assert.is_true(equal({ password = "a" }, { password = print }))
		assert.is_false(equal({ password = "b" }, { password = print }))
		assert.is_false(equal({ password = "a" }, {}))
		assert.is_false(equal({ bucket_name = "a" }, { bucket_name = "b" }))
	end)
end)

describe("a whole stack", function()
	local function whole()
		local s = stack.new("whole", { tags = { Team = "data" } })
		local key = s:add("kms.key", "data", { description = "data", enable_key_rotation = true })
		local net = network.build(s, {
			databases = { { port = 3306 } },
			vpc_endpoints = { "s3", "secretsmanager" },
			flow_logs = true,
		})
		local bucket = storage.bucket(s, { kms_key_id = key.arn, intelligent_tiering = true })
		local roles = access.roles(s, { bucket = bucket, kms_key_arn = key.arn })
		local login = secrets.endpoint(s, {
			id = "source",
			username = "dms_user",
			password = secret.new "a-planted-password",
			host = "source-db.example.com",
			port = 3306,
			kms_key_arn = key.arn,
		})
		local group = s:add("dms.subnet_group", "subnets", {
			subnet_ids = net.private_subnet_ids,
		}, { depends_on = { roles.vpc } })
		local instance = s:add("dms.replication_instance", "replication", {
			replication_instance_class = "dms.t3.medium",
			allocated_storage = 50,
			multi_az = true,
			replication_subnet_group_identifier = group.replication_subnet_group_identifier,
			vpc_security_group_ids = net.security_group_ids,
			kms_key_id = key.arn,
		}, { depends_on = { roles.vpc } })
		local source = s:add("dms.endpoint", "source", {
			endpoint_type = "source",
			engine_name = "mysql",
			kms_key_id = key.arn,
			my_sql_settings = login.settings,
		})
		local target = endpoint(s, "target", { attributes = "initstmt=SET foreign_key_checks=0" })
		local task = s:add("dms.task", "migration", {
			replication_instance_arn = instance.replication_instance_arn,
			source_endpoint_arn = source.endpoint_arn,
			target_endpoint_arn = target.endpoint_arn,
			migration_type = "full-load-and-cdc",
			table_mappings = MAPPINGS,
			replication_task_settings = { Logging = { EnableLogging = true } },
		})
		monitoring.build(s, {
			emails = { "dba@example.com" },
			instance = instance,
			tasks = { migration = task },
		})
		return s
	end

	it("is deployed, found unchanged, and destroyed without a rest", function()
		local s = deploy(whole())
		local again = whole():plan()
		assert.equal("", again.has_changes and again:text(true) or "")
		local result = s:apply(s:destroy())
		assert.same({}, result.proof.left)
	end)
end)

describe("a task", function()
	it("is stopped for a change and resumed, when it runs", function()
		local s = deploy(dms_stack "paused")
		local task_arn = start(s)
		local changed = dms_stack("paused", {
			settings = { FullLoadSettings = { MaxFullLoadSubTasks = 12 } },
		})
		local plan = changed:plan()
		local step = step_of(plan, "dms.task", "migration")
		assert.equal("update", step.action)
		assert.matches("stops the task, modifies it and resumes it", step.effect)
		changed:apply(plan)
		assert.equal("running", status_of(task_arn))
		assert.is_false(dms_stack("paused", {
			settings = { FullLoadSettings = { MaxFullLoadSubTasks = 12 } },
		}):plan().has_changes)
	end)

	it("goes along when its endpoint changes", function()
		local s = deploy(dms_stack "endpoint")
		local task_arn = start(s)
		local changed = dms_stack("endpoint", { attributes = "initstmt=SET foreign_key_checks=0" })
		local plan = changed:plan()
		assert.matches("stops endpoint%-migration", step_of(plan, "dms.endpoint", "source").effect)
		changed:apply(plan)
		assert.equal("running", status_of(task_arn))
	end)

	it("is stopped once when both of its endpoints change", function()
		local s = deploy(dms_stack "both")
		local task_arn = start(s)
		local attributes = "initstmt=SET foreign_key_checks=0"
		local changed =
			dms_stack("both", { attributes = attributes, target_attributes = attributes })
		changed:apply(changed:plan())
		assert.equal("running", status_of(task_arn))
		local stops = 0
		local of_task = { source_type = "replication-task", source_identifier = "both-migration" }
		for _, event in ipairs(aws.pages(aws.dms.describe_events, of_task)) do
			stops = stops + (event.message:lower():find("stopped", 1, true) and 1 or 0)
		end
		assert.equal(1, stops)
	end)

	it("says that its checkpoint goes with it", function()
		local s = deploy(dms_stack "checkpoint")
		assert.is_nil(step_of(s:destroy(), "dms.task", "migration").loses_data)
		start(s)
		local step = step_of(s:destroy(), "dms.task", "migration")
		assert.matches("checkpoint", step.loses_data)
	end)
end)

describe("a replication instance", function()
	it("gets more storage in place", function()
		deploy(dms_stack "storage")
		local changed = dms_stack("storage", { allocated_storage = 80 })
		local plan = changed:plan()
		assert.equal("update", step_of(plan, "dms.replication_instance", "replication").action)
		changed:apply(plan)
		assert.is_false(dms_stack("storage", { allocated_storage = 80 }):plan().has_changes)
	end)
end)

describe("a subnet", function()
	local function small(range)
		local s = stack.new("subnet", { kinds = { "ec2.vpc", "ec2.subnet" } })
		local vpc = s:add("ec2.vpc", "vpc", { cidr_block = "10.0.0.0/16" })
		s:add("ec2.subnet", "a", { vpc_id = vpc.vpc_id, cidr_block = range })
		return s
	end

	it("is replaced for another range, with the reason", function()
		deploy(small "10.0.0.0/24")
		local changed = small "10.0.1.0/24"
		local plan = changed:plan()
		local step = step_of(plan, "ec2.subnet", "a")
		assert.equal("replace", step.action)
		assert.matches("address range of a subnet is fixed", step.reason)
		changed:apply(plan)
		assert.is_false(small("10.0.1.0/24"):plan().has_changes)
	end)
end)

describe("a security group", function()
	local function group(ingress)
		local s = stack.new("group", { kinds = { "ec2.vpc", "ec2.security_group" } })
		local vpc = s:add("ec2.vpc", "vpc", { cidr_block = "10.0.0.0/16" })
		s:add("ec2.security_group", "a", {
			vpc_id = vpc.vpc_id,
			description = "test",
			ingress = ingress,
			egress = { { protocol = "tcp", from_port = 443, to_port = 443, cidr = "0.0.0.0/0" } },
		})
		return s
	end

	local function ports(s)
		local seen = {}
		for _, rule in ipairs(s:find("ec2.security_group", "a").properties.ingress) do
			seen[#seen + 1] = ("%d %s %s"):format(
				rule.from_port,
				rule.cidr or "self",
				rule.description or ""
			)
		end
		table.sort(seen)
		return seen
	end

	it("has exactly the rules that are declared", function()
		local first = {
			{
				protocol = "tcp",
				from_port = 3306,
				to_port = 3306,
				cidr = "10.0.0.0/16",
				description = "old",
			},
			{ protocol = "tcp", from_port = 22, to_port = 22, cidr = "10.0.0.0/8" },
		}
		local s = deploy(group(first))
		assert.equal(1, #s:find("ec2.security_group", "a").properties.egress)
		local second = {
			{
				protocol = "tcp",
				from_port = 3306,
				to_port = 3306,
				cidr = "10.0.0.0/16",
				description = "new",
			},
			{ protocol = "tcp", from_port = 5432, to_port = 5432, self = true },
		}
		local changed = deploy(group(second))
		assert.same({ "3306 10.0.0.0/16 new", "5432 self " }, ports(changed))
		assert.is_false(group(second):plan().has_changes)
	end)
end)

describe("a route table", function()
	local function tables(routes, subnets)
		local s = stack.new "routes"
		local vpc = s:add("ec2.vpc", "vpc", { cidr_block = "10.0.0.0/16" })
		local gateway = s:add("ec2.internet_gateway", "internet", { vpc_id = vpc.vpc_id })
		local ids = {}
		for index = 1, 2 do
			ids[index] = s:add("ec2.subnet", "s" .. index, {
				vpc_id = vpc.vpc_id,
				cidr_block = ("10.0.%d.0/24"):format(index),
			}).subnet_id
		end
		local list = {}
		for index, range in ipairs(routes) do
			list[index] = {
				destination_cidr_block = range,
				gateway_id = gateway.internet_gateway_id,
			}
		end
		s:add("ec2.route_table", "a", {
			vpc_id = vpc.vpc_id,
			routes = list,
			subnet_ids = table.move(ids, 1, subnets, 1, {}),
		})
		return s
	end

	it("has exactly the routes and subnets that are declared", function()
		deploy(tables({ "0.0.0.0/0" }, 1))
		local changed = deploy(tables({ "0.0.0.0/0", "192.168.0.0/16" }, 2))
		local live = changed:find("ec2.route_table", "a")
		assert.equal(2, #live.properties.routes)
		assert.equal(2, #live.properties.subnet_ids)
		live = deploy(tables({}, 1)):find("ec2.route_table", "a")
		assert.same({}, live.properties.routes)
		assert.equal(1, #live.properties.subnet_ids)
	end)
end)

describe("a bucket", function()
	local function bucket(options)
		local s = stack.new("bucket", { kinds = { "s3.bucket" } })
		storage.bucket(s, options)
		return s
	end

	it("is emptied before it goes, old versions too", function()
		local s = deploy(bucket())
		local name = s:find("s3.bucket", "logs").physical
		for index = 1, 3 do
			aws.s3.put_object { bucket = name, key = "a.txt", body = "version " .. index }
		end
		aws.s3.delete_object { bucket = name, key = "a.txt" }
		local plan = s:destroy()
		assert.matches("every object in it", plan.steps[1].loses_data)
		local result = s:apply(plan)
		assert.same({}, result.proof.left)
	end)

	it("changes its settings in place", function()
		deploy(bucket { expire_days = 90 })
		local changed = bucket { expire_days = 30, noncurrent_days = false }
		local plan = changed:plan()
		assert.equal("update", plan.steps[1].action)
		changed:apply(plan)
		assert.is_false(bucket({ expire_days = 30, noncurrent_days = false }):plan().has_changes)
	end)

	it("of somebody else is not taken over", function()
		local account = aws.whoami().account
		local name = "bucket-logs-" .. account
		aws.s3.create_bucket { bucket = name }
		aws.s3.put_object { bucket = name, key = "a.txt", body = "theirs" }
		assert.has_error(function()
			deploy(bucket())
		end)
		aws.s3.delete_object { bucket = name, key = "a.txt" }
		aws.s3.delete_bucket { bucket = name }
	end)

	it("has a name that the stack finds again", function()
		assert.has_error(function()
			deploy(bucket { bucket = "somebody-elses" })
		end)
	end)
end)

describe("a log group", function()
	it("that DMS made for our instance is put in order", function()
		aws.logs.create_log_group { log_group_name = "dms-tasks-logs-replication" }
		local s = stack.new("logs", { kinds = { "logs.log_group" } })
		s:add("logs.log_group", "tasks", {
			log_group_name = "dms-tasks-logs-replication",
			retention_in_days = 30,
		})
		deploy(s)
		assert.equal(30, s:find("logs.log_group", "tasks").properties.retention_in_days)
	end)
end)

describe("a shared role", function()
	it("is ensured and never taken over", function()
		local name = "dms-cloudwatch-logs-role"
		aws.iam.create_role {
			role_name = name .. "-test",
			assume_role_policy_document = policy.encode(policy.trust { "dms.amazonaws.com" }),
		}
		local s = stack.new("shared", { kinds = { "iam.shared_role" } })
		s:add("iam.shared_role", "logs", {
			role_name = name .. "-test",
			services = { "dms.amazonaws.com" },
			managed_policy_arns = {
				"arn:aws:iam::aws:policy/service-role/AmazonDMSCloudWatchLogsRole",
			},
		})
		deploy(s)
		assert.is_false(s:plan().has_changes)
		s:apply(s:destroy())
		assert.equal(
			name .. "-test",
			aws.iam.get_role({ role_name = name .. "-test" }).role.role_name
		)
	end)
end)

describe("a secret", function()
	it("is taken back when it was deleted", function()
		local function one()
			local s = stack.new("kept", { kinds = { "secretsmanager.secret" } })
			s:add("secretsmanager.secret", "login", { value = { password = secret.new "s3cret" } })
			return s
		end
		local s = deploy(one())
		s:apply(s:destroy())
		local again = deploy(one())
		local arn = again:find("secretsmanager.secret", "login").physical
		local value = aws.secretsmanager.get_secret_value { secret_id = arn }
		assert.matches("s3cret", secret.reveal(value.secret_string))
	end)
end)
