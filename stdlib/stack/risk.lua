--- What of a plan a careful person looks at twice: who may do what, who can reach what, what is
--- encrypted, and what is lost. Found in the steps, told in their words.

local policy = require "kinds.support.policy"

local risk = {}

---@class stack.Risk
---@field class "iam"|"network"|"public"|"encryption"
---@field resource string
---@field text string

local ANYWHERE = { ["0.0.0.0/0"] = true, ["::/0"] = true }

--- One text for a rule of a security group.
local function rule_text(rule)
	local target = rule.cidr
		or rule.ipv6_cidr
		or rule.prefix_list_id
		or (rule.self and "itself")
		or (type(rule.source_group_id) == "string" and rule.source_group_id)
		or "another group"
	local protocol = tostring(rule.protocol or "tcp")
	local ports = "all ports"
	if rule.from_port then
		local last = rule.to_port or rule.from_port
		ports = last == rule.from_port and tostring(rule.from_port)
			or ("%s-%s"):format(rule.from_port, last)
	end
	return ("%s %s %s"):format(protocol == "-1" and "everything" or protocol, ports, target)
end

local function rules_of(list)
	local set = {}
	for _, rule in ipairs(type(list) == "table" and list or {}) do
		set[rule_text(rule)] = rule
	end
	return set
end

--- Every action and resource that a policy allows.
local function allowed(document)
	local set = {}
	if type(document) == "string" then
		local ok, decoded = pcall(policy.decode, document)
		document = ok and decoded or nil
	end
	local function list(value)
		return type(value) == "table" and value or { value }
	end
	for _, statement in ipairs(type(document) == "table" and document.Statement or {}) do
		if statement.Effect == "Allow" then
			for _, action in ipairs(list(statement.Action)) do
				for _, on in ipairs(list(statement.Resource or statement.Principal or "*")) do
					local name = type(on) == "string" and on or "…"
					set[("%s on %s"):format(tostring(action), name)] = true
				end
			end
		end
	end
	return set
end

local function sorted(set)
	local list = {}
	for text in pairs(set) do
		list[#list + 1] = text
	end
	table.sort(list)
	return list
end

local function added(before, after)
	local more = {}
	for text in pairs(after) do
		if not before[text] then
			more[text] = true
		end
	end
	return sorted(more)
end

local function brief(list)
	local shown = table.move(list, 1, math.min(#list, 3), 1, {})
	local more = #list > 3 and (", and %d more"):format(#list - 3) or ""
	return table.concat(shown, ", ") .. more
end

local LOOK = {}

LOOK["ec2.security_group"] = function(changes, add)
	for direction, words in pairs { ingress = "lets in", egress = "lets out" } do
		local change = changes[direction]
		if change and change.to then
			local have = rules_of(change.from)
			for text, rule in pairs(rules_of(change.to)) do
				if not have[text] then
					local open = ANYWHERE[rule.cidr or rule.ipv6_cidr or ""]
					local wide = direction == "ingress" and open
					add(wide and "public" or "network", ("%s %s"):format(words, text))
				end
			end
		end
	end
end

LOOK["ec2.subnet"] = function(changes, add)
	local change = changes.map_public_ip_on_launch
	if change and change.from == false and change.to == true then
		add("public", "what is started in it gets a public address")
	end
end

LOOK["ec2.route_table"] = function(changes, add)
	local change = changes.routes
	if not change or not change.from then
		return
	end
	local had = {}
	for _, route in ipairs(change.from) do
		had[route.destination_cidr_block or ""] = route.gateway_id ~= nil
	end
	for _, route in ipairs(type(change.to) == "table" and change.to or {}) do
		local destination = route.destination_cidr_block or ""
		if route.gateway_id ~= nil and not had[destination] then
			add("network", ("%s goes straight to the internet gateway"):format(destination))
		end
	end
end

LOOK["iam.role"] = function(changes, add)
	local trust = changes.assume_role_policy_document
	if trust then
		local more = added(allowed(trust.from), allowed(trust.to))
		if #more > 0 or trust.from ~= nil then
			add("iam", "who may take the role changes")
		end
	end
	local inline = changes.policies
	if inline then
		local before, after = {}, {}
		for _, document in pairs(inline.from or {}) do
			for text in pairs(allowed(document)) do
				before[text] = true
			end
		end
		for _, document in pairs(type(inline.to) == "table" and inline.to or {}) do
			for text in pairs(allowed(document)) do
				after[text] = true
			end
		end
		local more = added(before, after)
		if #more > 0 then
			add("iam", "allows " .. brief(more))
		end
	end
	local managed = changes.managed_policy_arns
	if managed then
		local have = {}
		for _, one in ipairs(managed.from or {}) do
			have[one] = true
		end
		for _, one in ipairs(managed.to or {}) do
			if type(one) == "string" and not have[one] then
				add("iam", "attaches " .. (one:match "([^/]+)$" or one))
			end
		end
	end
	local limit = changes.permissions_boundary
	if limit and limit.from and not limit.to then
		add("iam", "loses its permissions boundary")
	end
end

LOOK["iam.shared_role"] = function(changes, add)
	for _, one in ipairs((changes.managed_policy_arns or {}).to or {}) do
		add("iam", "attaches " .. (tostring(one):match "([^/]+)$" or tostring(one)))
	end
end

LOOK["dms.replication_instance"] = function(changes, add)
	if changes.publicly_accessible and changes.publicly_accessible.to == true then
		add("public", "gets a public address")
	end
end

LOOK["dms.endpoint"] = function(changes, add)
	local mode = changes.ssl_mode
	if mode and mode.from and mode.from ~= "none" and mode.to == "none" then
		add(
			"encryption",
			("the connection is no longer encrypted (ssl_mode %s → none)"):format(mode.from)
		)
	end
end

LOOK["s3.bucket"] = function(changes, add)
	for name, value in pairs((changes.public_access_block or {}).to or {}) do
		if value == false then
			add("public", ("public access: %s is off"):format(name))
		end
	end
	if changes.tls_only and changes.tls_only.from and not changes.tls_only.to then
		add("encryption", "plain HTTP is let in again")
	end
	if changes.encryption and changes.encryption.from then
		add("encryption", "how objects are encrypted changes")
	end
	local document = changes.policy and changes.policy.to
	local more = document and added(allowed(changes.policy.from), allowed(document)) or {}
	if #more > 0 then
		add("iam", "the bucket policy allows " .. brief(more))
	end
end

LOOK["kms.key"] = function(changes, add)
	if changes.policy and changes.policy.from then
		add("iam", "who may use the key changes")
	end
end

LOOK["secretsmanager.secret"] = function(changes, add)
	if changes.resource_policy and changes.resource_policy.to then
		add("iam", "who may read the secret changes")
	end
end

LOOK["sns.topic"] = function(changes, add)
	if changes.policy and changes.policy.to then
		add("iam", "who may use the topic changes")
	end
end

--- The risks of a plan's steps, in their order.
---@param steps table[]
---@return stack.Risk[]
function risk.of(steps)
	local found = {}
	for _, step in ipairs(steps) do
		local look = LOOK[step.kind]
		if look and step.action ~= "delete" and step.action ~= "wait" then
			local texts = {}
			look(step.changes, function(class, text)
				texts[#texts + 1] = { class = class, text = text }
			end)
			table.sort(texts, function(a, b)
				return a.class .. a.text < b.class .. b.text
			end)
			for _, one in ipairs(texts) do
				found[#found + 1] = {
					class = one.class,
					resource = ("%s %q"):format(step.kind, step.id),
					text = one.text,
				}
			end
		end
	end
	return found
end

--- How `--allow` names what is done to a resource, and the word for it in a question.
---@type table<string, string[]?>
local DONE = { delete = { "destroy", "is deleted" }, replace = { "replace", "is replaced" } }

--- What is done to a step's resource. What a replacement has left, because its run was cut off, goes
--- by the same name as the replacement: the same command, allowed the same, ends it.
---@param step table
---@return string[]?
local function done_of(step)
	if step.action == "delete" and step.reason:find "^was replaced by " then
		return DONE.replace
	end
	return DONE[step.action]
end

--- What an effect on replication is called, by words in it.
local EFFECTS = {
	{ "interrupts", "stop" },
	{ "reload", "reload" },
	{ "load begins anew", "reload" },
	{ "full load", "reload" },
}

local function title(step)
	return ("%s %q"):format(step.kind, step.id)
end

--- The class of what a step loses, as `--allow` names it.
---@param step table
---@return string
function risk.class_of_loss(step)
	local done = done_of(step)
	return done and done[1] or "reload"
end

--- What needs a second look before it is done: what goes away or stands still, and what is widened.
--- What a new resource needs is no widening, but for what everybody may reach.
---@param steps table[]
---@param risks stack.Risk[]
---@return string[] lines
---@return table<string, boolean> classes
function risk.second_look(steps, risks)
	local lines, classes, by_name = {}, {}, {}
	local function add(class, text)
		classes[class] = true
		if lines[#lines] ~= text then
			lines[#lines + 1] = text
		end
	end
	for _, step in ipairs(steps) do
		by_name[title(step)] = step
		local done = done_of(step)
		if done then
			add(done[1], ("%s %s: %s"):format(title(step), done[2], step.reason))
		end
		local effect = step.effect or ""
		for _, one in ipairs(EFFECTS) do
			if effect:find(one[1], 1, true) then
				add(one[2], ("%s: %s"):format(title(step), effect))
			end
		end
	end
	for _, one in ipairs(risks) do
		local step = by_name[one.resource]
		if one.class == "public" or (step and step.action == "update") then
			add(one.class, ("%s %s"):format(one.resource, one.text))
		end
	end
	return lines, classes
end

return risk
