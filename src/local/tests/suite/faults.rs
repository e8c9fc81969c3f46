//! Faults at the seam, and time during a call.

use super::{code, local, sdk};
use dmsrun_base::drive;
use dmsrun_local::{Fault, FaultKind, When};
use std::time::Duration;

#[tokio::test]
async fn a_call_fails_loses_its_answer_reaches_nobody_or_takes_long() {
    let local = local();
    let ec2 = aws_sdk_ec2::Client::new(&sdk(&local));
    let faults = local.faults();
    faults.set_text("ec2:CreateVpc#1=RequestLimitExceeded").unwrap();
    faults.set_text("ec2:CreateVpc#2=drop").unwrap();
    let make = || ec2.create_vpc().cidr_block("10.0.0.0/16").send();
    assert_eq!(code(make().await), "RequestLimitExceeded");
    assert!(ec2.describe_vpcs().send().await.unwrap().vpcs().is_empty());
    let lost = make().await.unwrap_err();
    assert!(matches!(lost, aws_sdk_ec2::error::SdkError::DispatchFailure(_)), "{lost:?}");
    assert_eq!(ec2.describe_vpcs().send().await.unwrap().vpcs().len(), 1);

    faults.set_text("ec2:CreateVpc#1=fail-after InternalError").unwrap();
    assert_eq!(code(make().await), "InternalError");
    assert_eq!(ec2.describe_vpcs().send().await.unwrap().vpcs().len(), 2, "it is there");

    faults.set_text("ec2:DescribeVpcs#1=offline").unwrap();
    let away = ec2.describe_vpcs().send().await.unwrap_err();
    assert!(format!("{away:?}").contains("ConnectionRefused"), "{away:?}");

    let delay = FaultKind::Delay(Duration::from_secs(40));
    let fault = Fault {
        service: "ec2".into(),
        operation: "DescribeVpcs".into(),
        when: When::Nth(1),
        kind: delay,
    };
    faults.set(fault);
    let (clock, before) = (local.clock(), local.now());
    drive(&clock, ec2.describe_vpcs().send()).await.unwrap();
    assert_eq!(local.now().duration_since(before).as_secs(), 40);
    faults.clear();

    for service in ["sns", "cloudwatch", "logs", "iam", "s3", "dms", "kms"] {
        faults.set_text(&format!("{service}:*=ThrottlingException")).unwrap();
    }
    let config = sdk(&local);
    let throttled = "ThrottlingException";
    assert_eq!(code(aws_sdk_sns::Client::new(&config).list_topics().send().await), throttled);
    let watch = aws_sdk_cloudwatch::Client::new(&config);
    assert_eq!(code(watch.describe_alarms().send().await), throttled);
    let logs = aws_sdk_cloudwatchlogs::Client::new(&config);
    assert_eq!(code(logs.describe_log_groups().send().await), throttled);
    assert_eq!(code(aws_sdk_iam::Client::new(&config).list_roles().send().await), throttled);
    assert_eq!(code(aws_sdk_s3::Client::new(&config).list_buckets().send().await), throttled);
    let dms = aws_sdk_databasemigration::Client::new(&config);
    assert_eq!(code(dms.describe_endpoints().send().await), throttled);
    assert_eq!(code(aws_sdk_kms::Client::new(&config).list_keys().send().await), throttled);
}
