--- Who is at work on a stack, for those who only look: the locks that stand, whose they are and since
--- when.

local json = require "json"
local locks = require "stack.locks"
local say = require "migration.say"
local time = require "time"
local tolerant = require "migration.tolerant"

local holders = {}

--- The locks that there are; none where they can't be read, which is said.
---@param m migration.Migration
---@return stack.Lock[]
function holders.read(m)
	return tolerant.try("Who is at work on the stack could not be read", function()
		return locks.read(m:stack())
	end) or {}
end

--- The same as data.
---@param list stack.Lock[]
---@return table[]
function holders.data(list)
	local data = {}
	for index, one in ipairs(list) do
		data[index] = {
			id = locks.id(one),
			by = one.by,
			from = one.from,
			doing = one.doing,
			since = time.format(math.floor(one.since)),
			expires = time.format(math.floor(one.expires)),
			over = locks.is_over(one),
		}
	end
	return json.array(data)
end

--- Says it; nothing where nobody is at work.
---@param list stack.Lock[]
function holders.show(list)
	for index, one in ipairs(list) do
		local text = "held by " .. locks.who(one)
		if locks.is_over(one) then
			text = ("left behind by %s; it ended at %s, and the next run takes it away"):format(
				locks.who(one),
				time.format(math.floor(one.expires))
			)
		end
		say.wrapped(index == 1 and "Lock" or "", text)
	end
end

return holders
