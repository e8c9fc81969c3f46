//! What a document does to a catalogue: which tables are taken, by which rule, and what becomes of
//! them.
//!
//! `selected = explicit ∪ (include − exclude)`, whatever the order of the rules. Locators match
//! names of the source, never what another rule made of them.

pub use super::evaluator::{Evaluator, Tally};
use super::{check::simulated::Sight, model::*};
use crate::{
    catalogue::{Catalogue, CatalogueTable, Column, TableKind},
    finding::Finding,
};
use serde::Serialize;

/// What a document does to a catalogue.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evaluation {
    /// One for each table of the catalogue, in its order.
    pub tables: Vec<TableOutcome>,
    /// One for each rule, in document order.
    pub rules: Vec<RuleOutcome>,
    /// What only the catalogue shows: rules that match nothing, names that collide, what is
    /// ambiguous.
    pub findings: Vec<Finding>,
}

/// What becomes of one table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TableOutcome {
    /// Its schema on the source.
    pub source_schema: String,
    /// Its name on the source.
    pub source_table: String,
    /// Table or view.
    pub kind: TableKind,
    /// Whether the task takes it.
    pub selected: bool,
    /// The id of the rule that takes it: an explicit one before an include, the lowest id among
    /// several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_rule: Option<u64>,
    /// The id of the rule that keeps it out, though another includes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub excluded_by: Option<u64>,
    /// Higher loads first; without one, tables load by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub load_order: Option<u32>,
    /// The filters on its rows.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<Filter>,
    /// Its schema on the target; empty where it is not taken.
    pub target_schema: String,
    /// Its name on the target; empty where it is not taken.
    pub target_table: String,
    /// Its columns, dropped and added ones included; empty where it is not taken.
    pub columns: Vec<ColumnOutcome>,
    /// The key that a rule defines on the target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub primary_key: Option<Vec<String>>,
    /// How it is loaded in parallel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parallel_load: Option<ParallelLoad>,
    /// How its LOBs are loaded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lob_settings: Option<LobSettings>,
}

/// What becomes of one column.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ColumnOutcome {
    /// Its name on the source; `None` for an added one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Its name on the target; `None` for a dropped one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Its type: a DMS type where a rule gives one, the source's otherwise.
    pub data_type: String,
    /// Whether it is dropped.
    pub removed: bool,
    /// Where it comes from.
    pub origin: ColumnOrigin,
    /// How it is masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub masked_by: Option<Action>,
    /// What fills an added one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expression: Option<String>,
}

/// Where a column comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ColumnOrigin {
    /// The source has it.
    Source,
    /// A rule adds it.
    Added,
    /// It holds the value before a change.
    BeforeImage,
}

impl ColumnOutcome {
    pub(super) fn unchanged(column: &Column) -> Self {
        Self {
            source: Some(column.name.clone()),
            target: Some(column.name.clone()),
            data_type: column.data_type.clone(),
            removed: false,
            origin: ColumnOrigin::Source,
            masked_by: None,
            expression: None,
        }
    }
}

/// What one rule did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleOutcome {
    /// Its place in the document, from 0: `rules[index]`.
    pub index: usize,
    /// Its id.
    pub rule_id: u64,
    /// Its name.
    pub rule_name: String,
    /// What it says, in short: `include "production.%"`.
    pub text: String,
    /// How many objects its locator matched: tables of the catalogue for a selection, selected
    /// tables or their columns for the others.
    pub matched: usize,
    /// How many of them it had a say in.
    pub applied: usize,
    /// The rule with a lower id that kept it from an object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beaten_by: Option<u64>,
}

/// What a document does to every table of a catalogue. For one of very many tables use an
/// [`Evaluator`], which keeps nothing.
pub fn evaluate(mappings: &Mappings, catalogue: &Catalogue) -> Evaluation {
    let places: Vec<usize> = (0..mappings.rules.len()).collect();
    evaluate_at(mappings, &places, catalogue)
}

/// The same for a document of which some rules could not be read: `places` are the indices of the
/// others.
pub(super) fn evaluate_at(
    mappings: &Mappings,
    places: &[usize],
    catalogue: &Catalogue,
) -> Evaluation {
    let evaluator = Evaluator::new(mappings, catalogue);
    let mut tally = evaluator.tally();
    let mut sight = Sight::new(&evaluator, places, catalogue);
    let mut tables = Vec::with_capacity(catalogue.tables.len());
    for table in &catalogue.tables {
        let outcome = evaluator.table(table, &mut tally);
        sight.see(table, &outcome, &tally);
        tables.push(outcome);
    }
    let findings = sight.end(&tally);
    let mut rules = evaluator.rule_outcomes(&tally);
    for (rule, place) in rules.iter_mut().zip(places) {
        rule.index = *place;
    }
    Evaluation { tables, rules, findings }
}

impl Evaluation {
    /// The tables that are taken.
    pub fn selected(&self) -> impl Iterator<Item = &TableOutcome> {
        self.tables.iter().filter(|t| t.selected)
    }

    /// The tables that are taken, in the order in which a task begins to load them: the higher
    /// load order first, those without one after them, by name. With several loads at a time the
    /// next table does not wait for the one before it.
    pub fn load_sequence(&self) -> Vec<&TableOutcome> {
        let mut tables: Vec<&TableOutcome> = self.selected().collect();
        tables.sort_by_key(|t| {
            let order = std::cmp::Reverse(t.load_order.unwrap_or(0));
            (order, &t.source_schema, &t.source_table)
        });
        tables
    }

    /// The outcome of a table of the source.
    pub fn table(&self, schema: &str, table: &str) -> Option<&TableOutcome> {
        self.tables.iter().find(|t| t.source_schema == schema && t.source_table == table)
    }
}

impl TableOutcome {
    /// A table that nothing is known of yet: not taken.
    pub(super) fn of(table: &CatalogueTable) -> Self {
        Self {
            source_schema: table.schema.clone(),
            source_table: table.table.clone(),
            kind: table.kind,
            selected: false,
            by_rule: None,
            excluded_by: None,
            load_order: None,
            filters: Vec::new(),
            target_schema: String::new(),
            target_table: String::new(),
            columns: Vec::new(),
            primary_key: None,
            parallel_load: None,
            lob_settings: None,
        }
    }

    /// `schema.table` on the source.
    pub fn source_name(&self) -> String {
        format!("{}.{}", self.source_schema, self.source_table)
    }

    /// `schema.table` on the target.
    pub fn target_name(&self) -> String {
        format!("{}.{}", self.target_schema, self.target_table)
    }
}
