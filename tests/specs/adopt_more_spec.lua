--- Adoption of what people really have: secrets where DMS shows them, odd documents, and everything that
--- belongs to a set-up beside its tasks.

local adopt = require "adopt"
local aws = require "aws"
local errors = require "errors"
local fs = require "fs"
local json = require "json"
local path = require "path"
local prove = require "adopt.prove"
local refine = require "adopt.refine"
local source = require "adopt.source"
local time = require "time"
local trying = require "support.trying"

local has = trying.has

--- What nothing that dmsrun writes may hold.
local PLANTED = "planted"

local folder

local function at(name)
	return path.join(folder, name)
end

local function raw(name)
	local file = fs.join(fs.script_dir(), "../fixtures/legacy.lua")
	return assert(load(fs.read(file), "@" .. file))(name)
end

local function lacks_planted(text, where)
	local first = text:find(PLANTED, 1, true)
	if first then
		error(("%s has %q"):format(where, text:sub(math.max(1, first - 60), first + 30)), 2)
	end
end

--- Looks through everything that was written: the script, and the state but AWS's own memory.
local function nothing_planted(script)
	lacks_planted(fs.read(script), script)
	local state = require("host").state_dir()
	for _, name in ipairs(fs.glob("**/*", state)) do
		local file = fs.join(state, name)
		if fs.stat(file).type == "file" then
			lacks_planted(fs.read(file), name)
		end
	end
end

local function endpoint(name, more)
	local request = {
		endpoint_identifier = name,
		endpoint_type = "target",
		engine_name = "postgres",
		server_name = "p.example.com",
		port = 5432,
		username = "u",
		password = "planted-pw",
		database_name = "d",
	}
	for key, value in pairs(more) do
		request[key] = value
	end
	return aws.dms.create_endpoint(request).endpoint.endpoint_arn
end

local MAPPINGS = json.encode {
	rules = {
		{
			["rule-type"] = "selection",
			["rule-id"] = "1",
			["rule-name"] = "1",
			["rule-action"] = "include",
			["object-locator"] = { ["schema-name"] = "production", ["table-name"] = "%" },
		},
	},
}

local function task(made, name, more)
	local request = {
		replication_task_identifier = name,
		replication_instance_arn = made.instance,
		source_endpoint_arn = made.source,
		target_endpoint_arn = made.target,
		table_mappings = MAPPINGS,
		migration_type = "cdc",
	}
	for key, value in pairs(more) do
		request[key] = value
	end
	local answer = aws.dms.create_replication_task(request)
	time.sleep(300)
	return answer.replication_task.replication_task_arn
end

local function find(list, member, value)
	for _, one in ipairs(list) do
		if one[member] == value then
			return one
		end
	end
end

setup(function()
	folder = fs.temp "folder"
end)

teardown(function()
	fs.remove(folder, { recursive = true })
end)

describe("what is confidential", function()
	local made

	setup(function()
		made = raw "hush"
	end)

	it("is never written: attributes, scripts, settings, task data, tags", function()
		endpoint("words", {
			extra_connection_attributes = "sslkey=planted-k;pass=planted-p;accessKey=planted-a;sharedSecret=planted-s",
		})
		endpoint("script", {
			extra_connection_attributes = "afterConnectScript=ALTER USER x IDENTIFIED BY 'planted-i'",
		})
		endpoint("unknown", { extra_connection_attributes = "novelty=planted-n;maxFileSize=512" })
		endpoint("rest", {
			extra_connection_attributes = "initstmt=SET a=1; SET pw planted-r;maxFileSize=512",
		})
		endpoint("plain", { extra_connection_attributes = "maxFileSize=512" })
		endpoint("settings", {
			postgre_sql_settings = {
				after_connect_script = "SET ROLE x PASSWORD 'planted-q'",
				max_file_size = 1024,
			},
		})
		endpoint("oracle", {
			endpoint_type = "source",
			engine_name = "oracle",
			oracle_settings = {
				asm_server = "asm:1521/+ASM",
				asm_user = "asm",
				asm_password = "planted-asm",
				security_db_encryption = "planted-tde",
				security_db_encryption_name = "k",
			},
		})
		endpoint("tagged", { tags = { { key = "api-token", value = "planted-t" } } })
		task(made, "data", { task_data = '{"a":[1,2],"b":null,"key":{"word":"planted-d"}}' })
		local result = adopt.run { stack = "hush", out = at "hush.lua" }
		assert.is_true(result.proved)
		nothing_planted(at "hush.lua")
		local text = fs.read(at "hush.lua")
		-- What is left out is said where it would stand, and what is harmless stands there.
		for _, part in ipairs {
			"sslkey, pass, accessKey, sharedSecret and is not written here",
			"afterConnectScript and is not written here",
			"novelty and is not written here",
			'extra_connection_attributes = "maxFileSize=512"',
			"postgre_sql_settings.after_connect_script is confidential",
			"max_file_size = 1024",
			'security_db_encryption_name = "k"',
			"The tag api-token is not written here",
			"task_data may hold what is confidential",
		} do
			local wrapped = text:gsub("\n%-%- ", " ")
			has(wrapped, part)
		end
	end)

	it("a null in a task's data keeps nobody from adopting", function()
		assert.is_not_nil(
			find(adopt.run({ stack = "hush", out = at "hush.lua" }).resources, "name", "data")
		)
		assert.equal("{ a = json.null }", source.value { a = json.null })
	end)

	it("is in no record of a deploy, and drift still tells the rest", function()
		local stack = require "stack"
		local function make()
			local s = stack.new("quiet", { kinds = { "dms.endpoint" } })
			s:add("dms.endpoint", "a", {
				endpoint_type = "source",
				engine_name = "oracle",
				server_name = "o.example.com",
				port = 1521,
				username = "u",
				password = "planted-e0",
				database_name = "d",
				extra_connection_attributes = "asmPassword=planted-e1;archivedLogsOnly=Y",
				oracle_settings = {
					security_db_encryption = "planted-e2",
					read_ahead_blocks = 2000,
				},
			})
			return s
		end
		trying.settled(make)
		local deployed = fs.join(require("host").state_dir(), "deployed")
		for _, name in ipairs(fs.list(deployed)) do
			lacks_planted(fs.read(fs.join(deployed, name)), name)
		end
		assert.is_false(make():drift().has_drift)
		local arn = make():find("dms.endpoint", "a").physical
		aws.dms.modify_endpoint {
			endpoint_arn = arn,
			oracle_settings = { read_ahead_blocks = 3000 },
		}
		local found = make():drift()
		assert.equal(1, #found.changed)
	end)
end)

describe("one resource that can't be written", function()
	it("is left out with its reason, and others name it by its ARN", function()
		adopt.undo "hush"
		local whole = refine.resource
		refine.resource = function(resource, ...)
			if resource.item.name == "hush-source" then
				error("an odd thing", 0)
			end
			return whole(resource, ...)
		end
		local ok, result =
			errors.capture(adopt.run, { stack = "odd", out = at "odd.lua", instances = { "hush" } })
		refine.resource = whole
		assert.is_true(ok, tostring(result))
		assert.is_true(result.proved)
		has(find(result.left_out, "name", "hush-source").why, "an odd thing")
		has(fs.read(at "odd.lua"), 'source_endpoint_arn = "arn:aws:dms:')
		adopt.undo "odd"
	end)

	it("what is in the middle of a change is adopted: a wait is no difference", function()
		local found = aws.dms.describe_replication_instances({}).replication_instances
		aws.dms.modify_replication_instance {
			replication_instance_arn = find(found, "replication_instance_identifier", "hush").replication_instance_arn,
			replication_instance_class = "dms.t3.large",
			apply_immediately = true,
		}
		local result = adopt.run { stack = "busy", out = at "busy.lua", instances = { "hush" } }
		assert.is_true(result.proved)
		local states = {}
		local plan = prove.load(at "busy.lua"):plan()
		for _, step in ipairs(plan.steps) do
			states[step.action] = true
		end
		assert.same({ wait = true }, states)
		time.sleep(3600)
	end)
end)

describe("an adopted log group", function()
	local function group(name)
		local found = aws.logs.describe_log_groups { log_group_name_prefix = name }
		return found.log_groups[1]
	end

	it("that is gone is made again, as drift and plan say", function()
		raw "again"
		adopt.run { stack = "again", out = at "again.lua", instances = { "again" } }
		aws.logs.delete_log_group { log_group_name = "dms-tasks-again" }
		local s = prove.load(at "again.lua")
		local found = s:drift()
		has(find(found.deleted, "kind", "logs.log_group").deploy, "a deploy would make it again")
		trying.deploy(prove.load(at "again.lua"))
		assert.is_not_nil(group "dms-tasks-again")
		assert.is_false(prove.load(at "again.lua"):plan().has_changes)
	end)

	it("that DMS has made again meanwhile is taken over", function()
		aws.logs.delete_log_group { log_group_name = "dms-tasks-again" }
		aws.logs.create_log_group { log_group_name = "dms-tasks-again" }
		trying.deploy(prove.load(at "again.lua"))
		assert.is_false(prove.load(at "again.lua"):plan().has_changes)
	end)

	it("of another's instance is not taken over by declaring its name", function()
		raw "other"
		local stack = require "stack"
		local told = trying.refused(function()
			local s = stack.new("thief", { kinds = { "logs.log_group" } })
			s:add("logs.log_group", "x", { log_group_name = "dms-tasks-other" })
			return s
		end)
		has(told.what, "there is a log group dms-tasks-other already, and it is not the stack's")
		assert.is_nil(group("dms-tasks-other").retention_in_days)
	end)
end)

describe("what belongs to a set-up beside its tasks", function()
	local made

	local function alarm(name, more)
		local request = {
			alarm_name = name,
			namespace = "AWS/DMS",
			metric_name = "CPUUtilization",
			statistic = "Average",
			period = 60,
			evaluation_periods = 3,
			threshold = 90,
			comparison_operator = "GreaterThanThreshold",
		}
		for key, value in pairs(more) do
			request[key] = value
		end
		aws.cloudwatch.put_metric_alarm(request)
	end

	setup(function()
		made = raw "round"
		local topic = aws.sns.create_topic({ name = "round-more" }).topic_arn
		aws.dms.create_event_subscription {
			subscription_name = "round-instance-events",
			sns_topic_arn = topic,
			source_type = "replication-instance",
			source_ids = { "round" },
			event_categories = { "failover" },
		}
		aws.logs.put_metric_filter {
			log_group_name = "dms-tasks-round",
			filter_name = "errors",
			filter_pattern = "?ERROR",
			metric_transformations = {
				{
					metric_namespace = "Legacy/DMS",
					metric_name = "RoundErrors",
					metric_value = "1",
				},
			},
		}
		alarm("Errors of round", { namespace = "Legacy/DMS", metric_name = "RoundErrors" })
		alarm("Elsewhere", { namespace = "Legacy/Web", metric_name = "Errors" })
		aws.cloudwatch.put_composite_alarm {
			alarm_name = "Round is ill",
			alarm_rule = 'ALARM("DMS lag of round") OR ALARM("Errors of round")',
			alarm_actions = { topic },
		}
		aws.cloudwatch.put_composite_alarm {
			alarm_name = "Everything is ill",
			alarm_rule = 'ALARM("Round is ill") OR ALARM(Elsewhere)',
		}
		local certificate = aws.dms.import_certificate({
			certificate_identifier = "round-ca",
			certificate_pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
		}).certificate
		aws.dms.import_certificate {
			certificate_identifier = "elsewhere-ca",
			certificate_pem = "-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----\n",
		}
		aws.dms.stop_replication_task { replication_task_arn = made.task }
		time.sleep(300)
		aws.dms.modify_endpoint {
			endpoint_arn = made.source,
			ssl_mode = "verify-ca",
			certificate_arn = certificate.certificate_arn,
		}
		local config = aws.dms.create_replication_config({
			replication_config_identifier = "round-flow",
			source_endpoint_arn = made.source,
			target_endpoint_arn = made.target,
			replication_type = "cdc",
			compute_config = {
				max_capacity_units = 4,
				replication_subnet_group_id = "round-subnets",
			},
			table_mappings = MAPPINGS,
		}).replication_config
		aws.logs.create_log_group {
			log_group_name = "dms-serverless-replication-"
				.. config.replication_config_arn:match "([^:]+)$",
		}
		alarm("Flow of round", {
			dimensions = { { name = "ReplicationConfigIdentifier", value = "round-flow" } },
		})
		time.sleep(300)
	end)

	it("is adopted with it, and the plan is empty", function()
		local arns = { made.instance }
		local configs = aws.dms.describe_replication_configs({}).replication_configs
		for _, config in ipairs(configs) do
			if config.replication_config_identifier == "round-flow" then
				arns[2] = config.replication_config_arn
			end
		end
		local result = adopt.run { stack = "round", out = at "round.lua", arns = arns }
		assert.is_true(result.proved)
		for _, name in ipairs {
			"round-instance-events",
			"round-events",
			"round-ca",
			"Errors of round",
			"Round is ill",
			"round-flow",
			"Flow of round",
			"dms-tasks-round",
		} do
			assert.is_not_nil(find(result.resources, "name", name), name)
		end
		assert.is_nil(find(result.resources, "name", "Elsewhere"))
		assert.is_nil(find(result.resources, "name", "elsewhere-ca"))
		has(find(result.left_out, "name", "Everything is ill").why, "it also looks at Elsewhere")
		local text = fs.read(at "round.lua")
		has(text, 'name = "errors"')
		has(text, "certificate_arn = certificates.ca.certificate_arn")
		has(text, "alarms.DMS_lag_of_round.alarm_name")
		has(text, "replications.flow.replication_config_identifier")
		assert.is_false(prove.load(at "round.lua"):drift().has_drift)
	end)

	it("a composite alarm that is gone is made again, after the alarms it looks at", function()
		aws.cloudwatch.delete_alarms { alarm_names = { "Everything is ill" } }
		aws.cloudwatch.delete_alarms { alarm_names = { "Round is ill" } }
		aws.cloudwatch.delete_alarms { alarm_names = { "Errors of round" } }
		trying.deploy(prove.load(at "round.lua"))
		assert.is_false(prove.load(at "round.lua"):plan().has_changes)
	end)

	it("is given up again with it", function()
		-- The two alarms that a deploy has made anew were adopted by nobody.
		assert.equal(13, adopt.undo "round")
	end)
end)
