//! What is on disk, and when.

use super::{code, options, pass, s3::bucket, sdk};
use crate::services::TRUST;
use dmsrun_local::Local;

#[tokio::test]
async fn everything_is_there_again() {
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path().join(".dmsrun/local");
    let big = vec![b'y'; 100_000];
    let (vpc, arn, version, time) = {
        let local = Local::open(options(Some(&home))).unwrap();
        let config = sdk(&local);
        let ec2 = aws_sdk_ec2::Client::new(&config);
        let vpc = ec2.create_vpc().cidr_block("10.0.0.0/16").send().await.unwrap().vpc.unwrap();
        let secrets = aws_sdk_secretsmanager::Client::new(&config);
        let made = secrets.create_secret().name("db").secret_string("s").send().await.unwrap();
        let s3 = aws_sdk_s3::Client::new(&config);
        bucket(&s3, "data").await;
        for (key, body) in [("small", b"hello".to_vec()), ("big", big.clone())] {
            s3.put_object().bucket("data").key(key).body(body.into()).send().await.unwrap();
        }
        let logs = aws_sdk_cloudwatchlogs::Client::new(&config);
        logs.create_log_group().log_group_name("g").send().await.unwrap();
        let iam = aws_sdk_iam::Client::new(&config);
        let role = iam.create_role().role_name("r").assume_role_policy_document(TRUST).send().await;
        let version = role.unwrap().role.unwrap().role_id;
        pass(&local, 1234).await;
        (vpc.vpc_id.unwrap(), made.arn.unwrap(), version, local.now())
    };
    let local = Local::open(options(Some(&home))).unwrap();
    assert_eq!(local.now(), time);
    let config = sdk(&local);
    let ec2 = aws_sdk_ec2::Client::new(&config);
    let shown = ec2.describe_vpcs().vpc_ids(&vpc).send().await.unwrap();
    assert_eq!(shown.vpcs()[0].cidr_block(), Some("10.0.0.0/16"));
    let secrets = aws_sdk_secretsmanager::Client::new(&config);
    let got = secrets.get_secret_value().secret_id(&arn).send().await.unwrap();
    assert_eq!(got.secret_string(), Some("s"));
    let s3 = aws_sdk_s3::Client::new(&config);
    let got = s3.get_object().bucket("data").key("big").send().await.unwrap();
    assert_eq!(got.body.collect().await.unwrap().to_vec(), big);
    let got = s3.get_object().bucket("data").key("small").send().await.unwrap();
    assert_eq!(got.body.collect().await.unwrap().to_vec(), b"hello");
    let iam = aws_sdk_iam::Client::new(&config);
    let role = iam.get_role().role_name("r").send().await.unwrap().role.unwrap();
    assert_eq!(role.role_id(), version);
    let other = ec2.create_vpc().cidr_block("10.1.0.0/16").send().await.unwrap().vpc.unwrap();
    assert_ne!(other.vpc_id.unwrap(), vpc);
}

#[tokio::test]
async fn a_change_is_on_disk_before_it_is_answered() {
    let dir = tempfile::tempdir().unwrap();
    let local = Local::open(options(Some(dir.path()))).unwrap();
    let ec2 = aws_sdk_ec2::Client::new(&sdk(&local));
    let vpc = ec2.create_vpc().cidr_block("10.0.0.0/16").send().await.unwrap().vpc.unwrap();
    // As after a kill: the files as they are now, in another place.
    let copy = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(dir.path()).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    let second = Local::open(options(Some(copy.path()))).unwrap();
    let ec2 = aws_sdk_ec2::Client::new(&sdk(&second));
    let shown = ec2.describe_vpcs().send().await.unwrap();
    assert_eq!(shown.vpcs()[0].vpc_id(), vpc.vpc_id());
    let error = Local::open(options(Some(dir.path()))).unwrap_err();
    assert_eq!(error.summary, "The local AWS is in use by another process");
}

#[tokio::test]
async fn a_file_that_fits_no_service_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    drop(Local::open(options(Some(dir.path()))).unwrap());
    let path = dir.path().join("ec2.json");
    let clock = std::fs::read_to_string(dir.path().join("clock.json")).unwrap();
    let header = clock.lines().next().unwrap();
    std::fs::write(&path, format!("{header}\n[1,2]\n")).unwrap();
    let error = Local::open(options(Some(dir.path()))).unwrap_err();
    assert!(error.to_string().contains("ec2.json is corrupt"), "{error}");
    assert!(Local::reset(dir.path()).unwrap());
    let local = Local::open(options(Some(dir.path()))).unwrap();
    let ec2 = aws_sdk_ec2::Client::new(&sdk(&local));
    assert_eq!(code(ec2.delete_vpc().vpc_id("vpc-1").send().await), "InvalidVpcID.NotFound");
}

#[tokio::test]
#[ignore = "a measurement: cargo test -- --ignored --nocapture"]
async fn measure_calls_on_disk() {
    let dir = tempfile::tempdir().unwrap();
    let local = Local::open(options(Some(dir.path()))).unwrap();
    let config = sdk(&local);
    let ec2 = aws_sdk_ec2::Client::new(&config);
    let vpc = ec2.create_vpc().cidr_block("10.0.0.0/16").send().await.unwrap().vpc.unwrap();
    let vpc = vpc.vpc_id.unwrap();
    let time = |name: &str, from: std::time::Instant, n: u32| {
        println!("{name}: {:?} a call", from.elapsed() / n);
    };
    let from = std::time::Instant::now();
    for n in 0..100 {
        let make = ec2.create_security_group().group_name(format!("g{n}")).description("d");
        make.vpc_id(&vpc).send().await.unwrap();
    }
    time("create_security_group", from, 100);
    let from = std::time::Instant::now();
    for _ in 0..100 {
        ec2.describe_vpcs().send().await.unwrap();
    }
    time("describe_vpcs", from, 100);
    let iam = aws_sdk_iam::Client::new(&config);
    let from = std::time::Instant::now();
    for n in 0..50 {
        let make = iam.create_role().role_name(format!("r{n}"));
        make.assume_role_policy_document(TRUST).send().await.unwrap();
    }
    time("create_role", from, 50);
    drop((ec2, iam, config, local));
    let from = std::time::Instant::now();
    let _local = Local::open(options(Some(dir.path()))).unwrap();
    time("open", from, 1);
}
