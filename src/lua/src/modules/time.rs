//! `time`: the injected clock, timestamps as text or as seconds, durations for people.

use super::options::{Options, show};
use crate::{
    calls::{self, Raise, Waiting},
    state::State,
};
use dmsrun_base::Timestamp;
use mlua::{IntoLua as _, Lua, Table, Value};
use std::{
    rc::Rc,
    time::{Duration, Instant},
};

pub(crate) fn module(lua: &Lua, _: &Rc<State>) -> mlua::Result<Table> {
    let module = lua.create_table()?;
    module.raw_set("now", calls::function(lua, "time.now", now)?)?;
    module.raw_set("epoch", calls::function(lua, "time.epoch", epoch)?)?;
    let started = Instant::now();
    let monotonic = move |lua: &Lua, (): ()| monotonic(lua, started);
    module.raw_set("monotonic", calls::function(lua, "time.monotonic", monotonic)?)?;
    module.raw_set("sleep", calls::waiting(lua, "time.sleep", sleep)?)?;
    module.raw_set("parse", calls::function(lua, "time.parse", parse)?)?;
    module.raw_set("format", calls::function(lua, "time.format", format)?)?;
    module.raw_set("fields", calls::function(lua, "time.fields", fields)?)?;
    module.raw_set("add", calls::function(lua, "time.add", add)?)?;
    module.raw_set("between", calls::function(lua, "time.between", between)?)?;
    module.raw_set("since", calls::function(lua, "time.since", since)?)?;
    module.raw_set("duration", calls::function(lua, "time.duration", duration)?)?;
    module.raw_set("seconds", calls::function(lua, "time.seconds", seconds)?)?;
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

/// Seconds that no correction of the wall clock bends. On virtual time they are virtual.
fn monotonic(lua: &Lua, started: Instant) -> Result<f64, Raise> {
    let clock = State::of(lua).clock();
    if clock.is_virtual() {
        return Ok(seconds_of(clock.now()));
    }
    Ok(started.elapsed().as_secs_f64())
}

/// To the microsecond: a double holds no more.
fn seconds_of(time: Timestamp) -> f64 {
    time.as_microsecond() as f64 / 1e6
}

const SPAN: &str = "seconds from 0, or a duration such as \"2h 30m\"";

/// A duration from 0: seconds, or a text.
pub(crate) fn span_of(value: &Value) -> Option<Duration> {
    Duration::try_from_secs_f64(signed(value)?).ok()
}

/// Seconds of a number or of a text such as `2h 30m` or `-90s`.
fn signed(value: &Value) -> Option<f64> {
    let seconds = match value {
        Value::Integer(n) => *n as f64,
        Value::Number(x) => *x,
        Value::String(text) => {
            let text = text.to_str().ok()?;
            let text = text.trim();
            match text.strip_prefix('-') {
                Some(rest) => -parse_span(rest.trim_start())?,
                None => parse_span(text)?,
            }
        }
        _ => return None,
    };
    seconds.is_finite().then_some(seconds)
}

/// The units from the longest to the shortest, by their names.
const UNITS: [(&[&str], f64); 6] = [
    (&["w", "week", "weeks"], 604_800.0),
    (&["d", "day", "days"], 86_400.0),
    (&["h", "hr", "hrs", "hour", "hours"], 3_600.0),
    (&["m", "min", "mins", "minute", "minutes"], 60.0),
    (&["s", "sec", "secs", "second", "seconds"], 1.0),
    (&["ms", "millisecond", "milliseconds"], 0.001),
];

/// The seconds of a text: numbers with units, the longest unit first, each once; or a bare number.
fn parse_span(text: &str) -> Option<f64> {
    let (mut rest, mut total, mut last) = (text, 0.0, None);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let number: f64 = rest[..digits].parse().ok()?;
        rest = rest[digits..].trim_start();
        let letters = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let unit = &rest[..letters];
        rest = rest[letters..].trim_start();
        if unit.is_empty() {
            // Only alone: in `2h 30` nobody knows what the 30 is.
            return (last.is_none() && rest.is_empty()).then_some(number);
        }
        let place = UNITS.iter().position(|(names, _)| names.contains(&unit))?;
        if last.is_some_and(|last| place <= last) {
            return None;
        }
        total += number * UNITS[place].1;
        last = Some(place);
    }
    last.map(|_| total)
}

fn sleep(lua: &Lua, value: Value) -> Result<Waiting, Raise> {
    let span = span_of(&value).ok_or_else(|| wrong(1, "time.sleep", SPAN, &value))?;
    let state = State::of(lua);
    let wait = state.scheduler.pause(state.clock().sleep(span));
    Ok(Box::pin(async move {
        let ended = wait.await;
        calls::finish(move |_| Ok(ended?))
    }))
}

fn wrong(position: usize, function: &str, wanted: &str, got: &Value) -> Raise {
    let got = show(got);
    Raise::Misuse(format!(
        "bad argument #{position} to '{function}' ({wanted} expected, got {got})"
    ))
}

fn parse_time(function: &str, text: &str) -> Result<Timestamp, Raise> {
    let trimmed = text.trim();
    trimmed.parse().map_err(|error: jiff::Error| {
        let date = trimmed.get(..10).is_some_and(|day| day.parse::<jiff::civil::Date>().is_ok());
        // `Z`, `+02`, `+0200` or `+02:00` behind a time of day.
        let rest = trimmed.get(10..).unwrap_or_default();
        let placed = rest.ends_with(['Z', 'z']) || rest.contains(['+', '-']);
        let why = match (date, placed) {
            (true, false) => {
                "it needs a time of day and Z or an offset such as +02:00 behind it".to_owned()
            }
            (true, true) if rest.contains(" +") || rest.contains(" -") => {
                "there is no blank before the offset".to_owned()
            }
            _ => innermost(&error),
        };
        Raise::Misuse(format!("{function}: \"{text}\" is no time like 2026-11-22T20:08:08Z; {why}"))
    })
}

/// What an error comes down to.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    let text = last.to_string();
    text.rsplit(": ").next().map(str::to_owned).unwrap_or(text)
}

/// A point in time: text, or seconds since 1970.
fn point(function: &str, position: usize, value: &Value) -> Result<Timestamp, Raise> {
    let epoch = match value {
        Value::String(text) => return parse_time(function, &text.to_string_lossy()),
        Value::Integer(n) => *n as f64,
        Value::Number(x) => *x,
        other => {
            let wanted = "a time like 2026-11-22T20:08:08Z, or seconds since 1970";
            return Err(wrong(position, function, wanted, other));
        }
    };
    let micros = (epoch * 1e6).round();
    let shown = super::options::number(epoch);
    let range = || Raise::Misuse(format!("{function}: {shown} is out of range"));
    if !micros.is_finite() {
        return Err(range());
    }
    Timestamp::from_microsecond(micros as i64).map_err(|_| range())
}

fn parse(_: &Lua, text: String) -> Result<f64, Raise> {
    Ok(seconds_of(parse_time("time.parse", &text)?))
}

/// The offset of `Z`, `+02:00` or `-0530`.
fn offset(function: &str, text: Option<String>) -> Result<jiff::tz::Offset, Raise> {
    let Some(text) = text else { return Ok(jiff::tz::Offset::UTC) };
    let fault = || {
        Raise::Misuse(format!(
            "{function}: \"{text}\" is no offset like +02:00; UTC is Z or +00:00"
        ))
    };
    if text == "Z" {
        return Ok(jiff::tz::Offset::UTC);
    }
    let (sign, digits) = match text.split_at_checked(1) {
        Some(("+", digits)) => (1, digits.replace(':', "")),
        Some(("-", digits)) => (-1, digits.replace(':', "")),
        _ => return Err(fault()),
    };
    let number = |part: &str| part.parse::<i32>().ok();
    if digits.len() != 4 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(fault());
    }
    match (number(&digits[..2]), number(&digits[2..])) {
        (Some(hours @ 0..=23), Some(minutes @ 0..=59)) => {
            jiff::tz::Offset::from_seconds(sign * (hours * 3600 + minutes * 60))
                .map_err(|_| fault())
        }
        _ => Err(fault()),
    }
}

fn format(_: &Lua, (at, to): (Value, Option<String>)) -> Result<String, Raise> {
    let at = point("time.format", 1, &at)?;
    let to = offset("time.format", to)?;
    if to == jiff::tz::Offset::UTC {
        return Ok(text(at));
    }
    Ok(at.display_with_offset(to).to_string())
}

/// The parts of a point in time as a calendar and a clock show them.
fn fields(lua: &Lua, (at, to): (Value, Option<String>)) -> Result<Table, Raise> {
    let civil = offset("time.fields", to)?.to_datetime(point("time.fields", 1, &at)?);
    let table = lua.create_table()?;
    table.raw_set("year", civil.year())?;
    table.raw_set("month", civil.month())?;
    table.raw_set("day", civil.day())?;
    table.raw_set("hour", civil.hour())?;
    table.raw_set("minute", civil.minute())?;
    table.raw_set("second", civil.second())?;
    table.raw_set("weekday", civil.weekday().to_monday_one_offset())?;
    Ok(table)
}

/// The point so much later, in the form that the first one has: text or seconds.
fn add(lua: &Lua, (at, span): (Value, Value)) -> Result<Value, Raise> {
    let start = point("time.add", 1, &at)?;
    let wanted = "seconds, or a duration such as \"2h 30m\" or \"-1h\"";
    let seconds = signed(&span).ok_or_else(|| wrong(2, "time.add", wanted, &span))?;
    let micros = (seconds * 1e6).round();
    let range = || Raise::Misuse(format!("time.add: {} is out of range", show(&span)));
    if micros.abs() >= i64::MAX as f64 {
        return Err(range());
    }
    let moved =
        start.checked_add(jiff::SignedDuration::from_micros(micros as i64)).map_err(|_| range())?;
    Ok(match at {
        Value::String(_) => text(moved).into_lua(lua)?,
        _ => Value::Number(seconds_of(moved)),
    })
}

fn between(_: &Lua, (from, to): (Value, Value)) -> Result<f64, Raise> {
    let (from, to) = (point("time.between", 1, &from)?, point("time.between", 2, &to)?);
    Ok((to.as_microsecond() - from.as_microsecond()) as f64 / 1e6)
}

fn since(lua: &Lua, at: Value) -> Result<f64, Raise> {
    let at = point("time.since", 1, &at)?;
    Ok((State::of(lua).now().as_microsecond() - at.as_microsecond()) as f64 / 1e6)
}

/// The seconds of a duration.
fn seconds(_: &Lua, value: Value) -> Result<Value, Raise> {
    let wanted = "seconds, or a duration such as \"2h 30m\" or \"-1h\"";
    let seconds = signed(&value).ok_or_else(|| wrong(1, "time.seconds", wanted, &value))?;
    Ok(if seconds.fract() == 0.0 && seconds.abs() < 9e15 {
        Value::Integer(seconds as i64)
    } else {
        Value::Number(seconds)
    })
}

/// `9m 12s`: the two largest units, tenths below ten seconds; with `exact` every unit.
fn duration(_: &Lua, (value, options): (Value, Option<Table>)) -> Result<String, Raise> {
    let options = Options::read("time.duration", options.as_ref(), &["exact"])?;
    let span = span_of(&value).ok_or_else(|| wrong(1, "time.duration", SPAN, &value))?;
    Ok(if options.flag("exact")? { exact(span) } else { for_people(span) })
}

/// A duration for people.
pub(crate) fn for_people(span: Duration) -> String {
    let value = span.as_secs_f64();
    if value < 9.95 {
        let tenths = (value * 10.0).round() / 10.0;
        return if tenths.fract() == 0.0 {
            format!("{tenths:.0}s")
        } else {
            format!("{tenths:.1}s")
        };
    }
    let total = span.as_secs() + u64::from(span.subsec_millis() >= 500);
    let (days, hours) = (total / 86_400, total / 3600 % 24);
    let (minutes, rest) = (total / 60 % 60, total % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{rest}s"),
        (0, 0, m) => format!("{m}m {rest:02}s"),
        (0, h, m) => format!("{h}h {m:02}m"),
        (d, h, _) => format!("{d}d {h:02}h"),
    }
}

/// Every unit that is not 0, so that `time.seconds` gives the same duration again.
fn exact(span: Duration) -> String {
    let (total, millis) = (span.as_secs(), span.subsec_millis());
    let parts = [
        (total / 86_400, "d"),
        (total / 3600 % 24, "h"),
        (total / 60 % 60, "m"),
        (total % 60, "s"),
        (u64::from(millis), "ms"),
    ];
    let parts = parts.iter().filter(|(n, _)| *n > 0).map(|(n, unit)| format!("{n}{unit}"));
    let text = parts.collect::<Vec<_>>().join(" ");
    if text.is_empty() { "0s".to_owned() } else { text }
}
