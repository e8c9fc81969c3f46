--- What `Stack:add` gives: a resource whose outputs are references, by their names.

local engine = require "engine"
local errors = require "errors"
local kind = require "kind"
local report = require "report"
local suggest = require "suggest"

local handles = {}

--- A handle's declaration; kept beside it, so that every name of a handle may be an output.
---@type table<any, any>
local declaration_of = setmetatable({}, { __mode = "k" })

local function misuse(what)
	errors.raise { summary = "Stack is not well declared", what = what }
end

local Handle = {}

--- The names of its outputs, which completion asks for.
function Handle.__keys(handle)
	local names = report.keys(kind.get(declaration_of[handle].kind).outputs)
	names[#names + 1] = "id"
	names[#names + 1] = "name"
	return names
end

function Handle.__index(handle, output)
	local declared = declaration_of[handle]
	local outputs = kind.get(declared.kind).outputs
	if output == "id" or output == "name" or outputs[output] then
		return engine.reference(declared.kind, declared.id, output)
	end
	local names = Handle.__keys(handle)
	local near = suggest.did_you_mean(tostring(output), names)
	errors.raise {
		summary = "Unknown output",
		what = ("%s has no output %q"):format(declared.kind, tostring(output)),
		hints = { near or ("It has: " .. table.concat(names, ", ")) },
	}
end

function Handle.__newindex(handle)
	local declared = declaration_of[handle]
	misuse(
		("%s %q is declared already; change its properties there"):format(
			declared.kind,
			declared.id
		)
	)
end

function Handle.__tostring(handle)
	local declared = declaration_of[handle]
	return ("%s %q"):format(declared.kind, declared.id)
end

Handle.__name = "resource"

--- The handle of a resource.
---@param declared table its declaration
---@return table<string, any>
function handles.new(declared)
	local handle = setmetatable({}, Handle)
	declaration_of[handle] = declared
	return handle
end

--- The name of what another resource depends on or is replaced with: a resource, or a text such as
--- "ec2.vpc/main".
---@param one any
---@return string
function handles.name_of(one)
	if declaration_of[one] then
		local declared = declaration_of[one]
		return declared.kind .. "/" .. declared.id
	elseif type(one) == "string" and one:find("/", 1, true) then
		return one
	end
	misuse 'depends_on and replace_with take resources, or texts such as "ec2.vpc/main"'
	---@diagnostic disable-next-line: missing-return -- it raises
end

return handles
