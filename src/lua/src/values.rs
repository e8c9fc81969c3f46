//! Values that Lua holds as userdata: secrets, and what is known only after apply.

use crate::{
    calls::{self, Raise},
    state::State,
};
use dmsrun_base::{Reference, Secret, Value};
use mlua::{AnyUserData, IntoLua, Lua, UserData, UserDataFields, Value as LuaValue};

/// A secret in Lua's hands: prints as `***`, can't be joined to text, compares by its content.
#[derive(Debug)]
pub struct SecretValue(pub Secret);

/// A reference in Lua's hands.
#[derive(Debug)]
pub struct ReferenceValue(pub Reference);

/// A text with references in it.
#[derive(Debug)]
pub struct TemplateValue(pub Vec<Value>);

/// A whole number with more digits than Lua's integers have: kept as it was written, so that JSON goes
/// round without loss. Nothing can be computed with it; Lua's own error says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BigInteger(pub String);

impl UserData for BigInteger {
    fn add_fields<F: UserDataFields<Self>>(fields: &mut F) {
        fields.add_meta_field("__name", "big integer");
        fields.add_meta_field_with("__tostring", |lua| {
            lua.create_function(|_, me: AnyUserData| Ok(me.borrow::<Self>()?.0.clone()))
        });
        fields.add_meta_field_with("__eq", |lua| {
            lua.create_function(|_, (a, b): (LuaValue, LuaValue)| {
                let digits = |v: &LuaValue| {
                    v.as_userdata().and_then(|u| u.borrow::<Self>().ok().map(|n| n.0.clone()))
                };
                Ok(matches!((digits(&a), digits(&b)), (Some(a), Some(b)) if a == b))
            })
        });
    }
}

/// Hands a secret to Lua, and remembers to scrub it.
pub fn secret(lua: &Lua, secret: Secret) -> mlua::Result<AnyUserData> {
    State::of(lua).redactor.learn(secret.reveal());
    lua.create_userdata(SecretValue(secret))
}

/// Hands a reference to Lua.
pub fn reference(lua: &Lua, reference: Reference) -> mlua::Result<AnyUserData> {
    lua.create_userdata(ReferenceValue(reference))
}

/// Hands a template to Lua. Neighbouring texts become one; without a reference it is a plain
/// string.
pub fn template(lua: &Lua, parts: Vec<Value>) -> mlua::Result<LuaValue> {
    let mut joined: Vec<Value> = Vec::new();
    for part in parts {
        match (joined.last_mut(), part) {
            (_, Value::String(new)) if new.is_empty() => {}
            (Some(Value::String(text)), Value::String(new)) => text.push_str(&new),
            (_, part) => joined.push(part),
        }
    }
    if joined.iter().any(|part| matches!(part, Value::Reference(_))) {
        return lua.create_userdata(TemplateValue(joined)).map(LuaValue::UserData);
    }
    match joined.pop() {
        Some(Value::String(text)) => text.into_lua(lua),
        _ => "".into_lua(lua),
    }
}

/// The value that a userdata of ours stands for.
pub(crate) fn of_userdata(userdata: &AnyUserData) -> Option<Value> {
    if let Ok(secret) = userdata.borrow::<SecretValue>() {
        Some(Value::Secret(secret.0.clone()))
    } else if let Ok(reference) = userdata.borrow::<ReferenceValue>() {
        Some(Value::Reference(reference.0.clone()))
    } else if let Ok(template) = userdata.borrow::<TemplateValue>() {
        Some(Value::Template(template.0.clone()))
    } else {
        None
    }
}

fn equal(lua: &Lua) -> mlua::Result<mlua::Function> {
    lua.create_function(|_, (a, b): (LuaValue, LuaValue)| {
        let value = |v: &LuaValue| v.as_userdata().and_then(of_userdata);
        Ok(matches!((value(&a), value(&b)), (Some(a), Some(b)) if a == b))
    })
}

impl UserData for SecretValue {
    fn add_fields<F: UserDataFields<Self>>(fields: &mut F) {
        fields.add_meta_field("__name", "secret");
        fields.add_meta_field_with("__eq", equal);
        fields.add_meta_field_with("__tostring", |lua| {
            lua.create_function(|_, _: LuaValue| Ok("***"))
        });
        for (name, deed) in [
            ("__concat", "joined to text"),
            ("__len", "measured"),
            ("__index", "looked into"),
            ("__newindex", "changed"),
            ("__call", "called"),
            ("__lt", "ordered"),
            ("__le", "ordered"),
        ] {
            fields.add_meta_field_with(name, move |lua| {
                calls::function(lua, "secret", move |_, _: mlua::MultiValue| {
                    Err::<(), _>(Raise::Misuse(format!(
                        "a secret can't be {deed}; secret.reveal gives its text"
                    )))
                })
            });
        }
    }
}

/// The operators that make no sense on what is not known yet.
const OPERATORS: [&str; 18] = [
    "__add", "__sub", "__mul", "__div", "__mod", "__pow", "__unm", "__idiv", "__band", "__bor",
    "__bxor", "__bnot", "__shl", "__shr", "__len", "__lt", "__le", "__call",
];

fn unknown(what: &LuaValue) -> String {
    let value = what.as_userdata().and_then(of_userdata);
    match value {
        Some(Value::Reference(r)) => {
            format!("output \"{}\" of {} \"{}\"", r.path.join("."), r.target.kind, r.target.id)
        }
        Some(Value::Template(parts)) => {
            let json = Value::Template(parts).to_json();
            format!("text {}", json.as_str().unwrap_or_default())
        }
        _ => "value".to_owned(),
    }
}

fn add_unknown<T, F: UserDataFields<T>>(fields: &mut F) {
    fields.add_meta_field_with("__eq", equal);
    fields.add_meta_field_with("__concat", |lua| calls::function(lua, "..", concat));
    fields.add_meta_field_with("__tostring", |lua| {
        calls::function(lua, "tostring", |_, me: LuaValue| {
            Err::<String, _>(Raise::Misuse(format!(
                "the {} is known only after apply; join it with \"..\" to use it inside a text",
                unknown(&me)
            )))
        })
    });
    for name in OPERATORS {
        fields.add_meta_field_with(name, |lua| {
            calls::function(lua, "operator", |_, (a, b): (LuaValue, LuaValue)| {
                let is_ours = a.as_userdata().is_some_and(|u| of_userdata(u).is_some());
                let who = unknown(if is_ours { &a } else { &b });
                Err::<(), _>(Raise::Misuse(format!(
                    "the {who} is known only after apply; nothing can be computed from it here"
                )))
            })
        });
    }
}

fn concat(lua: &Lua, (a, b): (LuaValue, LuaValue)) -> Result<LuaValue, Raise> {
    let mut parts = Vec::new();
    for side in [a, b] {
        match &side {
            LuaValue::String(text) => parts.push(Value::String(text.to_str()?.to_owned())),
            LuaValue::Integer(_) | LuaValue::Number(_) => {
                let text = lua.coerce_string(side)?;
                parts.extend(text.and_then(|t| t.to_str().ok().map(|t| Value::from(&*t))));
            }
            LuaValue::UserData(userdata) => match of_userdata(userdata) {
                Some(Value::Template(more)) => parts.extend(more),
                Some(reference @ Value::Reference(_)) => parts.push(reference),
                _ => return Err(Raise::misuse("a secret can't be joined to text")),
            },
            other => {
                return Err(Raise::Misuse(format!(
                    "attempt to concatenate a {} value",
                    other.type_name()
                )));
            }
        }
    }
    Ok(template(lua, parts)?)
}

impl UserData for ReferenceValue {
    fn add_fields<F: UserDataFields<Self>>(fields: &mut F) {
        fields.add_meta_field("__name", "reference");
        add_unknown::<Self, F>(fields);
        fields.add_meta_field_with("__index", |lua| {
            calls::function(lua, "index", |lua, (me, key): (AnyUserData, LuaValue)| {
                let mut deeper = me.borrow::<Self>()?.0.clone();
                match lua.coerce_string(key)? {
                    Some(key) => deeper.path.push(key.to_str()?.to_owned()),
                    None => return Err(Raise::misuse("a reference is indexed by name or number")),
                }
                Ok(reference(lua, deeper)?)
            })
        });
    }
}

impl UserData for TemplateValue {
    fn add_fields<F: UserDataFields<Self>>(fields: &mut F) {
        fields.add_meta_field("__name", "template");
        add_unknown::<Self, F>(fields);
    }
}
