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
---@return string
function time.now() end

--- The time now, in seconds since 1970.
---@return number
function time.epoch() end

--- Seconds from some fixed moment, which no correction of the wall clock bends: for measuring. On
--- virtual time they are virtual.
---@return number
function time.monotonic() end

--- Waits. Other tasks of `parallel` go on meanwhile; Ctrl-C ends it.
---@param duration number|string
function time.sleep(duration) end

--- The seconds since 1970 of a text with an offset or `Z`.
---@param text string
---@return number
function time.parse(text) end

--- A point in time as text, in UTC or at an offset such as `+02:00`.
---@param at number|string
---@param offset? string
---@return string
function time.format(at, offset) end

--- The parts of a point in time, in UTC or at an offset.
---@param at number|string
---@param offset? string
---@return time.Fields
function time.fields(at, offset) end

--- The point in time so much later, or earlier with `-1h`, in the form that the first one has.
---@param at number|string
---@param duration number|string
---@return number|string
function time.add(at, duration) end

--- The seconds from one point in time to another.
---@param from number|string
---@param to number|string
---@return number
function time.between(from, to) end

--- The seconds since a point in time.
---@param at number|string
---@return number
function time.since(at) end

--- A duration for people: its two largest units, tenths below ten seconds.
---@param duration number|string
---@param options? time.DurationOptions
---@return string
function time.duration(duration, options) end

--- The seconds of a duration: numbers with the units w, d, h, m, s and ms or their words, the longest
--- first, each once; a minus in front; or a bare number.
---@param duration number|string
---@return number
function time.seconds(duration) end

return time
