--- A replication task in an operator's hands.

local aws = require "aws"
local beside = require "repl.beside"
local causes = require "migration.causes"
local cdc = require "cdc"
local check = require "check"
local coming_back = require "kinds.support.coming_back"
local diagnosis = require "repl.diagnosis"
local dms = require "kinds.support.dms"
local errors = require "errors"
local latency = require "repl.latency"
local lists = require "repl.lists"
local log = require "repl.log"
local marks = require "kinds.support.marks"
local replications = require "kinds.support.replications"
local report = require "report"
local states = require "kinds.support.task_states"
local suggest = require "suggest"
local time = require "time"
local ui = require "ui"
local wait = require "wait"

local task = {}

--- What a table of tasks shows.
task.COLUMNS = { "task", "state", "type", "lag", "tables", "errors", "started", "reason" }

--- How often a state is asked for, and how long it may take to come.
local POLL, TIMEOUT = 5, 1800

--- What DMS takes in one call.
local BATCH = 10

---@class repl.Task
---@field name string
---@field arn string
local Task = { __name = "task" }
Task.__index = Task

local function describe(filter, value)
	local ok, answer = pcall(aws.dms.describe_replication_tasks, {
		filters = { { name = filter, values = { value } } },
		without_settings = true,
	})
	if ok then
		return (answer.replication_tasks or {})[1]
	end
	if not errors.is(answer, "ResourceNotFoundFault") then
		error(answer, 0)
	end
end

local function row(item, lags)
	local stats = item.replication_task_stats or {}
	local loaded, errored = stats.tables_loaded or 0, stats.tables_errored or 0
	local total = loaded + errored + (stats.tables_loading or 0) + (stats.tables_queued or 0)
	local left = states.is_half_loaded(item) and not states.runs(item)
	local started = stats.start_date or item.replication_task_start_date
	local lag = lags[item.replication_task_arn]
	local reason = item.last_failure_message or ""
	if reason == "" then
		reason = item.stop_reason or ""
	end
	return {
		task = item.replication_task_identifier,
		state = item.status,
		type = item.migration_type
			.. (coming_back.is_serverless(item.replication_task_arn) and ", serverless" or ""),
		lag = lag and report.duration(lag) or "–",
		lag_seconds = lag,
		-- DMS counts what is loaded, loads or waits, and not what a stop has left.
		tables = total > 0 and ("%d/%s"):format(loaded, left and "?" or tostring(total)) or "–",
		errors = errored,
		percent = stats.full_load_progress_percent,
		started = started and report.age(time.epoch() - time.parse(started)) or "never",
		reason = reason ~= "" and reason or nil,
		arn = item.replication_task_arn,
	}
end

--- Tasks as the table shows them.
---@param items table[] as DMS describes them
---@return repl.TaskRow[]
function task.rows(items)
	local lags = latency.of(items)
	local rows = {}
	for index, item in ipairs(items) do
		rows[index] = row(item, lags)
	end
	table.sort(rows, function(a, b)
		return tostring(a.task) < tostring(b.task)
	end)
	return rows
end

--- What a task can do is not what a serverless replication can.
local function refuse_serverless(item)
	errors.raise {
		summary = "A serverless replication is no task",
		what = ("%s is one, and is %s; tasks() shows it, and its calls are other ones"):format(
			item.replication_task_identifier,
			item.status
		),
		hints = {
			('its tables: aws.dms.describe_replication_table_statistics { replication_config_arn = "%s" }; to stop and start it: aws.dms.stop_replication, aws.dms.start_replication'):format(
				item.replication_task_arn
			),
		},
	}
end

--- The task of a name; an error with the nearest names where there is none.
---@param name string
---@return repl.Task
function task.find(name)
	if type(name) ~= "string" then
		errors.raise {
			summary = "A task is named by a text",
			what = ("task takes a name, got a %s"):format(type(name)),
			hints = { 'task "orders-migration"; tasks() lists them' },
		}
	end
	local item = describe("replication-task-id", name)
	if not item then
		local names = {}
		local all = replications.beside(
			aws.pages(aws.dms.describe_replication_tasks, { without_settings = true })
		)
		for _, other in ipairs(all) do
			local serverless = coming_back.is_serverless(other.replication_task_arn)
			if serverless and other.replication_task_identifier == name then
				refuse_serverless(other)
			elseif not serverless then
				names[#names + 1] = other.replication_task_identifier
			end
		end
		errors.raise {
			summary = "No such task",
			what = ("there is no replication task %q"):format(name),
			hints = {
				suggest.did_you_mean(name, names)
					or (#names > 0 and "there are " .. table.concat(names, ", "))
					or "there are no replication tasks here",
			},
		}
	end
	local found = { name = name, arn = item.replication_task_arn }
	return setmetatable(found, Task)
end

--- The task as DMS describes it now.
---@return table
function Task:describe()
	local item = describe("replication-task-arn", self.arn)
	if not item then
		errors.raise {
			summary = "Replication task is gone",
			what = self.name .. " was deleted meanwhile",
		}
	end
	return item
end

--- State, lag, tables and why it stopped.
---@return repl.TaskRow
function Task:status()
	---@diagnostic disable-next-line: generic-constraint-mismatch -- one item makes one row
	return setmetatable(task.rows({ self:describe() })[1], { __columns = task.COLUMNS })
end

Task.__show = function(self)
	return self:status()
end

--- The tables with rows, states and what is not as it should be; those in trouble first.
---@param pattern? string only tables whose name contains it
---@return repl.TableRow[]
function Task:stats(pattern)
	check.type(pattern, "string?", "pattern")
	local read = require("migration.tables").read(self.arn)
	local rows = {}
	for _, item in ipairs(read) do
		local name = (item.schema_name or "?") .. "." .. (item.table_name or "?")
		if not pattern or name:find(pattern, 1, true) then
			rows[#rows + 1] = {
				table = name,
				state = item.table_state,
				rows = item.full_load_rows,
				inserts = item.inserts,
				updates = item.updates,
				deletes = item.deletes,
				ddls = item.ddls,
				validation = item.validation_state,
				mismatches = item.validation_failed_records,
				failed_rows = item.full_load_error_rows,
				updated = item.last_update_time,
			}
		end
	end
	return lists.new(rows, {
		"table",
		"state",
		"rows",
		"inserts",
		"updates",
		"deletes",
		"validation",
		"mismatches",
		"failed_rows",
		"updated",
	}, "No tables yet: the task has not been started, or none matches.")
end

---@class repl.LogOptions
---@field minutes? number how far back (60)
---@field filter? string only lines with this text
---@field lines? integer the last so many (50)
---@field follow? boolean go on until Ctrl-C

--- The last lines of its log.
---@param options? repl.LogOptions
---@return table[]
function Task:logs(options)
	return log.read(self:describe(), options or {})
end

--- Its table mappings.
---@return table
function Task:mappings()
	return require("json").decode(self:whole().table_mappings)
end

--- Its settings.
---@return table
function Task:settings()
	return require("json").decode(self:whole().replication_task_settings)
end

--- The task with the long members that lists leave out.
---@return table
function Task:whole()
	local answer = aws.dms.describe_replication_tasks {
		filters = { { name = "replication-task-arn", values = { self.arn } } },
	}
	---@diagnostic disable-next-line: return-type-mismatch -- the task was just found
	return answer.replication_tasks[1]
end

--- Waits until its state does not pass by itself, and returns it as `status` does.
---@return repl.TaskRow status
function Task:settled()
	local last
	wait.poll {
		what = ("task %q to settle"):format(self.name),
		every = POLL,
		timeout = TIMEOUT,
		progress = true,
		check = function()
			last = self:describe()
			return not states.passes(last)
		end,
	}
	return self:status()
end

local function refuse(self, item, deed, hint)
	errors.raise {
		summary = ("The task can't be %s"):format(deed),
		what = ("%s is %s"):format(self.name, item.status),
		hints = { hint },
	}
end

--- The lock of the stack that the task belongs to, until the end of the block; nil where it belongs to
--- none.
local function lock_of(self, doing)
	local name = (dms.tags_of(self.arn) or {})["dmsrun:stack"]
	return name and require("stack").new(name):lock(doing) or nil
end

local function begin(self, how, position)
	local _ <close> = lock_of(self, "start")
	-- Somebody may have started the other one while a question was open.
	beside.refuse_twice(self:describe())
	aws.dms.start_replication_task {
		replication_task_arn = self.arn,
		start_replication_task_type = how,
		cdc_start_position = position and position.text or nil,
	}
	return self:settled()
end

--- Stops it and waits until it has stopped. Replication is interrupted.
---@return repl.TaskRow status
function Task:stop()
	local item = self:describe()
	if item.status ~= "running" then
		refuse(self, item, "stopped", "only a running task can be stopped")
	end
	if not ui.confirm(("Interrupt replication of %q?"):format(self.name)) then
		return self:status()
	end
	local _ <close> = lock_of(self, "stop")
	local tags = dms.tags_of(self.arn) or {}
	if tags[marks.TAG] then
		-- Somebody wants it stopped: no deploy is to resume it.
		marks.clear(self.arn)
	end
	aws.dms.stop_replication_task { replication_task_arn = self.arn }
	local stopped = self:settled()
	beside.keep(self:describe(), "stop")
	return stopped
end

--- A position that a task for changes can begin at.
local function position_of(self, item, from)
	local endpoint = aws.dms.describe_endpoints({
		filters = { { name = "endpoint-arn", values = { item.source_endpoint_arn } } },
	}).endpoints[1]
	---@diagnostic disable-next-line: need-check-nil -- a task has a source
	local engine = endpoint.engine_name
	local position = cdc.of(from, engine)
	local problem = item.migration_type ~= "cdc"
			and ("it is of type %s: its changes begin where its load begins"):format(
				item.migration_type
			)
		or cdc.problem(position, engine)
		or cdc.passed(position)
	if problem then
		errors.raise {
			summary = "The task can't be started there",
			what = ("%s: %s"):format(self.name, problem),
			why = "nothing was started",
		}
	end
	return position
end

--- Starts it for the first time. Where another task of the same endpoints and tables has run before, one
--- for changes is given the position to begin at; without one, the task's name is to be typed.
---@param from? cdc.Position|string a time, a checkpoint or a place in the source's log, as the module `cdc` makes them or as text
---@return repl.TaskRow status
function Task:start(from)
	local item = self:describe()
	if states.has_run(item) then
		refuse(self, item, "started", "it has run before: resume() goes on, reload() loads again")
	end
	local position = from ~= nil and position_of(self, item, from) or nil
	if not beside.may_start(item, position ~= nil) then
		return self:status()
	end
	return begin(self, "start-replication", position)
end

--- Goes on from where it was. Where another task of the same endpoints and tables has carried changes
--- since, the task's name is to be typed.
---@return repl.TaskRow status
function Task:resume()
	local item = self:describe()
	if item.status == "running" or not states.has_run(item) then
		local hint = item.status == "running" and "it runs already" or "it has never run: start()"
		refuse(self, item, "resumed", hint)
	end
	if not beside.may_start(item) then
		return self:status()
	end
	return begin(self, "resume-processing")
end

--- Whether what the target holds may be lost; it is never lost on a yes alone.
local function allowed(self, what)
	if aws.is_local then
		return true
	end
	local question = ("What the target holds of %s is lost. Type the task's name:"):format(what)
	return ui.type_name(question, self.name)
end

--- Loads tables again, given as "schema.table"; all of them without any. What the target holds of
--- them is lost.
---@param ... string
---@return table status
function Task:reload(...)
	local names, list = { ... }, {}
	local item = self:describe()
	for index, name in ipairs(names) do
		local schema, table_name = tostring(name):match "^([^.]+)%.(.+)$"
		if not schema then
			errors.raise {
				summary = "A table is named with its schema",
				what = ("got %q"):format(tostring(name)),
				hints = { 'reload "production.orders"' },
			}
		end
		list[index] = { schema_name = schema, table_name = table_name }
	end
	if #names == 0 then
		if item.status == "running" or not states.has_run(item) then
			refuse(
				self,
				item,
				"reloaded",
				"stop() it first; single tables can be reloaded in a running task"
			)
		end
		if not (beside.may_start(item, true) and allowed(self, "every table")) then
			return self:status()
		end
		return begin(self, "reload-target")
	end
	if item.status ~= "running" then
		refuse(self, item, "reloaded table by table", "resume() it first")
	end
	if not allowed(self, report.list(names)) then
		return self:status()
	end
	local _ <close> = lock_of(self, "reload")
	for from = 1, #list, BATCH do
		aws.dms.reload_tables {
			replication_task_arn = self.arn,
			tables_to_reload = table.move(list, from, math.min(from + BATCH - 1, #list), 1, {}),
		}
	end
	return self:stats()
end

--- Tests the connections of its instance to its source and target, and waits for the results.
---@return table[]
function Task:test()
	local item = self:describe()
	local rows = {}
	for index, side in ipairs { "source", "target" } do
		local endpoint = item[side .. "_endpoint_arn"]
		---@type any
		local pair = {
			replication_instance_arn = item.replication_instance_arn,
			endpoint_arn = endpoint,
		}
		aws.dms.test_connection(pair)
		---@type any
		local found
		wait.poll {
			what = ("the test of the %s"):format(side),
			every = POLL,
			timeout = TIMEOUT,
			progress = true,
			check = function()
				local answer = aws.dms.describe_connections {
					filters = {
						{ name = "endpoint-arn", values = { endpoint } },
						{
							name = "replication-instance-arn",
							values = { item.replication_instance_arn },
						},
					},
				}
				found = (answer.connections or {})[1]
				return found and found.status ~= "testing"
			end,
		}
		local cause = found.status ~= "successful"
			and causes.of_connection(found.last_failure_message)
		rows[index] = {
			side = side,
			endpoint = found.endpoint_identifier,
			state = found.status,
			failure = found.last_failure_message,
			why = cause and cause.why or nil,
			hint = cause and cause.hint or nil,
		}
	end
	return lists.new(rows, { "side", "endpoint", "state", "failure", "why", "hint" }, "")
end

--- What is wrong with it, as far as its state, its tables and its log tell, and what helps.
---@return repl.Diagnosis
function Task:diagnose()
	return diagnosis.of(self)
end

--- What completion finds behind `task "NAME":`.
task.methods = Task

return task
