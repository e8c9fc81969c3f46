//! `random`: chance from the host's seeded source, so that `--seed` repeats a run.

use super::options::show;
use crate::{
    calls::{self, Raise},
    state::State,
};
use mlua::{Lua, Table, Value};
use std::rc::Rc;

pub(crate) fn module(lua: &Lua, _: &Rc<State>) -> mlua::Result<Table> {
    let module = lua.create_table()?;
    module.raw_set("unit", calls::function(lua, "random.unit", unit)?)?;
    module.raw_set("integer", calls::function(lua, "random.integer", integer)?)?;
    module.raw_set("pick", calls::function(lua, "random.pick", pick)?)?;
    module.raw_set("hex", calls::function(lua, "random.hex", hex)?)?;
    module.raw_set("uuid", calls::function(lua, "random.uuid", uuid)?)?;
    Ok(module)
}

fn unit(lua: &Lua, (): ()) -> Result<f64, Raise> {
    Ok(State::of(lua).random.unit())
}

/// A whole number from `low` to `high`, both included.
fn integer(lua: &Lua, (low, high): (i64, i64)) -> Result<i64, Raise> {
    if low > high {
        return Err(Raise::Misuse(format!(
            "random.integer: there is no number from {low} to {high}"
        )));
    }
    let random = &State::of(lua).random;
    let span = high.wrapping_sub(low) as u64;
    let step = match span.checked_add(1) {
        Some(count) => random.below(count),
        None => random.next_u64(),
    };
    Ok(low.wrapping_add(step as i64))
}

/// One item of a list; nil of an empty one.
fn pick(lua: &Lua, list: Table) -> Result<Value, Raise> {
    let length = list.raw_len() as u64;
    if length == 0 {
        return Ok(Value::Nil);
    }
    Ok(list.raw_get(State::of(lua).random.below(length) + 1)?)
}

fn hex(lua: &Lua, length: Value) -> Result<String, Raise> {
    match length.as_integer() {
        Some(length @ 0..=1024) => Ok(State::of(lua).random.hex(length as usize)),
        _ => Err(Raise::Misuse(format!(
            "random.hex: a number of digits from 0 to 1024 expected, got {}",
            show(&length)
        ))),
    }
}

fn uuid(lua: &Lua, (): ()) -> Result<String, Raise> {
    Ok(State::of(lua).random.uuid())
}
