--- Likely causes: what a failure's text usually means, and what to do about it.

local causes = {}

---@class migration.Cause
---@field why string
---@field hint string

--- The first pattern that is found in the lower-cased text wins; the special ones stand first.
local CONNECTION = {
	{
		{
			"unknown host",
			"could not be resolved",
			"name or service not known",
			"cannot find host",
			"unknown mysql server host",
			"no such host",
			"nodename nor servname",
		},
		"the name of the server is not known in the network of the replication instance",
		"check server_name; a private name needs DNS that this network can ask",
	},
	{
		{
			"access denied for user",
			"authentication failed",
			"login failed",
			"ora-01017",
			"invalid username",
			"password authentication",
		},
		"the database refuses this user or password",
		"check username and password (or the secret), and from where the user may connect",
	},
	{
		{
			"timed out",
			"timeout",
			"can't connect",
			"could not connect",
			"cannot connect",
			"connection refused",
			"network error",
			"10060",
			"failed to connect",
		},
		"nothing answers at that address and port: security group, network ACL, route, or the database is down",
		"let the database's security group admit the replication instance on its port",
	},
	{
		{ "unknown database", "does not exist", "ora-12514" },
		"the server is reached, but it has no database of that name",
		"check database_name; MySQL endpoints need none",
	},
	{
		{ "ssl", "tls", "certificate", "secure transport", "3159" },
		"the two sides do not agree on TLS",
		"check ssl_mode and the certificate of the endpoint",
	},
	{
		{ "secret", "secretsmanager" },
		"the secret cannot be read: its role, its network path, or its contents",
		"a private instance needs a NAT gateway or the secretsmanager VPC endpoint",
	},
	{
		{ "host is blocked", "not allowed to connect", "pg_hba" },
		"the database does not admit connections from the replication instance's address",
		"admit the address in the database's own rules",
	},
}

local TASK = {
	{
		{ "no tables were found", "1021707", "no tables" },
		"the table mappings match no table of the source",
		"compare the names in the mappings with the source, upper and lower case too",
	},
	{
		{ "binlog", "binary log" },
		"the source's binary log is off, in another format, or already purged",
		"MySQL: binlog_format=ROW, binlog_row_image=FULL, and a retention of a day or more",
	},
	{
		{ "wal_level", "replication slot", "logical decoding" },
		"the source is not set up for logical replication",
		"PostgreSQL: wal_level=logical, and a free replication slot and sender",
	},
	{
		{ "low_disk", "disk full", "no space", "storage-full" },
		"the storage of the replication instance is full",
		"raise allocated_storage and deploy, then resume",
	},
	{
		{ "low_memory", "out of memory" },
		"the replication instance has too little memory for this task",
		"choose a larger replication_instance_class, or fewer subtasks",
	},
	{
		{ "too many connections" },
		"a database ran out of connections",
		"raise its limit, or lower MaxFullLoadSubTasks",
	},
	{
		{ "duplicate entry", "unique constraint", "duplicate key" },
		"rows are on the target already",
		"TargetTablePrepMode decides what happens to them: TRUNCATE_BEFORE_LOAD empties the tables",
	},
	{
		{ "denied", "permission", "privilege" },
		"the database user lacks a privilege that DMS needs",
		"grant it on the source (replication) or on the target (create, insert, update, delete)",
	},
	{
		{ "connect", "timed out", "network" },
		"a database could not be reached",
		"test both connections",
	},
}

local function find(list, text)
	local lower = (text or ""):lower()
	for _, entry in ipairs(list) do
		for _, pattern in ipairs(entry[1]) do
			if lower:find(pattern, 1, true) then
				return { why = entry[2], hint = entry[3] }
			end
		end
	end
end

--- What a failed connection test probably means.
---@param text string|nil
---@return migration.Cause|nil
function causes.of_connection(text)
	return find(CONNECTION, text)
end

--- What a failed task probably means.
---@param text string|nil
---@return migration.Cause|nil
function causes.of_task(text)
	return find(TASK, text)
end

return causes
