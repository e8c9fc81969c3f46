--- The tag that says which server a secret leads to. What a secret holds is never read back, and in
--- which server's log a checkpoint is a place has to be known.

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
---@param tags? table<string, string> of the secret
---@return string? server
---@return integer? port
function server_tag.read(tags)
	local text = (tags or {})[server_tag.NAME]
	if not text then
		return nil
	end
	local server, port = text:match "^(.*):(%d+)$"
	return server or text, port and math.tointeger(tonumber(port)) or nil
end

return server_tag
