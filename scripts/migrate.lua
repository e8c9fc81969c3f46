--- Migrates the database `production` of one MySQL server to another and keeps the copy up to date.
---
---     dmsrun --local scripts/migrate.lua          rehearse everything on the AWS inside the binary
---     dmsrun scripts/migrate.lua plan             what would be made or changed in your account
---     dmsrun scripts/migrate.lua                  do it; CDC goes on afterwards
---     dmsrun scripts/migrate.lua help             every other verb
---
--- Where the databases are and how large the instance is stands in migration.json beside this
--- script. Any of it can be said for one run:
--- `-c allocated_storage=200`, `-c source_db_config.port=3307`.

local map = require "mappings"
local migration = require "migration"
local settings = require "settings"

local m = migration.new {
	name = "orders",

	-- What is migrated, and under which names. Of two rules on one object, the first one counts.
	-- Lines with a rule in them are there to be uncommented.
	mappings = map.rules {
		map.include "production.%",
		map.exclude "production.temp_%",
		map.schema "production":prefix "migrated_",
		-- map.table "production.documents":lobs { max_kb = 4096 },
		-- map.table "production.orders":parallel_load { columns = "id", ranges = { 1e6, 3e6 } },
		-- map.column "production.users.email":mask_hash(),
	},

	-- How it is migrated, in DMS's own words. What is not said here keeps its default.
	settings = settings {
		TargetMetadata = {
			SupportLobs = true,
			LimitedSizeLobMode = true,
			LobMaxSize = 32, -- KB; longer ones are cut
		},
		FullLoadSettings = {
			TargetTablePrepMode = "TRUNCATE_BEFORE_LOAD",
			MaxFullLoadSubTasks = 16,
			CommitRate = 50000,
		},
		Logging = {
			EnableLogging = true,
			LogComponents = {
				{ Id = "SOURCE_UNLOAD", Severity = "LOGGER_SEVERITY_DEFAULT" },
				{ Id = "SOURCE_CAPTURE", Severity = "LOGGER_SEVERITY_DEFAULT" },
				{ Id = "TARGET_LOAD", Severity = "LOGGER_SEVERITY_DEFAULT" },
				{ Id = "TARGET_APPLY", Severity = "LOGGER_SEVERITY_DEFAULT" },
			},
		},
		ValidationSettings = {
			EnableValidation = true,
			ThreadCount = 8,
		},
	},

	-- A second task for changes only is made beside it, not started: it carries the same tables.
	-- cdc = false,
}

-- Anything else that belongs to the stack is added to it, for example:
-- m:stack():add("sns.topic", "audit", { display_name = "Audit" })

m:main(arg)
