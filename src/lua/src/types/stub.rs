//! The stub of a module: its classes and functions with their comments, without bodies.

use crate::reference::source::{Item, Module, Sort};
use std::collections::{BTreeMap, BTreeSet};

/// The stub. `more` holds further annotations for a function, by its name.
pub(super) fn text(module: &Module, more: &BTreeMap<String, String>) -> String {
    let mut out = super::head(&module.name);
    for line in &module.header {
        out.push_str(format!("--- {line}").trim_end());
        out.push('\n');
    }
    let own = module.items.iter().find(|item| is_own(module, item));
    if own.is_none() && !module.local.is_empty() {
        if !module.header.is_empty() {
            out.push_str(&format!("---@class {}\n", module.name));
        }
        out.push_str(&format!("local {} = {{}}\n\n", module.local));
    } else if !module.header.is_empty() {
        out.push('\n');
    }
    let mut declared: BTreeSet<&str> = BTreeSet::from([module.local.as_str()]);
    if own.is_some() {
        declared.clear();
    }
    for item in &module.items {
        let root = item.owner.split('.').next().unwrap_or_default();
        if matches!(item.sort, Sort::Function | Sort::Value) {
            if !root.is_empty() && declared.insert(root) {
                out.push_str(&format!("local {root} = {{}}\n\n"));
            }
        } else if !item.owner.is_empty() {
            declared.insert(root);
        }
        if !item.is_private() || item.sort == Sort::Class {
            self::item(&mut out, item, more);
        }
    }
    if !module.local.is_empty() {
        out.push_str(&format!("return {}\n", module.local));
    }
    out
}

/// Whether the item is the class of the module's own table.
fn is_own(module: &Module, item: &Item) -> bool {
    item.sort == Sort::Class && item.owner == module.local && !module.local.is_empty()
}

/// The name of a class of options, and the base that keeps others out, where it says all that it holds.
fn closed_options(item: &Item) -> Option<(&str, String)> {
    if item.sort != Sort::Class || !item.name.ends_with("Options") {
        return None;
    }
    let mut keys = Vec::new();
    for field in item.comment.iter().filter_map(|line| line.strip_prefix("---@field ")) {
        let key = field.split([' ', '?']).next().unwrap_or_default();
        if key.starts_with('[') || matches!(key, "private" | "package" | "protected") {
            return None;
        }
        keys.push(key);
    }
    Some((&item.name, super::closed(keys)))
}

fn item(out: &mut String, item: &Item, more: &BTreeMap<String, String>) {
    let closed = closed_options(item);
    for line in &item.comment {
        if let Some((name, base)) = &closed
            && *line == format!("---@class {name}")
        {
            out.push_str(&format!("---@class (exact) {name}{base}\n"));
            continue;
        }
        // A private method is one for the checker too, but nobody else calls it.
        out.push_str(line);
        out.push('\n');
    }
    match item.sort {
        Sort::Class | Sort::Alias => {
            if !item.declaration.is_empty() {
                out.push_str(&item.declaration);
                out.push('\n');
            }
        }
        Sort::Function => {
            if let Some(lines) = more.get(&item.name) {
                out.push_str(lines);
            }
            let dot = if item.method { ":" } else { "." };
            let args = item.args.join(", ");
            out.push_str(&format!("function {}{dot}{}({args}) end\n", item.owner, item.name));
        }
        Sort::Value => {
            let value = if item.has("type") || item.has("class") { "nil" } else { "{}" };
            out.push_str(&format!("{}.{} = {value}\n", item.owner, item.name));
        }
    }
    out.push('\n');
}
