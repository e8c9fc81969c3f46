local stack = require("stack")
local s = stack.new("small")
s:add("ec2.subnets", "a", {})
