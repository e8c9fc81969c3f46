//! `aws`: every operation of the AWS door, `aws.<service>.<operation>{…}`.

mod collector;
mod paging;
mod records;

pub(crate) use collector::COLLECT;

use crate::{
    calls::{self, Finish, Raise, Waiting},
    convert::{from_lua_at, to_lua},
    diagnosis,
    door::{self, Aws, CallOptions, registry},
    state::State,
};
use dmsrun_base::Value;
use dmsrun_diag::did_you_mean;
use mlua::{AnyUserData, Lua, Table, UserData, UserDataFields, Value as LuaValue};
use std::{rc::Rc, time::Duration};

/// The module's table of contents. Services are made when they are first named.
pub(crate) fn module(lua: &Lua, _: &Rc<State>) -> mlua::Result<Table> {
    let module = lua.create_table()?;
    paging::add(lua, &module)?;
    module.raw_set("whoami", calls::waiting(lua, "aws.whoami", whoami)?)?;
    module.raw_set("region", calls::waiting(lua, "aws.region", region)?)?;
    module.raw_set("expect", calls::function(lua, "aws.expect", expect)?)?;
    module.raw_set("check", calls::function(lua, "aws.check", check_arguments)?)?;
    module.raw_set("services", calls::function(lua, "aws.services", services)?)?;
    module.raw_set("operations", calls::function(lua, "aws.operations", operations)?)?;
    let meta = lua.create_table()?;
    meta.raw_set("__index", calls::function(lua, "aws", service)?)?;
    // What completion may look at without harm.
    meta.raw_set(
        "__keys",
        lua.create_function(|_, _: Table| {
            Ok(registry::services().iter().map(|s| s.name).collect::<Vec<_>>())
        })?,
    )?;
    module.set_metatable(Some(meta))?;
    Ok(module)
}

/// An operation of a service: callable, and an argument of `aws.pages`.
struct Operation {
    service: &'static str,
    name: &'static str,
}

impl UserData for Operation {
    fn add_fields<F: UserDataFields<Self>>(fields: &mut F) {
        fields.add_meta_field("__name", "aws operation");
        fields.add_field_method_get("name", |_, me| Ok(me.name));
        fields.add_field_method_get("service", |_, me| Ok(me.service));
        fields.add_meta_field_with("__tostring", |lua| {
            lua.create_function(|_, me: AnyUserData| {
                let me = me.borrow::<Self>()?;
                Ok(format!("aws.{}.{}", me.service, me.name))
            })
        });
        fields.add_meta_field_with("__call", |lua| calls::waiting(lua, "aws operation", call));
    }
}

type Arguments = (LuaValue, LuaValue, LuaValue);

/// `aws.<service>`, and `aws.is_local`.
fn service(lua: &Lua, (module, name): (Table, LuaValue)) -> Result<LuaValue, Raise> {
    let name = key(&name)?;
    if name == "is_local" {
        // Not a field: a verb line may still say `--local`.
        return Ok(LuaValue::Boolean(State::of(lua).is_local()));
    }
    let Some(service) = registry::services().iter().find(|s| s.name == name) else {
        let names = registry::services().iter().map(|s| s.name);
        return Err(unknown("service", &name, "aws", names));
    };
    let table = lua.create_table()?;
    let meta = lua.create_table()?;
    meta.raw_set(
        "__keys",
        lua.create_function(move |_, _: Table| {
            Ok(service.operations().iter().map(|o| o.name).collect::<Vec<_>>())
        })?,
    )?;
    meta.raw_set(
        "__index",
        calls::function(lua, "aws", move |lua, (table, name): (Table, LuaValue)| {
            let name = key(&name)?;
            let Some(found) = service.operations().iter().find(|o| o.name == name) else {
                let names = service.operations().iter().map(|o| o.name);
                return Err(unknown("operation", &name, service.name, names));
            };
            let operation = Operation { service: service.name, name: found.name };
            let operation = lua.create_userdata(operation)?;
            table.raw_set(found.name, &operation)?;
            Ok(LuaValue::UserData(operation))
        })?,
    )?;
    table.set_metatable(Some(meta))?;
    module.raw_set(service.name, &table)?;
    Ok(LuaValue::Table(table))
}

fn key(value: &LuaValue) -> Result<String, Raise> {
    match value {
        LuaValue::String(s) => Ok(s.to_string_lossy()),
        other => Err(Raise::Misuse(format!("a name is wanted here, got a {}", other.type_name()))),
    }
}

fn unknown<'a>(
    what: &str,
    name: &str,
    of: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Raise {
    let names: Vec<&str> = names.into_iter().collect();
    let hint = did_you_mean(name, names.iter().copied());
    let hint = match hint {
        Some(hint) => format!(". {hint}"),
        None if names.len() <= 20 => format!("; there are {}", names.join(", ")),
        None => String::new(),
    };
    let of = if of == "aws" { String::new() } else { format!(" of {of}") };
    Raise::Misuse(format!("unknown {what} \"{name}\"{of}{hint}"))
}

fn call(lua: &Lua, (operation, input, options): Arguments) -> Result<Waiting, Raise> {
    let (service, name) = operation_of(&operation, "aws operation")?;
    if let LuaValue::Table(table) = &input
        && operation_of(&table.raw_get::<LuaValue>(name)?, "").is_ok()
    {
        return Err(Raise::Misuse(format!(
            "aws.{service}.{name} is called with a dot, not with a colon: the service is no parameter"
        )));
    }
    let (input, options) = (table_of(lua, &input, "arguments")?, options_of(lua, &options)?);
    let aws = door_of(lua)?;
    Ok(Box::pin(async move {
        let result = aws.call(service, name, input, &options).await;
        answer(result.map_err(Raise::from))
    }))
}

fn answer(result: Result<Value, Raise>) -> Finish {
    calls::finish(move |lua| Ok(to_lua(lua, &result?)?))
}

fn operation_of(value: &LuaValue, function: &str) -> Result<(&'static str, &'static str), Raise> {
    let operation = value.as_userdata().and_then(|u| u.borrow::<Operation>().ok());
    operation.map(|o| (o.service, o.name)).ok_or_else(|| {
        Raise::Misuse(format!(
            "bad argument #1 to '{function}' (an operation such as aws.dms.describe_endpoints expected, \
             got {})",
            crate::convert::describe(value)
        ))
    })
}

fn table_of(lua: &Lua, value: &LuaValue, name: &str) -> Result<Value, Raise> {
    match value {
        LuaValue::Nil => Ok(Value::Map(Default::default())),
        LuaValue::Table(_) => match from_lua_at(lua, value, "")? {
            map @ Value::Map(_) => Ok(map),
            _ => Err(Raise::Misuse(format!("{name} must be a table with named keys, got a list"))),
        },
        other => Err(Raise::Misuse(format!(
            "{name} must be a table, got {}",
            crate::convert::describe(other)
        ))),
    }
}

const OPTIONS: [&str; 4] = ["region", "role", "timeout", "retry_codes"];

fn options_of(lua: &Lua, value: &LuaValue) -> Result<CallOptions, Raise> {
    let Value::Map(map) = table_of(lua, value, "options")? else {
        return Ok(CallOptions::default());
    };
    let mut options = CallOptions::default();
    for (key, value) in &map {
        let wrong = |wanted: &str| {
            Raise::Misuse(format!("option {key} must be {wanted}, got a {}", value.type_name()))
        };
        match key.as_str() {
            "region" => options.region = Some(text(value).ok_or_else(|| wrong("a string"))?),
            "role" => options.role = Some(text(value).ok_or_else(|| wrong("a string"))?),
            "timeout" => {
                let seconds = match value {
                    Value::Int(n) => *n as f64,
                    Value::Float(x) => *x,
                    _ => return Err(wrong("a number of seconds")),
                };
                let timeout = Duration::try_from_secs_f64(seconds);
                options.timeout = Some(timeout.map_err(|_| wrong("a number of seconds from 0"))?);
            }
            "retry_codes" => {
                let codes = value.as_list().map(|l| l.iter().map(text).collect::<Option<Vec<_>>>());
                options.retry_codes = codes.flatten().ok_or_else(|| wrong("a list of strings"))?;
            }
            other => return Err(unknown("option", other, "aws", OPTIONS)),
        }
    }
    Ok(options)
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn door_of(lua: &Lua) -> Result<Aws, Raise> {
    Ok(State::of(lua).session()?.aws.clone())
}

fn whoami(lua: &Lua, (): ()) -> Result<Waiting, Raise> {
    let (aws, is_local) = (door_of(lua)?, State::of(lua).is_local());
    Ok(Box::pin(async move {
        let identity = aws.identity().await;
        let region = aws.region().await;
        calls::finish(move |lua| {
            let (identity, region) = (identity?, region?);
            let table = lua.create_table()?;
            table.raw_set("account", identity.account.as_str())?;
            table.raw_set("arn", identity.arn.as_str())?;
            table.raw_set("user_id", identity.user_id.as_str())?;
            table.raw_set("region", region)?;
            table.raw_set("is_local", is_local)?;
            Ok(table)
        })
    }))
}

fn region(lua: &Lua, (): ()) -> Result<Waiting, Raise> {
    let state = State::of(lua);
    if state.sandbox.is_check() {
        // A check goes on as far as it can: names that hold a region need one, but not the right one.
        let options = state.options();
        let region =
            options.get("region").and_then(Value::as_str).unwrap_or("us-east-1").to_owned();
        return Ok(Box::pin(async move { calls::finish(move |_| Ok(region)) }));
    }
    let aws = door_of(lua)?;
    Ok(Box::pin(async move {
        let region = aws.region().await;
        calls::finish(move |_| Ok(region?))
    }))
}

fn expect(lua: &Lua, wanted: Table) -> Result<(), Raise> {
    const KEYS: [&str; 2] = ["account", "region"];
    let [mut account, mut region] = [None, None];
    for pair in wanted.pairs::<LuaValue, LuaValue>() {
        let (name, value) = pair?;
        let name = key(&name)?;
        let slot = match name.as_str() {
            "account" => &mut account,
            "region" => &mut region,
            _ => return Err(unknown("key", &name, "aws.expect", KEYS)),
        };
        let LuaValue::String(text) = &value else {
            return Err(Raise::Misuse(format!(
                "aws.expect: {name} must be a string, got {}",
                super::options::show(&value)
            )));
        };
        *slot = Some(text.to_string_lossy());
    }
    door_of(lua)?.expect(account, region);
    Ok(())
}

/// The error that a call with these arguments would raise before it is sent, or nil.
fn check_arguments(lua: &Lua, (operation, input): (LuaValue, LuaValue)) -> Result<LuaValue, Raise> {
    let (service, name) = operation_of(&operation, "aws.check")?;
    let input = stand_in(table_of(lua, &input, "arguments")?);
    match door::check_input(service, name, &input, &State::of(lua).redactor) {
        Ok(()) => Ok(LuaValue::Nil),
        Err(found) => Ok(LuaValue::Table(error(lua, &found)?)),
    }
}

/// What is known after apply is the text of a name, an id or an ARN by then.
fn stand_in(value: Value) -> Value {
    match value {
        Value::Reference(_) | Value::Template(_) => Value::from("known after apply"),
        Value::List(items) => Value::List(items.into_iter().map(stand_in).collect()),
        Value::Map(map) => {
            Value::Map(map.into_iter().map(|(name, item)| (name, stand_in(item))).collect())
        }
        other => other,
    }
}

fn services(lua: &Lua, (): ()) -> Result<LuaValue, Raise> {
    let names: Vec<Value> = registry::services().iter().map(|s| Value::from(s.name)).collect();
    Ok(to_lua(lua, &Value::List(names))?)
}

fn operations(lua: &Lua, name: String) -> Result<LuaValue, Raise> {
    let Some(service) = registry::services().iter().find(|s| s.name == name) else {
        return Err(unknown("service", &name, "aws", registry::services().iter().map(|s| s.name)));
    };
    let names: Vec<Value> = service.operations().iter().map(|o| Value::from(o.name)).collect();
    Ok(to_lua(lua, &Value::List(names))?)
}

/// The error table of an AWS failure: what a script branches on, and all that the border needs.
pub(crate) fn error(lua: &Lua, error: &door::Error) -> mlua::Result<Table> {
    let table = diagnosis::to_table(lua, &error.to_diagnostic())?;
    let fields = error.fields();
    table.raw_set("kind", "aws")?;
    table.raw_set("service", fields.service)?;
    table.raw_set("operation", fields.operation)?;
    table.raw_set("code", fields.code)?;
    table.raw_set("message", fields.message)?;
    table.raw_set("request_id", fields.request_id)?;
    table.raw_set("retryable", fields.retryable)?;
    table.raw_set("unavailable", fields.unavailable)?;
    table.raw_set("hint", fields.hint)?;
    if let door::Error::Input { path, .. } = error {
        table.raw_set("path", path.as_str())?;
    }
    table.raw_set("line", error.to_string())?;
    Ok(table)
}
