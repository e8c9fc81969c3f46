---@meta time

--- The clock, points in time and durations. A point in time is text such as `2026-11-22T20:08:08Z`
--- (any offset is understood), or seconds since 1970. A duration is a number of seconds, or text such
--- as `2h 30m`. On the local AWS the clock is virtual: sleeping takes no real time.
---
--- ```lua
--- local time = require "time"
--- time.seconds "2h 30m" --> 9000
--- time.duration(9000) --> "2h 30m"
--- time.parse "2026-11-22T22:08:08+02:00" --> 1795378088.0
--- time.format(1795378088, "+02:00") --> "2026-11-22T22:08:08+02:00"
--- time.add("2026-11-22T20:00:00Z", "1d 30m") --> "2026-11-23T20:30:00Z"
--- time.between("2026-11-22T20:00:00Z", "2026-11-22T22:01:00+02:00") --> 60.0
--- local start = time.epoch()
--- time.sleep "90s"
--- time.since(start) --> 90.0
--- time.seconds "2h 30" --> error: seconds, or a duration such as "2h 30m"
--- ```
---@class time
local time = {}

---@class time.Fields
---@field year integer
---@field month integer from 1
---@field day integer
---@field hour integer
---@field minute integer
---@field second integer
---@field weekday integer 1 is Monday

---@class time.DurationOptions
---@field exact? boolean every unit, so that `time.seconds` gives the same again

--- The time now, as text in UTC.
---@return string # such as 2026-11-22T20:08:08Z; a fraction only where there is one
function time.now() end

--- The time now, in seconds since 1970.
---@return number # with a fraction, to the microsecond
function time.epoch() end

--- Seconds from some fixed moment, which no correction of the wall clock bends: for measuring. On
--- virtual time they are virtual.
---@return number # to be subtracted from another of its kind
function time.monotonic() end

--- Waits. Other tasks of `parallel` go on meanwhile; Ctrl-C ends it. Fails on what is no duration
--- from 0, and when Ctrl-C is pressed.
---@param duration number|string seconds from 0, or text such as "2h 30m"
function time.sleep(duration) end

--- The seconds since 1970 of a text with an offset or `Z`. Fails where it is no such time, with
--- what is wrong with it; the years are -9999 to 9999.
---@param text string RFC 3339, such as 2026-11-22T20:08:08Z or 2026-11-22T22:08:08.5+02:00
---@return number # below 0 before 1970
function time.parse(text) end

--- A point in time as text, in UTC or at an offset such as `+02:00`. Fails where there is no such
--- time or offset. Names of zones are not known: os.date shows local time.
---@param at number|string seconds since 1970, or text
---@param offset? string such as +02:00, -0530 or Z (default Z)
---@return string # such as 2026-11-22T22:08:08+02:00
function time.format(at, offset) end

--- The parts of a point in time, in UTC or at an offset. Fails where there is no such time or
--- offset.
---@param at number|string seconds since 1970, or text
---@param offset? string such as +02:00, -0530 or Z (default Z)
---@return time.Fields
function time.fields(at, offset) end

--- The point in time so much later, or earlier with `-1h`, in the form that the first one has.
--- Fails where the result is out of range.
---@param at number|string seconds since 1970, or text
---@param duration number|string seconds, or text such as "2h 30m" or "-1h"; a day is 24 hours
---@return number|string # text in UTC where `at` is text
function time.add(at, duration) end

--- The seconds from one point in time to another. Fails where either is no time.
---@param from number|string seconds since 1970, or text
---@param to number|string seconds since 1970, or text
---@return number # below 0 where `to` is the earlier one
function time.between(from, to) end

--- The seconds since a point in time. Fails where it is no time.
---@param at number|string seconds since 1970, or text
---@return number # below 0 for a time to come
function time.since(at) end

--- A duration for people: its two largest units, tenths below ten seconds. Fails below 0.
---@param duration number|string seconds from 0, or text such as "2h 30m"
---@param options? time.DurationOptions
---@return string # such as `9m 12s`
function time.duration(duration, options) end

--- The seconds of a duration: numbers with the units w, d, h, m, s and ms or their words (hr, mins,
--- days …), the longest first, each once; a minus in front; or a bare number. Fails on an unknown
--- unit, units out of order, or one that stands twice.
---@param duration number|string such as 90, "90", "1.5h", "2h 30m", "-250ms"
---@return number # an integer where it is a whole number
function time.seconds(duration) end

return time
