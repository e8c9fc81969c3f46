--- A stack that a history of the simulation generates: its resources come as JSON on the command line.
---
---     generated.lua deploy|plan|destroy '[{"kind":"sns.topic","id":"a","properties":{…}}, …]'
---
--- A text such as "@ec2.vpc/main.vpc_id" is a reference. `plan` ends with 2 where something is to change.

local engine = require "engine"
local host = require "host"
local json = require "json"
local stack = require "stack"

local verb, text = ...

local function value_of(value)
	if type(value) == "table" then
		local copy = {}
		for key, inner in pairs(value) do
			copy[key] = value_of(inner)
		end
		return copy
	end
	if type(value) == "string" then
		local kind, id, output = value:match "^@([%w_.]+)/([%w-]+)%.([%w_]+)$"
		if kind then
			return engine.reference(kind, id, output)
		end
	end
	return value
end

local s = stack.new("generated", {
	kinds = {
		"ec2.vpc",
		"ec2.subnet",
		"ec2.security_group",
		"sns.topic",
		"logs.log_group",
		"iam.role",
		"dms.endpoint",
		"dms.event_subscription",
		"s3.bucket",
	},
})
if verb ~= "destroy" then
	for _, one in ipairs(json.decode(text)) do
		s:add(one.kind, one.id, value_of(one.properties))
	end
end
local plan = verb == "destroy" and s:destroy() or s:plan()
print(plan:text(true))
if verb == "plan" then
	host.exit(plan.has_changes and 2 or 0)
end
s:apply(plan)
