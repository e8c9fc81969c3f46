//! Services of AWS and their operations, from the registry.

use super::{WORDS, words};
use dmsrun_aws::registry::{self, Field, Operation, Type};

pub(super) fn of_service(name: &str) -> Option<String> {
    let service = registry::service(name)?;
    let mut lines = vec![format!("aws.{}: {}", service.name, service.title), String::new()];
    let widest = service.operations().iter().map(|o| o.name.len()).max().unwrap_or(0);
    for operation in service.operations() {
        let sort = if operation.mutates() { "changes" } else { "reads  " };
        let words = words::of(service.name, operation.name);
        lines.push(format!("  {:<widest$}  {sort}  {words}", operation.name));
    }
    Some(lines.join("\n"))
}

pub(super) fn of_operation(service: &str, operation: &Operation) -> String {
    let sort = if operation.mutates() { "it changes something" } else { "it only reads" };
    let path = format!("aws.{service}.{}", operation.name);
    let mark = if operation.fields().iter().any(|field| field.required) { "" } else { "?" };
    let mut lines = vec![
        format!("{path}{{…}}"),
        format!("  {}", words::of(service, operation.name)),
        format!("  {} of AWS; {sort}", operation.wire_name),
        format!("  {path}(input{mark}: {path}.input, options?: aws.CallOptions): {path}.output"),
    ];
    if operation.pages.is_some() {
        let call = format!("aws.pages(aws.{service}.{}, {{…}})", operation.name);
        lines.push(format!("  paged: {call} reads all pages"));
    }
    if operation.fields().is_empty() {
        lines.push("  takes nothing".to_owned());
    } else {
        lines.push(String::new());
        // What must be given stands first.
        let (needed, free): (Vec<&Field>, Vec<&Field>) =
            operation.fields().iter().partition(|field| field.required);
        let widest = operation.fields().iter().map(|f| f.name.len()).max().unwrap_or(0);
        lines.extend(needed.into_iter().chain(free).map(|field| of_field(field, widest)));
    }
    let outputs: Vec<&str> = operation.outputs().iter().map(|f| f.name).collect();
    if !outputs.is_empty() {
        lines.push(String::new());
        lines.push(format!("  gives {}", outputs.join(", ")));
    }
    lines.join("\n")
}

fn of_field(field: &Field, widest: usize) -> String {
    let required = if field.required { "required " } else { "" };
    let secret = if field.secret { "secret " } else { "" };
    let detail = match field.ty {
        Type::Enumeration(_, words) => {
            enumeration(&words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>())
        }
        Type::Structure(_, fields) | Type::Union(_, fields) => {
            let fields = fields();
            let names: Vec<&str> = fields.iter().take(6).map(|f| f.name).collect();
            let more = if fields.len() > 6 { ", …" } else { "" };
            format!("{{ {}{more} }}", names.join(", "))
        }
        _ => String::new(),
    };
    let ty = match field.ty {
        Type::Enumeration(..) => "one of".to_owned(),
        Type::Structure(..) => "table".to_owned(),
        ty => ty.describe(),
    };
    let line = format!("  {:<widest$}  {required}{secret}{ty} {detail}", field.name);
    line.trim_end().to_owned()
}

pub(super) fn enumeration(words: &[String]) -> String {
    let mut text = words.iter().take(WORDS).cloned().collect::<Vec<_>>().join(" | ");
    if words.len() > WORDS {
        text.push_str(&format!(" | … {} more", words.len() - WORDS));
    }
    text
}
