--- Which of two positions in the log of one source is the later one, as far as their texts tell.

local order = {}

--- The numbers in texts.
---@param base integer
---@param ... any
---@return number[]
local function read(base, ...)
	local list = {}
	for index, digits in ipairs { ... } do
		list[index] = tonumber(digits, base) or 0
	end
	return list
end

--- A position as numbers, the weightiest first; nil where its form is none that can be compared.
---@param text any
---@return string? form
---@return number[]? numbers
local function numbers(text)
	text = tostring(text)
	local name, file, place = text:match "([%w_%-]+)%.(%d+):(%d+)"
	if name then
		return "file " .. name, read(10, file, place)
	end
	local high, low = text:match "%f[%x](%x+)/(%x+)%f[%X]"
	if high then
		return "lsn", read(16, high, low)
	end
	local a, b, c = text:match "^(%x%x%x%x%x%x%x%x):(%x%x%x%x%x%x%x%x):(%x%x%x%x)$"
	if a then
		return "sequence", read(16, a, b, c)
	end
	local scn = text:match "^%d+$"
	if scn then
		return "scn", read(10, scn)
	end
end

--- Below 0 where the first is the earlier one, 0 where they are the same, above 0 where it is the later
--- one; nil where nobody can tell. A checkpoint of DMS holds the place in the source's log.
---@param one? string
---@param other? string
---@return integer?
function order.of(one, other)
	if one == nil or other == nil then
		return nil
	elseif one == other then
		return 0
	end
	local form, a = numbers(one)
	local same, b = numbers(other)
	if not form or form ~= same then
		return nil
	end
	---@cast a -nil
	---@cast b -nil
	for index, number in ipairs(a) do
		if number ~= b[index] then
			return number < b[index] and -1 or 1
		end
	end
	return 0
end

return order
