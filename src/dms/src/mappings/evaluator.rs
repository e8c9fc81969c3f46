//! A document compiled for a source: says what becomes of one table at a time.

use super::{
    evaluate::{RuleOutcome, TableOutcome},
    located::named_literally,
    model::*,
    pattern::{Naming, Pattern, last_two},
    transform::{self, Applying},
};
use crate::catalogue::{Catalogue, CatalogueTable, TableKind};
use std::{borrow::Cow, collections::HashMap};

/// What the rules did so far, by their order of precedence.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub(super) matched: Vec<usize>,
    pub(super) applied: Vec<usize>,
    /// The rule that won, and the first object over which it did.
    pub(super) beaten: Vec<Option<(usize, String)>>,
    /// The rules that match the last table: selections, then others.
    pub(super) found: [Vec<usize>; 2],
    /// The rules that named the last table's schema and the table itself.
    pub(super) namers: [Option<usize>; 2],
    /// The rules that named or added the last table's columns, beside its outcome's columns; empty
    /// where none did.
    pub(super) columns: Vec<Option<usize>>,
    /// What each rule did to the last table, where somebody wants to know.
    pub(super) events: Option<Vec<Event>>,
}

/// What one rule did, or could not do, to a table.
#[derive(Clone, Debug)]
pub(super) struct Event {
    /// The rule, by its place in the order of precedence.
    pub at: usize,
    /// The rule that kept it from doing so.
    pub beaten_by: Option<usize>,
    /// What it does, as the rest of a sentence that begins with the rule.
    pub text: String,
}

impl Tally {
    pub(super) fn beaten(&mut self, loser: usize, winner: usize, object: &dyn Fn() -> String) {
        self.beaten[loser].get_or_insert_with(|| (winner, object()));
        if let Some(events) = &mut self.events {
            let text = format!("would change {} too", object());
            events.push(Event { at: loser, beaten_by: Some(winner), text });
        }
    }

    /// Notes that a rule took effect, and what it did.
    pub(super) fn applied(&mut self, at: usize, text: impl FnOnce() -> String) {
        self.applied[at] += 1;
        if let Some(events) = &mut self.events {
            events.push(Event { at, beaten_by: None, text: text() });
        }
    }

    /// Notes more of what a rule did that has been counted already.
    pub(super) fn told(&mut self, at: usize, text: impl FnOnce() -> String) {
        if let Some(events) = &mut self.events {
            events.push(Event { at, beaten_by: None, text: text() });
        }
    }

    /// Notes what a rule would have done without another one.
    fn overruled(&mut self, at: usize, by: usize, text: impl FnOnce() -> String) {
        if let Some(events) = &mut self.events {
            events.push(Event { at, beaten_by: Some(by), text: text() });
        }
    }

    /// Begins to note what rules do, anew for each table.
    pub(super) fn watch(&mut self) {
        self.events = Some(Vec::new());
    }
}

/// A rule with its patterns compiled.
#[derive(Debug)]
pub struct Compiled<'m> {
    pub(super) rule: Cow<'m, Rule>,
    /// Its place in the document.
    pub(super) index: usize,
    pub(super) schema: Pattern,
    pub(super) table: Pattern,
    pub(super) column: Option<Pattern>,
}

/// A document compiled for one way of naming; evaluates tables one by one.
///
/// ```
/// use dmsrun_dms::{Catalogue, Evaluator, mappings};
/// # use serde_json::json;
/// let rules = mappings::parse(&json!({ "rules": [{ "rule-type": "selection", "rule-id": "1",
///     "rule-name": "all", "rule-action": "include",
///     "object-locator": { "schema-name": "s", "table-name": "%" } }] })).unwrap();
/// let catalogue = Catalogue::read("table_schema,table_name\ns,t\n", "tables.csv").unwrap();
/// let evaluator = Evaluator::owning(rules, &catalogue);
/// let mut tally = evaluator.tally();
/// for table in &catalogue.tables {
///     assert!(evaluator.table(table, &mut tally).selected);
/// }
/// assert_eq!(evaluator.rule_outcomes(&tally)[0].matched, 1);
/// ```
#[derive(Debug)]
pub struct Evaluator<'m> {
    /// By rule id, then by place: a lower index wins.
    pub(super) rules: Vec<Compiled<'m>>,
    pub(super) naming: Naming,
    selections: Index,
    others: Index,
}

/// Rules by what their locators say exactly.
#[derive(Debug, Default)]
struct Index {
    both: HashMap<String, HashMap<String, Vec<usize>>>,
    schema: HashMap<String, ByTail>,
    table: HashMap<String, Vec<usize>>,
    wild: ByTail,
}

/// Rules whose table is a pattern, by the last two characters of the names that it matches: names
/// such as `orders_17`, whose `_` is a wildcard, are patterns as well, and many.
#[derive(Debug, Default)]
struct ByTail {
    ending: HashMap<[char; 2], Vec<usize>>,
    /// Those that end with a wildcard, or are too short to tell.
    loose: Vec<usize>,
}

impl ByTail {
    fn list(&mut self, pattern: &Pattern) -> &mut Vec<usize> {
        match pattern.tail() {
            Some(tail) => self.ending.entry(tail).or_default(),
            None => &mut self.loose,
        }
    }

    /// The rules that may match a name; they are still to be asked.
    fn near(&self, tail: Option<[char; 2]>) -> impl Iterator<Item = &usize> {
        let ending = tail.filter(|_| !self.ending.is_empty()).and_then(|t| self.ending.get(&t));
        self.loose.iter().chain(ending.into_iter().flatten())
    }
}

impl Index {
    fn add(&mut self, at: usize, rule: &Compiled<'_>) {
        let list = match (rule.schema.exact(), rule.table.exact()) {
            (Some(s), Some(t)) => {
                self.both.entry(s.to_owned()).or_default().entry(t.to_owned()).or_default()
            }
            (Some(s), None) => self.schema.entry(s.to_owned()).or_default().list(&rule.table),
            (None, Some(t)) => self.table.entry(t.to_owned()).or_default(),
            (None, None) => self.wild.list(&rule.table),
        };
        list.push(at);
    }

    /// The rules whose schema and table match, in order of precedence.
    fn find(&self, rules: &[Compiled<'_>], schema: &str, table: &str, out: &mut Vec<usize>) {
        out.clear();
        out.extend(self.both.get(schema).and_then(|t| t.get(table)).into_iter().flatten());
        let of = |at: &&usize| rules[**at].table.matches(table);
        let tail = last_two(table);
        let near = self.schema.get(schema).into_iter().flat_map(|s| s.near(tail));
        out.extend(near.filter(of));
        let of = |at: &&usize| rules[**at].schema.matches(schema);
        out.extend(self.table.get(table).into_iter().flatten().filter(of));
        let of =
            |at: &&usize| rules[**at].schema.matches(schema) && rules[**at].table.matches(table);
        out.extend(self.wild.near(tail).filter(of));
        out.sort_unstable();
    }
}

impl Evaluator<'static> {
    /// Compiles a document that it keeps, for a source that names as this catalogue says: where the
    /// evaluator must outlive the document, as in Lua.
    pub fn owning(mappings: Mappings, source: &Catalogue) -> Self {
        Self::compiled(mappings.rules.into_iter().map(Cow::Owned), source)
    }
}

impl<'m> Evaluator<'m> {
    /// Compiles a document for a source that names as this catalogue says.
    pub fn new(mappings: &'m Mappings, source: &Catalogue) -> Self {
        Self::compiled(mappings.rules.iter().map(Cow::Borrowed), source)
    }

    fn compiled(rules: impl Iterator<Item = Cow<'m, Rule>>, source: &Catalogue) -> Self {
        let naming = source.naming();
        let mut rules: Vec<Compiled<'m>> =
            rules.enumerate().map(|(index, rule)| compile(rule, index, naming)).collect();
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
        Tally {
            matched: vec![0; n],
            applied: vec![0; n],
            beaten: vec![None; n],
            ..Tally::default()
        }
    }

    /// What becomes of one table; the rules' part in it is added to the tally.
    pub fn table(&self, table: &CatalogueTable, tally: &mut Tally) -> TableOutcome {
        let (schema, name) = (self.naming.fold(&table.schema), self.naming.fold(&table.table));
        let [mut selections, mut others] = std::mem::take(&mut tally.found);
        self.selections.find(&self.rules, &schema, &name, &mut selections);
        others.clear();
        tally.namers = [None; 2];
        tally.columns.clear();
        let mut outcome = self.select(table, &selections, tally);
        if outcome.selected {
            self.others.find(&self.rules, &schema, &name, &mut others);
            self.transform(table, &others, &mut outcome, tally);
        }
        tally.found = [selections, others];
        outcome
    }

    fn select(&self, table: &CatalogueTable, found: &[usize], tally: &mut Tally) -> TableOutcome {
        let mut out = TableOutcome::of(table);
        let (mut explicit, mut include, mut exclude) = (None, None, None);
        let mut adding: Vec<(usize, &Selection)> = Vec::new();
        for &at in found {
            let rule = &self.rules[at].rule;
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
        if explicit.is_none()
            && let (Some(included), Some(at)) = (include, exclude)
        {
            out.excluded_by = Some(self.rules[at].rule.id);
            tally.applied(at, || "leaves the table out".to_owned());
            tally.overruled(included, at, || "would take it".to_owned());
        }
        if out.selected {
            self.taken(&adding, explicit.is_some(), &mut out, tally);
            if let (Some(at), Some(by)) = (exclude, explicit) {
                tally.overruled(at, by, || "would leave it out".to_owned());
            }
        }
        out
    }

    /// Load order and filters of a table that rules take.
    fn taken(
        &self,
        adding: &[(usize, &Selection)],
        explicit: bool,
        out: &mut TableOutcome,
        tally: &mut Tally,
    ) {
        for (at, selection) in adding {
            tally.applied(*at, || match selection.action {
                SelectionAction::Explicit => "names the table, and takes it".to_owned(),
                _ => "takes the table".to_owned(),
            });
        }
        let ordering = adding.iter().find_map(|(at, s)| Some((*at, s.load_order?)));
        if let Some((at, order)) = ordering {
            out.load_order = Some(order);
            tally.told(at, || format!("gives it the load order {order}: higher loads first"));
        }
        let filtering =
            |s: &&Selection| s.action == SelectionAction::Include && !s.filters.is_empty();
        let first = adding.iter().find(|(_, s)| filtering(s));
        // An explicit rule takes the whole table: filters have no effect on it.
        if let Some((at, selection)) = first.filter(|_| !explicit) {
            out.filters = selection.filters.clone();
            tally.told(*at, || {
                let texts: Vec<String> = selection.filters.iter().map(Filter::text).collect();
                format!("loads only rows with {}", texts.join(" and "))
            });
        }
    }

    fn transform(
        &self,
        table: &CatalogueTable,
        found: &[usize],
        out: &mut TableOutcome,
        tally: &mut Tally,
    ) {
        let applying: Vec<Applying<'_>> =
            found.iter().filter_map(|at| Applying::of(*at, &self.rules[*at])).collect();
        let schema_name = || format!("the schema {}", table.schema);
        out.target_schema =
            transform::name_on(Target::Schema, &applying, &table.schema, schema_name, tally);
        let full = || table.full_name();
        out.target_table = transform::name_on(Target::Table, &applying, &table.table, full, tally);
        out.columns = transform::columns(table, &applying, self.naming, tally);
        for a in applying.iter().filter(|a| a.t.action == Action::DefinePrimaryKey) {
            tally.matched[a.at] += 1;
            if out.primary_key.is_some() {
                continue;
            }
            out.primary_key = a.t.primary_key.as_ref().map(|p| p.columns.clone());
            tally.applied(a.at, || {
                let columns = out.primary_key.as_deref().unwrap_or_default();
                format!("makes {} its primary key", columns.join(", "))
            });
        }
        self.settings(found, out, tally);
    }

    fn settings(&self, found: &[usize], out: &mut TableOutcome, tally: &mut Tally) {
        let mut done = None;
        for &at in found {
            let rule = &self.rules[at].rule;
            match &rule.body {
                Body::TableSettings(settings) => {
                    tally.matched[at] += 1;
                    if let Some(first) = done {
                        tally.beaten(at, first, &|| out.source_name());
                        continue;
                    }
                    done = Some(at);
                    tally.applied(at, || settings.text());
                    out.parallel_load = settings.parallel_load.clone();
                    out.lob_settings = settings.lob.clone();
                }
                Body::ObjectMapping(o) => {
                    tally.matched[at] += 1;
                    tally.applied(at, || format!("shapes its records ({})", o.action.word()));
                }
                Body::PostProcessing(_) => {
                    tally.matched[at] += 1;
                    tally.applied(at, || "tags its objects".to_owned());
                }
                Body::Validation(_) => {
                    tally.matched[at] += 1;
                    let column = rule.locator.column.as_deref().unwrap_or_default();
                    tally.applied(at, || format!("compares {column} by functions of its own"));
                }
                _ => {}
            }
        }
    }

    /// What each rule did, in document order.
    pub fn rule_outcomes(&self, tally: &Tally) -> Vec<RuleOutcome> {
        let mut out: Vec<RuleOutcome> = self
            .rules
            .iter()
            .enumerate()
            .map(|(at, c)| RuleOutcome {
                index: c.index,
                rule_id: c.rule.id,
                rule_name: c.rule.name.clone(),
                text: super::compare::describe(&c.rule),
                matched: tally.matched[at],
                applied: tally.applied[at],
                beaten_by: tally.beaten[at].as_ref().map(|(by, _)| self.rules[*by].rule.id),
            })
            .collect();
        out.sort_by_key(|o| o.index);
        out
    }
}

fn compile(rule: Cow<'_, Rule>, index: usize, naming: Naming) -> Compiled<'_> {
    let literal = named_literally(&rule);
    let locator = &rule.locator;
    // An empty locator `{}` is the default of object mappings for every table; a schema rule has no
    // table.
    let pattern = |text: &Option<String>, compile: fn(&str, Naming) -> Pattern| match text {
        Some(text) if literal => Pattern::literal(text, naming),
        Some(text) => compile(text, naming),
        None => Pattern::Any,
    };
    let schema = pattern(&locator.schema, Pattern::new);
    let table = pattern(&locator.table, Pattern::table);
    let column = locator.column.as_deref().map(|c| Pattern::new(c, naming));
    Compiled { rule, index, schema, table, column }
}

fn takes_kind(wanted: Option<TableType>, kind: TableKind) -> bool {
    match wanted.unwrap_or(TableType::Table) {
        TableType::Table => kind == TableKind::Table,
        TableType::View => kind == TableKind::View,
        TableType::All => true,
    }
}
