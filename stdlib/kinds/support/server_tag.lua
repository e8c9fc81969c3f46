--- The tag that says which server a secret leads to. What a secret holds is never read back, and in
--- which server's log a checkpoint is a place has to be known.

local aws = require "aws"
local tags = require "kinds.support.tags"

local server_tag = {}

--- Its name. Whoever looks at the secret in the console may read it.
server_tag.NAME = "server"

--- What a tag can't hold, and what is more than a host.
local ODD = "[^%w_.:%-]"

--- What it says; nil where the host is not known before the deploy, none is given, or it is more than a
--- host.
---@param host any
---@param port? integer
---@return string?
function server_tag.text(host, port)
	if type(host) ~= "string" or host == "" or #host > 240 or host:find(ODD) then
		return nil
	end
	return port and ("%s:%d"):format(host, port) or host
end

--- What it says of a secret.
---@param written? table<string, string> the tags of the secret
---@return string? server
---@return integer? port
function server_tag.read(written)
	local text = (written or {})[server_tag.NAME]
	if not text then
		return nil
	end
	local server, port = text:match "^(.*):(%d+)$"
	return server or text, port and math.tointeger(tonumber(port)) or nil
end

--- An endpoint with the server that its secret leads to, where the secret says so.
---@param endpoint table as DMS describes it
---@return table
function server_tag.resolved(endpoint)
	local secret = endpoint.secrets_manager_secret_id
	for name, settings in pairs(endpoint) do
		if type(name) == "string" and name:find "_settings$" and type(settings) == "table" then
			secret = secret or settings.secrets_manager_secret_id
		end
	end
	if not secret or (endpoint.server_name or "") ~= "" then
		return endpoint
	end
	-- Whose secret it is, and whether it may be looked at, is not ours to say.
	local ok, answer = pcall(aws.secretsmanager.describe_secret, { secret_id = secret })
	local server, port = server_tag.read(ok and tags.map(answer.tags) or nil)
	local copy = {}
	for name, value in pairs(endpoint) do
		copy[name] = value
	end
	copy.server_name, copy.port = server, copy.port or port
	return copy
end

return server_tag
