---@meta hash

--- Digests of texts and files, and bytes as text.
---
--- ```lua
--- local hash = require "hash"
--- hash.sha256 "" --> "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
--- hash.sha256("abc", "base64") --> "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="
--- hash.hmac("Jefe", "what do ya want for nothing?"):sub(1, 16) --> "5bdcc146bf60754e"
--- hash.base64 "any\0bytes" --> "YW55AGJ5dGVz"
--- hash.unbase64 "YW55" --> "any"
--- hash.hex "\255\1" --> "ff01"
--- hash.unhex "f" --> error: pairs of hexadecimal digits
--- ```
---@class hash
local hash = {}

---@alias hash.Encoding "hex"|"base64"|"bytes"

--- The SHA-256 of a text.
---@param text string
---@param encoding? hash.Encoding
---@return string
function hash.sha256(text, encoding) end

--- The SHA-512 of a text.
---@param text string
---@param encoding? hash.Encoding
---@return string
function hash.sha512(text, encoding) end

--- The HMAC-SHA256 of a text, as webhooks are signed.
---@param key string|secret.Secret
---@param text string
---@param encoding? hash.Encoding
---@return string
function hash.hmac(key, text, encoding) end

--- The SHA-256 of a file of any size.
---@param path string
---@param encoding? hash.Encoding
---@return string
function hash.file(path, encoding) end

--- Bytes as hexadecimal digits.
---@param bytes string
---@return string
function hash.hex(bytes) end

--- The bytes of hexadecimal digits.
---@param text string
---@return string
function hash.unhex(text) end

--- Bytes as base64.
---@param bytes string
---@return string
function hash.base64(bytes) end

--- The bytes of base64, also without padding, on several lines, or in the alphabet of URLs.
---@param text string
---@return string
function hash.unbase64(text) end

return hash
