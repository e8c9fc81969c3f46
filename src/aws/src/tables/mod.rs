//! The services: one printed table each, and how its client is made.

// The tables name every member, the deprecated ones too: a live answer may hold them.
#![allow(deprecated)]

pub mod cloudwatch;
pub mod dms;
pub mod ec2;
pub mod iam;
pub mod kms;
pub mod logs;
pub mod rds;
pub mod s3;
pub mod secretsmanager;
pub mod service_quotas;
pub mod sns;
pub mod sts;
pub mod tagging;

use crate::service::{Service, Setup};
use aws_types::SdkConfig;
use std::sync::Arc;

macro_rules! service {
    ($name:ident, $title:literal, $sdk:ident) => {
        Service {
            name: stringify!($name),
            title: $title,
            client: |config, _| Arc::new($sdk::Client::new(config)),
            operations: $name::OPERATIONS,
        }
    };
}

/// Every service, in the order of their names.
pub static SERVICES: &[Service] = &[
    service!(cloudwatch, "CloudWatch", aws_sdk_cloudwatch),
    service!(dms, "Database Migration Service", aws_sdk_databasemigration),
    service!(ec2, "Elastic Compute Cloud (VPC)", aws_sdk_ec2),
    service!(iam, "Identity and Access Management", aws_sdk_iam),
    service!(kms, "Key Management Service", aws_sdk_kms),
    service!(logs, "CloudWatch Logs", aws_sdk_cloudwatchlogs),
    service!(rds, "Relational Database Service", aws_sdk_rds),
    Service {
        name: "s3",
        title: "Simple Storage Service",
        client: |config, setup| Arc::new(s3_client(config, setup)),
        operations: s3::OPERATIONS,
    },
    service!(secretsmanager, "Secrets Manager", aws_sdk_secretsmanager),
    service!(service_quotas, "Service Quotas", aws_sdk_servicequotas),
    service!(sns, "Simple Notification Service", aws_sdk_sns),
    service!(sts, "Security Token Service", aws_sdk_sts),
    service!(tagging, "Resource Groups Tagging", aws_sdk_resourcegroupstagging),
];

/// Emulators and the local AWS have no host name per bucket.
fn s3_client(config: &SdkConfig, setup: &Setup) -> aws_sdk_s3::Client {
    let own_endpoint = std::env::var_os("AWS_ENDPOINT_URL_S3").is_some();
    let builder = aws_sdk_s3::config::Builder::from(config)
        .force_path_style(setup.custom_endpoint || own_endpoint);
    aws_sdk_s3::Client::from_conf(builder.build())
}

/// A builder's own list of members beside the table's.
#[cfg(test)]
pub struct Members {
    pub name: &'static str,
    pub debug: String,
    pub table: Vec<&'static str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `Debug` shows of an empty builder: its own list of members.
    fn members(debug: &str) -> Vec<&str> {
        let body = debug.split_once('{').map_or("", |(_, body)| body).trim_end_matches('}');
        body.split(", ")
            .filter_map(|member| member.split_once(':'))
            .map(|(name, _)| name.trim().trim_start_matches("r#"))
            .filter(|name| !name.starts_with('_'))
            .collect()
    }

    #[test]
    fn every_structure_and_operation_has_all_its_members() {
        let tables = [
            (cloudwatch::structure_members(), cloudwatch::operation_members()),
            (dms::structure_members(), dms::operation_members()),
            (ec2::structure_members(), ec2::operation_members()),
            (iam::structure_members(), iam::operation_members()),
            (kms::structure_members(), kms::operation_members()),
            (logs::structure_members(), logs::operation_members()),
            (rds::structure_members(), rds::operation_members()),
            (s3::structure_members(), s3::operation_members()),
            (secretsmanager::structure_members(), secretsmanager::operation_members()),
            (service_quotas::structure_members(), service_quotas::operation_members()),
            (sns::structure_members(), sns::operation_members()),
            (sts::structure_members(), sts::operation_members()),
            (tagging::structure_members(), tagging::operation_members()),
        ];
        assert_eq!(tables.len(), SERVICES.len());
        let mut wrong = Vec::new();
        for (service, (structures, operations)) in SERVICES.iter().zip(tables) {
            for row in structures.into_iter().chain(operations) {
                let mut have: Vec<&str> =
                    row.table.iter().map(|name| crate::shape::plain(name)).collect();
                let mut want = members(&row.debug);
                have.sort_unstable();
                want.sort_unstable();
                if have != want {
                    wrong.push(format!("{}: {}: {have:?} is not {want:?}", service.name, row.name));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn names_are_in_order_and_pages_are_members() {
        assert!(SERVICES.is_sorted_by_key(|service| service.name));
        for service in SERVICES {
            assert!(service.operations.is_sorted_by_key(|operation| operation.name));
            for operation in service.operations {
                let Some(pages) = operation.pages else { continue };
                let input = |name: &str| operation.fields.iter().any(|f| f.name == name);
                let output = |name: &str| operation.outputs.iter().any(|f| f.name == name);
                let at = format!("{}.{}", service.name, operation.name);
                assert!(pages.tokens.iter().all(|(i, o)| input(i) && output(o)), "{at}: tokens");
                assert!(pages.items.iter().all(|item| output(item)), "{at}: items");
            }
        }
    }

    #[test]
    fn dms_is_complete() {
        assert_eq!(dms::OPERATIONS.len(), 119);
    }
}
