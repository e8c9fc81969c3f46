//! Time behind an interface: the wall clock against real AWS, a virtual one against the local AWS.

use futures_util::future::BoxFuture;
use std::{
    collections::BTreeMap,
    fmt::Debug,
    future::{Future, poll_fn},
    pin::{Pin, pin},
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Waker},
    time::Duration,
};

/// A point in time, UTC.
pub type Timestamp = jiff::Timestamp;

/// What tells the time and waits. Everything that waits, retries or stamps asks this, never the system.
pub trait Clock: Send + Sync + Debug {
    /// The time now.
    fn now(&self) -> Timestamp;

    /// Completes when `duration` has passed. This is a waiter: on virtual time it may move the clock.
    /// A timeout must not be built of it; compare [`Clock::now`] with a deadline instead.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;

    /// Marks a call as under way until the guard is dropped: virtual time stands still meanwhile.
    fn in_flight(&self) -> InFlight;

    /// How to move to the earliest waiter: `None` where time moves by itself (real time), a call is in
    /// flight, or nobody waits. `Some(real)` is the real time that this step shall take.
    fn next_step(&self) -> Option<Duration>;

    /// Moves to the earliest waiter and wakes it. Does nothing on real time.
    fn step(&self);

    /// Whether time is virtual.
    fn is_virtual(&self) -> bool;
}

/// A mark that a call is under way; see [`Clock::in_flight`].
#[derive(Debug)]
pub struct InFlight(Option<Arc<AtomicUsize>>);

impl Drop for InFlight {
    fn drop(&mut self) {
        if let Some(count) = &self.0 {
            count.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

/// The wall clock.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(async move { tokio::time::sleep(duration).await })
    }
    fn in_flight(&self) -> InFlight {
        InFlight(None)
    }
    fn next_step(&self) -> Option<Duration> {
        None
    }
    fn step(&self) {}
    fn is_virtual(&self) -> bool {
        false
    }
}

/// A clock that stands still until nothing can run, then jumps to the earliest waiter.
#[derive(Debug, Clone)]
pub struct VirtualClock {
    state: Arc<Mutex<State>>,
    in_flight: Arc<AtomicUsize>,
    speed: Option<f64>,
}

#[derive(Debug)]
struct State {
    now: Timestamp,
    next: u64,
    waiters: BTreeMap<(Timestamp, u64), Option<Waker>>,
}

impl VirtualClock {
    /// A clock that starts at `now`. With a `speed` of 60 a virtual minute takes a real second; without
    /// one, waiting takes no time.
    pub fn new(now: Timestamp, speed: Option<f64>) -> Self {
        Self {
            state: Arc::new(Mutex::new(State { now, next: 0, waiters: BTreeMap::new() })),
            in_flight: Arc::default(),
            speed: speed.filter(|s| *s > 0.0),
        }
    }

    /// Sets the time, for a store that remembers where its clock stood.
    pub fn set(&self, now: Timestamp) {
        self.state().now = now;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        self.state().now
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let mut state = self.state();
        let span = jiff::SignedDuration::try_from(duration).unwrap_or(jiff::SignedDuration::MAX);
        let until = state.now.checked_add(span).unwrap_or(Timestamp::MAX);
        let key = (until, state.next);
        state.next += 1;
        drop(state);
        Box::pin(Waiting { clock: self.clone(), key, registered: false })
    }

    fn in_flight(&self) -> InFlight {
        self.in_flight.fetch_add(1, Ordering::SeqCst);
        InFlight(Some(self.in_flight.clone()))
    }

    fn next_step(&self) -> Option<Duration> {
        if self.in_flight.load(Ordering::SeqCst) > 0 {
            return None;
        }
        let state = self.state();
        let ((until, _), _) = state.waiters.first_key_value()?;
        let ahead = Duration::try_from(until.duration_since(state.now)).unwrap_or_default();
        Some(self.speed.map_or(Duration::ZERO, |speed| ahead.div_f64(speed)))
    }

    fn step(&self) {
        let waker = {
            let mut state = self.state();
            let Some(mut first) = state.waiters.first_entry() else { return };
            let (until, waker) = (first.key().0, first.get_mut().take());
            if until > state.now {
                state.now = until;
            }
            waker
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn is_virtual(&self) -> bool {
        true
    }
}

struct Waiting {
    clock: VirtualClock,
    key: (Timestamp, u64),
    registered: bool,
}

impl Future for Waiting {
    type Output = ();
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let me = self.get_mut();
        let mut state = me.clock.state();
        if state.now >= me.key.0 {
            state.waiters.remove(&me.key);
            return Poll::Ready(());
        }
        state.waiters.insert(me.key, Some(cx.waker().clone()));
        me.registered = true;
        Poll::Pending
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if self.registered {
            self.clock.state().waiters.remove(&self.key);
        }
    }
}

/// Runs a future to its end, moving virtual time whenever nothing else can go on. The one place where a
/// runtime is entered must use this, or a wait on a [`VirtualClock`] would never end.
pub async fn drive<F: Future>(clock: &dyn Clock, future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        let step = poll_fn(|cx| match future.as_mut().poll(cx) {
            Poll::Ready(out) => Poll::Ready(Ok(out)),
            Poll::Pending => clock.next_step().map_or(Poll::Pending, |d| Poll::Ready(Err(d))),
        })
        .await;
        match step {
            Ok(out) => return out,
            Err(real) if real.is_zero() => clock.step(),
            Err(real) => {
                tokio::time::sleep(real).await;
                clock.step();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start() -> Timestamp {
        Timestamp::from_second(1_800_000_000).expect("a valid time")
    }

    #[tokio::test(flavor = "current_thread")]
    async fn virtual_hours_pass_at_once_and_in_order() {
        let clock = VirtualClock::new(start(), None);
        let order = Mutex::new(Vec::new());
        let wait = |secs: u64| {
            let (clock, order) = (clock.clone(), &order);
            async move {
                clock.sleep(Duration::from_secs(secs)).await;
                order.lock().expect("not poisoned").push(secs);
            }
        };
        drive(&clock, futures_util::future::join3(wait(7200), wait(60), wait(3600))).await;
        assert_eq!(*order.lock().expect("not poisoned"), [60, 3600, 7200]);
        assert_eq!(clock.now().as_second(), 1_800_007_200);
    }

    #[tokio::test(flavor = "current_thread")]
    async fn time_stands_still_while_a_call_is_in_flight() {
        let clock = VirtualClock::new(start(), None);
        let guard = clock.in_flight();
        let sleeping = clock.sleep(Duration::from_secs(5));
        let call = async {
            tokio::time::sleep(Duration::from_millis(5)).await;
            let seen = clock.now();
            drop(guard);
            seen
        };
        let ((), seen) = drive(&clock, futures_util::future::join(sleeping, call)).await;
        assert_eq!(seen, start());
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_dropped_wait_moves_nothing() {
        let clock = VirtualClock::new(start(), None);
        let mut long = clock.sleep(Duration::from_secs(600));
        let _ = futures_util::poll!(&mut long);
        drop(long);
        drive(&clock, clock.sleep(Duration::from_secs(1))).await;
        assert_eq!(clock.now().as_second(), 1_800_000_001);
    }
}
