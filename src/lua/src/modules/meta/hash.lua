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

--- The SHA-256 of a text. Fails on an unknown encoding.
---@param text string any bytes
---@param encoding? hash.Encoding how it is written (default "hex")
---@return string # 64 hexadecimal digits by default
function hash.sha256(text, encoding) end

--- The SHA-512 of a text. Fails on an unknown encoding.
---@param text string any bytes
---@param encoding? hash.Encoding how it is written (default "hex")
---@return string # 128 hexadecimal digits by default
function hash.sha512(text, encoding) end

--- The HMAC-SHA256 of a text, as webhooks are signed. Fails on an unknown encoding.
---@param key string|secret.Secret any length
---@param text string any bytes
---@param encoding? hash.Encoding how it is written (default "hex")
---@return string # 64 hexadecimal digits by default
function hash.hmac(key, text, encoding) end

--- The SHA-256 of a file of any size. Fails where the file can't be read.
---@param path string the file
---@param encoding? hash.Encoding how it is written (default "hex")
---@return string # 64 hexadecimal digits by default
function hash.file(path, encoding) end

--- Bytes as hexadecimal digits.
---@param bytes string any bytes
---@return string # in lower case
function hash.hex(bytes) end

--- The bytes of hexadecimal digits. Fails where it is not made of pairs of hexadecimal digits.
---@param text string in either case
---@return string
function hash.unhex(text) end

--- Bytes as base64.
---@param bytes string any bytes
---@return string # with padding, on one line
function hash.base64(bytes) end

--- The bytes of base64, also without padding, on several lines, or in the alphabet of URLs. Fails
--- where it is no base64.
---@param text string white space in it is passed over
---@return string
function hash.unbase64(text) end

return hash
