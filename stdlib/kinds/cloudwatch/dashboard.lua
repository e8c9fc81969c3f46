--- cloudwatch.dashboard: a page of graphs. Its body is compared by what it says, whether it is
--- declared as a table or as JSON text. Dashboards have no region: every region shows them.
---
---     local s = require("stack").new("example", { kinds = { "cloudwatch.dashboard" } })
---     s:add("cloudwatch.dashboard", "migration", {
---         dashboard_body = {
---             widgets = {
---                 { type = "text", x = 0, y = 0, width = 24, height = 2,
---                   properties = { markdown = "# The migration of orders" } },
---             },
---         },
---     })

local absence = require "kinds.support.absence"
local arn = require "kinds.support.arn"
local aws = require "aws"
local errors = require "errors"
local json = require "json"
local kind = require "kind"
local names = require "kinds.support.names"
local suggest = require "suggest"
local tags = require "kinds.support.tags"
local taken = require "kinds.support.taken"

local KINDS = { ["cloudwatch.dashboard"] = true }

local WIDGETS = { "metric", "text", "log", "alarm", "explorer", "custom" }

--- What a widget can't be drawn without.
local NEEDED = { text = "markdown", metric = "region", log = "region", alarm = "alarms" }

--- The grid of a dashboard, in its own units.
local COLUMNS, MOST_HEIGHT, MOST_WIDGETS = 24, 1000, 500

--- What CloudWatch takes as a name: letters, digits, hyphens and underscores.
local function name_of(text)
	return names.fit((text:gsub("[^%w_%-]", "-")), 255)
end

local function arn_of(ctx, name)
	local partition = arn.partition(ctx.region)
	return ("arn:%s:cloudwatch::%s:dashboard/%s"):format(partition, ctx.account, name)
end

local function tags_of(dashboard_arn)
	local answer = absence.or_nil(function()
		return aws.cloudwatch.list_tags_for_resource { resource_arn = dashboard_arn }
	end)
	return tags.map(answer and answer.tags)
end

local function get(name)
	return absence.or_nil(function()
		return aws.cloudwatch.get_dashboard { dashboard_name = name }
	end)
end

local function found_of(ctx, raw)
	return raw
		and {
			noun = "a dashboard",
			name = raw.dashboard_name,
			tags = tags_of(raw.dashboard_arn or arn_of(ctx, raw.dashboard_name)),
		}
end

local function within(what, value, from, to)
	if value ~= nil and (math.type(value) ~= "integer" or value < from or value > to) then
		return ("its %s is %s; CloudWatch takes whole numbers from %d to %d"):format(
			what,
			tostring(value),
			from,
			to
		)
	end
end

--- What is wrong with one widget; nil where CloudWatch draws it.
local function widget_problem(widget)
	if type(widget) ~= "table" then
		return "it is no table with type and properties"
	end
	local known = false
	for _, name in ipairs(WIDGETS) do
		known = known or widget.type == name
	end
	if not known then
		local near = suggest.did_you_mean(tostring(widget.type), WIDGETS)
		return ("its type is %s; %s"):format(
			widget.type == nil and "missing" or ("%q"):format(tostring(widget.type)),
			near or "types are: " .. table.concat(WIDGETS, ", ")
		)
	end
	local properties = widget.properties
	if type(properties) ~= "table" and type(properties) ~= "userdata" then
		return "it has no properties"
	end
	local needed = NEEDED[widget.type]
	if needed and type(properties) == "table" and properties[needed] == nil then
		return ("it is a widget of type %s without properties.%s"):format(widget.type, needed)
	end
	return within("x", widget.x, 0, COLUMNS - 1)
		or within("width", widget.width, 1, COLUMNS)
		or within("height", widget.height, 1, MOST_HEIGHT)
		or (widget.x and widget.width and widget.x + widget.width > COLUMNS and ("it ends in column %d of %d"):format(
			widget.x + widget.width,
			COLUMNS
		))
		or nil
end

--- What CloudWatch would not draw, and where.
---@param body any
---@return string? reason
---@return string? inside
local function body_problem(body)
	if type(body) == "string" then
		local ok, decoded = pcall(json.decode, body)
		if not ok or type(decoded) ~= "table" then
			return 'it is no JSON object; it is written as {"widgets": [ … ]}'
		end
		body = decoded
	elseif type(body) ~= "table" then
		return "it is a table with widgets, or the JSON text of one"
	end
	if type(body.widgets) ~= "table" then
		return "it has no list of widgets"
	elseif #body.widgets > MOST_WIDGETS then
		return ("it has %d widgets; CloudWatch takes %d"):format(#body.widgets, MOST_WIDGETS)
	end
	for index, widget in ipairs(body.widgets) do
		local reason = widget_problem(widget)
		if reason then
			return reason, (".widgets[%d]"):format(index)
		end
	end
end

--- A body as text for AWS. A dashboard without widgets has a list of none, not a table of none.
local function encode(body)
	if type(body) == "string" then
		return body
	end
	local copy = {}
	for name, value in pairs(body) do
		copy[name] = value
	end
	copy.widgets = json.array(copy.widgets or {})
	return json.encode(copy)
end

--- CloudWatch keeps a body that it can draw in part, and says what it can't.
local function put(name, body, map)
	local answer = aws.cloudwatch.put_dashboard {
		dashboard_name = name,
		dashboard_body = encode(body),
		tags = map and tags.list(map),
	}
	for _, message in ipairs(answer.dashboard_validation_messages or {}) do
		errors.warn {
			summary = "CloudWatch has something to say about a dashboard",
			what = ("%s: %s (%s)"):format(name, message.message or "", message.data_path or ""),
			at = false,
		}
	end
end

return kind.define {
	name = "cloudwatch.dashboard",
	doc = "A page of graphs of CloudWatch.",
	source = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html",
	properties = {
		dashboard_body = {
			type = "any",
			required = true,
			compare = "json",
			check = body_problem,
			doc = "What it shows: a table with widgets, or its JSON text.",
		},
		tags = tags.property,
	},
	outputs = { dashboard_name = "name of the dashboard", dashboard_arn = "ARN of the dashboard" },

	list = function(ctx)
		local items = {}
		local found = ctx:sweep(aws.cloudwatch.list_dashboards, {
			dashboard_name_prefix = names.prefix(ctx),
		})
		for _, raw in ipairs(found) do
			local map = tags_of(raw.dashboard_arn or arn_of(ctx, raw.dashboard_name))
			if tags.ours(ctx, map) then
				items[#items + 1] = { id = raw.dashboard_name, tags = map, raw = raw }
			end
		end
		return items
	end,

	read = function(ctx, id)
		local raw = get(id)
		if not raw then
			return nil
		end
		return { id = id, tags = tags_of(raw.dashboard_arn or arn_of(ctx, id)), raw = raw }
	end,

	observe = function(ctx, item)
		local raw = item.raw.dashboard_body and item.raw or get(item.id) or {}
		return {
			properties = { dashboard_body = raw.dashboard_body, tags = tags.user(item.tags) },
			outputs = {
				dashboard_name = item.id,
				dashboard_arn = item.raw.dashboard_arn or arn_of(ctx, item.id),
			},
			state = "available",
		}
	end,

	-- A graph names its metrics, and those may be gone: nothing has to wait for a dashboard.
	parents = function()
		return {}
	end,

	-- A put would overwrite a dashboard of somebody else, and leave its tags as they are.
	preflight = function(check)
		local name = name_of(("%s-%s"):format(check.stack.name, check.declared.id))
		local found = check.creates
			and check:try("The dashboards could not be listed", function()
				return check:sweep(aws.cloudwatch.list_dashboards, {
					dashboard_name_prefix = check.stack.name .. "-",
				})
			end)
		for _, raw in ipairs(found or {}) do
			if raw.dashboard_name == name then
				taken.refuse(check, "dashboard_name", found_of(check.ctx, raw))
			end
		end
		taken.refuse_twice(check, "dashboard_name", KINDS, function(declared)
			return name_of(("%s-%s"):format(check.stack.name, declared.id))
		end)
	end,

	create = function(ctx, props)
		local name = names.check(ctx, "cloudwatch.dashboard", name_of(ctx.name))
		-- Somebody may have made one since the plan looked, and nothing would say so.
		taken.raise(ctx, found_of(ctx, get(name)))
		put(name, props.dashboard_body, tags.on_create(ctx, props))
		return name
	end,

	update = function(ctx, item, props, changes)
		if changes.dashboard_body then
			taken.raise(ctx, found_of(ctx, get(item.id) or taken.gone("dashboard", item.id)))
			put(item.id, props.dashboard_body)
		end
		if changes.tags and changes.tags.to then
			aws.cloudwatch.tag_resource {
				resource_arn = item.raw.dashboard_arn or arn_of(ctx, item.id),
				tags = tags.list(changes.tags.to),
			}
		end
	end,

	delete = function(_, item)
		absence.or_nil(function()
			return aws.cloudwatch.delete_dashboards { dashboard_names = { item.id } }
		end)
	end,

	settle = function() end,
}
