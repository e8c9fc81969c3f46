//! Where the time of an apply went, as Lua sees it.

use dmsrun_base::{Map, Value};
use dmsrun_stack::Apply;

/// The critical path, and each job with its times.
pub(super) fn timing(apply: &Apply) -> Value {
    let name = |job: usize| {
        let step = apply.step(job);
        Value::from(format!("{} {}", apply.job(job).op.word(), step.resource))
    };
    let (seconds, chain) = apply.critical_path();
    let timeline = apply.timeline().into_iter().zip(apply.queued()).map(|(t, queued)| {
        Map::from([
            ("name".to_owned(), name(t.job)),
            ("start".to_owned(), t.start.into()),
            ("finish".to_owned(), t.end.into()),
            ("waited".to_owned(), t.waited.into()),
            ("lag".to_owned(), t.lag.into()),
            ("queued".to_owned(), queued.into()),
            ("critical".to_owned(), chain.contains(&t.job).into()),
        ])
        .into()
    });
    let timeline = Value::List(timeline.collect());
    Map::from([
        ("seconds".to_owned(), seconds.into()),
        ("least".to_owned(), apply.least_path().into()),
        ("chain".to_owned(), Value::List(chain.into_iter().map(name).collect())),
        ("timeline".to_owned(), timeline),
    ])
    .into()
}
