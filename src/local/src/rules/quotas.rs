//! The quotas of a new account that a migration can run into.

use crate::{account::Call, services::Service, wire::Refusal};
use serde_json::{Value as Json, json};

/// Service, its name, code of the quota, its name, value.
const QUOTAS: &[(&str, &str, &str, &str, f64)] = &[
    ("vpc", "Amazon Virtual Private Cloud (Amazon VPC)", "L-F678F1CE", "VPCs per Region", 5.0),
    (
        "vpc",
        "Amazon Virtual Private Cloud (Amazon VPC)",
        "L-A4707A72",
        "Internet gateways per Region",
        5.0,
    ),
    (
        "vpc",
        "Amazon Virtual Private Cloud (Amazon VPC)",
        "L-FE5A380F",
        "NAT gateways per Availability Zone",
        5.0,
    ),
    ("vpc", "Amazon Virtual Private Cloud (Amazon VPC)", "L-407747CB", "Subnets per VPC", 200.0),
    (
        "vpc",
        "Amazon Virtual Private Cloud (Amazon VPC)",
        "L-589F43AA",
        "Route tables per VPC",
        200.0,
    ),
    (
        "vpc",
        "Amazon Virtual Private Cloud (Amazon VPC)",
        "L-E79EC296",
        "VPC security groups per Region",
        2500.0,
    ),
    (
        "vpc",
        "Amazon Virtual Private Cloud (Amazon VPC)",
        "L-29B6F2EB",
        "Interface VPC endpoints per VPC",
        50.0,
    ),
    ("ec2", "Amazon Elastic Compute Cloud (Amazon EC2)", "L-0263D0A3", "EC2-VPC Elastic IPs", 5.0),
];

pub(super) fn before(service: &Service, call: &Call<'_>) -> Result<(), Refusal> {
    let there = |state: &Json| state["quotas"]["ec2:L-0263D0A3"]["value"] == 5.0;
    if service.read(call.region, there) {
        return Ok(());
    }
    service.edit(call.region, |state| {
        for (code, name, quota, quota_name, value) in QUOTAS {
            state["services"][*code] = json!({ "service_code": code, "service_name": name });
            state["quotas"][format!("{code}:{quota}")] = json!({
                "service_code": code, "service_name": name, "quota_code": quota,
                "quota_name": quota_name, "value": value, "unit": "None", "adjustable": true,
                "global_quota": false, "description": quota_name,
                "quota_arn": format!(
                    "arn:aws:servicequotas:{}:{}:{code}/{quota}", call.region, call.account),
            });
        }
    });
    Ok(())
}
