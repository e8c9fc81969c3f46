//! How long an apply took, and how long it had to take: the critical path.

use crate::order::{Job, JobId, topological};

/// When a job ran, in seconds of the clock.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Timing {
    /// The job.
    pub job: JobId,
    /// When it started.
    pub start: f64,
    /// When it ended.
    pub end: f64,
    /// How much of that it waited for AWS to get ready.
    pub waited: f64,
    /// How much of the waiting may be due to looking only now and then: what was waited for came about
    /// some time between the last look in vain and the one that found it.
    pub lag: f64,
}

impl Timing {
    /// How long it took.
    pub fn duration(&self) -> f64 {
        self.end - self.start
    }

    /// How long it had to take at the least.
    pub fn least(&self) -> f64 {
        (self.duration() - self.lag).max(0.0)
    }
}

/// The longest chain of jobs by their durations, and its length in seconds.
pub fn critical_path(jobs: &[Job], timeline: &[Timing]) -> (f64, Vec<JobId>) {
    longest(jobs, timeline, Timing::duration)
}

/// How long the longest chain had to take at the least, if everybody had looked at the right moment.
pub fn least_path(jobs: &[Job], timeline: &[Timing]) -> f64 {
    longest(jobs, timeline, Timing::least).0
}

fn longest(
    jobs: &[Job],
    timeline: &[Timing],
    duration: impl Fn(&Timing) -> f64,
) -> (f64, Vec<JobId>) {
    let mut durations = vec![0.0; jobs.len()];
    for timing in timeline {
        durations[timing.job] = duration(timing);
    }
    let mut best: Vec<(f64, Option<JobId>)> = vec![(0.0, None); jobs.len()];
    for id in topological(jobs) {
        let longest = jobs[id]
            .after
            .iter()
            .map(|earlier| (best[*earlier].0, Some(*earlier)))
            .fold((0.0, None), |a, b| if b.0 > a.0 { b } else { a });
        best[id] = (longest.0 + durations[id], longest.1);
    }
    let last = (0..jobs.len()).reduce(|a, b| if best[b].0 > best[a].0 { b } else { a });
    let mut chain = Vec::new();
    let mut at = last;
    while let Some(id) = at {
        chain.push(id);
        at = best[id].1;
    }
    chain.reverse();
    (last.map_or(0.0, |id| best[id].0), chain)
}

/// How long each job of the timeline could have started already, had there been room for it.
pub fn queued(jobs: &[Job], timeline: &[Timing]) -> Vec<f64> {
    let began = timeline.iter().map(|t| t.start).fold(f64::INFINITY, f64::min);
    let mut ends = vec![began; jobs.len()];
    for timing in timeline {
        ends[timing.job] = timing.end;
    }
    let ready = |t: &Timing| jobs[t.job].after.iter().map(|id| ends[*id]).fold(began, f64::max);
    timeline.iter().map(|t| (t.start - ready(t)).max(0.0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::Op;

    fn job(after: &[usize]) -> Job {
        Job { step: 0, op: Op::Create, after: after.iter().copied().collect() }
    }

    fn at(job: JobId, start: f64, end: f64) -> Timing {
        Timing { job, start, end, ..Timing::default() }
    }

    #[test]
    fn the_longest_chain_counts_not_the_longest_wait() {
        let jobs = [job(&[]), job(&[]), job(&[0, 1])];
        // The last one started late, for want of room: that is not part of the path.
        let timeline = [at(0, 0.0, 5.0), at(1, 0.0, 9.0), at(2, 20.0, 23.0)];
        assert_eq!(critical_path(&jobs, &timeline), (12.0, vec![1, 2]));
        assert_eq!(queued(&jobs, &timeline), [0.0, 0.0, 11.0]);
    }

    /// Who looks seldom must not seem to need long.
    #[test]
    fn what_looking_seldom_costs_is_no_part_of_what_it_had_to_take() {
        let jobs = [job(&[]), job(&[]), job(&[1])];
        let timeline = [
            Timing { waited: 100.0, lag: 60.0, ..at(0, 0.0, 100.0) },
            Timing { waited: 40.0, lag: 1.0, ..at(1, 0.0, 40.0) },
            Timing { lag: 9.0, ..at(2, 40.0, 45.0) },
        ];
        assert_eq!(critical_path(&jobs, &timeline), (100.0, vec![0]));
        assert_eq!(least_path(&jobs, &timeline), 40.0);
    }
}
