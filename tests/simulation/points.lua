--- Crash points: a command is killed at one of its mutating calls, or loses its credentials or the
--- network at any call, is run again, and the world compared with that of an uninterrupted run.
--- Everything happens inside this process, in copies of one prepared world, on one virtual clock, with
--- calls that overtake each other as the seed says.

local aws = require "aws"
local env = require "env"
local report = require "report"
local secret = require "secret"
local spec = require "spec"
local stack = require "stack"
local time = require "time"

local points = {}

--- How many crash points a scenario tries unless all are asked for, and how many of each other way to
--- break off.
local SAMPLE, OTHERS = 8, 2

---@class points.Way
---@field kills? boolean whether the process is gone then; else it ends by itself and says why
---@field faults fun(call: integer): string[] the first of them strikes at that call
---@field cause? string what it says where it ends by itself, as a pattern

--- How a run is broken off: by the number of a mutating call where it is killed, else by that of any
--- call.
---@type table<string, points.Way>
local WAYS = {
	kill = {
		kills = true,
		faults = function(call)
			return { ("*:mutating#%d=kill"):format(call) }
		end,
	},
	["kill-after"] = {
		kills = true,
		faults = function(call)
			return { ("*:mutating#%d=kill-after"):format(call) }
		end,
	},
	expired = {
		cause = "expired",
		faults = function(call)
			return { ("*:*#%d+=ExpiredTokenException"):format(call) }
		end,
	},
	offline = {
		cause = "could not be reached",
		faults = function(call)
			return { ("*:*#%d+=offline"):format(call) }
		end,
	},
	-- The call is carried out, and the network goes before its answer comes.
	["offline-after"] = {
		cause = "could not be reached",
		faults = function(call)
			return { ("*:*#%d=drop"):format(call), ("*:*#%d+=offline"):format(call + 1) }
		end,
	},
}

--- Up to how many seconds a call takes: so the order of the answers is the seed's.
local JITTER = "*:*=jitter 2"

--- How long after a run the world is looked at, in seconds: a task that starts runs by then.
local REST = 300

--- More mutating calls than any scenario makes: what goes on longer never ends.
local MOST = 400

---@class points.Scenario
---@field name string as in DMSRUN_SIMULATION
---@field stack string the stack's name
---@field change string[] the script and its arguments: what is killed, and run again
---@field check? string[] what must find nothing to do afterwards
---@field sample? integer how many points are tried unless all are asked for

local function run(line)
	return spec.run(table.unpack(line))
end

local function succeed(line, what)
	local ran = run(line)
	if ran.code ~= 0 then
		error(("%s ended with %d:\n%s"):format(what, ran.code, ran.text), 0)
	end
	return ran
end

--- A value as text that does not depend on order, chance or secrets.
local function text_of(value, names)
	if type(value) == "table" then
		local parts = {}
		for _, key in ipairs(report.keys(value)) do
			parts[#parts + 1] = ("%s=%s"):format(key, text_of(value[key], names))
		end
		return "{" .. table.concat(parts, ",") .. "}"
	elseif type(value) == "userdata" then
		return "(secret)"
	end
	-- A fingerprint has a salt of its own each time.
	local text = tostring(value):gsub("^%x%x%x%x%x%x%x%x%.%x%x%x%x%x%x%x%x%x%x$", "(fingerprint)")
	for _, one in ipairs(names) do
		text = text:gsub(one.pattern, one.name)
	end
	return text
end

--- Every physical id with the name of the resource that it belongs to, the longest first.
local function names_of(live)
	local names = {}
	for _, one in ipairs(live) do
		for output, value in pairs(one.outputs or {}) do
			if type(value) == "string" and #value > 8 then
				names[#names + 1] = {
					value = value,
					pattern = value:gsub("%p", "%%%0"),
					name = ("<%s/%s.%s>"):format(one.kind, one.id, output),
				}
			end
		end
	end
	table.sort(names, function(a, b)
		if #a.value ~= #b.value then
			return #a.value > #b.value
		end
		return a.name < b.name
	end)
	return names
end

--- Tags without the salt of their fingerprints, and without the note of when a task that a change has
--- stopped had started: once the task runs again it means nothing.
local function plain_tags(tags)
	local copy = {}
	for name, value in pairs(tags or {}) do
		if name == "dmsrun:fingerprint" then
			copy[name] = value:gsub("=[%w%.]+", "=…")
		elseif name ~= "dmsrun:running-since" then
			copy[name] = value
		end
	end
	return copy
end

--- The state; that of an alarm is about its metric, and so about how long ago things were made.
local function state_of(one)
	return one.kind == "cloudwatch.alarm" and "" or one.state or ""
end

--- What AWS chooses by chance for an instance where nothing is declared.
local CHOSEN = { availability_zone = true, preferred_maintenance_window = true }

--- The properties, without what AWS chooses by chance, its own keys included.
local function properties_of(one)
	local copy = {}
	for name, value in pairs(one.properties) do
		if not CHOSEN[name] or one.kind ~= "dms.replication_instance" then
			copy[name] = value
		end
	end
	if one.kind == "s3.bucket" and copy.encryption then
		-- S3 tells it where the encryption was written, and not where it is its own default.
		copy.encryption = { sse_algorithm = copy.encryption.sse_algorithm }
	end
	if tostring(copy.kms_key_id):find(":key/%x+-%x+-") then
		copy.kms_key_id = "a key"
	end
	return copy
end

--- What there is: every resource of the stack with its state, its properties and its tags, and how many
--- things of each sort the account holds, whether they are the stack's or not.
---@param name string the stack's name
---@return string[] lines
function points.world(name)
	local live = stack.new(name):live()
	local names, lines = names_of(live), {}
	for _, one in ipairs(live) do
		lines[#lines + 1] = ("%s/%s %s %s %s"):format(
			one.kind,
			one.id,
			state_of(one),
			text_of(properties_of(one), names),
			text_of(plain_tags(one.tags), names)
		)
	end
	for line in succeed({ "../fixtures/inventory.lua" }, "the inventory").output:gmatch "[^\n]+" do
		lines[#lines + 1] = line
	end
	for _, one in ipairs(live) do
		if one.kind == "secretsmanager.secret" then
			local value = aws.secretsmanager.get_secret_value { secret_id = one.physical }
			lines[#lines + 1] = ("%s holds %s"):format(one.id, secret.reveal(value.secret_string))
		end
	end
	table.sort(lines)
	return lines
end

--- The lines that are in one list only.
local function difference(wanted, found)
	local count, lines = {}, {}
	for _, line in ipairs(wanted) do
		count[line] = (count[line] or 0) + 1
	end
	for _, line in ipairs(found) do
		count[line] = (count[line] or 0) - 1
	end
	for _, line in ipairs(report.keys(count)) do
		if count[line] ~= 0 then
			lines[#lines + 1] = (count[line] > 0 and "- " or "+ ") .. line
		end
	end
	return lines
end

local function same_world(scenario, wanted, after)
	local lines = difference(wanted, points.world(scenario.stack))
	if #lines > 0 then
		error(("it came to another end:\n%s\n%s"):format(table.concat(lines, "\n"), after.text), 0)
	end
end

--- How many mutating calls the change makes, how many at all, and what there is afterwards.
local function uninterrupted(scenario)
	local mutating, all, world
	spec.branch(function()
		spec.faults.set(JITTER)
		local before = spec.calls()
		succeed(scenario.change, "the uninterrupted run")
		local after = spec.calls()
		mutating = after.mutating - before.mutating
		all = mutating + after.reading - before.reading
		spec.faults.clear()
		time.sleep(REST)
		world = points.world(scenario.stack)
	end)
	assert(mutating > 0, scenario.name .. ": nothing is changed, so nothing is tried")
	assert(mutating < MOST, scenario.name .. ": there is no end of it")
	return mutating, all, world
end

--- Whether a run that was broken off was so at its point, and says what a person must know.
local function ended(scenario, way, faults, ran)
	local unstruck = {}
	for _, text in ipairs(spec.faults.unstruck()) do
		unstruck[text] = true
	end
	if unstruck[faults[1]] then
		error("that call was never reached", 0)
	elseif way.kills then
		if not ran.killed then
			error(("it was not killed, but ended with %d:\n%s"):format(ran.code, ran.text), 0)
		end
		return
	end
	-- What fails at the very end, such as giving the lock back, is no failure of the run.
	if ran.code ~= 0 then
		local where = ("it ended with %d and does not say %%s:\n%s"):format(ran.code, ran.text)
		if not ran.text:find(way.cause) then
			error(where:format(("why (%q)"):format(way.cause)), 0)
		elseif ran.code == 3 and not ran.text:find(scenario.change[2], 1, true) then
			error(where:format "how to go on", 0)
		elseif ran.code ~= 1 and ran.code ~= 3 and ran.code ~= 4 then
			error(where:format "so by a code that stands for it", 0)
		end
	end
end

--- Breaks the change off at a call, runs it again, and raises what is wrong then.
local function crash(scenario, point, wanted)
	local way = WAYS[point.how]
	local faults = way.faults(point.call)
	spec.branch(function()
		for _, text in ipairs(faults) do
			spec.faults.set(text)
		end
		spec.faults.set(JITTER)
		local ran = run(scenario.change)
		ended(scenario, way, faults, ran)
		spec.faults.clear()
		spec.faults.set(JITTER)
		local again = succeed(scenario.change, "the second run")
		spec.faults.clear()
		time.sleep(REST)
		same_world(scenario, wanted, again)
		if scenario.check then
			succeed(scenario.check, "the run that finds nothing to do")
		end
	end)
end

--- Some of the calls of a run, evenly spread, and others for each way.
local function spread(list, how, count, calls, turn)
	for index = 1, count do
		local at = (index - 1) + turn
		list[#list + 1] = { call = math.max(1, math.ceil(calls * at / count)), how = how }
	end
end

--- The point that is asked for by name, or nil.
local function asked_for()
	local asked = env.get "DMSRUN_SIMULATION" or ""
	local name, call, how = asked:match "^([%w_]+):(%d+):([%w-]+)$"
	if name and not WAYS[how] then
		local ways = table.concat(report.keys(WAYS), ", ")
		error(("DMSRUN_SIMULATION=%s: there is no way %q, but %s"):format(asked, how, ways), 0)
	end
	return name and { scenario = name, call = tonumber(call), how = how }, asked == "all"
end

--- The points that are tried: all of them, or some of them.
local function chosen(scenario, mutating, calls, every)
	local all = {}
	for number = 1, mutating do
		all[#all + 1] = { call = number, how = "kill" }
		all[#all + 1] = { call = number, how = "kill-after" }
	end
	local some = all
	if not every then
		some = {}
		-- An odd stride meets both kinds.
		local stride = math.max(1, #all // (scenario.sample or SAMPLE)) | 1
		for index = 1, #all, stride do
			some[#some + 1] = all[index]
		end
	end
	for index, how in ipairs { "expired", "offline", "offline-after" } do
		spread(some, how, every and mutating or OTHERS, calls, index / 3)
	end
	return some
end

--- Tries the crash points of a scenario, in the world as it is now, and fails with all that went wrong.
---@param scenario points.Scenario
function points.try(scenario)
	local one, every = asked_for()
	if one and one.scenario ~= scenario.name then
		return
	end
	local mutating, calls, wanted = uninterrupted(scenario)
	local failed = {}
	local list = one and { one } or chosen(scenario, mutating, calls, every)
	for _, point in ipairs(list) do
		local ok, problem = pcall(crash, scenario, point, wanted)
		if not ok then
			local place = ("%s:%d:%s"):format(scenario.name, point.call, point.how)
			failed[#failed + 1] = place
			print(
				("DMSRUN_SIMULATION=%s DMSRUN_SIMULATION_SEED=%s\n%s"):format(
					place,
					env.get "DMSRUN_SIMULATION_SEED" or "0",
					tostring(problem)
				)
			)
		end
	end
	print(
		("%s: %d crash points tried over %d mutating calls of %d, %d failed"):format(
			scenario.name,
			#list,
			mutating,
			calls,
			#failed
		)
	)
	if #failed > 0 then
		error(("%d crash points fail: %s"):format(#failed, table.concat(failed, " ")), 0)
	end
end

--- Makes the world in which a scenario begins.
---@param ... string[] commands
function points.prepare(...)
	for _, line in ipairs { ... } do
		succeed(line, table.concat(line, " "))
	end
	-- What is due by now is done: a scenario begins at rest.
	aws.dms.describe_replication_tasks()
end

return points
