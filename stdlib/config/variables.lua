--- The variables of the environment that stand for keys of the configuration.

local env = require "env"
local errors = require "errors"
local suggest = require "suggest"

local variables = {}

--- What their names begin with.
local PREFIX = "DMSRUN_"

--- The variable of a key such as `source_db_config.port`.
---@param path string
---@return string
function variables.name(path)
	return PREFIX .. (path:upper():gsub("[.]", "_"))
end

--- Variables that are no keys: what dmsrun itself reads.
local OTHERS = { DMSRUN_LOG = true }

--- Those that were told already: a script may read its configuration more than once.
local TOLD = {}

--- A misspelt variable would say nothing at all. One that is near a key is refused; any other may
--- be read by somebody else, and is told.
---@param known table<string, boolean> the variables of all keys
function variables.check(known)
	local names = {}
	for variable in pairs(known) do
		names[#names + 1] = variable:sub(#PREFIX + 1):lower()
	end
	table.sort(names)
	for _, variable in ipairs(env.names(PREFIX)) do
		local text = env.get(variable)
		if known[variable] or OTHERS[variable] or text == "" then
			goto continue
		end
		local hint = suggest.did_you_mean(variable:sub(#PREFIX + 1):lower(), names)
		local fields = {
			summary = "Unknown configuration key",
			what = ("the environment variable %s is no key of the configuration"):format(variable),
			hints = {
				hint and hint:gsub('"([^"]+)"', function(name)
					return ('"%s%s"'):format(PREFIX, name:upper())
				end) or "it has no effect here",
			},
			at = false,
			exit = "usage",
		}
		if hint then
			errors.raise(fields)
		elseif not TOLD[variable] then
			TOLD[variable] = true
			fields.exit = nil
			errors.warn(fields)
		end
		::continue::
	end
end

return variables
