--- What is said to a run that finds a stack locked: who has it, since when, and what to do.

local engine = require "engine"
local errors = require "errors"
local host = require "host"
local json = require "json"
local locks = require "stack.locks"
local time = require "time"

local locked = {}

---@class stack.Note
---@field process? string
---@field doing? string
---@field since? string
---@field tokens string[] of the locks that may still stand

--- What stands in the file that a run of a folder holds. Whatever is not as a run writes it counts as
--- not there: the file is a hint, and a damaged one must not keep anybody from working.
---@param text any
---@return stack.Note
function locked.note(text)
	local ok, found = pcall(json.decode, text)
	---@type table
	local data = ok and type(found) == "table" and found or {}
	local note = { tokens = {} }
	for _, name in ipairs { "process", "doing", "since" } do
		local value = data[name]
		if type(value) == "string" or math.type(value) == "integer" then
			note[name] = tostring(value)
		end
	end
	for _, token in ipairs(type(data.tokens) == "table" and data.tokens or {}) do
		if type(token) ~= "string" then
			note.tokens = {}
			break
		end
		note.tokens[#note.tokens + 1] = token
	end
	return note
end

--- The command that is run again; one without a command line of its own says so in words.
---@param own { command?: string }
---@param option? string
---@return string
function locked.again(own, option)
	local command = own.command or ("dmsrun %s"):format(host.script or "SCRIPT")
	if not option then
		return command
	end
	-- Before the script or command: there every one of them takes it.
	return "dmsrun " .. option .. " " .. (command:gsub("^dmsrun ", ""))
end

--- A run that may not change anything, before its first change.
---@param own { stack: { name: string }, doing: string, command?: string }
function locked.read_only(own)
	local command = locked.again(own):gsub(" %-%-read%-only", "")
	errors.raise {
		summary = "This run is read-only",
		what = ("%s: %s would change something"):format(own.stack.name, own.doing),
		why = "--read-only was given; nothing was changed",
		hints = { { "To carry it out:", command = command } },
		at = false,
		exit = "usage",
	}
end

--- Another run in the same folder: the system knows that it is alive.
---@param own stack.Guard
---@param text string the note of its file
function locked.here(own, text)
	local note = locked.note(text)
	local pid = note.process
	local whose = pid == tostring(engine.process().pid) and "this very run holds it already"
		or ("another run in this folder (process %s) holds it"):format(pid or "unknown")
	errors.raise {
		summary = "Somebody else is at work on the stack",
		what = ("%s: %s, for: %s, since %s"):format(
			own.stack.name,
			whose,
			note.doing or "something",
			note.since or "a moment ago"
		),
		why = "two runs at once would undo each other's changes; nothing was changed",
		hints = {
			"wait for it to end, or end it with Ctrl-C: it finishes what is under way",
		},
		at = false,
		exit = "locked",
	}
end

--- Another operator, as the lock in the account says.
---@param own stack.Guard
---@param one stack.Lock
function locked.by(own, one)
	local hints = {
		("wait for it to end; were it cut off, its lock would end by itself at %s (in %s)"):format(
			time.format(math.floor(one.expires)),
			time.duration(math.max(0, math.ceil(one.expires - time.epoch())))
		),
		{
			"If that run is known to be gone, break its lock, and no other:",
			command = locked.again(own, "--force-unlock " .. locks.id(one)),
		},
	}
	local given = host.options.force_unlock
	if given then
		table.insert(hints, 1, ("--force-unlock %s names another lock than this one"):format(given))
	end
	errors.raise {
		summary = "Somebody else is at work on the stack",
		what = ("%s is locked by %s"):format(own.stack.name, locks.who(one)),
		why = "two runs at once would undo each other's changes; nothing was changed",
		hints = hints,
		at = false,
		exit = "locked",
	}
end

return locked
