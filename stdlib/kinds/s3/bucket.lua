--- s3.bucket: a bucket with its settings, each of which has calls of its own and no tags. Deleting
--- the bucket empties it first, old versions and delete markers included.

local absence = require "kinds.support.absence"
local arn = require "kinds.support.arn"
local aws = require "aws"
local errors = require "errors"
local exists = require "kinds.support.exists"
local kind = require "kind"
local names = require "kinds.support.names"
local settings = require "kinds.support.bucket"
local shapes = require "kinds.support.shapes"
local tags = require "kinds.support.tags"
local taken = require "kinds.support.taken"

local KINDS = { ["s3.bucket"] = true }

--- How S3 says that a bucket is in another region. Names are shared by all regions.
---@type table<string, boolean>
local ELSEWHERE = {
	AuthorizationHeaderMalformed = true,
	HTTP301 = true,
	PermanentRedirect = true,
}

--- The tags of a bucket; nil where it has none, and where it is in another region.
local function tags_of(name)
	local ok, answer = errors.capture(aws.s3.get_bucket_tagging, { bucket = name })
	if ok then
		return tags.map(answer.tag_set)
	elseif absence.is(answer) or ELSEWHERE[answer.code] then
		return nil
	end
	error(answer, 0)
end

--- An item, or nil where the bucket is gone. A bucket without tags is no error, only not ours.
local function read(name)
	local there = absence.or_nil(function()
		return aws.s3.head_bucket { bucket = name }
	end)
	return there and { id = name, tags = tags_of(name) or {}, raw = { name = name } } or nil
end

--- Removes what a listing of versions shows, a thousand at a time as S3 gives them.
local function empty(ctx, name)
	local removed = 0
	repeat
		local page = aws.s3.list_object_versions { bucket = name, max_keys = 1000 }
		local objects = {}
		for _, member in ipairs { "versions", "delete_markers" } do
			for _, object in ipairs(page[member] or {}) do
				objects[#objects + 1] = { key = object.key, version_id = object.version_id }
			end
		end
		if #objects > 0 then
			local answer = aws.s3.delete_objects {
				bucket = name,
				delete = { objects = objects, quiet = true },
			}
			local failed = (answer.errors or {})[1]
			if failed then
				errors.raise {
					summary = "Bucket could not be emptied",
					what = ("%s of %s: %s"):format(failed.key, name, failed.message or failed.code),
				}
			end
			removed = removed + #objects
			ctx:progress(("emptying bucket %s, %d objects removed"):format(name, removed))
		end
	until #objects == 0
end

--- A bucket of this account that has the name already. One without tags and without objects is our
--- own, made in a run that ended before its tags were put.
local function found(name)
	local there = read(name)
	if not there then
		return nil
	end
	local page = next(there.tags) == nil
		and aws.s3.list_object_versions { bucket = name, max_keys = 1 }
	if page and #(page.versions or {}) == 0 and #(page.delete_markers or {}) == 0 then
		return nil
	end
	return { noun = "a bucket", name = name, tags = there.tags }
end

--- The name of a declared bucket; nil where it is not known yet.
local function name_of(stack, account, declared)
	local given = (declared.properties or {}).bucket
	if given ~= nil then
		return type(given) == "string" and given or nil
	end
	return names.fit(("%s-%s-%s"):format(stack.name, declared.id, account):lower(), 63)
end

--- Refuses a name that is somebody else's before anything is made: in us-east-1 S3 "creates" what
--- exists.
local function check_name(check)
	local name = check.creates and name_of(check.stack, check.account, check.declared)
	if not name then
		return
	end
	taken.refuse_twice(check, "bucket", KINDS, function(declared)
		return name_of(check.stack, check.account, declared)
	end)
	local list = check:try("The buckets could not be listed", function()
		return check:sweep(aws.s3.list_buckets, {})
	end)
	for _, bucket in ipairs(list or {}) do
		if bucket.name == name then
			taken.refuse(
				check,
				"bucket",
				check:try("The bucket could not be looked at", function()
					return found(name)
				end)
			)
		end
	end
end

local function put_tags(name, map)
	aws.s3.put_bucket_tagging { bucket = name, tagging = { tag_set = tags.list(map) } }
end

local properties = {
	bucket = {
		type = "string",
		replaces = "the name of a bucket is fixed",
		check = shapes.bucket_name,
		doc = "The bucket's name; begins with the stack's. Left out: <stack>-<id>-<account>.",
	},
	tags = tags.property,
}
for name, property in pairs(settings.properties) do
	properties[name] = property
end

return kind.define {
	name = "s3.bucket",
	doc = "A bucket with its encryption, versions, lifecycle, access and policy.",
	source = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html",
	properties = properties,
	outputs = {
		bucket = "name of the bucket",
		arn = "ARN of the bucket",
		bucket_domain_name = "its name in the DNS",
	},

	list = function(ctx)
		local items = {}
		for _, bucket in ipairs(ctx:sweep(aws.s3.list_buckets, {})) do
			if names.may_be_ours(ctx, bucket.name) then
				-- A bucket of another region answers from there; S3 names are shared by all
				-- regions.
				local map = tags_of(bucket.name)
				if map and tags.ours(ctx, map) then
					items[#items + 1] = { id = bucket.name, tags = map, raw = bucket }
				end
			end
		end
		return items
	end,

	read = function(_, id)
		return read(id)
	end,

	observe = function(ctx, item)
		local live = settings.observe(item.id, function(name)
			return ctx:wants(name)
		end)
		live.bucket = item.id
		live.tags = tags.user(item.tags)
		return {
			properties = live,
			outputs = {
				bucket = item.id,
				arn = ("arn:%s:s3:::%s"):format(arn.partition(ctx.region), item.id),
				bucket_domain_name = item.id .. ".s3.amazonaws.com",
			},
			state = "available",
		}
	end,

	parents = function()
		return {}
	end,

	preflight = function(check, props)
		check_name(check)
		local key = (props.encryption or {}).kms_master_key_id
		exists.key(check, "encryption.kms_master_key_id", key)
	end,

	create = function(ctx, props)
		local name = props.bucket and names.check(ctx, "s3.bucket", props.bucket)
			or names.fit((ctx.name .. "-" .. ctx.account):lower(), 63)
		local request = { bucket = name }
		-- us-east-1 is what S3 means without a location, and it refuses to be told so.
		if ctx.region ~= "us-east-1" then
			request.create_bucket_configuration = { location_constraint = ctx.region }
		end
		taken.raise(ctx, found(name))
		local ok, err = errors.capture(aws.s3.create_bucket, request)
		if not ok and err.code ~= "BucketAlreadyOwnedByYou" then
			error(err, 0)
		end
		put_tags(name, tags.on_create(ctx, props))
		settings.put_all(ctx, name, props)
		return name
	end,

	update = function(ctx, item, props, changes)
		settings.put_changed(ctx, item.id, props, changes)
		if changes.tags then
			-- S3 replaces the whole set.
			local map = tags_of(item.id) or item.tags
			for key, value in pairs(changes.tags.to or {}) do
				map[key] = value
			end
			put_tags(item.id, map)
		end
	end,

	delete = function(ctx, item)
		absence.or_nil(function()
			empty(ctx, item.id)
			return aws.s3.delete_bucket { bucket = item.id }
		end)
	end,

	settle = function() end,

	loses_data = function(action, item)
		if action == "delete" or action == "replace" then
			return ("bucket %s and every object in it"):format(item.id)
		end
	end,
}
