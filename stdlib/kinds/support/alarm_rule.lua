--- The rule of a composite alarm: `ALARM("a") AND NOT OK(b)`. Read here to tell what is wrong with it
--- before AWS does, which alarms it looks at, and whether two rules say the same.
---
---     local rule = require "kinds.support.alarm_rule"
---     rule.alarms "ALARM(cpu) OR ALARM(\"disk full\")"   --> { "cpu", "disk full" }
---     rule.problem "ALARM(cpu) OR"                       --> "an alarm's function is missing at the end"
---     rule.same("ALARM(cpu)  OR TRUE", "ALARM(\"cpu\") OR TRUE")   --> true

local arn = require "kinds.support.arn"
local suggest = require "suggest"

local rule = {}

---@type table<string, boolean>
local STATES = { ALARM = true, OK = true, INSUFFICIENT_DATA = true }

local WORDS = { "ALARM", "OK", "INSUFFICIENT_DATA", "AND", "OR", "NOT", "TRUE", "FALSE" }

--- AWS's own limits.
local MOST_ALARMS, MOST_ELEMENTS, MOST_CHARACTERS = 100, 500, 10240

--- How deep parentheses and NOTs may be nested.
local MOST_DEPTH = 100

--- A name between the parentheses of a function, from `at` on: quoted, or up to the parenthesis.
local function argument(text, at)
	local quote = text:match("^%s*([\"'])", at)
	if quote then
		local name, after = text:match("^%s*" .. quote .. "(.-)" .. quote .. "%s*%)()", at)
		return name, after
	end
	local name, after = text:match("^%s*([^()]-)%s*%)()", at)
	return name, after
end

--- The words, parentheses and functions of a rule; nil and the reason where it has something else.
local function tokens(text)
	local list, at = {}, 1
	while true do
		at = text:match("^%s*()", at)
		if at > #text then
			return list
		end
		local sign = text:match("^[()]", at)
		local word, after = text:match("^([%a_]+)()", at)
		if sign then
			list[#list + 1] = { sign = sign }
			at = at + 1
		elseif not word then
			return nil, ("%q is not understood"):format(text:sub(at, at + 19))
		elseif STATES[word] then
			local open = text:match("^%s*%(()", after)
			if not open then
				return nil, ("%s wants the name of an alarm: %s(name)"):format(word, word)
			end
			local name, rest = argument(text, open)
			if not name or name == "" then
				return nil, ("the parenthesis after %s is not closed, or empty"):format(word)
			end
			list[#list + 1] = { state = word, alarm = name }
			at = rest
		elseif
			word == "AND"
			or word == "OR"
			or word == "NOT"
			or word == "TRUE"
			or word == "FALSE"
		then
			list[#list + 1] = { word = word }
			at = after
		else
			local near = suggest.did_you_mean(word, WORDS)
			local known = "it has ALARM, OK, INSUFFICIENT_DATA, AND, OR, NOT, TRUE and FALSE"
			return nil, ("%q is no word of a rule; %s"):format(word, near or known)
		end
	end
end

--- Checks one operand from `at` on. Gives where it ends, or nil and the reason.
---@type fun(list: table[], at: integer, depth: integer): integer?, string?
local expression

local function operand(list, at, depth)
	local token = list[at]
	if depth > MOST_DEPTH then
		return nil, ("it is nested more than %d deep"):format(MOST_DEPTH)
	elseif not token then
		return nil, "an alarm's function is missing at the end"
	elseif token.word == "NOT" then
		return operand(list, at + 1, depth + 1)
	elseif token.state or token.word == "TRUE" or token.word == "FALSE" then
		return at + 1
	elseif token.sign == "(" then
		local after, reason = expression(list, at + 1, depth + 1)
		if not after then
			return nil, reason
		elseif not list[after] or list[after].sign ~= ")" then
			return nil, "a parenthesis is not closed"
		end
		return after + 1
	end
	return nil, ("%s stands where an alarm's function is wanted"):format(token.word or token.sign)
end

function expression(list, at, depth)
	local after, reason = operand(list, at, depth)
	while after and list[after] and (list[after].word == "AND" or list[after].word == "OR") do
		after, reason = operand(list, after + 1, depth)
	end
	return after, reason
end

--- What is wrong with a rule; nil where AWS takes it.
---@param text string
---@return string?
function rule.problem(text)
	if #text > MOST_CHARACTERS then
		return ("it has %d characters; CloudWatch takes %d"):format(#text, MOST_CHARACTERS)
	end
	local list, reason = tokens(text)
	if not list then
		return reason
	end
	local after
	after, reason = expression(list, 1, 0)
	if not after then
		return reason
	elseif list[after] then
		---@type table
		local token = list[after]
		local shown = token.sign or token.word or (token.state .. "(" .. token.alarm .. ")")
		return ("%s stands where AND or OR is wanted"):format(shown)
	end
	local count = #rule.alarms(text)
	if count > MOST_ALARMS then
		return ("it names %d alarms; CloudWatch takes %d"):format(count, MOST_ALARMS)
	elseif #list > MOST_ELEMENTS then
		return ("it has %d elements; CloudWatch takes %d"):format(#list, MOST_ELEMENTS)
	end
end

--- The names of the alarms that a rule looks at, each once, in the order of the rule. An ARN counts as
--- the name in it.
---@param text? string
---@return string[]
function rule.alarms(text)
	local names, seen = {}, {}
	for _, token in ipairs(tokens(text or "") or {}) do
		local name = token.alarm and arn.alarm(token.alarm)
		if name and not seen[name] then
			seen[name] = true
			names[#names + 1] = name
		end
	end
	return names
end

--- One spelling of a rule: no quotes, single blanks, names instead of ARNs.
local function canonical(text)
	local parts = {}
	for _, token in ipairs(tokens(text) or { { word = text } }) do
		parts[#parts + 1] = token.state and ("%s(%s)"):format(token.state, arn.alarm(token.alarm))
			or token.word
			or token.sign
	end
	return table.concat(parts, " ")
end

--- Whether two rules say the same, however they are spelt.
---@param declared any
---@param live any
---@return boolean
function rule.same(declared, live)
	if type(declared) ~= "string" or type(live) ~= "string" then
		return declared == live
	end
	return canonical(declared) == canonical(live)
end

return rule
