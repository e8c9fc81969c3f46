--- The settings that each engine has beside an endpoint's common members: their names, how declared
--- ones are compared with live ones, and what they refer to.

local arn = require "kinds.support.arn"
local aws = require "aws"
local record = require "stack.record"
local report = require "report"
local secret = require "secret"
local shapes = require "kinds.support.shapes"

local settings = {}

--- The members of CreateEndpoint, and the engines that each is for.
settings.members = {
	my_sql_settings = "mysql, mariadb, aurora.",
	gcp_my_sql_settings = "gcp-mysql.",
	postgre_sql_settings = "postgres, aurora-postgresql, babelfish.",
	oracle_settings = "oracle.",
	microsoft_sql_server_settings = "sqlserver, azuredb, azure-sql-managed-instance.",
	ibm_db2_settings = "db2, db2-zos.",
	sybase_settings = "sybase.",
	mongo_db_settings = "mongodb.",
	doc_db_settings = "docdb.",
	s3_settings = "s3.",
	redshift_settings = "redshift, redshift-serverless.",
	dynamo_db_settings = "dynamodb.",
	kinesis_settings = "kinesis.",
	kafka_settings = "kafka.",
	elasticsearch_settings = "opensearch, elasticsearch.",
	neptune_settings = "neptune.",
	redis_settings = "redis.",
	timestream_settings = "timestream.",
	dms_transfer_settings = "dms-transfer.",
}

--- The spelling that all of DMS's ways to write a value share: SSE_S3 and sse-s3 are one.
local function spelling(text)
	return (text:lower():gsub("_", "-"))
end

local function same(declared, live)
	if type(declared) == "userdata" then
		-- A secret deep inside: DMS never shows one, so there is nothing to compare it with.
		return true
	elseif type(declared) == "table" then
		for name, value in pairs(declared) do
			if type(live) ~= "table" or not same(value, live[name]) then
				return false
			end
		end
		return true
	elseif type(declared) == "string" and type(live) == "string" then
		return declared == live or spelling(declared) == spelling(live)
	end
	return declared == live
end

--- Whether DMS never shows a member: by its name, whether it is declared as a secret or not, or because
--- it is one. Such a member is compared by a fingerprint.
---@param name string
---@param value any
---@return boolean
function settings.hides(name, value)
	return secret.is(value) or secret.is_name(name)
end

--- Whether what is declared holds, and what of it does not; what DMS adds of its own is not looked at.
--- What DMS does not show is never shown here either.
---@param declared table
---@param live? table with fingerprints in place of what DMS does not show
---@return boolean
---@return table[]? differences
function settings.equal(declared, live)
	local differences = {}
	for _, name in ipairs(report.keys(declared)) do
		local value, there = declared[name], (live or {})[name]
		if settings.hides(name, value) then
			if not record.matches(value, there) then
				-- Covered, it is nowhere shown, on neither side.
				local cover = secret.is(value) and value or secret.new(tostring(value))
				differences[#differences + 1] =
					{ path = name, from = there and cover or nil, to = cover }
			end
		elseif not same(value, there) then
			differences[#differences + 1] = { path = name, from = there, to = value }
		end
	end
	return #differences == 0, differences
end

--- The physical ids of the roles, secrets, keys and buckets that an endpoint's settings name.
---@param raw table
---@return string[]
function settings.parents(raw)
	local parents = {}
	for member in pairs(settings.members) do
		for name, value in pairs(raw[member] or {}) do
			if type(value) == "string" then
				if name:find "role_arn$" or name:find "kms_key_id$" then
					parents[#parents + 1] = arn.name(value)
				elseif name:find "secret_id$" or name == "bucket_name" then
					parents[#parents + 1] = value
				end
			end
		end
	end
	table.sort(parents)
	return parents
end

--- What is wrong with the settings of an engine as AWS reads them: a name, a type, a word that it
--- does not know.
---@param member string such as `my_sql_settings`
---@param value table
---@return string? reason
---@return string? inside the place in the settings, such as `.events_poll_interval`
---@return string? hint
function settings.problem(member, value)
	return shapes.fits(aws.dms.create_endpoint, {
		endpoint_identifier = "e",
		endpoint_type = "source",
		engine_name = "e",
		[member] = value,
	}, member)
end

return settings
