--- The checks before anything is created: mappings, settings, databases. Errors refuse to go on.

local errors = require "errors"
local host = require "host"
local databases = require "migration.databases"
local map = require "mappings"
local report = require "report"
local say = require "migration.say"

local checks = {}

--- The source's tables, where somebody knows them: the script, or the local AWS.
---@param m migration.Migration
---@return table|nil
function checks.catalogue(m)
	local given = m.options.catalogue
	if given then
		return type(given) == "string" and map.catalogue.file(given) or map.catalogue.of(given)
	end
	---@diagnostic disable-next-line: unnecessary-if -- only the local AWS has it
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
			-- Two tasks share documents and defaults; what was said once is enough.
			local key = finding.message
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

--- `10 excluded by "production.temp_%"`, rule by rule.
local function excluded_text(result)
	local counts, texts, parts = result:count().excluded_by, {}, {}
	for _, rule in ipairs(result:rules()) do
		texts[rule.rule_id] = rule.text
	end
	for _, id in ipairs(report.keys(counts)) do
		local object = (texts[id] or ""):match '"(.+)"' or ("rule " .. tostring(id))
		parts[#parts + 1] = (", %s excluded by %q"):format(report.count(counts[id]), object)
	end
	return table.concat(parts)
end

--- `21 of 31 tables selected, 10 excluded by "production.temp_%"`, as far as the catalogue tells.
local function selection_text(m, catalogue)
	local mappings = m.tasks[1].mappings
	local result = catalogue and mappings:evaluate(catalogue)
	if not result then
		return ("table mappings: %s"):format(report.plural(#mappings.rules, "rule"))
	end
	local counts = result:count()
	return ("table mappings: %s of %s selected%s"):format(
		report.count(counts.selected),
		report.plural(counts.tables, "table"),
		excluded_text(result)
	)
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
	say.more(
		("%s%s  %s"):format(
			table.concat(words, " "),
			where ~= "" and "  " .. where or "",
			finding.message
		)
	)
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
			{ "Then continue with:", command = m:again() },
		},
	}
end

--- Hands the findings to whoever checks the script. Nothing is asked of AWS.
---@param m migration.Migration
function checks.hand_over(m)
	local list = {}
	for index, finding in ipairs(checks.findings(m)) do
		local at = finding.at or {}
		list[index] = {
			code = finding.code,
			severity = finding.severity or "warning",
			message = finding.message,
			path = finding.path,
			hint = finding.hint,
			file = at.file,
			line = at.line,
			column = at.column,
		}
	end
	host.findings(list)
end

--- Runs the checks and says what they found; raises when something is wrong.
---@param m migration.Migration
function checks.run(m)
	local findings, bad = checks.findings(m), {}
	say.wrapped("Checks", selection_text(m, checks.catalogue(m)))
	---@diagnostic disable-next-line: need-check-nil -- a migration has a task
	local differing = m.tasks[1].settings:changed()
	say.more(
		("task settings: %s from the defaults"):format(
			differing == 1 and "1 key differs" or ("%d keys differ"):format(differing)
		)
	)
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
