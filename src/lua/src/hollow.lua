-- A module that a sandbox keeps from the script, as the library sees it: no file is there, no variable
-- is set, and everything else is refused when it is called. So the library can be loaded and used for
-- what needs neither.
local name, module, misuse = ...

local function nothing() end

local function no_list()
	return {}
end

local harmless = {
	env = {
		get = function(_, default)
			return default
		end,
		names = no_list,
	},
	fs = {
		dirname = module.dirname,
		exists = function()
			return false
		end,
		glob = no_list,
		join = module.join,
		list = no_list,
		script_dir = function()
			return "."
		end,
		stat = nothing,
	},
}

return setmetatable(harmless[name] or {}, {
	__index = function(_, key)
		return function()
			misuse(("%s.%s is not there in a sandbox"):format(name, tostring(key)))
		end
	end,
})
