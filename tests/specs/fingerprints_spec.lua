--- Secrets that can't be read back: a fingerprint is made of what was sent and of nothing else, another
--- value is sent, and of what was adopted nobody knows.

local aws = require "aws"
local host = require "host"
local json = require "json"
local record = require "stack.record"
local secret = require "secret"
local spec = require "spec"
local stack = require "stack"
local trying = require "support.trying"

local deploy, settled, refused, has = trying.deploy, trying.settled, trying.refused, trying.has

local function endpoint(props, options)
	return function()
		local s = stack.new("prints", { kinds = { "dms.endpoint" } })
		local all = {
			endpoint_type = "source",
			engine_name = "mysql",
			server_name = "h",
			port = 3306,
			username = "u",
		}
		for name, value in pairs(props) do
			all[name] = value or nil
		end
		s:add("dms.endpoint", "e", all, options)
		return s
	end
end

local function kafka(password, more)
	local settings = {
		broker = "b.example.com:9096",
		topic = "t",
		security_protocol = "sasl-ssl",
		sasl_username = "u",
		sasl_password = password,
	}
	for name, value in pairs(more or {}) do
		settings[name] = value
	end
	return endpoint {
		endpoint_type = "target",
		engine_name = "kafka",
		server_name = false,
		port = false,
		username = false,
		kafka_settings = settings,
	}
end

local function live()
	return endpoint({})():find("dms.endpoint", "e")
end

--- An endpoint that nobody sent a password to, with the tags of the stack; those of an adoption, or not.
local function by_hand(adopted)
	aws.dms.create_endpoint {
		endpoint_identifier = "by-hand",
		endpoint_type = "source",
		engine_name = "mysql",
		server_name = "h",
		port = 3306,
		username = "u",
		password = "old",
		tags = {
			{ key = "dmsrun:stack", value = "prints" },
			{ key = "dmsrun:resource", value = "dms.endpoint/e" },
			{ key = "dmsrun:version", value = "1" },
			{ key = "dmsrun:region", value = aws.region() },
			{ key = record.ADOPTED, value = tostring(adopted) },
		},
	}
end

after_each(function()
	spec.faults.clear()
	local s = endpoint({})()
	s:apply(s:destroy())
end)

describe("the password of an endpoint", function()
	it("that is declared after it was made without one is sent", function()
		by_hand(false)
		local plan = endpoint({ password = "pl4nted" })():plan()
		has(plan:text(true), "password")
		has(plan:text(true), "(sensitive)")
		settled(endpoint { password = "pl4nted" })
		has(live().tags[record.FINGERPRINT], "password=")
	end)

	it("gets no fingerprint where it was not sent", function()
		by_hand(false)
		local ignoring = { ignore_changes = { "password" } }
		settled(endpoint({ password = "pl4nted", port = 3307 }, ignoring))
		assert.is_nil(live().tags[record.FINGERPRINT])
		has(endpoint({ password = "pl4nted", port = 3307 })():plan():text(true), "password")
	end)
end)

describe("a secret whose change is cut off", function()
	it("is known neither as the old one nor as the new one", function()
		local one, two =
			endpoint { password = "pl4nted-one" }, endpoint { password = "pl4nted-two" }
		settled(one)
		local s = two()
		local plan = s:plan()
		-- It is sent, and its fingerprint is not.
		spec.faults.set "dms:AddTagsToResource#2=AccessDeniedException"
		assert.is_false((pcall(s.apply, s, plan)))
		spec.faults.clear()
		assert.is_true(one():plan().has_changes)
		assert.is_true(two():plan().has_changes)
		settled(one)
	end)
end)

describe("the password of an adopted endpoint", function()
	it("is told as unknown and not sent by itself", function()
		by_hand(true)
		local plan = endpoint({ password = "pl4nted-new" })():plan()
		assert.is_false(plan.has_changes)
		has(table.concat(plan.notes, "\n"), "nobody knows whether it is the one that is there")
		has(table.concat(plan.notes, "\n"), "deploy --allow password")
		-- Nor is it noted as sent with what does not send it.
		settled(endpoint { password = "pl4nted-new", tags = { v = "2" } })
		assert.is_nil(live().tags[record.FINGERPRINT])
		assert.equal(0, #endpoint({})():plan().notes)
	end)

	it("goes along with the next change, and is known from then on", function()
		by_hand(true)
		local wanted = endpoint { password = "pl4nted-new", port = 3307 }
		settled(wanted)
		has(live().tags[record.FINGERPRINT], "password=")
		assert.equal(0, #wanted():plan().notes)
		has(
			endpoint({ password = "pl4nted-third", port = 3307 })():plan():text(true),
			"(sensitive)"
		)
	end)

	it("is sent where --allow password says so", function()
		by_hand(true)
		host.options.allow = { "password" }
		local ok, problem = pcall(function()
			settled(endpoint { password = "pl4nted-new" })
		end)
		host.options.allow = nil
		assert.is_true(ok, tostring(problem))
		has(live().tags[record.FINGERPRINT], "password=")
		assert.is_false(endpoint({ password = "pl4nted-new" })():plan().has_changes)
	end)
end)

describe("a password inside the settings of an engine", function()
	it("that is another one is sent, and shown nowhere", function()
		for _, cover in ipairs {
			secret.new,
			function(text)
				return text
			end,
		} do
			settled(kafka(cover "pl4nted-one"))
			has(live().tags[record.FINGERPRINT], "kafka_settings.sasl_password=")
			local plan = kafka(cover "pl4nted-two")():plan()
			assert.equal("update", plan.steps[1].action)
			has(plan:text(true), "kafka_settings.sasl_password")
			assert.is_nil(plan:text(true):find("pl4nted", 1, true))
			assert.is_nil(json.encode(plan:json()):find("pl4nted", 1, true))
			settled(kafka(cover "pl4nted-two"))
			assert.is_nil(json.encode(live().tags):find("pl4nted", 1, true))
			-- Another member changes: the password is the same, and so is what is known of it.
			local print = live().tags[record.FINGERPRINT]
			settled(kafka(cover "pl4nted-two", { topic = "other" }))
			assert.equal(print, live().tags[record.FINGERPRINT])
			local s = kafka("")()
			s:apply(s:destroy())
		end
	end)

	it("that was never noted is sent once", function()
		deploy(kafka(secret.new "pl4nted-one")())
		aws.dms.remove_tags_from_resource {
			resource_arn = live().physical,
			tag_keys = { record.FINGERPRINT },
		}
		assert.is_true(kafka(secret.new "pl4nted-one")():plan().has_changes)
		settled(kafka(secret.new "pl4nted-one"))
	end)
end)

describe("the settings of an engine", function()
	it("that are false, and declared so, are no difference", function()
		settled(endpoint {
			password = "pl4nted",
			my_sql_settings = {
				clean_source_metadata_on_mismatch = false,
				events_poll_interval = 5,
			},
		})
	end)
end)

describe("a password among the extra connection attributes", function()
	it("is compared, and not shown when it changes", function()
		local function with(text)
			return endpoint { password = "pl4nted", extra_connection_attributes = text }
		end
		settled(with "a=1;asmPassword=pl4nted-one")
		local plan = with("a=1;asmPassword=pl4nted-two")():plan()
		has(plan:text(true), "extra_connection_attributes")
		assert.is_nil(plan:text(true):find("pl4nted", 1, true))
		settled(with(secret.new "asmPassword=pl4nted-two;a=1"))
		has(with(secret.new "a=2")():plan():text(true), "(sensitive)")
		settled(with "a=1")
		has(with("a=2")():plan():text(true), "a=1 → a=2")
	end)
end)

describe("fingerprints", function()
	it("of many secrets are held by one tag, in short", function()
		local properties, values = { tags = {} }, {}
		for n = 1, 9 do
			local name = ("some_rather_long_name_of_a_secret_%d"):format(n)
			properties[name], values[name] = { fingerprint = true }, "pl4nted" .. n
		end
		local definition = { properties = properties }
		local text = record.tags(definition, values)[record.FINGERPRINT]
		assert.is_true(#text <= 256)
		local seen = {}
		record.add_fingerprints(definition, { [record.FINGERPRINT] = text }, seen)
		for name, value in pairs(values) do
			assert.is_true(record.matches(value, seen[name]))
			assert.is_false(record.matches(value .. "!", seen[name]))
		end
	end)

	it("can't be kept of what carries no tags, and are then no reason to change it", function()
		local seen = {}
		record.add_fingerprints({ properties = { password = { fingerprint = true } } }, {}, seen)
		assert.is_true(record.matches("anything", seen.password))
	end)
end)

describe("a secret of Secrets Manager", function()
	local function keep(props)
		return function()
			local s = stack.new("prints", { kinds = { "secretsmanager.secret" } })
			s:add("secretsmanager.secret", "db", props)
			return s
		end
	end

	local function text()
		local found = aws.secretsmanager.get_secret_value({ secret_id = "prints-db" }).secret_string
		return secret.is(found) and secret.reveal(found) or found
	end

	after_each(function()
		local s = keep({})()
		s:apply(s:destroy())
		pcall(aws.secretsmanager.delete_secret, {
			secret_id = "prints-db",
			force_delete_without_recovery = true,
		})
	end)

	it("that is given as text instead of members is written, and back again", function()
		local members = { value = { username = "u", password = secret.new "pl4nted-one" } }
		settled(keep(members))
		settled(keep { secret_string = secret.new "pl4nted-two" })
		assert.equal("pl4nted-two", text())
		settled(keep(members))
		has(text(), "pl4nted-one")
		settled(keep { secret_string = secret.new "pl4nted-two" })
		assert.equal("pl4nted-two", text())
	end)

	it("whose writing is cut off is known neither as the old one nor as the new one", function()
		local function with(text)
			return keep { secret_string = secret.new(text) }
		end
		settled(with "pl4nted-one")
		local s = with "pl4nted-two"()
		local plan = s:plan()
		spec.faults.set "secretsmanager:TagResource#2=AccessDeniedException"
		assert.is_false((pcall(s.apply, s, plan)))
		spec.faults.clear()
		assert.equal("pl4nted-two", text())
		settled(with "pl4nted-one")
		assert.equal("pl4nted-one", text())
	end)

	it("that says twice what it holds is refused", function()
		local problem = refused(keep { value = { a = "b" }, secret_string = "pl4nted" })
		has(problem.what, "value and secret_string both say")
	end)
end)
