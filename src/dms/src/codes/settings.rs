//! The codes of task settings.

use super::{Code, table};
use dmsrun_diag::Severity;

table! { SETTING_CODES;
S001 Error "Not a task-settings document"
"The text must be a JSON object of sections. DMS answers \"Invalid task settings JSON\".";
S002 Warning "Unknown section"
"The section is not in the documentation; what DMS does with it is not known.";
S003 Warning "Unknown key"
"The key is not in the documentation; what DMS does with it is not known.";
S004 Error "Wrong type of value"
"The value is not of the type that the key takes.";
S005 Error "Misspelt key"
"The key differs in a letter or two, or in case, from a known one. DMS may ignore it silently.";
S006 Error "Not one of the values"
"The key takes one of a fixed list of words, in upper case.";
S007 Error "Value out of range"
"The documentation gives the range; DMS refuses or ignores what lies outside.";
S008 Warning "Unusual value"
"No range is documented, but the value makes no sense as what the key counts.";
S009 Error "Read-only key"
"DMS sets CloudWatchLogGroup and CloudWatchLogStream itself and refuses them: \"Task Settings CloudWatchLogGroup or CloudWatchLogStream cannot be set on create.\" Logs go to dms-tasks-<instance>, stream dms-task-<resource id>.";
S010 Warning "The instance's engine version is too old for the key"
"The key came with a later version of the replication engine.";
S011 Error "LOB modes contradict each other"
"With SupportLobs exactly one of FullLobMode and LimitedSizeLobMode is true.";
S012 Error "Limited LOBs without a size"
"LimitedSizeLobMode needs LobMaxSize between 1 and 102400 KB; larger LOBs are cut.";
S013 Warning "LOB chunks are too big"
"LobChunkSize is 1 to 64 KB for full LOB mode; larger chunks may fail tasks.";
S014 Warning "LOBs will be cut"
"Limited LOB mode cuts LOBs above LobMaxSize. The catalogue has a table with larger ones.";
S015 Warning "InlineLobMaxSize without full LOB mode"
"It only has an effect with FullLobMode, and not for S3 and Redshift targets.";
S016 Error "Above what the target takes"
"Every target has its own limits for parallel load and apply.";
S017 Warning "Parallel apply has no effect"
"It is for change capture, to DocumentDB, Kinesis, Kafka, OpenSearch and Redshift.";
S018 Warning "Batch apply with full LOB mode"
"With LOB columns, batch apply works in limited LOB mode only.";
S019 Error "Batch apply with loopback prevention"
"Loopback prevention needs BatchApplyEnabled false.";
S020 Warning "The key has no effect in this apply mode"
"BatchApply… and BatchSplitSize count with BatchApplyEnabled true, MinTransactionSize and CommitTimeout with false. The others are ignored.";
S021 Error "Two stops at once"
"StopTaskCachedChangesApplied and StopTaskCachedChangesNotApplied exclude each other.";
S022 Warning "The stop has no effect"
"StopTaskCachedChanges… count in full-load-and-cdc tasks only.";
S023 Error "Log context without logging"
"EnableLogContext needs EnableLogging.";
S024 Error "Unknown log component"
"The Id of a log component is one of a fixed list.";
S025 Warning "Unknown severity"
"Severities are LOGGER_SEVERITY_ERROR, _WARNING, _INFO, _DEFAULT, _DEBUG and _DETAILED_DEBUG.";
S026 Warning "Duplicate log component"
"The same Id twice: which one counts is not documented.";
S027 Error "A validation-only task contradicts itself"
"ValidationOnly needs EnableValidation true, TargetTablePrepMode DO_NOTHING, and a full-load or cdc task.";
S028 Error "ValidationOnly can't be changed"
"It is fixed when the task is created. Make a new task.";
S029 Warning "Validation leaves something out"
"Masked columns are not validated (a masked key stops the table's validation), and validation can't be combined with character substitution or views.";
S030 Warning "The table's failure limit lies above the task's"
"TableFailureMaxCount above FailureMaxCount is never reached.";
S031 Error "Time Travel can't work so"
"It needs a bucket and the role dms-tt-s3-access-role, sources Oracle, SQL Server or PostgreSQL, targets PostgreSQL or MySQL, and captured changes.";
S032 Error "Resync can't work so"
"Tasks with change capture need ResyncSchedule and MaxResyncTime, full-load tasks must not have a schedule; without validation in the task ValidationTaskId is needed.";
S033 Error "Before-images can't work so"
"EnableBeforeImage needs a FieldName and captured changes, to Kinesis or Kafka.";
S034 Warning "UPDATE_RECORD with LOBs"
"ApplyErrorUpdatePolicy UPDATE_RECORD switches LOB columns off for the task. The release notes say that 3.6.0 ended this; the page on error handling still says it.";
S035 Warning "Unmasked values may leak"
"With DataMaskingErrorPolicy LOG_ERROR a value that can't be masked is loaded as it is. STOP_TASK, SUSPEND_TABLE and IGNORE_RECORD keep it from the target.";
S036 Warning "TargetSchema for a MySQL target"
"Leave TargetSchema empty for MySQL-type targets.";
S037 Note "FailOnNoTablesCaptured is not set"
"Its default changed over time: set it, so that the task does the same everywhere.";
S038 Error "Loopback prevention is incomplete"
"It needs SourceSchema and TargetSchema.";
S039 Error "Not for Babelfish"
"Babelfish targets need TargetTablePrepMode DO_NOTHING and CreatePkAfterFullLoad false.";
S040 Note "An error turns batch apply off"
"A data error switches the whole task to applying one by one, unless DataErrorPolicy and the three ApplyError…Policy keys are SUSPEND_TABLE.";
S041 Warning "Batch apply of tables without a key"
"Without a primary or unique key only inserts are batched.";
S042 Warning "Tables without a key are not validated"
"Validation needs a primary key or unique index.";
S043 Warning "A schema rename wins over TargetSchema"
"The tables that a schema rename in the mappings matches don't go to TargetSchema.";
S044 Error "The schedule does not hold"
"ResyncSchedule has five fields: minute, hour, day of month, month, day of week (0 to 6), with lists, ranges, * and /.";
S045 Warning "Not a value of this setting"
"non-lob belongs to the mapping rule; the setting documents pk-only and all.";
S046 Warning "The shortest batch is longer than the longest"
"BatchApplyTimeoutMin should not lie above BatchApplyTimeoutMax.";
S047 Warning "Only for Oracle targets"
"BatchApplyPreserveTransaction counts for Oracle targets only.";
S048 Note "The section has no effect for this migration type"
"Control tables, change processing and Time Travel belong to change capture, preparation and commit rate of tables to the full load.";
S049 Warning "Not for this engine"
"The documentation names the engines that the key is for, and the migration's is not among them: the key is ignored.";
S050 Warning "Buffers without threads"
"The Parallel… buffers and queues count with more than one thread only.";
S051 Note "One record at a time"
"An OpenSearch target without ParallelLoadThreads is loaded one record at a time.";
S052 Warning "Not validated by groups"
"GROUP_LEVEL is for Oracle and SQL Server sources, to PostgreSQL or to the same engine. Elsewhere DMS compares row by row; all rows are compared either way.";
S053 Error "A key stands there twice"
"One object has the key more than once. JSON readers keep one of the values and say nothing; which one is meant only a person knows.";
}
