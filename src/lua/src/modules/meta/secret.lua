---@meta secret

--- Texts that must not be shown. A secret prints as `***`; it can't be joined to text, measured,
--- formatted into plain text, or put into JSON. Once seen, its text is scrubbed from everything that
--- is shown, logged, journalled or raised. What a script writes by `io.write` or into a file is its
--- own affair.
---
--- ```lua
--- local secret = require "secret"
--- local password = secret.new "correct-horse"
--- tostring(password) --> "***"
--- ("p=%s"):format(password) --> "p=***"
--- password == secret.new "correct-horse" --> true
--- #secret.reveal(password) --> 13
--- "p=" .. password --> error: a secret can't be joined to text
--- require("json").encode { p = password } --> error: p: a secret has no form in JSON
--- ```
---@class secret
local secret = {}

--- A secret in Lua's hands. Two are equal where their texts are.
---@class secret.Secret: userdata

---@class secret.AwsOptions
---@field key? string the member of the secret's JSON; without it, the whole text
---@field region? string
---@field stage? string such as AWSPREVIOUS
---@field version? string the id of a version

---@class secret.PromptOptions
---@field env? string the variable that answers beforehand

--- A secret of a text; a secret stays what it is. Fails on anything else.
---@param text string|secret.Secret in UTF-8
---@return secret.Secret
function secret.new(text) end

--- The secret of an environment variable. Fails where it is not set, or empty.
---@param name string such as "ORDERS_PASSWORD"
---@return secret.Secret
function secret.env(name) end

--- The secret that a file holds, without the line break at its end. Fails where it can't be read,
--- or is empty.
---@param path string a file with the text and nothing else, in UTF-8
---@return secret.Secret
function secret.file(path) end

--- A secret of AWS Secrets Manager, by its name or ARN. AWS is asked when this is called. Fails as
--- an AWS call does, where it holds bytes, and where it has no such member (with the nearest name).
---@param id string its name or its ARN
---@param options? secret.AwsOptions
---@return secret.Secret
function secret.aws(id, options) end

--- Asks the person at the terminal; of what is typed only stars are shown. Fails where there is no terminal
--- and no variable, where nothing is typed, and by Ctrl-C.
---@param question string without a blank at its end
---@param options? secret.PromptOptions
---@return secret.Secret
function secret.prompt(question, options) end

--- The text itself, for the one place that must have it. Fails on anything but a secret.
---@param secret secret.Secret the secret
---@return string
function secret.reveal(secret) end

--- Whether a value is a secret.
---@param value any what is asked about
---@return boolean
function secret.is(value) end

--- Whether a value of this name is a secret by rights, such as `asmPassword` or `auth_token`.
---@param name string of a setting, a column, a variable
---@return boolean
function secret.is_name(name) end

--- Whether a text has a secret in it: before the host of a URL, in SQL that sets a password, or one
--- that was seen before.
---@param text string what is asked about
---@return boolean
function secret.inside(text) end

return secret
