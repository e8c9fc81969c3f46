--- Names that are taken. What has the name that a new resource would get is the stack's own, or it is
--- somebody else's: some services overwrite it without a word, others refuse half-way through a
--- deploy. Here it is said before, with the name of its owner.

local errors = require "errors"
local line = require "stack.line"
local report = require "report"
local tags = require "kinds.support.tags"

local taken = {}

---@class taken.Found
---@field noun string with its article, such as "an alarm"
---@field name string the name, as a person reads it
---@field id? string what the verb adopt finds it by; its name unless given
---@field tags table<string, string>

--- Why a live thing is not the resource that is meant, with what to do; nil where it is that one.
---@param found taken.Found
---@param stack string
---@param resource string kind/id
---@return string? what
---@return any[]? hints
function taken.problem(found, stack, resource)
	local owner, is = found.tags[tags.STACK], found.tags[tags.RESOURCE]
	if owner == stack and is == resource then
		return nil
	end
	local what = ("there is %s %s already, and "):format(found.noun, found.name)
	if owner == nil then
		local bare = found.noun:gsub("^an? ", "")
		return what .. "it is not the stack's",
			{
				("give it another id, or delete the %s that is there"):format(bare),
				{
					"or own it, where it is the one that is meant; only its tags are changed:",
					command = line.command(
						("adopt %s %s"):format(resource, report.word(found.id or found.name))
					),
				},
			}
	elseif owner ~= stack then
		return what .. ("it belongs to the stack %q (%s)"):format(owner, is or "no resource of it"),
			{
				"give it another id",
				("or let the stack %q go of it first: its script with the verb forget"):format(
					owner
				),
			}
	end
	return what .. ("it is the stack's own %s"):format(is or "resource without an identity"),
		{ "give one of the two another id" }
end

--- Refuses in a plan what has the name already.
---@param check table
---@param property string the property that declares the name, or would
---@param found? taken.Found
function taken.refuse(check, property, found)
	if not found then
		return
	end
	local declared = check.declared
	local what, hints = taken.problem(found, check.stack.name, declared.kind .. "/" .. declared.id)
	if what then
		check:refuse { property = property, word = declared.id, what = what, hints = hints }
	end
end

--- Raises before a change where the name is somebody else's by now: what a service would overwrite, or
--- give to a new owner.
---@param ctx stack.Context
---@param found? taken.Found
function taken.raise(ctx, found)
	if not found then
		return
	end
	local what, hints = taken.problem(found, ctx.stack, ctx.tags[tags.RESOURCE])
	if what then
		errors.raise {
			summary = "The name is taken",
			what = what,
			why = "what a stack does not own it does not take over; this resource was not changed",
			hints = hints,
		}
	end
end

--- Raises before a put that would make anew what is gone, and without tags.
---@param noun string
---@param name string
---@return never
function taken.gone(noun, name)
	errors.raise {
		summary = "It is gone",
		what = ("the %s %s was deleted since the plan was made"):format(noun, name),
		why = "to write over it now would make one that carries no tags",
		hints = { "the next plan makes it again" },
	}
	---@diagnostic disable-next-line: missing-return -- it raises
end

--- Refuses a name that two resources of the script would both get.
---@param check table
---@param property string
---@param kinds table<string, boolean> the kinds that share their names
---@param name_of fun(declared: table): string?
function taken.refuse_twice(check, property, kinds, name_of)
	local own, mine = check.declared, name_of(check.declared)
	for _, other in ipairs(check.stack.declared) do
		local same = other.kind == own.kind and other.id == own.id
		if mine and kinds[other.kind] and not same and name_of(other) == mine then
			check:refuse {
				property = property,
				word = own.id,
				what = ("%s %q would have the name %s too"):format(other.kind, other.id, mine),
				hints = { "give one of the two another id" },
			}
		end
	end
end

return taken
