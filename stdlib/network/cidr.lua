--- Arithmetic with ranges of IPv4 addresses.
---
---     local cidr = require "network.cidr"
---     local vpc = cidr.parse "10.0.0.0/16"
---     cidr.subnet(vpc, 24, 3)   --> "10.0.2.0/24"
---     cidr.capacity(vpc, 24)    --> 256

local cidr = {}

---@class network.Range
---@field base integer the first address
---@field prefix integer how many bits are fixed
---@field text string

local function address_text(number)
	return ("%d.%d.%d.%d"):format(
		number >> 24 & 255,
		number >> 16 & 255,
		number >> 8 & 255,
		number & 255
	)
end

local function mask(prefix)
	return prefix == 0 and 0 or (0xffffffff << (32 - prefix)) & 0xffffffff
end

--- The number of an address; nil for a text that is none.
---@param text string
---@return integer?
function cidr.address(text)
	local number = 0
	local parts = { text:match "^(%d+)%.(%d+)%.(%d+)%.(%d+)$" }
	if #parts ~= 4 then
		return nil
	end
	for _, part in ipairs(parts) do
		local value = math.tointeger(tonumber(part))
		if value == nil or value > 255 then
			return nil
		end
		number = number << 8 | value
	end
	return number
end

--- A range from its text; nil and the reason for a text that is none.
---@param text any
---@return network.Range? range, string? reason
function cidr.parse(text)
	if type(text) ~= "string" then
		return nil, "a range of addresses is a text such as 10.0.0.0/16"
	end
	local address, bits = text:match "^([%d.]+)/(%d+)$"
	local number = address and cidr.address(address)
	local prefix = math.tointeger(tonumber(bits))
	if number == nil or prefix == nil or prefix > 32 then
		return nil, ("%q is no range of addresses; one is written as 10.0.0.0/16"):format(text)
	end
	local base = number & mask(prefix)
	if base ~= number then
		return nil,
			("%q does not begin at the start of its range; that is %s/%d"):format(
				text,
				address_text(base),
				prefix
			)
	end
	return { base = base, prefix = prefix, text = text }
end

--- How many ranges of a size fit into another.
---@param range network.Range
---@param prefix integer
---@return integer
function cidr.capacity(range, prefix)
	return prefix < range.prefix and 0 or 1 << (prefix - range.prefix)
end

--- The n-th range of a size inside another, counted from 1.
---@param range network.Range
---@param prefix integer
---@param n integer
---@return string
function cidr.subnet(range, prefix, n)
	local base = range.base + (n - 1 << 32 - prefix)
	return ("%s/%d"):format(address_text(base), prefix)
end

--- The size that a range needs to hold `count` ranges of a size.
---@param prefix integer
---@param count integer
---@return integer prefix
function cidr.holding(prefix, count)
	local bits = 0
	while 1 << bits < count do
		bits = bits + 1
	end
	return prefix - bits
end

--- Whether two ranges have an address in common.
---@param a network.Range
---@param b network.Range
---@return boolean
function cidr.overlap(a, b)
	local common = math.min(a.prefix, b.prefix)
	return a.base & mask(common) == b.base & mask(common)
end

--- Whether an address lies in a range.
---@param range network.Range
---@param address integer
---@return boolean
function cidr.contains(range, address)
	return address & mask(range.prefix) == range.base
end

return cidr
