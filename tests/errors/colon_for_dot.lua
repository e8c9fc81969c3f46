-- An operation is no method.
local aws = require "aws"
aws.dms:describe_endpoints { max_records = 20 }
