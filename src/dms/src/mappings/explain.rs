//! Why a document does what it does: for each table and rule as data, for one table as sentences.
//!
//! [`explain()`] gives a line for each table and rule of a catalogue; [`story`] gives everything about
//! one table: what each rule did to it, in the order in which they act.

use super::{
    evaluate::{ColumnOrigin, RuleOutcome, TableOutcome},
    evaluator::{Evaluator, Event},
    model::{Mappings, ParallelLoad},
    parse::read,
};
use crate::{
    catalogue::{Catalogue, CatalogueTable, TableKind},
    finding::Finding,
};
use serde::Serialize;
use serde_json::Value;
use std::{cmp::Reverse, collections::BTreeMap, fmt};

/// A rule, as an explanation names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleRef {
    /// Its place in the document, from 0: `rules[index]`.
    pub index: usize,
    /// Its `rule-id`.
    pub id: u64,
    /// Its name; empty where it has none.
    pub name: String,
    /// What it says, in short: `include "production.%"`.
    pub text: String,
}

impl fmt::Display for RuleRef {
    /// `include "production.%" (rules[0])`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (rules[{}])", self.text, self.index)
    }
}

/// What becomes of every table, what every rule did, and what is wrong.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// One for each table of the catalogue, in its order.
    pub tables: Vec<TableLine>,
    /// One for each rule that could be read, in document order.
    pub rules: Vec<RuleOutcome>,
    /// What is wrong with the document itself, and what the catalogue shows.
    pub findings: Vec<Finding>,
}

/// What becomes of one table, in a line.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TableLine {
    /// Its schema on the source.
    pub schema: String,
    /// Its name on the source.
    pub table: String,
    /// Table or view.
    pub kind: TableKind,
    /// How many rows it holds.
    pub rows: u64,
    /// Whether it is migrated.
    pub migrated: bool,
    /// The rule that takes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<RuleRef>,
    /// The rule that leaves it out, though another one includes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub excluded_by: Option<RuleRef>,
    /// Which rows are loaded, in the words of SQL; all of them must hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<String>,
    /// Its load order: higher loads first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub load_order: Option<u32>,
    /// Its place, from 1, in the order in which the task begins to load tables.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<usize>,
    /// In how many segments it is loaded, where the rules alone say so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segments: Option<usize>,
    /// `schema.table` on the target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// How many columns it has on the target.
    pub columns: usize,
    /// How many of its columns are left out.
    pub dropped: usize,
    /// How many columns rules add, before-images included.
    pub added: usize,
    /// How many columns are masked.
    pub masked: usize,
}

/// What one rule did, or would have done, to a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Act {
    /// The rule.
    pub rule: RuleRef,
    /// What it did, as the rest of a sentence: `takes the table`.
    pub text: String,
    /// The rule that kept it from doing so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beaten_by: Option<RuleRef>,
}

impl fmt::Display for Act {
    /// `rename schema "s" to "d" (rules[1]) names the schema "d"`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.rule, self.text)?;
        match &self.beaten_by {
            Some(by) => write!(f, ", but {by} wins"),
            None => Ok(()),
        }
    }
}

/// Everything about one table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Story {
    /// The table in a line.
    pub line: TableLine,
    /// What becomes of it, with every column.
    pub outcome: TableOutcome,
    /// What each rule did to it, in the order in which they act.
    pub acts: Vec<Act>,
    /// The condition of each segment of a load by ranges, in SQL.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<String>,
    /// All of it in sentences, for people.
    pub sentences: Vec<String>,
}

/// A document and a catalogue, ready to explain tables.
struct Explainer<'a> {
    evaluator: &'a Evaluator<'a>,
    places: &'a [usize],
}

impl Explainer<'_> {
    fn rule(&self, at: usize) -> RuleRef {
        let rule = &self.evaluator.rules[at];
        RuleRef {
            index: self.places[rule.index],
            id: rule.rule.id,
            name: rule.rule.name.clone(),
            text: super::compare::describe(&rule.rule),
        }
    }

    fn by_id(&self, id: Option<u64>) -> Option<RuleRef> {
        let at = self.evaluator.rules.iter().position(|r| Some(r.rule.id) == id)?;
        Some(self.rule(at))
    }

    fn line(&self, table: &CatalogueTable, o: &TableOutcome) -> TableLine {
        let count =
            |f: &dyn Fn(&super::ColumnOutcome) -> bool| o.columns.iter().filter(|c| f(c)).count();
        TableLine {
            schema: table.schema.clone(),
            table: table.table.clone(),
            kind: table.kind,
            rows: table.rows,
            migrated: o.selected,
            rule: self.by_id(o.by_rule),
            excluded_by: self.by_id(o.excluded_by),
            filters: o.filters.iter().map(super::Filter::text).collect(),
            load_order: o.load_order,
            position: None,
            segments: o.parallel_load.as_ref().and_then(ParallelLoad::segments),
            target: o.selected.then(|| o.target_name()),
            columns: count(&|c| !c.removed),
            dropped: count(&|c| c.removed),
            added: count(&|c| c.origin != ColumnOrigin::Source),
            masked: count(&|c| c.masked_by.is_some() && !c.removed),
        }
    }

    fn act(&self, event: &Event) -> Act {
        Act {
            rule: self.rule(event.at),
            text: event.text.clone(),
            beaten_by: event.beaten_by.map(|at| self.rule(at)),
        }
    }
}

/// What a document does to every table of a catalogue, a line for each. What can't be read of the
/// document is left out and told in the findings.
pub fn explain(document: &Value, catalogue: &Catalogue) -> Explanation {
    let (mappings, places, mut findings) = read(document);
    let evaluator = Evaluator::new(&mappings, catalogue);
    let explainer = Explainer { evaluator: &evaluator, places: &places };
    let mut tally = evaluator.tally();
    let mut sight = super::check::simulated::Sight::new(&evaluator, &places, catalogue);
    let mut tables = Vec::with_capacity(catalogue.tables.len());
    for table in &catalogue.tables {
        let outcome = evaluator.table(table, &mut tally);
        sight.see(table, &outcome, &tally);
        tables.push(explainer.line(table, &outcome));
    }
    findings.extend(sight.end(&tally));
    let mut sequence: Vec<usize> = (0..tables.len()).filter(|n| tables[*n].migrated).collect();
    sequence.sort_by_key(|n| {
        let t = &tables[*n];
        (Reverse(t.load_order.unwrap_or(0)), &t.schema, &t.table)
    });
    for (position, n) in sequence.into_iter().enumerate() {
        tables[n].position = Some(position + 1);
    }
    let mut rules = evaluator.rule_outcomes(&tally);
    for rule in &mut rules {
        rule.index = places[rule.index];
    }
    Explanation { tables, rules, findings }
}

/// The story of one table, called `schema.table` as the source spells it; where only the case
/// differs, or the schema is left out and one table has the name, it is found too. The error says
/// which tables are near.
pub fn story(document: &Value, catalogue: &Catalogue, name: &str) -> Result<Story, String> {
    let (mappings, places, _) = read(document);
    let table = find(catalogue, name)?;
    let mut position = None;
    if let Some(index) = catalogue.tables.iter().position(|t| std::ptr::eq(t, table)) {
        position = load_position(&mappings, catalogue, index);
    }
    let evaluator = Evaluator::new(&mappings, catalogue);
    let explainer = Explainer { evaluator: &evaluator, places: &places };
    let mut tally = evaluator.tally();
    tally.watch();
    let outcome = evaluator.table(table, &mut tally);
    let mut line = explainer.line(table, &outcome);
    line.position = position;
    let acts: Vec<Act> = tally.events.iter().flatten().map(|event| explainer.act(event)).collect();
    let segments = outcome.parallel_load.as_ref().map(ParallelLoad::predicates);
    let sentences = sentences(table, &line, &outcome, &acts);
    Ok(Story { line, outcome, acts, segments: segments.unwrap_or_default(), sentences })
}

fn find<'c>(catalogue: &'c Catalogue, name: &str) -> Result<&'c CatalogueTable, String> {
    let exact = catalogue.tables.iter().find(|t| t.full_name() == name);
    let lower = name.to_lowercase();
    let one = |wanted: &dyn Fn(&CatalogueTable) -> bool| {
        let mut hits = catalogue.tables.iter().filter(|t| wanted(t));
        let first = hits.next();
        first.filter(|_| hits.next().is_none())
    };
    exact
        .or_else(|| one(&|t| t.full_name().to_lowercase() == lower))
        .or_else(|| one(&|t| t.table == name))
        .ok_or_else(|| {
            let names: Vec<String> =
                catalogue.tables.iter().take(20_000).map(CatalogueTable::full_name).collect();
            let near = dmsrun_diag::did_you_mean(name, names.iter().map(String::as_str));
            let near = near.map(|n| format!(" {n}")).unwrap_or_default();
            format!("the catalogue has no table \"{name}\".{near}")
        })
}

/// Where a table stands in the order of loading.
fn load_position(mappings: &Mappings, catalogue: &Catalogue, index: usize) -> Option<usize> {
    let evaluator = Evaluator::new(mappings, catalogue);
    let mut tally = evaluator.tally();
    let key = |t: &CatalogueTable, tally: &mut super::Tally| {
        let outcome = evaluator.table(t, tally);
        let order = Reverse(outcome.load_order.unwrap_or(0));
        outcome.selected.then(|| (order, t.schema.clone(), t.table.clone()))
    };
    let own = key(&catalogue.tables[index], &mut tally)?;
    let before = |t: &&CatalogueTable| key(t, &mut tally).is_some_and(|k| k < own);
    Some(catalogue.tables.iter().filter(before).count() + 1)
}

fn sentences(
    table: &CatalogueTable,
    line: &TableLine,
    outcome: &TableOutcome,
    acts: &[Act],
) -> Vec<String> {
    let kind = if table.kind == TableKind::View { "view" } else { "table" };
    let columns = match table.columns.len() {
        0 => String::new(),
        1 => ", 1 column".to_owned(),
        n => format!(", {n} columns"),
    };
    let mut out =
        vec![format!("{} is a {kind} ({} rows{columns}).", table.full_name(), table.rows)];
    out.extend(told(acts));
    if !outcome.selected {
        let why = if acts.is_empty() { "No selection rule matches it: it" } else { "It" };
        out.push(format!("{why} is not migrated."));
        return out;
    }
    out.push(format!("On the target it is {}{}.", outcome.target_name(), shape(outcome)));
    if outcome.filters.is_empty() {
        out.push("All of its rows are loaded.".to_owned());
    }
    if let Some(position) = line.position {
        out.push(format!("Its load begins as number {position}."));
    }
    out
}

/// The acts as sentences: what one rule does to many columns is one.
fn told(acts: &[Act]) -> Vec<String> {
    let mut out: Vec<(usize, Option<usize>, String)> = Vec::new();
    let mut places: BTreeMap<(usize, Option<usize>), usize> = BTreeMap::new();
    for act in acts {
        let by = act.beaten_by.as_ref().map(|r| r.index);
        let key = (act.rule.index, by);
        match places.get(&key) {
            Some(n) => {
                out[*n].2.push_str("; it ");
                out[*n].2.push_str(&act.text);
            }
            None => {
                places.insert(key, out.len());
                out.push((act.rule.index, by, format!("{} {}", act.rule, act.text)));
            }
        }
    }
    let rule =
        |index: usize| acts.iter().filter_map(|a| a.beaten_by.as_ref()).find(|r| r.index == index);
    out.into_iter()
        .map(|(_, by, text)| match by.and_then(rule) {
            Some(by) => format!("{text}, but {by} wins."),
            None => format!("{text}."),
        })
        .collect()
}

/// Its columns on the target.
fn shape(outcome: &TableOutcome) -> String {
    let columns: Vec<String> = outcome
        .columns
        .iter()
        .filter_map(|c| {
            let name = c.target.as_deref()?;
            Some(format!("{name} {}", c.data_type).trim_end().to_owned())
        })
        .collect();
    let key = outcome.primary_key.as_ref().map(|k| format!(", primary key {}", k.join(", ")));
    let columns =
        if columns.is_empty() { String::new() } else { format!(" ({})", columns.join(", ")) };
    format!("{columns}{}", key.unwrap_or_default())
}
