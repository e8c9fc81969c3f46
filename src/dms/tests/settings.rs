//! Task settings: the defaults, the checks of single keys, the presets, merging and comparison.
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
fn each_preset_explains_itself_and_passes_the_checks() {
    use MigrationType::{Cdc, FullLoad, FullLoadAndCdc};
    let names: Vec<&str> = settings::presets().iter().map(|p| p.name).collect();
    assert_eq!(
        names,
        ["default", "full-load-fast", "cdc-low-latency", "lob-heavy", "validate-only"]
    );
    for preset in settings::presets() {
        let kinds: &[MigrationType] = match preset.name {
            "validate-only" => &[FullLoad, Cdc],
            "full-load-fast" => &[FullLoad, FullLoadAndCdc],
            "cdc-low-latency" => &[Cdc, FullLoadAndCdc],
            _ => &[FullLoad, Cdc, FullLoadAndCdc],
        };
        for kind in kinds {
            for engine in ["mysql", "postgres", "oracle", "sqlserver"] {
                let found = settings::check(&preset.settings, &context(engine, engine, *kind));
                assert_eq!(found, [], "{} {engine} {kind:?}", preset.name);
            }
        }
        let sentences = preset.text.matches(['.', ':']).count();
        assert!(preset.text.len() > 60 && sentences > 0, "{}: {}", preset.name, preset.text);
        // The first preset says what DMS does anyway, where that changed over time.
        assert!(settings::changes_from_defaults(&preset.settings) > 0, "{}", preset.name);
        assert_eq!(settings::preset(preset.name), Some(preset));
    }
    assert_eq!(settings::preset("lob-havy"), None);
}

#[test]
fn the_original_s_second_task_has_no_fault_of_its_own() {
    let document = json!({
        "TargetMetadata": { "BatchApplyEnabled": true },
        "ChangeProcessingTuning": { "BatchApplyTimeoutMin": 1, "BatchApplyTimeoutMax": 30,
            "BatchApplyMemoryLimit": 500, "BatchSplitSize": 0, "MemoryLimitTotal": 1024,
            "MemoryKeepTime": 60, "StatementCacheSize": 50 },
    });
    let found = settings::check(&document, &context("mysql", "mysql", MigrationType::Cdc));
    let worst = found.iter().map(|f| f.severity).max();
    assert_eq!(worst, Some(dmsrun_dms::Severity::Note));
    let codes: Vec<&str> = found.iter().map(|f| f.code).collect();
    // What it leaves to a default that changed, and what ends the batches.
    assert_eq!(codes, ["S040", "S037"]);
}

#[test]
fn a_difference_of_spelling_is_none() {
    let live = json!({ "FullLoadSettings": { "CommitRate": 10000, "TargetTablePrepMode": "DO_NOTHING" },
        "Logging": { "EnableLogging": false, "CloudWatchLogGroup": "dms-tasks-x",
            "LogComponents": [{ "Id": "IO", "Severity": "LOGGER_SEVERITY_DEBUG" }, { "Id": "SORTER", "Severity": "LOGGER_SEVERITY_INFO" }] },
        "TTSettings": null, "ValidationSettings": null });
    let declared = json!({ "FullLoadSettings": { "CommitRate": "10000" },
        "Logging": { "EnableLogging": "false", "CloudWatchLogGroup": null,
            "LogComponents": [{ "Severity": "LOGGER_SEVERITY_INFO", "Id": "SORTER" }] },
        "TTSettings": { "EnableTT": false }, "ValidationSettings": { "ThreadCount": 5 } });
    assert_eq!(settings::diff(&declared, &live), []);
    let other = json!({ "ValidationSettings": { "ThreadCount": 6 } });
    let changes = settings::diff(&other, &live);
    assert_eq!(changes[0].to_string(), "ValidationSettings.ThreadCount  5 → 6");
}

#[test]
fn a_finding_in_a_text_has_its_line_and_column() {
    let text =
        "{\n  \"FullLoadSettings\": {\n    \"CommitRate\": 1,\n    \"CommitRate\": 60000\n  }\n}";
    let found = settings::check_text(text, &Context::default());
    let at: Vec<(&str, Option<usize>, Option<usize>)> =
        found.iter().map(|f| (f.code, f.line, f.column)).collect();
    assert_eq!(
        at,
        [
            ("S053", Some(4), Some(5)),
            ("S007", Some(4), Some(5)),
            // What is not there is about the whole document.
            ("S037", Some(1), Some(1)),
        ]
    );
    assert!(found[0].message.contains("another value than in line 3"), "{}", found[0].message);
    let broken = settings::check_text("{\n  \"Logging\": }", &Context::default());
    assert_eq!((broken[0].code, broken[0].line), ("S001", Some(2)));
    assert_eq!(
        settings::check_text("\u{feff}{\"Logging\":{}}", &Context::default())[0].code,
        "S037"
    );
}
