--- The proof at the end of a destroy: what was looked at again, kind by kind, and what of it is there.

local errors = require "errors"
local kind = require "kind"

local proof = {}

---@class stack.Proof
---@field kinds { name: string, count?: integer }[] without a count where it could not be listed
---@field left stack.Live[]
---@field shared string[]
---@field retained string[]
---@field unseen string[] kinds that could not be listed: of them nothing is proved
---@field lines string[]
---@field summary string
---@field locks? stack.Lock[]

--- Whether a resource is left behind on purpose: by its tag, or by what the script declares.
local function retained_of(stack)
	local declared = {}
	for _, one in ipairs(stack.declared) do
		declared[one.kind .. "/" .. one.id] = one.retain
	end
	return function(live)
		return (live.tags or {})["dmsrun:retain"] == "true"
			or declared[live.kind .. "/" .. live.id] == true
	end
end

local function refuse(stack, left)
	local names = {}
	for index, one in ipairs(left) do
		names[index] = ("%s (%s/%s)"):format(one.physical, one.kind, one.id)
	end
	errors.raise {
		summary = "Something is left of the stack",
		what = table.concat(names, ", "),
		hints = { "Run destroy again: it goes on with what is left." },
		at = stack.at,
		exit = "partial",
	}
end

local function summary_of(shared, retained, unseen)
	local summary = "nothing is left"
	if #unseen > 0 then
		summary = ("nothing is left of what could be listed; not seen: %s"):format(
			table.concat(unseen, ", ")
		)
	end
	if #shared > 0 then
		summary = ("%s%s the roles that the account shares: %s"):format(
			summary,
			#unseen > 0 and "; there are" or " but",
			table.concat(shared, ", ")
		)
	end
	if #retained > 0 then
		summary = ("%s; retained: %s"):format(summary, table.concat(retained, ", "))
	end
	return summary
end

--- The proof: how many of each kind are there, and that what is left is meant to be. Of a kind that
--- could not be listed nothing is known, and the proof says so.
---@param stack stack.Stack
---@param kinds kind.Kind[]
---@param live stack.Live[]
---@param unseen string[]
---@return stack.Proof
function proof.of(stack, kinds, live, unseen)
	local counts, left, shared, retained = {}, {}, {}, {}
	local is_retained = retained_of(stack)
	for _, one in ipairs(live) do
		counts[one.kind] = (counts[one.kind] or 0) + 1
		if kind.get(one.kind).shared then
			shared[#shared + 1] = one.physical
		elseif is_retained(one) then
			retained[#retained + 1] = ("%s %s"):format(one.kind, one.physical)
		else
			left[#left + 1] = one
		end
	end
	local missing, listed, lines = {}, {}, {}
	for _, name in ipairs(unseen) do
		missing[name] = true
	end
	for _, definition in ipairs(kinds) do
		local name = definition.name
		-- Without a number: nobody counted.
		listed[#listed + 1] =
			{ name = name, count = not missing[name] and (counts[name] or 0) or nil }
		local text = missing[name] and "could not be listed"
			or definition.shared and counts[name] and (counts[name] .. " shared, stays")
			or tostring(counts[name] or 0)
		lines[#lines + 1] = ("%-28s %s"):format(name, text)
	end
	if #left > 0 then
		refuse(stack, left)
	end
	return {
		kinds = listed,
		left = left,
		shared = shared,
		retained = retained,
		unseen = unseen,
		lines = lines,
		summary = summary_of(shared, retained, unseen),
	}
end

return proof
