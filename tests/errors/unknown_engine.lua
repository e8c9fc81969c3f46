local stack = require("stack")
local s = stack.new("small")
s:add("dms.endpoint", "source", {
	endpoint_type = "source",
	engine_name = "oracel",
	server_name = "db1.internal",
})
s:plan()
