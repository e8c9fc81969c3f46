//! Names that meet on the target although no catalogue is there: the tables and columns that the
//! document itself names are a small catalogue of its own.

use super::simulate;
use crate::{
    catalogue::{Catalogue, CatalogueTable, Column},
    context::Context,
    finding::Finding,
    mappings::{
        model::{Action, Mappings, Rule},
        pattern::{has_brackets, has_percent},
    },
};
use std::collections::{BTreeMap, BTreeSet};

/// What is as true of the tables that a document names as of all those of a source.
const TRUE_OF_NAMES: [&str; 3] = ["M603", "M604", "M607"];

/// Tables and columns that end on one name, or on none.
pub(super) fn collisions(mappings: &Mappings, places: &[usize], context: &Context) -> Vec<Finding> {
    let names_things = |r: &Rule| {
        r.transformation().is_some_and(|t| t.action.is_naming() || t.action == Action::AddColumn)
    };
    if !mappings.rules.iter().any(names_things) {
        return Vec::new();
    }
    let catalogue = named(mappings);
    let mut findings = simulate(mappings, places, &catalogue, context);
    findings.retain(|f| TRUE_OF_NAMES.contains(&f.code));
    for finding in &mut findings {
        if finding.code != "M607" && finding.hint.is_none() {
            let hint = "both names stand in the document as names of the source; where one is meant \
                 as the new name of the other: locators match source names only";
            finding.hint = Some(hint.into());
        }
    }
    findings
}

/// The tables that rules name exactly, with the columns that they name.
fn named(mappings: &Mappings) -> Catalogue {
    let mut tables: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for rule in &mappings.rules {
        let exact = |text: &str| !text.is_empty() && !has_brackets(text) && !has_percent(text);
        let (schema, table) = (rule.schema(), rule.table());
        if rule.locator.table.is_none() || !exact(schema) || !exact(table) {
            continue;
        }
        let columns = tables.entry((schema, table)).or_default();
        if let Some(column) = rule.locator.column.as_deref().filter(|c| exact(c)) {
            columns.insert(column);
        }
        columns.extend(rule.selection().iter().flat_map(|s| &s.filters).map(|f| f.column.as_str()));
    }
    let tables = tables.into_iter().map(|((schema, table), columns)| CatalogueTable {
        schema: schema.to_owned(),
        table: table.to_owned(),
        columns: columns
            .into_iter()
            .map(|name| Column { name: name.to_owned(), ..Column::default() })
            .collect(),
        keys_unknown: true,
        ..CatalogueTable::default()
    });
    Catalogue { tables: tables.collect(), ..Catalogue::default() }
}
