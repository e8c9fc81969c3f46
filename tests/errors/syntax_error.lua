local migration = require("migration")
local m = migration.new({
	name = "orders"
	config = {},
})
