//! Catalogues as values of Lua, so that a large one is read once and stays in Rust.

use super::{document, give};
use crate::{
    calls::{self, Raise},
    convert::to_lua,
};
use dmsrun_base::Value;
use dmsrun_dms::Catalogue;
use mlua::{
    Function, Lua, MetaMethod, Table, UserData, UserDataFields, UserDataMethods, Value as LuaValue,
};
use serde_json::json;
use std::{cell::Cell, rc::Rc};

/// What Lua holds.
#[derive(Clone)]
pub(super) struct SharedCatalogue(pub(super) Rc<Catalogue>);

impl SharedCatalogue {
    /// The catalogue that a script gives: ours, a table, or its JSON text.
    pub(super) fn of(lua: &Lua, value: &LuaValue) -> Result<Rc<Catalogue>, Raise> {
        if let LuaValue::UserData(data) = value
            && let Ok(own) = data.borrow::<Self>()
        {
            return Ok(Rc::clone(&own.0));
        }
        let json = document(lua, value, "catalogue")?;
        serde_json::from_value(json)
            .map(Rc::new)
            .map_err(|e| Raise::Misuse(format!("catalogue: {e}")))
    }

    fn find(&self, name: &str) -> Option<usize> {
        let full = |at: usize| {
            let table = self.0.tables.get(at)?;
            Some(
                table.schema.len() + 1 + table.table.len() == name.len()
                    && name.starts_with(&table.schema)
                    && name.ends_with(&table.table)
                    && name.as_bytes().get(table.schema.len()) == Some(&b'.'),
            )
        };
        (0..self.0.tables.len()).find(|at| full(*at) == Some(true))
    }
}

pub(super) fn module(lua: &Lua) -> mlua::Result<Table> {
    let module = lua.create_table()?;
    module.raw_set("read", calls::function(lua, "dms.catalogue.read", read)?)?;
    let of = |lua: &Lua, value: LuaValue| SharedCatalogue::of(lua, &value).map(SharedCatalogue);
    module.raw_set("of", calls::function(lua, "dms.catalogue.of", of)?)?;
    Ok(module)
}

/// `dms.catalogue.read(text, name)`: the catalogue, or nil and what is wrong with the text.
fn read(
    lua: &Lua,
    (text, name): (String, Option<String>),
) -> Result<(Option<SharedCatalogue>, LuaValue), Raise> {
    match Catalogue::read(&text, name.as_deref().unwrap_or("the catalogue")) {
        Ok(catalogue) => Ok((Some(SharedCatalogue(Rc::new(catalogue))), LuaValue::Nil)),
        Err(error) => {
            let fault = json!({ "message": error.message, "line": error.line, "hint": error.hint });
            Ok((None, to_lua(lua, &Value::from_json(fault))?))
        }
    }
}

/// `for table in catalogue:tables() do`.
fn tables(lua: &Lua, me: mlua::UserDataRef<SharedCatalogue>) -> Result<Function, Raise> {
    let (catalogue, at) = (Rc::clone(&me.0), Cell::new(0));
    Ok(calls::function(lua, "catalogue:tables", move |lua, _: mlua::MultiValue| {
        let Some(table) = catalogue.tables.get(at.get()) else { return Ok(LuaValue::Nil) };
        at.set(at.get() + 1);
        give(lua, table)
    })?)
}

fn table(
    lua: &Lua,
    (me, name): (mlua::UserDataRef<SharedCatalogue>, String),
) -> Result<LuaValue, Raise> {
    match me.find(&name) {
        Some(at) => give(lua, &me.0.tables[at]),
        None => Ok(LuaValue::Nil),
    }
}

fn text(_: &Lua, me: mlua::UserDataRef<SharedCatalogue>) -> Result<String, Raise> {
    serde_json::to_string(&*me.0).map_err(|e| Raise::Text(e.to_string()))
}

fn schemas(lua: &Lua, me: mlua::UserDataRef<SharedCatalogue>) -> Result<LuaValue, Raise> {
    let mut names: Vec<&str> = me.0.tables.iter().map(|t| t.schema.as_str()).collect();
    names.extend(me.0.schemas.iter().map(String::as_str));
    names.sort_unstable();
    names.dedup();
    give(lua, &names)
}

impl UserData for SharedCatalogue {
    fn add_fields<F: UserDataFields<Self>>(fields: &mut F) {
        fields.add_meta_field("__name", "catalogue");
        fields.add_meta_field_with("__index", |lua| {
            let methods = lua.create_table()?;
            methods.raw_set("tables", calls::function(lua, "catalogue:tables", tables)?)?;
            methods.raw_set("table", calls::function(lua, "catalogue:table", table)?)?;
            methods.raw_set("schemas", calls::function(lua, "catalogue:schemas", schemas)?)?;
            methods.raw_set("json", calls::function(lua, "catalogue:json", text)?)?;
            Ok(methods)
        });
    }

    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_meta_method(MetaMethod::Len, |_, me, ()| Ok(me.0.tables.len()));
        methods.add_meta_method(MetaMethod::ToString, |_, me, ()| {
            Ok(format!("catalogue of {} tables", me.0.tables.len()))
        });
    }
}
