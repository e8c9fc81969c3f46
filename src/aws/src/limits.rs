//! How fast and how many calls are sent: what keeps AWS from throttling in the first place.
//!
//! DMS gives each account and region a bucket of 200 requests, refilled by eight in a second. Whoever
//! knows that waits for a turn, in order, instead of being refused and guessing when to come again.

use dmsrun_base::Timestamp;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many calls to one service are under way at a time.
const AT_A_TIME: usize = 10;

/// A service's bucket of requests: its size, and how many come back in a second.
struct Rate {
    service: &'static str,
    burst: f64,
    per_second: f64,
}

const RATES: &[Rate] = &[Rate { service: "dms", burst: 200.0, per_second: 8.0 }];

/// Whom a limit is for: service, region, role.
type Key = (&'static str, String, Option<String>);

/// The limits of all services.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    buckets: Mutex<BTreeMap<Key, Bucket>>,
    places: Mutex<BTreeMap<Key, Arc<Semaphore>>>,
}

/// The requests that may be sent without waiting. Below zero there is a queue.
#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled: Timestamp,
}

impl Bucket {
    fn refill(&mut self, rate: &Rate, now: Timestamp) {
        let passed = now.duration_since(self.filled).as_secs_f64().max(0.0);
        self.tokens = (self.tokens + passed * rate.per_second).min(rate.burst);
        self.filled = now;
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Limits {
    /// Whom the limits of a call are for.
    pub fn key(service: &'static str, region: &str, role: Option<&str>) -> Key {
        (service, region.to_owned(), role.map(str::to_owned))
    }

    /// Takes a turn: how long until the call may be sent.
    pub fn turn(&self, key: &Key, now: Timestamp) -> Duration {
        let Some(wait) = self.with(key, now, |bucket, rate| {
            bucket.tokens -= 1.0;
            (-bucket.tokens / rate.per_second).max(0.0)
        }) else {
            return Duration::ZERO;
        };
        Duration::from_secs_f64(wait)
    }

    /// AWS throttled a call: others draw from the same bucket, and it is empty.
    pub fn throttled(&self, key: &Key, now: Timestamp) {
        self.with(key, now, |bucket, _| bucket.tokens = bucket.tokens.min(0.0));
    }

    /// A place among the calls that are under way, until it is dropped.
    pub async fn place(&self, key: &Key) -> Option<OwnedSemaphorePermit> {
        let places = {
            let mut places = held(&self.places);
            let new = || Arc::new(Semaphore::new(AT_A_TIME));
            Arc::clone(places.entry(key.clone()).or_insert_with(new))
        };
        // It is never closed.
        places.acquire_owned().await.ok()
    }

    fn with<R>(
        &self,
        key: &Key,
        now: Timestamp,
        f: impl FnOnce(&mut Bucket, &Rate) -> R,
    ) -> Option<R> {
        let rate = RATES.iter().find(|rate| rate.service == key.0)?;
        let mut buckets = held(&self.buckets);
        let full = || Bucket { tokens: rate.burst, filled: now };
        let bucket = buckets.entry(key.clone()).or_insert_with(full);
        bucket.refill(rate, now);
        Some(f(bucket, rate))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).expect("a valid time")
    }

    #[test]
    fn two_hundred_go_at_once_and_eight_a_second_after_them() {
        let (limits, key) = (Limits::default(), Limits::key("dms", "eu-west-1", None));
        let waits: Vec<Duration> = (0..240).map(|_| limits.turn(&key, at(0))).collect();
        assert!(waits[..200].iter().all(Duration::is_zero));
        assert_eq!(waits[207], Duration::from_secs(1));
        assert_eq!(waits[239], Duration::from_secs(5));
        // The queue has gone after five seconds, and a minute later there are 8 × 60, so 200.
        assert_eq!(limits.turn(&key, at(5)), Duration::from_millis(125));
        assert!((0..200).all(|_| limits.turn(&key, at(66)).is_zero()));
        assert!(!limits.turn(&key, at(66)).is_zero());
    }

    /// Somebody else in the account used the bucket up.
    #[test]
    fn a_throttled_call_empties_the_bucket() {
        let (limits, key) = (Limits::default(), Limits::key("dms", "eu-west-1", None));
        assert!(limits.turn(&key, at(0)).is_zero());
        limits.throttled(&key, at(0));
        assert_eq!(limits.turn(&key, at(0)), Duration::from_millis(125));
        let elsewhere = Limits::key("dms", "us-east-1", None);
        assert!(limits.turn(&elsewhere, at(0)).is_zero());
    }

    #[test]
    fn services_without_a_known_bucket_do_not_wait() {
        let (limits, key) = (Limits::default(), Limits::key("ec2", "eu-west-1", None));
        limits.throttled(&key, at(0));
        assert!((0..1000).all(|_| limits.turn(&key, at(0)).is_zero()));
    }

    #[tokio::test(flavor = "current_thread")]
    async fn no_more_than_some_calls_are_under_way() {
        let (limits, key) = (Limits::default(), Limits::key("ec2", "eu-west-1", None));
        let mut places = Vec::new();
        for _ in 0..AT_A_TIME {
            places.push(limits.place(&key).await);
        }
        let timeout = Duration::from_millis(20);
        assert!(tokio::time::timeout(timeout, limits.place(&key)).await.is_err());
        places.pop();
        assert!(tokio::time::timeout(timeout, limits.place(&key)).await.is_ok());
    }
}
