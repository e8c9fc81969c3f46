--- Adoption: existing set-ups of DMS become a stack. What is there is found, the script that declares
--- it is written, and a plan of that script proves that it says what is there. Only tags are written;
--- nothing else is changed.
---
--- ```lua
--- local adopt = require "adopt"
--- adopt.run { stack = "legacy", instances = { "nowhere" }, out = "legacy.lua" } --> error: there is no replication instance "nowhere"
--- ```
---
--- On the command line this is `dmsrun adopt`.

local approval = require "migration.approval"
local aws = require "aws"
local baseline = require "stack.baseline"
local choose = require "adopt.choose"
local context = require "stack.context"
local declare = require "adopt.declare"
local errors = require "errors"
local find = require "adopt.find"
local fs = require "fs"
local host = require "host"
local json = require "json"
local own = require "adopt.own"
local prove = require "adopt.prove"
local report = require "report"
local say = require "migration.say"
local show = require "adopt.show"
local stack = require "stack"
local suggest = require "suggest"
local ui = require "ui"
local write = require "adopt.write"

local adopt = {}

---@class adopt.Options
---@field stack string the name of the stack that it becomes
---@field out? string the file of the script; `<stack>.lua` when left out
---@field tags? table<string, string> only what carries all of these
---@field instances? string[] names or ARNs: the instances and all that runs on them
---@field arns? string[] these, and what they need
---@field force? boolean write over a file that is there
---@field no_tag? boolean only write the script
---@field command? string the command line, for messages

---@class adopt.Result
---@field stack string
---@field file string
---@field resources { kind: string, id: string, physical: string, name: string }[]
---@field left_out adopt.LeftOut[]
---@field tagged integer how many got the stack's tags
---@field proved boolean whether the plan of the script is empty

local OPTIONS = {
	stack = "string",
	out = "string",
	tags = "table",
	instances = "table",
	arns = "table",
	force = "boolean",
	no_tag = "boolean",
	command = "string",
}

local function misuse(what, hint)
	errors.raise {
		summary = "Nothing can be adopted like that",
		what = what,
		hints = hint and { hint } or nil,
		exit = "usage",
	}
end

local function check_options(given)
	if type(given) ~= "table" then
		misuse('adopt.run takes a table such as { stack = "legacy", out = "legacy.lua" }')
	end
	for _, key in ipairs(report.keys(given)) do
		if not OPTIONS[key] then
			local near = suggest.did_you_mean(tostring(key), report.keys(OPTIONS))
			misuse(("there is no option %q"):format(tostring(key)), near)
		elseif type(given[key]) ~= OPTIONS[key] then
			misuse(("%s must be a %s"):format(key, OPTIONS[key]))
		end
	end
	if not given.stack then
		misuse("a stack needs a name", 'stack = "legacy"')
	elseif next(given.tags or {}) and (#(given.instances or {}) + #(given.arns or {})) > 0 then
		misuse("tags choose by themselves, and so do instances and ARNs: give one of them")
	end
end

--- Who asks for approval, and what continues.
local function asker(o, who)
	return {
		name = o.stack,
		command = function(_, verb)
			return verb == "undo" and show.undo(o.stack) or o.command or show.command(o, who)
		end,
	}
end

--- Writes the script. A file that is there stays, unless it says the same already.
local function put(path, text, o)
	if fs.exists(path) then
		local same = fs.read(path) == text
		if not same and not o.force then
			errors.raise {
				summary = "The file exists",
				what = path .. " is there already and says something else",
				why = "nothing was written or changed",
				hints = {
					{ "To write over it:", command = show.command(o) .. " --force" },
					"or give another file: --out FILE",
				},
				at = false,
				exit = "usage",
			}
		elseif same then
			return "unchanged"
		end
	end
	fs.write(path, text)
	return "written"
end

--- What is written is not what is there: nothing is tagged.
local function refuse_differences(lines, path)
	errors.raise {
		summary = "The script does not say what is there",
		what = table.concat(lines, "\n"),
		why = ("a deploy would change these; no tags were written, and %s is there to be looked at"):format(
			path
		),
		hints = {
			"somebody may have changed it meanwhile: the same command again looks anew",
			"what dmsrun reads wrongly is a mistake of dmsrun: please report it with these lines",
		},
		at = false,
	}
end

local function refuse_plan(lines, o, path)
	errors.raise {
		summary = "The plan is not empty",
		what = table.concat(lines, "\n"),
		why = ("the resources carry the tags of %s by now; a deploy of %s would change these"):format(
			o.stack,
			path
		),
		hints = {
			{
				"Tags may take a moment to be seen; to look again:",
				command = show.run(path, "plan"),
			},
			{ "To undo the adoption; nothing but tags is changed:", command = show.undo(o.stack) },
		},
		at = false,
		exit = "partial",
	}
end

local function refuse_failures(done, total, failures, o)
	local texts = {}
	for index, one in ipairs(failures) do
		texts[index] = ("%s: %s"):format(one.item.name, tostring(one.problem))
	end
	errors.raise {
		summary = host.interrupted() and "Interrupted" or "Not everything could be tagged",
		what = ("%d of %s carry the stack's tags%s"):format(
			done,
			report.plural(total, "resource"),
			#texts > 0 and "\n" .. table.concat(texts, "\n") or ""
		),
		why = "nothing else was changed",
		hints = {
			{ "To go on with the rest:", command = show.command(o) },
			{ "To undo it:", command = show.undo(o.stack) },
		},
		at = false,
		exit = host.interrupted() and "interrupted" or "partial",
	}
end

--- Writes the tags, once somebody agreed.
local function own_them(made, o, who, s)
	local count = 0
	for _, resource in ipairs(made.resources) do
		count = count + (next(own.tags(resource, o.stack, who)) and 1 or 0)
	end
	if count == 0 then
		say.label("Tags", "all carry the stack's tags already")
		return 0
	end
	local question = ("Tag %s as the stack %q, protected? Nothing else is changed."):format(
		report.plural(count, "resource"),
		o.stack
	)
	approval.change(asker(o, who) --[[@as any]], question)
	local _ <close> = host.graceful and host.graceful()
	local _guard <close> = s:lock("adopt", show.command(o))
	local done, failures, total = own.take(made, who)
	if done < total then
		refuse_failures(done, total, failures, o)
	end
	say.label("Tags", ("%s of %s, protected"):format(report.plural(done, "resource"), o.stack))
	return done
end

local function data_of(made, choice, o, path)
	local resources, left = {}, {}
	for index, resource in ipairs(made.resources) do
		resources[index] = {
			kind = resource.kind,
			id = resource.id,
			physical = resource.item.id,
			name = resource.item.name,
		}
	end
	for index, one in ipairs(choice.left) do
		left[index] = { kind = one.kind, name = one.name, why = one.why }
	end
	return {
		stack = o.stack,
		file = path,
		resources = json.array(resources),
		left_out = json.array(left),
		tagged = 0,
		proved = false,
	}
end

--- Adopts what the options choose: everything of DMS in the account and region unless they say less.
---@param options adopt.Options
---@return adopt.Result
function adopt.run(options)
	check_options(options)
	local o, path = options, options.out or (options.stack .. ".lua")
	local s = stack.new(o.stack)
	local who = s:identity()
	local ctx = context.new(s, context.shared())
	show.header(o.stack, who)
	local world = find.all(ctx)
	local choice =
		choose.from(world, { tags = o.tags, instances = o.instances, arns = o.arns }, o.stack)
	local made = declare.of(choice, o.stack, ctx)
	local left = choice.left[1]
	if #made.resources == 0 then
		errors.raise {
			summary = "Nothing to adopt",
			what = "nothing of what was found can be declared",
			why = "nothing was changed",
			hints = left and { ("%s: %s"):format(left.name, left.why) },
			at = false,
		}
	end
	show.found(world, choice, made)
	local text = write.script(made, who)
	local how = put(path, text, o)
	say.label("Script", ("%s %s"):format(path, how))
	local result = data_of(made, choice, o, path)
	local written = prove.load(path)
	local lines = prove.compare(written, made, who)
	if #lines > 0 then
		refuse_differences(lines, path)
	end
	if o.no_tag or host.options.dry_run or host.options.read_only then
		say.label("Tags", "none were written: the engine owns nothing of this yet")
		say.wrapped(
			"Proof",
			("%s says what is there: %s compared, no differences"):format(
				path,
				report.plural(#made.resources, "resource")
			)
		)
		return result
	end
	result.tagged = own_them(made, o, who, s)
	local plan, differs = prove.plan(written)
	if #differs > 0 then
		refuse_plan(differs, o, path)
	end
	baseline.unchanged(plan)
	result.proved = true
	say.wrapped(
		"Proof",
		("plan: no changes; %s of %s as %s declares them"):format(
			report.plural(#plan.unchanged, "resource"),
			o.stack,
			path
		)
	)
	return result
end

--- Takes the tags away from all that the stack has adopted: it is nobody's again. The script stays.
---@param name string
---@return integer released
function adopt.undo(name)
	local s = stack.new(name)
	local who = s:identity()
	show.header(name, who)
	local items = own.adopted(find.all(context.new(s, context.shared())), name)
	if #items == 0 then
		say.label("Tags", ("nothing here was adopted into %s"):format(name))
		return 0
	end
	show.items(items)
	local question = ("Take the tags of the stack %q from %s? Nothing else is changed."):format(
		name,
		report.plural(#items, "resource")
	)
	approval.change(asker({ stack = name, command = show.undo(name) }, who) --[[@as any]], question)
	if host.options.dry_run then
		say.label("Tags", "none were taken away (dry run)")
		return 0
	end
	local _ <close> = host.graceful and host.graceful()
	local _guard <close> = s:lock("undo adopt", show.undo(name))
	local done, failures = own.release(items, name)
	if done < #items then
		refuse_failures(done, #items, failures, { stack = name, command = show.undo(name) })
	end
	baseline.forget(s)
	say.label(
		"Tags",
		("taken from %s; nothing else was changed"):format(report.plural(done, "resource"))
	)
	return done
end

--- What `dmsrun adopt` does.
---@param options adopt.Options|{ undo?: boolean }
function adopt.main(options)
	local undo = options.undo
	options.undo = nil
	if undo then
		local count = adopt.undo(options.stack --[[@as string]])
		if say.json() then
			ui.json { stack = options.stack, released = count }
		end
		return
	end
	local result = adopt.run(options --[[@as adopt.Options]])
	if say.json() then
		ui.json(result)
	elseif result.proved then
		say.line(("Next:    %s"):format(show.run(result.file, "plan | deploy | drift | status")))
	elseif aws.is_local or host.options.dry_run or options.no_tag then
		say.line(("Next:    %s"):format(show.command(options --[[@as adopt.Options]], true)))
	end
end

return adopt
