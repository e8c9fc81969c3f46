local stack = require("stack")
local s = stack.new("small")
local vpc = s:add("ec2.vpc", "main", { cidr_block = "10.0.0.0/16" })
print(vpc.vpcid)
