--- The checks before anything is created: mappings, settings, databases. Errors refuse to go on.

local errors = require "errors"
local fs = require "fs"
local host = require "host"
local json = require "json"
local databases = require "migration.databases"
local report = require "report"
local say = require "migration.say"

local checks = {}

--- The source's tables, where somebody knows them: the script, or the local AWS.
---@param m migration.Migration
---@return table|nil
function checks.catalogue(m)
	local given = m.options.catalogue
	if type(given) == "string" then
		local path = given:sub(1, 1) == "/" and given or fs.join(fs.script_dir(), given)
		return json.decode(fs.read(path))
	end
	if given then
		return given
	end
	if host.local_catalogue then
		return host.local_catalogue(m.source.config.server_name)
	end
end

local function context_of(m, task, catalogue)
	return {
		source_engine = m.source.engine.name,
		target_engine = m.target.engine.name,
		migration_type = task.migration_type,
		engine_version = m.config.engine_version,
		catalogue = catalogue,
		mappings = task.mappings,
	}
end

local function named(finding, task)
	finding.task = task.id
	return finding
end

--- Every finding, of the mappings and settings of each task and of the databases.
---@param m migration.Migration
---@return table[] findings
function checks.findings(m)
	local findings, catalogue, seen = {}, checks.catalogue(m), {}
	local function add(list, task)
		for _, finding in ipairs(list) do
			-- Two tasks may share one document; what it says once is enough.
			local at = finding.at or {}
			local key = table.concat({
				finding.code or "",
				finding.message,
				at.file or "",
				tostring(at.line or ""),
			}, "|")
			if not seen[key] then
				seen[key] = true
				findings[#findings + 1] = task and named(finding, task) or finding
			end
		end
	end
	for _, task in ipairs(m.tasks) do
		local context = context_of(m, task, catalogue)
		add(task.mappings:check(context), task)
		add(task.settings:check(context), task)
	end
	add(databases.warnings(m.config, { m.source, m.target }))
	return findings
end

--- `21 of 31 tables selected, 10 excluded by "production.temp_%"`, as far as the catalogue tells.
local function selection_text(m, catalogue)
	local task = m.tasks[1]
	local rules = report.plural(#task.mappings.rules, "rule")
	if not catalogue then
		return ("table mappings: %s"):format(rules)
	end
	local ok, result = pcall(task.mappings.evaluate, task.mappings, catalogue)
	if not ok or type(result.tables) ~= "table" then
		return ("table mappings: %s"):format(rules)
	end
	local selected, total = 0, 0
	for _, item in ipairs(result.tables) do
		total = total + 1
		if item.selected or item.migrated then
			selected = selected + 1
		end
	end
	return ("table mappings: %s of %s selected by %s"):format(
		report.count(selected),
		report.plural(total, "table"),
		rules
	)
end

local function count_leaves(value)
	if type(value) ~= "table" then
		return 1
	end
	if #value > 0 then
		return 1
	end
	local count = 0
	for _, item in pairs(value) do
		count = count + count_leaves(item)
	end
	return count
end

local function place_text(finding)
	local at = finding.at
	if not (at and at.file) then
		return finding.path or ""
	end
	return ("%s:%d"):format(at.file:match "([^/]+)$" or at.file, at.line or 0)
end

--- One finding in a line, its hint in a second.
---@param finding table
function checks.say(finding)
	local words = { finding.severity or "warning" }
	words[#words + 1] = finding.code
	local where = place_text(finding)
	say.more(("%s%s  %s"):format(
		table.concat(words, " "),
		where ~= "" and "  " .. where or "",
		finding.message
	))
	if finding.hint then
		say.more("  hint: " .. finding.hint)
	end
end

local function refuse(m, bad)
	local first = bad[1]
	errors.raise {
		summary = "Checks failed",
		what = ("%s; the first: %s"):format(report.plural(#bad, "error"), first.message),
		why = "nothing was created or changed",
		at = first.at,
		hints = {
			first.hint or "mend what is listed above",
			{ "Then continue with:", command = m:command() },
		},
	}
end

--- Runs the checks and says what they found; raises when something is wrong.
---@param m migration.Migration
function checks.run(m)
	local findings, bad = checks.findings(m), {}
	say.label("Checks", selection_text(m, checks.catalogue(m)))
	local declared = count_leaves(m.tasks[1].settings)
	say.more(("task settings: %s declared"):format(report.plural(declared, "key")))
	for _, finding in ipairs(findings) do
		if finding.severity ~= "note" then
			checks.say(finding)
		end
		if finding.severity == "error" then
			bad[#bad + 1] = finding
		end
	end
	if #bad > 0 then
		refuse(m, bad)
	end
end

return checks
