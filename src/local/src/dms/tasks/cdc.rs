//! How far changes are captured and applied: positions in the source's time, as pieces of straight lines.

use super::super::time::{HOUR, Millis, SECOND, parse};
use serde::{Deserialize, Serialize};

/// The lag that a task settles to.
pub(crate) const STEADY: Millis = 3 * SECOND;

/// The lag with which the changes that were cached during a full load begin to be applied.
pub(crate) const CACHED: Millis = 42 * SECOND;

/// However long a task was away, it has caught up after this.
const LONGEST_CATCH_UP: Millis = 10 * 60 * SECOND;

/// The application of changes, from a time on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Apply {
    /// When this stretch began.
    at: Millis,
    /// The source's time that was applied by then.
    position: Millis,
    /// When the lag has settled.
    pub(crate) settled: Millis,
    halted: Option<Halted>,
}

/// Where it stood when it stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Halted {
    captured: Millis,
    applied: Millis,
}

impl Apply {
    /// Begins at `at`, with everything up to `position` applied before.
    pub(crate) fn new(at: Millis, position: Millis) -> Self {
        let position = position.min(at - STEADY);
        let behind = at - position - STEADY;
        // 39 seconds are caught up in a minute and a half: a third of the source's pace more.
        let span = (behind * 90 / 39).min(LONGEST_CATCH_UP);
        Self { at, position, settled: at + span, halted: None }
    }

    /// The source's time up to which changes are on the target.
    pub(crate) fn applied(&self, now: Millis) -> Millis {
        if let Some(halted) = &self.halted {
            return halted.applied;
        }
        if now >= self.settled {
            return now - STEADY;
        }
        let gain = self.settled - STEADY - self.position;
        self.position + (now - self.at).max(0) * gain / (self.settled - self.at)
    }

    /// The source's time up to which changes have been read.
    pub(crate) fn captured(&self, now: Millis) -> Millis {
        match &self.halted {
            Some(halted) => halted.captured,
            None => now - (now - self.applied(now)) / 3,
        }
    }

    /// The lag of the target behind the source's commits.
    pub(crate) fn lag(&self, now: Millis) -> Millis {
        now - self.applied(now)
    }

    pub(crate) fn halt(&mut self, now: Millis) {
        if self.halted.is_none() {
            let halted = Halted { captured: self.captured(now), applied: self.applied(now) };
            self.halted = Some(halted);
        }
    }

    pub(crate) fn is_halted(&self) -> bool {
        self.halted.is_some()
    }

    /// Goes on from where it stood.
    pub(crate) fn resume(&mut self, now: Millis) {
        let position = self.applied(now);
        *self = Self::new(now, position);
    }

    /// When everything up to `position` will be applied.
    pub(crate) fn reaches(&self, position: Millis) -> Millis {
        let gain = self.settled - STEADY - self.position;
        if position <= self.position {
            self.at
        } else if position <= self.settled - STEADY {
            let span = self.settled - self.at;
            let part = i128::from(position - self.position) * i128::from(span);
            let steps = (part + i128::from(gain) - 1) / i128::from(gain.max(1));
            self.at + Millis::try_from(steps).unwrap_or(span)
        } else {
            position + STEADY
        }
    }
}

/// How many changes came between two positions, at a rate per hour.
pub(crate) fn changes(per_hour: u64, from: Millis, to: Millis) -> u64 {
    let span = u128::from((to - from).max(0).unsigned_abs());
    u64::try_from(u128::from(per_hour) * span / u128::from(HOUR.unsigned_abs())).unwrap_or(u64::MAX)
}

/// A checkpoint of the recovery position, in the form that DMS shows.
pub(crate) fn checkpoint(position: Millis) -> String {
    let (file, offset) = (position.div_euclid(300_000) % 1_000_000, position.rem_euclid(300_000));
    let (at, next) = (4 + offset * 37, 4 + offset * 37 + 311);
    let name = format!("mysql-bin-changelog.{file:06}");
    format!("checkpoint:V1#27#{name}:{next}:-1:{next}:{position}:{name}:{at}#0#0#*#0#93")
}

/// The source's time of a start position: of a date, or of one of our checkpoints. A position in the
/// engine's own form stands for no time that the demo knows.
pub(crate) fn time_of(position: &str) -> Option<Millis> {
    if position.starts_with("checkpoint:") {
        return position.split(':').nth(5)?.parse().ok();
    }
    parse(position)
}

/// Where changes stop being applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum StopAt {
    /// At this time, whatever is applied.
    Server(Millis),
    /// When all that was committed by then is applied.
    Commit(Millis),
}

impl StopAt {
    /// `server_time:…` or `commit_time:…`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (kind, time) = text.split_once(':')?;
        match kind {
            "server_time" => parse(time).map(Self::Server),
            "commit_time" => parse(time).map(Self::Commit),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_lag_settles_from_42_to_3_seconds() {
        let start = 1_800_000_000_000;
        let apply = Apply::new(start, start - CACHED);
        assert_eq!(apply.lag(start), CACHED);
        assert_eq!(apply.settled - start, 90 * SECOND);
        assert!(apply.lag(start + 45 * SECOND) < 25 * SECOND);
        for later in [90, 91, 3_600] {
            assert_eq!(apply.lag(start + later * SECOND), STEADY);
        }
    }

    #[test]
    fn positions_never_go_back() {
        let start = 1_800_000_000_000;
        let mut apply = Apply::new(start, start - CACHED);
        let (mut applied, mut captured) = (0, 0);
        for step in 0..400 {
            let now = start + step * SECOND;
            if step == 50 {
                apply.halt(now);
            }
            if step == 250 {
                apply.resume(now);
            }
            assert!(apply.applied(now) >= applied && apply.captured(now) >= captured, "{step}");
            assert!(apply.captured(now) >= apply.applied(now));
            (applied, captured) = (apply.applied(now), apply.captured(now));
        }
    }

    #[test]
    fn a_position_is_reached_when_it_is_applied() {
        let start = 1_800_000_000_000;
        let apply = Apply::new(start, start - CACHED);
        for ahead in [-60, -42, -30, -1, 0, 20, 86, 87, 88, 500] {
            let position = start + ahead * SECOND;
            let at = apply.reaches(position);
            assert!(apply.applied(at) >= position, "{ahead}");
            assert!(at == start || apply.applied(at - 1) < position, "{ahead}");
        }
    }

    #[test]
    fn a_checkpoint_gives_back_its_position() {
        let position = 1_795_377_288_123;
        assert_eq!(time_of(&checkpoint(position)), Some(position));
        assert_eq!(time_of("2026-11-22T20:08:08"), parse("2026-11-22T20:08:08Z"));
        assert_eq!(time_of("mysql-bin-changelog.000024:373"), None);
    }
}
