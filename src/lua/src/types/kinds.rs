//! The stubs of the kinds: the properties that `stack:add` takes for each, and the outputs of its handle.

use crate::reference::{Kind, Property};
use std::{collections::BTreeMap, fmt::Write as _};

// Writing to a string does not fail, below.

/// The classes of all kinds.
pub(super) fn text(kinds: &[Kind]) -> String {
    let mut out = super::head("_");
    out.push_str("--- The name of a kind.\n---@alias kinds.Name\n");
    for kind in kinds {
        let _ = writeln!(out, "---| \"{}\" # {}", kind.name, kind.doc);
    }
    out.push_str("\n--- An output of another resource, known after apply.\n---@alias kinds.Reference userdata|table\n\n");
    for kind in kinds {
        let name = format!("kinds.{}", kind.name);
        class(&mut out, &name, &kind.doc, &kind.properties);
        let _ =
            writeln!(out, "--- Outputs of {}, as references.\n---@class {name}.Handle", kind.name);
        for (output, doc) in &kind.outputs {
            let _ = writeln!(out, "---@field {output} any {doc}");
        }
        out.push_str("---@field [string] any\n\n");
    }
    out
}

fn class(out: &mut String, name: &str, doc: &str, properties: &[Property]) {
    let mut fields = String::new();
    for property in properties {
        let inner = format!("{name}.{}", property.name);
        let ty = type_of(out, &inner, property);
        let mark = if property.required { "" } else { "?" };
        let reference = if ty == "any" { String::new() } else { "|kinds.Reference".to_owned() };
        let line = format!("---@field {}{mark} {ty}{reference} {}", property.name, property.doc);
        let _ = writeln!(fields, "{}", line.trim_end());
    }
    if !doc.is_empty() {
        let _ = writeln!(out, "--- {doc}");
    }
    let base = super::closed(properties.iter().map(|property| property.name.as_str()));
    let _ = writeln!(out, "---@class (exact) {name}{base}\n{fields}");
}

fn type_of(out: &mut String, name: &str, property: &Property) -> String {
    let plain = match property.ty.as_str() {
        _ if !property.values.is_empty() => {
            let words: Vec<String> = property
                .values
                .iter()
                .map(|v| if property.ty == "string" { format!("\"{v}\"") } else { v.clone() })
                .collect();
            words.join("|")
        }
        "map" if !property.fields.is_empty() => {
            class(out, name, &property.doc, &property.fields);
            name.to_owned()
        }
        "list" => match &property.items {
            Some(items) => {
                let item = type_of(out, &format!("{name}.Item"), items);
                if item == "any" {
                    "any[]".to_owned()
                } else {
                    format!("({item}|kinds.Reference)[]")
                }
            }
            None => "any[]".to_owned(),
        },
        "map" => "table<string, any>".to_owned(),
        ty @ ("string" | "integer" | "number" | "boolean") => ty.to_owned(),
        _ => "any".to_owned(),
    };
    if property.secret && plain != "any" { format!("{plain}|secret.Secret") } else { plain }
}

/// Overloads of `stack:add`, one for each kind.
pub(super) fn overloads(kinds: &[Kind]) -> BTreeMap<String, String> {
    let mut lines = String::new();
    for kind in kinds {
        let _ = writeln!(
            lines,
            "---@overload fun(self: stack.Stack, kind: \"{0}\", id: string, properties: kinds.{0}, options?: stack.ResourceOptions): kinds.{0}.Handle",
            kind.name
        );
    }
    BTreeMap::from([("add".to_owned(), lines)])
}
