--- Plan, question, apply: how the stack of a migration is brought to what is declared, or taken
--- away.

local approval = require "migration.approval"
local baseline = require "stack.baseline"
local cidr = require "network.cidr"
local doubts = require "migration.doubts"
local errors = require "errors"
local host = require "host"
local existing = require "migration.existing"
local json = require "json"
local report = require "report"
local risk = require "stack.risk"
local saved = require "stack.saved"
local say = require "migration.say"
local tasks = require "migration.tasks"
local timing = require "stack.timing"
local twice = require "migration.twice"
local ui = require "ui"

local deployment = {}

--- The exit code of what was carried out in part.
local NOT_ALL = 3

--- A destroy has one reason for everything: how many of each kind go, what is lost with them, what
--- stays.
local function lines_of_destroy(plan)
	local counts, lines = {}, {}
	for _, step in ipairs(plan.steps) do
		counts[step.kind] = (counts[step.kind] or 0) + 1
	end
	for _, kind in ipairs(report.keys(counts)) do
		lines[#lines + 1] = ("- %-28s %d"):format(kind, counts[kind])
	end
	for _, step in ipairs(plan.steps) do
		for _, mark in ipairs { step.effect or false, step.loses_data or false } do
			if mark then
				lines[#lines + 1] = ("! %s %q: %s"):format(step.kind, step.id, mark)
			end
		end
	end
	for _, name in ipairs(plan.kept) do
		lines[#lines + 1] = name .. " stays"
	end
	return lines
end

--- How many lines a section shows of a new stack, where nothing is widened.
local SHOWN = 6

--- What a careful person looks at twice, apart: security, and data that would be lost.
local function sections(plan)
	local risks = plan:risks()
	for index, one in ipairs(risks) do
		if index > SHOWN and #risks > SHOWN + 1 then
			say.more(
				("… %s; all of them: plan --json"):format(
					report.plural(#risks - SHOWN, "more point")
				)
			)
			break
		end
		local text = ("%s %s"):format(one.resource, one.text)
		say.wrapped(index == 1 and "Security" or "", text)
	end
	for index, text in ipairs(plan:losses()) do
		say.wrapped(index == 1 and "Lost" or "", text)
	end
end

--- Shows a plan: the headline, and below it what changes.
---@param plan stack.Plan
function deployment.show(plan)
	if not plan.has_changes and not plan.destroy then
		say.label("Plan", ("0 to create, 0 to change, %d unchanged"):format(#plan.unchanged))
		for index, note in ipairs(plan.notes) do
			say.wrapped(index == 1 and "Note" or "", note)
		end
		return
	end
	say.wrapped("Plan", plan:headline())
	for _, line in ipairs(plan.destroy and lines_of_destroy(plan) or plan:lines()) do
		say.more(line)
	end
	if not plan.destroy then
		sections(plan)
	end
	say.line ""
end

--- The classes of what a plan loses, as `--allow` names them.
local function classes_of_losses(plan)
	local classes = {}
	for _, step in ipairs(plan.steps) do
		if step.loses_data then
			classes[risk.class_of_loss(step)] = true
		end
	end
	return report.keys(classes)
end

--- The question names everything that is risky: nobody says yes to what he was not told.
local function question_of(m, plan, lines, classes)
	local what = plan:headline()
	if classes.stop and report.keys(classes)[2] == nil then
		return ("Interrupt replication of %q and carry this out: %s?"):format(m.name, what)
	elseif #lines > 0 then
		return ("Carry this out: %s? It needs a second look: %s. Go on?"):format(
			what,
			report.list(lines, 8)
		)
	end
	return ("Carry this out: %s?"):format(what)
end

--- Asks in the words of what is at stake: lost data wants the stack's name, everything else a yes.
local function approve(m, plan)
	local losses = plan:losses()
	if #losses > 0 then
		approval.loss(m, losses, classes_of_losses(plan), m:said())
	end
	if host.options.plan then
		-- It was looked at when it was saved.
		return
	end
	local lines, classes = plan:risky()
	if #losses > 0 then
		-- The stack's name was typed, or its loss allowed by name.
		for _, class in ipairs(classes_of_losses(plan)) do
			classes[class] = nil
		end
		if next(classes) == nil then
			return
		end
	end
	approval.change(m, question_of(m, plan, lines, classes), m:said(), classes)
end

--- A new subnet whose range overlaps one that is there, and stays in the same VPC.
local function overlapping(plan)
	local vpc_goes = false
	local old, new = {}, {}
	for _, step in ipairs(plan.steps) do
		local goes = step.action == "replace" or step.action == "delete"
		vpc_goes = vpc_goes or (step.kind == "ec2.vpc" and goes)
		if step.kind == "ec2.subnet" then
			local item = goes and plan:item(step)
			if item then
				old[#old + 1] = { id = step.id, range = cidr.parse(item.raw.cidr_block) }
			end
			local change = step.action ~= "delete" and step.changes.cidr_block
			if change and change.to then
				new[#new + 1] = { id = step.id, range = cidr.parse(change.to) }
			end
		end
	end
	if vpc_goes then
		return nil
	end
	for _, one in ipairs(new) do
		for _, other in ipairs(old) do
			if one.range and other.range and cidr.overlap(one.range, other.range) then
				return one, other
			end
		end
	end
end

--- A new network is made beside the old one, and the instance's tasks move over. Where the ranges
--- overlap inside one VPC that can't be: the old subnets would have to go while the instance stands
--- in them.
local function refuse_overlap(m, plan)
	local instance
	for _, step in ipairs(plan:with "replace") do
		instance = step.kind == "dms.replication_instance" and step or instance
	end
	if not instance then
		return
	end
	local new, old = overlapping(plan)
	if not new then
		return
	end
	local origin, place = m.config:origin "subnet_prefix"
	if origin == "the default" then
		origin, place = m.config:origin "zones"
	end
	errors.raise {
		summary = "The subnets of a deployed migration can't be replaced in place",
		what = ("the new range %s of subnet %q overlaps %s of %q, which is there, in the same VPC"):format(
			new.range.text,
			new.id,
			---@diagnostic disable-next-line: need-check-nil -- a range that overlaps has both
			old.range.text,
			---@diagnostic disable-next-line: need-check-nil -- a range that overlaps has both
			old.id
		),
		why = ("the old subnets would have to go first, and %s stands in them with its tasks; the ranges follow from zones and subnet_prefix (%s); nothing was changed"):format(
			plan:item(instance).raw.replication_instance_identifier,
			origin
		),
		hints = {
			"give vpc_cidr another range as well: a new network is made beside this one, and the tasks move to it",
			"or give the migration another name, to build a second stack beside this one",
			{ "Or take this one away first:", command = m:command "destroy" },
		},
		at = place or m.place,
	}
end

--- What a deploy would do; refused where AWS would refuse it in the middle.
---@param m migration.Migration
---@return stack.Plan
function deployment.plan(m)
	local plan = m:stack():plan()
	plan:check(existing.checks(m, plan))
	refuse_overlap(m, plan)
	twice.refuse_plan(m, plan)
	return plan
end

--- Shows what a deploy would do, and saves it where that is wanted. `--detailed-exitcode` ends with 2
--- for changes.
---@param m migration.Migration
function deployment.look(m)
	local file = host.options.out
	if file then
		saved.check(file)
	end
	local plan = deployment.plan(m)
	local all = doubts.of_plan(m, plan)
	if say.json() then
		local data = plan:json()
		table.move(all.lost, 1, #all.lost, #data.data_loss + 1, data.data_loss)
		ui.json(data)
	else
		deployment.show(plan)
		doubts.tell(all)
	end
	if file then
		plan:save(file)
		local command = m:command("deploy --plan " .. report.word(file))
		say.label("Saved", ("%s; carry it out with: %s"):format(file, command))
	end
	if host.options.detailed_exitcode and plan.has_changes then
		host.exit(2)
	end
end

--- What shows with `--timing` where the time went, also of what did not get to its end; nil without.
local function timing_of(m)
	if not host.options.timing then
		return nil
	end
	return function(spent)
		m.timing = timing.json(spent)
		local lines = timing.lines(spent, math.max(40, (ui.width or 100) - say.LABEL))
		for index, line in ipairs(lines) do
			if index == 1 then
				say.wrapped("Timing", line)
			else
				say.label("", line)
			end
		end
	end
end

--- Plans, shows, asks, applies. Nothing is asked or done where nothing changes.
---@param m migration.Migration
---@return stack.Plan
function deployment.deploy(m)
	local plan = deployment.plan(m)
	deployment.show(plan)
	if host.options.plan then
		plan:require_saved(host.options.plan)
	end
	if plan.has_changes then
		if not host.options.dry_run then
			tasks.refuse_read_only(m, "deploy")
		end
		doubts.mind_plan(m, plan)
		approve(m, plan)
		m:stack():apply(plan, {
			label = "Deploy",
			command = m:again(),
			timing = timing_of(m),
		})
	else
		baseline.unchanged(plan)
		m:stack():tidy()
	end
	return plan
end

--- Takes everything away and proves that nothing is left.
---@param m migration.Migration
function deployment.destroy(m)
	local s = m:stack()
	local plan = s:destroy()
	if plan.has_changes then
		deployment.show(plan)
		if not host.options.dry_run then
			tasks.refuse_read_only(m, "destroy")
		end
		local lost = plan:losses()
		table.insert(
			lost,
			1,
			("all of %s: %s"):format(m.name, report.plural(#plan.steps, "resource"))
		)
		approval.loss(m, lost, "destroy", m:said())
		doubts.keep(m, plan, "delete")
		if
			s:apply(plan, {
				label = "Destroy",
				command = m:again "destroy",
				timing = timing_of(m),
			}).dry_run
		then
			return nil
		end
	else
		say.label("Plan", "nothing to destroy")
		baseline.destroyed(plan)
		s:tidy()
	end
	local proof = s:prove()
	for index, line in ipairs(proof.lines) do
		say.label(index == 1 and "Proof" or "", line)
	end
	say.line ""
	say.line(("Looked again, kind by kind: %s."):format(proof.summary))
	return proof
end

--- Ends a destroy: its proof as data where that is wanted. What could not be looked at is not proved to
--- be gone, so the run does not end as if it were.
---@param m migration.Migration
---@param proof stack.Proof? nil where nothing was done
function deployment.proved(m, proof)
	if not proof then
		return
	end
	if say.json() then
		ui.json {
			stack = m.name,
			kinds = proof.kinds,
			shared = json.array(proof.shared),
			retained = json.array(proof.retained),
			unseen = json.array(proof.unseen),
			timing = m.timing,
		}
	end
	if #proof.unseen > 0 then
		host.exit(NOT_ALL)
	end
end

return deployment
