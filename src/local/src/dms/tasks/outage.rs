//! What an outage of the instance does to its tasks.

use super::super::region::{At, Shard};
use super::{Apply, Level, Phase, State};

const INTERRUPTED: &str = "Last Error  The replication instance was restarted during the full \
    load. Stop Reason RECOVERABLE_ERROR Error Level RECOVERABLE";

impl Shard<'_> {
    /// The instance goes down: loads break off, the application of changes pauses.
    pub(crate) fn interrupt_tasks(&mut self, instance_arn: &str) {
        let now = self.now;
        for at in 0..self.region.tasks.len() {
            let task = &mut self.region.tasks[at];
            if task.instance_arn != instance_arn
                || !["starting", "running"].contains(&task.status.as_str())
            {
                continue;
            }
            let replicating = task.status == "running"
                && task
                    .run
                    .as_ref()
                    .is_some_and(|r| r.phase == Phase::Replicating && !r.load.is_busy());
            match &mut task.run {
                Some(run) if replicating => {
                    if let Some(apply) = &mut run.apply {
                        apply.halt(now);
                    }
                    self.log(
                        At::Task(at),
                        Level::Warning,
                        "TASK_MANAGER",
                        "Task is paused: instance restart",
                    );
                }
                run => {
                    if let Some(run) = run {
                        run.load.halt(now, State::Error, true);
                    }
                    self.run_fails(At::Task(at), INTERRUPTED);
                }
            }
        }
    }

    /// The instance is up again: what was paused goes on.
    pub(crate) fn resume_tasks_after_outage(&mut self, instance_arn: &str) {
        let now = self.now;
        for at in 0..self.region.tasks.len() {
            let task = &mut self.region.tasks[at];
            if task.instance_arn != instance_arn || task.status != "running" {
                continue;
            }
            if let Some(run) = &mut task.run
                && run.apply.as_ref().is_some_and(Apply::is_halted)
            {
                run.replicate(now);
                self.log(
                    At::Task(at),
                    Level::Info,
                    "TASK_MANAGER",
                    "Task goes on from its checkpoint",
                );
            }
        }
    }
}
