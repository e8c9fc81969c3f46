--- A project's own kind has the rights of ours: scripts/examples/kinds/acme/dhcp_options.lua is planned, made,
--- replaced, completed after a crash and destroyed like any other; and a definition that is wrong is
--- told with its place.

local aws = require "aws"
local errors = require "errors"
local fs = require "fs"
local forget = require "stack.forget"
local kind = require "kind"
local spec = require "spec"
local stack = require "stack"
local trying = require "support.trying"

local has = trying.has

package.path = fs.join(fs.script_dir(), "../../scripts/examples/?.lua;") .. package.path
require "kinds.acme.dhcp_options"

--- A VPC with DHCP options, and another VPC that may get them.
local function build(options)
	options = options or {}
	local s = stack.new("custom", { kinds = { "ec2.vpc", "acme.dhcp_options" } })
	local vpcs = {
		s:add("ec2.vpc", "one", { cidr_block = "10.0.0.0/16" }),
		s:add("ec2.vpc", "two", { cidr_block = "10.1.0.0/16" }),
	}
	if options.names ~= false then
		s:add("acme.dhcp_options", "names", {
			vpc_id = vpcs[options.vpc or 1].vpc_id,
			domain_name = "corp.example.com",
			domain_name_servers = options.servers or { "10.0.0.2" },
			tags = { Team = "data" },
		})
	end
	return s
end

local function settled(options)
	return trying.settled(function()
		return build(options)
	end)
end

--- The options of a VPC of the stack: our own, or nil for AWS's.
local function used_by(s, id)
	local vpc_id = s:find("ec2.vpc", id).physical
	local raw = aws.ec2.describe_vpcs({ vpc_ids = { vpc_id } }).vpcs[1]
	for _, live in ipairs(s:live()) do
		if live.physical == raw.dhcp_options_id then
			return live.id
		end
	end
end

after_each(function()
	spec.faults.clear()
	local s = build()
	s:apply(s:destroy())
end)

describe("a project's own kind", function()
	it("is planned, made and found unchanged", function()
		local s = build()
		has(s:plan():text(true), '+ acme.dhcp_options "names"')
		s = settled()
		assert.equal("names", used_by(s, "one"))
		assert.equal("data", s:find("acme.dhcp_options", "names").tags.Team)
	end)

	it("is changed in place, and replaced where it has to be", function()
		local first = settled():find("acme.dhcp_options", "names").physical
		local s = settled { vpc = 2 }
		assert.equal(first, s:find("acme.dhcp_options", "names").physical)
		assert.is_nil(used_by(s, "one"))
		assert.equal("names", used_by(s, "two"))
		local other = { vpc = 2, servers = { "10.0.0.2", "10.0.0.3" } }
		local plan = build(other):plan()
		assert.equal("replace", plan.steps[1].action)
		has(plan.steps[1].reason, "can't be changed, only replaced")
		has(plan.steps[1].effect, "renew their lease")
		s = settled(other)
		assert.not_equal(first, s:find("acme.dhcp_options", "names").physical)
		assert.equal("names", used_by(s, "two"))
	end)

	it("goes when it is no longer declared, and before what it hangs on", function()
		settled()
		local s = settled { names = false }
		assert.is_nil(used_by(s, "one"))
		assert.equal(2, #s:live())
		settled()
		s = build()
		local result = s:apply(s:destroy())
		assert.same({}, result.proof.left)
	end)

	it("is left behind as nobody's by forget", function()
		local s = settled()
		local id = s:find("acme.dhcp_options", "names").physical
		forget.run(s, { "acme.dhcp_options/names" })
		assert.is_nil(build():find("acme.dhcp_options", "names"))
		local raw = aws.ec2.describe_dhcp_options({ dhcp_options_ids = { id } }).dhcp_options[1]
		for _, tag in ipairs(raw.tags) do
			assert.is_nil(tag.key:find "^dmsrun:")
		end
		local vpc_id = build():find("ec2.vpc", "one").physical
		aws.ec2.associate_dhcp_options { vpc_id = vpc_id, dhcp_options_id = "default" }
		aws.ec2.delete_dhcp_options { dhcp_options_id = id }
	end)

	it("is completed by the next run, wherever the last one stopped", function()
		for _, fault in ipairs { "ValidationError refused", "drop" } do
			for n = 1, 8 do
				spec.faults.set(("ec2:mutating#%d=%s"):format(n, fault))
				local s = build()
				pcall(s.apply, s, s:plan())
				spec.faults.clear()
				s = settled()
				assert.equal(3, #s:live())
				assert.equal("names", used_by(s, "one"))
				s:apply(s:destroy())
			end
		end
	end)

	it("is refused by its own checks, with the place", function()
		local ok, problem = errors.capture(function()
			return build({ servers = { "ns.example.com" } }):plan()
		end)
		assert.is_false(ok)
		has(problem.what, "domain_name_servers[1]")
		has(problem.what, "AmazonProvidedDNS")
	end)

	it("belongs to the migration of the example script, from deploy to destroy", function()
		local run = spec.run("scripts/examples/custom_kind.lua", "deploy", "--yes")
		assert.equal(0, run.code, run.text)
		has(run.text, 'created acme.dhcp_options "names"')
		run = spec.run("scripts/examples/custom_kind.lua", "plan", "--detailed-exitcode")
		assert.equal(0, run.code, run.text)
		run = spec.run("scripts/examples/custom_kind.lua", "destroy", "--allow", "destroy")
		assert.equal(0, run.code, run.text)
		has(run.text, 'deleted acme.dhcp_options "names"')
	end)
end)

--- A definition that is right, with changes.
local function definition(changes)
	local given = {
		name = "acme.thing",
		properties = { size = { type = "integer" } },
		outputs = { thing_id = "id of the thing" },
		list = function()
			return {}
		end,
		read = function() end,
		observe = function()
			return { properties = {} }
		end,
		create = function()
			return "thing-1"
		end,
		update = function() end,
		delete = function() end,
	}
	for key, value in pairs(changes or {}) do
		given[key] = value
	end
	return given
end

describe("a definition", function()
	local function refused(changes, part, hint)
		local ok, problem = errors.capture(function()
			kind.define(definition(changes))
		end)
		assert.is_false(ok)
		has(problem.what, part)
		if hint then
			has(problem.hints[1][1], hint)
		end
		return problem
	end

	it("that is wrong is refused with the nearest name", function()
		refused({ preflihgt = function() end }, 'unknown key "preflihgt"', "preflight")
		refused({ properties = { size = { type = "int" } } }, 'unknown type "int"', "integer")
		refused({ properties = { size = { tpye = "integer" } } }, 'unknown key "tpye"', "type")
		refused({ properties = { size = { compare = "sett" } } }, '"sett"', "set")
		refused({ properties = { size = "integer" } }, "must be a table")
		refused({ properties = { "size" } }, "names only", "properties = {")
		refused({ outputs = { "thing_id" } }, "table of names", "outputs = {")
		refused({ create = "thing" }, "create must be a function")
		refused({ name = "thing" }, "two parts in lower case")
		refused({ name = "Acme.Thing" }, "two parts in lower case")
	end)

	it("that lacks a function is told what the function does", function()
		for _, name in ipairs { "list", "read", "observe", "create", "update", "delete" } do
			local given = definition()
			given[name] = nil
			local ok, problem = errors.capture(kind.define, given)
			assert.is_false(ok)
			has(problem.what, "the definition needs " .. name)
			has(problem.hints[1][1], name .. "(ctx")
		end
	end)

	it("is refused at its place in the script", function()
		local _, problem = errors.capture(function()
			kind.define {
				name = "acme.thing",
				properties = {},
				efect = function() end,
			}
		end)
		local told = errors.describe(problem)
		has(told.text or tostring(problem), "efect")
		assert.matches("custom_kind_spec.lua$", problem.at and problem.at.file or "")
	end)
end)

describe("what a kind's functions give", function()
	local function refused(changes, part)
		local made = kind.define(definition(changes))
		local ok, problem = errors.capture(function()
			local s = stack.new("thing", { kinds = { made.name } })
			s:add(made.name, "a", { size = 1 })
			s:apply(s:plan())
		end)
		assert.is_false(ok)
		has(problem.what, part)
	end

	local function item()
		return {
			id = "thing-1",
			tags = { ["dmsrun:stack"] = "thing", ["dmsrun:resource"] = "acme.thing/a" },
		}
	end

	it("is told by name where it is wrong", function()
		refused({ list = function() end }, "list gave nothing, and not a list of items")
		refused({ list = item }, "list gave one item")
		refused({
			list = function()
				return { { id = 5 } }
			end,
		}, "an item whose id is a number")
		refused({
			list = function()
				return { { id = "a", tags = { { key = "k", value = "v" } } } }
			end,
		}, "whose tags are AWS's list")
		refused({
			list = function()
				return { item() }
			end,
			observe = function() end,
		}, "observe gave nothing, and not a table")
		refused({
			list = function()
				return { item() }
			end,
			observe = function()
				return { properties = { sise = 1 } }
			end,
		}, 'observe gave "sise", which is no property')
		refused({ create = function() end }, "create gave nothing, and not the id")
	end)
end)
