--- A migration whose source has a name that only the company's own name servers know. dmsrun has no
--- kind for DHCP options, so this project brings its own: kinds/acme/dhcp_options.lua beside this
--- script, which is found by its name.
---
---     dmsrun --local scripts/examples/custom_kind.lua plan      what would be made, the own kind among it
---     dmsrun --local scripts/examples/custom_kind.lua deploy    make it on the AWS inside the binary
---
--- The plan, the deploy, the destroy and the journal know no difference between it and the others.

local config = require "config"
local fs = require "fs"
local map = require "mappings"
local migration = require "migration"

local m = migration.new {
	name = "corporate",
	-- The databases and the instance are those of ../migration.json.
	config = config.load { dir = fs.join(fs.script_dir(), "..") },
	mappings = map.rules { map.include "production.%" },

	-- What the migration needs besides what dmsrun makes by itself.
	extend = function(s, parts)
		s:add("acme.dhcp_options", "names", {
			vpc_id = parts.network.vpc_id,
			domain_name = "example.com",
			domain_name_servers = { "10.1.0.2", "10.2.0.2" },
		})
	end,
}

m:main(arg)
