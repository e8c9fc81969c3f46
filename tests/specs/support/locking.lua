--- Stacks with locks, for specs of who may change what.

local aws = require "aws"
local host = require "host"
local locks = require "stack.locks"
local spec = require "spec"
local stack = require "stack"
local time = require "time"

local locking = {}

--- The kinds of such a stack.
locking.KINDS = { "logs.log_group" }

--- A stack with so many log groups, which need nothing else.
---@param count? integer
---@param name? string
---@return stack.Stack
function locking.example(count, name)
	local s = stack.new(name or "locked", { kinds = locking.KINDS, tags = { Team = "data & co" } })
	for i = 1, count or 1 do
		s:add("logs.log_group", "l" .. i, { retention_in_days = 30 })
	end
	return s
end

--- What stands of locks, whatever stack they are of.
---@return string[]
function locking.standing()
	local names = {}
	for _, raw in
		ipairs(aws.pages(aws.logs.describe_log_groups, { log_group_name_prefix = "/dmsrun/lock/" }))
	do
		names[#names + 1] = raw.log_group_name
	end
	return names
end

--- The lock of another operator, on another machine.
---@param number? integer
---@param since? number when it was taken, in seconds since 1970
---@param name? string of the stack
---@return string path
function locking.bobs(number, since, name)
	local now = since or time.epoch()
	local path = ("/dmsrun/lock/%s/%d"):format(name or "locked", number or 1)
	aws.logs.create_log_group {
		log_group_name = path,
		tags = {
			["dmsrun:lock"] = name or "locked",
			["dmsrun:lock-token"] = "b0b0b0b0-1111-2222-3333-444444444444",
			["dmsrun:lock-by"] = "arn:aws:sts::123456789012:assumed-role/Admin/bob",
			["dmsrun:lock-from"] = "bob@build-7 process 4711",
			["dmsrun:lock-for"] = "deploy",
			["dmsrun:lock-since"] = time.format(now),
			["dmsrun:lock-expires"] = time.format(now + locks.LIFE),
		},
	}
	return path
end

--- Takes away what a test left.
function locking.clean()
	spec.faults.clear()
	host.options.force_unlock = nil
	for _, name in ipairs(locking.standing()) do
		aws.logs.delete_log_group { log_group_name = name }
	end
	for _, name in ipairs { "locked", "other", "renewed" } do
		local s = locking.example(0, name)
		s:apply(s:destroy())
	end
end

return locking
