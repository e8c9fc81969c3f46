--- Compares what an expression of the documentation gives with the text behind its `-->`.
---
--- The text may be values of Lua, or what the values read like; behind a comma or a colon a remark may
--- follow.

local assertions = require "spec.assertions"
local differences = require "spec.differences"
local rehearsal = require "spec.rehearsal"
local show = require "spec.show"

--- What the text means as Lua; nil where it means nothing.
local function meaning(text)
	local chunk = load("return " .. text, "=example", "t", {})
	if not chunk then
		return nil
	end
	local values = table.pack(pcall(chunk))
	if not values[1] then
		return nil
	end
	return table.pack(table.unpack(values, 2, values.n))
end

local function equal(wanted, values)
	for index = 1, wanted.n do
		if #differences.between(wanted[index], values[index]) > 0 then
			return false
		end
	end
	return true
end

--- A name that is no value of Lua (`orders`) means nil there.
local function says_nil(text)
	return text:match "^nil%f[^%w_]" ~= nil
end

local function squeeze(text)
	return (text:gsub("%s+", " "):gsub("^ ", ""):gsub(" $", ""))
end

--- `…` in the text stands for anything.
local function fits(text, one)
	local at = 1
	for part in (squeeze(text) .. "…"):gmatch "(.-)…" do
		local first, last = one:find(part, at, true)
		if not first or at == 1 and first > 1 then
			return false
		end
		at = last + 1
	end
	return text:find "…$" ~= nil or at > #one
end

local function reads_like(text, values)
	local texts, shown = {}, {}
	for index = 1, values.n do
		texts[index] = show.text(values[index])
		shown[index] = show.value(values[index])
	end
	for _, list in ipairs { texts, shown } do
		local one = squeeze(table.concat(list, ", "))
		if text:find("…", 1, true) and fits(text, one) then
			return true
		end
		if one == squeeze(text) then
			return true
		end
		local rest = one ~= "" and squeeze(text):sub(1, #one) == one and squeeze(text):sub(#one + 1)
		if rest and rest:match "^[,:(]" or rest and rest:match "^ [(%-]" then
			return true
		end
	end
	return false
end

--- The text, and the text before each comma and colon from the right: what follows may be a remark.
local function readings(text)
	local list = { text }
	for at = #text, 1, -1 do
		if text:sub(at, at):match "[,:]" then
			list[#list + 1] = text:sub(1, at - 1)
		end
	end
	return list
end

local example = {}

--- An error in its own words, with its hints.
local function words(value)
	local parts = { show.text(value) }
	for _, hint in ipairs(type(value) == "table" and value.hints or {}) do
		parts[#parts + 1] = type(hint) == "table" and hint[1] or tostring(hint)
	end
	return table.concat(parts, " ")
end

--- What stands before the text raises an error that contains it; `…` stands for anything.
---@param text string
---@param f function
function example.raises(text, f)
	local ok, value = pcall(f)
	if ok then
		assertions.fail("the documentation says error: " .. text .. "\nbut there was none")
	end
	local got, at = words(value), 1
	for part in (text .. "…"):gmatch "(.-)…" do
		local _, last = got:find(part, at, true)
		if not last then
			assertions.fail(
				("the documentation says error: %s\nit is                   %s"):format(text, got)
			)
		end
		at = (last or at) + 1
	end
end

--- What stands before the text gives what the text says.
---@param text string
---@param ... any
function example.gives(text, ...)
	local values = table.pack(...)
	if reads_like(text, values) then
		return
	end
	for _, reading in ipairs(readings(text)) do
		local wanted = meaning(reading)
		local void = wanted and wanted.n > 0 and wanted[1] == nil and not says_nil(reading)
		if wanted and wanted.n > 0 and not void then
			-- The first values may be all that is said.
			if wanted.n <= math.max(values.n, 1) and equal(wanted, values) then
				return
			end
		end
	end
	local shown = {}
	for index = 1, values.n do
		shown[index] = show.value(values[index])
	end
	assertions.fail(
		("the documentation says %s\nit gives               %s"):format(
			text,
			table.concat(shown, ", ")
		)
	)
end

--- The AWS of the example has the project of `dmsrun init orders` on it, and its tasks run.
function example.deployed()
	local run = rehearsal.run("migrate.lua", "--yes")
	if run.code ~= 0 then
		assertions.fail("the project of the examples is not deployed", run.text)
	end
end

return example
