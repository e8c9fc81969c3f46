--- What DMS has to be allowed for an endpoint of each engine, and no more: statements of a policy, from
--- the buckets, streams, tables, domains, secrets and keys that the endpoint names.
---
---     local needs = require "access.needs"
---     local place = { region = "eu-west-1", account = "123456789012" }
---     local list = needs.statements(place, { engine = "kinesis",
---         stream = "arn:aws:kinesis:eu-west-1:123456789012:stream/orders" })
---     #list             --> 1
---     list[1].Action    --> { "kinesis:PutRecord", "kinesis:PutRecords", "kinesis:DescribeStream" }

local arn = require "kinds.support.arn"
local dms = require "dms"
local errors = require "errors"
local suggest = require "suggest"

local needs = {}

---@class access.Needs
---@field engine string DMS's name of the engine, such as s3
---@field side? "source"|"target" of the endpoint; may be left out where the engine has one side only
---@field bucket? any a handle of a bucket, its ARN or its name
---@field folder? string only what is below it in the bucket
---@field catalog? boolean true: DMS keeps a Glue catalogue of an S3 target
---@field stream? any ARN of the Kinesis stream
---@field tables? any[] names or ARNs of the DynamoDB tables; all of the region when left out
---@field domain? any ARN or name of the OpenSearch domain
---@field cluster? any Neptune with IAM: ARN as in arn:aws:neptune-db:REGION:ACCOUNT:CLUSTER-RESOURCE-ID
---@field database? string name of the Timestream database
---@field database_user? any IAM instead of a password: ARN as in arn:aws:rds-db:REGION:ACCOUNT:dbuser:RESOURCE/USER
---@field secret? any a handle of a secret, its ARN or its name, or a list of those
---@field key? any a KMS key that encrypts bucket, stream or secret: a handle, ARN, id or alias, or a list
---@field permissions_boundary? string ARN of the policy that limits the role
---@field conditions? boolean false: the role is not tied to this account's DMS, which wants DMS 3.4.7

local FIELDS = {
	"engine",
	"side",
	"bucket",
	"folder",
	"catalog",
	"stream",
	"tables",
	"domain",
	"cluster",
	"database",
	"database_user",
	"secret",
	"key",
	"permissions_boundary",
	"conditions",
}

--- What each engine has to be told, and what it may be told beside that.
local TAKES = {
	s3 = { needs = "bucket", also = { "folder", "catalog" } },
	dms_transfer = { needs = "bucket", also = { "folder" } },
	redshift = { also = { "bucket", "folder" } },
	neptune = { needs = "bucket", also = { "folder", "cluster" } },
	kinesis = { needs = "stream", also = {} },
	dynamodb = { also = { "tables" } },
	opensearch = { needs = "domain", also = {} },
	timestream = { needs = "database", also = {} },
}

--- The engines to which DMS can log in with IAM.
local BY_IAM = { mysql = true, postgres = true }

---@return never
local function refuse(what, hint)
	errors.raise {
		summary = "The access of an endpoint can't be made out",
		what = what,
		hints = hint and { hint } or nil,
		exit = "usage",
	}
	---@diagnostic disable-next-line: missing-return -- it raises
end

local function allow(actions, resources, condition)
	return { Effect = "Allow", Action = actions, Resource = resources, Condition = condition }
end

local function is_text(value)
	return type(value) == "string"
end

--- A list of what may be one or several. A handle and a reference are one.
local function list_of(value)
	if value == nil then
		return {}
	end
	return type(value) == "table" and rawget(value, 1) ~= nil and value or { value }
end

--- The output of a handle; a text or a reference as it is.
local function output(value, name)
	return type(value) == "table" and value[name] or value
end

--- An ARN: given as one or as a reference, or made of a name.
local function arn_of(place, value, made)
	if is_text(value) and not value:find "^arn:" then
		return made:format(arn.partition(place.region), place.region, place.account, value)
	end
	return value
end

local function bucket_arn(place, bucket)
	local value = output(bucket, "arn")
	if is_text(value) and not value:find "^arn:" then
		return ("arn:%s:s3:::%s"):format(arn.partition(place.region), value)
	end
	return value
end

--- What the objects of a bucket are called in a policy.
local function objects(bucket, folder)
	local below = folder and folder:gsub("^/+", ""):gsub("/+$", "") or ""
	return bucket .. (below ~= "" and "/" .. below .. "/*" or "/*")
end

local function all_of(prefix, names)
	local actions = {}
	for name in names:gmatch "%S+" do
		actions[#actions + 1] = prefix .. ":" .. name
	end
	return actions
end

local function catalog(place)
	local base = ("arn:%s:glue:%s:%s:"):format(
		arn.partition(place.region),
		place.region,
		place.account
	)
	local glue = all_of(
		"glue",
		[[CreateDatabase GetDatabase CreateTable GetTable UpdateTable DeleteTable
		BatchCreatePartition CreatePartition UpdatePartition GetPartition GetPartitions
		BatchGetPartition]]
	)
	return allow(glue, { base .. "catalog", base .. "database/*", base .. "table/*" })
end

--- The statements of each family, from what it was told.
local families = {}

function families.s3(place, given, side)
	local bucket = bucket_arn(place, given.bucket)
	local inside = objects(bucket, given.folder)
	local list = {
		allow({ "s3:ListBucket", "s3:GetBucketLocation" }, bucket),
		side == "source" and allow({ "s3:GetObject" }, inside)
			or allow({ "s3:PutObject", "s3:PutObjectTagging", "s3:DeleteObject" }, inside),
	}
	if given.catalog then
		list[#list + 1] = catalog(place)
	end
	return list
end

function families.dms_transfer(place, given)
	return families.s3(place, given, "source")
end

--- Files wait in the bucket until the database loads them.
local function staging(place, given)
	local bucket = bucket_arn(place, given.bucket)
	return {
		allow({ "s3:ListBucket", "s3:GetBucketLocation" }, bucket),
		allow(
			{ "s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:DeleteObject" },
			objects(bucket, given.folder)
		),
	}
end

function families.redshift(place, given)
	return given.bucket ~= nil and staging(place, given) or {}
end

function families.neptune(place, given)
	local list = staging(place, given)
	if given.cluster ~= nil then
		list[#list + 1] = allow("neptune-db:*", given.cluster .. "/*")
	end
	return list
end

function families.kinesis(_, given)
	local actions = { "kinesis:PutRecord", "kinesis:PutRecords", "kinesis:DescribeStream" }
	return { allow(actions, given.stream) }
end

function families.dynamodb(place, given)
	local base = "arn:%s:dynamodb:%s:%s:table/%s"
	local names = given.tables and list_of(given.tables) or { "*" }
	local resources = {}
	for index, name in ipairs(names) do
		resources[index] = arn_of(place, name, base)
	end
	if given.tables then
		-- DMS keeps its own notes beside the tables.
		for _, name in ipairs { "awsdms_apply_exceptions", "awsdms_full_load_exceptions" } do
			resources[#resources + 1] = arn_of(place, name, base)
		end
	end
	local actions =
		all_of("dynamodb", "PutItem UpdateItem DeleteItem CreateTable DescribeTable DeleteTable")
	return { allow(actions, resources), allow("dynamodb:ListTables", "*") }
end

function families.opensearch(place, given)
	local domain = arn_of(place, given.domain, "arn:%s:es:%s:%s:domain/%s")
	local actions = all_of("es", "ESHttpDelete ESHttpGet ESHttpHead ESHttpPost ESHttpPut")
	return { allow(actions, { domain, domain .. "/*" }) }
end

function families.timestream(place, given)
	local database = arn_of(place, given.database, "arn:%s:timestream:%s:%s:database/%s")
	return {
		allow("timestream:DescribeEndpoints", "*"),
		allow({ "timestream:DescribeDatabase", "timestream:ListTables" }, database),
		allow(
			all_of("timestream", "CreateTable DescribeTable UpdateTable DeleteTable WriteRecords"),
			database .. "/table/*"
		),
	}
end

--- Members that are not there.
local function check_names(given)
	for name in pairs(given) do
		local known = false
		for _, field in ipairs(FIELDS) do
			known = known or field == name
		end
		if not known then
			refuse(
				("an endpoint's access has no %q"):format(tostring(name)),
				suggest.did_you_mean(tostring(name), FIELDS)
			)
		end
	end
end

--- Members that are missing, or are for another engine.
local function check_members(given, family, side, engine)
	local takes = TAKES[family] or { also = {} }
	if takes.needs and given[takes.needs] == nil then
		refuse(
			("the access of %s as %s needs %s"):format(engine.name, side, takes.needs),
			("give %s: see access.Needs"):format(takes.needs)
		)
	end
	local may = { [takes.needs or "engine"] = true }
	for _, name in ipairs(takes.also) do
		may[name] = true
	end
	for _, name in ipairs { "bucket", "stream", "tables", "domain", "cluster", "database" } do
		if given[name] ~= nil and not may[name] then
			refuse(("%s has nothing to do with %s"):format(engine.name, name))
		end
	end
	if given.secret ~= nil and engine.secrets ~= true then
		refuse(("%s takes no secret"):format(engine.name))
	end
	if given.database_user ~= nil and not BY_IAM[family] then
		refuse(
			("%s can't be logged in to with IAM"):format(engine.name),
			"DMS does that for MySQL, MariaDB, PostgreSQL and Aurora"
		)
	end
end

--- The engine and the side of an endpoint.
---@param given access.Needs
---@return table engine
---@return "source"|"target" side
---@return string family
function needs.engine(given)
	local engine = dms.engine(tostring(given.engine))
	if not engine then
		local names = {}
		for _, one in ipairs(dms.engines()) do
			names[#names + 1] = one.name
		end
		refuse(
			("DMS has no engine %q"):format(tostring(given.engine)),
			suggest.did_you_mean(tostring(given.engine), names)
		)
	end
	local side = given.side
	if side == nil and engine.source ~= engine.target then
		side = engine.source and "source" or "target"
	end
	if side ~= "source" and side ~= "target" then
		refuse(
			("%s can be source and target"):format(engine.name),
			'say which: side = "source" or side = "target"'
		)
	elseif not engine[side] then
		refuse(("%s cannot be a %s of DMS"):format(engine.name, side))
	end
	---@cast side "source"|"target"
	return engine, side, tostring(engine.family)
end

--- What lets a role use keys: through the services alone that keep the data, beside looking at them.
--- An alias is no name in a policy, so a key that is given by one is known by it.
---@param place { region: string, account: string }
---@param keys any a handle, ARN, id or alias of a key, or a list of those
---@param actions string[]
---@param services string[] such as "s3"
---@return table[]
function needs.key_statements(place, keys, actions, services)
	local suffix = place.region:find "^cn%-" and "amazonaws.com.cn" or "amazonaws.com"
	local through, arns, aliases = {}, {}, {}
	for index, service in ipairs(services) do
		through[index] = ("%s.%s.%s"):format(service, place.region, suffix)
	end
	for _, key in ipairs(list_of(keys)) do
		local value = output(key, "arn")
		local alias = is_text(value) and value:match "alias/.+$"
		if alias then
			aliases[#aliases + 1] = alias
		else
			arns[#arns + 1] = arn_of(place, value, "arn:%s:kms:%s:%s:key/%s")
		end
	end
	local via, list = { ["kms:ViaService"] = through }, {}
	if #arns > 0 then
		list[1] = allow(actions, arns, { StringEquals = via })
		list[2] = allow("kms:DescribeKey", arns)
	end
	if #aliases > 0 then
		local any = arn_of(place, "*", "arn:%s:kms:%s:%s:key/%s")
		local known = { ["kms:ResourceAliases"] = aliases }
		list[#list + 1] = allow(actions, any, {
			StringEquals = via,
			["ForAnyValue:StringEquals"] = known,
		})
		list[#list + 1] = allow("kms:DescribeKey", any, { ["ForAnyValue:StringEquals"] = known })
	end
	return list
end

--- The services that keep data of an endpoint, and so use its keys.
local KEEPS = { kinesis = "kinesis", dynamodb = "dynamodb", opensearch = "es" }

local function keys_of(place, given, family)
	local services = {}
	if given.bucket ~= nil then
		services[#services + 1] = "s3"
	end
	if given.secret ~= nil then
		services[#services + 1] = "secretsmanager"
	end
	services[#services + 1] = KEEPS[family]
	---@type string[]
	local actions = { "kms:Decrypt" }
	if given.bucket ~= nil or family == "kinesis" or family == "dynamodb" then
		actions[2], actions[3] = "kms:Encrypt", "kms:GenerateDataKey"
	end
	return needs.key_statements(place, given.key, actions, services)
end

--- The secrets, as an endpoint names them: an ARN or a name each.
---@param given access.Needs
---@return any[]
function needs.secrets(given)
	local list = {}
	for index, secret in ipairs(list_of(given.secret)) do
		list[index] = output(secret, "arn")
	end
	return list
end

--- What secrets are called in a policy: one that is given by name ends in six characters more.
local function secret_arns(place, given)
	local arns = {}
	for index, value in ipairs(needs.secrets(given)) do
		if is_text(value) and not value:find "^arn:" then
			value = value .. "-??????"
		end
		arns[index] = arn_of(place, value, "arn:%s:secretsmanager:%s:%s:secret:%s")
	end
	return arns
end

--- The statements by what they are about: of the engine, of secrets, of keys. Empty where the endpoint
--- needs nothing of AWS.
---@param place { region: string, account: string }
---@param given access.Needs
---@return table[]
function needs.statements(place, given)
	check_names(given)
	local engine, side, family = needs.engine(given)
	check_members(given, family, side, engine)
	local make = families[family]
	local list = make and make(place, given, side) or {}
	if given.database_user ~= nil then
		list[#list + 1] = allow("rds-db:connect", list_of(given.database_user))
	end
	local secrets = secret_arns(place, given)
	if #secrets > 0 then
		local actions = { "secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret" }
		list[#list + 1] = allow(actions, secrets)
	end
	if #list > 0 then
		for _, statement in ipairs(keys_of(place, given, family)) do
			list[#list + 1] = statement
		end
	end
	return list
end

--- The services that have to be able to take the role, each with whether it is DMS.
---@param place { region: string, account: string }
---@param given access.Needs
---@return { name: string, dms: boolean }[]
function needs.services(place, given)
	local engine, _, family = needs.engine(given)
	local list = {}
	local as_dms = families[family] ~= nil and (family ~= "redshift" or given.bucket ~= nil)
	if as_dms or given.database_user ~= nil then
		list[#list + 1] = { name = "dms.amazonaws.com", dms = true }
	end
	if given.secret ~= nil then
		-- Secrets are read by DMS's regional self.
		list[#list + 1] = { name = ("dms.%s.amazonaws.com"):format(place.region), dms = true }
	end
	if family == "redshift" and given.bucket ~= nil then
		list[#list + 1] = { name = "redshift.amazonaws.com", dms = false }
		if engine.name == "redshift-serverless" then
			list[#list + 1] = { name = "redshift-serverless.amazonaws.com", dms = false }
		end
	end
	return list
end

--- Whether what an engine can't do without is told.
---@param given access.Needs
---@return boolean
function needs.complete(given)
	local _, _, family = needs.engine(given)
	local takes = TAKES[family]
	if not takes then
		return false
	elseif family == "redshift" then
		return given.bucket ~= nil
	end
	return takes.needs == nil or given[takes.needs] ~= nil
end

--- What an endpoint's settings name, as needs: so that a role can be made for settings that have none.
---@param engine table as dms.engine gives it
---@param side "source"|"target"
---@param settings table the engine's settings of an endpoint
---@return access.Needs
function needs.of_settings(engine, side, settings)
	local uri = settings.endpoint_uri
	-- https://search-NAME-xxxxxxxx.REGION.es.amazonaws.com, or vpc- for one inside of a VPC.
	local domain = is_text(uri)
		and (
			uri:match "://search%-(.+)%-%w+%.[%w%-]+%.es%."
			or uri:match "://vpc%-(.+)%-%w+%.[%w%-]+%.es%."
		)
	local family = tostring(engine.family)
	return {
		engine = engine.name,
		side = side,
		bucket = settings.bucket_name or settings.s3_bucket_name,
		folder = settings.bucket_folder or settings.s3_bucket_folder,
		catalog = settings.glue_catalog_generation or nil,
		stream = settings.stream_arn,
		domain = family == "opensearch" and domain or nil,
		database = family == "timestream" and settings.database_name or nil,
		key = settings.server_side_encryption_kms_key_id,
	}
end

return needs
