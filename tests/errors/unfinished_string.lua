local aws = require "aws"
print("tasks:", #aws.dms.describe_replication_tasks({}).replication_tasks)
print("the end of the file comes first