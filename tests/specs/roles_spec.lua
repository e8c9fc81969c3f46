--- The role that an endpoint needs: made from what the endpoint names, for every engine, and no wider.

local access = require "access"
local aws = require "aws"
local config = require "config"
local dms = require "dms"
local errors = require "errors"
local map = require "mappings"
local migration = require "migration"
local needs = require "access.needs"
local policy = require "kinds.support.policy"
local secret = require "secret"
local secrets = require "secrets"
local stack = require "stack"
local trying = require "support.trying"

local has = trying.has

local PLACE = { region = "eu-west-1", account = "123456789012" }

local KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234"

--- The resources on which an action is allowed, as one text.
local function on(list, action)
	local found = {}
	for _, statement in ipairs(list) do
		local actions = type(statement.Action) == "table" and statement.Action
			or { statement.Action }
		for _, one in ipairs(actions) do
			if one == action then
				local resources = statement.Resource
				resources = type(resources) == "table" and resources or { resources }
				table.move(resources, 1, #resources, #found + 1, found)
			end
		end
	end
	return table.concat(found, " ")
end

--- Every action that is allowed, in order.
local function actions_of(list)
	local all = {}
	for _, statement in ipairs(list) do
		local actions = type(statement.Action) == "table" and statement.Action
			or { statement.Action }
		table.move(actions, 1, #actions, #all + 1, all)
	end
	table.sort(all)
	return table.concat(all, " ")
end

local function refused(given, part)
	local ok, problem = errors.capture(needs.statements, PLACE, given)
	assert.is_false(ok)
	has(problem.what, part)
	return problem
end

describe("what DMS is allowed", function()
	it("for S3 differs between source and target", function()
		local source =
			needs.statements(PLACE, { engine = "s3", side = "source", bucket = "landing" })
		assert.equal("s3:GetBucketLocation s3:GetObject s3:ListBucket", actions_of(source))
		assert.equal("arn:aws:s3:::landing/*", on(source, "s3:GetObject"))
		local target = needs.statements(PLACE, {
			engine = "s3",
			side = "target",
			bucket = "arn:aws:s3:::landing",
			folder = "/orders/",
		})
		assert.equal("", on(target, "s3:GetObject"))
		assert.equal("arn:aws:s3:::landing/orders/*", on(target, "s3:PutObject"))
		assert.equal("arn:aws:s3:::landing", on(target, "s3:ListBucket"))
		assert.equal("", on(target, "glue:CreateTable"))
		local glue = needs.statements(
			PLACE,
			{ engine = "s3", side = "target", bucket = "b", catalog = true }
		)
		has(on(glue, "glue:CreateTable"), "arn:aws:glue:eu-west-1:123456789012:catalog")
	end)

	it("is the stream, the tables, the domain, the database that are named", function()
		local stream = "arn:aws:kinesis:eu-west-1:123456789012:stream/orders"
		local kinesis = needs.statements(PLACE, { engine = "kinesis", stream = stream, key = KEY })
		assert.equal(stream, on(kinesis, "kinesis:PutRecords"))
		assert.equal(KEY, on(kinesis, "kms:GenerateDataKey"))
		local tables = needs.statements(PLACE, { engine = "dynamodb", tables = { "orders" } })
		has(on(tables, "dynamodb:PutItem"), "arn:aws:dynamodb:eu-west-1:123456789012:table/orders")
		has(on(tables, "dynamodb:PutItem"), "table/awsdms_apply_exceptions")
		local all = needs.statements(PLACE, { engine = "dynamodb" })
		assert.equal(
			"arn:aws:dynamodb:eu-west-1:123456789012:table/*",
			on(all, "dynamodb:DeleteTable")
		)
		local search = needs.statements(PLACE, { engine = "opensearch", domain = "logs" })
		has(on(search, "es:ESHttpPut"), "arn:aws:es:eu-west-1:123456789012:domain/logs/*")
		local timestream = needs.statements(PLACE, { engine = "timestream", database = "metrics" })
		assert.equal(
			"arn:aws:timestream:eu-west-1:123456789012:database/metrics/table/*",
			on(timestream, "timestream:WriteRecords")
		)
		assert.equal("*", on(timestream, "timestream:DescribeEndpoints"))
	end)

	it("is the bucket of a Redshift or Neptune, and the cluster where IAM is on", function()
		local redshift = needs.statements(PLACE, { engine = "redshift", bucket = "staging" })
		assert.equal("arn:aws:s3:::staging/*", on(redshift, "s3:DeleteObject"))
		assert.same({}, needs.statements(PLACE, { engine = "redshift" }))
		local cluster = "arn:aws:neptune-db:eu-west-1:123456789012:cluster-ABC"
		local neptune = needs.statements(PLACE, {
			engine = "neptune",
			bucket = "staging",
			folder = "graph",
			cluster = cluster,
		})
		assert.equal("arn:aws:s3:::staging/graph/*", on(neptune, "s3:PutObject"))
		assert.equal(cluster .. "/*", on(neptune, "neptune-db:*"))
	end)

	it("is the secret and its key, through Secrets Manager alone", function()
		local list = needs.statements(PLACE, {
			engine = "oracle",
			side = "source",
			secret = "prod/oracle",
			key = KEY,
		})
		assert.equal(
			"arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/oracle-??????",
			on(list, "secretsmanager:GetSecretValue")
		)
		assert.equal(KEY, on(list, "kms:Decrypt"))
		assert.equal("", on(list, "kms:GenerateDataKey"))
		assert.same(
			{ "secretsmanager.eu-west-1.amazonaws.com" },
			list[#list - 1].Condition.StringEquals["kms:ViaService"]
		)
		assert.equal(KEY, on({ list[#list] }, "kms:DescribeKey"))
		assert.is_nil(list[#list].Condition)
	end)

	it("is nothing for a database with user and password", function()
		for _, name in ipairs { "mysql", "postgres", "sqlserver", "kafka", "redis" } do
			local side = name ~= "mysql" and "target" or "source"
			assert.same({}, needs.statements(PLACE, { engine = name, side = side }), name)
		end
	end)

	it("is rds-db:connect where DMS logs in with IAM", function()
		local user = "arn:aws:rds-db:eu-west-1:123456789012:dbuser:db-ABC/dms"
		local list =
			needs.statements(PLACE, { engine = "postgres", side = "source", database_user = user })
		assert.equal(user, on(list, "rds-db:connect"))
	end)

	it("is asked for in full, and for the right engine", function()
		refused({ engine = "s3", bucket = "b" }, "can be source and target")
		refused({ engine = "s3", side = "target" }, "needs bucket")
		refused({ engine = "kinesis" }, "needs stream")
		refused({ engine = "kinesis", side = "source", stream = "s" }, "cannot be a source")
		refused({ engine = "opensearch" }, "needs domain")
		refused({ engine = "mysql", side = "source", bucket = "b" }, "nothing to do with bucket")
		refused({ engine = "s3", side = "target", bucket = "b", secret = "s" }, "takes no secret")
		refused({ engine = "oracle", side = "source", database_user = "x" }, "with IAM")
		has(refused({ engine = "kinesiss" }, "no engine").hints[1][1], "kinesis")
		has(refused({ engine = "s3", bukket = "b" }, "bukket").hints[1][1], "bucket")
	end)
end)

local deployed

local function deploy(s)
	deployed = s
	s:apply(s:plan())
	return s
end

after_each(function()
	if deployed then
		deployed:apply(deployed:destroy())
		deployed = nil
	end
	pcall(aws.secretsmanager.delete_secret, {
		secret_id = "roles-login",
		force_delete_without_recovery = true,
	})
end)

--- What each engine is told in these tests beside its name.
local TOLD = {
	s3 = { bucket = true, folder = "data" },
	dms_transfer = { bucket = true },
	redshift = { bucket = true },
	neptune = { bucket = true, folder = "graph" },
	kinesis = { stream = "arn:aws:kinesis:us-east-1:123456789012:stream/orders" },
	dynamodb = { tables = { "orders" } },
	opensearch = { domain = "orders" },
	timestream = { database = "metrics" },
}

--- What an endpoint of the engine wants beside its access.
local function wanted(engine, settings, bucket)
	local props = {}
	if engine.name:find "^redshift" or engine.name == "neptune" then
		props = { server_name = "db.example.com", port = engine.port }
	end
	if engine.name:find "^redshift" then
		props.database_name, settings.bucket_name = "dev", bucket
		props.username, props.password = "dms", secret.new "Pl4nted-secret"
	elseif engine.name == "s3" or engine.name == "dms-transfer" then
		settings.bucket_name = bucket
	elseif engine.name == "neptune" then
		settings.s3_bucket_name, settings.s3_bucket_folder = bucket, "graph"
	elseif engine.name == "kinesis" then
		settings.stream_arn, settings.message_format = TOLD.kinesis.stream, "json"
	elseif engine.settings == "elasticsearch_settings" then
		settings.endpoint_uri = "https://search-orders-abc123.us-east-1.es.amazonaws.com"
	elseif engine.name == "timestream" then
		settings.database_name, settings.memory_duration = "metrics", 24
		settings.magnetic_duration = 7
	end
	return props
end

describe("the role of an endpoint", function()
	--- Every side of every engine that reaches something of AWS.
	local function all()
		local s = stack.new("roles", { kinds = { "s3.bucket", "iam.role", "dms.endpoint" } })
		local bucket = s:add("s3.bucket", "b", {})
		local made = {}
		for _, engine in ipairs(dms.engines()) do
			for _, side in ipairs { "source", "target" } do
				local told = TOLD[tostring(engine.family)]
				if told and engine[side] then
					local given = { engine = engine.name, side = side }
					for name, value in pairs(told) do
						given[name] = name == "bucket" and bucket or value
					end
					local id = engine.name .. "-" .. side
					local one = access.endpoint_role(s, id, given)
					local props = wanted(engine, one.settings, bucket.bucket)
					props.endpoint_type, props.engine_name = side, engine.name
					props[one.member] = one.settings
					for name, value in pairs(one.properties) do
						props[name] = value
					end
					if engine.name == "s3" and side == "source" then
						props.external_table_definition = { TableCount = "0", Tables = {} }
						one.settings.external_table_definition = '{"TableCount":"0","Tables":[]}'
					end
					s:add("dms.endpoint", id, props)
					made[#made + 1] = id
				end
			end
		end
		return s, made
	end

	it(
		"is made for every engine that reaches something of AWS, and its endpoint with it",
		function()
			local s, made = all()
			assert.equal(11, #made)
			deploy(s)
			for _, id in ipairs(made) do
				assert.truthy(s:find("iam.role", id .. "-access"), id)
				local live = s:find("dms.endpoint", id)
				local engine = dms.engine(live.properties.engine_name)
				local role = s:find("iam.role", id .. "-access").outputs.arn
				local settings = live.properties[engine.settings] or {}
				local given = settings.service_access_role_arn
					or live.properties.service_access_role_arn
				assert.equal(role, given, id)
			end
			local plan = all():plan()
			assert.equal("", plan.has_changes and plan:text(true) or "")
		end
	)

	it("covers every engine whose endpoint can't do without one", function()
		for _, engine in ipairs(dms.engines()) do
			for _, side in ipairs { "source", "target" } do
				for _, field in ipairs(engine[side .. "_required"] or {}) do
					if field:find "service_access_role_arn$" then
						assert.truthy(TOLD[tostring(engine.family)], engine.name)
					end
				end
			end
		end
	end)

	it("reads the secret with DMS's regional self, for every engine that takes one", function()
		local function build()
			local s = stack.new("roles", {
				kinds = { "iam.role", "dms.endpoint", "secretsmanager.secret" },
			})
			local login = s:add("secretsmanager.secret", "login", {
				value = {
					username = "dms",
					password = secret.new "Pl4nted-secret",
					host = "db.example.com",
					port = 1234,
				},
			})
			for _, engine in ipairs(dms.engines()) do
				if engine.secrets then
					local side = engine.source and "source" or "target"
					local id = engine.name .. "-" .. side
					local one = access.endpoint_role(s, id, {
						engine = engine.name,
						side = side,
						secret = login,
					})
					s:add("dms.endpoint", id, {
						endpoint_type = side,
						engine_name = engine.name,
						database_name = not tostring(engine.family):find "mysql" and "orders"
							or nil,
						[one.member] = one.settings,
					})
				end
			end
			return s
		end
		local s = deploy(build())
		local count = 0
		for _, live in ipairs(s:live()) do
			count = count + (live.kind == "iam.role" and 1 or 0)
		end
		assert.equal(true, count >= 15)
		local plan = build():plan()
		assert.equal("", plan.has_changes and plan:text(true) or "")
	end)

	it(
		"is taken by DMS of this account and region alone, and limited where that is wanted",
		function()
			local s = stack.new("roles", { kinds = { "iam.role" } })
			local boundary = "arn:aws:iam::aws:policy/PowerUserAccess"
			access.endpoint_role(s, "redshift", {
				engine = "redshift-serverless",
				bucket = "staging",
				secret = "prod/redshift",
				permissions_boundary = boundary,
			})
			access.endpoint_role(s, "old", { engine = "dynamodb", conditions = false })
			deploy(s)
			local who = aws.whoami()
			local live = s:find("iam.role", "redshift-access").properties
			assert.equal(boundary, live.permissions_boundary)
			local by_dms, by_redshift = table.unpack(live.assume_role_policy_document.Statement)
			assert.same(
				{ "dms.amazonaws.com", ("dms.%s.amazonaws.com"):format(who.region) },
				by_dms.Principal.Service
			)
			assert.equal(who.account, by_dms.Condition.StringEquals["aws:SourceAccount"])
			assert.equal(
				("arn:aws:dms:%s:%s:*"):format(who.region, who.account),
				by_dms.Condition.ArnLike["aws:SourceArn"]
			)
			assert.same(
				{ "redshift.amazonaws.com", "redshift-serverless.amazonaws.com" },
				by_redshift.Principal.Service
			)
			local old = s:find("iam.role", "old-access").properties.assume_role_policy_document
			assert.is_true(policy.equal(policy.trust { "dms.amazonaws.com" }, old))
		end
	)

	it("is none where the endpoint needs nothing of AWS", function()
		local s = stack.new "roles"
		local made = access.endpoint_role(s, "source", { engine = "mysql", side = "source" })
		assert.is_nil(made.role)
		assert.same({}, s.declared)
	end)

	it("of a migration's secret is tied to this account too", function()
		local s = stack.new("roles", { kinds = { "iam.role", "secretsmanager.secret" } })
		secrets.endpoint(s, {
			id = "source",
			secret_id = "prod/orders",
		})
		deploy(s)
		local live = s:find("iam.role", "source-secret").properties
		local statement = live.assume_role_policy_document.Statement[1]
		assert.equal(aws.whoami().account, statement.Condition.StringEquals["aws:SourceAccount"])
	end)
end)

describe("a migration", function()
	local function to_s3(more)
		local values = {
			source_db_config = {
				engine_name = "mysql",
				server_name = "source-db.example.com",
				username = "dms",
				password = "Pl4nted-secret",
			},
			target_db_config = {
				engine_name = "s3",
				settings = {
					s3_settings = { bucket_name = "landing-zone", bucket_folder = "orders" },
				},
			},
		}
		for name, value in pairs(more or {}) do
			values[name] = value
		end
		return migration.new {
			name = "roles",
			config = config.from(values),
			mappings = map.rules { map.include "production.%" },
		}
	end

	--- What a stack declares of a kind, by id.
	local function declared(s, kind_name)
		local found = {}
		for _, one in ipairs(s.declared) do
			if one.kind == kind_name then
				found[one.id] = one
			end
		end
		return found
	end

	it("to S3 makes the role of its target, from what the settings name", function()
		local s = to_s3():stack()
		local role = declared(s, "iam.role")["target-access"].properties
		local list = role.policies.endpoint.Statement
		assert.equal("arn:aws:s3:::landing-zone/orders/*", on(list, "s3:PutObject"))
		local target = declared(s, "dms.endpoint").target.properties
		assert.equal("userdata", type(target.s3_settings.service_access_role_arn))
		assert.equal("landing-zone", target.s3_settings.bucket_name)
	end)

	it("leaves a role that the settings name alone", function()
		local role = "arn:aws:iam::123456789012:role/own"
		local s = to_s3({
			target_db_config = {
				engine_name = "s3",
				settings = {
					s3_settings = { bucket_name = "b", service_access_role_arn = role },
				},
			},
		}):stack()
		assert.is_nil(declared(s, "iam.role")["target-access"])
		local target = declared(s, "dms.endpoint").target.properties
		assert.equal(role, target.s3_settings.service_access_role_arn)
	end)

	it("limits every role of its own, and says where the policy is missing", function()
		local boundary = ("arn:aws:iam::%s:policy/limits"):format(aws.whoami().account)
		local m = to_s3 { permissions_boundary = boundary }
		local roles = declared(m:stack(), "iam.role")
		for _, id in ipairs { "bucket", "source-secret", "target-access" } do
			assert.equal(boundary, roles[id].properties.permissions_boundary, id)
		end
		local ok, problem = errors.capture(function()
			local s = m:stack()
			s:plan():check()
		end)
		assert.is_false(ok)
		has(problem.what, "there is no policy " .. boundary)
	end)

	it("knows a key that is given by its alias in the role of its secrets", function()
		local s = to_s3({ kms_key_id = "alias/data" }):stack()
		local list = declared(s, "iam.role")["source-secret"].properties.policies.secrets.Statement
		local last = list[#list]
		assert.matches(":key/%*$", last.Resource)
		assert.same(
			{ "alias/data" },
			last.Condition["ForAnyValue:StringEquals"]["kms:ResourceAliases"]
		)
	end)
end)
