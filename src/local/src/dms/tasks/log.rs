//! The log of a task, in the form that DMS writes to CloudWatch.

use super::super::{
    region::Shard,
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
    pub(crate) fn log(&mut self, at: usize, level: Level, component: &str, text: &str) {
        let task = &mut self.region.tasks[at];
        if !task.logging {
            return;
        }
        let line = format!("{} [{component:<16}]{}:  {text}", stamp(self.now), level.mark());
        task.log_bytes += line.len() as u64 + 1;
        let (instance_arn, resource) = (task.instance_arn.clone(), task.resource_id.clone());
        let instance = self.region.instances.iter().find(|i| i.arn == instance_arn);
        self.effects.push(Effect::Log {
            region: self.name.to_owned(),
            time: timestamp(self.now),
            group: group(instance.map(|i| i.identifier.as_str()).unwrap_or_default()),
            stream: stream(&resource),
            message: line,
        });
    }
}
