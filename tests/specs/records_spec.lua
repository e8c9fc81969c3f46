--- Table statistics and log events are read straight from the answers' bytes: what comes is what the
--- operation itself gives, page after page.

local aws = require "aws"
local errors = require "errors"
local spec = require "spec"

describe("the records of a task", function()
	local arn

	--- All pages by hand, as the operation gives them.
	local function by_hand(size)
		local all, marker = {}, nil
		repeat
			local answer = aws.dms.describe_table_statistics {
				replication_task_arn = arn,
				max_records = size,
				marker = marker,
			}
			table.move(answer.table_statistics, 1, #answer.table_statistics, #all + 1, all)
			marker = answer.marker
		until not marker
		return all
	end

	local function one_by_one(operation, arguments)
		local all = {}
		for item in aws.each(operation, arguments) do
			all[#all + 1] = item
		end
		return all
	end

	setup(function()
		local run = spec.run("scripts/migrate.lua", "--yes")
		assert.equal(0, run.code, run.text)
		for _, task in ipairs(aws.pages(aws.dms.describe_replication_tasks, {})) do
			if task.status == "running" then
				arn = task.replication_task_arn
			end
		end
	end)

	it("are those of the operation, at once and one after the other", function()
		local whole = by_hand(500)
		assert.is_true(#whole > 20, #whole)
		assert.equal("string", type(whole[1].full_load_end_time))
		local arguments = { replication_task_arn = arn }
		assert.same(whole, aws.pages(aws.dms.describe_table_statistics, arguments))
		assert.same(whole, one_by_one(aws.dms.describe_table_statistics, arguments))
		assert.same({ replication_task_arn = arn }, arguments, "they are the caller's")
	end)

	it("come in pages as small as one wants", function()
		local arguments = { replication_task_arn = arn, max_records = 20 }
		local whole = by_hand(500)
		assert.same(whole, aws.pages(aws.dms.describe_table_statistics, arguments))
		assert.same(whole, one_by_one(aws.dms.describe_table_statistics, arguments))
	end)

	it("are none where a filter leaves none", function()
		local arguments = {
			replication_task_arn = arn,
			filters = { { name = "table-name", values = { "no_such_table" } } },
		}
		assert.same({}, aws.pages(aws.dms.describe_table_statistics, arguments))
		assert.same({}, one_by_one(aws.dms.describe_table_statistics, arguments))
	end)

	it("are the lines of a log as well", function()
		local task = arn:match "[^:]+$"
		local groups = aws.pages(aws.logs.describe_log_groups, {
			log_group_name_prefix = "dms-tasks-",
		})
		local arguments = { log_group_name = groups[1].log_group_name }
		local lines = aws.pages(aws.logs.filter_log_events, arguments)
		assert.is_true(#lines > 0)
		assert.equal("integer", math.type(lines[1].timestamp))
		assert.same(aws.logs.filter_log_events(arguments).events[1], lines[1])
		arguments.log_stream_name = "dms-task-" .. task
		local events = one_by_one(aws.logs.get_log_events, arguments)
		assert.same(aws.logs.get_log_events(arguments).events, events)
	end)

	it("fail as every call does, at the caller's line", function()
		for _, walk in ipairs { aws.pages, one_by_one } do
			local ok, failure = pcall(walk, aws.dms.describe_table_statistics, {
				replication_task_arn = "arn:aws:dms:us-east-1:123456789012:task:GONE",
			})
			assert.is_false(ok)
			assert.is_true(errors.is(failure, "ResourceNotFoundFault"))
			ok, failure = pcall(walk, aws.dms.describe_table_statistics, {
				replication_task_anr = arn,
			})
			assert.is_false(ok)
			assert.matches("replication_task_arn", errors.describe(failure).hints[1][1])
		end
		assert.has_error(function()
			aws.pages(5)
		end, "bad argument #1 to 'aws.pages'")
		assert.has_error(function()
			aws.each(5)
		end, "bad argument #1 to 'aws.each'")
	end)
end)
