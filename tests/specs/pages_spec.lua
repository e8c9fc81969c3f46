--- Every example of the pages and of the headers runs, and gives what it says.
---
--- A block stands alone: it is run with globals of its own. `expression --> value` is asserted,
--- `expression --> error: text` raises an error that says so.

local errors = require "errors"
local fs = require "fs"

local STDLIB = fs.join(fs.script_dir(), "../../stdlib")

--- The blocks of a page, each with the line that it begins on.
local function blocks_of_page(text)
	local found, block, number = {}, nil, 0
	for line in (text .. "\n"):gmatch("(.-)\n") do
		number = number + 1
		if block and line:match("^```%s*$") then
			found[#found + 1], block = block, nil
		elseif block then
			block.lines[#block.lines + 1] = line
		elseif line:match("^```lua%s*$") then
			block = { line = number, lines = {} }
		end
	end
	return found
end

--- The page that the comments of a module are: its header's indented lines are a block too.
local function page_of_module(text)
	local lines, header = {}, true
	for line in (text .. "\n"):gmatch("(.-)\n") do
		local comment = line:match("^%-%-%- ?(.*)$")
		header = header and comment ~= nil
		lines[#lines + 1] = comment and (header or not comment:find("^    ")) and comment or ""
	end
	return table.concat(lines, "\n"), lines
end

local function header_block(lines)
	local block
	for number, line in ipairs(lines) do
		local code = line:match("^    (.*)$")
		if code then
			block = block or { line = number - 1, lines = {} }
			block.lines[#block.lines + 1] = code
		elseif block and line ~= "" then
			break
		elseif block then
			block.lines[#block.lines + 1] = ""
		end
	end
	return block
end

--- An expected value, and what stands behind it in words.
local function expected_value(text)
	local chunk = load("return " .. text, "=expected", "t", {})
	local ok, value = pcall(chunk or error)
	if chunk and ok then
		return value
	end
	-- Words may follow: `true, from the preset`.
	local short = text:match("^(.-),")
	chunk = short and load("return " .. short, "=expected", "t", {})
	if not chunk then
		error(("no value: %s"):format(text), 0)
	end
	return chunk()
end

local function gives(expected, f)
	local message = expected:match("^error: (.+)$")
	local ok, value, second = pcall(f)
	if message then
		local fault = ok and value == false and second or not ok and value
		assert.truthy(fault, ("no error, where one was expected: %s"):format(message))
		local told = errors.describe(fault)
		local text = told.summary .. "\n" .. (told.what or "")
		for _, hint in ipairs(told.hints) do
			text = text .. "\n" .. hint[1]
		end
		assert.matches(message, text)
		return
	end
	if not ok then
		error(value, 0)
	end
	assert.same(expected_value(expected), value)
end

--- The code of a block, each `expression --> value` as a check on the line it had.
local function code_of(block)
	local lines, checks = {}, 0
	for index, line in ipairs(block.lines) do
		local code, expected = line:match("^(.-)%s+%-%->%s+(.+)$")
		if code and load("return " .. code) then
			checks = checks + 1
			line = ("__gives(%q, function() return %s end)"):format(expected, code)
		elseif code then
			error(("line %d: no expression: %s"):format(block.line + index, line), 0)
		end
		lines[index] = line
	end
	-- Lines of the page, so that a failure tells its place.
	return ("\n"):rep(block.line) .. table.concat(lines, "\n"), checks
end

--- Runs a block and tells how many values were asserted.
local function run(file, block)
	local code, checks = code_of(block)
	local globals = setmetatable({ __gives = gives }, { __index = _G })
	local chunk, fault = load(code, "@" .. file, "t", globals)
	assert.truthy(chunk, fault)
	chunk()
	return checks
end

for _, page in ipairs({ "MAPPINGS.md", "SETTINGS.md" }) do
	describe(page, function()
		local file = fs.join(STDLIB, page)
		local blocks, checks = blocks_of_page(fs.read(file)), 0
		for _, block in ipairs(blocks) do
			it(("is right in line %d"):format(block.line), function()
				checks = checks + run(file, block)
			end)
		end

		it("shows something", function()
			assert.truthy(#blocks >= 6 and checks >= 2 * #blocks, #blocks .. " blocks, " .. checks)
		end)
	end)
end

local MODULES = {
	"mappings.lua",
	"mappings/catalogue.lua",
	"mappings/document.lua",
	"mappings/selection.lua",
	"mappings/transform.lua",
	"settings.lua",
	"suggesting.lua",
}

describe("the header of", function()
	for _, module in ipairs(MODULES) do
		it(module .. " is right", function()
			local file = fs.join(STDLIB, module)
			local page, lines = page_of_module(fs.read(file))
			local blocks = blocks_of_page(page)
			blocks[#blocks + 1] = header_block(lines)
			assert.truthy(#blocks > 0)
			for _, block in ipairs(blocks) do
				run(file, block)
			end
		end)
	end
end)
