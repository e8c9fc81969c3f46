//! What is repeated, how long, and what a lost answer means.

use super::{
    call,
    fake::{Fake, value},
};
use aws_smithy_runtime_api::client::result::ConnectorError;
use dmsrun_aws::{CallOptions, Error, Policy};
use dmsrun_base::Value;
use serde_json::json;
use std::time::Duration;

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
