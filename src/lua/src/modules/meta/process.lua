---@meta process

--- Runs a command. Its arguments are a list and reach it as they are: there is no shell, so nothing
--- needs quotes and nothing can be injected.
---
--- ```lua
--- local process = require "process"
--- local result = process.run({ "cat" }, { stdin = "one\ntwo\n", reads = true })
--- result.code, result.stdout --> 0, "one\ntwo\n"
--- process.run({ "sh", "-c", "exit 3" }, { check = false }).code --> 3
--- process.run { "sh", "-c", "echo no such table >&2; exit 1" } --> error: ended with code 1
--- process.run { "no-such-command" } --> error: there is no command "no-such-command"
--- ```
---
--- The other tasks of `parallel` go on meanwhile. The command always runs in real time, also where
--- the clock is virtual: virtual time stands still until it has ended. Ctrl-C reaches it as in a
--- shell; its end by Ctrl-C is an error. With `--read-only` only what says `reads = true` is run, and
--- with `--dry-run` everything else is only printed.
---@class process
local process = {}

---@class process.Options
---@field stdin? string|secret.Secret what it reads; nothing where it is left out
---@field env? table<string, string|number|secret.Secret|false> variables beside those of the host; false takes one away
---@field cwd? string the folder it runs in
---@field timeout? number|string seconds of real time, or a duration (default "1h"); then it is ended with what it has started
---@field check? boolean an end with another code than 0 is an error (default true)
---@field stream? boolean shows its lines on standard error as they come, without secrets
---@field reads? boolean it changes nothing, so it may run with --read-only and --dry-run
---@field interactive? boolean the terminal is its own: it asks and shows by itself, and nothing is captured

---@class process.Result
---@field ok boolean it ended with code 0
---@field code? integer nil where a signal ended it
---@field signal? integer
---@field stdout string
---@field stderr string
---@field seconds number real time
---@field skipped? boolean a dry run did not run it

--- Runs a command to its end. A secret among the arguments is shown as `***` in messages, but other
--- users of the machine can see it in the list of processes: `env` and `stdin` are better places.
--- Fails where there is no such command (with the nearest name), where it ends with another code
--- than 0 unless `check = false`, by a signal, at the timeout (exit code of a timeout), with more
--- than 64 MB of output, by Ctrl-C, and with `--read-only` unless `reads = true`. The error holds
--- the last lines of what it said, without secrets.
---@param args (string|number|secret.Secret)[] the command, and its arguments
---@param options? process.Options
---@return process.Result
function process.run(args, options) end

--- Where a command is, by PATH; nil where there is none.
---@param name string a name, or a path with a slash in it
---@return string? # the path of a file that may be run
function process.find(name) end

return process
