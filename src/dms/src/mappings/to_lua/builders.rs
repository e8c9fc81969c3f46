//! Which builder makes a rule. A builder is used only where it makes this very rule: whatever it
//! can't say, or would refuse, is left to the plain form.

use super::{
    lua::{Call, Chain, Lua},
    records::{object_mapping, post_processing, validation},
    tables::table_settings,
};
use crate::mappings::{filter::compare, model::*};
use serde_json::Map;

/// The chain that makes a rule; `None` where no builder says just that.
pub(super) fn build(rule: &Rule) -> Option<Chain> {
    if !rule.extra.is_empty() || !rule.locator.extra.is_empty() {
        return None;
    }
    match &rule.body {
        Body::Selection(s) => selection(rule, s),
        Body::Transformation(t) => transformation(rule, t),
        Body::TableSettings(t) => table_settings(rule, t),
        Body::ObjectMapping(o) => object_mapping(rule, o),
        Body::PostProcessing(p) => post_processing(rule, p),
        Body::Validation(v) => validation(rule, v),
    }
}

/// The name that the library gives to a rule of its own accord.
pub(super) fn own_name(rule: &Rule) -> String {
    let verb = match &rule.body {
        Body::Selection(s) => s.action.word(),
        Body::Transformation(t) => t.action.word(),
        Body::TableSettings(_) => "settings",
        Body::ObjectMapping(_) => "map",
        Body::PostProcessing(_) => "tag",
        Body::Validation(_) => "validate",
    };
    let l = &rule.locator;
    let mut parts = vec![verb];
    parts.extend(l.schema.as_deref());
    parts.extend(
        [&l.table, &l.column].into_iter().flatten().map(String::as_str).filter(|p| *p != "%"),
    );
    let text = parts.join("-").replace('%', "-all-");
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c);
        } else if !out.ends_with('-') {
            out.push('-');
        }
    }
    out.trim_matches('-').to_owned()
}

pub(super) fn chain(function: &'static str, name: Lua, calls: Vec<Call>) -> Chain {
    Chain { function, args: vec![name], calls }
}

pub(super) fn call(method: &'static str, args: Vec<Lua>) -> Call {
    Call { method, args }
}

/// A text that builders take: they refuse empty ones.
pub(super) fn full(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|t| !t.is_empty())
}

/// The name of a schema, a table or a column: a text, or a table where a part holds a dot.
fn name(parts: &[&str]) -> Option<Lua> {
    const KEYS: [&str; 3] = ["schema", "table", "column"];
    if parts.iter().any(|p| p.is_empty()) {
        return None;
    }
    let (_, before) = parts.split_last()?;
    if before.iter().any(|p| p.contains('.')) {
        let fields = KEYS.into_iter().zip(parts.iter().map(|p| Lua::text_of(p)));
        return Some(Lua::fields(fields));
    }
    Some(Lua::text_of(&parts.join(".")))
}

/// The name of a locator that says a table and nothing else.
pub(super) fn table_name(rule: &Rule) -> Option<Lua> {
    let l = &rule.locator;
    let bare = l.column.is_none()
        && l.data_type.is_none()
        && l.table_tablespace.is_none()
        && l.index_tablespace.is_none();
    if bare { name(&[l.schema.as_deref()?, l.table.as_deref()?]) } else { None }
}

pub(super) fn column_name(rule: &Rule) -> Option<Lua> {
    let l = &rule.locator;
    if l.table_tablespace.is_some() || l.index_tablespace.is_some() {
        return None;
    }
    name(&[l.schema.as_deref()?, l.table.as_deref()?, l.column.as_deref()?])
}

fn selection(rule: &Rule, s: &Selection) -> Option<Chain> {
    let object = table_name(rule)?;
    let views = rule.locator.table_type == Some(TableType::View);
    let (function, views) = match s.action {
        SelectionAction::Include if views => ("map.views", false),
        SelectionAction::Include => ("map.include", false),
        SelectionAction::Exclude => ("map.exclude", views),
        SelectionAction::Explicit => ("map.explicit", views),
    };
    let mut calls = Vec::new();
    if views {
        calls.push(call("views", Vec::new()));
    }
    if rule.locator.table_type == Some(TableType::All) {
        calls.push(call("tables_and_views", Vec::new()));
    }
    for filter in &s.filters {
        calls.push(filter_call(filter)?);
    }
    if let Some(order) = s.load_order {
        calls.push(call("order", vec![Lua::number(order.into())]));
    }
    Some(chain(function, object, calls))
}

fn filter_call(filter: &Filter) -> Option<Call> {
    if filter.column.is_empty() || filter.conditions.is_empty() || !filter.extra.is_empty() {
        return None;
    }
    let column = Lua::text_of(&filter.column);
    let parts: Option<Vec<Vec<Lua>>> = filter.conditions.iter().map(condition).collect();
    let parts = parts?;
    if let [one] = parts.as_slice() {
        let mut args = vec![column];
        args.extend(one.iter().cloned());
        return Some(call("where", args));
    }
    if filter.conditions.iter().all(|c| c.operator == Operator::Eq) {
        let values = parts.iter().filter_map(|p| p.get(1).cloned());
        return Some(call("where", vec![column, Lua::text_of("in"), Lua::list(values)]));
    }
    let mut args = vec![column];
    args.extend(parts.into_iter().map(|p| Lua::list(p.into_iter())));
    Some(call("where", args))
}

/// An operator and its values.
fn condition(c: &Condition) -> Option<Vec<Lua>> {
    let word = match c.operator {
        Operator::Lte | Operator::Ste => "<=",
        Operator::Gte => ">=",
        Operator::Eq => "=",
        Operator::NotEq => "<>",
        Operator::Between => "between",
        Operator::NotBetween => "not between",
        Operator::Null => "is null",
        Operator::NotNull => "is not null",
    };
    let mut out = vec![Lua::text_of(word)];
    match (&c.value, &c.start, &c.end) {
        (Some(value), None, None) if !c.operator.is_range() && !c.operator.is_bare() => {
            // `in` wants texts that are not empty.
            if value.is_empty() && c.operator == Operator::Eq {
                return None;
            }
            out.push(Lua::scalar(value));
        }
        (None, Some(start), Some(end)) if c.operator.is_range() => {
            // The builder refuses ranges that hold nothing.
            if compare(start, end).is_gt() || [start, end].iter().any(|v| odd_number(v)) {
                return None;
            }
            out.extend([Lua::scalar(start), Lua::scalar(end)]);
        }
        (None, None, None) if c.operator.is_bare() => {}
        _ => return None,
    }
    c.extra.is_empty().then_some(out)
}

/// A text that Lua may take for a number where we don't, or the other way round.
pub(super) fn odd_number(text: &str) -> bool {
    let text = text.trim();
    let digits = text.strip_prefix('-').unwrap_or(text).to_ascii_lowercase();
    digits.starts_with("0x") || digits.starts_with("inf") || digits.starts_with("nan")
}

fn transformation(rule: &Rule, t: &Transformation) -> Option<Chain> {
    let l = &rule.locator;
    let no_type = l.data_type.is_none();
    if rule.locator.table_type.is_some() {
        return None;
    }
    match t.target {
        Target::Schema => {
            let alone = l.table.is_none() && l.column.is_none() && no_type;
            let bare = l.table_tablespace.is_none() && l.index_tablespace.is_none();
            let schema = full(&l.schema).filter(|_| alone && bare)?;
            Some(chain("map.schema", Lua::text_of(schema), vec![naming(t)?]))
        }
        Target::Table => {
            let made = if t.action == Action::DefinePrimaryKey {
                primary_key(rule, t)?
            } else {
                naming(t)?
            };
            Some(chain("map.table", table_name(rule)?, vec![made]))
        }
        Target::Column => match t.action {
            Action::AddColumn => Some(chain("map.table", table_name(rule)?, vec![add_column(t)?])),
            Action::AddBeforeImageColumns => {
                Some(chain("map.table", table_name(rule)?, vec![before_images(t)?]))
            }
            _ => {
                let mut calls = vec![column_action(t)?];
                if let Some(kind) = &l.data_type {
                    calls.push(call("of_type", vec![Lua::text_of(full(&Some(kind.clone()))?)]));
                }
                Some(chain("map.column", column_name(rule)?, calls))
            }
        },
        Target::TableTablespace => {
            tablespace("map.tablespace", rule, t, &l.table_tablespace, &l.index_tablespace)
        }
        Target::IndexTablespace => {
            tablespace("map.index_tablespace", rule, t, &l.index_tablespace, &l.table_tablespace)
        }
    }
}

fn tablespace(
    function: &'static str,
    rule: &Rule,
    t: &Transformation,
    own: &Option<String>,
    other: &Option<String>,
) -> Option<Chain> {
    let l = &rule.locator;
    if other.is_some() || l.column.is_some() || l.data_type.is_some() {
        return None;
    }
    let mut args = vec![Lua::text_of(full(own)?)];
    let (schema, table) = (l.schema.as_deref()?, l.table.as_deref()?);
    let tables = name(&[schema, table])?;
    if (schema, table) != ("%", "%") {
        args.push(tables);
    }
    Some(Chain { function, args, calls: vec![naming(t)?] })
}

/// Whether a transformation says nothing beside these.
fn only(t: &Transformation, value: bool, old: bool, expression: bool) -> bool {
    let blank = |text: &Option<String>| text.as_deref().is_none_or(str::is_empty);
    (value || t.value.is_none() || !t.action.needs_value())
        && (old || blank(&t.old_value) || !t.action.needs_old_value())
        && (expression || t.expression.is_none())
        && t.data_type.is_none()
        && t.primary_key.is_none()
        && t.before_image.is_none()
}

fn naming(t: &Transformation) -> Option<Call> {
    let value = full(&t.value);
    let one = |method: &'static str| {
        let value = value.filter(|_| only(t, true, false, false))?;
        Some(call(method, vec![Lua::text_of(value)]))
    };
    let two = |method: &'static str| {
        let (old, new) = (full(&t.old_value)?, t.value.as_deref()?);
        only(t, true, true, false).then(|| call(method, vec![Lua::text_of(old), Lua::text_of(new)]))
    };
    match t.action {
        Action::Rename => {
            if !only(t, true, false, true) {
                return None;
            }
            let mut args = vec![Lua::text_of(value?)];
            if t.expression.is_some() {
                args.push(Lua::text_of(full(&t.expression)?));
            }
            Some(call("rename", args))
        }
        Action::AddPrefix => one("prefix"),
        Action::AddSuffix => one("suffix"),
        Action::RemovePrefix => one("remove_prefix"),
        Action::RemoveSuffix => one("remove_suffix"),
        Action::ReplacePrefix => two("replace_prefix"),
        Action::ReplaceSuffix => two("replace_suffix"),
        Action::ConvertLowercase if only(t, false, false, false) => {
            Some(call("lowercase", Vec::new()))
        }
        Action::ConvertUppercase if only(t, false, false, false) => {
            Some(call("uppercase", Vec::new()))
        }
        _ => None,
    }
}

fn column_action(t: &Transformation) -> Option<Call> {
    let bare =
        |method: &'static str| only(t, false, false, false).then(|| call(method, Vec::new()));
    match t.action {
        Action::RemoveColumn => bare("remove"),
        Action::IncludeColumn => bare("keep"),
        Action::MaskRandom => bare("mask_random"),
        Action::MaskHash => bare("mask_hash"),
        Action::MaskDigits => {
            let mask = full(&t.value).filter(|_| only(t, true, false, false))?;
            let one = mask.len() == 1 && mask.bytes().all(|b| b.is_ascii_graphic());
            one.then(|| call("mask_digits", vec![Lua::text_of(mask)]))
        }
        Action::ChangeDataType => {
            let rest = Transformation { data_type: None, ..t.clone() };
            let kind = t.data_type.as_ref().filter(|_| only(&rest, false, false, false))?;
            Some(call("type", vec![data_type(kind)?]))
        }
        _ => naming(t),
    }
}

/// `"string(40)"`, `"numeric(12,2)"`, or a table where the text would say something else.
fn data_type(d: &DataType) -> Option<Lua> {
    let parts = [("length", d.length), ("precision", d.precision), ("scale", d.scale)];
    let negative = parts.iter().any(|(_, n)| n.is_some_and(|n| n < 0));
    if negative || !d.extra.is_empty() || !DATA_TYPES.contains(&d.kind.as_str()) {
        return None;
    }
    let precise = matches!(d.kind.as_str(), "numeric" | "datetime" | "time");
    let kind = &d.kind;
    Some(match (d.length, d.precision, d.scale) {
        (None, None, None) => Lua::text_of(kind),
        (Some(n), None, None) if !precise => Lua::text_of(&format!("{kind}({n})")),
        (None, Some(p), None) if precise => Lua::text_of(&format!("{kind}({p})")),
        (None, Some(p), Some(s)) if precise => Lua::text_of(&format!("{kind}({p},{s})")),
        _ => {
            let mut fields = vec![("type", Lua::text_of(kind))];
            fields.extend(parts.iter().filter_map(|(k, n)| Some((*k, Lua::number((*n)?)))));
            Lua::fields(fields)
        }
    })
}

fn add_column(t: &Transformation) -> Option<Call> {
    let rest = Transformation { data_type: None, ..t.clone() };
    if !only(&rest, true, false, true) {
        return None;
    }
    let mut args = vec![Lua::text_of(full(&t.value)?), data_type(t.data_type.as_ref()?)?];
    if t.expression.is_some() {
        args.push(Lua::text_of(full(&t.expression)?));
    }
    Some(call("add_column", args))
}

fn before_images(t: &Transformation) -> Option<Call> {
    let rest = Transformation { before_image: None, ..t.clone() };
    if !only(&rest, false, false, false) {
        return None;
    }
    let none = BeforeImage { prefix: None, suffix: None, filter: None, extra: Map::new() };
    let def = t.before_image.as_ref().unwrap_or(&none);
    let prefix = def.prefix.as_deref().unwrap_or("BI_");
    let suffix = def.suffix.as_deref().unwrap_or_default();
    let filter = def.filter.as_deref().unwrap_or("pk-only");
    let known = ["pk-only", "non-lob", "all"].contains(&filter);
    // Without a definition the rule lacks what the builder would write.
    let absent = t.before_image.is_none() || !def.extra.is_empty();
    if absent || !known || (prefix.is_empty() && suffix.is_empty()) {
        return None;
    }
    let mut fields = Vec::new();
    if prefix != "BI_" || !suffix.is_empty() {
        fields.push(("prefix", Lua::text_of(prefix)));
    }
    if !suffix.is_empty() {
        fields.push(("suffix", Lua::text_of(suffix)));
    }
    if filter != "pk-only" {
        fields.push(("columns", Lua::text_of(filter)));
    }
    let args = if fields.is_empty() { Vec::new() } else { vec![Lua::fields(fields)] };
    Some(call("before_images", args))
}

fn primary_key(rule: &Rule, t: &Transformation) -> Option<Call> {
    let rest = Transformation { primary_key: None, ..t.clone() };
    let def = t.primary_key.as_ref().filter(|_| only(&rest, false, false, false))?;
    let method = match def.origin.as_deref().unwrap_or("primary-key") {
        "primary-key" => "primary_key",
        "unique-index" => "unique_index",
        _ => return None,
    };
    let key = full(&def.name)?;
    let empty = def.columns.is_empty() || def.columns.iter().any(String::is_empty);
    if empty || !def.extra.is_empty() {
        return None;
    }
    if key == format!("{}_pk", rule.table()) {
        return Some(call(method, vec![Lua::texts(&def.columns)]));
    }
    let mut fields: Vec<(Option<String>, Lua)> =
        def.columns.iter().map(|c| (None, Lua::text_of(c))).collect();
    fields.push((Some("name".to_owned()), Lua::text_of(key)));
    Some(call(method, vec![Lua::Table(fields)]))
}
