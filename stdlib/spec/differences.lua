--- Where two values differ: each place with its path and both values.
---
---     local differences = require "spec.differences"
---     local found = differences.between({ a = 1, list = { "x" } }, { a = 2, list = { "x" } })
---     differences.text(found)  --> "a   expected 1\n    got      2"

---@type spec.match
local match = require "spec.match"
local show = require "spec.show"

local differences = {}

local DEEPEST, MOST, WINDOW = 40, 12, 60

--- Of texts of many lines: how many that are the same stand around those that differ, and how many of
--- each side are shown.
local AROUND, MOST_LINES = 1, 8

---@class spec.Difference
---@field path string empty for the value itself
---@field expected string
---@field actual string
---@field lines? string[] instead of both, where they are texts of many lines

---@param state table
---@param path string
---@param expected string
---@param actual string
local function note(state, path, expected, actual)
	state[#state + 1] = { path = path, expected = expected, actual = actual }
end

--- Texts of many lines, line by line: `-` is what is expected, `+` what there is.
---@param expected string
---@param actual string
---@return string[]
local function line_by_line(expected, actual)
	local a, b = show.lines(expected), show.lines(actual)
	local first, n, m = 1, #a, #b
	while first <= n and first <= m and a[first] == b[first] do
		first = first + 1
	end
	while n >= first and m >= first and a[n] == b[m] do
		n, m = n - 1, m - 1
	end
	local out = { ("texts that differ from line %d on: - expected, + got"):format(first) }
	local function side(mark, list, last)
		local shown = math.min(last, first + MOST_LINES - 1)
		for index = first, shown do
			out[#out + 1] = mark .. " " .. list[index]
		end
		if last > shown then
			out[#out + 1] = ("%s … %d more lines"):format(mark, last - shown)
		end
	end
	for index = math.max(1, first - AROUND), first - 1 do
		out[#out + 1] = "  " .. a[index]
	end
	side("-", a, n)
	side("+", b, m)
	for index = n + 1, math.min(#a, n + AROUND) do
		out[#out + 1] = "  " .. a[index]
	end
	return out
end

--- Two long texts, cut around the first place where they differ.
local function texts(expected, actual)
	local at = 1
	while at <= #expected and expected:byte(at) == actual:byte(at) do
		at = at + 1
	end
	local _, line = expected:sub(1, at - 1):gsub("\n", "")
	local from = math.max(1, at - WINDOW // 2)
	-- A character of UTF-8 is not cut in two.
	while from > 1 and (expected:byte(from) or 0) & 0xC0 == 0x80 do
		from = from - 1
	end
	local function cut(text)
		local piece = text:sub(from, from + WINDOW)
		piece = utf8.len(piece) and piece or piece:gsub("[\x80-\xBF]+$", "")
		local after = from + WINDOW < #text and "…" or ""
		return (from > 1 and "…" or "") .. show.value(piece) .. after
	end
	local place = line > 0 and ("   (line %d)"):format(line + 1) or ""
	return cut(expected), cut(actual) .. place
end

local function both(expected, actual)
	if type(expected) == "string" and type(actual) == "string" then
		if #expected + #actual > 2 * WINDOW or expected:find "\n" then
			return texts(expected, actual)
		end
	end
	local a, b = show.value(expected), show.value(actual)
	if a == b and type(expected) ~= type(actual) then
		return ("%s (a %s)"):format(a, type(expected)), ("%s (a %s)"):format(b, type(actual))
	end
	return a, b
end

--- Whether both are texts, of many lines, and differ in those.
local function are_lines(expected, actual)
	if type(expected) ~= "string" or type(actual) ~= "string" then
		return false
	end
	local many = expected:find("\n.", 1) or actual:find("\n.", 1)
	local a, b = show.lines(expected), show.lines(actual)
	return many ~= nil and table.concat(a, "\n") ~= table.concat(b, "\n")
end

---@type fun(expected: any, actual: any, path: string, state: table, depth: integer)
local compare

local function length(list)
	local count = 0
	for index in next, list do
		if math.type(index) ~= "integer" or index < 1 then
			return nil
		end
		count = count + 1
	end
	return count == #list and count or nil
end

--- Lists of different lengths: what is missing or too much is named by its own place, and not by all
--- that moved.
local function lists(expected, actual, path, state, depth)
	local function same(a, b)
		local found = { seen = {} }
		compare(a, b, "", found, depth + 1)
		return #found == 0
	end
	local first, n, m = 1, #expected, #actual
	while first <= n and first <= m and same(expected[first], actual[first]) do
		first = first + 1
	end
	while n >= first and m >= first and same(expected[n], actual[m]) do
		n, m = n - 1, m - 1
	end
	for index = first, math.max(n, m) do
		local at = show.step(path, index)
		if index > m then
			note(state, at, show.value(expected[index]), "nothing: it is missing")
		elseif index > n then
			note(state, at, "nothing: it is too much", show.value(actual[index]))
		else
			compare(expected[index], actual[index], at, state, depth + 1)
		end
	end
end

---@param expected any
---@param actual any
---@param path string
---@param state table
---@param depth integer
function compare(expected, actual, path, state, depth)
	if match.is(expected) then
		if not match.accepts(expected, actual) then
			note(state, path, tostring(expected), show.value(actual))
		end
		return
	elseif rawequal(expected, actual) or expected == actual then
		return
	elseif expected ~= expected and actual ~= actual then
		return -- both are "not a number"
	elseif type(expected) ~= "table" or type(actual) ~= "table" or depth > DEEPEST then
		local a, b = both(expected, actual)
		note(state, path, a, b)
		if are_lines(expected, actual) then
			state[#state].lines = line_by_line(expected, actual)
		end
		return
	elseif state.seen[expected] == actual then
		return
	end
	local before = state.seen[expected]
	state.seen[expected] = actual
	local n, m = length(expected), length(actual)
	if n and m and n ~= m and n > 0 and m > 0 then
		lists(expected, actual, path, state, depth)
	else
		local keys = {}
		for key in next, expected do
			keys[#keys + 1] = key
		end
		for key in next, actual do
			if rawget(expected, key) == nil then
				keys[#keys + 1] = key
			end
		end
		table.sort(keys, show.less)
		for _, key in ipairs(keys) do
			local at, a, b = show.step(path, key), rawget(expected, key), rawget(actual, key)
			if b == nil and not match.is(a) then
				note(state, at, show.value(a), "nothing: it is missing")
			elseif a == nil then
				note(state, at, "nothing: it is too much", show.value(b))
			else
				compare(a, b, at, state, depth + 1)
			end
		end
	end
	state.seen[expected] = before
end

--- Every place where the values differ; empty where they are the same by content.
---@param expected any may hold matchers (`match.is_string()`)
---@param actual any
---@return spec.Difference[]
function differences.between(expected, actual)
	---@type any
	local state = { seen = {} }
	compare(expected, actual, "", state, 0)
	state.seen = nil
	---@cast state any
	return state
end

--- The differences as lines: the path, and both values one below the other.
---@param found spec.Difference[]
---@return string
function differences.text(found)
	local width = 0
	for index = 1, math.min(#found, MOST) do
		local path = (found[index] --[[@as spec.Difference]]).path
		width = math.max(width, utf8.len(path) or #path)
	end
	width = math.min(width, 40)
	local lines = {}
	if #found > 1 then
		lines[1] = ("%d differences"):format(#found)
	end
	for index = 1, math.min(#found, MOST) do
		local one = found[index] --[[@as spec.Difference]]
		local lead = one.path
		if width > 0 then
			local wide = utf8.len(lead) or #lead
			lead = lead .. (" "):rep(width - wide) .. "   "
		end
		local below = width > 0 and (" "):rep(width + 3) or ""
		if one.lines then
			for at, line in ipairs(one.lines) do
				lines[#lines + 1] = (at == 1 and lead or below) .. line
			end
		else
			lines[#lines + 1] = lead .. "expected " .. one.expected
			lines[#lines + 1] = below .. "got      " .. one.actual
		end
	end
	if #found > MOST then
		lines[#lines + 1] = ("and %d more"):format(#found - MOST)
	end
	return table.concat(lines, "\n")
end

return differences
