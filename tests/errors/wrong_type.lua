local aws = require("aws")
aws.dms.describe_endpoints({
	filters = { { name = "endpoint-id", values = { "a" } }, { name = "engine-name", values = 3 } },
})
