-- Pasted from a wiki.
local name = “orders”
print(name)
