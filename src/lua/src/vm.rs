//! The VM in named stages: the language, the way errors and waiting work, what replaces parts of
//! the standard library, and where modules come from.

use crate::{
    calls::{self, Raise},
    library, modules, place, scheduler,
    state::State,
};
use dmsrun_diag::did_you_mean;
use mlua::{Function, Lua, LuaOptions, StdLib, Table, Value};
use std::{path::Path, rc::Rc};

/// A VM with everything in its place.
pub(crate) fn build(state: &Rc<State>, program: &[String], args: &[String]) -> mlua::Result<Lua> {
    let lua = language(state.sandbox)?;
    lua.set_app_data(Rc::clone(state));
    scheduler::install(&lua, state)?;
    globals(&lua, state)?;
    arguments(&lua, state, program, args)?;
    searchers(&lua, state)?;
    Ok(lua)
}

/// Stage 1: Lua and its standard library; in a sandbox without files, processes and `debug`.
fn language(sandbox: bool) -> mlua::Result<Lua> {
    let options = LuaOptions::default();
    if sandbox {
        let libs = StdLib::COROUTINE
            | StdLib::TABLE
            | StdLib::STRING
            | StdLib::UTF8
            | StdLib::MATH
            | StdLib::PACKAGE;
        return Lua::new_with(libs, options);
    }
    // SAFETY: the library `debug` and C modules can break the VM's own invariants. Scripts are
    // trusted code with full Lua, as under lua(1); a script that is not trusted runs in the sandbox
    // above.
    #[allow(unsafe_code)]
    let lua = unsafe { Lua::unsafe_new_with(StdLib::ALL, options) };
    Ok(lua)
}

/// Stage 2: `print` scrubs secrets, `os.exit` cleans up.
fn globals(lua: &Lua, state: &State) -> mlua::Result<()> {
    let out = lua.create_function(|lua, text: mlua::LuaString| {
        let state = State::of(lua);
        state.ui.out(&state.scrub(&text.to_string_lossy()));
        Ok(())
    })?;
    let prelude: Table = lua.named_registry_value(scheduler::PRELUDE)?;
    let print: Function = prelude.get::<Function>("print")?.call(out)?;
    lua.globals().raw_set("print", print)?;
    if state.sandbox {
        for name in ["dofile", "loadfile", "collectgarbage"] {
            lua.globals().raw_set(name, Value::Nil)?;
        }
        return Ok(());
    }
    let os: Table = lua.globals().raw_get("os")?;
    os.raw_set(
        "exit",
        calls::function(lua, "os.exit", |lua, (code, _): (Value, Value)| {
            let code = match code {
                Value::Nil | Value::Boolean(true) => 0,
                Value::Boolean(false) => 1,
                // As the system does: the low eight bits.
                Value::Integer(n) => n.rem_euclid(256) as u8,
                other => {
                    return Err(Raise::Misuse(format!(
                        "bad argument #1 to 'exit' (number expected, got {})",
                        other.type_name()
                    )));
                }
            };
            Err::<(), _>(exit(lua, code))
        })?,
    )
}

/// Ends the process where the host may, and the script in any case.
pub(crate) fn exit(lua: &Lua, code: u8) -> Raise {
    let state = State::of(lua);
    state.exit_code.set(Some(code));
    if let Some(exit) = &state.exit {
        exit(code);
    }
    Raise::Exit(code)
}

/// Stage 3: `arg`, as lua(1) has it.
fn arguments(lua: &Lua, state: &State, program: &[String], args: &[String]) -> mlua::Result<()> {
    let arg = lua.create_table()?;
    let mut before: Vec<&str> = program.iter().map(String::as_str).collect();
    before.extend(state.script.as_deref());
    for (index, text) in before.iter().rev().enumerate() {
        arg.raw_set(-i64::try_from(index).unwrap_or(0), *text)?;
    }
    for (index, text) in args.iter().enumerate() {
        arg.raw_set(index + 1, text.as_str())?;
    }
    lua.globals().raw_set("arg", arg)
}

/// Stage 4: where `require` looks: what is preloaded, the script's folder, the host and its
/// standard library, then `LUA_PATH` and C modules. The standard library itself sees the host and
/// its own files first, so that a `log.lua` beside a script does not break it; only kinds may be
/// replaced.
fn searchers(lua: &Lua, state: &State) -> mlua::Result<()> {
    let package: Table = lua.globals().raw_get("package")?;
    let searchers: Table = package.raw_get("searchers")?;
    let folder = state.script_dir();
    let inner = inner_require(lua)?;
    lua.set_named_registry_value(REQUIRE, inner)?;
    let script = script_searcher(lua, &package, &folder)?;
    let host = lua.create_function(|lua, name: String| host_searcher(lua, &name))?;
    let rest: Vec<Value> = searchers.sequence_values::<Value>().collect::<mlua::Result<_>>()?;
    let preload = rest.first().cloned().unwrap_or(Value::Nil);
    let order = [preload, Value::Function(script), Value::Function(host)];
    let system = if state.sandbox { Vec::new() } else { rest.into_iter().skip(1).collect() };
    for (index, searcher) in order.into_iter().chain(system).enumerate() {
        searchers.raw_set(index + 1, searcher)?;
    }
    Ok(())
}

pub(crate) const REQUIRE: &str = "dmsrun.require";
const LOADED: &str = "dmsrun.loaded";
const ENVIRONMENT: &str = "dmsrun.environment";

fn script_searcher(lua: &Lua, package: &Table, folder: &Path) -> mlua::Result<Function> {
    let folder = folder.to_string_lossy();
    let folder = if folder == "." { String::new() } else { format!("{folder}/") };
    let path = format!("{folder}?.lua;{folder}?/init.lua");
    lua.load(
        "local searchpath, loadfile, path = ...\n\
         return function(name)\n\
           local file, tried = searchpath(name, path)\n\
           if not file then return tried end\n\
           local chunk, fault = loadfile(file)\n\
           if not chunk then\n\
             error((\"error loading module '%s' from file '%s':\\n\\t%s\"):format(name, file, fault), 0)\n\
           end\n\
           return chunk, file\n\
         end",
    )
    .set_name(place::HOST)
    .call((package.raw_get::<Function>("searchpath")?, file_loader(lua)?, path))
}

/// Loads a file of the user's, and remembers its name for the messages.
fn file_loader(lua: &Lua) -> mlua::Result<Function> {
    lua.create_function(|lua, file: String| {
        let text = match std::fs::read(&file) {
            Ok(text) => text,
            Err(e) => return Ok((None, Some(format!("{file}: {e}")))),
        };
        match load(lua, &file, &text) {
            Ok(chunk) => Ok((Some(chunk), None)),
            Err(mlua::Error::SyntaxError { message, .. }) => Ok((None, Some(message))),
            Err(other) => Err(other),
        }
    })
}

/// Compiles a file of the user's; a first line that starts with `#` is skipped, its number kept.
pub(crate) fn load(lua: &Lua, file: &str, text: &[u8]) -> mlua::Result<Function> {
    State::of(lua).remember_source(file, &String::from_utf8_lossy(text));
    let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
    let text = match text.first() {
        Some(b'#') => &text[text.iter().position(|b| *b == b'\n').unwrap_or(text.len())..],
        _ => text,
    };
    lua.load(text).set_name(format!("@{file}")).into_function()
}

/// The searcher for `require` in the user's code. The module is the same one that the standard
/// library sees.
fn host_searcher(lua: &Lua, name: &str) -> mlua::Result<(Value, Value)> {
    let state = State::of(lua);
    if modules::exists(name) || library::find(state.stdlib.as_deref(), name).is_some() {
        let require: Function = lua.named_registry_value(REQUIRE)?;
        return Ok((Value::Function(require), Value::String(lua.create_string("dmsrun")?)));
    }
    let known: Vec<String> =
        modules::names().map(str::to_owned).chain(library::modules()).collect();
    let near = did_you_mean(name, known.iter().map(String::as_str));
    let near = near.map(|n| format!(". {n}")).unwrap_or_default();
    let text = format!("no module '{name}' in dmsrun's library{near}");
    Ok((Value::String(lua.create_string(text)?), Value::Nil))
}

/// `require` as the standard library sees it.
fn inner_require(lua: &Lua) -> mlua::Result<Function> {
    lua.set_named_registry_value(LOADED, lua.create_table()?)?;
    let meta = lua.create_table()?;
    meta.raw_set("__index", lua.globals())?;
    let environment = lua.create_table()?;
    environment.set_metatable(Some(meta))?;
    lua.set_named_registry_value(ENVIRONMENT, environment.clone())?;
    let find = calls::function(lua, "require", |lua, name: String| find_inner(lua, &name))?;
    let outer: Function = lua.globals().raw_get("require")?;
    let require: Function = lua
        .load(
            "local find, outer, loaded = ...\n\
             local loading = {}\n\
             return function(name)\n\
               local value = loaded[name]\n\
               if value ~= nil then return value end\n\
               local chunk, found = find(name)\n\
               if chunk == nil then return outer(name) end\n\
               if found then loaded[name] = chunk return chunk end\n\
               if loading[name] then\n\
                 error(\"module '\" .. name .. \"' requires itself\", 2)\n\
               end\n\
               loading[name] = true\n\
               value = chunk(name)\n\
               loading[name] = nil\n\
               if value == nil then value = true end\n\
               loaded[name] = value\n\
               return value\n\
             end",
        )
        .set_name(place::HOST)
        .call((find, outer, lua.named_registry_value::<Table>(LOADED)?))?;
    environment.raw_set("require", require.clone())?;
    Ok(require)
}

/// A module of the host, ready (`true` behind it), or the chunk of a library file, or nothing.
fn find_inner(lua: &Lua, name: &str) -> Result<(Value, bool), Raise> {
    let state = State::of(lua);
    if let Some(module) = modules::load(lua, &state, name)? {
        return Ok((module, true));
    }
    if name.starts_with("kinds.") && user_has(lua, name)? {
        return Ok((Value::Nil, false));
    }
    let Some(file) = library::find(state.stdlib.as_deref(), name) else {
        return Ok((Value::Nil, false));
    };
    let environment: Table = lua.named_registry_value(ENVIRONMENT)?;
    let chunk = lua
        .load(file.text)
        .set_name(format!("{}{}", place::STDLIB, file.path))
        .set_environment(environment)
        .into_function()?;
    Ok((Value::Function(chunk), false))
}

/// Whether the script's folder has a module of this name: a kind that was copied and changed.
fn user_has(lua: &Lua, name: &str) -> mlua::Result<bool> {
    let stem = State::of(lua).script_dir().join(name.replace('.', "/"));
    let _ = lua;
    Ok(stem.with_extension("lua").is_file() || stem.join("init.lua").is_file())
}
