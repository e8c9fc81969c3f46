//! The VM in named stages: the language, the way errors and waiting work, what replaces parts of
//! the standard library, and where modules come from.

use crate::{
    border,
    calls::{self, Raise},
    compiled, hook, library, modules, place, print, sandbox, scheduler,
    state::{LARGE, State},
};
use mlua::{Function, Lua, Table, Value, chunk::ChunkMode};
use std::{
    cell::RefCell,
    ffi::{OsStr, OsString},
    path::Path,
    rc::Rc,
};

/// A VM with everything in its place.
pub(crate) fn build(
    state: &Rc<State>,
    program: &[OsString],
    args: &[OsString],
) -> mlua::Result<Lua> {
    let lua = sandbox::language(state.sandbox, state.ignore_environment)?;
    lua.set_app_data(Rc::clone(state));
    let collect: Value = lua.globals().raw_get("collectgarbage")?;
    lua.set_named_registry_value(modules::COLLECT, collect)?;
    let limits = state.sandbox.limits();
    hook::tie(&lua, state.scheduler.watch(), limits.map(|l| l.instructions))?;
    hook::set_reason(&lua, lua.create_function(border::reason)?)?;
    scheduler::install(&lua, state)?;
    globals(&lua)?;
    arguments(&lua, state, program, args)?;
    searchers(&lua, state)?;
    sandbox::close(&lua, state.sandbox)?;
    if let Some(limits) = limits {
        let used = lua.used_memory();
        lua.set_memory_limit(used + limits.memory)?;
    }
    Ok(lua)
}

/// Stage 2: `print` scrubs secrets, `os.exit` cleans up.
fn globals(lua: &Lua) -> mlua::Result<()> {
    print::install(lua, &State::of(lua))?;
    let warned = RefCell::new(None);
    lua.set_warning_function(move |lua, text, more| {
        warn(&State::of(lua), &mut warned.borrow_mut(), text, more);
        Ok(())
    });
    let os: Table = lua.globals().raw_get("os")?;
    os.raw_set(
        "exit",
        calls::function(lua, "os.exit", |lua, (code, close): (Value, Value)| {
            let wrong = |got: &Value| {
                Raise::Misuse(format!(
                    "bad argument #1 to 'exit' (number expected, got {})",
                    got.type_name()
                ))
            };
            let code = match code {
                Value::Nil | Value::Boolean(true) => 0,
                Value::Boolean(false) => 1,
                other => match lua.coerce_integer(other.clone())? {
                    // As the system does: the low eight bits.
                    Some(n) => n.rem_euclid(256) as u8,
                    None if matches!(other, Value::Number(_)) => {
                        return Err(Raise::misuse(
                            "bad argument #1 to 'exit' (number has no integer representation)",
                        ));
                    }
                    None => return Err(wrong(&other)),
                },
            };
            let close = !matches!(close, Value::Nil | Value::Boolean(false));
            Err::<(), _>(exit(lua, code, close))
        })?,
    )
}

/// What `warn` does, as in lua(1): `@on` and `@off` switch it, a message may come in pieces. `begun`
/// is the message that is not at its end.
fn warn(state: &State, begun: &mut Option<String>, text: &str, more: bool) {
    if begun.is_none() && !more && text.starts_with('@') {
        match text {
            "@on" => state.warnings.set(true),
            "@off" => state.warnings.set(false),
            _ => {}
        }
        return;
    }
    let message = begun.get_or_insert_default();
    message.push_str(text);
    if !more {
        let message = begun.take().unwrap_or_default();
        if state.warnings.get() {
            state.ui.err(&state.scrub(&format!("Lua warning: {message}")));
        }
    }
}

/// Ends the process where the host may, and the script in any case. `close` ends the VM first, so that
/// `<close>` variables and finalizers run.
pub(crate) fn exit(lua: &Lua, code: u8, close: bool) -> Raise {
    let state = State::of(lua);
    state.exit_code.set(Some(code));
    let watch = Rc::clone(&state).scheduler.watch().clone();
    if let Some(end) = &state.exit {
        if close {
            watch.disarm();
            hook::close(lua, || {
                state.end_session();
                end(code);
            });
        }
        state.end_session();
        end(code);
    }
    watch.end(hook::Ending::Exit);
    Raise::Exit(code)
}

/// Stage 3: `arg`, as lua(1) has it.
fn arguments(
    lua: &Lua,
    state: &State,
    program: &[OsString],
    args: &[OsString],
) -> mlua::Result<()> {
    let arg = lua.create_table()?;
    let mut before: Vec<&OsStr> = program.iter().map(OsString::as_os_str).collect();
    before.extend(state.script.as_deref().map(OsStr::new));
    // The name of a file need not be UTF-8.
    let text = |given: &OsStr| lua.create_string(given.as_encoded_bytes());
    for (index, given) in before.iter().rev().enumerate() {
        arg.raw_set(-i64::try_from(index).unwrap_or(0), text(given)?)?;
    }
    for (index, given) in args.iter().enumerate() {
        arg.raw_set(index + 1, text(given)?)?;
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
    let script = script_searcher(lua, &package, &folder, state.sandbox.is_untrusted())?;
    let host = lua.create_function(|lua, name: String| host_searcher(lua, &name))?;
    let rest: Vec<Value> = searchers.sequence_values::<Value>().collect::<mlua::Result<_>>()?;
    let preload = rest.first().cloned().unwrap_or(Value::Nil);
    let order = [preload, Value::Function(script), Value::Function(host)];
    let system =
        if state.sandbox.is_untrusted() { Vec::new() } else { rest.into_iter().skip(1).collect() };
    for (index, searcher) in order.into_iter().chain(system).enumerate() {
        searchers.raw_set(index + 1, searcher)?;
    }
    Ok(())
}

pub(crate) const REQUIRE: &str = "dmsrun.require";
const LOADED: &str = "dmsrun.loaded";
const ENVIRONMENT: &str = "dmsrun.environment";

/// Looks beside the script. `plain` takes names alone: `searchpath` makes any path of a name with a `/`,
/// a `;` or an empty part in it.
fn script_searcher(
    lua: &Lua,
    package: &Table,
    folder: &Path,
    plain: bool,
) -> mlua::Result<Function> {
    let folder = folder.to_string_lossy();
    let folder = if folder == "." { String::new() } else { format!("{folder}/") };
    let path = format!("{folder}?.lua;{folder}?/init.lua");
    lua.load(
        "local searchpath, loadfile, find, path, plain = ...\n\
         return function(name)\n\
           if plain and (find(name, '[^%w_.-]') or find('.' .. name .. '.', '..', 1, true)) then\n\
             return nil\n\
           end\n\
           local file = searchpath(name, path)\n\
           if not file then return nil end\n\
           local chunk, fault = loadfile(file)\n\
           if not chunk then\n\
             error((\"error loading module '%s' from file '%s':\\n\\t%s\"):format(name, file, fault), 0)\n\
           end\n\
           return chunk, file\n\
         end",
    )
    .set_name(place::HOST)
    .call((
        package.raw_get::<Function>("searchpath")?,
        file_loader(lua)?,
        lua.globals().raw_get::<Table>("string")?.raw_get::<Function>("find")?,
        path,
        plain,
    ))
}

/// Loads a file of the user's, and remembers its name for the messages.
fn file_loader(lua: &Lua) -> mlua::Result<Function> {
    lua.create_function(|lua, file: String| {
        let text = match plain(lua, &file).and_then(|()| std::fs::read(&file)) {
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

/// In a check a device is no module: it never ends.
fn plain(lua: &Lua, file: &str) -> std::io::Result<()> {
    let sandbox = State::of(lua).sandbox;
    if sandbox.is_on() && std::fs::metadata(file).is_ok_and(|data| !data.is_file()) {
        return Err(std::io::Error::other("it is no plain file"));
    }
    Ok(())
}

/// Compiles a file of the user's; a first line that starts with `#` is skipped, its number kept. What is
/// compiled already follows it at once, as lua(1) has it.
pub(crate) fn load(lua: &Lua, file: &str, text: &[u8]) -> mlua::Result<Function> {
    load_named(lua, file, &format!("@{file}"), text)
}

/// The same for a text whose name in messages is not a file's.
pub(crate) fn load_named(
    lua: &Lua,
    file: &str,
    chunk: &str,
    text: &[u8],
) -> mlua::Result<Function> {
    if text.len() as u64 <= LARGE {
        State::of(lua).remember_source(file, &String::from_utf8_lossy(text));
    }
    let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
    let text = match text.first() {
        Some(b'#') => &text[text.iter().position(|b| *b == b'\n').unwrap_or(text.len())..],
        _ => text,
    };
    let text = if text.starts_with(b"\n\x1b") { &text[1..] } else { text };
    let text = lua.load(text).set_name(chunk);
    // A compiled chunk can break the VM.
    let text = if State::of(lua).sandbox.is_on() { text.set_mode(ChunkMode::Text) } else { text };
    text.into_function()
}

/// The searcher for `require` in the user's code. The module is the same one that the standard
/// library sees.
fn host_searcher(lua: &Lua, name: &str) -> mlua::Result<(Value, Value)> {
    let state = State::of(lua);
    if modules::exists(name) || library::find(state.stdlib.as_deref(), name).is_some() {
        if modules::is_kept(&state, name) {
            let message = format!("module '{name}' is not there in a sandbox");
            return Err(mlua::Error::runtime(message));
        }
        let require: Function = lua.named_registry_value(REQUIRE)?;
        return Ok((Value::Function(require), Value::String(lua.create_string("dmsrun")?)));
    }
    // Nothing is said of where it is not: the message is Lua's own, and the border finds the name
    // that was meant.
    Ok((Value::Nil, Value::Nil))
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
             local setmetatable, error = setmetatable, error\n\
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
               local _ <close> = setmetatable({}, { __close = function() loading[name] = nil end })\n\
               value = chunk(name)\n\
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
    let name = format!("{}{}", place::STDLIB, file.path);
    let chunk = compiled::chunk(lua, &name, file.text, environment)?;
    Ok((Value::Function(chunk), false))
}

/// Whether the script's folder has a module of this name: a kind that was copied and changed.
fn user_has(lua: &Lua, name: &str) -> mlua::Result<bool> {
    let stem = State::of(lua).script_dir().join(name.replace('.', "/"));
    let _ = lua;
    Ok(stem.with_extension("lua").is_file() || stem.join("init.lua").is_file())
}
