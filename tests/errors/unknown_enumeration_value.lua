local aws = require("aws")
aws.dms.start_replication_task({
	replication_task_arn = "arn:aws:dms:us-east-1:123456789012:task:X",
	start_replication_task_type = "resume",
})
