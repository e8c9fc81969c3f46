--- The version of DMS that a replication instance is made with: pinned, kept, or what the account
--- offers.
---
--- A version that runs is kept until somebody pins another: a new default of AWS is no reason to
--- interrupt replication. A pinned one is compared with what the account offers.

local aws = require "aws"
local errors = require "errors"
local host = require "host"
local offers = require "kinds.support.offers"
local tolerant = require "migration.tolerant"

local engine_version = {}

--- The version of the instance that runs already, found by the beginning of its name.
local function running(m)
	local list = tolerant.try("Replication instances could not be listed", function()
		return aws.pages(aws.dms.describe_replication_instances, {})
	end)
	local prefix = m.name .. "-replication"
	for _, instance in ipairs(list or {}) do
		local name = instance.replication_instance_identifier or ""
		if name == prefix or name:find("^" .. prefix:gsub("%-", "%%-") .. "%-%d+$") then
			return instance.engine_version
		end
	end
end

--- Whether one version is newer than another.
---@param a string
---@param b string
---@return boolean
function engine_version.newer(a, b)
	---@type number[], number[]
	local left, right = {}, {}
	for part in a:gmatch "%d+" do
		left[#left + 1] = tonumber(part)
	end
	for part in b:gmatch "%d+" do
		right[#right + 1] = tonumber(part)
	end
	for index = 1, math.max(#left, #right) do
		local x, y = left[index] or 0, right[index] or 0
		if x ~= y then
			return x > y
		end
	end
	return false
end

--- The default among the offered versions, or else the newest that is not deprecated.
---@param offered table[]
---@return string|nil
function engine_version.choose(offered)
	local best
	for _, item in ipairs(offered) do
		if item.lifecycle == "DEFAULT_VERSION" then
			return item.version
		end
		if
			item.lifecycle ~= "DEPRECATED"
			and (not best or engine_version.newer(item.version, best))
		then
			best = item.version
		end
	end
	return best
end

--- The newest of the offered versions that a pinned one means: 3.5 is any 3.5.x. Those past their
--- support count only where nothing else fits. What fits none is refused where it would be made.
local function pinned_one(m, pinned, offered)
	---@type string?, string?
	local best, retired
	for _, item in ipairs(offered) do
		if offers.matches(item.version, pinned) then
			if item.lifecycle == "DEPRECATED" then
				retired = item.version
			elseif not best or engine_version.newer(item.version, best) then
				best = item.version
			end
		end
	end
	if retired and not best then
		local origin, place = m.config:origin "engine_version"
		errors.warn {
			summary = "Engine version is past its support",
			what = ("DMS %s gets no more fixes"):format(retired),
			why = "engine_version comes from " .. origin,
			at = place or false,
		}
	end
	return best or retired or pinned
end

--- The version to declare; nil leaves it to AWS.
---@param m migration.Migration
---@return string|nil
function engine_version.of(m)
	local pinned = m.config.engine_version
	if host.checking() then
		return pinned
	end
	local live = running(m)
	if live and offers.matches(live, pinned) then
		return pinned or live
	end
	local offered = tolerant.try("Engine versions could not be listed; AWS chooses", function()
		return aws.pages(aws.dms.describe_engine_versions, {}, { timeout = 5 })
	end)
	if not offered or #offered == 0 then
		return pinned
	end
	return pinned and pinned_one(m, pinned, offered) or engine_version.choose(offered)
end

return engine_version
