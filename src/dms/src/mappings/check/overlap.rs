//! Rules beside each other: what hides, repeats or contradicts what, by their patterns alone. What
//! transformations do to each other is in [`super::precedence`].

use super::{Checks, precedence, some_of};
use crate::{
    codes,
    finding::Finding,
    mappings::{
        compare::describe,
        located::{Crowd, Located, locate_as},
        model::{Action, Body, Rule, Selection, SelectionAction, TableType, Target},
        pattern::{Naming, Pattern},
    },
};
use std::collections::{BTreeMap, BTreeSet};

/// What lets a rule win over another, for those who write scripts and those who write JSON.
pub(super) const TO_WIN: &str = "of rules for one object only the first is applied: to let this \
     rule win, put it first (in a script before the other one, in JSON with a lower rule-id)";

/// What it means that a mask does not win.
pub(super) const UNMASKED: &str = "the values arrive unmasked";

/// Pairs of patterns that a check compares before it gives up.
pub(super) const MOST_PAIRS: usize = 4_000_000;

pub(super) fn check(checks: &mut Checks<'_>) {
    let mappings = checks.mappings;
    // With a catalogue it is known how names compare.
    let naming = checks.context.catalogue.as_ref().map_or(Naming::default(), |c| c.naming());
    let located = locate_as(&mappings.rules, naming);
    selections(checks, &located);
    precedence::check(checks, &located);
    unselected(checks, &located);
    double_settings(checks);
    double_records(checks);
    masked_validation(checks, &located);
}

fn selection_rules<'r, 'a>(
    rules: &'r [Located<'a>],
    wanted: impl Fn(&Selection) -> bool,
) -> Vec<&'r Located<'a>> {
    rules.iter().filter(|c| c.rule.selection().is_some_and(&wanted)).collect()
}

/// Whether both can be about tables of one kind: tables, views.
fn kinds_meet(a: &Rule, b: &Rule) -> bool {
    let kind = |r: &Rule| r.locator.table_type.unwrap_or(TableType::Table);
    let (a, b) = (kind(a), kind(b));
    a == b || a == TableType::All || b == TableType::All
}

fn selections(checks: &mut Checks<'_>, rules: &[Located<'_>]) {
    let of = |a: SelectionAction| selection_rules(rules, move |s| s.action == a);
    let (includes, excludes) = (of(SelectionAction::Include), of(SelectionAction::Exclude));
    let excluding = Crowd::new(excludes.iter().copied());
    for explicit in of(SelectionAction::Explicit) {
        let hit = excluding
            .near(explicit)
            .find(|e| e.meets_table(explicit) && kinds_meet(e.rule, explicit.rule));
        if let Some(hit) = hit {
            let (text, other) = (describe(explicit.rule), describe(hit.rule));
            let message =
                format!("{text} names what {other} takes out: which of them wins is ambiguous");
            checks.rule(explicit.at).report(&codes::M214, "object-locator", message).hint =
                Some("leave one of the two out".into());
        }
    }
    let mut dead = 0;
    for include in &includes {
        let same_kind = |e: &Located<'_>| {
            let (a, b) = (e.rule.locator.table_type, include.rule.locator.table_type);
            a.unwrap_or(TableType::Table) == b.unwrap_or(TableType::Table)
                || a == Some(TableType::All)
        };
        let hit = excluding.near(include).find(|e| same_kind(e) && e.covers_table(include));
        if let Some(hit) = hit {
            let message = format!("{} takes out all that it includes", describe(hit.rule));
            checks.rule(include.at).report(&codes::M215, "object-locator", message);
            dead += 1;
        }
    }
    let all_read = checks.places.len() == checks.mappings.rules.len();
    if all_read && dead > 0 && dead == includes.len() && of(SelectionAction::Explicit).is_empty() {
        let message = "excludes take out all that is included: nothing is selected";
        let hint = "an exclude wins wherever it stands: let it name less than the include";
        checks.findings.push(Finding::new(&codes::M121, "rules", message).hint(hint));
    }
    early_excludes(checks, &includes, &excludes);
    repeated(checks, rules);
    unlike(checks, &includes);
}

/// Excludes that come before an include of the same tables. The documentation shows the other order
/// only; that the order does not count is our reading.
fn early_excludes(checks: &mut Checks<'_>, includes: &[&Located<'_>], excludes: &[&Located<'_>]) {
    if excludes.is_empty() {
        return;
    }
    let including = Crowd::new(includes.iter().copied());
    let rank = |c: &Located<'_>| (c.rule.id, c.at);
    let early = excludes.iter().find_map(|e| {
        let later = including
            .near(e)
            .find(|i| rank(i) > rank(e) && i.meets_table(e) && kinds_meet(i.rule, e.rule));
        later.map(|i| (*e, i))
    });
    if let Some((exclude, include)) = early {
        let (text, other) = (describe(exclude.rule), describe(include.rule));
        let message = format!("{text} comes before {other}: that it still wins is ambiguous");
        checks.rule(exclude.at).report(&codes::M230, "", message).hint =
            Some("put excludes behind the includes, as the documentation does".into());
    }
}

/// Includes that meet on a table with other filters or load orders: which of them counts is not
/// documented. Those with one and the same locator are told by [`repeated`].
fn unlike(checks: &mut Checks<'_>, includes: &[&Located<'_>]) {
    let bare = |s: &Selection| s.filters.is_empty() && s.load_order.is_none();
    if includes.iter().all(|c| c.rule.selection().is_none_or(bare)) {
        return;
    }
    let set = Crowd::new(includes.iter().copied());
    for c in includes {
        let Some(own) = c.rule.selection() else { continue };
        if bare(own) {
            continue;
        }
        let differs = |other: &Located<'_>| {
            let Some(o) = other.rule.selection() else { return false };
            let filters = o.filters != own.filters && !own.filters.is_empty();
            let orders = o.load_order.is_some() && own.load_order.is_some();
            let same = c.rule.locator == other.rule.locator;
            let apart = other.at == c.at || same || !kinds_meet(other.rule, c.rule);
            !apart
                && (filters || (orders && o.load_order != own.load_order))
                && other.meets_table(c)
        };
        if let Some(other) = set.near(c).find(|o| differs(o)) {
            let what = if own.filters.is_empty() { "load order" } else { "filters" };
            let (text, by) = (describe(c.rule), describe(other.rule));
            let message = format!(
                "{by} takes the same table: whether the {what} of {text} count is ambiguous"
            );
            checks.rule(c.at).report(&codes::M218, "", message).hint =
                Some("let one rule take the table".into());
        }
    }
}

/// Selections with the same words, and includes that say different things of one locator.
fn repeated(checks: &mut Checks<'_>, rules: &[Located<'_>]) {
    let mut seen: BTreeMap<(&str, &str, &str, &str), &Located<'_>> = BTreeMap::new();
    for c in rules {
        let Some(s) = c.rule.selection() else { continue };
        let kind = c.rule.locator.table_type.map_or("table", |t| t.word());
        let key = (s.action.word(), c.rule.schema(), c.rule.table(), kind);
        let Some(first) = seen.get(&key) else {
            seen.insert(key, c);
            continue;
        };
        let other = first.rule.selection();
        let differs = other.is_some_and(|o| o.load_order != s.load_order || o.filters != s.filters);
        let (text, place) = (describe(c.rule), checks.places[first.at]);
        let (code, message) = if differs {
            let message = format!(
                "{text} is there twice (rules[{place}]), with other filters or load orders: \
                 which of them count is ambiguous"
            );
            (codes::M218, message)
        } else {
            (codes::M216, format!("{text} is there twice (rules[{place}])"))
        };
        checks.rule(c.at).report(&code, "", message);
    }
}

/// Rules about objects that no selection takes.
fn unselected(checks: &mut Checks<'_>, rules: &[Located<'_>]) {
    let adding = selection_rules(rules, |s| s.action != SelectionAction::Exclude);
    if adding.is_empty() || checks.places.len() != checks.mappings.rules.len() {
        return;
    }
    let set = Crowd::new(adding.iter().copied());
    let excludes = selection_rules(rules, |s| s.action == SelectionAction::Exclude);
    let excluding = Crowd::new(excludes.iter().copied());
    let schemas: Vec<&Pattern> = {
        let mut by_text: BTreeMap<&str, &Pattern> = BTreeMap::new();
        for c in &adding {
            by_text.insert(c.rule.schema(), &c.schema);
        }
        by_text.into_values().collect()
    };
    let names: BTreeSet<&str> = schemas.iter().filter_map(|s| s.exact()).collect();
    let wild: Vec<&&Pattern> = schemas.iter().filter(|s| s.exact().is_none()).collect();
    let mut renames = None;
    for c in rules.iter().filter(|c| c.rule.selection().is_none()) {
        if c.rule.locator.schema.is_none() {
            continue;
        }
        let schema_hit = match c.schema.exact() {
            Some(name) => names.contains(name) || wild.iter().any(|s| s.meets(&c.schema)),
            None => schemas.iter().any(|s| s.meets(&c.schema)),
        };
        let by_schema = c.rule.locator.table.is_none();
        if schema_hit && (by_schema || set.near(c).any(|s| s.meets_table(c))) {
            if let Some(out) = taken_out(c, &set, &excluding).filter(|_| !by_schema) {
                let (by, text) = (describe(out.rule), describe(c.rule));
                let message = format!("{by} takes out what {text} is about");
                checks.rule(c.at).report(&codes::M304, "object-locator", message).hint =
                    Some("take this rule out, or let the exclude name less".into());
            }
            continue;
        }
        let message = format!("{} is about nothing that is selected", describe(c.rule));
        let renames = renames.get_or_insert_with(|| Renames::of(rules));
        let hint = renames.hint(c.rule);
        checks.rule(c.at).report(&codes::M304, "object-locator", message).hint = hint;
    }
}

/// The exclude rule that takes out every table of a rule, whichever selection rule adds it.
fn taken_out<'r, 'm>(
    rule: &Located<'m>,
    adding: &Crowd<'r, 'm>,
    excluding: &Crowd<'r, 'm>,
) -> Option<&'r Located<'m>> {
    let out = excluding.near(rule).find(|e| e.covers_table(rule))?;
    let kind = |r: &Rule| r.locator.table_type.unwrap_or(TableType::Table);
    let explicit =
        |c: &Located<'_>| c.rule.selection().is_some_and(|s| s.action == SelectionAction::Explicit);
    let stays = |c: &Located<'_>| {
        let same = kind(out.rule) == TableType::All || kind(out.rule) == kind(c.rule);
        c.meets_table(rule) && (explicit(c) || !same)
    };
    (!adding.near(rule).any(stays)).then_some(out)
}

/// The new names that renames give, with the source's names.
struct Renames<'r> {
    schemas: BTreeMap<&'r str, &'r str>,
    tables: BTreeMap<&'r str, &'r str>,
    selected: Option<String>,
}

impl<'r> Renames<'r> {
    fn of(rules: &[Located<'r>]) -> Self {
        let (mut schemas, mut tables) = (BTreeMap::new(), BTreeMap::new());
        let mut selected: Vec<String> = Vec::new();
        for c in rules {
            let rule: &'r Rule = c.rule;
            if rule.selection().is_some() && !selected.iter().any(|s| s == rule.schema()) {
                if selected.len() < 100 {
                    selected.push(rule.schema().to_owned());
                }
                continue;
            }
            let Some(t) = rule.transformation().filter(|t| t.action == Action::Rename) else {
                continue;
            };
            let Some(new) = t.value.as_deref() else { continue };
            match t.target {
                Target::Schema => schemas.entry(new).or_insert(rule.schema()),
                Target::Table => tables.entry(new).or_insert(rule.table()),
                _ => continue,
            };
        }
        let selected = (!selected.is_empty())
            .then(|| format!("selected are the schemas {}", some_of(&selected)));
        Self { schemas, tables, selected }
    }

    /// The source's name, where the locator has the new one.
    fn hint(&self, rule: &Rule) -> Option<String> {
        let turned = |new: &str, old: &str| {
            format!("locators match source names: write \"{old}\", not \"{new}\"")
        };
        let (schema, table) = (rule.schema(), rule.table());
        let found = self.schemas.get(schema).map(|old| turned(schema, old));
        let found = found.or_else(|| self.tables.get(table).map(|old| turned(table, old)));
        found.or_else(|| self.selected.clone())
    }
}

fn double_settings(checks: &mut Checks<'_>) {
    let mut seen: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (at, rule) in checks.mappings.rules.iter().enumerate() {
        if !matches!(rule.body, Body::TableSettings(_)) {
            continue;
        }
        let name = (rule.schema(), rule.table());
        if let Some(first) = seen.get(&name) {
            let message = format!("\"{}.{}\" has settings in rules[{first}] too", name.0, name.1);
            checks.rule(at).report(&codes::M415, "object-locator", message);
        } else {
            seen.insert(name, checks.places[at]);
        }
    }
}

/// Object mappings, tags and validation functions that say it twice of the same objects.
fn double_records(checks: &mut Checks<'_>) {
    let mut seen: BTreeMap<(&str, &str, &str, &str), usize> = BTreeMap::new();
    for (at, rule) in checks.mappings.rules.iter().enumerate() {
        let fits = matches!(
            rule.body,
            Body::ObjectMapping(_) | Body::PostProcessing(_) | Body::Validation(_)
        );
        if !fits {
            continue;
        }
        let word = rule.body.rule_type().word();
        let column = rule.locator.column.as_deref().unwrap_or_default();
        let key = (word, rule.schema(), rule.table(), column);
        let Some(first) = seen.get(&key) else {
            seen.insert(key, checks.places[at]);
            continue;
        };
        let which = if matches!(rule.body, Body::PostProcessing(_)) {
            "the first of them is used"
        } else {
            "which of them counts is ambiguous"
        };
        let message = format!("{} is in rules[{first}] too: {which}", describe(rule));
        checks.rule(at).report(&codes::M504, "object-locator", message);
    }
}

/// Validation functions of columns that a mask keeps out of validation.
fn masked_validation(checks: &mut Checks<'_>, rules: &[Located<'_>]) {
    if !rules.iter().any(|c| matches!(c.rule.body, Body::Validation(_))) {
        return;
    }
    let masks =
        rules.iter().filter(|c| c.rule.transformation().is_some_and(|t| t.action.is_masking()));
    let masks = Crowd::new(masks);
    for c in rules.iter().filter(|c| matches!(c.rule.body, Body::Validation(_))) {
        if let Some(mask) = masks.near(c).find(|m| m.covers(c)) {
            let message = format!(
                "{} masks the column: masked columns are left out of validation",
                describe(mask.rule)
            );
            checks.rule(c.at).report(&codes::M509, "object-locator.column-name", message);
        }
    }
}
