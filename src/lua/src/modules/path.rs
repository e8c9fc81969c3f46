//! `path`: paths as texts. Nothing here looks at the disk.

use crate::{
    calls::{self, Raise},
    state::State,
};
use mlua::{Lua, Table, Variadic};
use std::{
    path::{Component, Path, PathBuf},
    rc::Rc,
};

pub(crate) fn module(lua: &Lua, _: &Rc<State>) -> mlua::Result<Table> {
    let module = lua.create_table()?;
    module.raw_set("join", calls::function(lua, "path.join", join)?)?;
    module.raw_set("dirname", calls::function(lua, "path.dirname", dirname)?)?;
    module.raw_set("basename", calls::function(lua, "path.basename", basename)?)?;
    module.raw_set("extension", calls::function(lua, "path.extension", extension)?)?;
    module.raw_set("stem", calls::function(lua, "path.stem", stem)?)?;
    module.raw_set("parts", calls::function(lua, "path.parts", parts)?)?;
    module.raw_set("is_absolute", calls::function(lua, "path.is_absolute", is_absolute)?)?;
    module.raw_set("absolute", calls::function(lua, "path.absolute", absolute)?)?;
    module.raw_set("relative", calls::function(lua, "path.relative", relative)?)?;
    module.raw_set("normalise", calls::function(lua, "path.normalise", normalise)?)?;
    Ok(module)
}

/// A path as text. It came as text, so nothing is lost.
fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// An absolute part makes what stands before it void, as in a shell's `cd`.
pub(super) fn join(_: &Lua, parts: Variadic<String>) -> Result<String, Raise> {
    Ok(text(&parts.iter().filter(|part| !part.is_empty()).collect::<PathBuf>()))
}

pub(super) fn dirname(_: &Lua, path: String) -> Result<String, Raise> {
    if Path::new(&path).has_root() && Path::new(&path).parent().is_none() {
        return Ok(path);
    }
    let parent = Path::new(&path).parent().map(text);
    Ok(parent.filter(|p| !p.is_empty()).unwrap_or_else(|| ".".to_owned()))
}

fn name(path: &str) -> String {
    Path::new(path).file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The last name; without the suffix where it has it and is more than that.
fn basename(_: &Lua, (path, suffix): (String, Option<String>)) -> Result<String, Raise> {
    let name = name(&path);
    let short = suffix.and_then(|s| name.strip_suffix(s.as_str()).map(str::to_owned));
    Ok(short.filter(|s| !s.is_empty()).unwrap_or(name))
}

/// `.json`, or an empty text.
fn extension(_: &Lua, path: String) -> Result<String, Raise> {
    let extension = Path::new(&path).extension();
    Ok(extension.map(|e| format!(".{}", e.to_string_lossy())).unwrap_or_default())
}

/// The last name without its extension.
fn stem(_: &Lua, path: String) -> Result<String, Raise> {
    let stem = Path::new(&path).file_stem();
    Ok(stem.map(|s| s.to_string_lossy().into_owned()).unwrap_or_default())
}

fn parts(_: &Lua, path: String) -> Result<Vec<String>, Raise> {
    Ok(Path::new(&path).components().map(|c| text(c.as_os_str().as_ref())).collect())
}

fn is_absolute(_: &Lua, path: String) -> Result<bool, Raise> {
    Ok(Path::new(&path).is_absolute())
}

fn current(lua: &Lua) -> Result<PathBuf, Raise> {
    std::env::current_dir().map_err(|e| {
        super::options::failed(lua, "The current folder can't be found", e.to_string()).into()
    })
}

/// Against the current folder, or the one given.
fn absolute(lua: &Lua, (path, base): (String, Option<String>)) -> Result<String, Raise> {
    let base = match base {
        Some(base) if Path::new(&base).is_absolute() => PathBuf::from(base),
        Some(base) => current(lua)?.join(base),
        None if Path::new(&path).is_absolute() => PathBuf::new(),
        None => current(lua)?,
    };
    Ok(text(&normal(&base.join(path))))
}

/// The way from a folder to a path; both as the current folder has them.
fn relative(lua: &Lua, (path, base): (String, Option<String>)) -> Result<String, Raise> {
    let base = base.unwrap_or_else(|| ".".to_owned());
    let (mut to, mut from) = (PathBuf::from(path), PathBuf::from(base));
    if to.is_absolute() != from.is_absolute() || normal(&from).starts_with("..") {
        let current = current(lua)?;
        (to, from) = (current.join(to), current.join(from));
    }
    let (to, from) = (normal(&to), normal(&from));
    let names = |path: &Path| -> Vec<PathBuf> {
        let parts = path.components().filter(|c| *c != Component::CurDir);
        parts.map(|c| PathBuf::from(c.as_os_str())).collect()
    };
    let (to, from) = (names(&to), names(&from));
    let same = to.iter().zip(&from).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n(PathBuf::from(".."), from.len() - same);
    let way: PathBuf = up.chain(to[same..].iter().cloned()).collect();
    Ok(if way.as_os_str().is_empty() { ".".to_owned() } else { text(&way) })
}

fn normalise(_: &Lua, path: String) -> Result<String, Raise> {
    Ok(text(&normal(Path::new(&path))))
}

/// Without `.`, doubled slashes and what `..` takes back. Links are not looked at.
fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => match out.components().next_back() {
                Some(Component::Normal(_)) => {
                    out.pop();
                }
                Some(Component::RootDir | Component::Prefix(_)) => {}
                _ => out.push(".."),
            },
            other => out.push(other),
        }
    }
    if out.as_os_str().is_empty() { PathBuf::from(".") } else { out }
}
