//! `secret`: texts that must not be shown. They print as `***` and are scrubbed wherever they
//! surface.

use super::options::{Options, failed, show};
use crate::{
    calls::{self, Raise, Waiting},
    door::CallOptions,
    state::State,
    values::{self, SecretValue},
};
use dmsrun_base::{Map, Secret, Value as Plain, confidential};
use dmsrun_diag::{Exit, did_you_mean};
use mlua::{AnyUserData, Lua, Table, Value};
use std::rc::Rc;

pub(crate) fn module(lua: &Lua, state: &Rc<State>) -> mlua::Result<Table> {
    let module = lua.create_table()?;
    module.raw_set("new", calls::function(lua, "secret.new", new)?)?;
    module.raw_set("reveal", calls::function(lua, "secret.reveal", reveal)?)?;
    module.raw_set("is", calls::function(lua, "secret.is", is)?)?;
    module.raw_set("is_name", calls::function(lua, "secret.is_name", is_name)?)?;
    module.raw_set("inside", calls::function(lua, "secret.inside", inside)?)?;
    module.raw_set("aws", calls::waiting(lua, "secret.aws", aws)?)?;
    module.raw_set("prompt", calls::function(lua, "secret.prompt", prompt)?)?;
    if !state.sandbox.is_untrusted() {
        module.raw_set("env", calls::function(lua, "secret.env", env)?)?;
        module.raw_set("file", calls::function(lua, "secret.file", file)?)?;
    }
    Ok(module)
}

fn is_name(_: &Lua, name: String) -> Result<bool, Raise> {
    Ok(confidential::is_secret_name(&name))
}

/// Whether a text holds a secret, by what stands around it or because it was seen before.
fn inside(lua: &Lua, text: String) -> Result<bool, Raise> {
    let state = State::of(lua);
    Ok(!confidential::inner_secrets(&text).is_empty() || state.scrub(&text) != text)
}

const SUMMARY: &str = "Secret could not be read";

fn new(lua: &Lua, value: Value) -> Result<AnyUserData, Raise> {
    match value {
        Value::String(text) => Ok(values::secret(lua, Secret::new(text.to_str()?.as_ref()))?),
        Value::UserData(already) if already.is::<SecretValue>() => Ok(already),
        other => Err(Raise::Misuse(format!(
            "bad argument #1 to 'secret.new' (string expected, got {})",
            other.type_name()
        ))),
    }
}

/// What stands for a secret in a check, which must not need any.
fn unread(lua: &Lua) -> Result<AnyUserData, Raise> {
    Ok(values::secret(lua, Secret::new("not read in a check"))?)
}

fn env(lua: &Lua, name: String) -> Result<AnyUserData, Raise> {
    if State::of(lua).sandbox.is_check() {
        return unread(lua);
    }
    super::env::secret(lua, name)
}

/// The text of a file without the newline at its end.
fn file(lua: &Lua, path: String) -> Result<AnyUserData, Raise> {
    if State::of(lua).sandbox.is_check() {
        return unread(lua);
    }
    let text = std::fs::read_to_string(&path).map_err(|e| {
        failed(lua, SUMMARY, format!("{path}: {e}"))
            .hint("a secret's file holds the text and nothing else")
    })?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.is_empty() {
        return Err(failed(lua, SUMMARY, format!("{path} is empty")).into());
    }
    Ok(values::secret(lua, Secret::new(text))?)
}

/// A secret of the Secrets Manager: its text, or one member of its JSON. AWS is asked when this is
/// called, not before.
fn aws(lua: &Lua, (id, options): (String, Option<Table>)) -> Result<Waiting, Raise> {
    let options =
        Options::read("secret.aws", options.as_ref(), &["key", "region", "stage", "version"])?;
    if id.is_empty() {
        return Err(Raise::misuse(
            "secret.aws: the name or the ARN of a secret expected, got \"\"",
        ));
    }
    let key = options.text("key")?;
    let mut input = Map::from([("secret_id".to_owned(), Plain::from(id.as_str()))]);
    for (option, member) in [("stage", "version_stage"), ("version", "version_id")] {
        if let Some(text) = options.text(option)? {
            input.insert(member.to_owned(), Plain::from(text));
        }
    }
    let call = CallOptions { region: options.text("region")?, ..CallOptions::default() };
    if State::of(lua).sandbox.is_check() {
        return Ok(Box::pin(async { calls::finish(unread) }));
    }
    let aws = State::of(lua).session()?.aws.clone();
    Ok(Box::pin(async move {
        let answer = aws.call("secretsmanager", "get_secret_value", Plain::Map(input), &call).await;
        calls::finish(move |lua| {
            let answer = answer?;
            let text = answer.get("secret_string").and_then(Plain::reveal_str);
            let Some(text) = text else {
                let what = format!("the secret {id} holds bytes, not text");
                return Err(failed(lua, SUMMARY, what).into());
            };
            let whole = Secret::new(text);
            // Also where only a part of it is handed on.
            State::of(lua).redactor.learn(whole.reveal());
            match &key {
                None => Ok(values::secret(lua, whole)?),
                Some(key) => Ok(values::secret(lua, member(lua, &id, text, key)?)?),
            }
        })
    }))
}

/// One member of a secret's JSON. No message shows more of it than the names.
fn member(lua: &Lua, id: &str, text: &str, key: &str) -> Result<Secret, Raise> {
    let json: Option<serde_json::Map<String, serde_json::Value>> = serde_json::from_str(text).ok();
    let Some(json) = json else {
        let what = format!("the secret {id} is no JSON object, so it has no \"{key}\"");
        return Err(failed(lua, SUMMARY, what).hint("without key it is the whole text").into());
    };
    match json.get(key) {
        Some(serde_json::Value::String(text)) => Ok(Secret::new(text.as_str())),
        Some(value @ (serde_json::Value::Number(_) | serde_json::Value::Bool(_))) => {
            Ok(Secret::new(value.to_string()))
        }
        Some(_) => {
            let what = format!("\"{key}\" of the secret {id} is no text");
            Err(failed(lua, SUMMARY, what).into())
        }
        None => {
            let names: Vec<&str> = json.keys().map(String::as_str).collect();
            let hint = did_you_mean(key, names.iter().copied())
                .unwrap_or_else(|| format!("it has {}", names.join(", ")));
            Err(failed(lua, SUMMARY, format!("the secret {id} has no \"{key}\"")).hint(hint).into())
        }
    }
}

/// Asks a person, without showing what is typed; the variable answers beforehand.
fn prompt(lua: &Lua, (question, options): (String, Option<Table>)) -> Result<AnyUserData, Raise> {
    let options = Options::read("secret.prompt", options.as_ref(), &["env"])?;
    let variable = options.text("env")?;
    let state = State::of(lua);
    if state.sandbox.is_check() {
        return unread(lua);
    }
    if let Some(name) = &variable
        && std::env::var_os(name).is_some_and(|text| !text.is_empty())
        && !state.sandbox.is_untrusted()
    {
        return super::env::secret(lua, name.clone());
    }
    if !state.ui.interactive() {
        let what = format!("there is no terminal to ask: {}", state.scrub(&question));
        let hint = match variable {
            Some(name) => format!("set {name} before starting dmsrun"),
            None => {
                "secret.prompt(question, { env = \"NAME\" }) takes a variable instead".to_owned()
            }
        };
        return Err(failed(lua, "An answer is needed", what)
            .hint(hint)
            .exit(Exit::Approval)
            .into());
    }
    match state.ui.ask_secret(&state.scrub(&question)) {
        Some(text) if !text.is_empty() => Ok(values::secret(lua, Secret::new(text))?),
        _ => {
            let error = failed(lua, "An answer is needed", "nothing was typed");
            Err(error.exit(Exit::Approval).into())
        }
    }
}

fn reveal(lua: &Lua, value: Value) -> Result<Value, Raise> {
    let secret = value.as_userdata().and_then(super::options::secret);
    match secret {
        Some(secret) => Ok(Value::String(lua.create_string(secret.reveal())?)),
        None => Err(Raise::Misuse(format!(
            "bad argument #1 to 'secret.reveal' (secret expected, got {})",
            match &value {
                Value::String(_) => "a string".to_owned(),
                other => show(other),
            }
        ))),
    }
}

fn is(_: &Lua, value: Value) -> Result<bool, Raise> {
    Ok(value.as_userdata().is_some_and(|u| u.is::<SecretValue>()))
}
