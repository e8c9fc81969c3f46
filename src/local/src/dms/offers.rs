//! What can be ordered: instance classes and engine versions, by the date.

use super::{
    Answer,
    faults::Fault,
    input::Input,
    paging,
    region::Shard,
    time::{Millis, date, epoch},
};
use serde_json::{Value as Json, json};

/// Least and most storage of an instance, GB.
pub(crate) const STORAGE: std::ops::RangeInclusive<i64> = 5..=6_144;

/// A family of classes: name, GiB of memory for each vCPU, speed against `t3`, sizes with their vCPUs.
type Family = (&'static str, f64, f64, &'static [(&'static str, u32)]);

#[rustfmt::skip]
const FAMILIES: &[Family] = &[
    ("c5", 2.0, 1.5, &[("large", 2), ("xlarge", 4), ("2xlarge", 8), ("4xlarge", 16), ("9xlarge", 36), ("12xlarge", 48), ("18xlarge", 72), ("24xlarge", 96)]),
    ("c6i", 2.0, 1.7, &[("large", 2), ("xlarge", 4), ("2xlarge", 8), ("4xlarge", 16), ("8xlarge", 32), ("12xlarge", 48), ("16xlarge", 64), ("24xlarge", 96), ("32xlarge", 128)]),
    ("c7i", 2.0, 1.9, &[("large", 2), ("xlarge", 4), ("2xlarge", 8), ("4xlarge", 16), ("8xlarge", 32), ("12xlarge", 48), ("16xlarge", 64), ("24xlarge", 96), ("48xlarge", 192)]),
    ("r5", 8.0, 1.4, &[("large", 2), ("xlarge", 4), ("2xlarge", 8), ("4xlarge", 16), ("8xlarge", 32), ("12xlarge", 48), ("16xlarge", 64), ("24xlarge", 96)]),
    ("r6i", 8.0, 1.6, &[("large", 2), ("xlarge", 4), ("2xlarge", 8), ("4xlarge", 16), ("8xlarge", 32), ("12xlarge", 48), ("16xlarge", 64), ("24xlarge", 96), ("32xlarge", 128)]),
    ("r7i", 8.0, 1.8, &[("large", 2), ("xlarge", 4), ("2xlarge", 8), ("4xlarge", 16), ("8xlarge", 32), ("12xlarge", 48), ("16xlarge", 64), ("24xlarge", 96), ("48xlarge", 192)]),
];

/// The small ones: size, GiB of memory, speed.
const T3: &[(&str, f64, f64)] =
    &[("micro", 1.0, 0.45), ("small", 2.0, 0.7), ("medium", 4.0, 1.0), ("large", 8.0, 1.15)];

/// What a class can do.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Class {
    pub(crate) name: String,
    pub(crate) vcpus: u32,
    pub(crate) memory_gib: f64,
    pub(crate) speed: f64,
}

/// Every class, the small ones first.
pub(crate) fn classes() -> Vec<Class> {
    let small = T3.iter().map(|(size, memory_gib, speed)| Class {
        name: format!("dms.t3.{size}"),
        vcpus: 2,
        memory_gib: *memory_gib,
        speed: *speed,
    });
    let big = FAMILIES.iter().flat_map(|(family, ratio, speed, sizes)| {
        sizes.iter().map(move |(size, vcpus)| Class {
            name: format!("dms.{family}.{size}"),
            vcpus: *vcpus,
            memory_gib: ratio * f64::from(*vcpus),
            speed: *speed,
        })
    });
    small.chain(big).collect()
}

/// The class of that name.
pub(crate) fn class(name: &str) -> Result<Class, Fault> {
    let found = classes().into_iter().find(|c| c.name == name);
    found.ok_or_else(|| Fault::value(format!("Invalid replication instance class: {name}")))
}

/// A version of the engine: number, launch, the day from which no new instance takes it, its end.
struct Version(&'static str, Option<&'static str>, Option<&'static str>, Option<&'static str>);

const VERSIONS: &[Version] = &[
    Version("3.6.1", Some("2025-05-15"), None, None),
    Version("3.6.0", Some("2024-12-27"), Some("2026-04-27"), Some("2026-07-27")),
    Version("3.5.4", Some("2024-11-15"), Some("2027-01-31"), Some("2027-03-31")),
    Version("3.5.3", Some("2024-05-17"), Some("2026-02-28"), Some("2026-06-30")),
    Version("3.5.2", None, Some("2025-04-29"), Some("2025-04-29")),
    Version("3.5.1", None, Some("2025-03-15"), Some("2025-03-15")),
    Version("3.4.7", None, Some("2024-10-31"), Some("2024-10-31")),
    Version("3.4.6", None, Some("2024-10-31"), Some("2024-10-31")),
];

/// The default as long as it may be ordered.
const USUAL: &str = "3.5.4";

impl Version {
    fn reached(day: Option<&str>, now: Millis) -> bool {
        day.and_then(date).is_some_and(|at| at <= now)
    }
    fn launched(&self, now: Millis) -> bool {
        self.1.is_none() || Self::reached(self.1, now)
    }
    fn ordered(&self, now: Millis) -> bool {
        self.launched(now) && !Self::reached(self.2, now)
    }
    fn supported(&self, now: Millis) -> bool {
        self.launched(now) && !Self::reached(self.3, now)
    }
}

/// The version that an instance gets when it asks for none.
pub(crate) fn default_version(now: Millis) -> &'static str {
    let usual = VERSIONS.iter().find(|v| v.0 == USUAL && v.ordered(now));
    let newest = || VERSIONS.iter().find(|v| v.ordered(now));
    usual.or_else(newest).map_or(VERSIONS[0].0, |v| v.0)
}

/// Refuses a version that can't be ordered at that date.
pub(crate) fn check_version(version: &str, now: Millis) -> Result<(), Fault> {
    if VERSIONS.iter().any(|v| v.0 == version && v.ordered(now)) {
        return Ok(());
    }
    Err(Fault::value(format!("No replication engine found with version: {version}")))
}

/// The day when support of a version ends, where it is set, and whether it is no longer ordered.
pub(crate) fn retirement(version: &str, now: Millis) -> Option<Millis> {
    let found = VERSIONS.iter().find(|v| v.0 == version)?;
    if found.ordered(now) { None } else { found.3.and_then(date) }
}

/// A version as numbers, for comparison.
pub(crate) fn numbers(version: &str) -> Vec<u32> {
    version.split('.').filter_map(|part| part.parse().ok()).collect()
}

impl Shard<'_> {
    pub(crate) fn describe_engine_versions(&self, input: &Input) -> Answer {
        let now = self.now;
        let listed = VERSIONS.iter().filter(|v| v.supported(now)).map(|v| {
            let upgrades: Vec<&str> = VERSIONS
                .iter()
                .filter(|o| o.ordered(now) && numbers(o.0) > numbers(v.0))
                .map(|o| o.0)
                .collect();
            let lifecycle = match v {
                v if !v.ordered(now) => "DEPRECATED",
                v if v.0 == default_version(now) => "DEFAULT_VERSION",
                _ => "ACTIVE",
            };
            let mut answer = json!({
                "Version": v.0,
                "Lifecycle": lifecycle,
                "ReleaseStatus": "prod",
                "AvailableUpgrades": upgrades,
            });
            let days = [("LaunchDate", v.1), ("DeprecationDate", v.2), ("ForceUpgradeDate", v.3)];
            for (member, day) in days {
                if let Some(at) = day.and_then(date) {
                    answer[member] = epoch(at);
                }
            }
            answer
        });
        paging::page_fixed(input, &paging::USUAL, "EngineVersions", listed)
    }

    pub(crate) fn describe_orderable(&self, input: &Input) -> Answer {
        let zones: Vec<String> =
            ["a", "b", "c"].iter().map(|z| format!("{}{z}", self.name)).collect();
        let now = self.now;
        let listed = VERSIONS.iter().filter(|v| v.ordered(now)).flat_map(|v| {
            classes().into_iter().map(|class| {
                json!({
                    "EngineVersion": v.0,
                    "ReplicationInstanceClass": class.name,
                    "StorageType": "gp2",
                    "MinAllocatedStorage": STORAGE.start(),
                    "MaxAllocatedStorage": STORAGE.end(),
                    "DefaultAllocatedStorage": default_storage(&class.name),
                    "IncludedAllocatedStorage": default_storage(&class.name),
                    "AvailabilityZones": zones,
                    "ReleaseStatus": "prod",
                })
            })
        });
        let listed: Vec<Json> = listed.collect();
        paging::page_fixed(input, &paging::USUAL, "OrderableReplicationInstances", listed)
    }
}

/// The storage of an instance that asks for none, GB.
pub(crate) fn default_storage(class: &str) -> i64 {
    if class.starts_with("dms.t3.") { 50 } else { 100 }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn versions_go_by_the_date() {
        let day = |text| date(text).unwrap();
        assert_eq!(default_version(day("2026-11-22")), "3.5.4");
        assert_eq!(default_version(day("2027-02-01")), "3.6.1");
        assert!(check_version("3.6.1", day("2026-11-22")).is_ok());
        for retired in ["3.5.2", "3.6.0", "3.4.7", "3.5", "9.9.9"] {
            assert!(check_version(retired, day("2026-11-22")).is_err(), "{retired}");
        }
        assert!(check_version("3.5.3", day("2026-02-27")).is_ok());
        assert!(retirement("3.5.4", day("2027-02-01")).is_some());
        assert!(retirement("3.5.4", day("2026-11-22")).is_none());
    }

    #[test]
    fn classes_are_those_of_the_reference() {
        assert!(class("dms.t3.medium").is_ok() && class("dms.r7i.48xlarge").is_ok());
        for unknown in ["dms.t2.medium", "dms.c4.large", "db.t3.medium", "dms.t3.huge"] {
            assert!(class(unknown).is_err(), "{unknown}");
        }
        assert_eq!(class("dms.r5.large").unwrap().memory_gib, 16.0);
    }
}
