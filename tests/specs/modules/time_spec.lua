local time = require "time"

describe("time", function()
	it("reads durations", function()
		for text, seconds in pairs {
			["90"] = 90,
			["1.5h"] = 5400,
			["2h 30m"] = 9000,
			["2h30m"] = 9000,
			["1w 2d"] = 777600,
			["250ms"] = 0.25,
			["3 days 1 hour"] = 262800,
			["-90s"] = -90,
		} do
			assert.equal(seconds, time.seconds(text))
		end
		for _, text in ipairs { "", "h", "2h 30", "30m 2h", "1h 1h", "2 fortnights", "1..5h", "1e5" } do
			assert.has_error(function()
				time.seconds(text)
			end, "2h 30m")
		end
	end)

	it("writes durations for people, and exactly", function()
		assert.equal("2d 07h", time.duration(200000))
		assert.equal("2d 7h 33m 20s", time.duration(200000, { exact = true }))
		assert.equal(200000, time.seconds(time.duration(200000, { exact = true })))
		assert.equal("0s", time.duration(0, { exact = true }))
		assert.has_error(function()
			time.duration(-1)
		end, "got -1")
		assert.has_error(function()
			time.duration(1, { exakt = true })
		end, 'Did you mean "exact"?')
	end)

	it("understands every offset, and gives one", function()
		local at = time.parse "2026-11-22T22:08:08+02:00"
		assert.equal(time.parse "2026-11-22T20:08:08Z", at)
		assert.equal("2026-11-22T14:38:08-05:30", time.format(at, "-05:30"))
		assert.equal("2026-11-22T20:08:08Z", time.format(at, "+00:00"))
		assert.has_error(function()
			time.format(at, "CET")
		end, '"CET" is no offset like +02:00')
		assert.has_error(function()
			time.parse "2026-11-22"
		end, "it needs a time of day")
		assert.has_error(function()
			time.parse "2026-02-30T00:00:00Z"
		end, "is no time like")
	end)

	it("counts in the form that it was given", function()
		assert.equal("2026-11-23T01:00:00Z", time.add("2026-11-22T23:00:00Z", "2h"))
		assert.equal("2026-11-22T22:00:00Z", time.add("2026-11-22T23:00:00Z", "-1h"))
		assert.equal(3600.0, time.add(0, 3600))
		assert.equal(-60.0, time.between("2026-11-22T23:01:00Z", "2026-11-22T23:00:00Z"))
		assert.has_error(function()
			time.add(0, 1e18)
		end, "out of range")
		assert.has_error(function()
			time.add(nil, 1)
		end, "got nothing")
	end)

	it("takes a moment apart", function()
		local parts = time.fields("2026-11-22T23:30:15Z", "+01:00")
		assert.same(
			{ year = 2026, month = 11, day = 23, hour = 0, minute = 30, second = 15, weekday = 1 },
			parts
		)
	end)

	it("sleeps on the clock of the host", function()
		local start, ticks = time.epoch(), time.monotonic()
		time.sleep "1h"
		assert.equal(3600.0, time.since(start))
		assert.equal(3600.0, time.monotonic() - ticks)
	end)
end)
