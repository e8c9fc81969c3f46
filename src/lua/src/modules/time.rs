//! `time`: the injected clock, timestamps as text, durations for people.

use crate::{
    calls::{self, Raise, Waiting},
    state::State,
};
use dmsrun_base::Timestamp;
use mlua::{Lua, Table};
use std::{rc::Rc, time::Duration};

pub(crate) fn module(lua: &Lua, _: &Rc<State>) -> mlua::Result<Table> {
    let module = lua.create_table()?;
    module.raw_set("now", calls::function(lua, "time.now", now)?)?;
    module.raw_set("epoch", calls::function(lua, "time.epoch", epoch)?)?;
    module.raw_set("sleep", calls::waiting(lua, "time.sleep", sleep)?)?;
    module.raw_set("parse", calls::function(lua, "time.parse", parse)?)?;
    module.raw_set("format", calls::function(lua, "time.format", format)?)?;
    module.raw_set("duration", calls::function(lua, "time.duration", duration)?)?;
    Ok(module)
}

fn now(lua: &Lua, (): ()) -> Result<String, Raise> {
    Ok(text(State::of(lua).now()))
}

/// RFC 3339 to the second, with a fraction only where there is one.
fn text(time: Timestamp) -> String {
    time.to_string()
}

fn epoch(lua: &Lua, (): ()) -> Result<f64, Raise> {
    Ok(seconds_of(State::of(lua).now()))
}

/// To the microsecond: a double holds no more.
fn seconds_of(time: Timestamp) -> f64 {
    time.as_microsecond() as f64 / 1e6
}

fn seconds(value: f64, function: &str) -> Result<Duration, Raise> {
    Duration::try_from_secs_f64(value).map_err(|_| {
        Raise::Misuse(format!(
            "bad argument #1 to '{function}' (seconds from 0 expected, got {value})"
        ))
    })
}

fn sleep(lua: &Lua, value: f64) -> Result<Waiting, Raise> {
    let wait = State::of(lua).clock().sleep(seconds(value, "time.sleep")?);
    Ok(Box::pin(async move {
        wait.await;
        calls::finish(|_| Ok(()))
    }))
}

fn parse(_: &Lua, text: String) -> Result<f64, Raise> {
    let time: Timestamp = text.parse().map_err(|_| {
        Raise::Misuse(format!("time.parse: \"{text}\" is no time like 2026-11-22T20:08:08Z"))
    })?;
    Ok(seconds_of(time))
}

fn format(_: &Lua, epoch: f64) -> Result<String, Raise> {
    let time = Timestamp::from_microsecond((epoch * 1e6).round() as i64)
        .map_err(|_| Raise::Misuse(format!("time.format: {epoch} is out of range")))?;
    Ok(text(time))
}

/// `9m 12s`: the two largest units, tenths below ten seconds.
fn duration(_: &Lua, value: f64) -> Result<String, Raise> {
    let whole = seconds(value, "time.duration")?;
    if value < 9.95 {
        let tenths = (value * 10.0).round() / 10.0;
        return Ok(if tenths.fract() == 0.0 {
            format!("{tenths:.0}s")
        } else {
            format!("{tenths:.1}s")
        });
    }
    let total = whole.as_secs() + u64::from(whole.subsec_millis() >= 500);
    let (days, hours) = (total / 86_400, total / 3600 % 24);
    let (minutes, rest) = (total / 60 % 60, total % 60);
    Ok(match (days, hours, minutes) {
        (0, 0, 0) => format!("{rest}s"),
        (0, 0, m) => format!("{m}m {rest:02}s"),
        (0, h, m) => format!("{h}h {m:02}m"),
        (d, h, _) => format!("{d}d {h:02}h"),
    })
}
