--- The presets of task settings: for each what it is for, its keys, and why each key has its value.

local presets = {}

presets.default = {
	about = "safe for any task: logs are on, nothing on the target is dropped, defaults that changed over time are fixed",
	settings = {
		TargetMetadata = { SupportLobs = true, LimitedSizeLobMode = true, FullLobMode = false, LobMaxSize = 32 },
		FullLoadSettings = { TargetTablePrepMode = "DO_NOTHING" },
		Logging = { EnableLogging = true },
		ErrorBehavior = {
			FailOnNoTablesCaptured = true,
			RecoverableErrorStopRetryAfterThrottlingMax = true,
		},
	},
	why = {
		["TargetMetadata.LobMaxSize"] = "DMS's own default, written out because longer LOBs are cut",
		["FullLoadSettings.TargetTablePrepMode"] = "existing tables are kept; two pages of the guide disagree on the default",
		["Logging.EnableLogging"] = "without logs a failed task cannot be explained",
		["ErrorBehavior.FailOnNoTablesCaptured"] = "a task that finds no table is a mistake; the default changed",
		["ErrorBehavior.RecoverableErrorStopRetryAfterThrottlingMax"] = "retries end; the default changed",
	},
}

presets["full-load-fast"] = {
	about = "as many rows a second as the instance gives, for a first load into empty tables",
	settings = {
		FullLoadSettings = {
			TargetTablePrepMode = "TRUNCATE_BEFORE_LOAD",
			MaxFullLoadSubTasks = 16,
			CommitRate = 50000,
			CreatePkAfterFullLoad = true,
		},
	},
	why = {
		["FullLoadSettings.TargetTablePrepMode"] = "tables keep their definition and start empty",
		["FullLoadSettings.MaxFullLoadSubTasks"] = "twice the default; needs an instance of that size",
		["FullLoadSettings.CommitRate"] = "the largest that DMS takes",
		["FullLoadSettings.CreatePkAfterFullLoad"] = "rows are inserted without keeping the index",
	},
}

presets["cdc-low-latency"] = {
	about = "changes on the target within seconds: small batches, committed at once",
	settings = {
		TargetMetadata = { BatchApplyEnabled = false },
		ChangeProcessingTuning = {
			CommitTimeout = 1,
			MinTransactionSize = 1,
			MemoryLimitTotal = 2048,
			MemoryKeepTime = 60,
		},
	},
	why = {
		["TargetMetadata.BatchApplyEnabled"] = "a batch waits for its timeout",
		["ChangeProcessingTuning.CommitTimeout"] = "at most a second before a commit",
		["ChangeProcessingTuning.MinTransactionSize"] = "small transactions are not gathered",
		["ChangeProcessingTuning.MemoryLimitTotal"] = "more of the changes stay in memory, off the disk",
	},
}

presets["lob-heavy"] = {
	about = "large objects of any size arrive whole; small ones still travel inline",
	settings = {
		TargetMetadata = {
			SupportLobs = true,
			FullLobMode = true,
			LimitedSizeLobMode = false,
			LobChunkSize = 64,
			InlineLobMaxSize = 32,
		},
		StreamBufferSettings = { StreamBufferCount = 4, StreamBufferSizeInMB = 32 },
	},
	why = {
		["TargetMetadata.FullLobMode"] = "nothing is cut, at the price of a look-up for each LOB",
		["TargetMetadata.LobChunkSize"] = "the largest that AWS recommends",
		["TargetMetadata.InlineLobMaxSize"] = "most LOBs are small and need no look-up",
		["StreamBufferSettings.StreamBufferSizeInMB"] = "a row with its LOBs has to fit",
	},
}

presets["validate-only"] = {
	about = "compares source and target, and moves nothing; for a task of type full-load or cdc",
	settings = {
		FullLoadSettings = { TargetTablePrepMode = "DO_NOTHING" },
		ValidationSettings = { EnableValidation = true, ValidationOnly = true, ThreadCount = 8 },
	},
	why = {
		["FullLoadSettings.TargetTablePrepMode"] = "required: nothing on the target may change",
		["ValidationSettings.ValidationOnly"] = "cannot be changed once the task exists",
		["ValidationSettings.ThreadCount"] = "nothing else competes for the instance",
	},
}

return presets
