--- Lists as the prompt shows them: which columns, and what an empty one says.

local errors = require "errors"
local suggest = require "suggest"

local lists = {}

--- A replication instance as `instances()` lists it.
---@class repl.InstanceRow
---@field instance string
---@field class string
---@field state string
---@field version string
---@field storage_gb integer
---@field multi_az boolean
---@field zone? string
---@field ["public"] boolean
---@field arn string

--- An endpoint as `endpoints()` lists it.
---@class repl.EndpointRow
---@field endpoint string
---@field side string `source` or `target`
---@field engine string
---@field server? string
---@field port? integer
---@field database? string
---@field ssl? string
---@field state string of the last connection test
---@field failure? string
---@field arn string

--- An event as `events()` lists it.
---@class repl.EventRow
---@field time string
---@field source string
---@field type string
---@field message string
---@field categories string[]

--- An alarm as `alarms()` lists it.
---@class repl.AlarmRow
---@field alarm string
---@field state string
---@field metric string
---@field threshold number
---@field since string
---@field reason? string why, where not all is well

--- A task as `tasks()` lists it.
---@class repl.TaskRow
---@field task string
---@field state string
---@field type string
---@field lag string for people, such as `3 s`
---@field lag_seconds? number
---@field tables string loaded and all, such as `20/21`
---@field errors integer tables in error
---@field percent? integer of the full load
---@field started string how long ago, or `never`
---@field reason? string why it stopped or failed
---@field arn string

--- A table as `task "NAME":stats()` lists it.
---@class repl.TableRow
---@field table string with its schema
---@field state string
---@field rows integer loaded by the full load
---@field inserts integer
---@field updates integer
---@field deletes integer
---@field ddls integer
---@field validation string
---@field mismatches integer
---@field failed_rows integer
---@field updated? string

--- A list of records with the order of its columns.
---@generic T: table
---@param rows T[]
---@param columns string[]
---@param empty string what is shown where there is none
---@return T[]
function lists.new(rows, columns, empty)
	local meta = { __columns = columns }
	if #rows == 0 then
		meta.__show = function()
			return empty
		end
	end
	return setmetatable(rows, meta)
end

--- Sorts records by a member: AWS gives them in no order that lasts.
---@param rows table[]
---@param member string
function lists.sort(rows, member)
	table.sort(rows, function(a, b)
		return tostring(a[member]) < tostring(b[member])
	end)
end

--- The item whose member is `name`; an error with the nearest names where there is none.
---@param items table[]
---@param member string
---@param name string
---@param noun string
---@return table
function lists.one(items, member, name, noun)
	local names = {}
	for index, item in ipairs(items) do
		if item[member] == name then
			return item
		end
		names[index] = item[member]
	end
	errors.raise {
		summary = "No such " .. noun,
		what = ("there is no %s %q"):format(noun, tostring(name)),
		hints = {
			suggest.did_you_mean(tostring(name), names)
				or (#names > 0 and "there are " .. table.concat(names, ", ") or nil),
		},
	}
	---@diagnostic disable-next-line: missing-return -- it raises
end

return lists
