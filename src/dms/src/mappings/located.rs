//! Rules with their locators compiled once, and a way to find those that can meet on an object
//! without looking at every pair.

use super::{
    model::{Action, Body, Locator, Rule, SelectionAction},
    pattern::{Naming, Pattern},
};
use std::{
    cell::OnceCell,
    collections::{BTreeMap, HashMap},
};

/// Whether a rule names one table as it is, `_` included: such rules take no wildcards.
pub(crate) fn named_literally(rule: &Rule) -> bool {
    match &rule.body {
        Body::Selection(s) => s.action == SelectionAction::Explicit,
        Body::TableSettings(_) => true,
        Body::Transformation(t) => t.action == Action::DefinePrimaryKey,
        _ => false,
    }
}

/// A rule with its locator compiled.
#[derive(Debug)]
pub(crate) struct Located<'m> {
    /// Its index in the model.
    pub at: usize,
    pub rule: &'m Rule,
    pub schema: Pattern,
    pub table: Pattern,
    pub column: Option<Pattern>,
    table_tablespace: Option<Pattern>,
    index_tablespace: Option<Pattern>,
}

impl<'m> Located<'m> {
    pub fn new(at: usize, rule: &'m Rule, naming: Naming) -> Self {
        let l: &Locator = &rule.locator;
        let some = |text: &Option<String>| text.as_deref().map(|t| Pattern::new(t, naming));
        let literal = named_literally(rule);
        let named = |text: &Option<String>, compile: fn(&str, Naming) -> Pattern| match text {
            Some(text) if literal => Pattern::literal(text, naming),
            Some(text) => compile(text, naming),
            None => Pattern::Any,
        };
        Self {
            at,
            rule,
            schema: named(&l.schema, Pattern::new),
            table: named(&l.table, Pattern::table),
            column: some(&l.column),
            table_tablespace: some(&l.table_tablespace),
            index_tablespace: some(&l.index_tablespace),
        }
    }

    /// Whether both can be about one table.
    pub fn meets_table(&self, other: &Self) -> bool {
        self.table.meets(&other.table) && self.schema.meets(&other.schema)
    }

    /// Whether every table of the other is one of this.
    pub fn covers_table(&self, other: &Self) -> bool {
        self.table.covers(&other.table) && self.schema.covers(&other.schema)
    }

    /// Whether both can be about one object: a table, a column of a type, a tablespace.
    pub fn meets(&self, other: &Self) -> bool {
        let both = |a: &Option<Pattern>, b: &Option<Pattern>| match (a, b) {
            (Some(a), Some(b)) => a.meets(b),
            _ => true,
        };
        let types = match (&self.rule.locator.data_type, &other.rule.locator.data_type) {
            (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
            _ => true,
        };
        types
            && self.meets_table(other)
            && both(&self.column, &other.column)
            && both(&self.table_tablespace, &other.table_tablespace)
            && both(&self.index_tablespace, &other.index_tablespace)
    }

    /// Whether every object of the other is one of this.
    pub fn covers(&self, other: &Self) -> bool {
        let own = self.rule.locator.data_type.as_ref();
        let types = own.is_none() || own == other.rule.locator.data_type.as_ref();
        let columns = match (&self.column, &other.column) {
            (Some(a), Some(b)) => a.covers(b),
            _ => true,
        };
        let spaces = |a: &Option<Pattern>, b: &Option<Pattern>| match (a, b) {
            (Some(a), Some(b)) => a.covers(b),
            (Some(_), None) => false,
            _ => true,
        };
        types
            && columns
            && self.covers_table(other)
            && spaces(&self.table_tablespace, &other.table_tablespace)
            && spaces(&self.index_tablespace, &other.index_tablespace)
    }
}

/// Every rule of a document, compiled.
pub(crate) fn locate_as(rules: &[Rule], naming: Naming) -> Vec<Located<'_>> {
    rules.iter().enumerate().map(|(at, rule)| Located::new(at, rule, naming)).collect()
}

/// The same for a source that compares names as they are written.
pub(crate) fn locate(rules: &[Rule]) -> Vec<Located<'_>> {
    locate_as(rules, Naming::default())
}

/// Rules by what their table names begin and end with. Two patterns can only meet where one's
/// beginning is the beginning of the other's, and where their last letters, if both have them, are
/// the same: names such as `table_17`, whose `_` is a wildcard, begin alike.
#[derive(Default)]
struct ByEnds<'r, 'm> {
    rules: BTreeMap<&'r str, Tails<'r, 'm>>,
    /// The lengths that the beginnings have, by bit; the last one stands for all above.
    lengths: u64,
}

/// Rules whose names begin alike.
#[derive(Default)]
struct Tails<'r, 'm> {
    all: Vec<(Option<[char; 2]>, &'r Located<'m>)>,
    /// Where there are many: those that end with a wildcard, or are too short to tell.
    loose: Vec<&'r Located<'m>>,
    /// Where there are many: the others.
    ending: HashMap<[char; 2], Vec<&'r Located<'m>>>,
}

/// As few rules are looked through one by one.
const FEW: usize = 16;

impl<'r, 'm> Tails<'r, 'm> {
    fn add(&mut self, rule: &'r Located<'m>) {
        self.all.push((rule.table.tail(), rule));
        let many = self.all.len();
        if many <= FEW {
            return;
        }
        // The first time all that are there, from then on each that comes.
        let from = if many == FEW + 1 { 0 } else { many - 1 };
        for (tail, rule) in &self.all[from..] {
            match tail {
                Some(tail) => self.ending.entry(*tail).or_default().push(rule),
                None => self.loose.push(rule),
            }
        }
    }

    /// Those that can't tell come first, whether they are few or many.
    fn near(&self, tail: Option<[char; 2]>) -> impl Iterator<Item = &'r Located<'m>> {
        let few = self.all.len() <= FEW;
        let one_by_one: &[_] = if few || tail.is_none() { &self.all } else { &[] };
        let (loose, ending): (&[_], &[_]) = match tail {
            Some(tail) if !few => (&self.loose, self.ending.get(&tail).map_or(&[], Vec::as_slice)),
            _ => (&[], &[]),
        };
        let open = one_by_one.iter().filter(move |(own, _)| tail.is_none() || own.is_none());
        let same = one_by_one.iter().filter(move |(own, _)| tail.is_some() && *own == tail);
        open.chain(same).map(|(_, rule)| *rule).chain(loose.iter().chain(ending).copied())
    }
}

impl<'r, 'm> ByEnds<'r, 'm> {
    fn add(&mut self, rule: &'r Located<'m>) {
        let prefix = rule.table.prefix();
        self.lengths |= bit(prefix.len());
        self.rules.entry(prefix).or_default().add(rule);
    }

    fn near<'x>(&'x self, table: &'x Pattern) -> impl Iterator<Item = &'r Located<'m>> + 'x {
        let (prefix, tail) = (table.prefix(), table.tail());
        let shorter = prefix.char_indices().map(|(at, _)| at);
        let shorter = shorter.filter(|at| self.lengths & bit(*at) != 0);
        let shorter = shorter.filter_map(move |at| self.rules.get(&prefix[..at]));
        let longer = self.rules.range(prefix..).take_while(move |(p, _)| p.starts_with(prefix));
        shorter.chain(longer.map(|(_, rules)| rules)).flat_map(move |rules| rules.near(tail))
    }
}

fn bit(length: usize) -> u64 {
    1 << length.min(63)
}

/// Rules among which those that can meet another are found by their names' beginnings.
pub(crate) struct Crowd<'r, 'm> {
    rules: Vec<&'r Located<'m>>,
    schemas: HashMap<&'r str, ByEnds<'r, 'm>>,
    /// Those whose schema is a pattern.
    open: ByEnds<'r, 'm>,
    /// All of them, made when a rule asks whose schema is a pattern.
    every: OnceCell<ByEnds<'r, 'm>>,
}

impl<'r, 'm> Crowd<'r, 'm> {
    pub fn new(rules: impl Iterator<Item = &'r Located<'m>>) -> Self {
        let rules: Vec<&Located<'_>> = rules.collect();
        let (mut schemas, mut open) = (HashMap::<&str, ByEnds<'_, '_>>::new(), ByEnds::default());
        for rule in rules.iter().copied() {
            match rule.schema.exact() {
                Some(schema) => schemas.entry(schema).or_default().add(rule),
                None => open.add(rule),
            }
        }
        Self { rules, schemas, open, every: OnceCell::new() }
    }

    /// Whether nobody is in it.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The rules whose tables can be among this one's, itself included; they are still to be asked
    /// whether they meet.
    pub fn near<'x>(
        &'x self,
        rule: &'x Located<'_>,
    ) -> Box<dyn Iterator<Item = &'r Located<'m>> + 'x> {
        let table = &rule.table;
        match rule.schema.exact() {
            _ if self.is_empty() => Box::new(std::iter::empty()),
            Some(schema) => {
                let own = self.schemas.get(schema).into_iter();
                Box::new(own.flat_map(move |t| t.near(table)).chain(self.open.near(table)))
            }
            None => Box::new(self.every().near(table)),
        }
    }

    fn every(&self) -> &ByEnds<'r, 'm> {
        self.every.get_or_init(|| {
            let mut every = ByEnds::default();
            self.rules.iter().for_each(|rule| every.add(rule));
            every
        })
    }
}
