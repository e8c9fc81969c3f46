local stack = require("stack")
local s = stack.new("small")
s:add("ec2.vpc", "main", {
	cidr_blok = "10.0.0.0/16",
})
s:plan()
