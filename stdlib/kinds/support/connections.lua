--- Connection tests: DMS starts a task only where both of its ends were tested from its instance, and
--- tests anew by itself after each change of an endpoint.

local absence = require "kinds.support.absence"
local aws = require "aws"
local errors = require "errors"
local waiting = require "kinds.support.waiting"

local connections = {}

--- Tests the connections of an instance to some endpoints, and waits until all are successful.
---@param ctx table
---@param instance_arn string
---@param endpoint_arns string[]
---@param otherwise? string what is so where a test fails
function connections.connect(ctx, instance_arn, endpoint_arns, otherwise)
	local wanted, asked = {}, {}
	for _, endpoint_arn in ipairs(endpoint_arns) do
		wanted[endpoint_arn] = true
	end
	ctx:wait {
		what = "connections of the instance",
		every = waiting.EVERY,
		timeout = 900,
		check = function()
			local found = absence.or_nil(function()
				return aws.pages(aws.dms.describe_connections, {
					filters = { { name = "replication-instance-arn", values = { instance_arn } } },
				})
			end)
			local state = {}
			for _, connection in ipairs(found or {}) do
				state[connection.endpoint_arn] = connection
			end
			local good = true
			for endpoint_arn in pairs(wanted) do
				local connection = state[endpoint_arn]
				local status = connection and connection.status
				if status ~= "successful" then
					good = false
				end
				if status ~= "successful" and status ~= "testing" then
					if status == "failed" and asked[endpoint_arn] then
						---@cast connection any
						errors.raise {
							summary = "Connection test failed",
							what = ("%s can't reach %s: %s"):format(
								connection.replication_instance_identifier or instance_arn,
								connection.endpoint_identifier or endpoint_arn,
								connection.last_failure_message or "DMS gives no reason"
							),
							why = otherwise or "the task was not stopped, and goes on where it is",
							hints = { "let the instance's addresses through to the database" },
						}
					elseif not asked[endpoint_arn] then
						asked[endpoint_arn] = true
						ctx:progress "testing the connections"
						-- Another task's move may have begun the same test.
						local ok, err = errors.capture(aws.dms.test_connection, {
							replication_instance_arn = instance_arn,
							endpoint_arn = endpoint_arn,
						})
						if not ok and err.code ~= "InvalidResourceStateFault" then
							error(err, 0)
						elseif not ok then
							asked[endpoint_arn] = nil
						end
					end
				end
			end
			return good
		end,
	}
end

--- Waits until the connection tests of an endpoint are over; DMS makes one after each change, and
--- refuses to start a task without.
---@param ctx table
---@param endpoint_arn string
function connections.tested(ctx, endpoint_arn)
	ctx:wait {
		what = "connection test of the endpoint",
		every = waiting.EVERY,
		timeout = 900,
		check = function()
			local found = absence.or_nil(function()
				return ctx:fresh(aws.dms.describe_connections, {
					filters = { { name = "endpoint-arn", values = { endpoint_arn } } },
				})
			end)
			for _, connection in ipairs(found or {}) do
				if connection.status == "testing" then
					return false
				end
			end
			return true
		end,
	}
end

return connections
