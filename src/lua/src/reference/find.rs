//! Finding an entry by its name, and its form for the terminal.

use super::{
    Kind, Property, Reference, operations,
    source::{Item, Module, Sort, Typed},
};
use dmsrun_aws::registry::{self, Field, Operation, Service, Type};
use dmsrun_diag::nearest;
use dmsrun_dms::settings;

/// What the reference says of a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// The full name, such as `map.include`.
    pub name: String,
    /// What it is, in a few words: `function`, `kind`, `operation of AWS that changes something`.
    pub sort: String,
    /// How it is called.
    pub signature: Option<String>,
    /// What it does.
    pub doc: Vec<String>,
    /// Lists below it: a title, and its rows.
    pub sections: Vec<(String, Vec<Row>)>,
    /// Where it is defined, or where more is said.
    pub place: Option<String>,
}

/// A row of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// The name.
    pub name: String,
    /// Its type.
    pub ty: String,
    /// What it is.
    pub doc: String,
}

impl Row {
    fn new(name: impl Into<String>, ty: impl Into<String>, doc: impl Into<String>) -> Self {
        Self { name: name.into(), ty: ty.into(), doc: doc.into() }
    }

    fn of(typed: Typed) -> Self {
        let name = if typed.optional && !typed.name.is_empty() && !typed.name.ends_with('?') {
            format!("{}?", typed.name)
        } else {
            typed.name
        };
        Self::new(name, typed.ty, typed.doc)
    }
}

impl Entry {
    /// The entry as text of this width.
    pub fn text(&self, width: usize) -> String {
        let mut out = vec![format!("{}  ({})", self.name, self.sort)];
        if let Some(signature) = &self.signature {
            out.push(String::new());
            out.push(format!("  {signature}"));
        }
        if !self.doc.is_empty() {
            out.push(String::new());
            out.extend(wrap(&self.doc, width));
        }
        for (title, rows) in &self.sections {
            out.push(String::new());
            out.push(format!("{title}:"));
            out.extend(table(rows, width));
        }
        if let Some(place) = &self.place {
            out.push(String::new());
            out.push(place.clone());
        }
        out.join("\n")
    }
}

/// Paragraphs in the width; code keeps its lines.
fn wrap(lines: &[String], width: usize) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut fenced = false;
    let mut open = false;
    for line in lines {
        let fence = line.trim_start().starts_with("```");
        if fence {
            fenced = !fenced;
            open = false;
            continue;
        }
        let code =
            fenced || line.starts_with("    ") || line.starts_with("- ") || line.starts_with('|');
        if code || line.is_empty() {
            out.push(if fenced { format!("    {line}") } else { line.clone() });
            open = line.starts_with("- ");
        } else if open {
            let last = out.pop().unwrap_or_default();
            out.extend(fold(&format!("{last} {}", line.trim()), width));
        } else {
            out.extend(fold(line, width));
            open = true;
        }
    }
    out
}

/// A paragraph as lines of at most this width.
fn fold(text: &str, width: usize) -> Vec<String> {
    let mut out = vec![String::new()];
    for word in text.split(' ') {
        let last = out.last_mut().expect("there is always a line");
        if !last.is_empty() && last.chars().count() + 1 + word.chars().count() > width.max(20) {
            out.push(word.to_owned());
        } else {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    out
}

fn table(rows: &[Row], width: usize) -> Vec<String> {
    let longest = |of: fn(&Row) -> &String, most: usize| {
        rows.iter().map(|row| of(row).chars().count()).max().unwrap_or(0).min(most)
    };
    let (names, types) = (longest(|r| &r.name, 36), longest(|r| &r.ty, 32));
    let indent = 2 + names + 2 + if types > 0 { types + 2 } else { 0 };
    let mut out = Vec::new();
    for row in rows {
        let mut line = format!("  {:<names$}  ", row.name);
        if types > 0 {
            line.push_str(&format!("{:<types$}  ", row.ty));
        }
        let room = width.saturating_sub(indent).max(24);
        let mut words = fold(&row.doc, room).into_iter();
        line.push_str(&words.next().unwrap_or_default());
        out.push(line.trim_end().to_owned());
        out.extend(words.map(|rest| format!("{}{rest}", " ".repeat(indent))));
    }
    out
}

impl Reference {
    /// The entry of a name; `None` where there is none.
    pub fn lookup(&self, name: &str) -> Option<Entry> {
        let name = name.trim().trim_end_matches("()").trim_start_matches('?');
        if name.is_empty() {
            return None;
        }
        let dotted = name.replace(':', ".");
        code(name)
            .or_else(|| self.kind(&dotted))
            .or_else(|| setting(&dotted))
            .or_else(|| self.module(&dotted))
            .or_else(|| self.item(&dotted))
            .or_else(|| operation(&dotted))
            .or_else(|| service(&dotted))
            .or_else(|| shape(&dotted))
            .or_else(|| self.method(&dotted))
            .or_else(|| self.alone(&dotted))
    }

    /// The names that have an entry.
    pub fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        for module in self.modules() {
            names.push(module.name.clone());
            for item in module.items.iter().filter(|item| !item.is_private()) {
                names.push(full_name(module, item));
                if item.sort == Sort::Function && item.owner == module.local {
                    names.push(format!("{}.{}", module.local, item.name));
                }
            }
        }
        for service in registry::services() {
            names.push(format!("aws.{}", service.name));
            names.extend(
                service.operations().iter().map(|o| format!("{}.{}", service.name, o.name)),
            );
        }
        names.extend(self.kinds().unwrap_or_default().iter().map(|kind| kind.name.clone()));
        names.extend(settings::keys().iter().map(|key| format!("settings.{}", key.path)));
        names.extend(settings::sections().map(|section| format!("settings.{section}")));
        names.extend(dmsrun_dms::codes().map(|code| code.code.to_owned()));
        names.sort();
        names.dedup();
        names
    }

    /// The names nearest to one that has no entry.
    pub fn near(&self, name: &str) -> Vec<String> {
        let names = self.names();
        let near = nearest(name, names.iter().map(String::as_str));
        if !near.is_empty() {
            return near.into_iter().map(str::to_owned).collect();
        }
        // A part of a name is better than nothing.
        let last = name.rsplit(['.', ':']).next().unwrap_or(name);
        names.into_iter().filter(|n| last.len() > 2 && n.contains(last)).take(6).collect()
    }

    fn kind(&self, name: &str) -> Option<Entry> {
        let name = name.strip_prefix("kinds.").unwrap_or(name);
        // Two parts, neither of them an operation: loading the kinds takes a while.
        let two = name.split('.').count() == 2 && !name.contains(char::is_uppercase);
        if !two || operation(name).is_some() {
            return None;
        }
        self.kinds().ok()?.iter().find(|kind| kind.name == name).map(kind_entry)
    }

    fn module(&self, name: &str) -> Option<Entry> {
        let by_name = |module: &&Module| module.name == name;
        let by_local = |module: &&Module| module.local == name && !module.name.contains('.');
        let modules = self.modules();
        let module = modules.iter().find(by_name).or_else(|| modules.iter().find(by_local))?;
        Some(module_entry(module))
    }

    /// `mappings.include`, `map.include`, `mappings.Document.json`, `Document.json`.
    fn item(&self, name: &str) -> Option<Entry> {
        let found = |exact: bool| {
            self.modules().iter().find_map(|module| {
                let item =
                    module.items.iter().filter(|i| !i.is_private()).find(|item| {
                        names_of(module, item, exact).iter().any(|known| known == name)
                    })?;
                Some(item_entry(module, item))
            })
        };
        found(true).or_else(|| found(false))
    }

    /// `stack.add`, `m:main`: a method of the only class that has one of this name, or of the module's.
    fn method(&self, name: &str) -> Option<Entry> {
        let (owner, name) = name.split_once('.')?;
        let found: Vec<(&Module, &Item)> = self
            .modules()
            .iter()
            .flat_map(|module| module.items.iter().map(move |item| (module, item)))
            .filter(|(_, item)| item.method && !item.is_private() && item.name == name)
            .collect();
        let fits = |(module, item): &&(&Module, &Item)| {
            let local = module.local.to_lowercase();
            module.name == owner || local == owner || item.owner.to_lowercase() == owner
        };
        let only = || found.first().filter(|_| found.len() == 1);
        let (module, item) = found.iter().find(fits).or_else(only)?;
        Some(item_entry(module, item))
    }

    /// A name without its owner, where it is the only one.
    fn alone(&self, name: &str) -> Option<Entry> {
        let mut found = self.modules().iter().flat_map(|module| {
            let items = module.items.iter().filter(|item| !item.is_private() && item.name == name);
            items.map(move |item| item_entry(module, item))
        });
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }
}

/// The class whose methods stand in a local table.
fn class_of<'m>(module: &'m Module, owner: &str) -> Option<&'m Item> {
    module.items.iter().find(|item| item.sort == Sort::Class && item.owner == owner)
}

fn full_name(module: &Module, item: &Item) -> String {
    match item.sort {
        Sort::Class | Sort::Alias => item.name.clone(),
        _ => match class_of(module, &item.owner) {
            Some(class) if item.owner != module.local => format!("{}.{}", class.name, item.name),
            _ => match item.owner.split_once('.') {
                Some((_, rest)) => format!("{}.{rest}.{}", module.name, item.name),
                None => format!("{}.{}", module.name, item.name),
            },
        },
    }
}

/// The names that an item answers to; with `exact` only those that say its module.
fn names_of(module: &Module, item: &Item, exact: bool) -> Vec<String> {
    let full = full_name(module, item);
    let own = format!("{}.{}", item.owner, item.name);
    if exact {
        let local = if module.name.contains('.') { full.clone() } else { own };
        return vec![full, local];
    }
    vec![own]
}

pub(super) fn module_entry(module: &Module) -> Entry {
    let mut rows = Vec::new();
    for item in module.items.iter().filter(|item| !item.is_private()) {
        let doc = first_sentence(&item.doc);
        match item.sort {
            Sort::Function => rows.push(Row::new(shown(module, item), "", doc)),
            Sort::Value => rows.push(Row::new(shown(module, item), "", doc)),
            Sort::Class | Sort::Alias => {}
        }
    }
    let mut entry = Entry {
        name: module.name.clone(),
        sort: "module".to_owned(),
        signature: Some(format!("local {} = require \"{}\"", local_of(module), module.name)),
        doc: module.header.clone(),
        ..Entry::default()
    };
    if !rows.is_empty() {
        entry.sections.push(("Functions".to_owned(), rows));
    }
    let classes = module.items.iter().filter(|item| item.sort == Sort::Class);
    let classes: Vec<Row> =
        classes.map(|item| Row::new(&item.name, "", first_sentence(&item.doc))).collect();
    if !classes.is_empty() {
        entry.sections.push(("Classes".to_owned(), classes));
    }
    entry
}

fn local_of(module: &Module) -> &str {
    if module.local.is_empty() {
        module.name.rsplit('.').next().unwrap_or("")
    } else {
        &module.local
    }
}

/// How people write it: `map.include(name)`, `document:json(options)`.
pub(super) fn shown(module: &Module, item: &Item) -> String {
    let owner = owner_of(module, item);
    let dot = if item.method { ":" } else { "." };
    match item.sort {
        Sort::Function => format!("{owner}{dot}{}({})", item.name, item.args.join(", ")),
        _ => format!("{owner}{dot}{}", item.name),
    }
}

/// The owner as people write it: a method's is an object, called after its class.
pub(super) fn owner_of(module: &Module, item: &Item) -> String {
    match class_of(module, &item.owner) {
        Some(class) if item.owner != module.local => {
            class.name.rsplit('.').next().unwrap_or(&class.name).to_lowercase()
        }
        _ => item.owner.clone(),
    }
}

fn first_sentence(doc: &[String]) -> String {
    let paragraph: Vec<&str> =
        doc.iter().map(|line| line.trim()).take_while(|line| !line.is_empty()).collect();
    let text = paragraph.join(" ");
    match text.find(". ") {
        Some(at) => text[..=at].to_owned(),
        None => text,
    }
}

pub(super) fn item_entry(module: &Module, item: &Item) -> Entry {
    let mut entry = Entry {
        name: full_name(module, item),
        doc: item.doc.clone(),
        place: Some(format!("{}:{}", module.file, item.line)),
        ..Entry::default()
    };
    match item.sort {
        Sort::Function => {
            entry.sort = if item.method { "method" } else { "function" }.to_owned();
            entry.signature = Some(item.signature(&owner_of(module, item)));
            let params = item.params();
            if params.iter().any(|p| !p.doc.is_empty() || !p.ty.is_empty()) {
                let rows = params.into_iter().map(Row::of).collect();
                entry.sections.push(("Parameters".to_owned(), rows));
            }
            let results = item.results();
            if results.iter().any(|r| !r.doc.is_empty() || !r.name.is_empty()) {
                let rows = results.into_iter().map(Row::of).collect();
                entry.sections.push(("Results".to_owned(), rows));
            }
        }
        Sort::Value => entry.sort = "value".to_owned(),
        Sort::Class => {
            entry.sort = "class".to_owned();
            let rows: Vec<Row> = item.fields().into_iter().map(Row::of).collect();
            if !rows.is_empty() {
                entry.sections.push(("Fields".to_owned(), rows));
            }
            let methods = module.items.iter().filter(|other| {
                other.sort == Sort::Function && other.owner == item.owner && !item.owner.is_empty()
            });
            let rows: Vec<Row> = methods
                .map(|other| Row::new(shown(module, other), "", first_sentence(&other.doc)))
                .collect();
            if !rows.is_empty() {
                entry.sections.push(("Methods".to_owned(), rows));
            }
        }
        Sort::Alias => {
            entry.sort = "name of a type".to_owned();
            entry.doc.extend(item.tags.iter().map(|tag| format!("    {tag}")));
        }
    }
    entry
}

fn code(name: &str) -> Option<Entry> {
    let code = dmsrun_dms::codes::code(name)?;
    Some(Entry {
        name: code.code.to_owned(),
        sort: format!("{} of the checks", code.severity.word()),
        signature: None,
        doc: vec![format!("{}.", code.title), String::new(), code.text.to_owned()],
        ..Entry::default()
    })
}

fn setting(name: &str) -> Option<Entry> {
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
fn operation(name: &str) -> Option<Entry> {
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

fn service(name: &str) -> Option<Entry> {
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
fn shape(name: &str) -> Option<Entry> {
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

fn kind_entry(kind: &Kind) -> Entry {
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
