--- IAM policy documents: read from AWS, sent to AWS, and compared by what they mean.
---
---     local policy = require "kinds.support.policy"
---     policy.trust({ "dms.amazonaws.com" }).Version   --> "2012-10-17": the document that lets DMS assume a role

local json = require "json"

local policy = {}

local VERSION = "2012-10-17"

--- A document of some statements.
---@param statements table[]
---@return table
function policy.document(statements)
	return { Version = VERSION, Statement = statements }
end

--- The trust policy that lets AWS services assume a role.
---@param services string[]
---@return table
function policy.trust(services)
	local principal = #services == 1 and services[1] or services
	return policy.document {
		{ Effect = "Allow", Principal = { Service = principal }, Action = "sts:AssumeRole" },
	}
end

--- A document as text for AWS, whether it was declared as a table or as text.
---@param document table|string
---@return string
function policy.encode(document)
	return type(document) == "table" and json.encode(document) or document --[[@as string]]
end

--- A document that AWS gave, as a table. IAM percent-encodes its documents.
---@param text? string
---@return table?
function policy.decode(text)
	if text == nil or text == "" then
		return nil
	end
	if text:sub(1, 1) == "%" then
		text = text:gsub("%%(%x%x)", function(hex)
			---@diagnostic disable-next-line: param-type-mismatch
			return string.char(tonumber(hex, 16))
		end)
	end
	return json.decode(text)
end

--- One text for all spellings of a value: lists are sets, and one member equals a list of it.
local function canonical(value)
	if type(value) ~= "table" then
		return tostring(value)
	end
	local parts = {}
	if value[1] ~= nil then
		for _, member in ipairs(value) do
			parts[#parts + 1] = canonical(member)
		end
		table.sort(parts)
		return #parts == 1 and parts[1] or "[" .. table.concat(parts, ",") .. "]"
	end
	for key, member in pairs(value) do
		parts[#parts + 1] = key .. "=" .. canonical(member)
	end
	table.sort(parts)
	return "{" .. table.concat(parts, ",") .. "}"
end

local function table_of(document)
	return type(document) == "string" and policy.decode(document) or document
end

--- Whether two documents say the same.
---@param a? table|string
---@param b? table|string
---@return boolean
function policy.equal(a, b)
	return canonical(table_of(a)) == canonical(table_of(b))
end

--- Whether two tables of documents by name are the same.
---@param a? table<string, table|string>
---@param b? table<string, table|string>
---@return boolean
function policy.all_equal(a, b)
	a, b = a or {}, b or {}
	for name, document in pairs(a) do
		if b[name] == nil or not policy.equal(document, b[name]) then
			return false
		end
	end
	for name in pairs(b) do
		if a[name] == nil then
			return false
		end
	end
	return true
end

return policy
