---@meta aws

--- Every operation of the AWS services that a migration touches: `aws.<service>.<operation>{…}`,
--- parameters and results in snake_case. A misspelt name is an error with the nearest one, before
--- anything is sent. A failure raises a table with `service`, `operation`, `code`, `message`,
--- `request_id` and `retryable`.
---
--- ```lua
--- local aws = require "aws"
--- tostring(aws.dms.describe_endpoints) --> "aws.dms.describe_endpoints"
--- aws.dms.describe_endpoints.name --> "describe_endpoints"
--- aws.services()[1] --> "cloudwatch"
--- aws.dms.describe_endpoint {} --> error: Did you mean "describe_endpoints"
--- aws.expect { acount = "1" } --> error: Did you mean "account"?
--- aws.check(aws.dms.describe_endpoints, { max_records = "ten" }).path --> "max_records"
--- ```
---
--- The services and their operations are described by `dmsrun types`. Throttling and faults of the
--- service are retried by the host, on its clock. What would make a second one is not sent again where
--- AWS may have made the first: it fails with the code `AnswerLost`, whether its answer was lost or the
--- service failed at it, and whoever made the call looks before it is repeated. `--read-only` refuses
--- what is not a read; with `--dry-run` it is checked and not sent.
---@class aws
---@field is_local boolean whether it is the AWS inside the binary
local aws = {}

--- An operation of a service: callable, and an argument of `aws.pages`.
---@class aws.Operation
---@field name string
---@field service string
---@overload fun(arguments?: table, options?: aws.CallOptions): table

---@class aws.CallOptions
---@field region? string
---@field role? string the ARN of a role to take for this call
---@field timeout? number seconds in which it ends, its wait for a turn and its repeats included; where nothing is said, AWS has 300 once it was sent
---@field retry_codes? string[] error codes that pass by themselves

---@class aws.Identity
---@field account string
---@field arn string
---@field user_id string
---@field region string
---@field is_local boolean

---@class aws.Expectation
---@field account? string
---@field region? string

--- All items of an operation that answers in pages, as one list.
---@param operation aws.Operation such as `aws.dms.describe_endpoints`
---@param arguments? table
---@param options? aws.CallOptions
---@return table[]
function aws.pages(operation, arguments, options) end

--- An iterator over all items of an operation that answers in pages. It asks for a page when it needs
--- one and holds no other, for what is too much to be held at once:
--- `for row in aws.each(aws.dms.describe_table_statistics, { … }) do … end`.
---@param operation aws.Operation
---@param arguments? table
---@param options? aws.CallOptions
---@return fun(): table?
function aws.each(operation, arguments, options) end

--- Who we are, and where.
---@return aws.Identity
function aws.whoami() end

--- The region of the calls.
---@return string
function aws.region() end

--- Refuses every other account or region from here on.
---@param wanted aws.Expectation
function aws.expect(wanted) end

--- Whether arguments fit an operation: their names, types, enumeration values and what is required.
--- Nothing is sent, and no account is needed. References to other resources count as texts.
---@param operation aws.Operation
---@param arguments? table
---@return errors.Error? problem what the call would raise, with `path`, `message` and `hint`; nil when they fit
function aws.check(operation, arguments) end

--- The names of the services, sorted.
---@return string[]
function aws.services() end

--- The names of a service's operations, sorted.
---@param service string
---@return string[]
function aws.operations(service) end

return aws
