--- What a stack's own files are called: a folder may know stacks of one name in several accounts and
--- regions, and in several rehearsals, and none of them is to be taken for another's.

local engine = require "engine"
local fs = require "fs"
local host = require "host"

local place = {}

--- The digits of each place that is not an account of AWS: they are slow to make.
---@type table<string, string?>
local digits = {}

local function digits_of(elsewhere)
	digits[elsewhere] = digits[elsewhere] or engine.fingerprint("place", elsewhere):sub(1, 8)
	return digits[elsewhere]
end

--- A folder as it is meant, however it is spelled.
local function plain(folder)
	local text = folder:gsub("/+", "/"):gsub("/%./", "/"):gsub("^%./", "")
	return #text > 1 and (text:gsub("/%.?$", "")) or text
end

--- What tells a local AWS in a folder of its own from the usual one, behind a name; "" for that.
---@return string
function place.elsewhere()
	local folder = plain(tostring(host.options.local_dir or ""))
	return (folder == "" or folder == ".dmsrun/local") and "" or "-" .. digits_of(folder)
end

--- The name for a stack in an account and region, and in what stands for them in a rehearsal.
---@param stack string
---@param who aws.Identity
---@return string
function place.name(stack, who)
	local name = ("%s@%s-%s"):format(stack, who.account, who.region)
	local elsewhere = host.options.local_dir and plain(host.options.local_dir)
		or host.options.endpoint_url
	if not elsewhere then
		return name
	end
	return name .. "-" .. digits_of(elsewhere)
end

--- A stack's file in the folder of the journals.
---@param stack stack.Stack
---@param ending string with its dot
---@return string path
function place.path(stack, ending)
	local name = place.name(stack.name, stack:identity())
	return fs.join(host.state_dir(), "journal", name .. ending)
end

--- Opens the journal of a stack in its place. What a journal left open that was written before journals
--- knew their places is open in each of them.
---@param stack string
---@param who aws.Identity
---@return any journal for `engine`
function place.journal(stack, who)
	return engine.journal(stack, place.name(stack, who))
end

return place
