//! The log of a task, in the form that DMS writes to CloudWatch.

use super::super::{
    region::{At, Shard},
    time::{stamp, timestamp},
    world::Effect,
};

/// How grave a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    Info,
    Warning,
    Error,
}

impl Level {
    fn mark(self) -> char {
        match self {
            Self::Info => 'I',
            Self::Warning => 'W',
            Self::Error => 'E',
        }
    }
}

/// The group of an instance's tasks.
pub(crate) fn group(instance: &str) -> String {
    format!("dms-tasks-{instance}")
}

/// The stream of a task.
pub(crate) fn stream(resource_id: &str) -> String {
    format!("dms-task-{resource_id}")
}

impl Shard<'_> {
    /// Writes a line, where the task writes a log.
    pub(crate) fn log(&mut self, at: At, level: Level, component: &str, text: &str) {
        let task = self.region.job_mut(at);
        if !task.logging {
            return;
        }
        let line = format!("{} [{component:<16}]{}:  {text}", stamp(self.now), level.mark());
        task.log_bytes += line.len() as u64 + 1;
        let (group, stream) = match at {
            At::Task(at) => {
                let task = &self.region.tasks[at];
                let instance = self.region.instances.iter().find(|i| i.arn == task.instance_arn);
                let instance = instance.map(|i| i.identifier.as_str()).unwrap_or_default();
                (group(instance), stream(&task.resource_id))
            }
            At::Replication(at) => self.region.replications[at].log(),
        };
        self.effects.push(Effect::Log {
            region: self.name.to_owned(),
            time: timestamp(self.now),
            group,
            stream,
            message: line,
        });
    }
}
