--- Migrates one database with AWS DMS, and keeps the copy up to date.
---
---     dmsrun --local migrate.lua          rehearse everything on the AWS inside the binary
---     dmsrun migrate.lua plan             what would be made or changed in your account
---     dmsrun migrate.lua                  do it; changes go on being replicated afterwards
---     dmsrun migrate.lua help             every other verb
---
--- Where the databases are and how large the instance is stands in migration.json beside this script.

local map = require "mappings"
local migration = require "migration"
local settings = require "settings"

local m = migration.new {
	name = "@NAME@",

	-- What is migrated, and under which names. Of two rules on one object, the one written first
	-- counts.
	mappings = map.rules {
		map.include "production.%",
		map.exclude "production.temp_%",
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
		},
		ValidationSettings = {
			EnableValidation = true,
		},
	},
}

m:main(arg)
