--- Keys with their aliases, policies and rotation, and secrets that rotate; both are taken back for some
--- days after a destroy.

local access = require "access"
local aws = require "aws"
local errors = require "errors"
local secret = require "secret"
local spec = require "spec"
local stack = require "stack"
local time = require "time"
local trying = require "support.trying"

local deploy, settled, refused, has = trying.deploy, trying.settled, trying.refused, trying.has

local KINDS = { "kms.key", "secretsmanager.secret" }

local ACCOUNT_POLICY = {
	Version = "2012-10-17",
	Statement = {
		{
			Sid = "Root",
			Effect = "Allow",
			Principal = { AWS = "arn:aws:iam::" .. aws.whoami().account .. ":root" },
			Action = { "kms:*" },
			Resource = "*",
		},
	},
}

local function new()
	return stack.new("keys", { kinds = KINDS })
end

--- Secrets are kept for days after they were deleted; what a test wants gone is gone at once.
local function forget_secret(name)
	pcall(aws.secretsmanager.delete_secret, {
		secret_id = name,
		force_delete_without_recovery = true,
	})
end

after_each(function()
	spec.faults.clear()
	local s = new()
	s:apply(s:destroy())
	forget_secret "keys-s"
end)

describe("a key", function()
	local function make(options)
		return function()
			local s = new()
			local props = { description = "k" }
			for name, value in pairs(options or {}) do
				props[name] = value
			end
			s:add("kms.key", "k", props)
			return s
		end
	end

	local function key_id()
		return new():find("kms.key", "k").physical
	end

	it("rotates as often as declared, and as KMS does without a period", function()
		settled(make { enable_key_rotation = true, rotation_period_in_days = 180 })
		local status = aws.kms.get_key_rotation_status { key_id = key_id() }
		assert.equal(180, status.rotation_period_in_days)
		settled(make { enable_key_rotation = true })
		status = aws.kms.get_key_rotation_status { key_id = key_id() }
		assert.equal(365, status.rotation_period_in_days)
		settled(make())
		status = aws.kms.get_key_rotation_status { key_id = key_id() }
		assert.is_false(status.key_rotation_enabled)
	end)

	it("has its policy compared as a policy, and goes back to KMS's own", function()
		settled(make { policy = ACCOUNT_POLICY })
		local same = [[{"Statement": [{"Resource": ["*"], "Action": "kms:*", "Effect": "Allow",
			"Principal": {"AWS": ["arn:aws:iam::%s:root"]}, "Sid": "Root"}], "Version": "2012-10-17"}]]
		local text = same:format(aws.whoami().account)
		assert.is_false(make({ policy = text })():plan().has_changes)
		settled(make())
		local answer = aws.kms.get_key_policy { key_id = key_id(), policy_name = "default" }
		has(answer.policy, "Enable IAM User Permissions")
	end)

	it("may let services of AWS use it, of this account alone", function()
		local function with_services()
			local s = new()
			s:add("kms.key", "k", { policy = access.key_policy(s, { "cloudwatch", "logs" }) })
			return s
		end
		settled(with_services)
		local answer = aws.kms.get_key_policy { key_id = key_id(), policy_name = "default" }
		has(answer.policy, "cloudwatch.amazonaws.com")
		has(answer.policy, ("logs.%s.amazonaws.com"):format(aws.region()))
		has(answer.policy, "aws:SourceAccount")
		local ok, problem = errors.capture(access.key_policy, new(), { "cloudwach" })
		assert.is_false(ok)
		has(problem.hints[1][1], "cloudwatch")
	end)

	it("gets another alias in place, and loses the old one", function()
		settled(make { alias = "keys-first" })
		local id = key_id()
		settled(make { alias = "alias/keys-second" })
		assert.equal(id, key_id())
		local names = {}
		for index, one in ipairs(aws.kms.list_aliases({ key_id = id }).aliases) do
			names[index] = one.alias_name
		end
		assert.same({ "alias/keys-second" }, names)
	end)

	it("is disabled and enabled again, and says what that means", function()
		deploy(make()())
		local plan = make({ enabled = false })():plan()
		has(plan.steps[1].effect, "nothing that the key encrypts can be read")
		settled(make { enabled = false, description = "other" })
		local raw = aws.kms.describe_key({ key_id = key_id() }).key_metadata
		assert.equal("Disabled", raw.key_state)
		settled(make { description = "third" })
		raw = aws.kms.describe_key({ key_id = key_id() }).key_metadata
		assert.equal("Enabled", raw.key_state)
	end)

	it("is kept for as long as declared after it was deleted, and the plan says so", function()
		settled(make { deletion_window_in_days = 10 })
		local id = key_id()
		local s = new()
		local plan = s:destroy()
		has(plan.steps[1].loses_data, "until 10 days have passed")
		s:apply(plan)
		local raw = aws.kms.describe_key({ key_id = id }).key_metadata
		assert.equal("PendingDeletion", raw.key_state)
		assert.same({}, new():live())
	end)

	it("that was deleted is taken back as it is declared now", function()
		settled(make { policy = ACCOUNT_POLICY, enable_key_rotation = true })
		local id = key_id()
		local s = new()
		s:apply(s:destroy())
		settled(make { description = "again" })
		assert.equal(id, key_id())
		local raw = aws.kms.describe_key({ key_id = id }).key_metadata
		assert.equal("Enabled", raw.key_state)
		assert.equal("again", raw.description)
		assert.is_false(aws.kms.get_key_rotation_status({ key_id = id }).key_rotation_enabled)
		has(aws.kms.get_key_policy({ key_id = id }).policy, "Enable IAM User Permissions")
		local _, seen = pcall(aws.kms.list_resource_tags, { key_id = id })
		for _, tag in ipairs(seen.tags) do
			assert.not_equal("dmsrun:deleted", tag.tag_key)
		end
	end)

	it("that was deleted gives its alias to another one of the stack", function()
		deploy(make { alias = "keys-data" }())
		local s = new()
		s:apply(s:destroy())
		settled(function()
			local other = new()
			other:add("kms.key", "other", { alias = "keys-data" })
			return other
		end)
	end)

	it("is new when its days are over", function()
		deploy(make { deletion_window_in_days = 7 }())
		local id = key_id()
		local s = new()
		s:apply(s:destroy())
		time.sleep(8 * 24 * 3600)
		settled(make())
		assert.not_equal(id, key_id())
	end)

	it("is taken back or deleted by the next run, wherever the last one stopped", function()
		for n = 1, 8 do
			deploy(make { enable_key_rotation = true }())
			local id = key_id()
			spec.faults.set(("kms:mutating#%d=ValidationException refused"):format(n))
			local s = new()
			pcall(s.apply, s, s:destroy())
			spec.faults.clear()
			s = new()
			s:apply(s:destroy())
			assert.same({}, new():live())
			spec.faults.set(("kms:mutating#%d=ValidationException refused"):format(n))
			s = make { enable_key_rotation = true }()
			pcall(s.apply, s, s:plan())
			spec.faults.clear()
			settled(make { enable_key_rotation = true })
			assert.equal(id, key_id())
			local raw = aws.kms.describe_key({ key_id = id }).key_metadata
			assert.equal("Enabled", raw.key_state)
			assert.equal(1, #new():live())
			s = new()
			s:apply(s:destroy())
		end
	end)

	it("takes over nobody's alias", function()
		local other = aws.kms.create_key({}).key_metadata.key_id
		aws.kms.create_alias { alias_name = "alias/keys-taken", target_key_id = other }
		local problem = refused(make { alias = "keys-taken" })
		has(problem.what, "alias/keys-taken is the alias of key " .. other)
		assert.same({}, new():live())
		aws.kms.delete_alias { alias_name = "alias/keys-taken" }
		aws.kms.schedule_key_deletion { key_id = other, pending_window_in_days = 7 }
	end)

	it("is refused before AWS is asked", function()
		has(refused(make { alias = "aws/mine" }).what, "AWS's own")
		has(refused(make { alias = "keys-a b" }).what, '" "')
		has(refused(make { deletion_window_in_days = 3 }).what, "7 to 30 days")
		has(
			refused(make { enable_key_rotation = true, rotation_period_in_days = 30 }).what,
			"90 to 2560 days"
		)
		has(refused(make { rotation_period_in_days = 180 }).what, "enable_key_rotation is not true")
		has(refused(make { enabled = false }).what, "not enabled")
	end)
end)

describe("a secret", function()
	local function function_in(region)
		return ("arn:aws:lambda:%s:%s:function:rotate"):format(region, aws.whoami().account)
	end

	local FUNCTION = function_in(aws.region())

	local function make(rotation, value)
		return function()
			local s = new()
			s:add("secretsmanager.secret", "s", {
				value = { username = "dms", password = secret.new(value or "pl4nted") },
				rotation = rotation,
			})
			return s
		end
	end

	local function raw()
		return aws.secretsmanager.describe_secret { secret_id = "keys-s" }
	end

	it("rotates as declared, with other rules in place, and no more", function()
		settled(make { lambda_arn = FUNCTION, automatically_after_days = 30 })
		assert.is_true(raw().rotation_enabled)
		assert.equal(30, raw().rotation_rules.automatically_after_days)
		local schedule = {
			lambda_arn = FUNCTION,
			schedule_expression = "rate(10 days)",
			duration = "3h",
		}
		settled(make(schedule))
		assert.equal("rate(10 days)", raw().rotation_rules.schedule_expression)
		settled(make(nil))
		assert.is_false(raw().rotation_enabled)
	end)

	it("that rotated elsewhere is left alone", function()
		local rotation = { lambda_arn = FUNCTION, automatically_after_days = 30 }
		deploy(make(rotation)())
		aws.secretsmanager.put_secret_value {
			secret_id = "keys-s",
			secret_string = '{"username":"dms","password":"of the function"}',
		}
		assert.is_false(make(rotation)():plan().has_changes)
	end)

	it("that is taken back rotates only where that is still declared", function()
		deploy(make { lambda_arn = FUNCTION, automatically_after_days = 30 }())
		local s = new()
		s:apply(s:destroy())
		settled(make(nil))
		assert.is_false(raw().rotation_enabled)
	end)

	it("is refused before AWS is asked, with the place", function()
		local function problem(rotation, part)
			local found = refused(make(rotation))
			has(found.what, part)
		end
		problem({ lambda_arn = "rotate", automatically_after_days = 3 }, "arn:aws:lambda:REGION")
		problem({ lambda_arn = FUNCTION }, "how often")
		problem({
			lambda_arn = FUNCTION,
			automatically_after_days = 3,
			schedule_expression = "rate(1 days)",
		}, "exclude each other")
		problem({ lambda_arn = FUNCTION, automatically_after_days = 1001 }, "1 to 1000")
		problem({ lambda_arn = FUNCTION, schedule_expression = "daily" }, "rate(10 days)")
		local elsewhere = function_in "sa-east-1"
		problem({ lambda_arn = elsewhere, automatically_after_days = 3 }, "sa-east-1")
	end)
end)
