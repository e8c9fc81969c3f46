--- Catalogues: the tables and columns of a source, which say what mappings come to.
---
--- ```lua
--- local map = require "mappings"
--- local seen = map.catalogue {
---   tables = { { schema = "app", table = "orders", columns = { { name = "id" } } } },
--- }
--- #seen  --> 1
--- ```
---
--- They come from a file (JSON of ours or of DMS, or CSV of information_schema), from a task that
--- has run, or from the local AWS.

local aws = require "aws"
local dms = require "dms"
local documents = require "documents"
local errors = require "errors"
local host = require "host"
local suggesting = require "suggesting"
local wait = require "wait"

---@class mappings.CatalogueColumn
---@field name string
---@field data_type? string as the source or DMS calls it
---@field primary_key? boolean
---@field lob_kb? integer the largest value, for a LOB

---@class mappings.CatalogueTable
---@field schema string
---@field table string
---@field rows? integer
---@field kind? "table"|"view"
---@field columns? mappings.CatalogueColumn[]

---@class mappings.CatalogueParts
---@field tables mappings.CatalogueTable[]
---@field case_insensitive? boolean
---@field escape_character? string

---@alias mappings.Catalogue dms.Catalogue|mappings.CatalogueParts

local catalogue = {}

---@return never
local function refuse(what, hint, at)
	errors.raise {
		summary = "Catalogue cannot be read",
		what = what,
		hints = hint and { hint } or nil,
		at = at or host.where(),
		exit = "usage",
	}
	---@diagnostic disable-next-line: missing-return -- it raises
end

--- The catalogue of a text: JSON of ours or of DMS, or CSV of information_schema.
---@param text string
---@param name? string of the file, for messages
---@return dms.Catalogue
function catalogue.read(text, name)
	local found, fault = dms.catalogue.read(text, name or "")
	if not found then
		local file = name and name ~= "" and name or nil
		refuse(
			(file and file .. ": " or "") .. fault.message,
			fault.hint,
			file and { file = file, line = fault.line or 1 } or nil
		)
	end
	return found
end

--- The catalogue of a file, from beside the script unless the path is absolute.
---@param path string
---@return dms.Catalogue
function catalogue.file(path)
	local source = documents.text(path, "Catalogue")
	return catalogue.read(source.text, source.file)
end

--- The tables that a task has seen, from its table statistics: names and rows, no columns.
---@param arn string of the task
---@return dms.Catalogue
function catalogue.from_task(arn)
	if type(arn) ~= "string" then
		refuse("the ARN of a task is wanted, got a " .. type(arn))
	end
	local list = aws.pages(aws.dms.describe_table_statistics, { replication_task_arn = arn })
	local tables = {}
	for index, item in ipairs(list) do
		tables[index] = {
			schema = item.schema_name,
			table = item.table_name,
			rows = item.full_load_rows or 0,
		}
	end
	return catalogue.of { tables = tables }
end

--- Lets DMS read the schemas of an endpoint through an instance, and waits until it has.
local function refresh(arn, instance_arn)
	aws.dms.refresh_schemas { endpoint_arn = arn, replication_instance_arn = instance_arn }
	wait.poll {
		what = "the schemas of the endpoint",
		every = 15,
		timeout = 900,
		check = function()
			local answer = aws.dms.describe_refresh_schemas_status { endpoint_arn = arn }
			local status = answer.refresh_schemas_status
			if status.status == "failed" then
				refuse(
					"DMS could not read the schemas: "
						.. (status.last_failure_message or "it gives no reason")
				)
			end
			return status.status == "successful"
		end,
	}
end

--- The names of the schemas that DMS sees through an endpoint; without tables, so that it serves to
--- write the rules, and to see which schemas they miss. With an instance they are read anew.
---@param arn string of the endpoint
---@param instance_arn? string of the replication instance that reads them
---@return string[]
function catalogue.schemas(arn, instance_arn)
	if type(arn) ~= "string" then
		refuse("the ARN of an endpoint is wanted, got a " .. type(arn))
	end
	if instance_arn then
		refresh(arn, instance_arn)
	end
	local ok, answer = pcall(aws.pages, aws.dms.describe_schemas, { endpoint_arn = arn })
	if not ok then
		if errors.is(answer, "InvalidResourceStateFault") and not instance_arn then
			refuse(
				"DMS has not read the schemas of this endpoint yet",
				"say through which instance: map.catalogue.schemas(arn, instance_arn)"
			)
		end
		error(answer, 0)
	end
	---@cast answer string[]
	return answer
end

--- The tables behind a server's name on the local AWS.
---@param server string
---@return dms.Catalogue
function catalogue.from_local(server)
	local found = host.local_catalogue and host.local_catalogue(server)
	if not found then
		refuse(
			("no server %s is known: the rehearsal alone knows what is behind a name"):format(
				type(server) == "string" and ("%q"):format(server) or tostring(server)
			),
			"run with --local, or take a file: map.catalogue { file = … }"
		)
	end
	return catalogue.of(found)
end

--- Ready for the domain: a table is checked and taken over once.
---@param given any a catalogue, a table with `tables`, or its text
---@return dms.Catalogue
function catalogue.of(given)
	if type(given) == "userdata" then
		return given
	elseif type(given) == "string" then
		return catalogue.read(given)
	elseif type(given) ~= "table" then
		local got = given == nil and "nothing" or "a " .. type(given)
		refuse("a catalogue is wanted, got " .. got, 'map.catalogue { file = "catalogue.json" }')
	end
	return dms.catalogue.of(given)
end

--- The context of a check with its catalogue read.
---@param context? dms.Context
---@return dms.Context
function catalogue.context(context)
	if not (context and type(context) == "table" and context.catalogue ~= nil) then
		return context or {}
	end
	local made = {}
	for key, value in
		pairs(context --[[@as table]])
	do
		made[key] = value
	end
	made.catalogue = catalogue.of(context.catalogue)
	return made
end

local FROM = {
	file = catalogue.file,
	from_task = catalogue.from_task,
	task = catalogue.from_task,
	text = catalogue.read,
	server = catalogue.from_local,
}

--- `map.catalogue { file = … }`, `{ task = arn }`, `{ text = … }`, `{ server = … }` (local AWS),
--- or `{ tables = … }` itself.
local function make(_, given)
	if type(given) == "string" then
		return catalogue.file(given)
	end
	if type(given) == "table" then
		for key, from in pairs(FROM) do
			if given[key] ~= nil then
				return from(given[key])
			end
		end
	end
	if type(given) == "table" and given.tables == nil and given.schemas == nil then
		refuse(
			"a catalogue needs file, task, server, text or tables",
			'map.catalogue { file = "catalogue.json" }'
		)
	end
	return catalogue.of(given)
end

return suggesting.class(setmetatable(catalogue, { __call = make }), "map.catalogue")
