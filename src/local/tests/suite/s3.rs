//! Buckets and objects.

use super::{code, local, sdk};
use aws_sdk_s3::{
    Client,
    primitives::ByteStream,
    types::{
        BucketLifecycleConfiguration, BucketLocationConstraint, BucketVersioningStatus,
        CreateBucketConfiguration, Delete, ExpirationStatus, LifecycleExpiration, LifecycleRule,
        LifecycleRuleFilter, NoncurrentVersionExpiration, ObjectIdentifier, ObjectOwnership,
        OwnershipControls, OwnershipControlsRule, PublicAccessBlockConfiguration,
        ServerSideEncryption, ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration,
        ServerSideEncryptionRule, Tag, Tagging, VersioningConfiguration,
    },
};

pub(crate) async fn bucket(s3: &Client, name: &str) {
    let here = CreateBucketConfiguration::builder()
        .location_constraint(BucketLocationConstraint::EuWest1)
        .build();
    s3.create_bucket().bucket(name).create_bucket_configuration(here).send().await.unwrap();
}

#[tokio::test]
async fn a_bucket_with_all_its_settings() {
    let local = local();
    let s3 = Client::new(&sdk(&local));
    assert_eq!(
        code(s3.create_bucket().bucket("logs-1").send().await),
        "IllegalLocationConstraintException"
    );
    bucket(&s3, "logs-1").await;
    let here = CreateBucketConfiguration::builder()
        .location_constraint(BucketLocationConstraint::EuWest1)
        .build();
    let again = s3.create_bucket().bucket("logs-1").create_bucket_configuration(here).send();
    assert_eq!(code(again.await), "BucketAlreadyOwnedByYou");
    s3.head_bucket().bucket("logs-1").send().await.unwrap();
    assert!(s3.head_bucket().bucket("nothing").send().await.is_err());
    let place = s3.get_bucket_location().bucket("logs-1").send().await.unwrap();
    assert_eq!(place.location_constraint().unwrap().as_str(), "eu-west-1");

    assert_eq!(code(s3.get_bucket_tagging().bucket("logs-1").send().await), "NoSuchTagSet");
    let tag = Tag::builder().key("dmsrun:stack").value("shop & co").build().unwrap();
    let tags = Tagging::builder().tag_set(tag).build().unwrap();
    s3.put_bucket_tagging().bucket("logs-1").tagging(tags).send().await.unwrap();
    let shown = s3.get_bucket_tagging().bucket("logs-1").send().await.unwrap();
    assert_eq!(shown.tag_set()[0].value(), "shop & co");

    let on = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
    s3.put_bucket_versioning().bucket("logs-1").versioning_configuration(on).send().await.unwrap();
    let shown = s3.get_bucket_versioning().bucket("logs-1").send().await.unwrap();
    assert_eq!(shown.status(), Some(&BucketVersioningStatus::Enabled));

    let aes = ServerSideEncryptionByDefault::builder()
        .sse_algorithm(ServerSideEncryption::Aes256)
        .build()
        .unwrap();
    let rule =
        ServerSideEncryptionRule::builder().apply_server_side_encryption_by_default(aes).build();
    let sse = ServerSideEncryptionConfiguration::builder().rules(rule).build().unwrap();
    let put = s3.put_bucket_encryption().bucket("logs-1");
    put.server_side_encryption_configuration(sse).send().await.unwrap();
    let shown = s3.get_bucket_encryption().bucket("logs-1").send().await.unwrap();
    let rule = &shown.server_side_encryption_configuration().unwrap().rules()[0];
    let algorithm = rule.apply_server_side_encryption_by_default().unwrap().sse_algorithm();
    assert_eq!(algorithm, &ServerSideEncryption::Aes256);

    let block = PublicAccessBlockConfiguration::builder()
        .block_public_acls(true)
        .ignore_public_acls(true)
        .block_public_policy(true)
        .restrict_public_buckets(true)
        .build();
    let put = s3.put_public_access_block().bucket("logs-1");
    put.public_access_block_configuration(block).send().await.unwrap();
    let shown = s3.get_public_access_block().bucket("logs-1").send().await.unwrap();
    let shown = shown.public_access_block_configuration().unwrap();
    assert_eq!(shown.restrict_public_buckets(), Some(true));

    let rule = OwnershipControlsRule::builder()
        .object_ownership(ObjectOwnership::BucketOwnerEnforced)
        .build()
        .unwrap();
    let rules = OwnershipControls::builder().rules(rule).build().unwrap();
    let put = s3.put_bucket_ownership_controls().bucket("logs-1");
    put.ownership_controls(rules).send().await.unwrap();
    let shown = s3.get_bucket_ownership_controls().bucket("logs-1").send().await.unwrap();
    let rule = &shown.ownership_controls().unwrap().rules()[0];
    assert_eq!(rule.object_ownership(), &ObjectOwnership::BucketOwnerEnforced);

    s3.delete_bucket().bucket("logs-1").send().await.unwrap();
    assert!(s3.list_buckets().send().await.unwrap().buckets().is_empty());
}

#[tokio::test]
async fn lifecycle_and_policy_come_back_as_they_were() {
    let local = local();
    let s3 = Client::new(&sdk(&local));
    bucket(&s3, "logs-2").await;
    assert_eq!(
        code(s3.get_bucket_lifecycle_configuration().bucket("logs-2").send().await),
        "NoSuchLifecycleConfiguration"
    );
    let rule = LifecycleRule::builder()
        .id("expire")
        .status(ExpirationStatus::Enabled)
        .filter(LifecycleRuleFilter::builder().prefix("").build())
        .expiration(LifecycleExpiration::builder().days(90).build())
        .noncurrent_version_expiration(
            NoncurrentVersionExpiration::builder().noncurrent_days(30).build(),
        )
        .build()
        .unwrap();
    let rules = BucketLifecycleConfiguration::builder().rules(rule).build().unwrap();
    let put = s3.put_bucket_lifecycle_configuration().bucket("logs-2");
    put.lifecycle_configuration(rules).send().await.unwrap();
    let shown = s3.get_bucket_lifecycle_configuration().bucket("logs-2").send().await.unwrap();
    let rule = &shown.rules()[0];
    assert_eq!(rule.id(), Some("expire"));
    assert_eq!(rule.expiration().and_then(|e| e.days()), Some(90));
    let old = rule.noncurrent_version_expiration().and_then(|e| e.noncurrent_days());
    assert_eq!(old, Some(30));

    assert_eq!(code(s3.get_bucket_policy().bucket("logs-2").send().await), "NoSuchBucketPolicy");
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::logs-2/*"}]}"#;
    s3.put_bucket_policy().bucket("logs-2").policy(policy).send().await.unwrap();
    let shown = s3.get_bucket_policy().bucket("logs-2").send().await.unwrap();
    assert_eq!(shown.policy(), Some(policy));
    s3.delete_bucket_policy().bucket("logs-2").send().await.unwrap();
}

#[tokio::test]
async fn objects_go_in_and_out_and_a_full_bucket_stays() {
    let local = local();
    let s3 = Client::new(&sdk(&local));
    bucket(&s3, "data").await;
    let on = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
    s3.put_bucket_versioning().bucket("data").versioning_configuration(on).send().await.unwrap();
    let big = vec![b'x'; 200_000];
    for (key, body) in [("a/one+two.txt", b"hello".to_vec()), ("a/three ü", big.clone())] {
        let put = s3.put_object().bucket("data").key(key).body(ByteStream::from(body.clone()));
        let put = put.content_type("text/plain").metadata("who", "me").send().await.unwrap();
        assert!(put.version_id().is_some());
        let got = s3.get_object().bucket("data").key(key).send().await.unwrap();
        assert_eq!(got.content_type(), Some("text/plain"));
        assert_eq!(got.metadata().unwrap()["who"], "me");
        assert_eq!(got.last_modified().unwrap().secs(), local.now().as_second());
        assert_eq!(got.body.collect().await.unwrap().to_vec(), body);
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &big).unwrap();
    let stream = ByteStream::read_from().path(file.path()).build().await;
    if let Ok(stream) = stream {
        s3.put_object().bucket("data").key("streamed").body(stream).send().await.unwrap();
        let got = s3.get_object().bucket("data").key("streamed").send().await.unwrap();
        assert_eq!(got.body.collect().await.unwrap().to_vec(), big);
    }
    let listed = s3.list_objects_v2().bucket("data").prefix("a/").send().await.unwrap();
    let keys: Vec<_> = listed.contents().iter().filter_map(|o| o.key()).collect();
    assert_eq!(keys, ["a/one+two.txt", "a/three ü"]);
    assert_eq!(code(s3.delete_bucket().bucket("data").send().await), "BucketNotEmpty");
    s3.delete_object().bucket("data").key("a/one+two.txt").send().await.unwrap();
    let versions = s3.list_object_versions().bucket("data").send().await.unwrap();
    assert_eq!(versions.delete_markers().len(), 1);
    let mut doomed = Vec::new();
    for (key, version) in versions
        .versions()
        .iter()
        .map(|v| (v.key(), v.version_id()))
        .chain(versions.delete_markers().iter().map(|m| (m.key(), m.version_id())))
    {
        let one = ObjectIdentifier::builder().key(key.unwrap()).version_id(version.unwrap());
        doomed.push(one.build().unwrap());
    }
    let doomed = Delete::builder().set_objects(Some(doomed)).build().unwrap();
    let gone = s3.delete_objects().bucket("data").delete(doomed).send().await.unwrap();
    assert!(gone.errors().is_empty(), "{:?}", gone.errors());
    let versions = s3.list_object_versions().bucket("data").send().await.unwrap();
    assert!(versions.versions().is_empty() && versions.delete_markers().is_empty());
    s3.delete_bucket().bucket("data").send().await.unwrap();
}
