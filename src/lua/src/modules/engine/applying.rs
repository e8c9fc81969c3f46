//! An apply in Lua's hands: its jobs handed out, and their results taken.

use super::{AN_APPLY, ApplyHandle, LuaComparators, plan_of, step_map, timing, verify};
use crate::{
    calls::{self, Raise},
    convert::{from_lua_at, to_lua},
};
use dmsrun_base::{Map, Value};
use dmsrun_stack::{Apply, JobState, Op};
use mlua::{AnyUserData, Function, Lua, Table, Value as LuaValue};
use std::cell::RefCell;

/// Adds what `stack/deploy.lua` needs.
pub(super) fn add(lua: &Lua, engine: &Table) -> mlua::Result<()> {
    engine.set(
        "apply",
        calls::function(lua, "apply", |_, plan: AnyUserData| {
            Ok(ApplyHandle(RefCell::new(Apply::new(plan_of(&plan)?))))
        })?,
    )?;
    engine.set(
        "take",
        calls::function(lua, "take", |lua, (apply, now): (AnyUserData, f64)| {
            let handle = calls::handle::<ApplyHandle>(&apply, AN_APPLY)?;
            let mut apply = handle.0.borrow_mut();
            match apply.take(now) {
                Some(job) => Ok(to_lua(lua, &job_table(&apply, job))?),
                None => Ok(LuaValue::Nil),
            }
        })?,
    )?;
    engine.set("resolve", calls::function(lua, "resolve", resolve_job)?)?;
    engine.set("verify", calls::function(lua, "verify", verify)?)?;
    engine.set(
        "finished",
        calls::function(
            lua,
            "finished",
            |lua, (apply, job, outputs, now): (AnyUserData, usize, LuaValue, f64)| {
                let Value::Map(outputs) = from_lua_at(lua, &outputs, "outputs")? else {
                    return Err(Raise::misuse("outputs must be a table"));
                };
                with_job(&apply, job, |apply| apply.finished(job, Ok(outputs), now))
            },
        )?,
    )?;
    engine.set(
        "failed",
        calls::function(
            lua,
            "failed",
            |_, (apply, job, message, now): (AnyUserData, usize, String, f64)| {
                with_job(&apply, job, |apply| apply.finished(job, Err(message), now))
            },
        )?,
    )?;
    engine.set(
        "unneeded",
        calls::function(lua, "unneeded", |_, (apply, job, now): (AnyUserData, usize, f64)| {
            with_job(&apply, job, |apply| apply.unneeded(job, now))
        })?,
    )?;
    engine.set(
        "stop",
        calls::function(lua, "stop", |_, apply: AnyUserData| with(&apply, Apply::stop))?,
    )?;
    engine.set(
        "spent",
        calls::function(
            lua,
            "spent",
            |_, (apply, job, waited, lag): (AnyUserData, usize, f64, f64)| {
                with_job(&apply, job, |apply| apply.spent(job, waited, lag))
            },
        )?,
    )?;
    engine.set(
        "status",
        calls::function(lua, "status", |lua, apply: AnyUserData| {
            let status = with(&apply, |apply| status(apply))?;
            Ok(to_lua(lua, &status)?)
        })?,
    )?;
    engine.set(
        "timing",
        calls::function(lua, "timing", |lua, apply: AnyUserData| {
            let timing = with(&apply, |apply| timing::timing(apply))?;
            Ok(to_lua(lua, &timing)?)
        })?,
    )
}

fn with<R>(apply: &AnyUserData, f: impl FnOnce(&mut Apply) -> R) -> Result<R, Raise> {
    let handle = calls::handle::<ApplyHandle>(apply, AN_APPLY)?;
    let result = f(&mut handle.0.borrow_mut());
    Ok(result)
}

/// The same for one job, which a script may have invented.
fn with_job<R>(
    apply: &AnyUserData,
    job: usize,
    f: impl FnOnce(&mut Apply) -> R,
) -> Result<R, Raise> {
    known(&calls::handle::<ApplyHandle>(apply, AN_APPLY)?.0.borrow(), job)?;
    with(apply, f)
}

fn known(apply: &Apply, job: usize) -> Result<(), Raise> {
    let total = apply.counts().total;
    if job < total {
        return Ok(());
    }
    Err(Raise::misuse(format!("the plan has no job {job}: it counts {total}, from 0")))
}

fn resolve_job(
    lua: &Lua,
    (apply, job, compare): (AnyUserData, usize, Option<Function>),
) -> Result<LuaValue, Raise> {
    let handle = calls::handle::<ApplyHandle>(&apply, AN_APPLY)?;
    known(&handle.0.borrow(), job)?;
    let resolved = handle.0.borrow().resolve(job, &LuaComparators { lua, compare })?;
    let changes = resolved.changes.into_iter().map(|(name, (from, to))| {
        let sides = [("from".to_owned(), from), ("to".to_owned(), to)];
        (name, Value::Map(sides.into_iter().filter(|(_, v)| !v.is_null()).collect()))
    });
    if resolved.replaces {
        with(&apply, |apply| apply.replace(job))?;
    }
    let map = Map::from([
        ("needed".to_owned(), resolved.needed.into()),
        ("replaces".to_owned(), resolved.replaces.into()),
        ("changes".to_owned(), Value::Map(changes.collect())),
        ("properties".to_owned(), resolved.properties.into()),
    ]);
    Ok(to_lua(lua, &Value::Map(map))?)
}

fn job_table(apply: &Apply, job: usize) -> Value {
    let mut map = step_map(apply.step(job));
    map.insert("job".to_owned(), (job as i64).into());
    map.insert("step".to_owned(), (apply.job(job).step as i64 + 1).into());
    map.insert("op".to_owned(), apply.job(job).op.word().into());
    map.into()
}

fn status(apply: &Apply) -> Value {
    let counts = apply.counts();
    let number = |n: usize| Value::Int(n as i64);
    let mut failed = Vec::new();
    let mut done = 0;
    for job in 0..counts.total {
        match apply.state(job) {
            JobState::Failed(message) => {
                let mut map = step_map(apply.step(job));
                map.insert("message".to_owned(), message.as_str().into());
                map.insert("op".to_owned(), apply.job(job).op.word().into());
                failed.push(map.into());
            }
            JobState::Done if apply.job(job).op != Op::Delete => done += 1,
            _ => {}
        }
    }
    Map::from([
        ("total".to_owned(), number(counts.total)),
        ("done".to_owned(), number(counts.done)),
        ("running".to_owned(), number(counts.running)),
        ("failed".to_owned(), number(counts.failed)),
        ("not_started".to_owned(), number(counts.not_started)),
        ("deployed".to_owned(), number(done)),
        ("over".to_owned(), apply.is_over().into()),
        ("complete".to_owned(), apply.is_complete().into()),
        ("stopped".to_owned(), apply.is_stopped().into()),
        ("failures".to_owned(), Value::List(failed)),
    ])
    .into()
}
