//! Comparing declared with live: only what was declared, and by its meaning.

use crate::{
    diff::{Difference, Side},
    model::{Compare, Declared, Property},
    policy,
    resolve::is_unknown,
};
use dmsrun_base::{Map, Value};
use std::collections::BTreeMap;

/// The comparisons that the caller makes: task settings, table mappings, a kind's own function.
pub trait Comparators {
    /// The differences of one property, empty where the two are equal. `name` is what the schema
    /// names.
    fn compare(
        &self,
        kind: &str,
        property: &str,
        name: &str,
        declared: &Value,
        live: &Value,
    ) -> Result<Vec<Difference>, String>;
}

/// Makes no comparison of its own: a custom one is an error.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoComparators;

impl Comparators for NoComparators {
    fn compare(
        &self,
        kind: &str,
        property: &str,
        name: &str,
        _: &Value,
        _: &Value,
    ) -> Result<Vec<Difference>, String> {
        Err(format!("nobody compares `{property}` of {kind}: there is no comparison `{name}`"))
    }
}

/// Finds the differences of one resource's properties.
pub struct Comparing<'a> {
    /// The kind, for messages and the caller's comparisons.
    pub kind: &'a str,
    /// The caller's comparisons.
    pub comparators: &'a dyn Comparators,
}

impl Comparing<'_> {
    /// The differences of all declared properties, in the order of their names.
    pub fn properties(
        &self,
        schema: &BTreeMap<String, Property>,
        declared: &Map,
        live: &Map,
        ignored: &[String],
    ) -> Result<Vec<Difference>, String> {
        let mut out = Vec::new();
        for (name, value) in declared {
            if ignored.contains(name) {
                continue;
            }
            if let Some(property) = schema.get(name) {
                self.property(name, name, property, value, live.get(name), &mut out)?;
            }
        }
        Ok(out)
    }

    fn property(
        &self,
        root: &str,
        path: &str,
        property: &Property,
        declared: &Value,
        live: Option<&Value>,
        out: &mut Vec<Difference>,
    ) -> Result<(), String> {
        if declared.is_null() || property.write_only {
            return Ok(());
        }
        let live = live.filter(|v| !v.is_null());
        let before = out.len();
        let whole = |out: &mut Vec<Difference>| {
            out.push(Difference::new(path, Side::of_option(live), Side::of(declared)));
        };
        match &property.compare {
            Compare::Exact => self.shaped(root, path, property, declared, live, out)?,
            Compare::Merged => merged(path, declared, live, out),
            Compare::Set => set(path, property, declared, live, out),
            _ if is_unknown(declared) => whole(out),
            _ if live.is_none() && is_empty(declared) => {}
            Compare::Case => {
                if !live.is_some_and(|live| same_case(declared, live)) {
                    whole(out);
                }
            }
            Compare::Prefix => {
                let texts = (declared.as_str(), live.and_then(Value::as_str));
                if !matches!(texts, (Some(d), Some(l)) if has_prefix(d, l)) {
                    whole(out);
                }
            }
            Compare::Cidr => {
                if !live.is_some_and(|live| same_network(declared, live)) {
                    whole(out);
                }
            }
            Compare::Json => {
                exact(path, &parse_json(declared), live.map(parse_json).as_ref(), out);
            }
            Compare::Policy => {
                let live = live.map(policy::canonical);
                exact(path, &policy::canonical(declared), live.as_ref(), out);
            }
            Compare::Custom(name) => {
                let live = live.unwrap_or(&Value::Null);
                out.extend(self.comparators.compare(self.kind, root, name, declared, live)?);
            }
        }
        if property.secret {
            let hidden: Vec<_> = out.drain(before..).map(Difference::hidden).collect();
            out.extend(hidden);
        }
        Ok(())
    }

    /// By the shape that the schema gives: declared fields only, members one by one.
    fn shaped(
        &self,
        root: &str,
        path: &str,
        property: &Property,
        declared: &Value,
        live: Option<&Value>,
        out: &mut Vec<Difference>,
    ) -> Result<(), String> {
        if let (Some(fields), Value::Map(map)) = (&property.fields, declared) {
            for (name, value) in map {
                if let Some(field) = fields.get(name) {
                    let live = live.and_then(|v| v.get(name));
                    self.property(root, &format!("{path}.{name}"), field, value, live, out)?;
                }
            }
            return Ok(());
        }
        if let (Some(item), Value::List(list)) = (&property.items, declared)
            && item.fields.is_some()
            && live.and_then(Value::as_list).is_some_and(|l| l.len() == list.len())
        {
            for (index, value) in list.iter().enumerate() {
                let live = live.and_then(Value::as_list).and_then(|l| l.get(index));
                let path = format!("{path}[{}]", index + 1);
                self.property(root, &path, item, value, live, out)?;
            }
            return Ok(());
        }
        exact(path, declared, live, out);
        Ok(())
    }
}

/// Whether two values mean the same: `1` and `1.0`, an absent member and a null one, an empty list
/// and an empty table, a time and its text.
pub fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Int(x), Value::Float(y)) | (Value::Float(y), Value::Int(x)) => *x as f64 == *y,
        (Value::Time(t), Value::String(s)) | (Value::String(s), Value::Time(t)) => {
            s.parse().is_ok_and(|other: dmsrun_base::Timestamp| other == *t)
        }
        (Value::Secret(_), Value::String(_)) | (Value::String(_), Value::Secret(_)) => {
            a.reveal_str() == b.reveal_str()
        }
        (Value::List(x), Value::List(y)) => {
            x.len() == y.len() && x.iter().zip(y).all(|(a, b)| same(a, b))
        }
        (Value::Map(x), Value::Map(y)) => {
            let value = |m: &Map, k: &str| m.get(k).cloned().unwrap_or_default();
            x.keys().chain(y.keys()).all(|k| same(&value(x, k), &value(y, k)))
        }
        _ if is_empty(a) && is_empty(b) => true,
        _ => a == b,
    }
}

/// Nothing, or a list or table without members.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::List(l) => l.is_empty(),
        Value::Map(m) => m.is_empty(),
        _ => false,
    }
}

/// The value of a JSON text; anything else, and text that is no JSON, as it is.
pub fn parse_json(value: &Value) -> Value {
    match value.as_str().map(serde_json::from_str) {
        Some(Ok(json)) => Value::from_json(json),
        _ => value.clone(),
    }
}

/// Descends into tables and lists of one length, so that a difference names the leaf.
fn exact(path: &str, declared: &Value, live: Option<&Value>, out: &mut Vec<Difference>) {
    let nothing = Value::Null;
    let live = live.unwrap_or(&nothing);
    match (declared, live) {
        (Value::Map(d), Value::Map(l)) => {
            let mut keys: Vec<&String> = d.keys().chain(l.keys()).collect();
            keys.sort();
            keys.dedup();
            for key in keys {
                let path = format!("{path}.{key}");
                match d.get(key) {
                    Some(value) => exact(&path, value, l.get(key), out),
                    None if is_empty(&l[key]) => {}
                    None => out.push(Difference::new(path, Side::of(&l[key]), Side::Absent)),
                }
            }
        }
        (Value::List(d), Value::List(l)) if d.len() == l.len() => {
            for (index, (d, l)) in d.iter().zip(l).enumerate() {
                exact(&format!("{path}[{}]", index + 1), d, Some(l), out);
            }
        }
        _ if same(declared, live) => {}
        _ => out.push(Difference::new(path, Side::of(live), Side::of(declared))),
    }
}

/// Declared keys only, all the way down.
fn merged(path: &str, declared: &Value, live: Option<&Value>, out: &mut Vec<Difference>) {
    match declared {
        Value::Null => {}
        Value::Map(map) => {
            for (key, value) in map {
                let live = live.and_then(|v| v.get(key));
                merged(&format!("{path}.{key}"), value, live, out);
            }
        }
        other => exact(path, other, live, out),
    }
}

/// Members that are missing and members that are too many; the order does not matter.
fn set(
    path: &str,
    property: &Property,
    declared: &Value,
    live: Option<&Value>,
    out: &mut Vec<Difference>,
) {
    let (Some(wanted), true) = (members(declared), live.is_none_or(|v| members(v).is_some()))
    else {
        out.push(Difference::new(path, Side::of_option(live), Side::of(declared)));
        return;
    };
    let mut there: Vec<&Value> = live.and_then(members).unwrap_or_default();
    let shaped = property.items.as_ref().is_some_and(|item| item.fields.is_some());
    let mut missing = Vec::new();
    for want in wanted {
        let found = there
            .iter()
            .position(|have| if shaped { covers(want, have) } else { same(want, have) });
        match found {
            Some(index) => drop(there.swap_remove(index)),
            None => missing.push(want),
        }
    }
    // What is not known yet may be any of what is left: it stands for one of them, not beside them.
    let unknown = missing.iter().filter(|v| is_unknown(v)).count();
    if unknown > 0 && unknown == missing.len() && unknown == there.len() {
        let from = if there.len() == 1 { Side::of(there[0]) } else { Side::of_option(live) };
        out.push(Difference::new(path, from, Side::Unknown));
        return;
    }
    there.sort_by_key(|v| v.to_json().to_string());
    let gone = there.into_iter().map(|v| Difference::new(path, Side::of(v), Side::Absent));
    out.extend(gone);
    out.extend(missing.into_iter().map(|v| Difference::new(path, Side::Absent, Side::of(v))));
}

fn members(value: &Value) -> Option<Vec<&Value>> {
    match value {
        Value::List(list) => Some(list.iter().collect()),
        value if is_empty(value) => Some(Vec::new()),
        _ => None,
    }
}

/// Whether everything that `declared` says holds for `live` too.
fn covers(declared: &Value, live: &Value) -> bool {
    match (declared, live) {
        (Value::Map(d), Value::Map(l)) => {
            d.iter().all(|(k, v)| v.is_null() || covers(v, l.get(k).unwrap_or(&Value::Null)))
        }
        _ => same(declared, live),
    }
}

fn same_case(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::String(a), Value::String(b)) => a.eq_ignore_ascii_case(b),
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_case(a, b))
        }
        _ => same(a, b),
    }
}

fn has_prefix(declared: &str, live: &str) -> bool {
    live.strip_prefix(declared).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The differences of what goes back to nothing: whatever is there of it.
pub(crate) fn resets(declared: &Declared, live: &Map) -> Vec<Difference> {
    declared
        .reset
        .iter()
        .filter(|name| !declared.ignore_changes.contains(name))
        .filter_map(|name| Some((name, live.get(name).filter(|v| !is_empty(v))?)))
        .map(|(name, there)| Difference::new(name.as_str(), Side::of(there), Side::Absent))
        .collect()
}

/// Whether two ranges of addresses have one in common; texts that are none have not.
pub(crate) fn overlap(a: &str, b: &str) -> bool {
    let network = |text: &str| text.parse::<ipnet::IpNet>().ok().map(|n| n.trunc());
    match (network(a), network(b)) {
        (Some(a), Some(b)) => a.contains(&b) || b.contains(&a),
        _ => false,
    }
}

fn same_network(a: &Value, b: &Value) -> bool {
    let network = |v: &Value| v.as_str()?.parse::<ipnet::IpNet>().ok().map(|n| n.trunc());
    match (a, b) {
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_network(a, b))
        }
        _ => match (network(a), network(b)) {
            (Some(a), Some(b)) => a == b,
            _ => same(a, b),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dmsrun_base::Secret;
    use serde_json::json;

    fn compare(property: Property, declared: Value, live: Value) -> Vec<Difference> {
        let comparing = Comparing { kind: "t.x", comparators: &NoComparators };
        let schema = BTreeMap::from([("p".to_owned(), property)]);
        let (declared, live) =
            (Map::from([("p".to_owned(), declared)]), Map::from([("p".to_owned(), live)]));
        comparing.properties(&schema, &declared, &live, &[]).expect("built-in comparisons")
    }

    fn by(compare: Compare) -> Property {
        Property { compare, ..Property::default() }
    }

    fn value(json: serde_json::Value) -> Value {
        Value::from_json(json)
    }

    #[test]
    fn equal_by_meaning() {
        let cases = [
            (Compare::Exact, json!(1), json!(1.0)),
            (Compare::Exact, json!({"a": null, "b": {}}), json!({"c": []})),
            (Compare::Set, json!(["a", "b"]), json!(["b", "a"])),
            (Compare::Set, json!({}), json!(null)),
            (Compare::Case, json!("Source-1"), json!("source-1")),
            (Compare::Json, json!("{\"a\": 1}"), json!({"a": 1})),
            (Compare::Prefix, json!("3.5"), json!("3.5.4")),
            (Compare::Merged, json!({"a": {"b": 1}}), json!({"a": {"b": 1, "c": 2}, "d": 3})),
            (Compare::Cidr, json!("10.0.0.7/16"), json!("10.0.0.0/16")),
        ];
        for (how, declared, live) in cases {
            let found = compare(by(how.clone()), value(declared), value(live));
            assert_eq!(found, [], "{how:?}");
        }
    }

    #[test]
    fn different_by_meaning() {
        let cases = [
            (Compare::Prefix, json!("3.5"), json!("3.51")),
            (Compare::Set, json!(["a", "a"]), json!(["a"])),
            (Compare::Exact, json!({"a": 1}), json!({"a": 1, "b": 2})),
            (Compare::Merged, json!({"a": 1}), json!({"b": 2})),
        ];
        for (how, declared, live) in cases {
            let found = compare(by(how.clone()), value(declared), value(live));
            assert_eq!(found.len(), 1, "{how:?}");
        }
    }

    #[test]
    fn a_difference_names_the_leaf() {
        let found = compare(
            by(Compare::Exact),
            value(json!({"list": [{"port": 1}, {"port": 2}]})),
            value(json!({"list": [{"port": 1}, {"port": 3}]})),
        );
        let expected = Difference::new(
            "p.list[2].port",
            Side::Known(Value::Int(3)),
            Side::Known(Value::Int(2)),
        );
        assert_eq!(found, [expected]);
    }

    #[test]
    fn a_secret_differs_without_being_shown() {
        let secret = Value::Secret(Secret::new("new-one"));
        let found = compare(by(Compare::Exact), secret, "old-one".into());
        let property = Property { secret: true, ..Property::default() };
        let marked = compare(property, "new-one".into(), "old-one".into());
        assert_eq!(found[0].to, Side::Sensitive);
        assert_eq!((&marked[0].from, &marked[0].to), (&Side::Sensitive, &Side::Sensitive));
    }

    #[test]
    fn write_only_properties_are_not_compared() {
        let property = Property { write_only: true, ..Property::default() };
        assert_eq!(compare(property, "new".into(), Value::Null), []);
    }
}
