//! Selection rules and their filters.

use super::One;
use crate::{
    codes,
    engines::Family,
    mappings::{
        filter::{compare, keeps_nothing, keeps_null},
        model::{
            Condition, Filter, Mappings, Operator, Rule, Selection, SelectionAction, TableType,
        },
        pattern::{Naming, Pattern, has_brackets, has_percent},
    },
};

/// The schemas that a MySQL server keeps for itself.
pub(super) const MYSQL_SYSTEM: [&str; 4] =
    ["information_schema", "mysql", "performance_schema", "sys"];

/// Those of them that exclude rules take out whole.
pub(super) fn excluded_schemas(mappings: &Mappings) -> Vec<&'static str> {
    let excludes = |rule: &&Rule| {
        let action = rule.selection().map(|s| s.action);
        action == Some(SelectionAction::Exclude) && rule.table() == "%"
    };
    let mut out = Vec::new();
    for rule in mappings.rules.iter().filter(excludes) {
        let pattern = Pattern::new(rule.schema(), Naming::default());
        out.extend(MYSQL_SYSTEM.into_iter().filter(|s| pattern.matches(s)));
    }
    out
}

pub(super) fn check(one: &mut One<'_, '_>, selection: &Selection) {
    wildcards(one, selection);
    system_schemas(one, selection);
    views(one);
    order(one, selection);
    explicit(one, selection);
    if !selection.filters.is_empty() && selection.action != SelectionAction::Include {
        let message = format!("filters have no effect on {}", selection.action.word());
        let hint = "use include, with the exact name of the table";
        one.report(&codes::M203, "filters", message).hint = Some(hint.into());
    }
    for (index, filter) in selection.filters.iter().enumerate() {
        check_filter(one, index, filter);
    }
    contradictions(one, selection);
}

/// Load orders that order nothing.
fn order(one: &mut One<'_, '_>, selection: &Selection) {
    let Some(order) = selection.load_order else { return };
    if selection.action == SelectionAction::Exclude {
        one.report(&codes::M126, "load-order", "what an exclude rule leaves out is not loaded");
    } else if one.context.migration_type.is_some_and(|m| !m.loads()) {
        let message = format!("the task loads nothing: the load order {order} has no effect");
        one.report(&codes::M132, "load-order", message);
    }
}

/// What an explicit rule has beside a name.
fn explicit(one: &mut One<'_, '_>, selection: &Selection) {
    if selection.action != SelectionAction::Explicit {
        return;
    }
    let kind = one.rule.locator.table_type.is_some_and(|t| t != TableType::Table);
    for (there, key) in
        [(kind, "object-locator.table-type"), (selection.load_order.is_some(), "load-order")]
    {
        if there {
            let word = key.rsplit('.').next().unwrap_or(key);
            let message = format!("whether an explicit rule honours {word} is ambiguous");
            one.report(&codes::M222, key, message).hint =
                Some("use include with the exact name".into());
        }
    }
}

fn wildcards(one: &mut One<'_, '_>, selection: &Selection) {
    let explicit = selection.action == SelectionAction::Explicit;
    if !explicit && selection.filters.is_empty() {
        return;
    }
    let code = if explicit { codes::M201 } else { codes::M202 };
    let names = [
        ("schema-name", one.rule.schema().to_owned()),
        ("table-name", one.rule.table().to_owned()),
    ];
    for (key, text) in names {
        if has_percent(&text) || has_brackets(&text) {
            let what = if explicit { "an explicit rule" } else { "a rule with filters" };
            let message = format!("{key} \"{text}\" is a pattern; {what} names one table exactly");
            let hint =
                if explicit { "use include for a pattern" } else { "write a rule for each table" };
            one.report(&code, &format!("object-locator.{key}"), message).hint = Some(hint.into());
        }
    }
}

/// `%` for the schema of a MySQL server (parity with what the source page of DMS warns of).
fn system_schemas(one: &mut One<'_, '_>, selection: &Selection) {
    if !one.context.source_is(&[Family::Mysql]) || selection.action != SelectionAction::Include {
        return;
    }
    let schema = one.rule.schema();
    let pattern = Pattern::new(schema, Naming::default());
    let hit: Vec<&str> = MYSQL_SYSTEM
        .into_iter()
        .filter(|s| pattern.matches(s) && !one.excluded_schemas.contains(s))
        .collect();
    if hit.is_empty() {
        return;
    }
    let message = if pattern.exact().is_some() {
        format!("schema-name \"{schema}\" is a system schema")
    } else {
        format!("schema-name \"{schema}\" also selects the system schemas {}", hit.join(", "))
    };
    one.report(&codes::M213, "object-locator.schema-name", message).hint =
        Some("name each schema, such as \"production\"".into());
}

fn views(one: &mut One<'_, '_>) {
    let Some(kind @ (TableType::View | TableType::All)) = one.rule.locator.table_type else {
        return;
    };
    let at = "object-locator.table-type";
    if let Some(migration) = one.context.migration_type.filter(|m| m.replicates()) {
        let message = format!("table-type \"{}\" in a {} task", kind.word(), migration.word());
        one.report(&codes::M211, at, message).hint =
            Some("load views in a task of their own, with migration type full-load".into());
    }
    if one.context.target_is(&[Family::Opensearch]) {
        one.report(&codes::M212, at, "OpenSearch targets take no views");
    }
    let without = [Family::Mongodb, Family::Docdb, Family::S3];
    let mariadb = one.context.source_engine.as_deref() == Some("mariadb");
    if one.context.source_is(&without) {
        one.report(&codes::M212, at, "this source has no views for DMS");
    } else if mariadb {
        let message = "whether MariaDB views are supported is ambiguous: AWS's pages differ";
        one.report(&codes::M212, at, message);
    } else if one.context.source_is(&[Family::Oracle]) {
        let message = "DMS sees views of Oracle only with the endpoint's setting ExposeViews";
        one.report(&codes::M224, at, message).hint = Some("ExposeViews: true".into());
    }
}

fn check_filter(one: &mut One<'_, '_>, index: usize, filter: &Filter) {
    let at = format!("filters[{index}]");
    let has = |f: fn(Operator) -> bool| filter.conditions.iter().any(|c| f(c.operator));
    let (negative, inclusive) = (has(Operator::is_negative), has(Operator::is_inclusive));
    if keeps_nothing(filter) {
        let message = format!("the filter on {} lets no row through", filter.column);
        one.report(&codes::M208, &at, message).hint =
            Some("take the null condition out, or use inclusive operators".into());
    } else if negative && !keeps_null(filter) && !only_not_null(filter) {
        let message = format!("rows with NULL in {} are not replicated", filter.column);
        one.report(&codes::M209, &at, message);
    }
    let negatives = filter.conditions.iter().filter(|c| c.operator.is_negative()).count();
    if one.context.older_than(3, 5, 0) && ((negative && inclusive) || negatives > 1) {
        let message = "mixed or several negative conditions in a filter need engine version 3.5.0";
        one.report(&codes::M129, &at, message);
    }
    if has_percent(&filter.column) || has_brackets(&filter.column) {
        let message =
            format!("column-name \"{}\" is a pattern; a filter names one column", filter.column);
        one.report(&codes::M226, &format!("{at}.column-name"), message).hint =
            Some("write the column's exact name".into());
    }
    if filter.column.chars().any(super::transformation::is_right_to_left) {
        let message = format!("filters don't work on the column \"{}\"", filter.column);
        one.report(&codes::M226, &format!("{at}.column-name"), message);
    }
    let follows = one.context.migration_type.is_some_and(|m| m.replicates());
    if follows && one.context.source_is(&[Family::Oracle]) {
        let message = format!("the column {} needs supplemental logging", filter.column);
        one.report(&codes::M228, &format!("{at}.column-name"), message);
    }
    for (n, condition) in filter.conditions.iter().enumerate() {
        let at = format!("{at}.filter-conditions[{n}]");
        empty_range(one, &at, condition);
        odd_date(one, &at, condition);
    }
}

/// Dates that no database of SQLite's rules would take for one.
fn odd_date(one: &mut One<'_, '_>, at: &str, condition: &Condition) {
    let values = [&condition.value, &condition.start, &condition.end];
    let odd = |v: &&String| {
        let parts: Vec<&str> = v.split(['/', '.', '-']).collect();
        let digits = |p: &&str, most: usize| {
            (1..=most).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit())
        };
        // 31/12/2024, 31.12.2024, 12-31-2024
        parts.len() == 3
            && parts[2].len() == 4
            && digits(&parts[2], 4)
            && digits(&parts[0], 2)
            && digits(&parts[1], 2)
    };
    if let Some(value) = values.into_iter().flatten().find(odd) {
        let message = format!("\"{value}\" looks like a date: dates are written YYYY-MM-DD");
        one.report(&codes::M225, at, message);
    }
}

/// `2024-12-31`
pub(super) fn is_date(text: &str) -> bool {
    shaped(text, "dddd-dd-dd")
}

/// `2024-12-31 23:59:59.123`, with or without the fraction, or the date alone.
pub(super) fn is_datetime(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = !fraction.is_empty() && fraction.bytes().all(|b| b.is_ascii_digit());
    is_date(text) || (digits && shaped(whole, "dddd-dd-dd dd:dd:dd"))
}

fn shaped(text: &str, shape: &str) -> bool {
    text.len() == shape.len()
        && text.bytes().zip(shape.bytes()).all(|(b, s)| match s {
            b'd' => b.is_ascii_digit(),
            s => b == s,
        })
}

/// Filters on one column that can't hold together; those of one condition each, which bound it.
fn contradictions(one: &mut One<'_, '_>, selection: &Selection) {
    let bounds = |f: &Filter| -> Option<(Option<String>, Option<String>)> {
        let [c] = f.conditions.as_slice() else { return None };
        Some(match c.operator {
            Operator::Eq => (c.value.clone(), c.value.clone()),
            Operator::Gte => (c.value.clone(), None),
            Operator::Lte | Operator::Ste => (None, c.value.clone()),
            Operator::Between => (c.start.clone(), c.end.clone()),
            _ => return None,
        })
    };
    for (n, filter) in selection.filters.iter().enumerate() {
        let Some((low, high)) = bounds(filter) else { continue };
        for (m, other) in selection.filters[..n].iter().enumerate() {
            if other.column != filter.column {
                continue;
            }
            let Some((from, to)) = bounds(other) else { continue };
            let above = |a: &Option<String>, b: &Option<String>| {
                a.as_ref().zip(b.as_ref()).is_some_and(|(a, b)| compare(a, b).is_gt())
            };
            if above(&low, &to) || above(&from, &high) {
                let message = format!("{} and {} can't both hold", other.text(), filter.text());
                one.report(&codes::M227, &format!("filters[{n}]"), message).hint =
                    Some(format!("for alternatives put both conditions in filters[{m}]"));
                return;
            }
        }
    }
}

/// `notnull` alone says what it does.
fn only_not_null(filter: &Filter) -> bool {
    filter.conditions.iter().all(|c| c.operator == Operator::NotNull)
}

fn empty_range(one: &mut One<'_, '_>, at: &str, condition: &Condition) {
    let (Some(start), Some(end)) = (&condition.start, &condition.end) else { return };
    if condition.operator.is_range() && compare(start, end).is_gt() {
        one.report(&codes::M221, at, format!("start-value {start} lies above end-value {end}"));
    }
}
