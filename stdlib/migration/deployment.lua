--- Plan, question, apply: how the stack of a migration is brought to what is declared, or taken
--- away.

local approval = require "migration.approval"
local errors = require "errors"
local report = require "report"
local say = require "migration.say"

local deployment = {}

--- What a deploy would do.
---@param m migration.Migration
---@return stack.Plan
function deployment.plan(m)
	return m:stack():plan()
end

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

--- Shows a plan: the headline, and below it what changes.
---@param plan stack.Plan
function deployment.show(plan)
	if not plan.has_changes and not plan.destroy then
		say.label("Plan", ("0 to create, 0 to change, %d unchanged"):format(#plan.unchanged))
		return
	end
	say.label("Plan", plan:headline())
	for _, line in ipairs(plan.destroy and lines_of_destroy(plan) or plan:lines()) do
		say.more(line)
	end
	say.line ""
end

--- Asks in the words of what is at stake: lost data wants the stack's name, everything else a yes.
local function approve(m, plan)
	local losses = plan:losses()
	if #losses > 0 then
		approval.loss(m, losses, "replace", "deploy")
		return
	end
	local question = ("Carry this out: %s?"):format(plan:headline())
	if plan:headline():find("interrupts replication", 1, true) then
		question = ("Interrupt replication of %q and carry this out?"):format(m.name)
	end
	approval.change(m, question, "deploy")
end

--- A network in use is not replaced: the instance would lose its subnets before it has others.
local function refuse_new_network(m, plan)
	for _, step in ipairs(plan.steps) do
		if step.kind == "ec2.vpc" and step.action == "replace" then
			local origin, place = m.config:origin "vpc_cidr"
			errors.raise {
				summary = "The network of a deployed migration can't be replaced",
				what = "vpc_cidr of a VPC can't be changed, and the replication instance lives in it",
				why = ("vpc_cidr comes from %s; nothing was changed"):format(origin),
				hints = {
					"give the migration another name to build a second stack beside this one",
					{ "Or take this one away first:", command = m:command "destroy" },
				},
				at = place or m.place,
			}
		end
	end
end

--- Plans, shows, asks, applies. Nothing is asked or done where nothing changes.
---@param m migration.Migration
---@return stack.Plan
function deployment.deploy(m)
	local plan = deployment.plan(m)
	deployment.show(plan)
	refuse_new_network(m, plan)
	if plan.has_changes then
		approve(m, plan)
		m:stack():apply(plan, { label = "Deploy", command = m:command(m.verb) })
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
		local lost = plan:losses()
		table.insert(
			lost,
			1,
			("all of %s: %s"):format(m.name, report.plural(#plan.steps, "resource"))
		)
		approval.loss(m, lost, "destroy")
		if s:apply(plan, { label = "Destroy", command = m:command "destroy" .. " --allow destroy" }).dry_run then
			return nil
		end
	else
		say.label("Plan", "nothing to destroy")
	end
	local proof = s:prove()
	for index, line in ipairs(proof.lines) do
		say.label(index == 1 and "Proof" or "", line)
	end
	say.line ""
	say.line(("Looked again, kind by kind: %s."):format(proof.summary))
	return proof
end

return deployment
