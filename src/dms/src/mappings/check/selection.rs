//! Selection rules and their filters.

use super::One;
use crate::{
    codes,
    engines::Family,
    mappings::{
        filter::{compare, keeps_nothing, keeps_null},
        model::{Condition, Filter, Operator, Selection, SelectionAction, TableType},
        pattern::{Naming, Pattern, has_brackets, has_percent},
    },
};

/// The schemas that a MySQL server keeps for itself.
pub(super) const MYSQL_SYSTEM: [&str; 4] =
    ["information_schema", "mysql", "performance_schema", "sys"];

pub(super) fn check(one: &mut One<'_, '_>, selection: &Selection) {
    wildcards(one, selection);
    system_schemas(one, selection);
    views(one, selection);
    if !selection.filters.is_empty() && selection.action != SelectionAction::Include {
        let message = format!("filters have no effect on {}", selection.action.word());
        let hint = "use include, with the exact name of the table";
        one.report(&codes::M203, "filters", message).hint = Some(hint.into());
    }
    for (index, filter) in selection.filters.iter().enumerate() {
        check_filter(one, index, filter);
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
    let hit: Vec<&str> = MYSQL_SYSTEM.into_iter().filter(|s| pattern.matches(s)).collect();
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

fn views(one: &mut One<'_, '_>, _: &Selection) {
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
        let message = "AWS's pages contradict each other on whether MariaDB views are supported";
        one.report(&codes::M212, at, message);
    }
}

fn check_filter(one: &mut One<'_, '_>, index: usize, filter: &Filter) {
    let at = format!("filters[{index}]");
    let negative = filter.conditions.iter().any(|c| c.operator.is_negative());
    if keeps_nothing(filter) {
        let message = format!("the filter on {} lets no row through", filter.column);
        one.report(&codes::M208, &at, message).hint =
            Some("take the null condition out, or use inclusive operators".into());
    } else if negative && !keeps_null(filter) && !only_not_null(filter) {
        let message = format!("rows with NULL in {} are not replicated", filter.column);
        one.report(&codes::M209, &at, message);
    }
    for (n, condition) in filter.conditions.iter().enumerate() {
        empty_range(one, &format!("{at}.filter-conditions[{n}]"), condition);
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
