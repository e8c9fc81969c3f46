local settings = require "settings"

describe("settings", function()
	it("merges deeply over the default preset", function()
		local document = settings({ TargetMetadata = { LobMaxSize = 4096 } })
		assert.equal(4096, document.TargetMetadata.LobMaxSize)
		assert.equal(true, document.ErrorBehavior.FailOnNoTablesCaptured)
		assert.equal(true, document.Logging.EnableLogging)
	end)

	it("starts from another preset, which stays as it is", function()
		local document =
			settings.preset("full-load-fast")({ FullLoadSettings = { CommitRate = 1000 } })
		assert.equal(1000, document.FullLoadSettings.CommitRate)
		assert.equal(16, document.FullLoadSettings.MaxFullLoadSubTasks)
		assert.equal(50000, settings.preset("full-load-fast").FullLoadSettings.CommitRate)
	end)

	it("explains each preset", function()
		for _, name in ipairs({
			"default",
			"full-load-fast",
			"cdc-low-latency",
			"lob-heavy",
			"validate-only",
		}) do
			assert.equal(true, settings.explain(name):find(name, 1, true) == 1)
		end
	end)

	it("names the nearest preset", function()
		local ok, problem = pcall(settings.preset, "lob-heavi")
		assert.equal(false, ok)
		assert.equal(true, problem.hints[1][1]:find("lob-heavy", 1, true) ~= nil)
	end)

	it("finds the line of a key", function()
		local document = settings({
			FullLoadSettings = {
				CommitRate = 10,
			},
		})
		local whole, key = document:place(), document:place("FullLoadSettings.CommitRate")
		assert.equal(2, key.line - whole.line)
	end)

	it("reports what the checks find, with its place", function()
		local document = settings({ FullLoadSettings = { MaxFullLoadSubTasks = 99 } })
		local findings = document:check({ migration_type = "full-load-and-cdc" })
		local found
		for _, finding in ipairs(findings) do
			if finding.path == "FullLoadSettings.MaxFullLoadSubTasks" then
				found = finding
			end
		end
		assert.equal("error", found.severity)
		assert.equal(true, found.at.file:find("settings_spec.lua", 1, true) ~= nil)
	end)
end)
