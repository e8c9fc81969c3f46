--- What is left out, or applied a second time, where a task begins or goes on although another one of the
--- same tables has come further, and how to go on without that.

local cdc = require "cdc"
local ledger = require "ledger"
local order = require "cdc.order"
local standing = require "migration.standing"
local states = require "kinds.support.task_states"

local gaps = {}

---@class migration.Gap
---@field text string what goes wrong
---@field hints table[] how to go on without it

---@class migration.Beginning a task that is about to run
---@field id string its name in the script
---@field name string its name at DMS
---@field type string full-load, cdc or full-load-and-cdc
---@field task? table as DMS describes it; nil where it is still to be made
---@field position? string where it is to begin, as DMS takes it; nil where it is told nothing
---@field where? string the same in words
---@field told? boolean whether this start tells it so, whatever its past

--- How a task for changes begins where another one stands; nil where nothing can be offered.
local function from_there(m, one, best, reading)
	if one.task and states.runs(one.task) then
		return nil
	end
	local moved = best.entry and ledger.moved(best.entry.source, reading.source.now)
	if best.checkpoint and not moved then
		return one.task
				and {
					"To go on from there:",
					command = m:command(("start %s --from ledger"):format(one.id)),
				}
			or {
				("To go on from there, say so in the script, beside its state: cdc = { start = %q }"):format(
					best.checkpoint
				),
			}
	end
	local problem = cdc.problem(cdc.at(best.date), m.source.engine.name)
	if problem then
		return {
			("%s: begin with a position of its log, start %s --from POSITION"):format(
				problem,
				one.id
			),
		}
	elseif not one.task then
		return {
			("To begin there, say so in the script, beside its state: cdc = { start = %q }"):format(
				best.date
			),
		}
	end
	return {
		moved
				and "To begin at that time in the log of the source that is now; earlier, if it lagged behind:"
			or best.began and "To begin there:"
			or "To begin at that time; earlier, if it lagged behind:",
		command = m:command(("start %s --from %s"):format(one.id, best.date)),
	}
end

--- What is said of tables that are not whole.
local function of_half_loaded(m, found, one)
	local loads = standing.half_loaded(m, found, one.id)
	local there = found.tasks.migration
	local verb = there and states.has_run(there) and "resume migration" or "start migration"
	return loads
		and {
			text = ("rows: %s has not loaded its tables to the end, and %s would apply changes to tables that are not whole"):format(
				loads,
				one.name
			),
			hints = { { "To load them first:", command = m:command(verb) } },
		}
end

--- What is said of a target that is another server than where the tables were brought.
local function of_another_target(best, one, reading)
	local other = best.entry and ledger.differs(best.entry.target, reading.target.now)
	return other
		and {
			text = ("what %s has brought: it is on the %s, and %s would go on in %s, without those rows"):format(
				best.name,
				other.was,
				one.name,
				other.is
			),
			hints = {},
		}
end

--- Before the first start of a task for changes that is told nothing: it begins with what changes from
--- then on.
local function of_first(m, found, one, reading)
	local best = standing.furthest(standing.of(m, found, one.id, reading))
	if not best then
		return nil
	end
	local elsewhere = of_another_target(best, one, reading)
	if elsewhere then
		return elsewhere
	end
	return {
		text = best.began
				and ("what changed since %s began, %s: %s begins with what changes from now on"):format(
					best.name,
					best.date,
					one.name
				)
			or ("what changed since task %s had come to its checkpoint of %s: %s begins with what changes from now on"):format(
				best.task,
				best.date,
				one.name
			),
		hints = { from_there(m, one, best, reading) },
	}
end

--- Whether a position is where a task stands.
local function is_at(position, best)
	return position == best.checkpoint
		or (best.began and standing.second(position) == best.date)
		or order.of(position, best.checkpoint) == 0
end

--- Before the first start of a task for changes at a position of its own.
local function of_position(m, found, one, reading)
	local best = standing.furthest(standing.of(m, found, one.id, reading))
	if not best then
		return nil
	elseif is_at(one.position, best) then
		return of_another_target(best, one, reading) or nil
	end
	return {
		text = ("what lies between %s and where task %s had come to, %s: it is skipped, or applied twice"):format(
			one.where or one.position,
			best.task,
			best.date
		),
		hints = { from_there(m, one, best, reading) },
	}
end

--- Before a task goes on from its own checkpoint, behind which another one has come.
local function of_next(m, found, one, reading)
	local all = standing.of(m, found, one.id, reading)
	local own, best = all[one.id], standing.furthest(all)
	if not own or not best then
		return nil
	end
	local ahead, certain = standing.ahead(best, own)
	local other, until_when, hints = nil, nil, {}
	if best ~= own and ahead and certain then
		other, until_when = best.task, best.date
		if best.entry and ledger.moved(best.entry.source, reading.source.now) then
			-- It read another server: neither says anything about the other.
			return nil
		end
		hints[1] = one.type == "cdc" and from_there(m, one, best, reading) or nil
	else
		other, until_when = standing.later_run(m, found, own, all)
	end
	local there = other and found.tasks[other]
	if not other then
		return nil
	elseif
		#hints == 0
		and there
		and there.migration_type ~= "full-load"
		and not (one.task and states.runs(one.task))
	then
		hints[1] = {
			("To go on with task %s instead:"):format(other),
			command = m:command(("resume %s"):format(other)),
		}
	end
	return {
		text = ("what task %s carried until %s: %s goes on from %s %s, and applies a second time what came after that"):format(
			other,
			until_when,
			one.name,
			own.began and "where it began," or "its own checkpoint of",
			own.date
		),
		hints = hints,
	}
end

--- Before one that has run is told to begin elsewhere than where it stopped. One that was stopped before
--- its first checkpoint stands where it began.
local function of_another(m, found, one, reading)
	local stands = one.task.recovery_checkpoint or ""
	if stands == "" then
		stands = one.task.cdc_start_position or ""
	end
	local best = standing.furthest(standing.of(m, found, one.id, reading))
	local other = best and best.task ~= one.id and best or nil
	if other and is_at(one.position, other) then
		-- What lies between was carried by the one that has come further.
		return of_another_target(other, one, reading) or nil
	elseif other and stands == one.position then
		return of_position(m, found, one, reading)
	end
	return stands ~= one.position
			and {
				text = ("what lies between %s and where %s stopped: it is skipped, or applied twice (the ledger keeps where it stopped)"):format(
					one.where or one.position,
					one.name
				),
				hints = {},
			}
		or nil
end

--- What goes wrong when a task starts; nil where nothing does.
---@param m migration.Migration
---@param found { tasks: table<string, table> }
---@param one migration.Beginning
---@param reading migration.Reading
---@return migration.Gap?
function gaps.of(m, found, one, reading)
	local loads = one.type == "cdc" and of_half_loaded(m, found, one)
	if loads then
		return loads
	elseif one.told and one.task and states.has_run(one.task) then
		return of_another(m, found, one, reading)
	elseif one.task and states.has_run(one.task) then
		return one.type ~= "full-load" and of_next(m, found, one, reading) or nil
	elseif one.type == "cdc" and one.position then
		return of_position(m, found, one, reading)
	elseif one.type == "cdc" then
		return of_first(m, found, one, reading)
	end
end

return gaps
