//! What a document does to a catalogue: which tables are taken, by which rule, and what becomes of
//! them.
//!
//! `selected = explicit ∪ (include − exclude)`, whatever the order of the rules. Locators match
//! names of the source, never what another rule made of them.

use super::{
    check::simulated,
    model::*,
    pattern::{Naming, Pattern},
    transform::{self, Applying},
};
use crate::{
    catalogue::{Catalogue, CatalogueTable, Column, TableKind},
    finding::Finding,
};
use serde::Serialize;
use std::collections::HashMap;

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

/// What the rules did so far, by their order of precedence.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub(super) matched: Vec<usize>,
    pub(super) applied: Vec<usize>,
    /// The rule that won, and the first object over which it did.
    pub(super) beaten: Vec<Option<(usize, String)>>,
}

impl Tally {
    pub(super) fn beaten(&mut self, loser: usize, winner: usize, object: &dyn Fn() -> String) {
        self.beaten[loser].get_or_insert_with(|| (winner, object()));
    }
}

/// A rule with its patterns compiled.
#[derive(Debug)]
pub struct Compiled<'m> {
    pub(super) rule: &'m Rule,
    /// Its place in the document.
    pub(super) index: usize,
    pub(super) schema: Pattern,
    pub(super) table: Pattern,
    pub(super) column: Option<Pattern>,
}

/// A document compiled for one way of naming; evaluates tables one by one.
#[derive(Debug)]
pub struct Evaluator<'m> {
    /// By rule id, then by place: a lower index wins.
    pub(super) rules: Vec<Compiled<'m>>,
    naming: Naming,
    selections: Index,
    others: Index,
}

/// Rules by what their locators say exactly.
#[derive(Debug, Default)]
struct Index {
    both: HashMap<String, HashMap<String, Vec<usize>>>,
    schema: HashMap<String, Vec<usize>>,
    table: HashMap<String, Vec<usize>>,
    wild: Vec<usize>,
}

impl Index {
    fn add(&mut self, at: usize, rule: &Compiled<'_>) {
        let list = match (rule.schema.exact(), rule.table.exact()) {
            (Some(s), Some(t)) => {
                self.both.entry(s.to_owned()).or_default().entry(t.to_owned()).or_default()
            }
            (Some(s), None) => self.schema.entry(s.to_owned()).or_default(),
            (None, Some(t)) => self.table.entry(t.to_owned()).or_default(),
            (None, None) => &mut self.wild,
        };
        list.push(at);
    }

    /// The rules whose schema and table match, in order of precedence.
    fn find(&self, rules: &[Compiled<'_>], schema: &str, table: &str) -> Vec<usize> {
        let mut out: Vec<usize> = Vec::new();
        out.extend(self.both.get(schema).and_then(|t| t.get(table)).into_iter().flatten());
        let of = |at: &&usize| rules[**at].table.matches(table);
        out.extend(self.schema.get(schema).into_iter().flatten().filter(of));
        let of = |at: &&usize| rules[**at].schema.matches(schema);
        out.extend(self.table.get(table).into_iter().flatten().filter(of));
        let of =
            |at: &&usize| rules[**at].schema.matches(schema) && rules[**at].table.matches(table);
        out.extend(self.wild.iter().filter(of));
        out.sort_unstable();
        out
    }
}

impl<'m> Evaluator<'m> {
    /// Compiles a document for a source that names as this catalogue says.
    pub fn new(mappings: &'m Mappings, source: &Catalogue) -> Self {
        let naming =
            Naming { ignore_case: source.case_insensitive, escape: source.escape_character };
        let mut rules: Vec<Compiled<'m>> = mappings
            .rules
            .iter()
            .enumerate()
            .map(|(index, rule)| compile(rule, index, naming))
            .collect();
        rules.sort_by_key(|r| (r.rule.id, r.index));
        let (mut selections, mut others) = (Index::default(), Index::default());
        for (at, rule) in rules.iter().enumerate() {
            match rule.rule.body {
                Body::Selection(_) => selections.add(at, rule),
                _ => others.add(at, rule),
            }
        }
        Self { rules, naming, selections, others }
    }

    /// A tally with nothing in it.
    pub fn tally(&self) -> Tally {
        let n = self.rules.len();
        Tally { matched: vec![0; n], applied: vec![0; n], beaten: vec![None; n] }
    }

    /// What becomes of one table; the rules' part in it is added to the tally.
    pub fn table(&self, table: &CatalogueTable, tally: &mut Tally) -> TableOutcome {
        let (schema, name) = (self.naming.fold(&table.schema), self.naming.fold(&table.table));
        let mut outcome = self.select(table, &schema, &name, tally);
        if outcome.selected {
            self.transform(table, &schema, &name, &mut outcome, tally);
        }
        outcome
    }

    fn select(
        &self,
        table: &CatalogueTable,
        schema: &str,
        name: &str,
        tally: &mut Tally,
    ) -> TableOutcome {
        let mut out = TableOutcome {
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
        };
        let (mut explicit, mut include, mut exclude) = (None, None, None);
        let mut adding = Vec::new();
        for at in self.selections.find(&self.rules, schema, name) {
            let rule = self.rules[at].rule;
            let Some(selection) = rule.selection() else { continue };
            if !takes_kind(rule.locator.table_type, table.kind) {
                continue;
            }
            tally.matched[at] += 1;
            let first = match selection.action {
                SelectionAction::Explicit => &mut explicit,
                SelectionAction::Include => &mut include,
                SelectionAction::Exclude => &mut exclude,
            };
            first.get_or_insert(at);
            if selection.action != SelectionAction::Exclude {
                adding.push((at, selection));
            }
        }
        let by = explicit.or(include.filter(|_| exclude.is_none()));
        out.selected = by.is_some();
        out.by_rule = by.map(|at| self.rules[at].rule.id);
        if explicit.is_none() && include.is_some() {
            out.excluded_by = exclude.map(|at| self.rules[at].rule.id);
            if let Some(at) = exclude {
                tally.applied[at] += 1;
            }
        }
        if out.selected {
            for (at, _) in &adding {
                tally.applied[*at] += 1;
            }
            out.load_order = adding.iter().find_map(|(_, s)| s.load_order);
            let filtering =
                |s: &&Selection| s.action == SelectionAction::Include && !s.filters.is_empty();
            let first = adding.iter().map(|(_, s)| *s).find(filtering);
            // An explicit rule takes the whole table: filters have no effect on it.
            out.filters =
                first.filter(|_| explicit.is_none()).map(|s| s.filters.clone()).unwrap_or_default();
        }
        out
    }

    fn transform(
        &self,
        table: &CatalogueTable,
        schema: &str,
        name: &str,
        out: &mut TableOutcome,
        tally: &mut Tally,
    ) {
        let found = self.others.find(&self.rules, schema, name);
        let applying: Vec<Applying<'_>> =
            found.iter().filter_map(|at| Applying::of(*at, &self.rules[*at])).collect();
        let schema_name = || table.schema.clone();
        out.target_schema =
            transform::name_on(Target::Schema, &applying, &table.schema, schema_name, tally);
        let full = || table.full_name();
        out.target_table = transform::name_on(Target::Table, &applying, &table.table, full, tally);
        out.columns = transform::columns(table, &applying, self.naming, tally);
        for a in applying.iter().filter(|a| a.t.action == Action::DefinePrimaryKey) {
            tally.matched[a.at] += 1;
            if out.primary_key.is_none() {
                tally.applied[a.at] += 1;
                out.primary_key = a.t.primary_key.as_ref().map(|p| p.columns.clone());
            }
        }
        self.settings(&found, out, tally);
    }

    fn settings(&self, found: &[usize], out: &mut TableOutcome, tally: &mut Tally) {
        let mut done = false;
        for &at in found {
            let rule = self.rules[at].rule;
            match &rule.body {
                Body::TableSettings(settings) => {
                    tally.matched[at] += 1;
                    if !std::mem::replace(&mut done, true) {
                        tally.applied[at] += 1;
                        out.parallel_load = settings.parallel_load.clone();
                        out.lob_settings = settings.lob.clone();
                    }
                }
                Body::ObjectMapping(_) | Body::PostProcessing(_) | Body::Validation(_) => {
                    tally.matched[at] += 1;
                    tally.applied[at] += 1;
                }
                _ => {}
            }
        }
    }

    /// What each rule did, in document order.
    pub fn rule_outcomes(&self, tally: &Tally) -> Vec<RuleOutcome> {
        let mut out: Vec<(usize, RuleOutcome)> = self
            .rules
            .iter()
            .enumerate()
            .map(|(at, c)| {
                let won = tally.beaten[at].as_ref().map(|(by, _)| self.rules[*by].rule.id);
                let outcome = RuleOutcome {
                    rule_id: c.rule.id,
                    rule_name: c.rule.name.clone(),
                    text: super::compare::describe(c.rule),
                    matched: tally.matched[at],
                    applied: tally.applied[at],
                    beaten_by: won,
                };
                (c.index, outcome)
            })
            .collect();
        out.sort_by_key(|(index, _)| *index);
        out.into_iter().map(|(_, o)| o).collect()
    }
}

fn compile<'m>(rule: &'m Rule, index: usize, naming: Naming) -> Compiled<'m> {
    let explicit = match &rule.body {
        Body::Selection(s) => s.action == SelectionAction::Explicit,
        Body::TableSettings(_) => true,
        Body::Transformation(t) => t.action == Action::DefinePrimaryKey,
        _ => false,
    };
    let locator = &rule.locator;
    // An empty locator `{}` is the default of object mappings for every table; a schema rule has no
    // table.
    let pattern = |text: &Option<String>, compile: fn(&str, Naming) -> Pattern| match text {
        Some(text) if explicit => Pattern::literal(text, naming),
        Some(text) => compile(text, naming),
        None => Pattern::Any,
    };
    Compiled {
        rule,
        index,
        schema: pattern(&locator.schema, Pattern::new),
        table: pattern(&locator.table, Pattern::table),
        column: locator.column.as_deref().map(|c| Pattern::new(c, naming)),
    }
}

fn takes_kind(wanted: Option<TableType>, kind: TableKind) -> bool {
    match wanted.unwrap_or(TableType::Table) {
        TableType::Table => kind == TableKind::Table,
        TableType::View => kind == TableKind::View,
        TableType::All => true,
    }
}

/// What a document does to every table of a catalogue.
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
    let tables: Vec<TableOutcome> =
        catalogue.tables.iter().map(|t| evaluator.table(t, &mut tally)).collect();
    let findings = simulated::findings(&evaluator, &tally, places, catalogue, &tables);
    Evaluation { tables, rules: evaluator.rule_outcomes(&tally), findings }
}

impl Evaluation {
    /// The tables that are taken.
    pub fn selected(&self) -> impl Iterator<Item = &TableOutcome> {
        self.tables.iter().filter(|t| t.selected)
    }

    /// The outcome of a table of the source.
    pub fn table(&self, schema: &str, table: &str) -> Option<&TableOutcome> {
        self.tables.iter().find(|t| t.source_schema == schema && t.source_table == table)
    }
}

impl TableOutcome {
    /// `schema.table` on the source.
    pub fn source_name(&self) -> String {
        format!("{}.{}", self.source_schema, self.source_table)
    }

    /// `schema.table` on the target.
    pub fn target_name(&self) -> String {
        format!("{}.{}", self.target_schema, self.target_table)
    }
}
