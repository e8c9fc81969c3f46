//! The CloudWatch metrics of instances and tasks, measured at every full minute.

use super::{
    ids::wobble,
    instances::Instance,
    offers,
    region::{Region, Shard},
    serverless::Replication,
    tasks::{Run, Task},
    time::{MINUTE, Millis, SECOND, timestamp},
    world::Effect,
};

/// After a long pause only this much of the past is measured.
const KEPT: Millis = 180 * MINUTE;

/// States in which an instance is up.
const UP: &[&str] = &["available", "modifying", "storage-full"];

const GIB: f64 = 1_073_741_824.0;

/// Whether something is there to be measured.
pub(crate) fn wanted(region: &Region) -> bool {
    region.instances.iter().any(|i| UP.contains(&i.status.as_str()))
        || region.replications.iter().any(Replication::is_running)
}

/// The oldest minute that is still measured at `now`.
pub(crate) fn oldest(now: Millis) -> Millis {
    next_minute(now - KEPT)
}

fn next_minute(now: Millis) -> Millis {
    now + MINUTE - now.rem_euclid(MINUTE)
}

/// A measured value: name, value, unit.
type Point = (&'static str, f64, &'static str);

impl Shard<'_> {
    /// Begins to measure; what lies before is not measured.
    pub(crate) fn start_metrics(&mut self) {
        let next = next_minute(self.now);
        self.region.metrics_due = Some(self.region.metrics_due.map_or(next, |due| due.max(next)));
    }

    pub(crate) fn step_metrics(&mut self) {
        if self.region.metrics_due.is_none_or(|due| due > self.now) || !wanted(self.region) {
            return;
        }
        self.region.metrics_due = Some(next_minute(self.now));
        let mut effects = Vec::new();
        for instance in self.region.instances.iter().filter(|i| UP.contains(&i.status.as_str())) {
            let tasks: Vec<&Task> = self
                .region
                .tasks
                .iter()
                .filter(|t| t.instance_arn == instance.arn && t.status == "running")
                .collect();
            let own =
                vec![("ReplicationInstanceIdentifier".to_owned(), instance.identifier.clone())];
            self.measure(&mut effects, &own, instance_points(instance, &tasks, self.now));
            for task in tasks {
                let Some(run) = &task.run else { continue };
                let mut both = own.clone();
                both.push(("ReplicationTaskIdentifier".to_owned(), task.resource_id.clone()));
                self.measure(&mut effects, &both, task_points(task, run, self.now));
            }
        }
        for replication in self.region.replications.iter().filter(|r| r.is_running()) {
            let Some(run) = &replication.job.run else { continue };
            let name = replication.job.identifier.clone();
            let own = vec![("ReplicationConfigIdentifier".to_owned(), name)];
            self.measure(&mut effects, &own, replication_points(replication, run, self.now));
        }
        self.effects.append(&mut effects);
    }

    fn measure(&self, out: &mut Vec<Effect>, dimensions: &[(String, String)], points: Vec<Point>) {
        out.extend(points.into_iter().map(|(name, value, unit)| Effect::Metric {
            region: self.name.to_owned(),
            time: timestamp(self.now),
            name: name.to_owned(),
            dimensions: dimensions.to_vec(),
            value,
            unit: unit.to_owned(),
        }));
    }
}

/// Rows and bytes a second that a run loads now.
fn load_pace(run: &Run) -> (f64, f64) {
    let tables = run.load.tables.iter();
    tables.fold((0.0, 0.0), |(rows, bytes), t| {
        let pace = t.pace() as f64;
        (rows + pace, bytes + pace * t.row_bytes as f64)
    })
}

/// Changes a second of a run's source, and their bytes.
fn change_pace(run: &Run) -> (f64, f64) {
    let tables = run.load.tables.iter();
    tables.fold((0.0, 0.0), |(rows, bytes), t| {
        let pace = t.rates.iter().sum::<u64>() as f64 / 3_600.0;
        (rows + pace, bytes + pace * t.row_bytes as f64)
    })
}

fn instance_points(instance: &Instance, tasks: &[&Task], now: Millis) -> Vec<Point> {
    let class = offers::class(&instance.class).ok();
    let (vcpus, memory) =
        class.map_or((2.0, 4.0), |c| (f64::from(c.vcpus) * c.speed, c.memory_gib));
    let runs = || tasks.iter().filter_map(|t| t.run.as_ref());
    let load: f64 = runs().map(|r| load_pace(r).1).sum();
    let change: f64 = runs().filter(|r| r.apply.is_some()).map(|r| change_pace(r).1).sum();
    let vary = |what: &str, spread| wobble(&format!("{}{what}", instance.arn), now, spread);
    let moved = load + change;
    let busy =
        3.0 + 88.0 * (load / (vcpus * 64_000_000.0)).min(1.0) + (change / 40_000.0).min(20.0);
    let used = memory * 0.22 + tasks.len() as f64 * 0.18 + (load / 400_000_000.0).min(memory * 0.4);
    let storage = instance.allocated_storage as f64 * GIB;
    let logs: u64 = tasks.iter().map(|t| t.log_bytes).sum();
    let operations = 4.0 + moved / 131_072.0;
    vec![
        ("CPUUtilization", (busy * vary("cpu", 0.06)).min(100.0), "Percent"),
        ("FreeableMemory", (memory - used).max(0.1) * GIB * vary("mem", 0.02), "Bytes"),
        ("FreeMemory", (memory - used).max(0.1) * 0.8 * GIB * vary("mem", 0.02), "Bytes"),
        ("SwapUsage", 0.0, "Bytes"),
        ("FreeStorageSpace", storage * 0.96 - logs as f64, "Bytes"),
        ("DiskQueueDepth", moved / 90_000_000.0, "Count"),
        ("ReadIOPS", operations * 0.3 * vary("read", 0.1), "Count/Second"),
        ("WriteIOPS", operations * vary("write", 0.1), "Count/Second"),
        ("ReadLatency", 0.6 * vary("rl", 0.2), "Milliseconds"),
        ("WriteLatency", 0.9 * vary("wl", 0.2), "Milliseconds"),
        ("ReadThroughput", moved * 0.02, "Bytes/Second"),
        ("WriteThroughput", moved * 0.08, "Bytes/Second"),
        ("NetworkReceiveThroughput", (moved + 2_000.0) * vary("rx", 0.03), "Bytes/Second"),
        ("NetworkTransmitThroughput", (moved * 1.04 + 2_000.0) * vary("tx", 0.03), "Bytes/Second"),
    ]
}

fn task_points(task: &Task, run: &Run, now: Millis) -> Vec<Point> {
    let (rows, bytes) = load_pace(run);
    let vary = |what: &str, spread| wobble(&format!("{}{what}", task.arn), now, spread);
    let (changes, change_bytes) = change_pace(run);
    let mut points = vec![
        ("CPUUtilization", (1.0 + bytes / 1_500_000.0 + changes / 4.0).min(180.0), "Percent"),
        ("MemoryUsage", 110.0 + 4.0 * run.load.tables.len() as f64, "Megabytes"),
        ("SwapUsage", 0.0, "Bytes"),
    ];
    if task.loads() {
        points.push(("FullLoadThroughputRowsTarget", rows, "Count/Second"));
        points.push(("FullLoadThroughputBandwidthTarget", bytes / 1_024.0, "Kilobytes/Second"));
    }
    if let Some(apply) = &run.apply {
        let seconds = |span: Millis| span as f64 / SECOND as f64;
        let behind = apply.captured(now) - apply.applied(now);
        let waiting = (changes * seconds(behind)).round();
        // While it catches up more is applied than comes in.
        let catching = if apply.settled > now { 1.43 } else { 1.0 };
        let moving = if apply.is_halted() { 0.0 } else { changes * vary("rows", 0.08) };
        points.extend([
            ("CDCLatencySource", seconds(now - apply.captured(now)).round(), "Seconds"),
            ("CDCLatencyTarget", seconds(apply.lag(now)).round(), "Seconds"),
            ("CDCIncomingChanges", waiting, "Count"),
            ("CDCChangesMemorySource", (changes * 0.5).round(), "Count"),
            ("CDCChangesDiskSource", 0.0, "Count"),
            ("CDCChangesMemoryTarget", waiting, "Count"),
            ("CDCChangesDiskTarget", 0.0, "Count"),
            ("CDCThroughputRowsSource", moving, "Count/Second"),
            ("CDCThroughputRowsTarget", moving * catching, "Count/Second"),
            (
                "CDCThroughputBandwidthTarget",
                moving * catching / changes.max(1e-9) * change_bytes / 1_024.0,
                "Kilobytes/Second",
            ),
        ]);
    }
    if run.validates() {
        points.extend(validation_points(run, now));
    }
    points
}

/// What is measured of a serverless replication: a part of what is measured of a task, and its capacity.
fn replication_points(replication: &Replication, run: &Run, now: Millis) -> Vec<Point> {
    const SHOWN: &[&str] =
        &["CDCIncomingChanges", "CDCLatency", "CDCThroughput", "FullLoadThroughput"];
    let mut points = task_points(&replication.job, run, now);
    points.retain(|(name, _, _)| SHOWN.iter().any(|s| name.starts_with(s)));
    points.push(("CapacityUtilization", replication.capacity().1, "Percent"));
    points
}

fn validation_points(run: &Run, now: Millis) -> Vec<Point> {
    let tables = || run.load.tables.iter().filter(|t| t.validates.is_some());
    let done: u64 = tables().filter_map(|t| run.validated(t, now)).sum();
    let all: u64 = tables().map(|t| t.rows).sum();
    vec![
        ("ValidationSucceededRecordCount", done as f64, "Count"),
        ("ValidationAttemptedRecordCount", done as f64, "Count"),
        ("ValidationFailedOverallCount", 0.0, "Count"),
        ("ValidationSuspendedOverallCount", 0.0, "Count"),
        ("ValidationPendingOverallCount", all.saturating_sub(done) as f64, "Count"),
        ("ValidationBulkQuerySourceLatency", 38.0, "Milliseconds"),
        ("ValidationBulkQueryTargetLatency", 44.0, "Milliseconds"),
    ]
}
