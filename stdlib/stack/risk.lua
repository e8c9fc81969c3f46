--- What of a plan a careful person looks at twice: who may do what, who can reach what, what is
--- encrypted, and what is lost. Found in the steps, told in their words.

local cidr = require "network.cidr"
local grants = require "stack.grants"

local risk = {}

---@class stack.Risk
---@field class "iam"|"network"|"public"|"encryption"
---@field resource string
---@field text string
---@field always boolean whether it is looked at twice for a new resource too

--- Ranges that are shorter than this hold a good part of the internet: two halves of it are all of it.
local OPEN_V4, OPEN_V6 = 8, 17

--- The ranges that nobody reaches from outside: private ones, those of carriers, of a link, of a host.
local INSIDE = {
	"10.0.0.0/8",
	"172.16.0.0/12",
	"192.168.0.0/16",
	"100.64.0.0/10",
	"169.254.0.0/16",
	"127.0.0.0/8",
}

--- How long a range's prefix is; one without any is a single address.
local function prefix_of(range)
	local digits = range:match "/(%d+)%s*$"
	return digits and tonumber(digits) or (range:find(":", 1, true) and 128 or 32)
end

--- Whether a range is one of a network of one's own; of a range that is not known yet it is believed.
local function is_inside(range)
	if type(range) ~= "string" then
		return true
	elseif range:find(":", 1, true) then
		return range:find "^[fF][cdCD]" ~= nil or range:find "^[fF][eE][89abAB]" ~= nil
	end
	local own = cidr.parse(range)
	for _, text in ipairs(INSIDE) do
		local inside = cidr.parse(text)
		if own and inside and own.prefix >= inside.prefix and cidr.overlap(own, inside) then
			return true
		end
	end
	return false
end

--- Whether a range lets a good part of the internet in.
local function is_open(range)
	if type(range) ~= "string" then
		return false
	end
	return not is_inside(range)
		and prefix_of(range) < (range:find(":", 1, true) and OPEN_V6 or OPEN_V4)
end

--- A text, or what stands for one that is known only after apply.
local function text_of(value)
	return type(value) == "string" and value or "what is known after apply"
end

--- One text for a rule of a security group.
local function rule_text(rule)
	local range = rule.cidr or rule.ipv6_cidr or rule.prefix_list_id
	local target = range and text_of(range)
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
				local range = rule.cidr or rule.ipv6_cidr
				if not have[text] and direction == "ingress" and is_open(range) then
					add("public", ("%s %s"):format(words, text))
				elseif not have[text] then
					-- What lets somebody in from outside is no need of a stack's own.
					local outside = direction == "ingress" and range ~= nil and not is_inside(range)
					add("network", ("%s %s"):format(words, text), outside)
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
	local function destination_of(route)
		return text_of(
			route.destination_cidr_block
				or route.destination_ipv6_cidr_block
				or route.destination_prefix_list_id
				or ""
		)
	end
	local had = {}
	for _, route in ipairs(change.from) do
		had[destination_of(route)] = route.gateway_id ~= nil
	end
	for _, route in ipairs(type(change.to) == "table" and change.to or {}) do
		local destination = destination_of(route)
		if route.gateway_id ~= nil and not had[destination] then
			add("network", ("%s goes straight to the internet gateway"):format(destination))
		end
	end
end

--- What of some documents is in the set that `what` makes of each, in one.
local function union(documents, what)
	local all = {}
	if type(documents) ~= "table" then
		-- Known only after apply.
		return documents == nil and all or what(documents)
	end
	for _, document in pairs(documents) do
		for text in pairs(what(document)) do
			all[text] = true
		end
	end
	return all
end

--- What the documents of a resource grant more than before, and to whom.
local function widened(before, after, add, words)
	local everybody = added(union(before, grants.to_everybody), union(after, grants.to_everybody))
	if #everybody > 0 then
		add("public", ("%s everybody %s"):format(words, brief(everybody)))
	end
	local whole = added(union(before, grants.whole), union(after, grants.whole))
	local more = added(union(before, grants.allowed), union(after, grants.allowed))
	if #more > 0 then
		add("iam", ("%s %s"):format(words, brief(#whole > 0 and whole or more)), #whole > 0)
	end
	local less = added(union(after, grants.denied), union(before, grants.denied))
	if #less > 0 then
		add("iam", "no longer denies " .. brief(less))
	end
end

--- Managed policies that allow everything, or everything of a service, as their names tell.
local function is_whole(name)
	return name == "AdministratorAccess"
		or name == "PowerUserAccess"
		or name:find "FullAccess" ~= nil
end

local function attached(change, add)
	local have = {}
	for _, one in ipairs(change.from or {}) do
		have[one] = true
	end
	for _, one in ipairs(type(change.to) == "table" and change.to or {}) do
		if type(one) == "string" and not have[one] then
			local name = one:match "([^/]+)$" or one
			add("iam", "attaches " .. name, is_whole(name))
		elseif type(one) ~= "string" then
			add("iam", "attaches what is known only after apply")
		end
	end
end

LOOK["iam.role"] = function(changes, add)
	local trust = changes.assume_role_policy_document
	if trust then
		local open = added(grants.to_everybody(trust.from), grants.to_everybody(trust.to))
		if #open > 0 then
			add("public", "lets everybody take the role")
		end
		local more = added(grants.allowed(trust.from), grants.allowed(trust.to))
		if #more > 0 or trust.from ~= nil then
			add("iam", "who may take the role changes")
		end
	end
	local inline = changes.policies
	if inline then
		widened(inline.from, inline.to, add, "allows")
	end
	if changes.managed_policy_arns then
		attached(changes.managed_policy_arns, add)
	end
	local limit = changes.permissions_boundary
	if limit and limit.from and not limit.to then
		add("iam", "loses its permissions boundary")
	elseif limit and limit.from then
		add("iam", "its permissions boundary changes")
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
	if changes.policy then
		widened({ changes.policy.from }, { changes.policy.to }, add, "the bucket policy allows")
	end
end

--- A policy that says who may use something, where each change of it is worth a look.
local function resource_policy(property, words, from_the_start)
	return function(changes, add)
		local change = changes[property]
		if not change then
			return
		end
		local open = added(grants.to_everybody(change.from), grants.to_everybody(change.to))
		if #open > 0 then
			add("public", "allows everybody " .. brief(open))
		end
		if change.from or (from_the_start and change.to) then
			add("iam", words)
		end
	end
end

LOOK["kms.key"] = resource_policy("policy", "who may use the key changes", false)
LOOK["secretsmanager.secret"] =
	resource_policy("resource_policy", "who may read the secret changes", true)
LOOK["sns.topic"] = resource_policy("policy", "who may use the topic changes", true)

--- Its policy narrows what may be reached through it; without one that is everything.
LOOK["ec2.vpc_endpoint"] = function(changes, add)
	local change = changes.policy_document
	if change and change.from then
		add("iam", "what may be reached through it, and by whom, changes")
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
			look(step.changes, function(class, text, always)
				always = class == "public" or always or false
				texts[#texts + 1] = { class = class, text = text, always = always }
			end)
			table.sort(texts, function(a, b)
				return a.class .. a.text < b.class .. b.text
			end)
			for _, one in ipairs(texts) do
				found[#found + 1] = {
					class = one.class,
					resource = ("%s %q"):format(step.kind, step.id),
					text = one.text,
					always = one.always,
				}
			end
		end
	end
	return found
end

--- How `--allow` names what is done to a resource, and the word for it in a question.
---@type table<string, string[]?>
local DONE = {
	delete = { "destroy", "is deleted" },
	replace = { "replace", "is replaced" },
	may_replace = { "replace", "may be replaced" },
}

--- What is done to a step's resource. What a replacement has left, because its run was cut off, goes
--- by the same name as the replacement: the same command, allowed the same, ends it.
---@param step table
---@return string[]?
local function done_of(step)
	if step.action == "delete" and step.reason:find "^was replaced by " then
		return DONE.replace
	end
	return step.may_replace and DONE.may_replace or DONE[step.action]
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
--- What a new resource needs is no widening, but for what everybody may reach, what lets somebody in from
--- outside, and what allows everything.
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
			local reason = step.may_replace or step.reason
			add(done[1], ("%s %s: %s"):format(title(step), done[2], reason))
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
		-- The replacement of something may be wider than what it replaces.
		if one.always or (step and step.action ~= "create") then
			add(one.class, ("%s %s"):format(one.resource, one.text))
		end
	end
	return lines, classes
end

return risk
