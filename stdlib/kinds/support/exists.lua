--- Things of others that a resource names: whether they exist and can be used, asked before anything
--- is made. Used by the kinds' `preflight`.

local arn = require "kinds.support.arn"
local aws = require "aws"
local policy = require "kinds.support.policy"
local suggest = require "suggest"

local exists = {}

--- The region in an ARN; nil for anything else.
local function region_of(text)
	return text:match "^arn:[^:]*:[^:]*:([^:]+):"
end

--- A KMS key, by id, ARN or alias: there, enabled, for encryption, of this region.
---@param check table
---@param property string
---@param key any
function exists.key(check, property, key)
	if type(key) ~= "string" or not check.sends[property:match "^[^.]+"] then
		return
	end
	local region = region_of(key)
	if region and region ~= check.region then
		return check:refuse {
			property = property,
			word = key,
			what = ("the key %s is in %s, and the stack in %s"):format(key, region, check.region),
			hints = { "a key encrypts in its own region only: name one of " .. check.region },
		}
	end
	local answer, asked = check:try("The KMS key could not be looked at", function()
		return aws.kms.describe_key { key_id = key }
	end)
	local found = answer and answer.key_metadata
	if not asked then
		return
	elseif not found then
		local known = check:try("The KMS aliases could not be listed", function()
			return check:sweep(aws.kms.list_aliases, {})
		end)
		local names = {}
		for _, alias in ipairs(known or {}) do
			if not alias.alias_name:find "^alias/aws/" then
				names[#names + 1] = alias.alias_name
			end
		end
		return check:refuse {
			property = property,
			word = key,
			what = ("there is no KMS key %s in %s"):format(key, check.region),
			hints = {
				suggest.did_you_mean(key, names)
					or #names > 0 and ("aliases are: " .. table.concat(names, ", "))
					or "leave it out for AWS's own key, or let the stack make one: kms = true",
			},
		}
	elseif found.key_state and found.key_state ~= "Enabled" then
		return check:refuse {
			property = property,
			word = key,
			what = ("the KMS key %s can't be used: it is %s"):format(key, found.key_state),
			hints = {
				found.key_state == "Disabled" and "enable it: aws.kms.enable_key { key_id = … }"
					or "name another key",
			},
		}
	elseif found.key_usage and found.key_usage ~= "ENCRYPT_DECRYPT" then
		return check:refuse {
			property = property,
			word = key,
			what = ("the KMS key %s is for %s, not for encryption"):format(key, found.key_usage),
		}
	end
end

--- Whether some statement lets a service take the role.
local function trusts(document, service)
	for _, statement in ipairs(document and document.Statement or {}) do
		local principal = type(statement.Principal) == "table" and statement.Principal.Service
		local services = type(principal) == "table" and principal or { principal }
		for _, name in ipairs(services) do
			if name == service and statement.Effect == "Allow" then
				return true
			end
		end
	end
	return false
end

--- A role that DMS is to take: there, of this account, and trusting one of the services.
---@param check table
---@param property string
---@param role any its ARN
---@param services string[]
function exists.role(check, property, role, services)
	if type(role) ~= "string" or not check.sends[property:match "^[^.]+"] then
		return
	end
	local account = role:match "^arn:[^:]*:iam::(%d+):role/"
	if not account then
		return check:refuse {
			property = property,
			word = role,
			what = ("%q is no ARN of a role"):format(role),
			hints = { ("it is written as arn:aws:iam::%s:role/NAME"):format(check.account) },
		}
	elseif account ~= check.account then
		return check:refuse {
			property = property,
			word = role,
			what = ("the role %s belongs to account %s, the stack to %s"):format(
				role,
				account,
				check.account
			),
		}
	end
	local answer, asked = check:try("The role could not be looked at", function()
		return aws.iam.get_role { role_name = arn.name(role) }
	end)
	if not asked then
		return
	elseif not answer then
		return check:refuse {
			property = property,
			word = role,
			what = ("there is no role %s"):format(arn.name(role)),
			hints = { "leave it out, and the stack makes one" },
		}
	end
	local document = policy.decode(answer.role.assume_role_policy_document)
	for _, service in ipairs(services) do
		if trusts(document, service) then
			return
		end
	end
	check:refuse {
		property = property,
		word = role,
		what = ("the role %s does not let %s take it"):format(
			arn.name(role),
			table.concat(services, " or ")
		),
		hints = { "its trust policy has to allow sts:AssumeRole to that service" },
	}
end

--- A managed policy: an ARN, and there where it is the account's own. AWS's are not asked for.
---@param check table
---@param property string
---@param text any its ARN
function exists.policy(check, property, text)
	if type(text) ~= "string" or not check.sends[property] then
		return
	end
	local account = text:match "^arn:[^:]*:iam::(%w+):policy/."
	if not account then
		return check:refuse {
			property = property,
			word = text,
			what = ("%q is no ARN of a policy"):format(text),
			hints = { ("it is written as arn:aws:iam::%s:policy/NAME"):format(check.account) },
		}
	elseif account ~= check.account then
		return
	end
	local found, asked = check:try("The policy could not be looked at", function()
		return aws.iam.get_policy { policy_arn = text }
	end)
	if asked and not found then
		check:refuse {
			property = property,
			word = text,
			what = ("there is no policy %s"):format(text),
			hints = { "make it first, or name one that is there: aws.iam.list_policies" },
		}
	end
end

--- A secret of Secrets Manager: there, and not deleted.
---@param check table
---@param property string
---@param secret_id any
function exists.secret(check, property, secret_id)
	if type(secret_id) ~= "string" or not check.sends[property:match "^[^.]+"] then
		return
	end
	local raw, asked = check:try("The secret could not be looked at", function()
		return aws.secretsmanager.describe_secret { secret_id = secret_id }
	end)
	if asked and not raw then
		check:refuse {
			property = property,
			word = secret_id,
			what = ("there is no secret %s in %s"):format(secret_id, check.region),
			hints = { "give the ARN of one, or a password and no secret_id" },
		}
	elseif raw and raw.deleted_date then
		check:refuse {
			property = property,
			word = secret_id,
			what = ("the secret %s is deleted"):format(secret_id),
			hints = { "restore it: aws.secretsmanager.restore_secret { secret_id = … }" },
		}
	end
end

--- A certificate of DMS.
---@param check table
---@param property string
---@param certificate any
function exists.certificate(check, property, certificate)
	if type(certificate) ~= "string" or not check.sends[property] then
		return
	end
	local list, asked = check:try("The certificates could not be listed", function()
		return check:sweep(aws.dms.describe_certificates, {})
	end)
	if not asked then
		return
	end
	local known = {}
	for _, raw in ipairs(list or {}) do
		if raw.certificate_arn == certificate then
			return
		end
		known[#known + 1] = raw.certificate_arn
	end
	check:refuse {
		property = property,
		word = certificate,
		what = ("DMS has no certificate %s in %s"):format(certificate, check.region),
		hints = {
			suggest.did_you_mean(certificate, known)
				or "import one: certificate_file = the PEM file of the server's CA",
		},
	}
end

--- A VPC.
---@param check table
---@param property string
---@param vpc_id any
---@return table? raw
function exists.vpc(check, property, vpc_id)
	if type(vpc_id) ~= "string" or not check.sends[property] then
		return nil
	end
	local list, asked = check:try("The VPC could not be looked at", function()
		return check:sweep(aws.ec2.describe_vpcs, { vpc_ids = { vpc_id } })
	end)
	if asked and not (list and list[1]) then
		check:refuse {
			property = property,
			word = vpc_id,
			what = ("there is no VPC %s in %s"):format(vpc_id, check.region),
			hints = { "leave vpc_id out, and the stack makes a network of its own" },
		}
	end
	return list and list[1]
end

--- Those of some ids that exist; what is missing is refused, one problem each. AWS answers for none
--- where one is missing, so each is asked for.
local function existing(check, property, ids, noun, ask)
	local found = {}
	for _, id in ipairs(ids) do
		local list, asked = check:try(("A %s could not be looked at"):format(noun), function()
			return ask(id)
		end)
		if list and list[1] then
			found[#found + 1] = list[1]
		elseif asked then
			check:refuse {
				property = property,
				word = id,
				what = ("there is no %s %s in %s"):format(noun, id, check.region),
			}
		end
	end
	return found
end

--- What is there and belongs to another VPC than the one that counts: the one that is known, else that of
--- the first.
local function of_one_vpc(check, property, found, vpc_id, id_of, noun, hint)
	local first = type(vpc_id) == "string" and vpc_id or (found[1] or {}).vpc_id
	for _, raw in ipairs(found) do
		if raw.vpc_id ~= first then
			check:refuse {
				property = property,
				word = raw[id_of],
				what = ("%s %s belongs to %s, not to %s"):format(
					noun,
					raw[id_of],
					raw.vpc_id,
					first
				),
				hints = { hint },
			}
		end
	end
end

--- Existing subnets: there, of one VPC.
---@param check table
---@param property string
---@param value any
---@param vpc_id any the VPC they have to be in, where it is known
---@return table[] found
function exists.subnets(check, property, value, vpc_id)
	local ids = check.sends[property] and check.texts(value) or {}
	local found = existing(check, property, ids, "subnet", function(id)
		return check:sweep(aws.ec2.describe_subnets, { subnet_ids = { id } })
	end)
	local hint = "all subnets have to be of one VPC"
	of_one_vpc(check, property, found, vpc_id, "subnet_id", "subnet", hint)
	return found
end

--- Existing security groups: there, of one VPC.
---@param check table
---@param property string
---@param value any
---@param vpc_id any
function exists.groups(check, property, value, vpc_id)
	local ids = check.sends[property] and check.texts(value) or {}
	local found = existing(check, property, ids, "security group", function(id)
		return check:sweep(aws.ec2.describe_security_groups, { group_ids = { id } })
	end)
	local hint = "a security group counts in its own VPC only"
	of_one_vpc(check, property, found, vpc_id, "group_id", "security group", hint)
end

return exists
