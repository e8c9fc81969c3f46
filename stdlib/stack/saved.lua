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

--- A text of a step; nil where there is none, which JSON says by a null.
local function told(text)
	return type(text) == "string" and text or nil
end

--- A text without what only moves on: how far a load is, how much a log holds.
local function settled(text)
	return ((told(text) or ""):gsub("%d+%.?%d* ?%%", "%%"):gsub("%d+ KB", "KB"))
end

--- What a step does to replication and to data: whoever approved it approved that too.
---@param step table
---@return string[]
function saved.marks(step)
	return { settled(step.effect), settled(step.loses_data) }
end

--- A step in words: what is done, why, and what it does to replication and to data.
---@param step table
---@return string
function saved.words(step)
	local lost = told(step.loses_data)
	local parts = { step.reason }
	parts[#parts + 1] = told(step.effect)
	parts[#parts + 1] = lost and "loses " .. lost or nil
	return ("%s (%s)"):format(step.action, table.concat(parts, "; "))
end

--- What makes a step the same step.
local function essence(step)
	return json.encode {
		step.resource,
		step.action,
		step.physical or "",
		step.generation,
		step.delete_first or false,
		told(step.may_replace) or "",
		step.reason or "",
		step.changes or {},
		saved.marks(step),
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

local function refuse(summary, what, why, hint)
	errors.raise {
		summary = summary,
		what = what,
		why = why,
		hints = { hint },
		at = false,
	}
end

local function refuse_file(path, what)
	errors.raise {
		summary = "The plan can't be saved there",
		what = ("--out: %s %s"):format(path, what),
		why = "nothing was written or changed",
		hints = { "give another file: plan --out FILE" },
		at = false,
		exit = "usage",
	}
end

--- The text of a file as data; nil where it holds no saved plan.
local function decoded(path)
	local ok, data = pcall(json.decode, fs.read(path))
	return ok and type(data) == "table" and data.dmsrun == FORMAT and data or nil
end

--- Refuses a file that is no place for a plan: another one that is there would be lost, and one in a
--- folder that is not there was mistyped. Asked before the work, and again before it is written.
---@param path string
function saved.check(path)
	local there = fs.stat(path)
	if path == "" or path:find "/$" then
		refuse_file(path, "is no name of a file")
	elseif there and there.type ~= "file" then
		refuse_file(path, there.type == "folder" and "is a folder" or "is no regular file")
	elseif there and there.size > 0 and not decoded(path) then
		refuse_file(path, "is there already, and is no saved plan: it would be lost")
	elseif not there then
		local folder = fs.dirname(path)
		local above = fs.stat(folder)
		if not above or above.type ~= "folder" then
			refuse_file(
				path,
				above and ("can't be made: %s is no folder"):format(folder)
					or ("can't be made: there is no folder %s"):format(folder)
			)
		end
	end
end

--- Writes a plan to a file, in place of an older plan or as a new file; only the user may read it.
---@param plan stack.Plan
---@param path string
function saved.write(plan, path)
	saved.check(path)
	fs.write(path, json.encode(saved.of(plan), { pretty = true }) .. "\n", { private = true })
end

--- Reads a saved plan.
---@param path string
---@return table
function saved.read(path)
	local data
	if fs.exists(path) then
		data = decoded(path)
	else
		refuse(
			"File not found",
			("the saved plan %s does not exist"):format(path),
			nil,
			"save one with: plan --out " .. path
		)
	end
	if not data then
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
			texts[#texts + 1] = ("%s would be: %s"):format(step.resource, saved.words(step))
		elseif essence(old) ~= essence(step) then
			texts[#texts + 1] = ("%s was: %s, would be: %s"):format(
				step.resource,
				saved.words(old),
				saved.words(step)
			)
		end
	end
	for name, step in pairs(had) do
		texts[#texts + 1] = ("%s was: %s, is as declared now"):format(name, saved.words(step))
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
	if (data.destroy == true) ~= plan.destroy then
		local words = { [true] = "destroy", [false] = "deploy" }
		refuse(
			"The saved plan is of something else",
			("%s is of a %s, this is a %s"):format(
				path,
				words[data.destroy == true],
				words[plan.destroy]
			),
			"nothing was changed",
			again
		)
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
