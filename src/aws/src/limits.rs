//! How fast and how many calls are sent: what keeps AWS from throttling in the first place.
//!
//! DMS gives each account and region a bucket of 200 requests, refilled by eight in a second. Whoever
//! knows that waits for a turn, in order, instead of being refused and guessing when to come again.

use dmsrun_base::{Clock, Timestamp};
use std::{
    collections::BTreeMap,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many calls to one service are under way at a time.
const AT_A_TIME: usize = 10;

/// How many of them may be reads: a change never waits for reads that hang.
const READS_AT_A_TIME: usize = 8;

/// A wait that lasts this long is told.
const LASTING: Duration = Duration::from_secs(5);

/// How much later the next wait for the same service is told.
const TOLD_AGAIN: Duration = Duration::from_secs(60);

/// A service's bucket of requests: its size, and how many come back in a second.
struct Rate {
    service: &'static str,
    burst: f64,
    per_second: f64,
}

const RATES: &[Rate] = &[Rate { service: "dms", burst: 200.0, per_second: 8.0 }];

fn rate_of(key: &Key) -> Option<&'static Rate> {
    RATES.iter().find(|rate| rate.service == key.0)
}

/// Whom a limit is for: service, region, role.
type Key = (&'static str, String, Option<String>);

/// The limits of all services.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    buckets: Mutex<BTreeMap<Key, Bucket>>,
    places: Mutex<BTreeMap<Key, Places>>,
    told: Mutex<BTreeMap<Key, Timestamp>>,
}

/// The places of a service.
#[derive(Debug, Clone)]
struct Places {
    all: Arc<Semaphore>,
    reads: Arc<Semaphore>,
}

impl Places {
    fn new() -> Self {
        let places = |count| Arc::new(Semaphore::new(count));
        Self { all: places(AT_A_TIME), reads: places(READS_AT_A_TIME) }
    }

    fn now(&self, reads: bool) -> Option<Place> {
        let read = match reads {
            true => Some(Arc::clone(&self.reads).try_acquire_owned().ok()?),
            false => None,
        };
        let place = Arc::clone(&self.all).try_acquire_owned().ok()?;
        Some(Place { _place: Some(place), _read: read })
    }

    /// They are never closed.
    async fn later(self, reads: bool) -> Place {
        let read = if reads { self.reads.acquire_owned().await.ok() } else { None };
        Place { _place: self.all.acquire_owned().await.ok(), _read: read }
    }
}

/// A place among the calls that are under way, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    _place: Option<OwnedSemaphorePermit>,
    _read: Option<OwnedSemaphorePermit>,
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

fn waited(since: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(now.duration_since(since)).unwrap_or_default()
}

impl Limits {
    /// Whom the limits of a call are for.
    pub fn key(service: &'static str, region: &str, role: Option<&str>) -> Key {
        (service, region.to_owned(), role.map(str::to_owned))
    }

    /// Takes a turn: how long until the call may be sent.
    fn turn(&self, key: &Key, now: Timestamp) -> Duration {
        let Some(wait) = self.with(key, now, |bucket, rate| {
            bucket.tokens -= 1.0;
            (-bucket.tokens / rate.per_second).max(0.0)
        }) else {
            return Duration::ZERO;
        };
        Duration::from_secs_f64(wait)
    }

    /// A turn that was taken is not used.
    fn give_back(&self, key: &Key, now: Timestamp) {
        self.with(key, now, |bucket, _| bucket.tokens += 1.0);
    }

    /// Waits until the call may be sent: for its turn, then for a place. `left` is the time that it was
    /// given, where it was; `tell` is told why it waits, where that lasts.
    ///
    /// # Errors
    /// Why it could not be sent in its time.
    pub async fn admit(
        &self,
        key: &Key,
        reads: bool,
        clock: &dyn Clock,
        left: Option<Duration>,
        tell: &(dyn Fn(&str) + Sync),
    ) -> Result<Place, String> {
        let wait = self.turn(key, clock.now());
        if !wait.is_zero() {
            let rate = rate_of(key).map_or(0.0, |rate| rate.per_second);
            let why =
                format!("{} takes {rate} calls a second; its turn comes in {wait:.0?}", key.0);
            if let Some(left) = left.filter(|left| wait > *left) {
                self.give_back(key, clock.now());
                clock.sleep(left).await;
                return Err(why);
            }
            if wait >= LASTING {
                self.tell(key, clock.now(), &why, tell);
            }
            clock.sleep(wait).await;
        }
        let left = left.map(|left| left.saturating_sub(wait));
        let places = held(&self.places).entry(key.clone()).or_insert_with(Places::new).clone();
        match places.now(reads) {
            Some(place) => Ok(place),
            None => self.wait_for_place(key, places.later(reads), clock, left, tell).await,
        }
    }

    /// Places are held by calls, which are in flight or wait on the same clock: so sleeping beside them
    /// moves virtual time no further than they do.
    async fn wait_for_place(
        &self,
        key: &Key,
        place: impl Future<Output = Place>,
        clock: &dyn Clock,
        left: Option<Duration>,
        tell: &(dyn Fn(&str) + Sync),
    ) -> Result<Place, String> {
        let (mut place, begun) = (pin!(place), clock.now());
        let mut shown = LASTING;
        loop {
            let waited = waited(begun, clock.now());
            let until = left.map_or(shown, |left| shown.min(left)).saturating_sub(waited);
            tokio::select! {
                biased;
                place = place.as_mut() => return Ok(place),
                () = clock.sleep(until) => {}
            }
            let waited = self::waited(begun, clock.now());
            let why = format!("other calls to {} are under way, for {waited:.0?} so far", key.0);
            if left.is_some_and(|left| waited >= left) {
                return Err(why);
            }
            if waited >= shown {
                self.tell(key, clock.now(), &why, tell);
                shown += TOLD_AGAIN;
            }
        }
    }

    /// Tells of a wait, unless another one for the same service was told a moment ago.
    fn tell(&self, key: &Key, now: Timestamp, why: &str, tell: &(dyn Fn(&str) + Sync)) {
        let mut told = held(&self.told);
        if told.get(key).is_none_or(|last| waited(*last, now) >= TOLD_AGAIN) {
            told.insert(key.clone(), now);
            drop(told);
            tell(why);
        }
    }

    /// AWS throttled a call: others draw from the same bucket, and it is empty.
    pub fn throttled(&self, key: &Key, now: Timestamp) {
        self.with(key, now, |bucket, _| bucket.tokens = bucket.tokens.min(0.0));
    }

    fn with<R>(
        &self,
        key: &Key,
        now: Timestamp,
        f: impl FnOnce(&mut Bucket, &Rate) -> R,
    ) -> Option<R> {
        let rate = rate_of(key)?;
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
    use dmsrun_base::VirtualClock;

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

    fn clock() -> VirtualClock {
        VirtualClock::new(at(0), None)
    }

    async fn admitted(limits: &Limits, key: &Key, reads: bool, left: u64) -> Result<Place, String> {
        let clock = clock();
        let left = Some(Duration::from_secs(left));
        let admit = limits.admit(key, reads, &clock, left, &|_| ());
        dmsrun_base::drive(&clock, admit).await
    }

    #[tokio::test(flavor = "current_thread")]
    async fn no_more_than_some_calls_are_under_way() {
        let (limits, key) = (Limits::default(), Limits::key("ec2", "eu-west-1", None));
        let mut places = Vec::new();
        for _ in 0..AT_A_TIME {
            places.push(admitted(&limits, &key, false, 0).await.expect("a place is free"));
        }
        let refused = admitted(&limits, &key, false, 3).await.expect_err("no place is free");
        assert_eq!(refused, "other calls to ec2 are under way, for 3s so far");
        places.pop();
        admitted(&limits, &key, false, 0).await.expect("a place is free");
    }

    #[tokio::test(flavor = "current_thread")]
    async fn reads_that_hang_leave_places_for_changes() {
        let (limits, key) = (Limits::default(), Limits::key("ec2", "eu-west-1", None));
        let mut places = Vec::new();
        for _ in 0..READS_AT_A_TIME {
            places.push(admitted(&limits, &key, true, 0).await.expect("a place is free"));
        }
        admitted(&limits, &key, true, 1).await.expect_err("no place for reads is free");
        places.push(admitted(&limits, &key, false, 0).await.expect("a place is free"));
        places.push(admitted(&limits, &key, false, 0).await.expect("a place is free"));
        admitted(&limits, &key, false, 1).await.expect_err("no place is free");
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_wait_that_lasts_is_told_once_in_a_while() {
        let (limits, key) = (Limits::default(), Limits::key("dms", "eu-west-1", None));
        let (clock, told) = (clock(), Mutex::new(Vec::new()));
        let admit = async |limits: &Limits| {
            let tell = |why: &str| held(&told).push(why.to_owned());
            let admit = limits.admit(&key, true, &clock, Some(Duration::from_secs(130)), &tell);
            dmsrun_base::drive(&clock, admit).await
        };
        let mut places = Vec::new();
        for _ in 0..READS_AT_A_TIME {
            places.push(admit(&limits).await.expect("a place is free"));
        }
        assert!(held(&told).is_empty());
        admit(&limits).await.expect_err("no place is free");
        assert_eq!(
            *held(&told),
            [
                "other calls to dms are under way, for 5s so far",
                "other calls to dms are under way, for 65s so far",
                "other calls to dms are under way, for 125s so far",
            ]
        );
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_turn_that_comes_too_late_is_left_to_others() {
        let (limits, key) = (Limits::default(), Limits::key("dms", "eu-west-1", None));
        let waits: Vec<Duration> = (0..300).map(|_| limits.turn(&key, at(0))).collect();
        assert_eq!(waits[299], Duration::from_secs_f64(12.5));
        let refused = admitted(&limits, &key, true, 2).await.expect_err("100 stand before it");
        assert_eq!(refused, "dms takes 8 calls a second; its turn comes in 13s");
        assert_eq!(limits.turn(&key, at(2)), Duration::from_secs_f64(85.0 / 8.0));
    }
}
