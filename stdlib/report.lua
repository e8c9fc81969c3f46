--- Words and numbers for people: thousands, rates, durations, ages, plurals, and aligned sections.
---
---     local report = require "report"
---     report.count(61204118)           --> "61,204,118"
---     report.rate(88123)               --> "88k rows/s"
---     report.plural(2, "endpoint")     --> "2 endpoints"
---     report.word "it's"               --> "'it'\\''s'"

local report = {}

--- A whole number with separators between thousands.
---@param number number
---@return string
function report.count(number)
	local digits = ("%.0f"):format(math.abs(number))
	local grouped = digits:reverse():gsub("(%d%d%d)", "%1,"):reverse():gsub("^,", "")
	return (number < 0 and "-" or "") .. grouped
end

--- A number with its noun; the plural takes an `s` unless it is given.
---@param number integer
---@param noun string
---@param plural? string
---@return string
function report.plural(number, noun, plural)
	return report.count(number) .. " " .. (number == 1 and noun or plural or (noun .. "s"))
end

--- How many columns a text takes.
---@param text string
---@return integer
function report.columns(text)
	return utf8.len(text) or #text
end

--- A line broken between words so that no part is wider than `width`; what follows is indented
--- deeper than the line itself. A word that is wider stays whole.
---@param text string
---@param width integer
---@return string[]
function report.wrap(text, width)
	if report.columns(text) <= width then
		return { text }
	end
	local lead = text:match "^ *"
	local indent = lead .. (text:match "^ *[%-~+!/…]+ " and "    " or "  ")
	local lines, line, empty = {}, lead, true
	-- Runs of blanks that align columns stay, except at a break.
	for gap, word in text:sub(#lead + 1):gmatch "( *)([^ ]+)" do
		if not empty and report.columns(line .. gap .. word) > width then
			lines[#lines + 1] = line
			line, gap = indent, ""
		end
		line, empty = line .. gap .. word, false
	end
	lines[#lines + 1] = line
	return lines
end

local STEPS = { { 1e9, "G" }, { 1e6, "M" }, { 1e3, "k" } }

--- A number in three digits or so: 950, 8.8k, 88k, 1.2M.
---@param number number
---@return string
function report.short(number)
	for _, step in ipairs(STEPS) do
		if number >= step[1] then
			local value = number / step[1]
			return (value < 10 and "%.1f%s" or "%.0f%s"):format(value, step[2])
		end
	end
	return ("%.0f"):format(number)
end

--- Rows a second.
---@param number number
---@return string
function report.rate(number)
	return report.short(number) .. " rows/s"
end

--- Seconds as a person says them: `3 s`, `51 s`, `9m 40s`, `2h 05m`.
---@param seconds number
---@return string
function report.duration(seconds)
	seconds = math.floor(math.max(0, seconds) + 0.5)
	if seconds < 60 then
		return ("%d s"):format(seconds)
	end
	if seconds < 3600 then
		return ("%dm %02ds"):format(seconds // 60, seconds % 60)
	end
	if seconds < 86400 then
		return ("%dh %02dm"):format(seconds // 3600, seconds % 3600 // 60)
	end
	return ("%dd %02dh"):format(seconds // 86400, seconds % 86400 // 3600)
end

--- How long ago a moment was, from now.
---@param seconds number
---@return string
function report.age(seconds)
	if seconds < 60 then
		return "just now"
	end
	if seconds < 3600 then
		return ("%d min ago"):format(seconds // 60)
	end
	if seconds < 86400 then
		return ("%d h ago"):format(seconds // 3600)
	end
	return report.plural(seconds // 86400, "day") .. " ago"
end

--- A list in a sentence: `a`, `a and b`, `a, b and c`; the rest is counted past `limit`.
---@param list string[]
---@param limit? integer
---@return string
function report.list(list, limit)
	limit = limit or 6
	if #list == 0 then
		return "nothing"
	end
	if #list == 1 then
		return list[1]
	end
	if #list > limit then
		local shown = table.concat(list, ", ", 1, limit)
		return ("%s and %d more"):format(shown, #list - limit)
	end
	return table.concat(list, ", ", 1, #list - 1) .. " and " .. list[#list]
end

--- A word as a shell takes it, for command lines that are pasted.
---@param text string
---@return string
function report.word(text)
	-- The dots stand for a password, which is left to be filled in.
	return text:gsub("…", ""):find "^[%w%-%._/:=@%%+,]+$" and text
		or ("'%s'"):format(text:gsub("'", "'\\''"))
end

--- Keys of a table in order, because `pairs` has none.
---@param map table
---@return any[]
function report.keys(map)
	local keys = {}
	for key in pairs(map) do
		keys[#keys + 1] = key
	end
	table.sort(keys, function(a, b)
		return tostring(a) < tostring(b)
	end)
	return keys
end

return report
