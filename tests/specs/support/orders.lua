--- The small migration that the specs of its verbs rehearse, from Lua and as a script.

local config = require "config"
local fs = require "fs"
local map = require "mappings"
local migration = require "migration"

local orders = {}

local SCRIPT = [[
local config = require "config"
local map = require "mappings"
local migration = require "migration"
local c = config.load {
	dir = "/nowhere",
	defaults = { events = false, alarms = false },
}
for _, side in ipairs { "source", "target" } do
	local db = c[side .. "_db_config"]
	db.server_name = db.server_name or (side .. "-db.example.com")
	db.username, db.password = "dms", "pl4nted"
end
migration.new({
	name = "orders",
	config = c,
	mappings = map.rules { map.include "production.%" },
}):main(arg)
]]

--- The configuration, with more of it.
---@param more? table
---@return table
function orders.values(more)
	local all = { events = false, alarms = false }
	for _, side in ipairs { "source", "target" } do
		all[side .. "_db_config"] =
			{ server_name = side .. "-db.example.com", username = "dms", password = "pl4nted" }
	end
	for key, value in pairs(more or {}) do
		all[key] = value
	end
	return all
end

--- The migration, with more options and more of its configuration.
---@param more? table
---@param configuration? table
---@return migration.Migration
function orders.make(more, configuration)
	local given = {
		name = "orders",
		config = config.from(orders.values(configuration)),
		mappings = map.rules { map.include "production.%" },
	}
	for key, value in pairs(more or {}) do
		given[key] = value
	end
	return migration.new(given)
end

--- A script that carries out the verbs of the migration; `-c` reaches its configuration.
---@return string path
function orders.script()
	local path = fs.join(fs.temp "folder", "migrate.lua")
	fs.write(path, SCRIPT)
	return path
end

return orders
