//! `fs`: small files whole, and paths.

use crate::{
    calls::{self, Raise},
    state::State,
};
use dmsrun_base::Value;
use dmsrun_diag::Diagnostic;
use mlua::{Lua, LuaString, Table, Value as LuaValue, Variadic};
use std::{fs, io, path::Path, rc::Rc};

pub(crate) fn module(lua: &Lua, _: &Rc<State>) -> mlua::Result<Table> {
    let module = lua.create_table()?;
    module.raw_set("read", calls::function(lua, "fs.read", read)?)?;
    module.raw_set("write", calls::function(lua, "fs.write", write)?)?;
    module.raw_set("exists", calls::function(lua, "fs.exists", exists)?)?;
    module.raw_set("list", calls::function(lua, "fs.list", list)?)?;
    module.raw_set("dirname", calls::function(lua, "fs.dirname", dirname)?)?;
    module.raw_set("join", calls::function(lua, "fs.join", join)?)?;
    module.raw_set("script_dir", calls::function(lua, "fs.script_dir", script_dir)?)?;
    Ok(module)
}

fn failed(lua: &Lua, summary: &str, path: &str, error: &io::Error) -> Raise {
    let span = crate::place::user(lua).map(|p| dmsrun_diag::Span::line(p.file, p.line));
    Diagnostic::error(summary).at(span).what(format!("{path}: {error}")).into()
}

fn read(lua: &Lua, path: String) -> Result<LuaString, Raise> {
    let bytes = fs::read(&path).map_err(|e| failed(lua, "File could not be read", &path, &e))?;
    Ok(lua.create_string(bytes)?)
}

/// Writes the whole file or leaves the old one: beside it first, then moved over it.
fn write(lua: &Lua, (path, text): (String, LuaString)) -> Result<(), Raise> {
    let fail = |e: io::Error| failed(lua, "File could not be written", &path, &e);
    if let Some(folder) = Path::new(&path).parent() {
        fs::create_dir_all(folder).map_err(fail)?;
    }
    let beside = format!("{path}.new-{}", std::process::id());
    let written = fs::write(&beside, text.as_bytes()).and_then(|()| fs::rename(&beside, &path));
    written.map_err(|e| {
        // The error that matters is the first one.
        let _ = fs::remove_file(&beside);
        fail(e)
    })
}

fn exists(_: &Lua, path: String) -> Result<bool, Raise> {
    Ok(Path::new(&path).exists())
}

/// The names in a folder, sorted.
fn list(lua: &Lua, path: String) -> Result<LuaValue, Raise> {
    let fail = |e: io::Error| failed(lua, "Folder could not be read", &path, &e);
    let mut names = Vec::new();
    for entry in fs::read_dir(&path).map_err(fail)? {
        names.push(entry.map_err(fail)?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(crate::convert::to_lua(lua, &Value::from(names))?)
}

fn dirname(_: &Lua, path: String) -> Result<String, Raise> {
    let parent = Path::new(&path).parent().map(|p| p.to_string_lossy().into_owned());
    Ok(parent.filter(|p| !p.is_empty()).unwrap_or_else(|| ".".to_owned()))
}

fn join(_: &Lua, parts: Variadic<String>) -> Result<String, Raise> {
    let path: std::path::PathBuf = parts.iter().collect();
    Ok(path.to_string_lossy().into_owned())
}

fn script_dir(lua: &Lua, (): ()) -> Result<String, Raise> {
    Ok(State::of(lua).script_dir().to_string_lossy().into_owned())
}
