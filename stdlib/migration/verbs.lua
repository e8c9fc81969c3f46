--- The verbs of a migration: the one list of them.

local verbs = {}

--- In the order of help.
verbs.names = {
	"plan",
	"deploy",
	"drift",
	"test",
	"start",
	"stop",
	"resume",
	"reload",
	"status",
	"stats",
	"watch",
	"logs",
	"checkpoints",
	"outputs",
	"forget",
	"destroy",
	"help",
}

---@class migration.Verb
---@field summary string what it does, in a line
---@field usage? string its arguments
---@field run fun(m: migration.Migration, command: {verb?: string, options: table, rest: string[]})

--- A verb, loaded when it is asked for.
---@param name string
---@return migration.Verb
function verbs.get(name)
	return require("migration.verbs." .. name)
end

return verbs
