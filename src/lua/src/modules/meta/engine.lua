---@meta engine

--- The plan, its application and the journal, for `stack`. Scripts use `stack`; this is its machine:
--- plans and applies are handles, and tables describe them. Nothing here calls AWS.
---
--- ```lua
--- local engine = require "engine"
--- engine.copy({ a = { 1, 2 } }, "value") --> { a = { 1, 2 } }
--- engine.fingerprint("salt", { a = 1 }) == engine.fingerprint("salt", { a = 1 }) --> true
--- local vpc = engine.reference("ec2.vpc", "main", "vpc_id")
--- tostring(vpc) --> error: known only after apply
--- ```
---@class engine
local engine = {}

---@class engine.Plan: userdata
---@class engine.Apply: userdata
---@class engine.Journal: userdata
---@class engine.Hold: userdata

---@class engine.Intent
---@field resource string such as `ec2.vpc/main`
---@field action string
---@field generation? integer
---@field properties? table
---@field physical? string

--- Another resource's output, known after apply.
---@param kind string
---@param id string
---@param output string
---@return userdata
function engine.reference(kind, id, output) end

--- A deep copy of a value, as it would be sent; what can't be is an error with its path.
---@generic T
---@param value T
---@param path string
---@return T
function engine.copy(value, path) end

--- A digest of a value that tells a change, and nothing of a secret in it.
---@param salt string
---@param value any
---@return string
function engine.fingerprint(salt, value) end

--- The plan from what is declared and what is live.
---@param request table
---@param compare? function
---@return engine.Plan
function engine.plan(request, compare) end

--- Notes what a step will do to people and data.
---@param plan engine.Plan
---@param step integer
---@param effect? string
---@param loses? string
function engine.annotate(plan, step, effect, loses) end

--- The steps of a plan.
---@param plan engine.Plan
---@return table[]
function engine.steps(plan) end

--- A plan as text: its headline, its lines.
---@param plan engine.Plan
---@param full? boolean
---@return table
function engine.show(plan, full) end

--- A plan as data.
---@param plan engine.Plan
---@return table
function engine.json(plan) end

--- The outputs of a plan, or of an apply as far as it has come.
---@param handle engine.Plan|engine.Apply
---@return table
function engine.outputs(handle) end

--- The resources that the references in a value point at, as `kind/id`.
---@param value any
---@return string[]
function engine.targets(value) end

--- A value with its references filled in; and whether all of it is known.
---@param handle engine.Plan|engine.Apply
---@param value any
---@return any value
---@return boolean known
function engine.value(handle, value) end

--- Whether a plan has changes, what it leaves as it is, and what it keeps.
---@param plan engine.Plan
---@return table
function engine.about(plan) end

--- Begins to apply a plan.
---@param plan engine.Plan
---@return engine.Apply
function engine.apply(plan) end

--- The next job that may begin; nil where none may now.
---@param apply engine.Apply
---@param now number
---@return table?
function engine.take(apply, now) end

--- A job's properties with every reference filled in, and whether it is still needed. An update of which
--- the plan said that it may be a replacement says by `replaces` that it is one: the next generation is to
--- be made, and the old one has a job of its own.
---@param apply engine.Apply
---@param job integer
---@param compare? function
---@return { needed: boolean, replaces: boolean, properties: table, changes: table }
function engine.resolve(apply, job, compare) end

--- What was read back against what was sent: a line for each difference.
---@param plan engine.Plan
---@param step integer
---@param sent table
---@param live table
---@param compare? function
---@return string[]
function engine.verify(plan, step, sent, live, compare) end

--- A job has ended well.
---@param apply engine.Apply
---@param job integer
---@param outputs table
---@param now number
function engine.finished(apply, job, outputs, now) end

--- A job has failed.
---@param apply engine.Apply
---@param job integer
---@param message string
---@param now number
function engine.failed(apply, job, message, now) end

--- A job turned out not to be needed.
---@param apply engine.Apply
---@param job integer
---@param now number
function engine.unneeded(apply, job, now) end

--- Begins nothing new.
---@param apply engine.Apply
function engine.stop(apply) end

--- How far an apply has come.
---@param apply engine.Apply
---@return table
function engine.status(apply) end

--- Notes how long a job has waited, and how much of that may be due to looking only now and then.
---@param apply engine.Apply
---@param job integer
---@param waited number
---@param lag number
function engine.spent(apply, job, waited, lag) end

--- What an apply took, and its longest chain: `seconds` as it went, `least` had everybody looked at
--- the right moment.
---@param apply engine.Apply
---@return { seconds: number, least: number, chain: string[], timeline: table[] }
function engine.timing(apply) end

--- Opens the journal of a stack.
---@param stack string
---@param name? string of its file, which tells the stack's place apart
---@return engine.Journal
function engine.journal(stack, name) end

--- Writes an intent; it is on the disk when this returns.
---@param journal engine.Journal
---@param intent engine.Intent
---@return table
function engine.intent(journal, intent) end

--- Writes what became of an intent.
---@param journal engine.Journal
---@param id string
---@param outcome table
function engine.result(journal, id, outcome) end

--- The intents of which nobody knows what became.
---@param journal engine.Journal
---@return table[]
function engine.unresolved(journal) end

--- Notes that what was left open is settled.
---@param journal engine.Journal
---@param note string
function engine.settle(journal, note) end

--- Takes the file of a name that one process at a time can hold: the handle, and whether the folder
--- knows such locks at all; or nil and the note of whoever holds it.
---@param name string
---@param folder? string the folder of the state, unless another one is meant
---@return engine.Hold?
---@return boolean|string
function engine.hold(name, folder) end

--- What stands in a file that is held, or writes it.
---@param hold engine.Hold
---@param note? string
---@return string?
function engine.note(hold, note) end

--- Lets a file go; the end of the process does so too.
---@param hold engine.Hold
function engine.unhold(hold) end

--- Who runs this.
---@return { pid: integer, user: string, host: string }
function engine.process() end

return engine
