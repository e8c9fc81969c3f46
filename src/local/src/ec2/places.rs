//! Regions, zones and the attributes of the account.

use super::{Answer, Turn, describe, invalid};
use crate::wire::Refusal;
use serde_json::{Value as Json, json};

/// The regions that are on without asking.
const REGIONS: &[&str] = &[
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// The zones of a region: name and id.
pub(crate) fn zones(region: &str) -> [(String, String); 3] {
    // eu-west-1 → euw1, as AWS shortens it.
    let mut parts = region.split('-');
    let area = parts.next().unwrap_or_default();
    let side: String = match parts.next().unwrap_or_default() {
        "northeast" => "ne".into(),
        "southeast" => "se".into(),
        "northwest" => "nw".into(),
        "southwest" => "sw".into(),
        side => side.chars().take(1).collect(),
    };
    let number = parts.next().unwrap_or_default();
    [("a", 1), ("b", 2), ("c", 3)]
        .map(|(letter, n)| (format!("{region}{letter}"), format!("{area}{side}{number}-az{n}")))
}

impl Turn<'_> {
    pub fn describe_availability_zones(&self) -> Answer {
        let region = self.call.region;
        let (names, ids) = (self.form.list("ZoneName"), self.form.list("ZoneId"));
        let known = zones(region);
        if let Some(name) = names.iter().find(|name| !known.iter().any(|(n, _)| n == *name)) {
            let message = format!("Invalid availability zone: [{name}]");
            return Err(Refusal::new("InvalidParameterValue", message));
        }
        let filters = describe::filters(self.form, |name| {
            Some(match name {
                "zone-name" => "zoneName",
                "zone-id" => "zoneId",
                "zone-type" => "zoneType",
                "region-name" => "regionName",
                "state" => "zoneState",
                "opt-in-status" => "optInStatus",
                "group-name" => "groupName",
                _ => return None,
            })
        })?;
        let shown: Vec<Json> = known
            .iter()
            .filter(|(name, id)| {
                (names.is_empty() || names.contains(name)) && (ids.is_empty() || ids.contains(id))
            })
            .map(|(name, id)| {
                json!({
                    "zoneName": name, "zoneId": id, "zoneState": "available",
                    "regionName": region, "groupName": format!("{region}-zg-1"),
                    "networkBorderGroup": region, "zoneType": "availability-zone",
                    "optInStatus": "opt-in-not-required", "messageSet": [],
                })
            })
            .filter(|zone| filters.iter().all(|filter| filter.fits(zone)))
            .collect();
        Ok(json!({ "availabilityZoneInfo": shown }))
    }

    pub fn describe_regions(&self) -> Answer {
        let names = self.form.list("RegionName");
        if let Some(name) = names.iter().find(|name| !REGIONS.contains(&name.as_str())) {
            return Err(invalid(name, "region", "The region does not exist."));
        }
        let filters = describe::filters(self.form, |name| {
            Some(match name {
                "region-name" => "regionName",
                "endpoint" => "regionEndpoint",
                "opt-in-status" => "optInStatus",
                _ => return None,
            })
        })?;
        let shown: Vec<Json> = REGIONS
            .iter()
            .filter(|region| names.is_empty() || names.iter().any(|name| name == *region))
            .map(|region| {
                json!({
                    "regionName": region, "regionEndpoint": format!("ec2.{region}.amazonaws.com"),
                    "optInStatus": "opt-in-not-required",
                })
            })
            .filter(|region| filters.iter().all(|filter| filter.fits(region)))
            .collect();
        Ok(json!({ "regionInfo": shown }))
    }

    pub fn describe_account_attributes(&self) -> Answer {
        const ATTRIBUTES: &[(&str, &str)] = &[
            ("supported-platforms", "VPC"),
            ("default-vpc", "none"),
            ("max-instances", "20"),
            ("max-elastic-ips", "5"),
            ("vpc-max-elastic-ips", "5"),
            ("vpc-max-security-groups-per-interface", "5"),
        ];
        let names = self.form.list("AttributeName");
        let shown: Vec<Json> = ATTRIBUTES
            .iter()
            .filter(|(name, _)| names.is_empty() || names.iter().any(|n| n == name))
            .map(|(name, value)| {
                json!({
                    "attributeName": name,
                    "attributeValueSet": [{ "attributeValue": value }],
                })
            })
            .collect();
        Ok(json!({ "accountAttributeSet": shown }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zone_ids_are_shortened_as_aws_does() {
        assert_eq!(zones("eu-west-1")[0], ("eu-west-1a".into(), "euw1-az1".into()));
        assert_eq!(zones("ap-southeast-2")[2].1, "apse2-az3");
    }
}
