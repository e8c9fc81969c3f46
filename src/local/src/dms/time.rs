//! Time inside DMS: whole milliseconds since 1970, so that a snapshot gives back exactly what it took.

use dmsrun_base::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// Milliseconds since 1970, or a span in milliseconds.
pub(crate) type Millis = i64;

pub(crate) const SECOND: Millis = 1_000;
pub(crate) const MINUTE: Millis = 60 * SECOND;
pub(crate) const HOUR: Millis = 60 * MINUTE;
pub(crate) const DAY: Millis = 24 * HOUR;

pub(crate) fn millis(time: Timestamp) -> Millis {
    time.as_millisecond()
}

pub(crate) fn timestamp(ms: Millis) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MAX)
}

/// A time as AWS JSON writes it: seconds since 1970 as a number.
pub(crate) fn epoch(ms: Millis) -> Json {
    if ms % SECOND == 0 { Json::from(ms / SECOND) } else { Json::from(ms as f64 / 1_000.0) }
}

/// A date such as `2026-04-27` at midnight UTC.
pub(crate) fn date(text: &str) -> Option<Millis> {
    format!("{text}T00:00:00Z").parse::<Timestamp>().ok().map(millis)
}

/// A time in any of the forms that DMS takes in positions: RFC 3339, with or without the zone.
pub(crate) fn parse(text: &str) -> Option<Millis> {
    let text = text.trim().replace(' ', "T");
    text.parse::<Timestamp>().or_else(|_| format!("{text}Z").parse()).ok().map(millis)
}

/// `2026-11-22T20:08:08`, as the task logs write it.
pub(crate) fn stamp(ms: Millis) -> String {
    timestamp(ms - ms.rem_euclid(SECOND)).to_string().trim_end_matches('Z').to_owned()
}

/// How long things take. Where AWS documents a duration it is that one; the others are what one sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs)] // The names say it: all are milliseconds.
pub struct Timing {
    pub instance_create: i64,
    pub instance_modify: i64,
    pub instance_upgrade: i64,
    pub instance_reboot: i64,
    pub instance_delete: i64,
    pub endpoint_delete: i64,
    pub connection_test: i64,
    pub connection_delete: i64,
    pub refresh_schemas: i64,
    pub task_create: i64,
    pub task_start: i64,
    pub task_prepare: i64,
    pub task_stop: i64,
    pub task_modify: i64,
    pub task_move: i64,
    pub task_delete: i64,
    pub assessment_provision: i64,
    pub assessment_each: i64,
    pub subscription_settle: i64,
    pub role_visible: i64,
    pub serverless_initialize: i64,
    pub serverless_prepare: i64,
    pub serverless_test: i64,
    pub serverless_fetch: i64,
    pub serverless_calculate: i64,
    pub serverless_provision: i64,
    pub serverless_deprovision: i64,
    pub serverless_kept: i64,
    pub serverless_modify: i64,
    pub serverless_delete: i64,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            instance_create: 8 * MINUTE + 40 * SECOND,
            instance_modify: 4 * MINUTE,
            instance_upgrade: 7 * MINUTE,
            instance_reboot: 3 * MINUTE + 20 * SECOND,
            instance_delete: 4 * MINUTE,
            endpoint_delete: 8 * SECOND,
            connection_test: 32 * SECOND,
            connection_delete: 8 * SECOND,
            refresh_schemas: 2 * MINUTE + 30 * SECOND,
            task_create: 22 * SECOND,
            task_start: 80 * SECOND,
            task_prepare: 20 * SECOND,
            task_stop: 24 * SECOND,
            task_modify: 15 * SECOND,
            task_move: 90 * SECOND,
            task_delete: 20 * SECOND,
            assessment_provision: 2 * MINUTE,
            assessment_each: 6 * SECOND,
            subscription_settle: 15 * SECOND,
            role_visible: 8 * SECOND,
            // A first start takes up to 40 minutes.
            serverless_initialize: 2 * MINUTE,
            serverless_prepare: 9 * MINUTE,
            serverless_test: 90 * SECOND,
            serverless_fetch: 2 * MINUTE,
            serverless_calculate: MINUTE,
            serverless_provision: 12 * MINUTE,
            serverless_deprovision: 6 * MINUTE,
            serverless_kept: 48 * HOUR,
            serverless_modify: 40 * SECOND,
            serverless_delete: 30 * SECOND,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_may_leave_out_the_zone() {
        assert_eq!(parse("2026-11-22T20:00:00"), parse("2026-11-22T20:00:00Z"));
        assert_eq!(parse("2026-11-22 20:00:00"), parse("2026-11-22T20:00:00Z"));
        assert_eq!(parse("mysql-bin.000024:373"), None);
    }

    #[test]
    fn times_are_numbers_of_seconds() {
        assert_eq!(epoch(1_500).to_string(), "1.5");
        assert_eq!(epoch(2_000).to_string(), "2");
        assert_eq!(stamp(1_500), "1970-01-01T00:00:01");
    }
}
