//! What watches a stack: composite alarms over others, dashboards, metrics of log events; and the keys and
//! secrets that go on by themselves.

use super::{code, local, pass, sdk, sdk_in};
use aws_sdk_cloudwatch::types::{AlarmType, ComparisonOperator, MetricDatum, Statistic, Tag};
use aws_sdk_cloudwatchlogs::types::{InputLogEvent, MetricTransformation};
use dmsrun_local::Local;

const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:alerts";

async fn alarm(watch: &aws_sdk_cloudwatch::Client, name: &str) {
    watch
        .put_metric_alarm()
        .alarm_name(name)
        .namespace("N")
        .metric_name(name)
        .statistic(Statistic::Sum)
        .period(60)
        .evaluation_periods(1)
        .threshold(0.0)
        .comparison_operator(ComparisonOperator::GreaterThanThreshold)
        .treat_missing_data("notBreaching")
        .send()
        .await
        .unwrap();
}

async fn state(watch: &aws_sdk_cloudwatch::Client, name: &str) -> String {
    let asked = watch.describe_alarms().alarm_names(name).alarm_types(AlarmType::CompositeAlarm);
    let found = asked.send().await.unwrap();
    found.composite_alarms()[0].state_value().unwrap().as_str().to_owned()
}

async fn measure(local: &Local, watch: &aws_sdk_cloudwatch::Client, name: &str) {
    let datum = MetricDatum::builder().metric_name(name).value(1.0).build();
    watch.put_metric_data().namespace("N").metric_data(datum).send().await.unwrap();
    pass(local, 60).await;
}

#[tokio::test]
async fn composite_alarms_follow_the_alarms_that_they_look_at() {
    let local = local();
    let watch = aws_sdk_cloudwatch::Client::new(&sdk(&local));
    let put = |rule: &str| {
        let put = watch.put_composite_alarm().alarm_name("both").alarm_rule(rule);
        put.alarm_actions(TOPIC).ok_actions(TOPIC).send()
    };
    assert_eq!(code(put("ALARM(a) AND ALARM(b)").await), "ValidationError");
    alarm(&watch, "a").await;
    alarm(&watch, "b").await;
    assert_eq!(code(put("ALARM(a) UND ALARM(b)").await), "ValidationError");
    put("ALARM(a) AND ALARM(b)").await.unwrap();
    pass(&local, 60).await;
    assert_eq!(state(&watch, "both").await, "OK");
    measure(&local, &watch, "a").await;
    assert_eq!(state(&watch, "both").await, "OK");
    let datum = MetricDatum::builder().metric_name("a").value(1.0).build();
    watch.put_metric_data().namespace("N").metric_data(datum).send().await.unwrap();
    measure(&local, &watch, "b").await;
    assert_eq!(state(&watch, "both").await, "ALARM");
    pass(&local, 120).await;
    assert_eq!(state(&watch, "both").await, "OK");
    let told: Vec<String> =
        local.messages().iter().map(|m| m["subject"].as_str().unwrap().to_owned()).collect();
    let wanted = ["OK", "ALARM", "OK"].map(|state| format!("{state}: \"both\" in eu-west-1"));
    assert_eq!(told, wanted);
    let delete = |name: &str| watch.delete_alarms().alarm_names(name).send();
    let refused = delete("a").await.unwrap_err();
    assert!(format!("{refused:?}").contains("there are composite alarm(s) depending on it"));
    delete("both").await.unwrap();
    delete("a").await.unwrap();
}

#[tokio::test]
async fn a_suppressed_alarm_tells_nobody() {
    let local = local();
    let watch = aws_sdk_cloudwatch::Client::new(&sdk(&local));
    for name in ["a", "window"] {
        alarm(&watch, name).await;
    }
    let put = watch.put_composite_alarm().alarm_name("quiet").alarm_rule("ALARM(a)");
    let put = put.alarm_actions(TOPIC).actions_suppressor("window");
    assert_eq!(code(put.clone().send().await), "ValidationError");
    let put = put.actions_suppressor_wait_period(60).actions_suppressor_extension_period(60);
    put.send().await.unwrap();
    pass(&local, 60).await;
    let datum = MetricDatum::builder().metric_name("window").value(1.0).build();
    watch.put_metric_data().namespace("N").metric_data(datum).send().await.unwrap();
    measure(&local, &watch, "a").await;
    assert_eq!(state(&watch, "quiet").await, "ALARM");
    assert!(local.messages().is_empty());
}

#[tokio::test]
async fn dashboards_have_tags_and_no_region() {
    let local = local();
    let watch = aws_sdk_cloudwatch::Client::new(&sdk(&local));
    let body = r#"{"widgets":[{"type":"text","properties":{"markdown":"x"}}]}"#;
    let tag = |value: &str| Tag::builder().key("dmsrun:stack").value(value).build();
    let put = |value: &str| {
        let put = watch.put_dashboard().dashboard_name("orders-d").dashboard_body(body);
        put.tags(tag(value)).send()
    };
    put("orders").await.unwrap();
    // Tags count only when it is new.
    put("other").await.unwrap();
    let elsewhere = aws_sdk_cloudwatch::Client::new(&sdk_in(&local, "us-east-1"));
    let listed = elsewhere.list_dashboards().dashboard_name_prefix("orders-").send().await.unwrap();
    let arn = listed.dashboard_entries()[0].dashboard_arn().unwrap();
    assert_eq!(arn, "arn:aws:cloudwatch::123456789012:dashboard/orders-d");
    let tags = elsewhere.list_tags_for_resource().resource_arn(arn).send().await.unwrap();
    assert_eq!(tags.tags()[0].value(), Some("orders"));
    let wrong = watch.put_dashboard().dashboard_name("x").dashboard_body("{\"widgets\":[{}]}");
    assert_eq!(code(wrong.send().await), "InvalidParameterInput");
    watch.delete_dashboards().dashboard_names("orders-d").send().await.unwrap();
    let gone = watch.get_dashboard().dashboard_name("orders-d").send().await;
    assert_eq!(code(gone), "ResourceNotFound");
}

#[tokio::test]
async fn metric_filters_make_metrics_of_log_events() {
    let local = local();
    let logs = aws_sdk_cloudwatchlogs::Client::new(&sdk(&local));
    let watch = aws_sdk_cloudwatch::Client::new(&sdk(&local));
    logs.create_log_group().log_group_name("g").send().await.unwrap();
    logs.create_log_stream().log_group_name("g").log_stream_name("s").send().await.unwrap();
    let metric = || {
        let metric = MetricTransformation::builder().metric_namespace("N").metric_name("Errors");
        metric.metric_value("1").default_value(0.0)
    };
    let put = |metric: MetricTransformation| {
        let put = logs.put_metric_filter().log_group_name("g").filter_name("errors");
        put.filter_pattern("?ERROR ?]E:").metric_transformations(metric).send()
    };
    let both = metric().dimensions("Table", "$.table").build().unwrap();
    assert_eq!(code(put(both).await), "InvalidParameterException");
    put(metric().build().unwrap()).await.unwrap();
    let now = local.now().as_millisecond();
    let event = |at: i64, message: &str| {
        InputLogEvent::builder().timestamp(at).message(message).build().unwrap()
    };
    let send = logs.put_log_events().log_group_name("g").log_stream_name("s");
    send.log_events(event(now, "all is well"))
        .log_events(event(now + 1, "00012 ]E: it broke"))
        .log_events(event(now + 2, "an ERROR"))
        .send()
        .await
        .unwrap();
    pass(&local, 60).await;
    let stats = watch
        .get_metric_statistics()
        .namespace("N")
        .metric_name("Errors")
        .period(3600)
        .start_time(aws_sdk_cloudwatch::primitives::DateTime::from_secs(now / 1000 - 3600))
        .end_time(aws_sdk_cloudwatch::primitives::DateTime::from_secs(now / 1000 + 3600))
        .statistics(Statistic::Sum)
        .send()
        .await
        .unwrap();
    let sum: f64 = stats.datapoints().iter().filter_map(|point| point.sum()).sum();
    assert_eq!(sum, 2.0);
}

#[tokio::test]
async fn keys_rotate_and_go_when_their_days_are_over() {
    let local = local();
    let kms = aws_sdk_kms::Client::new(&sdk(&local));
    let made = kms.create_key().send().await.unwrap().key_metadata.unwrap();
    let id = made.key_id();
    kms.create_alias().alias_name("alias/orders-k").target_key_id(id).send().await.unwrap();
    let rotate = |days: i32| {
        kms.enable_key_rotation().key_id("alias/orders-k").rotation_period_in_days(days).send()
    };
    assert_eq!(code(rotate(30).await), "ValidationException");
    rotate(180).await.unwrap();
    let status = kms.get_key_rotation_status().key_id(id).send().await.unwrap();
    assert_eq!(status.rotation_period_in_days(), Some(180));
    let locked_out = r#"{"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::999999999999:root"},"Action":"kms:*","Resource":"*"}]}"#;
    let put = kms.put_key_policy().key_id(id).policy(locked_out).send().await;
    assert_eq!(code(put), "MalformedPolicyDocumentException");
    let schedule = || kms.schedule_key_deletion().key_id(id).pending_window_in_days(7).send();
    let scheduled = schedule().await.unwrap();
    let week = 7 * 86_400;
    assert_eq!(scheduled.deletion_date().unwrap().secs(), local.now().as_second() + week);
    assert_eq!(code(schedule().await), "KMSInvalidStateException");
    assert_eq!(code(rotate(180).await), "KMSInvalidStateException");
    kms.cancel_key_deletion().key_id(id).send().await.unwrap();
    assert_eq!(code(rotate(180).await), "DisabledException");
    schedule().await.unwrap();
    pass(&local, u64::try_from(week).unwrap() + 60).await;
    assert_eq!(code(kms.describe_key().key_id(id).send().await), "NotFoundException");
    assert!(kms.list_aliases().send().await.unwrap().aliases().is_empty());
}

#[tokio::test]
async fn secrets_rotate_until_that_is_cancelled() {
    let local = local();
    let secrets = aws_sdk_secretsmanager::Client::new(&sdk(&local));
    secrets.create_secret().name("orders-s").secret_string("a").send().await.unwrap();
    let rotate = || secrets.rotate_secret().secret_id("orders-s");
    assert_eq!(code(rotate().send().await), "InvalidRequestException");
    let function = "arn:aws:lambda:eu-west-1:123456789012:function:rotate";
    let rules = |rules: aws_sdk_secretsmanager::types::builders::RotationRulesTypeBuilder| {
        rotate().rotation_lambda_arn(function).rotation_rules(rules.build()).send()
    };
    let empty = aws_sdk_secretsmanager::types::RotationRulesType::builder;
    let both = empty().automatically_after_days(3).schedule_expression("rate(3 days)");
    assert_eq!(code(rules(both).await), "InvalidParameterException");
    rules(empty().automatically_after_days(3)).await.unwrap();
    let listed = secrets.list_secrets().send().await.unwrap();
    let one = &listed.secret_list()[0];
    assert_eq!(one.rotation_lambda_arn(), Some(function));
    assert_eq!(one.rotation_rules().unwrap().automatically_after_days(), Some(3));
    secrets.cancel_rotate_secret().secret_id("orders-s").send().await.unwrap();
    let shown = secrets.describe_secret().secret_id("orders-s").send().await.unwrap();
    assert_eq!(shown.rotation_enabled(), Some(false));
}
