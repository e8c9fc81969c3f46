//! What only a catalogue shows of rules and names: rules that match nothing, names that collide.
//! Tables pass by one at a time, so that a large catalogue costs its time and no memory.

use super::{columns, some_of};
use crate::{
    catalogue::{Catalogue, CatalogueTable},
    codes::{self, Code},
    context::Context,
    engines::Family,
    finding::{Finding, Severity},
    mappings::{
        compare::describe,
        evaluate::{ColumnOrigin, ColumnOutcome, TableOutcome},
        evaluator::{Compiled, Evaluator, Tally},
        model::{Rule, Target, Transformation},
        pattern::{Naming, Pattern, has_percent},
    },
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The tables of a catalogue as they pass by, and what was found of them.
pub(in super::super) struct Sight<'a> {
    pub(super) evaluator: &'a Evaluator<'a>,
    pub(super) places: &'a [usize],
    pub(super) catalogue: &'a Catalogue,
    /// What is known around the document, for a check.
    pub(super) context: Option<&'a Context>,
    /// Whether only names on the target are looked at, as where the tables are no real catalogue.
    names_only: bool,
    selected: usize,
    /// Names on the target in lower case, with their spelling, the source and its naming rule.
    targets: HashMap<String, Vec<Taken>>,
    /// By rule, code and key: one finding for all the objects of which it is true.
    notes: BTreeMap<(usize, &'static str, String), Note>,
    findings: Vec<Finding>,
}

/// A name on the target.
struct Taken {
    target: String,
    source: String,
    by: Option<usize>,
}

struct Note {
    finding: Finding,
    more: usize,
}

/// Comparisons of names that hints may cost in one check.
const EFFORT: usize = 200_000;

impl<'a> Sight<'a> {
    pub fn new(
        evaluator: &'a Evaluator<'a>,
        places: &'a [usize],
        catalogue: &'a Catalogue,
    ) -> Self {
        Self {
            evaluator,
            places,
            catalogue,
            context: None,
            names_only: false,
            selected: 0,
            targets: HashMap::new(),
            notes: BTreeMap::new(),
            findings: Vec::new(),
        }
    }

    /// With what is known around the document.
    pub fn within(mut self, context: &'a Context) -> Self {
        self.context = Some(context);
        self
    }

    /// Looks at names on the target, and at nothing else.
    pub(super) fn names_only(mut self) -> Self {
        self.names_only = true;
        self
    }

    pub(super) fn rule(&self, at: usize) -> &'a Compiled<'a> {
        let evaluator: &'a Evaluator<'a> = self.evaluator;
        &evaluator.rules[at]
    }

    fn path(&self, at: usize, key: &str) -> String {
        let dot = if key.is_empty() { "" } else { "." };
        format!("rules[{}]{dot}{key}", self.places[self.rule(at).index])
    }

    /// Reports something about a key of a rule; of several objects the first is named and the
    /// others are counted.
    pub(super) fn note(
        &mut self,
        at: usize,
        code: &Code,
        key: &str,
        text: impl FnOnce() -> (String, Option<String>),
    ) {
        if let Some(note) = self.notes.get_mut(&(at, code.code, key.to_owned())) {
            note.more += 1;
            return;
        }
        let (message, hint) = text();
        let finding = Finding::new(code, self.path(at, key), message).maybe_hint(hint);
        self.notes.insert((at, code.code, key.to_owned()), Note { finding, more: 0 });
    }

    /// Reports something about a table: at the rule that makes it so, where there is one.
    pub(super) fn note_table(
        &mut self,
        by: Option<usize>,
        code: &Code,
        key: &str,
        path: &str,
        text: impl FnOnce() -> (String, Option<String>),
    ) {
        let Some(at) = by else {
            let (message, hint) = text();
            let finding = Finding::new(code, format!("tables.{path}"), message);
            self.findings.push(finding.maybe_hint(hint));
            return;
        };
        self.note(at, code, key, text);
    }

    /// Looks at a table that the evaluator has just judged.
    pub fn see(&mut self, table: &CatalogueTable, outcome: &TableOutcome, tally: &Tally) {
        if !self.names_only {
            for &at in tally.found.iter().flatten() {
                self.underscore(at, table);
            }
        }
        if !outcome.selected {
            return;
        }
        self.selected += 1;
        self.table_name(outcome, tally);
        self.column_names(outcome, tally);
        if self.names_only {
            return;
        }
        self.source_names(table);
        if !table.columns.is_empty() {
            for &at in tally.found.iter().flatten() {
                columns::check(self, at, table, outcome);
            }
            columns::keys(self, table, outcome, tally);
        }
    }

    /// Everything found, after the last table.
    pub fn end(mut self, tally: &Tally) -> Vec<Finding> {
        if !self.names_only {
            self.selection();
            self.idle_rules(tally);
            self.beaten_rules(tally);
        }
        let notes = std::mem::take(&mut self.notes);
        for note in notes.into_values() {
            let mut finding = note.finding;
            if note.more > 0 {
                finding.message = format!("{} (and {} more)", finding.message, note.more);
            }
            self.findings.push(finding);
        }
        few_of_each(self.findings)
    }

    fn selection(&mut self) {
        if self.selected > 0 || self.catalogue.tables.is_empty() {
            return;
        }
        let message = format!("none of the {} tables is selected", self.catalogue.tables.len());
        let schemas: BTreeSet<&str> =
            self.catalogue.tables.iter().map(|t| t.schema.as_str()).collect();
        let names: Vec<String> = schemas.into_iter().map(str::to_owned).collect();
        let hint = format!("the catalogue has the schemas {}", some_of(&names));
        self.findings.push(Finding::new(&codes::M601, "rules", message).hint(hint));
    }

    fn idle_rules(&mut self, tally: &Tally) {
        let (mut near, mut blank) = (None, None);
        for at in 0..self.evaluator.rules.len() {
            let rule = self.rule(at);
            let target = rule.rule.transformation().map(|t| t.target);
            let unseen = matches!(target, Some(Target::TableTablespace | Target::IndexTablespace));
            // Of a schema that is known by its name only, no table is known.
            let fold = |s: &String| self.evaluator.naming.fold(s).into_owned();
            let bare = self.catalogue.schemas.iter().any(|s| rule.schema.matches(&fold(s)));
            if tally.matched[at] > 0 || unseen || bare {
                continue;
            }
            let blank = blank.get_or_insert_with(|| {
                self.catalogue.tables.iter().filter(|t| t.columns.is_empty()).collect::<Vec<_>>()
            });
            if self.about(rule, blank) {
                continue;
            }
            let near = near.get_or_insert_with(|| Near::new(self.catalogue));
            let hint = near.hint(&rule.rule);
            let message = format!("{} matches nothing", describe(&rule.rule));
            let path = self.path(at, "object-locator");
            let mut finding = Finding::new(&codes::M602, path, message).maybe_hint(hint);
            if near.lacks_masked(rule) {
                finding.message = format!("{}: no value is masked", finding.message);
                finding.severity = Severity::Error;
            }
            self.findings.push(finding);
        }
    }

    /// Whether a rule is about columns of one of the tables of which no columns are known, as in the
    /// statistics of a task.
    fn about(&self, rule: &Compiled<'_>, blank: &[&CatalogueTable]) -> bool {
        let naming = self.evaluator.naming;
        let is = |t: &&CatalogueTable| {
            rule.schema.matches(&naming.fold(&t.schema))
                && rule.table.matches(&naming.fold(&t.table))
        };
        rule.column.is_some() && blank.iter().any(is)
    }

    fn beaten_rules(&mut self, tally: &Tally) {
        for at in 0..self.evaluator.rules.len() {
            let Some((by, object)) = &tally.beaten[at] else { continue };
            let rule = self.rule(at);
            let Some(t) = rule.rule.transformation() else { continue };
            let by = self.rule(*by);
            let (winner, text) = (describe(&by.rule), describe(&rule.rule));
            let message = format!("on {object}, {winner} comes first: {text} is not applied there");
            let masks = |t: &Transformation| t.action.is_masking();
            let unmasked = masks(t) && !by.rule.transformation().is_some_and(masks);
            let message =
                if unmasked { format!("{message}: {}", super::overlap::UNMASKED) } else { message };
            let path = self.path(at, "rule-id");
            let mut finding =
                Finding::new(&codes::M302, path, message).hint(super::overlap::TO_WIN);
            if unmasked {
                finding.severity = Severity::Error;
            }
            self.findings.push(finding);
        }
    }

    /// A locator without `%` whose `_` takes a table that it does not spell.
    fn underscore(&mut self, at: usize, table: &CatalogueTable) {
        let rule = self.rule(at);
        let text = rule.rule.table();
        if !text.contains('_') || has_percent(text) || rule.table.exact().is_some() {
            return;
        }
        let naming = self.evaluator.naming;
        let escaped = naming.escape.is_some_and(|c| text.contains(c));
        if escaped || naming.fold(&table.table) == naming.fold(text) {
            return;
        }
        self.note(at, &codes::M609, "object-locator.table-name", || {
            let message =
                format!("_ is any character: \"{text}\" also matches {}", table.full_name());
            (message, Some("exclude the other table, or name this one by an explicit rule".into()))
        });
    }

    fn table_name(&mut self, o: &TableOutcome, tally: &Tally) {
        let [schema_by, table_by] = tally.namers;
        let by = table_by.or(schema_by);
        let source = o.source_name();
        if o.target_schema.is_empty() || o.target_table.is_empty() {
            self.note_table(by, &codes::M607, "value", &source, || {
                (format!("{source} has no name left on the target"), None)
            });
            return;
        }
        self.long_name(by, &source, &o.target_table, "table");
        self.long_name(schema_by, &source, &o.target_schema, "schema");
        let target = o.target_name();
        let taken = self.targets.entry(target.to_lowercase()).or_default();
        let same = taken.iter().position(|t| t.target == target);
        let met = same.or(if taken.is_empty() { None } else { Some(0) });
        let Some(met) = met else {
            taken.push(Taken { target, source, by });
            return;
        };
        let other = (taken[met].source.clone(), taken[met].by);
        let first = if by.is_some() { by } else { other.1 };
        let ours = taken[met].target.clone();
        if same.is_some() {
            self.note_table(first, &codes::M603, "value", &source, || {
                (format!("{} and {source} both go to {target}", other.0), None)
            });
            return;
        }
        taken.push(Taken { target: target.clone(), source: source.clone(), by });
        self.note_table(first, &codes::M605, "value", &source, || {
            let message = format!(
                "{} goes to {ours} and {source} to {target}: names that differ only by case",
                other.0
            );
            (message, None)
        });
    }

    fn column_names(&mut self, o: &TableOutcome, tally: &Tally) {
        // Only a change of names can make two of one.
        let changed = |c: &ColumnOutcome| {
            c.origin != ColumnOrigin::Source || (c.target.is_some() && c.target != c.source)
        };
        if !o.columns.iter().any(changed) {
            return;
        }
        let mut seen: HashMap<String, usize> = HashMap::new();
        for (n, column) in o.columns.iter().enumerate() {
            let Some(name) = column.target.as_deref() else { continue };
            let namer = |n: usize| tally.columns.get(n).copied().flatten();
            let path = format!("{}.{name}", o.source_name());
            if name.is_empty() {
                self.note_table(namer(n), &codes::M607, "value", &path, || {
                    let old = column.source.as_deref().unwrap_or_default();
                    (format!("the column {old} of {} has no name left", o.source_name()), None)
                });
            } else if let Some(first) = seen.insert(name.to_lowercase(), n) {
                let by = namer(n).or(namer(first));
                self.note_table(by, &codes::M604, "value", &path, || {
                    (format!("{} gets the column \"{name}\" twice", o.target_name()), None)
                });
            } else if changed(column) {
                self.long_name(namer(n), &path, name, "column");
            }
        }
    }

    /// Names that the target's engine can't hold.
    fn long_name(&mut self, by: Option<usize>, source: &str, name: &str, what: &str) {
        let Some(engine) = self.context.and_then(Context::target) else { return };
        let most = match engine.family {
            Family::Mysql => 64,
            Family::Postgres => 63,
            Family::Redshift => 127,
            Family::Oracle | Family::SqlServer | Family::Db2 => 128,
            _ => return,
        };
        // MySQL counts characters, the others bytes.
        let size = if engine.family == Family::Mysql { name.chars().count() } else { name.len() };
        if size <= most {
            return;
        }
        self.note_table(by, &codes::M606, "value", source, || {
            let label = engine.label;
            let message =
                format!("the {what} \"{name}\" has a name of {size}; {label} takes {most}");
            (message, None)
        });
    }

    /// Names of an Oracle source whose changes DMS does not capture.
    fn source_names(&mut self, table: &CatalogueTable) {
        let oracle = self.context.is_some_and(|c| c.source_is(&[Family::Oracle]));
        if !oracle {
            return;
        }
        let names = [&table.schema, &table.table];
        let all = names.into_iter().chain(table.columns.iter().map(|c| &c.name));
        let follows = self.context.and_then(|c| c.migration_type).is_none_or(|m| m.replicates());
        let path = format!("tables.{}", table.full_name());
        if let Some(long) = all.into_iter().find(|n| n.len() > 30).filter(|_| follows) {
            let message = format!("{}: \"{long}\" has {} bytes", table.full_name(), long.len());
            self.findings.push(Finding::new(&codes::M220, path.clone(), message));
        }
        if super::rules::odd_oracle_name(&table.table) {
            let message =
                format!("Oracle tables named like {} are not replicated", table.full_name());
            self.findings.push(Finding::new(&codes::M223, path, message));
        }
    }
}

/// How many findings of one code stand for themselves where they have no rule; the rest is counted.
const SHOWN: usize = 50;

fn few_of_each(findings: Vec<Finding>) -> Vec<Finding> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut out = Vec::with_capacity(findings.len().min(1000));
    let mut last: BTreeMap<&str, Finding> = BTreeMap::new();
    for finding in findings {
        if finding.path.starts_with("tables.") {
            let count = counts.entry(finding.code).or_default();
            *count += 1;
            if *count > SHOWN {
                last.insert(finding.code, finding);
                continue;
            }
        }
        out.push(finding);
    }
    for (code, mut finding) in last {
        let more = counts.get(code).copied().unwrap_or_default() - SHOWN;
        finding.message = format!("{} more like these, the last: {}", more, finding.message);
        out.push(finding);
    }
    out
}

/// Finds what the author of a rule that matches nothing may have meant.
struct Near<'a> {
    catalogue: &'a Catalogue,
    /// Tables by their schema and name in lower case.
    folded: HashMap<(String, String), &'a CatalogueTable>,
    /// Names by schema in lower case.
    schemas: BTreeMap<String, Vec<&'a str>>,
    effort: usize,
}

impl<'a> Near<'a> {
    fn new(catalogue: &'a Catalogue) -> Self {
        let mut folded = HashMap::new();
        let mut schemas: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for t in &catalogue.tables {
            let schema = t.schema.to_lowercase();
            schemas.entry(schema.clone()).or_default().push(&t.table);
            folded.entry((schema, t.table.to_lowercase())).or_insert(t);
        }
        Self { catalogue, folded, schemas, effort: EFFORT }
    }

    /// The name that would match if case did not count, or the nearest one.
    fn hint(&mut self, rule: &Rule) -> Option<String> {
        let exact = (rule.schema().to_lowercase(), rule.table().to_lowercase());
        let pattern = has_percent(&exact.0) || has_percent(&exact.1);
        let hit = match self.folded.get(&exact) {
            Some(hit) => Some(*hit),
            None if pattern || rule.locator.table.is_none() => self.by_pattern(rule),
            None => None,
        };
        if let Some(t) = hit {
            let same = t.schema == rule.schema() && rule.locator.column.is_some();
            if same {
                return self.column(t, rule);
            }
            return Some(format!("names are case-sensitive: the source has \"{}\"", t.full_name()));
        }
        if pattern || rule.locator.table.is_none() {
            return None;
        }
        let wanted = format!("{}.{}", rule.schema(), rule.table());
        let candidates: Vec<String> = match self.schemas.get(&exact.0) {
            Some(tables) => tables.iter().map(|t| format!("{}.{t}", rule.schema())).collect(),
            None => self.catalogue.tables.iter().map(CatalogueTable::full_name).collect(),
        };
        self.spend(candidates.len())?;
        dmsrun_diag::did_you_mean(&wanted, candidates.iter().map(String::as_str))
    }

    /// Whether a rule masks one column by its name, and its table is there, without that column.
    fn lacks_masked(&self, rule: &Compiled<'_>) -> bool {
        let mask = rule.rule.transformation().is_some_and(|t| t.action.is_masking());
        let one = rule.column.as_ref().is_some_and(|c| c.exact().is_some());
        let table = (rule.rule.schema().to_lowercase(), rule.rule.table().to_lowercase());
        let same =
            |t: &&CatalogueTable| rule.schema.matches(&t.schema) && rule.table.matches(&t.table);
        mask && one && self.folded.get(&table).is_some_and(same)
    }

    fn spend(&mut self, cost: usize) -> Option<()> {
        self.effort = self.effort.checked_sub(cost)?;
        Some(())
    }

    fn by_pattern(&mut self, rule: &Rule) -> Option<&'a CatalogueTable> {
        self.spend(self.catalogue.tables.len())?;
        let naming = Naming { ignore_case: true, ..Naming::default() };
        let schema = Pattern::new(rule.schema(), naming);
        let table = rule.locator.table.as_deref().map(|t| Pattern::new(t, naming));
        self.catalogue.tables.iter().find(|t| {
            schema.matches(&t.schema.to_lowercase())
                && table.as_ref().is_none_or(|p| p.matches(&t.table.to_lowercase()))
        })
    }

    fn column(&mut self, table: &CatalogueTable, rule: &Rule) -> Option<String> {
        let wanted = rule.locator.column.as_deref()?;
        self.spend(table.columns.len())?;
        dmsrun_diag::did_you_mean(wanted, table.columns.iter().map(|c| c.name.as_str()))
    }
}
