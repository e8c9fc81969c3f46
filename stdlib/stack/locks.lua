--- The locks of a stack as they stand in its account and region: empty log groups of CloudWatch Logs.
---
--- Making one is atomic, costs nothing, and takes tags that say whose it is. They are named
--- `/dmsrun/lock/<stack>/<number>` and carry neither the stack's tag nor a resource's, so that nobody
--- takes them for a part of the stack.

local absence = require "kinds.support.absence"
local arn = require "kinds.support.arn"
local aws = require "aws"
local engine = require "engine"
local errors = require "errors"
local parallel = require "parallel"
local time = require "time"

local locks = {}

--- How long a lock stands without being renewed, in seconds. A clock that is ten minutes off does no
--- harm: a run renews its lock when a quarter of this is over.
locks.LIFE = 900

--- How long a new group or its tags may take to be seen, in seconds.
locks.SEEN = 60

local PREFIX = "/dmsrun/lock/"

--- Codes that pass by themselves: a group of the same name is just being deleted.
local PASSING = { retry_codes = { "OperationAbortedException" } }

---@class stack.Lock
---@field number integer
---@field name string the log group's
---@field resource_arn string
---@field token string what tells one run's lock from another's
---@field by string the caller's ARN
---@field from string user, machine and process
---@field doing string what the run does
---@field since number
---@field expires number

--- What a tag's value may hold.
local function plain(text)
	return (tostring(text):gsub("[^%w _.:/=+@%-]", "-"):sub(1, 256))
end

--- The name of a stack's lock.
---@param stack stack.Stack
---@param number integer
---@return string
function locks.name(stack, number)
	return ("%s%s/%d"):format(PREFIX, stack.name, number)
end

--- The first digits of a token: what a person types to break a lock, and no other.
---@param one stack.Lock
---@return string
function locks.id(one)
	return one.token:sub(1, 8)
end

--- A lock of this run, not yet made.
---@param stack stack.Stack
---@param number integer
---@param token string
---@param doing string
---@return stack.Lock
function locks.new(stack, number, token, doing)
	local who, process = stack:identity(), engine.process()
	-- As others read it: who was first must be the same for both.
	local now = time.parse(time.format(time.epoch()))
	local name = locks.name(stack, number)
	return {
		number = number,
		name = name,
		resource_arn = arn.build(who, "logs", "log-group:" .. name),
		token = token,
		by = who.arn or who.account,
		from = ("%s@%s process %d"):format(process.user, process.host, process.pid),
		doing = doing,
		since = now,
		expires = now + locks.LIFE,
	}
end

local function tags_of(stack, one)
	local tags = {}
	-- Some accounts refuse whatever lacks their tags.
	for name, value in pairs(stack.options.tags or {}) do
		tags[name] = plain(value)
	end
	tags["dmsrun:lock"] = stack.name
	tags["dmsrun:lock-token"] = one.token
	tags["dmsrun:lock-by"] = plain(one.by)
	tags["dmsrun:lock-from"] = plain(one.from)
	tags["dmsrun:lock-for"] = plain(one.doing)
	tags["dmsrun:lock-since"] = time.format(one.since)
	tags["dmsrun:lock-expires"] = time.format(one.expires)
	return tags
end

--- Makes the lock; false where there is one of its number.
---@param stack stack.Stack
---@param one stack.Lock
---@return boolean made
---@return boolean unknown whether nobody can tell what became of it
function locks.create(stack, one)
	local ok, problem = errors.capture(aws.logs.create_log_group, {
		log_group_name = one.name,
		tags = tags_of(stack, one),
	}, PASSING)
	if ok then
		return true, false
	elseif type(problem) == "table" and problem.code == "ResourceAlreadyExistsException" then
		return false, false
	elseif
		type(problem) == "table" and (problem.code == "AnswerLost" or problem.code == "Timeout")
	then
		-- Whoever reads it finds our token in it, or nothing.
		return false, true
	end
	error(problem, 0)
end

local function moment(text)
	local ok, at = pcall(time.parse, text or "")
	return ok and at or nil
end

--- One lock as it is now; nil where it is gone.
local function described(name, number, resource_arn, created)
	local answer = absence.or_nil(function()
		return aws.logs.list_tags_for_resource { resource_arn = resource_arn }
	end)
	if not answer then
		return nil
	end
	local tags = answer.tags or {}
	-- A group without our tags was made by hand, or is not all there yet.
	local since = moment(tags["dmsrun:lock-since"]) or created or time.epoch()
	return {
		number = number,
		name = name,
		resource_arn = resource_arn,
		token = tags["dmsrun:lock-token"] or ("unknown-" .. number),
		by = tags["dmsrun:lock-by"] or "nobody knows who",
		from = tags["dmsrun:lock-from"] or "somebody",
		doing = tags["dmsrun:lock-for"] or "something",
		since = since,
		expires = moment(tags["dmsrun:lock-expires"]) or since + locks.LIFE,
	}
end

--- Every lock that there is on the stack, by number.
---@param stack stack.Stack
---@param own? stack.Lock one that was just made: it is not asked about
---@return stack.Lock[]
function locks.read(stack, own)
	local prefix = PREFIX .. stack.name .. "/"
	local raws = aws.pages(aws.logs.describe_log_groups, { log_group_name_prefix = prefix })
	local found = parallel.map(raws, function(raw)
		local number = tonumber(raw.log_group_name:sub(#prefix + 1))
		if math.type(number) ~= "integer" then
			return false
		elseif own and own.number == number then
			return own
		end
		local full = raw.log_group_arn or raw.arn
		local resource_arn = full and (full:gsub(":%*$", ""))
			or arn.build(stack:identity(), "logs", "log-group:" .. raw.log_group_name)
		-- AWS counts in milliseconds; where the door made a time of it, it is one already.
		local created = raw.creation_time
		created = type(created) == "number" and created / 1000 or moment(created)
		return described(raw.log_group_name, number, resource_arn, created) or false
	end, 4)
	local list, sees_own = {}, own == nil
	for _, one in ipairs(found) do
		if one then
			list[#list + 1] = one
			sees_own = sees_own or one == own
		end
	end
	if not sees_own then
		-- A list may be seconds late; that it was made is certain.
		list[#list + 1] = own
	end
	table.sort(list, function(a, b)
		return a.number < b.number
	end)
	return list
end

--- A lock as it is now; nil where it is gone.
---@param one stack.Lock
---@return stack.Lock?
function locks.again(one)
	return described(one.name, one.number, one.resource_arn)
end

--- Whether what was read is no proof against a lock that was made a moment ago: groups and their tags
--- may be seen late.
---@param one stack.Lock
---@param there? stack.Lock what was read of it
---@return boolean
function locks.may_be_late(one, there)
	local says_nothing = there == nil or there.token == "unknown-" .. one.number
	return says_nothing and time.epoch() - one.since < locks.SEEN
end

--- Lets the lock stand for another while.
---@param one stack.Lock
function locks.renew(one)
	local expires = time.epoch() + locks.LIFE
	aws.logs.tag_resource {
		resource_arn = one.resource_arn,
		tags = { ["dmsrun:lock-expires"] = time.format(expires) },
	}
	-- Only now: what others read is what counts.
	one.expires = expires
end

--- Takes the lock away; one that is gone is fine.
---@param one stack.Lock
function locks.delete(one)
	absence.or_nil(function()
		return aws.logs.delete_log_group { log_group_name = one.name }
	end)
end

--- Whether its time is over: its run ended without taking it away.
---@param one stack.Lock
---@return boolean
function locks.is_over(one)
	return time.epoch() >= one.expires
end

--- Whose it is and since when, in words.
---@param one stack.Lock
---@return string
function locks.who(one)
	return ("%s (%s) for: %s, since %s (%s ago)"):format(
		one.from,
		one.by,
		one.doing,
		time.format(math.floor(one.since)),
		time.duration(math.max(0, math.floor(time.epoch() - one.since)))
	)
end

return locks
