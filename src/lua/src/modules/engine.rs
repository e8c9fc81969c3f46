//! The module `engine`: the plan, its application and the journal, for `stdlib/stack.lua`.
//!
//! Plans and applies stay on this side as handles; Lua gets tables that describe them. Nothing here
//! calls AWS: `stack.lua` carries the jobs out.

mod applying;
mod hold;
mod journal;
mod read;
mod timing;

use crate::{
    calls::{self, Raise},
    convert::{from_lua, from_lua_at, to_lua},
    state::State,
    values,
};
use dmsrun_base::{Map, Redactor, Reference, ResourceId, Value};
use dmsrun_diag::Diagnostic;
use dmsrun_stack::{
    Apply, Comparators, Difference, Plan, Request, Side, Step,
    compare::Comparing,
    json, render, resolve,
    tree::{self, Detail},
};
use mlua::{AnyUserData, Function, Lua, Table, UserData, Value as LuaValue};
use std::{cell::RefCell, collections::BTreeMap, rc::Rc, sync::Arc};

/// A plan in Lua's hands.
struct PlanHandle(RefCell<Arc<Plan>>);
impl UserData for PlanHandle {}

/// What is said where another userdata is given.
const A_PLAN: &str = "a plan, as engine.plan gives it,";
const AN_APPLY: &str = "an apply, as engine.apply gives it,";

/// An apply in Lua's hands.
struct ApplyHandle(RefCell<Apply>);
impl UserData for ApplyHandle {}

/// The module.
pub fn module(lua: &Lua, _: &State) -> mlua::Result<Table> {
    let engine = lua.create_table()?;
    planning(lua, &engine)?;
    showing(lua, &engine)?;
    applying::add(lua, &engine)?;
    journal::add(lua, &engine)?;
    hold::add(lua, &engine)?;
    Ok(engine)
}

/// Comparisons that Lua makes: `compare(kind, property, name, declared, live)` gives true, or false
/// and a list of `{path=, from=, to=, text=}`.
struct LuaComparators<'a> {
    lua: &'a Lua,
    compare: Option<Function>,
}

impl Comparators for LuaComparators<'_> {
    fn compare(
        &self,
        kind: &str,
        property: &str,
        name: &str,
        declared: &Value,
        live: &Value,
    ) -> Result<Vec<Difference>, String> {
        let Some(compare) = &self.compare else {
            return Err(format!("nobody compares `{property}` of {kind}"));
        };
        let text = |e: mlua::Error| calls::root(&e);
        let declared_lua = to_lua(self.lua, declared).map_err(text)?;
        let live_lua = to_lua(self.lua, live).map_err(text)?;
        let (equal, list): (bool, LuaValue) =
            compare.call((kind, property, name, declared_lua, live_lua)).map_err(text)?;
        if equal {
            return Ok(Vec::new());
        }
        let list = from_lua(self.lua, &list).map_err(|e| e.to_string())?;
        let members = list.as_list().unwrap_or_default();
        let found: Vec<Difference> = members.iter().map(|m| difference(property, m)).collect();
        if found.is_empty() {
            return Ok(vec![Difference::new(property, Side::of(live), Side::of(declared))]);
        }
        Ok(found)
    }
}

fn difference(property: &str, member: &Value) -> Difference {
    let side = |key: &str| member.get(key).map_or(Side::Absent, Side::of);
    let path = match member.get("path").and_then(Value::as_str) {
        Some("") | None => property.to_owned(),
        Some(path) if path.starts_with('[') => format!("{property}{path}"),
        Some(path) => format!("{property}.{path}"),
    };
    let text = member.get("text").and_then(Value::as_str).map(str::to_owned);
    Difference { path, from: side("from"), to: side("to"), text }
}

fn planning(lua: &Lua, engine: &Table) -> mlua::Result<()> {
    engine.set(
        "reference",
        calls::function(lua, "reference", |lua, (kind, id, output): (String, String, String)| {
            let target = ResourceId::new(kind, id);
            Ok(values::reference(lua, Reference { target, path: vec![output] })?)
        })?,
    )?;
    engine.set(
        "copy",
        calls::function(lua, "copy", |lua, (value, path): (LuaValue, String)| {
            Ok(to_lua(lua, &from_lua_at(lua, &value, &path)?)?)
        })?,
    )?;
    engine.set(
        "targets",
        calls::function(lua, "targets", |lua, value: LuaValue| {
            let value = from_lua_at(lua, &value, "value")?;
            let names: Vec<String> =
                value.references().iter().map(|r| r.target.to_string()).collect();
            Ok(to_lua(lua, &dmsrun_base::Value::from(names))?)
        })?,
    )?;
    engine.set(
        "fingerprint",
        calls::function(lua, "fingerprint", |lua, (salt, value): (String, LuaValue)| {
            Ok(dmsrun_stack::fingerprint(&salt, &from_lua_at(lua, &value, "value")?))
        })?,
    )?;
    engine.set(
        "plan",
        calls::function(lua, "plan", |lua, (request, compare): (LuaValue, Option<Function>)| {
            let state = State::of(lua);
            let request = from_lua_at(lua, &request, "plan")?;
            let input = read::input(&request).map_err(Raise::Text)?;
            input.learn(&state.redactor);
            spare(&input, &state.redactor);
            let result = dmsrun_stack::plan(&Request {
                stack: &input.stack,
                owner: input.owner.as_deref(),
                declared: &input.declared,
                live: &input.live,
                schemas: &input.schemas,
                comparators: &LuaComparators { lua, compare },
                sources: &*state,
                shields: &input.shields,
            });
            match result {
                Ok(plan) => Ok(PlanHandle(RefCell::new(Arc::new(plan)))),
                Err(wrong) => Err(all(&state, wrong)),
            }
        })?,
    )?;
    engine.set(
        "annotate",
        calls::function(
            lua,
            "annotate",
            |_, (plan, at, effect, loses): (AnyUserData, usize, Option<String>, Option<String>)| {
                let handle = calls::handle::<PlanHandle>(&plan, A_PLAN)?;
                let mut plan = handle.0.borrow_mut();
                let steps = &mut Arc::make_mut(&mut plan).steps;
                let step = at.checked_sub(1).and_then(|at| steps.get_mut(at));
                let Some(step) = step else {
                    return Err(Raise::misuse(format!("the plan has no step {at}")));
                };
                step.effect = effect;
                step.loses_data = loses;
                Ok(())
            },
        )?,
    )
}

/// Names are no secrets, whatever password is spelled like them: masked, they would spoil outputs and ids.
fn spare(input: &read::Input, redactor: &Redactor) {
    redactor.spare(&input.stack);
    let declared = input.declared.iter().map(|one| &one.id);
    for id in declared.chain(input.live.iter().map(|one| &one.id)) {
        redactor.spare(&id.kind);
        redactor.spare(&id.id);
    }
}

/// Everything that is wrong: shown one after the other, the last one raised.
fn all(state: &State, mut wrong: Vec<Diagnostic>) -> Raise {
    let Some(last) = wrong.pop() else {
        return Diagnostic::bug("a plan was refused without a reason").into();
    };
    for diagnostic in wrong {
        state.ui.diagnostic(&state.scrub_diagnostic(diagnostic));
    }
    last.into()
}

fn showing(lua: &Lua, engine: &Table) -> mlua::Result<()> {
    engine.set(
        "steps",
        calls::function(lua, "steps", |lua, plan: AnyUserData| {
            let plan = plan_of(&plan)?;
            let steps = plan.steps.iter().enumerate().map(|(at, step)| describe(at, step));
            Ok(to_lua(lua, &Value::List(steps.collect()))?)
        })?,
    )?;
    engine.set(
        "show",
        calls::function(lua, "show", |lua, (plan, full): (AnyUserData, Option<bool>)| {
            let state = State::of(lua);
            let detail = if full.unwrap_or(false) { Detail::Full } else { Detail::Compact };
            let tree = tree::tree(&*plan_of(&plan)?, detail);
            let out = lua.create_table()?;
            out.set("headline", state.scrub(&tree.headline))?;
            out.set("text", state.scrub(&render::text(&tree)))?;
            let lines: Vec<String> =
                render::lines(&tree).iter().map(|line| state.scrub(line)).collect();
            out.set("lines", lines)?;
            Ok(out)
        })?,
    )?;
    engine.set(
        "json",
        calls::function(lua, "json", |lua, plan: AnyUserData| {
            let json = Value::from_json(json::json(&*plan_of(&plan)?));
            // It may be written to a file as well as shown.
            let json = super::ui::scrubbed(&State::of(lua), json);
            Ok(crate::convert::to_lua_with_null(lua, &json)?)
        })?,
    )?;
    engine.set(
        "outputs",
        calls::function(lua, "outputs", |lua, handle: AnyUserData| {
            let outputs = outputs_of(&handle)?;
            let map = outputs.into_iter().map(|(id, map)| (id.to_string(), map.into())).collect();
            Ok(to_lua(lua, &Value::Map(map))?)
        })?,
    )?;
    engine.set(
        "value",
        calls::function(lua, "value", |lua, (handle, value): (AnyUserData, LuaValue)| {
            let outputs = outputs_of(&handle)?;
            let value = resolve::resolve(&from_lua(lua, &value)?, &|r: &Reference| {
                resolve::output(outputs.get(&r.target)?, &r.path)
            });
            let known = !resolve::is_unknown(&value);
            let value = if known { to_lua(lua, &value)? } else { LuaValue::Nil };
            Ok((value, known))
        })?,
    )?;
    engine.set(
        "about",
        calls::function(lua, "about", |lua, plan: AnyUserData| {
            let plan = plan_of(&plan)?;
            let kept = plan.kept.iter().map(|(id, _)| id);
            let map = Map::from([
                ("has_changes".to_owned(), plan.has_changes().into()),
                ("unchanged".to_owned(), names(plan.unchanged.iter())),
                ("kept".to_owned(), names(kept)),
            ]);
            Ok(to_lua(lua, &Value::Map(map))?)
        })?,
    )
}

fn names<'a>(ids: impl Iterator<Item = &'a ResourceId>) -> Value {
    Value::List(ids.map(|id| id.to_string().into()).collect())
}

fn plan_of(handle: &AnyUserData) -> Result<Arc<Plan>, Raise> {
    let plan = calls::handle::<PlanHandle>(handle, A_PLAN)?.0.borrow().clone();
    Ok(plan)
}

/// The outputs of a plan, or of an apply as far as it has come.
fn outputs_of(handle: &AnyUserData) -> Result<BTreeMap<ResourceId, Map>, Raise> {
    if let Ok(apply) = handle.borrow::<ApplyHandle>() {
        return Ok(apply.0.borrow().outputs().clone());
    }
    Ok(plan_of(handle)?.outputs.clone())
}

/// What was read back against what was sent: a list of texts, empty when all is as declared.
fn verify(
    lua: &Lua,
    (plan, at, sent, live, compare): (AnyUserData, usize, LuaValue, LuaValue, Option<Function>),
) -> Result<Vec<String>, Raise> {
    let state = State::of(lua);
    let plan = plan_of(&plan)?;
    let Some(step) = at.checked_sub(1).and_then(|at| plan.steps.get(at)) else {
        return Ok(Vec::new());
    };
    let (Value::Map(mut sent), Value::Map(live)) =
        (from_lua_at(lua, &sent, "properties")?, from_lua_at(lua, &live, "properties")?)
    else {
        return Ok(Vec::new());
    };
    // The engine's own marks are not among the properties that a kind reads back.
    if let Some(Value::Map(tags)) = sent.get_mut("tags") {
        tags.retain(|tag, _| !tag.starts_with("dmsrun:"));
    }
    let Some(schema) = plan.schemas.get(&step.resource.kind) else { return Ok(Vec::new()) };
    let ignored = step.declared.as_ref().map_or(&[][..], |d| &d.ignore_changes);
    let comparators = LuaComparators { lua, compare };
    let comparing = Comparing { kind: &schema.name, comparators: &comparators };
    let found =
        comparing.properties(&schema.properties, &sent, &live, ignored).map_err(Raise::Text)?;
    let text = |d: &Difference| {
        let sides = d.text.clone().unwrap_or_else(|| tree::sides(&d.from, &d.to));
        state.scrub(&format!("{} {sides}", d.path))
    };
    Ok(found.iter().map(text).collect())
}

fn step_map(step: &Step) -> Map {
    let text = |s: &Option<String>| Value::from(s.clone());
    let mut map = Map::from([
        ("resource".to_owned(), step.resource.to_string().into()),
        ("kind".to_owned(), step.resource.kind.as_str().into()),
        ("id".to_owned(), step.resource.id.as_str().into()),
        ("action".to_owned(), step.action.word().into()),
        ("reason".to_owned(), step.reason.as_str().into()),
        ("generation".to_owned(), i64::from(step.generation).into()),
        ("delete_first".to_owned(), step.delete_first.into()),
        ("may_replace".to_owned(), text(&step.may_replace)),
        ("effect".to_owned(), text(&step.effect)),
        ("loses_data".to_owned(), text(&step.loses_data)),
    ]);
    if let Some(live) = &step.live {
        map.insert("physical".to_owned(), live.physical.as_str().into());
        map.insert("live_generation".to_owned(), i64::from(live.generation).into());
        map.insert("state".to_owned(), live.state.clone().into());
        map.insert("pending".to_owned(), live.is_pending().into());
        map.insert("deleting".to_owned(), live.is_deleting().into());
    }
    if let Some(span) = step.span() {
        let at = Map::from([
            ("file".to_owned(), span.file.as_str().into()),
            ("line".to_owned(), i64::from(span.line).into()),
        ]);
        map.insert("at".to_owned(), at.into());
    }
    map
}

fn describe(at: usize, step: &Step) -> Value {
    let mut map = step_map(step);
    map.insert("index".to_owned(), (at as i64 + 1).into());
    let mut changes = Map::new();
    let mut differences = Vec::new();
    for difference in &step.differences {
        let name = difference.property();
        let of = |map: Option<&Map>| map.and_then(|m| m.get(name)).cloned().unwrap_or_default();
        let sides = Map::from([
            ("from".to_owned(), of(step.live.as_ref().map(|l| &l.properties))),
            ("to".to_owned(), of(step.declared.as_ref().map(|d| &d.properties))),
        ]);
        changes.insert(name.to_owned(), sides.into());
        let sides = tree::sides(&difference.from, &difference.to);
        let text = difference.text.clone().unwrap_or(sides);
        differences.push(Value::Map(Map::from([
            ("path".to_owned(), difference.path.as_str().into()),
            ("text".to_owned(), text.into()),
            ("from".to_owned(), tree::side(&difference.from).into()),
            ("to".to_owned(), tree::side(&difference.to).into()),
            ("plain".to_owned(), difference.text.is_none().into()),
        ])));
    }
    map.insert("changes".to_owned(), changes.into());
    map.insert("differences".to_owned(), Value::List(differences));
    map.into()
}

/// Shared handles are kept by what they are made of, so that a closure may outlive its table.
type Shared<T> = Rc<RefCell<T>>;
