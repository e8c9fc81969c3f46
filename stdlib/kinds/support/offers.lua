--- What the region offers for replication instances: classes, versions, storage, zones. Asked before
--- an instance is made or changed.

local aws = require "aws"
local suggest = require "suggest"

local offers = {}

--- Whether an offered version is what was asked for: 3.5 takes any 3.5.x.
---@param offered? string
---@param wanted? string
---@return boolean
function offers.matches(offered, wanted)
	return wanted == nil
		or offered == wanted
		or (offered or ""):sub(1, #wanted + 1) == wanted .. "."
end

local function sorted(set)
	local list = {}
	for name in pairs(set) do
		list[#list + 1] = name
	end
	table.sort(list)
	return list
end

local function collect(list, member, accept)
	local set = {}
	for _, one in ipairs(list) do
		if one[member] and (accept == nil or accept(one)) then
			set[one[member]] = true
		end
	end
	return sorted(set)
end

local ORDER = { micro = 1, small = 2, medium = 3, large = 4, xlarge = 5 }

local function rank(size)
	return ORDER[size] or 5 + (math.tointeger(tonumber(size:match "^(%d+)xlarge$")) or 0)
end

--- The classes nearest to one that is not offered: of its family, or of its size.
local function nearest(wanted, classes)
	local near = suggest.nearest(wanted, classes)
	if #near > 1 then
		return near
	end
	local family, size = wanted:match "^dms%.(%w+)%.(%w+)$"
	local function like(accept)
		local found = {}
		for _, class in ipairs(classes) do
			local its_family, its_size = class:match "^dms%.(%w+)%.(%w+)$"
			if its_family and accept(its_family, its_size) then
				found[#found + 1] = class
			end
		end
		return #found > 0 and found or nil
	end
	return like(function(its_family)
		return its_family == family
	end) or like(function(its_family)
		return its_family:sub(1, 1) == (family or ""):sub(1, 1)
	end) or like(function(_, its_size)
		return its_size == size
	end) or classes
end

local function class_hint(wanted, classes)
	local near = nearest(wanted, classes)
	table.sort(near, function(a, b)
		local fa, sa = a:match "^dms%.(%w+)%.(%w+)$"
		local fb, sb = b:match "^dms%.(%w+)%.(%w+)$"
		if fa ~= fb or not sa or not sb then
			return a < b
		end
		return rank(sa) < rank(sb)
	end)
	local shown = table.move(near, 1, math.min(#near, 6), 1, {})
	local more = #near > 6 and " …" or ""
	return ("nearest: %s%s"):format(table.concat(shown, ", "), more)
end

--- How far one version is from another in text, newest first.
local function versions_hint(wanted, versions)
	return suggest.did_you_mean(wanted or "", versions)
		or ("offered: " .. table.concat(versions, ", "))
end

local function check_class(check, props, all)
	local class, version = props.replication_instance_class, nil
	-- A version that runs already may have left the offer; it goes on running.
	if check.creates or check.sends.engine_version then
		version = props.engine_version
	end
	if type(class) ~= "string" then
		return nil
	end
	local classes = collect(all, "replication_instance_class")
	local fitting = {}
	for _, one in ipairs(all) do
		if
			one.replication_instance_class == class
			and offers.matches(one.engine_version, version)
		then
			fitting[#fitting + 1] = one
		end
	end
	if #fitting > 0 then
		return fitting
	end
	local known = false
	for _, name in ipairs(classes) do
		known = known or name == class
	end
	local versions = collect(all, "engine_version")
	local offered = collect(all, "engine_version", function(one)
		return offers.matches(one.engine_version, version)
	end)
	if version and #offered == 0 then
		check:refuse {
			property = "engine_version",
			word = version,
			what = ("DMS %s is not offered in %s for new instances; offered: %s"):format(
				version,
				check.region,
				table.concat(versions, ", ")
			),
			hints = { versions_hint(version, versions), "leave it out for AWS's default" },
		}
	end
	if not known then
		check:refuse {
			property = "replication_instance_class",
			word = class,
			what = ("%s offers no replication instance of class %s"):format(check.region, class),
			hints = { class_hint(class, classes) },
		}
	elseif #offered > 0 then
		local with = collect(all, "engine_version", function(one)
			return one.replication_instance_class == class
		end)
		check:refuse {
			property = "replication_instance_class",
			word = class,
			what = ("class %s is not offered with DMS %s, only with %s"):format(
				class,
				version,
				table.concat(with, ", ")
			),
			hints = {
				class_hint(
					class,
					collect(all, "replication_instance_class", function(one)
						return offers.matches(one.engine_version, version)
					end)
				),
			},
		}
	end
	return nil
end

local function check_storage(check, props, fitting)
	local wanted = props.allocated_storage
	---@type number?, number?
	local least, most
	for _, one in ipairs(fitting) do
		least = math.min(least or math.huge, one.min_allocated_storage or 0)
		most = math.max(most or 0, one.max_allocated_storage or math.huge)
	end
	if type(wanted) == "number" and least and (wanted < least or wanted > most) then
		check:refuse {
			property = "allocated_storage",
			what = ("%s takes from %d to %d GB of storage, not %d"):format(
				props.replication_instance_class,
				least,
				most,
				wanted
			),
		}
	end
end

--- The zones that the stack's own subnets name; nil where it declares none.
local function declared_zones(stack)
	local zones, any = {}, false
	for _, declared in ipairs(stack.declared) do
		local zone = declared.kind == "ec2.subnet" and declared.properties.availability_zone
		if type(zone) == "string" then
			zones[zone], any = true, true
		end
	end
	return any and zones or nil
end

local function check_zones(check, props, fitting)
	local offered, any = {}, false
	for _, one in ipairs(fitting) do
		for _, zone in ipairs(one.availability_zones or {}) do
			offered[zone], any = true, true
		end
	end
	if not any then
		return
	end
	local zone = props.availability_zone
	if type(zone) == "string" and not offered[zone] then
		check:refuse {
			property = "availability_zone",
			word = zone,
			what = ("%s is not offered in %s"):format(props.replication_instance_class, zone),
			hints = { "it is in: " .. table.concat(sorted(offered), ", ") },
		}
	end
	local ours, usable = declared_zones(check.stack), {}
	for name in pairs(offered) do
		if ours == nil or ours[name] then
			usable[#usable + 1] = name
		end
	end
	local needed = props.multi_az and 2 or 1
	if #usable < needed then
		check:refuse {
			property = props.multi_az and "multi_az" or "replication_instance_class",
			what = ("%s needs %d of the stack's zones, and is offered in %s"):format(
				props.multi_az and "a Multi-AZ " .. props.replication_instance_class
					or props.replication_instance_class,
				needed,
				#usable == 0 and "none of them" or "one: " .. usable[1]
			),
			hints = { "it is in: " .. table.concat(sorted(offered), ", ") },
		}
	end
end

--- The class, version, storage and zones of an instance that is made or changed.
---@param check table
---@param props table
function offers.check(check, props)
	local sends = check.sends
	local asked_for = sends.replication_instance_class
		or sends.engine_version
		or sends.allocated_storage
		or sends.multi_az
		or sends.availability_zone
	if not asked_for then
		return
	end
	local what =
		"What the region offers could not be listed: class, version and zones stay unchecked"
	local all = check:try(what, function()
		return check:sweep(aws.dms.describe_orderable_replication_instances, {})
	end)
	if not all or #all == 0 then
		return
	end
	local fitting = check_class(check, props, all)
	if fitting then
		check_storage(check, props, fitting)
		check_zones(check, props, fitting)
	end
end

return offers
