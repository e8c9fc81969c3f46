--- What a policy document grants, as texts that can be compared: every spelling that AWS takes is read,
--- so that no widening hides behind another one.

local policy = require "kinds.support.policy"

local grants = {}

--- What stands in place of a document that nobody can look into yet.
local UNKNOWN = "what is known only after apply"

local function list(value)
	if type(value) ~= "table" then
		return { value }
	end
	return value
end

--- A member's text; references are known after apply.
local function text_of(value)
	return type(value) == "string" and value or "…"
end

local function joined(value)
	local texts = {}
	for _, one in ipairs(list(value)) do
		texts[#texts + 1] = text_of(one)
	end
	table.sort(texts)
	return table.concat(texts, ", ")
end

--- `Action`, or everything but `NotAction`: each member its own text.
local function members(statement, name)
	local but = statement["Not" .. name]
	if but ~= nil then
		return { "everything but " .. joined(but) }
	end
	local texts = {}
	for _, one in ipairs(list(statement[name])) do
		texts[#texts + 1] = text_of(one)
	end
	return texts
end

--- Those whom a statement is about: `*`, or the members of each sort.
local function principals(statement)
	local but = statement.NotPrincipal
	local who = but or statement.Principal
	if who == nil then
		return nil
	elseif type(who) ~= "table" then
		return { (but and "everybody but " or "") .. text_of(who) }
	end
	local texts = {}
	for sort, given in pairs(who) do
		for _, one in ipairs(list(given)) do
			texts[#texts + 1] = type(sort) == "string" and sort .. " " .. text_of(one)
				or text_of(one)
		end
	end
	table.sort(texts)
	return but and { "everybody but " .. table.concat(texts, ", ") } or texts
end

--- A condition in one text, whatever the order of its parts.
local function condition_text(value)
	if type(value) ~= "table" then
		return text_of(value)
	end
	local parts = {}
	for key, inner in pairs(value) do
		local text = condition_text(inner)
		parts[#parts + 1] = type(key) == "number" and text or key .. " " .. text
	end
	table.sort(parts)
	return table.concat(parts, " ")
end

local function condition_of(statement)
	local condition = statement.Condition
	if condition == nil or (type(condition) == "table" and next(condition) == nil) then
		return nil
	end
	return condition_text(condition)
end

--- The statements of a document, which may be a single one; nil where it can't be looked into.
local function statements(document)
	if document == nil then
		return {}
	elseif type(document) == "string" then
		local ok, decoded = pcall(policy.decode, document)
		document = ok and decoded or nil
	end
	if type(document) ~= "table" then
		return nil
	end
	local given = document.Statement
	if given == nil then
		return {}
	elseif type(given) ~= "table" then
		return nil
	end
	return given[1] == nil and next(given) ~= nil and { given } or given
end

--- Each grant of the statements with an effect.
local function each(document, effect, take)
	local all = statements(document)
	if not all then
		return take(UNKNOWN)
	end
	for _, statement in ipairs(all) do
		if type(statement) ~= "table" then
			take(UNKNOWN)
		elseif statement.Effect == effect then
			local condition = condition_of(statement)
			local whose = principals(statement)
			local on = members(statement, "Resource")
			for _, action in ipairs(members(statement, "Action")) do
				for _, resource in ipairs(#on > 0 and on or { false }) do
					for _, who in ipairs(whose or { false }) do
						local text = resource and ("%s on %s"):format(action, resource) or action
						text = who and ("%s to %s"):format(text, who) or text
						take(condition and ("%s if %s"):format(text, condition) or text, {
							action = action,
							resource = resource,
							who = who,
							condition = condition,
						})
					end
				end
			end
		end
	end
end

--- Every grant of a document: actions, resources, those who get it and the condition, in a text.
---@param document any a table or its JSON; what is known only after apply counts as one grant
---@return table<string, boolean>
function grants.allowed(document)
	local set = {}
	each(document, "Allow", function(text)
		set[text] = true
	end)
	return set
end

--- The same of what it denies.
---@param document any
---@return table<string, boolean>
function grants.denied(document)
	local set = {}
	each(document, "Deny", function(text)
		set[text] = true
	end)
	set[UNKNOWN] = nil
	return set
end

local EVERYBODY = { ["*"] = true, ["AWS *"] = true }

--- What a document grants to everybody, without a condition.
---@param document any
---@return table<string, boolean>
function grants.to_everybody(document)
	local set = {}
	each(document, "Allow", function(text, grant)
		local who = grant and grant.who
		if who and not grant.condition and (EVERYBODY[who] or who:find "^everybody but ") then
			set[text] = true
		end
	end)
	return set
end

--- What a document grants whole, on everything: every action, every action of a service, or all but some.
---@param document any
---@return table<string, boolean>
function grants.whole(document)
	local set = {}
	each(document, "Allow", function(text, grant)
		if grant and grant.resource and not grant.who then
			local everywhere = grant.resource == "*" or grant.resource:find "^everything but "
			local action = grant.action
			local all = action == "*" or action == "*:*" or action:find "^everything but "
			if all or (everywhere and action:find "^[%w%-]+:%*$") then
				set[text] = true
			end
		end
	end)
	return set
end

return grants
