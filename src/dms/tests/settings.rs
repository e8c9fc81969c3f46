//! Task settings: the defaults of the reference, every cross-key check in both directions,
//! comparison.
#![allow(clippy::unwrap_used)]

use dmsrun_dms::{
    Catalogue, CatalogueTable, Column, Context, EngineVersion, MigrationType, settings,
};
use serde_json::{Value, json};

fn context(source: &str, target: &str, kind: MigrationType) -> Context {
    Context {
        source_engine: Some(source.into()),
        target_engine: Some(target.into()),
        migration_type: Some(kind),
        ..Context::default()
    }
}

fn codes_in(document: &Value, context: &Context) -> Vec<&'static str> {
    let found = settings::check(document, context);
    // The one note that every short document has.
    found.iter().map(|f| f.code).filter(|c| *c != "S037").collect()
}

fn codes(document: Value) -> Vec<&'static str> {
    codes_in(&document, &context("mysql", "mysql", MigrationType::FullLoadAndCdc))
}

#[test]
fn the_defaults_are_those_of_the_reference_and_have_no_findings() {
    let d = settings::defaults();
    for (path, value) in [
        ("TargetMetadata.LobMaxSize", json!(32)),
        ("TargetMetadata.LimitedSizeLobMode", json!(true)),
        ("FullLoadSettings.TargetTablePrepMode", json!("DO_NOTHING")),
        ("FullLoadSettings.MaxFullLoadSubTasks", json!(8)),
        ("FullLoadSettings.CommitRate", json!(10000)),
        ("Logging.EnableLogging", json!(false)),
        ("StreamBufferSettings.CtrlStreamBufferSizeInMB", json!(5)),
        ("ChangeProcessingTuning.MemoryLimitTotal", json!(1024)),
        ("ChangeProcessingTuning.RecoveryTimeout", json!(-1)),
        ("ErrorBehavior.RecoverableErrorCount", json!(-1)),
        ("ErrorBehavior.FailOnNoTablesCaptured", json!(true)),
        ("ValidationSettings.FailureMaxCount", json!(10000)),
        ("ValidationSettings.TableFailureMaxCount", json!(1000)),
        ("ValidationSettings.ValidationMode", json!("ROW_LEVEL")),
        ("TTSettings", json!(null)),
        ("FailTaskWhenCleanTaskResourceFailed", json!(false)),
    ] {
        let found = path.split('.').try_fold(&d, |v, k| v.get(k));
        assert_eq!(found, Some(&value), "{path}");
    }
    assert_eq!(codes(d.clone()), [""; 0]);
    assert_eq!(settings::changes_from_defaults(&d), 0);
    assert_eq!(d["Logging"]["LogComponents"].as_array().unwrap().len(), 20);
}

#[test]
fn the_schema_is_complete() {
    let count = |section: &str| settings::keys().iter().filter(|k| k.section() == section).count();
    let sections = [
        ("TargetMetadata", 16),
        ("FullLoadSettings", 7),
        ("TTSettings", 11),
        ("Logging", 7),
        ("ControlTablesSettings", 6),
        ("StreamBufferSettings", 3),
        ("ChangeProcessingTuning", 11),
        ("ChangeProcessingDdlHandlingPolicy", 3),
        ("LoopbackPreventionSettings", 3),
        ("CharacterSetSettings", 3),
        ("BeforeImageSettings", 3),
        ("ErrorBehavior", 23),
        ("ValidationSettings", 15),
        ("ResyncSettings", 4),
        ("FailTaskWhenCleanTaskResourceFailed", 1),
    ];
    for (section, keys) in sections {
        assert_eq!(count(section), keys, "{section}");
    }
    assert_eq!(settings::keys().len(), sections.iter().map(|(_, n)| n).sum::<usize>());
}

#[test]
fn the_original_s_own_settings_have_the_promised_faults() {
    let f = settings::check(
        &json!({
            "TargetMetadata": { "SupportLobs": true, "FullLobMode": false, "LimitedSizeLobMode": true, "LobMaxSize": 32 },
            "FullLoadSettings": { "TargetTablePrepMode": "DROP_AND_CREATE", "MaxFullLoadSubTasks": 8, "CommitRate": 10000 },
            "Logging": { "EnableLogging": true, "CloudWatchLogGroup": "g", "CloudWatchLogStream": "s",
                "LogComponents": [{ "Id": "SOURCE_UNLOAD", "Severity": "LOGGER_SEVERITY_DEFAULT" }] },
            "ValidationSettings": { "EnableValidation": true, "ValidationMode": "TABLE_LEVEL", "ThreadCount": 5 },
            "ErrorBehavior": { "FailOnNoTablesCaptured": true },
        }),
        &context("mysql", "mysql", MigrationType::FullLoadAndCdc),
    );
    let found: Vec<(&str, &str)> = f.iter().map(|f| (f.code, f.path.as_str())).collect();
    assert_eq!(
        found,
        [
            ("S009", "Logging.CloudWatchLogGroup"),
            ("S009", "Logging.CloudWatchLogStream"),
            ("S006", "ValidationSettings.ValidationMode"),
        ]
    );
    assert_eq!(f[2].hint.as_deref(), Some("one of: ROW_LEVEL, GROUP_LEVEL"));
}

#[test]
fn keys_are_checked_one_by_one() {
    assert_eq!(codes(json!([])), ["S001"]);
    assert_eq!(codes(json!({ "FullLoadSetings": {} })), ["S005"]);
    assert_eq!(codes(json!({ "Zebra": {} })), ["S002"]);
    assert_eq!(codes(json!({ "FullLoadSettings": { "commitrate": 1 } })), ["S005"]);
    assert_eq!(codes(json!({ "FullLoadSettings": { "Zebra": 1 } })), ["S003"]);
    assert_eq!(codes(json!({ "TargetMetadata": { "CommitRate": 1 } })), ["S005"]);
    assert_eq!(
        codes(json!({ "ChangeProcessingTuning": { "MinimumTransactionSize": 1 } })),
        ["S005"]
    );
    assert_eq!(codes(json!({ "FullLoadSettings": [] })), ["S004"]);
    assert_eq!(codes(json!({ "FullLoadSettings": { "CommitRate": "many" } })), ["S004"]);
    assert_eq!(codes(json!({ "FullLoadSettings": { "CommitRate": "5000" } })), [""; 0]);
    assert_eq!(
        codes(json!({ "FullLoadSettings": { "TargetTablePrepMode": "do_nothing" } })),
        ["S006"]
    );
    assert_eq!(codes(json!({ "StreamBufferSettings": { "StreamBufferCount": -1 } })), ["S008"]);
    assert_eq!(codes(json!({ "TTSettings": null, "PostProcessingRules": null })), [""; 0]);
    let old = Context {
        engine_version: Some(EngineVersion(3, 5, 3)),
        ..context("mysql", "mysql", MigrationType::FullLoad)
    };
    let document = json!({ "ErrorBehavior": { "DataMaskingErrorPolicy": "STOP_TASK" } });
    assert_eq!(codes_in(&document, &old), ["S010"]);
}

fn lob_catalogue() -> Catalogue {
    let column = |name: &str, pk, lob_kb| Column {
        name: name.into(),
        primary_key: pk,
        lob_kb,
        ..Default::default()
    };
    let table = |name: &str, columns| CatalogueTable {
        schema: "production".into(),
        table: name.into(),
        columns,
        ..Default::default()
    };
    Catalogue {
        tables: vec![
            table("documents", vec![column("id", true, None), column("body", false, Some(4096))]),
            table("log", vec![column("line", false, None)]),
        ],
        ..Default::default()
    }
}

/// A case: (check, document, its codes, a document beside it without).
#[test]
fn every_cross_key_check_triggers_and_stays_silent() {
    use MigrationType::{Cdc, FullLoad, FullLoadAndCdc as Both};
    let my = |kind| context("mysql", "mysql", kind);
    let catalogue = || Context { catalogue: Some(lob_catalogue()), ..my(Both) };
    let masks = || Context {
        mappings: Some(
            json!({ "rules": [{ "rule-type": "transformation", "rule-id": 1, "rule-name": "m",
            "rule-action": "data-masking-hash-mask", "rule-target": "column",
            "object-locator": { "schema-name": "s", "table-name": "t", "column-name": "c" } }] }),
        ),
        ..my(Both)
    };
    let tt = |role: &str| {
        json!({ "TTSettings": { "EnableTT": true,
        "TTS3Settings": { "BucketName": "b", "ServiceAccessRoleArn": role } } })
    };
    let arn = "arn:aws:iam::1:role/dms-tt-s3-access-role";
    let pg = |kind| context("postgres", "postgres", kind);
    let resync = |more: Value| {
        let mut d = json!({ "ResyncSettings": { "EnableResync": true }, "ValidationSettings": { "EnableValidation": true } });
        for (k, v) in more.as_object().unwrap() {
            d["ResyncSettings"][k] = v.clone();
        }
        d
    };
    let live = Context {
        live_settings: Some(json!({ "ValidationSettings": { "ValidationOnly": false } })),
        ..my(Cdc)
    };
    let only =
        json!({ "ValidationSettings": { "EnableValidation": true, "ValidationOnly": true } });
    let cases: Vec<(u32, Value, Context, &str, Value, Context)> = vec![
        (
            1,
            json!({ "TargetMetadata": { "FullLobMode": true } }),
            my(Both),
            "S011",
            json!({ "TargetMetadata": { "FullLobMode": true, "LimitedSizeLobMode": false } }),
            my(Both),
        ),
        (
            2,
            json!({ "TargetMetadata": { "LimitedSizeLobMode": true } }),
            my(Both),
            "S012",
            json!({ "TargetMetadata": { "LimitedSizeLobMode": true, "LobMaxSize": 64 } }),
            my(Both),
        ),
        (
            3,
            json!({ "TargetMetadata": { "FullLobMode": true, "LimitedSizeLobMode": false, "LobChunkSize": 128 } }),
            my(Both),
            "S013",
            json!({ "TargetMetadata": { "FullLobMode": true, "LimitedSizeLobMode": false, "LobChunkSize": 64 } }),
            my(Both),
        ),
        (
            4,
            json!({ "TargetMetadata": { "InlineLobMaxSize": 8 } }),
            my(Both),
            "S015",
            json!({ "TargetMetadata": { "InlineLobMaxSize": 8, "FullLobMode": true, "LimitedSizeLobMode": false } }),
            my(Both),
        ),
        (
            5,
            json!({ "FullLoadSettings": { "MaxFullLoadSubTasks": 50 } }),
            my(Both),
            "S007",
            json!({ "FullLoadSettings": { "MaxFullLoadSubTasks": 49 } }),
            my(Both),
        ),
        (
            6,
            json!({ "FullLoadSettings": { "CommitRate": 50001 } }),
            my(Both),
            "S007",
            json!({ "FullLoadSettings": { "CommitRate": 50000 } }),
            my(Both),
        ),
        (
            7,
            json!({ "ChangeProcessingTuning": { "StatementCacheSize": 201 } }),
            my(Both),
            "S007",
            json!({ "ChangeProcessingTuning": { "StatementCacheSize": 200 } }),
            my(Both),
        ),
        (
            8,
            json!({ "StreamBufferSettings": { "CtrlStreamBufferSizeInMB": 9 } }),
            my(Both),
            "S007",
            json!({ "StreamBufferSettings": { "CtrlStreamBufferSizeInMB": 8 } }),
            my(Both),
        ),
        (
            9,
            json!({ "TargetMetadata": { "ParallelLoadThreads": 33 } }),
            context("mysql", "kinesis", Both),
            "S016",
            json!({ "TargetMetadata": { "ParallelLoadThreads": 33 } }),
            context("mysql", "dynamodb", Both),
        ),
        (
            10,
            json!({ "TargetMetadata": { "ParallelApplyThreads": 2 } }),
            my(Both),
            "S017",
            json!({ "TargetMetadata": { "ParallelApplyThreads": 2 } }),
            context("mysql", "redshift", Both),
        ),
        (
            11,
            json!({ "TargetMetadata": { "BatchApplyEnabled": true, "FullLobMode": true, "LimitedSizeLobMode": false } }),
            catalogue(),
            "S018",
            json!({ "TargetMetadata": { "FullLobMode": true, "LimitedSizeLobMode": false } }),
            catalogue(),
        ),
        (
            11,
            json!({ "TargetMetadata": { "BatchApplyEnabled": true },
                "LoopbackPreventionSettings": { "EnableLoopbackPrevention": true, "SourceSchema": "a", "TargetSchema": "b" } }),
            my(Both),
            "S019",
            json!({ "LoopbackPreventionSettings": { "EnableLoopbackPrevention": true, "SourceSchema": "a", "TargetSchema": "b" } }),
            my(Both),
        ),
        (
            12,
            json!({ "ChangeProcessingTuning": { "BatchSplitSize": 5 } }),
            my(Both),
            "S020",
            json!({ "ChangeProcessingTuning": { "MinTransactionSize": 5 } }),
            my(Both),
        ),
        (
            13,
            json!({ "FullLoadSettings": { "StopTaskCachedChangesApplied": true, "StopTaskCachedChangesNotApplied": true } }),
            my(Both),
            "S021",
            json!({ "FullLoadSettings": { "StopTaskCachedChangesApplied": true } }),
            my(Both),
        ),
        (
            14,
            json!({ "FullLoadSettings": { "StopTaskCachedChangesApplied": true } }),
            my(FullLoad),
            "S022",
            json!({ "FullLoadSettings": { "StopTaskCachedChangesApplied": true } }),
            my(Both),
        ),
        (
            15,
            json!({ "Logging": { "CloudWatchLogGroup": "x" } }),
            my(Both),
            "S009",
            json!({ "Logging": { "CloudWatchLogGroup": null } }),
            my(Both),
        ),
        (
            16,
            json!({ "Logging": { "EnableLogContext": true } }),
            my(Both),
            "S023",
            json!({ "Logging": { "EnableLogContext": true, "EnableLogging": true } }),
            my(Both),
        ),
        (
            17,
            json!({ "Logging": { "LogComponents": [{ "Id": "SORTR", "Severity": "LOGGER_SEVERITY_INFO" }] } }),
            my(Both),
            "S024",
            json!({ "Logging": { "LogComponents": [{ "Id": "SORTER", "Severity": "LOGGER_SEVERITY_INFO" }] } }),
            my(Both),
        ),
        (
            17,
            json!({ "Logging": { "LogComponents": [{ "Id": "SORTER", "Severity": "DEBUG" }] } }),
            my(Both),
            "S025",
            json!({ "Logging": { "LogComponents": [{ "Id": "SORTER", "Severity": "LOGGER_SEVERITY_DEBUG" }] } }),
            my(Both),
        ),
        (
            18,
            json!({ "ErrorBehavior": { "TableErrorEscalationPolicy": "LOG_ERROR" } }),
            my(Both),
            "S006",
            json!({ "ErrorBehavior": { "TableErrorEscalationPolicy": "STOP_TASK" } }),
            my(Both),
        ),
        (
            19,
            json!({ "ErrorBehavior": { "ApplyErrorUpdatePolicy": "UPDATE_RECORD" } }),
            my(Both),
            "S034",
            json!({ "ErrorBehavior": { "ApplyErrorUpdatePolicy": "UPDATE_RECORD" }, "TargetMetadata": { "SupportLobs": false } }),
            my(Both),
        ),
        (
            20,
            json!({ "ErrorBehavior": { "DataMaskingErrorPolicy": "LOG_ERROR" } }),
            masks(),
            "S035",
            json!({ "ErrorBehavior": { "DataMaskingErrorPolicy": "LOG_ERROR" } }),
            my(Both),
        ),
        (21, only.clone(), my(Both), "S027", only.clone(), my(Cdc)),
        (
            21,
            only,
            live,
            "S028",
            json!({ "ValidationSettings": { "ValidationOnly": false } }),
            my(Cdc),
        ),
        (
            22,
            json!({ "ValidationSettings": { "EnableValidation": true } }),
            masks(),
            "S029",
            json!({ "ValidationSettings": { "EnableValidation": true } }),
            my(Both),
        ),
        (
            23,
            json!({ "ValidationSettings": { "EnableValidation": true, "FailureMaxCount": 10 } }),
            my(Both),
            "S030",
            json!({ "ValidationSettings": { "EnableValidation": true, "FailureMaxCount": 1000 } }),
            my(Both),
        ),
        (24, tt(arn), my(Both), "S031", tt(arn), pg(Both)),
        (
            25,
            resync(json!({})),
            context("oracle", "postgres", Both),
            "S032",
            resync(json!({ "ResyncSchedule": "0 2 * * 1-5", "MaxResyncTime": 60 })),
            context("oracle", "postgres", Both),
        ),
        (
            26,
            json!({ "BeforeImageSettings": { "EnableBeforeImage": true } }),
            context("mysql", "kafka", Both),
            "S033",
            json!({ "BeforeImageSettings": { "EnableBeforeImage": true, "FieldName": "before" } }),
            context("mysql", "kafka", Both),
        ),
        (
            27,
            json!({ "ErrorBehavior": { "RecoverableErrorCount": -2 } }),
            my(Both),
            "S007",
            json!({ "ErrorBehavior": { "RecoverableErrorCount": -1 } }),
            my(Both),
        ),
        (
            28,
            json!({ "TargetMetadata": { "TargetSchema": "x" } }),
            my(Both),
            "S036",
            json!({ "TargetMetadata": { "TargetSchema": "x" } }),
            pg(Both),
        ),
    ];
    for (check, bad, bad_context, code, good, good_context) in cases {
        let found = codes_in(&bad, &bad_context);
        assert!(found.contains(&code), "check {check}: {found:?}");
        let found = codes_in(&good, &good_context);
        assert!(!found.contains(&code), "check {check} without cause: {found:?}");
    }
    let silent =
        settings::check(&json!({ "ErrorBehavior": { "FailOnNoTablesCaptured": true } }), &my(Both));
    assert_eq!(silent, []);
    assert_eq!(settings::check(&json!({}), &my(Both))[0].code, "S037");
}

#[test]
fn limited_lobs_are_measured_by_the_catalogue() {
    let context = Context {
        catalogue: Some(lob_catalogue()),
        ..context("mysql", "mysql", MigrationType::FullLoadAndCdc)
    };
    let document = json!({ "TargetMetadata": { "LimitedSizeLobMode": true, "LobMaxSize": 32 } });
    let f = settings::check(&document, &context);
    let lob = f.iter().find(|f| f.code == "S014").unwrap();
    assert_eq!(
        lob.message,
        "limited LOB size is 32 KB; production.documents holds LOBs up to 4 MB"
    );
    assert_eq!(
        lob.hint.as_deref(),
        Some("settings { TargetMetadata = { LobMaxSize = 4096 } }, or lobs{} for that table alone")
    );
    let rule = json!({ "rules": [
        { "rule-type": "selection", "rule-id": 1, "rule-name": "a", "rule-action": "include",
          "object-locator": { "schema-name": "production", "table-name": "%" } },
        { "rule-type": "table-settings", "rule-id": 2, "rule-name": "b",
          "object-locator": { "schema-name": "production", "table-name": "documents" },
          "lob-settings": { "mode": "limited", "bulk-max-size": 4096 } }] });
    let alone = Context { mappings: Some(rule), ..context };
    assert!(!codes_in(&document, &alone).contains(&"S014"));
}

#[test]
fn merging_goes_deep_and_by_component() {
    let base = json!({ "A": { "x": 1, "y": 2 }, "Logging": { "LogComponents": [
        { "Id": "SORTER", "Severity": "LOGGER_SEVERITY_DEFAULT" }, { "Id": "IO", "Severity": "LOGGER_SEVERITY_DEFAULT" }] } });
    let over = json!({ "A": { "y": 3, "x": null }, "Logging": { "LogComponents": [
        { "Id": "IO", "Severity": "LOGGER_SEVERITY_DEBUG" }] } });
    assert_eq!(
        settings::merge(&base, &over),
        json!({ "A": { "x": 1, "y": 3 }, "Logging": { "LogComponents": [
        { "Id": "SORTER", "Severity": "LOGGER_SEVERITY_DEFAULT" }, { "Id": "IO", "Severity": "LOGGER_SEVERITY_DEBUG" }] } })
    );
}

#[test]
fn only_what_is_declared_is_compared() {
    let live = settings::defaults();
    let declared = json!({
        "FullLoadSettings": { "CommitRate": "10000", "MaxFullLoadSubTasks": 16, "CreatePkAfterFullLoad": null },
        "Logging": { "CloudWatchLogGroup": "mine", "LogComponents": [
            { "Id": "SORTER", "Severity": "LOGGER_SEVERITY_DEFAULT" },
            { "Id": "TARGET_APPLY", "Severity": "LOGGER_SEVERITY_DEBUG" }] },
        "BeforeImageSettings": { "EnableBeforeImage": false },
        "TTSettings": null,
    });
    let changes: Vec<String> =
        settings::diff(&declared, &live).iter().map(ToString::to_string).collect();
    assert_eq!(
        changes,
        [
            "FullLoadSettings.MaxFullLoadSubTasks  8 → 16",
            "Logging.LogComponents.TARGET_APPLY  \"LOGGER_SEVERITY_DEFAULT\" → \"LOGGER_SEVERITY_DEBUG\"",
        ]
    );
    let deployed = settings::merge(&live, &declared);
    assert_eq!(settings::diff(&declared, &deployed), []);
}

#[test]
fn presets_have_no_errors() {
    for preset in settings::presets() {
        let kind = if preset.name == "validate-only" {
            MigrationType::Cdc
        } else {
            MigrationType::FullLoadAndCdc
        };
        let found = codes_in(&preset.settings, &context("mysql", "mysql", kind));
        assert_eq!(found, [""; 0], "{}", preset.name);
        assert!(settings::changes_from_defaults(&preset.settings) > 0);
    }
}
