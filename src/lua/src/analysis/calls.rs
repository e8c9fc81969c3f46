//! Tables of constants beside what takes them: the parameters of an AWS operation, the properties of a kind,
//! the options of a function, task settings.

use super::{
    Finding, Spot, codes,
    literal::{self, Entry, Key, Literal},
    schema::Property,
};
use dmsrun_aws::registry::{Field, Operation, Service, Type};
use dmsrun_diag::{did_you_mean, nearest};
use dmsrun_dms::{Code, Context, settings};
use full_moon::ast::{Expression, TableConstructor};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Where findings go.
pub(super) struct Sink<'a> {
    /// The script's name.
    pub file: &'a str,
    /// What was found so far.
    pub found: Vec<Finding>,
    /// Whether the table that is looked at is held by a variable: what it lacks may come later.
    pub partial: bool,
}

impl Sink<'_> {
    /// Adds a finding.
    pub fn report(&mut self, code: &Code, at: Spot, message: impl Into<String>) -> &mut Finding {
        self.found.push(Finding::new(code, self.file, at, message));
        let last = self.found.len() - 1;
        &mut self.found[last]
    }
}

pub(super) fn join(path: &str, key: &Key) -> String {
    match key {
        Key::Name(name) if path.is_empty() => name.clone(),
        Key::Name(name) => format!("{path}.{name}"),
        Key::Item(index) => format!("{path}[{index}]"),
        Key::Open => format!("{path}[…]"),
    }
}

/// The hint of a wrong name: the nearest, or all where there are few.
pub(super) fn suggest<'n>(name: &str, all: impl IntoIterator<Item = &'n str>) -> Option<String> {
    let all: Vec<&str> = all.into_iter().collect();
    did_you_mean(name, all.iter().copied()).or_else(|| {
        (!all.is_empty() && all.len() <= 24).then(|| format!("There are: {}.", all.join(", ")))
    })
}

/// The values that an enumeration takes beside those of its model.
fn forgotten(name: &str) -> &'static [&'static str] {
    match name {
        // DescribeEvents: the events of tasks.
        "SourceType" => &["replication-task"],
        _ => &[],
    }
}

/// A call of an AWS operation with a table that is written there.
pub(super) fn operation(
    sink: &mut Sink<'_>,
    service: &Service,
    operation: &Operation,
    table: &TableConstructor,
) {
    let what = format!("aws.{}.{}", service.name, operation.name);
    fields(sink, &what, operation.fields(), table, "", literal::spot_of(table));
}

fn fields(
    sink: &mut Sink<'_>,
    what: &str,
    known: &[Field],
    table: &TableConstructor,
    path: &str,
    at: Spot,
) {
    let entries = literal::entries(table);
    for entry in &entries {
        let Key::Name(name) = &entry.key else {
            if let Key::Item(_) = entry.key
                && !matches!(literal::of(entry.value), Literal::Nil | Literal::Open)
            {
                let message = format!("{what} takes named parameters, and this one has no name");
                sink.report(&codes::L201, entry.at, message).path = join(path, &entry.key);
            }
            continue;
        };
        let inner = join(path, &entry.key);
        match known.iter().find(|f| f.name == name) {
            Some(field) => value(sink, what, field.ty, entry, &inner),
            None => {
                let within = if path.is_empty() { String::new() } else { format!(" in {path}") };
                let message = format!("{what} has no parameter \"{name}\"{within}");
                let finding = sink.report(&codes::L201, entry.at, message);
                finding.hint = suggest(name, known.iter().map(|f| f.name));
                finding.path = inner;
            }
        }
    }
    if sink.partial || entries.iter().any(|e| e.key == Key::Open) {
        return;
    }
    let given = |name: &str| {
        entries.iter().any(|e| {
            e.key == Key::Name(name.to_owned()) && !matches!(literal::of(e.value), Literal::Nil)
        })
    };
    // One slip is told once: what is missing may be what a wrong name was meant to be.
    let meant = meant(&entries, known.iter().map(|f| f.name));
    for field in known.iter().filter(|f| f.required && !given(f.name) && !meant.contains(f.name)) {
        let within = if path.is_empty() { String::new() } else { format!(" in {path}") };
        let message = format!("{what} needs the parameter \"{}\"{within}", field.name);
        sink.report(&codes::L204, Spot { width: 1, ..at }, message).path =
            join(path, &Key::Name(field.name.to_owned()));
    }
}

/// The names that stand nearest to those among the entries which are none of them.
fn meant<'n>(
    entries: &[Entry<'_>],
    known: impl Iterator<Item = &'n str> + Clone,
) -> BTreeSet<&'n str> {
    let wrong = entries.iter().filter_map(|entry| match &entry.key {
        Key::Name(name) if !known.clone().any(|k| k == name) => Some(name),
        _ => None,
    });
    wrong.flat_map(|name| nearest(name, known.clone())).collect()
}

fn wrong(sink: &mut Sink<'_>, what: &str, wanted: &str, entry: &Entry<'_>, path: &str) {
    let Some(got) = literal::of(entry.value).type_name() else { return };
    let at = literal::spot_of(entry.value);
    let message = format!("{path} of {what} wants {wanted}, got {got}");
    sink.report(&codes::L203, at, message).path = path.to_owned();
}

/// One value of a call.
fn value(sink: &mut Sink<'_>, what: &str, ty: &Type, entry: &Entry<'_>, path: &str) {
    let given = literal::of(entry.value);
    if matches!(given, Literal::Nil | Literal::Open) {
        return;
    }
    match (ty, &given) {
        (Type::String | Type::Bytes, Literal::Text(_))
        | (Type::Boolean, Literal::Boolean(_))
        | (Type::Integer, Literal::Integer(_))
        | (Type::Number, Literal::Integer(_) | Literal::Number(_))
        | (Type::Timestamp, Literal::Text(_) | Literal::Integer(_) | Literal::Number(_)) => {}
        (Type::Integer, Literal::Number(n)) if n.fract() == 0.0 => {}
        (Type::Enumeration(name, values), Literal::Text(Some(text))) => {
            let all = values.iter().chain(forgotten(name)).copied();
            if !all.clone().any(|v| v == text) {
                let message = format!("{path} of {what} can't be \"{text}\"");
                let finding = sink.report(&codes::L202, literal::spot_of(entry.value), message);
                finding.hint = suggest(text, all);
                finding.path = path.to_owned();
            }
        }
        (Type::Enumeration(..), Literal::Text(None)) => {}
        (Type::List(item), Literal::Table(table)) => {
            for inner in literal::entries(table) {
                let path = join(path, &inner.key);
                match &inner.key {
                    Key::Item(_) => value(sink, what, item, &inner, &path),
                    Key::Name(_) => {
                        let message =
                            format!("{path} of {what}: a list is wanted here, not named fields");
                        let finding = sink.report(&codes::L203, inner.at, message);
                        finding.hint = Some("a list of one is { { … } }".to_owned());
                        finding.path = path;
                        break;
                    }
                    Key::Open => {}
                }
            }
        }
        (Type::Map(item), Literal::Table(table)) => {
            for inner in literal::entries(table) {
                let path = join(path, &inner.key);
                value(sink, what, item, &inner, &path);
            }
        }
        (Type::Structure(_, known), Literal::Table(table)) => {
            fields(sink, what, known(), table, path, literal::spot_of(entry.value));
        }
        (Type::Union(_, known), Literal::Table(table)) => {
            union(sink, what, known(), table, path);
        }
        _ => wrong(sink, what, &article(ty), entry, path),
    }
}

/// A table with exactly one of the known keys: what is there is checked, and nothing is missing.
fn union(sink: &mut Sink<'_>, what: &str, known: &[Field], table: &TableConstructor, path: &str) {
    for entry in literal::entries(table) {
        let Key::Name(name) = &entry.key else { continue };
        let inner = join(path, &entry.key);
        match known.iter().find(|f| f.name == name) {
            Some(field) => value(sink, what, field.ty, &entry, &inner),
            None => {
                let message = format!("{what} has no parameter \"{name}\" in {path}");
                let finding = sink.report(&codes::L201, entry.at, message);
                finding.hint = suggest(name, known.iter().map(|f| f.name));
                finding.path = inner;
            }
        }
    }
}

fn article(ty: &Type) -> String {
    match ty {
        Type::Enumeration(name, _) => format!("one of the words of {name}"),
        Type::Structure(..) | Type::Union(..) => "a table of named fields".to_owned(),
        Type::List(_) => format!("a {}", ty.describe()),
        Type::Integer => "an integer".to_owned(),
        Type::Bytes => "a string".to_owned(),
        _ => format!("a {}", ty.describe()),
    }
}

/// The properties of a resource.
pub(super) fn properties(
    sink: &mut Sink<'_>,
    what: &str,
    known: &BTreeMap<String, Property>,
    table: &TableConstructor,
    path: &str,
) {
    let entries = literal::entries(table);
    for entry in &entries {
        let Key::Name(name) = &entry.key else { continue };
        let inner = join(path, &entry.key);
        match known.get(name) {
            Some(wanted) => property(sink, what, wanted, entry, &inner),
            None => {
                let within = if path.is_empty() { String::new() } else { format!(" in {path}") };
                let message = format!("{what} has no property \"{name}\"{within}");
                let finding = sink.report(&codes::L402, entry.at, message);
                finding.hint = suggest(name, known.keys().map(String::as_str));
                finding.path = inner;
            }
        }
    }
    if sink.partial || entries.iter().any(|e| e.key == Key::Open) {
        return;
    }
    let meant = meant(&entries, known.keys().map(String::as_str));
    for (name, _) in known.iter().filter(|(n, p)| p.required && !meant.contains(n.as_str())) {
        if !entries.iter().any(|e| e.key == Key::Name(name.clone())) {
            let within = if path.is_empty() { String::new() } else { format!(" in {path}") };
            let at = Spot { width: 1, ..literal::spot_of(table) };
            let message = format!("{what} needs the property \"{name}\"{within}");
            sink.report(&codes::L204, at, message).path = join(path, &Key::Name(name.clone()));
        }
    }
}

fn property(sink: &mut Sink<'_>, what: &str, wanted: &Property, entry: &Entry<'_>, path: &str) {
    let given = literal::of(entry.value);
    if let Some(got) = given.type_name().filter(|got| !wanted.takes(got)) {
        let kind = match wanted.kind.as_str() {
            "integer" => "an integer",
            "map" => "a table",
            other => &format!("a {other}"),
        };
        let message = format!("{path} of {what} wants {kind}, got {got}");
        sink.report(&codes::L203, literal::spot_of(entry.value), message).path = path.to_owned();
        return;
    }
    match &given {
        Literal::Text(Some(text)) if !wanted.values.is_empty() && !wanted.values.contains(text) => {
            let message = format!("{path} of {what} can't be \"{text}\"");
            let finding = sink.report(&codes::L202, literal::spot_of(entry.value), message);
            finding.hint = suggest(text, wanted.values.iter().map(String::as_str));
            finding.path = path.to_owned();
        }
        Literal::Table(table) => {
            if let Some(fields) = &wanted.fields {
                properties(sink, what, fields, table, path);
            } else if let Some(item) = &wanted.items {
                for inner in literal::entries(table) {
                    property(sink, what, item, &inner, &join(path, &inner.key));
                }
            }
        }
        _ => {}
    }
}

/// What is said of a key alone: the other checks need the whole document, which the script has when it runs.
const OF_A_KEY: &[&str] =
    &["S002", "S003", "S004", "S005", "S006", "S007", "S008", "S009", "S024", "S025", "S026"];

/// Task settings that are written here: every key, and every constant.
pub(super) fn task_settings(sink: &mut Sink<'_>, table: &TableConstructor) {
    let mut places = BTreeMap::new();
    let document = constants(table, "", &mut places);
    for found in settings::check(&document, &Context::default()) {
        if !OF_A_KEY.contains(&found.code) {
            continue;
        }
        let Some(code) = dmsrun_dms::codes::code(found.code) else { continue };
        let place = places.get(&found.path).or_else(|| {
            let (outer, _) = found.path.rsplit_once('.')?;
            places.get(outer)
        });
        let Some(at) = place.copied() else { continue };
        let finding = sink.report(code, at, found.message);
        finding.path = found.path;
        finding.hint = found.hint;
        finding.severity = found.severity;
    }
}

/// The document of a table's constants. What is not constant is left out, with its list where it is in one.
fn constants(table: &TableConstructor, path: &str, places: &mut BTreeMap<String, Spot>) -> Value {
    let entries = literal::entries(table);
    let list = !entries.is_empty() && entries.iter().all(|e| matches!(e.key, Key::Item(_)));
    if list {
        let mut items = Vec::new();
        for (index, entry) in entries.iter().enumerate() {
            let at = format!("{path}[{index}]");
            places.insert(at.clone(), entry.at);
            match constant(entry.value, &at, places) {
                // Half a list, or half an item, would be judged as a whole one.
                None => return Value::Null,
                Some(Value::Object(item)) if item.values().any(Value::is_null) => {
                    return Value::Null;
                }
                Some(value) => items.push(value),
            }
        }
        return Value::Array(items);
    }
    let mut map = Map::new();
    for entry in entries {
        let Key::Name(name) = &entry.key else { continue };
        let at = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        places.insert(at.clone(), entry.at);
        let value = constant(entry.value, &at, places).unwrap_or(Value::Null);
        // The key itself is judged even where its value is not known.
        let known = settings::key(&at).is_some() || !value.is_null() || path.contains('[');
        map.insert(name.clone(), if known { value } else { open(&at) });
    }
    Value::Object(map)
}

/// What stands for a value that is not known, of a key that may not exist: an empty section.
fn open(path: &str) -> Value {
    let inside = format!("{path}.");
    let object = settings::keys().iter().any(|k| k.path.starts_with(&inside));
    if object || settings::sections().any(|s| s == path) { Value::Null } else { Value::Bool(true) }
}

fn constant(
    expression: &Expression,
    path: &str,
    places: &mut BTreeMap<String, Spot>,
) -> Option<Value> {
    match literal::of(expression) {
        Literal::Boolean(b) => Some(Value::Bool(b)),
        Literal::Integer(n) => Some(Value::from(n)),
        Literal::Number(n) => Some(Value::from(n)),
        Literal::Text(Some(text)) => Some(Value::String(text)),
        Literal::Table(table) => {
            let value = constants(table, path, places);
            // An empty table in a script is an empty list where a list belongs.
            let list = settings::key(path).is_some_and(|k| {
                matches!(k.kind, settings::Kind::LogComponents | settings::Kind::List)
            });
            let empty = value.as_object().is_some_and(Map::is_empty);
            Some(if list && empty { Value::Array(Vec::new()) } else { value })
        }
        _ => None,
    }
}

/// Whether a name is so near to another that it is likely to be meant.
pub(super) fn slip<'n>(name: &str, all: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let near = nearest(name, all).into_iter().next()?;
    let most = if name.len() >= 8 { 2 } else { 1 };
    (name.len() >= 4 && near != name && strsim::osa_distance(name, near) <= most).then_some(near)
}
