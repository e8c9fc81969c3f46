//! Checks across the tasks of a migration.

use crate::{
    catalogue::Catalogue,
    codes,
    context::MigrationType,
    finding::Finding,
    mappings::{
        self, Evaluator, Mappings, SelectionAction, Target,
        located::{self, Crowd, Located},
    },
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
    let (x, y) = (located::locate(&a.rules), located::locate(&b.rules));
    let is = |l: &Located<'_>, exclude: bool| {
        let action = l.rule.selection().map(|s| s.action);
        action.is_some_and(|a| (a == SelectionAction::Exclude) == exclude)
    };
    let excludes = Crowd::new(x.iter().chain(&y).filter(|l| is(l, true)));
    let hidden = |l: &Located<'_>| excludes.near(l).any(|e| e.covers_table(l));
    let others = Crowd::new(y.iter().filter(|l| is(l, false) && !hidden(l)));
    x.iter().filter(|l| is(l, false) && !hidden(l)).find_map(|l| {
        let other = others.near(l).find(|o| o.meets_table(l))?;
        Some(mappings::describe(other.rule))
    })
}

/// Tables that a task would load onto themselves: its source and its target are one database, and
/// its mappings give them no other name. `source` and `target` of the task must name databases, not
/// endpoints, for this to be seen.
pub fn loaded_onto_itself(task: &TaskTables<'_>, catalogue: Option<&Catalogue>) -> Option<Finding> {
    if task.source != task.target {
        return None;
    }
    let (rules, _, _) = mappings::read(task.mappings);
    let what = match catalogue {
        Some(catalogue) => {
            let evaluator = Evaluator::new(&rules, catalogue);
            let mut tally = evaluator.tally();
            let same = catalogue.tables.iter().find(|t| {
                let o = evaluator.table(t, &mut tally);
                o.selected && o.target_name() == o.source_name()
            });
            same?.full_name()
        }
        None => {
            let all = located::locate(&rules.rules);
            let renaming = Crowd::new(all.iter().filter(|l| {
                let t = l.rule.transformation();
                t.is_some_and(|t| {
                    t.action.is_naming() && matches!(t.target, Target::Schema | Target::Table)
                })
            }));
            let adds = |l: &&Located<'_>| {
                l.rule.selection().is_some_and(|s| s.action != SelectionAction::Exclude)
            };
            let kept =
                all.iter().filter(adds).find(|l| !renaming.near(l).any(|r| r.covers_table(l)));
            mappings::describe(kept?.rule)
        }
    };
    let message = format!(
        "task \"{}\" reads and writes the database {}, and {what} keeps its name",
        task.name, task.source
    );
    let hint = "load into another database, or rename the schema";
    Some(Finding::new(&codes::T102, task.name, message).hint(hint))
}
