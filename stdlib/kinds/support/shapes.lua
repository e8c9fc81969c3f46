--- What AWS takes as a text or a number of some sort, told without asking it: each function gives
--- nil for a value that it takes, and otherwise the reason.
---
---     local shapes = require "kinds.support.shapes"
---     shapes.maintenance_window "sun:03:00-sun:04:00"   --> nil
---     shapes.retention(31)   --> "CloudWatch Logs keeps events for 1, 3, … or 3653 days, not for 31; …"

local aws = require "aws"

local shapes = {}

local DAYS = { mon = 0, tue = 1, wed = 2, thu = 3, fri = 4, sat = 5, sun = 6 }

local WEEK = 7 * 24 * 60

--- The numbers of days that CloudWatch Logs takes.
shapes.RETENTION = {}
for days in
	("1 3 5 7 14 30 60 90 120 150 180 365 400 545 731 1096 1827 2192 2557 2922 3288 3653"):gmatch "%d+"
do
	shapes.RETENTION[#shapes.RETENTION + 1] = math.tointeger(days)
end

---@param day any
---@param hour any
---@param min any
---@return number? minutes, string? why
local function minute(day, hour, min)
	local first = DAYS[day:lower()]
	hour, min =
		math.tointeger(hour), --[[@as integer]]
		math.tointeger(min) --[[@as integer]]
	if not first then
		return nil, ("%q is no day; they are mon, tue, wed, thu, fri, sat, sun"):format(day)
	elseif hour > 23 or min > 59 then
		return nil, ("%02d:%02d is no time of a day"):format(hour, min)
	end
	---@diagnostic disable-next-line: need-check-nil -- the pattern takes digits only
	return first * 24 * 60 + hour * 60 + min
end

--- `ddd:hh24:mi-ddd:hh24:mi` in UTC, at least half an hour and less than a day.
---@param text string
---@return string?
function shapes.maintenance_window(text)
	local d1, h1, m1, d2, h2, m2 = text:match "^(%a+):(%d%d):(%d%d)%-(%a+):(%d%d):(%d%d)$"
	if not d1 then
		return "it is written as sun:03:00-sun:04:00, in UTC"
	end
	local from, bad_from = minute(d1, h1, m1)
	local to, bad_to = minute(d2, h2, m2)
	if not from or not to then
		return bad_from or bad_to
	end
	local length = (to - from) % WEEK
	if length < 30 then
		return ("it lasts %d minutes; DMS wants at least 30"):format(length)
	elseif length >= 24 * 60 then
		return ("it lasts %d hours; DMS takes windows of less than a day"):format(length // 60)
	end
end

--- The days for which CloudWatch Logs keeps events, with the nearest two that it takes.
---@param days integer
---@return string?
function shapes.retention(days)
	local below, above
	for _, allowed in ipairs(shapes.RETENTION) do
		if allowed == days then
			return nil
		elseif allowed < days then
			below = allowed
		elseif not above then
			above = allowed
		end
	end
	local near = below and above and ("%d or %d"):format(below, above) or tostring(below or above)
	return ("CloudWatch Logs keeps events for 1, 3, 5, 7, 14, 30 … or 3653 days, not for %d; the nearest: %s"):format(
		days,
		near
	)
end

--- An e-mail address as SNS takes one.
---@param text string
---@return string?
function shapes.email(text)
	---@type any, any
	local name, domain = text:match "^([^%s@]+)@([^%s@]+)$"
	if not name then
		return "it is written as name@example.com"
	elseif not domain:match "^%w[%w%-%.]*%.%a[%w%-]*$" or domain:find("..", 1, true) then
		return ("%q is no domain of an address"):format(domain)
	elseif name:find("..", 1, true) or name:match "^%." or name:match "%.$" then
		return ("%q can't stand before the @"):format(name)
	end
end

--- The rules for names of buckets.
---@param name string
---@return string?
function shapes.bucket_name(name)
	if #name < 3 or #name > 63 then
		return ("it has %d characters; S3 wants 3 to 63"):format(#name)
	elseif name:find "[^%l%d%.%-]" then
		return ("it has %q; S3 takes lower-case letters, digits, hyphens and dots"):format(
			name:match "[^%l%d%.%-]"
		)
	elseif not name:match "^[%l%d]" or not name:match "[%l%d]$" then
		return "it begins and ends with a letter or a digit"
	elseif name:find("..", 1, true) or name:find(".-", 1, true) or name:find("-.", 1, true) then
		return "dots stand neither beside another dot nor beside a hyphen"
	elseif name:match "^%d+%.%d+%.%d+%.%d+$" then
		return "it looks like an address"
	end
	for _, prefix in ipairs { "xn--", "sthree-", "amzn-s3-demo-" } do
		if name:sub(1, #prefix) == prefix then
			return ("S3 keeps names that begin with %s for itself"):format(prefix)
		end
	end
	for _, suffix in ipairs { "-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3" } do
		if name:sub(-#suffix) == suffix then
			return ("S3 keeps names that end with %s for itself"):format(suffix)
		end
	end
end

--- Whether a value fits the member of a request that it is going to be, as far as names, types and
--- enumerations go. The value itself is in no message: it could be a secret.
---@param operation aws.Operation
---@param request table
---@param member string where the value is in the request, such as `lifecycle_configuration.rules`
---@return string? reason
---@return string? inside where in the value, such as `[1].expiration.days`
---@return string? hint
function shapes.fits(operation, request, member)
	---@type any
	local problem = aws.check(operation, request)
	local path = problem and problem.path
	if not path or path:sub(1, #member) ~= member then
		return nil
	end
	local reason = problem.message
	if reason:sub(1, #path + 2) == path .. ": " then
		reason = reason:sub(#path + 3)
	end
	return reason, path:sub(#member + 1), problem.hint
end

return shapes
