--- Where the capture of changes begins, as a typed value: a time, a checkpoint, or the position in the
--- source's own log. Each function checks its form at once, so that a slip is an error in the script
--- and not a task that fails, or skips changes, at night.
---
--- ```lua
--- local cdc = require "cdc"
--- tostring(cdc.at "2025-03-08T12:12:12Z") --> "2025-03-08T12:12:12"
--- tostring(cdc.at(1741435932)) --> "2025-03-08T12:12:12"
--- cdc.at(1741435932000) --> error: these are milliseconds; DMS counts seconds: cdc.at(1741435932)
--- tostring(cdc.binlog { file = "mysql-bin.000024", position = 373 }) --> "mysql-bin.000024:373"
--- tostring(cdc.lsn "4AF/B00000D0") --> "4AF/B00000D0"
--- tostring(cdc.scn(44219304)) --> "44219304"
--- cdc.parse("mysql-bin.000024:373").sort --> "binlog"
--- cdc.problem(cdc.at "2025-03-08T12:12:12Z", "postgres") --> "PostgreSQL has no start by a time: its log knows none"
--- ```
---
--- A migration's task for changes takes it as `cdc = { start = cdc.at "…" }`, the kind `dms.task` as its
--- property `cdc_start`, and the verb as `start cdc --from POSITION`. What DMS wrote down of a task
--- that is gone is in the ledger: see `ledger`, and `start cdc --from ledger`.

local dms = require "dms"
local errors = require "errors"
local host = require "host"
local suggest = require "suggest"
local times = require "cdc.times"

local cdc = {}

---@alias cdc.Sort "time"|"checkpoint"|"binlog"|"lsn"|"scn"|"native"

---@class cdc.Position
---@field sort cdc.Sort
---@field text string as DMS takes it
local Position = {}

local META = {
	__index = Position,
	__name = "position",
	__tostring = function(position)
		return position.text
	end,
	__eq = function(a, b)
		return a.sort == b.sort and a.text == b.text
	end,
}

local function made(sort, text)
	return setmetatable({ sort = sort, text = text }, META)
end

local function shown(value)
	return type(value) == "string" and ("%q"):format(value) or tostring(value)
end

local function refuse(what, hint)
	errors.raise {
		summary = "Not a position to start from",
		what = what,
		hints = hint and { hint } or nil,
		at = host.where(),
		exit = "usage",
	}
end

--- From a time: text with its zone, or seconds since 1970. Not for PostgreSQL.
---@param when string|number
---@return cdc.Position
function cdc.at(when)
	local epoch, what, hint = times.seconds_of(when)
	if not epoch then
		refuse(what, hint)
	end
	---@cast epoch number
	return made("time", times.stamp(epoch))
end

local function checkpoint_problem(text)
	if type(text) ~= "string" then
		return ("a checkpoint is text, got a %s"):format(type(text))
	elseif not text:find "^checkpoint:V%d+#" then
		local hint
		if text:find "^V%d+#" then
			hint = ("with its first word: checkpoint:%s"):format(text)
		end
		return ("%s is no checkpoint; one begins with checkpoint:V1#"):format(shown(text)), hint
	elseif text:find "%s" then
		return "a checkpoint has no blanks: it was broken when it was copied"
	elseif select(2, text:gsub("#", "#")) < 5 then
		return ("%s is cut off: a checkpoint has six parts between #"):format(shown(text)),
			"the ledger has it whole: the verb `checkpoints`"
	end
end

--- From where a task had come: the recovery checkpoint that DMS shows of it, whole.
---
--- ```lua
--- local cdc = require "cdc"
--- cdc.checkpoint("checkpoint:V1#27#bin.1:5:-1:5:7:bin.1:4#0#0#*#0#93").sort --> "checkpoint"
--- cdc.checkpoint "checkpoint:V1#27" --> error: is cut off
--- ```
---@param text string
---@return cdc.Position
function cdc.checkpoint(text)
	local what, hint = checkpoint_problem(text)
	if what then
		refuse(what, hint)
	end
	return made("checkpoint", text)
end

--- The largest position in a binary log that DMS reads: 4 GB.
local BINLOG = 4294967296

local function binlog_problem(file, position)
	if type(file) ~= "string" or not file:find "^[%w%._%-]+%.%d%d%d+$" then
		return ("%s is no file of a binary log; its name ends in a dot and its number"):format(
			shown(file)
		)
	elseif math.type(position) ~= "integer" then
		return ("the position in %s must be a whole number, got %s"):format(file, shown(position))
	elseif position < 4 then
		return ("position %d lies before the first event; a binary log begins at 4"):format(
			position
		)
	elseif position > BINLOG then
		return ("position %d lies beyond 4 GB, and DMS reads no larger binary logs"):format(
			position
		)
	end
end

---@class cdc.Binlog
---@field file string such as mysql-bin-changelog.000024
---@field position integer what SHOW MASTER STATUS calls Position

--- From a place in the binary log of MySQL or MariaDB: `{ file =, position = }`, or `file:position`.
---@param place cdc.Binlog|string
---@return cdc.Position
function cdc.binlog(place)
	local file, position
	if type(place) == "string" then
		file, position = place:match "^(.*):(%d+)$"
		position = math.tointeger(position)
		if not file then
			refuse(
				("%s is no place in a binary log"):format(shown(place)),
				'cdc.binlog { file = "FILE", position = POSITION }'
			)
		end
	elseif type(place) == "table" then
		---@cast place table
		for key in pairs(place) do
			if key ~= "file" and key ~= "position" then
				refuse(
					("a place in a binary log has no %q"):format(tostring(key)),
					suggest.did_you_mean(tostring(key), { "file", "position" })
						or "it has file and position"
				)
			end
		end
		file, position = place.file, place.position
	else
		refuse(
			("a table is wanted, got a %s"):format(type(place)),
			'cdc.binlog { file = "FILE", position = POSITION }'
		)
	end
	local what = binlog_problem(file, position)
	if what then
		refuse(what)
	end
	return made("binlog", ("%s:%d"):format(file, position))
end

--- `00000032:00000108:0001` of SQL Server, from the digits of its functions as well.
local function sqlserver_lsn(text)
	local a, b, c = text:match "^(%x+):(%x+):(%x+)$"
	if a and #a <= 8 and #b <= 8 and #c <= 4 then
		return text
	end
	local digits = text:match "^0[xX](%x+)$"
	if digits and #digits == 20 then
		return ("%s:%s:%s"):format(digits:sub(1, 8), digits:sub(9, 16), digits:sub(17)):lower()
	end
end

local function postgres_lsn(text)
	local high, low = text:match "^(%x+)/(%x+)$"
	return high ~= nil and #high <= 8 and #low <= 8
end

--- From a log sequence number: `4AF/B00000D0` of PostgreSQL, whose slot the endpoint must name, or
--- `00000032:00000108:0001` of SQL Server (also as `0x` and 20 digits, as its functions give it).
---
--- ```lua
--- local cdc = require "cdc"
--- tostring(cdc.lsn "0x0000002F000001330040") --> "0000002f:00000133:0040"
--- cdc.lsn "4AF" --> error: is no log sequence number
--- ```
---@param text string
---@return cdc.Position
function cdc.lsn(text)
	if type(text) == "string" then
		if postgres_lsn(text) then
			return made("lsn", text)
		end
		local own = sqlserver_lsn(text)
		if own then
			return made("lsn", own)
		end
	end
	refuse(
		("%s is no log sequence number"):format(shown(text)),
		"PostgreSQL writes XXXXXXXX/XXXXXXXX, SQL Server XXXXXXXX:XXXXXXXX:XXXX, in hexadecimal digits"
	)
	---@diagnostic disable-next-line: missing-return -- it raises
end

--- From a system change number of Oracle.
---@param number integer|string
---@return cdc.Position
function cdc.scn(number)
	local text = math.type(number) == "integer" and tostring(number) or number
	if type(text) ~= "string" or not text:find "^%d+$" or text:find "^0+$" then
		refuse(
			("%s is no system change number"):format(shown(number)),
			"it is a whole number: SELECT current_scn FROM v$database"
		)
	end
	return made("scn", text)
end

--- From a position in a form that this version does not know. It is not checked.
---@param text string
---@return cdc.Position
function cdc.native(text)
	if type(text) ~= "string" or text == "" then
		refuse(("a position is text, got %s"):format(shown(text)))
	end
	return made("native", text)
end

--- What a text may begin with to say what it is.
---@type table<string, fun(rest: string): cdc.Position>
local PREFIXES = {
	time = cdc.at,
	binlog = cdc.binlog,
	lsn = cdc.lsn,
	scn = cdc.scn,
	native = cdc.native,
}

--- Near misses, each with what was probably meant.
local NEAR = {
	{ "^%d%d%d%d%d%d%d%d%d%d%d%d%d$", "milliseconds since 1970 begin with time:" },
	{ "^checkpoint", "a checkpoint begins with checkpoint:V1#" },
	{ "^ledg", "the last checkpoint that was kept: --from ledger" },
	{ "%.%d+[/ ,]%d+$", "a place in a binary log is file:position" },
	{ "^%d+[/%.]%d+[/%.]%d+", ("a time is %s, in UTC"):format(times.FORM) },
	{ "^%x+/", "a PostgreSQL LSN is XXXXXXXX/XXXXXXXX" },
	{ "^%d%d%d%d%-", ("a time is %s, in UTC"):format(times.FORM) },
}

--- A position from text, as it stands on a command line. What it is shows in its form; a number alone
--- may be a time or an SCN, so the engine of the source decides, or a word before it: `time:`, `scn:`,
--- `lsn:`, `binlog:`.
---
--- ```lua
--- local cdc = require "cdc"
--- cdc.parse("2025-03-08T12:12:12Z").sort --> "time"
--- cdc.parse("44219304", "oracle").sort --> "scn"
--- cdc.parse("time:1741435932", "oracle").text --> "2025-03-08T12:12:12"
--- cdc.parse("4AF/B00000D0", "postgres").sort --> "lsn"
--- ```
---@param text string
---@param engine? string the source's, such as mysql
---@return cdc.Position
function cdc.parse(text, engine)
	if type(text) ~= "string" or text == "" then
		refuse(("a position is text, got %s"):format(shown(text)))
	end
	if text:find "^checkpoint:" then
		return cdc.checkpoint(text)
	end
	local word, rest = text:match "^(%l+):(.+)$"
	if word and PREFIXES[word] then
		---@diagnostic disable-next-line: param-type-mismatch -- what has a word has a rest
		return PREFIXES[word](rest)
	end
	local known = engine and dms.engine(engine)
	local family = known and known.family
	if text:find "^%d+$" then
		if family == "oracle" then
			return cdc.scn(text)
		elseif not engine then
			refuse(
				("%s may be a time or an SCN"):format(text),
				("say which: time:%s or scn:%s"):format(text, text)
			)
		end
		return cdc.at(text)
	elseif text:find "^%d%d%d%d%-%d%d%-%d%d" then
		return cdc.at(text)
	elseif postgres_lsn(text) or sqlserver_lsn(text) then
		return cdc.lsn(text)
	elseif text:find "^[%w%._%-]+%.%d%d%d+:%d+$" then
		return cdc.binlog(text)
	end
	local hint
	for _, near in ipairs(NEAR) do
		if not hint and text:find(near[1]) then
			hint = near[2]
		end
	end
	refuse(
		("%s is neither a time, a checkpoint nor a position of an engine"):format(shown(text)),
		hint
			or ("a position is %s in UTC, checkpoint:V1#…, FILE:POSITION of a binary log, an LSN, scn:NUMBER, or ledger"):format(
				times.FORM
			)
	)
	---@diagnostic disable-next-line: missing-return -- it raises
end

--- Which positions of its own a family of engines has, and how they are written.
---@type table<string, { sort: cdc.Sort, fits: (fun(text: string): any), form: string }>
local NATIVE = {
	mysql = {
		sort = "binlog",
		fits = function(text)
			local file, position = text:match "^(.*):(%d+)$"
			return file and not binlog_problem(file, math.tointeger(position))
		end,
		form = "file:position of its binary log",
	},
	postgres = { sort = "lsn", fits = postgres_lsn, form = "an LSN, XXXXXXXX/XXXXXXXX" },
	oracle = {
		sort = "scn",
		fits = function(text)
			return text:find "^%d+$" ~= nil
		end,
		form = "an SCN, a whole number",
	},
	sql_server = {
		sort = "lsn",
		fits = sqlserver_lsn,
		form = "an LSN, XXXXXXXX:XXXXXXXX:XXXX",
	},
}

--- A position that a script or a document gave, typed: ours, a copy of one, or text.
---@param value any
---@param engine? string
---@return cdc.Position
function cdc.of(value, engine)
	if type(value) == "table" and type(value.sort) == "string" and type(value.text) == "string" then
		return made(value.sort, value.text)
	elseif type(value) == "string" then
		return cdc.parse(value, engine)
	end
	refuse(
		("a position is wanted, got a %s"):format(type(value)),
		"cdc.at, cdc.checkpoint, cdc.binlog, cdc.lsn and cdc.scn of the module cdc make one"
	)
	---@diagnostic disable-next-line: missing-return -- it raises
end

--- Why a position can't be one to start from with an engine as the source; nil where it can.
---@param position cdc.Position
---@param engine string such as mysql
---@return string?
function cdc.problem(position, engine)
	local known = dms.engine(engine)
	if not known then
		return nil
	end
	local native = NATIVE[known.family]
	if not known.captures_changes then
		return ("DMS captures no changes from %s"):format(known.label)
	elseif position.sort == "time" then
		if known.family == "postgres" then
			return "PostgreSQL has no start by a time: its log knows none"
		end
		return nil
	elseif position.sort == "native" then
		return nil
	elseif not native then
		return ("%s has no positions of its own to start from; a time is what it takes"):format(
			known.label
		)
	elseif position.sort == "checkpoint" then
		return nil
	elseif position.sort ~= native.sort or not native.fits(position.text) then
		return ("%s is no position of %s, which takes %s"):format(
			position.text,
			known.label,
			native.form
		)
	end
end

--- Why a task can't be started from a position now; nil where it can.
---@param position cdc.Position
---@return string?
function cdc.passed(position)
	return position.sort == "time" and times.ahead(position.text) or nil
end

--- The members of a request that start from a position.
---@param position cdc.Position
---@return { cdc_start_time?: string, cdc_start_position?: string }
function cdc.request(position)
	if position.sort == "time" then
		return { cdc_start_time = position.text .. "Z" }
	end
	return { cdc_start_position = position.text }
end

--- Whether a value is a position.
---@param value any
---@return boolean
function cdc.is(value)
	return getmetatable(value) == META
end

return cdc
