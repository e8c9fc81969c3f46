//! A small world that plays AWS: it enforces what AWS would, and can crash between a mutation and
//! its record.

#![allow(clippy::unwrap_used, dead_code)]

use dmsrun_base::{Map, Reference, ResourceId, Value};
use dmsrun_diag::render::Disk;
use dmsrun_stack::{
    Apply, Compare, Declared, Live, NoComparators, Op, Plan, Property, Request, Schema, Schemas,
    Step, plan,
};
use std::{collections::BTreeMap, sync::Arc};

/// Two kinds of the same shape: `solo` exists once and deletes first.
pub const KINDS: [&str; 2] = ["t.node", "t.solo"];

pub fn schemas() -> Schemas {
    let properties = BTreeMap::from([
        ("a".to_owned(), Property::default()),
        ("b".to_owned(), Property { replaces: Some(String::new()), ..Property::default() }),
        ("on".to_owned(), Property { replaces: Some(String::new()), ..Property::default() }),
        ("uses".to_owned(), Property { compare: Compare::Set, ..Property::default() }),
        ("tags".to_owned(), Property { compare: Compare::Merged, ..Property::default() }),
    ]);
    KINDS
        .iter()
        .map(|name| {
            let schema = Schema {
                name: (*name).to_owned(),
                properties: properties.clone(),
                exclusive: *name == "t.solo",
                ..Schema::default()
            };
            ((*name).to_owned(), schema)
        })
        .collect()
}

pub fn id(kind: &str, name: impl ToString) -> ResourceId {
    ResourceId::new(kind, name.to_string())
}

pub fn reference(target: &ResourceId) -> Value {
    Value::Reference(Reference { target: target.clone(), path: vec!["id".to_owned()] })
}

/// A declared resource of the two kinds.
pub fn declared(id: &ResourceId, a: i64, b: i64, on: Value, uses: Vec<Value>) -> Declared {
    let properties = Map::from([
        ("a".to_owned(), Value::Int(a)),
        ("b".to_owned(), Value::Int(b)),
        ("on".to_owned(), on),
        ("uses".to_owned(), Value::List(uses)),
    ]);
    Declared::new(id.clone(), properties)
}

#[derive(Clone, Debug)]
pub struct Item {
    pub id: ResourceId,
    pub generation: u32,
    pub properties: Map,
    pub state: &'static str,
}

impl Item {
    fn texts(&self, property: &str) -> Vec<String> {
        match self.properties.get(property) {
            Some(Value::String(text)) => vec![text.clone()],
            Some(Value::List(list)) => {
                list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// When the process dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crash {
    /// Never.
    Never,
    /// Before the mutation of this number.
    Before(usize),
    /// After it, with nobody there to take the answer.
    After(usize),
}

#[derive(Default, Debug)]
pub struct World {
    pub items: BTreeMap<String, Item>,
    /// What is there and not the stack's.
    pub foreign: BTreeMap<String, Item>,
    /// The name that the next one gets, where it is known beforehand.
    pub again: Option<String>,
    made: usize,
    pub mutations: usize,
    /// Whether something is deleted before its successor is there: then what uses it can't always
    /// let go in time.
    exclusive: bool,
}

/// The process died.
#[derive(Debug)]
pub struct Died;

impl World {
    pub fn live(&self) -> Vec<Live> {
        self.items
            .iter()
            .map(|(physical, item)| {
                let mut live = Live::new(item.id.clone(), physical.as_str());
                live.properties = item.properties.clone();
                live.outputs = Map::from([("id".to_owned(), physical.as_str().into())]);
                live.parents = item.texts("on").into_iter().chain(item.texts("uses")).collect();
                live.generation = item.generation;
                live.state = Some(item.state.to_owned());
                live
            })
            .collect()
    }

    pub fn plan(&self, declared: &[Declared]) -> Plan {
        let (live, schemas) = (self.live(), schemas());
        let request = Request {
            stack: "test",
            owner: None,
            declared,
            live: &live,
            schemas: &schemas,
            comparators: &NoComparators,
            sources: &Disk,
            shields: &dmsrun_stack::plan::Shields::default(),
        };
        plan(&request).unwrap()
    }

    /// Applies the declaration; `pick` chooses among the jobs that are ready.
    pub fn deploy(
        &mut self,
        declared: &[Declared],
        crash: Crash,
        pick: &mut dyn FnMut(usize) -> usize,
    ) -> Result<Plan, Died> {
        let plan = Arc::new(self.plan(declared));
        let mut apply = Apply::new(plan.clone());
        let mut count = 0;
        loop {
            let ready = apply.ready();
            if ready.is_empty() {
                break;
            }
            let job = ready[pick(ready.len())];
            apply.start(job, 0.0);
            // Whatever turns out to need a replacement, the plan said that it might.
            let resolved = apply.resolve(job, &NoComparators).unwrap();
            if !resolved.needed {
                apply.unneeded(job, 0.0);
                continue;
            }
            if crash == Crash::Before(count) {
                return Err(Died);
            }
            let lost = crash == Crash::After(count);
            let (mut op, mut step) = (apply.job(job).op, apply.step(job).clone());
            if resolved.replaces {
                assert!(
                    step.may_replace.is_some(),
                    "{} was not said to be replaced",
                    step.resource
                );
                apply.replace(job);
                op = Op::Create;
                step.generation += 1;
            }
            self.exclusive = plan.steps.iter().any(|step| step.delete_first);
            let outputs = self.mutate(&step, op, resolved.properties, lost);
            if lost {
                return Err(Died);
            }
            count += 1;
            apply.finished(job, Ok(outputs), 1.0);
        }
        if apply.counts().failed > 0 {
            return Err(Died);
        }
        assert!(apply.is_complete(), "an apply without a crash completes: {plan:#?}");
        Ok((*plan).clone())
    }

    /// Somebody changes an item.
    pub fn change(&mut self, at: usize) {
        if let Some(item) = self.items.values_mut().nth(at) {
            item.properties.insert("a".to_owned(), Value::Int(99));
        }
    }

    /// Somebody deletes an item, if AWS lets him: nothing stands on it or uses it.
    pub fn lose(&mut self, at: usize) {
        let Some(physical) = self.items.keys().nth(at).cloned() else { return };
        let needed = self.items.values().any(|item| {
            let texts = item.texts("on").into_iter().chain(item.texts("uses"));
            texts.into_iter().any(|text| text == physical)
        });
        if !needed {
            self.items.remove(&physical);
        }
    }

    fn mutate(&mut self, step: &Step, op: Op, properties: Map, lost: bool) -> Map {
        self.mutations += 1;
        let physical = match op {
            Op::Create => {
                self.check_create(step, &properties);
                self.made += 1;
                let name = format!("{}-{}", step.resource.id, self.made);
                let physical = self.again.take().unwrap_or(name);
                let state = if lost { "creating" } else { "available" };
                let item = Item {
                    id: step.resource.clone(),
                    generation: step.generation,
                    properties,
                    state,
                };
                self.items.insert(physical.clone(), item);
                physical
            }
            Op::Update | Op::Wait => {
                let physical = step.live.as_ref().unwrap().physical.clone();
                let item = self.items.get_mut(&physical).unwrap();
                item.state = "available";
                item.properties.extend(properties);
                physical
            }
            Op::Delete => {
                let physical = step.live.as_ref().unwrap().physical.clone();
                self.check_delete(&physical);
                self.items.remove(&physical);
                physical
            }
        };
        Map::from([("id".to_owned(), physical.into())])
    }

    fn check_create(&self, step: &Step, properties: &Map) {
        if step.resource.kind == "t.solo" {
            let twin = self.items.values().any(|item| item.id == step.resource);
            assert!(!twin, "{} exists and is exclusive", step.resource);
        }
        for text in ["on", "uses"].iter().flat_map(|p| match properties.get(*p) {
            Some(Value::String(text)) if text != "none" => vec![text.clone()],
            Some(Value::List(list)) => {
                list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
            }
            _ => Vec::new(),
        }) {
            assert!(
                self.items.contains_key(&text),
                "{} stands on {text}, which is gone",
                step.resource
            );
        }
    }

    fn check_delete(&self, physical: &str) {
        for (child, item) in &self.items {
            if child == physical {
                continue;
            }
            let stands = item.texts("on").iter().any(|p| p == physical);
            assert!(!stands, "{child} still stands on {physical}");
            let uses = item.texts("uses").iter().any(|p| p == physical);
            assert!(self.exclusive || !uses, "{child} still uses {physical}");
        }
    }
}
