//! Checks across the tasks of a migration.

use crate::{
    catalogue::Catalogue,
    codes,
    context::MigrationType,
    finding::Finding,
    mappings::{self, Evaluator, Mappings, Rule, SelectionAction},
};
use serde_json::Value;

/// What a check across tasks must know of each.
#[derive(Clone, Debug)]
pub struct TaskTables<'a> {
    /// Its name in messages.
    pub name: &'a str,
    /// What it does.
    pub migration_type: MigrationType,
    /// The source that it reads, such as the endpoint's name: tasks on different sources don't
    /// meet.
    pub source: &'a str,
    /// The target that it writes.
    pub target: &'a str,
    /// Its table mappings.
    pub mappings: &'a Value,
}

/// Pairs of tasks that would apply the same changes twice: both capture changes, from one source to
/// one target, of tables that they share. With a catalogue the tables are counted.
pub fn shared_tables(tasks: &[TaskTables<'_>], catalogue: Option<&Catalogue>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (n, a) in tasks.iter().enumerate() {
        for b in &tasks[n + 1..] {
            let apart = a.source != b.source || a.target != b.target;
            if apart || !a.migration_type.replicates() || !b.migration_type.replicates() {
                continue;
            }
            let (x, y) = (mappings::read(a.mappings).0, mappings::read(b.mappings).0);
            if let Some(what) = common(&x, &y, catalogue) {
                let message = format!(
                    "tasks \"{}\" and \"{}\" carry the same tables: {what}",
                    a.name, b.name
                );
                let hint = "don't let both run at once, or split the tables between them";
                findings.push(Finding::new(&codes::T101, b.name, message).hint(hint));
            }
        }
    }
    findings
}

/// What both take, in words; `None` for nothing.
fn common(a: &Mappings, b: &Mappings, catalogue: Option<&Catalogue>) -> Option<String> {
    let Some(catalogue) = catalogue else { return common_rules(a, b) };
    let (x, y) = (Evaluator::new(a, catalogue), Evaluator::new(b, catalogue));
    let (mut s, mut t) = (x.tally(), y.tally());
    let both: Vec<String> = catalogue
        .tables
        .iter()
        .filter(|c| x.table(c, &mut s).selected && y.table(c, &mut t).selected)
        .map(crate::CatalogueTable::full_name)
        .collect();
    let first = both.first()?;
    Some(match both.len() {
        1 => first.clone(),
        n => format!("{first} and {} more", n - 1),
    })
}

/// Without a catalogue: two adding rules that can match one table, which no exclude of either takes
/// out whole.
fn common_rules(a: &Mappings, b: &Mappings) -> Option<String> {
    let adding = |m: &Mappings, action: fn(SelectionAction) -> bool| -> Vec<Rule> {
        let fits = |r: &&Rule| r.selection().is_some_and(|s| action(s.action));
        m.rules.iter().filter(fits).cloned().collect()
    };
    let adds = |s: SelectionAction| s != SelectionAction::Exclude;
    let removes = |s: SelectionAction| s == SelectionAction::Exclude;
    let excludes: Vec<Rule> = adding(a, removes).into_iter().chain(adding(b, removes)).collect();
    for x in adding(a, adds) {
        for y in adding(b, adds) {
            let hidden = |r: &Rule| excludes.iter().any(|e| covers(e, r));
            if mappings::compare::overlap(&x, &y) && !hidden(&x) && !hidden(&y) {
                return Some(mappings::describe(&y));
            }
        }
    }
    None
}

fn covers(a: &Rule, b: &Rule) -> bool {
    use mappings::pattern::{Naming, Pattern};
    let of = |text: &str| Pattern::new(text, Naming::default());
    of(a.schema()).covers(&of(b.schema())) && of(a.table()).covers(&of(b.table()))
}
