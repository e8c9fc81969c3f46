//! `dms`: the domain of DMS, pure: table mappings, task settings, engines. Documents are tables, or
//! the JSON text that the service gives.

mod catalogue;
mod evaluation;
mod text;

use crate::{
    calls::{self, Raise},
    convert::{from_lua_at, to_lua, to_lua_with_null},
    state::State,
};
use catalogue::SharedCatalogue;
use dmsrun_base::Value;
use dmsrun_diag::did_you_mean;
use dmsrun_dms::{
    Context, EngineVersion, MigrationType, TaskTables, codes, engine, engines, mappings, settings,
    shared_tables,
};
use mlua::{Lua, Table, Value as LuaValue};
use serde_json::Value as Json;
use std::rc::Rc;

pub(crate) fn module(lua: &Lua, _: &Rc<State>) -> mlua::Result<Table> {
    let module = lua.create_table()?;
    module.raw_set("mappings", mappings_module(lua)?)?;
    module.raw_set("settings", settings_module(lua)?)?;
    module.raw_set("engines", calls::function(lua, "dms.engines", all_engines)?)?;
    module.raw_set("engine", calls::function(lua, "dms.engine", one_engine)?)?;
    module.raw_set("catalogue", catalogue::module(lua)?)?;
    module.raw_set("read", calls::function(lua, "dms.read", text::read)?)?;
    module.raw_set("locate", calls::function(lua, "dms.locate", text::locate)?)?;
    module.raw_set("locate_all", calls::function(lua, "dms.locate_all", text::locate_all)?)?;
    module.raw_set("codes", calls::function(lua, "dms.codes", all_codes)?)?;
    module.raw_set("shared_tables", calls::function(lua, "dms.shared_tables", shared)?)?;
    Ok(module)
}

fn mappings_module(lua: &Lua) -> mlua::Result<Table> {
    let module = lua.create_table()?;
    module.raw_set("check", calls::function(lua, "dms.mappings.check", mappings_check)?)?;
    module.raw_set("evaluate", calls::function(lua, "dms.mappings.evaluate", evaluate)?)?;
    let lazily = calls::function(lua, "dms.mappings.evaluation", evaluation::evaluation)?;
    module.raw_set("evaluation", lazily)?;
    module.raw_set("to_lua", calls::function(lua, "dms.mappings.to_lua", to_lua_script)?)?;
    module.raw_set("equal", calls::function(lua, "dms.mappings.equal", mappings_equal)?)?;
    module.raw_set("diff", calls::function(lua, "dms.mappings.diff", mappings_diff)?)?;
    Ok(module)
}

fn settings_module(lua: &Lua) -> mlua::Result<Table> {
    let module = lua.create_table()?;
    module.raw_set("check", calls::function(lua, "dms.settings.check", settings_check)?)?;
    module.raw_set("merge", calls::function(lua, "dms.settings.merge", merge)?)?;
    module.raw_set("diff", calls::function(lua, "dms.settings.diff", settings_diff)?)?;
    module.raw_set("keys", calls::function(lua, "dms.settings.keys", keys)?)?;
    module.raw_set("defaults", calls::function(lua, "dms.settings.defaults", defaults)?)?;
    module.raw_set("presets", calls::function(lua, "dms.settings.presets", presets)?)?;
    module.raw_set("changed", calls::function(lua, "dms.settings.changed", changed)?)?;
    Ok(module)
}

/// What serde makes of a value, for Lua.
fn give(lua: &Lua, value: &impl serde::Serialize) -> Result<LuaValue, Raise> {
    let json = serde_json::to_value(value).map_err(|e| Raise::Text(e.to_string()))?;
    Ok(to_lua(lua, &Value::from_json(json))?)
}

/// A document: a table, or its text.
fn document(lua: &Lua, value: &LuaValue, what: &str) -> Result<Json, Raise> {
    match value {
        LuaValue::String(text) => serde_json::from_slice(&text.as_bytes())
            .map_err(|e| Raise::Misuse(format!("{what} is not JSON: {e}"))),
        LuaValue::Table(_) => Ok(lists(from_lua_at(lua, value, what)?.to_json())),
        other => Err(Raise::Misuse(format!(
            "{what} must be a table or JSON text, got {}",
            crate::convert::describe(other)
        ))),
    }
}

const CONTEXT: [&str; 7] = [
    "source_engine",
    "target_engine",
    "migration_type",
    "engine_version",
    "catalogue",
    "mappings",
    "live_settings",
];

fn context(lua: &Lua, value: Option<Table>) -> Result<Context, Raise> {
    let mut context = Context::default();
    let Some(table) = value else { return Ok(context) };
    for pair in table.pairs::<LuaValue, LuaValue>() {
        let (key, value) = pair?;
        let LuaValue::String(key) = &key else {
            let key = super::options::show(&key);
            return Err(Raise::Misuse(format!("context: its keys are names, got {key}")));
        };
        let key = key.to_string_lossy();
        let text = || match &value {
            LuaValue::String(s) => Ok(s.to_string_lossy()),
            other => Err(Raise::Misuse(format!(
                "context.{key} must be a string, got {}",
                crate::convert::describe(other)
            ))),
        };
        match key.as_str() {
            "source_engine" => context.source_engine = Some(text()?),
            "target_engine" => context.target_engine = Some(text()?),
            "migration_type" => {
                let text = text()?;
                let known = MigrationType::from_word(&text).ok_or_else(|| {
                    Raise::Misuse(format!("context.migration_type: unknown type \"{text}\""))
                })?;
                context.migration_type = Some(known);
            }
            "engine_version" => {
                let text = text()?;
                let version = EngineVersion::parse(&text).ok_or_else(|| {
                    Raise::Misuse(format!("context.engine_version: \"{text}\" is no version"))
                })?;
                context.engine_version = Some(version);
            }
            "catalogue" => {
                context.catalogue = Some(SharedCatalogue::of(lua, &value)?.as_ref().clone());
            }
            "mappings" => context.mappings = Some(document(lua, &value, "context.mappings")?),
            "live_settings" => {
                context.live_settings = Some(document(lua, &value, "context.live_settings")?);
            }
            _ => {
                let hint = did_you_mean(&key, CONTEXT).unwrap_or_else(|| CONTEXT.join(", "));
                return Err(Raise::Misuse(format!("context: unknown key \"{key}\". {hint}")));
            }
        }
    }
    Ok(context)
}

/// The members of our documents that are lists. An empty Lua table arrives as an empty map.
const LISTS: [&str; 7] =
    ["tables", "columns", "rules", "filters", "filter-conditions", "boundaries", "LogComponents"];

fn lists(json: Json) -> Json {
    let member = |(key, value): (String, Json)| match value {
        Json::Object(inner) if inner.is_empty() && LISTS.contains(&key.as_str()) => {
            (key, Json::Array(Vec::new()))
        }
        value => (key, lists(value)),
    };
    match json {
        Json::Object(map) => Json::Object(map.into_iter().map(member).collect()),
        Json::Array(items) => Json::Array(items.into_iter().map(lists).collect()),
        other => other,
    }
}

type Checked = (LuaValue, Option<Table>);

fn mappings_check(lua: &Lua, (doc, known): Checked) -> Result<LuaValue, Raise> {
    let known = context(lua, known)?;
    give(
        lua,
        &match &doc {
            LuaValue::String(text) => mappings::check_text(&text.to_string_lossy(), &known),
            _ => mappings::check(&document(lua, &doc, "mappings")?, &known),
        },
    )
}

fn settings_check(lua: &Lua, (doc, known): Checked) -> Result<LuaValue, Raise> {
    let known = context(lua, known)?;
    give(
        lua,
        &match &doc {
            LuaValue::String(text) => settings::check_text(&text.to_string_lossy(), &known),
            _ => settings::check(&document(lua, &doc, "settings")?, &known),
        },
    )
}

fn evaluate(lua: &Lua, (doc, source): (LuaValue, LuaValue)) -> Result<LuaValue, Raise> {
    let (rules, _, _) = mappings::read(&document(lua, &doc, "mappings")?);
    give(lua, &mappings::evaluate(&rules, &*SharedCatalogue::of(lua, &source)?))
}

/// The script that builds a document.
fn to_lua_script(lua: &Lua, doc: LuaValue) -> Result<String, Raise> {
    Ok(mappings::to_lua(&document(lua, &doc, "mappings")?))
}

fn mappings_equal(lua: &Lua, (a, b): (LuaValue, LuaValue)) -> Result<bool, Raise> {
    Ok(mappings::equal(&document(lua, &a, "mappings")?, &document(lua, &b, "mappings")?))
}

fn mappings_diff(lua: &Lua, (from, to): (LuaValue, LuaValue)) -> Result<LuaValue, Raise> {
    let (from, to) = (document(lua, &from, "mappings")?, document(lua, &to, "mappings")?);
    changes(lua, &mappings::diff(&from, &to))
}

fn settings_diff(lua: &Lua, (declared, live): (LuaValue, LuaValue)) -> Result<LuaValue, Raise> {
    let declared = document(lua, &declared, "settings")?;
    changes(lua, &settings::diff(&declared, &document(lua, &live, "settings")?))
}

/// Changes with the text that says each in one line.
fn changes(lua: &Lua, changes: &[dmsrun_dms::Change]) -> Result<LuaValue, Raise> {
    let list = give(lua, &changes)?;
    if let LuaValue::Table(list) = &list {
        for (index, change) in changes.iter().enumerate() {
            list.raw_get::<Table>(index + 1)?.raw_set("text", change.to_string())?;
        }
    }
    Ok(list)
}

fn merge(lua: &Lua, (base, over): (LuaValue, LuaValue)) -> Result<LuaValue, Raise> {
    let base = document(lua, &base, "settings")?;
    let merged = settings::merge(&base, &document(lua, &over, "settings")?);
    Ok(to_lua_with_null(lua, &Value::from_json(merged))?)
}

fn keys(lua: &Lua, (): ()) -> Result<LuaValue, Raise> {
    give(lua, &settings::keys())
}

fn defaults(lua: &Lua, (): ()) -> Result<LuaValue, Raise> {
    Ok(to_lua_with_null(lua, &Value::from_json(settings::defaults()))?)
}

fn presets(lua: &Lua, (): ()) -> Result<LuaValue, Raise> {
    give(lua, &settings::presets())
}

/// How many keys a document sets to something else than the default.
fn changed(lua: &Lua, doc: LuaValue) -> Result<usize, Raise> {
    Ok(settings::changes_from_defaults(&document(lua, &doc, "settings")?))
}

fn all_engines(lua: &Lua, (): ()) -> Result<LuaValue, Raise> {
    give(lua, &engines())
}

fn one_engine(lua: &Lua, name: String) -> Result<LuaValue, Raise> {
    match engine(&name) {
        Some(engine) => give(lua, engine),
        None => Ok(LuaValue::Nil),
    }
}

fn all_codes(lua: &Lua, (): ()) -> Result<LuaValue, Raise> {
    give(lua, &codes().collect::<Vec<_>>())
}

/// `dms.shared_tables({ { name =, migration_type =, source =, target =, mappings = }, … },
/// catalogue)`.
fn shared(lua: &Lua, (tasks, source): (Vec<Table>, LuaValue)) -> Result<LuaValue, Raise> {
    struct Task {
        name: String,
        migration_type: MigrationType,
        source: String,
        target: String,
        mappings: Json,
    }
    let text = |place: usize, task: &Table, key: &str| match task.get(key)? {
        LuaValue::String(text) => Ok(text.to_string_lossy()),
        other => Err(Raise::Misuse(format!(
            "dms.shared_tables: {key} of task {} must be a string, got {}",
            place + 1,
            super::options::show(&other)
        ))),
    };
    let read = |(place, task): (usize, &Table)| {
        let word = text(place, task, "migration_type")?;
        let migration_type = MigrationType::from_word(&word)
            .ok_or_else(|| Raise::Misuse(format!("unknown migration type \"{word}\"")))?;
        Ok(Task {
            name: text(place, task, "name")?,
            migration_type,
            source: text(place, task, "source")?,
            target: text(place, task, "target")?,
            mappings: document(lua, &task.get("mappings")?, "mappings")?,
        })
    };
    let tasks = tasks.iter().enumerate().map(read).collect::<Result<Vec<Task>, Raise>>()?;
    let tasks: Vec<TaskTables<'_>> = tasks
        .iter()
        .map(|t| TaskTables {
            name: &t.name,
            migration_type: t.migration_type,
            source: &t.source,
            target: &t.target,
            mappings: &t.mappings,
        })
        .collect();
    let source = match source {
        LuaValue::Nil => None,
        source => Some(SharedCatalogue::of(lua, &source)?),
    };
    give(lua, &shared_tables(&tasks, source.as_deref()))
}
