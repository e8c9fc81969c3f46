//! The 29 cross-key checks of the task settings: each has a document that triggers it and one that
//! does not. A check without either fails the test, whatever the others do.
#![allow(clippy::unwrap_used)]

use dmsrun_dms::{
    Catalogue, CatalogueTable, Column, Context, EngineVersion, MigrationType, Severity, settings,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The checks by number, with how bad the reference says they are.
const CHECKS: [(u32, &[Severity]); 29] = {
    use Severity::{Error as E, Note as N, Warning as W};
    [
        (1, &[E]),
        (2, &[E]),
        (3, &[W]),
        (4, &[W, E]),
        (5, &[E]),
        (6, &[E]),
        (7, &[E]),
        (8, &[E]),
        (9, &[E]),
        (10, &[W]),
        (11, &[W, E]),
        (12, &[W]),
        (13, &[E]),
        (14, &[W]),
        (15, &[E]),
        (16, &[E]),
        (17, &[E, W]),
        (18, &[E]),
        (19, &[W]),
        (20, &[W]),
        (21, &[E]),
        (22, &[W]),
        (23, &[W]),
        (24, &[E]),
        (25, &[E]),
        (26, &[E]),
        (27, &[E]),
        (28, &[W]),
        (29, &[N]),
    ]
};

/// A document in a context: `source-target type`, engines joined by `>`, and what else is known.
struct Case {
    check: u32,
    code: &'static str,
    bad: (&'static str, &'static str),
    good: (&'static str, &'static str),
}

const fn case(
    check: u32,
    code: &'static str,
    bad: (&'static str, &'static str),
    good: (&'static str, &'static str),
) -> Case {
    Case { check, code, bad, good }
}

const MY: &str = "mysql>mysql both";
const MY_CDC: &str = "mysql>mysql cdc";
const MY_LOAD: &str = "mysql>mysql load";

#[rustfmt::skip]
const CASES: &[Case] = &[
    case(1, "S011", (MY, "TargetMetadata.SupportLobs=true FullLobMode=false LimitedSizeLobMode=false"), (MY, "TargetMetadata.SupportLobs=false FullLobMode=false LimitedSizeLobMode=false")),
    case(1, "S011", (MY, "TargetMetadata.FullLobMode=true LimitedSizeLobMode=true LobMaxSize=32"), (MY, "TargetMetadata.FullLobMode=true LimitedSizeLobMode=false")),
    case(1, "S011", (MY, "TargetMetadata.FullLobMode=true"), (MY, "TargetMetadata.LimitedSizeLobMode=true LobMaxSize=32")),
    case(2, "S012", (MY, "TargetMetadata.LimitedSizeLobMode=true"), (MY, "TargetMetadata.LimitedSizeLobMode=true LobMaxSize=64")),
    case(2, "S012", (MY, "TargetMetadata.LimitedSizeLobMode=true LobMaxSize=0"), (MY, "TargetMetadata.LimitedSizeLobMode=true LobMaxSize=1")),
    case(2, "S007", (MY, "TargetMetadata.LimitedSizeLobMode=true LobMaxSize=102401"), (MY, "TargetMetadata.LimitedSizeLobMode=true LobMaxSize=102400")),
    case(3, "S013", (MY, "TargetMetadata.FullLobMode=true LimitedSizeLobMode=false LobChunkSize=0"), (MY, "TargetMetadata.FullLobMode=true LimitedSizeLobMode=false LobChunkSize=64")),
    case(3, "S013", (MY, "TargetMetadata.FullLobMode=true LimitedSizeLobMode=false LobChunkSize=65"), (MY, "TargetMetadata.LimitedSizeLobMode=true LobMaxSize=9 LobChunkSize=65")),
    case(4, "S015", (MY, "TargetMetadata.InlineLobMaxSize=8"), (MY, "TargetMetadata.InlineLobMaxSize=8 FullLobMode=true LimitedSizeLobMode=false")),
    case(4, "S007", (MY, "TargetMetadata.InlineLobMaxSize=102401 FullLobMode=true LimitedSizeLobMode=false"), (MY, "TargetMetadata.InlineLobMaxSize=102400 FullLobMode=true LimitedSizeLobMode=false")),
    case(4, "S015", ("mysql>redshift both", "TargetMetadata.InlineLobMaxSize=8 FullLobMode=true LimitedSizeLobMode=false"), ("mysql>postgres both", "TargetMetadata.InlineLobMaxSize=8 FullLobMode=true LimitedSizeLobMode=false")),
    case(5, "S007", (MY, "FullLoadSettings.MaxFullLoadSubTasks=50"), (MY, "FullLoadSettings.MaxFullLoadSubTasks=49")),
    case(5, "S007", (MY, "FullLoadSettings.MaxFullLoadSubTasks=0"), (MY, "FullLoadSettings.MaxFullLoadSubTasks=1")),
    case(6, "S007", (MY, "FullLoadSettings.CommitRate=50001"), (MY, "FullLoadSettings.CommitRate=50000")),
    case(6, "S007", (MY, "FullLoadSettings.CommitRate=0"), (MY, "FullLoadSettings.CommitRate=1")),
    case(7, "S007", (MY, "ChangeProcessingTuning.StatementCacheSize=201"), (MY, "ChangeProcessingTuning.StatementCacheSize=200")),
    case(8, "S007", (MY, "StreamBufferSettings.CtrlStreamBufferSizeInMB=9"), (MY, "StreamBufferSettings.CtrlStreamBufferSizeInMB=8")),
    case(8, "S007", (MY, "StreamBufferSettings.CtrlStreamBufferSizeInMB=0"), (MY, "StreamBufferSettings.CtrlStreamBufferSizeInMB=1")),
    case(9, "S016", ("mysql>kafka both", "TargetMetadata.ParallelLoadThreads=33"), ("mysql>dynamodb both", "TargetMetadata.ParallelLoadThreads=33")),
    case(9, "S016", ("mysql>redshift both", "TargetMetadata.ParallelLoadThreads=33"), ("mysql>redshift both", "TargetMetadata.ParallelLoadThreads=32")),
    case(9, "S007", ("mysql>dynamodb both", "TargetMetadata.ParallelLoadThreads=201"), ("mysql>dynamodb both", "TargetMetadata.ParallelLoadThreads=200")),
    case(9, "S016", ("mysql>docdb both", "TargetMetadata.ParallelApplyThreads=33"), ("mysql>docdb both", "TargetMetadata.ParallelApplyThreads=32")),
    case(9, "S016", ("mysql>kinesis both", "TargetMetadata.ParallelApplyThreads=8 ParallelApplyQueuesPerThread=513"), ("mysql>kinesis both", "TargetMetadata.ParallelApplyThreads=8 ParallelApplyQueuesPerThread=512")),
    case(9, "S007", ("mysql>kafka both", "TargetMetadata.ParallelLoadThreads=8 ParallelLoadBufferSize=1001"), ("mysql>kafka both", "TargetMetadata.ParallelLoadThreads=8 ParallelLoadBufferSize=1000")),
    case(9, "S007", ("mysql>kafka both", "TargetMetadata.ParallelApplyThreads=8 ParallelApplyBufferSize=1001"), ("mysql>kafka both", "TargetMetadata.ParallelApplyThreads=8 ParallelApplyBufferSize=1000")),
    case(10, "S017", (MY, "TargetMetadata.ParallelApplyThreads=4"), ("mysql>kafka both", "TargetMetadata.ParallelApplyThreads=4")),
    case(10, "S017", ("mysql>kafka load", "TargetMetadata.ParallelApplyThreads=4"), ("mysql>kafka cdc", "TargetMetadata.ParallelApplyThreads=4")),
    case(11, "S018", ("mysql>mysql both lobs", "TargetMetadata.BatchApplyEnabled=true FullLobMode=true LimitedSizeLobMode=false"), ("mysql>mysql both lobs", "TargetMetadata.BatchApplyEnabled=true LimitedSizeLobMode=true LobMaxSize=4096")),
    case(11, "S019", (MY, "TargetMetadata.BatchApplyEnabled=true LoopbackPreventionSettings.EnableLoopbackPrevention=true SourceSchema=a TargetSchema=b"), (MY, "TargetMetadata.BatchApplyEnabled=false LoopbackPreventionSettings.EnableLoopbackPrevention=true SourceSchema=a TargetSchema=b")),
    case(12, "S020", (MY, "ChangeProcessingTuning.BatchSplitSize=100"), (MY, "TargetMetadata.BatchApplyEnabled=true ChangeProcessingTuning.BatchSplitSize=100")),
    case(12, "S020", (MY, "TargetMetadata.BatchApplyEnabled=true ChangeProcessingTuning.MinTransactionSize=10"), (MY, "ChangeProcessingTuning.MinTransactionSize=10")),
    case(13, "S021", (MY, "FullLoadSettings.StopTaskCachedChangesApplied=true StopTaskCachedChangesNotApplied=true"), (MY, "FullLoadSettings.StopTaskCachedChangesApplied=true StopTaskCachedChangesNotApplied=false")),
    case(14, "S022", (MY_LOAD, "FullLoadSettings.StopTaskCachedChangesApplied=true"), (MY, "FullLoadSettings.StopTaskCachedChangesApplied=true")),
    case(14, "S022", (MY_CDC, "FullLoadSettings.StopTaskCachedChangesNotApplied=true"), (MY, "FullLoadSettings.StopTaskCachedChangesNotApplied=true")),
    case(15, "S009", (MY, "Logging.CloudWatchLogGroup=x"), (MY, "Logging.CloudWatchLogGroup=null")),
    case(15, "S009", (MY, "Logging.CloudWatchLogStream=x"), (MY, "Logging.CloudWatchLogStream=null")),
    case(16, "S023", (MY, "Logging.EnableLogContext=true"), (MY, "Logging.EnableLogContext=true EnableLogging=true")),
    case(17, "S024", (MY, r#"Logging.LogComponents=[{"Id":"SORTR","Severity":"LOGGER_SEVERITY_INFO"}]"#), (MY, r#"Logging.LogComponents=[{"Id":"SORTER","Severity":"LOGGER_SEVERITY_INFO"}]"#)),
    case(17, "S025", (MY, r#"Logging.LogComponents=[{"Id":"SORTER","Severity":"DEBUG"}]"#), (MY, r#"Logging.LogComponents=[{"Id":"SORTER","Severity":"LOGGER_SEVERITY_DEBUG"}]"#)),
    case(17, "S026", (MY, r#"Logging.LogComponents=[{"Id":"IO","Severity":"LOGGER_SEVERITY_INFO"},{"Id":"IO","Severity":"LOGGER_SEVERITY_INFO"}]"#), (MY, r#"Logging.LogComponents=[{"Id":"IO","Severity":"LOGGER_SEVERITY_INFO"}]"#)),
    case(18, "S006", (MY, "ErrorBehavior.TableErrorEscalationPolicy=LOG_ERROR"), (MY, "ErrorBehavior.TableErrorEscalationPolicy=STOP_TASK")),
    case(19, "S034", ("mysql>mysql both lobs", "ErrorBehavior.ApplyErrorUpdatePolicy=UPDATE_RECORD"), ("mysql>mysql both lobs", "ErrorBehavior.ApplyErrorUpdatePolicy=UPDATE_RECORD TargetMetadata.SupportLobs=false")),
    case(20, "S035", ("mysql>mysql both masked", "ErrorBehavior.DataMaskingErrorPolicy=LOG_ERROR"), (MY, "ErrorBehavior.DataMaskingErrorPolicy=LOG_ERROR")),
    case(20, "S035", ("mysql>mysql both masked", "ErrorBehavior.DataMaskingErrorPolicy=LOG_ERROR"), ("mysql>mysql both masked", "ErrorBehavior.DataMaskingErrorPolicy=SUSPEND_TABLE")),
    case(21, "S027", (MY_CDC, "ValidationSettings.ValidationOnly=true"), (MY_CDC, "ValidationSettings.ValidationOnly=true EnableValidation=true")),
    case(21, "S027", (MY_CDC, "ValidationSettings.ValidationOnly=true EnableValidation=true FullLoadSettings.TargetTablePrepMode=TRUNCATE_BEFORE_LOAD"), (MY_LOAD, "ValidationSettings.ValidationOnly=true EnableValidation=true FullLoadSettings.TargetTablePrepMode=DO_NOTHING")),
    case(21, "S027", (MY, "ValidationSettings.ValidationOnly=true EnableValidation=true"), (MY_LOAD, "ValidationSettings.ValidationOnly=true EnableValidation=true")),
    case(21, "S028", ("mysql>mysql cdc live", "ValidationSettings.ValidationOnly=true EnableValidation=true"), ("mysql>mysql cdc live", "ValidationSettings.ValidationOnly=false EnableValidation=true")),
    case(22, "S029", ("mysql>mysql both masked", "ValidationSettings.EnableValidation=true"), (MY, "ValidationSettings.EnableValidation=true")),
    case(22, "S029", ("mysql>mysql both views", "ValidationSettings.EnableValidation=true"), ("mysql>mysql both views", "ValidationSettings.EnableValidation=false")),
    case(22, "S029", (MY, r#"ValidationSettings.EnableValidation=true CharacterSetSettings.CharacterReplacements=[{"SourceCharacterCodePoint":35,"TargetCharacterCodePoint":52}]"#), (MY, r#"CharacterSetSettings.CharacterReplacements=[{"SourceCharacterCodePoint":"00B8","TargetCharacterCodePoint":52}]"#)),
    case(23, "S030", (MY, "ValidationSettings.EnableValidation=true FailureMaxCount=10 TableFailureMaxCount=11"), (MY, "ValidationSettings.EnableValidation=true FailureMaxCount=10 TableFailureMaxCount=10")),
    case(24, "S031", ("mysql>mysql both", "TTSettings.EnableTT=true TTSettings.TTS3Settings.BucketName=b ServiceAccessRoleArn=arn:aws:iam::1:role/dms-tt-s3-access-role"), ("postgres>postgres both", "TTSettings.EnableTT=true TTSettings.TTS3Settings.BucketName=b ServiceAccessRoleArn=arn:aws:iam::1:role/dms-tt-s3-access-role")),
    case(24, "S031", ("oracle>oracle both", "TTSettings.EnableTT=true TTSettings.TTS3Settings.BucketName=b ServiceAccessRoleArn=arn:aws:iam::1:role/dms-tt-s3-access-role"), ("oracle>mysql cdc", "TTSettings.EnableTT=true TTSettings.TTS3Settings.BucketName=b ServiceAccessRoleArn=arn:aws:iam::1:role/dms-tt-s3-access-role")),
    case(24, "S031", ("oracle>postgres both", "TTSettings.EnableTT=true TTSettings.TTS3Settings.ServiceAccessRoleArn=arn:aws:iam::1:role/dms-tt-s3-access-role"), ("oracle>postgres both", "TTSettings.EnableTT=false")),
    case(24, "S031", ("oracle>postgres both", "TTSettings.EnableTT=true TTSettings.TTS3Settings.BucketName=b"), ("sqlserver>postgres both", "TTSettings.EnableTT=true TTSettings.TTS3Settings.BucketName=b ServiceAccessRoleArn=arn:aws:iam::1:role/dms-tt-s3-access-role")),
    case(24, "S031", ("oracle>postgres both", "TTSettings.EnableTT=true TTSettings.TTS3Settings.BucketName=b ServiceAccessRoleArn=arn:aws:iam::1:role/dms-tt-s3-access-role EncryptionMode=SSE_KMS"), ("oracle>postgres both", "TTSettings.EnableTT=true TTSettings.TTS3Settings.BucketName=b ServiceAccessRoleArn=arn:aws:iam::1:role/dms-tt-s3-access-role EncryptionMode=SSE_KMS ServerSideEncryptionKmsKeyId=k")),
    case(25, "S032", ("oracle>postgres both", "ValidationSettings.EnableValidation=true ResyncSettings.EnableResync=true"), ("oracle>postgres both", r#"ValidationSettings.EnableValidation=true ResyncSettings.EnableResync=true ResyncSchedule="0_2_*_*_1-5" MaxResyncTime=60"#)),
    case(25, "S032", ("oracle>postgres both", r#"ValidationSettings.EnableValidation=true ResyncSettings.EnableResync=true ResyncSchedule="0_2_*_*_1-5""#), ("oracle>postgres load", "ValidationSettings.EnableValidation=true ResyncSettings.EnableResync=true")),
    case(25, "S032", ("oracle>postgres load", r#"ValidationSettings.EnableValidation=true ResyncSettings.EnableResync=true ResyncSchedule="0_2_*_*_1-5""#), ("oracle>postgres both", "ResyncSettings.EnableResync=false")),
    case(25, "S032", ("oracle>postgres load", "ResyncSettings.EnableResync=true"), ("oracle>postgres load", "ResyncSettings.EnableResync=true ValidationTaskId=x")),
    case(25, "S032", ("oracle>postgres both", r#"ValidationSettings.EnableValidation=true ResyncSettings.EnableResync=true ResyncSchedule="" MaxResyncTime=60"#), ("oracle>postgres both", r#"ValidationSettings.EnableValidation=true ResyncSettings.EnableResync=true ResyncSchedule="0_2_*_*_1-5" MaxResyncTime=60"#)),
    case(26, "S033", ("mysql>kafka both", "BeforeImageSettings.EnableBeforeImage=true"), ("mysql>kafka both", "BeforeImageSettings.EnableBeforeImage=true FieldName=before")),
    case(26, "S033", ("mysql>kinesis load", "BeforeImageSettings.EnableBeforeImage=true FieldName=before"), ("mysql>kinesis cdc", "BeforeImageSettings.EnableBeforeImage=true FieldName=before")),
    case(27, "S007", (MY, "ErrorBehavior.RecoverableErrorCount=-2"), (MY, "ErrorBehavior.RecoverableErrorCount=-1")),
    case(28, "S036", (MY, "TargetMetadata.TargetSchema=x"), ("mysql>postgres both", "TargetMetadata.TargetSchema=x")),
    case(29, "S037", (MY, "TargetMetadata.SupportLobs=true"), (MY, "ErrorBehavior.FailOnNoTablesCaptured=true")),
    // What the sections of the reference say beside its list of checks.
    case(0, "S044", ("oracle>postgres both", r#"ResyncSettings.EnableResync=true ResyncSchedule="30_9_?_*_MON-FRI""#), ("oracle>postgres both", r#"ResyncSettings.EnableResync=true ResyncSchedule="*/5_1-3_L_*_0,6""#)),
    case(0, "S046", (MY, "TargetMetadata.BatchApplyEnabled=true ChangeProcessingTuning.BatchApplyTimeoutMin=40"), (MY, "TargetMetadata.BatchApplyEnabled=true ChangeProcessingTuning.BatchApplyTimeoutMin=30")),
    case(0, "S047", (MY, "TargetMetadata.BatchApplyEnabled=true ChangeProcessingTuning.BatchApplyPreserveTransaction=true"), ("oracle>oracle both", "TargetMetadata.BatchApplyEnabled=true ChangeProcessingTuning.BatchApplyPreserveTransaction=true")),
    case(0, "S039", ("sqlserver>babelfish both", "FullLoadSettings.TargetTablePrepMode=TRUNCATE_BEFORE_LOAD"), ("sqlserver>babelfish both", "FullLoadSettings.TargetTablePrepMode=DO_NOTHING")),
    case(0, "S038", (MY, "LoopbackPreventionSettings.EnableLoopbackPrevention=true SourceSchema=a"), (MY, "LoopbackPreventionSettings.EnableLoopbackPrevention=true SourceSchema=a TargetSchema=b")),
    case(0, "S045", ("mysql>kafka both", "BeforeImageSettings.ColumnFilter=non-lob"), ("mysql>kafka both", "BeforeImageSettings.ColumnFilter=all")),
    case(0, "S049", (MY, "ValidationSettings.HandleCollationDiff=true"), ("mysql>postgres both", "ValidationSettings.HandleCollationDiff=true")),
    case(0, "S049", (MY, "ErrorBehavior.FailOnTransactionConsistencyBreached=true"), ("oracle>mysql both", "ErrorBehavior.FailOnTransactionConsistencyBreached=true")),
    case(0, "S049", (MY, "TargetMetadata.ParallelLoadThreads=8"), ("mysql>kinesis both", "TargetMetadata.ParallelLoadThreads=8")),
    case(0, "S049", ("postgres>postgres both", "TTSettings.TTRecordSettings.RawDataFormat=HEX"), ("oracle>postgres both", "TTSettings.TTRecordSettings.RawDataFormat=HEX")),
    case(0, "S049", ("mysql>oracle both", "TargetMetadata.LoadMaxFileSize=5"), ("mysql>oracle both", "TargetMetadata.LoadMaxFileSize=0")),
    case(0, "S050", ("mysql>kafka both", "TargetMetadata.ParallelLoadBufferSize=100"), ("mysql>kafka both", "TargetMetadata.ParallelLoadThreads=2 ParallelLoadBufferSize=100")),
    case(0, "S050", ("mysql>kafka both", "TargetMetadata.ParallelApplyQueuesPerThread=4"), ("mysql>kafka both", "TargetMetadata.ParallelApplyThreads=4 ParallelApplyQueuesPerThread=4")),
    case(0, "S051", ("mysql>opensearch both", "FullLoadSettings.CommitRate=1"), ("mysql>opensearch both", "TargetMetadata.ParallelLoadThreads=1")),
    case(0, "S052", ("mysql>postgres both", "ValidationSettings.EnableValidation=true ValidationMode=GROUP_LEVEL"), ("oracle>postgres both", "ValidationSettings.EnableValidation=true ValidationMode=GROUP_LEVEL")),
    case(0, "S041", ("mysql>mysql both keyless", "TargetMetadata.BatchApplyEnabled=true"), ("mysql>mysql both", "TargetMetadata.BatchApplyEnabled=true")),
    case(0, "S042", ("mysql>mysql both keyless", "ValidationSettings.EnableValidation=true"), ("mysql>mysql both lobs", "ValidationSettings.EnableValidation=true")),
    case(0, "S043", ("mysql>postgres both renamed", "TargetMetadata.TargetSchema=x"), ("mysql>postgres both masked", "TargetMetadata.TargetSchema=x")),
    case(0, "S048", (MY_LOAD, "ControlTablesSettings.StatusTableEnabled=true"), (MY_CDC, "ControlTablesSettings.StatusTableEnabled=true")),
    case(0, "S010", ("mysql>mysql both 3.5.3", "ErrorBehavior.DataMaskingErrorPolicy=STOP_TASK"), ("mysql>mysql both 3.5.4", "ErrorBehavior.DataMaskingErrorPolicy=STOP_TASK")),
    case(0, "S010", ("mysql>mysql both 3.6.0", r#"Logging.LogComponents=[{"Id":"DATA_RESYNC","Severity":"LOGGER_SEVERITY_INFO"}]"#), ("mysql>mysql both 3.6.1", r#"Logging.LogComponents=[{"Id":"DATA_RESYNC","Severity":"LOGGER_SEVERITY_INFO"}]"#)),
    case(0, "S010", ("mysql>docdb both 3.4.7", "TargetMetadata.ParallelApplyThreads=4"), ("mysql>docdb both 3.5.0", "TargetMetadata.ParallelApplyThreads=4")),
    case(0, "S014", ("mysql>mysql both lobs", "TargetMetadata.LimitedSizeLobMode=true LobMaxSize=4095"), ("mysql>mysql both lobs", "TargetMetadata.LimitedSizeLobMode=true LobMaxSize=4096")),
    case(0, "S040", (MY, "TargetMetadata.BatchApplyEnabled=true"), (MY, "TargetMetadata.BatchApplyEnabled=true ErrorBehavior.DataErrorPolicy=SUSPEND_TABLE ApplyErrorDeletePolicy=SUSPEND_TABLE ApplyErrorInsertPolicy=SUSPEND_TABLE ApplyErrorUpdatePolicy=SUSPEND_TABLE")),
];

/// A document from `Section.Key=value Key=value`; a key without a section belongs to the last one. `_`
/// in a quoted value stands for a blank.
fn document(text: &str) -> Value {
    let (mut document, mut section) = (json!({}), String::new());
    for part in text.split(' ') {
        let (path, value) = part.split_once('=').unwrap();
        let name = match path.rsplit_once('.') {
            Some((before, name)) => {
                section = before.to_owned();
                name
            }
            None => path,
        };
        let value = serde_json::from_str(&value.replace('_', " "))
            .ok()
            .filter(|v: &Value| v.is_string())
            .or_else(|| serde_json::from_str(value).ok())
            .unwrap_or_else(|| json!(value));
        let mut at = &mut document;
        for step in section.split('.') {
            at = at.as_object_mut().unwrap().entry(step).or_insert(json!({}));
        }
        at[name] = value;
    }
    document
}

fn catalogue(keyless: bool) -> Catalogue {
    let column = |name: &str, key, lob_kb| Column {
        name: name.into(),
        primary_key: key,
        lob_kb,
        ..Column::default()
    };
    let columns = if keyless {
        vec![column("line", false, None)]
    } else {
        vec![column("id", true, None), column("body", false, Some(4096))]
    };
    let table = CatalogueTable {
        schema: "s".into(),
        table: "t".into(),
        columns,
        ..CatalogueTable::default()
    };
    Catalogue { tables: vec![table], ..Catalogue::default() }
}

fn rule(more: Value) -> Value {
    let mut rule = json!({ "rule-id": "1", "rule-name": "a" });
    for (key, value) in more.as_object().unwrap() {
        rule[key] = value.clone();
    }
    json!({ "rules": [rule] })
}

fn context(text: &str) -> Context {
    let mut parts = text.split(' ');
    let (source, target) = parts.next().unwrap().split_once('>').unwrap();
    let kind = match parts.next().unwrap() {
        "both" => MigrationType::FullLoadAndCdc,
        "load" => MigrationType::FullLoad,
        "cdc" => MigrationType::Cdc,
        other => panic!("{other}"),
    };
    let mut context = Context {
        source_engine: Some(source.into()),
        target_engine: Some(target.into()),
        migration_type: Some(kind),
        ..Context::default()
    };
    for part in parts {
        match part {
            "lobs" => context.catalogue = Some(catalogue(false)),
            "keyless" => context.catalogue = Some(catalogue(true)),
            "masked" => {
                context.mappings = Some(rule(json!({ "rule-type": "transformation",
                "rule-action": "data-masking-hash-mask", "rule-target": "column",
                "object-locator": { "schema-name": "s", "table-name": "t", "column-name": "c" } })));
            }
            "renamed" => {
                context.mappings = Some(rule(json!({ "rule-type": "transformation",
                "rule-action": "rename", "rule-target": "schema", "value": "y",
                "object-locator": { "schema-name": "s" } })));
            }
            "views" => {
                context.mappings = Some(rule(json!({ "rule-type": "selection",
                "rule-action": "include", "object-locator": { "schema-name": "s",
                    "table-name": "t", "table-type": "view" } })));
            }
            "live" => {
                context.live_settings =
                    Some(json!({ "ValidationSettings": { "ValidationOnly": false } }));
            }
            version => context.engine_version = Some(EngineVersion::parse(version).unwrap()),
        }
    }
    context
}

#[test]
fn every_cross_key_check_triggers_and_stays_silent() {
    let mut tried: BTreeMap<u32, Vec<Severity>> = BTreeMap::new();
    let mut wrong = Vec::new();
    for case in CASES {
        let at = format!("check {} {}", case.check, case.code);
        let found = settings::check(&document(case.bad.1), &context(case.bad.0));
        match found.iter().find(|f| f.code == case.code) {
            Some(f) => {
                tried.entry(case.check).or_default().push(f.severity);
                if !f
                    .path
                    .split('.')
                    .next()
                    .is_some_and(|s| case.bad.1.contains(s) || case.check == 29 || case.check == 0)
                {
                    wrong.push(format!("{at}: the path {:?} is not where it is wrong", f.path));
                }
            }
            None => wrong.push(format!("{at}: not found for {}: {found:?}", case.bad.1)),
        }
        let found = settings::check(&document(case.good.1), &context(case.good.0));
        if let Some(f) = found.iter().find(|f| f.code == case.code) {
            wrong.push(format!("{at}: without cause for {}: {f:?}", case.good.1));
        }
    }
    for (check, severities) in CHECKS {
        match tried.get(&check) {
            None => wrong.push(format!("check {check} has no case")),
            Some(seen) => {
                for severity in severities.iter().filter(|s| !seen.contains(s)) {
                    wrong.push(format!("check {check} has no case of severity {severity:?}"));
                }
            }
        }
    }
    println!("{} of 29 cross-key checks, {} cases", tried.len() - 1, CASES.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A code of the settings that no case here or in `settings.rs` brings about can't be told from one
/// that never comes.
#[test]
fn every_code_of_the_settings_has_a_case() {
    let elsewhere = ["S001", "S002", "S003", "S004", "S005", "S008", "S053"];
    let missing: Vec<&str> = dmsrun_dms::codes()
        .map(|c| c.code)
        .filter(|c| c.starts_with('S') && !elsewhere.contains(c))
        .filter(|c| !CASES.iter().any(|case| case.code == *c))
        .collect();
    assert_eq!(missing, [""; 0]);
}
