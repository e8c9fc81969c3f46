--- What a bucket does with its objects in time: lifecycle rules and Intelligent-Tiering configurations,
--- lists of which each member has an id, and each of which S3 takes as a whole.

local aws = require "aws"
local shapes = require "kinds.support.shapes"
local time = require "time"

local rules = {}

local RULE = {
	id = { type = "string", required = true, doc = "The rule's name." },
	status = { type = "string", enum = { "Enabled", "Disabled" }, doc = "Enabled by default." },
	filter = { type = "map", doc = "Which objects: prefix, tag, sizes; all when left out." },
	expiration = { type = "map", doc = "days or date, or expired_object_delete_marker." },
	noncurrent_version_expiration = { type = "map", doc = "noncurrent_days and how many stay." },
	transitions = { type = "list", doc = "days and storage_class." },
	noncurrent_version_transitions = { type = "list", doc = "The same for old versions." },
	abort_incomplete_multipart_upload = { type = "map", doc = "days_after_initiation." },
}

local TIERING = {
	id = { type = "string", required = true, doc = "The configuration's name." },
	status = { type = "string", enum = { "Enabled", "Disabled" }, doc = "Enabled by default." },
	filter = { type = "map", doc = "Which objects; all when left out." },
	tierings = { type = "list", doc = "days and access_tier, such as ARCHIVE_ACCESS." },
}

--- A copy of a rule that is enabled unless it says otherwise.
local function enabled(rule)
	local copy = {}
	for name, value in pairs(rule) do
		copy[name] = value
	end
	copy.status = copy.status or "Enabled"
	return copy
end

--- The request that makes lifecycle rules the bucket's.
---@param bucket string
---@param declared table[]
---@return aws.s3.put_bucket_lifecycle_configuration.input
function rules.lifecycle_request(bucket, declared)
	local list = {}
	for index, one in ipairs(declared) do
		local rule = enabled(one)
		rule.filter = rule.filter or { prefix = "" }
		list[index] = rule
	end
	return { bucket = bucket, lifecycle_configuration = { rules = list } }
end

--- The request that makes one configuration the bucket's.
---@param bucket string
---@param declared table
---@return any
function rules.tiering_request(bucket, declared)
	return {
		bucket = bucket,
		id = declared.id,
		intelligent_tiering_configuration = enabled(declared),
	}
end

--- Rules and configurations as S3 reads them.
local function lifecycle_problem(list)
	return shapes.fits(
		aws.s3.put_bucket_lifecycle_configuration,
		rules.lifecycle_request("b", list),
		"lifecycle_configuration.rules"
	)
end

local function tiering_problem(config)
	return shapes.fits(
		aws.s3.put_bucket_intelligent_tiering_configuration,
		rules.tiering_request("b", config),
		"intelligent_tiering_configuration"
	)
end

--- What a rule or a configuration says, beside its id.
local MEMBERS = {
	"status",
	"filter",
	"expiration",
	"noncurrent_version_expiration",
	"transitions",
	"noncurrent_version_transitions",
	"abort_incomplete_multipart_upload",
	"tierings",
}

--- Whether a member says nothing: a filter for the prefix "" is one for all objects.
local function says_nothing(value)
	if type(value) ~= "table" then
		return value == nil
	end
	local name, first = next(value)
	return name == nil or (name == "prefix" and first == "" and next(value, name) == nil)
end

--- Whether two texts are one date: `2026-12-01` and its midnight.
local function same_date(declared, live)
	local ok, a, b = pcall(function()
		return time.parse(declared), time.parse(tostring(live))
	end)
	return ok and a == b
end

--- Whether what is declared of a member holds.
local function holds(declared, live)
	if says_nothing(declared) then
		return says_nothing(live)
	elseif type(declared) ~= "table" then
		return declared == live or (type(declared) == "string" and same_date(declared, live))
	elseif type(live) ~= "table" then
		return false
	end
	for name, value in pairs(declared) do
		if not holds(value, live[name]) then
			return false
		end
	end
	return #declared == #live
end

--- A rule of S3's as it is declared; old ones have a prefix in place of a filter.
local function declared_form(rule)
	if not rule.prefix or rule.filter then
		return rule
	end
	local copy = enabled(rule)
	copy.filter = { prefix = rule.prefix }
	return copy
end

local function side(value)
	if not says_nothing(value) then
		return value
	end
end

--- What one rule has otherwise than declared, or beside it.
local function differences_of(rule, have, differences)
	for _, name in ipairs(MEMBERS) do
		if not holds(rule[name], have[name]) then
			differences[#differences + 1] = {
				path = ("[%s].%s"):format(rule.id, name),
				from = side(have[name]),
				to = side(rule[name]),
			}
		end
	end
end

--- How two lists of named rules differ. S3 takes the list as a whole, so that what a rule has beside
--- what the script declares of it is a difference as well: a put would delete it.
local function compare_rules(declared, live)
	local differences, there, wanted = {}, {}, {}
	for _, rule in ipairs(live or {}) do
		there[rule.id or ""] = declared_form(rule)
	end
	for _, given in ipairs(declared) do
		wanted[given.id] = true
		if there[given.id] then
			differences_of(enabled(given), there[given.id], differences)
		else
			differences[#differences + 1] = { to = given.id }
		end
	end
	for _, rule in ipairs(live or {}) do
		if not wanted[rule.id or ""] then
			differences[#differences + 1] = { from = rule.id or "(no id)" }
		end
	end
	return #differences == 0, differences
end

rules.lifecycle = {
	default = {},
	type = "list",
	compare = compare_rules,
	items = { type = "map", fields = RULE },
	check = lifecycle_problem,
	doc = "What happens to objects with time; the whole list.",
}

rules.tiering = {
	default = {},
	type = "list",
	compare = compare_rules,
	items = { type = "map", fields = TIERING, check = tiering_problem },
	doc = "Intelligent-Tiering configurations with id, status and tierings; the whole list.",
}

return rules
