--- Documents of task settings: where each key was written, files, comparison, misuse.

local json = require "json"
local places = require "settings.places"
local settings = require "settings"
local trying = require "support.trying"

local FOLDER = "../fixtures/documents/"

local failure = trying.failure

local function finding(document, path, context)
	for _, found in ipairs(document:check(context or {})) do
		if found.path == path then
			return found
		end
	end
	error("nothing was found at " .. path, 0)
end

describe("a key is told at its line", function()
	it("in the call, whatever stands around it", function()
		local document = settings({
			-- FullLoadSettings = { CommitRate = 1 } in a comment is none.
			ErrorBehavior = { DataErrorPolicy = "CommitRate = 5" },
			FullLoadSettings = {
				CommitRate = 99999,
			},
			["TargetMetadata"] = { ["LobMaxSize"] = 999999 },
		})
		local whole = document:place().line
		local rate = finding(document, "FullLoadSettings.CommitRate").at
		assert.equal(4, rate.line - whole)
		assert.equal(5, rate.column)
		assert.equal(#"CommitRate", rate.width)
		assert.equal(6, finding(document, "TargetMetadata.LobMaxSize").at.line - whole)
		assert.equal(2, finding(document, "ErrorBehavior.DataErrorPolicy").at.line - whole)
	end)

	it("in a table that was written before, or changed after", function()
		local load = {
			CommitRate = 99999,
		}
		local document = settings({
			FullLoadSettings = load,
		})
		local whole = document:place().line
		assert.equal(-2, finding(document, "FullLoadSettings.CommitRate").at.line - whole)
		document.StreamBufferSettings = {}
		document.StreamBufferSettings.CtrlStreamBufferSizeInMB = 77
		local later = finding(document, "StreamBufferSettings.CtrlStreamBufferSizeInMB").at
		assert.equal(6, later.line - whole)
	end)

	it("of the settings that said it last", function()
		local base = settings({ FullLoadSettings = { CommitRate = 99999 } })
		local over = base({
			FullLoadSettings = { MaxFullLoadSubTasks = 99 },
		})
		assert.equal(base:place().line, finding(over, "FullLoadSettings.CommitRate").at.line)
		assert.equal(
			over:place().line + 1,
			finding(over, "FullLoadSettings.MaxFullLoadSubTasks").at.line
		)
		local both = settings.over(
			base,
			settings({
				FullLoadSettings = { MaxFullLoadSubTasks = 98 },
			})
		)
		assert.equal(
			1,
			finding(both, "FullLoadSettings.MaxFullLoadSubTasks").at.line - both:place().line
		)
	end)

	it("of two sections with keys of one name", function()
		local document = settings({
			LoopbackPreventionSettings = {
				TargetSchema = "a",
			},
			TargetMetadata = {
				TargetSchema = 5,
			},
		})
		local at = finding(document, "TargetMetadata.TargetSchema").at
		assert.equal(5, at.line - document:place().line)
	end)

	it("of a log component by its number", function()
		local document = settings({
			Logging = {
				LogComponents = {
					{ Id = "SORTER", Severity = "LOGGER_SEVERITY_ERROR" },
					{ Id = "SORTR", Severity = "LOGGER_SEVERITY_ERROR" },
				},
			},
		})
		local found
		for _, one in ipairs(document:check({})) do
			if one.path:find("LogComponents", 1, true) then
				found = found or one
			end
		end
		assert.equal(4, found.at.line - document:place().line)
	end)

	it("scanned as Lua is read", function()
		local found = places.scan([==[
local s = settings { A = { B = 1, ["C"] = "x = 1", [ [[D]] ] = 2 }, -- E = 3
  --[[ F = 4
  ]] G = f { H = a == b }, L = { 1, { I = 5 }, "s", { I = 6 } } }
s.J.K = 7; if s.M == 2 then s["N"] = 1 end
]==])
		local paths = {}
		for _, written in ipairs(found) do
			paths[#paths + 1] = ("%s:%d:%d"):format(written.path, written.line, written.column)
		end
		assert.equal(
			"s:1:7 s.A:1:22 s.A.B:1:28 s.A.C:1:35 s.G:3:6 s.G.H:3:14 s.L:3:28 s.L[1].I:3:39 "
				.. "s.L[3].I:3:55 s.J.K:4:5",
			table.concat(paths, " ")
		)
		assert.equal(nil, places.find(found, "X.Y", 1))
		assert.equal(55, places.find(found, "L[3].I", 1).column)
	end)

	it("even where a script is odd", function()
		for _, text in ipairs({
			"",
			"{",
			"}",
			"[[",
			"'",
			"a = ",
			"--[[",
			"x[",
			"((",
			"a.b.",
			"\0{=",
		}) do
			assert.truthy(places.scan(text))
		end
	end)
end)

describe("settings in a file", function()
	it("are told with line and column", function()
		local document = settings.load(FOLDER .. "settings.json")
		local tasks = finding(document, "FullLoadSettings.MaxFullLoadSubTasks")
		assert.matches("settings.json", tasks.at.file)
		assert.equal(3, tasks.at.line)
		assert.equal(5, tasks.at.column)
		local over = document({ FullLoadSettings = { CommitRate = 99999 } })
		assert.equal(3, finding(over, "FullLoadSettings.MaxFullLoadSubTasks").at.line)
		assert.matches(
			"settings_documents_spec.lua",
			finding(over, "FullLoadSettings.CommitRate").at.file
		)
		local loud
		for _, one in ipairs(document:check({})) do
			loud = one.message:find("LOUD", 1, true) and one or loud
		end
		assert.equal(8, loud.at.line)
	end)

	it("are refused where they are no JSON", function()
		local broken = failure(settings.load, FOLDER .. "broken.json")
		assert.equal("Task settings cannot be read", broken.summary)
		assert.equal(2, broken.at.line)
		local absent = failure(settings.load, FOLDER .. "setings.json")
		assert.matches("settings.json", absent.hints[1][1])
		assert.matches("got a number", failure(settings.load, 5).what)
	end)
end)

describe("settings as they are", function()
	it("are taken without a preset, from a table, text or a document", function()
		local given = { FullLoadSettings = { CommitRate = 5 } }
		local document = settings.document_of(given)
		assert.equal(nil, document.Logging)
		assert.equal(nil, getmetatable(given), "what was given stays as it was")
		assert.equal(document, settings.document_of(document))
		assert.equal(5, settings.document_of(json.encode(given)).FullLoadSettings.CommitRate)
		assert.matches("not JSON", failure(settings.document_of, "{").what)
		assert.matches("there twice", failure(settings.document_of, '{"A":1,"A":2}').what)
	end)

	it("are compared by what is declared", function()
		local document = settings.document_of({
			FullLoadSettings = { CommitRate = 10000 },
			Logging = {
				EnableLogging = true,
				LogComponents = { { Id = "SORTER", Severity = "LOGGER_SEVERITY_DEBUG" } },
			},
		})
		local live = {
			Logging = {
				EnableLogging = true,
				CloudWatchLogGroup = "dms-tasks-x",
				LogComponents = {
					{ Id = "IO", Severity = "LOGGER_SEVERITY_ERROR" },
					{ Id = "SORTER", Severity = "LOGGER_SEVERITY_DEBUG" },
				},
			},
			BeforeImageSettings = json.null,
		}
		assert.equal(true, document:equals(live))
		live.Logging.LogComponents[2].Severity = "LOGGER_SEVERITY_INFO"
		assert.equal(false, document:equals(live))
		assert.equal("Logging.LogComponents.SORTER", document:diff(live)[1].path)
		assert.equal(false, document:equals('{"FullLoadSettings":{"CommitRate":9}}'))
	end)
end)

describe("settings built wrongly", function()
	it("are refused at the line, with what is wanted", function()
		assert.matches('got the text "lob-heavy"', failure(settings, "lob-heavy").what)
		assert.matches('settings.preset "lob-heavy"', failure(settings, "lob-heavy").hints[1][1])
		assert.matches("got nothing", failure(settings).what)
		assert.matches("a section is wanted", failure(settings, { "x" }).what)
		assert.matches("got nothing", failure(settings.over, {}, nil).what)
		assert.matches("presets are", failure(settings.preset, {}).hints[1][1])
		local problem = failure(function()
			settings { "x" }
		end)
		assert.matches("settings_documents_spec.lua", problem.at.file)
		assert.equal("usage", problem.exit)
	end)

	it("name the nearest section, key and word in the check", function()
		local document = settings({
			FullLoadSetings = { CommitRate = 1 },
			FullLoadSettings = { CommitRat = 1, TargetTablePrepMode = "TRUNCATE" },
			ErrorBehavior = { DataErrorPolicy = "LOG_EROR" },
		})
		assert.matches("FullLoadSettings", finding(document, "FullLoadSetings").hint)
		assert.matches("CommitRate", finding(document, "FullLoadSettings.CommitRat").hint)
		assert.matches(
			"TRUNCATE_BEFORE_LOAD",
			finding(document, "FullLoadSettings.TargetTablePrepMode").hint
		)
		assert.matches("LOG_ERROR", finding(document, "ErrorBehavior.DataErrorPolicy").hint)
	end)
end)

describe("settings explained", function()
	it("say what a preset, a section and a key are", function()
		assert.matches("FullLoadSettings.CommitRate = 50000", settings.explain("full-load-fast"))
		assert.matches("default 10000; 1 to 50000", settings.explain("CommitRate"))
		assert.matches("DO_NOTHING, DROP_AND_CREATE", settings.explain("TargetTablePrepMode"))
		local section = settings.explain("StreamBufferSettings")
		assert.equal(3, select(2, (section .. "\n"):gsub("\n", "")))
		assert.matches("LobMaxSize", settings.explain("TargetMetadata.LobMaxSize"))
	end)

	it("or which name is near", function()
		assert.matches("CommitRate", failure(settings.explain, "CommitRat").hints[1][1])
		assert.matches("presets are", failure(settings.explain, nil).hints[1][1])
	end)
end)
