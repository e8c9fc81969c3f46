//! What a document does to a catalogue, as a value of Lua: the catalogue and the results stay in
//! Rust, and each table becomes Lua when it is asked for.

use super::{catalogue::SharedCatalogue, give};
use crate::calls::{self, Raise};
use dmsrun_dms::{
    Catalogue,
    mappings::{self, Evaluator, Mappings, RuleOutcome, TableOutcome},
};
use mlua::{
    Function, Lua, MetaMethod, Table, UserData, UserDataFields, UserDataMethods, Value as LuaValue,
};
use serde_json::{Value as Json, json};
use std::{
    cell::{OnceCell, RefCell},
    collections::{BTreeMap, HashMap, VecDeque},
    rc::Rc,
};

/// So many tables are evaluated at a time while a script walks over all of them.
const CHUNK: usize = 256;

/// The document and the catalogue; everything else is made when it is asked for.
struct Inner {
    document: Json,
    mappings: Mappings,
    evaluator: Evaluator<'static>,
    catalogue: Rc<Catalogue>,
    whole: OnceCell<Whole>,
    places: OnceCell<HashMap<(String, String), usize>>,
}

/// What only a look at every table tells.
struct Whole {
    rules: Vec<RuleOutcome>,
    selected: usize,
    /// How many tables each rule keeps out though another includes them.
    excluded: BTreeMap<u64, usize>,
}

/// Which tables a walk gives.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    All,
    Selected,
    Excluded,
    LeftOut,
}

impl Which {
    const WORDS: [(&'static str, Self); 3] =
        [("selected", Self::Selected), ("excluded", Self::Excluded), ("left_out", Self::LeftOut)];

    fn of(word: Option<String>) -> Result<Self, Raise> {
        let Some(word) = word else { return Ok(Self::All) };
        let found = Self::WORDS.iter().find(|(known, _)| *known == word);
        found.map(|(_, which)| *which).ok_or_else(|| {
            let words = Self::WORDS.map(|(known, _)| known);
            let hint = dmsrun_diag::did_you_mean(&word, words)
                .unwrap_or_else(|| format!("there are: {}", words.join(", ")));
            Raise::Misuse(format!("evaluation:tables does not know \"{word}\". {hint}"))
        })
    }

    fn takes(self, table: &TableOutcome) -> bool {
        match self {
            Self::All => true,
            Self::Selected => table.selected,
            Self::Excluded => table.excluded_by.is_some(),
            Self::LeftOut => !table.selected,
        }
    }
}

impl Inner {
    fn whole(&self) -> &Whole {
        self.whole.get_or_init(|| {
            let evaluator = &self.evaluator;
            let mut tally = evaluator.tally();
            let (mut selected, mut excluded) = (0, BTreeMap::new());
            for table in &self.catalogue.tables {
                let outcome = evaluator.table(table, &mut tally);
                selected += usize::from(outcome.selected);
                if let Some(rule) = outcome.excluded_by {
                    *excluded.entry(rule).or_default() += 1;
                }
            }
            Whole { rules: evaluator.rule_outcomes(&tally), selected, excluded }
        })
    }

    /// The tables from one on that a walk takes, until there is at least one or no more table.
    fn chunk(&self, from: usize, which: Which) -> (VecDeque<TableOutcome>, usize) {
        let evaluator = &self.evaluator;
        let (mut tally, mut found, mut at) = (evaluator.tally(), VecDeque::new(), from);
        while let Some(table) = self.catalogue.tables.get(at) {
            if at - from >= CHUNK && !found.is_empty() {
                break;
            }
            at += 1;
            let outcome = evaluator.table(table, &mut tally);
            if which.takes(&outcome) {
                found.push_back(outcome);
            }
        }
        (found, at)
    }

    /// The place of a table: as its name is written, or as the source compares names.
    fn find(&self, schema: &str, table: &str) -> Option<usize> {
        let fold = |text: &str| {
            if self.catalogue.case_insensitive { text.to_lowercase() } else { text.to_owned() }
        };
        let places = self.places.get_or_init(|| {
            let named = self.catalogue.tables.iter().enumerate();
            named.map(|(at, t)| ((fold(&t.schema), fold(&t.table)), at)).collect()
        });
        places.get(&(fold(schema), fold(table))).copied()
    }

    /// A table by `schema.table`; where names hold dots, each dot may be the one between.
    fn find_name(&self, name: &str) -> Option<usize> {
        name.match_indices('.').find_map(|(at, _)| self.find(&name[..at], &name[at + 1..]))
    }
}

/// What Lua holds.
#[derive(Clone)]
pub(super) struct Evaluation(Rc<Inner>);

impl Evaluation {
    fn new(document: Json, catalogue: Rc<Catalogue>) -> Self {
        let (mappings, _, _) = mappings::read(&document);
        let evaluator = Evaluator::owning(mappings.clone(), &catalogue);
        let (whole, places) = (OnceCell::new(), OnceCell::new());
        Self(Rc::new(Inner { document, mappings, evaluator, catalogue, whole, places }))
    }

    fn table(&self, lua: &Lua, schema: String, table: Option<String>) -> Result<LuaValue, Raise> {
        let at = match table {
            Some(table) => self.0.find(&schema, &table),
            None if schema.contains('.') => self.0.find_name(&schema),
            None => {
                return Err(Raise::Misuse(format!(
                    "evaluation:table wants \"schema.table\", got \"{schema}\""
                )));
            }
        };
        let Some(at) = at else { return Ok(LuaValue::Nil) };
        let evaluator = &self.0.evaluator;
        give(lua, &evaluator.table(&self.0.catalogue.tables[at], &mut evaluator.tally()))
    }

    /// `for table in evaluation:tables() do`: a few are evaluated ahead, the rest not yet.
    fn tables(&self, lua: &Lua, which: Option<String>) -> Result<Function, Raise> {
        let which = Which::of(which)?;
        let (inner, state) = (Rc::clone(&self.0), RefCell::new((VecDeque::new(), 0)));
        Ok(calls::function(lua, "evaluation:tables", move |lua, _: mlua::MultiValue| {
            let mut state = state.borrow_mut();
            if state.0.is_empty() {
                *state = inner.chunk(state.1, which);
            }
            match state.0.pop_front() {
                Some(outcome) => give(lua, &outcome),
                None => Ok(LuaValue::Nil),
            }
        })?)
    }

    fn unmatched(&self, lua: &Lua) -> Result<LuaValue, Raise> {
        let rules = self.0.whole().rules.iter();
        give(lua, &rules.filter(|rule| rule.matched == 0).collect::<Vec<_>>())
    }

    fn count(&self, lua: &Lua) -> Result<LuaValue, Raise> {
        let whole = self.0.whole();
        let counts = json!({ "tables": self.0.catalogue.tables.len(), "selected": whole.selected });
        let value = give(lua, &counts)?;
        if let LuaValue::Table(table) = &value {
            let excluded = lua.create_table()?;
            for (rule, count) in &whole.excluded {
                excluded.raw_set(*rule, *count)?;
            }
            table.raw_set("excluded_by", excluded)?;
        }
        Ok(value)
    }

    /// Everything about one table: what each rule did to it, and all of it in sentences.
    fn story(&self, lua: &Lua, name: &str) -> Result<LuaValue, Raise> {
        let story = mappings::story(&self.0.document, &self.0.catalogue, name);
        give(lua, &story.map_err(Raise::Misuse)?)
    }

    fn findings(&self, lua: &Lua) -> Result<LuaValue, Raise> {
        give(lua, &dmsrun_dms::evaluate(&self.0.mappings, &self.0.catalogue).findings)
    }
}

/// The methods, as functions that raise their errors at the caller's place.
fn methods(lua: &Lua) -> Result<Table, Raise> {
    const KEY: &str = "dmsrun.dms.evaluation";
    if let Ok(table) = lua.named_registry_value::<Table>(KEY) {
        return Ok(table);
    }
    type Me = mlua::UserDataRef<Evaluation>;
    let table = lua.create_table()?;
    let add = |name: &str, function: mlua::Result<Function>| -> Result<(), Raise> {
        Ok(table.raw_set(name, function?)?)
    };
    let one =
        |lua: &Lua, (me, schema, name): (Me, String, Option<String>)| me.table(lua, schema, name);
    add("table", calls::function(lua, "evaluation:table", one))?;
    let all = |lua: &Lua, (me, which): (Me, Option<String>)| me.tables(lua, which);
    add("tables", calls::function(lua, "evaluation:tables", all))?;
    let rules = |lua: &Lua, me: Me| give(lua, &me.0.whole().rules);
    add("rules", calls::function(lua, "evaluation:rules", rules))?;
    let unmatched = |lua: &Lua, me: Me| me.unmatched(lua);
    add("unmatched", calls::function(lua, "evaluation:unmatched", unmatched))?;
    add("count", calls::function(lua, "evaluation:count", |lua: &Lua, me: Me| me.count(lua)))?;
    let story = |lua: &Lua, (me, name): (Me, String)| me.story(lua, &name);
    add("story", calls::function(lua, "evaluation:story", story))?;
    let findings = |lua: &Lua, me: Me| me.findings(lua);
    add("findings", calls::function(lua, "evaluation:findings", findings))?;
    lua.set_named_registry_value(KEY, table.clone())?;
    Ok(table)
}

/// The method of a name; a misspelt one is told with the nearest.
fn method(lua: &Lua, key: &LuaValue) -> Result<LuaValue, Raise> {
    let methods = methods(lua)?;
    let LuaValue::String(key) = key else { return Ok(LuaValue::Nil) };
    let found: LuaValue = methods.raw_get(key.clone())?;
    if !found.is_nil() {
        return Ok(found);
    }
    let key = key.to_string_lossy();
    let names: Vec<String> =
        methods.pairs::<String, LuaValue>().filter_map(|p| p.ok().map(|(k, _)| k)).collect();
    let hint = dmsrun_diag::did_you_mean(&key, names.iter().map(String::as_str));
    Err(Raise::Misuse(format!("an evaluation has no \"{key}\". {}", hint.unwrap_or_default())))
}

impl UserData for Evaluation {
    fn add_fields<F: UserDataFields<Self>>(fields: &mut F) {
        fields.add_meta_field("__name", "evaluation");
        fields.add_meta_field_with("__index", |lua| {
            calls::function(lua, "evaluation", |lua, (_, key): (LuaValue, LuaValue)| {
                method(lua, &key)
            })
        });
    }

    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_meta_method(MetaMethod::Len, |_, me, ()| Ok(me.0.catalogue.tables.len()));
        methods.add_meta_method(MetaMethod::ToString, |_, me, ()| {
            let (rules, tables) = (me.0.mappings.rules.len(), me.0.catalogue.tables.len());
            Ok(format!("evaluation of {rules} rules over {tables} tables"))
        });
    }
}

/// `dms.mappings.evaluation(document, catalogue)`.
pub(super) fn evaluation(
    lua: &Lua,
    (document, source): (LuaValue, LuaValue),
) -> Result<Evaluation, Raise> {
    let document = super::document(lua, &document, "mappings")?;
    Ok(Evaluation::new(document, SharedCatalogue::of(lua, &source)?))
}
