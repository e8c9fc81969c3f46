//! The table of all keys of the task settings. One line each: type, path, default, range, meaning.

use super::schema::{Default, Key, Kind, Only};
use crate::{
    context::EngineVersion,
    engines::Family::{
        self, Dynamodb, Kafka, Kinesis, Mysql, Opensearch, Oracle, Postgres, Redshift, SqlServer,
    },
};

const fn key(path: &'static str, kind: Kind, default: Default, doc: &'static str) -> Key {
    let (range, since) = (None, None);
    Key { path, kind, default, range, strict: false, since, read_only: false, only: Only::Any, doc }
}

const fn boolean(path: &'static str, default: bool, doc: &'static str) -> Key {
    key(path, Kind::Boolean, Default::Bool(default), doc)
}

/// A number whose range is not documented: it is not negative.
const fn count(path: &'static str, default: i64, doc: &'static str) -> Key {
    let mut key = key(path, Kind::Integer, Default::Int(default), doc);
    key.range = Some((0, i64::MAX));
    key
}

/// A number whose range is documented.
const fn number(path: &'static str, default: i64, range: (i64, i64), doc: &'static str) -> Key {
    let mut key = key(path, Kind::Integer, Default::Int(default), doc);
    key.range = Some(range);
    key.strict = true;
    key
}

const fn text(path: &'static str, default: &'static str, doc: &'static str) -> Key {
    key(path, Kind::Text, Default::Text(default), doc)
}

const fn word(
    path: &'static str,
    default: &'static str,
    words: &'static [&'static str],
    doc: &'static str,
) -> Key {
    key(path, Kind::Word(words), Default::Text(default), doc)
}

/// Without a default.
const fn open(path: &'static str, kind: Kind, doc: &'static str) -> Key {
    key(path, kind, Default::None, doc)
}

impl Key {
    const fn since(mut self, major: u32, minor: u32, patch: u32) -> Self {
        self.since = Some(EngineVersion(major, minor, patch));
        self
    }

    const fn read_only(mut self) -> Self {
        self.read_only = true;
        self
    }

    const fn only(mut self, only: Only) -> Self {
        self.only = only;
        self
    }

    const fn within(mut self, least: i64, most: i64) -> Self {
        self.range = Some((least, most));
        self.strict = true;
        self
    }
}

/// Targets that load with several threads for each table.
const LOADERS: &[Family] = &[Dynamodb, Kinesis, Kafka, Opensearch, Redshift];
const STREAMS: &[Family] = &[Kinesis, Kafka];

const I: &str = "IGNORE_RECORD";
const L: &str = "LOG_ERROR";
const T: &str = "SUSPEND_TABLE";
const S: &str = "STOP_TASK";
const ILTS: &[&str] = &[I, L, T, S];
const PREP: &[&str] = &["DO_NOTHING", "DROP_AND_CREATE", "TRUNCATE_BEFORE_LOAD"];
const OPERATIONS: &[&str] = &["INSERT", "UPDATE", "DELETE", "COMMIT", "ROLLBACK", "ALL"];

#[rustfmt::skip]
pub(super) const ROWS: &[Key] = &[
    text("TargetMetadata.TargetSchema", "", "The schema for all tables; empty keeps the source's. Leave it empty for MySQL."),
    boolean("TargetMetadata.SupportLobs", true, "Whether LOB columns are migrated."),
    boolean("TargetMetadata.FullLobMode", false, "Whole LOBs, in chunks of LobChunkSize."),
    count("TargetMetadata.LobChunkSize", 64, "KB for each chunk in full LOB mode; at most 64 is advised."),
    boolean("TargetMetadata.LimitedSizeLobMode", true, "LOBs up to LobMaxSize; larger ones are cut."),
    number("TargetMetadata.LobMaxSize", 32, (0, 102_400), "KB, for limited LOB mode."),
    number("TargetMetadata.InlineLobMaxSize", 0, (0, 102_400), "KB up to which full LOB mode loads LOBs inline; 0 is off."),
    count("TargetMetadata.LoadMaxFileSize", 0, "The size of the files for CSV loads.").only(Only::Target(&[Mysql, Postgres, Redshift])),
    number("TargetMetadata.ParallelLoadThreads", 0, (0, 200), "Threads for each table in the full load; the target has its own limit.").only(Only::Target(LOADERS)),
    number("TargetMetadata.ParallelLoadBufferSize", 0, (0, 1000), "Records buffered for each load thread.").only(Only::Target(LOADERS)),
    count("TargetMetadata.ParallelLoadQueuesPerThread", 0, "Queues for each load thread (Kinesis, Kafka).").only(Only::Target(STREAMS)),
    count("TargetMetadata.ParallelApplyThreads", 0, "Threads that apply changes (not for relational targets)."),
    number("TargetMetadata.ParallelApplyBufferSize", 0, (0, 1000), "Records buffered for each apply thread."),
    count("TargetMetadata.ParallelApplyQueuesPerThread", 0, "Queues for each apply thread."),
    boolean("TargetMetadata.BatchApplyEnabled", false, "Changes are applied in batches."),
    boolean("TargetMetadata.TaskRecoveryTableEnabled", false, "Keeps checkpoints in awsdms_txn_state on the target.").since(3, 4, 0),

    word("FullLoadSettings.TargetTablePrepMode", "DO_NOTHING", PREP, "What is done with tables that the target has already."),
    boolean("FullLoadSettings.CreatePkAfterFullLoad", false, "Primary keys are made when the load is done."),
    boolean("FullLoadSettings.StopTaskCachedChangesApplied", false, "Stops when the changes of the load time are applied."),
    boolean("FullLoadSettings.StopTaskCachedChangesNotApplied", false, "Stops before they are applied."),
    number("FullLoadSettings.MaxFullLoadSubTasks", 8, (1, 49), "Tables that are loaded side by side."),
    count("FullLoadSettings.TransactionConsistencyTimeout", 600, "Seconds to wait for open transactions before the load."),
    number("FullLoadSettings.CommitRate", 10_000, (1, 50_000), "Rows that are written together."),

    boolean("TTSettings.EnableTT", false, "Time Travel: logs of all changes in S3.").since(3, 4, 0),
    word("TTSettings.TTS3Settings.EncryptionMode", "SSE_S3", &["SSE_S3", "SSE_KMS"], "How the bucket is encrypted."),
    open("TTSettings.TTS3Settings.ServerSideEncryptionKmsKeyId", Kind::Text, "The key, for SSE_KMS."),
    open("TTSettings.TTS3Settings.ServiceAccessRoleArn", Kind::Text, "The role, named dms-tt-s3-access-role."),
    open("TTSettings.TTS3Settings.BucketName", Kind::Text, "The bucket."),
    open("TTSettings.TTS3Settings.BucketFolder", Kind::Text, "The folder in it."),
    boolean("TTSettings.TTS3Settings.EnableDeletingFromS3OnTaskDelete", false, "Logs go with the task."),
    boolean("TTSettings.TTRecordSettings.EnableRawData", false, "Raw data of the changes."),
    open("TTSettings.TTRecordSettings.RawDataFormat", Kind::Word(&["TEXT", "HEX"]), "Its form.").since(3, 5, 0).only(Only::Source(&[Oracle, SqlServer])),
    key("TTSettings.TTRecordSettings.OperationsToLog", Kind::Words(OPERATIONS), Default::Text("ALL"), "What is logged, with commas between."),
    count("TTSettings.TTRecordSettings.MaxRecordSize", 64, "KB for each record."),

    boolean("Logging.EnableLogging", false, "Logs go to CloudWatch; needs the role dms-cloudwatch-logs-role."),
    boolean("Logging.EnableLogContext", false, "Lines with context, every three minutes.").since(3, 5, 0),
    open("Logging.LogComponents", Kind::LogComponents, "What is logged, and how much of it."),
    open("Logging.DeleteTaskLogs", Kind::Boolean, "Deletes the task's logs."),
    open("Logging.CloudWatchLogGroup", Kind::Text, "Set by DMS: dms-tasks-<instance>.").read_only(),
    open("Logging.CloudWatchLogStream", Kind::Text, "Set by DMS: dms-task-<resource id>.").read_only(),
    open("Logging.LogConfiguration", Kind::Object, "Returned by DMS; not documented."),

    text("ControlTablesSettings.ControlSchema", "", "Where the control tables are."),
    count("ControlTablesSettings.HistoryTimeslotInMinutes", 5, "The length of a slot in awsdms_history."),
    boolean("ControlTablesSettings.HistoryTableEnabled", false, "awsdms_history"),
    boolean("ControlTablesSettings.SuspendedTablesTableEnabled", false, "awsdms_suspended_tables"),
    boolean("ControlTablesSettings.StatusTableEnabled", false, "awsdms_status"),
    boolean("ControlTablesSettings.FullLoadExceptionTableEnabled", false, "awsdms_full_load_exceptions"),

    count("StreamBufferSettings.StreamBufferCount", 3, "Buffers between source and target."),
    count("StreamBufferSettings.StreamBufferSizeInMB", 8, "The size of each; more for big LOBs and rows."),
    number("StreamBufferSettings.CtrlStreamBufferSizeInMB", 5, (1, 8), "The size of the control buffer."),

    boolean("ChangeProcessingTuning.BatchApplyPreserveTransaction", true, "Keeps transactions whole in batches (Oracle targets)."),
    count("ChangeProcessingTuning.BatchApplyTimeoutMin", 1, "Seconds between batches, at least."),
    count("ChangeProcessingTuning.BatchApplyTimeoutMax", 30, "Seconds between batches, at most."),
    count("ChangeProcessingTuning.BatchApplyMemoryLimit", 500, "MB for a batch."),
    count("ChangeProcessingTuning.BatchSplitSize", 0, "Changes in a batch; 0 is no limit."),
    count("ChangeProcessingTuning.MinTransactionSize", 1000, "Changes in a transaction, at least."),
    count("ChangeProcessingTuning.CommitTimeout", 1, "Seconds until a smaller transaction is sent."),
    count("ChangeProcessingTuning.MemoryLimitTotal", 1024, "MB for transactions; above it they go to disk."),
    count("ChangeProcessingTuning.MemoryKeepTime", 60, "Seconds that a transaction stays in memory."),
    number("ChangeProcessingTuning.StatementCacheSize", 50, (0, 200), "Prepared statements on the target."),
    count("ChangeProcessingTuning.RecoveryTimeout", -1, "Minutes to wait for a checkpoint on resume; -1 is for ever.").within_soft(-1),

    boolean("ChangeProcessingDdlHandlingPolicy.HandleSourceTableDropped", true, "Drops the table on the target too."),
    boolean("ChangeProcessingDdlHandlingPolicy.HandleSourceTableTruncated", true, "Truncates it too."),
    boolean("ChangeProcessingDdlHandlingPolicy.HandleSourceTableAltered", true, "Alters it too."),

    boolean("LoopbackPreventionSettings.EnableLoopbackPrevention", false, "Stops changes from running in a circle."),
    open("LoopbackPreventionSettings.SourceSchema", Kind::Text, "The control schema on the source."),
    open("LoopbackPreventionSettings.TargetSchema", Kind::Text, "The control schema on the target."),

    open("CharacterSetSettings.CharacterReplacements", Kind::List, "Characters that are replaced."),
    open("CharacterSetSettings.CharacterSetSupport.CharacterSet", Kind::Text, "The character set, by its ICU name."),
    open("CharacterSetSettings.CharacterSetSupport.ReplaceWithCharacterCodePoint", Kind::Integer, "What stands for characters outside it; 0 deletes them."),

    boolean("BeforeImageSettings.EnableBeforeImage", false, "Adds the values before a change (Kinesis, Kafka)."),
    text("BeforeImageSettings.FieldName", "", "The attribute that holds them."),
    word("BeforeImageSettings.ColumnFilter", "pk-only", &["pk-only", "all", "non-lob"], "Which columns."),

    word("ErrorBehavior.DataErrorPolicy", L, ILTS, "What happens on a data error."),
    word("ErrorBehavior.DataTruncationErrorPolicy", L, ILTS, "What happens when a value is cut."),
    word("ErrorBehavior.DataErrorEscalationPolicy", T, &[T, S], "What happens after DataErrorEscalationCount errors."),
    number("ErrorBehavior.DataErrorEscalationCount", 0, (0, i64::MAX), "0 never escalates."),
    word("ErrorBehavior.DataMaskingErrorPolicy", S, ILTS, "What happens when a value can't be masked. LOG_ERROR loads it as it is.").since(3, 5, 4),
    word("ErrorBehavior.EventErrorPolicy", "IGNORE", &["IGNORE", S], "What happens when an event can't be sent."),
    word("ErrorBehavior.TableErrorPolicy", T, &[T, S], "What happens on an error of a table."),
    word("ErrorBehavior.TableErrorEscalationPolicy", S, &[S], "What happens after TableErrorEscalationCount errors."),
    number("ErrorBehavior.TableErrorEscalationCount", 0, (0, i64::MAX), "0 never escalates."),
    number("ErrorBehavior.RecoverableErrorCount", -1, (-1, i64::MAX), "Retries; -1 is as many as it takes."),
    count("ErrorBehavior.RecoverableErrorInterval", 5, "Seconds between retries."),
    boolean("ErrorBehavior.RecoverableErrorThrottling", true, "Doubles the seconds each time."),
    count("ErrorBehavior.RecoverableErrorThrottlingMax", 1800, "Seconds, at most."),
    boolean("ErrorBehavior.RecoverableErrorStopRetryAfterThrottlingMax", true, "Gives up when the most is reached."),
    word("ErrorBehavior.ApplyErrorDeletePolicy", I, ILTS, "What happens when a DELETE fails."),
    word("ErrorBehavior.ApplyErrorInsertPolicy", L, &[I, L, T, S, "INSERT_RECORD"], "What happens when an INSERT fails."),
    word("ErrorBehavior.ApplyErrorUpdatePolicy", L, &[I, L, T, S, "UPDATE_RECORD"], "What happens when an UPDATE fails."),
    word("ErrorBehavior.ApplyErrorEscalationPolicy", L, &[L, T, S], "What happens after ApplyErrorEscalationCount errors."),
    number("ErrorBehavior.ApplyErrorEscalationCount", 0, (0, i64::MAX), "0 never escalates."),
    boolean("ErrorBehavior.ApplyErrorFailOnTruncationDdl", false, "Fails when the source truncates a table."),
    boolean("ErrorBehavior.FailOnNoTablesCaptured", true, "Fails when the mappings match no table."),
    boolean("ErrorBehavior.FailOnTransactionConsistencyBreached", false, "Fails when open transactions are not in the load (Oracle).").only(Only::Source(&[Oracle])),
    boolean("ErrorBehavior.FullLoadIgnoreConflicts", true, "Ignores conflicts of changes cached in the load."),

    boolean("ValidationSettings.EnableValidation", false, "Compares the rows of source and target."),
    word("ValidationSettings.ValidationMode", "ROW_LEVEL", &["ROW_LEVEL", "GROUP_LEVEL"], "Row by row or by groups; all rows are compared either way."),
    count("ValidationSettings.ThreadCount", 5, "Threads that compare."),
    count("ValidationSettings.PartitionSize", 10_000, "Rows that are compared together."),
    count("ValidationSettings.FailureMaxCount", 10_000, "Failed rows of the task, at most."),
    count("ValidationSettings.TableFailureMaxCount", 1_000, "Failed rows of a table, at most."),
    count("ValidationSettings.RecordFailureDelayInMinutes", 5, "Minutes before a failure is reported."),
    count("ValidationSettings.RecordFailureDelayLimitInMinutes", 0, "Minutes, at most, whatever the latency."),
    count("ValidationSettings.RecordSuspendDelayInMinutes", 30, "Minutes before a table is suspended."),
    count("ValidationSettings.MaxKeyColumnSize", 8096, "Not documented."),
    boolean("ValidationSettings.HandleCollationDiff", false, "Knows that collations differ (PostgreSQL).").only(Only::Either(&[Postgres])),
    boolean("ValidationSettings.SkipLobColumns", false, "Leaves LOBs out."),
    count("ValidationSettings.ValidationPartialLobSize", 0, "KB of a LOB that are compared; 0 is all."),
    count("ValidationSettings.ValidationQueryCdcDelaySeconds", 0, "Seconds before a changed row is compared."),
    boolean("ValidationSettings.ValidationOnly", false, "A task that only compares; fixed when it is created."),

    boolean("ResyncSettings.EnableResync", false, "Mends rows that failed validation.").since(3, 6, 1),
    open("ResyncSettings.ResyncSchedule", Kind::Text, "When, as five cron fields."),
    open("ResyncSettings.MaxResyncTime", Kind::Integer, "Minutes, at most.").within(5, 14_400),
    open("ResyncSettings.ValidationTaskId", Kind::Text, "The validation-only task, where this one does not validate."),

    boolean("FailTaskWhenCleanTaskResourceFailed", false, "Not documented; by its name, fails the task when its resources can't be cleaned up."),
];

impl Key {
    const fn within_soft(mut self, least: i64) -> Self {
        self.range = Some((least, i64::MAX));
        self
    }
}
