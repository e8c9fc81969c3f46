//! The door against a canned HTTP client: conversion, errors, retries, pages, policy, redaction.

#![allow(clippy::unwrap_used, missing_docs, dead_code)]

mod fake;
#[path = "door/waits.rs"]
mod waits;

use dmsrun_aws::{CallOptions, Error, Policy};
use dmsrun_base::{Map, Reference, ResourceId, Secret, Value};
use fake::{Fake, value};
use serde_json::json;

fn call(fake: &Fake, service: &str, operation: &str, input: Value) -> Result<Value, Error> {
    let aws = fake.aws(Policy::default());
    fake.run(aws.call(service, operation, input, &CallOptions::default()))
}

/// The one line of an error that comes before anything is sent.
fn complaint(service: &str, operation: &str, input: serde_json::Value) -> String {
    let fake = Fake::always(200, json!({}));
    let error = call(&fake, service, operation, value(input)).unwrap_err();
    assert_eq!(fake.count(), 0, "nothing may be sent");
    error.to_string()
}

#[test]
fn a_call_goes_out_and_comes_back() {
    let fake = Fake::always(
        200,
        json!({"ReplicationTasks": [{
            "ReplicationTaskIdentifier": "t", "ReplicationTaskCreationDate": 1_800_000_000.5,
            "ReplicationTaskStats": {"FullLoadProgressPercent": 40}, "MigrationType": "cdc",
        }]}),
    );
    let input = json!({
        "filters": [{"name": "replication-task-id", "values": ["t"]}], "max_records": 20.0,
        "marker": null, "without_settings": true,
    });
    let answer = call(&fake, "dms", "describe_replication_tasks", value(input)).unwrap();
    let asked = fake.asked.lock().unwrap()[0].clone();
    assert_eq!(asked.target, "AmazonDMSv20160101.DescribeReplicationTasks");
    assert_eq!(
        asked.body,
        r#"{"Filters":[{"Name":"replication-task-id","Values":["t"]}],"MaxRecords":20,"WithoutSettings":true}"#
    );
    assert_eq!(
        answer.to_json(),
        json!({"replication_tasks": [{
            "migration_type": "cdc", "replication_task_creation_date": "2027-01-15T08:00:00.5Z",
            "replication_task_identifier": "t",
            "replication_task_stats": {
                "elapsed_time_millis": 0, "full_load_progress_percent": 40, "tables_errored": 0,
                "tables_loaded": 0, "tables_loading": 0, "tables_queued": 0,
            },
        }]})
    );
    let event = fake.events.lock().unwrap()[0].clone();
    assert_eq!((event.service, event.operation), ("dms", "describe_replication_tasks"));
    assert_eq!(event.region, "eu-west-1");
    assert_eq!(event.request_id.as_deref(), Some("req-1"));
    assert!(event.outcome.is_ok() && !event.mutates && event.attempts == 1);
}

#[test]
fn an_absent_list_of_an_answer_is_empty() {
    let fake = Fake::always(200, json!({}));
    let answer = call(&fake, "dms", "describe_endpoints", Value::Null).unwrap();
    assert_eq!(answer.to_json(), json!({"endpoints": []}));
}

#[test]
fn an_empty_lua_table_is_a_list_where_a_list_is_wanted() {
    let fake = Fake::always(200, json!({}));
    call(&fake, "dms", "describe_endpoints", value(json!({"filters": {}}))).unwrap();
    assert_eq!(fake.asked.lock().unwrap()[0].body, r#"{"Filters":[]}"#);
}

#[test]
fn times_are_text_or_seconds() {
    let fake = Fake::always(200, json!({}));
    for time in
        [json!("2027-01-15T08:00:00Z"), json!(1_800_000_000), json!("2027-01-15T09:00:00+01:00")]
    {
        let input = json!({"replication_task_arn": "a", "start_replication_task_type": "start-replication",
            "cdc_start_time": time});
        call(&fake, "dms", "start_replication_task", value(input)).unwrap();
    }
    for asked in fake.asked.lock().unwrap().iter() {
        assert!(asked.body.contains(r#""CdcStartTime":1800000000"#), "{}", asked.body);
    }
}

#[test]
fn mistakes_name_the_place_and_the_way_out() {
    let cases = [
        (("dsm", "describe_endpoints", json!({})), r#"unknown service "dsm". Did you mean "dms""#),
        (
            ("dms", "describe_endpoint", json!({})),
            r#"unknown operation "describe_endpoint" of dms. Did you mean "describe_endpoints""#,
        ),
        (
            ("dms", "describe_endpoints", json!({"filter": []})),
            r#"dms.describe_endpoints: unknown parameter "filter". Did you mean "filters"?"#,
        ),
        (
            (
                "dms",
                "describe_endpoints",
                json!({"filters": [{"name": "a", "values": []}, {"name": "x", "values": 3}]}),
            ),
            "dms.describe_endpoints: filters[2].values: expected a list, got integer",
        ),
        (
            ("dms", "describe_endpoints", json!({"filters": [{"name": "a", "valeus": []}]})),
            r#"dms.describe_endpoints: filters[1]: unknown parameter "valeus". Did you mean "values"?"#,
        ),
        (
            ("dms", "describe_endpoints", json!({"filters": [{"name": "a"}]})),
            r#"dms.describe_endpoints: filters[1]: missing required parameter "values""#,
        ),
        (
            ("dms", "describe_endpoints", json!({"max_records": 1.5})),
            "dms.describe_endpoints: max_records: expected integer, got 1.5, which has a fraction",
        ),
        (
            (
                "dms",
                "start_replication_task",
                json!({"replication_task_arn": "a", "start_replication_task_type": "resume"}),
            ),
            r#"dms.start_replication_task: start_replication_task_type: "resume" is not one of "reload-target", "resume-processing", "start-replication". Did you mean "resume-processing"?"#,
        ),
        (
            ("dms", "reload_tables", json!({})),
            "dms.reload_tables: missing required parameters: replication_task_arn, tables_to_reload",
        ),
        (
            ("dms", "create_data_provider", json!({"engine": "mysql", "settings": {"my_sql": {}}})),
            r#"dms.create_data_provider: settings: unknown parameter "my_sql". Did you mean"#,
        ),
        (
            (
                "dms",
                "create_data_provider",
                json!({"engine": "mysql", "settings": {"my_sql_settings": {"port": "x"}}}),
            ),
            "dms.create_data_provider: settings.my_sql_settings.port: expected integer, got string",
        ),
        (
            ("sns", "create_topic", json!({"name": "n", "attributes": {"DisplayName": true}})),
            "sns.create_topic: attributes.DisplayName: expected string, got boolean",
        ),
        (
            ("sts", "get_caller_identity", json!({"x": 1})),
            r#"sts.get_caller_identity: unknown parameter "x". It takes none."#,
        ),
        (
            ("dms", "describe_endpoints", json!("x")),
            "dms.describe_endpoints: expected a table, got string",
        ),
    ];
    for ((service, operation, input), wanted) in cases {
        let got = complaint(service, operation, input);
        assert!(got.starts_with(wanted), "\n got: {got}\nwant: {wanted}");
    }
}

#[test]
fn a_reference_is_not_known_yet() {
    let target = ResourceId::new("ec2.vpc", "main");
    let reference = Value::Reference(Reference { target, path: vec!["vpc_id".into()] });
    let input = Value::Map(Map::from([("vpc_id".to_owned(), reference)]));
    let error = call(&Fake::always(200, json!({})), "ec2", "delete_vpc", input).unwrap_err();
    assert_eq!(
        error.to_string(),
        "ec2.delete_vpc: vpc_id: not known yet: it refers to ec2.vpc/main.vpc_id, which is known after apply"
    );
}

#[test]
fn a_service_error_keeps_its_fields() {
    let fake = Fake::always(
        400,
        json!({"__type": "ResourceNotFoundFault", "message": "Endpoint x not found.\nReally."}),
    );
    let input = json!({"endpoint_arn": "x"});
    let error = call(&fake, "dms", "delete_endpoint", value(input)).unwrap_err();
    let fields = error.fields();
    assert_eq!(fields.code, "ResourceNotFoundFault");
    assert_eq!((fields.service.as_str(), fields.operation.as_str()), ("dms", "delete_endpoint"));
    assert_eq!(fields.request_id.as_deref(), Some("req-1"));
    assert!(!fields.retryable);
    assert_eq!(
        error.to_string(),
        "dms.delete_endpoint answered ResourceNotFoundFault: Endpoint x not found. Really. (request req-1)"
    );
    let outcome = fake.events.lock().unwrap()[0].outcome.clone();
    assert_eq!(outcome.unwrap_err().0, "ResourceNotFoundFault");
}

#[test]
fn pages_are_followed_to_the_last() {
    let fake = Fake::new(|asked, _| {
        let body: serde_json::Value = asked.body.parse().unwrap();
        Ok((200, match body["Marker"].as_str() {
            None => json!({"Endpoints": [{"EndpointArn": "1"}], "Marker": "m1"}),
            Some("m1") => json!({"Endpoints": [{"EndpointArn": "2"}, {"EndpointArn": "3"}], "Marker": "m2"}),
            _ => json!({"Endpoints": []}),
        }.to_string()))
    });
    let aws = fake.aws(Policy::default());
    let options = CallOptions::default();
    let items = fake.run(aws.pages("dms", "describe_endpoints", Value::Null, &options)).unwrap();
    let arns: Vec<_> = items.iter().filter_map(|i| i.get("endpoint_arn")?.as_str()).collect();
    assert_eq!(arns, ["1", "2", "3"]);
    assert_eq!(fake.count(), 3);
}

#[test]
fn a_repeated_token_ends_the_pages() {
    let fake = Fake::always(200, json!({"events": [{"message": "m"}], "nextForwardToken": "same"}));
    let aws = fake.aws(Policy::default());
    let input = value(json!({"log_group_name": "g", "log_stream_name": "s"}));
    let items =
        fake.run(aws.pages("logs", "get_log_events", input, &CallOptions::default())).unwrap();
    assert_eq!((items.len(), fake.count()), (2, 2));
}

#[test]
fn what_has_no_pages_gives_its_only_list() {
    let fake = Fake::always(200, json!({"TagList": [{"Key": "k", "Value": "v"}]}));
    let aws = fake.aws(Policy::default());
    let input = value(json!({"resource_arn": "a"}));
    let options = CallOptions::default();
    let tags = fake.run(aws.pages("dms", "list_tags_for_resource", input, &options)).unwrap();
    assert_eq!(tags[0].get("key"), Some(&"k".into()));
    let none = fake.run(aws.pages("sts", "get_caller_identity", Value::Null, &options));
    assert!(none.unwrap_err().to_string().contains("holds no list"));
}

#[test]
fn read_only_refuses_changes_and_dry_run_checks_them() {
    let fake = Fake::always(200, json!({}));
    let delete = value(json!({"endpoint_arn": "a"}));
    let options = CallOptions::default();
    let aws = fake.aws(Policy { read_only: true, ..Policy::default() });
    let refused =
        fake.run(aws.call("dms", "delete_endpoint", delete.clone(), &options)).unwrap_err();
    assert_eq!(refused.fields().code, "Refused");
    fake.run(aws.call("dms", "describe_endpoints", Value::Null, &options)).unwrap();
    aws.set_read_only(false);
    fake.run(aws.call("dms", "delete_endpoint", delete.clone(), &options)).unwrap();
    assert_eq!(fake.count(), 2);

    let aws = fake.aws(Policy { dry_run: true, ..Policy::default() });
    let dry = fake.run(aws.call("dms", "delete_endpoint", delete, &options)).unwrap_err();
    assert!(matches!(dry, Error::DryRun { .. }));
    let wrong = fake.run(aws.call("dms", "delete_endpoint", Value::Null, &options)).unwrap_err();
    assert!(matches!(wrong, Error::Input { .. }));
    assert_eq!(fake.count(), 2);
}

const WHO: &str = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
    <GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/me</Arn><UserId>U</UserId>\
    <Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";

#[test]
fn another_account_or_region_is_refused_and_identity_asked_once() {
    let fake = Fake::new(|asked, _| {
        Ok((200, if asked.target.is_empty() { WHO.into() } else { "{}".into() }))
    });
    let options = CallOptions::default();
    let aws = fake.aws(Policy::default());
    aws.expect(Some("999999999999".into()), None);
    let refused =
        fake.run(aws.call("dms", "describe_endpoints", Value::Null, &options)).unwrap_err();
    assert!(refused.to_string().contains("of account 111122223333"), "{refused}");
    assert_eq!(fake.count(), 1);
    aws.expect(Some("111122223333".into()), Some("eu-west-1".into()));
    fake.run(aws.call("dms", "describe_endpoints", Value::Null, &options)).unwrap();
    assert_eq!(fake.count(), 2);
    aws.expect(None, Some("us-east-1".into()));
    let refused =
        fake.run(aws.call("dms", "describe_endpoints", Value::Null, &options)).unwrap_err();
    assert!(refused.to_string().contains("region us-east-1"), "{refused}");
    assert_eq!(fake.run(aws.identity()).unwrap().arn, "arn:aws:iam::111122223333:user/me");
    assert_eq!(fake.run(aws.region()).unwrap(), "eu-west-1");
}

#[test]
fn a_secret_shows_nowhere() {
    let fake = Fake::always(
        400,
        json!({"__type": "InvalidParameterValueException", "message": "bad password Pl4nted!!"}),
    );
    let input = Value::Map(Map::from([
        ("endpoint_identifier".into(), "e".into()),
        ("endpoint_type".into(), "source".into()),
        ("engine_name".into(), "mysql".into()),
        ("password".into(), Value::Secret(Secret::new("Pl4nted!!"))),
    ]));
    let error = call(&fake, "dms", "create_endpoint", input).unwrap_err();
    assert!(fake.asked.lock().unwrap()[0].body.contains("Pl4nted!!"));
    let event = format!("{:?}", fake.events.lock().unwrap()[0]);
    for text in
        [error.to_string(), format!("{error:?}"), format!("{:?}", error.to_diagnostic()), event]
    {
        assert!(!text.contains("Pl4nted"), "{text}");
        assert!(text.contains("***"), "{text}");
    }
}

#[test]
fn a_secret_that_comes_back_is_a_secret() {
    let fake = Fake::always(200, json!({"Name": "n", "SecretString": "from-the-vault"}));
    let input = value(json!({"secret_id": "n"}));
    let answer = call(&fake, "secretsmanager", "get_secret_value", input).unwrap();
    assert!(matches!(answer.get("secret_string"), Some(Value::Secret(_))));
    assert_eq!(fake.redactor.scrub("x from-the-vault y"), "x *** y");
}

#[test]
fn s3_bodies_go_both_ways_and_paths_hold_the_bucket() {
    let fake = Fake::new(|asked, _| {
        Ok((200, if asked.body.is_empty() { "what was put".into() } else { String::new() }))
    });
    let put = value(json!({"bucket": "b", "key": "a/k", "body": "text"}));
    call(&fake, "s3", "put_object", put).unwrap();
    let get = value(json!({"bucket": "b", "key": "a/k"}));
    let answer = call(&fake, "s3", "get_object", get).unwrap();
    assert_eq!(answer.get("body"), Some(&"what was put".into()));
    let asked = fake.asked.lock().unwrap();
    assert!(asked[0].uri.contains("/b/a/k"), "{}", asked[0].uri);
    assert!(asked[0].body.contains("text"));
}
