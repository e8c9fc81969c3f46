-- The entries of a session, compiled so that their locals live on: each entry is a function whose
-- upvalues are joined with the cells of the locals before it. So a closure of an early entry and a
-- later entry share one variable, a new `local x` shadows the old one, and constants stay constant.
local KEEP = ...
local getupvalue, upvaluejoin = debug.getupvalue, debug.upvaluejoin
local getlocal, setlocal, getinfo = debug.getlocal, debug.setlocal, debug.getinfo
local getmetatable, load, error, pcall, type = getmetatable, load, error, pcall, type
local pack, unpack, concat, sort = table.pack, table.unpack, table.concat, table.sort
local create, running, resume = coroutine.create, coroutine.running, coroutine.resume
local setupvalue, setmetatable, ipairs, next = debug.setupvalue, setmetatable, ipairs, next

local session = {}
session.__index = session

--- A session without locals.
function session.new()
	return setmetatable({ cells = {}, closing = {} }, session)
end

local function index_of(f, name)
	for index = 1, 255 do
		local found = getupvalue(f, index)
		if found == nil then
			return nil
		end
		if found == name then
			return index
		end
	end
end

--- A cell of its own, for a value that has none.
local function cell_of(value)
	return {
		getter = function()
			return value
		end,
		index = 1,
	}
end

local function closable(value)
	local meta = getmetatable(value)
	return type(meta) == "table" and meta.__close ~= nil
end

function session:keep(getter, names, attributes)
	local values
	for index = 1, #names do
		local name = names[index]
		local at = index_of(getter, name)
		local cell = at and { getter = getter, index = at }
		if not cell then
			-- A constant that the compiler folded away.
			values = values or pack(getter())
			cell = cell_of(values[index])
		end
		cell.const = attributes[name] ~= nil
		if attributes[name] == "close" then
			local _, value = getupvalue(cell.getter, cell.index)
			if value ~= nil and value ~= false then
				if not closable(value) then
					error(("variable '%s' got a non-closable value"):format(name), 3)
				end
				self.closing[#self.closing + 1] = value
			end
		end
		self.cells[name] = cell
	end
end

--- The function of an entry, or nil and Lua's complaint. `names` are the names in it.
function session:compile(text, chunk, names)
	local used, head = {}, { "local " .. KEEP }
	for _, name in ipairs(names) do
		local cell = self.cells[name]
		if cell then
			used[#used + 1] = name
			head[#head + 1] = name .. (cell.const and " <const>" or "")
		end
	end
	local source = concat(head, ", ") .. " = ...; return function(...) " .. text .. "\nend"
	local make, complaint = load(source, "=" .. chunk, "t", self.env or _G)
	if not make then
		return nil, complaint
	end
	local entry = make(function(getter, declared, attributes)
		self:keep(getter, declared, attributes)
	end)
	local varargs = self.varargs
	for _, name in ipairs(used) do
		local index = index_of(entry, name)
		if index then
			local cell = self.cells[name]
			upvaluejoin(entry, index, cell.getter, cell.index)
		end
	end
	if varargs then
		-- `...` is what the function of the frame was given.
		return function()
			return entry(unpack(varargs, 1, varargs.n))
		end
	end
	return entry
end

--- The names of the locals, sorted.
function session:names()
	local names = {}
	for name in next, self.cells do
		names[#names + 1] = name
	end
	sort(names)
	return names
end

--- The value of a local, and whether there is one.
function session:get(name)
	local cell = self.cells[name]
	if not cell then
		return nil, false
	end
	local _, value = getupvalue(cell.getter, cell.index)
	return value, true
end

--- The function that another one only checks the arguments of: its upvalue `body`.
function session.body(f)
	local index = index_of(f, "body")
	local _, body = getupvalue(f, index or 0)
	return type(body) == "function" and body or nil
end

--- Closes what was declared with <close>, the last first; the faults of closing come back.
function session:close()
	local faults = {}
	for index = #self.closing, 1, -1 do
		local value = self.closing[index]
		self.closing[index] = nil
		local ok, fault = pcall(function()
			getmetatable(value).__close(value, nil)
		end)
		if not ok then
			faults[#faults + 1] = fault
		end
	end
	return faults
end

--- The level of a function in a coroutine whose top is the caller of this chunk.
local function level_of(thread, f)
	for level = 0, 200 do
		local info = getinfo(thread, level, "f")
		if not info then
			return nil
		end
		if info.func == f then
			return level
		end
	end
end

--- Opens a session at a frame: its locals and upvalues are the session's. The frame is `level`
--- functions above the caller. Locals on the stack have no cell that could be shared: they are read
--- before an entry and written back behind it. `run` gets the session and the place.
function session.at(level, fallback, run)
	local thread = running()
	local frame = getinfo(level + 1, "fSl")
	local me = setmetatable({ cells = {}, closing = {}, stack = {}, folded = {} }, session)
	local base = _G
	for index = 1, 255 do
		local name = getupvalue(frame.func, index)
		if not name then
			break
		end
		if name == "_ENV" then
			local _, value = getupvalue(frame.func, index)
			base = value
		elseif name:find "^[%a_]" then
			me.cells[name] = { getter = frame.func, index = index }
		end
	end
	for index = 1, 255 do
		local name, value = getlocal(level + 1, index)
		if not name then
			break
		end
		if name:find "^[%a_]" then
			local cell = cell_of(value)
			me.cells[name] = cell
			-- Of two locals of one name the later one is seen.
			me.stack[name] = { index = index, cell = cell }
		end
	end
	me.varargs = { n = 0 }
	for index = 1, 255 do
		local name, value = getlocal(level + 1, -index)
		if not name then
			break
		end
		me.varargs[index], me.varargs.n = value, index
	end
	me.thread, me.func = thread, frame.func
	-- The shortcuts are there for entries, and stay out of the script's globals.
	me.env = setmetatable({}, {
		__index = function(_, name)
			local value = base[name]
			if value == nil then
				value = fallback(name)
			end
			return value
		end,
		__newindex = base,
	})
	-- Entries run in a coroutine of their own, so that this one's levels stay what they are.
	local worker = create(run)
	local results = pack(resume(worker, me, frame.source, frame.currentline))
	if not results[1] then
		error(results[2], 0)
	end
	return unpack(results, 2, results.n)
end

--- Adds a constant that is no variable of the frame; what the frame has goes before it.
function session:constant(name, value)
	if not self.cells[name] or self.folded[name] then
		local cell = cell_of(value)
		cell.const = true
		self.cells[name], self.folded[name] = cell, true
	end
end

--- Reads the locals of the frame into their cells.
function session:read_frame()
	local level = self.stack and level_of(self.thread, self.func)
	if not level then
		return
	end
	for _, slot in next, self.stack do
		local _, value = getlocal(self.thread, level, slot.index)
		local f = slot.cell.getter
		setupvalue(f, slot.cell.index, value)
	end
end

--- Writes the cells back into the locals of the frame.
function session:write_frame()
	local level = self.stack and level_of(self.thread, self.func)
	if not level then
		return
	end
	for _, slot in next, self.stack do
		local _, value = getupvalue(slot.cell.getter, slot.cell.index)
		setlocal(self.thread, level, slot.index, value)
	end
end

return session
