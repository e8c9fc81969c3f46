--- In a check (`dmsrun check`) a document that a script builds is checked at once, even where no
--- migration uses it, and what is found is handed over with its line.

local host = require "host"
local json = require "json"

local handing = {}

--- What was handed over: a document may be part of another, with the same faults.
local seen = {}

local function unseen(finding)
	local key = table.concat({
		tostring(finding.file),
		tostring(finding.line),
		tostring(finding.column),
		finding.code,
		finding.message,
	}, "\0")
	---@type boolean
	local fresh = not seen[key]
	seen[key] = true
	return fresh
end

--- Checks a document that was built, in a check; does nothing otherwise.
---@param document mappings.Document|settings.Document
---@param composed boolean whether it was made of other documents, which were handed over
function handing.over(document, composed)
	if not host.checking() then
		return
	end
	local list = {}
	for _, finding in ipairs(document:check {}) do
		if unseen(finding) then
			-- The place once is enough: a finding that is handed over has file, line and column.
			finding.at = nil
			list[#list + 1] = finding
		end
	end
	host.findings(json.array(list))
	if not composed then
		-- Once more where the command line says what the script does not: engines, a catalogue.
		host.built(document)
	end
end

return handing
