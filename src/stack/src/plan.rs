//! The plan: declared against live gives steps, each with its reason. Pure.

mod maybe;
mod step;
mod surplus;

pub use step::{Action, Plan, Step};

use crate::{
    compare::{self, Comparators, Comparing},
    diff::{Difference, Side},
    effective::effective,
    graph::Graph,
    identify::{Identified, identify},
    model::{Compare, Declared, Live, Property, Schema, Schemas},
    order, resolve,
    validate::validate,
};
use dmsrun_base::{Map, Reference, ResourceId, Value};
use dmsrun_diag::{Diagnostic, Sources};
use std::collections::{BTreeMap, BTreeSet};

/// The reason of every deletion where nothing is declared.
pub const DESTROYED: &str = "the stack is destroyed";

/// What a plan is made of.
pub struct Request<'a> {
    /// The stack's name.
    pub stack: &'a str,
    /// Who runs it, where the stack says so.
    pub owner: Option<&'a str>,
    /// What the script declares, in its order.
    pub declared: &'a [Declared],
    /// What is found with the tags of the stack.
    pub live: &'a [Live],
    /// Every kind that is known.
    pub schemas: &'a Schemas,
    /// The caller's comparisons.
    pub comparators: &'a dyn Comparators,
    /// The text of scripts, for the places of mistakes.
    pub sources: &'a dyn Sources,
    /// What a destroy is to know of the script, in which it takes nothing for declared.
    pub shields: &'a Shields,
}

/// What the script protects and retains, whatever the tags say: they are written by a deploy only.
#[derive(Clone, Debug, Default)]
pub struct Shields {
    /// What must not be lost.
    pub protect: BTreeSet<ResourceId>,
    /// What stays behind.
    pub retain: BTreeSet<ResourceId>,
}

/// Makes the plan, or says everything that stands against it.
pub fn plan(request: &Request<'_>) -> Result<Plan, Vec<Diagnostic>> {
    let mut wrong = validate(request.declared, request.schemas, request.sources);
    let graph = match Graph::build(request.declared, request.schemas) {
        Ok(graph) => Some(graph),
        Err(found) => {
            wrong.extend(found);
            None
        }
    };
    let identified = match identify(request.live, request.schemas, request.owner) {
        Ok(identified) => Some(identified),
        Err(found) => {
            wrong.extend(found);
            None
        }
    };
    let (Some(graph), Some(identified), true) = (graph, identified, wrong.is_empty()) else {
        return Err(wrong);
    };
    let mut planner = Planner::new(request, &identified);
    for at in graph.order() {
        planner.decide(&request.declared[*at]);
    }
    planner.surplus();
    planner.finish()
}

/// What becomes of a declared resource, as far as others that refer to it must know.
enum Outcome {
    /// It is there and stays: its outputs are known.
    Stays(Map),
    /// It does not exist yet.
    Created,
    /// Another takes its place.
    Replaced,
    /// It stays or is replaced: the apply decides.
    Uncertain,
}

struct Planner<'a> {
    request: &'a Request<'a>,
    identified: &'a Identified,
    outcomes: BTreeMap<ResourceId, Outcome>,
    by_name: BTreeMap<&'a str, &'a ResourceId>,
    plan: Plan,
    wrong: Vec<Diagnostic>,
}

impl<'a> Planner<'a> {
    fn new(request: &'a Request<'a>, identified: &'a Identified) -> Self {
        let mut by_name = BTreeMap::new();
        for live in request.live {
            for text in live.outputs.values().filter_map(Value::as_str) {
                by_name.insert(text, &live.id);
            }
        }
        for live in request.live {
            by_name.insert(live.physical.as_str(), &live.id);
        }
        let plan = Plan {
            stack: request.stack.to_owned(),
            schemas: request.schemas.clone(),
            ..Plan::default()
        };
        Self { request, identified, outcomes: BTreeMap::new(), by_name, plan, wrong: Vec::new() }
    }

    fn decide(&mut self, declared: &Declared) {
        let Some(schema) = self.request.schemas.get(&declared.id.kind) else { return };
        let live = self.identified.primary.get(&declared.id).map(|at| &self.request.live[*at]);
        let declared = effective(declared, schema, live);
        let Some(live) = live else {
            self.outcomes.insert(declared.id.clone(), Outcome::Created);
            self.push(step(Action::Create, "does not exist yet", Some(declared), None));
            return;
        };
        if live.is_deleting() {
            return self.replace(schema, declared, live, "is being deleted".into(), Vec::new());
        }
        let resolved = resolve::resolve_map(&declared.properties, &|r| self.lookup(r));
        let comparing = Comparing { kind: &schema.name, comparators: self.request.comparators };
        let differences = match comparing.properties(
            &schema.properties,
            &resolved,
            &live.compared(),
            &declared.ignore_changes,
        ) {
            Ok(mut differences) => {
                differences.extend(compare::resets(&declared, &live.compared()));
                differences
            }
            Err(message) => {
                let diagnostic = Diagnostic::error("A property can't be compared")
                    .at(declared.span.clone())
                    .what(message);
                return self.wrong.push(diagnostic);
            }
        };
        let reason = live
            .broken
            .clone()
            .or_else(|| differences.iter().find_map(|d| self.replaces(schema, &declared, live, d)))
            .or_else(|| self.replaced_with(&declared, live));
        let maybe = match &reason {
            Some(_) => None,
            None => self.may_be_replaced(schema, &declared, live, &differences),
        };
        // What would have to go before the next one is made can't wait for it to be known.
        let (certain, maybe) = if schema.exclusive { (maybe, None) } else { (None, maybe) };
        if let Some(reason) = reason.or(certain) {
            return self.replace(schema, declared, live, reason, differences);
        }
        let (action, reason) = match (differences.as_slice(), &live.state) {
            ([], _) if maybe.is_some() => (Action::Update, maybe.clone().unwrap_or_default()),
            ([], Some(state)) if live.is_pending() => (Action::Wait, format!("is {state}")),
            ([], _) => {
                self.stays(live);
                return self.plan.unchanged.push(declared.id);
            }
            _ => (Action::Update, update_reason(&differences)),
        };
        self.stays(live);
        if let Some(reason) = &maybe {
            self.protected_maybe(&declared, live, reason);
            self.outcomes.insert(declared.id.clone(), Outcome::Uncertain);
        }
        let mut step = step(action, &reason, Some(declared), Some(live.clone()));
        step.differences = differences;
        step.may_replace = maybe;
        self.push(step);
    }

    fn stays(&mut self, live: &Live) {
        self.plan.outputs.insert(live.id.clone(), live.outputs.clone());
        self.outcomes.insert(live.id.clone(), Outcome::Stays(live.outputs.clone()));
    }

    fn lookup(&self, reference: &Reference) -> Option<Value> {
        match self.outcomes.get(&reference.target)? {
            Outcome::Stays(outputs) => resolve::output(outputs, &reference.path),
            Outcome::Created | Outcome::Replaced | Outcome::Uncertain => None,
        }
    }

    /// The reason to replace because of one difference, or `None` where it is changed in place.
    ///
    /// What is only unknown replaces when its target is replaced, or when the live value names
    /// another resource of this stack, or where the target is of a fresh kind: then it will differ for
    /// certain. A target that merely comes back after it vanished may well get its old ARN again, so
    /// that is decided when it is known (see [`Self::may_be_replaced`] and [`crate::Apply::resolve`]).
    fn replaces(
        &self,
        schema: &Schema,
        declared: &Declared,
        live: &Live,
        difference: &Difference,
    ) -> Option<String> {
        let name = difference.property();
        let fixed = live.fixed.get(name).map(String::as_str);
        let follows = schema.properties.get(name).is_some_and(|p| p.follows);
        let why = replaces(&schema.properties, &difference.path).or(fixed);
        if why.is_none() && !follows {
            return None;
        }
        let left = follows.then(|| self.left_by(declared, live, name)).flatten();
        if let Some(target) = left {
            return Some(format!("`{name}` follows {target}, which was replaced"));
        }
        if difference.is_unknown() {
            let value = declared.properties.get(name)?;
            let targets = || value.references().into_iter().map(|r| &r.target);
            let replaced =
                targets().find(|t| matches!(self.outcomes.get(t), Some(Outcome::Replaced)));
            if let Some(target) = replaced {
                let also = fixed.map_or_else(String::new, |why| format!("; {why}"));
                return Some(format!("`{name}` follows {target}, which is replaced{also}"));
            }
            let fresh = |t: &&ResourceId| {
                matches!(self.outcomes.get(*t), Some(Outcome::Created))
                    && self.request.schemas.get(&t.kind).is_some_and(|s| s.fresh)
            };
            let names_another =
                |text: &str| self.by_name.get(text).is_some_and(|id| !targets().any(|t| t == *id));
            let there = texts(live.properties.get(name)?);
            let new = targets().find(fresh);
            if new.is_none() && !there.into_iter().any(names_another) {
                return None;
            }
            if let (Some(target), Some(why)) = (new, why.filter(|why| !why.is_empty())) {
                return Some(format!("`{name}` follows {target}, which does not exist yet; {why}"));
            }
        }
        let why = why?;
        Some(if why.is_empty() { format!("`{name}` can't be changed") } else { why.to_owned() })
    }

    /// The target of a property whose older generation the live value still names: a run that replaced
    /// the target did not get as far as this resource.
    fn left_by(&self, declared: &Declared, live: &Live, name: &str) -> Option<&'a ResourceId> {
        let there = texts(live.properties.get(name)?);
        let value = declared.properties.get(name)?;
        let old = |reference: &Reference| {
            let primary = &self.request.live[*self.identified.primary.get(&reference.target)?];
            let mut older = self.older(&reference.target, primary.generation);
            let twin = older.find(|twin| {
                let output = resolve::output(&twin.outputs, &reference.path);
                let named = output.as_ref().and_then(Value::as_str);
                named.is_some_and(|named| there.contains(&named))
            })?;
            Some(&twin.id)
        };
        value.references().into_iter().find_map(old)
    }

    /// The reason to replace because of what the resource is to be replaced with.
    fn replaced_with(&self, declared: &Declared, live: &Live) -> Option<String> {
        let replaced = |t: &&ResourceId| matches!(self.outcomes.get(*t), Some(Outcome::Replaced));
        if let Some(target) = declared.replace_with.iter().find(replaced) {
            return Some(format!("goes with {target}, which is replaced"));
        }
        // A run that replaced the target did not get as far as this resource.
        let begun = |t: &&ResourceId| {
            let Some(primary) = self.identified.primary.get(*t) else { return false };
            let generation = self.request.live[*primary].generation;
            live.generation < generation && self.older(t, generation).next().is_some()
        };
        let target = declared.replace_with.iter().find(begun)?;
        Some(format!("goes with {target}, which was replaced"))
    }

    /// What is left of the generations before one.
    fn older(&self, id: &ResourceId, generation: u32) -> impl Iterator<Item = &'a Live> {
        let twins = self.identified.twins.iter().map(|(at, _)| &self.request.live[*at]);
        twins.filter(move |twin| twin.id == *id && twin.generation < generation)
    }

    /// Whether the new one and the old one can't exist at the same time.
    fn collides(&self, schema: &Schema, declared: &Declared, live: &Live) -> bool {
        schema.exclusive
            && schema.collides.iter().all(|name| {
                let (Some(wanted), Some(there)) =
                    (declared.properties.get(name), live.properties.get(name))
                else {
                    return false;
                };
                let wanted = resolve::resolve(wanted, &|r| self.lookup(r));
                match (schema.properties.get(name).map(|p| &p.compare), &wanted, there) {
                    (Some(Compare::Cidr), Value::String(a), Value::String(b)) => {
                        compare::overlap(a, b)
                    }
                    _ => wanted == *there,
                }
            })
    }

    fn replace(
        &mut self,
        schema: &Schema,
        declared: Declared,
        live: &Live,
        reason: String,
        differences: Vec<Difference>,
    ) {
        if schema.shared {
            self.wrong.push(
                Diagnostic::error("A shared resource can't be replaced")
                    .at(declared.span.clone())
                    .what(format!("{} of {}: {reason}", live.physical, declared.id))
                    .why("others in this account may use it, so dmsrun ensures it and never takes it over"),
            );
            return;
        }
        if declared.protect || live.is_protected() {
            self.protected(live, declared.span.as_ref(), "replaced");
            self.explain_loss(&declared, &reason);
        }
        let delete_first = live.is_deleting() || self.collides(schema, &declared, live);
        self.outcomes.insert(declared.id.clone(), Outcome::Replaced);
        let mut step = step(Action::Replace, &reason, Some(declared), Some(live.clone()));
        step.differences = differences;
        step.generation = live.generation + 1;
        step.delete_first = delete_first;
        self.push(step);
    }

    fn push(&mut self, step: Step) {
        self.plan.steps.push(step);
    }

    fn finish(mut self) -> Result<Plan, Vec<Diagnostic>> {
        if !self.wrong.is_empty() {
            return Err(self.wrong);
        }
        let targets = self
            .request
            .declared
            .iter()
            .map(|d| (d.id.clone(), d.targets().into_iter().cloned().collect()))
            .collect();
        order::delete_first(&mut self.plan.steps);
        self.plan.jobs = order::jobs(&self.plan.steps, &targets);
        Ok(self.plan)
    }
}

fn step(action: Action, reason: &str, declared: Option<Declared>, live: Option<Live>) -> Step {
    let resource = declared
        .as_ref()
        .map(|d| &d.id)
        .or(live.as_ref().map(|l| &l.id))
        .cloned()
        .expect("a step is about something declared or live");
    let differences = match (&declared, action) {
        (Some(declared), Action::Create) => declared
            .properties
            .iter()
            .map(|(name, value)| Difference::new(name, Side::Absent, Side::of(value)))
            .collect(),
        _ => Vec::new(),
    };
    Step {
        resource,
        action,
        reason: reason.to_owned(),
        differences,
        generation: live.as_ref().map_or(1, |l| l.generation),
        declared,
        live,
        delete_first: false,
        may_replace: None,
        effect: None,
        loses_data: None,
    }
}

fn update_reason(differences: &[Difference]) -> String {
    match differences {
        [one] => match &one.text {
            Some(text) => format!("`{}` {text}", one.path),
            None => format!("`{}` {}", one.path, crate::tree::sides(&one.from, &one.to)),
        },
        many => {
            let mut names: Vec<&str> = many.iter().map(Difference::property).collect();
            names.dedup();
            format!("{} differ: {}", many.len(), names.join(", "))
        }
    }
}

/// Why a difference at `path` replaces: said by the property, or by a field on the way to it.
pub(crate) fn replaces<'a>(schema: &'a BTreeMap<String, Property>, path: &str) -> Option<&'a str> {
    let mut fields = Some(schema);
    let mut property: Option<&Property> = None;
    for part in path.split('.') {
        let (name, index) = part.split_once('[').map_or((part, false), |(name, _)| (name, true));
        property = fields.and_then(|f| f.get(name));
        if index {
            property = property.and_then(|p| p.items.as_deref()).or(property);
        }
        let found = property?;
        if let Some(why) = &found.replaces {
            return Some(why);
        }
        fields = found.fields.as_ref();
    }
    property.and_then(|p| p.replaces.as_deref())
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::List(list) => list.iter().flat_map(texts).collect(),
        Value::Map(map) => map.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}
