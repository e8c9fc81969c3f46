//! The corners of winterbaume's services that a stack touches.

use super::{code, local, s3::bucket, sdk, sdk_in, services::TRUST};
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};

#[tokio::test]
async fn uploads_in_parts_survive_other_calls() {
    let local = local();
    let s3 = aws_sdk_s3::Client::new(&sdk(&local));
    bucket(&s3, "parts").await;
    s3.put_object().bucket("parts").key("other").body(b"x".to_vec().into()).send().await.unwrap();
    let upload = s3.create_multipart_upload().bucket("parts").key("big").send().await.unwrap();
    let id = upload.upload_id().unwrap();
    s3.put_object().bucket("parts").key("third").body(b"y".to_vec().into()).send().await.unwrap();
    let mut parts = CompletedMultipartUpload::builder();
    for n in 1..=2 {
        let body = vec![b'0' + n as u8; 10];
        let part = s3.upload_part().bucket("parts").key("big").upload_id(id).part_number(n);
        let part = part.body(body.into()).send().await.unwrap();
        let part = CompletedPart::builder().part_number(n).e_tag(part.e_tag().unwrap()).build();
        parts = parts.parts(part);
    }
    let done = s3.complete_multipart_upload().bucket("parts").key("big").upload_id(id);
    done.multipart_upload(parts.build()).send().await.unwrap();
    let got = s3.get_object().bucket("parts").key("big").send().await.unwrap();
    assert_eq!(got.body.collect().await.unwrap().to_vec(), b"11111111112222222222");
    let copy = s3.copy_object().bucket("parts").key("copy").copy_source("parts/big");
    copy.send().await.unwrap();
    let head = s3.head_object().bucket("parts").key("copy").send().await.unwrap();
    assert_eq!(head.content_length(), Some(20));
    let missing = s3.get_object().bucket("parts").key("nothing").send().await;
    assert_eq!(code(missing), "NoSuchKey");
    assert_eq!(code(s3.list_objects_v2().bucket("nowhere").send().await), "NoSuchBucket");
}

#[tokio::test]
async fn a_bucket_is_where_it_was_made() {
    let local = local();
    let here = aws_sdk_s3::Client::new(&sdk(&local));
    bucket(&here, "placed").await;
    let head = here.head_bucket().bucket("placed").send().await.unwrap();
    assert_eq!(head.bucket_region(), Some("eu-west-1"));
    let there = aws_sdk_s3::Client::new(&sdk_in(&local, "us-east-1"));
    there.head_bucket().bucket("placed").send().await.unwrap();
    there.create_bucket().bucket("old").send().await.unwrap();
    let place = there.get_bucket_location().bucket("old").send().await.unwrap();
    assert_eq!(place.location_constraint().map(|c| c.as_str()).unwrap_or_default(), "");
    let listed = here.list_buckets().send().await.unwrap();
    let names: Vec<_> = listed.buckets().iter().filter_map(|b| b.name()).collect();
    assert_eq!(names, ["old", "placed"]);
}

#[tokio::test]
async fn bad_documents_are_refused() {
    let local = local();
    let iam = aws_sdk_iam::Client::new(&sdk(&local));
    for text in ["rubbish", "{}", r#"{"Statement":[{"Effect":"Maybe"}]}"#] {
        let make = iam.create_role().role_name("r").assume_role_policy_document(text).send();
        assert_eq!(code(make.await), "MalformedPolicyDocument", "{text}");
    }
    let make = iam.create_role().role_name("r").assume_role_policy_document(TRUST);
    make.send().await.unwrap();
    let listed = iam.list_roles().send().await.unwrap();
    assert_eq!(listed.roles()[0].role_name(), "r");
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;
    iam.put_role_policy()
        .role_name("r")
        .policy_name("p")
        .policy_document(policy)
        .send()
        .await
        .unwrap();
    let got = iam.get_role_policy().role_name("r").policy_name("p").send().await.unwrap();
    assert!(got.policy_document().starts_with("%7B"));
    let names = iam.list_role_policies().role_name("r").send().await.unwrap();
    assert_eq!(names.policy_names(), ["p"]);
    let tag = aws_sdk_iam::types::Tag::builder().key("k").value("v").build().unwrap();
    iam.tag_role().role_name("r").tags(tag).send().await.unwrap();
    let update = iam.update_assume_role_policy().role_name("r").policy_document(TRUST);
    update.send().await.unwrap();
    let made = iam.create_policy().policy_name("own").policy_document(policy).send().await.unwrap();
    let arn = made.policy().unwrap().arn().unwrap();
    iam.attach_role_policy().role_name("r").policy_arn(arn).send().await.unwrap();
    assert_eq!(code(iam.delete_policy().policy_arn(arn).send().await), "DeleteConflict");
    let missing = iam.attach_role_policy().role_name("r").policy_arn("arn:aws:iam::aws:policy/No");
    assert_eq!(code(missing.send().await), "NoSuchEntity");
    let simulated = iam
        .simulate_principal_policy()
        .policy_source_arn("arn:aws:iam::123456789012:role/r")
        .action_names("s3:GetObject")
        .action_names("dms:CreateEndpoint")
        .send()
        .await
        .unwrap();
    let decisions: Vec<_> =
        simulated.evaluation_results().iter().map(|r| r.eval_decision().as_str()).collect();
    assert_eq!(decisions, ["allowed", "implicitDeny"]);
}

#[tokio::test]
async fn a_subscription_by_mail_waits_for_its_owner() {
    let local = local();
    let sns = aws_sdk_sns::Client::new(&sdk(&local));
    let arn = sns.create_topic().name("t").send().await.unwrap().topic_arn.unwrap();
    let ask = || sns.subscribe().topic_arn(&arn).protocol("email").endpoint("a@example.com").send();
    let waiting = ask().await.unwrap();
    assert_eq!(waiting.subscription_arn(), Some("pending confirmation"));
    ask().await.unwrap();
    let listed = sns.list_subscriptions_by_topic().topic_arn(&arn).send().await.unwrap();
    assert_eq!(listed.subscriptions().len(), 1);
    assert_eq!(listed.subscriptions()[0].subscription_arn(), Some("PendingConfirmation"));
    let bad = sns.subscribe().topic_arn(&arn).protocol("email").endpoint("nobody").send().await;
    assert_eq!(code(bad), "InvalidParameter");
    let same = sns.create_topic().name("t").send().await.unwrap();
    assert_eq!(same.topic_arn(), Some(arn.as_str()));
    let other = sns.create_topic().name("t").attributes("DisplayName", "x").send().await;
    assert_eq!(code(other), "InvalidParameter");
}

#[tokio::test]
async fn keys_have_policies_and_rotation() {
    let local = local();
    let kms = aws_sdk_kms::Client::new(&sdk(&local));
    let key = kms.create_key().send().await.unwrap().key_metadata.unwrap();
    let id = key.key_id();
    kms.enable_key_rotation().key_id(id).send().await.unwrap();
    let shown = kms.get_key_rotation_status().key_id(id).send().await.unwrap();
    assert!(shown.key_rotation_enabled());
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*"}]}"#;
    kms.put_key_policy().key_id(id).policy_name("default").policy(policy).send().await.unwrap();
    let got = kms.get_key_policy().key_id(id).policy_name("default").send().await.unwrap();
    assert_eq!(got.policy(), Some(policy));
    kms.create_alias().alias_name("alias/a").target_key_id(id).send().await.unwrap();
    let again = kms.create_alias().alias_name("alias/a").target_key_id(id).send().await;
    assert_eq!(code(again), "AlreadyExistsException");
    let aliases = kms.list_aliases().key_id(id).send().await.unwrap();
    assert_eq!(aliases.aliases()[0].alias_name(), Some("alias/a"));
    kms.delete_alias().alias_name("alias/a").send().await.unwrap();
    kms.schedule_key_deletion().key_id(id).pending_window_in_days(7).send().await.unwrap();
    let shown = kms.describe_key().key_id(id).send().await.unwrap().key_metadata.unwrap();
    assert_eq!(shown.key_state().unwrap().as_str(), "PendingDeletion");
}

#[tokio::test]
async fn a_secret_waits_before_it_is_gone() {
    let local = local();
    let secrets = aws_sdk_secretsmanager::Client::new(&sdk(&local));
    let make = || secrets.create_secret().name("db").secret_string("one").send();
    let arn = make().await.unwrap().arn.unwrap();
    assert_eq!(code(make().await), "ResourceExistsException");
    secrets.update_secret().secret_id("db").description("new").send().await.unwrap();
    secrets.delete_secret().secret_id("db").recovery_window_in_days(7).send().await.unwrap();
    assert_eq!(
        code(secrets.get_secret_value().secret_id("db").send().await),
        "InvalidRequestException"
    );
    secrets.restore_secret().secret_id(&arn).send().await.unwrap();
    let got = secrets.get_secret_value().secret_id("db").send().await.unwrap();
    assert_eq!(got.secret_string(), Some("one"));
    let listed = secrets.list_secrets().send().await.unwrap();
    assert_eq!(listed.secret_list()[0].name(), Some("db"));
    let tag = aws_sdk_secretsmanager::types::Tag::builder().key("k").value("v").build();
    secrets.tag_resource().secret_id("db").tags(tag).send().await.unwrap();
}

#[tokio::test]
async fn who_am_i() {
    let local = local();
    let sts = aws_sdk_sts::Client::new(&sdk(&local));
    let me = sts.get_caller_identity().send().await.unwrap();
    assert_eq!(me.arn(), Some("arn:aws:iam::123456789012:user/local"));
    let iam = aws_sdk_iam::Client::new(&sdk(&local));
    let make = iam.create_role().role_name("r").assume_role_policy_document(TRUST);
    let arn = make.send().await.unwrap().role.unwrap().arn;
    let role = sts.assume_role().role_arn(arn).role_session_name("s").send().await.unwrap();
    let left = role.credentials().unwrap().expiration().secs() - local.now().as_second();
    assert!((3000..=3700).contains(&left), "{left}");
}

#[tokio::test]
async fn what_carries_a_tag_is_found_in_every_service_without_a_call() {
    let local = local();
    let config = sdk(&local);
    let (key, value) = ("dmsrun:stack", "shop");
    let ec2 = aws_sdk_ec2::Client::new(&config);
    let tag = aws_sdk_ec2::types::Tag::builder().key(key).value(value).build();
    let tags = aws_sdk_ec2::types::TagSpecification::builder()
        .resource_type(aws_sdk_ec2::types::ResourceType::Vpc)
        .tags(tag)
        .build();
    let vpc = ec2.create_vpc().cidr_block("10.0.0.0/16").tag_specifications(tags);
    // The answer is kept beside what it made, and counts once.
    let vpc = vpc.send().await.unwrap().vpc.unwrap();
    let logs = aws_sdk_cloudwatchlogs::Client::new(&config);
    logs.create_log_group().log_group_name("dms").tags(key, value).send().await.unwrap();
    let topics = aws_sdk_sns::Client::new(&config);
    let tag = aws_sdk_sns::types::Tag::builder().key(key).value(value).build().unwrap();
    let topic = topics.create_topic().name("alerts").tags(tag).send().await.unwrap();
    let secrets = aws_sdk_secretsmanager::Client::new(&config);
    let tag = aws_sdk_secretsmanager::types::Tag::builder().key(key).value(value).build();
    secrets.create_secret().name("s").secret_string("x").tags(tag).send().await.unwrap();
    let roles = aws_sdk_iam::Client::new(&config);
    let tag = aws_sdk_iam::types::Tag::builder().key(key).value(value).build().unwrap();
    let role = roles.create_role().role_name("r").assume_role_policy_document(TRUST);
    role.tags(tag).send().await.unwrap();
    let dms = aws_sdk_databasemigration::Client::new(&config);
    let tag = aws_sdk_databasemigration::types::Tag::builder().key(key).value(value).build();
    let endpoint = dms.create_endpoint().endpoint_identifier("source").engine_name("mysql");
    let endpoint = endpoint
        .endpoint_type(aws_sdk_databasemigration::types::ReplicationEndpointTypeValue::Source)
        .username("u")
        .password("p")
        .server_name("db")
        .port(3306)
        .tags(tag)
        .send()
        .await
        .unwrap();
    let calls = local.calls();
    let found = |prefix: &str| -> Vec<String> {
        let line = |one: &serde_json::Value| {
            assert_eq!(one["tags"][key], value, "{one}");
            format!("{} {}", one["service"], one["name"]).replace('"', "")
        };
        local.tagged(prefix).iter().map(line).collect()
    };
    let endpoint = endpoint.endpoint.unwrap().endpoint_arn.unwrap();
    let expected = [
        format!("dms {endpoint}"),
        format!("ec2 {}", vpc.vpc_id.unwrap()),
        "iam r".to_owned(),
        "logs dms".to_owned(),
        "secretsmanager s".to_owned(),
        format!("sns {}", topic.topic_arn.unwrap()),
    ];
    assert_eq!(found("dmsrun:"), expected);
    assert_eq!(found("other:"), [""; 0]);
    assert_eq!(local.calls(), calls);
}
