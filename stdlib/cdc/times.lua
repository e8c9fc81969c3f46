--- Times at which the capture of changes begins: read from text or numbers, with what is wrong with one.
--- Part of `cdc`.

local aws = require "aws"
local time = require "time"

local times = {}

local function shown(value)
	return type(value) == "string" and ("%q"):format(value) or tostring(value)
end

--- No database that DMS reads is older.
local OLDEST = 946684800

--- How a time is written. It is a form and no time: what stands in a message is pasted at night.
times.FORM = "YYYY-MM-DDThh:mm:ssZ"

local DAY = 24 * 3600

--- How far ahead of our clock a time in a script may lie: nothing was captured in the future, but the
--- clock of a rehearsal stands on a day of its own, and does not know how late it is where its script
--- will run. What is carried out at once has no such excuse: see `times.ahead`.
local function slack()
	return (aws.is_local and 366 or 1) * DAY
end

--- Seconds since 1970 beyond which a number can only mean milliseconds: the year 5138.
local MILLISECONDS = 1e11

--- A time as DMS writes it: UTC, without the zone.
---@param epoch number
---@return string
function times.stamp(epoch)
	return (time.format(math.floor(epoch), "+00:00"):gsub("%+00:00$", ""):gsub("Z$", ""))
end

--- What is no day or no time of day in a text that has the form of a time; nil where it may be one.
local function impossible(text)
	local day = text:match "^%d%d%d%d%-%d%d%-%d%d"
	if not day then
		return nil
	elseif not pcall(time.parse, day .. "T00:00:00Z") then
		return ("there is no day %s"):format(day)
	end
	local clock = text:match "^[%d%-]+[T ](%d%d:%d%d:?%d*)"
	if clock and #clock <= 6 then
		clock = clock:sub(1, 5) .. ":00"
	end
	if clock and not pcall(time.parse, ("%sT%sZ"):format(day, clock)) then
		return ("%s has no %s"):format(day, text:match "^[%d%-]+[T ](%d%d:%d%d:?%d*)")
	end
end

--- The end of the year 9999, in milliseconds: no count beyond it is one of a time.
local LAST = 253402300800000

--- Seconds since 1970 of a text or a number, or what is wrong with it, and a hint.
---@param value any
---@return number? epoch
---@return string? what
---@return string? hint
function times.seconds_of(value)
	local epoch
	if math.type(value) then
		if value ~= value or value < 0 or value >= LAST then
			return nil, ("%s is no time"):format(value)
		elseif value >= MILLISECONDS then
			local meant = math.tointeger(value // 1000)
			---@cast meant integer
			return nil,
				("these are milliseconds; DMS counts seconds: cdc.at(%d)"):format(meant),
				("%d is %sZ"):format(meant, times.stamp(meant))
		end
		epoch = value
	elseif type(value) == "string" then
		if value:find "^%d+$" then
			return times.seconds_of(tonumber(value))
		end
		local what = impossible(value)
		if what then
			return nil, what, ("a time is written %s, in UTC"):format(times.FORM)
		elseif value:find "^%d%d%d%d%-%d%d%-%d%d$" then
			return nil,
				("%s is a day without a time"):format(shown(value)),
				("with its time, in UTC: %sThh:mm:ssZ"):format(value)
		elseif value:find "^%d%d%d%d%-%d%d%-%d%d[T ]%d%d:%d%d:?[%d%.]*$" then
			return nil,
				("%s does not say its zone, and a wrong one skips changes or applies them twice"):format(
					shown(value)
				),
				("in UTC: %sZ"):format((value:gsub(" ", "T")))
		end
		local ok, parsed = pcall(time.parse, (value:gsub("^(%S+) (%S+)$", "%1T%2")))
		if not ok then
			return nil,
				("%s is no time"):format(shown(value)),
				("a time is written %s, in UTC"):format(times.FORM)
		end
		epoch = parsed
	else
		return nil,
			("a time is wanted, got a %s"):format(type(value)),
			('cdc.at "%s", or seconds since 1970'):format(times.FORM)
	end
	if epoch < OLDEST then
		return nil,
			("%s is %s, before 2000"):format(shown(value), times.stamp(epoch)),
			"seconds since 1970 of this year have ten digits"
	elseif epoch > time.epoch() + slack() then
		return nil,
			("%s is in the future; changes are captured from a time that has passed"):format(
				shown(value)
			),
			("it is %sZ now"):format(times.stamp(time.epoch()))
	end
	return epoch
end

--- Why changes can't be captured from a time yet; nil where it has passed. What is carried out at once has
--- no excuse for a time ahead: the clock is the one of where it is, in a rehearsal too.
---@param text string as DMS takes it
---@return string?
function times.ahead(text)
	if time.parse(text .. "Z") > time.epoch() + DAY then
		return ("%sZ is in the future; changes are captured from a time that has passed, and it is %sZ now%s"):format(
			text,
			times.stamp(time.epoch()),
			aws.is_local and " in this rehearsal" or ""
		)
	end
end

return times
