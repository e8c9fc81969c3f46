local aws = require("aws")
aws.dms.describe_endpoints({
	filter = {},
})
