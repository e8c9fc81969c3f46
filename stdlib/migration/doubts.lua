--- Before a task starts without being told where: its checkpoint is kept, and what would be skipped or
--- applied twice is asked about.

local approval = require "migration.approval"
local cdc = require "cdc"
local checkpoints = require "migration.checkpoints"
local gaps = require "migration.gaps"
local host = require "host"
local ledger = require "ledger"
local say = require "migration.say"
local states = require "kinds.support.task_states"
local task_changes = require "kinds.support.task_changes"

local doubts = {}

---@class migration.Doubts
---@field lost string[] what goes wrong
---@field hints table[] how to go on without it

--- Adds what goes wrong when a task starts: a position of one log means nothing in another, nor does one
--- behind which another task has come, and what it brought to one server is not in another.
local function add(all, m, found, one, reading)
	local run = one.task
		and states.has_run(one.task)
		and not one.told
		and ledger.run(m.name, one.task.replication_task_arn)
	local moved = run and ledger.moved(run.source, reading.source.now)
	if moved then
		table.insert(all.lost, ("where %s had come to: %s"):format(one.name, moved))
	end
	local elsewhere = run and ledger.differs(run.target, reading.target.now)
	if elsewhere then
		local text = ("what %s has brought: it is on the %s, and the target is %s now, without those rows"):format(
			one.name,
			elsewhere.was,
			elsewhere.is
		)
		table.insert(all.lost, text)
	end
	local gap = gaps.of(m, found, one, reading)
	if gap then
		table.insert(all.lost, gap.text)
		table.move(gap.hints, 1, #gap.hints, #all.hints + 1, all.hints)
	end
end

--- What is wrong with a start as it is known now.
---@param m migration.Migration
---@param found migration.Live
---@param id string
---@param task table
---@param position? cdc.Position where it is told to begin
---@param where? string the same in words
---@return migration.Doubts
function doubts.of_start(m, found, id, task, position, where)
	local given = task.cdc_start_position or ""
	local all = { lost = {}, hints = {} }
	add(all, m, found, {
		id = id,
		name = task.replication_task_identifier,
		type = task.migration_type,
		task = task,
		position = position and position.text or (given ~= "" and given or nil),
		where = where,
		told = position ~= nil,
	}, checkpoints.reading(m, found))
	return all
end

local function ask(m, all)
	if #all.lost > 0 then
		approval.loss(m, all.lost, "position", m:said(), all.hints)
	end
end

--- Keeps where the tasks have come to, and asks before one of them starts at a place that skips changes,
--- applies them twice, or is of another server's log.
---@param m migration.Migration
---@param found migration.Live
---@param id string
---@param task table
function doubts.mind_start(m, found, id, task)
	checkpoints.keep_all(m, found, "start")
	ask(m, doubts.of_start(m, found, id, task))
end

--- Says what would be asked about.
---@param all migration.Doubts
function doubts.tell(all)
	for index, lost in ipairs(approval.allowed "position" and {} or all.lost) do
		say.wrapped(index == 1 and "Unsafe" or "", lost .. ": it would be asked about")
	end
end

--- Says in a dry run what would be done, and what would be asked about it.
---@param m migration.Migration
---@param found migration.Live
---@param id string
---@param task table
---@param label string
---@param text string
---@return boolean whether it is a dry run
function doubts.would(m, found, id, task, label, text)
	if not say.would(label, text) then
		return false
	end
	doubts.tell(doubts.of_start(m, found, id, task))
	return true
end

--- The tasks that a plan starts or resumes, by id: because that is declared, or after a stop of its own.
---@param m migration.Migration
---@param plan stack.Plan
---@return table<string, boolean>
local function started_by(m, plan)
	---@type table<string, boolean>, table<string, string>
	local started, ids = {}, {}
	---@type table<string, boolean>
	local wanted = {}
	for _, task in ipairs(m.tasks) do
		wanted[task.id] = task.state == "running"
	end
	for _, one in ipairs(plan.live) do
		if one.kind == "dms.task" then
			ids[one.item.raw.replication_task_arn] = one.id
		end
	end
	for _, step in ipairs(plan:with("create", "update", "replace")) do
		local item, state = plan:item(step) or {}, (step.changes or {}).state
		local stays = state and state.to == "stopped"
		if step.kind == "dms.task" and step.action == "create" then
			started[step.id] = true
		elseif step.kind == "dms.task" and item.raw then
			local begins = state and state.to == "running"
			-- One that loads begins anew in another's place; one for changes goes on from there, where it
			-- is declared as running.
			local goes_on = wanted[step.id]
				and item.raw.migration_type == "cdc"
				and (step.action == "replace" or step.may_replace)
			local pauses = states.runs(item.raw)
				and (goes_on or (step.action == "update" and task_changes.need_stop(step.changes)))
			started[step.id] = started[step.id] or begins or (pauses and not stays) or false
		elseif (step.effect or ""):find("interrupts", 1, true) then
			for _, task in ipairs(item.tasks or {}) do
				local id = ids[task.replication_task_arn]
				if id and states.runs(task) then
					started[id] = true
				end
			end
		end
	end
	return started
end

--- What there is of the tasks and the endpoints before a plan is carried out.
local function found_in(plan)
	---@type migration.Live
	local found = { tasks = {} }
	for _, one in ipairs(plan.live) do
		if one.kind == "dms.task" then
			found.tasks[one.id] = one.item.raw
		elseif one.kind == "dms.endpoint" then
			found[one.id] = one.item.raw
		end
	end
	return found
end

--- What the tasks read and write once a plan is carried out: what is configured.
local function reading_of(m, found)
	---@type table<string, migration.Side>
	local reading = {}
	for _, side in ipairs { "source", "target" } do
		local configured = m[side]
		reading[side] = {
			endpoint = found[side],
			now = {
				engine = configured.engine.name,
				server = configured.config.server_name,
				port = configured.port,
			},
		}
	end
	return reading
end

--- What is wrong with the starts of a plan. A stack that is no migration starts nothing.
---@param m migration.Migration
---@param plan stack.Plan
---@return migration.Doubts
function doubts.of_plan(m, plan)
	local all = { lost = {}, hints = {} }
	if not plan.has_changes or plan.destroy or #m.tasks == 0 then
		return all
	end
	local found, started = found_in(plan), started_by(m, plan)
	for _, declared in ipairs(m.tasks) do
		local task = found.tasks[declared.id]
		if started[declared.id] and (task or declared.state == "running") then
			local given = task and (task.cdc_start_position or "") or ""
			local start = declared.start and cdc.of(declared.start).text
			add(all, m, found, {
				id = declared.id,
				name = task and task.replication_task_identifier or declared.id,
				type = declared.migration_type,
				task = task,
				position = start or (given ~= "" and given or nil),
			}, reading_of(m, found))
		end
	end
	return all
end

--- Keeps where the tasks have come to before a plan is carried out, and with which servers.
---@param m migration.Migration
---@param plan stack.Plan
---@param why string
function doubts.keep(m, plan, why)
	local found = found_in(plan)
	for _, declared in ipairs(m.tasks) do
		local task = found.tasks[declared.id]
		if task and states.has_run(task) and not host.options.dry_run then
			checkpoints.keep(m, found, declared.id, task, why)
		end
	end
end

--- Keeps where the tasks have come to before a plan is carried out, and which databases each of them reads
--- and writes; asks before the plan has one of them start at a place that skips changes or applies them
--- twice. A dry run only says it.
---@param m migration.Migration
---@param plan stack.Plan
function doubts.mind_plan(m, plan)
	local all = doubts.of_plan(m, plan)
	if host.options.dry_run then
		doubts.tell(all)
		return
	end
	doubts.keep(m, plan, "deploy")
	ask(m, all)
end

return doubts
