//! The other services that a stack is made of.

use super::{code, local, pass, sdk};
use aws_sdk_cloudwatch::types::{ComparisonOperator, Dimension, MetricDatum, Statistic};
use aws_sdk_cloudwatchlogs::types::InputLogEvent;

pub(crate) const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"dms.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
const MANAGED: &str = "arn:aws:iam::aws:policy/service-role/AmazonDMSVPCManagementRole";

#[tokio::test]
async fn roles_with_policies_of_aws() {
    let local = local();
    let iam = aws_sdk_iam::Client::new(&sdk(&local));
    let tag = aws_sdk_iam::types::Tag::builder().key("dmsrun:stack").value("shop").build().unwrap();
    let make = || {
        let role = iam.create_role().role_name("dms-vpc-role").assume_role_policy_document(TRUST);
        role.description("for DMS").tags(tag.clone()).send()
    };
    let role = make().await.unwrap().role.unwrap();
    assert_eq!(role.arn(), "arn:aws:iam::123456789012:role/dms-vpc-role");
    assert_eq!(role.create_date().secs(), local.now().as_second());
    assert_eq!(code(make().await), "EntityAlreadyExists");
    let policy = iam.get_policy().policy_arn(MANAGED).send().await.unwrap().policy.unwrap();
    assert_eq!(policy.policy_name(), Some("AmazonDMSVPCManagementRole"));
    let attach = iam.attach_role_policy().role_name("dms-vpc-role").policy_arn(MANAGED);
    attach.send().await.unwrap();
    let listed = iam.list_attached_role_policies().role_name("dms-vpc-role").send().await.unwrap();
    assert_eq!(listed.attached_policies()[0].policy_arn(), Some(MANAGED));
    assert_eq!(code(iam.delete_role().role_name("dms-vpc-role").send().await), "DeleteConflict");
    let document = r#"{"Version":"2012-10-17","Statement":[]}"#;
    let inline = iam.put_role_policy().role_name("dms-vpc-role").policy_name("own");
    inline.policy_document(document).send().await.unwrap();
    let tags = iam.list_role_tags().role_name("dms-vpc-role").send().await.unwrap();
    assert_eq!(tags.tags()[0].value(), "shop");
    let shown = iam.get_role().role_name("dms-vpc-role").send().await.unwrap().role.unwrap();
    assert_eq!(shown.role_id(), role.role_id());
    assert!(shown.assume_role_policy_document().unwrap().starts_with("%7B%22Version%22"));
    assert_eq!(shown.description(), Some("for DMS"));
    assert_eq!(shown.tags().len(), 1);
    let detach = iam.detach_role_policy().role_name("dms-vpc-role").policy_arn(MANAGED);
    detach.send().await.unwrap();
    assert_eq!(code(iam.delete_role().role_name("dms-vpc-role").send().await), "DeleteConflict");
    iam.delete_role_policy().role_name("dms-vpc-role").policy_name("own").send().await.unwrap();
    iam.delete_role().role_name("dms-vpc-role").send().await.unwrap();
    assert_eq!(code(iam.get_role().role_name("dms-vpc-role").send().await), "NoSuchEntity");
}

#[tokio::test]
async fn topics_and_subscriptions() {
    let local = local();
    let sns = aws_sdk_sns::Client::new(&sdk(&local));
    let tag = aws_sdk_sns::types::Tag::builder().key("dmsrun:stack").value("shop").build().unwrap();
    let topic = sns
        .create_topic()
        .name("alerts")
        .attributes("DisplayName", "DMS Migration Alerts")
        .tags(tag)
        .send()
        .await
        .unwrap();
    let arn = topic.topic_arn().unwrap();
    assert_eq!(arn, "arn:aws:sns:eu-west-1:123456789012:alerts");
    let shown = sns.get_topic_attributes().topic_arn(arn).send().await.unwrap();
    let attributes = shown.attributes().unwrap();
    assert_eq!(attributes["DisplayName"], "DMS Migration Alerts");
    let set = sns.set_topic_attributes().topic_arn(arn).attribute_name("DisplayName");
    set.attribute_value("x").send().await.unwrap();
    let tags = sns.list_tags_for_resource().resource_arn(arn).send().await.unwrap();
    assert_eq!(tags.tags()[0].value(), "shop");
    let mail = sns.subscribe().topic_arn(arn).protocol("email").endpoint("a@example.com");
    let mail = mail.return_subscription_arn(true).send().await.unwrap();
    let listed = sns.list_subscriptions_by_topic().topic_arn(arn).send().await.unwrap();
    assert_eq!(listed.subscriptions()[0].endpoint(), Some("a@example.com"));
    assert!(mail.subscription_arn().is_some());
    sns.publish().topic_arn(arn).message("hello").send().await.unwrap();
    sns.delete_topic().topic_arn(arn).send().await.unwrap();
    assert!(sns.list_topics().send().await.unwrap().topics().is_empty());
    let gone = sns.get_topic_attributes().topic_arn(arn).send().await;
    assert_eq!(code(gone), "NotFound");
}

#[tokio::test]
async fn alarms_on_metrics() {
    let local = local();
    let watch = aws_sdk_cloudwatch::Client::new(&sdk(&local));
    let tag = aws_sdk_cloudwatch::types::Tag::builder().key("dmsrun:stack").value("shop").build();
    let dimension = Dimension::builder().name("Task").value("T1").build();
    watch
        .put_metric_alarm()
        .alarm_name("latency")
        .alarm_description("too late")
        .namespace("Mine")
        .metric_name("Latency")
        .dimensions(dimension.clone())
        .statistic(Statistic::Average)
        .period(300)
        .evaluation_periods(2)
        .threshold(300.0)
        .comparison_operator(ComparisonOperator::GreaterThanThreshold)
        .treat_missing_data("notBreaching")
        .alarm_actions("arn:aws:sns:eu-west-1:123456789012:alerts")
        .tags(tag)
        .send()
        .await
        .unwrap();
    let shown = watch.describe_alarms().alarm_names("latency").send().await.unwrap();
    let alarm = &shown.metric_alarms()[0];
    assert_eq!(alarm.treat_missing_data(), Some("notBreaching"));
    assert_eq!(alarm.threshold(), Some(300.0));
    assert_eq!(alarm.dimensions(), std::slice::from_ref(&dimension));
    let arn = alarm.alarm_arn().unwrap();
    let tags = watch.list_tags_for_resource().resource_arn(arn).send().await.unwrap();
    assert_eq!(tags.tags()[0].value(), Some("shop"));

    for _ in 0..12 {
        let datum = MetricDatum::builder()
            .metric_name("Latency")
            .dimensions(dimension.clone())
            .value(500.0)
            .build();
        watch.put_metric_data().namespace("Mine").metric_data(datum).send().await.unwrap();
        pass(&local, 60).await;
    }
    let shown = watch.describe_alarms().send().await.unwrap();
    assert_eq!(shown.metric_alarms()[0].state_value().unwrap().as_str(), "ALARM");
    let told = local.messages();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["subject"], "ALARM: \"latency\" in eu-west-1");
    let from = aws_sdk_cloudwatch::primitives::DateTime::from_secs(local.now().as_second() - 900);
    let to = aws_sdk_cloudwatch::primitives::DateTime::from_secs(local.now().as_second());
    let statistics = watch
        .get_metric_statistics()
        .namespace("Mine")
        .metric_name("Latency")
        .dimensions(dimension)
        .start_time(from)
        .end_time(to)
        .period(300)
        .statistics(Statistic::Maximum)
        .send()
        .await
        .unwrap();
    assert_eq!(statistics.datapoints()[0].maximum(), Some(500.0));
    assert_eq!(watch.list_metrics().namespace("Mine").send().await.unwrap().metrics().len(), 1);
    watch.delete_alarms().alarm_names("latency").send().await.unwrap();
    let gone = watch.list_tags_for_resource().resource_arn(arn).send().await;
    assert_eq!(code(gone), "ResourceNotFoundException");
}

#[tokio::test]
async fn log_groups_streams_and_events() {
    let local = local();
    let logs = aws_sdk_cloudwatchlogs::Client::new(&sdk(&local));
    let make = || logs.create_log_group().log_group_name("/tasks").tags("a", "b").send();
    make().await.unwrap();
    assert_eq!(code(make().await), "ResourceAlreadyExistsException");
    let keep = logs.put_retention_policy().log_group_name("/tasks");
    keep.retention_in_days(30).send().await.unwrap();
    let keep = logs.put_retention_policy().log_group_name("/tasks").retention_in_days(31);
    assert_eq!(code(keep.send().await), "InvalidParameterException");
    let shown = logs.describe_log_groups().log_group_name_prefix("/t").send().await.unwrap();
    let group = &shown.log_groups()[0];
    assert_eq!(group.retention_in_days(), Some(30));
    let arn = group.log_group_arn().unwrap();
    let tags = logs.list_tags_for_resource().resource_arn(arn).send().await.unwrap();
    assert_eq!(tags.tags().unwrap()["a"], "b");
    let stream = logs.create_log_stream().log_group_name("/tasks").log_stream_name("s");
    stream.send().await.unwrap();
    let now = local.now().as_millisecond();
    let mut put = logs.put_log_events().log_group_name("/tasks").log_stream_name("s");
    for n in 0..5 {
        let message = format!("line {n} {}", if n == 3 { "ERROR" } else { "ok" });
        let event = InputLogEvent::builder().timestamp(now + n).message(message).build().unwrap();
        put = put.log_events(event);
    }
    put.send().await.unwrap();
    let found = logs.filter_log_events().log_group_name("/tasks").filter_pattern("ERROR");
    let found = found.send().await.unwrap();
    assert_eq!(found.events()[0].message(), Some("line 3 ERROR"));
    let got = logs.get_log_events().log_group_name("/tasks").log_stream_name("s");
    let got = got.start_from_head(true).limit(2).send().await.unwrap();
    assert_eq!(got.events().len(), 2);
    let more = logs.get_log_events().log_group_name("/tasks").log_stream_name("s");
    let more = more.next_token(got.next_forward_token().unwrap()).send().await.unwrap();
    assert_eq!(more.events()[0].message(), Some("line 2 ok"));
    let streams = logs.describe_log_streams().log_group_name("/tasks").send().await.unwrap();
    assert_eq!(streams.log_streams()[0].last_event_timestamp(), Some(now + 4));
    logs.delete_log_group().log_group_name("/tasks").send().await.unwrap();
    let gone = logs.filter_log_events().log_group_name("/tasks").send().await;
    assert_eq!(code(gone), "ResourceNotFoundException");
}

#[tokio::test]
async fn keys_secrets_identity_and_quotas() {
    let local = local();
    let kms = aws_sdk_kms::Client::new(&sdk(&local));
    let tag = aws_sdk_kms::types::Tag::builder().tag_key("a").tag_value("b").build().unwrap();
    let key = kms.create_key().description("for tests").tags(tag).send().await.unwrap();
    let key = key.key_metadata.unwrap();
    assert_eq!(key.creation_date().unwrap().secs(), local.now().as_second());
    let id = key.key_id();
    kms.create_alias().alias_name("alias/shop").target_key_id(id).send().await.unwrap();
    let shown = kms.describe_key().key_id("alias/shop").send().await.unwrap();
    assert_eq!(shown.key_metadata().unwrap().key_id(), id);
    let tags = kms.list_resource_tags().key_id(id).send().await.unwrap();
    assert_eq!(tags.tags()[0].tag_value(), "b");
    let doomed = kms.schedule_key_deletion().key_id(id).pending_window_in_days(7).send().await;
    let week = local.now().as_second() + 7 * 86_400;
    assert_eq!(doomed.unwrap().deletion_date().unwrap().secs(), week);

    let secrets = aws_sdk_secretsmanager::Client::new(&sdk(&local));
    let tag = aws_sdk_secretsmanager::types::Tag::builder().key("a").value("b").build();
    let made = secrets.create_secret().name("shop/db").secret_string("{\"password\":\"p\"}");
    let made = made.tags(tag).send().await.unwrap();
    let arn = made.arn().unwrap();
    assert!(arn.starts_with("arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/db-"));
    let got = secrets.get_secret_value().secret_id(arn).send().await.unwrap();
    assert_eq!(got.secret_string(), Some("{\"password\":\"p\"}"));
    assert_eq!(got.version_id(), made.version_id());
    let shown = secrets.describe_secret().secret_id("shop/db").send().await.unwrap();
    assert_eq!(shown.tags()[0].value(), Some("b"));
    assert_eq!(shown.arn(), Some(arn));
    let put = secrets.put_secret_value().secret_id(arn).secret_string("new").send().await.unwrap();
    assert_ne!(put.version_id(), made.version_id());
    let delete = secrets.delete_secret().secret_id(arn).force_delete_without_recovery(true);
    delete.send().await.unwrap();
    let gone = secrets.describe_secret().secret_id(arn).send().await;
    assert_eq!(code(gone), "ResourceNotFoundException");

    let sts = aws_sdk_sts::Client::new(&sdk(&local));
    let me = sts.get_caller_identity().send().await.unwrap();
    assert_eq!(me.account(), Some("123456789012"));
    assert!(me.arn().is_some() && me.user_id().is_some());
    let quotas = aws_sdk_servicequotas::Client::new(&sdk(&local));
    let vpcs = quotas.get_service_quota().service_code("vpc").quota_code("L-F678F1CE").send().await;
    assert_eq!(vpcs.unwrap().quota().and_then(|q| q.value()), Some(5.0));
}
