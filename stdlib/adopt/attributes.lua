--- Extra connection attributes whose values are written into a script: settings of an engine, known by
--- name. Whatever else stands among the attributes may be confidential, and is not written.
---
---     local attributes = require "adopt.attributes"
---     attributes.is_known "eventsPollInterval"   --> true
---     attributes.is_known "asmPassword"          --> false

local attributes = {}

--- The names, in lower case: those of the engines' settings, and those that only attributes have.
local NAMES = [[
	acceptanydate accessalternatedirectly addcolumnname addsupplementallogging
	addtrailingpaddingcharacter additionalarchivedlogdestid allowselectnestedtables archivedlogdestid
	archivedlogsonly asmserver asmuseplsqlarray asmuser authmechanism authsource authtype
	babelfishdatabasename bcppacketsize bucketfolder bucketname bulkarraysize cannedaclforobjects
	captureddls casesensitivenames cdcinsertsandupdates cdcinsertsonly cdcmaxbatchinterval
	cdcminfilesize cdcpath charlengthsemantics charsetmapping cleansourcemetadataonmismatch
	compressiontype compupdate connectiontimeout consumemonotonicevents controltablesfilegroup
	converttimestampwithzonetoutc csvdelimiter csvnosupvalue csvnullvalue csvrowdelimiter currentlsn
	databasemode databasename dataformat datapagesize datepartitiondelimiter datepartitionenabled
	datepartitionsequence datepartitiontimezone dateformat ddlartifactsschema dictpagesizelimit
	directpathnolog directpathparallelload disableunicodesourcefilter docstoinvestigate emptyasnull
	enablehomogenouspartitionops enablehomogenoustablespace enablestatistics encodingtype
	encryptionmode errorretryduration escapecharacter eventspollinterval executetimeout
	expectedbucketowner explicitids exposeviews extraarchivedlogdestids extractdocid
	failtasksonlobtruncation fetchcachesize filetransferuploadstreams filtertransactionsofuser
	forceloblookup fullloaderrorpercentage gluecataloggeneration heartbeatenable
	heartbeatfrequency heartbeatschema ignoreheaderrows ignoremsreplicationenablement
	ignoreopenxatransactionscheck includecontroldetails includenullandempty includeopforfullload
	includepartitionvalue includetablealteroperations includetransactiondetails initstmt
	keepcsvfiles loadtimeout localinfile mapbooleanasboolean mapjsonbasclob maplongvarcharas
	mapunboundednumericasstring maxfilesize maxkbytesperread maxretrycount messageformat
	messagemaxbytes multisubnetfailover nestinglevel nohexprefix numberdatatypescale
	opentransactionwindow oraclepathprefix parallelasmreadthreads parallelloadthreads
	parquettimestampinmillisecond parquetversion partitionincludeschematable pluginname port
	preservetransactions querysinglealwaysonnode readaheadblocks readbackuponly readtablespacename
	removequotes replacechars replaceinvalidchars replacepathprefix replicateshardcollections
	retryinterval rfc4180 rowgrouplength safeguardpolicy saslmechanism securitydbencryptionname
	securityprotocol servername serversideencryptionkmskeyid servertimezone
	serviceaccessrolearn setdatacapturechanges setupmscdcfortables skiptablesuspensionforpartitionddl
	slotname spatialdataoptiontogeojsonfunctionname spatialsdo2geojsonfunctionname
	sslendpointidentificationalgorithm sslmode standbydelaytime startfromcontext streamarn
	targetdbtype timeformat timestampcolumnname tlogaccessmode topic trimblanks trimspaceinchar
	truncatecolumns unboundedvarcharmaxsize usealternatefolderforonline usebcpfullload usebfile
	usecsvnosupvalue usedirectpathfullload uselargeintegervalue uselogminerreader usenewmappingtype
	usepathprefix usetaskstarttimeforfullloadtimestamp usethirdpartybackupdevice useupdatelookup
	usezerodestid username writebuffersize afterconnectscript
]]

---@type table<string, boolean>
local known = {}
for name in NAMES:gmatch "%S+" do
	known[name] = true
end

--- Whether an attribute of this name is a setting that everybody may read.
---@param name string
---@return boolean
function attributes.is_known(name)
	return known[name:lower():gsub("[^%w]", "")] == true
end

return attributes
