//! What is known of a kind of resource, as its schema says it.

use crate::repl::{
    complete::{kind_members, kind_outputs, kinds},
    required,
    session::Session,
};
use mlua::{Function, Table, Value};

/// The text on a kind.
pub(super) fn of_kind(session: &Session<'_>, name: &str) -> Option<String> {
    if !kinds(session).iter().any(|kind| kind == name) {
        return None;
    }
    let kind = required(session.host(), "kind")?;
    let get: Function = kind.as_table()?.get("get").ok()?;
    let kind: Table = get.call(name).ok()?;
    let doc: Option<String> = kind.raw_get("doc").ok()?;
    let mut lines = vec![format!("{name}: a kind of resource. stack:add(\"{name}\", ID, {{…}})")];
    lines.extend(doc.map(|doc| format!("  {doc}")));
    if kind.raw_get::<bool>("shared").unwrap_or(false) {
        lines
            .push("  It is shared between stacks: made where it is missing, never deleted.".into());
    }
    lines.push(String::new());
    let properties: Table = kind.raw_get("properties").ok()?;
    let mut members = kind_members(session, name);
    // What must be given stands first.
    members.sort_by_key(|member| !member.required);
    let widest = members.iter().map(|m| m.name.len()).max().unwrap_or(0);
    for member in members {
        let property: Option<Table> = properties.raw_get(member.name.as_str()).ok();
        let remarks = remarks(property.as_ref(), member.required, &member.words);
        let line = format!("  {:<widest$}  {:<8} {remarks}", member.name, member.ty);
        lines.push(line.trim_end().to_owned());
    }
    lines.push(String::new());
    lines.push(format!("  gives {}", kind_outputs(session, name).join(", ")));
    Some(lines.join("\n"))
}

fn remarks(property: Option<&Table>, required: bool, words: &[String]) -> String {
    let get = |key: &str| property.and_then(|p| p.raw_get::<Value>(key).ok());
    let flag = |key: &str| get(key).is_some_and(|v| v == Value::Boolean(true));
    let mut parts = Vec::new();
    if required {
        parts.push("required".to_owned());
    }
    if flag("secret") {
        parts.push("secret".to_owned());
    }
    parts.extend(get("doc").and_then(|v| Some(v.as_string()?.to_string_lossy())));
    if !words.is_empty() {
        parts.push(super::operations::enumeration(words));
    }
    match get("replaces") {
        Some(Value::String(why)) => {
            parts.push(format!("(a change replaces it: {})", why.to_string_lossy()));
        }
        Some(Value::Boolean(true)) => parts.push("(a change replaces it)".to_owned()),
        _ => {}
    }
    parts.join(" ")
}
