//! A migration from start to end: load, catch-up, statistics, what other services hear, stops and resumes.

use super::*;

/// Waits in steps until the task has that status; the seconds that took.
fn until(rig: &mut Rig, status: &str, step: u64) -> u64 {
    for waited in 0..2_000 {
        if rig.status() == status {
            return waited * step;
        }
        rig.wait(step);
    }
    panic!("still {} after {} steps", rig.status(), 2_000);
}

fn loaded(rig: &mut Rig) -> i64 {
    rig.shown()["ReplicationTaskStats"]["TablesLoaded"].as_i64().unwrap_or(0)
}

#[test]
fn the_demo_load_takes_about_eleven_minutes() {
    let mut rig = Rig::new();
    let task = rig.task("full-load-and-cdc", settings());
    rig.start(&task, "start-replication");
    assert_eq!(rig.status(), "starting");
    let mut seconds = until(&mut rig, "running", 1);
    while loaded(&mut rig) < 21 {
        rig.wait(1);
        seconds += 1;
        assert!(seconds < 900);
    }
    let tables = rig.tables(&task);
    assert_eq!(tables.len(), 21);
    let span = |t: &Json| {
        t["FullLoadEndTime"].as_f64().unwrap() - t["FullLoadStartTime"].as_f64().unwrap()
    };
    let orders = &tables["orders"];
    assert!((660..=710).contains(&seconds), "the load took {seconds} s");
    assert!((560.0..600.0).contains(&span(orders)), "orders took {}", span(orders));
    assert!(tables.values().all(|t| span(t) <= span(orders)));
    assert!((30.0..80.0).contains(&span(&tables["users"])), "users {}", span(&tables["users"]));
    assert_eq!(orders["FullLoadRows"], 50_000_000);
    assert_eq!(orders["TableState"], "Table completed");
    assert_eq!(orders["ValidationState"], "Preparing table");
    assert_eq!(tables["audit_log"]["ValidationState"], "No primary key");
    let rows: u64 = tables.values().map(|t| t["FullLoadRows"].as_u64().unwrap()).sum();
    assert_eq!(rows, 61_204_118);
    assert_eq!(rig.shown()["ReplicationTaskStats"]["FullLoadProgressPercent"], 100);
    rig.wait(120);
    assert_eq!(rig.tables(&task)["orders"]["ValidationState"], "Validated");
    assert_eq!(rig.status(), "running");
}

#[test]
fn progress_moves_steadily_and_never_back() {
    let mut rig = Rig::new();
    let task = rig.task("full-load", settings());
    rig.start(&task, "start-replication");
    let (mut percent, mut rows) = (0, 0);
    for _ in 0..90 {
        rig.wait(10);
        let stats = rig.shown()["ReplicationTaskStats"].clone();
        let now = stats["FullLoadProgressPercent"].as_i64().unwrap_or(0);
        assert!(now >= percent, "{percent} then {now}");
        percent = now;
        let Some(orders) = rig.tables(&task).remove("orders") else { continue };
        let now = orders["FullLoadRows"].as_u64().unwrap();
        assert!(now >= rows);
        rows = now;
    }
    assert_eq!((percent, rows), (100, 50_000_000));
    let shown = rig.shown();
    assert_eq!(shown["Status"], "stopped");
    assert_eq!(shown["StopReason"], "Stop Reason FULL_LOAD_ONLY_FINISHED");
    assert!(shown["ReplicationTaskStats"]["FullLoadFinishDate"].is_number());
}

#[test]
fn load_order_and_subtasks_decide_who_goes_first() {
    let mut rig = Rig::new();
    let task = rig.task("full-load", json!({"FullLoadSettings": {"MaxFullLoadSubTasks": 1}}));
    let mut rules: Json = serde_json::from_str(&mappings()).unwrap();
    rules["rules"].as_array_mut().unwrap().push(json!({
        "rule-type": "selection", "rule-id": "3", "rule-name": "first",
        "rule-action": "explicit", "load-order": "9",
        "object-locator": {"schema-name": "production", "table-name": "suppliers"},
    }));
    rig.ok(
        "ModifyReplicationTask",
        json!({"ReplicationTaskArn": task, "TableMappings": rules.to_string()}),
    );
    rig.wait(30);
    rig.start(&task, "start-replication");
    rig.wait(101);
    let loading = |rig: &mut Rig| -> Vec<String> {
        let tables = rig.tables(&task);
        let mut names: Vec<String> = tables
            .iter()
            .filter(|(_, t)| t["TableState"] == "Full load")
            .map(|(n, _)| n.clone())
            .collect();
        names.sort();
        names
    };
    assert_eq!(loading(&mut rig), ["suppliers"]);
    rig.wait(3);
    assert_eq!(loading(&mut rig), ["addresses"]);
}

#[test]
fn changes_are_applied_with_a_lag_that_settles() {
    let mut rig = Rig::new();
    let task = rig.task("full-load-and-cdc", settings());
    rig.start(&task, "start-replication");
    rig.wait(1_200);
    rig.effects();
    rig.wait(600);
    let before = rig.tables(&task)["orders"].clone();
    rig.wait(3_600);
    let after = rig.tables(&task)["orders"].clone();
    let gain = |key: &str| after[key].as_u64().unwrap() - before[key].as_u64().unwrap();
    assert_eq!((gain("Inserts"), gain("Updates"), gain("Deletes")), (7_200, 21_600, 180));
    assert_eq!(gain("AppliedInserts"), 7_200);
    assert!(after["Inserts"].as_u64() >= after["AppliedInserts"].as_u64());
    let shown = rig.shown();
    assert!(text(&shown["RecoveryCheckpoint"]).starts_with("checkpoint:V1#"));
    let lags: Vec<f64> = rig
        .effects()
        .into_iter()
        .filter_map(|e| match e {
            Effect::Metric { name, value, .. } if name == "CDCLatencyTarget" => Some(value),
            _ => None,
        })
        .collect();
    assert_eq!(lags.len(), 70);
    assert!(lags.iter().all(|l| *l == 3.0), "{lags:?}");
}

#[test]
fn metrics_carry_the_right_dimensions_and_long_pauses_cost_little() {
    let mut rig = Rig::new();
    let task = rig.task("full-load-and-cdc", settings());
    rig.start(&task, "start-replication");
    rig.wait(900);
    rig.effects();
    rig.wait(30 * 24 * 3_600);
    let effects = rig.effects();
    let metrics: Vec<_> = effects
        .iter()
        .filter_map(|e| match e {
            Effect::Metric { name, dimensions, unit, .. } => Some((name, dimensions, unit)),
            _ => None,
        })
        .collect();
    let lag: Vec<_> = metrics.iter().filter(|(n, ..)| *n == "CDCLatencyTarget").collect();
    assert!((170..=180).contains(&lag.len()), "{}", lag.len());
    let id = task.rsplit(':').next().unwrap().to_owned();
    let wanted = vec![
        ("ReplicationInstanceIdentifier".to_owned(), "orders".to_owned()),
        ("ReplicationTaskIdentifier".to_owned(), id),
    ];
    assert!(lag.iter().all(|(_, d, unit)| **d == wanted && *unit == "Seconds"));
    let storage = metrics.iter().find(|(n, ..)| *n == "FreeStorageSpace").unwrap();
    assert_eq!(*storage.1, wanted[..1].to_vec());
    let times: Vec<_> = effects.iter().map(Effect::time).collect();
    assert!(times.is_sorted());
}

#[test]
fn the_log_tells_what_happened() {
    let mut rig = Rig::new();
    let task = rig.task("full-load-and-cdc", settings());
    rig.start(&task, "start-replication");
    rig.wait(1_200);
    let id = task.rsplit(':').next().unwrap().to_owned();
    let mut lines = Vec::new();
    for effect in rig.effects() {
        if let Effect::Log { group, stream, message, .. } = effect {
            assert_eq!((group.as_str(), stream), ("dms-tasks-orders", format!("dms-task-{id}")));
            lines.push(message);
        }
    }
    let has = |part: &str| lines.iter().any(|l| l.contains(part));
    assert!(has("]I:  Task '"), "{lines:#?}");
    assert!(has("[TARGET_LOAD     ]I:  Load finished for table 'production'.'orders'"));
    assert!(has("]W:  LOBs of table 'production'.'documents' were truncated to 32 KB"));
    assert!(has("All cached changes are applied"));
    let logs = rig.ok(
        "DescribeReplicationInstanceTaskLogs",
        json!({"ReplicationInstanceArn": rig_instance(&rig)}),
    );
    assert!(
        logs["ReplicationInstanceTaskLogs"][0]["ReplicationInstanceTaskLogSize"].as_u64()
            > Some(500)
    );
}

fn rig_instance(rig: &Rig) -> String {
    text(&rig.dms.snapshot()["regions"][REGION]["instances"][0]["arn"])
}

#[test]
fn without_the_role_or_the_setting_there_is_no_log() {
    for without_role in [true, false] {
        let mut rig = Rig::new();
        let on = json!({"Logging": {"EnableLogging": true}});
        let task = rig.task("full-load", if without_role { on } else { json!({}) });
        if without_role {
            rig.world.roles.remove("dms-cloudwatch-logs-role");
        }
        rig.start(&task, "start-replication");
        rig.wait(600);
        assert!(!rig.effects().iter().any(|e| matches!(e, Effect::Log { .. })));
    }
}

#[test]
fn settings_let_a_task_stop_after_the_load() {
    let cases = [
        ("StopTaskCachedChangesNotApplied", "Stop Reason STOPPED_AFTER_FULL_LOAD"),
        ("StopTaskCachedChangesApplied", "Stop Reason STOPPED_AFTER_CACHED_EVENTS"),
    ];
    for (key, reason) in cases {
        let mut rig = Rig::new();
        let load = json!({"FullLoadSettings": {key: true, "MaxFullLoadSubTasks": 16}});
        let task = rig.task("full-load-and-cdc", load);
        rig.start(&task, "start-replication");
        rig.wait(1_200);
        let shown = rig.shown();
        assert_eq!(
            (text(&shown["Status"]).as_str(), text(&shown["StopReason"]).as_str()),
            ("stopped", reason)
        );
    }
}

#[test]
fn a_stopped_load_goes_on_with_what_was_not_complete() {
    let mut rig = Rig::new();
    let task = rig.task("full-load-and-cdc", settings());
    rig.start(&task, "start-replication");
    rig.wait(240);
    rig.ok("StopReplicationTask", json!({"ReplicationTaskArn": task}));
    assert_eq!(rig.status(), "stopping");
    rig.wait(30);
    assert_eq!(rig.shown()["StopReason"], "Stop Reason NORMAL");
    let tables = rig.tables(&task);
    assert_eq!(tables["orders"]["TableState"], "Table cancelled");
    let users = tables["users"]["FullLoadEndTime"].clone();
    assert!(users.is_number());
    rig.wait(7_200);
    assert_eq!(rig.tables(&task), tables, "nothing moves while it is stopped");
    rig.start(&task, "resume-processing");
    rig.wait(1_200);
    let tables = rig.tables(&task);
    assert_eq!(tables["orders"]["TableState"], "Table completed");
    assert_eq!(tables["users"]["FullLoadEndTime"], users, "what was complete is not loaded again");
    assert_eq!(rig.status(), "running");
}

#[test]
fn a_resumed_replication_catches_up_from_where_it_stood() {
    let mut rig = Rig::new();
    let task = rig.task("full-load-and-cdc", settings());
    rig.start(&task, "start-replication");
    rig.wait(1_500);
    rig.ok("StopReplicationTask", json!({"ReplicationTaskArn": task}));
    rig.wait(30);
    let stopped = rig.tables(&task)["orders"].clone();
    rig.wait(24 * 3_600);
    rig.start(&task, "resume-processing");
    rig.wait(80);
    let resumed = rig.tables(&task)["orders"].clone();
    assert!(
        resumed["AppliedInserts"].as_u64()
            < Some(stopped["AppliedInserts"].as_u64().unwrap() + 4_000)
    );
    rig.wait(900);
    let after = rig.tables(&task)["orders"].clone();
    let gain =
        after["AppliedInserts"].as_u64().unwrap() - stopped["AppliedInserts"].as_u64().unwrap();
    assert!(gain > 24 * 7_200, "{gain}");
}

#[test]
fn a_reload_begins_anew() {
    let mut rig = Rig::new();
    let task = rig.task("full-load-and-cdc", settings());
    rig.start(&task, "start-replication");
    rig.wait(1_500);
    let tables = json!([{"SchemaName": "production", "TableName": "users"}]);
    let reload = json!({"ReplicationTaskArn": task, "TablesToReload": tables});
    rig.ok("ReloadTables", reload.clone());
    let users = rig.tables(&task)["users"].clone();
    assert_eq!(
        (&users["TableState"], &users["FullLoadReloaded"]),
        (&json!("Full load"), &json!(true))
    );
    rig.wait(120);
    assert_eq!(rig.tables(&task)["users"]["TableState"], "Table completed");
    assert_eq!(rig.status(), "running");
    rig.ok("StopReplicationTask", json!({"ReplicationTaskArn": task}));
    rig.wait(30);
    assert_eq!(rig.code("ReloadTables", reload), "InvalidResourceStateFault");
    rig.start(&task, "reload-target");
    rig.wait(150);
    assert_eq!(rig.tables(&task)["orders"]["TableState"], "Full load");
    let stats = rig.shown()["ReplicationTaskStats"].clone();
    assert_eq!(stats["FreshStartDate"], stats["StartDate"]);
}

#[test]
fn changes_only_load_nothing_and_stop_where_they_are_told() {
    let mut rig = Rig::new();
    let task = rig.task("cdc", settings());
    let stop = (rig.now + jiff_hours(2)).to_string();
    rig.ok(
        "StartReplicationTask",
        json!({
            "ReplicationTaskArn": task,
            "StartReplicationTaskType": "start-replication",
            "CdcStartPosition": (rig.now - jiff_hours(3)).to_string(),
            "CdcStopPosition": format!("commit_time:{}", stop.trim_end_matches('Z')),
        }),
    );
    rig.wait(3_600);
    assert_eq!(rig.status(), "running");
    let orders = rig.tables(&task)["orders"].clone();
    assert_eq!(
        (&orders["FullLoadRows"], &orders["TableState"]),
        (&json!(0), &json!("Table completed"))
    );
    assert!(orders["AppliedInserts"].as_u64() > Some(3 * 7_200), "{orders}");
    rig.wait(3_700);
    assert_eq!(rig.shown()["StopReason"], "Stop Reason STOPPED_AT_COMMIT_TIME");
}

#[test]
fn no_table_is_fatal_unless_the_settings_say_otherwise() {
    let none = mappings().replace("\"production\"", "\"nowhere\"");
    for fatal in [true, false] {
        let mut rig = Rig::new();
        let behaviour = json!({"ErrorBehavior": {"FailOnNoTablesCaptured": fatal}});
        let task = rig.task("full-load-and-cdc", behaviour);
        rig.ok("ModifyReplicationTask", json!({"ReplicationTaskArn": task, "TableMappings": none}));
        rig.wait(60);
        rig.start(&task, "start-replication");
        rig.wait(200);
        let shown = rig.shown();
        if fatal {
            assert_eq!(shown["Status"], "failed");
            assert!(text(&shown["StopReason"]).contains("Stop Reason FATAL_ERROR"));
            assert!(text(&shown["LastFailureMessage"]).contains("No tables were found"));
        } else {
            assert_eq!(shown["Status"], "running");
        }
    }
}

#[test]
fn a_reboot_breaks_a_load_and_only_pauses_replication() {
    let mut rig = Rig::new();
    let task = rig.task("full-load-and-cdc", settings());
    let reboot =
        json!({"ReplicationInstanceArn": rig_instance(&rig), "ForcePlannedFailover": true});
    rig.start(&task, "start-replication");
    rig.wait(240);
    rig.ok("RebootReplicationInstance", reboot.clone());
    let shown = rig.shown();
    assert_eq!(shown["Status"], "failed");
    assert!(text(&shown["StopReason"]).contains("RECOVERABLE_ERROR"));
    assert_eq!(rig.tables(&task)["orders"]["TableState"], "Table error");
    rig.wait(300);
    rig.start(&task, "resume-processing");
    rig.wait(1_500);
    rig.ok("RebootReplicationInstance", reboot);
    rig.wait(60);
    assert_eq!(rig.status(), "running");
    let paused = rig.tables(&task)["orders"].clone();
    rig.wait(60);
    assert_eq!(rig.tables(&task)["orders"]["AppliedUpdates"], paused["AppliedUpdates"]);
    rig.wait(600);
    assert!(
        rig.tables(&task)["orders"]["AppliedUpdates"].as_u64() > paused["AppliedUpdates"].as_u64()
    );
}

#[test]
fn statistics_are_filtered_and_paged() {
    let mut rig = Rig::new();
    let task = rig.task("full-load", settings());
    rig.start(&task, "start-replication");
    rig.wait(900);
    let ask = |rig: &mut Rig, filters: Json, marker: Json| {
        let input = json!({
            "ReplicationTaskArn": task, "MaxRecords": 20, "Filters": filters, "Marker": marker,
        });
        rig.ok("DescribeTableStatistics", input)
    };
    let first = ask(&mut rig, json!([]), Json::Null);
    assert_eq!(first["TableStatistics"].as_array().unwrap().len(), 20);
    let second = ask(&mut rig, json!([]), first["Marker"].clone());
    assert_eq!(second["TableStatistics"].as_array().unwrap().len(), 1);
    assert_eq!(second["ReplicationTaskArn"], json!(task));
    let filter = |name: &str, value: &str| json!({"Name": name, "Values": [value]});
    let one = ask(
        &mut rig,
        json!([filter("schema-name", "production"), filter("table-name", "users")]),
        Json::Null,
    );
    assert_eq!(one["TableStatistics"].as_array().unwrap().len(), 1);
    let none = ask(&mut rig, json!([filter("table-state", "Table error")]), Json::Null);
    assert_eq!(none["TableStatistics"], json!([]));
}
