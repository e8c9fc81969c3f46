//! Apply as a state machine without I/O: it hands out jobs and takes their results. The host drives
//! it with Lua tasks, the tests drive it with a fake.

use crate::{
    compare::{Comparators, Comparing},
    diff::Difference,
    order::{Job, JobId, Op, heights},
    plan::{Action, Plan, Step, replaces},
    resolve::{self, is_unknown},
    timing::{Timing, critical_path, least_path, queued},
};
use dmsrun_base::{Map, Reference, ResourceId, Value};
use dmsrun_diag::{Diagnostic, Exit};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Where a job stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobState {
    /// Not started.
    Waiting,
    /// Handed out.
    Running,
    /// Carried out.
    Done,
    /// Nothing had to be done once all was known.
    Unneeded,
    /// It failed, with the message.
    Failed(String),
    /// Not started because something that it waits for failed.
    Skipped,
}

impl JobState {
    fn is_open(&self) -> bool {
        matches!(self, Self::Waiting | Self::Running)
    }
    fn is_good(&self) -> bool {
        matches!(self, Self::Done | Self::Unneeded)
    }
}

/// How many jobs are where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All of them.
    pub total: usize,
    /// Carried out, or found to need nothing.
    pub done: usize,
    /// Under way.
    pub running: usize,
    /// Failed.
    pub failed: usize,
    /// Not started: waiting, or skipped because of a failure.
    pub not_started: usize,
}

/// A job's properties with all references replaced.
#[derive(Clone, Debug, Default)]
pub struct Resolved {
    /// Whether there is anything to do now that all is known.
    pub needed: bool,
    /// Whether an update turned out to need a replacement, which the plan said it might: the next
    /// generation is to be made, and [`Apply::replace`] called.
    pub replaces: bool,
    /// Everything that is declared.
    pub properties: Map,
    /// What differs, leaf by leaf.
    pub differences: Vec<Difference>,
    /// What changes by property: from, to.
    pub changes: BTreeMap<String, (Value, Value)>,
}

/// A plan being applied.
#[derive(Debug)]
pub struct Apply {
    plan: Arc<Plan>,
    states: Vec<JobState>,
    heights: Vec<usize>,
    outputs: BTreeMap<ResourceId, Map>,
    started: Vec<Option<f64>>,
    ended: Vec<Option<f64>>,
    /// Of each job: how long it waited, and how much of that may be due to looking only now and then.
    spent: Vec<(f64, f64)>,
    /// Whose update turned into a replacement.
    replaced: BTreeSet<ResourceId>,
    stopped: bool,
}

impl Apply {
    /// The start of applying a plan.
    pub fn new(plan: Arc<Plan>) -> Self {
        let count = plan.jobs.len();
        Self {
            states: vec![JobState::Waiting; count],
            heights: heights(&plan.jobs),
            outputs: plan.outputs.clone(),
            started: vec![None; count],
            ended: vec![None; count],
            spent: vec![(0.0, 0.0); count],
            replaced: BTreeSet::new(),
            stopped: false,
            plan,
        }
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// A job.
    pub fn job(&self, id: JobId) -> &Job {
        &self.plan.jobs[id]
    }

    /// The step that a job belongs to.
    pub fn step(&self, id: JobId) -> &Step {
        &self.plan.steps[self.job(id).step]
    }

    /// Where a job stands.
    pub fn state(&self, id: JobId) -> &JobState {
        &self.states[id]
    }

    /// The jobs that may start now, the one with the longest chain behind it first. Nothing new is
    /// ready once the apply was stopped.
    pub fn ready(&self) -> Vec<JobId> {
        if self.stopped {
            return Vec::new();
        }
        let good = |id: &JobId| self.states[*id].is_good();
        let mut ready: Vec<JobId> = (0..self.states.len())
            .filter(|id| self.states[*id] == JobState::Waiting)
            .filter(|id| self.job(*id).after.iter().all(good))
            .collect();
        ready.sort_by_key(|id| (std::cmp::Reverse(self.heights[*id]), *id));
        ready
    }

    /// Takes the next job that may start, and marks it as under way since `now` (in seconds).
    pub fn take(&mut self, now: f64) -> Option<JobId> {
        let id = self.ready().into_iter().next()?;
        self.start(id, now);
        Some(id)
    }

    /// Marks one of the ready jobs as under way since `now`.
    pub fn start(&mut self, id: JobId, now: f64) {
        self.states[id] = JobState::Running;
        self.started[id] = Some(now);
    }

    /// The job's properties with every reference replaced by an output, and whether it is needed at
    /// all: what was unknown in the plan may turn out to be what is there.
    pub fn resolve(
        &self,
        id: JobId,
        comparators: &dyn Comparators,
    ) -> Result<Resolved, Diagnostic> {
        let step = self.step(id);
        let op = self.job(id).op;
        let (Some(declared), true) = (&step.declared, matches!(op, Op::Create | Op::Update)) else {
            return Ok(Resolved { needed: true, ..Resolved::default() });
        };
        let lookup = |r: &Reference| resolve::output(self.outputs.get(&r.target)?, &r.path);
        let properties = resolve::resolve_map(&declared.properties, &lookup);
        if let Some((name, value)) = properties.iter().find(|(_, v)| is_unknown(v)) {
            let missing: Vec<String> = value.references().iter().map(ToString::to_string).collect();
            return Err(Diagnostic::error("A reference is still unknown")
                .at(declared.span.clone())
                .what(format!("`{name}` needs {}, which has no value", missing.join(", ")))
                .why("the resource that it refers to did not give this output"));
        }
        let Some(live) = step.live.as_ref().filter(|_| step.action != Action::Create) else {
            return Ok(Resolved { needed: true, properties, ..Resolved::default() });
        };
        let schema = self.plan.schemas.get(&step.resource.kind);
        let no_schema = BTreeMap::new();
        let fields = schema.map_or(&no_schema, |s| &s.properties);
        let comparing = Comparing { kind: &step.resource.kind, comparators };
        let there = live.compared();
        let mut differences = comparing
            .properties(fields, &properties, &there, &declared.ignore_changes)
            .map_err(|m| Diagnostic::error("A property can't be compared").what(m))?;
        differences.extend(crate::compare::resets(declared, &there));
        // Only what the plan did not know can have turned out equal; a broken resource goes all the
        // same.
        let open =
            step.may_replace.is_some() || step.differences.iter().any(Difference::is_unknown);
        let forced = live.broken.is_some() || live.is_deleting() || step.delete_first;
        let replaces = step.may_replace.is_some()
            && (must_replace(step, &differences, fields).is_some()
                || declared.replace_with.iter().any(|t| self.replaced.contains(t)));
        let needed = forced || replaces || !open || !differences.is_empty();
        if op == Op::Update && !replaces {
            refuse_replacement(step, &differences, fields)?;
        }
        let changes = differences
            .iter()
            .map(|d| d.property().to_owned())
            .map(|name| {
                let of = |map: &Map| map.get(&name).cloned().unwrap_or_default();
                let sides = (of(&there), of(&properties));
                (name, sides)
            })
            .collect();
        Ok(Resolved { needed, replaces, properties, differences, changes })
    }

    /// Says that an update is carried out as a replacement: see [`Resolved::replaces`].
    pub fn replace(&mut self, id: JobId) {
        let resource = self.step(id).resource.clone();
        self.replaced.insert(resource);
    }

    /// Takes the result of a job: the resource's outputs, or why it failed. What waits for a failed
    /// job is skipped.
    pub fn finished(&mut self, id: JobId, result: Result<Map, String>, now: f64) {
        self.ended[id] = Some(now);
        match result {
            Ok(outputs) => {
                self.states[id] = JobState::Done;
                if self.job(id).op != Op::Delete {
                    self.outputs.insert(self.step(id).resource.clone(), outputs);
                }
                let step = self.step(id);
                if step.may_replace.is_some() && !self.replaced.contains(&step.resource) {
                    self.rest_unneeded(id);
                }
            }
            Err(message) => {
                self.states[id] = JobState::Failed(message);
                self.skip_after(id);
            }
        }
    }

    /// Says that a job found nothing to do: the resource stays as it is, and what a replacement
    /// would have deleted stays too.
    pub fn unneeded(&mut self, id: JobId, now: f64) {
        self.ended[id] = Some(now);
        self.states[id] = JobState::Unneeded;
        let step = self.job(id).step;
        if let Some(live) = &self.plan.steps[step].live {
            self.outputs.insert(live.id.clone(), live.outputs.clone());
        }
        self.rest_unneeded(id);
    }

    /// What else the step was to do is not needed.
    fn rest_unneeded(&mut self, id: JobId) {
        let step = self.job(id).step;
        for (other, job) in self.plan.jobs.iter().enumerate() {
            if job.step == step && self.states[other] == JobState::Waiting {
                self.states[other] = JobState::Unneeded;
            }
        }
    }

    /// Starts nothing new; what is under way may finish.
    pub fn stop(&mut self) {
        self.stopped = true;
    }

    /// Whether it was stopped.
    pub fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// Whether nothing is under way and nothing more can start.
    pub fn is_over(&self) -> bool {
        let running = self.states.contains(&JobState::Running);
        !running && self.ready().is_empty()
    }

    /// Whether every job was carried out.
    pub fn is_complete(&self) -> bool {
        self.states.iter().all(JobState::is_good)
    }

    /// How many jobs are where.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts { total: self.states.len(), ..Counts::default() };
        for state in &self.states {
            match state {
                JobState::Done | JobState::Unneeded => counts.done += 1,
                JobState::Running => counts.running += 1,
                JobState::Failed(_) => counts.failed += 1,
                JobState::Waiting | JobState::Skipped => counts.not_started += 1,
            }
        }
        counts
    }

    /// What is known of every resource by now.
    pub fn outputs(&self) -> &BTreeMap<ResourceId, Map> {
        &self.outputs
    }

    /// Says how long a job has waited, and how much of that may be due to looking only now and then.
    pub fn spent(&mut self, id: JobId, waited: f64, lag: f64) {
        if let Some(spent) = self.spent.get_mut(id) {
            *spent = (waited, lag);
        }
    }

    /// When each job that ran started and ended, in the order of their starts.
    pub fn timeline(&self) -> Vec<Timing> {
        let mut out: Vec<Timing> = (0..self.states.len())
            .filter_map(|job| {
                let (waited, lag) = self.spent[job];
                Some(Timing { job, start: self.started[job]?, end: self.ended[job]?, waited, lag })
            })
            .collect();
        out.sort_by(|a, b| a.start.total_cmp(&b.start).then(a.job.cmp(&b.job)));
        out
    }

    /// The chain of jobs that took the longest, and how long it took in seconds: no apply of this
    /// plan could have been faster with steps that take this long.
    pub fn critical_path(&self) -> (f64, Vec<JobId>) {
        critical_path(&self.plan.jobs, &self.timeline())
    }

    /// How long the longest chain had to take at the least, if everybody had looked at the right
    /// moment.
    pub fn least_path(&self) -> f64 {
        least_path(&self.plan.jobs, &self.timeline())
    }

    /// How long each job of [`Self::timeline`] could have started already, had there been room.
    pub fn queued(&self) -> Vec<f64> {
        queued(&self.plan.jobs, &self.timeline())
    }

    fn skip_after(&mut self, failed: JobId) {
        let mut stack = vec![failed];
        while let Some(next) = stack.pop() {
            for (id, job) in self.plan.jobs.iter().enumerate() {
                if job.after.contains(&next) && self.states[id].is_open() {
                    self.states[id] = JobState::Skipped;
                    stack.push(id);
                }
            }
        }
    }
}

/// The difference that only a replacement brings about.
fn must_replace<'a>(
    step: &Step,
    differences: &'a [Difference],
    fields: &BTreeMap<String, crate::model::Property>,
) -> Option<&'a Difference> {
    let fixed = |d: &Difference| {
        step.live.as_ref().is_some_and(|live| live.fixed.contains_key(d.property()))
    };
    differences.iter().find(|d| replaces(fields, &d.path).is_some() || fixed(d))
}

/// A replacement that the plan did not say might come was not asked for: the next plan shows it.
fn refuse_replacement(
    step: &Step,
    differences: &[Difference],
    fields: &BTreeMap<String, crate::model::Property>,
) -> Result<(), Diagnostic> {
    let Some(found) = must_replace(step, differences, fields) else {
        return Ok(());
    };
    Err(Diagnostic::error("The resource must be replaced")
        .at(step.span().cloned())
        .what(format!("`{}` of {} turned out to differ, and can't be changed", found.path, step.resource))
        .why("the value was known only after another resource was made, so the plan did not show a replacement")
        .hint("Run the command again: the new plan shows the replacement")
        .exit(Exit::Partial))
}
