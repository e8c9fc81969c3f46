//! Entries made of the registries: codes, settings, operations, structures and kinds.

use super::{
    Kind, Property,
    entry::{Entry, Row},
    find::first_sentence,
    operations,
};
use dmsrun_aws::registry::{self, Field, Operation, Service, Type};
use dmsrun_dms::settings;

pub(super) fn code(name: &str) -> Option<Entry> {
    let code = dmsrun_dms::codes::code(name)?;
    Some(Entry {
        name: code.code.to_owned(),
        sort: format!("{} of the checks", code.severity.word()),
        signature: None,
        doc: vec![format!("{}.", code.title), String::new(), code.text.to_owned()],
        ..Entry::default()
    })
}

pub(super) fn setting(name: &str) -> Option<Entry> {
    let path = name.strip_prefix("settings.").unwrap_or(name);
    if let Some(key) = settings::key(path) {
        return Some(setting_entry(key));
    }
    let section = settings::sections().find(|section| *section == path)?;
    let rows = settings::keys()
        .iter()
        .filter(|key| key.section() == section)
        .map(|key| {
            let name = key.path.strip_prefix(section).unwrap_or(key.path).trim_start_matches('.');
            Row::new(name, key.kind.word(), key.doc)
        })
        .collect();
    Some(Entry {
        name: format!("settings.{section}"),
        sort: "section of the task settings".to_owned(),
        signature: Some(format!("settings {{ {section} = {{ … }} }}")),
        sections: vec![("Keys".to_owned(), rows)],
        ..Entry::default()
    })
}

fn setting_entry(key: &settings::Key) -> Entry {
    let mut rows = vec![Row::new("type", key.kind.word(), "")];
    let default = key.default.json();
    if !default.is_null() {
        rows.push(Row::new("default", default.to_string(), ""));
    }
    if let Some((least, most)) = key.range {
        let most = if most == i64::MAX { String::new() } else { format!(" to {most}") };
        let strict = if key.strict { "" } else { "not documented, what makes sense" };
        rows.push(Row::new("range", format!("{least}{most}"), strict));
    }
    if let settings::Kind::Word(words) | settings::Kind::Words(words) = key.kind {
        rows.push(Row::new("values", words.join(", "), ""));
    }
    if let Some(since) = key.since {
        rows.push(Row::new("since", since.to_string(), "version of the replication engine"));
    }
    if key.read_only {
        rows.push(Row::new("set by", "DMS", "it is refused in a request"));
    }
    Entry {
        name: format!("settings.{}", key.path),
        sort: "key of the task settings".to_owned(),
        doc: vec![key.doc.to_owned()],
        sections: vec![("Rules".to_owned(), rows)],
        ..Entry::default()
    }
}

/// `dms.create_endpoint`, `aws.dms.create_endpoint`.
pub(super) fn operation(name: &str) -> Option<Entry> {
    let name = name.strip_prefix("aws.").unwrap_or(name);
    let (service, operation) = name.split_once('.')?;
    let service = registry::service(service)?;
    service.operation(operation).map(|operation| operation_entry(service, operation))
}

fn operation_entry(service: &Service, operation: &Operation) -> Entry {
    let changes = if operation.mutates() { "changes something" } else { "reads only" };
    let required: Vec<String> = operation
        .fields()
        .iter()
        .filter(|field| field.required)
        .map(|field| format!("{} = …", field.name))
        .collect();
    let input = if required.is_empty() {
        "{}".to_owned()
    } else {
        format!("{{ {} }}", required.join(", "))
    };
    let words = operations::words(operation.name).filter(|_| service.name == "dms");
    let mut doc: Vec<String> = words.map(str::to_owned).into_iter().collect();
    if let Some(pages) = operation.pages {
        doc.push(String::new());
        doc.push(format!(
            "Its answer comes in pages: aws.pages(aws.{}.{}, {{ … }}) gives all {}.",
            service.name,
            operation.name,
            pages.items.join(", ")
        ));
    }
    if let Some(token) = operation.token {
        doc.push(String::new());
        doc.push(format!(
            "{token} is filled in where it is left out, so that a repetition is harmless."
        ));
    }
    let mut sections = Vec::new();
    for (title, fields) in [("Parameters", operation.fields()), ("Results", operation.outputs())] {
        if !fields.is_empty() {
            let mut fields: Vec<&Field> = fields.iter().collect();
            fields.sort_by_key(|field| (!field.required, field.name));
            sections.push((title.to_owned(), fields.into_iter().map(field_row).collect()));
        }
    }
    Entry {
        name: format!("aws.{}.{}", service.name, operation.name),
        sort: format!("operation {} of {}, {changes}", operation.wire_name, service.title),
        signature: Some(format!("aws.{}.{} {input}", service.name, operation.name)),
        doc,
        sections,
        place: None,
    }
}

fn field_row(field: &Field) -> Row {
    let mut notes = Vec::new();
    if field.required {
        notes.push("required".to_owned());
    }
    if field.secret {
        notes.push("never shown".to_owned());
    }
    notes.extend(values_of(field.ty));
    let inner = inner(field.ty);
    let members = inner.fields();
    if !members.is_empty() {
        let names: Vec<&str> = members.iter().map(|f| f.name).take(8).collect();
        let more = if members.len() > names.len() { ", …" } else { "" };
        notes.push(format!("{{ {}{more} }}", names.join(", ")));
    }
    Row::new(field.name, field.ty.describe(), notes.join("; "))
}

/// The type inside lists and maps.
fn inner(ty: &Type) -> &Type {
    match ty {
        Type::List(item) | Type::Map(item) => inner(item),
        other => other,
    }
}

fn values_of(ty: &Type) -> Option<String> {
    match inner(ty) {
        Type::Enumeration(_, values) if !values.is_empty() => {
            let shown: Vec<String> = values.iter().take(12).map(|v| format!("\"{v}\"")).collect();
            let more = if values.len() > 12 {
                format!(" and {} more", values.len() - 12)
            } else {
                String::new()
            };
            Some(format!("{}{more}", shown.join(", ")))
        }
        _ => None,
    }
}

pub(super) fn service(name: &str) -> Option<Entry> {
    let service = registry::service(name.strip_prefix("aws.").unwrap_or(name))?;
    let rows = service.operations().iter().map(|operation| {
        let words = operations::words(operation.name).filter(|_| service.name == "dms");
        let doc = words.map(|w| first_sentence(&[w.to_owned()])).unwrap_or_default();
        Row::new(operation.name, if operation.mutates() { "changes" } else { "reads" }, doc)
    });
    Some(Entry {
        name: format!("aws.{}", service.name),
        sort: format!("service of AWS, {}", service.title),
        signature: Some(format!("local {} = require(\"aws\").{}", service.name, service.name)),
        sections: vec![("Operations".to_owned(), rows.collect())],
        ..Entry::default()
    })
}

/// A structure or an enumeration: `dms.Endpoint`, `dms.DmsSslModeValue`.
pub(super) fn shape(name: &str) -> Option<Entry> {
    let name = name.strip_prefix("aws.").unwrap_or(name);
    let (service, wanted) = name.split_once('.')?;
    let service = registry::service(service)?;
    let found = crate::types::shapes(service).into_iter().find(|ty| {
        matches!(ty, Type::Structure(n, _) | Type::Union(n, _) | Type::Enumeration(n, _) if *n == wanted)
    })?;
    let (sort, title, rows): (&str, &str, Vec<Row>) = match found {
        Type::Enumeration(_, values) => {
            ("enumeration", "Values", values.iter().map(|v| Row::new(*v, "", "")).collect())
        }
        Type::Union(..) => (
            "structure with exactly one of its members",
            "Members",
            found.fields().iter().map(field_row).collect(),
        ),
        _ => ("structure", "Members", found.fields().iter().map(field_row).collect()),
    };
    Some(Entry {
        name: format!("aws.{}.{wanted}", service.name),
        sort: format!("{sort} of {}", service.title),
        sections: vec![(title.to_owned(), rows)],
        ..Entry::default()
    })
}

pub(super) fn kind_entry(kind: &Kind) -> Entry {
    let mut doc = vec![kind.doc.clone()];
    if kind.shared {
        doc.push(String::new());
        doc.push("It is shared between stacks: a stack makes it where it is missing and never deletes it.".to_owned());
    }
    let mut rows = Vec::new();
    property_rows(&kind.properties, "", &mut rows);
    let outputs = kind.outputs.iter().map(|(name, doc)| Row::new(name, "", doc)).collect();
    Entry {
        name: kind.name.clone(),
        sort: "kind of resource".to_owned(),
        signature: Some(format!("s:add(\"{}\", \"id\", {{ … }})", kind.name)),
        doc,
        sections: vec![("Properties".to_owned(), rows), ("Outputs".to_owned(), outputs)],
        place: Some(kind.source.clone()).filter(|source| !source.is_empty()),
    }
}

/// The properties as rows, those inside of maps and lists below them.
pub(super) fn property_rows(properties: &[Property], prefix: &str, out: &mut Vec<Row>) {
    for property in properties {
        let name = format!("{prefix}{}", property.name);
        let mut notes = vec![property.doc.clone()];
        if property.required {
            notes.insert(0, "Required.".to_owned());
        }
        if property.secret {
            notes.push("Never shown.".to_owned());
        }
        if !property.values.is_empty() {
            let shown: Vec<&str> = property.values.iter().map(String::as_str).take(12).collect();
            let more = if property.values.len() > 12 { " …" } else { "" };
            notes.push(format!("One of {}{more}.", shown.join(", ")));
        }
        match property.replaces.as_deref() {
            Some("") => notes.push("A change replaces the resource.".to_owned()),
            Some(why) => notes.push(format!("A change replaces the resource: {why}.")),
            None => {}
        }
        notes.retain(|note| !note.is_empty());
        out.push(Row::new(&name, &property.ty, notes.join(" ")));
        property_rows(&property.fields, &format!("{name}."), out);
        if let Some(items) = &property.items {
            property_rows(&items.fields, &format!("{name}[]."), out);
        }
    }
}
