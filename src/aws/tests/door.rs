//! The door against a canned HTTP client: conversion, errors, retries, pages, policy, redaction.

#![allow(clippy::unwrap_used, missing_docs, dead_code)]

mod fake;

use aws_smithy_runtime_api::client::result::ConnectorError;
use dmsrun_aws::{CallOptions, Error, Policy};
use dmsrun_base::{Map, Reference, ResourceId, Secret, Value};
use fake::{Fake, value};
use serde_json::json;
use std::time::Duration;

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
fn throttling_is_outlasted_on_the_clock() {
    let fake = Fake::new(|_, n| {
        let throttled = json!({"__type": "ThrottlingException", "message": "Rate exceeded"});
        Ok(if n < 4 { (400, throttled.to_string()) } else { (200, "{}".into()) })
    });
    call(&fake, "dms", "describe_endpoints", Value::Null).unwrap();
    assert_eq!(fake.count(), 4);
    let retries = fake.retries.lock().unwrap();
    assert_eq!(retries.iter().map(|r| r.attempt).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(retries.iter().all(|r| r.code == "ThrottlingException"));
    assert_eq!(fake.events.lock().unwrap()[0].attempts, 4);
}

#[test]
fn a_seed_repeats_the_waits() {
    let waits = || {
        let fake = Fake::always(503, json!({}));
        call(&fake, "dms", "describe_endpoints", Value::Null).unwrap_err();
        let retries = fake.retries.lock().unwrap();
        retries.iter().map(|r| r.delay).collect::<Vec<_>>()
    };
    assert_eq!(waits(), waits());
    assert_eq!(waits().len(), 13);
}

#[test]
fn a_deadline_ends_the_repeats() {
    let fake = Fake::always(400, json!({"__type": "ThrottlingException", "message": "slow"}));
    let aws = fake.aws(Policy::default());
    let options = CallOptions { timeout: Some(Duration::from_secs(5)), ..Default::default() };
    let error = fake.run(aws.call("dms", "describe_endpoints", Value::Null, &options)).unwrap_err();
    assert!(error.is_retryable());
    assert!(fake.seconds() <= 5, "{}", fake.seconds());
}

#[test]
fn an_answer_that_comes_too_late_is_a_timeout_on_virtual_time_too() {
    let mut fake = Fake::always(200, json!({}));
    fake.delay = Duration::from_secs(40);
    let aws = fake.aws(Policy::default());
    let mut options = CallOptions { timeout: Some(Duration::from_secs(60)), ..Default::default() };
    fake.run(aws.call("dms", "describe_endpoints", Value::Null, &options)).unwrap();
    assert_eq!(fake.seconds(), 40);
    options.timeout = Some(Duration::from_secs(30));
    let error = fake.run(aws.call("dms", "describe_endpoints", Value::Null, &options)).unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error}");
    assert!(error.to_string().contains("no success within 30s"), "{error}");
}

/// 600 creates at once: DMS would refuse two of three.
#[test]
fn calls_to_dms_keep_to_its_bucket_of_requests() {
    let fake = Fake::always(200, json!({}));
    let aws = fake.aws(Policy::default());
    let options = CallOptions::default();
    let call = || aws.call("dms", "describe_endpoints", Value::Null, &options);
    let calls = (0..600).map(|_| call());
    fake.run(async { futures_util::future::join_all(calls).await });
    assert_eq!(fake.count(), 600);
    assert_eq!(fake.seconds(), (600 - 200) / 8);
}

#[test]
fn a_turn_that_is_waited_for_is_no_part_of_the_usual_deadline() {
    let fake = Fake::always(200, json!({}));
    let aws = fake.aws(Policy::default());
    let options = CallOptions::default();
    let call = || aws.call("dms", "describe_endpoints", Value::Null, &options);
    let calls = (0..3200).map(|_| call());
    let answers = fake.run(async { futures_util::future::join_all(calls).await });
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(fake.seconds(), 375);
    assert!(!fake.waits.lock().unwrap().is_empty(), "that it waits is told");
}

/// Whoever says how long a call may take wants it to end then, whatever it waits for.
#[test]
fn a_timeout_holds_while_a_call_waits_for_its_turn() {
    let fake = Fake::always(200, json!({}));
    let aws = fake.aws(Policy::default());
    let options = CallOptions { timeout: Some(Duration::from_secs(5)), ..Default::default() };
    let call = || aws.call("dms", "describe_endpoints", Value::Null, &options);
    let calls = (0..600).map(|_| call());
    let answers = fake.run(async { futures_util::future::join_all(calls).await });
    assert_eq!((fake.count(), fake.seconds()), (240, 5));
    let error = answers.into_iter().find_map(Result::err).unwrap();
    assert_eq!(error.fields().code, "Timeout");
    assert!(!error.may_have_happened());
    let text = error.to_string();
    assert!(text.contains("not sent within 5s: dms takes 8 calls a second"), "{text}");
}

/// Ten reads that hang must not keep a change, or a call that has a timeout, from its end.
#[test]
fn a_timeout_holds_while_a_call_waits_for_its_place() {
    let mut fake = Fake::always(200, json!({}));
    fake.delay = Duration::from_secs(40);
    let aws = fake.aws(Policy::default());
    let usual = CallOptions::default();
    let short = CallOptions { timeout: Some(Duration::from_secs(2)), ..Default::default() };
    let (hung, late, change) = fake.run(async {
        let hung = (0..10).map(|_| aws.call("dms", "describe_endpoints", Value::Null, &usual));
        let late = async {
            let error =
                aws.call("dms", "describe_replication_instances", Value::Null, &short).await;
            (error, fake.seconds())
        };
        let input = value(json!({"replication_task_arn": "t"}));
        let change = async {
            let answer = aws.call("dms", "stop_replication_task", input, &usual).await;
            (answer, fake.seconds())
        };
        futures_util::future::join3(futures_util::future::join_all(hung), late, change).await
    });
    assert!(hung.iter().all(Result::is_ok));
    let (error, after) = (late.0.unwrap_err(), late.1);
    assert_eq!(after, 2);
    assert!(!error.may_have_happened());
    assert!(error.to_string().contains("not sent within 2s: other calls to dms"), "{error}");
    assert!(error.hint().unwrap().contains("was not sent"));
    assert!(change.0.is_ok());
    assert_eq!(change.1, 40, "it was sent at once");
    let waits = fake.waits.lock().unwrap();
    assert_eq!(waits[0].why, "other calls to dms are under way, for 5s so far");
}

#[test]
fn a_lack_of_capacity_is_outlasted_and_given_up_in_the_end() {
    let short = json!({"__type": "InsufficientResourceCapacityFault", "message": "no room"});
    let body = short.to_string();
    let fake =
        Fake::new(move |_, n| Ok(if n < 4 { (400, body.clone()) } else { (200, "{}".into()) }));
    let input = json!({"replication_instance_identifier": "i", "replication_instance_class": "c"});
    call(&fake, "dms", "create_replication_instance", value(input.clone())).unwrap();
    assert_eq!(fake.count(), 4);
    let fake = Fake::always(400, short);
    let error = call(&fake, "dms", "create_replication_instance", value(input)).unwrap_err();
    assert!(error.is_retryable());
    assert!(fake.seconds() <= 300, "{}", fake.seconds());
    assert!(error.to_string().contains("no room (sent "), "{error}");
}

#[test]
fn a_role_that_propagates_is_waited_for() {
    let fake = Fake::new(|_, n| {
        let early = json!({"__type": "AccessDeniedFault",
            "message": "The IAM Role arn:aws:iam::1:role/dms-vpc-role is not configured properly."});
        Ok(if n < 6 { (400, early.to_string()) } else { (200, "{}".into()) })
    });
    let input = json!({"replication_subnet_group_identifier": "g",
        "replication_subnet_group_description": "d", "subnet_ids": ["a", "b"]});
    call(&fake, "dms", "create_replication_subnet_group", value(input)).unwrap();
    assert_eq!(fake.count(), 6);
    assert!(fake.seconds() >= 5);
}

#[test]
fn a_lost_answer_of_a_create_is_told_and_not_repeated() {
    let fake = Fake::new(|_, _| Err(ConnectorError::io("connection reset".into())));
    let input = json!({"cidr_block": "10.0.0.0/16"});
    let error = call(&fake, "ec2", "create_vpc", value(input)).unwrap_err();
    assert!(error.may_have_happened());
    assert_eq!(error.fields().code, "AnswerLost");
    assert_eq!(fake.count(), 1);
    let error = call(&fake, "ec2", "describe_vpcs", Value::Null).unwrap_err();
    assert_eq!(fake.count(), 9);
    assert!(error.to_string().contains("(sent 8 times in "), "{error}");
}

/// Each of them that AWS did carry out would be a VPC.
#[test]
fn a_create_that_fails_with_500_is_sent_once_and_is_to_be_looked_for() {
    let body = "<Response><Errors><Error><Code>InternalError</Code><Message>An internal error has \
        occurred</Message></Error></Errors><RequestID>x</RequestID></Response>";
    let fake = Fake::new(move |_, _| Ok((500, body.to_owned())));
    let input = json!({"cidr_block": "10.0.0.0/16"});
    let error = call(&fake, "ec2", "create_vpc", value(input)).unwrap_err();
    assert_eq!(fake.count(), 1);
    assert!(error.may_have_happened() && !error.is_retryable(), "it is looked for first");
    let fields = error.fields();
    assert_eq!(fields.code, "AnswerLost");
    assert!(fields.hint.unwrap().contains("look before you repeat it"));
    assert_eq!(
        error.to_string(),
        "ec2.create_vpc failed: InternalError: An internal error has occurred; nobody knows whether it \
         was done (request req-1)"
    );
}

#[test]
fn a_create_that_is_refused_for_the_moment_is_sent_again() {
    let fake = Fake::new(|_, n| {
        let away = json!({"__type": "ServiceUnavailable", "message": "later"}).to_string();
        Ok(if n < 3 { (503, away) } else { (200, "{}".into()) })
    });
    let input = json!({"replication_instance_identifier": "i", "replication_instance_class": "c"});
    call(&fake, "dms", "create_replication_instance", value(input)).unwrap();
    assert_eq!(fake.count(), 3);
}

/// What the second attempt is refused for says nothing of the first.
#[test]
fn a_create_that_was_lost_once_is_to_be_looked_for_however_it_ends() {
    let fake = Fake::new(|_, n| match n {
        1 => Err(ConnectorError::io("reset".into())),
        _ => {
            let refused = json!({"__type": "InvalidRequestException", "message": "no"});
            Ok((400, refused.to_string()))
        }
    });
    let input = json!({"name": "n", "secret_string": "hush-hush"});
    let error = call(&fake, "secretsmanager", "create_secret", value(input)).unwrap_err();
    assert_eq!(fake.count(), 2);
    assert!(error.may_have_happened());
    assert!(error.to_string().contains("InvalidRequestException: no"), "{error}");
}

#[test]
fn a_token_stays_the_same_over_repeats() {
    let fake = Fake::new(|_, n| {
        let ok = json!({"ARN": "arn", "Name": "n"}).to_string();
        if n == 1 { Err(ConnectorError::io("reset".into())) } else { Ok((200, ok)) }
    });
    let input = json!({"name": "n", "secret_string": "hush-hush"});
    call(&fake, "secretsmanager", "create_secret", value(input)).unwrap();
    let asked = fake.asked.lock().unwrap();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[0].body, asked[1].body);
    assert!(asked[0].body.contains("ClientRequestToken"));
}

#[test]
fn a_refused_connection_ends_soon() {
    let fake = Fake::new(|_, _| {
        let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
        Err(ConnectorError::io(refused.into()))
    });
    let error = call(&fake, "dms", "describe_endpoints", Value::Null).unwrap_err();
    assert_eq!(fake.count(), 3);
    assert!(fake.seconds() <= 2);
    assert_eq!(error.fields().code, "ConnectionFailed");
    assert!(error.to_string().contains("could not be reached: connection refused"), "{error}");
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
