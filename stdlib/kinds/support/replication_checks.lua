--- What DMS would refuse of a serverless replication, told before anything is made.

local aws = require "aws"
local cdc = require "cdc"
local change = require "kinds.support.task_changes"
local errors = require "errors"
local exists = require "kinds.support.exists"
local suggest = require "suggest"

local checks = {}

--- The capacity units that DMS has; one is 2 GB of memory.
checks.UNITS = { 1, 2, 4, 8, 16, 32, 64, 128, 192, 256, 384 }

--- Engines that serverless replications read from and write to.
local SOURCES = {
	"mongodb",
	"docdb",
	"sqlserver",
	"azuredb",
	"azure-sql-managed-instance",
	"postgres",
	"aurora-postgresql",
	"aurora-postgresql-serverless",
	"mysql",
	"gcp-mysql",
	"mariadb",
	"aurora",
	"aurora-serverless",
	"oracle",
	"s3",
	"db2",
}
local TARGETS = {
	"sqlserver",
	"postgres",
	"aurora-postgresql",
	"aurora-postgresql-serverless",
	"mysql",
	"mariadb",
	"aurora",
	"aurora-serverless",
	"oracle",
	"s3",
	"redshift",
	"redshift-serverless",
	"dynamodb",
	"kinesis",
	"kafka",
	"opensearch",
	"elasticsearch",
	"docdb",
	"neptune",
}

--- What can't go together in a compute config, whoever is asked.
---@param value table
---@return string? reason
---@return string? where
function checks.compute_problem(value)
	local least, most = value.min_capacity_units, value.max_capacity_units
	if math.type(least) == "integer" and math.type(most) == "integer" and least > most then
		return ("the least capacity, %d units, is above the most, %d"):format(least, most),
			".min_capacity_units"
	elseif value.multi_az == true and value.availability_zone ~= nil then
		return "with multi_az DMS chooses the zones itself", ".availability_zone"
	end
	local servers = value.dns_name_servers
	if type(servers) == "string" and select(2, servers:gsub(",", ",")) > 3 then
		return "DMS takes at most four name servers", ".dns_name_servers"
	end
end

--- What is wrong with a start position, as far as its form tells.
---@param value any
---@return string? reason
---@return string? where
---@return string? hint
function checks.start_problem(value)
	local ok, problem = errors.capture(cdc.of, value)
	if not ok then
		return problem.what or tostring(problem),
			"",
			(problem.hints or {})[1] and problem.hints[1][1]
	end
end

--- An end of the replication: there, and of an engine that serverless replications have.
local function check_end(check, property, value, engines)
	if not check.sends[property] then
		return
	end
	local side = property:match "^%l+"
	local declared = change.declared(check, value, "dms.endpoint")
	local engine = declared and declared.properties.engine_name
	if type(value) == "string" then
		local all, asked = check:try("The endpoints could not be looked at", function()
			return check:sweep(aws.dms.describe_endpoints, {})
		end)
		local found
		for _, raw in ipairs(all or {}) do
			if raw.endpoint_arn == value then
				found, engine = raw, raw.engine_name
			end
		end
		if asked and not found then
			check:refuse {
				property = property,
				word = value,
				what = ("there is no endpoint %s in %s"):format(value, check.region),
			}
			return
		end
	end
	for _, known in ipairs(engines) do
		if engine == nil or known == engine then
			return
		end
	end
	check:refuse {
		property = property,
		what = ("a serverless replication has no %s of the engine %s"):format(side, engine),
		hints = {
			suggest.did_you_mean(engine, engines)
				or "replicate it with an instance and a task: dms.replication_instance, dms.task",
		},
	}
end

local function check_group(check, group)
	if type(group) ~= "string" or not check.sends.compute_config then
		return
	end
	local list, asked = check:try("The subnet groups could not be looked at", function()
		return check:sweep(aws.dms.describe_replication_subnet_groups, {})
	end)
	local names = {}
	for _, raw in ipairs(list or {}) do
		local name = raw.replication_subnet_group_identifier
		if name:lower() == group:lower() then
			return
		end
		names[#names + 1] = name
	end
	if asked then
		check:refuse {
			property = "compute_config.replication_subnet_group_id",
			word = group,
			what = ("DMS has no subnet group %s in %s"):format(group, check.region),
			hints = { suggest.did_you_mean(group, names) or "declare one: dms.subnet_group" },
		}
	end
end

--- Asks what AWS knows of the things that a replication names.
---@param check table
---@param props table
function checks.run(check, props)
	check_end(check, "source_endpoint_arn", props.source_endpoint_arn, SOURCES)
	check_end(check, "target_endpoint_arn", props.target_endpoint_arn, TARGETS)
	local compute = props.compute_config or {}
	exists.key(check, "compute_config.kms_key_id", compute.kms_key_id)
	check_group(check, compute.replication_subnet_group_id)
	if props.cdc_start ~= nil and props.replication_type ~= "cdc" then
		check:refuse {
			property = "cdc_start",
			what = ("a replication of type %s begins its changes where its load began; a start position is for the type cdc"):format(
				tostring(props.replication_type)
			),
		}
	end
end

return checks
