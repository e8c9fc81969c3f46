//! Names that meet on the target although no catalogue is there: the tables and columns that the
//! document itself names are a small catalogue of its own.

use super::simulate;
use crate::{
    catalogue::{Catalogue, CatalogueTable, Column},
    codes,
    context::Context,
    finding::Finding,
    mappings::{
        model::{Action, Mappings, Rule, Target},
        pattern::{has_brackets, has_percent},
    },
};
use std::collections::{BTreeMap, BTreeSet};

/// What is as true of the tables that a document names as of all those of a source.
const TRUE_OF_NAMES: [&str; 3] = ["M603", "M604", "M607"];

/// Tables times rules up to which every table is looked at.
const SMALL: usize = 250_000;

/// Tables times rules up to which the likely ones are.
const LARGE: usize = 1_000_000;

/// Tables and columns that end on one name, or on none.
pub(super) fn collisions(mappings: &Mappings, places: &[usize], context: &Context) -> Vec<Finding> {
    let names_things = |r: &Rule| {
        r.transformation().is_some_and(|t| t.action.is_naming() || t.action == Action::AddColumn)
    };
    if !mappings.rules.iter().any(names_things) {
        return Vec::new();
    }
    let mut catalogue = named(mappings);
    let fits = |c: &Catalogue, most: usize| c.tables.len() * mappings.rules.len() <= most;
    let mut left_out = 0;
    if !fits(&catalogue, SMALL) {
        likely(mappings, &mut catalogue);
        let most = LARGE / mappings.rules.len();
        left_out = catalogue.tables.len().saturating_sub(most);
        catalogue.tables.truncate(most);
    }
    let mut findings = simulate(mappings, places, &catalogue, context, true);
    findings.retain(|f| TRUE_OF_NAMES.contains(&f.code));
    for finding in &mut findings {
        if finding.code != "M607" && finding.hint.is_none() {
            let hint = "both names stand in the document as names of the source; where one is meant \
                 as the new name of the other: locators match source names only";
            finding.hint = Some(hint.into());
        }
    }
    if left_out > 0 {
        let message = format!(
            "{left_out} of the tables that the rules name were not looked at for names that meet"
        );
        let hint = "give the check a catalogue of the source: with it every table is looked at";
        findings.push(Finding::new(&codes::M133, "rules", message).hint(hint));
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

/// Leaves the tables of a large document that a new name is given to twice, or that have one which
/// is given to another.
fn likely(mappings: &Mappings, catalogue: &mut Catalogue) {
    let given = |target: Target| {
        mappings.rules.iter().filter_map(move |rule| {
            let t = rule.transformation().filter(|t| t.target == target)?;
            Some((rule, t.value.as_deref()?.to_lowercase()))
        })
    };
    let mut tables: BTreeMap<String, usize> = BTreeMap::new();
    for (_, value) in given(Target::Table) {
        *tables.entry(value).or_default() += 1;
    }
    let mut wanted: BTreeSet<(&str, &str)> = BTreeSet::new();
    for (rule, value) in given(Target::Table) {
        if tables.get(&value).is_some_and(|n| *n > 1) {
            wanted.insert((rule.schema(), rule.table()));
        }
    }
    let mut columns: BTreeSet<(&str, &str, String)> = BTreeSet::new();
    for (rule, value) in given(Target::Column) {
        if !columns.insert((rule.schema(), rule.table(), value)) {
            wanted.insert((rule.schema(), rule.table()));
        }
    }
    catalogue.tables.retain(|t| {
        let (schema, table) = (t.schema.as_str(), t.table.as_str());
        let mut names = t.columns.iter().map(|c| c.name.to_lowercase());
        wanted.contains(&(schema, table))
            || tables.contains_key(&t.table.to_lowercase())
            || names.any(|name| columns.contains(&(schema, table, name)))
    });
}
