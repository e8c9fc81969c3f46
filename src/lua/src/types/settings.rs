//! The stub of the task settings: a class for each section, the words of each key as an alias.

use dmsrun_dms::settings::{self, Key, Kind};
use std::{collections::BTreeMap, fmt::Write as _};

/// A node of the tree of keys: those inside it, or the key itself.
#[derive(Default)]
struct Node {
    key: Option<&'static Key>,
    inner: BTreeMap<&'static str, Node>,
}

// Writing to a string does not fail, below.

/// The classes.
pub(super) fn text() -> String {
    let mut out = super::head("_");
    let mut root = Node::default();
    for key in settings::keys() {
        let mut node = &mut root;
        for part in key.path.split('.') {
            node = node.inner.entry(part).or_default();
        }
        node.key = Some(key);
    }
    // One that nobody has written down holds no keys here, and whatever it likes.
    for section in settings::sections() {
        root.inner.entry(section).or_default();
    }
    severities(&mut out);
    class(&mut out, "settings.TaskSettings", "Task settings in DMS's own words.", &root);
    out
}

fn severities(out: &mut String) {
    for (name, words) in [
        ("Severity", settings::schema::SEVERITIES),
        ("LogComponentId", settings::schema::COMPONENTS),
    ] {
        let _ = writeln!(out, "---@alias settings.{name}");
        for word in words {
            let _ = writeln!(out, "---| \"{word}\"");
        }
        out.push('\n');
    }
    let _ = writeln!(
        out,
        "---@class (exact) settings.LogComponent{}\n---@field Id settings.LogComponentId\n---@field Severity settings.Severity\n",
        super::closed(["Id", "Severity"])
    );
}

fn class(out: &mut String, name: &str, doc: &str, node: &Node) {
    let (mut fields, mut later) = (String::new(), Vec::new());
    for (part, inner) in &node.inner {
        let (ty, doc) = match inner.key {
            Some(key) => {
                if let Kind::Word(words) = key.kind {
                    let alias = alias(name, part);
                    let _ = writeln!(out, "---@alias {alias}");
                    for word in words {
                        let _ = writeln!(out, "---| \"{word}\"");
                    }
                    out.push('\n');
                }
                (type_of(name, part, key), describe(key))
            }
            None => {
                let class = if name == "settings.TaskSettings" {
                    format!("settings.{part}")
                } else {
                    format!("{name}.{part}")
                };
                later.push((class.clone(), inner));
                (class, String::new())
            }
        };
        let _ = writeln!(fields, "{}", format!("---@field {part}? {ty} {doc}").trim_end());
    }
    for (class, inner) in later {
        self::class(out, &class, "", inner);
    }
    if !doc.is_empty() {
        let _ = writeln!(out, "--- {doc}");
    }
    let base = super::closed(node.inner.keys().copied());
    let _ = writeln!(out, "---@class (exact) {name}{base}\n{fields}");
}

fn alias(class: &str, part: &str) -> String {
    match class {
        "settings.TaskSettings" => format!("settings.{part}.Value"),
        class => format!("{class}.{part}"),
    }
}

fn type_of(class: &str, part: &str, key: &Key) -> String {
    match key.kind {
        Kind::Boolean => "boolean".to_owned(),
        Kind::Integer => "integer".to_owned(),
        Kind::Text | Kind::Words(_) => "string".to_owned(),
        Kind::Word(_) => alias(class, part),
        Kind::LogComponents => "settings.LogComponent[]".to_owned(),
        Kind::List => "table[]".to_owned(),
        Kind::Object => "table".to_owned(),
    }
}

fn describe(key: &Key) -> String {
    let mut text = key.doc.to_owned();
    let default = key.default.json();
    if !default.is_null() && default != "" {
        let _ = write!(text, " Default: {default}.");
    }
    if let (Some((least, most)), true) = (key.range, key.strict) {
        let _ = match most {
            i64::MAX => write!(text, " At least {least}."),
            most => write!(text, " From {least} to {most}."),
        };
    }
    text
}
