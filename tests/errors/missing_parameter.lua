local aws = require("aws")
aws.dms.stop_replication_task({})
