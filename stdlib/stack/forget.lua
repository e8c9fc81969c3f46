--- Forgetting: the marks of the stack go off live resources, which stay as they are. From then on they
--- are nobody's: no deploy changes them, no destroy deletes them.

local baseline = require "stack.baseline"
local errors = require "errors"
local kind = require "kind"
local lock = require "stack.lock"
local planning = require "stack.plan"
local suggest = require "suggest"
local untag = require "kinds.support.untag"

local forget = {}

---@class stack.Forgotten
---@field name string "kind/id"
---@field physical? string nil where nothing of it was live
---@field ids string[] the same, one by one where there were twins
---@field declared? table where the script declares it still: `{ file =, line = }`

local function names_of(stack, live)
	local known, names = {}, {}
	local function add(name)
		if not known[name] then
			known[name] = true
			names[#names + 1] = name
		end
	end
	for _, one in ipairs(live) do
		add(one.kind .. "/" .. one.id)
	end
	for _, one in ipairs(stack.declared) do
		add(one.kind .. "/" .. one.id)
	end
	return known, names
end

local function refuse(what, hints)
	errors.raise {
		summary = "Nothing was forgotten",
		what = what,
		hints = hints,
		at = false,
		exit = "usage",
	}
end

--- What is live under each name, twins too; a name that means nothing is refused, with the nearest.
---@param stack stack.Stack
---@param names string[] each "kind/id"
---@return stack.Live[]
function forget.find(stack, names)
	local live = planning.live(stack)
	local known, all = names_of(stack, live)
	local found = {}
	for _, name in ipairs(names) do
		if not known[name] then
			refuse(
				("%s has no resource %q"):format(stack.name, name),
				{ suggest.did_you_mean(name, all) or "a plan names them: kind/id" }
			)
		end
		local kind_name = name:match "^([^/]+)/"
		---@cast kind_name string
		local definition = kind.get(kind_name)
		if definition.shared then
			refuse(("%s is shared by the whole account: no stack owns it"):format(name))
		elseif not untag.way(kind_name) then
			refuse(
				("%s can't be forgotten: nobody knows how its tags are taken off"):format(name),
				{ ("give the kind %s a function untag(item, keys)"):format(kind_name) }
			)
		end
		for _, one in ipairs(live) do
			if one.kind .. "/" .. one.id == name then
				found[#found + 1] = one
			end
		end
	end
	return found
end

--- The keys of our marks among a resource's tags.
local function marks(live)
	local keys = {}
	for key in pairs(live.tags) do
		if key:find "^dmsrun:" then
			keys[#keys + 1] = key
		end
	end
	table.sort(keys)
	return keys
end

--- Where the script declares a resource still: the next deploy would make it a second time.
---@param stack stack.Stack
---@param name string "kind/id"
---@return table? place `{ file =, line = }`
function forget.declared(stack, name)
	for _, declared in ipairs(stack.declared) do
		if declared.kind .. "/" .. declared.id == name then
			return declared.at
		end
	end
end

--- Takes the marks off. What is marked no more was forgotten by an earlier run, and is fine.
---@param stack stack.Stack
---@param names string[] each "kind/id"
---@param command? string the command that is run again
---@return stack.Forgotten[]
function forget.run(stack, names, command)
	local found = forget.find(stack, names)
	local _guard <close> = lock.take(stack, "forget", command)
	---@type table<string, string[]>
	local ids = {}
	for _, one in ipairs(found) do
		local problem = lock.problem(stack)
		if problem then
			error(problem, 0)
		end
		untag.run(one, marks(one))
		local name = one.kind .. "/" .. one.id
		ids[name] = ids[name] or {}
		table.insert(ids[name], one.physical)
	end
	stack:changed()
	baseline.drop(stack, names)
	local list = {}
	for index, name in ipairs(names) do
		local own = ids[name] or {}
		local entry = { name = name, ids = own, physical = own[1] and table.concat(own, ", ") }
		entry.declared = forget.declared(stack, name)
		list[index] = entry
	end
	return list
end

return forget
