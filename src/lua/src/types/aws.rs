//! The stubs of AWS: a class for each service, its operations as functions, and the shapes of what they
//! take and give.
//!
//! What a request holds is exact: a misspelt member is flagged. What an answer holds has every member: the
//! model does not say which ones an answer leaves out.

use crate::reference::{source::Module, words};
use dmsrun_aws::registry::{self, Field, Operation, Service, Type};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

/// The structures, unions and enumerations of a service, sorted by name.
pub fn shapes(service: &Service) -> Vec<Type> {
    let mut found = BTreeMap::new();
    for operation in service.operations() {
        for field in operation.fields().iter().chain(operation.outputs()) {
            collect(field.ty, &mut found);
        }
    }
    found.into_values().collect()
}

fn name_of(ty: &Type) -> Option<&'static str> {
    match ty {
        Type::Structure(name, _) | Type::Union(name, _) | Type::Enumeration(name, _) => Some(name),
        _ => None,
    }
}

fn collect(ty: &Type, out: &mut BTreeMap<&'static str, Type>) {
    match ty {
        Type::List(item) | Type::Map(item) => collect(item, out),
        _ => {
            if let Some(name) = name_of(ty)
                && out.insert(name, *ty).is_none()
            {
                ty.fields().iter().for_each(|field| collect(field.ty, out));
            }
        }
    }
}

/// In which direction a shape goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    In,
    Out,
}

// Writing to a string does not fail, below.

/// The module `aws` with its services.
pub(super) fn module(module: &Module) -> String {
    let mut text = super::stub::text(module, &BTreeMap::new());
    let mut fields = String::from("---@class aws\n");
    for service in registry::services() {
        let _ = writeln!(fields, "---@field {0} aws.{0} {1}", service.name, service.title);
    }
    // To an editor an operation is the function that it is called as.
    if let (Some(from), Some(_)) = (text.find("---@class aws.Operation\n"), text.find("local aws"))
    {
        let to = text[from..].find("\n\n").map_or(text.len(), |at| from + at);
        text.replace_range(
            from..to,
            "---@alias aws.Operation fun(input: any, options?: aws.CallOptions): any",
        );
    }
    let first = text.find("---@class aws\n");
    match first {
        // The class is there: its fields go below it.
        Some(at) => text.replace_range(at..at + "---@class aws\n".len(), &fields),
        None => match text.find("local aws = {}\n") {
            Some(at) => text.insert_str(at, &fields),
            None => {
                let _ = write!(text, "{fields}local aws = {{}}\n\nreturn aws\n");
            }
        },
    }
    text
}

/// One service.
pub(super) fn service(service: &Service) -> String {
    let mut out = super::head("_");
    let _ = writeln!(
        out,
        "--- {}.\n---@class aws.{}\nlocal {} = {{}}\n",
        service.title, service.name, service.name
    );
    let taken = reached(service.operations().iter().flat_map(Operation::fields));
    let given = reached(service.operations().iter().flat_map(Operation::outputs));
    for shape in shapes(service) {
        let name = name_of(&shape).unwrap_or_default();
        match shape {
            Type::Enumeration(name, values) => alias(&mut out, service, name, values),
            _ => {
                if taken.contains(name) {
                    class(&mut out, service, &shape, Way::In, false);
                }
                if given.contains(name) {
                    class(&mut out, service, &shape, Way::Out, taken.contains(name));
                }
            }
        }
    }
    for operation in service.operations() {
        self::operation(&mut out, service, operation);
    }
    out
}

fn reached<'a>(fields: impl Iterator<Item = &'a Field>) -> BTreeSet<&'static str> {
    let mut found = BTreeMap::new();
    fields.for_each(|field| collect(field.ty, &mut found));
    found.into_keys().collect()
}

fn alias(out: &mut String, service: &Service, name: &str, values: &[&str]) {
    let _ = writeln!(out, "---@alias aws.{}.{name}", service.name);
    if values.is_empty() {
        out.push_str("---| string\n");
    }
    for value in values {
        let _ = writeln!(out, "---| \"{value}\"");
    }
    for value in dmsrun_aws::registry::unmodelled(name) {
        let _ = writeln!(out, "---| \"{value}\"");
    }
    out.push('\n');
}

fn class(out: &mut String, service: &Service, shape: &Type, way: Way, both: bool) {
    let name = name_of(shape).unwrap_or_default();
    let union = matches!(shape, Type::Union(..));
    let (full, parent) = match way {
        Way::In => (format!("aws.{}.input.{name}", service.name), closed(shape.fields())),
        Way::Out if both => {
            (format!("aws.{}.{name}", service.name), format!(": aws.{}.input.{name}", service.name))
        }
        Way::Out => (format!("aws.{}.{name}", service.name), String::new()),
    };
    if union {
        out.push_str("--- Exactly one of the members.\n");
    }
    let _ = writeln!(out, "---@class (exact) {full}{parent}");
    fields(out, service, shape.fields(), way, union);
    out.push('\n');
}

fn fields(out: &mut String, service: &Service, fields: &[Field], way: Way, optional: bool) {
    let mut sorted: Vec<&Field> = fields.iter().collect();
    sorted.sort_by_key(|field| (!field.required, field.name));
    for field in sorted {
        let must = way == Way::Out || (field.required && !optional);
        let mark = if must { "" } else { "?" };
        let ty = type_of(service, field.ty, way);
        let ty = if field.secret { format!("{ty}|secret.Secret") } else { ty };
        let _ = writeln!(out, "---@field {}{mark} {ty}", key(field.name));
    }
}

/// What a request holds has these members and no others.
fn closed(fields: &[Field]) -> String {
    let mut names: Vec<&str> = fields.iter().map(|field| field.name).collect();
    names.sort_unstable();
    super::closed(names)
}

/// Names that are words of Lua, or hold other signs, need brackets.
fn key(name: &str) -> String {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if plain { name.to_owned() } else { format!("[\"{name}\"]") }
}

fn type_of(service: &Service, ty: &Type, way: Way) -> String {
    match ty {
        Type::String | Type::Bytes => "string".to_owned(),
        Type::Boolean => "boolean".to_owned(),
        Type::Integer => "integer".to_owned(),
        Type::Number => "number".to_owned(),
        Type::Timestamp => match way {
            Way::In => "string|number".to_owned(),
            Way::Out => "string".to_owned(),
        },
        Type::List(item) => match type_of(service, item, way) {
            item if item.contains('|') => format!("({item})[]"),
            item => format!("{item}[]"),
        },
        Type::Map(item) => format!("table<string, {}>", type_of(service, item, way)),
        Type::Enumeration(name, _) => format!("aws.{}.{name}", service.name),
        Type::Structure(name, _) | Type::Union(name, _) => match way {
            Way::In => format!("aws.{}.input.{name}", service.name),
            Way::Out => format!("aws.{}.{name}", service.name),
        },
    }
}

fn operation(out: &mut String, service: &Service, operation: &Operation) {
    let base = format!("aws.{}.{}", service.name, operation.name);
    let _ = writeln!(out, "---@class (exact) {base}.input{}", closed(operation.fields()));
    fields(out, service, operation.fields(), Way::In, false);
    let _ = writeln!(out, "\n---@class {base}.output");
    fields(out, service, operation.outputs(), Way::Out, false);
    out.push('\n');
    if let Some(words) = words(service.name, operation.name) {
        let _ = writeln!(out, "--- {words}\n---");
    }
    let effect = if operation.mutates() { "Changes something." } else { "Reads only." };
    let _ = writeln!(out, "--- {} of {}. {effect}", operation.wire_name, service.title);
    let all_optional = !operation.fields().iter().any(|field| field.required);
    let mark = if all_optional { "?" } else { "" };
    let _ = writeln!(out, "---@param input{mark} {base}.input");
    out.push_str("---@param options? aws.CallOptions\n");
    let _ = writeln!(out, "---@return {base}.output");
    let _ = writeln!(out, "function {}.{}(input, options) end\n", service.name, operation.name);
}
