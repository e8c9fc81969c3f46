//! Steps become jobs: what each waits for. Creation goes along the references, deletion against the
//! live parents.

use crate::{
    model::Live,
    plan::{Action, Step},
};
use dmsrun_base::{ResourceId, Value};
use std::collections::{BTreeMap, BTreeSet};

/// The number of a job within its plan.
pub type JobId = usize;

/// What a job does. A replacement is two jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Op {
    /// Makes the resource, or its next generation.
    Create,
    /// Changes it in place.
    Update,
    /// Deletes it.
    Delete,
    /// Waits for what is in progress.
    Wait,
}

impl Op {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Wait => "wait",
        }
    }
}

/// A piece of work that is carried out at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// The step that it belongs to.
    pub step: usize,
    /// What it does.
    pub op: Op,
    /// The jobs that must be done before.
    pub after: BTreeSet<JobId>,
}

/// What each declared resource waits for.
pub type Targets = BTreeMap<ResourceId, Vec<ResourceId>>;

/// The jobs of the steps. The references have no cycle; edges between deletions that would close
/// one are left out, as two security groups may well name each other.
pub fn jobs(steps: &[Step], targets: &Targets) -> Vec<Job> {
    let mut builder = Builder::new(steps);
    builder.along_references(targets);
    builder.replacements();
    builder.deletions(targets);
    builder.jobs
}

/// What stands on something that is deleted before its successor exists can't outlive it, so it
/// goes first too; however far up it stands.
pub fn delete_first(steps: &mut [Step]) {
    let mut names: BTreeSet<String> = BTreeSet::new();
    let mut seen = vec![false; steps.len()];
    loop {
        let mut more = false;
        for (at, step) in steps.iter_mut().enumerate() {
            let Some(live) = step.live.as_ref().filter(|_| !seen[at]) else { continue };
            let stands = live.parents.iter().any(|p| names.contains(p));
            let goes = match step.action {
                Action::Replace => step.delete_first || stands,
                Action::Delete => stands,
                _ => false,
            };
            if goes {
                names.extend(names_of(live).map(str::to_owned));
                step.delete_first = step.action == Action::Replace;
                (seen[at], more) = (true, true);
            }
        }
        if !more {
            return;
        }
    }
}

/// What others call a resource: its physical id and its text outputs. An output that names what the
/// resource itself stands on, such as the VPC of a subnet group, is no name of its own.
fn names_of(live: &Live) -> impl Iterator<Item = &str> {
    let outputs = live.outputs.values().filter_map(Value::as_str);
    let own = outputs.filter(|name| !live.parents.iter().any(|parent| parent == name));
    own.chain([live.physical.as_str()])
}

struct Builder<'a> {
    steps: &'a [Step],
    jobs: Vec<Job>,
    /// The job that leaves the resource as declared.
    makes: BTreeMap<&'a ResourceId, JobId>,
    /// The job of each step that makes or changes.
    make_of: BTreeMap<usize, JobId>,
    /// The job of each step that deletes.
    delete_of: BTreeMap<usize, JobId>,
}

impl<'a> Builder<'a> {
    fn new(steps: &'a [Step]) -> Self {
        let (makes, make_of, delete_of) = Default::default();
        let mut me = Self { steps, jobs: Vec::new(), makes, make_of, delete_of };
        for (at, step) in steps.iter().enumerate() {
            let make = match step.action {
                Action::Create | Action::Replace => Some(Op::Create),
                Action::Update => Some(Op::Update),
                Action::Wait => Some(Op::Wait),
                Action::Delete => None,
            };
            if let Some(op) = make {
                let job = me.add(at, op);
                me.makes.insert(&step.resource, job);
                me.make_of.insert(at, job);
            }
            // An update that may turn into a replacement has the deletion of one, which is not needed
            // where it does not.
            let goes = matches!(step.action, Action::Delete | Action::Replace);
            if goes || step.may_replace.is_some() {
                let job = me.add(at, Op::Delete);
                me.delete_of.insert(at, job);
            }
        }
        me
    }

    fn add(&mut self, step: usize, op: Op) -> JobId {
        self.jobs.push(Job { step, op, after: BTreeSet::new() });
        self.jobs.len() - 1
    }

    /// What refers waits for what it refers to, also through resources that stay as they are.
    fn along_references(&mut self, targets: &Targets) {
        let mut memo: BTreeMap<&ResourceId, BTreeSet<JobId>> = BTreeMap::new();
        for step in self.steps {
            let Some(job) = self.makes.get(&step.resource).copied() else { continue };
            let mut after = BTreeSet::new();
            for target in targets.get(&step.resource).into_iter().flatten() {
                after.extend(self.frontier(target, targets, &mut memo));
            }
            after.remove(&job);
            self.jobs[job].after.extend(after);
        }
    }

    /// The nearest jobs at or below a resource.
    fn frontier<'b>(
        &self,
        id: &'b ResourceId,
        targets: &'b Targets,
        memo: &mut BTreeMap<&'b ResourceId, BTreeSet<JobId>>,
    ) -> BTreeSet<JobId> {
        if let Some(job) = self.makes.get(id) {
            return BTreeSet::from([*job]);
        }
        if let Some(found) = memo.get(id) {
            return found.clone();
        }
        let mut out = BTreeSet::new();
        for target in targets.get(id).into_iter().flatten() {
            out.extend(self.frontier(target, targets, memo));
        }
        memo.insert(id, out.clone());
        out
    }

    fn replacements(&mut self) {
        for (at, step) in self.steps.iter().enumerate() {
            let (Some(make), Some(delete)) = (self.make_of.get(&at), self.delete_of.get(&at))
            else {
                continue;
            };
            let (first, second) = if step.delete_first { (delete, make) } else { (make, delete) };
            self.jobs[*second].after.insert(*first);
        }
    }

    /// What stands on something goes, or lets go of it, before that is deleted.
    fn deletions(&mut self, targets: &Targets) {
        let parents = self.deleted_by_name();
        let by_id: BTreeMap<&ResourceId, Vec<usize>> =
            self.delete_of.keys().fold(BTreeMap::new(), |mut map, at| {
                map.entry(&self.steps[*at].resource).or_insert_with(Vec::new).push(*at);
                map
            });
        // What is live is certain; what is declared is only a second opinion where the two
        // contradict.
        let (mut certain, mut likely) = (Vec::new(), Vec::new());
        for (child, step) in self.steps.iter().enumerate() {
            let Some(live) = &step.live else { continue };
            let depends = live.depends();
            let declared = targets.get(&step.resource).filter(|_| step.declared.is_some());
            let by_parent = live.parents.iter().filter_map(|p| parents.get(p.as_str())).flatten();
            let by_reference = declared.into_iter().flatten().chain(&depends);
            let by_reference = by_reference.filter_map(|id| by_id.get(id)).flatten();
            certain.extend(by_parent.filter_map(|parent| self.edge(*parent, child)));
            likely.extend(by_reference.filter_map(|parent| self.edge(*parent, child)));
        }
        // A deletion is refused while something stands on it; what only refers to it often is not.
        // Where an exclusive resource in between makes both impossible, the first kind is kept.
        certain.sort_by_key(|(_, earlier)| self.jobs[*earlier].op != Op::Delete);
        let edges = certain.into_iter().chain(likely);
        for (later, earlier) in edges {
            if !self.waits_for(earlier, later) {
                self.jobs[later].after.insert(earlier);
            }
        }
    }

    /// The deletion of a parent waits for its child's deletion, or for the change by which the
    /// child lets go of it. What is deleted first can't wait for a change: that needs its
    /// successor.
    fn edge(&self, parent: usize, child: usize) -> Option<(JobId, JobId)> {
        let delete = *self.delete_of.get(&parent)?;
        let own = match self.delete_of.get(&child) {
            Some(own) => Some(own),
            None => self.make_of.get(&child).filter(|_| !self.steps[parent].delete_first),
        };
        own.filter(|_| parent != child).map(|own| (delete, *own))
    }

    /// Each physical id and each text output of what is deleted, with the steps that delete it.
    fn deleted_by_name(&self) -> BTreeMap<&'a str, Vec<usize>> {
        let mut names: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let steps = self.steps;
        for at in self.delete_of.keys() {
            let Some(live) = &steps[*at].live else { continue };
            let all: BTreeSet<&str> = names_of(live).collect();
            for name in all {
                names.entry(name).or_default().push(*at);
            }
        }
        names
    }

    /// Whether `job` waits for `other`, however far.
    fn waits_for(&self, job: JobId, other: JobId) -> bool {
        let mut seen = vec![false; self.jobs.len()];
        let mut stack = vec![job];
        while let Some(next) = stack.pop() {
            if next == other {
                return true;
            }
            if !std::mem::replace(&mut seen[next], true) {
                stack.extend(&self.jobs[next].after);
            }
        }
        false
    }
}

/// How many jobs wait for each, along its longest chain: what has the longest chain starts first.
pub fn heights(jobs: &[Job]) -> Vec<usize> {
    let mut heights = vec![0; jobs.len()];
    for job in topological(jobs).into_iter().rev() {
        for earlier in &jobs[job].after {
            heights[*earlier] = heights[*earlier].max(heights[job] + 1);
        }
    }
    heights
}

/// The jobs, each after all that it waits for.
pub fn topological(jobs: &[Job]) -> Vec<JobId> {
    let mut waits: Vec<usize> = jobs.iter().map(|job| job.after.len()).collect();
    let mut later: Vec<Vec<JobId>> = vec![Vec::new(); jobs.len()];
    for (id, job) in jobs.iter().enumerate() {
        for earlier in &job.after {
            later[*earlier].push(id);
        }
    }
    let mut order: Vec<JobId> = (0..jobs.len()).filter(|id| waits[*id] == 0).collect();
    let mut at = 0;
    while at < order.len() {
        for id in &later[order[at]] {
            waits[*id] -= 1;
            if waits[*id] == 0 {
                order.push(*id);
            }
        }
        at += 1;
    }
    order
}
