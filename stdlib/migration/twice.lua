--- Two tasks that carry the same tables apply every change twice: refused wherever a task is started.

local approval = require "migration.approval"
local errors = require "errors"

local twice = {}

--- Refuses to start one task while the other one runs on the same tables.
---@param m migration.Migration
---@param found migration.Live
---@param id "migration"|"cdc"
function twice.refuse(m, found, id)
	local other = id == "cdc" and "migration" or "cdc"
	local task = found.tasks[other]
	if not (task and task.status == "running" and m:share_tables()) or approval.allowed "twice" then
		return
	end
	errors.raise {
		summary = "Two tasks would carry the same tables",
		what = ("%s is running, and %q has the same tables: every change would be applied twice"):format(
			task.replication_task_identifier,
			id
		),
		hints = {
			{ "Stop the other one first:", command = m:command("stop " .. other) },
			{ "If the targets differ:", command = m:command("start " .. id) .. " --allow twice" },
		},
		at = false,
	}
end

--- Refuses a plan that starts one task while the other one runs on the same tables, because the script
--- declares it as running.
---@param m migration.Migration
---@param plan stack.Plan
function twice.refuse_plan(m, plan)
	if not m:share_tables() or approval.allowed "twice" then
		return
	end
	local runs = {}
	for _, one in ipairs(plan.live) do
		if one.kind == "dms.task" then
			local state = one.properties.state
			runs[one.id] = state == "running" or state == "starting"
		end
	end
	for _, task in ipairs(m.tasks) do
		local other = task.id == "cdc" and "migration" or "cdc"
		if task.state == "running" and not runs[task.id] and runs[other] then
			errors.raise {
				summary = "Two tasks would carry the same tables",
				what = ("the script declares %q as running, and %q runs and has the same tables: every change would be applied twice"):format(
					task.id,
					other
				),
				why = "nothing was changed",
				hints = {
					{ "Stop the other one first:", command = m:command("stop " .. other) },
					{ "If the targets differ:", command = m:command "deploy" .. " --allow twice" },
				},
				at = m.place,
			}
		end
	end
end

return twice
