--- dms.certificate: a certificate or Oracle wallet with which DMS checks the server of an endpoint.

local absence = require "kinds.support.absence"
local aws = require "aws"
local dms = require "kinds.support.dms"
local exists = require "kinds.support.exists"
local kind = require "kind"
local secret = require "secret"
local tags = require "kinds.support.tags"

local FIXED = "DMS can't change a certificate, only import another"

--- A PEM is the same with other line ends and blanks around it. The door covers what it reads of one.
local function same_pem(declared, live)
	local function bare(text)
		local plain = secret.is(text) and secret.reveal(text) or text
		return (tostring(plain or ""):gsub("%s+", ""))
	end
	return bare(declared) == bare(live)
end

--- What DMS would refuse of a PEM. A file of something else is the usual slip: a key, a request, the
--- binary form.
local function pem_problem(text)
	if not text:find("-----BEGIN CERTIFICATE-----", 1, true) then
		local other = text:match "%-%-%-%-%-BEGIN ([%u ]+)%-%-%-%-%-"
		return other and ("it is a %s, and no certificate"):format(other:lower())
			or "it has no -----BEGIN CERTIFICATE-----; the binary form is turned into it by openssl x509 -inform der"
	end
	local _, begun = text:gsub("%-%-%-%-%-BEGIN CERTIFICATE%-%-%-%-%-", "")
	local _, ended = text:gsub("%-%-%-%-%-END CERTIFICATE%-%-%-%-%-", "")
	if begun ~= ended then
		return ("%d certificates begin in it and %d end"):format(begun, ended)
	elseif text:find("PRIVATE KEY-----", 1, true) then
		return "there is a private key in it, which DMS does not need and should not get"
	end
end

--- A wallet is bytes, which the door covers when it reads them.
local function same_bytes(declared, live)
	local function bare(value)
		return secret.is(value) and secret.reveal(value) or value
	end
	return bare(declared) == bare(live)
end

local function identify(raw)
	return raw.certificate_arn, raw.certificate_arn
end

return kind.define {
	name = "dms.certificate",
	doc = "A certificate that endpoints check their server with.",
	source = "https://docs.aws.amazon.com/dms/latest/APIReference/API_ImportCertificate.html",
	properties = {
		certificate_pem = {
			type = "string",
			compare = same_pem,
			replaces = FIXED,
			doc = "The whole chain as PEM text.",
		},
		certificate_wallet = {
			type = "any",
			secret = true,
			compare = same_bytes,
			replaces = FIXED,
			doc = "An Oracle auto-login wallet (.sso), as bytes.",
		},
		kms_key_id = {
			type = "string",
			write_only = true,
			doc = "The key that encrypts the certificate; aws/dms when left out.",
		},
		tags = tags.property,
	},
	outputs = {
		certificate_arn = "ARN of the certificate, as endpoints want it",
		valid_to_date = "when it ends",
	},

	list = function(ctx)
		return dms.ours(ctx, ctx:sweep(aws.dms.describe_certificates, {}), identify)
	end,

	read = function(_, id)
		return dms.item(dms.one(aws.dms.describe_certificates, "certificate-arn", id), id, id)
	end,

	observe = function(_, item)
		local raw = item.raw
		return {
			properties = {
				certificate_pem = raw.certificate_pem,
				certificate_wallet = raw.certificate_wallet,
				tags = tags.user(item.tags),
			},
			outputs = {
				certificate_arn = item.id,
				valid_to_date = raw.valid_to_date,
				name = raw.certificate_identifier,
			},
			state = "available",
		}
	end,

	parents = function()
		return {}
	end,

	preflight = function(check, props)
		if (props.certificate_pem == nil) == (props.certificate_wallet == nil) then
			check:refuse {
				property = "certificate_pem",
				what = "a certificate is a PEM or an Oracle wallet: one of the two",
				hints = { "give certificate_pem, or certificate_wallet" },
			}
		end
		-- The text itself is in no message: it could be a key.
		local reason = type(props.certificate_pem) == "string"
			and pem_problem(props.certificate_pem)
		if reason then
			check:refuse {
				property = "certificate_pem",
				what = "certificate_pem can't be used: " .. reason,
				hints = { "give the PEM of the CA that signed the server's certificate" },
			}
		end
		exists.key(check, "kms_key_id", props.kms_key_id)
	end,

	create = function(ctx, props)
		local answer = aws.dms.import_certificate {
			certificate_identifier = dms.identifier(ctx, 255),
			certificate_pem = props.certificate_pem,
			certificate_wallet = props.certificate_wallet,
			kms_key_id = props.kms_key_id,
			tags = dms.tags(ctx, props),
		}
		return answer.certificate.certificate_arn
	end,

	update = function(_, item, _, changes)
		dms.retag(item.id, changes)
	end,

	delete = function(_, item)
		absence.or_nil(function()
			return aws.dms.delete_certificate { certificate_arn = item.id }
		end)
	end,

	settle = function() end,
}
