--- `expect(value)`: what a value itself can be asked for, and the assertions, as a chain.

local assertions = require "spec.assertions"
local errors = require "errors"
local host = require "host"
local suggest = require "suggest"

---@class spec.expectation
---@field maps fun(self: spec.expectation, source: string, target: string, catalogue?: table): spec.expectation
---@field excludes fun(self: spec.expectation, source: string, catalogue?: table): spec.expectation
---@field equal fun(self: spec.expectation, expected: any, note?: string): spec.expectation
---@field same fun(self: spec.expectation, expected: any, note?: string): spec.expectation
---@field [string] fun(self: spec.expectation, ...): spec.expectation

local function own_of(value)
	local meta = getmetatable(value)
	return type(meta) == "table" and rawget(meta, "__expect") or {}
end

local function unknown(own, name)
	local names = assertions.names()
	for known in pairs(own) do
		names[#names + 1] = known
	end
	table.sort(names)
	errors.raise {
		summary = "Wrong argument",
		what = ("there is no expectation %q of this value"):format(tostring(name)),
		hints = { suggest.did_you_mean(tostring(name), names) },
		at = host.where(),
	}
end

---@param value any
---@param note? string
---@return spec.expectation
local function expect(value, note)
	local own = own_of(value)
	local function method(name)
		if own[name] then
			return function(self, ...)
				local ok, message = own[name](value, ...)
				if not ok then
					assertions.fail(
						message --[[@as string?]] or ("%s does not hold"):format(tostring(name)),
						note
					)
				end
				return self
			end
		end
		local assertion, comparing = assertions.find(tostring(name))
		if not assertion then
			return unknown(own, name)
		end
		return function(self, ...)
			if comparing then
				assertion((...), value, select(2, ...))
			else
				assertion(value, ...)
			end
			return self
		end
	end
	return setmetatable({}, {
		__index = function(_, name)
			return method(tostring(name))
		end,
	})
end

return expect
