//! Declared properties against the schemas: every mistake at once, each at its place in the script.

use crate::{
    model::{Declared, Property, Schemas, Type},
    resolve::is_unknown,
};
use dmsrun_base::{Map, Value};
use dmsrun_diag::{Diagnostic, Sources, Span, did_you_mean};
use std::collections::BTreeMap;

/// How far below a declaration its properties are looked for in the script.
const LINES: u32 = 80;

/// Everything that is wrong with what is declared, in the order of the script.
pub fn validate(
    declared: &[Declared],
    schemas: &Schemas,
    sources: &dyn Sources,
) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    for resource in declared {
        let places = Places { declared, resource, sources };
        let Some(schema) = schemas.get(&resource.id.kind) else {
            out.push(unknown_kind(&resource.id.kind, schemas).at(places.of(&resource.id.kind)));
            continue;
        };
        let mut check = Check { kind: &schema.name, places: &places, out: &mut out };
        check.table("", &resource.properties, &schema.properties);
    }
    out
}

/// The error for a kind that nobody defined.
pub fn unknown_kind(kind: &str, schemas: &Schemas) -> Diagnostic {
    let diagnostic = Diagnostic::error("Unknown kind").what(format!("there is no kind `{kind}`"));
    match did_you_mean(kind, schemas.keys().map(String::as_str)) {
        Some(near) => diagnostic.hint(near),
        None => diagnostic.hint("kind.all() lists the kinds; kind.define adds one"),
    }
}

/// Finds words in the part of the script that declares one resource.
struct Places<'a> {
    declared: &'a [Declared],
    resource: &'a Declared,
    sources: &'a dyn Sources,
}

impl Places<'_> {
    fn of(&self, word: &str) -> Option<Span> {
        let span = self.resource.span.clone()?;
        let Some(source) = self.sources.source(&span.file) else { return Some(span) };
        // Up to the next declaration: the same word below it means another resource.
        let next = self
            .declared
            .iter()
            .filter_map(|d| d.span.as_ref())
            .filter(|s| s.file == span.file && s.line > span.line)
            .map(|s| s.line - span.line - 1)
            .min();
        Some(span.marking(&source, word, next.unwrap_or(LINES).min(LINES)))
    }
}

struct Check<'a> {
    kind: &'a str,
    places: &'a Places<'a>,
    out: &'a mut Vec<Diagnostic>,
}

impl Check<'_> {
    fn table(&mut self, path: &str, map: &Map, fields: &BTreeMap<String, Property>) {
        for (name, value) in map {
            let path = join(path, name);
            match fields.get(name) {
                Some(property) => self.value(&path, name, value, property),
                None => self.unknown(&path, name, fields),
            }
        }
        for (name, property) in fields {
            let missing = map.get(name).is_none_or(Value::is_null);
            if property.required && missing {
                let path = join(path, name);
                let why = format!("{} needs `{path}`", self.kind);
                self.wrong("Property is missing", "", why, None);
            }
        }
    }

    fn unknown(&mut self, path: &str, name: &str, fields: &BTreeMap<String, Property>) {
        let near = did_you_mean(name, fields.keys().map(String::as_str));
        let near = near.or_else(|| {
            let names: Vec<&str> = fields.keys().map(String::as_str).collect();
            (names.len() <= 12).then(|| format!("It has: {}", names.join(", ")))
        });
        let what = format!("{} has no property `{path}`", self.kind);
        self.wrong("Unknown property", name, what, near);
    }

    fn value(&mut self, path: &str, name: &str, value: &Value, property: &Property) {
        if value.is_null() || matches!(value, Value::Reference(_)) {
            return;
        }
        if !fits(value, property.ty) {
            let what = format!(
                "`{path}` of {} must be {}, not {}",
                self.kind,
                article(property.ty.name()),
                article(value.type_name())
            );
            return self.wrong("Wrong type", name, what, None);
        }
        if !property.values.is_empty() && !is_unknown(value) {
            self.one_of(path, value, property);
        }
        match value {
            Value::Map(map) => {
                if let Some(fields) = &property.fields {
                    self.table(path, map, fields);
                } else if let Some(item) = &property.items {
                    for (key, value) in map {
                        self.value(&join(path, key), key, value, item);
                    }
                }
            }
            Value::List(list) => {
                if let Some(item) = &property.items {
                    for (index, value) in list.iter().enumerate() {
                        self.value(&format!("{path}[{}]", index + 1), name, value, item);
                    }
                }
            }
            _ => {}
        }
    }

    fn one_of(&mut self, path: &str, value: &Value, property: &Property) {
        if property.values.iter().any(|allowed| crate::compare::same(allowed, value)) {
            return;
        }
        let words: Vec<String> = property.values.iter().map(text).collect();
        let shown = if property.secret { "***".to_owned() } else { text(value) };
        let near = did_you_mean(&shown, words.iter().map(String::as_str));
        let what = format!("`{path}` of {} can't be \"{shown}\"", self.kind);
        let hint = near.unwrap_or_else(|| format!("It is one of: {}", words.join(", ")));
        self.wrong("Value is not allowed", &shown, what, Some(hint));
    }

    fn wrong(&mut self, summary: &str, word: &str, what: String, hint: Option<String>) {
        let mut diagnostic = Diagnostic::error(summary).at(self.places.of(word)).what(what);
        if let Some(hint) = hint {
            diagnostic = diagnostic.hint(hint);
        }
        self.out.push(diagnostic);
    }
}

fn fits(value: &Value, ty: Type) -> bool {
    match ty {
        Type::Any => true,
        Type::String => matches!(
            value,
            Value::String(_)
                | Value::Secret(_)
                | Value::Template(_)
                | Value::Time(_)
                | Value::Bytes(_)
        ),
        Type::Integer => value.as_i64().is_some(),
        Type::Number => matches!(value, Value::Int(_) | Value::Float(_)),
        Type::Boolean => matches!(value, Value::Bool(_)),
        // An empty Lua table is both.
        Type::List => match value {
            Value::Map(map) => map.is_empty(),
            other => matches!(other, Value::List(_)),
        },
        Type::Map => match value {
            Value::List(list) => list.is_empty(),
            other => matches!(other, Value::Map(_)),
        },
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(s) => s.clone(),
        other => other.to_json().to_string(),
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn article(noun: &str) -> String {
    let vowel = noun.starts_with(['a', 'e', 'i', 'o', 'u']);
    match noun {
        "any" | "nil" | "bytes" => noun.to_owned(),
        "map" => "a table".to_owned(),
        _ => format!("{} {noun}", if vowel { "an" } else { "a" }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Schema;
    use dmsrun_base::ResourceId;
    use serde_json::json;

    struct Script(&'static str);
    impl Sources for Script {
        fn source(&self, _: &str) -> Option<String> {
            Some(self.0.to_owned())
        }
    }

    fn schemas() -> Schemas {
        let property = |ty| Property { ty, ..Property::default() };
        let rule = Property {
            fields: Some(BTreeMap::from([("port".to_owned(), property(Type::Integer))])),
            ..property(Type::Map)
        };
        let properties = BTreeMap::from([
            (
                "engine_name".to_owned(),
                Property {
                    required: true,
                    values: vec!["mysql".into(), "oracle".into()],
                    ..property(Type::String)
                },
            ),
            ("port".to_owned(), property(Type::Integer)),
            ("rules".to_owned(), Property { items: Some(Box::new(rule)), ..property(Type::List) }),
        ]);
        let schema = Schema { name: "dms.endpoint".into(), properties, ..Schema::default() };
        Schemas::from([("dms.endpoint".to_owned(), schema)])
    }

    fn check(script: &'static str, properties: serde_json::Value) -> Vec<Diagnostic> {
        let Value::Map(map) = Value::from_json(properties) else { panic!("a map") };
        let mut declared = Declared::new(ResourceId::new("dms.endpoint", "source"), map);
        declared.span = Some(Span::line("migrate.lua", 1));
        validate(&[declared], &schemas(), &Script(script))
    }

    #[test]
    fn every_mistake_at_once_each_at_its_place() {
        let script = "stack:add(\"dms.endpoint\", \"source\", {\n  engine_nmae = \"x\",\n  port = \"y\",\n})";
        let found = check(
            script,
            json!({"engine_nmae": "mysql", "port": "y", "rules": [{"port": 1}, {"prt": 1}]}),
        );
        let whats: Vec<&str> = found.iter().map(|d| d.details[0].1.as_str()).collect();
        assert_eq!(
            whats,
            [
                "dms.endpoint has no property `engine_nmae`",
                "`port` of dms.endpoint must be an integer, not a string",
                "dms.endpoint has no property `rules[2].prt`",
                "dms.endpoint needs `engine_name`",
            ]
        );
        let place = found[0].span.as_ref().map(|s| (s.line, s.column, s.width));
        assert_eq!(place, Some((2, Some(3), 11)));
        assert_eq!(found[0].hints[0].text, "Did you mean \"engine_name\"?");
    }

    #[test]
    fn a_value_that_is_not_allowed_gives_the_nearest() {
        let found = check("", json!({"engine_name": "oracel"}));
        assert_eq!(found[0].hints[0].text, "Did you mean \"oracle\"?");
    }

    #[test]
    fn an_unknown_kind_gives_the_nearest() {
        let declared = Declared::new(ResourceId::new("dms.endpiont", "x"), Map::new());
        let found = validate(&[declared], &schemas(), &Script(""));
        assert_eq!(found[0].hints[0].text, "Did you mean \"dms.endpoint\"?");
    }
}
