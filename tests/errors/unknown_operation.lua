local aws = require("aws")
aws.dms.describe_replication_task({})
