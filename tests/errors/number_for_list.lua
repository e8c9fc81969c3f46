local aws = require "aws"

aws.dms.create_replication_subnet_group {
	replication_subnet_group_identifier = "group",
	replication_subnet_group_description = "two zones",
	subnet_ids = 2,
}
