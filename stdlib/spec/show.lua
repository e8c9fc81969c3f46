--- Values as text for messages: short, sorted, on one line, with marks for what repeats.

local show = {}

local DEEPEST, MOST_ITEMS, LONGEST = 4, 20, 200
local FIRST_LINES, LAST_LINES = 3, 30

---@param text string
---@return string
local function quoted(text)
	local escaped = ("%q"):format(text):gsub("\\\n", "\\n"):gsub("\r", "\\r"):gsub("\t", "\\t")
	return escaped
end

--- Keys of different types have an order: numbers first, then text.
---@param a any
---@param b any
---@return boolean
function show.less(a, b)
	if type(a) == "number" and type(b) == "number" then
		return a < b
	elseif type(a) == "number" or type(b) == "number" then
		return type(a) == "number"
	end
	return tostring(a) < tostring(b)
end

--- The keys of a table in that order.
---@param map table
---@return any[]
function show.keys(map)
	local keys = {}
	for key in pairs(map) do
		keys[#keys + 1] = key
	end
	table.sort(keys, show.less)
	return keys
end

local function of_table(value, depth, seen)
	local meta = getmetatable(value)
	if type(meta) == "table" and rawget(meta, "__tostring") then
		local ok, text = pcall(tostring, value)
		if ok and type(text) == "string" then
			return text
		end
	end
	if seen[value] then
		return "{ itself }"
	elseif depth >= DEEPEST then
		return next(value) == nil and "{}" or "{…}"
	end
	seen[value] = true
	local parts, keys = {}, {}
	-- What is there, and not what an `__index` makes of a look at it.
	local listed = 0
	while rawget(value, listed + 1) ~= nil do
		listed = listed + 1
		parts[listed] = show.value(rawget(value, listed), depth + 1, seen)
	end
	for key in next, value do
		if math.type(key) ~= "integer" or key < 1 or key > listed then
			keys[#keys + 1] = key
		end
	end
	table.sort(keys, show.less)
	for _, key in ipairs(keys) do
		local name = type(key) == "string" and key:match "^[%a_][%w_]*$"
			or "[" .. show.value(key, DEEPEST, seen) .. "]"
		parts[#parts + 1] = name .. " = " .. show.value(rawget(value, key), depth + 1, seen)
	end
	seen[value] = nil
	if #parts > MOST_ITEMS then
		local more = #parts - MOST_ITEMS
		parts = table.move(parts, 1, MOST_ITEMS, 1, {})
		parts[#parts + 1] = ("… %d more"):format(more)
	end
	return #parts == 0 and "{}" or "{ " .. table.concat(parts, ", ") .. " }"
end

--- A value as Lua would write it, as far as it goes.
---@param value any
---@param depth? integer
---@param seen? table
---@return string
function show.value(value, depth, seen)
	if type(value) == "string" then
		if #value > LONGEST then
			return ("%s… (%d bytes)"):format(quoted(value:sub(1, LONGEST)):sub(1, -2), #value)
		end
		return quoted(value)
	elseif type(value) == "table" then
		return of_table(value, depth or 0, seen or {})
	end
	local ok, text = pcall(tostring, value)
	return ok and text or ("<%s>"):format(type(value))
end

--- The lines of a text.
---@param text string
---@return string[]
function show.lines(text)
	local lines = {}
	for line in (text .. "\n"):gmatch "(.-)\r?\n" do
		lines[#lines + 1] = line
	end
	if lines[#lines] == "" then
		lines[#lines] = nil
	end
	return lines
end

--- A text of many lines as a block: the first ones, and the last ones, where what went wrong is said.
---@param text string
---@return string
function show.block(text)
	local lines, out = show.lines(text), {}
	local left_out = math.max(0, #lines - FIRST_LINES - LAST_LINES)
	for index, line in ipairs(lines) do
		if left_out > 1 and index == FIRST_LINES + 1 then
			out[#out + 1] = ("  … %d lines …"):format(left_out)
		elseif left_out <= 1 or index <= FIRST_LINES or index > #lines - LAST_LINES then
			out[#out + 1] = "| " .. line
		end
	end
	return table.concat(out, "\n")
end

--- An error value, or any other one, in its own words.
---@param value any
---@return string
function show.text(value)
	local ok, text = pcall(tostring, value)
	return ok and type(text) == "string" and text or show.value(value)
end

--- A step further into a table: `list[2].name`.
---@param path string
---@param key any
---@return string
function show.step(path, key)
	if type(key) == "string" and key:match "^[%a_][%w_]*$" then
		return path == "" and key or path .. "." .. key
	end
	return ("%s[%s]"):format(path, show.value(key))
end

return show
