//! What files of the standard library compile to, kept for processes that make many VMs: a spec makes one
//! for each script that it runs, and each of them loads the same hundred files.

use mlua::{Function, Lua, Table, chunk::ChunkMode};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// A file that was loaded.
struct Compiled {
    text: String,
    /// What it compiles to with all names and lines, from the second load on: who makes one VM pays
    /// nothing for others.
    code: Option<Arc<[u8]>>,
}

static COMPILED: Mutex<BTreeMap<String, Compiled>> = Mutex::new(BTreeMap::new());

/// The chunk of a file by its name and its text.
pub(crate) fn chunk(
    lua: &Lua,
    name: &str,
    text: String,
    environment: Table,
) -> mlua::Result<Function> {
    let (seen, code) = {
        let known = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
        match known.get(name).filter(|known| known.text == text) {
            Some(known) => (true, known.code.clone()),
            None => (false, None),
        }
    };
    if let Some(code) = code {
        let chunk = lua.load(&*code).set_mode(ChunkMode::Binary).set_name(name);
        return chunk.set_environment(environment).into_function();
    }
    let chunk = lua.load(&text).set_name(name).set_environment(environment).into_function()?;
    let code = seen.then(|| chunk.dump(false).into());
    let mut known = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    known.insert(name.to_owned(), Compiled { text, code });
    Ok(chunk)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn load(name: &str, text: &str) -> mlua::Result<String> {
        let lua = Lua::new();
        let environment = lua.create_table()?;
        environment.set("given", 2)?;
        environment.set("error", lua.globals().get::<Function>("error")?)?;
        let chunk = chunk(&lua, name, text.to_owned(), environment)?;
        match chunk.call::<mlua::Value>(name) {
            Ok(value) => value.to_string(),
            Err(error) => Ok(error.to_string().lines().next().unwrap_or_default().to_owned()),
        }
    }

    #[test]
    fn a_chunk_is_the_same_however_often_it_was_loaded() {
        let gives = "local name = ...\nreturn name .. given";
        let fails = "local x = given\nlocal y = x.z.w\nreturn y";
        let (first, failed) = (load("@a.lua", gives).unwrap(), load("@b.lua", fails).unwrap());
        assert_eq!(first, "@a.lua2");
        assert!(failed.contains("b.lua:2:"), "{failed}");
        for _ in 0..3 {
            assert_eq!(load("@a.lua", gives).unwrap(), first);
            assert_eq!(load("@b.lua", fails).unwrap(), failed);
        }
        // Another text under the name is another chunk.
        assert_eq!(load("@a.lua", "return 'other'").unwrap(), "other");
        assert_eq!(load("@a.lua", gives).unwrap(), first);
        assert!(load("@a.lua", "return (").is_err());
    }
}
