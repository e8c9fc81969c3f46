//! The schema of the task settings beside a list of every key that the documentation gives: type,
//! default, range, words, first engine version. The list is kept apart from the schema on purpose: a
//! key that is lost or changed on one side fails here.
#![allow(clippy::unwrap_used)]

use dmsrun_dms::settings::{self, Key, Kind};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Section, then its keys: name, type, default (`-` is none), then what limits it: `1..49` a documented
/// range, `0..` a sensible one, words, `since=`, `read-only`.
const REFERENCE: &str = r#"
TargetMetadata
  TargetSchema                  text  ""
  SupportLobs                   bool  true
  FullLobMode                   bool  false
  LobChunkSize                  int   64     0..
  LimitedSizeLobMode            bool  true
  LobMaxSize                    int   32     0..102400
  InlineLobMaxSize              int   0      0..102400
  LoadMaxFileSize               int   0      0..
  ParallelLoadThreads           int   0      0..200
  ParallelLoadBufferSize        int   0      0..1000
  ParallelLoadQueuesPerThread   int   0      0..
  ParallelApplyThreads          int   0      0..
  ParallelApplyBufferSize       int   0      0..1000
  ParallelApplyQueuesPerThread  int   0      0..
  BatchApplyEnabled             bool  false
  TaskRecoveryTableEnabled      bool  false  since=3.4.0
FullLoadSettings
  TargetTablePrepMode              word  DO_NOTHING  DO_NOTHING|DROP_AND_CREATE|TRUNCATE_BEFORE_LOAD
  CreatePkAfterFullLoad            bool  false
  StopTaskCachedChangesApplied     bool  false
  StopTaskCachedChangesNotApplied  bool  false
  MaxFullLoadSubTasks              int   8      1..49
  TransactionConsistencyTimeout    int   600    0..
  CommitRate                       int   10000  1..50000
TTSettings
  EnableTT                                         bool   false   since=3.4.0
  TTS3Settings.EncryptionMode                      word   SSE_S3  SSE_S3|SSE_KMS
  TTS3Settings.ServerSideEncryptionKmsKeyId        text   -
  TTS3Settings.ServiceAccessRoleArn                text   -
  TTS3Settings.BucketName                          text   -
  TTS3Settings.BucketFolder                        text   -
  TTS3Settings.EnableDeletingFromS3OnTaskDelete    bool   false
  TTRecordSettings.EnableRawData                   bool   false
  TTRecordSettings.RawDataFormat                   word   -       TEXT|HEX  since=3.5.0
  TTRecordSettings.OperationsToLog                 words  ALL     INSERT|UPDATE|DELETE|COMMIT|ROLLBACK|ALL
  TTRecordSettings.MaxRecordSize                   int    64      0..
Logging
  EnableLogging        bool        false
  EnableLogContext     bool        false  since=3.5.0
  LogComponents        components  -
  DeleteTaskLogs       bool        -
  CloudWatchLogGroup   text        -      read-only
  CloudWatchLogStream  text        -      read-only
  LogConfiguration     object      -
ControlTablesSettings
  ControlSchema                  text  ""
  HistoryTimeslotInMinutes       int   5      0..
  HistoryTableEnabled            bool  false
  SuspendedTablesTableEnabled    bool  false
  StatusTableEnabled             bool  false
  FullLoadExceptionTableEnabled  bool  false
StreamBufferSettings
  StreamBufferCount         int  3  0..
  StreamBufferSizeInMB      int  8  0..
  CtrlStreamBufferSizeInMB  int  5  1..8
ChangeProcessingTuning
  BatchApplyPreserveTransaction  bool  true
  BatchApplyTimeoutMin           int   1     0..
  BatchApplyTimeoutMax           int   30    0..
  BatchApplyMemoryLimit          int   500   0..
  BatchSplitSize                 int   0     0..
  MinTransactionSize             int   1000  0..
  CommitTimeout                  int   1     0..
  MemoryLimitTotal               int   1024  0..
  MemoryKeepTime                 int   60    0..
  StatementCacheSize             int   50    0..200
  RecoveryTimeout                int   -1    -1..
ChangeProcessingDdlHandlingPolicy
  HandleSourceTableDropped    bool  true
  HandleSourceTableTruncated  bool  true
  HandleSourceTableAltered    bool  true
LoopbackPreventionSettings
  EnableLoopbackPrevention  bool  false
  SourceSchema              text  -
  TargetSchema              text  -
CharacterSetSettings
  CharacterReplacements                              list  -
  CharacterSetSupport.CharacterSet                   text  -
  CharacterSetSupport.ReplaceWithCharacterCodePoint  int   -
BeforeImageSettings
  EnableBeforeImage  bool  false
  FieldName          text  ""
  ColumnFilter       word  pk-only  pk-only|all|non-lob
ErrorBehavior
  DataErrorPolicy                              word  LOG_ERROR       IGNORE_RECORD|LOG_ERROR|SUSPEND_TABLE|STOP_TASK
  DataTruncationErrorPolicy                    word  LOG_ERROR       IGNORE_RECORD|LOG_ERROR|SUSPEND_TABLE|STOP_TASK
  DataErrorEscalationPolicy                    word  SUSPEND_TABLE   SUSPEND_TABLE|STOP_TASK
  DataErrorEscalationCount                     int   0               0..9223372036854775807
  DataMaskingErrorPolicy                       word  STOP_TASK       IGNORE_RECORD|LOG_ERROR|SUSPEND_TABLE|STOP_TASK  since=3.5.4
  EventErrorPolicy                             word  IGNORE          IGNORE|STOP_TASK
  TableErrorPolicy                             word  SUSPEND_TABLE   SUSPEND_TABLE|STOP_TASK
  TableErrorEscalationPolicy                   word  STOP_TASK       STOP_TASK
  TableErrorEscalationCount                    int   0               0..9223372036854775807
  RecoverableErrorCount                        int   -1              -1..9223372036854775807
  RecoverableErrorInterval                     int   5               0..
  RecoverableErrorThrottling                   bool  true
  RecoverableErrorThrottlingMax                int   1800            0..
  RecoverableErrorStopRetryAfterThrottlingMax  bool  true
  ApplyErrorDeletePolicy                       word  IGNORE_RECORD   IGNORE_RECORD|LOG_ERROR|SUSPEND_TABLE|STOP_TASK
  ApplyErrorInsertPolicy                       word  LOG_ERROR       IGNORE_RECORD|LOG_ERROR|SUSPEND_TABLE|STOP_TASK|INSERT_RECORD
  ApplyErrorUpdatePolicy                       word  LOG_ERROR       IGNORE_RECORD|LOG_ERROR|SUSPEND_TABLE|STOP_TASK|UPDATE_RECORD
  ApplyErrorEscalationPolicy                   word  LOG_ERROR       LOG_ERROR|SUSPEND_TABLE|STOP_TASK
  ApplyErrorEscalationCount                    int   0               0..9223372036854775807
  ApplyErrorFailOnTruncationDdl                bool  false
  FailOnNoTablesCaptured                       bool  true
  FailOnTransactionConsistencyBreached         bool  false
  FullLoadIgnoreConflicts                      bool  true
ValidationSettings
  EnableValidation                 bool  false
  ValidationMode                   word  ROW_LEVEL  ROW_LEVEL|GROUP_LEVEL
  ThreadCount                      int   5      0..
  PartitionSize                    int   10000  0..
  FailureMaxCount                  int   10000  0..
  TableFailureMaxCount             int   1000   0..
  RecordFailureDelayInMinutes      int   5      0..
  RecordFailureDelayLimitInMinutes int   0      0..
  RecordSuspendDelayInMinutes      int   30     0..
  MaxKeyColumnSize                 int   8096   0..
  HandleCollationDiff              bool  false
  SkipLobColumns                   bool  false
  ValidationPartialLobSize         int   0      0..
  ValidationQueryCdcDelaySeconds   int   0      0..
  ValidationOnly                   bool  false
ResyncSettings
  EnableResync      bool  false  since=3.6.1
  ResyncSchedule    text  -
  MaxResyncTime     int   -      5..14400
  ValidationTaskId  text  -
FailTaskWhenCleanTaskResourceFailed  bool  false
PostProcessingRules
"#;

/// What a line of the list says.
struct Row {
    path: String,
    kind: String,
    default: Value,
    range: Option<(i64, i64)>,
    strict: bool,
    words: Vec<String>,
    since: Option<String>,
    read_only: bool,
}

fn row(section: &str, line: &str) -> Row {
    let mut parts = line.split_whitespace();
    let name = parts.next().unwrap();
    let path = if section.is_empty() { name.to_owned() } else { format!("{section}.{name}") };
    let kind = parts.next().unwrap_or_else(|| panic!("{line}")).to_owned();
    let default = match parts.next().unwrap_or_else(|| panic!("{line}")) {
        "-" => Value::Null,
        "\"\"" => json!(""),
        other => serde_json::from_str(other).unwrap_or_else(|_| json!(other)),
    };
    let (mut range, mut strict, mut words, mut since, mut read_only) =
        (None, false, Vec::new(), None, false);
    for part in parts {
        if let Some(version) = part.strip_prefix("since=") {
            since = Some(version.to_owned());
        } else if part == "read-only" {
            read_only = true;
        } else if let Some((least, most)) = part.split_once("..") {
            strict = !most.is_empty();
            range = Some((least.parse().unwrap(), most.parse().unwrap_or(i64::MAX)));
        } else {
            words = part.split('|').map(str::to_owned).collect();
        }
    }
    Row { path, kind, default, range, strict, words, since, read_only }
}

fn reference() -> (Vec<&'static str>, Vec<Row>) {
    let (mut sections, mut rows, mut section) = (Vec::new(), Vec::new(), "");
    for line in REFERENCE.lines().filter(|l| !l.trim().is_empty()) {
        if line.starts_with(' ') {
            rows.push(row(section, line));
        } else if line.contains("bool") {
            rows.push(row("", line));
        } else {
            section = line.trim();
            sections.push(section);
        }
    }
    (sections, rows)
}

fn differences(row: &Row, key: &Key) -> Vec<String> {
    let (kind, words): (&str, &[&str]) = match key.kind {
        Kind::Boolean => ("bool", &[]),
        Kind::Integer => ("int", &[]),
        Kind::Text => ("text", &[]),
        Kind::Word(words) => ("word", words),
        Kind::Words(words) => ("words", words),
        Kind::LogComponents => ("components", &[]),
        Kind::List => ("list", &[]),
        Kind::Object => ("object", &[]),
    };
    let mut out = Vec::new();
    let mut same = |what: &str, is: String, should: String| {
        if is != should {
            out.push(format!("{}: {what} is {is}, should be {should}", row.path));
        }
    };
    same("type", kind.to_owned(), row.kind.clone());
    same("default", key.default.json().to_string(), row.default.to_string());
    same("range", format!("{:?}", key.range), format!("{:?}", row.range));
    same("range is documented", key.strict.to_string(), row.strict.to_string());
    same("words", words.join("|"), row.words.join("|"));
    let since = key.since.map(|v| v.to_string());
    same("since", format!("{since:?}"), format!("{:?}", row.since));
    same("read-only", key.read_only.to_string(), row.read_only.to_string());
    out
}

#[test]
fn every_key_of_the_documentation_is_in_the_schema_as_it_stands_there() {
    let (sections, rows) = reference();
    let mut wrong = Vec::new();
    let mut covered = 0;
    for row in &rows {
        match settings::key(&row.path) {
            Some(key) => {
                covered += 1;
                wrong.extend(differences(row, key));
            }
            None => wrong.push(format!("{}: not in the schema", row.path)),
        }
    }
    let listed: BTreeSet<&str> = rows.iter().map(|r| r.path.as_str()).collect();
    assert_eq!(listed.len(), rows.len(), "a key is listed twice");
    let unlisted = settings::keys().iter().filter(|k| !listed.contains(k.path));
    wrong.extend(unlisted.map(|k| format!("{}: not in the documentation", k.path)));
    println!(
        "task settings: {covered} of {} keys and {} of {} sections are in the schema",
        rows.len(),
        settings::sections().filter(|s| sections.contains(s)).count(),
        sections.len()
    );
    assert_eq!(wrong, [""; 0]);
    let known: BTreeSet<&str> = settings::sections().collect();
    assert_eq!(known, sections.into_iter().collect());
}

#[test]
fn the_severities_and_log_components_are_those_of_the_documentation() {
    let components = "FILE_FACTORY METADATA_MANAGER SORTER SOURCE_CAPTURE SOURCE_UNLOAD TABLES_MANAGER \
        TARGET_APPLY TARGET_LOAD TASK_MANAGER TRANSFORMATION VALIDATOR VALIDATOR_EXT DATA_RESYNC \
        RESYNC_UNLOAD RESYNC_APPLY COMMON ADDONS DATA_STRUCTURE COMMUNICATION FILE_TRANSFER IO \
        PERFORMANCE REST_SERVER";
    let have: BTreeSet<&str> = settings::schema::COMPONENTS.iter().copied().collect();
    assert_eq!(have, components.split_whitespace().collect());
    let severities = "ERROR WARNING INFO DEFAULT DEBUG DETAILED_DEBUG".split(' ');
    let want: Vec<String> = severities.map(|s| format!("LOGGER_SEVERITY_{s}")).collect();
    assert_eq!(settings::schema::SEVERITIES, want);
}

/// For each key its range's ends, its words and its types are taken, and what lies beyond is not.
#[test]
fn every_key_takes_what_it_documents_and_nothing_beyond() {
    for key in settings::keys().iter().filter(|k| !k.read_only) {
        let codes = |value: Value| -> Vec<&'static str> {
            let document = key.path.rsplit('.').fold(value, |inner, name| json!({ name: inner }));
            let found = settings::check(&document, &dmsrun_dms::Context::default());
            found.into_iter().filter(|f| f.path.starts_with(key.path)).map(|f| f.code).collect()
        };
        let typed = |value: Value| {
            let found = codes(value);
            found.iter().any(|c| ["S004", "S006", "S007", "S008"].contains(c))
        };
        match key.kind {
            Kind::Boolean => {
                assert!(!typed(json!(true)) && !typed(json!("false")), "{}", key.path);
                assert!(typed(json!("perhaps")) && typed(json!(1)), "{}", key.path);
            }
            Kind::Integer => {
                assert!(typed(json!("many")) && typed(json!(true)), "{}", key.path);
                if let Some((least, most)) = key.range {
                    assert!(!typed(json!(least)) && !typed(json!(most)), "{}", key.path);
                    assert!(typed(json!(least - 1)), "{}", key.path);
                    assert!(most == i64::MAX || typed(json!(most + 1)), "{}", key.path);
                }
            }
            Kind::Word(words) | Kind::Words(words) => {
                for word in words {
                    assert!(!typed(json!(word)), "{} {word}", key.path);
                }
                assert!(typed(json!("NO_SUCH_WORD")) && typed(json!(7)), "{}", key.path);
            }
            Kind::Text => assert!(!typed(json!("x")) && typed(json!(7)), "{}", key.path),
            Kind::LogComponents | Kind::List => assert!(typed(json!("x")), "{}", key.path),
            Kind::Object => assert!(
                typed(json!("x")) || typed(json!([])) || key.path.ends_with("LogConfiguration")
            ),
        }
    }
}
