local aws = require("aws")
aws.dms.delete_endpoint({ endpoint_arn = "arn:aws:dms:us-east-1:123456789012:endpoint:NOPE" })
