--- Saved plans: what was looked at is what is carried out, or nothing. A saved plan holds the steps
--- without secrets, and a salted fingerprint of everything that is declared.

local engine = require "engine"
local errors = require "errors"
local fs = require "fs"
local host = require "host"
local json = require "json"

local saved = {}

local FORMAT, VERSION = "saved plan", 1

--- Everything declared, in one value that a fingerprint is made of.
local function declared(stack)
	local list = {}
	for index, one in ipairs(stack.declared) do
		list[index] =
			{ one.kind, one.id, one.properties, one.protect or false, one.retain or false }
	end
	return list
end

--- What makes a step the same step.
local function essence(step)
	return json.encode {
		step.resource,
		step.action,
		step.physical or "",
		step.generation,
		step.delete_first or false,
		step.reason or "",
		step.changes or {},
	}
end

--- The saved form of a plan.
---@param plan stack.Plan
---@return table
function saved.of(plan)
	local who = plan.stack:identity()
	local salt = host.uuid():gsub("%W", ""):sub(1, 12)
	local data = plan:json()
	return {
		dmsrun = FORMAT,
		version = VERSION,
		stack = plan.stack.name,
		account = who.account,
		region = who.region,
		destroy = plan.destroy,
		salt = salt,
		declared = engine.fingerprint(salt, declared(plan.stack)),
		steps = data.steps,
		unchanged = data.unchanged,
	}
end

--- Writes a plan to a file.
---@param plan stack.Plan
---@param path string
function saved.write(plan, path)
	fs.write(path, json.encode(saved.of(plan), { pretty = true }) .. "\n")
end

local function refuse(summary, what, why, hint)
	errors.raise {
		summary = summary,
		what = what,
		why = why,
		hints = { hint },
		at = false,
	}
end

--- Reads a saved plan.
---@param path string
---@return table
function saved.read(path)
	local ok, data = false, nil
	if fs.exists(path) then
		ok, data = pcall(json.decode, fs.read(path))
	else
		refuse(
			"File not found",
			("the saved plan %s does not exist"):format(path),
			nil,
			"save one with: plan --out " .. path
		)
	end
	if not ok or type(data) ~= "table" or data.dmsrun ~= FORMAT then
		refuse(
			"Not a saved plan",
			path .. " holds no saved plan",
			nil,
			"save one with: plan --out " .. path
		)
	elseif data.version ~= VERSION then
		refuse(
			"The plan was saved by another dmsrun",
			("%s has version %s, this dmsrun knows %d"):format(
				path,
				tostring(data.version),
				VERSION
			),
			nil,
			"save it again with: plan --out " .. path
		)
	end
	---@cast data table
	return data
end

--- How two lists of steps differ, in words.
local function differences(before, now)
	local had, texts = {}, {}
	for _, step in ipairs(before) do
		had[step.resource] = step
	end
	for _, step in ipairs(now) do
		local old = had[step.resource]
		had[step.resource] = nil
		if not old then
			texts[#texts + 1] = ("%s would be: %s (%s)"):format(
				step.resource,
				step.action,
				step.reason
			)
		elseif essence(old) ~= essence(step) then
			texts[#texts + 1] = ("%s was: %s (%s), would be: %s (%s)"):format(
				step.resource,
				old.action,
				old.reason,
				step.action,
				step.reason
			)
		end
	end
	for name, step in pairs(had) do
		texts[#texts + 1] = ("%s was: %s (%s), is as declared now"):format(
			name,
			step.action,
			step.reason
		)
	end
	table.sort(texts)
	return texts
end

--- Refuses a plan that is not the saved one.
---@param plan stack.Plan made now
---@param path string
function saved.require(plan, path)
	local data = saved.read(path)
	local who = plan.stack:identity()
	local again = "look at the plan again: plan --out " .. path
	for _, pair in ipairs {
		{ "stack", data.stack, plan.stack.name },
		{ "account", data.account, who.account },
		{ "region", data.region, who.region },
	} do
		if pair[2] ~= pair[3] then
			refuse(
				"The saved plan is of another " .. pair[1],
				("%s is of %s %s, this is %s"):format(path, pair[1], tostring(pair[2]), pair[3]),
				"nothing was changed",
				again
			)
		end
	end
	local texts = differences(data.steps, plan:json().steps)
	if #texts > 0 then
		refuse(
			"The world moved since the plan was saved",
			table.concat(texts, "\n"),
			"a saved plan is carried out as it was looked at, or not at all; nothing was changed",
			again
		)
	end
	if engine.fingerprint(data.salt, declared(plan.stack)) ~= data.declared then
		refuse(
			"The script or its configuration changed since the plan was saved",
			"the steps are the same, what is declared is not: a secret, or a value of a new resource",
			"nothing was changed",
			again
		)
	end
end

return saved
