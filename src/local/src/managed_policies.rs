//! The AWS-managed policies that a migration attaches to roles.

use serde_json::{Value as Json, json};

/// Name, path, and the actions that the policy allows on all resources.
const POLICIES: &[(&str, &str, &[&str])] = &[
    (
        "AmazonDMSVPCManagementRole",
        "/service-role/",
        &[
            "ec2:CreateNetworkInterface",
            "ec2:DescribeAvailabilityZones",
            "ec2:DescribeInternetGateways",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSubnets",
            "ec2:DescribeVpcs",
            "ec2:DeleteNetworkInterface",
            "ec2:ModifyNetworkInterfaceAttribute",
            "ec2:DescribeDhcpOptions",
            "ec2:DescribeNetworkInterfaces",
        ],
    ),
    (
        "AmazonDMSCloudWatchLogsRole",
        "/service-role/",
        &[
            "logs:CreateLogGroup",
            "logs:CreateLogStream",
            "logs:DescribeLogGroups",
            "logs:DescribeLogStreams",
            "logs:PutLogEvents",
        ],
    ),
    (
        "AmazonDMSRedshiftS3Role",
        "/service-role/",
        &[
            "s3:CreateBucket",
            "s3:ListBucket",
            "s3:DeleteBucket",
            "s3:GetBucketLocation",
            "s3:GetObject",
            "s3:PutObject",
            "s3:DeleteObject",
            "s3:GetObjectVersion",
            "s3:GetBucketPolicy",
            "s3:PutBucketPolicy",
            "s3:GetBucketAcl",
            "s3:PutBucketVersioning",
            "s3:GetBucketVersioning",
            "s3:PutLifecycleConfiguration",
            "s3:GetLifecycleConfiguration",
            "s3:DeleteBucketPolicy",
        ],
    ),
    ("AdministratorAccess", "/", &["*"]),
    ("ReadOnlyAccess", "/", &["*:Get*", "*:List*", "*:Describe*"]),
    ("SecretsManagerReadWrite", "/", &["secretsmanager:*"]),
    ("AmazonS3FullAccess", "/", &["s3:*", "s3-object-lambda:*"]),
    ("AmazonS3ReadOnlyAccess", "/", &["s3:Get*", "s3:List*", "s3:Describe*"]),
    ("CloudWatchLogsFullAccess", "/", &["logs:*", "cloudwatch:GenerateQuery"]),
];

/// When AWS made them: long before any rehearsal.
const CREATED: &str = "2016-05-03T16:33:17Z";

/// Puts them among the policies of IAM, in the form of its state.
pub(crate) fn add_to(state: &mut Json) {
    let Json::Object(members) = state else { return };
    let policies = members.entry("policies").or_insert_with(|| json!({}));
    for (n, (name, path, actions)) in POLICIES.iter().enumerate() {
        let arn = format!("arn:aws:iam::aws:policy{path}{name}");
        if !policies[arn.as_str()].is_null() {
            continue;
        }
        let document = json!({
            "Version": "2012-10-17",
            "Statement": [{ "Effect": "Allow", "Action": actions, "Resource": "*" }],
        })
        .to_string();
        policies[arn.as_str()] = json!({
            "policy_name": name, "policy_id": format!("ANPALOCALAWSMANAGED{n:02}"), "arn": arn,
            "path": path, "default_version_id": "v1",
            "description": format!("AWS managed policy {name}"),
            "create_date": CREATED, "update_date": CREATED, "is_attachable": true,
            "document": document, "tags": {}, "attachment_count": 0,
            "versions": [{
                "version_id": "v1", "document": document, "is_default_version": true,
                "create_date": CREATED,
            }],
        });
    }
}

/// Whether an ARN is of AWS's own policies.
pub(crate) fn is_managed_by_aws(arn: &str) -> bool {
    arn.starts_with("arn:aws:iam::aws:policy/")
}
