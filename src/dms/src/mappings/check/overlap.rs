//! Rules beside each other: what beats, hides or contradicts what, by their patterns alone.

use super::{Checks, some_of};
use crate::{
    codes,
    mappings::{
        compare::{describe, overlap},
        model::{Action, Body, Rule, Selection, SelectionAction, Target, Transformation},
        pattern::{Naming, Pattern},
    },
};
use std::collections::{BTreeMap, HashMap};

/// A rule with its patterns compiled once.
struct Compiled<'a> {
    at: usize,
    rule: &'a Rule,
    schema: Pattern,
    table: Pattern,
}

impl Compiled<'_> {
    fn meets(&self, other: &Self) -> bool {
        self.schema.meets(&other.schema) && self.table.meets(&other.table)
    }

    fn covers(&self, other: &Self) -> bool {
        self.schema.covers(&other.schema) && self.table.covers(&other.table)
    }

    fn exact(&self) -> Option<(&str, &str)> {
        self.schema.exact().zip(self.table.exact())
    }
}

/// Rules that can be found by what they name exactly; so a long document takes time by its patterns
/// only.
struct Set<'r, 'a> {
    exact: HashMap<(&'r str, &'r str), Vec<&'r Compiled<'a>>>,
    wild: Vec<&'r Compiled<'a>>,
    all: Vec<&'r Compiled<'a>>,
}

impl<'r, 'a> Set<'r, 'a> {
    fn new(rules: impl Iterator<Item = &'r Compiled<'a>>) -> Self {
        let mut set = Self { exact: HashMap::new(), wild: Vec::new(), all: rules.collect() };
        for rule in &set.all {
            match rule.exact() {
                Some(name) => set.exact.entry(name).or_default().push(rule),
                None => set.wild.push(rule),
            }
        }
        set
    }

    /// The rules that can match an object that this one matches.
    fn near<'x>(
        &'x self,
        rule: &'x Compiled<'_>,
    ) -> Box<dyn Iterator<Item = &'r Compiled<'a>> + 'x> {
        match rule.exact() {
            Some(name) => {
                let exact = self.exact.get(&name).into_iter().flatten();
                Box::new(exact.chain(&self.wild).copied())
            }
            None => Box::new(self.all.iter().copied()),
        }
    }
}

pub(super) fn check(checks: &mut Checks<'_>) {
    let mappings = checks.mappings;
    let compiled: Vec<Compiled<'_>> = mappings
        .rules
        .iter()
        .enumerate()
        .map(|(at, rule)| {
            let pattern = |text: &Option<String>| match text {
                Some(text) => Pattern::new(text, Naming::default()),
                None => Pattern::Any,
            };
            let (schema, table) = (pattern(&rule.locator.schema), pattern(&rule.locator.table));
            Compiled { at, rule, schema, table }
        })
        .collect();
    selections(checks, &compiled);
    transformations(checks, &compiled);
    unselected(checks, &compiled);
    double_settings(checks);
    if let Some(ignore_case) = checks.context.catalogue.as_ref().map(|c| c.case_insensitive) {
        // With a catalogue what matches is known exactly, case included.
        if ignore_case {
            checks.findings.retain(|f| f.code != "M304");
        }
    }
}

fn selection_rules<'r, 'a>(
    rules: &'r [Compiled<'a>],
    wanted: impl Fn(&Selection) -> bool,
) -> Vec<&'r Compiled<'a>> {
    rules.iter().filter(|c| c.rule.selection().is_some_and(&wanted)).collect()
}

fn selections(checks: &mut Checks<'_>, rules: &[Compiled<'_>]) {
    let of = |a: SelectionAction| selection_rules(rules, move |s| s.action == a);
    let (includes, excludes) = (of(SelectionAction::Include), of(SelectionAction::Exclude));
    let excluding = Set::new(excludes.iter().copied());
    for explicit in of(SelectionAction::Explicit) {
        if let Some(hit) = excluding.near(explicit).find(|e| e.meets(explicit)) {
            let other = describe(hit.rule);
            let message = format!("{} names what {other} takes out", describe(explicit.rule));
            checks.rule(explicit.at).report(&codes::M214, "object-locator", message).hint =
                Some("leave one of the two out".into());
        }
    }
    for include in &includes {
        let same_kind = |e: &Compiled<'_>| {
            let (a, b) = (e.rule.locator.table_type, include.rule.locator.table_type);
            a == b || a == Some(crate::mappings::TableType::All)
        };
        if let Some(hit) = excluding.near(include).find(|e| same_kind(e) && e.covers(include)) {
            let message = format!("{} takes out all that it includes", describe(hit.rule));
            checks.rule(include.at).report(&codes::M215, "object-locator", message);
        }
    }
    repeated(checks, rules);
    unlike(checks, &includes);
}

/// Includes that meet on a table with other filters or load orders: which of them counts is not
/// documented. Those with one and the same locator are told by [`repeated`].
fn unlike(checks: &mut Checks<'_>, includes: &[&Compiled<'_>]) {
    let set = Set::new(includes.iter().copied());
    for c in includes {
        let Some(own) = c.rule.selection() else { continue };
        if own.filters.is_empty() && own.load_order.is_none() {
            continue;
        }
        let differs = |other: &Compiled<'_>| {
            let Some(o) = other.rule.selection() else { return false };
            let filters = o.filters != own.filters && !own.filters.is_empty();
            let orders = o.load_order.is_some() && own.load_order.is_some();
            let kind = |r: &Rule| r.locator.table_type;
            let same = c.rule.locator == other.rule.locator;
            let apart = other.at == c.at || same || kind(other.rule) != kind(c.rule);
            !apart && (filters || (orders && o.load_order != own.load_order)) && other.meets(c)
        };
        if let Some(other) = set.near(c).find(|o| differs(o)) {
            let what = if own.filters.is_empty() { "load order" } else { "filters" };
            let (text, by) = (describe(c.rule), describe(other.rule));
            let message = format!("{by} takes the same table: whether the {what} of {text} count");
            let message = format!("{message} is not documented");
            checks.rule(c.at).report(&codes::M218, "", message).hint =
                Some("let one rule take the table".into());
        }
    }
}

/// Selections with the same words, and includes that say different things of one locator.
fn repeated(checks: &mut Checks<'_>, rules: &[Compiled<'_>]) {
    let mut seen: BTreeMap<(&str, &str, &str, &str), &Compiled<'_>> = BTreeMap::new();
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
        let text = describe(c.rule);
        let (code, message) = if differs {
            (codes::M218, format!("{text} is there twice, with other filters or load orders"))
        } else {
            (codes::M216, format!("{text} is there twice"))
        };
        checks.rule(c.at).report(&code, "", message);
    }
}

/// Transformations of which another one, with a lower id, takes the object first.
fn transformations(checks: &mut Checks<'_>, rules: &[Compiled<'_>]) {
    for target in [
        Target::Schema,
        Target::Table,
        Target::Column,
        Target::TableTablespace,
        Target::IndexTablespace,
    ] {
        let own = |c: &&Compiled<'_>| {
            c.rule.transformation().is_some_and(|t| t.target == target && !structural(t))
        };
        let mut sorted: Vec<&Compiled<'_>> = rules.iter().filter(own).collect();
        sorted.sort_by_key(|c| (c.rule.id, c.at));
        let set = Set::new(sorted.iter().copied());
        for later in &sorted {
            let mut near: Vec<&Compiled<'_>> = set
                .near(later)
                .filter(|c| (c.rule.id, c.at) < (later.rule.id, later.at))
                .filter(|c| c.meets(later) && overlap(c.rule, later.rule))
                .collect();
            near.sort_by_key(|c| (c.rule.id, c.at));
            meeting(checks, later, &near);
        }
    }
}

fn structural(t: &Transformation) -> bool {
    use Action as A;
    matches!(t.action, A::AddColumn | A::IncludeColumn | A::RemoveColumn | A::AddBeforeImageColumns)
}

/// `later` meets rules with lower ids: one of its kind beats it; masks go with changes of type.
fn meeting(checks: &mut Checks<'_>, later: &Compiled<'_>, near: &[&Compiled<'_>]) {
    let Some(t) = later.rule.transformation() else { return };
    for earlier in near {
        let Some(e) = earlier.rule.transformation() else { continue };
        let (text, winner) = (describe(later.rule), describe(earlier.rule));
        let key_and_name =
            (t.action == Action::DefinePrimaryKey) != (e.action == Action::DefinePrimaryKey);
        if key_and_name || (t.action.is_masking() && e.action == Action::ChangeDataType) {
            continue;
        }
        if t.action == Action::ChangeDataType && e.action.is_masking() {
            let message = format!("{text} has a higher id than {winner}");
            checks.rule(later.at).report(&codes::M313, "rule-id", message).hint =
                Some(format!("give it an id below {}", earlier.rule.id));
            continue;
        }
        let all = earlier.covers(later) && column_covers(earlier.rule, later.rule);
        let message = if all {
            format!("{text} is never applied: {winner} has the lower id {}", earlier.rule.id)
        } else {
            format!("where both match, {winner} is applied and {text} is not: it has the lower id")
        };
        checks.rule(later.at).report(&codes::M302, "rule-id", message).hint =
            Some("to let this rule win, give it a lower id".into());
        return;
    }
}

fn column_covers(a: &Rule, b: &Rule) -> bool {
    if a.locator.data_type.is_some() && a.locator.data_type != b.locator.data_type {
        return false;
    }
    match (&a.locator.column, &b.locator.column) {
        (Some(a), Some(b)) => {
            Pattern::new(a, Naming::default()).covers(&Pattern::new(b, Naming::default()))
        }
        _ => true,
    }
}

/// Rules about objects that no selection takes.
fn unselected(checks: &mut Checks<'_>, rules: &[Compiled<'_>]) {
    let adding = selection_rules(rules, |s| s.action != SelectionAction::Exclude);
    if adding.is_empty() || checks.places.len() != checks.mappings.rules.len() {
        return;
    }
    let set = Set::new(adding.iter().copied());
    let schemas: Vec<&Pattern> = {
        let mut by_text: BTreeMap<&str, &Pattern> = BTreeMap::new();
        for c in &adding {
            by_text.insert(c.rule.schema(), &c.schema);
        }
        by_text.into_values().collect()
    };
    for c in rules.iter().filter(|c| c.rule.selection().is_none()) {
        if c.rule.locator.schema.is_none() {
            continue;
        }
        let schema_hit = schemas.iter().any(|s| s.meets(&c.schema));
        let by_schema = c.rule.locator.table.is_none();
        if schema_hit && (by_schema || set.near(c).any(|s| s.meets(c))) {
            continue;
        }
        let message = format!("{} is about nothing that is selected", describe(c.rule));
        let hint = renamed_to(rules, c.rule);
        checks.rule(c.at).report(&codes::M304, "object-locator", message).hint = hint;
    }
}

/// The source's name, where the locator has the new one.
fn renamed_to(rules: &[Compiled<'_>], rule: &Rule) -> Option<String> {
    let renames = rules.iter().filter_map(|c| {
        let t = c.rule.transformation()?;
        let named = t.action == Action::Rename;
        let new = t.value.as_deref()?;
        let hit = match t.target {
            Target::Schema => new == rule.schema(),
            Target::Table => new == rule.table(),
            _ => false,
        };
        (named && hit).then(|| {
            (new, if t.target == Target::Schema { c.rule.schema() } else { c.rule.table() })
        })
    });
    let found: Vec<String> = renames
        .map(|(new, old)| format!("locators match source names: write \"{old}\", not \"{new}\""))
        .collect();
    found.into_iter().next().or_else(|| {
        let schemas: Vec<String> = {
            let selected = rules.iter().filter(|c| c.rule.selection().is_some());
            let mut names: Vec<String> = selected.map(|c| c.rule.schema().to_owned()).collect();
            names.dedup();
            names
        };
        (!schemas.is_empty()).then(|| format!("selected are the schemas {}", some_of(&schemas)))
    })
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
