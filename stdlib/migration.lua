--- A migration: the whole stack from one table, and its operations as verbs.
---
---     local migration = require "migration"
---     local map = require "mappings"
---     local m = migration.new {
---       name = "orders",
---       config = {
---         source_db_config = { server_name = "a.example.com", username = "dms", password = "x" },
---         target_db_config = { server_name = "b.example.com", username = "dms", password = "y" },
---       },
---       mappings = map.rules { map.include "production.%" },
---     }
---     m.tasks[1].id  --> "migration"
---
--- A script ends with `m:main(arg)`, which carries out the verb of the command line; without one it
--- checks, deploys, tests the connections, starts, watches until caught up, and reports.

local approval = require "migration.approval"
local build = require "migration.build"
local cdc = require "cdc"
local checks = require "migration.checks"
local config = require "config"
local databases = require "migration.databases"
local errors = require "errors"
local host = require "host"
local line = require "stack.line"
local map = require "mappings"
local onward = require "migration.onward"
local options = require "migration.options"
local overlap = require "mappings.overlap"
local settings = require "settings"
local suggesting = require "suggesting"
local verbs = require "migration.verbs"

local migration = {}

---@class migration.Migration
---@field name string the stack's name
---@field options migration.Options
---@field config table
---@field source migration.Database
---@field target migration.Database
---@field tasks migration.Task[]
---@field parts? table the handles of the stack, once it is made
---@field line? stack.Line what this run was told
---@field verb? string
---@field timing? table with `--timing`: where the time of the last apply went
---@field place? host.Place where the script makes it
local Migration = {}
Migration.__index = Migration

---@class migration.Task
---@field id string
---@field migration_type string
---@field mappings mappings.Document
---@field settings settings.Document
---@field state? "running"|"stopped"|"unmanaged"
---@field start? cdc.Position where a task for changes begins

--- Without mappings: the database of the source, or everything but the server's own schemas.
local function default_mappings(source)
	local database = source.config.database_name
	local family = tostring(source.engine.family):lower()
	if family == "mysql" and database and database ~= "" then
		return map.rules { map.include { schema = database, table = "%" } }
	end
	return map.rules { map.everything(source.engine.name) }
end

--- What the task for changes differs in: it batches, and it keeps the tables as they are.
local CDC_SETTINGS = {
	TargetMetadata = { BatchApplyEnabled = true },
	FullLoadSettings = { TargetTablePrepMode = "DO_NOTHING" },
	ChangeProcessingTuning = {
		BatchApplyTimeoutMin = 1,
		BatchApplyTimeoutMax = 30,
		BatchApplyMemoryLimit = 500,
		BatchSplitSize = 0,
		MemoryLimitTotal = 1024,
		MemoryKeepTime = 60,
		StatementCacheSize = 50,
	},
}

--- The settings of the task for changes: large objects as in the main task, the rest its own.
local function cdc_settings(main)
	return settings.over(settings { TargetMetadata = main.TargetMetadata or {} }, CDC_SETTINGS)
end

--- Where the task for changes begins, which the source must be able to.
local function start_of(given, source, place)
	local position = cdc.of(given, source.engine.name)
	local problem = cdc.problem(position, source.engine.name)
	if problem then
		errors.raise {
			summary = "Migration cannot be built",
			what = "cdc.start: " .. problem,
			at = place and { file = place.file, line = place.line, word = "start" },
			exit = "usage",
		}
	end
	return position
end

local function tasks_of(o, source)
	local mappings = o.mappings and map.document_of(o.mappings) or default_mappings(source)
	local main = o.settings and settings.document_of(o.settings) or settings.preset "default"
	---@type table[]
	local list = {
		{
			id = "migration",
			migration_type = o.migration_type,
			mappings = mappings,
			settings = main,
			state = o.state,
		},
	}
	if o.cdc then
		list[2] = {
			id = "cdc",
			migration_type = "cdc",
			mappings = o.cdc.mappings and map.document_of(o.cdc.mappings) or mappings,
			settings = o.cdc.settings and settings.document_of(o.cdc.settings)
				or cdc_settings(main),
			state = o.cdc.state,
			start = o.cdc.start and start_of(o.cdc.start, source, o.place),
		}
	end
	return list
end

--- A migration from its options. Nothing is asked of AWS yet.
---@param given migration.Options
---@return migration.Migration
function migration.new(given)
	local place = host.where()
	local o = options.complete(given, place)
	o.place = place
	local values = o.config and config.from(o.config) or config.load()
	local source = databases.of(values, "source")
	local target = databases.of(values, "target")
	return setmetatable({
		name = o.name,
		options = o,
		config = values,
		source = source,
		target = target,
		tasks = tasks_of(o, source),
		place = place,
	}, Migration)
end

--- The stack of the migration, made on first use; more resources may be added to it.
---@return stack.Stack
function Migration:stack()
	if not self.built then
		self.built, self.parts = build.stack(self)
	end
	return self.built
end

--- The command line that runs a verb of this migration.
---@param verb? string
---@return string
---@diagnostic disable-next-line: unused
function Migration:command(verb)
	return line.command(verb)
end

--- What this run was told behind the script's name, whole.
---@param ... string what is to be allowed beside what is
---@return string
function Migration:said(...)
	return line.said(self.line, { ... })
end

--- The command line of this run, whole: what a hint gives to go on with.
---@param ... string what is to be allowed beside what is
---@return string
function Migration:again(...)
	return line.command(self:said(...))
end

--- Where an endpoint was written: its server's name in the configuration, or the migration itself.
---@param side "source"|"target"
---@return table|nil
function Migration:place_of_endpoint(side)
	local _, place = self.config:origin(side .. "_db_config.server_name")
	place = place or self.place
	if not place then
		return nil
	end
	return {
		file = place.file,
		line = place.line,
		word = place.word,
		label = ("dms.endpoint %q"):format(side),
	}
end

--- Where a task was written.
---@param task table as DMS describes it
---@return table|nil
function Migration:place_of_task(task)
	if not self.place then
		return nil
	end
	return {
		file = self.place.file,
		line = self.place.line,
		label = ("dms.task %q"):format(task.replication_task_identifier),
	}
end

--- Whether both tasks may select the same tables: all of them, or some.
---@return boolean
function Migration:share_tables()
	local first, second = self.tasks[1], self.tasks[2]
	if not second then
		return false
	end
	if self.shares == nil then
		---@cast first -nil
		self.shares = first.mappings == second.mappings
			or overlap.may(first.mappings, second.mappings)
	end
	return self.shares
end

--- The verbs that take the stack's lock.
---@type table<string, boolean>
local CHANGING =
	{ start = true, stop = true, resume = true, reload = true, adopt = true, forget = true }

--- Carries out the verb of a command line.
---@param arg? string[] the script's arguments; its own `arg` when left out
function Migration:main(arg)
	-- Waits ask for themselves whether somebody wants them to end, and finish what they began.
	local _ <close> = host.graceful and host.graceful()
	if host.checking and host.checking() then
		return checks.hand_over(self)
	end
	local command = line.read(arg, verbs.names)
	line.check(self, command, verbs.all())
	approval.check()
	self.line, self.verb = command, command.verb
	local function again()
		return self:again()
	end
	onward.from(nil, again, verbs.get(command.verb or "").run, self, command)
	if CHANGING[command.verb] then
		-- A run that was cut off may have left its lock where this one had nothing to do.
		self:stack():tidy()
	end
end

--- Whether a value is a migration, for helpers that take one.
---@param value any
---@return boolean
function migration.is(value)
	return getmetatable(value) == Migration
end

suggesting.class(
	Migration,
	"a migration",
	{ optional = { "built", "line", "parts", "shares", "verb", "timing" } }
)

return suggesting.class(migration, "the module migration")
