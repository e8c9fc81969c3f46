//! How long an apply took, and how long it had to take: the critical path.

use crate::order::{Job, JobId, topological};

/// When a job ran, in seconds of the clock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timing {
    /// The job.
    pub job: JobId,
    /// When it started.
    pub start: f64,
    /// When it ended.
    pub end: f64,
}

/// The longest chain of jobs by their durations, and its length in seconds.
pub fn critical_path(jobs: &[Job], timeline: &[Timing]) -> (f64, Vec<JobId>) {
    let mut durations = vec![0.0; jobs.len()];
    for timing in timeline {
        durations[timing.job] = timing.end - timing.start;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::Op;

    #[test]
    fn the_longest_chain_counts_not_the_longest_wait() {
        let job = |after: &[usize]| Job {
            step: 0,
            op: Op::Create,
            after: after.iter().copied().collect(),
        };
        let jobs = [job(&[]), job(&[]), job(&[0, 1])];
        let at = |job, start, end| Timing { job, start, end };
        // The last one started late, for want of room: that is not part of the path.
        let timeline = [at(0, 0.0, 5.0), at(1, 0.0, 9.0), at(2, 20.0, 23.0)];
        assert_eq!(critical_path(&jobs, &timeline), (12.0, vec![1, 2]));
    }
}
