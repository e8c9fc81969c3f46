---@meta host

--- The program that runs the script: its options, its end, and where in the script we are.
---
--- ```lua
--- local host = require "host"
--- host.interrupted() --> false
--- host.checking() --> false
--- host.where().line > 0 --> true
--- host.exit(999) --> error: 999 is no exit code
--- ```
---@class host
---@field version string
---@field script? string the script as the user gave it
---@field options host.Options the options before the script, and those of its verb line
local host = {}

---@class host.Options
---@field config table<string, string> what `-c KEY=VALUE` sets
---@field yes? boolean
---@field allow? string[]
---@field json? boolean
---@field read_only? boolean
---@field dry_run? boolean
---@field detailed_exitcode? boolean
---@field trace? boolean
---@field profile? string
---@field region? string
---@field endpoint_url? string
---@field local_dir? string the folder of the local AWS
---@field out? string where `plan` saves its plan
---@field plan? string the saved plan that `deploy` carries out
---@field require_approval? string "never", "risky" or "any"
---@field timing? boolean
---@field force_unlock? string the lock that is broken
---@field from? string where a task for changes begins

---@class host.Place
---@field file string
---@field line integer
---@field column? integer
---@field word? string a word of that line to mark

---@class host.Line
---@field verb? string
---@field options table
---@field rest string[]

---@class host.Finding
---@field message string
---@field code? string
---@field severity? "error"|"warning"|"note"
---@field path? string
---@field hint? string
---@field file? string
---@field line? integer
---@field column? integer

--- The place in the user's own code that led here; with a level, that many callers up.
---@param level? integer
---@return host.Place?
function host.where(level) end

--- Splits a verb line such as `deploy --yes`; its options become those of the host. Another verb
--- than the valid ones is an error with the nearest.
---@param args string[]
---@param verbs? string[]
---@return host.Line
function host.command_line(args, verbs) end

--- Ends the program, cleaning up.
---@param code? integer 0 to 255
function host.exit(code) end

--- Whether Ctrl-C was pressed: start nothing new.
---@return boolean
function host.interrupted() end

--- Until the end of the block (`local _ <close> = host.graceful()`), the first Ctrl-C stops nothing:
--- the code asks `host.interrupted()` and finishes what it began.
---@return userdata
function host.graceful() end

--- The folder where journals and runs are kept.
---@return string
function host.state_dir() end

--- Whether the script is only being checked: nothing is sent, nothing is written.
---@return boolean
function host.checking() end

--- Hands findings to whoever checks the script. Outside a check they go nowhere.
---@param list host.Finding[]
function host.findings(list) end

--- Hands a document that the script built to whoever checks it. Outside a check it goes nowhere.
---@param document table
function host.built(document) end

--- The tables that the local AWS has behind a server's name; nil elsewhere.
---@param server string
---@return table?
function host.local_catalogue(server) end

--- A token of the form of a UUID, from the host's source of chance.
---@return string
function host.uuid() end

return host
