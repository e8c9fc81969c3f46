--- What happens during an apply, told to whoever listens: the checks of specs do.

local events = {}

---@alias stack.Event
---| "step" a job has ended well: `(run, job)`
---| "failed" a job has failed: `(run, job)`
---| "complete" every job has ended and the journal is closed: `(run)`

---@alias stack.Listener fun(event: stack.Event, run: stack.Run, job?: table)

---@type stack.Listener[]
local listeners = {}

--- Listens from now on. What a listener raises ends the apply: it must not.
---@param listener stack.Listener
function events.listen(listener)
	listeners[#listeners + 1] = listener
end

--- Tells everybody who listens.
---@param event stack.Event
---@param run stack.Run
---@param job? table
function events.emit(event, run, job)
	for _, listener in ipairs(listeners) do
		listener(event, run, job)
	end
end

return events
