//! What only a catalogue shows: rules that match nothing, names that collide, columns that don't
//! fit.

use super::some_of;
use crate::{
    catalogue::{Catalogue, CatalogueTable, Column},
    codes::{self, Code},
    finding::Finding,
    mappings::{
        compare::describe,
        evaluate::{ColumnOrigin, Compiled, Evaluator, TableOutcome, Tally},
        model::{Action, Body, LobMode, ParallelType, Rule, Target, Transformation},
        pattern::{Naming, Pattern, has_percent},
    },
};
use std::collections::{BTreeMap, HashMap};

struct Sight<'a> {
    evaluator: &'a Evaluator<'a>,
    tally: &'a Tally,
    places: &'a [usize],
    catalogue: &'a Catalogue,
    /// Each table with what becomes of it.
    tables: Vec<(&'a CatalogueTable, &'a TableOutcome)>,
    findings: Vec<Finding>,
}

pub(in super::super) fn findings(
    evaluator: &Evaluator<'_>,
    tally: &Tally,
    places: &[usize],
    catalogue: &Catalogue,
    outcomes: &[TableOutcome],
) -> Vec<Finding> {
    let tables = catalogue.tables.iter().zip(outcomes).collect();
    let mut sight = Sight { evaluator, tally, places, catalogue, tables, findings: Vec::new() };
    sight.selection();
    sight.idle_rules();
    sight.beaten_rules();
    sight.underscores();
    sight.table_names();
    sight.column_names();
    sight.rules_on_columns();
    sight.findings
}

impl Sight<'_> {
    fn report(
        &mut self,
        rule: &Compiled<'_>,
        code: &Code,
        key: &str,
        message: String,
    ) -> &mut Finding {
        let dot = if key.is_empty() { "" } else { "." };
        let path = format!("rules[{}]{dot}{key}", self.places[rule.index]);
        self.findings.push(Finding::new(code, path, message));
        let last = self.findings.len() - 1;
        &mut self.findings[last]
    }

    fn selection(&mut self) {
        let any = self.tables.iter().any(|(_, o)| o.selected);
        if !any && !self.tables.is_empty() {
            let message = format!("none of the {} tables is selected", self.tables.len());
            let schemas: BTreeMap<&str, ()> =
                self.tables.iter().map(|(t, _)| (t.schema.as_str(), ())).collect();
            let names: Vec<String> = schemas.into_keys().map(str::to_owned).collect();
            let hint = format!("the catalogue has the schemas {}", some_of(&names));
            self.findings.push(Finding::new(&codes::M601, "rules", message).hint(hint));
        }
    }

    fn idle_rules(&mut self) {
        let evaluator = self.evaluator;
        for (at, rule) in evaluator.rules.iter().enumerate() {
            let target = rule.rule.transformation().map(|t| t.target);
            let unseen = matches!(target, Some(Target::TableTablespace | Target::IndexTablespace));
            if self.tally.matched[at] > 0 || unseen {
                continue;
            }
            let message = format!("{} matches nothing", describe(rule.rule));
            let hint = self.other_case(rule.rule);
            self.report(rule, &codes::M602, "object-locator", message).hint = hint;
        }
    }

    /// The name that would match if case did not count, or the nearest one.
    fn other_case(&self, rule: &Rule) -> Option<String> {
        let naming = Naming { ignore_case: true, ..Naming::default() };
        let schema = Pattern::new(rule.schema(), naming);
        let table = rule.locator.table.as_deref().map(|t| Pattern::new(t, naming));
        let hit = self.tables.iter().map(|(t, _)| t).find(|t| {
            schema.matches(&t.schema.to_lowercase())
                && table.as_ref().is_none_or(|p| p.matches(&t.table.to_lowercase()))
        });
        if let Some(t) = hit {
            let same = t.schema == rule.schema() && rule.locator.column.is_some();
            return (!same).then(|| {
                format!("names are case-sensitive: the source has \"{}\"", t.full_name())
            });
        }
        let wanted = format!("{}.{}", rule.schema(), rule.table());
        if has_percent(&wanted) || rule.locator.table.is_none() {
            return None;
        }
        let names: Vec<String> = self.tables.iter().map(|(t, _)| t.full_name()).collect();
        dmsrun_diag::did_you_mean(&wanted, names.iter().map(String::as_str))
    }

    fn beaten_rules(&mut self) {
        let (evaluator, tally) = (self.evaluator, self.tally);
        for (at, rule) in evaluator.rules.iter().enumerate() {
            let Some((by, object)) = &tally.beaten[at] else { continue };
            let winner = describe(evaluator.rules[*by].rule);
            let text = describe(rule.rule);
            let message =
                format!("on {object}, {winner} is applied and {text} is not: it has the lower id");
            self.report(rule, &codes::M302, "rule-id", message).hint =
                Some("to let this rule win, give it a lower id".into());
        }
    }

    /// Locators without `%` whose `_` takes tables that they don't spell.
    fn underscores(&mut self) {
        let evaluator = self.evaluator;
        for rule in &evaluator.rules {
            let text = rule.rule.table();
            if !text.contains('_') || has_percent(text) || rule.table.exact().is_some() {
                continue;
            }
            let folded = |s: &str| {
                if self.catalogue.case_insensitive { s.to_lowercase() } else { s.to_owned() }
            };
            let extra: Vec<String> = self
                .tables
                .iter()
                .map(|(t, _)| t)
                .filter(|t| rule.schema.matches(&folded(&t.schema)))
                .filter(|t| {
                    rule.table.matches(&folded(&t.table)) && folded(&t.table) != folded(text)
                })
                .map(|t| t.full_name())
                .collect();
            if !extra.is_empty() {
                let message = format!("\"{text}\" also matches {}", some_of(&extra));
                self.report(rule, &codes::M609, "object-locator.table-name", message);
            }
        }
    }

    fn table_names(&mut self) {
        let mut seen: HashMap<(&str, &str), &TableOutcome> = HashMap::new();
        let mut found = Vec::new();
        for (_, o) in self.tables.iter().filter(|(_, o)| o.selected) {
            if o.target_schema.is_empty() || o.target_table.is_empty() {
                let message = format!("{} has no name left on the target", o.source_name());
                found.push(Finding::new(
                    &codes::M607,
                    format!("tables.{}", o.source_name()),
                    message,
                ));
                continue;
            }
            let first = *seen.entry((&o.target_schema, &o.target_table)).or_insert(o);
            if !std::ptr::eq(first, *o) {
                let (a, b, to) = (first.source_name(), o.source_name(), o.target_name());
                let message = format!("{a} and {b} both go to {to}");
                found.push(Finding::new(&codes::M603, format!("tables.{b}"), message));
            }
        }
        self.findings.append(&mut found);
    }

    fn column_names(&mut self) {
        let mut found = Vec::new();
        for (_, o) in self.tables.iter().filter(|(_, o)| o.selected) {
            // Only a change of names can make two of one.
            let changed = |c: &crate::mappings::ColumnOutcome| {
                c.origin != ColumnOrigin::Source || (c.target.is_some() && c.target != c.source)
            };
            if !o.columns.iter().any(changed) {
                continue;
            }
            let mut seen: BTreeMap<String, ()> = BTreeMap::new();
            for column in o.columns.iter().filter_map(|c| c.target.as_deref()) {
                let path = format!("tables.{}.{column}", o.source_name());
                if column.is_empty() {
                    let message = format!("a column of {} has no name left", o.source_name());
                    found.push(Finding::new(&codes::M607, path, message));
                } else if seen.insert(column.to_lowercase(), ()).is_some() {
                    let message = format!("{} gets the column \"{column}\" twice", o.target_name());
                    found.push(Finding::new(&codes::M604, path, message));
                }
            }
        }
        self.findings.append(&mut found);
    }

    /// Rules that name columns, against the columns of the tables they match.
    fn rules_on_columns(&mut self) {
        let evaluator = self.evaluator;
        let fold =
            |s: &str| if self.catalogue.case_insensitive { s.to_lowercase() } else { s.to_owned() };
        let special = |r: &&Compiled<'_>| match &r.rule.body {
            Body::Selection(s) => !s.filters.is_empty(),
            Body::Transformation(t) => t.target == Target::Column || t.primary_key.is_some(),
            Body::TableSettings(_) | Body::Validation(_) => true,
            _ => false,
        };
        let rules: Vec<&Compiled<'_>> = evaluator.rules.iter().filter(special).collect();
        if rules.is_empty() {
            return;
        }
        let mut by_name: HashMap<(String, String), Vec<usize>> = HashMap::new();
        for (n, (t, o)) in self.tables.iter().enumerate() {
            if o.selected && !t.columns.is_empty() {
                by_name.entry((fold(&t.schema), fold(&t.table))).or_default().push(n);
            }
        }
        for rule in rules {
            let hits: Vec<usize> = match (rule.schema.exact(), rule.table.exact()) {
                (Some(s), Some(t)) => {
                    by_name.get(&(s.to_owned(), t.to_owned())).cloned().unwrap_or_default()
                }
                _ => {
                    let matches = |n: &usize| {
                        let t = self.tables[*n].0;
                        rule.schema.matches(&fold(&t.schema)) && rule.table.matches(&fold(&t.table))
                    };
                    (0..self.tables.len())
                        .filter(|n| self.tables[*n].1.selected)
                        .filter(matches)
                        .collect()
                }
            };
            for n in hits {
                let table = self.tables[n].0;
                self.columns_of(rule, table, &fold);
            }
        }
    }

    fn columns_of(
        &mut self,
        rule: &Compiled<'_>,
        table: &CatalogueTable,
        fold: &dyn Fn(&str) -> String,
    ) {
        let find = |name: &str| table.columns.iter().find(|c| fold(&c.name) == fold(name));
        let mut absent = Vec::new();
        match &rule.rule.body {
            Body::Selection(s) => {
                for (index, filter) in s.filters.iter().enumerate() {
                    let at = format!("filters[{index}].column-name");
                    match find(&filter.column) {
                        None => absent.push((at, filter.column.clone())),
                        Some(c) if c.is_lob() => {
                            let message = format!("{} of {} is a LOB", c.name, table.full_name());
                            self.report(rule, &codes::M611, &at, message);
                        }
                        Some(_) => {}
                    }
                }
            }
            Body::Transformation(t) => {
                for name in t.primary_key.iter().flat_map(|p| &p.columns) {
                    if find(name).is_none() {
                        absent.push(("primary-key-def.columns".to_owned(), name.clone()));
                    }
                }
                self.transformed(rule, t, table, fold);
            }
            Body::TableSettings(settings) => {
                if let Some(load) =
                    settings.parallel_load.as_ref().filter(|l| l.kind == ParallelType::Ranges)
                {
                    for name in &load.columns {
                        self.range_column(rule, table, name, find(name), &mut absent);
                    }
                }
                self.lobs(rule, table);
            }
            Body::Validation(_) => {
                let column = rule.rule.locator.column.as_deref().and_then(find);
                if let Some(c) = column.filter(|c| c.primary_key) {
                    let message = format!("{} belongs to the primary key", c.name);
                    self.report(rule, &codes::M508, "object-locator.column-name", message);
                }
            }
            _ => {}
        }
        for (at, name) in absent {
            let hint =
                dmsrun_diag::did_you_mean(&name, table.columns.iter().map(|c| c.name.as_str()));
            let message = format!("{} has no column \"{name}\"", table.full_name());
            self.report(rule, &codes::M610, &at, message).hint = hint;
        }
    }

    fn range_column(
        &mut self,
        rule: &Compiled<'_>,
        table: &CatalogueTable,
        name: &str,
        column: Option<&Column>,
        absent: &mut Vec<(String, String)>,
    ) {
        let at = "parallel-load.columns";
        match column {
            None => absent.push((at.to_owned(), name.to_owned())),
            Some(c) if c.is_lob() || matches!(c.dms_type(), Some("real4" | "real8")) => {
                let message = format!("{}.{name} is {}", table.full_name(), c.data_type);
                self.report(rule, &codes::M416, at, message);
            }
            Some(_) => {}
        }
    }

    fn lobs(&mut self, rule: &Compiled<'_>, table: &CatalogueTable) {
        let Some(lob) = rule.rule.table_settings().and_then(|t| t.lob.as_ref()) else { return };
        if !table.has_key() {
            let message = format!("{} has no primary key", table.full_name());
            self.report(rule, &codes::M411, "lob-settings", message);
        }
        let limited = lob.mode.unwrap_or(LobMode::Limited) == LobMode::Limited;
        let (Some(size), Some(largest)) = (lob.bulk_max_size, table.largest_lob_kb()) else {
            return;
        };
        if limited && size > 0 && size.unsigned_abs() < largest {
            let message = format!(
                "LOBs above {size} KB are cut; {} holds LOBs up to {largest} KB",
                table.full_name()
            );
            self.report(rule, &codes::M412, "lob-settings.bulk-max-size", message).hint =
                Some(format!("bulk-max-size {largest} or more"));
        }
    }

    fn transformed(
        &mut self,
        rule: &Compiled<'_>,
        t: &Transformation,
        table: &CatalogueTable,
        fold: &dyn Fn(&str) -> String,
    ) {
        let Some(pattern) = rule.column.as_ref().filter(|_| t.target == Target::Column) else {
            return;
        };
        let harmless =
            matches!(t.action, Action::RemoveColumn | Action::IncludeColumn | Action::AddColumn);
        if harmless {
            return;
        }
        let hits = table.columns.iter().filter(|c| pattern.matches(&fold(&c.name)));
        for c in hits {
            let at = "object-locator.column-name";
            let name = format!("{}.{}", table.full_name(), c.name);
            // A pattern reaches LOBs by the way; only who names one is told.
            if c.is_lob() && pattern.exact().is_some() {
                let message = format!("{name} is a LOB: only remove-column works on it");
                self.report(rule, &codes::M613, at, message);
            } else if t.action.is_masking() && c.primary_key && t.action != Action::MaskHash {
                let message = format!("{name} belongs to the primary key");
                self.report(rule, &codes::M314, at, message).hint =
                    Some("use data-masking-hash-mask".into());
            } else if t.action.is_masking() && !maskable(t.action, c) {
                let message = format!("{name} is {}", c.data_type);
                self.report(rule, &codes::M315, at, message);
            }
        }
    }
}

/// Whether a mask goes with a column's type; true where the type is not known.
fn maskable(action: Action, column: &Column) -> bool {
    let Some(kind) = column.dms_type() else { return true };
    let text = matches!(kind, "string" | "wstring");
    let number = kind == "numeric" || kind.starts_with("int") || kind.starts_with("uint");
    text || (action == Action::MaskRandom && number)
}
