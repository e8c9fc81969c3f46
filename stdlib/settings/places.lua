--- Where in a script each key of a table was written: the text is scanned as Lua reads it, so that
--- strings, comments and keys of the same name in other sections do not mislead.

local places = {}

---@class settings.Written
---@field path string the key with the tables around it: `settings.FullLoadSettings.CommitRate`
---@field line integer
---@field column integer
---@field width integer
---@field opens integer[] the lines on which the tables around it open
---@field assigned? boolean it is no key of a table, but assigned: `s.Logging.EnableLogging = true`

local function newlines(text, from, to)
	local count, last, at = 0, nil, from
	while true do
		local found = text:find("\n", at, true)
		if not found or found > to then
			return count, last
		end
		count, last, at = count + 1, found, found + 1
	end
end

local Scan = {}
Scan.__index = Scan

--- Goes on to a position, counting lines on the way.
function Scan:move(to)
	local count, last = newlines(self.text, self.at, to - 1)
	self.line = self.line + count
	self.start = last and last + 1 or self.start
	self.at = to
end

--- Goes past a long string or comment that opens at `from`; false where none does.
function Scan:long(from)
	local level = self.text:match("^%[(=*)%[", from)
	if not level then
		return false
	end
	local _, close = self.text:find("]" .. level .. "]", from, true)
	self:move((close or #self.text) + 1)
	return true
end

--- Goes past blanks and comments.
function Scan:blanks()
	while true do
		local _, blank = self.text:find("^%s+", self.at)
		if blank then
			self:move(blank + 1)
		elseif self.text:find("^%-%-", self.at) then
			if not self:long(self.at + 2) then
				local stop = self.text:find("\n", self.at, true)
				self:move(stop or #self.text + 1)
			end
		else
			return
		end
	end
end

--- Goes past a string in quotes and gives what is between them.
function Scan:quoted(quote)
	local at = self.at + 1
	while at <= #self.text do
		local char = self.text:sub(at, at)
		if char == "\\" then
			at = at + 2
		elseif char == quote or char == "\n" then
			break
		else
			at = at + 1
		end
	end
	local inner = self.text:sub(self.at + 1, at - 1)
	self:move(at + 1)
	return inner
end

local function top(self)
	return self.frames[#self.frames]
end

--- Notes a key and makes it the way to the table that may follow.
function Scan:note(path, line, column, width)
	local frame, opens = top(self), {}
	for _, around in ipairs(self.frames) do
		if around.kind == "{" then
			opens[#opens + 1] = around.line
		end
	end
	self.found[#self.found + 1] = {
		path = path,
		line = line,
		column = column,
		width = width,
		opens = opens,
		assigned = frame.kind ~= "{",
	}
	frame.next, frame.fresh = path, false
end

local function joined(before, key)
	return before == "" and key or before .. "." .. key
end

--- Whether `=` follows, and not `==`.
function Scan:assigns()
	self:blanks()
	if self.text:find("^=[^=]", self.at) then
		self:move(self.at + 1)
		return true
	end
	return false
end

--- A name: a key where `=` follows; outside of tables, a chain such as `s.Logging.EnableLogging`.
function Scan:name(name)
	local line, column = self.line, self.at - self.start + 1
	self:move(self.at + #name)
	local frame, path, width = top(self), name, #name
	if frame.kind ~= "{" then
		while true do
			local dot, key = self.text:match("^%s*()%.([%a_][%w_]*)", self.at)
			if not key then
				break
			end
			self:move(dot + 1)
			line, column, width = self.line, self.at - self.start + 1, #key
			self:move(self.at + #key)
			path = joined(path, key)
		end
		if self:assigns() then
			self:note(path, line, column, width)
		end
	elseif frame.fresh and self:assigns() then
		self:note(joined(frame.path, name), line, column, width)
	else
		self:item()
	end
end

--- The value of a list: its place in it is the way to what it holds.
function Scan:item()
	local frame = top(self)
	if frame.kind == "{" and frame.fresh then
		frame.next = ("%s[%d]"):format(frame.path, frame.count)
		frame.count, frame.fresh = frame.count + 1, false
	end
end

--- A key in brackets, or an index.
function Scan:bracket()
	local frame = top(self)
	local line, column = self.line, self.at - self.start + 1
	if frame.kind == "{" and frame.fresh then
		local key, stop = self.text:match("^%[%s*[\"']([^\"'\n]*)[\"']%s*%]()", self.at)
		if key then
			self:move(stop)
			if self:assigns() then
				self:note(joined(frame.path, key), line, column, stop - self.at + #key + 4)
				self.found[#self.found].width = #key + 4
			end
			return
		end
	end
	self:move(self.at + 1)
	self.frames[#self.frames + 1] = { kind = "[", path = "", count = 0 }
end

function Scan:open(kind)
	self:item()
	local frame = top(self)
	local path = kind == "{" and frame.next or ""
	self.frames[#self.frames + 1] =
		{ kind = kind, path = path, count = 0, fresh = true, line = self.line }
	frame.next = nil
	self:move(self.at + 1)
end

function Scan:close()
	if #self.frames > 1 then
		self.frames[#self.frames] = nil
	end
	self:move(self.at + 1)
end

--- One step over the text.
function Scan:step()
	local char = self.text:sub(self.at, self.at)
	local name = self.text:match("^[%a_][%w_]*", self.at)
	if name then
		self:name(name)
	elseif char == '"' or char == "'" then
		self:item()
		self:quoted(char)
	elseif char == "{" or char == "(" then
		self:open(char)
	elseif char == "}" or char == ")" or char == "]" then
		self:close()
	elseif char == "[" then
		if not self:long(self.at) then
			self:bracket()
		end
	elseif char == "," or char == ";" then
		local frame = top(self)
		frame.fresh, frame.next = true, nil
		self:move(self.at + 1)
	else
		self:item()
		self:move(self.at + 1)
	end
end

--- Every key that the text of a script writes, in its order.
---@param text string
---@return settings.Written[]
function places.scan(text)
	local scan = setmetatable({
		text = text,
		at = 1,
		line = 1,
		start = 1,
		found = {},
		frames = { { kind = "", path = "", count = 0 } },
	}, Scan)
	scan:blanks()
	while scan.at <= #text do
		scan:step()
		scan:blanks()
	end
	return scan.found
end

--- The steps of a path, the last first.
local function steps(path)
	local list = {}
	for step in path:gmatch "[^.%[%]]+" do
		table.insert(list, 1, step)
	end
	return list
end

--- How many steps from their ends on two paths have in common.
---@return integer
local function likeness(written, wanted)
	---@type integer
	local count = 0
	for index, step in ipairs(steps(written)) do
		if wanted[index] ~= step then
			break
		end
		count = index
	end
	return count
end

--- How good a written key is for a wanted one; nil where it has nothing to do with it. The whole
--- path in the table that is built on the line counts most, then what stands above it, the nearest
--- first, then what stands below.
local function rank(written, wanted, from)
	local like = likeness(written.path, wanted)
	if like == 0 or written.assigned then
		return nil
	end
	local here = false
	for _, line in ipairs(written.opens) do
		here = here or line == from or line == from + 1
	end
	local below = written.line >= from
	if here and like == #wanted then
		return 3e6 - written.line
	elseif below then
		return like * 1e4 - (written.line - from)
	end
	return 2e6 + (written.line - from)
end

--- The key of a path in the table that is built on a line, or in a table above or below that went
--- into it.
---@param found settings.Written[]
---@param path string
---@param from integer
---@return settings.Written|nil
function places.find(found, path, from)
	local best, best_rank
	local wanted = steps(path)
	for _, written in ipairs(found) do
		local ranked = rank(written, wanted, from)
		if ranked and (not best or ranked > best_rank) then
			best, best_rank = written, ranked
		end
	end
	return best
end

--- Where a path was assigned below a line, by the last assignment.
---@param found settings.Written[]
---@param path string
---@param from integer
---@return settings.Written|nil
function places.assigned(found, path, from)
	local wanted, best = steps(path), nil
	for _, written in ipairs(found) do
		if
			written.assigned
			and written.line >= from
			and likeness(written.path, wanted) == #wanted
		then
			best = written
		end
	end
	return best
end

return places
