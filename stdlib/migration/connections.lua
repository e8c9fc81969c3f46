--- Connections: every pair of instance and endpoint is tested, waited for, and its failure
--- explained.

local aws = require "aws"
local causes = require "migration.causes"
local errors = require "errors"
local report = require "report"
local say = require "migration.say"
local tasks = require "migration.tasks"
local time = require "time"

local connections = {}

--- How long a test may take; AWS's own waiter gives up after five minutes.
local TIMEOUT = 600

--- How long an instance may take to come back from a modification or an upgrade.
local INSTANCE_TIMEOUT = 3600

--- States that pass by themselves: an instance in one of them can't test, a moment later it can.
local PASSING = {
	creating = true,
	maintenance = true,
	modifying = true,
	rebooting = true,
	upgrading = true,
}

--- The connections of an instance, by the ARN of the endpoint.
---@param instance_arn string
---@return table<string, table>
function connections.read(instance_arn)
	local filters = { { name = "replication-instance-arn", values = { instance_arn } } }
	local ok, list = pcall(aws.pages, aws.dms.describe_connections, { filters = filters })
	if not ok then
		if errors.is(list, "ResourceNotFoundFault") then
			return {}
		end
		error(list, 0)
	end
	local found = {}
	for _, item in ipairs(list) do
		found[item.endpoint_arn] = item
	end
	return found
end

local function state_of(found, endpoint)
	local item = found[endpoint.endpoint_arn]
	return item and item.status or "untested", item
end

--- Starts the tests that are wanted and not under way.
local function begin(m, live, pairs_wanted, force)
	local found = connections.read(live.instance.replication_instance_arn)
	local waiting = {}
	for _, pair in ipairs(pairs_wanted) do
		local status = state_of(found, pair.endpoint)
		if status ~= "successful" or force then
			if status ~= "testing" then
				tasks.refuse_read_only(m, "test the connections")
				aws.dms.test_connection {
					replication_instance_arn = live.instance.replication_instance_arn,
					endpoint_arn = pair.endpoint.endpoint_arn,
				}
			end
			waiting[#waiting + 1] = pair
		end
	end
	return waiting
end

local function still_testing(waiting, found)
	for _, pair in ipairs(waiting) do
		local status = state_of(found, pair.endpoint)
		if status ~= "successful" and status ~= "failed" then
			return true
		end
	end
	return false
end

local function wait(m, live, waiting)
	local deadline = time.epoch() + TIMEOUT
	while true do
		local found = connections.read(live.instance.replication_instance_arn)
		if not still_testing(waiting, found) then
			return found
		end
		tasks.mind_interrupts(m, "the connection tests go on by themselves")
		if time.epoch() >= deadline then
			errors.raise {
				summary = "Connection test did not end",
				what = ("no answer after %s"):format(report.duration(TIMEOUT)),
				hints = { { "Look again with:", command = m:command "test" } },
				at = false,
				exit = "timeout",
			}
		end
		time.sleep(tasks.POLL)
	end
end

--- Waits for an instance that is being made or changed, by us or behind our back: DMS tests
--- connections on an available one only.
local function instance_back(m, live)
	local instance = live.instance
	local arn = instance.replication_instance_arn
	local deadline, told = time.epoch() + INSTANCE_TIMEOUT, false
	while PASSING[instance.replication_instance_status] do
		if not told then
			told = true
			say.label(
				"Instance",
				("%s is %s; waiting for it"):format(
					instance.replication_instance_identifier,
					instance.replication_instance_status
				)
			)
		end
		tasks.mind_interrupts(m, "the instance goes on by itself")
		if time.epoch() >= deadline then
			errors.raise {
				summary = "Replication instance did not come back",
				what = ("%s is still %s after %s"):format(
					instance.replication_instance_identifier,
					instance.replication_instance_status,
					report.duration(INSTANCE_TIMEOUT)
				),
				hints = { { "Look again with:", command = m:command "status" } },
				at = false,
				exit = "timeout",
			}
		end
		time.sleep(tasks.POLL)
		local filters = { { name = "replication-instance-arn", values = { arn } } }
		local answer = aws.dms.describe_replication_instances { filters = filters }
		instance = answer.replication_instances[1] or instance
	end
	live.instance = instance
end

--- With a secret the endpoint itself knows no server; the configuration does.
local function address(m, pair)
	local endpoint, database = pair.endpoint, m[pair.side]
	local server = endpoint.server_name
	if not server or server == "" then
		server = database and database.config.server_name
	end
	if not server then
		return endpoint.endpoint_identifier
	end
	return ("%s:%s"):format(server, tostring(endpoint.port or database.port or "?"))
end

--- Raises the first failed pair; a second one is a further cause in the same message.
local function refuse(m, live, failed)
	local whats, why, hints = {}, nil, {}
	for _, entry in ipairs(failed) do
		local text = entry.item and entry.item.last_failure_message or "DMS gives no reason"
		local cause = causes.of_connection(text)
		whats[#whats + 1] = ("%s: DMS could not reach %s from %s: %s"):format(
			entry.pair.side,
			address(m, entry.pair),
			live.instance.replication_instance_identifier,
			text
		)
		if cause then
			why = why or cause.why
			hints[#hints + 1] = cause.hint
		end
	end
	hints[#hints + 1] = { "Test again, then continue, with:", command = m:again() }
	errors.raise {
		summary = "Connection test failed",
		what = table.concat(whats, "\n"),
		why = why,
		at = m:place_of_endpoint(failed[1].pair.side),
		hints = hints,
	}
end

--- Tests both sides. Pairs that are successful already are left alone, unless forced.
---@param m migration.Migration
---@param live migration.Live
---@param options? {force?: boolean}
---@return table[] results { side, status, endpoint }
function connections.test(m, live, options)
	local wanted = {
		{ side = "source", endpoint = live.source },
		{ side = "target", endpoint = live.target },
	}
	instance_back(m, live)
	local waiting = begin(m, live, wanted, options and options.force)
	local found
	if #waiting > 0 then
		found = wait(m, live, waiting)
	else
		---@diagnostic disable-next-line: need-check-nil -- a deployed migration has its instance
		found = connections.read(live.instance.replication_instance_arn)
	end
	local results, words, failed = {}, {}, {}
	for index, pair in ipairs(wanted) do
		local status, item = state_of(found, pair.endpoint)
		results[index] = {
			side = pair.side,
			---@diagnostic disable-next-line: need-check-nil -- both were just tested
			endpoint = pair.endpoint.endpoint_identifier,
			status = status,
			message = item and item.last_failure_message or nil,
		}
		words[index] = pair.side .. " " .. (status == "successful" and "✓" or "✗ " .. status)
		if status ~= "successful" then
			failed[#failed + 1] = { pair = pair, item = item }
		end
	end
	say.label("Connect", table.concat(words, "  "))
	if #failed > 0 then
		refuse(m, live, failed)
	end
	return results
end

return connections
