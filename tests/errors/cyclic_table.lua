local aws = require "aws"

local filter = { name = "engine-name", values = { "mysql" } }
filter.values[2] = filter
aws.dms.describe_endpoints { filters = { filter } }
