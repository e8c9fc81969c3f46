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
	"adopt",
	"forget",
	"destroy",
	"help",
}

--- What a run without a verb is, in the shape of one.
local MAIN = {
	summary = "check, deploy, test the connections, start, watch until caught up, report",
	takes = { "plan", "timing" },
	run = function(m)
		require("migration.run").run(m)
	end,
}

--- A verb, loaded when it is asked for; `""` is a run without one.
---@param name string
---@return stack.Verb
function verbs.get(name)
	return name == "" and MAIN or require("migration.verbs." .. name)
end

--- All of them by name.
---@return table<string, stack.Verb>
function verbs.all()
	local all = { [""] = MAIN }
	for _, name in ipairs(verbs.names) do
		all[name] = verbs.get(name)
	end
	return all
end

return verbs
