--- The ways out of a subnet: its route table, and the private endpoints of its VPC. What stands in
--- the subnet loses its connections with them, so in a deletion they go after it.

local aws = require "aws"
local tags = require "kinds.support.tags"

local ways = {}

--- The stack's own, by the same question as their kinds ask, so that it costs no call.
local function of_stack(ctx, operation)
	return ctx:sweep(operation, {
		filters = { { name = "tag:" .. tags.STACK, values = { ctx.stack } } },
	})
end

--- The ids of the route tables that serve some subnets, and of the endpoints in their VPC.
---@param ctx table
---@param subnet_ids string[]
---@param vpc_id? string
---@return string[]
function ways.of(ctx, subnet_ids, vpc_id)
	local ids, wanted = {}, {}
	for _, id in ipairs(subnet_ids) do
		wanted[id] = true
	end
	if next(wanted) == nil then
		return ids
	end
	for _, raw in ipairs(of_stack(ctx, aws.ec2.describe_route_tables)) do
		for _, association in ipairs(raw.associations or {}) do
			if association.subnet_id and wanted[association.subnet_id] then
				ids[#ids + 1] = raw.route_table_id
			end
		end
	end
	if vpc_id then
		for _, raw in ipairs(of_stack(ctx, aws.ec2.describe_vpc_endpoints)) do
			if raw.vpc_id == vpc_id then
				ids[#ids + 1] = raw.vpc_endpoint_id
			end
		end
	end
	return ids
end

return ways
